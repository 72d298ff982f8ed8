"""Sending: who can receive the feedback, what exactly they are given, and the round that comes back.

`next_round` is blocking and changes no session: it yields events, and whoever runs it gives each to
`take` on the session's own thread. What was sent is recorded before anything leaves.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from enum import StrEnum

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
from workbench.generation.prompt import Request, build, rough_tokens
from workbench.review.actions import FeedbackSent, RoundFailed
from workbench.review.compose import Take
from workbench.review.feedback import as_markdown
from workbench.review.rounds import Source
from workbench.store.rules import count_sent
from workbench.store.settings import ModelSettings
from workbench.workflow import calls as calling
from workbench.workflow.calls import (
    OFFLINE,
    Called,
    backend_of,
    budget_of,
    made,
    require_affordable,
    require_room,
)
from workbench.workflow.composing import compose_tree
from workbench.workflow.gate import findings_in_request, findings_in_text, quoted_paths, require_clear
from workbench.workflow.keeping import keep_rounds
from workbench.workflow.landing import rejected_in_work_tree
from workbench.workflow.limits import SMALL, ask_limits, known_limits, measured, usual_limits
from workbench.workflow.only import Wanted, as_only, confine, only_request, only_text
from workbench.workflow.receive import Arrival, Origin, next_arrival, take_arrival
from workbench.workflow.request import handed_text, next_tray, rules_that_hold, tray_of
from workbench.workflow.rules import count_given
from workbench.workflow.session import Session, new_id
from workbench.workflow.tray import Finding, Tray
from workbench.workflow.under_way import recorded, saved, under_way

# The record of a call, and the name that is no model's, belong to what this module offers.
__all__ = [
    "OFFLINE",
    "Arrived",
    "Called",
    "Event",
    "Lost",
    "Outgoing",
    "Progress",
    "Recipient",
    "RecipientKind",
    "Sent",
    "calls",
    "keep",
    "line_of",
    "next_number",
    "next_round",
    "outgoing",
    "prompt_messages",
    "recipient_named",
    "recipients",
    "require_ready",
    "send_feedback",
    "start_tree",
    "take",
    "voids",
    "words",
]


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
    tray: Tray | None = None
    """What a model would be given with it: the one that was asked last, or that of the settings."""


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
    lacks = backend_of(model).lacks
    return Recipient(
        name, name if name == model.model else f"{name} ({model.model})", RecipientKind.MODEL, lacks, model
    )


def outgoing(session: Session) -> Outgoing:
    """What the send sheet shows. Pure but for counting."""
    rejected = rejected_in_work_tree(session)
    # The line numbers are those of the files that the next round starts from.
    taken_out = bool(rejected) and session.settings.take_out_before_sending
    text = handed_text(session, taken_out=taken_out)
    tray = next_tray(session, usual_limits(session), looked_through=False)
    return Outgoing(text, rough_tokens(text), session.progress().unread, rejected, tray)


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
            hint=f"Set the provider's key in the environment, or keep it: workbench key set {recipient.id}",
        )
    if recipient.kind is RecipientKind.MODEL:
        require_room(session, _model_of(recipient), next_number(session))


def next_number(session: Session) -> int:
    """The number of the round that comes next."""
    current = session.review.round
    return (current.number if current else 0) + 1


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
    tray = _tray(session, recipient, sent, cancelled)
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
    require_clear(_findings_handed(session, sent.text))
    count_sent(frozenset(rule.id for rule in rules_that_hold(session)))
    return sent


def _findings_handed(session: Session, text: str) -> tuple[Finding, ...]:
    """What looks secret in what leaves for no model, and in the names of the files that it quotes."""
    return findings_in_text(session, text, paths=quoted_paths(session.feedback()))


def preview(
    session: Session, recipient: Recipient, cancelled: threading.Event, *, quick: bool = False
) -> Tray:
    """The tray that sending to this recipient would make its prompt from now. Blocking.

    `quick`: what is not known of the model is not asked for, which may take seconds.
    """
    sent = send_feedback(session, "preview", taken_out=True)
    return _tray(session, recipient, sent, cancelled, quick=quick)


def require_sendable(
    session: Session, recipient: Recipient, cancelled: threading.Event, only: Wanted | None = None
) -> None:
    """UserError, before anything is done for it, when the gate stops what this recipient would be given."""
    if only is not None and recipient.kind is RecipientKind.MODEL:
        require_clear(findings_of_only(session, recipient, cancelled, only))
    elif recipient.kind is RecipientKind.MODEL:
        # What can be looked through at once is: to learn how much a new model takes needs seconds.
        require_clear(preview(session, recipient, cancelled, quick=True).findings)
        if known_limits(session, recipient.id).window is None:
            require_clear(preview(session, recipient, cancelled).findings)
    elif recipient.kind is not RecipientKind.OFFLINE:
        require_clear(_findings_handed(session, handed_text(session)))


def findings_of_only(
    session: Session, recipient: Recipient, cancelled: threading.Event, only: Wanted
) -> tuple[Finding, ...]:
    """What looks secret in what a model would be given to make one change or file anew. Blocking."""
    tray = preview(session, recipient, cancelled, quick=True)
    return findings_in_request(session, only_request(session, tray.request, only))


def measured_preview(session: Session, recipient: Recipient, tray: Tray, cancelled: threading.Event) -> Tray:
    """The same with exact counts, where the recipient is a model that can be asked for them. Blocking."""
    if recipient.kind is not RecipientKind.MODEL or recipient.lacks:
        return tray
    (first, *_) = line_of(session, recipient)
    return measured(session, tray, first, cancelled)


def _tray(
    session: Session,
    recipient: Recipient,
    sent: FeedbackSent,
    cancelled: threading.Event,
    *,
    quick: bool = False,
) -> Tray:
    if recipient.kind is not RecipientKind.MODEL:
        return tray_of(session, sent.text, sent.start)
    limits = known_limits(session, recipient.id)
    tray = tray_of(session, sent.text, sent.start, limits)
    packed = sum(item.whole or item.tokens for item in tray.items)
    if limits.window is None and packed > SMALL and not (quick or recipient.lacks or cancelled.is_set()):
        (first, *_) = line_of(session, recipient)
        limits = ask_limits(session, recipient.id, first, cancelled)
        tray = tray_of(session, sent.text, sent.start, limits)
    return tray


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


def line_of(session: Session, recipient: Recipient, number: int | None = None) -> tuple[LiteLLMBackend, ...]:
    """Who is asked: the model, then its fallbacks, under the budgets of a round (the current one)."""
    current = session.review.round
    number = (current.number if current else 0) if number is None else number
    return calling.line_of(session, _model_of(recipient), budget_of(session, number))


def _model_of(recipient: Recipient) -> ModelSettings:
    return recipient.model or ModelSettings(recipient.id)


def prompt_messages(session: Session) -> list[dict[str, str]]:
    """The messages that a model would be given now. Blocking."""
    sent = send_feedback(session, "preview", taken_out=True)
    tray = tray_of(session, sent.text, sent.start, known_limits(session, session.settings.model))
    return [{"role": each.role, "content": each.content} for each in tray.messages]


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


def keep(session: Session, exchange: Exchange) -> str:
    """Keep a whole exchange and give the id that actions name it by."""
    return calling.keep(session.log, exchange)


def calls(exchange: Exchange, kept: str, number: int) -> Iterator[Called]:
    """The record of each call of an exchange that was made for round `number`."""
    yield from filter(None, (made(call, number, kept) for call in exchange.calls))


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
