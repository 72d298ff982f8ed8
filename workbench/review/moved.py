"""Blocks that were taken out in one place and put in in another: found by their text, in linear time.

A block is at least three lines in a row that say something, the same on both sides but for their indentation.
It is only a mark: both ends stay the removed and added lines that they are, and a line that differs in
anything else belongs to no block. Nothing is compared by likeness, so nothing is guessed; where a text stands
in several places, the mark says so.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from itertools import islice

from msgspec import Struct, field

from workbench.review.changes import FileChange, Side

LEAST = 3
"""Lines that say something, in a block."""
MOST = 1_500_000
"""Changed lines of a review beyond which moved blocks are not looked for, and that is said."""
_PLACES = 16
"""Places of one text that are looked at; of a text that stands everywhere nothing can be said."""
_STEPS = 4
"""Comparisons for each changed line, so that a text that is repeated everywhere comes to an end as well."""
_STRIDE = 1_000
"""Lines between two pauses, of a millisecond or two."""

_says = re.compile(rb"\w\W*\w")


class End(Struct, frozen=True):
    """Lines of one side of a file. `path` is that of the file change, `name` the path on that side."""

    path: str
    side: Side
    start: int
    count: int
    name: str

    @property
    def last(self) -> int:
        return self.start + self.count - 1


class Move(Struct, frozen=True):
    """One block and where it is now. `others` are further places that have the same text, on each side."""

    old: End
    new: End
    indented: bool
    """The indentation of at least one line is another."""
    others_old: int = 0
    others_new: int = 0

    def end(self, side: Side) -> End:
        """Its lines on one side."""
        return self.old if side is Side.OLD else self.new

    def words(self, side: Side, *, brief: bool = False) -> str:
        """What is said at one end: "moved from a.py:12", "moved to line 40 and changed indentation".

        `brief` leaves the folders out, and what there is besides.
        """
        here = self.end(side)
        way, other, there, beside = (
            ("to", self.new, self.others_new, self.others_old)
            if side is Side.OLD
            else ("from", self.old, self.others_old, self.others_new)
        )
        place = f"line {other.start}" if other.name == here.name else f"{other.name}:{other.start}"
        if brief:
            file = other.name.rpartition("/")[2]
            place = place if other.name == here.name else f"{file}:{other.start}"
            return f"moved {way} {place}{' ?' if there or beside else ''}"
        doubt = [f"or {there} other place{'' if there == 1 else 's'}"] if there else []
        doubt += [f"one of {beside + 1} such blocks"] if beside else []
        maybe = f" ({'; '.join(doubt)})" if doubt else ""
        return f"moved {way} {place}{maybe}{' and changed indentation' if self.indented else ''}"


class Moves(Struct, frozen=True):
    """All moved blocks of a review, by path and side in order of their lines."""

    blocks: Mapping[tuple[str, Side], tuple[Move, ...]] = field(default_factory=dict)
    starts: Mapping[tuple[str, Side], Sequence[int]] = field(default_factory=dict)
    """The first line of each block: it is asked for every row of a frame."""
    complete: bool = True
    """False: the review is too large or repeats itself too much, and not all were looked for."""

    def at(self, path: str, side: Side, line: int) -> Move | None:
        """The block that a line belongs to."""
        key = path, side
        found = self.blocks.get(key)
        if not found:
            return None
        index = bisect_right(self.starts[key], line) - 1
        return found[index] if index >= 0 and line <= found[index].end(side).last else None

    @property
    def count(self) -> int:
        return sum(len(found) for (_, side), found in self.blocks.items() if side is Side.NEW)


NO_MOVES = Moves()


class _Lines(Struct):
    """The removed or the added lines of one run, and what they are compared by."""

    file: FileChange
    run: int
    start: int
    lines: Sequence[bytes]
    keys: list[bytes]
    told: list[int]
    """The indexes of the lines that say something."""
    taken: bytearray


_Place = tuple[int, int]
"""A run's number in its list, and the index of a line in it."""


