"""What stands in files, bound by a fingerprint, for the executable surface. Reads files; runs nothing.

A fingerprint changes when the bytes do. What cannot be read to its end (a pipe, a device, a file that is
not ours to read, one without end) is known by its identity and times instead, and never waited for.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable

from msgspec import Struct

MOST_BYTES = 32 << 20
"""Of one file; a larger one is known by its size and times."""

MOST_OF_ALL = 256 << 20
"""Of all files of one surface; those after it are known by their sizes and times."""

_PIECE = 1 << 20
_MOST_LINKS = 40  # as many as Linux follows
# Where these are not known (Windows), nothing that opens blocks either.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


class Bound(Struct, frozen=True):
    """A file's fingerprint, and the very bytes that it was made from; None where they were not read.

    `there` is False where nothing stands at the path.
    """

    mark: str
    data: bytes | None
    there: bool = True


def fingerprint(parts: Iterable[str]) -> str:
    """A digest of texts in their order, each with its length: no two lists give the same by being joined."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogateescape")
        digest.update(b"%d:" % len(data))
        digest.update(data)
    return digest.hexdigest()


def bind(path: str, most: int = MOST_BYTES) -> Bound:
    """Bind what stands at a path: the symlinks on the way, and what is at their end, up to `most` bytes."""
    data = read_some(path, most)
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return Bound(fingerprint((*_links(path), "nothing is there")), None, there=False)
    executable = "x" if found.st_mode & 0o111 else "-"
    if data is not None:
        content = hashlib.sha256(data).hexdigest()
    else:
        # The time of a file's last change, unlike that of its bytes, is not for its writer to choose.
        times = f"{found.st_size}.{found.st_mtime_ns}.{found.st_ctime_ns}"
        content = f"unread {stat.S_IFMT(found.st_mode):o} {found.st_dev}.{found.st_ino}.{times}"
    return Bound(fingerprint((*_links(path), executable, content)), data)


def read_some(path: str, most: int) -> bytes | None:
    """A regular file's bytes; None for what is longer than `most`, cannot be read or is no such file."""
    try:
        # Opening alone does something with a device; it is looked at before, and again when it is open.
        if not stat.S_ISREG(os.stat(path).st_mode):
            return None
        descriptor = os.open(path, _FLAGS)
    except (OSError, ValueError):
        return None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        data = bytearray()
        while piece := os.read(descriptor, _PIECE):
            data += piece
            if len(data) > most:
                return None
        return bytes(data)
    except OSError:
        return None
    finally:
        os.close(descriptor)


def _links(path: str) -> list[str]:
    found: list[str] = []
    for _ in range(_MOST_LINKS):
        try:
            target = os.readlink(path)
        except (OSError, ValueError):
            break
        found.append(target)
        path = os.path.join(os.path.dirname(path), target)
    return found
