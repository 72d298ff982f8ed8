"""Sending: who can receive the feedback, what exactly they are given, and the round that comes back.

`next_round` is blocking and changes no session: it yields events, and whoever runs it gives each to
`take` on the session's own thread. What was sent is recorded before anything leaves.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from workbench.errors import UserError
from workbench.generation.backends import LiteLLMBackend
from workbench.generation.checking import Outcome
from workbench.generation.children import Helpers
from workbench.generation.events import (
    Answered,
    CallEvent,
    Progressed,
    RepairAsked,
    Retried,
    TextArrived,
    UsageKnown,
)
from workbench.generation.events import Event as RoundEvent
from workbench.generation.events import Lost as NotAnswered
from workbench.generation.exchange import Exchange
from workbench.generation.failures import Trouble
from workbench.generation.generate import generate, generate_offline
from workbench.generation.prompt import Message, Request, build, rough_tokens
from workbench.generation.providers import key_name
from workbench.review.actions import CallMade, FeedbackSent, RoundFailed
from workbench.review.compose import Take
from workbench.review.feedback import as_markdown
from workbench.review.rounds import Source, Usage
from workbench.store.keys import key_for
from workbench.store.settings import ModelSettings
from workbench.workflow.composing import compose_tree
from workbench.workflow.keeping import keep_rounds
from workbench.workflow.landing import rejected_in_work_tree
from workbench.workflow.receive import Arrival, Origin, next_arrival, take_arrival
from workbench.workflow.request import request_for
from workbench.workflow.session import Session, new_id

OFFLINE = "offline"


class RecipientKind(StrEnum):
    """How the feedback leaves."""

    WAITING = "waiting"
    MODEL = "model"
    OFFLINE = "offline"
    CLIPBOARD = "clipboard"


class Recipient(Struct, frozen=True):
    """Who can be sent to. `lacks` is what is missing before it works, "" when nothing is."""

    id: str
    label: str
    kind: RecipientKind
    lacks: str = ""
    model: ModelSettings | None = None


class Outgoing(Struct, frozen=True):
    """What would leave: the exact text, about how many tokens, and what is still unread."""

    text: str
    tokens: int
    unread: int
    rejected_in_work_tree: int


class Sent(Struct, frozen=True):
    """The feedback is about to leave; to be recorded first."""

    action: FeedbackSent


class Called(Struct, frozen=True):
    """One call to a model ended, whatever came of it."""

    action: CallMade


class Arrived(Struct, frozen=True):
    """The next round is there, ready to be taken. Always the last event."""

    arrival: Arrival


class Lost(Struct, frozen=True):
    """There is no next round; the exchange is kept. Always the last event."""

    action: RoundFailed
    sentence: str
    hint: str
    cancelled: bool = False


Progress = TextArrived | Progressed | Retried | UsageKnown | RepairAsked
Event = Progress | Sent | Called | Arrived | Lost


def recipients(session: Session, *, waiting: bool = False) -> tuple[Recipient, ...]:
    """Everybody who could be sent to, with what each lacks. May ask the keyring, which can block."""
    found = [Recipient("waiting", "the caller that waits", RecipientKind.WAITING)] if waiting else []
    for name, model in session.settings.models.items():
        found.append(_model_recipient(name, model))
    default = session.settings.model
    if default and default != OFFLINE and default not in session.settings.models:
        found.append(_model_recipient(default, ModelSettings(default)))
    found.append(
        Recipient(OFFLINE, "offline: applies suggestions, takes out what was rejected", RecipientKind.OFFLINE)
    )
    found.append(Recipient("clipboard", "the clipboard, as Markdown", RecipientKind.CLIPBOARD))
    return tuple(found)


def recipient_named(session: Session, name: str) -> Recipient:
    """The model that a name means: `offline`, a name of the settings, or LiteLLM's own name."""
    if name == OFFLINE:
        return Recipient(OFFLINE, OFFLINE, RecipientKind.OFFLINE)
    return _model_recipient(name, session.settings.models.get(name) or ModelSettings(name))


