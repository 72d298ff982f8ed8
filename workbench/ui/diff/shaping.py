"""One line of code, laid out once and drawn often. The only place that turns characters into glyphs.

Nearly all code is characters of the code font, one cell each: such a line is one run of glyphs for each
colour, at places that all lines share (measured: a line of 40 characters in four colours takes 0.02 ms to
make and 0.01 ms to draw, half of a QTextLayout's and a fifth of a drawText for each word). Any other line
(CJK, emoji, combining marks, right-to-left scripts) goes through QTextLayout, always from left to right.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QGlyphRun, QPainter, QRawFont

if TYPE_CHECKING:
    from PySide6.QtGui import QTextCharFormat, QTextLayout, QTextLine

Piece = tuple[int, int, QColor]
"""(start, end, colour): characters of the line, in order, without holes."""

_INK = QColor(Qt.GlobalColor.black)
_SHARED = 160
"""Characters up to which a run of glyphs has its places from one that was made before: points are dear."""

LEFT_TO_RIGHT = "\u202d"
_right_to_left = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)


class Shaped:
    """A line ready to be drawn at any place. Positions are in pixels from the line's own left edge."""

    __slots__ = ("_columns", "_layout", "_line", "_runs", "_shift", "_units", "_width", "cell", "length")

    def __init__(self, cell: float, length: int) -> None:
        self.cell = cell
        self.length = length
        self._runs: list[tuple[QColor, QGlyphRun]] = []
        self._columns: list[int] | None = None
        self._layout: QTextLayout | None = None
        self._line: QTextLine | None = None
        self._units: list[int] | None = None
        self._shift = 0
        self._width = length * cell

    @property
    def width(self) -> float:
        return self._width

    def draw(self, painter: QPainter, x: float, y: float) -> None:
        """Draw with the line's top left corner there."""
        at = QPointF(x, y)
        if self._layout is not None:
            self._layout.draw(painter, at)
            return
        for colour, run in self._runs:
            painter.setPen(colour)
            painter.drawGlyphRun(at, run)

    def x_of(self, index: int) -> float:
        """The left edge of a character (the right edge of the last one, for the line's length)."""
        index = max(0, min(index, self.length))
        if self._line is not None:
            units = self._units[index] if self._units is not None else index
            # PySide gives (x, position) here, whatever its type hints say.
            found: tuple[float, int] = self._line.cursorToX(units + self._shift)  # type: ignore[assignment]
            return found[0]
        if self._columns is not None:
            return self._columns[index] * self.cell
        return index * self.cell

    def index_at(self, x: float) -> int:
        """The character that covers a place, clamped to the line."""
        low, high = 0, self.length
        while low < high:
            middle = (low + high + 1) // 2
            if self.x_of(middle) <= x:
                low = middle
            else:
                high = middle - 1
        return low


