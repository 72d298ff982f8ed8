"""Sending: the feedback leaves, and a round comes back or is lost.

`next_round` is blocking and changes no session: it yields events, and whoever runs it gives each to
`take` on the session's own thread. What was sent is recorded before anything leaves.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from workbench.errors import UserError
from workbench.generation.backends import LiteLLMBackend
from workbench.generation.checking import Outcome
from workbench.generation.events import (
    Answered,
    CallBegan,
    FellBack,
    Noticed,
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
from workbench.generation.prompt import Request, build
from workbench.review.actions import FeedbackSent, RoundFailed
from workbench.review.rounds import Source
from workbench.store.rules import count_sent
from workbench.workflow.calls import (
    Called,
    require_affordable,
)
from workbench.workflow.gate import findings_in_request, require_clear
from workbench.workflow.logged import new_id
from workbench.workflow.only import Wanted, as_only, confine, only_request, only_text
from workbench.workflow.outgoing import findings_handed, send_feedback, tray_for
from workbench.workflow.receive import Arrival, Origin, next_arrival, take_arrival
from workbench.workflow.recipients import Recipient, RecipientKind, line_of, next_number, require_ready
from workbench.workflow.request import handed_text, rules_that_hold
from workbench.workflow.rules import count_given
from workbench.workflow.session import Session
from workbench.workflow.under_way import recorded, saved, under_way


class Sent(Struct, frozen=True):
    """The feedback is about to leave; to be recorded first."""

    action: FeedbackSent


class Arrived(Struct, frozen=True):
    """The next round is there, ready to be taken. Always the last event."""

    arrival: Arrival


class Lost(Struct, frozen=True):
    """There is no next round; the exchange is kept. Always the last event."""

    action: RoundFailed
    sentence: str
    hint: str
    cancelled: bool = False


Progress = CallBegan | TextArrived | Progressed | Retried | Noticed | UsageKnown | FellBack | RepairAsked


Event = Progress | Sent | Called | Arrived | Lost


def next_round(
    session: Session, recipient: Recipient, cancelled: threading.Event, only: Wanted | None = None
) -> Iterator[Event]:
    """Send the feedback to a model and yield what happens until the round is there or lost.

    With `only`, just that is made anew, and what the model touches besides is left out.
    """
    require_ready(session, recipient)
    session.log.remember("recipient", {"id": recipient.id})
    sent = send_feedback(session, recipient.id, taken_out=True)
    if only is not None:
        sent = replace(sent, text=only_text(session, only))
    tray = tray_for(session, recipient, sent, cancelled)
    request = tray.request
    if only is not None:
        request = only_request(session, request, only)
    if recipient.kind is RecipientKind.MODEL:
        # What is looked through is what is sent, to the letter.
        require_clear(tray.findings if only is None else findings_in_request(session, request))
    line: tuple[LiteLLMBackend, ...] = ()
    if recipient.kind is RecipientKind.MODEL:
        line = line_of(session, recipient, next_number(session))
        require_affordable(line[0], build(request), cancelled)
    yield Sent(sent)
    rules, began = frozenset(rule for rule, _ in request.rules), time.monotonic()
    with under_way(session, next_number(session), recipient.id, line=line) as coming:
        for event in _author(line, request, cancelled):
            record = coming.note(event)
            if record is not None:
                rules = count_given(rules, record.action)
                yield record
            if isinstance(event, Answered):
                kept = coming.keep(session, event.exchange)
                yield _taken(session, sent, event, kept, time.monotonic() - began, only)
            elif isinstance(event, NotAnswered):
                yield _lost(session, event, coming.keep(session, event.exchange))
            elif isinstance(event, Progress):
                yield event


def hand_over(session: Session, recipient: str) -> FeedbackSent:
    """The act of sending to whoever is no model: the clipboard, a waiting caller. Through the same gate."""
    sent = replace(send_feedback(session, recipient), text=handed_text(session))
    require_clear(findings_handed(session, sent.text))
    count_sent(frozenset(rule.id for rule in rules_that_hold(session)))
    return sent


def take(session: Session, event: Event) -> None:
    """Record what an event means for the review. On the session's thread."""
    with saved(session.review.id, _exchange_of(event)):
        if isinstance(event, Sent | Called | Lost):
            session.act(event.action)
        elif isinstance(event, Arrived):
            take_arrival(session, event.arrival)
    if isinstance(event, Lost):
        recorded(session.review.id, event.action.exchange)
    elif isinstance(event, Arrived):
        recorded(session.review.id, event.arrival.action.round.exchange)


def _exchange_of(event: Event) -> str | None:
    if isinstance(event, Called | Lost):
        return event.action.exchange
    return event.arrival.action.round.exchange if isinstance(event, Arrived) else None


def voids(event: object) -> bool:
    """Whether what had arrived of an answer, and may be shown, does not count after this event."""
    return isinstance(event, RepairAsked) or (isinstance(event, Retried | FellBack) and event.shown)


def words(event: Event) -> str:
    """One line about an event, "" for those that say nothing by themselves."""
    match event:
        case Sent():
            return f"Sent to {event.action.recipient}."
        case Retried():
            void = " What had arrived of it does not count." if event.shown else ""
            return f"Again in {event.wait:.0f} s: {event.why}{void}"
        case FellBack():
            void = " What had arrived of its answer does not count." if event.shown else ""
            return f"{event.why} Asking {event.to} instead.{void}"
        case Noticed():
            return event.words
        case RepairAsked():
            return f"The answer did not fit and is asked for again: {event.problems[0]}"
        case _:
            return ""


def _author(
    line: tuple[LiteLLMBackend, ...], request: Request, cancelled: threading.Event
) -> Iterator[RoundEvent]:
    if not line:
        yield from generate_offline(request)
        return
    yield from generate(request, line[0], cancelled, fallbacks=line[1:])


def _arrival(
    session: Session,
    sent: FeedbackSent,
    outcome: Outcome,
    exchange: Exchange,
    kept: str | None,
    seconds: float | None = None,
    only: Wanted | None = None,
) -> Arrival:
    tree = _tree_of(session, sent.start, outcome)
    made = None if only is None else confine(session, sent.start, tree, outcome, only)
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
        whys=made.whys if made is not None else outcome.whys,
        only=as_only(session, only) if only is not None else None,
        left_out=made.left_out if made is not None else (),
    )
    return next_arrival(session, made.tree if made is not None else tree, origin)


def _tree_of(session: Session, start: str, outcome: Outcome) -> str:
    """The start tree with what the model wrote; a file keeps its mode, a moved one takes it along."""
    modes = session.repository.tree_entries(start)
    moved = {to: path for path, to in outcome.moves}
    changes: dict[str, tuple[str, bytes | str] | None] = {}
    for path, data in outcome.files.items():
        known = modes.get(moved.get(path, path))
        changes[path] = None if data is None else (known[0] if known else "100644", data)
    return session.repository.compose_tree(start, changes)


def _taken(
    session: Session,
    sent: FeedbackSent,
    answered: Answered,
    kept: str,
    seconds: float,
    only: Wanted | None = None,
) -> Arrived | Lost:
    """The round of an answer that fits; lost where no tree can be made of it."""
    exchange = answered.exchange
    try:
        return Arrived(_arrival(session, sent, answered.outcome, exchange, kept, seconds, only))
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
