"""Making the private index: what HEAD and the user's index track, with the times of files that are equal."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from workbench.errors import UserError
from workbench.git import attribute_rules, filters, submodules
from workbench.git.kept_index import State, decode, encode
from workbench.git.runner import Child, GitError, Where
from workbench.git.submodules import Link
from workbench.git.their_index import their_index

if TYPE_CHECKING:
    from workbench.git.repository import Repository

LINK = "160000"
Entries = Mapping[str, tuple[str, str]]
"""(mode, id) by path."""


def prime(
    repository: Repository, state: State | None, where: Where, seed: tuple[str, ...], base: str
) -> State:
    """Make the private index anew. `seed` begins with HEAD's tree; the attributes of `base` count."""
    theirs = repository.start(["ls-files", "-v", "-s", "-z"], their_index(repository))
    # Marks that say "do not look" would stay with `-m`; where there are any, it is read from nothing.
    # `-i`: an entry that the work tree has moved on from is no hindrance, nothing is checked out.
    reuse = ["-i", "-m"] if state is not None and not _marked(state) else []
    tree = ["--empty"] if seed[0] == repository.empty_tree else [*reuse, seed[0]]
    try:
        repository.run_now(["read-tree", *tree], where)
    except GitError as failed:
        theirs.kill()
        raise _unreadable(repository, failed) from failed
    tracked = _entries(repository, where)
    extras, sparse = _compare_indexes(repository, tracked, _read_theirs(repository, theirs))
    extras, forced = _beside(tracked, extras)
    lines = [f"{mode} {identity}\t{path}" for path, (mode, identity) in extras.items()]
    if lines:
        repository.run_now(["update-index", "--replace", "-z", "--index-info"], where, data=encode(lines))
    known = {**tracked, **extras}
    links = [Link(path, identity) for path, (mode, identity) in known.items() if mode == LINK]
    looked = submodules.look(repository, sorted(links, key=lambda link: link.path))
    submodules.put(repository, where, looked)
    absent = [path for path in sparse if path in known and _is_absent(repository, path)]
    if absent:
        repository.run_now(["update-index", "-z", "--skip-worktree", "--stdin"], where, data=encode(absent))
    away = set(absent)
    rules = attribute_rules.read_rules(repository, base)
    here = {path: entry for path, entry in known.items() if path not in away}
    found = attribute_rules.conversions(repository, rules, here)
    converted = filters.of_tracked(found, here, plain_links=rules.habits.plain_links)
    filters.put(repository, where, converted)
    repository.run_now(["update-index", "-q", "--refresh"], where, ok=(0, 1))
    return State(
        "",
        seed,
        base=base,
        sparse=tuple(sorted(absent)),
        forced=forced,
        links=looked,
        converted=converted,
        rules=rules,
    )


def moved(repository: Repository, state: State) -> bool:
    """Whether a path that the user's index leaves out has appeared since."""
    return not all(_is_absent(repository, path) for path in state.sparse)


def _is_absent(repository: Repository, path: str) -> bool:
    return not os.path.lexists(repository.work_tree / path)


def _marked(state: State) -> bool:
    return bool(state.sparse or state.links or state.converted)


def _entries(repository: Repository, where: Where) -> dict[str, tuple[str, str]]:
    found = {}
    for line in repository.run_now(["ls-files", "-s", "-z"], where).split(b"\0"):
        head, tab, name = line.partition(b"\t")
        if tab:
            mode, identity, _ = head.decode("ascii").split(" ")
            found[decode(name)] = (mode, identity)
    return found


def _unreadable(repository: Repository, failed: GitError) -> Exception:
    if "nvalid path" in failed.stderr:
        return UserError(
            f"{repository.name} holds a path that git itself refuses: {failed.stderr.splitlines()[0]}",
            hint="Review a range of commits that does not hold it.",
        )
    return failed


def _read_theirs(repository: Repository, child: Child) -> list[tuple[str, str, str, str]]:
    """(tag, mode, id, path) of the user's index.

    Tags in lower case are assume-unchanged, S is skip-worktree.
    """
    found = []
    try:
        listed = child.finish()
    except GitError as failed:
        raise unreadable_index(repository, failed) from failed
    for line in listed.split(b"\0"):
        head, _, name = line.partition(b"\t")
        if head:
            tag, mode, identity, _stage = head.decode("ascii").split(" ")
            found.append((tag, mode, identity, decode(name)))
    return found


def unreadable_index(repository: Repository, failed: GitError) -> UserError:
    """What is said of an index of the user's that git cannot read."""
    return UserError(
        f"The index of {repository.name} cannot be read: {failed.said}.",
        hint="`git status` says what is wrong with it. Removing .git/index and `git reset` make it anew.",
    )


def _compare_indexes(
    repository: Repository, tracked: Entries, theirs: Sequence[tuple[str, str, str, str]]
) -> tuple[dict[str, tuple[str, str]], list[str]]:
    """What the user's index tracks beyond HEAD (it may be ignored, so listing others would miss it),
    and sparse paths.
    """
    extras: dict[str, tuple[str, str]] = {}
    sparse = []
    for tag, mode, identity, path in theirs:
        if tag in "Ss":
            sparse.append(path)
        if path in tracked or path in extras:
            continue
        if mode == LINK or os.path.lexists(repository.work_tree / path):
            extras[path] = (mode, identity)
    return extras, sparse


def _beside(tracked: Entries, extras: Entries) -> tuple[dict[str, tuple[str, str]], tuple[str, ...]]:
    """Which extras can stand in one index with what HEAD has, and the paths of the others.

    A file where HEAD has a folder, or below what HEAD has as a file, cannot; it is looked at like a new one.
    """
    if not extras:
        return {}, ()
    folders = {path[:at] for path in tracked for at, letter in enumerate(path) if letter == "/"}
    beside = {
        path: entry
        for path, entry in extras.items()
        if path not in folders
        and not any(path[:at] in tracked for at, letter in enumerate(path) if letter == "/")
    }
    return beside, tuple(path for path in extras if path not in beside)