def _model_recipient(name: str, model: ModelSettings) -> Recipient:
    lacks = _backend(model).lacks
    return Recipient(
        name, name if name == model.model else f"{name} ({model.model})", RecipientKind.MODEL, lacks, model
    )


def outgoing(session: Session) -> Outgoing:
    """What the send sheet shows. Pure but for counting."""
    rejected = rejected_in_work_tree(session)
    # The line numbers are those of the files that the next round starts from.
    taken_out = bool(rejected) and session.settings.take_out_before_sending
    text = as_markdown(session.feedback(taken_out=taken_out))
    return Outgoing(text, rough_tokens(text), session.progress().unread, rejected)


def start_tree(session: Session) -> str:
    """The tree the next round starts from: base + accepted + open. Blocking."""
    review = session.review
    return compose_tree(session.repository, review.base, session.files, review.current, Take.NOT_REJECTED)


def send_feedback(session: Session, recipient: str, *, taken_out: bool = False) -> FeedbackSent:
    """The act of sending. `taken_out`: who gets it starts from files without the rejected lines. Blocking."""
    keep_rounds(session)
    return FeedbackSent(
        id=new_id(),
        at=time.time(),
        round=session.review.index,
        recipient=recipient,
        text=as_markdown(session.feedback(taken_out=taken_out)),
        start=start_tree(session),
    )


def require_ready(session: Session, recipient: Recipient) -> None:
    """UserError when a model cannot be asked, said before anything is done for it."""
    if recipient.lacks:
        raise UserError(
            f"{recipient.label} cannot be asked: {recipient.lacks}.",
            hint="Set the provider's key in the environment, or in Settings, Models.",
        )
    if recipient.kind is RecipientKind.MODEL and _is_spent(session, recipient.model):
        raise UserError(
            f"The round was not started: the budget of ${session.settings.budget_review:.2f} is spent.",
            hint="Raise it: budget_review in the settings.",
        )


def _is_spent(session: Session, model: ModelSettings | None) -> bool:
    """Whether the known cost of this review's calls has reached the budget. A free model may go on."""
    free = model is not None and model.price_in == 0 and model.price_out == 0
    known = sum(call.usage.cost or 0.0 for call in session.review.calls)
    return not free and known >= session.settings.budget_review


def next_round(session: Session, recipient: Recipient, cancelled: threading.Event) -> Iterator[Event]:
    """Send the feedback to a model and yield what happens until the round is there or lost."""
    require_ready(session, recipient)
    session.log.remember("recipient", {"id": recipient.id})
    sent = send_feedback(session, recipient.id, taken_out=True)
    request = request_for(session, sent.text, sent.start)
    yield Sent(sent)
    began = time.monotonic()
    for event in _author(session, recipient, request, cancelled):
        if isinstance(event, Answered):
            kept = _keep(session, event.exchange)
            yield from _calls(event.exchange)
            yield _taken(session, sent, event, kept, time.monotonic() - began)
        elif isinstance(event, NotAnswered):
            kept = _keep(session, event.exchange)
            yield from _calls(event.exchange)
            yield _lost(session, event, kept)
        elif isinstance(event, Progress):
            yield event


def take(session: Session, event: Event) -> None:
    """Record what an event means for the review. On the session's thread."""
    if isinstance(event, Sent | Called | Lost):
        session.act(event.action)
    elif isinstance(event, Arrived):
        take_arrival(session, event.arrival)


def words(event: Event) -> str:
    """One line about an event, "" for those that say nothing by themselves."""
    match event:
        case Sent():
            return f"Sent to {event.action.recipient}."
        case Retried():
            return f"Again in {event.wait:.0f} s: {event.why}"
        case RepairAsked():
            return f"The answer did not fit and is asked for again: {event.problems[0]}"
        case _:
            return ""


