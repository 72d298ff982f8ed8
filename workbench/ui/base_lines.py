"""The lines of files in the base, as the view wants them: many files at a time, by one thread.

A drag through thousands of files wants those of twenty more with each frame. A thread and an answer for each
took more of a frame than painting it.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, Signal

from workbench.review.changes import Side
from workbench.ui.controller import Controller
from workbench.ui.single_shot import single_shot
from workbench.ui.tasks import Report, Tasks
from workbench.workflow.session import Session

MOST = 64
"""Files that are read before what came is shown."""

Lines = tuple[bytes, ...]
Found = tuple[Session, Mapping[str, Lines], Exception | None]
"""What was read of what was wanted, and what went wrong first."""


class BaseLines(QObject):
    """Reads what is wanted, last wanted first: in a drag the others are out of sight by then."""

    read = Signal(object)
    """The lines of some files by path."""

    def __init__(self, controller: Controller, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._controller = controller
        self._tasks = tasks
        self._wanted: dict[str, None] = {}
        self._reading: frozenset[str] = frozenset()
        self._turn = single_shot(self, 0, self._begin)
        controller.opened.connect(self._forget)

    def want(self, path: str) -> None:
        """Read the lines of one file, together with what else is wanted in this turn."""
        if path in self._reading:
            return
        self._wanted.pop(path, None)
        self._wanted[path] = None
        if not self._reading:
            self._turn.start()

    def _begin(self) -> None:
        session = self._controller.session
        if session is None:
            self._wanted.clear()
            return
        chosen = tuple(self._wanted)[: -MOST - 1 : -1]
        for path in chosen:
            del self._wanted[path]
        paths = tuple(
            path for path in chosen if path in session.by_path or self._controller.shows_other(path)
        )
        if not paths:
            self._go_on()
            return
        self._reading = frozenset(paths)

        def work(report: Report) -> Found:
            found: dict[str, Lines] = {}
            failed = None
            for path in paths:
                if report.cancelled.is_set():
                    break
                try:
                    found[path] = session.lines_at(path, Side.OLD)
                except Exception as error:  # noqa: BLE001 - it is said, and the other files are read all the same
                    failed = failed or error
            return session, found, failed

        self._tasks.start("base lines", work, self._on_read, self._on_failed)

    def _on_read(self, answer: Found) -> None:
        session, found, failed = answer
        self._reading = frozenset()
        if session is self._controller.session:
            if found:
                self.read.emit(found)
            if failed is not None:
                self._controller.fail(failed)
        self._go_on()

    def _on_failed(self, error: BaseException) -> None:
        self._reading = frozenset()
        self._controller.fail(error)
        self._go_on()

    def _go_on(self) -> None:
        if self._wanted:
            self._turn.start()

    def _forget(self) -> None:
        self._tasks.cancel("base lines")
        self._reading = frozenset()
        self._wanted.clear()
