"""Which line of one text is which line of another, by the runs of their diff. Others map to nothing."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from workbench.review.changes import Run


class LineMap:
    """A map between the lines of two texts. Without runs it is the identity. 1-based, like `Run`.

    Lines beyond the last run map for ever, because the length of the texts is not known here.
    """

    __slots__ = ("_counts", "_new", "_old")

    def __init__(self, runs: Sequence[Run]) -> None:
        # Unchanged blocks, one before each run and one after the last: first lines of both sides, and length.
        self._old: list[int] = [1]
        self._new: list[int] = [1]
        self._counts: list[int | None] = []
        for run in runs:
            start = run.old_start if run.removed else run.old_start + 1
            self._counts.append(start - self._old[-1])
            self._old.append(start + len(run.removed))
            self._new.append((run.new_start if run.added else run.new_start + 1) + len(run.added))
        self._counts.append(None)

    def forward(self, old_line: int) -> int | None:
        """The line of the new text that is `old_line` of the old one, None where it was removed."""
        return self._map(self._old, self._new, old_line)

    def backward(self, new_line: int) -> int | None:
        """The line of the old text that is `new_line` of the new one, None where it was added."""
        return self._map(self._new, self._old, new_line)

    def blocks(self, start: int, count: int) -> Iterator[tuple[int, int, int]]:
        """The unchanged parts of `count` old lines from `start`, as (old start, new start, count)."""
        end = start + count
        index = max(0, bisect_right(self._old, start) - 1)
        while index < len(self._old) and self._old[index] < end:
            first, length = self._old[index], self._counts[index]
            begin = max(first, start)
            stop = end if length is None else min(end, first + length)
            if begin < stop:
                yield begin, self._new[index] + begin - first, stop - begin
            index += 1

    def _map(self, source: list[int], target: list[int], line: int) -> int | None:
        index = bisect_right(source, line) - 1
        if index < 0:
            return None
        step, length = line - source[index], self._counts[index]
        return target[index] + step if length is None or step < length else None


def longest_order(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Of pairs in the order of their first places, the most that are in the order of their second too."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for number, (_, other) in enumerate(pairs):
        at = bisect_left(tails, other)
        before.append(ends[at - 1] if at else -1)
        tails[at : at + 1] = [other]
        ends[at : at + 1] = [number]
    chain: list[tuple[int, int]] = []
    number = ends[-1] if ends else -1
    while number >= 0:
        chain.append(pairs[number])
        number = before[number]
    return chain[::-1]
