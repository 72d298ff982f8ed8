"""What became of one file from one round to the next: which lines are still there, and what replaced others.

Comparison alone, by the runs of four diffs; no file is read and nothing is judged. What it means
for verdicts and notes, `ledger.py` says.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from workbench.review.changes import Change, FileChange, Kind, Run, Side, Status
from workbench.review.linemap import LineMap
from workbench.review.lines import LineSet, Span, common, joined, without
from workbench.review.verdicts import FileVerdicts, Verdicts
from workbench.review.words import paired


class Region(Struct, frozen=True):
    """The lines of the round that stand where given lines of the round before stood.

    With a count of 0, `start` is the line after which they would stand. `changed` is true where
    anything in them, or between them, is not what it was.
    """

    start: int
    count: int
    lines: tuple[bytes, ...]
    changed: bool


def base_range(run: Run) -> tuple[int, int]:
    """The (begin, end) of a run's old lines, half open; of an insertion, empty, before the next line."""
    begin = run.old_start if run.removed else run.old_start + 1
    return begin, begin + len(run.removed)


def new_begin(run: Run) -> int:
    """The new line that a run begins at, or would if it had any."""
    return run.new_start if run.added else run.new_start + 1


class RunIndex:
    """The runs of one diff by where they stand in its old lines, and in its new ones.

    A file of ten thousand runs is asked about each of its changes, so no question looks through all.
    """

    def __init__(self, runs: Sequence[Run]) -> None:
        self.runs = runs
        self._old = [base_range(run)[0] for run in runs]
        self._new = [new_begin(run) for run in runs]

    def in_old(self, low: int, high: int) -> Sequence[Run]:
        """The runs that begin by old line `high`, from the last one that begins before `low` on."""
        return self.runs[max(bisect_left(self._old, low) - 1, 0) : bisect_right(self._old, high)]

    def in_new(self, low: int, high: int) -> Sequence[Run]:
        """As `in_old`, by new lines."""
        return self.runs[max(bisect_left(self._new, low) - 1, 0) : bisect_right(self._new, high)]


