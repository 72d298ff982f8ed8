"""Prefix sums of tens of thousands of heights, in parts: where one changes, those of the others are not added
up anew. Knows numbers only.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate

PART = 256
"""Heights that are added up together. A frame of a drag through twenty thousand files changes those of one or
two parts."""


class Tops:
    """The top of each thing, and the bottom of the last. Never changed: what is made from them compares them
    by identity.
    """

    __slots__ = ("_count", "_parts", "_starts")

    def __init__(self, heights: Sequence[int] = (), known: Sequence[list[int]] = ()) -> None:
        """`known` are parts as they stand, from the first one on."""
        self._count = len(heights)
        begin = len(known) * PART
        made = [
            list(accumulate(heights[first : first + PART], initial=0))
            for first in range(begin, len(heights), PART)
        ]
        self._parts = [*known, *made]
        self._starts = list(accumulate((part[-1] for part in self._parts), initial=0))

    def renewed(self, heights: Sequence[int], stale: Iterable[int]) -> Tops:
        """Those of heights of which only some parts, by number, are other ones, or that go on."""
        known = self._parts[: min(self._count, len(heights)) // PART]
        for part in stale:
            if part < len(known):
                first = part * PART
                known[part] = list(accumulate(heights[first : first + PART], initial=0))
        return Tops(heights, known)

    def at(self, y: int) -> int:
        """The last thing whose top is not below a height; -1 above the first."""
        part = bisect_right(self._starts, y) - 1
        if part < 0 or part >= len(self._parts):
            return self._count if part >= 0 else -1
        return part * PART + bisect_right(self._parts[part], y - self._starts[part]) - 1

    def __len__(self) -> int:
        return self._count + 1

    def __getitem__(self, index: int) -> int:
        if index < 0:
            index += self._count + 1
        if not 0 <= index <= self._count:
            raise IndexError(index)
        if index == self._count:
            return self._starts[-1]
        part, rest = divmod(index, PART)
        return self._starts[part] + self._parts[part][rest]
