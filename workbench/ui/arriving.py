"""Rounds that are made here, off the window's thread: the work tree read again, lines edited or restored.

They share one lane, for each begins at the round that is shown. An edit drops the reading of the work tree,
and waits for the edit before it: nothing that was written is dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct
from PySide6.QtCore import QObject, Signal

from workbench.errors import UserError
from workbench.review.entries import Entry, Said, violations_of
from workbench.ui.controller import Controller
from workbench.ui.errands import Errands
from workbench.ui.tasks import Answer, Report, Tasks
from workbench.workflow.candidates import late_words
from workbench.workflow.draft_lines import DraftLines, start_now, tree_now
from workbench.workflow.receive import Arrival, load_ledger, refresh, take_arrival, tweak_lines
from workbench.workflow.session import Session
from workbench.workflow.watching import Watch

ARRIVAL = "arrival"


class Edit(Struct, frozen=True):
    """Lines of the round's file that the expert replaces, and the editor they were written in."""

    key: str
    lines: DraftLines
    text: bytes


def lines_changed() -> UserError:
    """What is said where the lines of an edit are not there any more."""
    return UserError(
        "The lines that this edit replaces were changed meanwhile.",
        hint="Copy your text, press Esc, and edit the lines as they are now.",
    )


class Arriving(QObject):
    """Starts what makes a round, and takes it."""

    refresh_said = Signal(object)
    """A step of reading the work tree; None once nothing reads it any more."""
    arrived = Signal(object)
    edit_done = Signal(object)

    def __init__(
        self, controller: Controller, errands: Errands, tasks: Tasks, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._controller, self._errands, self._tasks = controller, errands, tasks
        self._now: Edit | Entry | None = None
        """What is being taken in."""
        self._waiting: dict[str, Edit | Entry] = {}
        """What is taken in after it, in this order."""
        self._is_refreshing = False
        controller.opened.connect(self._forget)

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
        self._take_in(edit)

    def restore(self, entry: Entry) -> None:
        """Answer an entry by an edit: accepted bytes are put back, or what was left out is put in."""
        self._take_in(entry)

    def _take_in(self, wanted: Edit | Entry) -> None:
        if self._now is None or _name(self._now) == _name(wanted):
            self._start(wanted)  # the same once more: nothing of it was taken yet, and the newest counts
        else:
            self._waiting[_name(wanted)] = wanted

    def _start(self, wanted: Edit | Entry) -> None:
        session = self._controller.open_session()
        tree, self._now = tree_now(session), wanted
        if isinstance(wanted, Edit):
            edit = wanted
            self._begin(
                lambda _: (session, edit, _edited(session, edit, tree)), self._on_edited, self._on_failed
            )
        else:
            entry = wanted
            self._begin(
                lambda _: (session, entry, _answered(session, entry, tree)),
                self._on_restored,
                self._on_failed,
            )

    def _go_on(self) -> None:
        """Take in what waited."""
        self._now = None
        if not self._waiting:
            return
        wanted = self._waiting.pop(next(iter(self._waiting)))
        if isinstance(wanted, Edit):
            self._start(wanted)
            return
        # The round that came meanwhile may have moved it, or answered it.
        self._now, session = wanted, self._controller.open_session()
        self._begin(lambda _: (session, wanted, load_ledger(session)), self._on_ledger, self._on_failed)

    def _on_ledger(self, found: tuple[Session, Entry, Any]) -> None:
        session, entry, facts = found
        session.ledger_facts = facts
        self._controller.changed.emit()
        again = self._controller.entry(entry.id)
        if again is not None:
            self._start(again)
        else:
            self._controller.said.emit(f"What the ledger said of {entry.path} is done with.", "", False)
            self._go_on()

    def _forget(self) -> None:
        """Another review is shown. What was written for the one before is kept there as drafts."""
        self._waiting.clear()
        if self._now is not None:
            self._tasks.cancel(ARRIVAL)
            self._now = None

    def _on_failed(self, error: BaseException) -> None:
        try:
            self._controller.fail(error)
        finally:  # also where it was a bug
            self._go_on()

    def _on_edited(self, found: tuple[Session, Edit, Any]) -> None:
        session, edit, arrival = found
        try:
            if arrival is None:
                self._controller.said.emit("The lines are as they were.", "", False)
                self.edit_done.emit(edit.key)
            elif self._controller.attempt(lambda: take_arrival(session, arrival)):
                self.edit_done.emit(edit.key)
                self._errands.look_at_rounds()
        finally:
            self._go_on()

    def _on_restored(self, found: tuple[Session, Entry, Any]) -> None:
        session, entry, arrival = found
        try:
            if arrival is None:
                self._controller.said.emit("The lines are there already.", "", False)
            elif self._controller.attempt(lambda: take_arrival(session, arrival)):
                self._controller.entry_judged.emit(entry)
                left_out = entry.said is Said.LEFT_OUT
                said = "What was left out is in" if left_out else "The accepted lines are back"
                self._controller.said.emit(f"{said}.", "u takes that back.", False)
                self._errands.look_at_rounds()
        finally:
            self._go_on()

    # -- what came ----------------------------------------------------------------------------

    def say_arrived(self, session: Session) -> None:
        """A round was taken: say what came with it, and look at what it is held against."""
        current = session.review.round
        broken = violations_of(session.ledger())
        words = current.arrival if current is not None else ""
        if broken:
            # Not "to the first": the cursor goes there by itself, unless somebody writes.
            one = broken == 1
            words += f" {broken} violation{'' if one else 's'}: ! goes {'to it' if one else 'through them'}."
        self.arrived.emit(words)
        self._errands.look_at_rounds()


def _name(wanted: Edit | Entry) -> str:
    return wanted.key if isinstance(wanted, Edit) else wanted.id


def _edited(session: Session, edit: Edit, tree: str) -> Arrival | None:
    """The round with the edit in it, wherever its lines are by now. None if it changes nothing. Blocking."""
    start = start_now(session, edit.lines)
    if start is None:
        raise lines_changed()
    arrival = tweak_lines(session, edit.lines.path, start, edit.lines.count, edit.text)
    _ensure_shown(session, tree)
    return arrival


def _answered(session: Session, entry: Entry, tree: str) -> Arrival | None:
    # Late: the first frame restores nothing.
    from workbench.workflow.answers import answered_by_edit  # noqa: PLC0415

    arrival = answered_by_edit(session, entry)
    _ensure_shown(session, tree)
    return arrival


def _ensure_shown(session: Session, tree: str) -> None:
    """The window's thread may have taken another round meanwhile, in which the lines have other numbers."""
    if tree_now(session) != tree:
        raise UserError("Another round arrived meanwhile; the edit was not taken.", hint="Edit again.")
