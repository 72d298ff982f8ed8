"""One line of code, laid out once and drawn often. The only place that turns characters into glyphs.

Nearly all code is characters of the code font, one cell each: such a line is one run of glyphs for each
colour, at places that all lines share (measured: a line of 40 characters in four colours takes 0.02 ms to
make and 0.01 ms to draw, half of a QTextLayout's and a fifth of a drawText for each word). Any other line
(CJK, emoji, combining marks, right-to-left scripts) is made by `other_scripts.py`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QGlyphRun, QPainter, QRawFont

if TYPE_CHECKING:
    from workbench.ui.diff.other_scripts import OtherScripts

Piece = tuple[int, int, QColor]
"""(start, end, colour): characters of the line, in order, without holes."""

_SHARED = 160
"""Characters up to which a run of glyphs has its places from one that was made before: points are dear."""
_BRIDGED = 24
"""Characters of other colours, in a row, that a run of glyphs goes over as blanks."""

_right_to_left = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)


class Shaped:
    """A line ready to be drawn at any place. Positions are in pixels from the line's own left edge."""

    __slots__ = ("_columns", "_runs", "_width", "cell", "length")

    def __init__(self, cell: float, length: int) -> None:
        self.cell = cell
        self.length = length
        self._runs: list[tuple[QColor, QGlyphRun]] = []
        self._columns: list[int] | None = None
        self._width = length * cell

    @property
    def width(self) -> float:
        return self._width

    def draw(self, painter: QPainter, x: float, y: float, ink: QColor | None = None) -> None:
        """Draw with the line's top left corner there, in its colours or all of it in one."""
        at = QPointF(x, y)
        for colour, run in self._runs:
            painter.setPen(ink or colour)
            painter.drawGlyphRun(at, run)

    def x_of(self, index: int) -> float:
        """The left edge of a character (the right edge of the last one, for the line's length)."""
        index = max(0, min(index, self.length))
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
        self._is_even = False
        """Whether printable ASCII is one cell each, as it is in fonts for code."""
        self._places = [QPointF(column * self.cell, self.ascent) for column in range(_SHARED)]
        self._starts: dict[int, QGlyphRun] = {}
        """Runs without glyphs, by the column that they begin at."""
        self._other: OtherScripts | None = None
        self._learn_ascii()
        self._blank = [self._glyphs.get(" ", 0)] * _BRIDGED
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
            if not self._learned(text):
                return self.other.shape(text, pieces, self.tab, within[0] if within is not None else 0)
            self._as_glyphs(shaped, text, pieces, columns)
        return shaped

    @property
    def other(self) -> OtherScripts:
        """What lays out lines that the code font alone cannot."""
        if self._other is None:
            # Late: it brings nine enums of Qt (5 ms), and most reviews have no such line on the first screen.
            from workbench.ui.diff.other_scripts import OtherScripts  # noqa: PLC0415

            self._other = OtherScripts(self.font, self.raw, self.cell, self.ascent, self._single)
        return self._other

    def _single(self, character: str) -> int | None:
        return self._glyphs[character] if self._learned(character) else None

    def plain(self, text: str, colour: QColor) -> Shaped:
        """Lay out a line of one colour."""
        return self.shape(text, ((0, len(text), colour),))

    def one_run(self, text: str, colour: QColor) -> Shaped:
        """The same of printable ASCII, in a third of the time."""
        shaped = Shaped(self.cell, len(text))
        ink = text.lstrip(" ")
        if ink:
            try:
                glyphs = list(map(self._glyphs.__getitem__, ink))
            except KeyError:
                # Of a font whose letters are not all one cell wide.
                return self.plain(text, colour)
            shaped._runs.append((colour, self._run(len(text) - len(ink), glyphs)))
        return shaped

    def cells(self, text: str) -> int:
        """How many cells a text takes."""
        if "\t" not in text and ((self._is_even and text.isascii()) or self._learned(text)):
            return len(text)
        return self.laid(text)[0][-1]

    def laid(self, text: str) -> tuple[list[int], set[int]]:
        """The column of each character, and of the end; and where no line may be cut."""
        if (self._is_even and text.isascii()) or self._learned(text):
            return self.columns(text), set()
        laid = self.other.lay(text, self.tab)
        return laid.columns, {at for start, end, _ in laid.words for at in range(start + 1, end)}

    def _as_glyphs(
        self, shaped: Shaped, text: str, pieces: Sequence[Piece], columns: list[int] | None
    ) -> None:
        if columns is not None:
            text = _spread(text, columns)
            pieces = [(columns[start], columns[end], colour) for start, end, colour in pieces]
        glyphs = list(map(self._glyphs.__getitem__, text))
        by_colour: dict[int, tuple[QColor, int, list[int]]] = {}
        whole: list[tuple[QColor, int, list[int]]] = []
        blank = self._blank
        for start, end, colour in pieces:
            # Blanks have no ink. Those that a piece begins with are a fifth of what code is made of.
            if start >= end or text[start] == " ":
                start += end - start - len(text[start:end].lstrip())
                if start >= end:
                    continue
            known = by_colour.get(id(colour))
            if known is not None:
                _, first, ink = known
                between = start - first - len(ink)
                if between <= _BRIDGED:
                    # Blanks in what has another colour: they cost less than places of its own for a run.
                    ink += blank[:between]
                    ink += glyphs[start:end]
                    continue
            by_colour[id(colour)] = made = (colour, start, glyphs[start:end])
            whole.append(made)
        for colour, start, ink in whole:
            shaped._runs.append((colour, self._run(start, ink)))

    def _run(self, start: int, glyphs: list[int]) -> QGlyphRun:
        """Glyphs side by side from a column on."""
        if len(glyphs) <= _SHARED:
            # A copy has the places of what it was copied from without a look at them, and Qt draws no more
            # of them than there are glyphs.
            run = QGlyphRun(self._starts.get(start) or self._start(start))
        else:
            run = QGlyphRun()
            run.setRawFont(self.raw)
            run.setPositions(self._places_to(start + len(glyphs))[start : start + len(glyphs)])
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
        # Without ink, and put where its cell is: how wide a font of other widths has it does not matter.
        self._glyphs[" "] = self._glyphs["\t"] = glyphs[0]
        self._is_even = all(map(self._glyphs.__contains__, text))

    def _learn(self, character: str) -> bool:
        if character in " \t":
            # Only where the common ones were not learned in one call.
            self._glyphs[character] = self._glyphs.get(" ", 0)
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
        """The column of each character of the code font, and of the end: a tab ends at the next stop."""
        columns: list[int] = []
        at = 0
        for part in text.split("\t"):
            columns += range(at, at + len(part) + 1)
            at += len(part)
            at += self.tab - at % self.tab
        return columns


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
