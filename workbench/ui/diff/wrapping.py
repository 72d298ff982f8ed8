"""Where long lines are wrapped: how many lines each row of a block takes, measured near what is looked at.

Counts lines, not pixels; what a row needs is asked for. A row that nobody came near counts as one line.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from itertools import accumulate

PAGE = 64
"""Rows that are measured in one step."""


class Wraps:
    """The rows of one block in lines: prefix sums of pages of rows, and of rows in a measured page."""

    __slots__ = ("_counts", "_pages", "_starts", "rows")

    def __init__(self, rows: int) -> None:
        self.rows = rows
        count = -(-rows // PAGE)
        self._counts = [min(PAGE, rows - page * PAGE) for page in range(count)]
        self._pages: list[list[int] | None] = [None] * count
        self._starts: list[int] | None = None

    @property
    def starts(self) -> list[int]:
        """The first line of each page, and the number of all lines."""
        if self._starts is None:
            self._starts = [0, *accumulate(self._counts)]
        return self._starts

    @property
    def lines(self) -> int:
        """How many lines the rows take in all, as far as they are measured."""
        return self.starts[-1]

    def grow(self, rows: int) -> None:
        """The block has more rows than was thought."""
        if rows != self.rows:
            self.__init__(rows)  # type: ignore[misc]

    def line_of(self, row: int) -> int:
        """The first line of a row; of the row after the last one, the number of all lines."""
        page, rest = divmod(max(0, min(row, self.rows)), PAGE)
        if page == len(self._counts):
            return self.lines
        known = self._pages[page]
        return self.starts[page] + (known[rest] if known is not None else rest)

    def row_at(self, line: int) -> int:
        """The row that a line belongs to, clamped."""
        if not self.rows:
            return 0
        page = max(0, min(bisect_right(self.starts, line) - 1, len(self._counts) - 1))
        rest, known = line - self.starts[page], self._pages[page]
        row = bisect_right(known, rest) - 1 if known is not None else rest
        return max(0, min(page * PAGE + row, self.rows - 1))

    def measure(self, first: int, last: int, needs: Callable[[int], int]) -> bool:
        """Measure the rows from `first` to `last`, by pages. True if that moved anything."""
        moved = False
        for page in range(max(0, first) // PAGE, min(last, self.rows - 1) // PAGE + 1):
            if self._pages[page] is None:
                start = page * PAGE
                found = [max(1, needs(row)) for row in range(start, min(start + PAGE, self.rows))]
                known = self._pages[page] = [0, *accumulate(found)]
                if known[-1] != self._counts[page]:
                    self._counts[page], self._starts, moved = known[-1], None, True
        return moved
