"""Finds in a worker what rows say that needs a look at all files: moved blocks, changes of white space alone.

A large review takes a second; until then nothing is said, and nothing waits for it.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from workbench.review.changes import FileChange
from workbench.review.moved import Moves, moved_blocks
from workbench.review.run_rows import differs_in_blanks
from workbench.review.steps import Steps
from workbench.ui.controller import Controller
from workbench.ui.diff.view import DiffView
from workbench.ui.tasks import Report, Tasks

_STRIDE = 100
"""Changes after which the worker gives way."""

Found = tuple[tuple[FileChange, ...], Moves, int]


class RowWords(QObject):
    """Knows for which files it has looked."""

    found = Signal()

    def __init__(self, controller: Controller, tasks: Tasks, view: DiffView, parent: QObject) -> None:
        super().__init__(parent)
        self._controller, self._tasks, self._view = controller, tasks, view
        self._files: tuple[FileChange, ...] = ()
        self.blanks: int | None = None
        """How many changes differ in white space alone; None while that is not known."""

    def look(self) -> None:
        """Look, where the files are others than those that were looked at."""
        session = self._controller.session
        if session is None or session.is_loading or session.files_so_far is self._files:
            return
        files = self._files = session.files_so_far
        self.blanks = None

        def work(report: Report) -> Found:
            give_way = report.give_way
            return files, moved_blocks(files, give_way), report.finish(_in_blanks(files))

        self._tasks.start("row words", work, self._on_found, self._controller.fail, behind=True)

    def _on_found(self, found: Found) -> None:
        files, moves, blanks = found
        if files is self._files:
            self.blanks = blanks
            self._view.set_moves(moves)
            self.found.emit()


def _in_blanks(files: tuple[FileChange, ...]) -> Steps[int]:
    count = looked = 0
    for file in files:
        for change in file.changes:
            count += yield from differs_in_blanks(change)
            looked += 1
            if looked % _STRIDE == 0:
                yield
    return count


def whitespace_words(count: int | None) -> str:
    """What ignoring white space hides: "3 changes differ in white space alone"."""
    if count is None:
        return "changes that differ in white space alone are being counted"
    if not count:
        return "no change differs in white space alone"
    return f"{count:,} change{' differs' if count == 1 else 's differ'} in white space alone"
