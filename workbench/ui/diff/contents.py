"""The lines of the base's files that were read, and the round's made from them. Reads nothing itself."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import overload

from workbench.review.changes import FileChange, Run, Side

KEPT_BYTES = 64_000_000


_COUNTED = 20_000
"""Lines that are added up; of a file of millions, so many of them tell how long it is."""

_MANY = 50_000
"""Lines of the base from which on the round's are not put into one tuple: that takes frames, and memory."""

_AT_ONCE = 5_000
"""Lines that are taken by one call."""

_Stretch = tuple[Sequence[bytes], int, int]
"""Lines, the first of them that is meant, and how many."""


class Woven(Sequence[bytes]):
    """The lines of a round's file, taken from the base's and from the runs whenever they are asked for."""

    __slots__ = ("_ends", "_stretches")

    def __init__(self, old: Sequence[bytes], runs: Sequence[Run]) -> None:
        self._stretches: list[_Stretch] = []
        self._ends: list[int] = []
        at = 0
        for run in runs:
            start = run.old_start - 1 if run.removed else run.old_start
            self._add(old, at, start - at)
            self._add(run.added, 0, len(run.added))
            at = start + len(run.removed)
        self._add(old, at, len(old) - at)

    def _add(self, lines: Sequence[bytes], first: int, count: int) -> None:
        if count > 0:
            self._stretches.append((lines, first, count))
            self._ends.append(len(self) + count)

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __iter__(self) -> Iterator[bytes]:
        return chain.from_iterable(self._between(0, len(self)))

    @overload
    def __getitem__(self, index: int) -> bytes: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[bytes, ...]: ...

    def __getitem__(self, index: int | slice) -> bytes | tuple[bytes, ...]:
        if isinstance(index, slice):
            start, stop, step = index.indices(len(self))
            if step != 1:
                return tuple(self[at] for at in range(start, stop, step))
            return tuple(chain.from_iterable(self._between(start, stop)))
        at = index + len(self) if index < 0 else index
        if not 0 <= at < len(self):
            raise IndexError(index)
        number = bisect_right(self._ends, at)
        lines, first, count = self._stretches[number]
        return lines[first + at - (self._ends[number] - count)]

    def _between(self, start: int, stop: int) -> Iterator[Sequence[bytes]]:
        number = bisect_right(self._ends, start)
        while start < stop:
            lines, first, count = self._stretches[number]
            begins = self._ends[number] - count
            end = min(stop, begins + count, start + _AT_ONCE)
            yield lines[first + start - begins : first + end - begins]
            start, number = end, number + (end == begins + count)


class Contents:
    """The lines of the base's files, by object id, and of the round's files, made from them."""

    def __init__(self) -> None:
        self._old: dict[str, tuple[bytes, ...]] = {}
        self._sizes: dict[str, int] = {}
        self._kept = 0
        """Bytes of all that is kept."""
        self._counts: dict[str, int] = {}
        self._new: dict[str, Sequence[bytes]] = {}

    @property
    def counts(self) -> Mapping[str, int]:
        """Lengths in lines of what was read, by object id."""
        return self._counts

    def put(self, blob: str, lines: tuple[bytes, ...]) -> None:
        """The base's file of that id was read. What was read longest ago is forgotten."""
        if self._old.pop(blob, None) is not None:
            self._kept -= self._sizes[blob]
        self._old[blob] = lines
        self._sizes[blob] = _size(lines)
        self._counts[blob] = len(lines)
        self._kept += self._sizes[blob]
        while len(self._old) > 1 and self._kept > KEPT_BYTES:
            oldest = next(iter(self._old))
            self._kept -= self._sizes[oldest]
            del self._old[oldest]

    def old(self, file: FileChange) -> tuple[bytes, ...] | None:
        """The lines of the base's file, None while they are not read."""
        if file.base_path is None or file.binary:
            return ()
        known = self._old.get(file.old_id or "")
        if known is None and file.new_id is None and file.runs and file.old_id is not None:
            # Of a file that is gone they are one run, which is not copied.
            sides = [run.removed for run in file.runs]
            known = sides[0] if len(sides) == 1 else tuple(chain.from_iterable(sides))
            self.put(file.old_id, known)
        return known

    def new(self, file: FileChange) -> Sequence[bytes] | None:
        """The lines of the round's file, None while the base's are not read."""
        if file.new_id is None or file.binary:
            return ()
        known = self._new.get(file.new_id)
        if known is not None:
            return known
        old = self.old(file)
        if old is None:
            return None
        if not old and len(file.runs) == 1:
            return file.runs[0].added  # a new file, of two million lines perhaps: they are not copied
        if len(self._new) > 40:
            self._new.pop(next(iter(self._new)))
        made = Woven(old, file.runs)
        found = self._new[file.new_id] = made if len(old) > _MANY else tuple(made)
        return found

    def side(self, file: FileChange, side: Side) -> Sequence[bytes] | None:
        """The lines of one side."""
        return self.old(file) if side is Side.OLD else self.new(file)


def _size(lines: tuple[bytes, ...]) -> int:
    """About how many bytes some lines are."""
    some = lines[:: len(lines) // _COUNTED + 1]
    return sum(map(len, some)) * len(lines) // max(1, len(some))
