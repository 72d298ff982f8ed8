"""One small call to a model, for the doctor: what of it works, and in plain words what does not."""

from __future__ import annotations

import threading

from msgspec import Struct
from msgspec.structs import replace

from workbench.generation.events import Failed, Finished, TextArrived, UsageKnown
from workbench.generation.failures import Trouble
from workbench.generation.prompt import Message
from workbench.review.rounds import Usage
from workbench.store.settings import ModelSettings
from workbench.workflow.calls import backend_of
from workbench.workflow.trust import on_one_line

_SAID = 200
"""Characters of what a server said that are passed on."""


class Tried(Struct, frozen=True):
    """What one small call to a model showed.

    `key_name` is what its key is called, where it needs one or the settings name one. `speaks` is False where
    something answered that is no model's server.
    """

    model: str
    address: str | None
    key_name: str | None
    has_key: bool
    own_price: bool
    answered: bool = False
    pieces: int = 0
    usage: Usage | None = None
    trouble: Trouble | None = None
    sentence: str = ""
    hint: str = ""
    speaks: bool = True


def try_model(model: ModelSettings) -> Tried:
    """Ask the model for one word. Blocking; no review records it."""
    backend = backend_of(model)
    own = model.price_in is not None and model.price_out is not None
    is_named = backend.has_key or backend.lacks or model.key_name is not None
    tried = Tried(model.model, backend.address, backend.key_name if is_named else None, backend.has_key, own)
    try:
        for event in backend.events((Message("user", "Answer with the word: ready"),), threading.Event()):
            match event:
                case TextArrived():
                    tried = replace(tried, pieces=tried.pieces + 1)
                case UsageKnown():
                    tried = replace(tried, usage=event.usage)
                case Finished():
                    tried = _finished(tried, event)
                case Failed():
                    tried = _failed(tried, event)
                case _:
                    pass
    finally:
        backend.close()
    return tried


def _finished(tried: Tried, event: Finished) -> Tried:
    if event.text.strip() and event.reason is not None:
        return replace(tried, answered=True)
    if event.text.strip():
        sentence = f"The answer of {tried.model} broke off."
        return replace(tried, trouble=Trouble.CUT, sentence=sentence, hint="Try again.")
    if event.reason is None:
        # No word, and no end as every protocol of a model has it: a page for people, say.
        sentence = f"What came from {tried.address or 'the provider'} is no answer of a model."
        hint = "Check the address: that of a server with OpenAI's protocol mostly ends in /v1."
        return replace(tried, trouble=Trouble.BAD_ANSWER, sentence=sentence, hint=hint, speaks=False)
    sentence = f"{tried.model} answered without a word."
    return replace(tried, trouble=Trouble.EMPTY, sentence=sentence, hint="Choose another model.")


def _failed(tried: Tried, event: Failed) -> Tried:
    """The failure in words: those for a round speak of it, and there is none here."""
    sentence, hint = event.sentence.replace("; nothing was applied", ""), event.hint
    if event.trouble is Trouble.NO_KEY:
        sentence = f"There is no key for {tried.model}."
    elif event.trouble is Trouble.REFUSED_KEY and tried.key_name and not tried.has_key:
        hint = f"Set {tried.key_name} in the environment, or keep it: workbench key set {tried.key_name}"
    elif event.trouble is Trouble.CUT:
        hint = "Try again."
    elif event.trouble is Trouble.REFUSED:
        said = on_one_line(event.detail[:_SAID])
        hint = f"It said: {said}" if said else "It said no reason."
    return replace(tried, trouble=event.trouble, sentence=sentence, hint=hint)
