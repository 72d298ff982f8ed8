"""Lines of thousands of characters: looked at in parts, so one of megabytes costs no more than others.

Everything here is counted in characters as the file has them: what hides is only replaced by its box in the
part that is looked at, because a line of millions of control characters has millions of boxes. Where a part
begins is known from how many cells stand before it. That is counted, not laid out, block by block, as far as
one has looked; the rest follows between frames. Of a few scripts only the font knows how wide they are drawn:
those are taken to be as wide as they can be, so that two neighbouring parts may both show some characters,
and never leave one out.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from PySide6.QtGui import QColor, QPainter

from workbench.review.text import Visible, growth
from workbench.review.words import Spans
from workbench.ui.diff.breaking import Breaks
from workbench.ui.diff.shaping import Shaped, Shaper

LONG = 1500
"""Characters, as they are shown, from which on only what is looked at of a line is laid out."""
STEP = 100
"""Characters of a step: where the screen begins is known to a step."""
SCREEN = 700
"""Cells that are laid out after a step: more than stand side by side on a screen."""
_BLOCK = 100 * STEP
"""Characters whose cells are counted at once."""
_KEPT = 60
"""Blocks whose steps stay known."""
_KEPT_BEGINS = 1000
"""Lines of a wrapped one of which it stays known where they begin."""
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

    __slots__ = ("_blocks", "_cell", "_looked", "_more", "_steps", "has_alike", "spare", "text")

    def __init__(self, text: str, shaper: Shaper) -> None:
        self.text, self._cell = text, shaper.cell
        self._blocks, self._steps = [0], dict[int, list[int]]()
        self.spare = 0
        """By how many cells a character may stick out of the place that its first cell has."""
        self._looked = 0
        self.has_alike: bool | None = None if not text.isascii() else False
        """Whether there are look-alike letters in it; None while it is not looked through."""
        self._more: list[tuple[bytes, int]] = []
        if not text.isascii():
            for characters, firsts in _PROBES:
                more = max(shaper.cells(each) for each in characters) - 1
                more = max(1, more) if firsts is _OTHERS else more
                if more:
                    self._more.append((firsts, more))
            self.spare = max((more for _, more in self._more), default=0)

    def _cells(self, part: str) -> int:
        count, grown = len(part), growth(part)
        if grown:
            self.spare = _WIDEST_BOX - 1
            count += grown
        if not part.isascii():
            data = part.encode("utf-8", "surrogatepass")
            for firsts, more in self._more:
                count += more * (len(data) - len(data.translate(None, firsts)))
        return count

    # as far as one has looked

    @property
    def is_measured(self) -> bool:
        return len(self._blocks) > (len(self.text) - 1) // _BLOCK + 1

    def measure(self, blocks: int = 1) -> bool:
        """Count the cells of some more blocks; whether that was all."""
        for _ in range(blocks):
            if self.is_measured:
                return True
            at = (len(self._blocks) - 1) * _BLOCK
            self._blocks.append(self._blocks[-1] + self._cells(self.text[at : at + _BLOCK]))
        return self.is_measured

    def look_through(self) -> None:
        """Look for letters that look like others in some more of it."""
        if self.has_alike is None:
            if _alike_near(self.text, self._looked):
                self.has_alike = True
            self._looked += _ALIKE_STEP
            if self._looked >= len(self.text) and self.has_alike is None:
                self.has_alike = False

    @property
    def width(self) -> float:
        """How wide it is at least."""
        left = max(0, len(self.text) - (len(self._blocks) - 1) * _BLOCK)
        return (self._blocks[-1] + left) * self._cell

    @property
    def cells(self) -> int:
        """How many cells it takes in all."""
        while not self.measure(100):
            pass
        return self._blocks[-1]

    # places

    def cell_of(self, character: int) -> int:
        """How many cells stand before a character."""
        block = character // _BLOCK
        if len(self._blocks) <= block:
            self.measure(block + 1 - len(self._blocks))
        step, inside = divmod(character % _BLOCK, STEP)
        found = self._blocks[block] + self._steps_of(block)[step]
        return found + (self._cells(self.text[character - inside : character]) if inside else 0)

    def _steps_of(self, block: int) -> list[int]:
        known = self._steps.get(block)
        if known is None:
            if len(self._steps) >= _KEPT:
                self._steps.clear()
            known = self._steps[block] = [0]
            start = block * _BLOCK
            for at in range(start, min(start + _BLOCK, len(self.text)), STEP):
                known.append(known[-1] + self._cells(self.text[at : at + STEP]))
        return known

    def _step_at(self, cell: int) -> int:
        """The step in which a cell is."""
        while self._blocks[-1] <= cell and not self.measure():
            pass
        block = max(0, min(bisect_right(self._blocks, cell) - 1, (len(self.text) - 1) // _BLOCK))
        steps = self._steps_of(block)
        step = max(0, min(bisect_right(steps, cell - self._blocks[block]) - 1, len(steps) - 2))
        return block * _BLOCK + step * STEP

    def character_at(self, cell: int) -> int:
        """The first character that begins at a cell, or after it."""
        if cell <= 0:
            return 0
        at = self._step_at(cell)
        before, end = cell - self.cell_of(at), min(at + STEP, len(self.text))
        part = self.text[at:end]
        cells = self._cells(part)
        if cells == len(part):
            return min(at + before, end)
        return at + bisect_left(range(end - at), before, key=lambda count: self._cells(part[:count]))

    def left(self, character: int) -> float:
        """Where a character begins."""
        return self.cell_of(character) * self._cell

    def window(self, left: float) -> int:
        """The first character of the part that is laid out where the view is scrolled so far to the right."""
        return self._step_at(int(left / self._cell))

    def end(self, first: int) -> int:
        """The character after the last one of that part."""
        room, at = SCREEN, first + STEP
        while at < len(self.text) and room > 0:
            room -= self._cells(self.text[at : at + STEP])
            at += STEP
        return min(at, len(self.text))

    def x_of(self, character: int) -> float:
        """About where a character stands; of those that are not reached yet, where it stands at least."""
        known = (len(self._blocks) - 1) * _BLOCK
        if character < known:
            return self.left(character)
        return (self._blocks[-1] + character - known) * self._cell


class LongBreaks(Breaks):
    """How a long line is cut where lines are wrapped: after every so many cells."""

    __slots__ = ("_begins", "_room", "stretches")

    def __init__(self, stretches: Stretches, cells: int) -> None:
        count = stretches.cells
        self._room = max(_WIDEST_BOX, cells - stretches.spare)
        self.stretches = stretches
        self._begins: dict[int, int] = {}
        super().__init__(range(max(1, -(-count // self._room))), len(stretches.text), 0.0, None)

    def span(self, at: int) -> tuple[int, int]:
        end = self.length if at + 1 >= self.lines else self._begin(at + 1)
        return min(end, self._begin(at)), end

    def _begin(self, at: int) -> int:
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
