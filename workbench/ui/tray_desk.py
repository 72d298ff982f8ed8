"""The tray in the window: opened, counted behind it, changed by keys; pins and rules from the review.

The acts are those of `workflow/pins.py` and `workflow/rules.py`, as the command line has them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from workbench.review.actions import Action, ItemRemoved, Pinned, RuleMade, SecretAllowed, Unpinned
from workbench.review.changes import Side
from workbench.review.context import Pin
from workbench.review.review import undoable
from workbench.ui.controller import Controller, as_user_error
from workbench.ui.diff.view import DiffView
from workbench.ui.tasks import Report, Tasks
from workbench.ui.theme import Theme

if TYPE_CHECKING:
    from workbench.ui.sheets import Sheets
    from workbench.ui.tray_sheet import TraySheet
    from workbench.workflow.session import Session
    from workbench.workflow.tray import Finding, Item, Tray

# The sheet and what packs is imported when it is first needed: the first frame needs neither.
# ruff: noqa: PLC0415

LANE = "tray"
OURS = (Pinned, Unpinned, ItemRemoved, SecretAllowed, RuleMade)
"""What undo takes back while the sheet is open; anything else is undone where it is seen."""


class Trays(QObject):
    """Opens the sheet, keeps it up to date, and does what its keys ask for."""

    file_wanted = Signal(object)
    command_wanted = Signal(str)

    def __init__(
        self,
        controller: Controller,
        tasks: Tasks,
        sheets: Sheets,
        view: DiffView,
        theme: Callable[[], Theme],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._controller, self._tasks, self._sheets = controller, tasks, sheets
        self._view, self._theme = view, theme
        self._sheet: TraySheet | None = None
        self._recipient = ""
        controller.changed.connect(self._on_changed)
        sheets.tray_wanted.connect(self.open)

    # -- the sheet ----------------------------------------------------------------------------

    def open(self, recipient: str = "") -> None:
        """Show what the next round gets, if it is asked of this model (or of the one that was asked last)."""
        from workbench.ui.tray_sheet import TraySheet

        self._controller.open_session()
        if self._sheet is not None:
            return
        self._recipient = recipient
        sheet = TraySheet(self._theme(), self._sheets.window)
        sheet.items.removed.connect(self._on_removed)
        sheet.items.put_back.connect(self._on_put_back)
        sheet.items.allowed.connect(self._on_allowed)
        sheet.items.unpin_wanted.connect(self._on_unpin)
        sheet.items.undo_wanted.connect(self._on_undo)
        sheet.file_wanted.connect(self._on_file)
        sheet.task_wanted.connect(self._on_task)
        sheet.closed.connect(self._on_closed)
        self._sheet = sheet
        self._sheets.show_over(sheet)
        self._read()

    def _read(self) -> None:
        """Pack behind the window: rough counts at once, the exact ones when they are there."""
        session, wanted = self._controller.open_session(), self._recipient

        def work(report: Report) -> tuple[Session, Tray]:
            from workbench.workflow import calls, outgoing, recipients
            from workbench.workflow.limits import usual_model

            recipient = recipients.recipient_named(session, wanted or usual_model(session) or calls.OFFLINE)
            report.say((session, outgoing.preview(session, recipient, report.cancelled, quick=True)))
            tray = outgoing.preview(session, recipient, report.cancelled)
            return session, outgoing.measured_preview(session, recipient, tray, report.cancelled)

        self._tasks.start(LANE, work, self._on_packed, self._on_failed, self._on_packed)

    def _on_packed(self, found: tuple[Session, Tray]) -> None:
        if self._sheet is not None and found[0] is self._controller.session:
            self._sheet.show_tray(found[1])

    def _on_failed(self, error: BaseException) -> None:
        expected = as_user_error(error)
        if expected is None:
            raise error
        if self._sheet is not None:
            self._sheet.show_error(f"{expected.message} {expected.hint}".strip())

    def _on_changed(self) -> None:
        if self._sheet is not None and self._controller.session is not None:
            self._read()

    def _on_closed(self) -> None:
        self._sheet = None
        self._tasks.ask_to_stop(LANE)

    def _on_file(self, path: str) -> None:
        self._sheets.close()
        self.file_wanted.emit(path)

    def _on_task(self) -> None:
        self._sheets.close()
        self.command_wanted.emit("task")

    # -- its keys -----------------------------------------------------------------------------

    def _on_removed(self, item: str) -> None:
        self._act(lambda session, pins, items: pins.remove_item(session, items, item))

    def _on_put_back(self, item: str) -> None:
        self._act(lambda session, pins, items: pins.put_back(session, items, item))

    def _on_allowed(self, finding: Finding) -> None:
        self._act(lambda session, pins, _: pins.allow(session, finding))

    def _on_unpin(self, item: Item) -> None:
        self._act(lambda session, pins, _: pins.unpin(session, item.path or ""))

    def _act(self, act: Callable[[Session, Any, tuple[Item, ...]], object]) -> None:
        from workbench.workflow import pins

        session, sheet = self._controller.open_session(), self._sheet
        tray = sheet.tray if sheet is not None else None
        if tray is not None:
            self._controller.attempt(lambda: act(session, pins, tray.items))

    def _on_undo(self) -> None:
        session = self._controller.open_session()
        newest = undoable(session.review)
        if not isinstance(newest, OURS):
            if self._sheet is not None:
                self._sheet.show_error("There is nothing of the tray to undo.")
            return
        done: list[Action | None] = []
        if self._controller.attempt(lambda: done.append(session.undo())):
            self._controller.undo_said(done[0])

    def look_at_copied(self, text: str) -> None:
        """Warn where what went into the clipboard looks secret: it is there already, and not sent yet."""
        session = self._controller.open_session()

        def work(_: Report) -> tuple[Finding, ...]:
            from workbench.workflow.gate import findings_in_text, quoted_paths

            return findings_in_text(session, text, paths=quoted_paths(session.feedback()))

        self._tasks.start("copied", work, self._on_copied, self._controller.fail)

    def _on_copied(self, found: tuple[Finding, ...]) -> None:
        stopped = [each for each in found if not each.allowed]
        if stopped:
            self._controller.said.emit(
                "The feedback is in the clipboard, and holds what looks like a secret.",
                stopped[0].words,
                True,
            )

    # -- from the review ----------------------------------------------------------------------

    def pin_lines(self) -> None:
        """Pin the selected lines, else those of the change under the cursor; pinned ones are let go."""
        place = self._view.place()
        if place is None or place.path is None or (place.count and place.side is Side.OLD):
            self._controller.said.emit(
                "There are no lines of this round under the cursor.",
                "Select some: v. P pins the file.",
                False,
            )
            return
        self._pin(place.path, place.start if place.count else 0, place.count)

    def pin_file(self) -> None:
        """Pin the file under the cursor, or let it go."""
        path = self._view.current_file()
        if path is None:
            self._controller.said.emit("There is no file under the cursor.", "} goes to the next one.", False)
        else:
            self._pin(path, 0, 0)

    def _pin(self, path: str, start: int, count: int) -> None:
        from workbench.workflow import pins

        session = self._controller.open_session()
        if pins.is_pinned(session, path, start, count):
            name = Pin(path, "", start, count).name
            if self._controller.attempt(lambda: pins.unpin(session, name)):
                self._controller.said.emit(f"Unpinned {name}.", "u pins it again.", False)
            return
        made: list[Any] = []
        if self._controller.attempt(lambda: made.append(pins.pin(session, path, start, count))):
            self._view.clear_selection()
            words = f"Pinned {made[0].name}: every next round gets it."
            self._controller.said.emit(words, "b shows all that it gets; u takes the pin away.", False)

    def _note_here(self) -> str | None:
        """The note under the cursor, or the only one on the change under it, as just after writing it."""
        stop = self._view.stop()
        if stop.note is not None or stop.change is None:
            return stop.note
        notes = self._controller.open_session().notes_in_round()
        here = [note.id for note, place in notes if place is not None and place.change == stop.change]
        return here[0] if len(here) == 1 else None

    def make_rule(self) -> None:
        """Make a house rule of the note under the cursor."""
        from workbench.workflow.rules import rule_of_note

        session, note = self._controller.open_session(), self._note_here()
        if note is None:
            self._controller.said.emit("There is no note under the cursor.", "; goes to the next one.", False)
            return
        made: list[Any] = []
        if self._controller.attempt(lambda: made.append(rule_of_note(session, note))):
            fits = f" for {made[0].pattern}" if made[0].pattern else ""
            self._controller.said.emit(
                f"{note} is house rule {made[0].id} now{fits}: every next round is given it.",
                "u takes it away again.",
                False,
            )
