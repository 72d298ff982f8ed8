"""Submodules: only the commit that each has checked out, read by ourselves.

Git inside a submodule would read that repository's config, and run what it names. So its files are read
here: the folder or file `.git`, `HEAD`, a loose ref, `packed-refs`. Nothing else of it is looked at.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from workbench.git.adding import beyond_link
from workbench.git.runner import Where
from workbench.git.walking import files_below
from workbench.review.changes import NotShown

if TYPE_CHECKING:
    from workbench.git.repository import Repository

GONE = "gone"
OTHER = "other"
_ID = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_REF = re.compile(rb"refs/[^\x00-\x20~^:?*\[\\]+")
_LONGEST_HEAD = 8192
_LONGEST_PACKED = 1 << 26


class Link(Struct, frozen=True):
    """A submodule's path, the commit that HEAD or the index has, and what is checked out: a commit, "" where
    it is not populated or cannot be told, "gone" where the folder is not there, "other" for a file or a link.
    """

    path: str
    base: str
    found: str = ""


def look(repository: Repository, links: Sequence[Link]) -> tuple[Link, ...]:
    """What every submodule has checked out now."""
    folders = {"": False}
    return tuple(replace(link, found=_found(repository.work_tree, link.path, folders)) for link in links)


def put(repository: Repository, where: Where, links: Sequence[Link]) -> tuple[str, ...]:
    """Put them into the private index, marked so that git never looks inside.

    Returns the paths at which something else stands, which is then a file like any other.
    """
    if not links:
        return ()
    zero = "0" * len(repository.empty_tree)
    away = [link.path for link in links if link.found in (GONE, OTHER)]
    stand = [link for link in links if link.found not in (GONE, OTHER)]
    lines = [f"0 {zero}\t{path}\0" for path in away]
    lines += [f"160000 {link.found or link.base}\t{link.path}\0" for link in stand]
    data = "".join(lines).encode("utf-8", "surrogateescape")
    repository.run_now(["update-index", "--replace", "-z", "--index-info"], where, data=data)
    names = "".join(link.path + "\0" for link in stand).encode("utf-8", "surrogateescape")
    repository.run_now(["update-index", "-z", "--skip-worktree", "--stdin"], where, data=names)
    return tuple(link.path for link in links if link.found == OTHER)


def rows(repository: Repository, links: Iterable[Link]) -> Iterable[NotShown]:
    """What is said of submodules that are checked out, or in whose place there is something."""
    for link in links:
        if link.found in (GONE, OTHER):
            continue
        folder = repository.work_tree / link.path
        if os.path.lexists(folder / ".git"):
            known = "its commit is compared" if link.found else "its commit cannot be told"
            yield NotShown(link.path, f"a submodule: {known}, what is uncommitted in it is not looked at")
        else:
            count = files_below(folder)
            if count:
                why = "stands where a submodule belongs that is not checked out; git does not look there"
                yield NotShown(link.path + "/", why, count)


def _found(work_tree: Path, path: str, folders: dict[str, bool]) -> str:
    if beyond_link(work_tree, path.rpartition("/")[0], folders):
        return GONE
    try:
        mode = (work_tree / path).lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return GONE
    except OSError:
        return ""
    return _commit_of(work_tree / path) if stat.S_ISDIR(mode) else OTHER


def _commit_of(folder: Path) -> str:
    try:
        git_dir = folder / ".git"
        if not git_dir.is_dir():
            named = _read(git_dir)
            if not named.startswith(b"gitdir:"):
                return ""
            git_dir = folder / os.fsdecode(named[len(b"gitdir:") :].strip())
        head = _read(git_dir / "HEAD").strip()
        if not head.startswith(b"ref:"):
            return _id(head)
        name = head[len(b"ref:") :].strip()
        if not _REF.fullmatch(name) or b".." in name:
            return ""
        return _resolve(git_dir, name)
    except (OSError, ValueError):
        return ""


def _resolve(git_dir: Path, name: bytes) -> str:
    try:
        common = git_dir / os.fsdecode(_read(git_dir / "commondir").strip())
    except OSError:
        common = git_dir
    for folder in (git_dir, common):
        try:
            return _id(_read(folder / os.fsdecode(name)).strip())
        except OSError:
            continue
    try:
        packed = _read(common / "packed-refs", _LONGEST_PACKED)
    except OSError:
        return ""
    for line in packed.split(b"\n"):
        identity, _, ref = line.partition(b" ")
        if ref.strip() == name:
            return _id(identity)
    return ""


def _read(path: Path, most: int = _LONGEST_HEAD) -> bytes:
    """A file's bytes. Of a pipe, which one would wait for, or a device, nothing."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError(f"{path} is no file")
    with path.open("rb") as stream:
        return stream.read(most)


def _id(text: bytes) -> str:
    return text.decode("ascii") if _ID.fullmatch(text) else ""
