"""Where the window was, kept shortly after it moves, so that it opens there again even after a kill."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QByteArray, QObject, QSize
from PySide6.QtWidgets import QSplitter, QWidget

from workbench.errors import UserError
from workbench.ui.controller import Controller
from workbench.ui.diff.view import DiffView
from workbench.ui.file_panel import FilePanel
from workbench.ui.single_shot import single_shot

QUIET = 600
"""Milliseconds without a move after which the place is kept."""


LEAST = {0: 760, 2: 1040}
"""By the number of a panel, the narrowest window that shows it beside the code without being asked."""


FRAME = QSize(8, 40)
"""What a desktop draws around a window: its screen counts that as free."""


def usual_size(screen: QSize) -> QSize:
    """As large as the drawings of the window, and whole on the screen."""
    return QSize(1600, 1000).boundedTo(screen - FRAME)


class Places(QObject):
    """Keeps and restores."""

    def __init__(
        self,
        controller: Controller,
        view: DiffView,
        files: FilePanel,
        side: QWidget,
        splitter: QSplitter,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._controller, self._view, self._files = controller, view, files
        self._splitter, self._window = splitter, window
        self._ends: dict[int, QWidget] = {0: files, 2: side}
        self._too_narrow: set[int] = set()
        self._width = max(LEAST.values())
        self._timer = single_shot(self, QUIET, self.keep)

    def moved(self) -> None:
        """Something moved; keep it when it is quiet again."""
        self._timer.start()

    def keep(self) -> None:
        """Keep the place now."""
        self._timer.stop()
        session = self._controller.session
        if session is None:
            return
        place = {
            "view": self._view.state(),
            "folded": self._files.folded(),
            "by_shape": self._files.is_by_shape,
            "geometry": bytes(self._window.saveGeometry().toBase64().data()).decode("ascii"),
            "splitter": self._splitter.sizes(),
            "hidden": [
                number
                for number, end in self._ends.items()
                if not end.isVisibleTo(self._splitter) and number not in self._too_narrow
            ],
        }
        try:
            session.save_place(place)
        except UserError:
            # A full disk is said at the next verdict; where the window was is not worth a message of its own.
            return

    def read(self) -> Mapping[str, Any]:
        """What was kept of the open review."""
        session = self._controller.session
        found = session.place() if session is not None else None
        return found if found is not None else {}

    def restore_window(self, place: Mapping[str, Any], *, geometry: bool) -> None:
        """The window's own part. `geometry` is False where the size was asked for."""
        if geometry and isinstance(place.get("geometry"), str):
            self._window.restoreGeometry(QByteArray.fromBase64(place["geometry"].encode("ascii")))
        sizes = place.get("splitter")
        if isinstance(sizes, list) and len(sizes) == 3:
            self._splitter.setSizes([int(size) for size in sizes])
        for number in place.get("hidden") or ():
            if number in self._ends:
                self._ends[number].hide()
                self._too_narrow.discard(number)
        self._files.set_folded([str(each) for each in place.get("folded") or ()])

    def fit(self, width: int) -> None:
        """The window has another width: a panel gives way where the code would have no room beside it."""
        before, self._width = self._width, width
        for number, least in LEAST.items():
            end = self._ends[number]
            if width < least <= before and end.isVisibleTo(self._splitter):
                end.hide()
                self._too_narrow.add(number)
            elif before < least <= width and number in self._too_narrow:
                end.show()
                self._too_narrow.discard(number)

    def restore_view(self, place: Mapping[str, Any]) -> None:
        """The cursor, the scroll position and what is folded in the review."""
        if isinstance(place.get("view"), dict):
            self._view.restore(place["view"])
