"""Calls to models: who is called by a name, under which budgets, and the record of each in the review.

Blocking where it says so. Every call that the program makes for a review goes through here: a round and its
repairs (`send.py`), a question (`ask_model`), the second reader (`line_of`, `made`).
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Generator, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from workbench.errors import UserError
from workbench.generation.asking import Asked, ask
from workbench.generation.backends import LiteLLMBackend
from workbench.generation.budget import Budget, Cap, Estimate, Refusal
from workbench.generation.children import Helpers
from workbench.generation.events import (
    CallEnded,
    CallEvent,
    Failed,
    FellBack,
    Finished,
    TextArrived,
    UsageKnown,
)
from workbench.generation.exchange import Call, Exchange
from workbench.generation.failures import NOT_MADE, Trouble
from workbench.generation.prompt import Message
from workbench.generation.providers import key_name
from workbench.review.actions import CallMade
from workbench.review.costs import total
from workbench.review.rounds import Usage
from workbench.store.keys import key_for
from workbench.store.log import ActionLog
from workbench.store.settings import ModelSettings, Settings
from workbench.workflow.gate import findings_in_text, require_clear
from workbench.workflow.session import Session, new_id

OFFLINE = "offline"


class Called(Struct, frozen=True):
    """One call to a model ended, whatever came of it; to be recorded by `session.act(event.action)`."""

    action: CallMade


def settings_of(settings: Settings, name: str) -> ModelSettings:
    """The model that a name means: one of the settings, else LiteLLM's own name."""
    return settings.models.get(name) or ModelSettings(name)


def backend_of(
    model: ModelSettings, helpers: Helpers | None = None, budget: Budget | None = None
) -> LiteLLMBackend:
    """What calls this model, with its key. May ask the keyring, which can block."""
    # An address of the user's own gets a key only where the settings name one: never a provider's by chance.
    name = model.key_name or (None if model.api_base else key_name(model.model))
    key = key_for(name) if name else None
    return LiteLLMBackend(
        model.model,
        api_base=model.api_base,
        key=key,
        key_name=model.key_name,
        price_in=model.price_in,
        price_out=model.price_out,
        helpers=helpers,
        budget=budget,
    )


def line_of(session: Session, model: ModelSettings, budget: Budget) -> tuple[LiteLLMBackend, ...]:
    """The model and its fallbacks, in order. May ask the keyring."""
    if OFFLINE in model.fallbacks:
        raise UserError(
            f"The offline model cannot take the place of {model.model}: it reads no prompt.",
            hint=f"Take {OFFLINE} out of its fallbacks in the settings.",
        )
    # The session keeps the helper: the next call need not wait seconds for another one to start.
    models = (model, *(settings_of(session.settings, name) for name in model.fallbacks))
    return tuple(backend_of(each, session.helpers, budget) for each in models)


# -- budgets ----------------------------------------------------------------------------------


def budget_of(session: Session, number: int) -> Budget:
    """The caps of the settings, with what this round, this review and this day have spent already."""
    return Budget(caps_of(session, number))


def caps_of(session: Session, number: int) -> tuple[Cap, ...]:
    """Every cap that is set. `number` is that of the round that calls are made for."""
    settings, calls = session.settings, session.review.calls
    spent = {"round": total(call for call in calls if call.round == number), "review": total(calls)}
    if settings.budget_day is not None or settings.tokens_day is not None:
        spent["day"] = total(call for _, call in calls_of_day(session.log))
    caps: list[Cap] = []
    for of, done in spent.items():
        money, tokens = getattr(settings, f"budget_{of}"), getattr(settings, f"tokens_{of}")
        if money is not None:
            caps.append(Cap(of, f"budget_{of}", money, done.cost, done.unknown_cost))
        if tokens is not None:
            caps.append(Cap(of, f"tokens_{of}", tokens, done.tokens, done.unknown_tokens, in_tokens=True))
    return tuple(caps)


def require_room(session: Session, model: ModelSettings, number: int) -> None:
    """UserError when a cap is spent already, said before anything is done for the call."""
    free = model.price_in == 0 and model.price_out == 0
    _require(Budget(caps_of(session, number)).refusal(Estimate(0, 0.0 if free else None)))


def require_affordable(
    backend: LiteLLMBackend, messages: Sequence[Message], cancelled: threading.Event
) -> None:
    """UserError when these messages alone would go over a cap, said before they are sent. Blocking."""
    _require(backend.refusal(messages, cancelled))


