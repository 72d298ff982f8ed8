"""The work tree as a tree object, without `git add`, and what could not be put into it. Design 3.2.

`git add --all` looks into populated submodules, runs their clean filters, and dies on one unreadable
file. Here git lists, we sort, and `update-index` takes what is left, all on a private index in the
shadow directory. The index is kept between snapshots under a new name each time: several processes
may take one at once, and the file that a state names is never written again.

Git tells "unchanged" by comparing a file's time with the time of the index *file*. So the index is
hard-linked, never copied: a copy with a younger time would hide an edit made in the same second.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, to_builtins
from msgspec.structs import replace

from workbench.errors import UserError
from workbench.git import filters, ignoring, submodules
from workbench.git.adding import Sorted, add_paths, sort_paths
from workbench.git.filters import CRLF, Converted
from workbench.git.runner import Child, GitError, Where
from workbench.review.changes import NotShown

if TYPE_CHECKING:
    from workbench.git.repository import Repository

_LINK = "160000"
_LEFTOVER_SECONDS = 3600


class Snapshot(Struct, frozen=True):
    """A tree in the shadow directory, and the paths that differ, or may, and are not in it."""

    tree: str
    not_shown: tuple[NotShown, ...] = ()


class State(Struct, frozen=True):
    """What the kept private index was made from. `seed` changes when it has to be made again."""

    index: str
    seed: tuple[str, ...]
    tree: str = ""
    sparse: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    converted: tuple[Converted, ...] = ()
    ignored: str = ""
    left_out: tuple[tuple[str, str, int], ...] = ()


class Listed(Struct, frozen=True):
    """What git lists: tracked paths that may differ, others, and folders that it could not open."""

    differing: tuple[str, ...]
    others: tuple[str, ...]
    unopened: tuple[str, ...]
    ignored: bytes


def decode(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")


def encode(names: Iterable[str]) -> bytes:
    """Paths as git reads them with `-z`."""
    return b"".join(name.encode("utf-8", "surrogateescape") + b"\0" for name in names)


def of_index(repository: Repository) -> Snapshot:
    """The user's own index as a tree. Unmerged paths are listed, not shown."""
    data = repository.run_now(["ls-files", "-s", "-z"], repository.real)
    lines, unmerged = [], {}
    for line in data.split(b"\0"):
        head, _, name = line.partition(b"\t")
        if head.endswith(b" 0"):
            lines.append(line)
        elif head:
            unmerged[decode(name)] = NotShown(
                decode(name), "a merge conflict that is not resolved in the index"
            )
    where = Where(repository.ours.git_dir, index=str(_fresh(repository)))
    try:
        repository.run_now(["read-tree", "--empty"], where)
        repository.run_now(
            ["update-index", "-z", "--index-info"], where, data=b"".join(line + b"\0" for line in lines)
        )
        tree = repository.run_now(["write-tree"], where).decode("ascii").strip()
    finally:
        Path(str(where.index)).unlink(missing_ok=True)
    return Snapshot(tree, tuple(unmerged.values()))


def of_work_tree(repository: Repository) -> Snapshot:
    """The work tree as a tree, from the kept index where that still fits."""
    ignore = ignoring.sources(repository)
    heads = repository.start(["rev-parse", "-q", "--verify", "HEAD^{tree}"], repository.real)
    state, index = _kept(repository)
    where = _where(repository, index, ignore)
    listing = _start_listing(repository, where) if state is not None else None
    try:
        head_tree = heads.finish(ok=(0, 1)).decode("ascii").strip() or repository.empty_tree
        seed = (head_tree, *_signature(repository.git_dir / "index"), *ignore.signature)
        listed = _read_listing(*listing) if listing is not None else None
        stale = state is None or state.seed != seed or _moved(repository, state)
        if stale or listed is None or _touches_ignore_files(listed):
            state, listed = _prime(repository, state, where, seed)
        assert state is not None
        return _finish(repository, state, where, listed)
    finally:
        index.unlink(missing_ok=True)
        _end(listing)


