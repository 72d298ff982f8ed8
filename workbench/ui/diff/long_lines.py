"""Lines of thousands of characters: looked at in stretches, so that one of megabytes costs no more than another.

Where a stretch begins is known from what stands before it; how wide a character of another script is drawn, only
its font knows. So it is taken to be as wide as such characters can be: then two neighbouring stretches may show
some characters both, and never leave one out.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from workbench.review.text import Visible
from workbench.review.words import Spans
from workbench.ui.diff.shaping import Shaper

LONG = 3000
"""Characters from which on a line is laid out in windows of this many, around what is looked at."""
STEP = 1000
"""Characters of a stretch; a window is three of them."""
_NEAR = 500
"""Characters on both sides of what is shown among which the letters of words are compared."""

_IDEOGRAPHS = bytes(range(0xE3, 0xEE))
_OTHERS = bytes((*range(0xD5, 0xE3), *range(0xEE, 0x100)))
"""First bytes, in UTF-8, of characters that code fonts do not draw in one cell."""


class Stretches:
    """Where every stretch of one line begins, in pixels. Empty `starts`: all characters are one cell wide."""

    __slots__ = ("_cell", "starts", "width")

    def __init__(self, text: str, shaper: Shaper) -> None:
        self._cell = shaper.cell
        self.starts: Sequence[float] = () if text.isascii() else _starts(text, shaper)
        self.width = self.starts[-1] if self.starts else len(text) * shaper.cell

    def window(self, left: float) -> int:
        """The first character of the window that is shown where the view is scrolled so far to the right."""
        at = bisect_right(self.starts, left) - 1 if self.starts else int(left / self._cell) // STEP
        return max(0, min(at, max(0, len(self.starts) - 2) if self.starts else at) - 1) * STEP

    def left(self, window: int) -> float:
        """Where a window begins."""
        return self.starts[window // STEP] if self.starts else window * self._cell

    def x_of(self, character: int) -> float:
        """About where a character stands."""
        if not self.starts:
            return character * self._cell
        at = min(character // STEP, len(self.starts) - 2)
        room = self.starts[at + 1] - self.starts[at]
        return self.starts[at] + room * min(1.0, (character - at * STEP) / STEP)


def _starts(text: str, shaper: Shaper) -> list[float]:
    cell = shaper.cell
    ideograph = max(cell, shaper.measured("\u4e2d").width)
    other = max(2 * cell, ideograph, shaper.measured("\U0001f600").width)
    starts = [0.0]
    for at in range(0, len(text), STEP):
        part = text[at : at + STEP]
        width = len(part) * cell
        if not part.isascii():
            data = part.encode("utf-8", "surrogatepass")
            width += (len(data) - len(data.translate(None, _IDEOGRAPHS))) * (ideograph - cell)
            width += (len(data) - len(data.translate(None, _OTHERS))) * (other - cell)
        starts.append(starts[-1] + width)
    return starts


def alike_near(seen: Visible, start: int, end: int) -> Spans:
    """The look-alike letters between two places of a long line: words are compared with those near them."""
    low, high = max(0, start - _NEAR), min(len(seen.text), end + _NEAR)
    part = seen.text[low:high]
    if part.isascii():
        return ()
    # Late: its expressions take a while to be made, and most first screens are plain ASCII.
    from workbench.review.suspicious import look_alikes  # noqa: PLC0415 - said above

    found = ((low + one, low + other) for one, other in look_alikes(part))
    return tuple((one, other) for one, other in found if one < end and other > start)
