"""The ledger's own commands in the window: the rest sent back, one change made anew, a question asked.

The acts are those of `workflow/answers.py`, `only.py` and `asking.py`, as the command line has them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from workbench.ui.controller import Controller
from workbench.ui.diff.document import Stop
from workbench.ui.single_shot import single_shot
from workbench.ui.tasks import Report, Tasks
from workbench.ui.writing import Writing

if TYPE_CHECKING:
    from workbench.ui.sheets import Sheets
    from workbench.workflow.session import Session

# What sends and asks is imported when it is first needed: the first frame needs neither.

FRAME = 80
"""Milliseconds between two looks at an answer that is being written."""


class LedgerDesk(QObject):
    """Runs these commands, and keeps what is being answered."""

    def __init__(self, controller: Controller, tasks: Tasks, sheets: Sheets, parent: QObject) -> None:
        super().__init__(parent)
        self._controller, self._tasks, self._sheets = controller, tasks, sheets
        self._frame = single_shot(self, FRAME, controller.changed.emit)
        controller.opened.connect(self._forget)

    # -- the rest of the ledger ---------------------------------------------------------------

    def send_back(self) -> None:
        """Every violation without an answer goes into the feedback again, as one act."""
        from workbench.workflow.answers import send_rest_back  # noqa: PLC0415 - said above

        session = self._controller.open_session()
        done: list[int] = []
        if self._controller.attempt(lambda: done.append(send_rest_back(session))):
            entries = "1 entry goes" if done[0] == 1 else f"{done[0]} entries go"
            self._controller.said.emit(
                f"{entries} back with the feedback.", "Ctrl+Shift+Enter sends it; u takes that back.", False
            )

    # -- only this ----------------------------------------------------------------------------

    def regenerate(self, stop: Stop, path: str | None, *, whole: bool) -> None:
        """Open the send sheet for the change under the cursor alone, or for its file."""
        from workbench.workflow.only import wanted_only  # noqa: PLC0415 - said above

        session = self._controller.open_session()
        wanted: list[Any] = []

        def find() -> None:
            if whole and path is not None:
                wanted.append(wanted_only(session, file=path))
            else:
                wanted.append(wanted_only(session, [stop.change] if stop.change else []))

        if stop.change is None and not (whole and path is not None):
            what, key = ("file", "}") if whole else ("change", "]")
            self._controller.said.emit(
                f"There is no {what} under the cursor.", f"{key} goes to the next one.", False
            )
        elif self._controller.attempt(find):
            self._sheets.open_sending(wanted[0])

    # -- asking -------------------------------------------------------------------------------

    def ask(self, note_id: str | None) -> None:
        """Send a question at once. Its answer is shown in its thread as it is written."""
        from workbench.workflow.asking import chosen_model, require_question  # noqa: PLC0415 - said above

        session = self._controller.open_session()
        if note_id is None:
            self._controller.said.emit("There is no question under the cursor.", "c? writes one.", False)
            return
        if note_id in session.review.findings:
            words = f"{note_id} is a draft, which is sent to nobody."
            self._controller.said.emit(words, "a adopts it as a note; a question can be asked then.", False)
            return
        found: list[str] = []

        def look() -> None:
            model = chosen_model(session)
            found.append(require_question(session, note_id, model).id)
            found.append(model)

        if not self._controller.attempt(look):
            return
        note, model = found
        if note in self._controller.writing:
            self._controller.said.emit(f"{note} is being answered.", "", False)
            return
        self._controller.writing[note] = Writing(model)
        self._controller.changed.emit()

        def work(report: Report) -> tuple[Session, str]:
            from workbench.workflow.asking import ask  # noqa: PLC0415 - said above

            try:
                for event in ask(session, note, model, report.cancelled):
                    report.say((session, note, event))
            except BaseException:
                report.say((session, note, None))
                raise
            return session, note

        self._tasks.start(_lane(note), work, self._on_done, self._controller.fail, self._on_event)

    def cancel(self) -> bool:
        """Ask every running answer to stop; what has arrived is kept. False where none is running."""
        asked = [self._tasks.ask_to_stop(_lane(note)) for note in tuple(self._controller.writing)]
        return any(asked)

    def _on_event(self, found: tuple[Session, str, Any]) -> None:
        from workbench.workflow.asking import take  # noqa: PLC0415 - said above

        session, note, event = found
        kind = type(event).__name__
        writing = self._controller.writing
        is_shown = session is self._controller.session
        if kind in ("Called", "AnswerArrived", "NotAnswered"):
            self._controller.attempt(lambda: take(session, event))
        if not is_shown:
            return
        if kind == "TextArrived" and note in writing:
            writing[note].add(event.text)
            if not self._frame.isActive():
                self._frame.start()
        elif kind in ("Retried", "FellBack") and note in writing:
            writing[note] = Writing(getattr(event, "to", writing[note].model))
        elif kind == "Noticed":
            self._controller.said.emit(event.words, "", False)
        elif kind == "NotAnswered":
            self._controller.said.emit(event.sentence, event.hint, True)
        elif kind == "AnswerArrived" and event.words:
            self._controller.said.emit(event.words, "", True)
        if event is None or kind in ("AnswerArrived", "NotAnswered"):
            writing.pop(note, None)
            self._controller.changed.emit()

    def _on_done(self, found: tuple[Session, str]) -> None:
        session, note = found
        if session is self._controller.session and note in self._controller.writing:
            del self._controller.writing[note]
            self._controller.changed.emit()

    def _forget(self) -> None:
        self._controller.writing.clear()


def _lane(note: str) -> str:
    return f"ask {note}"
