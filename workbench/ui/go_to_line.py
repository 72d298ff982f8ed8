"""The line to type a line number into: “120”, or “old 120”. Goes nowhere itself."""

from __future__ import annotations

import re

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from workbench.review.changes import Side
from workbench.review.text import one_line
from workbench.ui.boxed_line import BoxedLine
from workbench.ui.sheet import plain

_NUMBER = re.compile(r"\s*(?:(old|new|o|n|-|\+)\s*:?\s*)?(\d{1,9})\s*", re.IGNORECASE | re.ASCII)


def side_and_line(text: str) -> tuple[Side | None, int] | None:
    """The side (None: that of the cursor) and the number that a text names; None where it names none."""
    match = _NUMBER.fullmatch(text)
    if match is None or int(match[2]) < 1:
        return None
    side = {"o": Side.OLD, "-": Side.OLD, "n": Side.NEW, "+": Side.NEW}.get((match[1] or " ")[0].lower())
    return side, int(match[2])


class GoToLine(QWidget):
    """A field and what is wrong with what stands in it."""

    taken = Signal(object, int)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.line = BoxedLine(parent=self)
        self.line.setPlaceholderText("Line number; “old 120” for the old side")
        self.line.setAccessibleName("Go to line")
        self.words = plain("", self, "dim", wrapped=False)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 6, 14, 6)
        layout.setSpacing(8)
        layout.addWidget(self.line, 1)
        layout.addWidget(self.words, 2)
        self.line.returnPressed.connect(self._take)
        self.line.textEdited.connect(self._on_edited)
        self.setFocusProxy(self.line)
        self.hide()

    def open(self, path: str, side: Side) -> None:
        """Ask for a line of this file."""
        self._words = f"of {one_line(path)}, {side.value} side"
        self.words.setText(self._words)
        self.show()
        self.line.setFocus()
        self.line.selectAll()

    def say(self, words: str) -> None:
        """Say what is wrong."""
        self.words.setText(words)
        self.words.setAccessibleName(words)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _on_edited(self) -> None:
        self.words.setText(self._words)

    def _take(self) -> None:
        found = side_and_line(self.line.text())
        if found is None:
            self.say("Type a number, such as 120, or “old 120”.")
        else:
            self.taken.emit(*found)
