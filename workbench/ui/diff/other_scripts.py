"""Lines with characters that the code font does not draw in one cell each: ideographs, pictures …

What stands by itself stands on the grid of cells, an ideograph or a picture in two: so its place is known
without laying anything out, and it is drawn as a glyph of the font that has it, many at a time. What its
neighbours have a say in (combining marks, Arabic, Hebrew, the scripts of India, flags) is laid out by Qt, a
word at a time, always from left to right, and kept: a page is made of few words that are often the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFont, QGlyphRun, QImage, QPainter, QRawFont, QTextLayout, QTextOption

from workbench.ui.diff.shaping import Piece, Shaped

if TYPE_CHECKING:
    from PySide6.QtGui import QTextLine

LEFT_TO_RIGHT = "\u202d"
_right_to_left = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_joining = re.compile(
    "[\u0590-\u109f\u1100-\u11ff\u1700-\u18af\u1900-\u1aff\u1b00-\u1cff\ua800-\ua97f\ua980-\uabff\ud7b0-\ud7ff"
    "\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00011fff\U0001e800-\U0001efff\U0001f1e6-\U0001f1ff]"
)
"""Characters whose neighbours have a say in how they look."""
_MODIFIERS = frozenset("\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")
"""Colours of skin: part of the picture before them."""
_LONGEST = 24
"""Characters of a word that are laid out together."""
_KEPT_WORDS = 4000
_ROUNDED = 0.6
"""Pixels by which a glyph may be wider than its cells."""


class _Glyph(NamedTuple):
    """A character that stands by itself: the font that has it, and how many cells it takes."""

    font: int
    glyph: int
    cells: int
    drop: float
    """How far to the right in its cells it is drawn, to stand in the middle of them."""


_JOINS, _FOLLOWS = _Glyph(-1, 0, 0, 0), _Glyph(-2, 0, 0, 0)
"""What is laid out with its neighbours, and what belongs to the character before it."""


class _Word:
    """A few characters that Qt laid out together. It has no colour: that is the painter's."""

    __slots__ = ("_layout", "_line", "_shift", "_units", "cells")

    def __init__(self, text: str, font: QFont, cell: float, ascent: float) -> None:
        self._shift = 1 if _right_to_left.search(text) else 0
        self._units = [0]
        for each in text:
            self._units.append(self._units[-1] + (2 if each > "\uffff" else 1))
        self._layout = QTextLayout(LEFT_TO_RIGHT + text if self._shift else text, font)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.NoWrap)
        option.setTextDirection(Qt.LayoutDirection.LeftToRight)
        self._layout.setTextOption(option)
        self._layout.setCacheEnabled(True)
        self._layout.beginLayout()
        self._line: QTextLine = self._layout.createLine()
        self._line.setLineWidth(1e7)
        # A fallback font may be taller than the row; its baseline goes where the code font's is.
        self._line.setPosition(QPointF(0, ascent - self._line.ascent()))
        self._layout.endLayout()
        self.cells = max(1, ceil((self._line.naturalTextWidth() - _ROUNDED) / cell))

    def draw(self, painter: QPainter, x: float, y: float) -> None:
        self._layout.draw(painter, QPointF(x, y))

    def x_of(self, index: int) -> float:
        # PySide gives (x, position) here, whatever its type hints say.
        found: tuple[float, int] = self._line.cursorToX(self._units[index] + self._shift)  # type: ignore[assignment]
        return found[0]


class Laid(NamedTuple):
    """Where the characters of a line stand. `columns` are those of each one, and of the end; `words` are
    (start, end) of what was laid out together, where no line is cut.
    """

    columns: list[int]
    words: list[tuple[int, int, _Word]]


class MixedLine(Shaped):
    """A line of which not every character is a glyph of the code font."""

    __slots__ = ("_words", "_xs")

    def __init__(self, cell: float, text: str, laid: Laid) -> None:
        super().__init__(cell, len(text))
        first = laid.columns[0]
        self._xs = [(each - first) * cell for each in laid.columns]
        self._width = self._xs[-1]
        for start, end, word in laid.words:
            left, right = self._xs[start], self._xs[end]
            for at in range(start + 1, end):
                self._xs[at] = min(right, left + word.x_of(at - start))
        self._words: list[tuple[QColor, float, _Word]] = []

    def x_of(self, index: int) -> float:
        return self._xs[max(0, min(index, self.length))]

    def draw(self, painter: QPainter, x: float, y: float, ink: QColor | None = None) -> None:
        super().draw(painter, x, y, ink)
        for colour, left, word in self._words:
            painter.setPen(ink or colour)
            word.draw(painter, x + left, y)


