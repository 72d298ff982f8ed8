"""What differs between two texts that no git tree holds, such as two prompts. Pure, and quick on long texts.

Lines that stand once in each text hold the rest together (the patience of Bram Cohen's diff): sorting, never
a table of all lines against all. What no such line divides is a run as a whole; where it is short, difflib
looks into it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from hashlib import blake2b

from workbench.review.changes import FileChange, Run, Status
from workbench.review.linemap import longest_order
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


def compare_texts(old: str, new: str, name: str) -> FileChange:
    """Two texts as one change of a file of that name, to be shown as any other is."""
    before, after = encoded(old), encoded(new)
    old_id, new_id = (blake2b(data, digest_size=20).hexdigest() for data in (before, after))
    runs = runs_between(split_lines(before), split_lines(after))
    mode = "100644"
    return with_changes(FileChange(Status.MODIFIED, name, name, mode, mode, old_id, new_id, runs=runs))


def encoded(text: str) -> bytes:
    """A text as bytes; half characters stand for bytes that were never text."""
    return text.encode("utf-8", "surrogatepass")


def as_patch(old: str, new: str, old_name: str, new_name: str, context: int = 3) -> str:
    """Two texts as a unified diff, "" where they are the same."""
    before, after = split_lines(encoded(old)), split_lines(encoded(new))
    runs = runs_between(before, after)
    lines: list[bytes] = [f"--- {old_name}\n".encode(), f"+++ {new_name}\n".encode()] if runs else []
    for group in _near(runs, 2 * context):
        first, last = group[0], group[-1]
        start = max(0, _first(first.old_start, first.removed) - context)
        other = start + _first(first.new_start, first.added) - _first(first.old_start, first.removed)
        end = min(len(before), _first(last.old_start, last.removed) + len(last.removed) + context)
        body: list[bytes] = []
        at = start
        for run in group:
            run_at = _first(run.old_start, run.removed)
            body += [b" " + line for line in before[at:run_at]]
            body += [b"-" + line for line in run.removed] + [b"+" + line for line in run.added]
            at = run_at + len(run.removed)
        body += [b" " + line for line in before[at:end]]
        grown = sum(len(run.added) - len(run.removed) for run in group)
        sizes = end - start, end - start + grown
        starts = (start + bool(sizes[0]), other + bool(sizes[1]))
        lines.append(f"@@ -{starts[0]},{sizes[0]} +{starts[1]},{sizes[1]} @@\n".encode())
        lines += [
            line if line.endswith(b"\n") else line + b"\n\\ No newline at end of file\n" for line in body
        ]
    return b"".join(lines).decode("utf-8", "surrogatepass")


def _first(start: int, lines: Sequence[bytes]) -> int:
    """The index from 0 at which a side of a run begins, or would."""
    return start - 1 if lines else start


def _near(runs: Sequence[Run], gap: int) -> list[list[Run]]:
    """Runs together that have no more than `gap` lines between them."""
    groups: list[list[Run]] = []
    for run in runs:
        last = groups[-1][-1] if groups else None
        end = _first(last.old_start, last.removed) + len(last.removed) if last is not None else 0
        if last is not None and _first(run.old_start, run.removed) - end <= gap:
            groups[-1].append(run)
        else:
            groups.append([run])
    return groups


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
    here = enumerate(old[low:high], low)
    pairs = [(at, places[line]) for at, line in here if once_old[line] == 1 and line in places]
    return longest_order(pairs)


def _looked_into(old: Sequence[bytes], new: Sequence[bytes], part: _Part) -> Iterator[tuple[int, int, int]]:
    low, high, bottom, top = part
    if high - low > SHORT or top - bottom > SHORT:
        return
    matcher = SequenceMatcher(None, old[low:high], new[bottom:top], autojunk=False)
    for block in matcher.get_matching_blocks():
        if block.size:
            yield low + block.a, bottom + block.b, block.size
