"""What has arrived of a round that is being made, kept as it comes, so that a kill loses next to nothing.

One file a round: JSON lines, appended to, and brought out of the program at most once a second. The process
that makes the round holds a lock on its file, which goes with the process: a file that can be locked is one
that nobody works on any more. What the lines mean is the workflow's business.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from workbench.store.paths import make_private, running_dir

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_SECONDS = 1.0
_UNSAVED = ".unsaved"
_ROOM = 1_000_000
"""Bytes that are kept free for what is to come. Few answers are half as long, and each stands here twice."""

Line = dict[str, Any]


class Running:
    """The open file of one round. Used from one thread."""

    def __init__(self, review: str, round_id: str) -> None:
        folder = make_private(running_dir())
        handle = os.open(folder / f"{review}.{round_id}", os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        # Whoever looks at it in this moment holds the lock for as long as looking takes.
        until = time.monotonic() + _SECONDS
        while not try_lock(handle) and time.monotonic() < until:
            time.sleep(0.001)
        self._file = os.fdopen(handle, "wb")
        self._flushed = time.monotonic()
        self._taken = self._longest = 0

    def add(self, line: Mapping[str, Any], *, now: bool = False) -> None:
        """One more line. With `now` it is out of the program when this returns."""
        # A full disk must not end the round: what is kept here is for the case that something else does.
        data = json.dumps(dict(line), ensure_ascii=True).encode() + b"\n"
        self._longest = max(self._longest, len(data))
        with suppress(OSError):
            self._file.write(data)
        self._take_room()
        self.tick(now=now)

    def tick(self, *, now: bool = False) -> None:
        """Time has passed: what has been held for a second leaves the program, though nothing more came."""
        if now or time.monotonic() - self._flushed >= _SECONDS:
            with suppress(OSError):
                self._file.flush()
            self._flushed = time.monotonic()

    def leave(self) -> None:
        """Let go of the file and leave it: the next one who opens the review tells what had arrived."""
        with suppress(OSError):
            self._file.flush()
        with suppress(OSError):
            os.ftruncate(self._file.fileno(), os.lseek(self._file.fileno(), 0, os.SEEK_CUR))
        with suppress(OSError):
            self._file.close()

    def _take_room(self) -> None:
        """Have room on the disk for what is to come. Where a system cannot, that is as it was."""
        if not hasattr(os, "posix_fallocate"):
            return
        with suppress(OSError):
            wanted = self._file.tell() + self._longest + _ROOM
            if wanted - self._taken < _ROOM // 2:
                return
            os.posix_fallocate(self._file.fileno(), self._taken, wanted - self._taken)
            self._taken = wanted


class Left:
    """A file that its process left behind, held while it is read and recorded."""

    def __init__(self, path: Path, lines: tuple[Line, ...]) -> None:
        self._path = path
        self.round_id = path.name.partition(".")[2].removesuffix(_UNSAVED)
        self.lines = lines
        self.is_unsaved = path.name.endswith(_UNSAVED)

    def remove(self) -> None:
        """What it says is recorded."""
        with suppress(OSError):
            self._path.unlink()


@contextmanager
def left_behind(review: str) -> Iterator[tuple[Left, ...]]:
    """The files of a review that nobody works on any more. Nobody else gets them until the `with` ends."""
    handles: list[int] = []
    found: list[Left] = []
    try:
        for path in _files(review):
            try:
                handle = os.open(path, os.O_RDWR)
            except OSError:
                continue
            handles.append(handle)
            # Looked at again under the lock: another process may have recorded and removed it meanwhile.
            if try_lock(handle) and path.exists() and not _is_begun_now(handle):
                found.append(Left(path, _lines(handle)))
        yield tuple(found)
    finally:
        for handle in handles:
            os.close(handle)


def _is_begun_now(handle: int) -> bool:
    """Whether a file was just made by one who has not yet come to locking it."""
    state = os.fstat(handle)
    return state.st_size == 0 and abs(time.time() - state.st_mtime) < _SECONDS


def worked_on(review: str) -> tuple[tuple[Line, ...], ...]:
    """What has arrived of each round of a review that somebody is making now, here or in another process."""
    found: list[tuple[Line, ...]] = []
    for path in _files(review):
        with suppress(OSError):
            handle = os.open(path, os.O_RDWR)
            try:
                if not try_lock(handle):
                    found.append(_lines(handle))
            finally:
                os.close(handle)
    return tuple(found)


def has_left(review: str) -> bool:
    """Whether there is any file of this review, be it worked on or not. Quick."""
    return bool(_files(review))


def finished(review: str, round_id: str) -> None:
    """The round is recorded: nothing of what was kept meanwhile is needed any more."""
    for end in ("", _UNSAVED):
        with suppress(OSError):
            (running_dir() / f"{review}.{round_id}{end}").unlink()


def unsaved(review: str, round_id: str) -> None:
    """What came of it could not be saved, though the program goes on: whoever finds the file is to know."""
    # A name alone: a disk that takes no word more still takes that.
    path = running_dir() / f"{review}.{round_id}"
    with suppress(OSError):
        path.rename(f"{path}{_UNSAVED}")


def forget(review: str) -> None:
    """Take away what a deleted review left."""
    for path in _files(review):
        with suppress(OSError):
            path.unlink()


def _files(review: str) -> list[Path]:
    try:
        return sorted(path for path in running_dir().iterdir() if path.name.startswith(f"{review}."))
    except OSError:
        return []


def _lines(handle: int) -> tuple[Line, ...]:
    """The whole lines. A kill may have cut the last one, and left the room behind it that was not needed."""
    with os.fdopen(os.dup(handle), "rb") as file:
        file.seek(0)
        data = file.read()
    found: list[Line] = []
    for line in data.split(b"\n")[:-1]:
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            break
        if isinstance(value, dict):
            found.append(value)
    return tuple(found)


def try_lock(handle: int) -> bool:
    """Hold the lock of an open file, until it is closed or its process ends. False while another does."""
    try:
        if sys.platform == "win32":
            # A byte far behind the end, so that the text itself can be read.
            os.lseek(handle, 1 << 40, os.SEEK_SET)
            try:
                msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
            finally:
                os.lseek(handle, 0, os.SEEK_SET)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
