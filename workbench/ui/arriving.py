"""Rounds that are made here, off the window's thread: the work tree read again, lines edited or restored.

They share one lane: each begins at the round that is shown, so the newest drops the one before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct
from PySide6.QtCore import QObject, Signal

from workbench.review.entries import Entry, Said
from workbench.ui.controller import Controller
from workbench.ui.errands import Errands
from workbench.ui.tasks import Answer, Report, Tasks
from workbench.workflow.candidates import late_words
from workbench.workflow.receive import refresh, take_arrival, tweak_lines
from workbench.workflow.session import Session
from workbench.workflow.watching import Watch

ARRIVAL = "arrival"


class Edit(Struct, frozen=True):
    """Lines of the round's file that the expert replaces, and the editor they were written in."""

    key: str
    path: str
    start: int
    count: int
    text: bytes


class Arriving(QObject):
    """Starts what makes a round, and takes it."""

    refresh_said = Signal(object)
    """A step of reading the work tree; None once nothing reads it any more."""
    arrived = Signal(str)
    edit_done = Signal(str)

    def __init__(
        self, controller: Controller, errands: Errands, tasks: Tasks, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._controller, self._errands, self._tasks = controller, errands, tasks
        self._edit: Edit | None = None
        self._is_refreshing = False

    def _begin(
        self,
        work: Callable[[Report], object],
        done: Answer,
        failed: Answer,
        progressed: Answer | None = None,
        watch: Watch | None = None,
    ) -> None:
        """Nothing is said any more of what is dropped for this."""
        self._end_refresh()
        self._tasks.start(ARRIVAL, work, done, failed, progressed, watch)

    # -- the work tree ------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read the work tree again."""
        session = self._controller.open_session()
        if self._tasks.is_running(ARRIVAL) and not self._is_refreshing:
            self._controller.said.emit("An edit is being taken in.", "R reads again after it.", False)
            return
        self._begin(
            lambda _: (session, refresh(session), late_words(session.repository)),
            self._on_refreshed,
            self._on_refresh_failed,
            self._on_refresh_step,
            Watch(),
        )
        self._is_refreshing = True

    def cancel_refresh(self) -> bool:
        """End the reading of the work tree; the review stays as it is. False where nothing is being read."""
        if not self._is_refreshing or not self._tasks.cancel(ARRIVAL):
            return False
        self._end_refresh()
        return True

    def _end_refresh(self) -> None:
        if self._is_refreshing:
            self._is_refreshing = False
            self.refresh_said.emit(None)

    def _on_refresh_step(self, step: object) -> None:
        self.refresh_said.emit(step)

    def _on_refresh_failed(self, error: BaseException) -> None:
        self._end_refresh()
        self._controller.fail(error)

    def _on_refreshed(self, found: tuple[Session, Any, tuple[str, ...]]) -> None:
        session, arrival, late = found
        self._end_refresh()
        if session is not self._controller.session:
            return
        if arrival is None and late:
            self._controller.said.emit(late[0], "\n".join(late[1:]), True)
        elif arrival is None:
            self._controller.said.emit("Nothing changed since the work tree was last read.", "", False)
        elif self._controller.attempt(lambda: take_arrival(session, arrival)):
            self.say_arrived(session)

    # -- the expert's own lines ---------------------------------------------------------------

    def edit(self, edit: Edit) -> None:
        """Put the expert's own text in place of lines."""
        session = self._controller.open_session()
        self._edit = edit
        self._begin(
            lambda _: (session, tweak_lines(session, edit.path, edit.start, edit.count, edit.text)),
            self._on_edited,
            self._controller.fail,
        )

    def _on_edited(self, found: tuple[Session, Any]) -> None:
        session, arrival = found
        edit, self._edit = self._edit, None
        if session is not self._controller.session or edit is None:
            return
        if arrival is None:
            self._controller.said.emit("The lines are as they were.", "", False)
            self.edit_done.emit(edit.key)
        elif self._controller.attempt(lambda: take_arrival(session, arrival)):
            self.edit_done.emit(edit.key)
            self._errands.look_at_rounds()

    def restore(self, entry: Entry) -> None:
        """Answer an entry by an edit: accepted bytes are put back, or what was left out is put in."""
        session = self._controller.open_session()

        def work(_: Report) -> tuple[Session, Entry, Any]:
            # Late: the first frame restores nothing.
            from workbench.workflow.answers import answered_by_edit  # noqa: PLC0415

            return session, entry, answered_by_edit(session, entry)

        self._begin(work, self._on_restored, self._controller.fail)

    def _on_restored(self, found: tuple[Session, Entry, Any]) -> None:
        session, entry, arrival = found
        if session is not self._controller.session:
            return
        if arrival is None:
            self._controller.said.emit("The lines are there already.", "", False)
        elif self._controller.attempt(lambda: take_arrival(session, arrival)):
            self._controller.entry_judged.emit(entry)
            said = "What was left out is in" if entry.said is Said.LEFT_OUT else "The accepted lines are back"
            self._controller.said.emit(f"{said}.", "u takes that back.", False)
            self._errands.look_at_rounds()

    # -- what came ----------------------------------------------------------------------------

    def say_arrived(self, session: Session) -> None:
        """A round was taken: say what came with it, and look at what it is held against."""
        current = session.review.round
        broken = sum(entry.is_violation for entry in session.ledger())
        words = current.arrival if current is not None else ""
        if broken:
            words += f" {broken} violation{'s' if broken > 1 else ''}: ! goes to the first."
        self.arrived.emit(words)
        self._errands.look_at_rounds()