class Aftermath:
    """One file, in the round before and in this one.

    `before`, `after` and `start` are its changes from the base to the round before, to this round
    and to what this round started from; `between` from the round before to this one. Each is None
    where nothing differs.
    """

    def __init__(
        self,
        before: FileChange | None,
        after: FileChange | None,
        start: FileChange | None,
        between: FileChange | None,
    ) -> None:
        self.before = before
        self.after = after
        self.start = start
        self.between = between
        self.runs = between.runs if between is not None else ()
        # Content that is not text in one of the rounds: no line of it is the same.
        self.lost = between is not None and not between.runs and between.old_id != between.new_id
        self.map = LineMap(self.runs)
        self._near = RunIndex(self.runs)
        self.after_map = LineMap(after.runs if after else ())
        self.added = _added(after)
        self._holders: dict[Side, _Holders] = {}
        self._start_runs: RunIndex | None = None
        self._start_removed: LineSet | None = None
        self._growth: LineSet | None = None
        self.after_runs = RunIndex(after.runs if after else ())
        self.removed = _removed(after)
        self.removed_before = _removed(before)
        self.same_base = after is None or before is None or after.base_path == before.base_path

    @property
    def gone(self) -> bool:
        """The file of the round before is not there any more."""
        return self.between is not None and self.between.status is Status.DELETED

    @property
    def path(self) -> str | None:
        """Where the file is in this round; None where it is gone."""
        if self.gone:
            return None
        if self.between is not None:
            return self.between.path
        either = self.after or self.before
        return either.path if either else None

    def forward(self, line: int) -> int | None:
        """The line of this round that is `line` of the round before."""
        return None if self.lost else self.map.forward(line)

    def moved(self, spans: Iterable[Span]) -> list[Span]:
        """Where lines of the round before stand in this one, without those that are gone."""
        if self.lost:
            return []
        return joined((now, many) for span in spans for _, now, many in self.map.blocks(*span))

    def missing(self, spans: Sequence[Span]) -> tuple[Span, ...]:
        """Which lines of the round before are gone."""
        there = (
            [] if self.lost else [(was, many) for span in spans for was, _, many in self.map.blocks(*span)]
        )
        return without(spans, there)

    def standing(self, spans: Iterable[Span]) -> list[Span]:
        """Which lines of the round before stand in this one as lines that it adds to the base."""
        if self.lost:
            return []
        return joined(
            (was + start - now, count)
            for span in spans
            for was, now, many in self.map.blocks(*span)
            for start, count in self.added.within(now, many)
        )

    def is_new(self, line: int) -> bool:
        """Whether a line of this round was not in the round before."""
        return self.lost or self.map.backward(line) is None

    def base_line_now(self, line: int) -> int | None:
        """Where a line of the base stands in this round."""
        return self.after_map.forward(line)

    def came_back(self, line: int) -> bool:
        """Whether a base line that the round before had removed stands in this round, and is new in it.

        The second part matters where lines repeat: there a diff may name another of equal lines as
        the removed one, and nothing has happened.
        """
        if line in self.removed or line not in self.removed_before or not self.same_base:
            return False
        now = self.after_map.forward(line)
        return now is not None and not self.gone and self.is_new(now)

    def region(self, start: int, count: int, lines: Sequence[bytes]) -> Region:
        """What stands where `lines`, the `count` lines from `start` on of the round before, stood."""
        if self.lost:
            return Region(0, 0, (), True)
        if not count:
            return self._point(start)
        end = start + count
        found: list[bytes] = []
        first: int | None = None
        changed = False
        at = start
        for run in self._near.in_old(start, end):
            begin, stop = base_range(run)
            inside = begin < end and stop > start if run.removed else start < begin < end
            if not inside:
                continue
            changed = True
            if begin > at:
                first = first if first is not None else self.map.forward(at)
                found += lines[at - start : begin - start]
            low, high = _facing(run, max(start - begin, 0), min(end, stop) - begin)
            first = first if first is not None else new_begin(run) + low
            found += run.added[low:high]
            at = min(stop, end)
        if at < end:
            first = first if first is not None else self.map.forward(at)
            found += lines[at - start :]
        if first is None:
            return Region(0, 0, (), True)
        return Region(first if found else first - 1, len(found), tuple(found), changed)

    def _point(self, after: int) -> Region:
        """A region of no lines: between line `after` and the next."""
        for run in self._near.in_old(after + 1, after + 1):
            begin, stop = base_range(run)
            if begin <= after + 1 <= stop:
                count = len(run.added)
                return Region(new_begin(run) - (not count), count, run.added, True)
        now = self.map.forward(after) if after else 0
        return Region(now or 0, 0, (), False)

    def touched(self, start: int, count: int) -> bool:
        """Whether anything in `count` lines of this round from `start` on is new, or is gone from there.

        With a count of 0: whether anything changed between line `start` and the next.
        """
        low, high = (start, start + count) if count else (start + 1, start + 1)
        for run in self._near.in_new(low, high):
            begin = new_begin(run)
            stop = begin + len(run.added)
            beside = not (count and run.added)
            if (begin <= high and stop >= low) if beside else (begin < high and stop > low):
                return True
        return False

    def grew_beside(self, start: int, count: int) -> bool:
        """Whether lines were added directly before or after `count` lines from `start` on."""
        for run in self._near.in_old(start, start + count):
            begin, stop = base_range(run)
            if len(run.added) > len(run.removed) and (stop == start or begin == start + count):
                return True
        return False

    def new_beside(self, lines: Sequence[Span]) -> list[Span]:
        """The lines that only this round added, standing directly beside or between `lines`, sorted."""
        if not lines:
            return []
        if self._growth is None:
            fresh = ((run.new_start, len(run.added)) for run in self.runs)
            self._growth = self.added if self.lost else LineSet(common(self.added.spans, fresh))
        first, end = lines[0][0], sum(lines[-1])
        between = without(self._growth.within(first, end - first), lines)
        return joined((*between, *self._growth.beside(first - 1, -1), *self._growth.beside(end, 1)))

    def removed_beside(self, lines: Sequence[Span]) -> list[Span]:
        """The base lines, directly beside `lines` of the base, that only this round removed, sorted."""
        if not lines:
            return []
        first, end = lines[0][0] - 1, sum(lines[-1])
        found: list[Span] = []
        for line, step in ((first, -1), (end, 1)):
            beside = self.removed.beside(line, step)
            known = [span for each in beside for span in self.removed_before.within(*each)]
            # What follows a line that was removed before is not beside these any more.
            found += (each for each in without(beside, known) if each[0] <= line < sum(each))
        return joined(found)

    def started_with(self, change: Change, lines: Iterable[bytes], others: Iterable[bytes]) -> bool:
        """Whether what this round started from held those added `lines` of a change beside its `others`."""
        if self.start is None:
            return False
        if self.before is not None and self.start.new_id == self.before.new_id:
            return True
        begin = change.old_start if change.removed else change.old_start + 1
        end = begin + len(change.removed)
        held: Counter[bytes] = Counter()
        if self._start_runs is None:
            self._start_runs = RunIndex(self.start.runs)
        for run in self._start_runs.in_old(begin, end):
            low, high = base_range(run)
            if low <= end and high >= begin:
                held.update(run.added)
        held.subtract(others)
        return all(held[line] >= count for line, count in Counter(lines).items())

    def started_without(self, lines: Iterable[Span]) -> bool:
        """Whether those lines of the base were already missing in what this round started from."""
        if self._start_removed is None:
            self._start_removed = _removed(self.start)
        return self._start_removed.covers_all(lines)

    def changes_in(self, side: Side, lines: Iterable[Span]) -> tuple[str, ...]:
        """The ids of this round's changes that hold any of those lines."""
        if self.after is None:
            return ()
        holders = self._holders.get(side)
        if holders is None:
            holders = self._holders[side] = _Holders(self.after.changes, side)
        return tuple(dict.fromkeys(each for span in lines for each in holders.of(*span)))


