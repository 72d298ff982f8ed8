"""The only writer of the user's index: a private copy, changed there, then put in the place of the old one.

Git changes the copy, in the shadow directory, and so reads our configuration: no hook, no fsmonitor,
nothing of the repository is run. The whole new index is on disk before `index.lock` is taken, so the
lock is held for the time of a rename. A lock of somebody else is waited for, and never deleted.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from workbench.errors import UserError
from workbench.git.flushing import flush_folder
from workbench.git.holding import held
from workbench.git.index_file import IndexEntry, IndexFile, parse_index, read_index, same_but_for_times
from workbench.git.intent import Intent
from workbench.git.lfs_store import give_contents, lacking
from workbench.git.merging import Merged, Outcome, Wish, folder_conflicts, merge_wishes
from workbench.git.packing import give_lost, give_objects, keep_copies
from workbench.git.runner import GitError, Where
from workbench.git.shadow import scratch_folder
from workbench.git.worktree import Conflict, ConflictError
from workbench.review.actions import LandedFile

if TYPE_CHECKING:
    from workbench.git.repository import Repository

PLACE = "the index"
_WAIT_SECONDS = 5.0
_POLL_SECONDS = 0.004
_QUICK_TRIES = 3
_SUBMODULE = "160000"
_BEGINNING = b"DIRC"  # of every index: of a lock that has no more of it yet


class _MovedError(Exception):
    """The index is another one than the copy was made from."""


class _Prepared(Struct, frozen=True):
    """A whole new index, and what it was made from."""

    before: bytes
    made: bytes
    files: tuple[LandedFile, ...]


def plan_index(repository: Repository, wishes: Sequence[Wish]) -> Merged:
    """What landing in the index would do now. Writes nothing there."""
    return _merge(repository, _read(repository), wishes)


def index_entries(repository: Repository) -> IndexFile:
    """What the index holds now."""
    return _read(repository) or IndexFile({})


def write_index(
    repository: Repository,
    wishes: Sequence[Wish],
    announce: Callable[[tuple[LandedFile, ...], str], None],
    told: Mapping[str, str] | None = None,
) -> tuple[LandedFile, ...]:
    """Put every wish into the index, or none. `ConflictError` names what stands against it.

    `announce` is called before the lock is taken, with every path's entries before and after and the name
    of our file in the git directory; again when the index moved on meanwhile. `told` is what git is to be
    told of a path besides, as `LandedFile.told` has it.
    """
    files = _write(repository, wishes, announce, told or {})
    # A clean-up that began before may have taken objects that nothing needed until now.
    give_lost(repository, _needed(files))
    return files


def _write(
    repository: Repository,
    wishes: Sequence[Wish],
    announce: Callable[[tuple[LandedFile, ...], str], None],
    told: Mapping[str, str],
) -> tuple[LandedFile, ...]:
    until = time.monotonic() + _WAIT_SECONDS
    for attempt in range(_QUICK_TRIES + 1):
        prepared = _prepare(repository, wishes, told)
        if prepared is None:
            return ()
        name = f"workbench-index-{os.urandom(6).hex()}"
        announce(prepared.files, name)
        with suppress(_MovedError):
            if attempt < _QUICK_TRIES:
                return _put(repository, repository.git_dir / name, prepared, until)
            # Somebody writes it all the while: so this once it is made while nobody else can.
            make = partial(_prepare, repository, wishes, told)
            return _make_and_put(repository, repository.git_dir / name, make, announce, until)
    raise AssertionError("the last attempt holds the lock, so nobody can come between")


def undo_wishes(files: Sequence[LandedFile]) -> tuple[Wish, ...]:
    """What takes a landing in the index back: from what it wrote to what stood there."""
    return tuple(
        Wish(each.path, _pair(each.after_mode, each.after_id), _pair(each.before_mode, each.before_id))
        for each in files
    )


def told_before(files: Sequence[LandedFile]) -> dict[str, str]:
    """What git was told of the paths before a landing."""
    return {each.path: each.told for each in files if each.told}


def index_outcome(repository: Repository, intent: Intent) -> bool:
    """After a kill: our own lock goes, and whether the index was written."""
    lock, index = repository.git_dir / "index.lock", repository.git_dir / "index"
    ours = repository.git_dir / intent.lock
    _release(lock, ours)
    written = _same(ours, index)
    if not written:
        now = _read(repository) or IndexFile({})
        written = all(now.at(each.path) == _pair(each.after_mode, each.after_id) for each in intent.files)
    if written:
        give_lost(repository, _needed(intent.files))
    ours.unlink(missing_ok=True)
    return written


# Reading and deciding -----------------------------------------------------------------------------


def _format(repository: Repository) -> str:
    return repository.found.object_format


def _bytes(repository: Repository) -> bytes:
    try:
        return (repository.git_dir / "index").read_bytes()
    except FileNotFoundError:
        return b""


def _read(repository: Repository) -> IndexFile | None:
    return read_index(repository.git_dir / "index", _format(repository))


def _merge(repository: Repository, index: IndexFile | None, wishes: Sequence[Wish]) -> Merged:
    index = index or IndexFile({})
    _refuse_kinds(index)
    _refuse_link(repository.git_dir / "index")
    unmerged = tuple(
        Conflict(wish.path, "has a merge conflict in the index")
        for wish in wishes
        if index.unmerged(wish.path)
    )
    merged = merge_wishes(repository, wishes, index.at, place=PLACE)
    gone = {each.path for each in merged.outcomes if each.after is None}
    stand = {path: None for path, _ in index.entries if path not in gone}
    stand.update({each.path: None for each in merged.outcomes if each.after is not None})
    folders = folder_conflicts(stand, merged.outcomes)
    bare = lacking(repository, merged.outcomes)
    return Merged(merged.outcomes, (*unmerged, *merged.conflicts, *folders, *bare), merged.warnings)


def _refuse_kinds(index: IndexFile) -> None:
    """Two kinds of index are spread over files, or hold folders; a private copy of them is not a copy."""
    if "link" in index.extensions:
        raise UserError(
            "The index is split over two files, and Workbench writes only whole ones.",
            hint="Join it with: git update-index --no-split-index",
        )
    if "sdir" in index.extensions:
        raise UserError(
            "The index is sparse: it holds folders in place of files, and Workbench writes only full ones.",
            hint="Make it full with: git sparse-checkout reapply --no-sparse-index",
        )


def _refuse_link(index: Path) -> None:
    """Git writes where it leads; our exchange would put a file in the place of the link."""
    if index.is_symlink():
        raise UserError(
            f"Nothing was landed: {index} is a symbolic link, and Workbench follows none.",
            hint="Land to a branch or a patch, or put the index itself there.",
        )


def _refusal(conflicts: Sequence[Conflict]) -> ConflictError:
    listed = "; ".join(f"{each.path} {each.why}" for each in conflicts[:5])
    more = f"; and {len(conflicts) - 5} more" if len(conflicts) > 5 else ""
    return ConflictError(
        f"Nothing was landed: {listed}{more}.",
        hint="Unstage or commit what stands against it, and land again.",
        conflicts=tuple(conflicts),
    )


def _pair(mode: str | None, identity: str | None) -> tuple[str, str] | None:
    return None if mode is None or identity is None else (mode, identity)


def _landed(outcome: Outcome, entry: IndexEntry | None) -> LandedFile:
    before_mode, before_id = outcome.now or (None, None)
    after_mode, after_id = outcome.after or (None, None)
    return LandedFile(outcome.path, before_id, before_mode, after_id, after_mode, _told(entry))


def _told(entry: IndexEntry | None) -> str:
    """What git was told of an entry, a letter each: to be added later, assumed unchanged, skipped."""
    if entry is None:
        return ""
    said = (("i", entry.intended), ("h", entry.assumed), ("S", entry.skipped))
    return "".join(letter for letter, holds in said if holds)


def _needed(files: Sequence[LandedFile]) -> list[str]:
    """The objects that the new entries need."""
    return [each.after_id for each in files if each.after_id and each.after_mode != _SUBMODULE]


def _prepare(repository: Repository, wishes: Sequence[Wish], told: Mapping[str, str]) -> _Prepared | None:
    """The new index, its objects stored already; None where the index holds all of it."""
    before = _bytes(repository)
    index = parse_index(before, _format(repository)) if before else IndexFile({})
    merged = _merge(repository, index, wishes)
    if merged.conflicts:
        raise _refusal(merged.conflicts)
    if not merged.outcomes:
        return None
    _store(repository, merged.outcomes)
    files = tuple(_landed(each, index.entries.get((each.path, 0))) for each in merged.outcomes)
    # What the user told git about a path outlives its new content; but not that it is to be added later.
    marks = {each.path: each.told.replace("i", "") for each in files} | dict(told)
    return _Prepared(before, _changed(repository, before, merged.outcomes, marks), files)


# Objects and the private copy ---------------------------------------------------------------------


def _store(repository: Repository, outcomes: Sequence[Outcome]) -> None:
    after = [each.after for each in outcomes if each.after is not None]
    before = [each.now for each in outcomes if each.now is not None]
    give_contents(repository, outcomes)
    keep_copies(repository, (identity for mode, identity in before if mode != _SUBMODULE))
    give_objects(repository, (identity for mode, identity in after if mode != _SUBMODULE))


def _changed(
    repository: Repository, before: bytes, outcomes: Sequence[Outcome], told: Mapping[str, str]
) -> bytes:
    """The bytes of the new index, made by git on a copy, and found to differ in nothing but the paths."""
    with scratch_folder(repository.shadow) as folder:
        copy = folder / "index"
        where = Where(repository.ours.git_dir, repository.found.work_tree, str(copy))
        try:
            if before:
                copy.write_bytes(before)
                # Git tells racy entries by the time of the file, so the copy is as old as what it copies.
                _set_time(copy, repository.git_dir / "index")
            else:
                repository.run(["read-tree", "--empty"], where)
            _apply(repository, where, outcomes, told)
        except GitError as failed:
            said = failed.stderr.splitlines()[-1].removeprefix("fatal: ") if failed.stderr else str(failed)
            raise UserError(
                f"Nothing was landed: the index cannot be changed: {said}",
                hint="Does `git status` work there? It may be written by a newer git than the installed one.",
            ) from failed
        made = copy.read_bytes()
    _check(repository, before, made, outcomes)
    return made


def _apply(
    repository: Repository, where: Where, outcomes: Sequence[Outcome], told: Mapping[str, str]
) -> None:
    zero = "0" * len(repository.empty_tree)
    gone = [f"0 {zero}\t{each.path}\0" for each in outcomes if each.after is None]
    stands = [f"{each.after[0]} {each.after[1]}\t{each.path}\0" for each in outcomes if each.after]
    data = "".join(gone + stands).encode("utf-8", "surrogateescape")
    repository.run(["update-index", "-z", "--index-info"], where, data=data)
    for letter, flag in (("h", "--assume-unchanged"), ("S", "--skip-worktree")):
        marked = [each.path for each in outcomes if each.after and letter in told.get(each.path, "")]
        if marked:
            repository.run(["update-index", "-z", flag, "--stdin"], where, data=_listed(marked))
    _intend(repository, where, [each.path for each in outcomes if "i" in told.get(each.path, "")])


def _intend(repository: Repository, where: Where, paths: Sequence[str]) -> None:
    """Name paths as files to be added later. Git takes only such as are there; the others are left out."""
    top = repository.found.work_tree
    there = [path for path in paths if _is_file(os.path.join(top, path))]
    if there:
        args = ["add", "-N", "-f", "--pathspec-from-file=-", "--pathspec-file-nul"]
        repository.run(args, where.storing(), data=_listed(there), ok=(0, 1, 128))


def _is_file(place: str) -> bool:
    return os.path.islink(place) or os.path.isfile(place)


def _listed(paths: Sequence[str]) -> bytes:
    return "".join(f"{path}\0" for path in paths).encode("utf-8", "surrogateescape")


def _check(repository: Repository, before: bytes, made: bytes, outcomes: Sequence[Outcome]) -> None:
    """Every other entry is as it was, with its flags and times, and ours are what they should be."""
    old = parse_index(before, _format(repository)) if before else IndexFile({})
    new = parse_index(made, _format(repository))
    ours = {each.path: each.after for each in outcomes}
    others = {key: entry for key, entry in old.entries.items() if key[0] not in ours}
    kept = {key: entry for key, entry in new.entries.items() if key[0] not in ours}
    same = others.keys() == kept.keys() and all(
        same_but_for_times(entry, kept[key]) for key, entry in others.items()
    )
    if not same or any(new.at(path) != after for path, after in ours.items()):
        raise UserError(
            "Nothing was landed: the new index would differ in more than what was accepted.",
            hint="Land to a branch or a patch instead, and please report this.",
        )


# Putting it in place ------------------------------------------------------------------------------


def _put(repository: Repository, ours: Path, prepared: _Prepared, until: float) -> tuple[LandedFile, ...]:
    """The whole file first, then the lock, then at once the rename."""
    with _locked(repository, ours, prepared.made, until):
        if _bytes(repository) != prepared.before:
            raise _MovedError
        _finish(repository, prepared)
    return prepared.files


def _make_and_put(
    repository: Repository,
    ours: Path,
    make: Callable[[], _Prepared | None],
    announce: Callable[[tuple[LandedFile, ...], str], None],
    until: float,
) -> tuple[LandedFile, ...]:
    """The lock first, then the file. It is held for as long as git needs to make an index."""
    lock = repository.git_dir / "index.lock"
    with _locked(repository, ours, _BEGINNING, until):
        prepared = make()
        if prepared is None:
            _release(lock, ours)
            return ()
        announce(prepared.files, ours.name)
        for place in (ours, lock):  # in this order: at every moment the lock begins like our file
            with open(place, "r+b") as file:
                file.write(prepared.made)
                file.flush()
                os.fsync(file.fileno())
        _finish(repository, prepared)
        return prepared.files


@contextmanager
def _locked(repository: Repository, ours: Path, data: bytes, until: float) -> Iterator[None]:
    """`index.lock` held, as a second name of our own file.

    `ours` stays its name to the end: whoever finds it after a kill sees whose lock that is, and whether
    the index is ours. Who goes out of it well has exchanged the lock for the index, or released it: from
    that instant on a lock that stands there is somebody else's.
    """
    git_dir = repository.git_dir
    lock, index = git_dir / "index.lock", git_dir / "index"
    try:
        _write_whole(ours, data, like=index if index.exists() else git_dir / "HEAD")
        _take(lock, ours, data, until, repository.work_tree)
        try:
            yield
        except BaseException:
            _release(lock, ours)
            raise
    except OSError as error:
        raise UserError(
            f"Nothing was landed: {error.filename or index} cannot be written: {error.strerror}.",
            hint="The index is as it was. See to the permissions and the disk, and land again.",
        ) from error
    finally:
        ours.unlink(missing_ok=True)


def _finish(repository: Repository, prepared: _Prepared) -> None:
    lock, index = repository.git_dir / "index.lock", repository.git_dir / "index"
    # As old as the index it replaces: an entry that git had to look at again it still has to.
    if prepared.before:
        _set_time(lock, index)
    _swap(lock, index)
    with suppress(OSError):  # the index is the new one already
        flush_folder(repository.git_dir)


def _write_whole(ours: Path, data: bytes, *, like: Path) -> None:
    with open(ours, "xb") as file:
        file.write(data)
        file.flush()
        if hasattr(os, "fchmod"):
            os.fchmod(file.fileno(), like.stat().st_mode & 0o666)
        os.fsync(file.fileno())


def _take(lock: Path, ours: Path, data: bytes, until: float, work_tree: Path) -> None:
    """Git's own protocol: who makes `index.lock` has the index. Waits a little where somebody has it."""
    while True:
        try:
            _make_lock(lock, ours, data)
            return
        except FileExistsError:
            if time.monotonic() > until:
                raise held(lock, work_tree) from None
        time.sleep(_POLL_SECONDS)


