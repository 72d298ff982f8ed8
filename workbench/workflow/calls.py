"""Calls to models: who is called by a name, under which budgets, and the record of each in the review.

Blocking where it says so. Every call that the program makes for a review goes through here: a round and its
repairs (`send.py`), a question (`ask_model`), the second reader (`line_of`, `made`).
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Generator, Sequence
from contextlib import suppress

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
    FellBack,
)
from workbench.generation.exchange import Call, Exchange
from workbench.generation.failures import NOT_MADE
from workbench.generation.prompt import Message
from workbench.generation.providers import key_name
from workbench.review.actions import CallMade
from workbench.review.costs import total
from workbench.review.review import replay
from workbench.review.rounds import Usage
from workbench.store.keys import key_for
from workbench.store.log import ActionLog
from workbench.store.settings import ModelSettings, Settings
from workbench.workflow.gate import findings_in_text, require_clear
from workbench.workflow.logged import new_id
from workbench.workflow.session import Session
from workbench.workflow.tally import LogTally, caps_of_sums, has_day, midnight

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
    """The caps of the settings, held against what is spent and under way at each call, by whomever."""
    caps = caps_of(session, number)
    tally = LogTally(session.log, session.settings, session.review.id, number, caps) if caps else None
    return Budget(caps, tally)


def caps_of(session: Session, number: int) -> tuple[Cap, ...]:
    """Every cap that is set. `number` is that of the round that calls are made for."""
    settings, calls = session.settings, session.review.calls
    spent = {"round": total(call for call in calls if call.round == number), "review": total(calls)}
    if has_day(settings):
        spent["day"] = total(call for _, call in calls_of_day(session.log))
    return caps_of_sums(settings, spent)


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


def calls_of_day(log: ActionLog) -> list[tuple[str, CallMade]]:
    """Today's calls of all reviews, each with its review's id."""
    return log.calls_since(midnight())


def calls_of_day_by_round(log: ActionLog) -> list[tuple[str, CallMade]]:
    """The same, each under the number of the round that came of it, as its review has it.

    A call says the number that was asked for; where two rounds are asked for at once, one gets the next.
    """
    found = calls_of_day(log)
    numbers: dict[str, int | None] = {}
    for review in dict.fromkeys(review for review, _ in found):
        # Of a review that is deleted, or cannot be read, it stays at what was asked for.
        with suppress(UserError):
            actions = [action for _, action in log.since(review)]
            if actions:
                numbers.update((call.id, call.round) for call in replay(actions).calls)
    return [(review, replace(call, round=numbers.get(call.id, call.round))) for review, call in found]


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

    with under_way(session, number, name, purpose, line=line) as coming:
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


def require_key(label: str, backend: LiteLLMBackend) -> None:
    """UserError when the model cannot be asked for want of a key."""
    if backend.lacks:
        raise UserError(
            f"{label} cannot be asked: {backend.lacks}.",
            hint=f"Set the provider's key in the environment, or keep it: workbench key set {label}",
        )
