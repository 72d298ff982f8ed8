"""Words at the right end of a row: verdicts, how much of a line is out of sight, what its text does not show.

They never lie over code without saying how much of it they cover.
"""

from __future__ import annotations

from math import ceil, floor

from msgspec import Struct, field
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from workbench.review.changes import Change
from workbench.review.progress import Standing
from workbench.review.text import visible
from workbench.ui.diff.cell import Visual
from workbench.ui.diff.dress import Dress
from workbench.ui.diff.layout import Layout
from workbench.ui.shown_text import draw, elided

_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_EDGE = 8
"""Pixels between the words and the edge of their pane."""
_AROUND = 22
_NEARLY = 0.05
"""Of a letter: what is so near to a place between two is there."""
_COUNT = "+999"
"""A count of what is out of sight that words beside it leave room for."""
_FEW = 3
"""Letters of words, and the dots behind them, that say nothing."""
_LEFT_OF_CODE = 8
"""Letters of a row's code that a count leaves in sight, where a shorter count can."""
REASON = 160
"""Characters of a rejection's reason that are shown beside it."""


class Ending(Struct, frozen=True):
    """The end of a line whose code is out of sight: `visual` is drawn at `x`, and what is not blank in it
    begins in sight at `begin`.
    """

    visual: Visual
    x: float
    begin: float


class _Row(Struct):
    """What stands at the right of one line on the screen."""

    right: float
    ground: QColor | None = None
    left: float = 0.0
    """Where the pane of its code begins: no words go further."""
    end: float = 0.0
    """Where its code ends."""
    ending: Ending | None = None
    words: str = ""
    least: str = ""
    """What is shown of the words even over code."""
    colour: QColor | None = None
    beside: list[tuple[str, QColor]] = field(default_factory=list)
    edits: int = 0
    """Marked words among the code that is out of sight."""


class Count(Struct, frozen=True):
    """Where it is said how much of a line is out of sight: at its right (1) or its left (-1)."""

    y: int
    left: float
    right: float
    step: int
    edits: int