def _make_lock(lock: Path, ours: Path, data: bytes) -> None:
    try:
        os.link(ours, lock)
    except FileExistsError:
        raise
    except OSError:
        # A file system without hard links. Our lock is known by its content then.
        _write_whole(lock, data, like=ours)


def _release(lock: Path, ours: Path) -> None:
    if _is_ours(lock, ours):
        lock.unlink(missing_ok=True)


def _swap(lock: Path, index: Path) -> None:
    """From here on the index is the new one."""
    os.replace(lock, index)


def _set_time(target: Path, like: Path) -> None:
    found = like.stat()
    os.utime(target, ns=(found.st_atime_ns, found.st_mtime_ns))


def _is_ours(lock: Path, ours: Path) -> bool:
    """Whether a lock is a name of our file. Only where no file has two names is it told by the content:

    another git may be writing nearly the same index, and what it has written so far looks like ours.
    """
    if _same(lock, ours):
        return True
    if _can_have_two_names(ours):
        return False
    try:
        data = lock.read_bytes()
        return bool(data) and ours.read_bytes().startswith(data)
    except OSError:
        return False


def _can_have_two_names(ours: Path) -> bool:
    second = ours.with_name(f"{ours.name}.link")
    try:
        os.link(ours, second)
    except OSError:
        return False
    second.unlink()
    return True


def _same(one: Path, other: Path) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False
