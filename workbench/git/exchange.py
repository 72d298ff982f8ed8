"""Two names swapped, or one moved to a name that is free, each in one step of the system.

Comparing a file and then replacing it loses what was written in between (2 of 61 edits of an agent that
wrote 50 times a second); after an exchange the displaced file is still there and can be read. Names are
given with a folder descriptor, so that no symlink on the way is followed. No content is looked at here.
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from collections.abc import Callable
from contextlib import suppress

_NOREPLACE, _EXCHANGE = 1, 2
_MAC_EXCLUSIVE, _MAC_SWAP = 4, 2
_AT_FDCWD = -2 if sys.platform == "darwin" else -100
# What a kernel or a file system without these flags answers.
_UNABLE = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP)
# While the fallback works, the old file has the temporary name with this at its end.
DISPLACED = ".old"

_Rename = Callable[[int, bytes, int, bytes, int], int]
_found: list[_Rename | None] = []


def exchange(new_at: int | None, new: str, old_at: int | None, old: str) -> None:
    """Swap two existing names. Where the system cannot: link the old file, then replace it by the new one."""
    if _rename(new_at, new, old_at, old, _MAC_SWAP if sys.platform == "darwin" else _EXCHANGE):
        return
    kept = new + DISPLACED
    try:
        os.link(old, kept, src_dir_fd=old_at, dst_dir_fd=new_at, follow_symlinks=False)
    except (OSError, NotImplementedError):
        os.rename(old, kept, src_dir_fd=old_at, dst_dir_fd=new_at)
    os.replace(new, old, src_dir_fd=new_at, dst_dir_fd=old_at)
    os.rename(kept, new, src_dir_fd=new_at, dst_dir_fd=new_at)


def move_to_free_name(from_at: int | None, old: str, to_at: int | None, new: str) -> None:
    """Move a name to one that is not taken. `FileExistsError` where it is."""
    if _rename(from_at, old, to_at, new, _MAC_EXCLUSIVE if sys.platform == "darwin" else _NOREPLACE):
        return
    if os.name == "nt":  # there, a plain rename refuses a taken name
        os.rename(old, new)
        return
    os.link(old, new, src_dir_fd=from_at, dst_dir_fd=to_at, follow_symlinks=False)
    os.unlink(old, dir_fd=from_at)


def mend_fallback(at: int | None, temporary: str) -> None:
    """After a kill inside the fallback of `exchange`: bring the temporary name back to one of its two
    states.
    """
    kept = temporary + DISPLACED
    try:
        os.stat(kept, dir_fd=at, follow_symlinks=False)
    except FileNotFoundError:
        return
    try:
        os.stat(temporary, dir_fd=at, follow_symlinks=False)
    except FileNotFoundError:
        os.rename(kept, temporary, src_dir_fd=at, dst_dir_fd=at)
    else:
        os.unlink(kept, dir_fd=at)


def flush_file_system(descriptor: int) -> bool:
    """Bring a whole file system to disk at once (Linux); False where that is not to be had."""
    if not sys.platform.startswith("linux"):
        return False
    with suppress(AttributeError, OSError):
        return int(ctypes.CDLL(None, use_errno=True).syncfs(descriptor)) == 0
    return False


def _rename(from_at: int | None, old: str, to_at: int | None, new: str, flags: int) -> bool:
    if not _found:
        _found.append(_system_call())
    call = _found[0]
    if call is None:
        return False
    one = _AT_FDCWD if from_at is None else from_at
    other = _AT_FDCWD if to_at is None else to_at
    if call(one, os.fsencode(old), other, os.fsencode(new), flags) == 0:
        return True
    number = ctypes.get_errno()
    if number in _UNABLE:
        return False
    raise OSError(number, os.strerror(number), new)


def _system_call() -> _Rename | None:
    name = {"linux": "renameat2", "darwin": "renameatx_np"}.get(sys.platform)
    if name is None:
        return None
    try:
        call = getattr(ctypes.CDLL(None, use_errno=True), name)
    except (OSError, AttributeError):
        return None
    call.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)
    call.restype = ctypes.c_int
    found: _Rename = call
    return found
