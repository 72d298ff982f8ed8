"""The task while it is written: saved into the review, a draft until then. Knows its sheet alone."""

from __future__ import annotations

from PySide6.QtCore import QObject

from workbench.errors import UserError
from workbench.ui.controller import Controller
from workbench.ui.drafts import TASK
from workbench.ui.task_sheet import TaskSheet
from workbench.ui.written import Written, as_draft, from_draft
from workbench.workflow.session import Session


class TaskDesk(QObject):
    """Of one review: what is written for it goes nowhere else, whatever is opened meanwhile."""

    def __init__(self, session: Session, controller: Controller) -> None:
        super().__init__()
        self._session, self._controller = session, controller
        self._sheet: TaskSheet | None = None

    def draft(self) -> str | None:
        """What was written before, and not saved."""
        kept = self._session.drafts().get(TASK)
        return None if kept is None else from_draft(kept).text

    def attend(self, sheet: TaskSheet) -> None:
        """Save what is written in this sheet, as long as it is there."""
        self._sheet = sheet
        self.setParent(sheet)
        sheet.written.connect(self._save)
        sheet.drafted.connect(self._keep)

    def _save(self, text: str) -> None:
        if self._sheet is None or self._session is not self._controller.session:
            return
        if self._controller.set_task(text):
            self._keep(self._session.review.task)
            self._sheet.saved()
        else:
            self._sheet.show_error("The task is not saved. It stands here still, and as a draft.")
            self._keep(text)

    def _keep(self, text: str) -> None:
        if self._sheet is None:
            return
        # In its own review, also where another one has just come and closes the sheet.
        try:
            if text.strip() == self._session.review.task:
                self._session.drop_draft(TASK)
            else:
                self._session.save_draft(TASK, as_draft(Written(text)))
        except UserError as error:
            self._sheet.is_kept = False
            self._sheet.show_error(f"{error.message} What you wrote stands here alone: copy it. Esc leaves.")
        else:
            self._sheet.is_kept = True
