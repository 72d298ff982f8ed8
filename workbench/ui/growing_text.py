"""A text field as high as its text with the chords of editors. It says what was meant and decides nothing."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QKeyEvent, QResizeEvent, QTextCursor, QTextOption
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from workbench.ui.boxed_text import BoxedText
from workbench.ui.diff.dress import TAB
from workbench.ui.too_much import NOTE

MOST_ROWS = 16


class GrowingText(BoxedText):
    """A text field as high as its text."""

    grown = Signal()
    """It has another height."""
    saved = Signal()
    left = Signal()
    suggested = Signal()
    snippet_wanted = Signal(int)
    asked = Signal()
    room = NOTE
    asks = False
    """Whether Ctrl+Shift+Enter means something here: what stands in the field is a question."""

    def __init__(self, rows: int, parent: QWidget, *, code: bool = False) -> None:
        """In `code` Tab is a character, and Ctrl+Tab or Shift+Tab leave the field; elsewhere Tab does."""
        super().__init__(parent)
        self._rows = rows
        self.setTabChangesFocus(not code)
        # Code is wrapped as well: what is out of sight at the right would be saved and sent unseen.
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.textChanged.connect(self._fit)

    def wear(self, font: QFont, columns: int = TAB) -> None:
        """Another font. Tabs end at multiples of so many columns, as they do in the review."""
        self.setFont(font)
        self.setTabStopDistance(columns * QFontMetricsF(font).horizontalAdvance("0"))
        self._fit()

    def begin(self, text: str) -> None:
        """Start from some lines: at the first of them, and at its beginning."""
        self.setPlainText(text)
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def _fit(self) -> None:
        lines = int(self.document().size().height()) if self.isVisible() else self.blockCount()
        rows = min(max(self._rows, lines), MOST_ROWS)
        # Twice the field's padding, the document's margin and the border.
        metrics = QFontMetricsF(self.font())
        # As Qt lays lines out: a pixel more each than the metrics say took the first of seven out of sight.
        height = rows * (ceil(metrics.ascent()) + ceil(metrics.descent())) + 20
        scrolls = lines > MOST_ROWS
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if scrolls else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(policy)
        if height != self.height() or self.minimumHeight() != height:
            self.setFixedHeight(height)
            self.grown.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def event(self, event: QEvent) -> bool:
        # What the editor means by its chords goes before the window's shortcuts.
        is_override = event.type() == QEvent.Type.ShortcutOverride
        if is_override and isinstance(event, QKeyEvent) and _is_ours(event, asks=self.asks):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if control and not shift and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.saved.emit()
        elif control and shift and self.asks and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.asked.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() == Qt.Key.Key_Backtab or (control and event.key() == Qt.Key.Key_Tab):
            self._go_on(forward=event.key() == Qt.Key.Key_Tab and not shift)
        elif control and event.key() == Qt.Key.Key_E:
            self.suggested.emit()
        elif control and Qt.Key.Key_1 <= event.key() <= Qt.Key.Key_9:
            self.snippet_wanted.emit(event.key() - Qt.Key.Key_1)
        else:
            super().keyPressEvent(event)

    def _go_on(self, *, forward: bool) -> None:
        """To the next field, or the one before, from code too."""
        leaves = self.tabChangesFocus()
        self.setTabChangesFocus(True)
        self.focusNextPrevChild(forward)
        self.setTabChangesFocus(leaves)


def _is_ours(event: QKeyEvent, *, asks: bool) -> bool:
    if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Backtab):
        return True
    control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
    shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
    if control and shift and asks:
        return event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
    if not control or shift:
        return False
    return event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_E, Qt.Key.Key_Tab) or (
        Qt.Key.Key_1 <= event.key() <= Qt.Key.Key_9
    )