class Shaper:
    """Makes lines of one font. Tabs end at multiples of `tab` columns."""

    def __init__(self, font: QFont, tab: int = 8) -> None:
        self.font = font
        self.tab = max(1, tab)
        metrics = QFontMetricsF(font)
        self.cell = metrics.horizontalAdvance("0")
        self.ascent = metrics.ascent()
        self.height = metrics.height()
        self.raw = QRawFont.fromFont(font)
        self._glyphs: dict[str, int] = {}
        self._odd: set[str] = set()
        self._places = [QPointF(column * self.cell, self.ascent) for column in range(_SHARED)]
        self._starts: dict[int, QGlyphRun] = {}
        """Runs without glyphs, by the column that they begin at."""
        self._formats: dict[int, QTextCharFormat] = {}
        self._learn_ascii()
        self.digits = {each: self.raw.glyphIndexesForString(each)[0] for each in "0123456789"}

    def shape(self, text: str, pieces: Sequence[Piece], within: Sequence[int] | None = None) -> Shaped:
        """Lay out a line whose characters have the colours of `pieces`.

        `within` are the columns of its characters where it is a part of a longer line with tabs.
        """
        shaped = Shaped(self.cell, len(text))
        if within is not None:
            columns: list[int] | None = [each - within[0] for each in within]
        else:
            columns = self.columns(text) if "\t" in text else None
        if columns is not None:
            shaped._columns = columns
            shaped._width = columns[-1] * self.cell
        try:
            self._as_glyphs(shaped, text, pieces, columns)
        except KeyError:
            if self._learned(text):
                self._as_glyphs(shaped, text, pieces, columns)
            else:
                self._as_layout(shaped, text, pieces)
        return shaped

    def plain(self, text: str, colour: QColor) -> Shaped:
        """Lay out a line of one colour."""
        return self.shape(text, ((0, len(text), colour),))

    def is_even(self, text: str) -> bool:
        """Whether every character of a text is one cell, or a tab."""
        return text.isascii() or self._learned(text)

    def measured(self, text: str) -> Shaped:
        """A line only to be measured."""
        return self.plain(text, _INK)

    def _as_glyphs(
        self, shaped: Shaped, text: str, pieces: Sequence[Piece], columns: list[int] | None
    ) -> None:
        if columns is not None:
            text = _spread(text, columns)
            pieces = [(columns[start], columns[end], colour) for start, end, colour in pieces]
        glyphs = list(map(self._glyphs.__getitem__, text))
        places = self._places_to(len(text))
        by_colour: dict[int, tuple[QColor, int, list[int], list[QPointF]]] = {}
        for start, end, colour in pieces:
            # Blanks have no ink. Those that a piece begins with are a fifth of what code is made of.
            start += end - start - len(text[start:end].lstrip())
            if start >= end:
                continue
            known = by_colour.get(id(colour))
            if known is None:
                by_colour[id(colour)] = (colour, start, glyphs[start:end], [])
                continue
            _, first, ink, points = known
            if not points:
                points += places[first : first + len(ink)]
            ink += glyphs[start:end]
            points += places[start:end]
        for colour, start, ink, points in by_colour.values():
            shaped._runs.append((colour, self._run(start, ink, points)))

    def _run(self, start: int, glyphs: list[int], places: list[QPointF]) -> QGlyphRun:
        """Glyphs at some places; without places, side by side from a column on."""
        if not places and len(glyphs) <= _SHARED:
            # A copy has the places of what it was copied from without a look at them, and Qt draws no more
            # of them than there are glyphs.
            run = QGlyphRun(self._starts.get(start) or self._start(start))
        else:
            run = QGlyphRun()
            run.setRawFont(self.raw)
            run.setPositions(places or self._places[start : start + len(glyphs)])
        run.setGlyphIndexes(glyphs)
        return run

    def _start(self, column: int) -> QGlyphRun:
        run = self._starts[column] = QGlyphRun()
        run.setRawFont(self.raw)
        run.setPositions(self._places_to(column + _SHARED)[column : column + _SHARED])
        return run

    def _places_to(self, column: int) -> list[QPointF]:
        places = self._places
        while len(places) <= column:
            places.append(QPointF(len(places) * self.cell, self.ascent))
        return places

    def _learned(self, text: str) -> bool:
        """Whether all characters of a text are one cell each in the code font."""
        for each in set(text):
            if each not in self._glyphs and (each in self._odd or not self._learn(each)):
                return False
        return True

    def _learn_ascii(self) -> None:
        """The common characters in two calls; what is not one cell wide is left to be looked at by itself."""
        text = "".join(map(chr, range(32, 127)))
        glyphs = self.raw.glyphIndexesForString(text)
        if len(glyphs) != len(text):
            return
        for character, glyph, advance in zip(
            text, glyphs, self.raw.advancesForGlyphIndexes(glyphs), strict=True
        ):
            if glyph and abs(advance.x() - self.cell) < 0.6:
                self._glyphs[character] = glyph
        if " " in self._glyphs:
            self._glyphs["\t"] = self._glyphs[" "]

    def _learn(self, character: str) -> bool:
        if character == "\t":
            self._glyphs[character] = self._glyphs[" "]
            return True
        glyphs = self.raw.glyphIndexesForString(character)
        kind = unicodedata.category(character)
        if (
            len(glyphs) == 1
            and glyphs[0]
            and not kind.startswith("M")
            and not _right_to_left.match(character)
        ):
            advance = self.raw.advancesForGlyphIndexes(glyphs)[0].x()
            if abs(advance - self.cell) < 0.6:
                self._glyphs[character] = glyphs[0]
                return True
        self._odd.add(character)
        return False

    def columns(self, text: str) -> list[int]:
        """The column of each character, and of the end: a tab ends at the next stop."""
        columns: list[int] = []
        at = 0
        for part in text.split("\t"):
            columns += range(at, at + len(part) + 1)
            at += len(part)
            at += self.tab - at % self.tab
        return columns

    def _as_layout(self, shaped: Shaped, text: str, pieces: Sequence[Piece]) -> None:
        # Late: these classes bring nine enums (5 ms), and most reviews have no such line on the first screen.
        from PySide6.QtGui import QTextLayout, QTextOption  # noqa: PLC0415

        shaped._shift = 1 if _right_to_left.search(text) else 0
        laid = LEFT_TO_RIGHT + text if shaped._shift else text
        if max(text) > "\uffff":
            units = [0]
            for each in text:
                units.append(units[-1] + (2 if each > "\uffff" else 1))
            shaped._units = units
        layout = QTextLayout(laid, self.font)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.NoWrap)
        option.setTextDirection(Qt.LayoutDirection.LeftToRight)
        option.setTabStopDistance(self.tab * self.cell)
        layout.setTextOption(option)
        layout.setCacheEnabled(True)
        formats: list[QTextLayout.FormatRange] = []
        for start, end, colour in pieces:
            each_range = QTextLayout.FormatRange()
            first = shaped._units[start] if shaped._units else start
            each_range.start = first + shaped._shift
            each_range.length = (shaped._units[end] if shaped._units else end) - first
            each_range.format = self._format(colour)
            formats.append(each_range)
        layout.setFormats(formats)
        layout.beginLayout()
        line = layout.createLine()
        line.setLineWidth(1e7)
        # A fallback font may be taller than the row; its baseline goes where the code font's is.
        line.setPosition(QPointF(0, self.ascent - line.ascent()))
        layout.endLayout()
        shaped._layout, shaped._line = layout, line
        shaped._columns = None
        shaped._width = line.naturalTextWidth()

    def _format(self, colour: QColor) -> QTextCharFormat:
        known = self._formats.get(colour.rgba())
        if known is None:
            from PySide6.QtGui import QTextCharFormat  # noqa: PLC0415 - as above

            known = QTextCharFormat()
            known.setForeground(colour)
            self._formats[colour.rgba()] = known
        return known


