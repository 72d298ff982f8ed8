"""Keys as little caps with a word each, painted in one go."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.ui.diff.kept_rows import KeptRows
from workbench.ui.fonts import code_font, interface_font
from workbench.ui.theme import Theme

CAP = 18
PAD = 5
GAP = 5
BETWEEN = 10
KEPT = 2


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


def _hint_width(key: str, word: str, words: QFontMetrics, caps: QFontMetrics) -> int:
    return cap_width(key, caps) + GAP + words.horizontalAdvance(word)


class KeyHints(QWidget):
    """Caps and words in a row. Where room is short the last two stay, and as many of the first as fit: what
    takes back and what helps is wanted most by those who do not know the keys.

    The texts beside it change with each verdict, and move it: it is drawn from pictures of its hints.
    """

    clicked = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._hints: tuple[tuple[str, str, str], ...] = ()
        self._font: QFont = interface_font(12)
        self._widths: tuple[int, ...] = ()
        self._pictures = KeptRows(over=True)
        self._spots: list[tuple[float, float, str]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)

    def set_theme(self, theme: Theme) -> None:
        """Wear another theme."""
        self._theme = theme
        self._pictures.forget()
        self.update()

    def set_hints(self, hints: Sequence[tuple[str, str, str]]) -> None:
        """Show these: command, key as drawn, word."""
        self._hints = tuple(hint for hint in hints if hint[1])
        words, caps = QFontMetrics(self._font), QFontMetrics(code_font(11))
        self._widths = tuple(_hint_width(key, word, words, caps) for _, key, word in self._hints)
        self._pictures.forget()
        self.setAccessibleName(", ".join(f"{key} {word}" for _, key, word in self._hints))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            right = self.width()
            self._spots = []
            for (command, key, word), width in reversed(self._fitting()):
                left = right - width
                box = QRect(left, 0, width + 2, self.height())
                self._pictures.draw(painter, (key, word), (), box, partial(self._paint, key, word))
                self._spots.append((left, right, command))
                right = left - BETWEEN

    def _paint(self, key: str, word: str, painter: QPainter, box: QRect) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        across = paint_cap(painter, self._theme, QPointF(box.x(), box.y() + box.height() / 2), key)
        painter.setFont(self._font)
        painter.setPen(self._theme.dim)
        room = QRectF(box).adjusted(across + GAP, 0, 0, 0)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, word)

    def _fitting(self) -> list[tuple[tuple[str, str, str], int]]:
        whole = list(zip(self._hints, self._widths, strict=True))
        last = whole[-KEPT:]
        while last and sum(width + BETWEEN for _, width in last) - BETWEEN > self.width():
            last = last[1:]
        room = self.width() - sum(width + BETWEEN for _, width in last) + BETWEEN
        first: list[tuple[tuple[str, str, str], int]] = []
        for hint, width in whole[: -len(last)] if last else ():
            room -= width + BETWEEN
            if room < 0:
                break
            first.append((hint, width))
        return first + last

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        is_over = any(left <= event.position().x() <= right for left, right, _ in self._spots)
        self.setCursor(Qt.CursorShape.PointingHandCursor if is_over else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        for left, right, command in self._spots:
            if left <= event.position().x() <= right:
                self.clicked.emit(command)
