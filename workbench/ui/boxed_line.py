"""A line to type into in which nothing hides: `boxed_text.py` on one line, with the manners of Qt's own.

What hides, and what would end a line or a column, is drawn as a box; letters that are written from the
right stand in the order of the text, and letters that look like others are framed, and named in the tool
tip. Each is still what was typed or pasted for whoever reads the line, copies from it or searches with it.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QTextCursor, QWheelEvent
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QSizePolicy, QWidget

from workbench.review.text import one_line
from workbench.ui.boxed_text import BoxedText
from workbench.ui.sheet import as_tooltip
from workbench.ui.too_much import LINE

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_NOT_OURS = (*_ENTER, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
"""Keys that move between lines, of which there is one: they belong to what is around the field."""
_LEAST = 18
_AROUND = 10
"""Pixels that the theme's border and padding take above and below."""
_BESIDE = 2
_TABS = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
_STAYS = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)


class BoxedLine(BoxedText):
    """A field of one line. Its text is what was put in, whatever it looks like."""

    also_held = "\n\r\t"
    room = LINE

    returnPressed = Signal()  # noqa: N815 - as Qt's own field calls it
    editingFinished = Signal()  # noqa: N815
    textEdited = Signal(object)  # noqa: N815
    """By a hand, not by `setText`."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_set = False
        self._said = ""
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setInputMethodHints(Qt.InputMethodHint.ImhNone)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().setDocumentMargin(0)
        self._fit()
        self.textChanged.connect(self._on_text)
        self.setText(text)

    def text(self) -> str:
        """What stands in the line, as it was put in."""
        return self.toPlainText()

    def setText(self, text: str) -> None:  # noqa: N802 - as Qt's own field calls it
        """Another text; the cursor goes to its end."""
        if text == self.text():
            return
        self._is_set = True
        blocked = QSignalBlocker(self)  # it is emptied first, which is nobody's business
        self.setPlainText(text)
        blocked.unblock()
        self.moveCursor(QTextCursor.MoveOperation.End)
        self.textChanged.emit()
        self._is_set = False

    def begin(self, text: str) -> None:
        """Start from a text that was found, all of it chosen, so that it can be typed over."""
        why = self.refuses_whole(text)
        if why:
            self.refuse(why)
        else:
            self.setText(text)
        self.selectAll()

    def clear(self) -> None:
        """Empty the line."""
        self.setText("")

    def shown(self) -> str:
        """The text as one sees it, in words where one sees a box."""
        return one_line(self.text())

    def _on_text(self) -> None:
        self._say()
        if not self._is_set:
            self.textEdited.emit(self.text())

    def _say(self) -> None:
        """Name what is boxed or framed, and for who cannot see it say the text: Qt would spell objects."""
        text = self.text()
        said = ""
        if not text.isascii() or not text.isprintable():
            from workbench.ui.hidden_line import hidden_words  # noqa: PLC0415 - not before the first frame

            said = hidden_words(text)
        if said != self._said:
            self._said = said
            self.setToolTip(as_tooltip(said) if said else "")
        shown = self.shown() if self.holds(text) else ""
        self.setAccessibleDescription(". ".join(part for part in (shown, said) if part))

    # its size

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(17 * metrics.horizontalAdvance("x"), self.minimumHeight())

    def minimumSizeHint(self) -> QSize:
        return QSize(60, self.minimumHeight())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def _fit(self) -> None:
        line = self.fontMetrics().height()
        room = max(_LEAST, line)
        self.setViewportMargins(_BESIDE, (room - line) // 2, _BESIDE, 0)
        if self.height() != room + _AROUND or self.minimumHeight() != self.height():
            self.setFixedHeight(room + _AROUND)

    # keys and focus, as a line's

    def event(self, event: QEvent) -> bool:
        is_override = event.type() == QEvent.Type.ShortcutOverride
        if is_override and isinstance(event, QKeyEvent) and event.key() in _NOT_OURS:
            event.ignore()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER:
            self.returnPressed.emit()
            self.editingFinished.emit()
            event.ignore()
        elif event.key() in _NOT_OURS:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() in _TABS:
            self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() in _STAYS:
            return
        cursor = self.textCursor()
        if cursor.hasSelection():
            cursor.clearSelection()
            self.setTextCursor(cursor)
        self.editingFinished.emit()
