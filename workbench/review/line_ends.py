"""Lines that differ in their line end alone, told as a fact in words; what is judged stays the lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from workbench.review.changes import FileChange, Run
from workbench.review.text import line_end

_Kind = tuple[str, str]


def line_ends_changed(file: FileChange) -> str:
    """ "line ends changed: LF → CRLF, 12 lines", with every kind there is; "" where there is none."""
    found = Counter(kind for run in file.runs if run.removed and run.added for kind in _kinds(run))
    parts = [
        f"{old} → {new}, {count} line{'' if count == 1 else 's'}" for (old, new), count in found.most_common()
    ]
    return f"line ends changed: {'; '.join(parts)}" if parts else ""


def _kinds(run: Run) -> Iterator[_Kind]:
    """The old and the new end of every line of a run that says the same otherwise, each line used once."""
    if b"\r\n" not in b"".join((*run.removed, *run.added)):
        return  # a missing final newline is marked at its line
    waiting: dict[bytes, list[str]] = {}
    for line in run.added:
        waiting.setdefault(_bare(line), []).append(line_end(line))
    for line in run.removed:
        ends = waiting.get(_bare(line))
        if ends:
            old, new = line_end(line), ends.pop(0)
            if old != new and "CRLF" in (old, new):
                yield old, new


def _bare(line: bytes) -> bytes:
    return line.removesuffix(b"\n").removesuffix(b"\r")


def lfs_words(runs: Iterable[Run]) -> str:
    """What is said where the lines are those of a Git LFS pointer, and of nothing else; else ""."""
    found = tuple(runs)
    if len(found) != 1:
        return ""
    run = found[0]
    if (run.old_start, run.new_start, len(run.removed), len(run.added)) == (2, 2, 1, 1):
        same_size = _is_oid(run.removed[0]) and _is_oid(run.added[0])
        return "Git LFS content changed, its size did not" if same_size else ""
    sides = [_pointer_size(run.old_start, run.removed), _pointer_size(run.new_start, run.added)]
    if None in sides or sides == ["", ""]:
        return ""
    if "" not in sides:
        return f"Git LFS content, {sides[0]} → {sides[1]} bytes"
    size, done = (sides[0], "deleted") if sides[0] else (sides[1], "new")
    return f"Git LFS content, {size} bytes, {done}"


def _pointer_size(start: int, lines: tuple[bytes, ...]) -> str | None:
    """The size that a pointer names; "" for no lines, None for lines that are no pointer's."""
    if not lines:
        return ""
    if start == 1:
        if lines[0] != _VERSION:
            return None
        lines = lines[1:]
    elif start != 2:
        return None
    if len(lines) != 2 or not _is_oid(lines[0]):
        return None
    size = lines[1].removeprefix(b"size ").removesuffix(b"\n")
    return size.decode("ascii") if lines[1] == b"size %b\n" % size and size.isdigit() else None


_VERSION = b"version https://git-lfs.github.com/spec/v1\n"


def _is_oid(line: bytes) -> bool:
    digest = line.removeprefix(b"oid sha256:").removesuffix(b"\n")
    return line == b"oid sha256:%b\n" % digest and len(digest) == 64 and not digest.strip(b"0123456789abcdef")