def _require(refusal: Refusal | None) -> None:
    if refusal is not None:
        sentence = refusal.sentence.replace("The call was not made", "The round was not started", 1)
        raise UserError(sentence, hint=refusal.hint)


def midnight() -> float:
    """When the day began, by the clock on the wall here."""
    # Without the zone's distance of this hour: on the days when clocks change, midnight had another.
    here = datetime.now().astimezone().replace(tzinfo=None)
    return here.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()


def calls_of_day(log: ActionLog) -> list[tuple[str, CallMade]]:
    """Today's calls of all reviews, each with its review's id."""
    return log.calls_since(midnight())


# -- records ----------------------------------------------------------------------------------


def made(call: Call, number: int, exchange: str | None) -> Called | None:
    """The record of a call; None for one that was never made, for want of a key or of money."""
    if call.outcome in NOT_MADE and not call.retries:
        return None
    action = CallMade(
        id=new_id(),
        at=time.time(),
        purpose=call.purpose,
        model=call.model,
        outcome=call.outcome,
        usage=call.usage or Usage(),
        prompt_digest=call.digest,
        retries=call.retries,
        cached=call.cached,
        first_token=call.first_token,
        round=number,
        instead_of=call.instead_of,
        exchange=exchange,
    )
    return Called(action)


def keep(log: ActionLog, exchange: Exchange, name: str | None = None) -> str:
    """Keep a whole exchange and give the id that actions name it by."""
    document = json.loads(exchange.as_json())
    first = exchange.calls[0].messages if exchange.calls else ()
    document["messages"] = [{"role": each.role, "content": each.content} for each in first]
    return log.keep_exchange(document, name)


def ask_model(
    session: Session,
    name: str,
    messages: Sequence[Message],
    cancelled: threading.Event,
    *,
    purpose: str,
    number: int | None = None,
) -> Generator[CallEvent | FellBack | Called, None, Asked]:
    """Put one question to a model of the settings (or LiteLLM's name), its fallbacks behind it. Blocking.

    Yields what happens; each `Called` is to be recorded on the session's thread, and then that all is:
    `recorded(review, asked.exchange)`. Gives back how it ended:
    `.ended` is `Finished` with the text or `Failed` with a sentence and a hint. `purpose` is "ask" or "read",
    `number` the round that it is about, the current one by default. UserError before anything is sent when a
    budget is spent or a key is missing.
    """
    current = session.review.round
    number = (current.number if current else 0) if number is None else number
    model = settings_of(session.settings, name)
    require_room(session, model, number)
    line = line_of(session, model, budget_of(session, number))
    require_key(name, line[0])
    require_clear(findings_in_text(session, "\n".join(each.content for each in messages), "what is asked"))
    # Late: it keeps records by what stands here.
    from workbench.workflow.under_way import under_way  # noqa: PLC0415

    with under_way(session, number, name, purpose) as coming:
        asking = ask(line, messages, cancelled, purpose)
        while True:
            try:
                event = next(asking)
            except StopIteration as ended:
                asked: Asked = ended.value
                break
            coming.note(event)
            yield event
        records = [coming.note(CallEnded(call)) for call in asked.calls]
        coming.keep(session, Exchange(asked.line[0].model, asked.calls))
        yield from filter(None, records)
    return replace(asked, exchange=coming.id)


class Tried(Struct, frozen=True):
    """What one small call to a model showed."""

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


def try_model(model: ModelSettings) -> Tried:
    """One small call, for the doctor. Blocking; no review records it."""
    backend = backend_of(model)
    own = model.price_in is not None and model.price_out is not None
    needed = backend.key_name if backend.has_key or backend.lacks else None
    tried = Tried(model.model, backend.address, needed, backend.has_key, own)
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
                    tried = replace(tried, trouble=event.trouble, sentence=event.sentence, hint=event.hint)
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
    sentence = f"{tried.model} answered without a word."
    return replace(tried, trouble=Trouble.BAD_ANSWER, sentence=sentence, hint="Choose another model.")


def require_key(label: str, backend: LiteLLMBackend) -> None:
    """UserError when the model cannot be asked for want of a key."""
    if backend.lacks:
        raise UserError(
            f"{label} cannot be asked: {backend.lacks}.",
            hint=f"Set the provider's key in the environment, or keep it: workbench key set {label}",
        )
