"""A line to type into in which nothing hides. What would is written as its code point, "⟦U+202E⟧", and means
that character again for whoever reads the line, copies from it or searches with it.
"""

from __future__ import annotations

import re

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QClipboard,
    QContextMenuEvent,
    QDropEvent,
    QGuiApplication,
    QInputMethodEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
)
from PySide6.QtWidgets import QLineEdit, QMenu, QWidget

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


def _hides(text: str) -> bool:
    return bool(visible(text).columns)


class BoxedLine(QLineEdit):
    """`text` gives what is meant, and so does whatever leaves the field: copied, cut or selected by mouse.

    What comes in that hides is put in as boxes at once: exchanged afterwards, it could not be taken back.
    """

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.textChanged.connect(self._show_boxes)
        self.setText(text)

    def text(self) -> str:
        return meant(super().text())

    def selected(self) -> str:
        """What is selected, as it is meant."""
        return meant(self.selectedText())

    # what goes out

    def give(self) -> None:
        """Copy what is selected."""
        if self.hasSelectedText():
            QGuiApplication.clipboard().setText(self.selected())

    def take_out(self) -> None:
        """Cut what is selected."""
        if self.hasSelectedText() and not self.isReadOnly():
            self.give()
            self.del_()

    def give_selection(self, text: str) -> None:
        """What the mouse selected, for the middle button of others."""
        clipboard = QGuiApplication.clipboard()
        if clipboard.supportsSelection():
            clipboard.setText(text, QClipboard.Mode.Selection)

    # what comes in

    def put_in(self, text: str) -> None:
        """Write in the place of what is selected."""
        if not self.isReadOnly():
            self.insert(visible(text).text)

    def paste_in(self) -> None:
        """Paste from the clipboard."""
        self.put_in(QGuiApplication.clipboard().text())

    # events

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Cut):
            self.take_out()
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.give()
        elif event.matches(QKeySequence.StandardKey.Paste) and _hides(QGuiApplication.clipboard().text()):
            self.paste_in()
        elif event.text() >= "\x80" and _hides(event.text()):
            self.put_in(event.text())  # some layouts write blanks that are none
        else:
            super().keyPressEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        if _hides(event.commitString()):
            self.put_in(event.commitString())
            event.setCommitString("")
        super().inputMethodEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        text = event.mimeData().text()
        if not _hides(text) or self.isReadOnly():
            super().dropEvent(event)
            return
        self.setCursorPosition(self.cursorPositionAt(event.position().toPoint()))
        self.put_in(text)
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        clipboard = QGuiApplication.clipboard()
        is_middle = event.button() == Qt.MouseButton.MiddleButton and clipboard.supportsSelection()
        if is_middle and _hides(clipboard.text(QClipboard.Mode.Selection)):
            self.deselect()
            self.put_in(clipboard.text(QClipboard.Mode.Selection))
            return
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and self.hasSelectedText():
            self.give_selection(self.selected())

    def menu(self) -> QMenu:
        """The field's own menu, whose rows mean what is meant."""
        menu = self.createStandardContextMenu()
        acts = {"edit-cut": self.take_out, "edit-copy": self.give, "edit-paste": self.paste_in}
        for action in menu.actions():
            act = acts.get(action.objectName())
            if act is not None:
                action.triggered.disconnect()
                action.triggered.connect(act)
        return menu

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    def _show_boxes(self, shown: str) -> None:
        found = visible(shown)
        if found.columns:
            # In characters here, in UTF-16 there: they differ by what stands before the cursor.
            before = shown.encode("utf-16-le", "surrogatepass")[: 2 * self.cursorPosition()]
            at = visible(before.decode("utf-16-le", "replace")).text
            self.setText(found.text)
            self.setCursorPosition(len(at.encode("utf-16-le")) // 2)
