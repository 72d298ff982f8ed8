"""A line to type into in which nothing hides. What would is written as its code point, "⟦U+202E⟧", and means
that character again for whoever reads the line, copies from it or searches with it.
"""

from __future__ import annotations

import re

from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QWidget

from workbench.review.text import visible

_BOX = re.compile(r"⟦U\+([0-9A-F]{4,6})⟧")


def meant(shown: str) -> str:
    """What a text stands for in which what hides is written as its code point."""
    return _BOX.sub(_character, shown)


def _character(box: re.Match[str]) -> str:
    number = int(box[1], 16)
    character = chr(number) if number <= 0x10FFFF else ""
    # Four of them, because marks over one letter are boxed from the fourth on.
    return character if visible(4 * character).columns else box[0]


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
            return
        pasted = event.matches(QKeySequence.StandardKey.Paste)
        boxed = visible(QGuiApplication.clipboard().text()) if pasted else None
        if boxed is not None and boxed.columns:
            self.insert(boxed.text)  # what is set below cannot be taken back
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
