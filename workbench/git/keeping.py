"""Keeping what a review needs when `git gc` runs in the user's repository: refs, and copies of the objects.

The user's objects are only borrowed. All trees of base and round and the blobs that changed are copied
into a pack of the shadow directory (with the trees left out, `gc --prune=now` after an amend made the
base unreadable). So are the base's other blobs, up to a size: a later round may change any of them. What was
copied for an earlier review is not copied again. Nothing is ever removed here.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import UserError
from workbench.git.runner import GitError
from workbench.review.diff import raw_entries
from workbench.review.steps import rest

if TYPE_CHECKING:
    from workbench.git.repository import Repository

# The base's unchanged blobs are copied up to so many bytes; 5,000 files of source code are about 10 MB.
_LARGEST = 128 * 1024 * 1024
_LOCKED = re.compile(r"Unable to create '(?P<lock>[^\n]+\.lock)': File exists")
_ABANDONED = 1.0
"""Seconds."""
_STRIDE = 300
"""Objects between two rests: nobody waits for this."""


def keep(repository: Repository, review_id: str, name: str, trees: Sequence[str]) -> None:
    """Copy the trees, their subtrees and the blobs that differ between consecutive ones, then set refs
    on the trees.
    """
    stored = [tree for tree in dict.fromkeys(trees) if tree != repository.empty_tree]
    if not stored:
        return
    listings = [repository.start(["ls-tree", "-r", "-t", "-d", "-z", "--full-tree", tree]) for tree in stored]
    diffs = [
        repository.start(
            ["diff-tree", "-r", "-z", "--raw", "--no-renames", "--full-index", "--no-abbrev", one, other]
        )
        for one, other in pairwise(trees)
        if one != other
    ]
    wanted = dict.fromkeys(stored)
    wanted.update(dict.fromkeys(_rest_of_base(repository, trees[0])))
    # Read whole before the first rest: none of these may wait with its pipe full.
    listed = [each.finish() for each in listings]
    differing = [each.finish() for each in diffs] if len(stored) > 1 else []
    for listing in listed:
        # "<mode> tree <id>\t<path>", and with -d submodules too, which are no objects of this repository.
        for number, line in enumerate(listing.split(b"\0")):
            if number % _STRIDE == 0:
                rest()
            head = line.partition(b"\t")[0].split(b" ") if line else ()
            if len(head) == 3 and head[1] == b"tree":
                wanted[head[2].decode("ascii")] = None
    for diff in differing:
        for number, entry in enumerate(raw_entries(diff)):
            if number % _STRIDE == 0:
                rest()
            for mode, identity in ((entry.old_mode, entry.old_id), (entry.new_mode, entry.new_id)):
                if mode not in ("000000", "160000"):
                    wanted[identity] = None
    names = "".join(f"{identity}\n" for identity in wanted).encode("ascii")
    packs = str(repository.shadow / "objects" / "pack" / "pack")
    try:
        repository.run(["pack-objects", "-q", "--window=0", packs], data=names)
    except GitError as failed:
        if "unable to read" not in failed.stderr:
            raise
        raise UserError(
            f"{repository.name} no longer has an object that is needed here: {failed.said_last}.",
            hint="Was history rewritten and collected? Start a new review: workbench review --new",
        ) from failed
    refs = "".join(
        f"update refs/reviews/{review_id}/{name}/{number}\0{tree}\0\0" for number, tree in enumerate(stored)
    )
    _set_refs(repository, refs)


def forget(repository: Repository, review_id: str) -> None:
    """Remove the refs of a review."""
    listed = repository.run(["for-each-ref", "--format=%(refname)", f"refs/reviews/{review_id}/"])
    names = [name for name in listed.decode("utf-8").split("\n") if name]
    if names:
        commands = "".join(f"delete {name}\0\0" for name in names)
        _set_refs(repository, commands)


def _set_refs(repository: Repository, commands: str) -> None:
    """Change refs of the shadow directory. A git that was killed at it left its lock, which nobody else takes
    away: one that is the very same after a second, where a living git takes milliseconds, is removed.
    """
    seen: dict[Path, tuple[tuple[int, int], float]] = {}
    while True:
        try:
            repository.run(["update-ref", "-z", "--stdin"], data=commands.encode("utf-8"))
            return
        except GitError as failed:
            lock = _in_the_way(repository, failed)
            if lock is None:
                raise
        with suppress(FileNotFoundError):
            status = lock.stat()
            identity = (status.st_ino, status.st_mtime_ns)
            known, since = seen.get(lock, (None, 0.0))
            if known != identity:
                seen[lock] = (identity, time.monotonic())
            elif time.monotonic() - since > _ABANDONED:
                lock.unlink()
                continue
        time.sleep(0.05)


def _in_the_way(repository: Repository, failed: GitError) -> Path | None:
    """The lock of ours that git could not make because it is there already."""
    found = _LOCKED.search(failed.stderr)
    if found is None:
        return None
    lock = Path(found["lock"])
    inside = lock.is_absolute() and lock.is_relative_to(repository.shadow)
    return lock if inside and ".." not in lock.parts else None


def _rest_of_base(repository: Repository, base: str) -> list[str]:
    """The blobs of the base that are not in the shadow directory yet; none where they are too large."""
    if base == repository.empty_tree:
        return []
    entries = repository.tree_entries(base).values()
    blobs = dict.fromkeys(identity for mode, identity in entries if mode != "160000")
    own = _own(repository)
    missing = [identity for identity in blobs if identity not in own]
    asked = "".join(f"{identity}\n" for identity in missing).encode("ascii")
    # What pack-objects copies is what the user's packs hold: sizes there, not those of the files.
    told = repository.run(["cat-file", "--batch-check=%(objectsize:disk)", "--buffer"], data=asked)
    sizes = [int(size) for size in told.split(b"\n") if size.isdigit()]
    # One that is not there at all (a partial clone) is no reason to fail: it may never be needed.
    if sum(sizes) > _LARGEST or len(sizes) != len(missing):
        return []
    return missing


def _own(repository: Repository) -> set[str]:
    """The ids of everything in packs of the shadow directory itself."""
    found: set[str] = set()
    width = len(repository.empty_tree)
    for index in (repository.shadow / "objects" / "pack").glob("pack-*.idx"):
        told = repository.run(
            ["show-index", f"--object-format={repository.found.object_format}"], data=index.read_bytes()
        )
        for number, line in enumerate(told.split(b"\n")):
            if number % _STRIDE == 0:
                rest()
            if line:
                found.add(line.split(b" ")[1][:width].decode("ascii"))
    return found
