"""The rows of one run side by side: which of its lines face each other, and what a row shows. Pure.

Who faces whom is found when it is first asked; a run of thousands of lines is not looked into.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Any

from msgspec import Struct, field

from workbench.review.asides import is_blank, same_but_blanks, whitespace_in_steps
from workbench.review.changes import Change, Run, Side
from workbench.review.steps import Steps
from workbench.review.words import Pair, paired

LONGEST_PAIRED = 8000
"""Lines of a run whose pairs are looked for; the lines of a longer run face each other in order."""

_STRIDE = 500
"""Rows that are compared in one step."""


class RunRows(Struct):
    """The rows of one run side by side. Pairs are found when first needed; until then there is an
    estimate.
    """

    run: Run
    changes: tuple[Change, ...]
    split: bool
    ignore_whitespace: bool = False
    numbered: bool = True
    """False for the lines of a ledger entry, which are of another round."""
    _pairs: Sequence[Pair] | None = None
    _old_rows: Sequence[int] | None = None
    _new_rows: Sequence[int] | None = None
    _near: tuple[int, int, Change] | None = None
    """The first row of the change that was asked for last, the row after its last one, and that change."""
    _blanks: dict[int, bool] = field(default_factory=dict)

    @property
    def known(self) -> bool:
        return self._pairs is not None or not self._has_pairs

    @property
    def _has_pairs(self) -> bool:
        return self.split and bool(self.run.removed) and bool(self.run.added)

    @property
    def count(self) -> int:
        """How many rows; while the pairs are not known, the fewest there can be."""
        removed, added = len(self.run.removed), len(self.run.added)
        if not self.split:
            return removed + added
        return len(self._pairs) if self._pairs is not None else max(removed, added)

    def resolve(self) -> None:
        """Find out which lines face each other."""
        if self.known:
            return
        removed, added = self.run.removed, self.run.added
        if len(removed) + len(added) > LONGEST_PAIRED:
            self._pairs = InOrder(len(removed), len(added))
            self._old_rows, self._new_rows = range(len(removed)), range(len(added))
            return
        pairs = paired(removed, added)
        self._pairs = pairs
        self._old_rows = _rows_of([old for old, _ in pairs], len(removed))
        self._new_rows = _rows_of([new for _, new in pairs], len(added))

    def pair(self, row: int) -> Pair:
        """What stands in a row, as indexes into the run's removed and added lines."""
        if self._has_pairs:
            self.resolve()
            assert self._pairs is not None
            return self._pairs[row]
        removed = len(self.run.removed)
        if row < removed:
            return row, None
        return None, row - removed

    def facing(self, row: int) -> Pair:
        """The pair whose words are compared in this row; also in unified rows."""
        if self.split:
            return self.pair(row)
        removed, added = len(self.run.removed), len(self.run.added)
        if not removed or not added:
            return self.pair(row)
        self._resolve_unified()
        assert self._old_rows is not None
        assert self._new_rows is not None
        if row < removed:
            other = self._old_rows[row]
            return row, other if other >= 0 else None
        other = self._new_rows[row - removed]
        return other if other >= 0 else None, row - removed

    def _resolve_unified(self) -> None:
        if self._old_rows is not None:
            return
        side_by_side = RunRows(self.run, (), split=True)
        side_by_side.resolve()
        if isinstance(side_by_side._pairs, InOrder):
            both = min(len(self.run.removed), len(self.run.added))
            self._old_rows = _faced(len(self.run.removed), both)
            self._new_rows = _faced(len(self.run.added), both)
            return
        facing_old = [-1] * len(self.run.removed)
        facing_new = [-1] * len(self.run.added)
        for old, new in side_by_side._pairs or ():
            if old is not None and new is not None:
                facing_old[old], facing_new[new] = new, old
        self._old_rows, self._new_rows = facing_old, facing_new

    def row_of(self, side: Side, index: int) -> int:
        """The row that shows a line of the run, given as an index into its removed or added lines."""
        if self._has_pairs:
            self.resolve()
            rows = self._old_rows if side is Side.OLD else self._new_rows
            assert rows is not None
            return rows[index]
        return index if side is Side.OLD else index + len(self.run.removed)

    def change_at(self, row: int) -> Change | None:
        """The change that a row belongs to, None where whitespace alone differs and is not looked at."""
        if self.ignore_whitespace and self.only_whitespace(row):
            return None
        if len(self.changes) <= 1:
            return self.changes[0] if self.changes else None
        near = self._near
        if near is None or not near[0] <= row < near[1]:
            change = self.changes[max(0, bisect_right(self.changes, row, key=self._first_row) - 1)]
            first = self._first_row(change)
            near = self._near = first, first + len(change.added or change.removed), change
        return near[2]

    def begins_piece(self, row: int) -> bool:
        """Whether a row is the first of a change that goes on from another one of the same run."""
        if not row or len(self.changes) <= 1 or self.change_at(row) is None:
            return False
        assert self._near is not None
        return self._near[0] == row

    def _first_row(self, change: Change) -> int:
        """Where one of several changes begins: only one-sided runs are cut, a long one into thousands."""
        if self.run.added:
            return change.new_start - self.run.new_start
        return change.old_start - self.run.old_start

    def only_whitespace(self, row: int) -> bool:
        """True where the two lines of a row differ in nothing but blanks."""
        known = self._blanks.get(row)
        if known is None:
            known = self._blanks[row] = self._differs_in_blanks(row)
        return known

    def _differs_in_blanks(self, row: int) -> bool:
        old, new = self.facing(row)
        if old is None or new is None:
            return is_blank(self.run.removed[old] if old is not None else self.run.added[new or 0])
        return same_but_blanks(self.run.removed[old], self.run.added[new])

    def rows_of_change(self, change: Change) -> tuple[int, int]:
        """(first row, count) of a change of this run; (0, 0) of any other."""
        if len(self.changes) == 1:
            return (0, self.count) if self.changes[0].id == change.id else (0, 0)
        first = self._first_row(change)
        at = bisect_left(self.changes, first, key=self._first_row)
        if at == len(self.changes) or self.changes[at].id != change.id:
            return 0, 0
        return first, len(change.added or change.removed)


def differs_in_blanks(change: Change) -> Steps[bool]:
    """Whether every row of a change differs in white space alone, so that ignoring it shows nothing of it."""
    if not change.is_text or not (yield from whitespace_in_steps(change)):
        return False
    rows = RunRows(Run(change.old_start, change.new_start, change.removed, change.added), (), split=True)
    rows.resolve()
    for row in range(rows.count):
        if not rows.only_whitespace(row):
            return False
        if row % _STRIDE == _STRIDE - 1:
            yield
    return True


class InOrder(Sequence[Pair]):
    """The pairs of a long run, of which the first lines face each other, then the second ones, and so on."""

    __slots__ = ("_added", "_removed")

    def __init__(self, removed: int, added: int) -> None:
        self._removed, self._added = removed, added

    def __len__(self) -> int:
        return max(self._removed, self._added)

    def __getitem__(self, row: Any) -> Any:
        if not 0 <= row < len(self):
            raise IndexError(row)
        return row if row < self._removed else None, row if row < self._added else None


def _faced(count: int, both: int) -> Sequence[int]:
    """For each line of a side of a long run the line that faces it, -1 where there is none."""
    return range(count) if count == both else [*range(both), *[-1] * (count - both)]


def _rows_of(column: Sequence[int | None], count: int) -> list[int]:
    rows = [0] * count
    for row, index in enumerate(column):
        if index is not None:
            rows[index] = row
    return rows