def _spread(text: str, columns: Sequence[int]) -> str:
    """A text with as many blanks as its tabs are wide."""
    cells = [" "] * columns[-1]
    for column, character in zip(columns, text, strict=False):
        cells[column] = character
    return "".join(cells)


def pieces_of(length: int, spans: Sequence[int], palette: Sequence[QColor], text: QColor) -> list[Piece]:
    """The colours of a line: `spans` are the lexer's (start, end, class, …), the rest is drawn in `text`."""
    found: list[Piece] = []
    at = 0
    for index in range(0, len(spans), 3):
        start, end = spans[index], min(spans[index + 1], length)
        if start >= end or start < at:
            continue
        if start > at:
            found.append((at, start, text))
        found.append((start, end, palette[spans[index + 2]]))
        at = end
    if at < length:
        found.append((at, length, text))
    return found


def recoloured(pieces: Sequence[Piece], spans: Sequence[tuple[int, int]], colour: QColor) -> list[Piece]:
    """Pieces with some spans of characters in another colour."""
    found: list[Piece] = []
    for start, end, before in pieces:
        for low, high in spans:
            if low >= end:
                break
            if high <= start:
                continue
            if low > start:
                found.append((start, low, before))
                start = low
            found.append((start, min(high, end), colour))
            start = min(high, end)
            if start >= end:
                break
        if start < end:
            found.append((start, end, before))
    return found
