"""A label that gives way: it shows what fits, the whole is its tooltip."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from workbench.review.text import visible
from workbench.ui.sheet import as_tooltip
from workbench.ui.shown_text import bounded, draw, elided

LEAST = 24
"""Pixels that it keeps however little room there is."""

FEW = 4
"""Characters, the dots too, that are not worth showing of more."""


class Elided(QLabel):
    """One line of text, of which the end or the middle is not painted where there is no room."""

    clicked = Signal()

    def __init__(
        self, parent: QWidget, kind: str = "", mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight
    ) -> None:
        super().__init__(parent)
        self._whole = ""
        self._mode = mode
        if kind:
            self.setProperty("kind", kind)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def set_whole(self, text: str, whole: str | None = None) -> None:
        """The line to show as much of as fits, as it is, and the whole that it is of."""
        whole = text if whole is None else whole
        shown = visible(bounded(text, self._mode)).text
        if shown != self.text():
            self.setText(shown)
        if whole != self._whole:
            self._whole = whole
            self.setToolTip(as_tooltip(whole))

    def minimumSizeHint(self) -> QSize:
        return QSize(LEAST, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            shown = elided(painter.fontMetrics(), self.text(), self._mode, self.width())
            if shown != self.text() and len(shown) <= FEW:
                return  # says nothing
            side = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
            draw(painter, self.rect(), side, shown)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.clicked.emit()
