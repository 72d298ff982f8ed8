"""Keeping what a review needs when `git gc` runs in the user's repository: refs, and copies of the objects.

The user's objects are only borrowed. All trees of base and round and the blobs that changed are copied
into a pack of the shadow directory (with the trees left out, `gc --prune=now` after an amend made the
base unreadable). Nothing is ever removed here.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from workbench.review.diff import parse_raw

if TYPE_CHECKING:
    from workbench.git.repository import Repository


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
    for listing in listings:
        # "<mode> tree <id>\t<path>", and with -d submodules too, which are no objects of this repository.
        heads = (line.partition(b"\t")[0].split(b" ") for line in listing.finish().split(b"\0") if line)
        wanted.update(dict.fromkeys(head[2].decode("ascii") for head in heads if head[1] == b"tree"))
    if len(stored) == 1:
        diffs = []
    for diff in diffs:
        for entry in parse_raw(diff.finish()):
            for mode, identity in ((entry.old_mode, entry.old_id), (entry.new_mode, entry.new_id)):
                if mode not in ("000000", "160000"):
                    wanted[identity] = None
    names = "".join(f"{identity}\n" for identity in wanted).encode("ascii")
    packs = str(repository.shadow / "objects" / "pack" / "pack")
    repository.run(["pack-objects", "-q", "--window=0", packs], data=names)
    refs = "".join(
        f"update refs/reviews/{review_id}/{name}/{number}\0{tree}\0\0" for number, tree in enumerate(stored)
    )
    repository.run(["update-ref", "-z", "--stdin"], data=refs.encode("utf-8"))


def forget(repository: Repository, review_id: str) -> None:
    """Remove the refs of a review."""
    listed = repository.run(["for-each-ref", "--format=%(refname)", f"refs/reviews/{review_id}/"])
    names = [name for name in listed.decode("utf-8").split("\n") if name]
    if names:
        commands = "".join(f"delete {name}\0\0" for name in names)
        repository.run(["update-ref", "-z", "--stdin"], data=commands.encode("utf-8"))
