"""Submodules: only the commit that each has checked out, read by ourselves.

Git inside a submodule would read that repository's config, and run what it names. So its files are read
here: the folder or file `.git`, `HEAD`, a loose ref, `packed-refs`. Nothing else of it is looked at.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.git.runner import Where
from workbench.review.changes import NotShown

if TYPE_CHECKING:
    from workbench.git.repository import Repository

Commit = tuple[str, str]
"""A submodule's path and the commit it has checked out; "" where it is not populated or cannot be told."""

_ID = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_REF = re.compile(rb"refs/[^\x00-\x20~^:?*\[\\]+")


def commits(repository: Repository, paths: Sequence[str]) -> tuple[Commit, ...]:
    """The commit of every submodule path."""
    return tuple((path, _commit_of(repository.work_tree / path)) for path in sorted(paths))


def put(repository: Repository, where: Where, found: Iterable[Commit]) -> None:
    """Put known commits into the private index, and mark all of them so that git never looks inside."""
    links = list(found)
    if not links:
        return
    lines = b"".join(
        b"160000 %b\t%b\0" % (commit.encode("ascii"), path.encode("utf-8", "surrogateescape"))
        for path, commit in links
        if commit
    )
    if lines:
        repository.run_now(["update-index", "-z", "--index-info"], where, data=lines)
    names = b"".join(path.encode("utf-8", "surrogateescape") + b"\0" for path, _ in links)
    repository.run_now(["update-index", "-z", "--skip-worktree", "--stdin"], where, data=names)


def row(repository: Repository, path: str) -> Iterable[NotShown]:
    """What is said of a submodule that is checked out."""
    if os.path.lexists(repository.work_tree / path / ".git"):
        yield NotShown(
            path, "a submodule: its commit is compared, what is uncommitted in it is not looked at"
        )


def _commit_of(folder: Path) -> str:
    try:
        git_dir = folder / ".git"
        if git_dir.is_file():
            named = git_dir.read_bytes()[:8192]
            if not named.startswith(b"gitdir:"):
                return ""
            git_dir = folder / os.fsdecode(named[len(b"gitdir:") :].strip())
        head = (git_dir / "HEAD").read_bytes()[:8192].strip()
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
        common = git_dir / os.fsdecode((git_dir / "commondir").read_bytes().strip())
    except OSError:
        common = git_dir
    for folder in (git_dir, common):
        try:
            return _id((folder / os.fsdecode(name)).read_bytes()[:8192].strip())
        except OSError:
            continue
    try:
        packed = (common / "packed-refs").read_bytes()
    except OSError:
        return ""
    for line in packed.split(b"\n"):
        identity, _, ref = line.partition(b" ")
        if ref.strip() == name:
            return _id(identity)
    return ""


def _id(text: bytes) -> str:
    return text.decode("ascii") if _ID.fullmatch(text) else ""
