"""Writing trees where git sees none of the user's objects, so that it never touches a file of theirs.

`write-tree` writes every folder of an index that it does not find. Here it would find none of the base's,
and write thousands of files. So these are first copied into one pack, once for each base.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from workbench.git.runner import STORED, Child, Where

if TYPE_CHECKING:
    from workbench.git.repository import Repository

_KNOWN = "whole"


def start_seeding(repository: Repository, tree: str) -> Child | None:
    """Start listing the folders of a tree, for `write_tree`; None where that was done for it before."""
    if tree == repository.empty_tree or _is_whole(repository, tree):
        return None
    return repository.start(["ls-tree", "-r", "-t", "-d", "-z", "--full-tree", tree])


def write_tree(repository: Repository, where: Where, base: str, seeding: Child | None = None) -> str:
    """The tree of a private index that was made from the tree `base`; its id.

    That blobs exist is not asked: they are the user's, and out of sight.
    """
    if seeding is None:
        seed(repository, base)
    else:
        _seed(repository, base, seeding)
    return repository.run_now(["write-tree", "--missing-ok"], where.storing()).decode("ascii").strip()


def seed(repository: Repository, tree: str) -> None:
    """Copy the folders of a tree to where we write, unless they are there."""
    seeding = start_seeding(repository, tree)
    if seeding is not None:
        _seed(repository, tree, seeding)


def _seed(repository: Repository, tree: str, listing: Child) -> None:
    # "<mode> tree <id>\t<path>", and with -d submodules too, which are no objects of this repository.
    heads = [line.partition(b"\t")[0].split(b" ") for line in listing.finish().split(b"\0") if line]
    names = dict.fromkeys([tree.encode("ascii"), *(head[2] for head in heads if head[1] == b"tree")])
    packs = repository.shadow / STORED / "pack"
    # Not forced to disk: should the pack be lost, the user's own objects still have all that is in it.
    where = Where(repository.ours.git_dir, config=(("core.fsync", "none"),))
    data = b"".join(name + b"\n" for name in names)
    repository.run_now(["pack-objects", "-q", "--window=0", str(packs / "pack")], where, data=data)
    known = repository.shadow / STORED / _KNOWN
    with suppress(OSError):
        known.mkdir(exist_ok=True)
        (known / tree).touch()


def _is_whole(repository: Repository, tree: str) -> bool:
    """Whether all folders of a tree are there: packed by us, or written, and the topmost is written last."""
    stored = repository.shadow / STORED
    return (stored / tree[:2] / tree[2:]).exists() or (stored / _KNOWN / tree).exists()
