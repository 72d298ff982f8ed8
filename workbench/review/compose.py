"""The result that verdicts make of a file: built line by line, never patched.

The rules of design 3.3. Within a run, removed lines that are not taken stay where they were, and the
added lines that are taken follow in their order; everything outside the runs is the base's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from io import BytesIO
from itertools import islice
from operator import methodcaller

from msgspec import Struct

from workbench.review.changes import FileChange, Kind, Run, Status
from workbench.review.lines import each_line, gathered
from workbench.review.splitting import EXECUTABLE, content_kind
from workbench.review.verdicts import FileVerdicts, LineVerdicts, Verdict

_AT_ONCE = 5_000
"""Lines that are put together at a time."""

_has_end = methodcaller("endswith", b"\n")


class Take(Enum):
    """Which lines and facts go into the result: only accepted ones, or all that are not rejected."""

    ACCEPTED = "accepted"
    NOT_REJECTED = "not rejected"

    def takes(self, verdict: Verdict) -> bool:
        if self is Take.ACCEPTED:
            return verdict is Verdict.ACCEPTED
        return verdict is not Verdict.REJECTED


class Result(Struct, frozen=True):
    """A file that stands in the result: `data` where it was composed, else the `id` of an object as it is."""

    path: str
    mode: str
    data: bytes | None
    id: str | None


def compose_lines(
    old: Sequence[bytes], runs: Sequence[Run], verdicts: FileVerdicts, take: Take
) -> tuple[bytes, ...]:
    """The lines of the result. Raises ValueError where `old` does not hold the lines that the runs remove."""
    return gathered(_ended(_composed(old, runs, verdicts, take)))


def _composed(
    old: Iterable[bytes], runs: Sequence[Run], verdicts: FileVerdicts, take: Take
) -> Iterator[list[bytes]]:
    """The same by pieces: one call of C over two million lines keeps Python's lock from the window."""
    left = iter(old)
    result: list[bytes] = []
    done = 0
    for run in runs:
        # A run without removed lines stands after line `old_start`, one with them at it.
        start = run.old_start - 1 if run.removed else run.old_start
        for part in _next(left, start - done):
            result += part
            done += len(part)
            if len(result) > _AT_ONCE:
                yield result
                result = []
        if done != start or not _holds(left, run.removed):
            raise ValueError(f"The base does not hold the lines of the run at line {run.old_start}.")
        done += len(run.removed)
        for lines, first, last in _taken(run, verdicts, take):
            for at in range(first, last, _AT_ONCE):
                result += lines[at : min(at + _AT_ONCE, last)]
                if len(result) > _AT_ONCE:
                    yield result
                    result = []
    while rest_of := list(islice(left, _AT_ONCE)):
        result += rest_of
        if len(result) > _AT_ONCE:
            yield result
            result = []
    if result:
        yield result


def _next(lines: Iterator[bytes], count: int) -> Iterator[list[bytes]]:
    """The next so many, or as many as there are."""
    while count > 0 and (part := list(islice(lines, min(count, _AT_ONCE)))):
        yield part
        count -= len(part)


def _put_together(parts: Iterator[list[bytes]]) -> bytes:
    """Their bytes. Joined by one call, a hundred megabytes would be copied while everybody else waits."""
    made = BytesIO()
    for part in parts:
        made.write(b"".join(part))
    return made.getvalue()  # what it holds, not a copy


def _holds(lines: Iterator[bytes], removed: tuple[bytes, ...]) -> bool:
    """Whether these come next."""
    parts = (removed[at : at + _AT_ONCE] for at in range(0, len(removed), _AT_ONCE))
    return all(tuple(islice(lines, len(part))) == part for part in parts)


def compose_file(
    file: FileChange, old_data: bytes | None, verdicts: FileVerdicts, take: Take
) -> tuple[Result, ...]:
    """What stands in the result for one file change: one file, or none.

    `old_data` are the base's bytes; they are needed only where some of the file's lines are taken and
    some are not. The caller removes the base path when no result stands there.
    """
    moved = take.takes(verdicts.facts.get(Kind.RENAME, Verdict.OPEN))
    path = file.path if moved or file.base_path is None else file.base_path
    kind = content_kind(file)
    if kind is not None:
        return _compose_whole(file, path, verdicts, take, taken=_fact(kind, verdicts, take))
    if not file.runs:
        return (Result(path, _mode(file, verdicts, take), None, file.new_id),)
    amount = _amount(file.runs, verdicts, take)
    mode = _mode(file, verdicts, take)
    if amount is None:
        old = each_line(_needed(file, old_data))
        return (Result(path, mode, _put_together(_ended(_composed(old, file.runs, verdicts, take))), None),)
    if amount:
        return () if file.new_id is None else (Result(path, mode, None, file.new_id),)
    if file.old_id is not None:
        return (Result(path, mode, None, file.old_id),)
    # None of the lines of a new file: it exists only, empty, if its executable bit was taken.
    executable = file.new_mode == EXECUTABLE and _fact(Kind.MODE, verdicts, take)
    return (Result(path, mode, b"", None),) if executable else ()


