"""What differs between two texts that no git tree holds, such as two prompts. Pure, and quick on long texts.

Lines that stand once in each text hold the rest together (the patience of Bram Cohen's diff): sorting, never
a table of all lines against all. What no such line divides is a run as a whole; where it is short, difflib
looks into it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from workbench.review.changes import FileChange, Run, Status
from workbench.review.lines import split_lines
from workbench.review.splitting import with_changes

SHORT = 120
"""Lines up to which difflib is asked: it takes seconds on some thousands."""

_Part = tuple[int, int, int, int]


def runs_between(old: Sequence[bytes], new: Sequence[bytes]) -> tuple[Run, ...]:
    """The runs that make `new` of `old`, in order, as git would give them."""
    runs: list[Run] = []
    at_old = at_new = 0
    for start, other, count in (*_same(old, new), (len(old), len(new), 0)):
        if start > at_old or other > at_new:
            removed, added = tuple(old[at_old:start]), tuple(new[at_new:other])
            # Of a side without lines, the line after which the other stands.
            runs.append(Run(at_old + bool(removed), at_new + bool(added), removed, added))
        at_old, at_new = start + count, other + count
    return tuple(runs)


def compare_texts(old: str, new: str, old_name: str, new_name: str) -> FileChange:
    """Two texts as one file change from `old_name` to `new_name`, to be shown as any other is."""
    before, after = (split_lines(text.encode("utf-8", "surrogateescape")) for text in (old, new))
    runs = runs_between(before, after)
    mode = "100644"
    file = FileChange(
        Status.MODIFIED, new_name, new_name, mode, mode, f"text:{old_name}", f"text:{new_name}", runs=runs
    )
    return with_changes(file)


def _same(old: Sequence[bytes], new: Sequence[bytes]) -> list[tuple[int, int, int]]:
    """The blocks that are the same in both, in order, as (old from 0, new from 0, length)."""
    found: list[tuple[int, int, int]] = []
    waiting: list[_Part] = [(0, len(old), 0, len(new))]
    while waiting:
        low, high, bottom, top = waiting.pop()
        start = low
        while low < high and bottom < top and old[low] == new[bottom]:
            low, bottom = low + 1, bottom + 1
        if low > start:
            found.append((start, bottom - (low - start), low - start))
        end = high
        while low < high and bottom < top and old[high - 1] == new[top - 1]:
            high, top = high - 1, top - 1
        if end > high:
            found.append((high, top, end - high))
        if low == high or bottom == top:
            continue
        anchors = _anchors(old, new, (low, high, bottom, top))
        if not anchors:
            found += _looked_into(old, new, (low, high, bottom, top))
            continue
        for line, other in (*anchors, (high, top)):
            waiting.append((low, line, bottom, other))
            low, bottom = line, other
        waiting.append((low, high, bottom, top))
    return sorted(found)


def _anchors(old: Sequence[bytes], new: Sequence[bytes], part: _Part) -> list[tuple[int, int]]:
    """Lines that stand once in each text, in the longest order that both have."""
    low, high, bottom, top = part
    once_old, once_new = Counter(old[low:high]), Counter(new[bottom:top])
    places = {line: at for at, line in enumerate(new[bottom:top], bottom) if once_new[line] == 1}
    pairs = [
        (at, places[line]) for at, line in enumerate(old[low:high], low) if once_old[line] == 1 and line in places
    ]
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for number, (_, other) in enumerate(pairs):
        at = bisect_left(tails, other)
        before.append(ends[at - 1] if at else -1)
        tails[at : at + 1] = [other]
        ends[at : at + 1] = [number]
    chain: list[tuple[int, int]] = []
    number = ends[-1] if ends else -1
    while number >= 0:
        chain.append(pairs[number])
        number = before[number]
    return chain[::-1]


def _looked_into(old: Sequence[bytes], new: Sequence[bytes], part: _Part) -> Iterator[tuple[int, int, int]]:
    low, high, bottom, top = part
    if high - low > SHORT or top - bottom > SHORT:
        return
    matcher = SequenceMatcher(None, old[low:high], new[bottom:top], autojunk=False)
    for block in matcher.get_matching_blocks():
        if block.size:
            yield low + block.a, bottom + block.b, block.size
