"""Which lines a view that ignores white space shows as unchanged although they are judged with their change.

A blank line is not counted: it looks the same either way. No Qt.
"""

from __future__ import annotations

from collections.abc import Collection

from workbench.review.asides import is_blank
from workbench.review.changes import FileChange, Run
from workbench.review.run_rows import RunRows

MOST = 5_000
"""Rows that are looked at: with a key held up by it, more is as good as many."""


def unshown_lines(file: FileChange, changes: Collection[str]) -> int:
    """How many rows of some changes of a file differ in white space alone; up to `MOST` are looked at."""
    wanted = frozenset(changes)
    count = looked = 0
    for run in file.runs:
        # Only where both sides have lines can a line differ in its blanks alone.
        if not run.removed or not run.added or not _is_of(file, run, wanted):
            continue
        rows = RunRows(run, (), split=True)
        rows.resolve()
        for row in range(rows.count):
            looked += 1
            if looked > MOST:
                return count
            old, new = rows.pair(row)
            if old is not None and new is not None and rows.only_whitespace(row):
                count += not is_blank(run.added[new])
    return count


def _is_of(file: FileChange, run: Run, wanted: frozenset[str]) -> bool:
    """Whether a run of two sides, which is one change, is one of those that are wanted."""
    return any(
        each.id in wanted
        and each.is_text
        and (each.old_start, each.new_start) == (run.old_start, run.new_start)
        for each in file.changes
    )
