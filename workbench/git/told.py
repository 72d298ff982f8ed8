"""What a diff child tells, read as it comes and file by file: never all of its text at once.

A file of a hundred megabytes is taken in by pieces, because one call that works through all of it keeps
Python's lock from the window as long.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from itertools import chain

from workbench.git import runner, watching
from workbench.git.runner import Child
from workbench.review.changes import FileChange
from workbench.review.diff import DiffError, join, parse_patches, parse_raw

COMPARING = "Comparing files"
_TOLD_EACH = 50
"""Files between two counts."""
PIECE = 1 << 20
"""Bytes asked of a pipe at once; it gives what it holds."""


def told(child: Child, begun: Callable[[int], None] | None = None) -> Generator[FileChange, None, None]:
    """The file changes that a diff child tells; `begun` is told first how many there will be."""
    pieces = runner.chunks(child, PIECE)
    try:
        raw, rest = raw_part(pieces)
        entries = parse_raw(raw)
        if begun is not None:
            begun(len(entries))
        sections = parse_patches(chain((rest,), pieces))
        for number, entry in enumerate(entries):
            if number % _TOLD_EACH == 0:
                watching.say(COMPARING, number, len(entries))
            yield join(entry, sections)
        if next(sections, None) is not None:
            raise DiffError("Git's patch text has more sections than its raw entries announce.")
    finally:
        if child.running:  # whoever takes it wants no more of it
            child.kill()
        child.close()


def raw_part(pieces: Iterator[bytes]) -> tuple[bytes, bytes]:
    """Everything up to the double NUL between raw entries and patch text, and what was read beyond it."""
    read: list[bytes] = []
    last = b""
    for piece in pieces:
        # The two may come in two pieces; what was looked through before is not looked through again.
        if b"\0\0" in last + piece:
            raw, _, rest = b"".join((*read, piece)).partition(b"\0\0")
            return raw + b"\0", rest
        read.append(piece)
        last = piece[-1:]
    return b"".join(read), b""
