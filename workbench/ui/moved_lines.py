"""Looks for moved blocks in a worker, and hands them to the view: a large review takes a second."""

from __future__ import annotations

from PySide6.QtCore import QObject

from workbench.review.changes import FileChange
from workbench.review.moved import Moves, moved_blocks
from workbench.ui.controller import Controller
from workbench.ui.diff.view import DiffView
from workbench.ui.tasks import Report, Tasks

REST = 0.002
"""Seconds that the worker leaves to the window's thread now and then: both are Python."""


class MovedLines(QObject):
    """Knows for which files they were looked for."""

    def __init__(self, controller: Controller, tasks: Tasks, view: DiffView, parent: QObject) -> None:
        super().__init__(parent)
        self._controller, self._tasks, self._view = controller, tasks, view
        self._files: tuple[FileChange, ...] = ()

    def look(self) -> None:
        """Look for them, where the files are others than those that were looked at."""
        session = self._controller.session
        if session is None or session.is_loading or session.files_so_far is self._files:
            return
        files = self._files = session.files_so_far

        def work(report: Report) -> tuple[tuple[FileChange, ...], Moves]:
            return files, moved_blocks(files, lambda: report.cancelled.wait(REST))

        self._tasks.start("moved", work, self._on_found, self._controller.fail)

    def _on_found(self, found: tuple[tuple[FileChange, ...], Moves]) -> None:
        files, moves = found
        if files is self._files:
            self._view.set_moves(moves)
