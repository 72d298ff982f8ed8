"""From writing files to saying so in the log: one landing at a time, and none that nobody recorded.

A landing is written first and recorded then. Whoever writes one holds a lock until its action is in the
log; so another process that finds the journal knows a kill (the lock is free) from a landing under way.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from workbench.errors import UserError
from workbench.git.intent import has_intent, remove_intent
from workbench.git.locking import landing_lock
from workbench.git.record import read_record
from workbench.store import paths

if TYPE_CHECKING:  # `session` imports this file
    from workbench.workflow.session import Session


class Recording(Struct, frozen=True):
    """A landing that is being written or is not recorded yet: its action's id, and the lock."""

    action: str
    held: ExitStack

    def end(self, review: str) -> None:
        """The action is in the log: the journal goes, then the lock."""
        from workbench.git.journal import acknowledge  # noqa: PLC0415 - what lands is loaded when one lands

        acknowledge(paths.journal_dir(review))
        remove_intent(paths.journal_dir(review))
        self.held.close()


def hold(session: Session, action: str) -> bool:
    """Take the lock for the landing whose action will be `action`. False while another process has it."""
    held = ExitStack()
    folder = paths.make_private(paths.journal_dir(session.review.id))
    if not held.enter_context(landing_lock(folder)):
        held.close()
        return False
    session.recording = Recording(action, held)
    return True


def announce(session: Session, action: str, intended: Mapping[str, Any]) -> None:
    """Before anything is written: take the lock, and note what the landing in the journal will be for."""
    if session.recording is not None:
        raise UserError(
            "The landing before this one is written, but could not be recorded yet.",
            hint="Open the review again: it is recorded then.",
        )
    if not hold(session, action):
        raise UserError("Another process is landing this review.", hint="Try again in a moment.")
    folder = paths.journal_dir(session.review.id)
    if read_record(folder) is not None or has_intent(folder):
        give_up(session)
        raise UserError(
            "A landing of another process was interrupted, and is not recorded yet.",
            hint="Open the review again: it is finished or taken back then.",
        )
    session.log.remember(_name(session), {"id": action, **intended})


def announced(session: Session) -> dict[str, Any] | None:
    """What the landing in the journal was for."""
    return session.log.remembered(_name(session))


def give_up(session: Session) -> None:
    """Nothing was written: the lock goes."""
    if session.recording is not None:
        session.recording.held.close()
        session.recording = None


def _name(session: Session) -> str:
    return f"landing {session.review.id}"