def _author(
    session: Session, recipient: Recipient, request: Request, cancelled: threading.Event
) -> Iterator[RoundEvent]:
    if recipient.kind is RecipientKind.OFFLINE:
        yield from generate_offline(request)
        return
    # The session keeps the helper: the next round need not wait seconds for another one to start.
    backend = _backend(recipient.model or ModelSettings(recipient.id), session.helpers)
    yield from generate(request, backend, cancelled)


def _backend(model: ModelSettings, helpers: Helpers | None = None) -> LiteLLMBackend:
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
    )


def try_model(model: ModelSettings, cancelled: threading.Event) -> Iterator[CallEvent]:
    """One small call, for the doctor."""
    backend = _backend(model)
    try:
        yield from backend.events((Message("user", "Answer with the word: ready"),), cancelled)
    finally:
        backend.close()


def prompt_messages(session: Session) -> list[dict[str, str]]:
    """The messages that a model would be given now. Blocking."""
    sent = send_feedback(session, "preview", taken_out=True)
    request = request_for(session, sent.text, sent.start)
    return [{"role": each.role, "content": each.content} for each in build(request)]


def _arrival(
    session: Session,
    sent: FeedbackSent,
    outcome: Outcome,
    exchange: Exchange,
    kept: str | None,
    seconds: float | None = None,
) -> Arrival:
    tree = _tree_of(session, sent.start, outcome)
    usage = exchange.usage if exchange.calls else None
    if usage is not None and usage.seconds is None and seconds is not None:
        usage = replace(usage, seconds=seconds)
    origin = Origin(
        Source.MODEL,
        sent.start,
        model=exchange.model,
        exchange=kept,
        usage=usage,
        answers=outcome.answers,
        whys=outcome.whys,
    )
    return next_arrival(session, tree, origin)


def _tree_of(session: Session, start: str, outcome: Outcome) -> str:
    """The start tree with what the model wrote; a file keeps its mode, a moved one takes it along."""
    modes = session.repository.tree_entries(start)
    moved = {to: path for path, to in outcome.moves}
    changes: dict[str, tuple[str, bytes | str] | None] = {}
    for path, data in outcome.files.items():
        known = modes.get(moved.get(path, path))
        changes[path] = None if data is None else (known[0] if known else "100644", data)
    return session.repository.compose_tree(start, changes)


def _keep(session: Session, exchange: Exchange) -> str:
    document = json.loads(exchange.as_json())
    first = exchange.calls[0].messages if exchange.calls else ()
    document["messages"] = [{"role": each.role, "content": each.content} for each in first]
    return session.log.keep_exchange(document)


def _calls(exchange: Exchange) -> Iterator[Called]:
    for call in exchange.calls:
        yield Called(
            CallMade(
                id=new_id(),
                at=time.time(),
                purpose="round",
                model=exchange.model,
                outcome=call.outcome,
                usage=call.usage or Usage(),
                prompt_digest=call.digest,
                retries=call.retries,
            )
        )


def _taken(
    session: Session, sent: FeedbackSent, answered: Answered, kept: str, seconds: float
) -> Arrived | Lost:
    """The round of an answer that fits; lost where no tree can be made of it."""
    exchange = answered.exchange
    try:
        return Arrived(_arrival(session, sent, answered.outcome, exchange, kept, seconds))
    except UserError as error:
        return _lost(session, NotAnswered(Trouble.BAD_ANSWER, error.message, error.hint, exchange), kept)


def _lost(session: Session, event: NotAnswered, kept: str) -> Lost:
    current = session.review.round
    action = RoundFailed(
        id=new_id(),
        at=time.time(),
        number=(current.number if current else 0) + 1,
        model=event.exchange.model,
        why=event.sentence,
        exchange=kept,
        usage=event.exchange.usage,
    )
    return Lost(action, event.sentence, event.hint, event.trouble is Trouble.CANCELLED)


def spent(session: Session) -> float | None:
    """Dollars that this review's calls cost; None when a call's cost is unknown."""
    costs: Mapping[int, float | None] = dict(enumerate(call.usage.cost for call in session.review.calls))
    if any(cost is None for cost in costs.values()):
        return None
    return sum(cost for cost in costs.values() if cost is not None)