def _compose_whole(
    file: FileChange, path: str, verdicts: FileVerdicts, take: Take, *, taken: bool
) -> tuple[Result, ...]:
    """A file whose content is one fact: it is taken or left by its object id."""
    if file.status is Status.TYPECHANGE:
        mode = file.new_mode if taken else file.old_mode
    else:
        mode = _mode(file, verdicts, take)
    content = file.new_id if taken else file.old_id
    return () if content is None or mode is None else (Result(path, mode, None, content),)


def _mode(file: FileChange, verdicts: FileVerdicts, take: Take) -> str:
    """The mode of the result: the executable bit is a fact of its own, also that of a new file."""
    if file.new_mode is None or file.old_mode == file.new_mode:
        mode = file.old_mode
    elif (file.old_mode is None and file.new_mode != EXECUTABLE) or _fact(Kind.MODE, verdicts, take):
        mode = file.new_mode
    else:
        mode = file.old_mode or "100644"
    if mode is None:
        raise ValueError(f"{file.path} has a mode on neither side.")
    return mode


def _fact(kind: Kind, verdicts: FileVerdicts, take: Take) -> bool:
    return take.takes(verdicts.facts.get(kind, Verdict.OPEN))


def _needed(file: FileChange, old_data: bytes | None) -> bytes:
    if file.base_path is None:
        return b""
    if old_data is None:
        raise ValueError(f"The base's bytes of {file.base_path} are needed: a part of its lines is taken.")
    return old_data


def _taken(run: Run, verdicts: FileVerdicts, take: Take) -> list[tuple[Sequence[bytes], int, int]]:
    """What of a run goes into the result, as lines and the places of the first and the last of them."""
    kept: list[tuple[Sequence[bytes], int, int]] = []
    for start, count, verdict in verdicts.old.pieces(run.old_start, len(run.removed)):
        if not take.takes(verdict):
            kept.append((run.removed, start - run.old_start, start - run.old_start + count))
    for start, count, verdict in verdicts.new.pieces(run.new_start, len(run.added)):
        if take.takes(verdict):
            kept.append((run.added, start - run.new_start, start - run.new_start + count))
    return kept


def _amount(runs: Sequence[Run], verdicts: FileVerdicts, take: Take) -> bool | None:
    """True when every line of every run is taken, False when none is, None when some are."""
    open_is_taken = take.takes(Verdict.OPEN)
    if not verdicts.old and not verdicts.new:
        return open_is_taken
    taken = left = 0
    for run in runs:
        for start, count, held in (
            (run.old_start, len(run.removed), verdicts.old),
            (run.new_start, len(run.added), verdicts.new),
        ):
            number = _count_taken(start, count, held, take)
            taken += number
            left += count - number
        if taken and left:
            return None
    return taken > 0


def _count_taken(start: int, count: int, held: LineVerdicts, take: Take) -> int:
    return sum(many for _, many, verdict in held.pieces(start, count) if take.takes(verdict))


def _ended(parts: Iterator[list[bytes]]) -> Iterator[list[bytes]]:
    """The lines; one without line end that is no longer the last gets that of a line beside it."""
    before = None
    held = next(parts, [])
    for part in parts:
        yield _with_ends(held, before, part[0])
        before, held = held[-1], part
    if len(held) > 1:
        last = held.pop()
        yield _with_ends(held, before, last)
        yield [last]
    else:
        yield held


def _with_ends(lines: list[bytes], before: bytes | None, after: bytes) -> list[bytes]:
    """Some lines that are not the last ones, which stand between these."""
    if all(map(_has_end, lines)):
        return lines
    for number, line in enumerate(lines):
        if not _has_end(line):
            if number:
                before = lines[number - 1]
            elif before is None:
                before = lines[1] if len(lines) > 1 else after
            lines[number] = line + (b"\r\n" if before.endswith(b"\r\n") else b"\n")
    return lines
