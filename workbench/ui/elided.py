"""A label that gives way: it shows what fits, the whole is its tooltip."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from workbench.review.text import visible
from workbench.ui.sheet import as_tooltip

LEAST = 24
"""Pixels that it keeps however little room there is."""


class Elided(QLabel):
    """One line of text, of which the end or the middle is left out where there is no room."""

    clicked = Signal()

    def __init__(
        self, parent: QWidget, kind: str = "", mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight
    ) -> None:
        super().__init__(parent)
        self._said = self._whole = self._line = ""
        self._mode = mode
        if kind:
            self.setProperty("kind", kind)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def set_whole(self, text: str, whole: str | None = None) -> None:
        """The line to show as much of as fits, as it is, and the whole that it is of."""
        whole = text if whole is None else whole
        if (text, whole) != (self._said, self._whole):
            self._said, self._whole = text, whole
            self._line = visible(text).text
            self.setToolTip(as_tooltip(whole))
            self.updateGeometry()
            self._elide()

    def sizeHint(self) -> QSize:
        self.ensurePolished()
        return QSize(QFontMetrics(self.font()).horizontalAdvance(self._line) + 2, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(LEAST, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.clicked.emit()

    def _elide(self) -> None:
        # The style sheet may give it another weight, and does so late.
        self.ensurePolished()
        self.setText(QFontMetrics(self.font()).elidedText(self._line, self._mode, self.width()))
