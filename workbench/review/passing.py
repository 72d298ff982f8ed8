"""File changes as bytes for another process of ours: what took long to find out is not found out twice.

Lines are sent once: a change that is a part of a run says which. Paths and words may hold bytes that are
no UTF-8, so they go as bytes.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, msgpack

from workbench.review.changes import Change, FileChange, Kind, Run, Status


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


_encoder = msgpack.Encoder()
_decoder = msgpack.Decoder(list[_File])
_STATUS = {each.value: each for each in Status}
_KIND = {each.value: each for each in Kind}


def packed(files: Sequence[FileChange]) -> bytes:
    """Some files as bytes."""
    return _encoder.encode([_packed(file) for file in files])


def unpacked(data: bytes) -> list[FileChange]:
    """The files that `packed` was given. Raises `msgspec.DecodeError` for anything else."""
    return [_unpacked(file) for file in _decoder.decode(data)]


def _packed(file: FileChange) -> _File:
    runs = [_Run(run.old_start, run.new_start, list(run.removed), list(run.added)) for run in file.runs]
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
        _cut(file),
    )


def _cut(file: FileChange) -> list[_Change]:
    """The changes, each with the run that it is a part of: they follow each other as the runs do."""
    found: list[_Change] = []
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
        found.append(_Change(*head, *lines, len(removed), len(added)))
    return found


def _holds(run: Run, change: Change) -> bool:
    old, new = change.old_start - run.old_start, change.new_start - run.new_start
    return 0 <= old <= len(run.removed) - len(change.removed) and 0 <= new <= len(run.added) - len(
        change.added
    )


def _unpacked(file: _File) -> FileChange:
    path = _text(file.path)
    base_path = None if file.base_path is None else _text(file.base_path)
    runs = tuple(
        [Run(run.old_start, run.new_start, tuple(run.removed), tuple(run.added)) for run in file.runs]
    )
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
        tuple([_change(each, path, base_path, runs) for each in file.changes]),
    )


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