class Tags:
    """The words of one frame."""

    def __init__(self) -> None:
        self.counts: list[Count] = []
        """What was counted in the rows that were drawn last."""
        self._rows: dict[tuple[int, int], _Row] = {}
        self._before: list[tuple[int, int, int, QColor | None, float, Ending | None]] = []
        self.covered = 0.0
        """Pixels at the right edge that a count of what is out of sight may cover."""
        self._dress: Dress | None = None
        self._widths: dict[str, float] = {}

    def wear(self, dress: Dress) -> None:
        """Another theme or size."""
        self._dress = dress
        self._widths.clear()
        self.covered = self.width(f"+9,999 · {edits_words(9)} ▸") + _EDGE

    def begin(self) -> None:
        """A new frame."""
        self.counts.clear()
        self._rows.clear()
        self._before.clear()

    def _row(self, y: int, right: int, ground: QColor | None) -> _Row:
        row = self._rows.get((y, right))
        if row is None:
            row = self._rows[y, right] = _Row(right)
        if ground is not None:
            row.ground = ground
        return row

    def code_ends(
        self,
        y: int,
        right: int,
        end: float,
        ground: QColor | None,
        edits: int = 0,
        ending: Ending | None = None,
    ) -> None:
        """The code of a line ends there; what is beyond `right`, or under words, is counted: characters, and
        marked words.
        """
        row = self._row(y, right, ground)
        row.end, row.edits = end, max(row.edits, edits)
        row.ending = ending or row.ending

    def edits_before(
        self,
        y: int,
        left: int,
        edits: int,
        ground: QColor | None,
        end: float,
        ending: Ending | None = None,
    ) -> None:
        """So many marked words of a line, whose code ends there, are out of sight at its left."""
        self._before.append((y, left, edits, ground, end, ending))

    def verdict(
        self, y: int, right: int, words: str, least: str, colour: QColor, ground: QColor | None
    ) -> None:
        """A verdict, at the edge."""
        row = self._row(y, right, ground)
        row.words, row.least, row.colour = words, least, colour

    def chip(
        self, y: int, right: int, words: str, colour: QColor, ground: QColor | None, left: float = 0.0
    ) -> None:
        """Words after the end of the code, in a pane that begins at `left`."""
        row = self._row(y, right, ground)
        row.left = left
        row.beside.append((words, colour))

    def width(self, words: str) -> float:
        """How wide some words are."""
        assert self._dress is not None
        known = self._widths.get(words)
        if known is None:
            if len(self._widths) > 1000:
                self._widths.clear()
            known = self._widths[words] = self._dress.small_strong_metrics.horizontalAdvance(words)
        return known

    def fits(self, words: str, right: float, end: float) -> bool:
        """Whether some words stand at the right of code that ends there."""
        return self.width(words) + _AROUND <= right - _EDGE - end

    def draw(self, painter: QPainter, height: int) -> None:
        """Draw what was collected, each over the ground of its row."""
        dress = self._dress
        assert dress is not None
        painter.setFont(dress.small_strong)
        for (y, _), row in self._rows.items():
            edge = row.right
            if row.words:
                assert row.colour is not None
                words = self._shown(row)
                edge = self._words(
                    painter, row, y, words, edge - _EDGE - self.width(words), height, row.colour
                )
            beside = row.beside
            if sum(self.width(words) + _EDGE for words, _ in beside) + _AROUND > edge - row.end:
                # No room after the code: they stand at the edge, and what they cover is counted.
                for words, colour in reversed(beside):
                    if shown := self._within(row, words, edge):
                        left = edge - _EDGE - self.width(shown)
                        edge = self._words(painter, row, y, shown, left, height, colour)
                beside = []
            if row.end > edge:
                # Code is out of sight, beyond the edge or under the words: how much is said.
                count, left = self._count(row, edge)
                shade = dress.theme.text if row.edits else dress.theme.dim
                self.counts.append(Count(y, left - 6, edge, 1, row.edits))
                start = self._between(row.end, left - 6, 1, row.ending)
                under = row.ground or dress.theme.ground
                painter.fillRect(QRectF(start, y, left - 5 - start, height), under)
                edge = self._words(painter, row, y, count, left, height, shade)
            at = row.end + _AROUND
            for words, colour in beside:
                self._words(painter, row, y, words, at, height, colour)
                at += self.width(words) + _EDGE

        for y, left, edits, known, end, ending in self._before:
            ground = known or dress.theme.ground
            self._at_left(painter, QRectF(left, y, 0, height), edits, ground, end, ending)

    def _within(self, row: _Row, words: str, edge: float) -> str:
        """As much of some words as leaves room, in a narrow pane, for how much of it is out of sight."""
        assert self._dress is not None
        room = edge - 2 * _EDGE - row.left - (self.width(_COUNT) + _EDGE if row.end > row.left else 0)
        if self.width(words) <= room:
            return words
        metrics = self._dress.small_strong_metrics
        shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, max(0.0, room))
        return shown if len(shown) > _FEW else ""

    def _between(self, end: float, x: float, way: int, ending: Ending | None = None) -> float:
        """The place between two letters that is next to `x`, to its left for 1 and to its right for -1.

        A letter that words would cut is covered whole: what is left of it looks like another one. What the
        line itself does not tell (of a long one that is not laid out there) is a letter for each cell.
        """
        assert self._dress is not None
        if ending is not None and (found := _edge(ending, x, way)) is not None:
            return found
        cell = self._dress.shaper.cell
        count = (end - x) / cell
        if count <= 0 or abs(count - round(count)) < _NEARLY:
            return x
        return end - (ceil(count) if way > 0 else floor(count)) * cell

    def _at_left(
        self,
        painter: QPainter,
        row: QRectF,
        edits: int,
        ground: QColor,
        end: float,
        ending: Ending | None,
    ) -> None:
        """The count of marked words that one has scrolled past, in a row whose code ends there."""
        assert self._dress is not None
        words, left = f"◂ {edits_words(edits)}", row.left()
        until = left + self.width(words) + 2 * _EDGE
        self.counts.append(Count(round(row.top()), left, until, -1, edits))
        row.setRight(self._between(end, until, -1, ending))
        painter.fillRect(row, ground)
        painter.setPen(self._dress.readable(self._dress.theme.text, ground))
        painter.drawText(row.adjusted(_EDGE, 0, 4, 0), _LEFT, words)

    def _count(self, row: _Row, edge: float) -> tuple[str, float]:
        """How many characters are out of sight, those under the count itself too, and where it stands.

        Where it would leave nothing of the code, it does not say how many words are marked.
        """
        assert self._dress is not None
        if not row.edits:
            return self._counted(row, edge, "")
        count, left = self._counted(row, edge, f" · {edits_words(row.edits)} ▸")
        least = _LEFT_OF_CODE * self._dress.shaper.cell
        if row.ending is not None and left - 6 < row.ending.begin + least:
            return self._counted(row, edge, " ▸")
        return count, left

    def _counted(self, row: _Row, edge: float, more: str) -> tuple[str, float]:
        assert self._dress is not None
        gap = _EDGE if edge == row.right else 4
        count, covered = "", edge
        for _ in range(3):  # a longer count covers more; it settles at once or at the next
            said = f"+{ceil((row.end - covered) / self._dress.shaper.cell - 0.01):,}{more}"
            if said == count:
                break
            count = said
            covered = edge - gap - self.width(count) - 6
        return count, edge - gap - self.width(count)

    def _shown(self, row: _Row) -> str:
        """As much of the words as there is room for beside the code."""
        if row.least == row.words or self.fits(row.words, row.right, row.end):
            return row.words
        assert self._dress is not None
        room = row.right - _EDGE - row.end - _AROUND
        shown = elided(
            self._dress.small_strong_metrics, row.words, Qt.TextElideMode.ElideRight, max(0.0, room)
        )
        return shown if len(shown) > len(row.least) + 6 else row.least

    def _words(
        self, painter: QPainter, row: _Row, y: int, words: str, left: float, height: int, colour: QColor
    ) -> float:
        """Draw some words; where what is left of them has to end."""
        assert self._dress is not None
        width = self.width(words)
        # What little code is left between the words and the edge looks like a part of them.
        is_last = left + width + _EDGE + 1 >= row.right
        wide = row.right - left + 6 if is_last else width + 10
        ground = row.ground or self._dress.theme.ground
        painter.fillRect(QRectF(left - 6, y, wide, height), ground)
        painter.setPen(self._dress.readable(colour, ground))
        draw(painter, QRectF(left, y, width + 4, height), _LEFT, words)
        return left - 6


