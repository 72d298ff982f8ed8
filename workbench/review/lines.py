"""Lines as bytes. The only place that says what a line is: what ends in `\\n`, or the rest."""

from __future__ import annotations

import gc
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from workbench.review.steps import rest

Span = tuple[int, int]
"""Lines that follow each other: the first of them, and how many."""


_AT_ONCE = 1 << 18
"""Bytes that are split by one call: a millisecond."""

_FEW, _MANY = 10_000, 100_000
"""Lines that are gone through by one call, in a fraction of that; and so many that this is noticed."""


def split_lines(data: bytes) -> tuple[bytes, ...]:
    """The lines of `data` with their ends; the last may lack one.

    Never `bytes.splitlines`, which splits at a lone CR.
    """
    return gathered(_blocks(data)) if len(data) > _AT_ONCE else tuple(_split(data))


def each_line(data: bytes) -> Iterator[bytes]:
    """The same lines one after the other, for who needs each once: they are never there all at once."""
    return chain.from_iterable(_blocks(data))


def gathered(blocks: Iterable[Sequence[bytes]]) -> tuple[bytes, ...]:
    """One tuple of the lines of some blocks.

    Of two million lines at once it would be made by one call of C, which keeps Python's lock from the window:
    here others are let in between two blocks, and each is let go before the next one.
    """
    return aside(tuple(chain.from_iterable(each for each in blocks)))


def taken(lines: list[bytes]) -> tuple[bytes, ...]:
    """The lines of a list that nobody needs any more, as a tuple; the same of very many, which is emptied."""
    if len(lines) < _MANY:
        return tuple(lines)
    found = gathered(lines[at : at + _FEW] for at in range(0, len(lines), _FEW))
    while lines:
        del lines[-_FEW:]
    return found


def aside(lines: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """Very many lines that were just made, where nobody looks for garbage.

    The next look at what is new would go through each of two million, in the window's thread.
    """
    if len(lines) >= _MANY:
        gc.freeze()
    return lines


def size_of(lines: Sequence[bytes]) -> int:
    """How many bytes some lines are. Of very many it takes what one notices: it rests now and then."""
    if len(lines) < _FEW:
        return sum(map(len, lines))
    found = 0
    for at in range(0, len(lines), _FEW):
        found += sum(map(len, lines[at : at + _FEW]))
        rest()
    return found


def same_lines(lines: Sequence[bytes], others: Sequence[bytes]) -> bool:
    """Whether two texts are equal. Of very many lines it rests now and then."""
    if lines is others:
        return True
    if len(lines) != len(others) or len(lines) < _FEW:
        return lines == others
    for at in range(0, len(lines), _FEW):
        if lines[at : at + _FEW] != others[at : at + _FEW]:
            return False
        rest()
    return True


def _split(data: bytes) -> list[bytes]:
    if not data:
        return []
    parts = data.split(b"\n")
    last = parts.pop()
    lines = [part + b"\n" for part in parts]
    if last:
        lines.append(last)
    return lines


def _blocks(data: bytes) -> Iterator[list[bytes]]:
    at = 0
    while at < len(data):
        # To the last line's end within what is split at once, or else, of a long line, to its own.
        end = data.rfind(b"\n", at, at + _AT_ONCE) + 1
        end = end or data.find(b"\n", at + _AT_ONCE) + 1 or len(data)
        yield _split(data[at:end])
        at = end


def ranges(numbers: Iterable[int]) -> tuple[Span, ...]:
    """Line numbers in any order as sorted, disjoint (start, count) ranges."""
    found: list[Span] = []
    for number in sorted(set(numbers)):
        if found and found[-1][0] + found[-1][1] == number:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((number, 1))
    return tuple(found)


def numbers(spans: Iterable[Span]) -> Iterable[int]:
    """The line numbers that (start, count) ranges cover, in order."""
    for start, count in spans:
        yield from range(start, start + count)


def joined(spans: Iterable[Span]) -> list[Span]:
    """Ranges in any order as sorted, disjoint ones that do not touch; empty ones are left out."""
    if isinstance(spans, (tuple, list)) and len(spans) < 2:
        return [span for span in spans if span[1] > 0]
    found: list[Span] = []
    last, end = 0, -1
    for start, count in sorted(spans):
        if count <= 0:
            continue
        if start > end:
            found.append((start, count))
            last, end = start, start + count
        elif start + count > end:
            end = start + count
            found[-1] = (last, end - last)
    return found


def common(spans: Iterable[Span], others: Iterable[Span]) -> tuple[Span, ...]:
    """What both cover, as sorted, disjoint ranges."""
    found: list[Span] = []
    mine, theirs = joined(spans), joined(others)
    at = there = 0
    while at < len(mine) and there < len(theirs):
        (start, count), (other, many) = mine[at], theirs[there]
        low, high = max(start, other), min(start + count, other + many)
        if low < high:
            found.append((low, high - low))
        if start + count < other + many:
            at += 1
        else:
            there += 1
    return tuple(found)


def without(spans: Iterable[Span], others: Iterable[Span]) -> tuple[Span, ...]:
    """What the first cover and the others do not, as sorted, disjoint ranges."""
    mine = joined(spans)
    if not mine:
        return ()
    end = mine[-1][0] + mine[-1][1]
    gaps, done = list[Span](), 0
    for start, count in joined(others):
        gaps.append((done, start - done))
        done = start + count
    gaps.append((done, end - done))
    return common(mine, gaps)


def total(spans: Iterable[Span]) -> int:
    """How many lines disjoint ranges cover."""
    return sum(count for _, count in spans)


class LineSet:
    """Line numbers as a set, held as ranges. Never changed once made."""

    __slots__ = ("_starts", "spans")

    def __init__(self, spans: Iterable[Span] = ()) -> None:
        self.spans = tuple(joined(spans))
        self._starts = [start for start, _ in self.spans]

    def __contains__(self, line: int | None) -> bool:
        return line is not None and self.covers((line, 1))

    def __bool__(self) -> bool:
        return bool(self.spans)

    def covers(self, span: Span) -> bool:
        """Whether all lines of a range are in it."""
        start, count = span
        at = bisect_right(self._starts, start) - 1
        return count <= 0 or (at >= 0 and start + count <= sum(self.spans[at]))

    def covers_all(self, spans: Iterable[Span]) -> bool:
        """The same of some ranges."""
        return all(map(self.covers, spans))

    def within(self, start: int, count: int) -> tuple[Span, ...]:
        """What of a range is in it."""
        low = max(bisect_right(self._starts, start) - 1, 0)
        return common(self.spans[low : bisect_right(self._starts, start + count)], ((start, count),))

    def beside(self, line: int, step: int) -> tuple[Span, ...]:
        """What goes on without a gap from a line on, upwards (1) or downwards (-1)."""
        at = bisect_right(self._starts, line) - 1
        if line not in self:
            return ()
        start, count = self.spans[at]
        return ((line, start + count - line),) if step > 0 else ((start, line + 1 - start),)
