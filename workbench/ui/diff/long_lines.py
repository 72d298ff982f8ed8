"""Lines of thousands of characters: looked at in parts, so one of megabytes costs no more than others.

Everything here is counted in characters as the file has them: what hides is only replaced by its box in the
part that is looked at, because a line of millions of control characters has millions of boxes. Where a part
begins is known from how many cells stand before it. That is counted, not laid out, block by block, a little
in a frame and the rest between frames; what stands further on is not known before. Of a few scripts only the
font knows how wide they are drawn: those are taken to be as wide as they can be, so that two neighbouring
parts may both show some characters, and never leave one out.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate

from PySide6.QtGui import QColor, QPainter

from workbench.review.text import Visible, boxed_length, grown_by, growth, piled
from workbench.review.words import Spans
from workbench.ui.diff.breaking import Breaks
from workbench.ui.diff.long_text import LongText
from workbench.ui.diff.shaping import Shaped, Shaper

LONG = 1500
"""Characters, as they are shown, from which on only what is looked at of a line is laid out."""
STEP = 100
"""Characters of a step: where the screen begins is known to a step."""
SCREEN = 700
"""Cells that are laid out after a step: more than stand side by side on a screen."""
_BLOCK = 100 * STEP
"""Characters whose cells are counted at once."""
_PAGE = 1000
"""Characters of each of which it is found out where it stands, where somebody looks."""
_AT_ONCE = 4
"""Blocks of a line that are counted when it is first cut."""
_KEPT = 60
"""Blocks and pages that stay known."""
UNREACHED = -1
"""In place of a character: it is not known yet which one stands there."""
_KEPT_BEGINS = 1000
"""Lines of a wrapped one of which it stays known where they begin."""
_BEYOND = 2 * STEP + SCREEN
"""Characters that are decoded after a block when it is counted: what is laid out may reach into them."""
_WIDEST_BOX = 10
_ALIKE_STEP = 1000
_NEAR = 500
"""Characters on both sides of a stretch among which the letters of words are compared."""
_REACH = 100

_IDEOGRAPHS = bytes(range(0xE3, 0xEE))
_SIGNS = b"\xe2"
_OTHERS = bytes((*range(0xD5, 0xE2), *range(0xEE, 0x100)))
"""First bytes, in UTF-8, of characters that code fonts do not draw in one cell, or not all of them."""
_PROBES = (("\u4e2d", _IDEOGRAPHS), ("\u2014\u201c\u2026\u2192\u2500", _SIGNS), ("\U0001f600", _OTHERS))


def is_long(text: str) -> bool:
    """Whether a line is looked at in parts."""
    return len(text) > LONG or (_WIDEST_BOX * len(text) > LONG and len(text) + growth(text) > LONG)


class Stretches:
    """Where the characters of one line stand, in pixels; known as far as one has looked."""

    __slots__ = (
        "_blocks", "_cell", "_looked", "_more", "_pages", "_source", "_starts", "_widths",
        "has_alike", "is_utf8", "reread", "spare", "text",
    )  # fmt: skip

    def __init__(self, text: str | LongText, shaper: Shaper) -> None:
        """Of a `LongText` that is not whole, what is not decoded yet is not known either."""
        self._source = text if isinstance(text, LongText) and not text.is_whole else None
        self.text = text.text if isinstance(text, LongText) else text
        self.is_utf8: bool | None = text.is_utf8 if isinstance(text, LongText) else None
        """None where nobody asked."""
        self.reread = 0
        """How often it turned out to be another text than it began as."""
        self._cell = shaper.cell
        self._begin(shaper)

    def _begin(self, shaper: Shaper) -> None:
        self._blocks = [0]
        self._starts, self._pages = dict[int, list[int]](), dict[int, Sequence[int]]()
        self.spare = 0
        """By how many cells a character may stick out of the place that its first cell has."""
        self._looked = 0
        is_plain = self.text.isascii() and (self._source is None or self._source.is_ascii)
        self.has_alike: bool | None = None if not is_plain else False
        """Whether there are look-alike letters in it; None while it is not looked through."""
        self._more: list[tuple[bytes, int]] = []
        if not is_plain:
            for characters, firsts in _PROBES:
                more = max(shaper.cells(each) for each in characters) - 1
                more = max(1, more) if firsts is _OTHERS else more
                if more:
                    self._more.append((firsts, more))
            self.spare = max((more for _, more in self._more), default=0)
        self._widths = _Widths(self._more)

    def _cells(self, start: int, end: int) -> int:
        part = self.text[start:end]
        count, grown = len(part), growth(part) + self._piled_over(start, min(start + 3, end))
        if grown:
            self.spare = _WIDEST_BOX - 1
            count += grown
        if not part.isascii():
            data = part.encode("utf-8", "surrogatepass")
            for firsts, more in self._more:
                count += more * (len(data) - len(data.translate(None, firsts)))
        return count

    def _piled_over(self, start: int, end: int) -> int:
        """By how much the first marks of a part grow because of those before it."""
        if start >= end or self.text[start].isascii():
            return 0
        return sum(boxed_length(self.text[at]) - 1 for at in piled(self.text, start, end))

    # as far as one has looked

    @property
    def is_whole(self) -> bool:
        """Whether all of it is decoded."""
        return self._source is None

    def read(self, shaper: Shaper) -> bool:
        """Decode some more of it; whether that was all."""
        source = self._source
        if source is None or not source.read():
            return source is None
        self._source = None
        self.text = source.text
        if not source.is_utf8:
            self.is_utf8 = False
            self.reread += 1
            self._begin(shaper)
        elif self.text.isascii() and self._more:
            self.has_alike, self._more, self._widths = False, [], _Widths(())
            self.spare = self.spare if self.spare == _WIDEST_BOX - 1 else 0
        return True

    @property
    def is_measured(self) -> bool:
        return self._source is None and len(self._blocks) > (len(self.text) - 1) // _BLOCK + 1

    @property
    def is_known(self) -> bool:
        """Whether it is counted and looked through: what is forgotten before that would never be."""
        return self.is_measured and self.has_alike is not None

    def measure(self, blocks: int = 1) -> bool:
        """Count the cells of some more blocks of what is decoded; whether that was all."""
        for _ in range(blocks):
            if self.is_measured:
                return True
            at = (len(self._blocks) - 1) * _BLOCK
            if self._source is not None and at + _BLOCK + _BEYOND > len(self.text):
                return False
            self._blocks.append(self._blocks[-1] + self._cells(at, min(at + _BLOCK, len(self.text))))
        return self.is_measured

    def reach(self, cell: int) -> bool:
        """Whether it is known what stands at a cell. Counts one block on where that is surely enough: what is
        further away is known when all is counted, a bit at a time.
        """
        if self.knows(cell):
            return True
        if cell - self._blocks[-1] < _BLOCK:
            self.measure()
        return self.knows(cell)

    def knows(self, cell: int) -> bool:
        """Whether it is counted that far, or to the end."""
        return self._blocks[-1] > cell or self.is_measured

    def finds(self, character: int) -> bool:
        """Whether it is known where a character stands; counts on to there if that is a small step."""
        for _ in range(_AT_ONCE):
            if len(self._blocks) > character // _BLOCK or self.measure():
                return True
        return len(self._blocks) > character // _BLOCK

    def look_through(self) -> None:
        """Look for letters that look like others in some more of it, once it is whole."""
        if self.has_alike is None:
            if _alike_near(self.text, self._looked):
                self.has_alike = True
            self._looked += _ALIKE_STEP
            if self._looked >= len(self.text) and self.has_alike is None:
                self.has_alike = False

    @property
    def least(self) -> int:
        """How many cells it takes at least; as many as it does once it is measured."""
        more = self._source.least_left if self._source is not None else 0
        return self._blocks[-1] + max(0, len(self.text) - (len(self._blocks) - 1) * _BLOCK) + more

    @property
    def most(self) -> int:
        """How many characters it has at most; as many as it has once it is whole."""
        return len(self.text) + (self._source.most_left if self._source is not None else 0)

    @property
    def width(self) -> float:
        """How wide it is at least."""
        return self.least * self._cell

    # places

    def cell_of(self, character: int) -> int:
        """How many cells stand before a character; of one that is not reached yet, how many at least."""
        block, inside = divmod(character, _BLOCK)
        if len(self._blocks) <= block:
            return self._blocks[-1] + character - (len(self._blocks) - 1) * _BLOCK
        if self._is_plain(block):
            return self._blocks[block] + inside
        page, inside = divmod(inside, _PAGE)
        return self._blocks[block] + self._starts_of(block)[page] + self._page(block, page)[inside]

    def _is_plain(self, block: int) -> bool:
        """Whether every character of a block is known to take one cell."""
        if block + 1 >= len(self._blocks):
            return False
        length = min(_BLOCK, len(self.text) - block * _BLOCK)
        return self._blocks[block + 1] - self._blocks[block] == length

    def _starts_of(self, block: int) -> list[int]:
        """How many cells of a block stand before each of its pages, and before its end."""
        known = self._starts.get(block)
        if known is None:
            if len(self._starts) >= _KEPT:
                self._starts.clear()
            known = self._starts[block] = [0]
            first, last = block * _BLOCK, min((block + 1) * _BLOCK, len(self.text))
            for at in range(first, last, _PAGE):
                known.append(known[-1] + self._cells(at, min(at + _PAGE, last)))
        return known

    def _page(self, block: int, page: int) -> Sequence[int]:
        """How many cells of a page stand before each of its characters, and before its end."""
        number = block * (_BLOCK // _PAGE) + page
        known = self._pages.get(number)
        if known is None:
            if len(self._pages) >= _KEPT:
                self._pages.clear()
            start = number * _PAGE
            part = self.text[start : start + _PAGE]
            starts = self._starts_of(block)
            if page + 1 < len(starts) and starts[page + 1] - starts[page] == len(part):
                known = range(len(part) + 1)
            else:
                widths = list(map(self._widths.__getitem__, part))
                for at in piled(self.text, start, start + len(part)):
                    widths[at - start] += boxed_length(self.text[at]) - 1
                known = list(accumulate(widths, initial=0))
            self._pages[number] = known
        return known

    def character_at(self, cell: int) -> int:
        """The first character that begins at a cell, or after it; of one that is not reached yet, the last
        that it can be.
        """
        if cell <= 0:
            return 0
        if not self.reach(cell):
            return min((len(self._blocks) - 1) * _BLOCK + cell - self._blocks[-1], self.most)
        block = max(0, min(bisect_right(self._blocks, cell) - 1, (len(self.text) - 1) // _BLOCK))
        first, left = block * _BLOCK, cell - self._blocks[block]
        if self._is_plain(block):
            return min(first + left, len(self.text))
        starts = self._starts_of(block)
        page = max(0, min(bisect_right(starts, left) - 1, len(starts) - 2))
        places = self._page(block, page)
        return first + page * _PAGE + min(bisect_left(places, left - starts[page]), len(places) - 1)

    def left(self, character: int) -> float:
        """Where a character begins; of one that is not reached yet, where it does at least."""
        return self.cell_of(character) * self._cell

    def window(self, left: float) -> int:
        """The first character of the part that is laid out where the view is scrolled so far to the right;
        `UNREACHED` where that is not known yet.
        """
        cell = int(left / self._cell)
        if not self.reach(cell):
            return UNREACHED
        at = self.character_at(cell)
        at -= at > 0 and self.cell_of(at) > cell
        return min(at, max(0, len(self.text) - 1)) // STEP * STEP

    def end(self, first: int) -> int:
        """The character after the last one of that part."""
        room, at = SCREEN, first + STEP
        while at < len(self.text) and room > 0:
            room -= self._cells(at, min(at + STEP, len(self.text)))
            at += STEP
        return min(at, len(self.text))


class _Widths(dict[str, int]):
    """How many cells each character takes at most, found out when it is first met."""

    def __init__(self, more: Sequence[tuple[bytes, int]]) -> None:
        super().__init__()
        self._more = more

    def __missing__(self, character: str) -> int:
        first = character.encode("utf-8", "surrogatepass")[0]
        cells = 1 + grown_by(character) + sum(more for firsts, more in self._more if first in firsts)
        self[character] = cells
        return cells


class LongBreaks(Breaks):
    """How a long line is cut where lines are wrapped: after every so many cells.

    While it is not counted through, it has as many lines as there are at least, and what stands on the far
    ones is not known yet. Where nothing that hides was met, so it is taken to be in the rest.
    """

    __slots__ = ("_begins", "_reread", "_room", "stretches")

    def __init__(self, stretches: Stretches, cells: int) -> None:
        stretches.measure(_AT_ONCE)
        self._reread = stretches.reread
        self._room = max(_WIDEST_BOX, cells - stretches.spare)
        self.stretches = stretches
        self._begins: dict[int, int] = {}
        super().__init__(range(max(1, -(-stretches.least // self._room))), stretches.most, 0.0, None)

    def knows(self, at: int) -> bool:
        """Whether it is known what stands on a line."""
        return self.stretches.knows((at + 1) * self._room)

    def span(self, at: int) -> tuple[int, int]:
        if not self.knows(at):
            return self.length, self.length
        return self._begin(at), self._begin(at + 1)

    def _begin(self, at: int) -> int:
        if self._reread != self.stretches.reread:
            self._reread = self.stretches.reread
            self._begins.clear()
        known = self._begins.get(at)
        if known is None:
            if len(self._begins) > _KEPT_BEGINS:
                self._begins.clear()
            known = self._begins[at] = self.stretches.character_at(at * self._room)
        return known

    def line_of(self, character: int) -> int:
        return min(self.lines - 1, self.stretches.cell_of(character) // self._room)


class BoxedPart(Shaped):
    """A part of a long line in which something hides: its characters are those of the file."""

    __slots__ = ("_seen", "_shaped")

    def __init__(self, shaped: Shaped, seen: Visible, length: int) -> None:
        super().__init__(shaped.cell, length)
        self._shaped, self._seen, self._width = shaped, seen, shaped.width

    def x_of(self, index: int) -> float:
        return self._shaped.x_of(self._seen.shown(max(0, min(index, self.length))))

    def draw(self, painter: QPainter, x: float, y: float, ink: QColor | None = None) -> None:
        self._shaped.draw(painter, x, y, ink)


def alike_between(text: str, start: int, end: int, known: dict[int, Spans]) -> Spans:
    """The look-alike letters between two places of a long line. `known` keeps those of a stretch."""
    found: list[tuple[int, int]] = []
    first = max(0, start - _REACH)  # a word may begin before
    for at in range(first - first % _ALIKE_STEP, end, _ALIKE_STEP):
        if at not in known:
            known[at] = _alike_near(text, at)
        found += [each for each in known[at] if each[0] < end and each[1] > start]
    return tuple(found)


def _alike_near(text: str, at: int) -> Spans:
    """The words of one stretch, compared with those near it; a word belongs to where it begins."""
    low = max(0, at - _NEAR)
    part = text[low : at + _ALIKE_STEP + _NEAR]
    if part.isascii():
        return ()
    # Late: its expressions take a while to be made, and most first screens are plain ASCII.
    from workbench.review.suspicious import look_alikes  # noqa: PLC0415 - said above

    found = ((low + one, low + other) for one, other in look_alikes(part))
    return tuple((one, other) for one, other in found if at <= one < at + _ALIKE_STEP)
