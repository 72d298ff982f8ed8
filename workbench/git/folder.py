"""The work tree as a place to read and write files in without ever following a symlink.

Every path is walked from the root, folder by folder, each opened without following links, and the last
step is done relative to the folder that was reached. Where the system has no such calls (Windows), each
folder on the way is looked at instead.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from msgspec import Struct

from workbench.errors import UserError
from workbench.git.exchange import exchange, mend_fallback, move_to_free_name

LINK = "120000"
_HAS_AT = os.open in os.supports_dir_fd
_FOLDER = (
    os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
)
_READ = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)

File = tuple[str, bytes]
"""A mode as git writes it, and the bytes: those of the file, or the target of a link."""


class ThroughLinkError(UserError):
    """A path that is reached through a symlink."""


_NONE = (FileNotFoundError, NotADirectoryError, ThroughLinkError)
"""There is no such file in the work tree."""


class Owner(Struct, frozen=True):
    """What a rewritten file keeps of the one that was there: permissions, user, group."""

    permissions: int
    user: int
    group: int


class WorkFolder:
    """One open work tree. Close it, or use it in a `with`."""

    def __init__(self, root: Path, *, modes: bool = True) -> None:
        self.root = root
        self._modes = modes
        self._at: int | None = os.open(root, _FOLDER) if _HAS_AT else None

    def __enter__(self) -> WorkFolder:
        return self

    def __exit__(self, *_: object) -> None:
        if self._at is not None:
            os.close(self._at)
            self._at = None

    def read(self, path: str) -> tuple[File, Owner] | None:
        """The file at a path and whose it is; None where there is none, or a folder.

        None also beyond a symlink: what is there is no file of the work tree. `UserError` for a device.
        """
        try:
            with self._parent(path) as (at, name):
                found = os.stat(name, dir_fd=at, follow_symlinks=False)
                owner = Owner(stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid)
                if stat.S_ISLNK(found.st_mode):
                    return (LINK, os.fsencode(os.readlink(name, dir_fd=at))), owner
                if stat.S_ISDIR(found.st_mode):
                    return None
                if not stat.S_ISREG(found.st_mode):
                    raise UserError(f"{path} is a device or a pipe, not a file.", hint="Nothing was written.")
                handle = os.open(name, _READ, dir_fd=at)
        except _NONE:
            return None
        with os.fdopen(handle, "rb") as stream:
            data = stream.read()
        mode = "100755" if self._modes and found.st_mode & 0o100 else "100644"
        return (mode, data), owner

    def link_above(self, path: str) -> str:
        """The symlink that stands in place of a folder above a path; "" where there is none."""
        for folder in reversed(folders_above(path)):
            found = self.read(folder)
            if found is not None and found[0][0] == LINK:
                return folder
        return ""

    def create(self, path: str, file: File, like: Owner | None = None) -> None:
        """Write a new file, whose name must be free. Its bytes are safe on disk only after `flush`."""
        mode, data = file
        with self._parent(path) as (at, name):
            if mode == LINK:
                os.symlink(os.fsdecode(data), name, dir_fd=at)
                return
            handle = os.open(name, _CREATE, 0o777 if mode == "100755" else 0o666, dir_fd=at)
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
                stream.flush()
                if like is not None:
                    _keep_owner(stream.fileno(), mode, like)

    def flush(self, path: str) -> None:
        """Bring the bytes of one file to disk."""
        with self._parent(path) as (at, name):
            handle = os.open(name, _READ, dir_fd=at)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)

    def flush_folder(self, path: str) -> None:
        """Bring the names of the folder that holds `path` to disk."""
        if not _HAS_AT:
            return
        with suppress(*_NONE), self._parent(path) as (at, _):
            if at is not None:
                os.fsync(at)

    def exchange(self, new: str, old: str) -> None:
        """Swap two files."""
        with self._parent(new) as (new_at, new_name), self._parent(old) as (old_at, old_name):
            exchange(new_at, new_name, old_at, old_name)

    def move(self, old: str, new: str) -> None:
        """Move a file to a free name, making the folders on the way. `FileExistsError` where it is taken."""
        with self._parent(old) as (old_at, old_name), self._parent(new, make=True) as (new_at, new_name):
            move_to_free_name(old_at, old_name, new_at, new_name)

    def remove(self, path: str) -> None:
        """Remove a file that is ours; silent where there is none."""
        with suppress(*_NONE), self._parent(path) as (at, name):
            os.unlink(name, dir_fd=at)

    def mend(self, path: str) -> None:
        """After a kill inside an exchange that the system could not do in one step."""
        with suppress(*_NONE), self._parent(path) as (at, name):
            mend_fallback(at, name)

    def make_folder(self, name: str) -> None:
        """Make a folder directly below the root."""
        with self._parent(name) as (at, last):
            os.mkdir(last, 0o700, dir_fd=at)

    def remove_empty_folders(self, path: str, *, down_to: str = "") -> None:
        """Remove the folders above `path` that hold nothing any more, as git does.

        `down_to`: the last one of them that may go; without it, all up to the root.
        """
        folder = path.rpartition("/")[0]
        while folder and len(folder) >= len(down_to):
            if not (self._is_removed(folder) or self._is_removed(folder)):
                return
            folder = folder.rpartition("/")[0]

    def _is_removed(self, folder: str) -> bool:
        """Whether an empty folder is gone; asked twice, as one that is looked into may be held."""
        try:
            with self._parent(folder) as (at, name):
                os.rmdir(name, dir_fd=at)
        except FileNotFoundError:  # it could not be made; those above it may have been
            return True
        except (OSError, ThroughLinkError):
            return False
        return True

    def folder_descriptor(self) -> int | None:
        """The root's descriptor, None where the system has none."""
        return self._at

    @contextmanager
    def _parent(self, path: str, *, make: bool = False) -> Iterator[tuple[int | None, str]]:
        """The folder that holds `path`, opened, and the last name.

        `UserError` where a symlink is on the way.
        """
        folders, _, name = path.rpartition("/")
        parts = folders.split("/") if folders else []
        if self._at is None:
            yield None, str(self._looked_at(parts, make=make) / name)
            return
        opened: list[int] = []
        at = self._at
        try:
            for part in parts:
                at = _open_folder(at, part, path, make=make)
                opened.append(at)
            yield at, name
        finally:
            for handle in opened:
                os.close(handle)

    def _looked_at(self, parts: list[str], *, make: bool) -> Path:
        place = self.root
        for part in parts:
            place = place / part
            if make:
                place.mkdir(exist_ok=True)
            if not stat.S_ISDIR(place.lstat().st_mode):
                raise _through_link(str(place))
        return place


