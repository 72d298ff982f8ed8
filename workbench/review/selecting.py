"""Lines named in words: `old:3-5,new:7` as a selection of a file change, and the other way round."""

from __future__ import annotations

import re
from collections.abc import Sequence

from workbench.errors import UserError
from workbench.review.changes import Change, FileChange, Run, Side
from workbench.review.verdicts import Selection, Verdict

Span = tuple[Side, int, int]
"""A side, the first line (1-based), and how many."""

_PART = re.compile(r"\s*(old|new):(\d{1,9})(?:-(\d{1,9}))?\s*", re.ASCII)
_HINT = "Write it like old:3-5,new:7, with line numbers from 1."

_DONE = {
    Verdict.ACCEPTED: "accepted",
    Verdict.REJECTED: "rejected",
    Verdict.OPEN: "reopened",
    Verdict.MIXED: "judged",
}


def parse_lines(text: str) -> tuple[Span, ...]:
    """The spans that `old:3-5,new:7` names. UserError when it names none."""
    spans: list[Span] = []
    for part in text.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            raise UserError(f"“{text}” names no lines.", hint=_HINT)
        first = int(match[2])
        last = int(match[3]) if match[3] else first
        if first < 1 or last < first:
            raise UserError(f"“{part.strip()}” is not a range of lines.", hint=_HINT)
        spans.append((Side(match[1]), first, last - first + 1))
    return tuple(spans)


def select_lines(file: FileChange, spec: str | Sequence[Span], within: Change | None = None) -> Selection:
    """The removed and added lines among those that `spec` names, of the file or of one change in it.

    Unchanged lines in the spans are left out. UserError when no changed line is left.
    """
    spans = parse_lines(spec) if isinstance(spec, str) else tuple(spec)
    blocks = file.runs if within is None else (_as_run(within),)
    old = [(run.old_start, len(run.removed)) for run in blocks]
    new = [(run.new_start, len(run.added)) for run in blocks]
    selection = Selection(file.path, old=_common(spans, Side.OLD, old), new=_common(spans, Side.NEW, new))
    if not selection:
        where = file.path if within is None else f"change {within.id} of {file.path}"
        raise UserError(
            f"None of these lines is removed or added in {where}.",
            hint="Old lines are those of the base's file, new lines those of the round's.",
        )
    return selection


def describe(verdict: Verdict, selections: Sequence[Selection]) -> str:
    """What a verdict did, in words: "accepted 3 lines in store.py"."""
    lines = sum(count for each in selections for _, count in (*each.old, *each.new))
    facts = [fact for each in selections for fact in each.facts]
    parts = []
    if lines:
        parts.append("1 line" if lines == 1 else f"{lines} lines")
    if len(facts) == 1:
        parts.append(f"the {facts[0].value} change")
    elif facts:
        parts.append(f"{len(facts)} facts")
    paths = list(dict.fromkeys(each.path for each in selections if each))
    where = paths[0] if len(paths) == 1 else f"{len(paths)} files"
    return f"{_DONE[verdict]} {' and '.join(parts) or 'nothing'} in {where}"


def _as_run(change: Change) -> Run:
    if not change.is_text:
        return Run(0, 0, (), ())
    return Run(change.old_start, change.new_start, change.removed, change.added)


def _common(
    spans: Sequence[Span], side: Side, blocks: Sequence[tuple[int, int]]
) -> tuple[tuple[int, int], ...]:
    """What spans of one side and blocks of changed lines have in common, as sorted, disjoint (start, count).

    By ends, not line by line: a span may be given as 1-999999999.
    """
    found: list[tuple[int, int]] = []
    for start, end in _merged([(first, first + count) for at, first, count in spans if at is side]):
        for block, count in blocks:
            low, high = max(start, block), min(end, block + count)
            if low < high:
                found.append((low, high))
    return tuple((low, high - low) for low, high in _merged(found))


def _merged(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """(first, one after the last) spans, sorted, and joined where they touch."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted(spans):
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return merged
