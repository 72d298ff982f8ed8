"""Bringing what a review accepted onto a tree or an index that may have moved on. Decides; writes nothing.

By whole entries where one side left a path as the base has it, by lines where both edited it. A path
that cannot be merged is named, and then nothing at all is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from workbench.errors import UserError
from workbench.git.carrying import merge_files
from workbench.git.paths import unfit_for_windows, why_hostile
from workbench.git.worktree import Conflict
from workbench.review.diff import parse_raw

if TYPE_CHECKING:
    from workbench.git.repository import Repository

SUBMODULE = "160000"
Pair = tuple[str, str]
"""The mode and the object id of what stands at a path."""


class Wish(Struct, frozen=True):
    """One path: what the base has there, and what was accepted.

    `known`: what else may stand there without being somebody else's edit, because it was reviewed.
    """

    path: str
    base: Pair | None
    wanted: Pair | None
    known: tuple[Pair | None, ...] = ()


class Outcome(Struct, frozen=True):
    """One path that is to be written: what stands there now, what will. `merged`: both edits are in it."""

    path: str
    now: Pair | None
    after: Pair | None
    merged: bool = False


class Merged(Struct, frozen=True):
    """What a landing would write. With a conflict (a path and why) it writes nothing."""

    outcomes: tuple[Outcome, ...]
    conflicts: tuple[Conflict, ...] = ()
    warnings: tuple[str, ...] = ()


def wishes_between(repository: Repository, base: str, wanted: str) -> tuple[Wish, ...]:
    """Every path in which two trees differ, renames as a removal and a new file."""
    if base == wanted:
        return ()
    args = ["diff-tree", "-r", "-z", "--raw", "--no-renames", "--full-index", "--no-abbrev", base, wanted]
    zero = "000000"
    return tuple(
        Wish(
            entry.path,
            None if entry.old_mode == zero else (entry.old_mode, entry.old_id),
            None if entry.new_mode == zero else (entry.new_mode, entry.new_id),
        )
        for entry in parse_raw(repository.run(args))
    )


def merge_wishes(
    repository: Repository,
    wishes: Iterable[Wish],
    at: Callable[[str], Pair | None],
    *,
    place: str,
) -> Merged:
    """What each path becomes where `at` says what stands now. `place` is what that is called."""
    outcomes: list[Outcome] = []
    conflicts: list[Conflict] = []
    for wish in wishes:
        refuse_hostile(wish)
        now = at(wish.path)
        if now == wish.wanted:
            continue
        if now == wish.base or now in wish.known:
            outcomes.append(Outcome(wish.path, now, wish.wanted))
            continue
        if wish.wanted == wish.base:
            continue  # nothing of it was accepted, and what stands there is not what was reviewed
        after = _merged(repository, wish, now)
        if after is None:
            conflicts.append(Conflict(wish.path, _why(wish, now, place)))
        elif after != now:
            outcomes.append(Outcome(wish.path, now, after, merged=True))
    created = [each.path for each in outcomes if each.now is None]
    warnings = tuple(
        f"{path} cannot be checked out on Windows." for path in created if unfit_for_windows(path)
    )
    return Merged(tuple(outcomes), tuple(conflicts), warnings)


def refuse_hostile(wish: Wish) -> None:
    """The rule of every system at once: `..`, absolute paths, any spelling of `.git`."""
    why = why_hostile(wish.path)
    if why is not None and wish.wanted is not None:
        raise UserError(
            f"Nothing was landed: {wish.path!r} is {why}.", hint="Reject that file, and land again."
        )


def folder_conflicts(after: Mapping[str, object], outcomes: Iterable[Outcome]) -> tuple[Conflict, ...]:
    """Paths that would be a file and a folder at once, when `after` holds every path that will stand."""
    found: dict[str, Conflict] = {}
    new = [each.path for each in outcomes if each.after is not None and each.now is None]
    folders: set[str] = set()
    if new:
        for path in after:
            folder = path.rpartition("/")[0]
            while folder and folder not in folders:
                folders.add(folder)
                folder = folder.rpartition("/")[0]
    for path in new:
        if path in folders:
            found[path] = Conflict(path, "would have to be a file and a folder at once")
        folder = path.rpartition("/")[0]
        while folder:
            if folder in after:
                found[folder] = Conflict(folder, "would have to be a file and a folder at once")
            folder = folder.rpartition("/")[0]
    return tuple(found.values())


def _merged(repository: Repository, wish: Wish, now: Pair | None) -> Pair | None:
    sides = (wish.base, now, wish.wanted)
    if any(side is None or side[0] == SUBMODULE for side in sides):
        return None
    ids = [side[1] for side in sides if side is not None]
    blobs = repository.blobs(ids)
    files = [None if side is None else (side[0], blobs[side[1]]) for side in sides]
    merged = merge_files(repository, *files)
    if merged is None:
        return None
    return merged[0], repository.write_blobs([merged[1]], durable=True)[0]


def _why(wish: Wish, now: Pair | None, place: str) -> str:
    if now is None:
        return f"is not in {place} any more"
    if wish.base is None:
        return f"stands in {place} already, with other contents"
    if wish.wanted is None:
        return f"is to be removed, and is edited in {place}"
    if SUBMODULE in (now[0], wish.base[0], wish.wanted[0]):
        return f"is a submodule, and {place} has it at another commit"
    return f"is edited in {place} too, in a way that cannot be merged"