def _end(listing: tuple[Child, ...] | None) -> None:
    for child in listing or ():
        child.kill()
        child.close()


def _finish(repository: Repository, state: State, where: Where, listed: Listed) -> Snapshot:
    converted = filters.look(repository, state.converted)
    ours = {one.path for one in converted}
    others = [path for path in listed.others if path not in ours]
    found = sort_paths(repository.work_tree, listed.differing, others)
    links = submodules.commits(repository, [path for path, _ in state.links])
    changed_links = [link for link in links if link not in state.links]
    moved = [new for old, new in zip(state.converted, converted, strict=True) if _place(old) != _place(new)]
    rows = [*_rows(repository, state, listed, found), *filters.rows(converted)]
    ignored = hashlib.blake2b(listed.ignored, digest_size=8).hexdigest()
    quiet = not (found.present or found.gone or changed_links or moved)
    if state.tree and quiet and ignored == state.ignored:
        return Snapshot(state.tree, _ordered([*rows, *(NotShown(*row) for row in state.left_out)]))
    if changed_links:
        submodules.put(repository, where, changed_links)
    filters.put(repository, where, moved)
    if found.gone:
        gone = encode(found.gone)
        repository.run_now(["update-index", "-z", "--force-remove", "--stdin"], where, data=gone)
    rows += add_paths(repository, where, found.present)
    changed = ignoring.start_changed(repository, where, state.seed[0]) if listed.ignored else None
    tree = repository.run_now(["write-tree"], where).decode("ascii").strip()
    left_out = ignoring.left_out(repository, where, listed.ignored, changed)
    known = tuple((row.path, row.why, row.count) for row in left_out)
    state = replace(state, tree=tree, links=links, converted=converted, ignored=ignored, left_out=known)
    _commit(repository, state, where)
    return Snapshot(tree, _ordered([*rows, *left_out]))


def _place(one: Converted) -> tuple[str, str]:
    return one.mode, one.found


def lines_end_in_crlf(repository: Repository) -> frozenset[str]:
    """The paths that the last snapshot converted from CRLF: whoever writes to the work tree has to
    convert back.
    """
    state = _read_state(repository)
    return (
        frozenset(one.path for one in state.converted if one.kind == CRLF)
        if state is not None
        else frozenset()
    )


def _ordered(rows: Iterable[NotShown]) -> tuple[NotShown, ...]:
    return tuple(sorted(dict.fromkeys(rows), key=lambda row: (row.path, row.why)))


def _rows(repository: Repository, state: State, listed: Listed, found: Sorted) -> Iterable[NotShown]:
    yield from found.not_shown
    for path in listed.unopened:
        yield NotShown(path, "a folder that cannot be opened")
    for path, _ in state.links:
        yield from submodules.row(repository, path)
    absent = [path for path in state.sparse if not os.path.lexists(repository.work_tree / path)]
    if absent:
        yield NotShown(absent[0], "not checked out (sparse checkout), taken as in the base", len(absent))


# The private index -------------------------------------------------------------------------------


def _fresh(repository: Repository) -> Path:
    return repository.shadow / f"index.{os.getpid()}.{os.urandom(4).hex()}"


def _kept(repository: Repository) -> tuple[State | None, Path]:
    """The kept state and a link to its index, which is ours alone; None where there is none that can
    be read.
    """
    index = _fresh(repository)
    for _ in range(3):  # another process may replace both between our two steps
        state = _read_state(repository)
        if state is None:
            return None, index
        try:
            os.link(repository.shadow / state.index, index)
        except FileNotFoundError:
            continue
        except OSError:
            return None, index  # a file system without hard links: made anew each time
        return state, index
    return None, index


