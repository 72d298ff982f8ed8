"""A painted list of entries of differing height: a mark, a word in its colour, where it is, what is said.

The base of the ledger's and the findings' lists, which say what their rows are. A click chooses one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace
from PySide6.QtCore import QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.ui.fonts import interface_font
from workbench.ui.shown_text import draw, shortened
from workbench.ui.theme import Theme

LEFT, PAD, GAP = 18, 7, 2
AFTER = 16
"""Pixels from the longest word to where it is."""
_LONGEST = 600
"""Characters that a row shows of a text."""
_WRAP = Qt.TextFlag.TextWordWrap
_DOT = 4.0


class EntryRow(Struct, frozen=True):
    """One row. `id` is what a click chooses, "" for nothing. `done` rows are paler.

    `draft`: a ring stands before it, where what is judged has a dot.
    """

    id: str
    word: str
    where: str
    words: str
    tone: QColor
    done: bool = False
    draft: bool = False


def _bounded(row: EntryRow) -> EntryRow:
    """A row as it is shown. A sentence of a megabyte would take minutes; the review has it whole."""
    if len(row.words) <= _LONGEST and len(row.where) <= _LONGEST:
        return row
    return replace(row, words=shortened(row.words, _LONGEST), where=shortened(row.where, _LONGEST))


class EntryList(QWidget):
    """Shows rows, says which was clicked. Their words have `word` pixels at most; `most` lines are said."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, word: int, most: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._word, self._widest, self._most = theme, word, word, most
        self._entries: tuple[EntryRow, ...] = ()
        self._tops: list[int] = [0]
        self._measured = 0
        """The width that the rows were last measured for; 0 for none. Of hundreds that takes 30 ms."""
        self._plain = interface_font(12)
        self._bold = interface_font(12, QFont.Weight.DemiBold)
        self._small = interface_font(11)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setMouseTracking(True)

    def set_theme(self, theme: Theme) -> None:
        """Wear another theme."""
        self._theme = theme
        self.update()

    def show_entries(self, entries: Sequence[EntryRow]) -> None:
        """Show these."""
        entries = tuple(map(_bounded, entries))
        if self._entries == entries:
            return
        self._entries, self._measured = entries, 0
        # What is said has the room that the words leave.
        bold = QFontMetrics(self._bold)
        wide = max((bold.horizontalAdvance(row.word) for row in entries), default=0) + AFTER
        self._word = min(wide, self._widest)
        said = (f"{row.word} {row.where}: {row.words}".rstrip(": ") for row in entries)
        self.setAccessibleName("; ".join(said))
        self.updateGeometry()
        self.update()

    # -- measuring ----------------------------------------------------------------------------

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        self._measure(width)
        return self._tops[-1]

    def sizeHint(self) -> QSize:
        return QSize(200, self.heightForWidth(max(self.width(), 200)))

    def _measure(self, width: int) -> None:
        if width == self._measured:
            return
        self._measured = width
        tops, top = [0], 0
        for row in self._entries:
            where, words = self._heights(row, width)
            word = QFontMetrics(self._bold).boundingRect(self._word_box(0), _WRAP, row.word).height()
            top += max(word, where + (words + GAP if words else 0)) + 2 * PAD
            tops.append(top)
        self._tops = tops

    def _heights(self, row: EntryRow, width: int) -> tuple[int, int]:
        """Of where it is, and of what is said."""
        room = QRect(0, 0, max(40, width - LEFT - self._word), 10_000)
        small = QFontMetrics(self._small)
        where = QFontMetrics(self._plain).boundingRect(room, _WRAP, row.where).height()
        words = small.boundingRect(room, _WRAP, row.words).height() if row.words else 0
        return where, min(words, self._most * small.lineSpacing()) if self._most else words

    def _word_box(self, top: int) -> QRect:
        return QRect(LEFT, top, self._word - 6, 60)

    # -- painting -----------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        self._measure(self.width())
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for number, row in enumerate(self._entries):
                top, bottom = self._tops[number], self._tops[number + 1]
                if bottom >= event.rect().top() and top <= event.rect().bottom():
                    self._paint_row(painter, row, top + PAD)
                    painter.fillRect(0, bottom - 1, self.width(), 1, self._theme.line)

    def _paint_row(self, painter: QPainter, row: EntryRow, top: int) -> None:
        theme = self._theme
        # Paler by the theme's own faint, which is read on every ground; half opaque it would not be.
        tone, text = (theme.faint, theme.faint) if row.done else (row.tone, theme.text)
        middle = QPointF(5, top + QFontMetrics(self._bold).height() / 2)
        painter.setPen(QPen(tone, 1.6) if row.draft else Qt.PenStyle.NoPen)
        painter.setBrush(Qt.BrushStyle.NoBrush if row.draft else tone)
        painter.drawEllipse(middle, _DOT - 0.4 * row.draft, _DOT - 0.4 * row.draft)
        painter.setFont(self._bold)
        painter.setPen(tone)
        painter.drawText(self._word_box(top), _WRAP, row.word)
        where, words = self._heights(row, self.width())
        left = LEFT + self._word
        painter.setFont(self._plain)
        painter.setPen(text)
        draw(painter, QRect(left, top, self.width() - left, where), _WRAP, row.where)
        box = QRect(left, top + where + GAP, self.width() - left, words)
        painter.save()
        painter.setClipRect(box, Qt.ClipOperation.IntersectClip)
        painter.setFont(self._small)
        painter.setPen(theme.faint if row.done else theme.dim)
        draw(painter, box, _WRAP, row.words)
        painter.restore()

    # -- the mouse ----------------------------------------------------------------------------

    def _row_at(self, y: float) -> EntryRow | None:
        at = bisect_right(self._tops, y) - 1
        return self._entries[at] if 0 <= at < len(self._entries) else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position().y())
        leads = row is not None and bool(row.id)
        self.setCursor(Qt.CursorShape.PointingHandCursor if leads else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position().y())
        if row is not None and row.id and event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(row.id)
