"""The only writer to the user's work tree. Compares first, merges or refuses, then writes all or nothing.

Design 3.7. Nothing is ever overwritten: bytes go into the shadow directory first, and the file that was
there is exchanged, not replaced. This file decides what is written; `carrying.py` writes it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence, Set
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from workbench.errors import UserError
from workbench.git.carrying import Landing, merge_files, references
from workbench.git.composing import object_id
from workbench.git.folder import LINK, File, Owner, WorkFolder
from workbench.git.locking import landing_lock
from workbench.git.paths import LANDING, unfit_for_windows, why_hostile
from workbench.git.record import RecordWriter, StepRef, read_record, remove_record
from workbench.git.shadow import has_modes
from workbench.git.stepping import Step
from workbench.git.writing_back import as_in_work_tree, conversions
from workbench.review.actions import LandedFile

if TYPE_CHECKING:
    from workbench.git.repository import Repository

_FILE_MODES = ("100644", "100755", LINK)


class Write(Struct, frozen=True):
    """What is wanted of one path.

    `expected` is what the work tree held when it was last read, None for no file. `exact`: both are its
    own bytes, with its own line ends, and not those of the tree.
    """

    path: str
    expected: File | None
    result: File | None
    exact: bool = False


class Planned(Struct, frozen=True):
    """What will stand at one path.

    `merged`: it moved on since it was read, and both edits are in `result`.
    """

    path: str
    now: File | None
    result: File | None
    merged: bool = False


class Conflict(Struct, frozen=True):
    """A path that moved on since it was read in a way that cannot be merged, and how."""

    path: str
    why: str


class Plan(Struct, frozen=True):
    """What a landing would do now. With a conflict it does nothing.

    Paths that are right already are left out.
    """

    files: tuple[Planned, ...]
    conflicts: tuple[Conflict, ...] = ()
    warnings: tuple[str, ...] = ()


class Written(Struct, frozen=True):
    """One path that was written. `merged`: what somebody else had written to it is in it too."""

    file: LandedFile
    merged: bool = False


class ConflictError(UserError):
    """A landing that was refused as a whole; `conflicts` names the files."""

    def __init__(self, message: str, *, hint: str = "", conflicts: tuple[Conflict, ...] = ()) -> None:
        super().__init__(message, hint=hint)
        self.conflicts = conflicts


def plan(repository: Repository, writes: Sequence[Write]) -> Plan:
    """Compare every path with the work tree, and merge where it moved on. Writes nothing."""
    with _folder(repository) as folder:
        return _plan(repository, folder, writes)[0]


def land(repository: Repository, writes: Sequence[Write], journal_dir: Path) -> tuple[Written, ...]:
    """Write all of it or nothing.

    `ConflictError` names the files that moved on; every other refusal is a `UserError`.

    The journal stays, marked as done, until the caller has saved its action and calls `journal.acknowledge`.
    """
    with landing_lock(repository.shadow) as held:
        if not held:
            raise UserError(
                "Another landing is being written to this work tree.", hint="Try again in a moment."
            )
        _refuse_unfinished(journal_dir)
        with _folder(repository) as folder:
            planned, owners = _plan(repository, folder, writes)
            if planned.conflicts:
                raise _refusal(planned.conflicts)
            return _write(repository, folder, planned, owners, journal_dir)


def undo(repository: Repository, files: Sequence[LandedFile], journal_dir: Path) -> tuple[Written, ...]:
    """Take a landing back: a landing itself, of what stood there before.

    Merged where the file moved on since.
    """
    return land(repository, undo_writes(repository, files), journal_dir)


def undo_writes(repository: Repository, files: Sequence[LandedFile]) -> tuple[Write, ...]:
    """What has to be written to take a landing back."""
    ids = [identity for file in files for identity in (file.before_id, file.after_id) if identity]
    blobs = repository.blobs(ids) if ids else {}
    return tuple(
        Write(
            file.path,
            (file.after_mode, blobs[file.after_id]) if file.after_mode and file.after_id else None,
            (file.before_mode, blobs[file.before_id]) if file.before_mode and file.before_id else None,
            exact=True,
        )
        for file in files
    )


def _folder(repository: Repository) -> WorkFolder:
    try:
        return WorkFolder(repository.work_tree, modes=has_modes(repository.found))
    except FileNotFoundError as error:
        raise UserError(
            f"{repository.work_tree} is not there any more.", hint="Was it moved? Open it where it is now."
        ) from error


def _plan(
    repository: Repository, folder: WorkFolder, writes: Sequence[Write]
) -> tuple[Plan, Mapping[str, Owner | None]]:
    _refuse_hostile(writes)
    files: list[Planned] = []
    conflicts: list[Conflict] = []
    owners: dict[str, Owner | None] = {}
    converted = conversions(repository, [each.path for each in writes if not each.exact])
    for wanted in writes:
        found = _read(folder, wanted.path)
        now, owners[wanted.path] = found if found is not None else (None, None)
        now = _with_mode(repository, now, wanted.expected)
        write = wanted
        if wanted.path in converted and not wanted.exact:
            sides = (wanted.expected, wanted.result)
            write = Write(
                wanted.path, *as_in_work_tree(repository, wanted.path, sides, now, converted[wanted.path])
            )
        if now == write.result:
            continue
        if now == write.expected:
            files.append(Planned(write.path, now, write.result))
            continue
        merged = merge_files(repository, write.expected, now, write.result)
        if merged is None:
            conflicts.append(Conflict(write.path, _why(write, now)))
        elif merged != now:
            files.append(Planned(write.path, now, merged, merged=True))
    created = [file.path for file in files if file.now is None]
    _refuse_through_links(folder, created, {file.path for file in files if file.result is None})
    warnings = tuple(
        f"{path} cannot be checked out on Windows." for path in created if unfit_for_windows(path)
    )
    return Plan(tuple(files), tuple(conflicts), warnings), owners


def _read(folder: WorkFolder, path: str) -> tuple[File, Owner] | None:
    try:
        return folder.read(path)
    except OSError as error:
        raise UserError(
            f"Nothing was landed: {path} cannot be read: {error.strerror}.", hint="See to its permissions."
        ) from error


def _refuse_through_links(folder: WorkFolder, created: Sequence[str], removed: Set[str]) -> None:
    """A new file may stand in place of a symlink that goes, and never beyond one."""
    for path in created:
        link = folder.link_above(path) if "/" in path else ""
        if link and link not in removed:
            raise UserError(
                f"Nothing was landed: {path} is reached through a symlink, which is never followed.",
                hint=f"Replace the link {link} by a folder first.",
            )


def _with_mode(repository: Repository, now: File | None, expected: File | None) -> File | None:
    """On a file system without an executable bit the mode is what it was said to be."""
    if now is None or expected is None or LINK in (now[0], expected[0]) or has_modes(repository.found):
        return now
    return expected[0], now[1]


def _refuse_hostile(writes: Sequence[Write]) -> None:
    seen: set[str] = set()
    for write in writes:
        why = why_hostile(write.path)
        if why is None and write.path in seen:
            why = "named twice"
        if why is None and os.name == "nt" and unfit_for_windows(write.path):
            why = "a name that Windows cannot hold"
        if why is None and write.result is not None and write.result[0] not in _FILE_MODES:
            why = "no file or link, and only those are written"
        if why is not None:
            raise UserError(
                f"Nothing was landed: {write.path!r} is {why}.", hint="Reject that file, and land again."
            )
        seen.add(write.path)


def _why(write: Write, now: File | None) -> str:
    if now is None:
        return "was removed since it was read"
    if write.expected is None:
        return "was created since, with other contents"
    if write.result is None:
        return "is to be removed, and was changed since it was read"
    if LINK in (now[0], write.expected[0], write.result[0]):
        return "is a symlink, or was one, and was changed since it was read"
    if b"\0" in now[1] + write.result[1]:
        return "is binary, and was changed since it was read"
    return "was changed since it was read, in the same lines"


def _refusal(conflicts: tuple[Conflict, ...]) -> ConflictError:
    listed = "; ".join(f"{conflict.path} {conflict.why}" for conflict in conflicts[:5])
    more = f"; and {len(conflicts) - 5} more" if len(conflicts) > 5 else ""
    return ConflictError(
        f"Nothing was landed: {listed}{more}.",
        hint="Refresh, look at what is new, and land again.",
        conflicts=conflicts,
    )


def _refuse_unfinished(journal_dir: Path) -> None:
    record = read_record(journal_dir)
    if record is not None and not record.done:
        raise UserError(
            "A landing that was interrupted has not been taken back yet.",
            hint=f"What it displaced is in {record.folder} of the work tree. Open the review again.",
        )


def _write(
    repository: Repository,
    folder: WorkFolder,
    planned: Plan,
    owners: Mapping[str, Owner | None],
    journal_dir: Path,
) -> tuple[Written, ...]:
    if not planned.files:
        return ()
    name = LANDING + os.urandom(4).hex()
    landing = Landing(repository, folder, name)
    steps = [Step(file.path, landing.temporary(), file.now, file.result) for file in planned.files]
    refs = references(repository, [side for step in steps for side in (step.before, step.after)])
    listed = [
        StepRef(step.path, step.temporary, refs[2 * number], refs[2 * number + 1])
        for number, step in enumerate(steps)
    ]
    record = RecordWriter(journal_dir, str(repository.work_tree), name, listed)
    try:
        done = landing.carry_out(steps, owners, record)
    except BaseException:
        record.close()
        _forget_if_back(folder, journal_dir, name)
        raise
    record.close()
    landing.put_away()
    return _written(repository, planned, done)


def _forget_if_back(folder: WorkFolder, journal_dir: Path, name: str) -> None:
    """The journal goes when the landing's folder is gone; else `recover` still needs it.

    One that may not be removed is no harm: the next start finds nothing left to take back.
    """
    if not (folder.root / name).exists():
        with suppress(OSError):
            remove_record(journal_dir)


def _written(repository: Repository, planned: Plan, done: Sequence[Step]) -> tuple[Written, ...]:
    """What each path was and is, in the order of the plan.

    A path that needed nothing after all is not among them.
    """
    steps = {step.path: step for step in done}
    written = []
    for file in planned.files:
        step = steps.get(file.path)
        if step is None:
            continue
        before_mode, before_id = _named(repository, step.before)
        after_mode, after_id = _named(repository, step.after)
        landed = LandedFile(file.path, before_id, before_mode, after_id, after_mode)
        written.append(Written(landed, file.merged or step.after != file.result))
    return tuple(written)


def _named(repository: Repository, file: File | None) -> tuple[str | None, str | None]:
    """Mode and id of bytes that are stored already."""
    return (None, None) if file is None else (file[0], object_id(repository, file[1]))