def _read_state(repository: Repository) -> State | None:
    try:
        data = json.loads((repository.shadow / "snapshot.json").read_text("utf-8"))
        return State(
            index=Path(data["index"]).name,
            seed=tuple(data["seed"]),
            tree=data["tree"],
            sparse=tuple(data["sparse"]),
            links=tuple((path, commit) for path, commit in data["links"]),
            converted=tuple(Converted(**one) for one in data["converted"]),
            ignored=data["ignored"],
            left_out=tuple((path, why, count) for path, why, count in data["left_out"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _commit(repository: Repository, state: State, where: Where) -> None:
    """Name the index in the state, in one rename; then the one before is nobody's and goes."""
    kept = repository.shadow / f"index.kept.{os.urandom(4).hex()}"
    os.link(str(where.index), kept)
    temporary = repository.shadow / f"snapshot.json.{os.getpid()}.{os.urandom(4).hex()}"
    temporary.write_text(json.dumps(to_builtins(replace(state, index=kept.name))), "utf-8")
    temporary.replace(repository.shadow / "snapshot.json")
    limit = time.time() - _LEFTOVER_SECONDS
    for entry in os.scandir(repository.shadow):
        if entry.name == kept.name:
            continue
        if entry.name.startswith("index.kept.") or (
            entry.name.startswith(("index.", "snapshot.json.")) and _changed_at(entry) < limit
        ):
            Path(entry.path).unlink(missing_ok=True)


def _changed_at(entry: os.DirEntry[str]) -> float:
    """When a leftover was made: its ctime, because a link keeps the time of what it links to."""
    try:
        return entry.stat(follow_symlinks=False).st_ctime
    except FileNotFoundError:
        return time.time()


def _where(repository: Repository, index: Path, ignore: ignoring.Sources) -> Where:
    config = (("core.excludesFile", ignore.user_file or os.devnull),)
    return Where(repository.ours.git_dir, repository.found.work_tree, str(index), config)


def _signature(path: Path) -> tuple[str, ...]:
    try:
        found = path.stat()
    except OSError:
        return ("none",)
    return (f"{found.st_mtime_ns}.{found.st_size}.{found.st_ino}",)


def _moved(repository: Repository, state: State) -> bool:
    """Whether a path that the user's index leaves out has appeared since."""
    return any(os.path.lexists(repository.work_tree / path) for path in state.sparse)


def _prime(
    repository: Repository, state: State | None, where: Where, seed: tuple[str, ...]
) -> tuple[State, Listed]:
    """Make the private index anew: what HEAD and the user's index track, with the times of the files
    that are equal.
    """
    theirs = repository.start(["ls-files", "-v", "-s", "-z"], repository.real)
    # Marks that say "do not look" would stay with `-m`; where there are any, it is read from nothing.
    # `-i`: an entry that the work tree has moved on from is no hindrance, nothing is checked out.
    reuse = ["-i", "-m"] if state is not None and not _marked(state) else []
    tree = ["--empty"] if seed[0] == repository.empty_tree else [*reuse, seed[0]]
    try:
        repository.run_now(["read-tree", *tree], where)
    except GitError as failed:
        theirs.kill()
        raise _unreadable(repository, failed) from failed
    ours = repository.run_now(["ls-files", "-s", "-z"], where)
    tracked = {decode(line.partition(b"\t")[2]): line.split(b" ")[:2] for line in ours.split(b"\0") if line}
    extras, sparse = _compare_indexes(repository, tracked, _read_theirs(theirs))
    lines = [f"{mode} {identity}\t{path}" for path, (mode, identity) in extras.items()]
    if lines:
        repository.run_now(["update-index", "-z", "--index-info"], where, data=encode(lines))
    found = {path: mode for path, (mode, _) in extras.items()}
    found.update({path: head[0].decode("ascii") for path, head in tracked.items()})
    links = [path for path, mode in found.items() if mode == _LINK]
    commits = submodules.commits(repository, links)
    submodules.put(repository, where, commits)
    absent = [path for path in sparse if not os.path.lexists(repository.work_tree / path)]
    if absent:
        repository.run_now(["update-index", "-z", "--skip-worktree", "--stdin"], where, data=encode(absent))
    known = {path: (head[0].decode("ascii"), head[1].decode("ascii")) for path, head in tracked.items()}
    converted = filters.find(repository, where, {**extras, **known})
    away = set(absent)
    converted = tuple(one for one in converted if one.path not in away)
    filters.put(repository, where, converted)
    repository.run_now(["update-index", "-q", "--refresh"], where, ok=(0, 1))
    fresh = State("", seed, sparse=tuple(sorted(absent)), links=commits, converted=converted)
    return fresh, _read_listing(*_start_listing(repository, where))


def _marked(state: State) -> bool:
    return bool(state.sparse or state.links or state.converted)


def _unreadable(repository: Repository, failed: GitError) -> Exception:
    if "nvalid path" in failed.stderr:
        return UserError(
            f"{repository.name} holds a path that git itself refuses: {failed.stderr.splitlines()[0]}",
            hint="Review a range of commits that does not hold it.",
        )
    return failed


def _read_theirs(child: Child) -> list[tuple[str, str, str, str]]:
    """(tag, mode, id, path) of the user's index.

    Tags in lower case are assume-unchanged, S is skip-worktree.
    """
    found = []
    for line in child.finish().split(b"\0"):
        head, _, name = line.partition(b"\t")
        if head:
            tag, mode, identity, _stage = head.decode("ascii").split(" ")
            found.append((tag, mode, identity, decode(name)))
    return found


def _compare_indexes(
    repository: Repository, tracked: dict[str, list[bytes]], theirs: Sequence[tuple[str, str, str, str]]
) -> tuple[dict[str, tuple[str, str]], list[str]]:
    """What the user's index tracks beyond HEAD (it may be ignored, so listing others would miss it),
    and sparse paths.
    """
    extras: dict[str, tuple[str, str]] = {}
    sparse = []
    folders = {path.rpartition("/")[0] for path in tracked}
    for tag, mode, identity, path in theirs:
        if tag in "Ss":
            sparse.append(path)
        # A file where HEAD has a folder, or below what HEAD has as a file, cannot be put beside it.
        parents = {path[:at] for at, letter in enumerate(path) if letter == "/"}
        if path in tracked or path in folders or not parents.isdisjoint(tracked):
            continue
        if mode == _LINK or os.path.lexists(repository.work_tree / path):
            extras.setdefault(path, (mode, identity))
    return extras, sparse


# Listing ------------------------------------------------------------------------------------------


def _start_listing(repository: Repository, where: Where) -> tuple[Child, Child, Child]:
    """Three children at once.

    `diff-files`, because `ls-files -m` walks through a folder that became a symlink.
    """
    differing = repository.start(["diff-files", "-z", "--name-only", "--no-renames"], where)
    others = repository.start(["ls-files", "-o", "-z", "--exclude-standard"], where)
    ignored = repository.start(["ls-files", "-o", "-i", "--exclude-standard", "--directory", "-z"], where)
    return differing, others, ignored


def _read_listing(differing: Child, others: Child, ignored: Child) -> Listed:
    names, said = others.finish_both()
    tracked = differing.finish()
    unopened = [
        decode(line.split(b"'", 1)[1].rpartition(b"'")[0])
        for line in said.split(b"\n")
        if line.startswith(b"warning: could not open directory '")
    ]
    return Listed(
        tuple(dict.fromkeys(decode(name) for name in tracked.split(b"\0") if name)),
        tuple(decode(name) for name in names.split(b"\0") if name),
        tuple(unopened),
        ignored.finish(),
    )


def _touches_ignore_files(listed: Listed) -> bool:
    """Whether a file is among the differing ones that says what is listed at all, or how."""
    return any(path.rpartition("/")[2] == ".gitignore" for path in (*listed.differing, *listed.others))
