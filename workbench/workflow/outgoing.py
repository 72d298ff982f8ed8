"""What would leave: the exact text and prompt, made before anything does, and looked through for secrets."""

from __future__ import annotations

import threading
import time

from msgspec import Struct

from workbench.generation.prompt import rough_tokens
from workbench.review.actions import FeedbackSent
from workbench.review.compose import Take
from workbench.review.feedback import as_markdown
from workbench.workflow.composing import compose_tree
from workbench.workflow.gate import findings_in_request, findings_in_text, quoted_paths, require_clear
from workbench.workflow.keeping import keep_rounds
from workbench.workflow.landing import rejected_in_work_tree
from workbench.workflow.limits import SMALL, ask_limits, known_limits, measured, usual_limits
from workbench.workflow.logged import new_id
from workbench.workflow.only import Wanted, only_request
from workbench.workflow.recipients import Recipient, RecipientKind, line_of
from workbench.workflow.request import handed_text, next_tray, tray_of
from workbench.workflow.session import Session
from workbench.workflow.tray import Finding, Tray


class Outgoing(Struct, frozen=True):
    """What would leave: the exact text, about how many tokens, and what is still unread."""

    text: str
    tokens: int
    unread: int
    rejected_in_work_tree: int
    tray: Tray | None = None
    """What a model would be given with it: the one that was asked last, or that of the settings."""


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


def preview(
    session: Session, recipient: Recipient, cancelled: threading.Event, *, quick: bool = False
) -> Tray:
    """The tray that sending to this recipient would make its prompt from now. Blocking.

    `quick`: what is not known of the model is not asked for, which may take seconds.
    """
    sent = send_feedback(session, "preview", taken_out=True)
    return tray_for(session, recipient, sent, cancelled, quick=quick)


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
        require_clear(findings_handed(session, handed_text(session)))


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


def tray_for(
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


def prompt_messages(session: Session) -> list[dict[str, str]]:
    """The messages that a model would be given now. Blocking."""
    sent = send_feedback(session, "preview", taken_out=True)
    tray = tray_of(session, sent.text, sent.start, known_limits(session, session.settings.model))
    return [{"role": each.role, "content": each.content} for each in tray.messages]


def findings_handed(session: Session, text: str) -> tuple[Finding, ...]:
    """What looks secret in what leaves for no model, and in the names of the files that it quotes."""
    return findings_in_text(session, text, paths=quoted_paths(session.feedback()))
