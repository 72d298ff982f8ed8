"""What is dropped on the window: a folder is opened, a file of this repository is gone to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QDragMoveEvent, QDropEvent

from workbench.review.text import one_line

if TYPE_CHECKING:
    from workbench.ui.window import MainWindow


class Dropping(QObject):
    """Takes drops for the window, where no part of it wants them itself."""

    def __init__(self, window: MainWindow, open_folder: Callable[[str], None]) -> None:
        super().__init__(window)
        self._window, self._open_folder = window, open_folder
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind in (QEvent.Type.DragEnter, QEvent.Type.DragMove) and isinstance(event, QDragMoveEvent):
            if _path_of(event) is not None and not self._window.sheets.is_open:
                _look_only(event)
            return True
        if kind == QEvent.Type.Drop and isinstance(event, QDropEvent):
            path = _path_of(event)
            if path is not None:
                _look_only(event)
                self._take(path)
            return True
        return super().eventFilter(watched, event)

    def _take(self, path: Path) -> None:
        if path.is_dir():
            self._open_folder(str(path))
            return
        session = self._window.controller.session
        if session is None:
            self._window.say("A file alone cannot be reviewed.", "Drop the folder of its repository.", False)
            return
        root = session.repository.work_tree.resolve()
        # The folder is resolved, the file is not: a link is a file of the repository, wherever it leads.
        found = path.parent.resolve() / path.name
        if not found.is_relative_to(root):
            words = f"{one_line(path.name)} is not in this repository."
            self._window.say(words, "A folder that is dropped here is opened.", False)
            return
        self._window.going.go_to_file(found.relative_to(root).as_posix())


def _look_only(event: QDropEvent) -> None:
    """Nothing is taken away where it comes from, as it would be if it was moved here."""
    event.setDropAction(Qt.DropAction.CopyAction)
    event.accept()


def _path_of(event: QDropEvent) -> Path | None:
    """The first file or folder that is dropped."""
    for url in event.mimeData().urls():
        if url.isLocalFile():
            return Path(url.toLocalFile())
    return None
