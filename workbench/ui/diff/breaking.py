"""Where a long line is cut when lines are wrapped: at a blank where there is one, indented as its text is.

A very long line is cut after every so many characters, which needs no look at it. Nothing is ever left beyond
the edge: what is not one cell wide is measured.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Sequence

from workbench.review.text import Visible
from workbench.ui.diff.shaping import Shaper

LONG = 3000
"""Characters from which on a line is cut without a look at it."""
_LEAST = 8
"""Cells that a line has at least, however narrow its pane."""
_KEPT = 20_000

_odd = re.compile(rb"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\xff]|\r(?!\n)")
"""Bytes that may be shown otherwise than as one cell."""


class Breaks:
    """How one line is cut. `columns` are those of each character where there are tabs."""

    __slots__ = ("columns", "indent", "length", "starts")

    def __init__(
        self, starts: Sequence[int], length: int, indent: float, columns: Sequence[int] | None
    ) -> None:
        self.starts, self.length, self.indent, self.columns = starts, length, indent, columns

    @property
    def lines(self) -> int:
        """How many lines it becomes."""
        return len(self.starts)

    def span(self, at: int) -> tuple[int, int]:
        """The first character of a line and the one after its last."""
        return self.starts[at], self.starts[at + 1] if at + 1 < len(self.starts) else self.length

    def line_of(self, character: int) -> int:
        """The line that a character stands on."""
        return max(0, bisect_right(self.starts, character) - 1)


ONE_LINE = Breaks((0,), 0, 0.0, None)
"""A line that is not cut."""


class Breaking:
    """Cuts lines of one font, and keeps where."""

    def __init__(self) -> None:
        self._shaper: Shaper | None = None
        self._known: dict[tuple[bytes, int], Breaks] = {}

    def wear(self, shaper: Shaper) -> None:
        """Another font or size."""
        self._shaper = shaper
        self._known.clear()

    def cells(self, room: float) -> int:
        """How many cells stand in so many pixels."""
        assert self._shaper is not None
        return max(_LEAST, int(room / self._shaper.cell))

    def surely_fits(self, data: bytes, room: float) -> bool:
        """Whether a line is short enough, seen from its bytes alone: so it is with nearly all of them."""
        assert self._shaper is not None
        return (len(data) - 1) * self._shaper.cell <= room and _odd.search(data) is None

    def breaks(self, data: bytes, text: Callable[[bytes], Visible], room: float) -> Breaks:
        """Where a line is cut to stand in so many pixels."""
        cells = self.cells(room)
        known = self._known.get((data, cells))
        if known is None:
            if len(self._known) > _KEPT:
                self._known.clear()
            known = self._known[data, cells] = self._cut(text(data).text, cells)
        return known

    def _cut(self, text: str, cells: int) -> Breaks:
        shaper = self._shaper
        assert shaper is not None
        length = len(text)
        if length > LONG:
            # Wide characters take two cells; a line that may have some is cut after half as many.
            step = cells if text.isascii() else cells // 2
            return Breaks((0, *range(step, length, step)), length, 0.0, None)
        if not shaper.is_even(text):
            return self._cut_odd(text, cells)
        columns = shaper.columns(text) if "\t" in text else None
        if (columns[-1] if columns is not None else length) <= cells:
            return ONE_LINE
        indent = _indent(text, columns, cells)
        places = columns if columns is not None else range(length + 1)
        starts = cut(text, places, cells, cells - indent)
        return Breaks(starts, length, indent * shaper.cell, columns)

    def _cut_odd(self, text: str, cells: int) -> Breaks:
        """A line with characters of other widths: where it ends is what its glyphs say."""
        shaper = self._shaper
        assert shaper is not None
        room = cells * shaper.cell
        whole = shaper.measured(text)
        if whole.width <= room:
            return ONE_LINE
        indent = _indent(text, None, cells)
        starts = [0]
        while True:
            start = starts[-1]
            left = room - (indent * shaper.cell if start else 0)
            # A part is no wider than all that is left, but may be as wide by itself as only it can say.
            rest = shaper.measured(text[start : start + 4 * cells])
            if rest.width <= left and start + rest.length == len(text):
                return Breaks(starts, len(text), indent * shaper.cell, None)
            count = max(1, rest.index_at(left))
            while count > 1 and shaper.measured(text[start : start + count]).width > left:
                count -= 1
            end = start + count
            blank = text.rfind(" ", start + count // 2, end) + 1
            end = blank or end
            while end > start + 1 and end < len(text) and unicodedata.category(text[end])[0] == "M":
                end -= 1
            if end >= len(text):
                return Breaks(starts, len(text), indent * shaper.cell, None)
            starts.append(end)


def cut(text: str, places: Sequence[int], first: int, rest: int) -> list[int]:
    """The first character of each line, given the column of each character and the columns of the first line
    and of the others.
    """
    starts = [0]
    length, room = len(text), first
    while True:
        start = starts[-1]
        end = bisect_right(places, places[start] + room) - 1
        if end >= length:
            return starts
        end = max(end, start + 1)
        # At a blank in the second half of the line, else wherever it is full.
        starts.append(text.rfind(" ", start + (end - start) // 2, end) + 1 or end)
        room = rest


def _indent(text: str, columns: Sequence[int] | None, cells: int) -> int:
    """How far a line that goes on is indented: as its text is, but never beyond half of the pane."""
    blank = len(text) - len(text.lstrip(" \t"))
    column = columns[blank] if columns is not None else blank
    return min(column, cells // 2)
