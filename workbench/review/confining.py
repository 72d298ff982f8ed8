"""Somebody's version of a file, taken only where it was asked for. Pure.

Where lines inside and outside what was asked for were changed together, the lines that face each other
decide, as they do on the screen. Outside, every byte stays as it was, and what is left out is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workbench.review.changes import Run
from workbench.review.rounds import LeftOut
from workbench.review.words import Pair, paired

LONGEST_PAIRED = 1200
"""Lines of a run whose pairs are looked for; the lines of a longer run face each other in order."""

Span = tuple[int, int]
"""Lines, half open; an empty one is the place before its line."""


def confined(
    path: str, lines: Sequence[bytes], runs: Sequence[Run], spans: Sequence[Span]
) -> tuple[tuple[bytes, ...], tuple[LeftOut, ...]]:
    """`lines` with those parts of `runs` that lie in `spans`, and what of them was left out.

    Lines added directly beside a span lie in it.
    """
    made: list[bytes] = []
    left: list[LeftOut] = []
    at = 0
    for run in runs:
        begin = run.old_start - 1 if run.removed else run.old_start
        made += lines[at:begin]
        at = begin + len(run.removed)
        for is_inside, was, now in _parts(run, begin + 1, spans):
            if is_inside:
                made += now
            else:
                left.append(LeftOut(path, len(made) + bool(was), len(was), was, now))
                made += was
    made += lines[at:]
    last = len(made) - 1
    ended = (line if line.endswith(b"\n") or at == last else line + b"\n" for at, line in enumerate(made))
    return tuple(ended), tuple(left)


def _parts(
    run: Run, first: int, spans: Sequence[Span]
) -> Iterator[tuple[bool, tuple[bytes, ...], tuple[bytes, ...]]]:
    """The rows of a run in blocks that lie inside or outside, with their removed and added lines."""
    was: list[bytes] = []
    now: list[bytes] = []
    block: bool | None = None
    line = first
    for old, new in _rows(run):
        if old is None:
            is_inside = any(low <= line <= high for low, high in spans)
        else:
            is_inside = any(low <= line < high for low, high in spans)
            line += 1
        if block is not None and is_inside is not block:
            yield block, tuple(was), tuple(now)
            was, now = [], []
        block = is_inside
        was += [run.removed[old]] if old is not None else []
        now += [run.added[new]] if new is not None else []
    if block is not None:
        yield block, tuple(was), tuple(now)


def _rows(run: Run) -> Sequence[Pair]:
    removed, added = len(run.removed), len(run.added)
    if removed and added and removed + added <= LONGEST_PAIRED:
        return paired(run.removed, run.added)
    rows = range(max(removed, added))
    return [(at if at < removed else None, at if at < added else None) for at in rows]
