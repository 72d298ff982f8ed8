"""The rounds of a review as bars of their verdicts, with what each cost. Painted; counts nothing."""

from __future__ import annotations

from msgspec import Struct
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.review.progress import Progress
from workbench.review.rounds import Round
from workbench.ui.fonts import interface_font
from workbench.ui.theme import Theme

ROW = 27
NUMBER = 24
RIGHT = 92


class RoundBar(Struct, frozen=True):
    """One round: its number, how it stands, what it came from or cost. `altered` counts violations."""

    label: str
    progress: Progress
    words: str
    altered: int = 0
    current: bool = False


def cost_words(round_: Round) -> str:
    """What a round cost: "$0.07 · 38 s", or where it came from."""
    usage = round_.usage
    parts: list[str] = []
    if usage is not None and usage.cost:
        parts.append(f"${usage.cost:.2f}")
    if usage is not None and usage.seconds:
        parts.append(f"{usage.seconds:.0f} s")
    if parts:
        return " · ".join(parts)
    return round_.model or {"worktree": "work tree", "expert": "yours"}.get(
        round_.source.value, round_.source.value
    )


class RoundsBars(QWidget):
    """One bar a round."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._bars: tuple[RoundBar, ...] = ()
        self._font = interface_font(12)
        self._bold = interface_font(12, QFont.Weight.DemiBold)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def set_theme(self, theme: Theme) -> None:
        """Wear another theme."""
        self._theme = theme
        self.update()

    def show_bars(self, bars: tuple[RoundBar, ...]) -> None:
        """Show these rounds."""
        if bars != self._bars:
            self._bars = bars
            self.setAccessibleName(
                "; ".join(f"round {bar.label}: {bar.progress.judged} judged" for bar in bars)
            )
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, ROW * len(self._bars))

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            theme, width = self._theme, self.width()
            for number, bar in enumerate(self._bars):
                row = QRectF(0, number * ROW, width, ROW)
                if bar.current and len(self._bars) > 1:
                    painter.setPen(Qt.PenStyle.NoPen)
                    painter.setBrush(theme.raised)
                    painter.drawRoundedRect(row.adjusted(0, 1, 0, -1), 6, 6)
                painter.setFont(self._bold)
                painter.setPen(theme.text)
                painter.drawText(row.adjusted(8, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, bar.label)
                painter.setFont(self._font)
                painter.setPen(theme.faint)
                right = row.adjusted(width - RIGHT, 0, -8, 0)
                words = painter.fontMetrics().elidedText(
                    bar.words, Qt.TextElideMode.ElideRight, int(right.width())
                )
                painter.drawText(right, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, words)
                room = QRectF(NUMBER, row.center().y() - 4.5, width - NUMBER - RIGHT - 4, 9)
                self._paint_bar(painter, room, self._parts(bar))

    def _parts(self, bar: RoundBar) -> list[tuple[int, QColor]]:
        theme, progress = self._theme, bar.progress
        left = progress.unread + progress.asked + progress.mixed
        altered = min(bar.altered, left)
        return [
            (progress.accepted, theme.accepted),
            (progress.rejected, theme.rejected),
            (altered, theme.altered),
            (left - altered, theme.open),
        ]

    def _paint_bar(self, painter: QPainter, room: QRectF, parts: list[tuple[int, QColor]]) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        total = sum(count for count, _ in parts)
        shown = [(count, colour) for count, colour in parts if count]
        if not total or room.width() <= 0:
            painter.setBrush(self._theme.line)
            painter.drawRoundedRect(room, 4, 4)
            return
        gap = 2.0
        spare = room.width() - gap * (len(shown) - 1)
        left = room.left()
        for count, colour in shown:
            width = max(2.0, spare * count / total)
            painter.setBrush(colour)
            painter.drawRoundedRect(QRectF(left, room.top(), width, room.height()), 3, 3)
            left += width + gap
