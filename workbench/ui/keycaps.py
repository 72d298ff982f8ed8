"""Keys as little caps with a word each, painted in one go."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.ui.fonts import code_font, interface_font
from workbench.ui.theme import Theme

CAP = 18
PAD = 5
GAP = 5
BETWEEN = 10


def cap_width(text: str, metrics: QFontMetrics) -> int:
    """How wide the cap of a key is."""
    return max(CAP, metrics.horizontalAdvance(text) + 2 * PAD)


def paint_cap(
    painter: QPainter, theme: Theme, where: QPointF, text: str, *, ink: QColor | None = None
) -> float:
    """Paint one cap with its left middle at `where`; its width. The painter's font is left as the cap's."""
    painter.setFont(code_font(11))
    width = cap_width(text, painter.fontMetrics())
    box = QRectF(where.x() + 0.5, where.y() - CAP / 2 + 0.5, width - 1, CAP - 1)
    painter.setPen(theme.line)
    painter.setBrush(theme.ground)
    painter.drawRoundedRect(box, 4, 4)
    painter.setPen(ink or theme.text)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    return width


def _hint_width(key: str, word: str, words: QFontMetrics, caps: QFontMetrics) -> float:
    return cap_width(key, caps) + GAP + words.horizontalAdvance(word)


class KeyHints(QWidget):
    """Caps and words in a row. Where room is short the last one stays, and as many of the first as fit."""

    clicked = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._hints: tuple[tuple[str, str, str], ...] = ()
        self._font: QFont = interface_font(12)
        self._spots: list[tuple[float, float, str]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_theme(self, theme: Theme) -> None:
        """Wear another theme."""
        self._theme = theme
        self.update()

    def set_hints(self, hints: Sequence[tuple[str, str, str]]) -> None:
        """Show these: command, key as drawn, word."""
        self._hints = tuple(hint for hint in hints if hint[1])
        self.setAccessibleName(", ".join(f"{key} {word}" for _, key, word in self._hints))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            words, caps = QFontMetrics(self._font), QFontMetrics(code_font(11))
            middle = self.height() / 2
            right = float(self.width())
            self._spots = []
            for command, key, word in reversed(self._fitting(words, caps)):
                left = right - _hint_width(key, word, words, caps)
                across = paint_cap(painter, self._theme, QPointF(left, middle), key)
                painter.setFont(self._font)
                painter.setPen(self._theme.dim)
                start = left + across + GAP
                box = QRectF(start, 0, right - start + 2, self.height())
                painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, word)
                self._spots.append((left, right, command))
                right = left - BETWEEN

    def _fitting(self, words: QFontMetrics, caps: QFontMetrics) -> list[tuple[str, str, str]]:
        last = list(self._hints[-1:])
        room = float(self.width()) - sum(_hint_width(key, word, words, caps) for _, key, word in last)
        if room < 0:
            return []
        first: list[tuple[str, str, str]] = []
        for hint in self._hints[:-1]:
            room -= _hint_width(hint[1], hint[2], words, caps) + BETWEEN
            if room < 0:
                break
            first.append(hint)
        return first + last

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        for left, right, command in self._spots:
            if left <= event.position().x() <= right:
                self.clicked.emit(command)
