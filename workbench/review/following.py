"""Where lines of a file stand in another state of it, compared with the same base. Pure.

The base never moves, so its lines keep their numbers. A line of a round is found by its change, whose id
speaks of its bytes, or by the line of the base that it is. What is not certain is None, never a guess.
"""

from __future__ import annotations

from workbench.review.changes import Change, FileChange, Side
from workbench.review.linemap import LineMap


def line_now(before: FileChange, after: FileChange, side: Side, line: int) -> int | None:
    """The number that a line has now; None where it is gone, or other lines stand in its change."""
    if side is Side.OLD:
        return line if before.old_id == after.old_id else None
    if before.old_id != after.old_id:
        return None
    change = _change_at(before, line)
    if change is not None:
        same = next((each for each in after.changes if each.id == change.id), None)
        return None if same is None else line + same.new_start - change.new_start
    old = old_line(before, line)
    return None if old is None else new_line(after, old)


def span_now(before: FileChange, after: FileChange, side: Side, start: int, count: int) -> int | None:
    """The first line of some that stand together, if they do so still and nothing came between."""
    if count <= 0:
        return None
    first = line_now(before, after, side, start)
    for step in range(1, count):
        if first is None or line_now(before, after, side, start + step) != first + step:
            return None
    return first


def new_line(file: FileChange, old: int) -> int | None:
    """Where an unchanged line of the base stands in the round's file; None where it was removed."""
    return LineMap(file.runs).forward(old)


def old_line(file: FileChange, new: int) -> int | None:
    """The line of the base that an unchanged line of the round is; None where it was added."""
    return LineMap(file.runs).backward(new)


def _change_at(file: FileChange, new: int) -> Change | None:
    for change in file.changes:
        if change.is_text and change.added and 0 <= new - change.new_start < len(change.added):
            return change
    return None
