"""Git LFS contents into the repository's own LFS store, before anything in the repository refers to them.

`git lfs` does this when a file is added. Where Workbench writes the pointer it has to do it as well, else a
later push or checkout finds a pointer to nothing. Fetches nothing and runs nothing.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import UserError
from workbench.git import lfs
from workbench.git.configuration import read_configuration
from workbench.git.converting import LFS
from workbench.git.flushing import flush_folder
from workbench.git.lfs import Pointer
from workbench.git.merging import Outcome
from workbench.git.packing import missing
from workbench.git.worktree import Conflict
from workbench.git.writing_back import conversions

if TYPE_CHECKING:
    from workbench.git.repository import Repository

_FILES = ("100644", "100755")
_PIECE = 1 << 20
_HINT = "Fetch it with `git lfs fetch --all`, put that version back where it was, or leave the file out."


def lacking(repository: Repository, outcomes: Iterable[Outcome]) -> tuple[Conflict, ...]:
    """The paths whose new pointer would point to nothing: the content is not here.

    A pointer that the repository stores already came with its content, or with a commit from elsewhere.
    """
    found = _pointers(repository, outcomes)
    if not found:
        return ()
    store = _store(repository)
    absent = [
        each
        for each, pointer in found
        if not _is_kept(store, pointer) and not _holds(repository.work_tree / each.path, pointer)
    ]
    unknown = set(missing(repository, dict.fromkeys(_id(each) for each in absent)))
    return tuple(
        Conflict(each.path, "is kept by Git LFS, and what was accepted of it is not in this clone any more")
        for each in absent
        if _id(each) in unknown
    )


def give_contents(repository: Repository, outcomes: Iterable[Outcome]) -> None:
    """Put the contents that new pointers need into the store. On disk when it returns; UserError else."""
    wanted = tuple(outcomes)
    found = _pointers(repository, wanted)
    if not found:
        return
    store = _store(repository)
    for each, pointer in found:
        if not _is_kept(store, pointer):
            _give(store, repository.work_tree / each.path, pointer)
    for conflict in lacking(repository, wanted):  # somebody wrote the file while we were at it
        raise UserError(f"Nothing was landed: {conflict.path} {conflict.why}.", hint=_HINT)


def _pointers(repository: Repository, outcomes: Iterable[Outcome]) -> list[tuple[Outcome, Pointer]]:
    """Of what is to be written, the files that git lfs keeps, with their pointers."""
    new = {
        each.path: each
        for each in outcomes
        if each.after is not None and each.after[0] in _FILES and each.after[1:] != (each.now or ())[1:]
    }
    kept = [path for path, each in conversions(repository, new).items() if each.filter == LFS]
    if not kept:
        return []
    ids = list(dict.fromkeys(_id(new[path]) for path in kept))
    small = [one for one, size in zip(ids, repository.blob_sizes(ids), strict=True) if size < lfs.LONGEST]
    blobs = repository.blobs(small)
    read = ((new[path], lfs.read_pointer(blobs.get(_id(new[path]), b""))) for path in kept)
    return [(each, pointer) for each, pointer in read if pointer is not None and pointer.size]


def _id(outcome: Outcome) -> str:
    return outcome.after[1] if outcome.after is not None else ""


def _store(repository: Repository) -> Path:
    """Where this repository's git lfs keeps contents: `lfs.storage`, from the common directory."""
    found = repository.found
    settings = read_configuration(found.git_dir, found.work_tree)
    named = next((each.value for each in reversed(settings) if each.key == "lfs.storage"), "")
    return Path(found.common_dir) / (named or "lfs") / "objects"


def _place(store: Path, pointer: Pointer) -> Path:
    name = pointer.digest
    return store / name[:2] / name[2:4] / name


def _is_kept(store: Path, pointer: Pointer) -> bool:
    try:
        return _place(store, pointer).stat().st_size == pointer.size
    except OSError:
        return False


def _holds(place: Path, pointer: Pointer) -> bool:
    """Whether a file is the content. No link is followed, and a pipe is not waited for."""
    try:
        status = place.lstat()
        if not stat.S_ISREG(status.st_mode) or status.st_size != pointer.size:
            return False
        return lfs.pointer_to(place) == pointer
    except OSError:
        return False


def _give(store: Path, source: Path, pointer: Pointer) -> None:
    """A copy under the name of its digest, which is taken while it is copied. Nothing where it is another."""
    if not _holds(source, pointer):
        return
    target = _place(store, pointer)
    # Where git lfs has its own, under a name as it gives them: what a kill leaves, it clears away.
    temporary = store.parent / "tmp" / f"{target.name}-{os.urandom(6).hex()}"
    try:
        temporary.parent.mkdir(parents=True, exist_ok=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        if _copied(source, temporary) != pointer:
            return
        temporary.replace(target)
        flush_folder(target.parent)
    except OSError as error:
        raise UserError(
            f"Nothing was landed: {target.parent} cannot be written: {error.strerror}.",
            hint="See to its permissions and the space on the disk, and land again.",
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


def _copied(source: Path, target: Path) -> Pointer:
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as old, target.open("xb") as new:
        while piece := old.read(_PIECE):
            digest.update(piece)
            size += len(piece)
            new.write(piece)
        new.flush()
        os.fsync(new.fileno())
    return Pointer(digest.hexdigest(), size)
