"""What differs between the base and a round: file changes, their runs, and the changes that one key judges.

Values only; `splitting.py` makes the changes of a file, `diff.py` reads git's output into these.
Paths are text decoded as UTF-8 with `surrogateescape`; contents are bytes, split on `\\n` alone.
Line numbers are 1-based. Where a side has no lines, its start is the line *after which* the
other side stands, as in a zero-context diff.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from enum import StrEnum
from itertools import compress, count

from msgspec import Struct


class Status(StrEnum):
    """What happened to a path as a whole."""

    ADDED = "added"
    DELETED = "deleted"
    MODIFIED = "modified"
    RENAMED = "renamed"
    TYPECHANGE = "typechange"


class Kind(StrEnum):
    """What a change is about: lines of text, or one fact about a file."""

    TEXT = "text"
    MODE = "mode"
    RENAME = "rename"
    BINARY = "binary"
    SYMLINK = "symlink"
    SUBMODULE = "submodule"
    EMPTY = "empty"


class Side(StrEnum):
    """Which file a line number counts in: the base's (`old`) or the round's (`new`)."""

    OLD = "old"
    NEW = "new"


class Run(Struct, frozen=True):
    """One unbroken run of removed and added lines. Lines keep their line ends."""

    old_start: int
    new_start: int
    removed: tuple[bytes, ...]
    added: tuple[bytes, ...]


class Change(Struct, frozen=True):
    """What one key judges.

    `removed` and `added` are the lines of a text change (or the targets of a symlink); a fact has
    none, and says itself in `words` ("mode 100644 → 100755").
    """

    id: str
    kind: Kind
    path: str
    base_path: str | None
    old_start: int
    new_start: int
    removed: tuple[bytes, ...] = ()
    added: tuple[bytes, ...] = ()
    words: str = ""

    @property
    def is_text(self) -> bool:
        return self.kind is Kind.TEXT


class FileChange(Struct, frozen=True, weakref=True):
    """One path that differs.

    `path` is the path in the round; for a deleted file the path in the base. `base_path` is None
    for an added file and equals `path` unless the file was renamed. Modes are git's six octal
    digits. `similarity` is git's rename score in per cent, None where nothing was renamed.
    `runs` is empty for a binary file, a symlink and a submodule. `changes` covers every run and
    every fact, in file order, facts first.
    """

    status: Status
    path: str
    base_path: str | None
    old_mode: str | None
    new_mode: str | None
    old_id: str | None
    new_id: str | None
    similarity: int | None = None
    binary: bool = False
    runs: tuple[Run, ...] = ()
    changes: tuple[Change, ...] = ()

    @property
    def is_unchanged(self) -> bool:
        """True for a file that does not differ and is only shown beside those that do."""
        return not self.changes and self.old_id is not None and self.old_id == self.new_id


class NotShown(Struct, frozen=True):
    """A path that differs, or may differ, and is not among the file changes, with the reason in words.

    `count` is how many paths the row stands for (an ignored folder counts as one row).
    """

    path: str
    why: str
    count: int = 1


def exchanged(before: Sequence[FileChange], now: Sequence[FileChange]) -> list[int] | None:
    """Where another file of the same path stands, as far as both go; None where another path does.

    For who shows twenty thousand files, of which two were read anew: it looks at no others.
    """
    found = list(compress(count(), map(operator.is_not, before, now)))
    return found if all(before[at].path == now[at].path for at in found) else None
