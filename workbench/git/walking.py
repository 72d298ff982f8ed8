"""Our own walk of the work tree, for what git passes over in silence. Reads no content, follows no link.

Git lists neither pipes, sockets and devices, nor anything named `.git` below the top, nor what stands in the
folder of a submodule that is not checked out; and it waits for ever for an ignore file that is a pipe.
"""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from workbench.errors import UserError
from workbench.review.changes import NotShown

_READ_BY_GIT = (".gitignore", ".gitattributes")
CLOSED = "a folder that cannot be opened"
_WITHIN = os.X_OK | os.R_OK


class Seen(Struct, frozen=True):
    """What a walk met. `inner`: folders with a `.git` of their own, which it did not go into."""

    rows: tuple[NotShown, ...]
    inner: tuple[str, ...]
    skipped: tuple[str, ...]


def walk(root: Path, skip: Collection[str] = (), start: str = "") -> Seen:
    """Walk from the folder `start` down, past the folders in `skip` (which end in "/").

    `UserError` where git would wait for ever.
    """
    rows: list[NotShown] = []
    inner: list[str] = []
    skipped: list[str] = []
    waiting = [start]
    while waiting:
        folder = waiting.pop()
        if folder in skip and folder != start:
            skipped.append(folder)
            continue
        entries = _entries(root, folder)
        if entries is None:
            rows.append(NotShown(folder, CLOSED))
            continue
        below: list[str] = []
        odd: list[os.DirEntry[str]] = []
        is_inner = False
        for entry in entries:  # every file of the work tree passes here
            if entry.name == ".git":
                is_inner = True
            elif entry.is_file(follow_symlinks=False):
                continue
            elif entry.is_dir(follow_symlinks=False):
                below.append(f"{folder}{entry.name}/")
            elif not entry.is_symlink():
                odd.append(entry)
        if is_inner and folder != start:
            inner.append(folder)
            continue
        waiting += below
        for entry in odd:
            _refuse_endless(root, folder + entry.name)
            rows.append(NotShown(folder + entry.name, _what(entry)))
    return Seen(tuple(rows), tuple(inner), tuple(skipped))


def _entries(root: Path, folder: str) -> list[os.DirEntry[str]] | None:
    """None where it cannot be looked into. A folder that has gone meanwhile is empty."""
    place = os.path.join(root, folder)
    try:
        with os.scandir(place) as found:
            entries = list(found)
        return entries if not entries or os.access(place, _WITHIN) else None
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError:
        return None


def _refuse_endless(root: Path, path: str) -> None:
    if path.rpartition("/")[2] in _READ_BY_GIT and stat.S_ISFIFO((root / path).lstat().st_mode):
        raise UserError(
            f"{path} is a pipe, and git would wait for ever for what comes out of it.",
            hint=f"Remove it: rm {shlex.quote(path)}",
        )


def _what(entry: os.DirEntry[str]) -> str:
    try:
        return what_it_is(entry.stat(follow_symlinks=False).st_mode)
    except OSError:
        return what_it_is(0)


def what_it_is(mode: int) -> str:
    """What stands at a path that git cannot hold."""
    kinds = ((stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"))
    devices = stat.S_ISBLK(mode) or stat.S_ISCHR(mode)
    kind = "a device" if devices else next((words for test, words in kinds if test(mode)), "something else")
    return f"neither a file nor a link, but {kind}"


def rows(root: Path, seen: Seen, ignored: Collection[str], known: Collection[str]) -> Iterable[NotShown]:
    """What must be said of what a walk met.

    `ignored`: folders that are left out; `known`: repositories inside this one that have a row of their own,
    and submodules. All end in "/".
    """
    found = [seen]
    found += [walk(root, ignored, folder) for folder in seen.skipped if folder not in ignored]
    for each in found:  # grows on the way
        yield from (row for row in each.rows if not _is_below(row.path, ignored))
        for folder in each.inner:
            if folder in known or _is_below(folder, ignored):
                continue
            yield NotShown(f"{folder}.git", "is named .git, and git never looks into it")
            found.append(walk(root, ignored, folder))


def _is_below(path: str, folders: Collection[str]) -> bool:
    return bool(folders) and any(above in folders for above in _above(path))


def _above(path: str) -> Iterator[str]:
    """Every folder that a path lies in, itself included where it is one."""
    at = path.find("/")
    while at >= 0:
        yield path[: at + 1]
        at = path.find("/", at + 1)


def files_below(folder: Path, most: int = 1000) -> int:
    """How many files stand in a folder, up to `most`."""
    count = 0
    for _, _, names in os.walk(folder):
        count += len(names)
        if count >= most:
            return most
    return count
