"""A line to type into in which nothing hides. What would is written as its code point, "⟦U+202E⟧", and means
that character again for whoever reads the line, copies from it or searches with it.
"""

from __future__ import annotations

import re

from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QWidget

from workbench.review.text import is_boxed, visible

_BOX = re.compile(r"⟦U\+([0-9A-F]{4,6})⟧")


def meant(shown: str) -> str:
    """What a text stands for in which what hides is written as its code point."""
    return _BOX.sub(_character, shown)


def _character(box: re.Match[str]) -> str:
    number = int(box[1], 16)
    character = chr(number) if number <= 0x10FFFF else ""
    return character if character and is_boxed(character) else box[0]


class BoxedLine(QLineEdit):
    """`text` gives what is meant."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.textChanged.connect(self._show_boxes)
        self.setText(text)

    def text(self) -> str:
        return meant(super().text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        cuts = event.matches(QKeySequence.StandardKey.Cut)
        if self.hasSelectedText() and (cuts or event.matches(QKeySequence.StandardKey.Copy)):
            QGuiApplication.clipboard().setText(meant(self.selectedText()))
            if cuts:
                self.del_()
        else:
            super().keyPressEvent(event)

    def _show_boxes(self, shown: str) -> None:
        found = visible(shown)
        if found.columns:
            # In characters here, in UTF-16 there: they differ by what stands before the cursor.
            before = shown.encode("utf-16-le", "surrogatepass")[: 2 * self.cursorPosition()]
            at = visible(before.decode("utf-16-le", "replace")).text
            self.setText(found.text)
            self.setCursorPosition(len(at.encode("utf-16-le")) // 2)
