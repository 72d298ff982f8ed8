"""The rounds of a review as bars of their verdicts, with what each cost. Painted; counts nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.review.costs import dollars
from workbench.review.progress import Progress
from workbench.review.rounds import Round
from workbench.review.text import one_line
from workbench.ui.fonts import interface_font
from workbench.ui.outcomes import outcome_sign, outcome_words
from workbench.ui.sheet import as_tooltip
from workbench.ui.shown_text import draw, elided
from workbench.ui.theme import Theme

if TYPE_CHECKING:
    from workbench.review.round_counts import LostRound

ROW = 27
NUMBER = 24
RIGHT = 120
"""The most that the words at the right take."""
BETWEEN = 12
MOST_LOST = 3
"""Tries that came to nothing which are listed; the picture of the rounds counts all of them."""


class RoundBar(Struct, frozen=True):
    """One round: its number, how it stands, what it came from or cost. `altered` counts violations."""

    label: str
    progress: Progress
    words: str
    altered: int = 0
    current: bool = False
    lost: str = ""
    """What is said instead of a bar of a round that did not come."""
    exchange: str = ""
    """What was kept of it, to be read with a click."""
    why: str = ""


def lost_bars(lost: Sequence[LostRound]) -> tuple[RoundBar, ...]:
    """The tries that came to nothing, the newest of them where there are many."""
    bars = []
    for each in lost[-MOST_LOST:]:
        arrived = f"about {each.tokens:,} tokens arrived" if each.tokens else "nothing arrived"
        said = f"{outcome_sign(each.outcome)} {outcome_words(each.outcome)} · {arrived}"
        bars.append(
            RoundBar(str(each.number), Progress(), "", lost=said, exchange=each.exchange, why=each.why)
        )
    return tuple(bars)


def cost_words(round_: Round) -> str:
    """What a round cost: "$0.07 · 38 s", or where it came from."""
    usage = round_.usage
    parts: list[str] = []
    if usage is not None and usage.cost:
        parts.append(dollars(usage.cost))
    if usage is not None and usage.seconds:
        parts.append("under 1 s" if usage.seconds < 0.95 else f"{usage.seconds:.0f} s")
    if parts:
        return " · ".join(parts)
    return one_line(round_.model or "") or {"worktree": "work tree", "expert": "yours"}.get(
        round_.source.value, round_.source.value
    )


class RoundsBars(QWidget):
    """One bar a round; a line of words for one that did not come, which a click opens."""

    exchange_chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._bars: tuple[RoundBar, ...] = ()
        self._font = interface_font(12)
        self._bold = interface_font(12, QFont.Weight.DemiBold)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)

    def set_theme(self, theme: Theme) -> None:
        """Wear another theme."""
        self._theme = theme
        self.update()

    def show_bars(self, bars: tuple[RoundBar, ...]) -> None:
        """Show these rounds."""
        if bars != self._bars:
            self._bars = bars
            self.setAccessibleName(
                "; ".join(f"round {bar.label}: {bar.lost or f'{bar.progress.judged} judged'}" for bar in bars)
            )
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, ROW * len(self._bars))

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            theme, width, taken = self._theme, self.width(), self._taken()
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
                if bar.lost:
                    self._paint_lost(painter, bar, row)
                    continue
                painter.setPen(theme.faint)
                right = row.adjusted(width - taken, 0, -8, 0)
                words = elided(painter.fontMetrics(), bar.words, Qt.TextElideMode.ElideRight, right.width())
                draw(painter, right, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, words)
                room = QRectF(NUMBER, row.center().y() - 4.5, width - NUMBER - taken - BETWEEN, 9)
                self._paint_bar(painter, room, self._parts(bar))

    def _taken(self) -> int:
        """Pixels of the words at the right: all bars are as long as the longest of them leaves room for."""
        wide = QFontMetrics(self._font).horizontalAdvance
        return min(RIGHT, max((wide(bar.words) for bar in self._bars), default=0) + 8)

    def _paint_lost(self, painter: QPainter, bar: RoundBar, row: QRectF) -> None:
        painter.setPen(self._theme.rejected)
        room = row.adjusted(NUMBER, 0, -8, 0)
        words = elided(painter.fontMetrics(), bar.lost, Qt.TextElideMode.ElideRight, room.width())
        draw(painter, room, Qt.AlignmentFlag.AlignVCenter, words)

    def _bar_at(self, y: float) -> RoundBar | None:
        at = int(y // ROW)
        return self._bars[at] if 0 <= at < len(self._bars) else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        bar = self._bar_at(event.position().y())
        opens = bar is not None and bool(bar.exchange)
        self.setCursor(Qt.CursorShape.PointingHandCursor if opens else Qt.CursorShape.ArrowCursor)
        self.setToolTip(as_tooltip(f"{bar.why} Click or E: what had arrived.") if bar and opens else "")

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        bar = self._bar_at(event.position().y())
        if bar is not None and bar.exchange and event.button() == Qt.MouseButton.LeftButton:
            self.exchange_chosen.emit(bar.exchange)

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
