"""The work tree as a tree object, without `git add`, and what could not be put into it. Design 3.2.

`git add --all` looks into populated submodules, runs their clean filters, and dies on one unreadable
file. Here git lists, we sort, and `update-index` takes what is left, all on a private index in the
shadow directory. What git does not list at all is found by a walk of our own.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from workbench.digests import blake2b
from workbench.errors import UserError
from workbench.git import (
    attribute_rules,
    filters,
    ignoring,
    kept_index,
    shadow,
    storing,
    submodules,
    walking,
    watching,
)
from workbench.git.adding import STORING, UNREADABLE, Sorted, add_sorted, sort_paths
from workbench.git.discover import object_format
from workbench.git.kept_index import State, decode, encode, fresh_index
from workbench.git.listing import Listed, end_listing, list_ignored, read_listing, start_listing
from workbench.git.priming import moved, prime, unreadable_index
from workbench.git.runner import GitError, Where
from workbench.git.their_index import their_index
from workbench.git.walking import CLOSED, Seen
from workbench.review.changes import NotShown

if TYPE_CHECKING:
    from workbench.git.repository import Repository

_INTENDED = 0x20000000
"""The flag of an index entry that `git add --intent-to-add` made."""


class Snapshot(Struct, frozen=True):
    """A tree in the shadow directory, and the paths that differ, or may, and are not in it."""

    tree: str
    not_shown: tuple[NotShown, ...] = ()


def hides(row: NotShown, path: str) -> bool:
    """Whether a row says that nobody could look what is at a path: it or a folder above it is closed."""
    if row.why.startswith(UNREADABLE):
        return row.path == path
    return row.why == CLOSED and path.startswith(row.path)


def of_index(repository: Repository) -> Snapshot:
    """The user's own index as a tree. Unmerged paths are listed, not shown."""
    _refuse_gone(repository)
    try:
        data = repository.run_now(["ls-files", "-s", "-z", "--debug"], their_index(repository))
    except GitError as failed:
        raise unreadable_index(repository, failed) from failed
    lines, rows = [], {}
    for entry, name, flags in _index_entries(data):
        if entry.endswith(b" 0") and not flags & _INTENDED:
            lines.append(entry + b"\t" + name)
        elif entry.endswith(b" 0"):
            rows[name] = NotShown(decode(name), "was added with --intent-to-add; nothing of it is staged")
        else:
            rows[name] = NotShown(decode(name), "a merge conflict that is not resolved in the index")
    where = Where(repository.ours.git_dir, index=str(fresh_index(repository)))
    try:
        repository.run_now(["read-tree", "--empty"], where)
        repository.run_now(
            ["update-index", "-z", "--index-info"], where, data=b"".join(line + b"\0" for line in lines)
        )
        tree = storing.write_tree(repository, where, repository.head().tree)
    finally:
        Path(str(where.index)).unlink(missing_ok=True)
    return Snapshot(tree, tuple(rows.values()))


def _index_entries(data: bytes) -> Iterable[tuple[bytes, bytes, int]]:
    """("mode id stage", path, flags) out of `ls-files -s -z --debug`: five lines follow each NUL."""
    head, *parts = data.split(b"\0")
    for part in parts:
        entry, _, name = head.partition(b"\t")
        *debug, head = part.split(b"\n", 5)
        yield entry, name, int(debug[-1].rpartition(b"flags: ")[2], 16)


def of_work_tree(repository: Repository, base: str | None = None) -> Snapshot:
    """The work tree as a tree, from the kept index where that still fits.

    `base`: the tree whose ignore files and attributes count, HEAD's without it.
    """
    began = time.time()
    _refuse_gone(repository)
    ignore = ignoring.sources(repository)
    heads = repository.start(["rev-parse", "-q", "--verify", "HEAD^{tree}"], repository.real)
    state, index = kept_index.kept(repository)
    where = _where(repository, index, ignore)
    listing = None
    try:
        listing = start_listing(repository, where) if state is not None else None
        # While git lists. Also before git reads any ignore file that it could wait for.
        seen = walking.walk(repository.work_tree, state.ignored_folders if state is not None else ())
        head_tree = heads.finish(ok=(0, 1)).decode("ascii").strip() or repository.empty_tree
        seed = (
            head_tree,
            *_signature(repository.git_dir / "index"),
            *ignore.signature,
            *attribute_rules.signature(repository),
            base or head_tree,
        )
        listed = read_listing(listing) if listing is not None else None
        stale = state is None or state.seed != seed or moved(repository, state)
        if stale or listed is None or listed.touches_ignore_files:
            state = prime(repository, state, where, seed, base or head_tree)
            listed = read_listing(start_listing(repository, where))
        assert state is not None
        return _Taking(repository, state, where, ignore, began).finish(listed, seen)
    finally:
        index.unlink(missing_ok=True)
        end_listing((heads, *(listing or ())))