def moved_blocks(files: Sequence[FileChange], stopped: Callable[[], bool] = lambda: False) -> Moves:
    """The moved blocks among some file changes. `stopped` is asked now and then, and may wait a little."""
    total = 0
    for number, file in enumerate(files):
        total += sum(len(run.removed) + len(run.added) for run in file.runs)
        if total > MOST:
            return Moves(complete=False)
        if number % _STRIDE == _STRIDE - 1 and stopped():
            return NO_MOVES
    old, new = _Sides(files, Side.OLD, stopped), _Sides(files, Side.NEW, stopped)
    if not old.runs or not new.runs or stopped():
        return NO_MOVES
    wanted = _common(old.keys, new.keys, stopped)
    search = _Search(old, new, _STEPS * total + 100_000)
    starts, ends = old.places(wanted, stopped), new.places(wanted, stopped)
    # What stands in one place on each side cannot be mistaken, so it is taken first.
    for single in (True, False):
        for number, (key, there) in enumerate(ends.items()):
            here = starts.get(key)
            if here is not None and single == (len(here) == len(there) == 1):
                search.look(here[:_PLACES], there[:_PLACES])
            if number % _STRIDE == _STRIDE - 1 and stopped():
                return NO_MOVES
    return _ordered(search.found, complete=search.steps > 0)


class _Sides:
    """One side of all files."""

    def __init__(self, files: Sequence[FileChange], side: Side, stopped: Callable[[], bool]) -> None:
        self.side = side
        self.runs: list[_Lines] = []
        self.keys: set[bytes] = set()
        since = 0
        for file in files:
            for at, run in enumerate(file.runs):
                lines = run.removed if side is Side.OLD else run.added
                since += 1
                if since > _STRIDE:
                    since = 0
                    if stopped():
                        return
                if len(lines) < LEAST:
                    continue
                keys: list[bytes] = []
                told: list[int] = []
                for first in range(0, len(lines), _STRIDE):
                    part = [line.lstrip(b" \t") for line in lines[first : first + _STRIDE]]
                    told += [index for index, key in enumerate(part, first) if _says.search(key, 0, 200)]
                    keys += part
                    since += len(part)
                    if since > _STRIDE:
                        since = 0
                        if stopped():
                            return
                if len(told) < LEAST:
                    continue
                start = run.old_start if side is Side.OLD else run.new_start
                self.runs.append(_Lines(file, at, start, lines, keys, told, bytearray(len(lines))))
                self._know(keys, told, stopped)

    def _know(self, keys: list[bytes], told: list[int], stopped: Callable[[], bool]) -> None:
        for first in range(0, len(told), _STRIDE):
            if first and stopped():
                return
            self.keys.update(keys[index] for index in told[first : first + _STRIDE])

    def places(
        self, wanted: set[bytes], stopped: Callable[[], bool]
    ) -> dict[tuple[bytes, ...], list[_Place]]:
        """Where each three lines in a row that say something stand, as far as both sides have them."""
        found: dict[tuple[bytes, ...], list[_Place]] = {}
        since = 0
        for number, run in enumerate(self.runs):
            since += len(run.told)
            if since > _STRIDE:
                since = 0
                if stopped():
                    break
            told, keys = run.told, run.keys
            for first in range(0, len(told) - LEAST + 1, _STRIDE):
                if first and stopped():
                    break
                part = told[first : first + _STRIDE + LEAST - 1]
                known = [keys[index] in wanted for index in part]
                for at in range(len(part) - LEAST + 1):
                    if known[at] and known[at + 1] and known[at + 2]:
                        key = (keys[part[at]], keys[part[at + 1]], keys[part[at + 2]])
                        found.setdefault(key, []).append((number, part[at]))
        return found


