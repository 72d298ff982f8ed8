"""Landing, and undoing a landing, off the window's thread. The recorded act comes back here."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal

from workbench.errors import UserError
from workbench.review.actions import Action, Landed
from workbench.review.review import undoable
from workbench.ui.controller import Controller, as_user_error
from workbench.ui.tasks import Report, Tasks
from workbench.workflow.session import Session


class LandingErrands(QObject):
    """Plan, carry out, undo."""

    plan_made = Signal(object)
    plan_failed = Signal(object)
    secrets_found = Signal(object)
    """The same plan, with what looks secret in it."""
    failed = Signal(object)
    landed = Signal(object)

    def __init__(self, controller: Controller, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._tasks = tasks
        self._again: Callable[[], object] | None = None

    def plan(self, destination: str) -> None:
        """Work out what landing would write."""
        session = self._controller.open_session()

        def work(report: Report) -> object:
            from workbench.workflow.landing import plan_landing  # noqa: PLC0415 - the first frame lands nothing
            from workbench.workflow.landing_secrets import with_secrets  # noqa: PLC0415 - as above

            plan = plan_landing(session, destination)
            # What looks secret is looked for while the plan is being read.
            report.say(plan)
            return with_secrets(session, plan)

        self._tasks.start("plan", work, self._on_secrets, self._on_plan_failed, self._on_plan)

    def carry_out(self, plan: Any, skip_hooks: bool = False) -> None:
        """Write it. Where trust is lacking it is asked for, and then this is done again."""
        session = self._controller.open_session()
        self._again = partial(self.carry_out, plan, skip_hooks)

        def work(report: Report) -> tuple[Session, Landed]:
            from workbench.workflow.landing import carry_out  # noqa: PLC0415 - as above

            return session, carry_out(session, plan, skip_hooks=skip_hooks, cancelled=report.cancelled.is_set)

        self._tasks.start("land", work, self._on_landed, self._on_failed)

    def stop(self) -> None:
        """End the hooks that run. What is being written is written all the same."""
        self._tasks.ask_to_stop("land")

    def undo(self) -> bool:
        """Undo the newest act if that is a landing; False when it is something else."""
        self._controller.steps.finish()  # the newest may be under way
        session = self._controller.session
        action = undoable(session.review) if session is not None else None
        if session is None or not isinstance(action, Landed):
            return False

        def work(_: Report) -> tuple[Session, Action, Landed]:
            from workbench.workflow.landing import undo_landing  # noqa: PLC0415 - as above

            return session, undo_landing(session, action), action

        self._again = self.undo
        self._tasks.start("land", work, self._on_undone, self._on_undo_failed)
        return True

    def _on_plan(self, plan: object) -> None:
        self.plan_made.emit(plan)

    def _on_secrets(self, plan: object) -> None:
        self.secrets_found.emit(plan)

    def _on_plan_failed(self, error: BaseException) -> None:
        self.plan_failed.emit(self._expected(error))

    def _on_failed(self, error: BaseException) -> None:
        expected = self._expected(error)
        self.failed.emit(expected)
        self._ask_for_trust(expected)

    def _on_undo_failed(self, error: BaseException) -> None:
        expected = self._expected(error)
        if not self._ask_for_trust(expected):
            self._controller.fail(expected)

    @staticmethod
    def _expected(error: BaseException) -> UserError:
        expected = as_user_error(error)
        if expected is None:
            raise error
        return expected

    def _ask_for_trust(self, error: UserError) -> bool:
        from workbench.workflow.trust import RestrictedError  # noqa: PLC0415 - as above

        if not isinstance(error, RestrictedError):
            return False
        self._controller.trust_needed.emit(error, self._again)
        return True

    def _on_landed(self, found: tuple[Session, Landed]) -> None:
        session, action = found
        if self._controller.attempt(lambda: session.act(action)):
            self.landed.emit(action)

    def _on_undone(self, found: tuple[Session, Action, Landed]) -> None:
        session, undone, landed = found
        if self._controller.attempt(lambda: session.act(undone)):
            self._controller.said.emit(f"The landing is undone: {_back(landed)}.", "", False)


def _back(landed: Landed) -> str:
    """What is as it was, in words."""
    count = len(landed.files)
    files = "1 file is" if count == 1 else f"{count} files are"
    if landed.destination == "index":
        return f"{files} in the index as before"
    if landed.destination.startswith("branch:"):
        name = landed.destination.removeprefix("branch:")
        return f"{name} is where it was" if landed.ref_before else f"{name} is gone again"
    return f"{files} as before"