class _Taking:
    """One snapshot, from what git lists to the tree."""

    def __init__(
        self,
        repository: Repository,
        state: State,
        where: Where,
        ignore: ignoring.Sources,
        began: float,
    ) -> None:
        self.repository = repository
        self.state = state
        self.where = where
        self.ignore = ignore
        self.began = began
        self.looking = filters.Looking(repository)

    def finish(self, listed: Listed, seen: Seen) -> Snapshot:
        repository, state = self.repository, self.state
        converted = self.looking.again(state.converted)
        ours = {one.path for one in converted}
        others = [path for path in (*listed.others, *state.forced) if path not in ours]
        found = sort_paths(repository.work_tree, listed.differing, others)
        fresh = self._fresh(found)
        links = submodules.look(repository, state.links)
        changed = [new for old, new in zip(state.links, links, strict=True) if old != new]
        moved = [new for old, new in zip(state.converted, converted, strict=True) if old.place != new.place]
        ignored = blake2b(listed.ignored, digest_size=8).hexdigest()
        quiet = not (found.present or found.gone or changed or moved or fresh)
        tracked = set(listed.differing)
        # Also what is not in the index: of a file that was gone the last time, the kept one has no entry.
        stuck = tuple(
            sorted(
                row.path for row in found.not_shown if row.path in tracked or row.why.startswith(UNREADABLE)
            )
        )
        quiet = quiet and stuck == state.stuck
        if not (state.tree and quiet and ignored == state.ignored):
            self._put_back(stuck)
            now = replace(state, links=links, converted=converted, stuck=stuck)
            state = self._take(now, listed, found, fresh, moved, changed)
            state = replace(state, ignored=ignored)
            kept_index.commit(repository, state, self.where)
        rows = [*found.not_shown, *state.refused, *state.left_out, *filters.rows((*converted, *fresh))]
        rows += submodules.rows(repository, links)
        rows += _absent(repository, state)
        known = {*(link.path + "/" for link in links), *(path for path in others if path.endswith("/"))}
        rows += walking.rows(repository.work_tree, seen, set(state.ignored_folders), known)
        return Snapshot(state.tree, _ordered(rows))

    def _take(
        self,
        state: State,
        listed: Listed,
        found: Sorted,
        fresh: tuple[filters.Converted, ...],
        moved: list[filters.Converted],
        changed: list[submodules.Link],
    ) -> State:
        """Bring the private index to what was found, and write its tree."""
        repository, where = self.repository, self.where
        replaced = submodules.put(repository, where, changed)
        self.looking.store()
        filters.put(repository, where, moved)
        back = {link.path for link in changed if link.path not in replaced}
        gone = [path for path in found.gone if path not in back]
        if gone:
            args = ["update-index", "-z", "--force-remove", "--stdin"]
            repository.run_now(args, where, data=encode(gone))
        apart = {one.path for one in fresh}
        present = [path for path in (*found.present, *replaced) if path not in apart]
        # Before any is stored, which takes seconds where one is of a hundred megabytes.
        watching.say(STORING, 0, len(present), present)
        refused = add_sorted(repository, where, present, found.large)
        self._put_back(tuple(row.path for row in refused if row.why.startswith(UNREADABLE)))
        filters.put(repository, where, fresh)
        tree = storing.write_tree(repository, where, state.seed[0])
        away = (*found.gone, *(one.path for one in moved if not one.found))
        if any(os.path.isdir(repository.work_tree / path) for path in away):
            # Git passes over an ignored folder for as long as the index has a file of its name.
            listed = replace(listed, ignored=list_ignored(repository, where))
        left_out, folders = ignoring.left_out(repository, where, listed.ignored, state.base, self.ignore)
        kept_index.forget_doubtful(repository, where, self.began)
        stay = tuple(one for one in (*state.converted, *fresh) if one.base or one.found)
        return replace(
            state,
            tree=tree,
            converted=stay,
            left_out=left_out,
            refused=tuple(refused),
            ignored_folders=folders,
        )

    def _put_back(self, stuck: tuple[str, ...]) -> None:
        """What cannot be read any more stands in the tree as HEAD has it, and not as it was read last."""
        if not stuck:
            return
        entries, zero = self._head_entries(), "0" * len(self.repository.empty_tree)
        lines = [" ".join(entries.get(path, ("0", zero))) + f"\t{path}" for path in stuck]
        args = ["update-index", "--replace", "-z", "--index-info"]
        self.repository.run_now(args, self.where, data=encode(lines))

    def _head_entries(self) -> dict[str, tuple[str, str]]:
        head = self.state.seed[0]
        return self.repository.tree_entries(head) if head != self.repository.empty_tree else {}

    def _fresh(self, found: Sorted) -> tuple[filters.Converted, ...]:
        """Of what git lists, the files that are not stored as they are."""
        rules = self.state.rules
        if rules is None or not rules.index or not found.present:
            return ()
        conversions = attribute_rules.conversions(self.repository, rules, found.present)
        return self.looking.fresh(conversions, cache(self._head_entries))


def _ordered(rows: Iterable[NotShown]) -> tuple[NotShown, ...]:
    return tuple(sorted(dict.fromkeys(rows), key=lambda row: (row.path, row.why)))


def _absent(repository: Repository, state: State) -> Iterable[NotShown]:
    if state.sparse:
        count = len(state.sparse)
        yield NotShown(state.sparse[0], "not checked out (sparse checkout), taken as in the base", count)


def _where(repository: Repository, index: Path, ignore: ignoring.Sources) -> Where:
    config = (("core.excludesFile", ignore.user_file or os.devnull),)
    return Where(repository.ours.git_dir, repository.found.work_tree, str(index), config)


def _refuse_gone(repository: Repository) -> None:
    """A repository that was deleted or moved is no empty one."""
    for place in (repository.work_tree, repository.git_dir):
        if not place.is_dir():
            raise UserError(
                f"{place} is not there any more.",
                hint="Was it moved or deleted? Open it where it is now. Your reviews are still there.",
            )
    if object_format(Path(repository.found.common_dir)) != repository.found.object_format:
        raise UserError(
            f"Another repository stands at {repository.work_tree} now, whose objects are named otherwise.",
            hint="Open it anew. Your reviews are still there.",
        )
    shadow.refuse_gone(repository.shadow)


def _signature(path: Path) -> tuple[str, ...]:
    try:
        found = path.stat()
    except OSError:
        return ("none",)
    return (f"{found.st_mtime_ns}.{found.st_ctime_ns}.{found.st_size}.{found.st_ino}",)