class _Holders:
    """The changes of a file by where they stand on one side."""

    def __init__(self, changes: Sequence[Change], side: Side) -> None:
        spans = ((*_span(change, side), change.id) for change in changes if change.is_text)
        self._spans = sorted(each for each in spans if each[1])
        self._starts = [start for start, _, _ in self._spans]

    def of(self, start: int, count: int) -> Iterator[str]:
        """The ids of those that hold any line of a range."""
        if count <= 0:
            return
        low = max(bisect_right(self._starts, start) - 1, 0)
        for begin, many, name in self._spans[low : bisect_left(self._starts, start + count)]:
            if begin + many > start:
                yield name


def _span(change: Change, side: Side) -> Span:
    if side is Side.OLD:
        return change.old_start, len(change.removed)
    return change.new_start, len(change.added)


def fact(file: FileChange | None, kind: Kind) -> str | None:
    """What a fact about a file says, to be compared between rounds; None where it is not there."""
    if file is None or not any(change.kind is kind for change in file.changes):
        return None
    if kind is Kind.MODE:
        return file.new_mode
    if kind is Kind.RENAME:
        return file.path
    if kind is Kind.EMPTY:
        return file.status.value
    return f"{file.new_mode} {file.new_id}"


def _added(file: FileChange | None) -> LineSet:
    return LineSet((run.new_start, len(run.added)) for run in file.runs) if file else LineSet()


def _removed(file: FileChange | None) -> LineSet:
    return LineSet((run.old_start, len(run.removed)) for run in file.runs) if file else LineSet()


def _facing(run: Run, low: int, high: int) -> tuple[int, int]:
    """The part of a run's added lines, half open, that faces its removed lines `low` to `high`, half open."""
    if low <= 0 and high >= len(run.removed):
        return 0, len(run.added)
    pairs = paired(run.removed, run.added)
    at = [step for step, (i, _) in enumerate(pairs) if i is not None and low <= i < high]
    first, last = at[0], at[-1]
    if low <= 0:
        first = 0
    if high >= len(run.removed):
        last = len(pairs) - 1
    before = sum(j is not None for _, j in pairs[:first])
    return before, before + sum(j is not None for _, j in pairs[first : last + 1])


class Aftermaths:
    """The files of two rounds, matched. Built once for a ledger; files nobody asks for cost nothing."""

    def __init__(
        self,
        before: Sequence[FileChange],
        after: Sequence[FileChange],
        start: Sequence[FileChange],
        between: Sequence[FileChange],
    ) -> None:
        self.before = before
        self.between = between
        self._before = {file.path: file for file in before}
        self._after = {file.path: file for file in after}
        self._after_base = {file.base_path: file for file in after if file.base_path is not None}
        self._start = {file.path: file for file in start}
        self._start_base = {file.base_path: file for file in start if file.base_path is not None}
        self._between = {file.base_path: file for file in between if file.base_path is not None}
        self._appeared = {file.path: file for file in between if file.base_path is None}
        self._made: dict[str, Aftermath] = {}
        self._came_from: dict[str, str] | None = None

    def of(self, path: str) -> Aftermath:
        """What became of the file that the round before had, or had deleted, at `path`."""
        made = self._made.get(path)
        if made is None:
            made = self._made[path] = self._make(path)
        return made

    def _make(self, path: str) -> Aftermath:
        before = self._before.get(path)
        between = self._between.get(path)
        if between is None or (before is not None and before.status is Status.DELETED):
            # A file that the round before did not have: it is there only as an addition.
            between = self._appeared.get(path)
        now = between.path if between is not None else path
        base = before.base_path if before is not None else path
        after = self._after.get(now) or (self._after_base.get(base) if base else None)
        start = (self._start_base.get(base) if base else None) or self._start.get(path)
        return Aftermath(before, after, start, between)

    def of_now(self, path: str) -> Aftermath:
        """As `of`, of the file that this round has, or has deleted, at `path`."""
        if self._came_from is None:
            self._came_from = {file.path: file.base_path for file in self.between if file.base_path}
        return self.of(self._came_from.get(path, path))

    def judged(self, verdicts: Verdicts) -> Iterator[tuple[FileChange, Aftermath, FileVerdicts]]:
        """Every file change of the round before that those verdicts are on, with its aftermath."""
        for path, file in self._before.items():
            held = verdicts.get(path)
            if held:
                yield file, self.of(path), held