def _open_folder(at: int, part: str, path: str, *, make: bool) -> int:
    if make:
        # One that is there is opened and not asked for: a full disk may refuse before it looks.
        with suppress(FileNotFoundError):
            return _opened_folder(at, part, path)
        with suppress(FileExistsError):
            os.mkdir(part, dir_fd=at)
    return _opened_folder(at, part, path)


def _opened_folder(at: int, part: str, path: str) -> int:
    try:
        return os.open(part, _FOLDER, dir_fd=at)
    except OSError as error:
        with suppress(OSError):
            if stat.S_ISLNK(os.stat(part, dir_fd=at, follow_symlinks=False).st_mode):
                raise _through_link(path) from error
        raise


def folders_above(path: str) -> list[str]:
    """The folders that a path is in, the nearest first."""
    found = []
    while path := path.rpartition("/")[0]:
        found.append(path)
    return found


def _through_link(path: str) -> ThroughLinkError:
    return ThroughLinkError(
        f"{path} is reached through a symlink, which is never followed.",
        hint="Replace the link by a folder first.",
    )


def _keep_owner(handle: int, mode: str, like: Owner) -> None:
    """Permissions as they were, with the executable bit as the mode says: for everybody who may read."""
    permissions = like.permissions & 0o666
    if mode == "100755":
        permissions |= (permissions & 0o444) >> 2
    if hasattr(os, "fchmod"):
        os.fchmod(handle, permissions)
    if hasattr(os, "fchown") and (like.user, like.group) != (os.geteuid(), os.getegid()):
        with suppress(OSError):
            os.fchown(handle, like.user, like.group)
