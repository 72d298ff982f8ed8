"""Lines that differ in their line end alone, told as a fact in words; what is judged stays the lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from operator import methodcaller

from workbench.review.changes import FileChange, Run
from workbench.review.steps import Steps, finished
from workbench.review.text import line_end

_Kind = tuple[str, str]
_ends_in_crlf = methodcaller("endswith", b"\r\n")
_STRIDE = 1000
"""Lines between two rests."""


def line_ends_changed(file: FileChange) -> str:
    """ "line ends changed: LF → CRLF, 12 lines", with every kind there is; "" where there is none."""
    return finished(line_ends_in_steps(file))


def line_ends_in_steps(file: FileChange) -> Steps[str]:
    """The same, with rests."""
    found: Counter[_Kind] = Counter()
    since = 0
    for run in file.runs:
        since += len(run.removed) + len(run.added)
        if since > _STRIDE:
            since = 0
            yield
        # A missing final newline is marked at its line.
        if run.removed and run.added and (yield from _has_crlf(run)):
            found.update((yield from _kinds(run)))
    parts = [
        f"{old} → {new}, {count} line{'' if count == 1 else 's'}" for (old, new), count in found.most_common()
    ]
    return f"line ends changed: {'; '.join(parts)}" if parts else ""


def _has_crlf(run: Run) -> Steps[bool]:
    for lines in (run.removed, run.added):
        for start in range(0, len(lines), _STRIDE):
            if start:
                yield
            if any(map(_ends_in_crlf, lines[start : start + _STRIDE])):
                return True
    return False


def _kinds(run: Run) -> Steps[Sequence[_Kind]]:
    """The old and the new end of every line of a run that says the same otherwise, each line used once."""
    found: list[_Kind] = []
    waiting: dict[bytes, list[str]] = {}
    for number, line in enumerate(run.added, 1):
        waiting.setdefault(_bare(line), []).append(line_end(line))
        if number % _STRIDE == 0:
            yield
    for ends in waiting.values():
        ends.reverse()  # the first is taken first, and from the end, however many there are
    for number, line in enumerate(run.removed, 1):
        ends = waiting.get(_bare(line), [])
        if ends:
            old, new = line_end(line), ends.pop()
            if old != new and "CRLF" in (old, new):
                found.append((old, new))
        if number % _STRIDE == 0:
            yield
    return found


def _bare(line: bytes) -> bytes:
    return line.removesuffix(b"\n").removesuffix(b"\r")


def lfs_words(runs: Iterable[Run]) -> str:
    """What is said where the lines are those of a Git LFS pointer, and of nothing else; else ""."""
    found = tuple(runs)
    if len(found) != 1:
        return ""
    run = found[0]
    if (run.old_start, run.new_start, len(run.removed), len(run.added)) == (2, 2, 1, 1):
        old, new = _oid(run.removed[0]), _oid(run.added[0])
        return f"Git LFS pointer: {old} → {new}, the same size" if old and new else ""
    sides = [_pointer(run.old_start, run.removed), _pointer(run.new_start, run.added)]
    if None in sides or sides == ["", ""]:
        return ""
    if "" not in sides:
        return f"Git LFS pointer: {sides[0]} → {sides[1]}"
    return f"Git LFS pointer, deleted: {sides[0]}" if sides[0] else f"Git LFS pointer, new: {sides[1]}"


def _pointer(start: int, lines: tuple[bytes, ...]) -> str | None:
    """The size and the id that a pointer names; "" for no lines, None for lines that are no pointer's."""
    if not lines:
        return ""
    if start == 1:
        if lines[0] != _VERSION:
            return None
        lines = lines[1:]
    elif start != 2:
        return None
    if len(lines) != 2 or not _oid(lines[0]):
        return None
    size = lines[1].removeprefix(b"size ").removesuffix(b"\n")
    if lines[1] != b"size %b\n" % size or not size.isdigit():
        return None
    return f"{int(size):,} bytes, {_oid(lines[0])}"


_VERSION = b"version https://git-lfs.github.com/spec/v1\n"


def _oid(line: bytes) -> str:
    """The id in the line of a pointer, as far as it is shown; "" for any other line."""
    digest = line.removeprefix(b"oid sha256:").removesuffix(b"\n")
    is_one = len(digest) == 64 and not digest.strip(b"0123456789abcdef")
    return f"oid {digest[:12].decode()}" if is_one and line == b"oid sha256:%b\n" % digest else ""
