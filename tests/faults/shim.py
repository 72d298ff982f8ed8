"""The fault injector: `shim.c` compiled, and the board through which its counters and orders are shared.

Linux with a C compiler only; `why_not` says what is missing.
"""

from __future__ import annotations

import errno
import fcntl
import mmap
import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

KINDS = (
    "create",
    "write",
    "sync",
    "rename",
    "link",
    "unlink",
    "mkdir",
    "rmdir",
    "truncate",
    "mode",
    "times",
)
COUNT, KILL, KILL_TORN, FAIL, SHORT = range(5)

# The same as `struct board` in shim.c.
_COUNT, _FAULTS, _ON, _AT, _HOW, _ERROR, _LASTING, _MASK, _GROUP = (4 * number for number in range(9))
_KINDS, _ROOTS, _WHAT, _SIZE = 36, 100, 2148, 2660

SPACE = ("create", "write", "sync", "mkdir", "link")
"""What needs room on the disk."""
PERMISSION = ("create", "rename", "link", "unlink", "mkdir", "rmdir", "mode")
"""What needs a permission."""
DISK = ("write", "sync", "truncate")
"""What a broken disk refuses."""
ERRORS: dict[str, tuple[int, Sequence[str], bool]] = {
    "full disk": (errno.ENOSPC, SPACE, True),
    "one ENOSPC": (errno.ENOSPC, SPACE, False),
    "no permission": (errno.EACCES, PERMISSION, True),
    "one EACCES": (errno.EACCES, PERMISSION, False),
    "one EPERM": (errno.EPERM, ("rename", "unlink", "mode", "create"), False),
    "broken disk": (errno.EIO, DISK, True),
    "one EIO": (errno.EIO, DISK, False),
    "read-only": (errno.EROFS, KINDS, True),
}
"""By name: the error number, the kinds of calls that get it, whether it lasts."""


def why_not() -> str:
    """Why faults cannot be injected here; "" where they can."""
    if not sys.platform.startswith("linux"):
        return "faults are injected with LD_PRELOAD and /proc, on Linux only"
    if _compiler() is None:
        return "faults are injected by a C library, and there is no C compiler here"
    return ""


def compiled(folder: Path) -> Path:
    """The library, compiled into a folder."""
    library = folder / "faults.so"
    compiler = _compiler()
    assert compiler is not None
    source = Path(__file__).with_name("shim.c")
    command = [compiler, "-shared", "-fPIC", "-O1", "-Wno-nonnull-compare", "-o", str(library), str(source)]
    subprocess.run([*command, "-ldl"], check=True, capture_output=True)
    return library


def _compiler() -> str | None:
    return shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")


class Board:
    """The shared file of one run: what to count and what to do, and what was counted."""

    def __init__(self, path: Path, *, new: bool = False) -> None:
        self.path = path
        if new:
            path.write_bytes(bytes(_SIZE))
        self._file = path.open("r+b")
        self._map = mmap.mmap(self._file.fileno(), _SIZE)

    def close(self) -> None:
        self._map.close()
        self._file.close()

    def watch(self, *folders: Path) -> None:
        """Count what happens below these folders."""
        for number, folder in enumerate(folders):
            self._bytes(_ROOTS + 512 * number, os.fsencode(folder.resolve()))

    def order(
        self, how: int, at: int = 0, kinds: Sequence[str] = KINDS, *, error: int = 0, lasting: bool = False
    ) -> None:
        """What to do at the call with the number `at`, counting only these kinds of calls."""
        mask = sum(1 << KINDS.index(kind) for kind in kinds)
        for offset, value in ((_HOW, how), (_AT, at), (_MASK, mask), (_ERROR, error), (_LASTING, lasting)):
            self._put(offset, int(value))

    def switch(self, *, on: bool) -> None:
        """Begin or cease to count."""
        self._put(_ON, int(on))

    def kill_group(self, group: int) -> None:
        """Which process group a kill ends."""
        self._put(_GROUP, group)

    @property
    def count(self) -> int:
        """How many calls were counted."""
        return self._get(_COUNT)

    @property
    def faults(self) -> int:
        """How many of them were failed."""
        return self._get(_FAULTS)

    @property
    def counts(self) -> dict[str, int]:
        """How many calls of each kind were counted."""
        return {kind: self._get(_KINDS + 4 * number) for number, kind in enumerate(KINDS)}

    @property
    def what(self) -> str:
        """The call at which it happened."""
        return bytes(self._map[_WHAT:_SIZE]).partition(b"\0")[0].decode("utf-8", "replace")

    def wait_for_all(self) -> None:
        """Return when no process that worked with this board lives any more."""
        fcntl.flock(self._file, fcntl.LOCK_EX)
        fcntl.flock(self._file, fcntl.LOCK_UN)

    def _get(self, offset: int) -> int:
        return int(struct.unpack_from("<I", self._map, offset)[0])

    def _put(self, offset: int, value: int) -> None:
        struct.pack_into("<i", self._map, offset, value)

    def _bytes(self, offset: int, data: bytes) -> None:
        self._map[offset : offset + len(data) + 1] = data + b"\0"
