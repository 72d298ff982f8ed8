"""A comparison as git tells it, cut into shares that can be read apart from each other.

A share is what git would have said if it had compared those files alone, so that whoever is given one, in
whatever process, needs nothing else. Nothing is taken apart here but at the borders between files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain

from msgspec import Struct

from workbench.git import runner, watching
from workbench.git.alone import Alone
from workbench.git.runner import Child, GitError
from workbench.git.told import COMPARING, PIECE, raw_part
from workbench.review.changes import FileChange
from workbench.review.diff import read_diff

SIZE = 50_000
"""Bytes of patch text from which on a share is whole with its last file: 10 ms of whoever reads it."""

_BORDER = b"\ndiff --git "
"""Every line of a file's content has a sign before it, so that none can pass for this."""


class Share(Struct, frozen=True):
    """Some files: `output` is git's of them. `files` are theirs, `of` those of the whole comparison."""

    output: bytes
    files: int
    of: int

    @property
    def is_plain(self) -> bool:
        """True where no file of it is left to be compared by itself (see `alone.py`)."""
        return b"\nBinary files " not in self.output


class Shares(Iterator[Share]):
    """The shares of one comparison, and the way to read them here."""

    def __init__(
        self,
        told: Iterator[Share] | None = None,
        alone: Alone | None = None,
        explained: Callable[[GitError], Exception] = lambda failed: failed,
    ) -> None:
        self._told = iter(()) if told is None else told
        self._alone = alone
        self._explained = explained

    def __next__(self) -> Share:
        return next(self._told)

    def files_of(self, share: Share) -> tuple[FileChange, ...]:
        """The file changes of a share; the large ones are compared by themselves."""
        files, alone = read_diff(share.output), self._alone
        if share.is_plain or alone is None:
            return files
        try:
            return tuple(alone.compared(file) if file.binary else file for file in files)
        except GitError as failed:
            raise self._explained(failed) from failed


def told_shares(child: Child) -> Iterator[Share]:
    """What a diff child tells, some files at a time, in order."""
    pieces = runner.chunks(child, PIECE)
    try:
        raw, rest = raw_part(pieces)
        entries = _raw_entries(raw)
        given = 0
        for text, over in _cut(chain((rest,), pieces), entries):
            watching.say(COMPARING, given, len(entries))
            yield Share(b"".join((*entries[given:over], b"\0", text)), over - given, len(entries))
            given = over
    finally:
        if child.running:  # whoever takes it wants no more of it
            child.kill()
        child.close()


def _raw_entries(raw: bytes) -> list[bytes]:
    """The raw part of each file."""
    fields = iter(raw.rstrip(b"\0").split(b"\0") if raw.strip(b"\0") else ())
    found: list[bytes] = []
    for head in fields:
        paths = [next(fields, b"")]
        if head.rpartition(b" ")[2][:1] in (b"R", b"C"):
            paths.append(next(fields, b""))
        found.append(b"\0".join((head, *paths, b"")))
    return found


def _cut(pieces: Iterator[bytes], entries: list[bytes]) -> Iterator[tuple[bytes, int]]:
    """The patch text at borders between files, with how many files are over at each."""
    ends = _ends(entries)
    held = bytearray()
    sections = looked = 0  # sections that were given, and where the next border is looked for
    for piece in pieces:
        held += piece
        start = 0
        while (border := held.find(_BORDER, max(looked, start + SIZE))) >= 0:
            looked = border + 1
            found = sections + held.count(_BORDER, start, border) + 1
            if found in ends:
                yield bytes(held[start:looked]), ends[found]
                sections, start = found, looked
        del held[:start]
        looked = max(0, len(held) - len(_BORDER))
    if held or ends.get(sections) != len(entries):
        yield bytes(held), len(entries)


def _ends(entries: list[bytes]) -> dict[int, int]:
    """How many files are over after so many sections, where one is: a type that changed takes two."""
    found = {0: 0}
    sections = 0
    for number, entry in enumerate(entries, 1):
        sections += 2 if entry.partition(b"\0")[0].endswith(b" T") else 1
        found[sections] = number
    return found