class OtherScripts:
    """Lays out lines of one font and its fallbacks. `plain` says the glyph of a character that the code font
    draws in one cell, None of others.
    """

    def __init__(
        self, font: QFont, raw: QRawFont, cell: float, ascent: float, plain: Callable[[str], int | None]
    ) -> None:
        self._font, self._cell, self._ascent, self._plain = font, cell, ascent, plain
        # Ideographs are drawn three times as fast the first time without being fitted to the pixels.
        self._unhinted = QFont(font)
        self._unhinted.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        self._spot = QImage(1, 1, QImage.Format.Format_RGB32)
        self._fonts = [raw]
        self._kinds: dict[str, _Glyph] = {}
        self._words: dict[str, _Word] = {}
        self._places: dict[float, list[QPointF]] = {}

    def lay(self, text: str, tab: int, first: int = 0) -> Laid:
        """Where the characters of a line stand that begins in a column."""
        self._learn(text)
        columns: list[int] = []
        words: list[tuple[int, int, _Word]] = []
        kinds, column, at, length = self._kinds, first, 0, len(text)
        while at < length:
            kind = kinds[text[at]]
            end = at + 1
            is_marked = end < length and kinds[text[end]] is _FOLLOWS
            # A tab has no mark: it ends where it does.
            joins = kind.font < 0 or (is_marked and text[at] != "\t")
            if not joins:
                columns.append(column)
                column += kind.cells if text[at] != "\t" else tab - column % tab
                at = end
                continue
            stop = min(length, at + _LONGEST)
            follows = (_JOINS, _FOLLOWS) if kind is _JOINS else (_FOLLOWS,)
            while end < stop and kinds[text[end]] in follows:
                end += 1
            word = self._word(text[at:end])
            words.append((at, end, word))
            # Columns within it only say that it is not over yet.
            columns += [min(column + step, column + word.cells - 1) for step in range(end - at)]
            column += word.cells
            at = end
        columns.append(column)
        return Laid(columns, words)

    def shape(self, text: str, pieces: Sequence[Piece], tab: int, first: int = 0) -> MixedLine:
        """A line, ready to be drawn."""
        laid = self.lay(text, tab, first)
        line = MixedLine(self._cell, text, laid)
        columns, kinds = laid.columns, self._kinds
        words = {start: word for start, _, word in laid.words}
        inside = {at for start, end, _ in laid.words for at in range(start, end)}
        inks: dict[tuple[int, int], tuple[QColor, list[int], list[QPointF]]] = {}
        for start, end, colour in pieces:
            for at in range(start, end):
                character = text[at]
                if at in inside:
                    # A word that has two colours has that of its beginning: cut, its letters would not join.
                    if at in words:
                        line._words.append((colour, line._xs[at], words[at]))
                elif character not in " \t":
                    kind = kinds[character]
                    ink = inks.get((id(colour), kind.font))
                    if ink is None:
                        ink = inks[id(colour), kind.font] = (colour, [], [])
                    ink[1].append(kind.glyph)
                    ink[2].append(self._place(columns[at] - first, kind))
        for (_, font), (colour, glyphs, places) in inks.items():
            run = QGlyphRun()
            run.setRawFont(self._fonts[font])
            run.setGlyphIndexes(glyphs)
            run.setPositions(places)
            line._runs.append((colour, run))
        return line

    def _place(self, column: int, kind: _Glyph) -> QPointF:
        places = self._places.get(kind.drop)
        if places is None:
            places = self._places[kind.drop] = []
        while len(places) <= column:
            x = len(places) * self._cell + kind.drop
            # On whole pixels there is one picture of each glyph; between them it would have several.
            places.append(QPointF(round(x) if kind.font else x, self._ascent))
        return places[column]

    def _word(self, text: str) -> _Word:
        known = self._words.get(text)
        if known is None:
            if len(self._words) > _KEPT_WORDS:
                self._words.clear()
            known = self._words[text] = _Word(text, self._font, self._cell, self._ascent)
        return known

    # what a character is

    def _learn(self, text: str) -> None:
        """Find out about characters that were not met before, many at a time."""
        alone: list[str] = []
        for each in set(text).difference(self._kinds):
            if each in _MODIFIERS or unicodedata.category(each)[0] == "M":
                self._kinds[each] = _FOLLOWS
                continue
            if _joining.match(each):
                self._kinds[each] = _JOINS
                continue
            glyph = self._plain(each)
            if glyph is not None:
                self._kinds[each] = _Glyph(0, glyph, 1, 0.0)
            else:
                alone.append(each)
        for font in range(1, len(self._fonts)):
            alone = self._of_font(font, alone)
        while alone:
            # Qt says which of the system's fonts has a character; that one surely has more of the others.
            font = self._asked_for(alone[0])
            left = self._of_font(font, alone) if font else alone
            if left and left[0] == alone[0]:
                self._kinds[left[0]] = self._missing(left[0])
                left = left[1:]
            alone = left

    def _of_font(self, font: int, wanted: list[str]) -> list[str]:
        """Learn those characters that a font has; the others are given back."""
        if not wanted:
            return wanted
        raw = self._fonts[font]
        glyphs = raw.glyphIndexesForString("".join(wanted))
        if len(glyphs) != len(wanted):  # some of them are no single glyph
            glyphs = [found[0] if len(found) == 1 else 0 for found in map(raw.glyphIndexesForString, wanted)]
        left = [each for each, glyph in zip(wanted, glyphs, strict=True) if not glyph]
        found = {each: glyph for each, glyph in zip(wanted, glyphs, strict=True) if glyph}
        # To ask how wide a glyph is costs as much as to draw it, and ideographs of a font are all as wide.
        odd = [each for each in found if not "\u4e00" <= each <= "\u9fff"]
        if len(odd) < len(found):
            odd.append(next(each for each in found if "\u4e00" <= each <= "\u9fff"))
        widths = raw.advancesForGlyphIndexes([found[each] for each in odd])
        advances = {each: width.x() for each, width in zip(odd, widths, strict=True)}
        common = advances[odd[-1]] if odd else 0.0
        for each, glyph in found.items():
            self._kinds[each] = self._sized(each, font, glyph, advances.get(each, common))
        self._draw_ahead(raw, list(found.values()))
        return left

    def _draw_ahead(self, raw: QRawFont, glyphs: list[int]) -> None:
        """Draw glyphs where nobody looks: the first time is dear, and most lines are made ahead."""
        if glyphs:
            run = QGlyphRun()
            run.setRawFont(raw)
            run.setGlyphIndexes(glyphs)
            run.setPositions([QPointF(0, self._ascent)] * len(glyphs))
            painter = QPainter(self._spot)
            painter.drawGlyphRun(QPointF(0, 0), run)
            painter.end()

    def _sized(self, character: str, font: int, glyph: int, advance: float) -> _Glyph:
        cells = max(_cells(character), ceil((advance - _ROUNDED) / self._cell))
        drop = round(max(0.01, (cells * self._cell - advance) / 2), 2)
        return _Glyph(font, glyph, cells, drop)

    def _missing(self, character: str) -> _Glyph:
        """No font has it: the code font's empty box is shown."""
        return _Glyph(0, 0, _cells(character), 0.0)

    def _asked_for(self, character: str) -> int:
        """The font that Qt draws a character with; 0 where there is none."""
        layout = QTextLayout(character, self._unhinted)
        layout.beginLayout()
        layout.createLine().setLineWidth(1e7)
        layout.endLayout()
        for run in layout.glyphRuns():
            raw = run.rawFont()
            # A font that only draws boxes has no size, and one glyph for all.
            if raw.pixelSize() > 0 and raw.supportsCharacter(ord(character)):
                self._fonts.append(raw)
                return len(self._fonts) - 1
        return 0


def _cells(character: str) -> int:
    """As many cells as a terminal gives to a character."""
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
