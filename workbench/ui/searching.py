"""The search of the main window: its line, the lines that it needs read, and the words about it.

Lines that are not on the screen are read off the window's thread, some files at a time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.errors import UserError
from workbench.review.changes import Side
from workbench.ui.controller import Controller
from workbench.ui.diff.finding import Query, Sides
from workbench.ui.diff.view import DiffView
from workbench.ui.search_line import SearchLine
from workbench.ui.tasks import Report, Tasks
from workbench.workflow.session import Session

_LANE = "search"


class ReviewSearch(QObject):
    """Ties the line to the view."""

    left = Signal()
    moved = Signal()
    """It went to a match: what the view leaves out may have to be shown."""

    def __init__(
        self, controller: Controller, tasks: Tasks, view: DiffView, column: QVBoxLayout, window: QWidget
    ) -> None:
        super().__init__(window)
        self._controller, self._tasks, self._view = controller, tasks, view
        self.line = SearchLine(window, whole=True)
        column.addWidget(self.line)
        self.line.asked.connect(self._find)
        self.line.stepped.connect(view.next_hit)
        self.line.taken.connect(self._take)
        self.line.left.connect(self.leave)
        view.search_changed.connect(self.line.show_standing)
        view.search_resumed.connect(self._on_resumed)
        view.texts_wanted.connect(self._read)
        view.read_all_in_search()

    @property
    def is_open(self) -> bool:
        """Whether the line is there."""
        return self.line.isVisible()

    def open(self) -> None:
        """Show the line. What was looked for last stands in it, ready to be typed over."""
        if not self.line.isVisible():
            self.line.show()
            if self.line.query.text:
                self._find(self.line.query)
        picked = self._view.picked_text()
        self.line.setFocus()
        self.line.line.begin(picked if picked.strip() else self.line.line.text())

    def _on_resumed(self) -> None:
        """n or N went on with it from the review, where the keys stay."""
        self.line.show()

    def leave(self) -> None:
        """Take the line and its marks away."""
        self.line.hide()
        self._tasks.cancel(_LANE)
        self._view.find("")
        self._view.setFocus()

    def _find(self, query: Query) -> None:
        self._tasks.cancel(_LANE)
        try:
            self.line.show_count(
                self._view.find(query.text, query.regex, query.case, word=query.word, sides=query.sides)
            )
        except UserError as error:
            self._view.find("")
            self.line.show_words(error.message)

    def _take(self) -> None:
        """Enter: the keys go to the review, and the cursor to the next match unless it stands on one."""
        self._view.setFocus()
        if not self._view.search_standing.at:
            self._view.next_hit(1)

    def _read(self, wanted: tuple[Sides, tuple[str, ...]]) -> None:
        sides, paths = wanted
        session = self._controller.session
        if session is None:
            self._view.take_texts({})
            return
        side = Side.OLD if sides is Sides.OLD else Side.NEW

        def work(report: Report) -> tuple[Session, Mapping[str, Sequence[bytes]]]:
            texts: dict[str, Sequence[bytes]] = {}
            for path in paths:
                if report.cancelled.is_set():
                    break
                try:
                    texts[path] = session.lines_at(path, side)
                except UserError:
                    continue  # A file that is not there any more is searched in what is shown of it.
            return session, texts

        self._tasks.start(_LANE, work, self._on_read, self._controller.fail)

    def _on_read(self, found: tuple[Session, Mapping[str, Sequence[bytes]]]) -> None:
        if found[0] is self._controller.session:
            self._view.take_texts(found[1])