def _edge(ending: Ending, x: float, way: int) -> float | None:
    """The edge of the letter that covers a place, its left one for 1 and its right one for -1; None where the
    line is not laid out there.
    """
    shaped, origin = ending.visual.shaped, ending.x + ending.visual.x
    place = x - origin
    if not 0 <= place < shaped.width:
        return None
    at = shaped.index_at(place)
    low, high = shaped.x_of(at), shaped.x_of(at + 1)
    near = _NEARLY * (high - low)
    if place - low < near or high - place < near:
        return x
    return origin + (low if way > 0 else high)


def edits_words(count: int) -> str:
    """ "1 edit", "12 edits": the marked words of a line."""
    return f"{count:,} edit{'' if count == 1 else 's'}"


def verdict_words(
    layout: Layout, dress: Dress, change: Change, stands: Standing | None
) -> tuple[str, QColor]:
    """What is written beside a change, and in which colour; nothing for one that is simply unread."""
    said = layout.document.ledger_marks.get(change.id)
    if stands is Standing.ACCEPTED:
        return "✓ accepted", dress.theme.accepted
    if stands is Standing.REJECTED:
        reason = visible(layout.document.reasons.get(change.id, "").split("\n")[0]).text
        return "✗ rejected" + (f" · {reason[:REASON]}" if reason else ""), dress.theme.rejected
    if stands is Standing.MIXED:
        return "◐ mixed", dress.theme.open
    if said is not None:
        return said.value, dress.said(said)
    if stands is Standing.ASKED:
        note = layout.document.spread.get(change.id)
        return f"asked · {note}" if note else "asked", dress.theme.open
    return "", dress.theme.dim
