"""An edit of lines put onto another version of the same file, where that version left those lines alone.

Pure. Both edits are given as runs from one common text. Where both touch the same lines the other version
stands: nobody's bytes are mixed with somebody else's inside one place.
"""

from __future__ import annotations

from collections.abc import Sequence

from workbench.review.changes import Run


def edited_onto(lines: Sequence[bytes], edits: Sequence[Run], other: Sequence[Run]) -> tuple[bytes, ...]:
    """`lines` with those of `edits` that `other` does not touch.

    `edits` and `other` are runs from the common text, `other` those to `lines`. An insertion directly beside
    changed lines touches nothing; two insertions at one place do.
    """
    result = list(lines)
    for run in reversed(edits):
        begin, end = _span(run)
        if any(_touches(begin, end, *_span(each)) for each in other):
            continue
        at = begin - 1 + _shift(begin, end, other)
        result[at : at + end - begin] = run.added
    last = len(result) - 1
    ended = (line if line.endswith(b"\n") or at == last else line + b"\n" for at, line in enumerate(result))
    return tuple(ended)


def _span(run: Run) -> tuple[int, int]:
    """The lines of the common text that a run replaces, half open; an insertion stands before its begin."""
    begin = run.old_start if run.removed else run.old_start + 1
    return begin, begin + len(run.removed)


def _touches(begin: int, end: int, low: int, high: int) -> bool:
    if begin == end and low == high:
        return begin == low
    if begin == end:
        return low < begin < high
    if low == high:
        return begin < low < end
    return begin < high and low < end


def _shift(begin: int, end: int, other: Sequence[Run]) -> int:
    """How far the lines at `begin` have moved: by all that stands before them."""
    distance = 0
    for run in other:
        low, high = _span(run)
        before = high <= begin if low < high or begin < end else low < begin
        if before:
            distance += len(run.added) - len(run.removed)
    return distance
