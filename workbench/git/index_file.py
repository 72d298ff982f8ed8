"""The user's index, read as data: no git child, so nothing can be run. Writes nothing.

Versions 2, 3 and 4 of the format that git's `gitformat-index` describes. Read by ourselves because no
plumbing says all that a landing must leave as it is: flags, times and which extensions there are.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from workbench.errors import UserError

INTENT_TO_ADD = 0x2000
SKIP_WORKTREE = 0x4000
ASSUME_UNCHANGED = 0x8000
_EXTENDED = 0x4000
_STAT = 40
_SIZE_OF_FILE = slice(36, 40)


class IndexEntry(Struct, frozen=True):
    """One entry. `stat` are its 40 bytes of times and sizes; `flags` and `more` as the file has them."""

    path: str
    stage: int
    mode: str
    id: str
    stat: bytes
    assumed: bool
    more: int

    @property
    def skipped(self) -> bool:
        return bool(self.more & SKIP_WORKTREE)

    @property
    def intended(self) -> bool:
        """Named by `git add --intent-to-add`: nothing of it is in the index yet."""
        return bool(self.more & INTENT_TO_ADD)


class IndexFile(Struct, frozen=True):
    """What an index file holds: entries by path and stage, and the names of its extensions."""

    entries: Mapping[tuple[str, int], IndexEntry]
    extensions: tuple[str, ...] = ()

    def at(self, path: str) -> tuple[str, str] | None:
        """(mode, id) of what stands at a path, None where there is nothing or only the intent."""
        found = self.entries.get((path, 0))
        return None if found is None or found.intended else (found.mode, found.id)

    def unmerged(self, path: str) -> bool:
        return any((path, stage) in self.entries for stage in (1, 2, 3))


EMPTY = IndexFile({})


def read_index(place: Path, object_format: str) -> IndexFile:
    """The index at `place`; an empty one where there is no file. UserError where it cannot be understood."""
    try:
        data = place.read_bytes()
    except FileNotFoundError:
        return EMPTY
    return parse_index(data, object_format)


def parse_index(data: bytes, object_format: str) -> IndexFile:
    """The index in these bytes."""
    width = 32 if object_format == "sha256" else 20
    try:
        return _parse(data, width)
    except (struct.error, IndexError, ValueError) as error:
        raise UserError(
            f"The index of the repository cannot be read: {error}.",
            hint="Does `git status` work there? Nothing was written.",
        ) from error


def same_but_for_times(one: IndexEntry, other: IndexEntry) -> bool:
    """Whether two entries are the same one; of its times git may have forgotten the size, to look again."""
    if one == other:
        return True
    forgotten = other.stat[_SIZE_OF_FILE] == bytes(4)
    stat = one.stat[:36] + bytes(4) if forgotten else one.stat
    return stat == other.stat and (one.path, one.stage, one.mode, one.id, one.assumed, one.more) == (
        other.path,
        other.stage,
        other.mode,
        other.id,
        other.assumed,
        other.more,
    )


def _parse(data: bytes, width: int) -> IndexFile:
    signature, version, count = struct.unpack_from(">4sLL", data)
    if signature != b"DIRC" or version not in (2, 3, 4):
        raise ValueError(f"it is of a version that is not known here ({version})")
    end = len(data) - width
    entries: dict[tuple[str, int], IndexEntry] = {}
    at = 12
    name = b""
    for _ in range(count):
        start = at
        mode = struct.unpack_from(">L", data, at + 24)[0]
        identity = data[at + _STAT : at + _STAT + width].hex()
        at += _STAT + width
        flags = struct.unpack_from(">H", data, at)[0]
        at += 2
        more = 0
        if version > 2 and flags & _EXTENDED:
            more = struct.unpack_from(">H", data, at)[0]
            at += 2
        if version == 4:
            strip, at = _varint(data, at)
            stop = data.index(b"\0", at, end)
            name = name[: len(name) - strip] + data[at:stop]
            at = stop + 1
        else:
            stop = data.index(b"\0", at, end)
            name = data[at:stop]
            at = start + (stop - start + 8) // 8 * 8
        path, stage = name.decode("utf-8", "surrogateescape"), flags >> 12 & 3
        entries[path, stage] = IndexEntry(
            path,
            stage,
            f"{mode:06o}",
            identity,
            data[start : start + _STAT],
            bool(flags & ASSUME_UNCHANGED),
            more,
        )
    return IndexFile(entries, _extensions(data, at, end))


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Git's number of variable length, as in a pack's offsets."""
    byte = data[at]
    at += 1
    value = byte & 127
    while byte & 128:
        byte = data[at]
        at += 1
        value = (value + 1 << 7) | (byte & 127)
    return value, at


def _extensions(data: bytes, at: int, end: int) -> tuple[str, ...]:
    found = []
    while at + 8 <= end:
        name, size = struct.unpack_from(">4sL", data, at)
        found.append(name.decode("ascii"))
        at += 8 + size
    if at != end:
        raise ValueError("it ends in the middle")
    return tuple(found)
