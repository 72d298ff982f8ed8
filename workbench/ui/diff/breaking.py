"""Where a long line is cut when lines are wrapped: at a blank where there is one, indented as its text is.

Nothing is ever left beyond the edge, and nothing is cut that is drawn together. How a line of thousands of
characters is cut is told by `long_lines.py`.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Collection, Sequence

from workbench.ui.diff.long_text import LineKey, key_of
from workbench.ui.diff.shaping import Shaper

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
        self._known: dict[tuple[bytes | LineKey, int], Breaks] = {}

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
        length = len(data) - (data[-1:] == b"\n")
        return length * self._shaper.cell <= room and _odd.search(data) is None

    def breaks(self, data: bytes, room: float, cut: Callable[[bytes, int], Breaks]) -> Breaks:
        """Where a line is cut to stand in so many pixels; `cut` does it where that is not known."""
        cells, line = self.cells(room), key_of(data)
        known = self._known.get((line, cells))
        if known is None:
            if len(self._known) > _KEPT:
                self._known.clear()
            known = self._known[line, cells] = cut(data, cells)
        return known

    def forget(self, data: bytes) -> None:
        """More is known of a line than when it was cut, also where the same line stands elsewhere."""
        line = key_of(data)
        for key in [key for key in self._known if key[0] == line]:
            del self._known[key]

    def cut(self, text: str, cells: int) -> Breaks:
        """How a text of common length is cut."""
        shaper = self._shaper
        assert shaper is not None
        length = len(text)
        if text.isascii() and "\t" not in text:
            if length <= cells:
                return ONE_LINE
            indent = _indent(text, None, cells)
            return Breaks(
                cut(text, range(length + 1), cells, cells - indent), length, indent * shaper.cell, None
            )
        columns, together = shaper.laid(text)
        if columns[-1] <= cells:
            return ONE_LINE
        indent = _indent(text, columns, cells)
        starts = cut(text, columns, cells, cells - indent, together, shaper.cells)
        return Breaks(starts, length, indent * shaper.cell, columns)


def cut(
    text: str,
    places: Sequence[int],
    first: int,
    rest: int,
    together: Collection[int] = (),
    width: Callable[[str], int] = len,
) -> list[int]:
    """The first character of each line, given the column of each character and the columns of the first line
    and of the others. `together` are those that are not cut from what is before them. Where they are too many
    for a line, they are: then `width` says how many columns a part takes, whose letters are drawn otherwise.
    """
    starts = [0]
    length, room = len(text), first
    while True:
        start = starts[-1]
        end = min(length, bisect_right(places, places[start] + room) - 1)
        if end in together:
            end = max((at for at in range(start + 1, end) if at not in together), default=end)
        end = max(end, start + 1)
        if start in together or end in together:
            while end > start + 1 and (_is_mark(text[end : end + 1]) or width(text[start:end]) > room):
                end -= 1
        if end >= length:
            return starts
        # At a blank in the second half of the line, else wherever it is full.
        after = text.rfind(" ", start + (end - start) // 2, end) + 1
        starts.append(after if after and after not in together else end)
        room = rest


def _is_mark(character: str) -> bool:
    """Whether it is drawn with the letter before it."""
    return bool(character) and unicodedata.category(character)[0] == "M"


def _indent(text: str, columns: Sequence[int] | None, cells: int) -> int:
    """How far a line that goes on is indented: as its text is, but never beyond half of the pane."""
    blank = len(text) - len(text.lstrip(" \t"))
    column = columns[blank] if columns is not None else blank
    return min(column, cells // 2)
