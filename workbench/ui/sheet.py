"""A sheet: a card over the window that asks for one thing. Escape closes it, the window stays as it is."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget
from shiboken6 import isValid

from workbench.review.text import visible
from workbench.ui.shown_text import frame, in_order, shortened, tip


class Sheet(QWidget):
    """Covers its parent; `card` holds what it is about."""

    closed = Signal()

    def __init__(
        self, parent: QWidget, *, width: int = 720, top: int | None = None, tall: bool = False
    ) -> None:
        super().__init__(parent)
        self._width, self._top, self._tall = width, top, tall
        self._over = parent
        self._before = parent.window().focusWidget()
        self.card = QFrame(self)
        self.card.setProperty("kind", "card")
        self.card.setObjectName("sheet")
        self.body = QVBoxLayout(self.card)
        self.body.setContentsMargins(20, 16, 20, 16)
        self.body.setSpacing(10)
        parent.installEventFilter(self)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def open(self) -> None:
        """Show it over the whole parent."""
        if not self._can_go_back():
            # It was made while another sheet was open, which has given the keys back by now.
            self._before = self._over.window().focusWidget()
        self._fit()
        self.show()
        self.raise_()
        self.setFocus()

    def close_sheet(self) -> None:
        """Take it away and give the keys back to where they were."""
        if self.isHidden():
            return
        self.hide()
        self._over.removeEventFilter(self)
        if self._before is not None and self._can_go_back():
            self._before.setFocus()
        self.closed.emit()
        self.deleteLater()

    def _can_go_back(self) -> bool:
        # What had the keys may be deleted by now: another sheet, an editor in the flow.
        before = self._before
        return before is not None and isValid(before) and before.isVisible()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Asked of Qt: while Python clears a closed window away, Qt still calls this, and the names are gone.
        if event.type() == QEvent.Type.Resize and self.isVisible() and watched is self.parentWidget():
            self._fit()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_sheet()
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self.card.geometry().contains(event.position().toPoint()):
            self.close_sheet()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), QColor(0, 0, 0, 110))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._mark(has_keys=True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._mark(has_keys=False)

    def _mark(self, *, has_keys: bool) -> None:
        """Whether the keys are the sheet's own, and not one of its fields': its edge has the accent then."""
        self.card.setProperty("keys", has_keys)
        self.card.style().unpolish(self.card)
        self.card.style().polish(self.card)

    def focusNextPrevChild(self, forward: bool) -> bool:
        # Tab stays inside the sheet, and goes round in it both ways.
        found = super().focusNextPrevChild(forward)
        now = self.window().focusWidget()
        if now is not None and now is not self and not self.isAncestorOf(now):
            reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
            self._end(forward=forward).setFocus(reason)
        return found

    def _end(self, *, forward: bool) -> QWidget:
        """What Tab comes to first in the sheet, or last."""
        at: QWidget = self
        if forward and self.focusProxy() is None:
            return self
        while True:
            at = (at.nextInFocusChain() if forward else at.previousInFocusChain()) or self
            if at is self or (
                self.isAncestorOf(at)
                and at.isVisible()
                and at.isEnabled()
                and at.focusPolicy() & Qt.FocusPolicy.TabFocus
                and at.focusProxy() is None
            ):
                return at

    def fit(self) -> None:
        """Its content has another size now."""
        self._fit()

    def _fit(self) -> None:
        area = self._over.rect()
        self.setGeometry(area)
        width = min(self._width, area.width() - 40)
        height = area.height() - 80 if self._tall else min(self._height(width), area.height() - 80)
        top = self._top if self._top is not None else max(24, (area.height() - height) // 2)
        self.card.setGeometry((area.width() - width) // 2, top, width, min(height, area.height() - top - 16))

    def _height(self, width: int) -> int:
        self.body.activate()
        if self.body.hasHeightForWidth():
            return self.body.totalHeightForWidth(width)
        return self.card.sizeHint().height()


class Plain(QLabel):
    """A label that shows text as it is, whatever it is given: no markup, and nothing that hides."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._shown, self._named = "", False

    def setText(self, text: str) -> None:  # noqa: N802 - overrides Qt's
        shown = self._shown = visible(shortened(text)).text
        ordered = in_order(shown)
        super().setText(ordered)
        if ordered != shown or self._named:
            # Qt would say the marks that keep the order to a screen reader.
            self._named = ordered != shown
            self.setAccessibleName(shown if self._named else "")

    def text(self) -> str:
        """What is to be read in it, without what keeps it in its order."""
        return self._shown

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._shown.isascii():
            wraps = Qt.TextFlag.TextWordWrap.value if self.wordWrap() else 0
            with QPainter(self) as painter:
                frame(painter, QRectF(self.contentsRect()), self.alignment().value | wraps, self._shown)


def plain(text: str, parent: QWidget, kind: str = "", *, wrapped: bool = True) -> QLabel:
    """A label that shows text as it is: what comes from a repository is never markup."""
    label = Plain(parent)
    label.setText(text)
    label.setWordWrap(wrapped)
    if kind:
        label.setProperty("kind", kind)
    return label


def as_tooltip(text: str) -> str:
    """Text as a tooltip shows it: between tags, or what comes from a repository could be taken for markup."""
    return tip(text)


def buttons(sheet: Sheet, primary: str, keys: str = "Ctrl ↵") -> tuple[QHBoxLayout, QPushButton]:
    """The row at a sheet's foot: what went wrong at the left, leave, and the one thing it is for."""
    row = QHBoxLayout()
    row.addStretch(1)
    leave = QPushButton("Cancel  Esc", sheet.card)
    leave.setProperty("kind", "quiet")
    leave.clicked.connect(sheet.close_sheet)
    main = QPushButton(f"{primary}  {keys}", sheet.card)
    main.setProperty("kind", "primary")
    row.addWidget(leave)
    row.addWidget(main)
    return row, main
