"""Words at the bottom of the window that lead to what they speak of when they are clicked. Runs nothing."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QEnterEvent, QMouseEvent
from PySide6.QtWidgets import QLabel, QWidget

from workbench.ui.commands import BY_ID
from workbench.ui.keymap import Keymap
from workbench.ui.sheet import as_tooltip


class Told(QLabel):
    """Plain words. What a click on them wants goes out as a command's id."""

    wanted = Signal(str)

    def __init__(self, command: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.command = command
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def name_key(self, keymap: Keymap) -> None:
        """Say what a click does, and by which key that is done."""
        title, key = BY_ID[self.command].title.removesuffix("…"), keymap.shown(self.command)
        self.setToolTip(as_tooltip(f"{title} ({key})" if key else title))

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._underline(under=True)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._underline(under=False)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.wanted.emit(self.command)

    def _underline(self, *, under: bool) -> None:
        font = self.font()
        font.setUnderline(under)
        self.setFont(font)