class _Search:
    """Pairs places of the same text. `steps` is how many more lines it may compare."""

    def __init__(self, old: _Sides, new: _Sides, steps: int) -> None:
        self.old, self.new, self.steps = old, new, steps
        self.found: list[Move] = []

    def look(self, starts: Sequence[_Place], ends: Sequence[_Place]) -> None:
        """Take the longest blocks that go through places of the same three lines."""
        sizes: dict[tuple[_Place, _Place], int] = {}
        for end in ends:
            for start in starts:
                grown = self._grown(start, end)
                if grown is not None:
                    sizes[start, end] = grown[2]
        for (start, end), size in sorted(sizes.items(), key=lambda each: -each[1]):
            grown = self._grown(start, end)
            if grown is None:
                continue
            others_old = sum(sizes.get((each, end), 0) == size for each in starts) - 1
            others_new = sum(sizes.get((start, each), 0) == size for each in ends) - 1
            self._take(start, end, grown, (max(0, others_old), max(0, others_new)))

    def _take(self, start: _Place, end: _Place, grown: tuple[int, int, int], others: tuple[int, int]) -> None:
        here, there = self.old.runs[start[0]], self.new.runs[end[0]]
        first, other, count = grown
        here.taken[first : first + count] = b"\1" * count
        there.taken[other : other + count] = b"\1" * count
        before, after = here.lines[first : first + count], there.lines[other : other + count]
        one, two = _end(here, Side.OLD, first, count), _end(there, Side.NEW, other, count)
        self.found.append(Move(one, two, tuple(before) != tuple(after), *others))

    def _grown(self, start: _Place, end: _Place) -> tuple[int, int, int] | None:
        """As many lines up and down as are the same and of no other block: (first, first, count)."""
        here, there = self.old.runs[start[0]], self.new.runs[end[0]]
        if self.steps <= 0 or (here.file is there.file and here.run == there.run):
            return None  # lines that face each other in one run are edited, not moved
        first, other = start[1], end[1]
        size = _same(here, first, there, other, 1)
        if not size:
            return None
        top = _same(here, first - 1, there, other - 1, -1)
        self.steps -= size + top
        first, other, count = first - top, other - top, size + top
        if _telling(here, first, count) < LEAST:
            return None
        return _without_blank_ends(here.keys, first, other, count)


def _common(one: set[bytes], other: set[bytes], stopped: Callable[[], bool]) -> set[bytes]:
    """What both have. Python's own way is one call that nothing can come between."""
    found: set[bytes] = set()
    every = iter(one)
    while some := list(islice(every, _STRIDE)):
        found.update(key for key in some if key in other)
        if stopped():
            break
    return found


def _same(here: _Lines, first: int, there: _Lines, other: int, step: int) -> int:
    """How many lines from these on, up or down, say the same and are of no block yet."""
    count = 0
    while 0 <= first < len(here.keys) and 0 <= other < len(there.keys):
        if here.keys[first] != there.keys[other] or here.taken[first] or there.taken[other]:
            break
        count, first, other = count + 1, first + step, other + step
    return count


def _without_blank_ends(keys: Sequence[bytes], first: int, other: int, count: int) -> tuple[int, int, int]:
    """Blank lines at the ends of a block belong to what is around it: the mark begins where the text does."""
    while not keys[first].strip():
        first, other, count = first + 1, other + 1, count - 1
    while not keys[first + count - 1].strip():
        count -= 1
    return first, other, count


def _telling(run: _Lines, start: int, count: int) -> int:
    low = bisect_right(run.told, start - 1)
    return bisect_right(run.told, start + count - 1) - low


def _end(run: _Lines, side: Side, index: int, count: int) -> End:
    file = run.file
    name = (file.base_path or file.path) if side is Side.OLD else file.path
    return End(file.path, side, run.start + index, count, name)


def _ordered(found: Sequence[Move], *, complete: bool) -> Moves:
    by_place: dict[tuple[str, Side], list[Move]] = {}
    for move in found:
        for side in Side:
            by_place.setdefault((move.end(side).path, side), []).append(move)
    blocks = {
        (path, side): tuple(sorted(moves, key=lambda move: move.end(side).start))
        for (path, side), moves in by_place.items()
    }
    starts = {key: [move.end(key[1]).start for move in moves] for key, moves in blocks.items()}
    return Moves(blocks, starts, complete)
