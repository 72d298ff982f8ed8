"""Landing, and undoing a landing, off the window's thread. The recorded act comes back here."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal

from workbench.review.actions import Action, Landed
from workbench.review.review import undoable
from workbench.ui.controller import Controller, as_user_error
from workbench.ui.tasks import Report, Tasks
from workbench.workflow.session import Session


class LandingErrands(QObject):
    """Plan, carry out, undo."""

    plan_made = Signal(object)
    failed = Signal(object)
    landed = Signal(object)

    def __init__(self, controller: Controller, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._tasks = tasks

    def plan(self, destination: str) -> None:
        """Work out what landing would write."""
        session = self._controller.open_session()

        def work(_: Report) -> object:
            from workbench.workflow.landing import plan_landing  # noqa: PLC0415 - the first frame lands nothing

            return plan_landing(session, destination)

        self._tasks.start("plan", work, self._on_plan, self._on_failed)

    def carry_out(self, plan: Any) -> None:
        """Write it."""
        session = self._controller.open_session()

        def work(_: Report) -> tuple[Session, Landed]:
            from workbench.workflow.landing import carry_out  # noqa: PLC0415 - as above

            return session, carry_out(session, plan)

        self._tasks.start("land", work, self._on_landed, self._on_failed)

    def undo(self) -> bool:
        """Undo the newest act if that is a landing; False when it is something else."""
        session = self._controller.session
        action = undoable(session.review) if session is not None else None
        if session is None or not isinstance(action, Landed):
            return False

        def work(_: Report) -> tuple[Session, Action, Landed]:
            from workbench.workflow.landing import undo_landing  # noqa: PLC0415 - as above

            return session, undo_landing(session, action), action

        self._tasks.start("land", work, self._on_undone, self._controller.fail)
        return True

    def _on_plan(self, plan: object) -> None:
        self.plan_made.emit(plan)

    def _on_failed(self, error: BaseException) -> None:
        expected = as_user_error(error)
        if expected is None:
            raise error
        self.failed.emit(expected)

    def _on_landed(self, found: tuple[Session, Landed]) -> None:
        session, action = found
        if self._controller.attempt(lambda: session.act(action)):
            self.landed.emit(action)

    def _on_undone(self, found: tuple[Session, Action, Landed]) -> None:
        session, undone, landed = found
        if self._controller.attempt(lambda: session.act(undone)):
            files = "1 file is" if len(landed.files) == 1 else f"{len(landed.files)} files are"
            self._controller.said.emit(f"The landing is undone: {files} as before.", "", False)
