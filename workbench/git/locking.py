"""One landing at a time in a work tree, over all processes. The lock goes with the process that held it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


@contextmanager
def landing_lock(shadow: Path) -> Iterator[bool]:
    """Whether the lock was got; it is held until the end of the `with`. Never waits."""
    handle = os.open(shadow / "landing.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield _try(handle)
    finally:
        os.close(handle)


def _try(handle: int) -> bool:
    try:
        if sys.platform == "win32":
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
