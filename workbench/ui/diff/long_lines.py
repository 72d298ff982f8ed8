"""Lines of thousands of characters: looked at in stretches, so one of megabytes costs no more than others.

Where a stretch begins is known from what stands before it; how wide a character of another script is drawn,
only its font knows. So it is taken to be as wide as such characters can be: then two neighbouring stretches
may both show some characters, and never leave one out.
"""

from __future__ import annotations

from bisect import bisect_right

from workbench.review.text import Visible
from workbench.review.words import Spans
from workbench.ui.diff.shaping import Shaper

LONG = 3000
"""Characters from which on only what is looked at of a line is laid out."""
STEP = 1000
"""Characters of a stretch: more than stand side by side on a screen."""
WINDOW = 2 * STEP
"""What is laid out: the stretch in which the screen begins, and the next one."""
_NEAR = 500
"""Characters on both sides of a stretch among which the letters of words are compared."""
_REACH = 100

_IDEOGRAPHS = bytes(range(0xE3, 0xEE))
_OTHERS = bytes((*range(0xD5, 0xE3), *range(0xEE, 0x100)))
"""First bytes, in UTF-8, of characters that code fonts do not draw in one cell."""


class Stretches:
    """Where every stretch of one line begins, in pixels; known up to where one has looked."""

    __slots__ = ("_cell", "_starts", "_text", "_widths", "width")

    def __init__(self, text: str, shaper: Shaper) -> None:
        self._cell = cell = shaper.cell
        self._text, self._starts = text, [0.0]
        self._widths = (0.0, 0.0)
        if not text.isascii():
            ideograph = max(cell, shaper.measured("\u4e2d").width)
            other = max(2 * cell, ideograph, shaper.measured("\U0001f600").width)
            self._widths = ideograph - cell, other - cell
        self.width = self._width(text)

    def _width(self, part: str) -> float:
        width = len(part) * self._cell
        if not part.isascii():
            data = part.encode("utf-8", "surrogatepass")
            for firsts, more in zip((_IDEOGRAPHS, _OTHERS), self._widths, strict=True):
                width += (len(data) - len(data.translate(None, firsts))) * more
        return width

    def left(self, window: int) -> float:
        """Where a window begins."""
        if self._text.isascii():
            return window * self._cell
        while len(self._starts) <= window // STEP:
            self._next()
        return self._starts[window // STEP]

    def _next(self) -> None:
        at = (len(self._starts) - 1) * STEP
        self._starts.append(self._starts[-1] + self._width(self._text[at : at + STEP]))

    def window(self, left: float) -> int:
        """The first character of the window that is shown where the view is scrolled so far to the right."""
        last = (len(self._text) - 1) // STEP
        if self._text.isascii():
            at = int(left / self._cell) // STEP
        else:
            while self._starts[-1] <= left and len(self._starts) <= last:
                self._next()
            at = bisect_right(self._starts, left) - 1
        return max(0, min(at, last)) * STEP

    def x_of(self, character: int) -> float:
        """About where a character stands."""
        at = character // STEP * STEP
        begins = self.left(at)
        return begins + min(self._width(self._text[at:character]), self.width - begins)


def alike_between(seen: Visible, start: int, end: int, known: dict[int, Spans]) -> Spans:
    """The look-alike letters between two places of a long line. `known` keeps those of a stretch."""
    found: list[tuple[int, int]] = []
    first = max(0, start - _REACH)  # a word may begin before
    for at in range(first - first % STEP, end, STEP):
        if at not in known:
            known[at] = _alike_near(seen.text, at)
        found += [each for each in known[at] if each[0] < end and each[1] > start]
    return tuple(found)


def _alike_near(text: str, at: int) -> Spans:
    """The words of one stretch, compared with those near it; a word belongs to where it begins."""
    low = max(0, at - _NEAR)
    part = text[low : at + STEP + _NEAR]
    if part.isascii():
        return ()
    # Late: its expressions take a while to be made, and most first screens are plain ASCII.
    from workbench.review.suspicious import look_alikes  # noqa: PLC0415 - said above

    found = ((low + one, low + other) for one, other in look_alikes(part))
    return tuple((one, other) for one, other in found if at <= one < at + STEP)
