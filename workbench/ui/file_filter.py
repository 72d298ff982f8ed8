"""The filter of the file panel, and the button that empties it. Shows and asks.

The field brings Qt's text editor with all its enums, which takes 20 ms, and the first frame has no letter in
it: until that is painted a plain label stands in its place (`file_panel.py`).
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QToolButton, QWidget

from workbench.ui.boxed_line import BoxedLine


class FilterLine(BoxedLine):
    """The filter: Enter takes the first file, Down goes on into the list, Escape clears and leaves."""

    left = Signal()
    first_wanted = Signal()
    list_wanted = Signal()

    def __init__(self, words: str, parent: QWidget) -> None:
        super().__init__(parent=parent)
        self.setPlaceholderText(words)
        self.setAccessibleName(words)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.clear()
            self.left.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.first_wanted.emit()
        elif event.key() == Qt.Key.Key_Down:
            self.list_wanted.emit()
        else:
            super().keyPressEvent(event)


class AllFiles(QToolButton):
    """Beside the filter while there is one: a click empties it, as Escape does."""

    def __init__(self, line: BoxedLine, parent: QWidget) -> None:
        super().__init__(parent)
        self._line = line
        self.setText("✕")
        self.setProperty("kind", "quiet")
        self.setFixedSize(26, 26)
        self.setToolTip("Show all files (Escape)")
        self.setAccessibleName("Show all files")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.clicked.connect(line.clear)
        line.textChanged.connect(self._follow)
        self.hide()

    def _follow(self) -> None:
        self.setVisible(bool(self._line.text()))
