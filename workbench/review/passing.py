"""File changes as bytes for another process of ours: what took long to find out is not found out twice.

Lines are sent once: a change that is a part of a run says which. Paths and words may hold bytes that are
no UTF-8, so they go as bytes. A file of very many lines goes in portions: one call of C that made two million
lines of one message would keep Python's lock from the window for half a second.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice, repeat
from typing import TypeVar

from msgspec import DecodeError, Struct, msgpack

from workbench.review.changes import Change, FileChange, Kind, Run, Status
from workbench.review.lines import aside, gathered
from workbench.review.steps import rest

T = TypeVar("T")
Bytes = bytes | memoryview

BULKY = 20_000
"""Lines from which on a file goes in portions."""

_LINES, _PARTS = 2_000, 500
"""Lines in one portion, and runs or changes: what is made of it within a millisecond."""


class _Run(Struct, array_like=True, gc=False):
    old_start: int
    new_start: int
    removed: list[bytes]
    added: list[bytes]


class _Change(Struct, array_like=True, gc=False):
    """`run` is the run it is cut from, -1 for none; then the lines are its own."""

    id: str
    kind: str
    old_start: int
    new_start: int
    words: bytes
    run: int
    removed: list[bytes]
    added: list[bytes]
    removed_count: int
    added_count: int


class _File(Struct, array_like=True, gc=False):
    status: str
    path: bytes
    base_path: bytes | None
    old_mode: str | None
    new_mode: str | None
    old_id: str | None
    new_id: str | None
    similarity: int | None
    binary: bool
    runs: list[_Run]
    changes: list[_Change]
    apart: tuple[int, int] = (0, 0)
    """How many runs and changes follow in portions."""


class _Counted(Struct, array_like=True, gc=False):
    """A run whose lines follow in portions."""

    old_start: int
    new_start: int
    removed: int
    added: int


_NO_RUN = Run(0, 0, (), ())

_encoder = msgpack.Encoder()
_decoder = msgpack.Decoder(list[_File])
_runs_decoder = msgpack.Decoder(list[_Counted])
_lines_decoder = msgpack.Decoder(list[bytes])
_changes_decoder = msgpack.Decoder(list[_Change])
_STATUS = {each.value: each for each in Status}
_KIND = {each.value: each for each in Kind}


def packed(files: Sequence[FileChange]) -> bytes:
    """Some files as bytes. Of those that are bulky this is the head alone; their `portions` follow."""
    return _encoder.encode([_head(file) if is_bulky(file) else _packed(file) for file in files])


def portions(file: FileChange) -> Iterator[bytes]:
    """What follows the head of a bulky file; nothing of any other."""
    if not is_bulky(file):
        return
    runs = (_Counted(run.old_start, run.new_start, len(run.removed), len(run.added)) for run in file.runs)
    lines = chain.from_iterable(side for run in file.runs for side in (run.removed, run.added))
    yield from _by(_PARTS, runs)
    yield from _by(_LINES, lines)
    yield from _by(_PARTS, _cut(file))


def _by(count: int, found: Iterable[object]) -> Iterator[bytes]:
    rest_of = iter(found)
    while part := list(islice(rest_of, count)):
        yield _encoder.encode(part)


def is_bulky(file: FileChange) -> bool:
    """Whether a file goes in portions."""
    return sum(len(run.removed) + len(run.added) for run in file.runs) >= BULKY


def unpacked(
    data: Bytes, more: Iterator[Bytes] | None = None, before: FileChange | None = None
) -> list[FileChange]:
    """The files that `packed` was given; of `more` their portions are taken, and not one beyond them.

    `before` is one of them as it was in another round: lines that a bulky file has from there are the same
    objects, so that two rounds of a log of a hundred megabytes are held as one and what was added to it.
    Raises `msgspec.DecodeError` for anything else. Rests between the portions.
    """
    portions_left = iter(()) if more is None else more
    return [_unpacked(file, portions_left, before) for file in _decoder.decode(data)]


def _packed(file: FileChange) -> _File:
    runs = [_Run(run.old_start, run.new_start, list(run.removed), list(run.added)) for run in file.runs]
    return _named(file, runs, list(_cut(file)))


def _head(file: FileChange) -> _File:
    return _named(file, [], [], (len(file.runs), len(file.changes)))


def _named(
    file: FileChange, runs: list[_Run], changes: list[_Change], apart: tuple[int, int] = (0, 0)
) -> _File:
    return _File(
        file.status.value,
        _bytes(file.path),
        None if file.base_path is None else _bytes(file.base_path),
        file.old_mode,
        file.new_mode,
        file.old_id,
        file.new_id,
        file.similarity,
        file.binary,
        runs,
        changes,
        apart,
    )


def _cut(file: FileChange) -> Iterator[_Change]:
    """The changes, each with the run that it is a part of: they follow each other as the runs do."""
    number, runs = 0, file.runs
    for change in file.changes:
        removed, added = change.removed, change.added
        run = -1
        if change.is_text:
            while not _holds(runs[number], change):
                number += 1
            run = number
        lines = ([], []) if run >= 0 else (list(removed), list(added))
        head = (change.id, change.kind.value, change.old_start, change.new_start, _bytes(change.words), run)
        yield _Change(*head, *lines, len(removed), len(added))


def _holds(run: Run, change: Change) -> bool:
    old, new = change.old_start - run.old_start, change.new_start - run.new_start
    return 0 <= old <= len(run.removed) - len(change.removed) and 0 <= new <= len(run.added) - len(
        change.added
    )


def _unpacked(file: _File, more: Iterator[Bytes], before: FileChange | None = None) -> FileChange:
    path = _text(file.path)
    base_path = None if file.base_path is None else _text(file.base_path)
    many, most = file.apart
    runs: tuple[Run, ...]
    changes: Iterable[_Change]
    if many:
        held = before.runs if before is not None and before.path == path else ()
        runs = _runs(_taken(more, _runs_decoder, many), more, held)
        changes = _taken(more, _changes_decoder, most)
    else:
        runs = tuple(
            [Run(run.old_start, run.new_start, tuple(run.removed), tuple(run.added)) for run in file.runs]
        )
        changes = file.changes
    return FileChange(
        _STATUS[file.status],
        path,
        base_path,
        file.old_mode,
        file.new_mode,
        file.old_id,
        file.new_id,
        file.similarity,
        file.binary,
        runs,
        tuple([_change(each, path, base_path, runs) for each in changes]),
    )


def _runs(counted: Iterable[_Counted], more: Iterator[Bytes], held: Sequence[Run]) -> tuple[Run, ...]:
    """Runs and their lines. A tuple grows out of portions, so that others are let in between them."""
    heads = list(counted)
    lines = _taken(more, _lines_decoder, sum(head.removed + head.added for head in heads))
    others = chain(held, repeat(_NO_RUN))
    return tuple(
        [
            Run(
                head.old_start,
                head.new_start,
                _side(lines, head.removed, other.removed),
                _side(lines, head.added, other.added),
            )
            for head, other in zip(heads, others, strict=False)
        ]
    )


def _side(lines: Iterator[bytes], count: int, held: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """The next so many lines. Those of `held` are taken for equal ones, counted from its start or its end."""
    if count < _LINES or not held:
        return aside(tuple(islice(lines, count)))
    return gathered(_alike(lines, count, held))


def _alike(lines: Iterator[bytes], count: int, held: tuple[bytes, ...]) -> Iterator[tuple[bytes, ...]]:
    for at in range(0, count, _LINES):
        part = tuple(islice(lines, min(_LINES, count - at)))
        for start in (at, at + len(held) - count):
            same = held[start : start + len(part)] if start >= 0 else ()
            if same == part:
                part = same
                break
        yield part


def _taken(more: Iterator[Bytes], decoder: msgpack.Decoder[list[T]], count: int) -> Iterator[T]:
    """So many of what comes in portions."""
    return chain.from_iterable(_decoded(more, decoder, count))


def _decoded(more: Iterator[Bytes], decoder: msgpack.Decoder[list[T]], count: int) -> Iterator[list[T]]:
    while count > 0:
        part = decoder.decode(next(more, b""))
        count -= len(part)
        if count < 0 or not part:
            raise DecodeError("A portion does not hold what was announced.")
        yield part
        del part  # or it would hold its lines until the next one
        rest()


def _change(found: _Change, path: str, base_path: str | None, runs: Sequence[Run]) -> Change:
    removed: tuple[bytes, ...]
    added: tuple[bytes, ...]
    if found.run < 0:
        removed, added = tuple(found.removed), tuple(found.added)
    else:
        run = runs[found.run]
        removed, added = run.removed, run.added
        # The run's own tuples where it is one change: lines are held once.
        if found.removed_count != len(removed):
            at = found.old_start - run.old_start
            removed = removed[at : at + found.removed_count]
        if found.added_count != len(added):
            at = found.new_start - run.new_start
            added = added[at : at + found.added_count]
    return Change(
        found.id,
        _KIND[found.kind],
        path,
        base_path,
        found.old_start,
        found.new_start,
        removed,
        added,
        _text(found.words),
    )


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
