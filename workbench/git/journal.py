"""After a kill: what a landing left behind is taken back, or said to be finished.

An action is in the log only after its landing returned. So a landing that a kill interrupted is in no log,
and is taken back; one that was done and not acknowledged yet is told to the caller by `pending`.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.git.carrying import Landing
from workbench.git.composing import object_id
from workbench.git.folder import LINK, File, WorkFolder
from workbench.git.locking import landing_lock
from workbench.git.record import Record, Ref, StepRef, read_record, remove_record
from workbench.git.shadow import has_modes
from workbench.git.stepping import Step, in_order
from workbench.review.actions import LandedFile

if TYPE_CHECKING:
    from workbench.git.repository import Repository


def recover(repository: Repository, journal_dir: Path) -> list[str]:
    """Take back what an interrupted landing left; sentences about it.

    Nothing where another process is landing.
    """
    record = read_record(journal_dir)
    if record is None:
        return []
    if record.done:
        return _clear_done(repository, record)
    with landing_lock(repository.shadow) as held:
        if not held:
            return []
        count = len({step.path for step in record.steps})
        files = f"{count} file" if count == 1 else f"{count} files"
        left = _go_back(repository, record)
        remove_record(journal_dir)
    said = f"A landing of {files} was interrupted. It was taken back"
    if not left:
        return [f"{said}: every file is as it was before."]
    kept = repository.shadow / "backup"
    return [
        f"{said}, but for what somebody wrote to since: {', '.join(left)}. What stood there is in {kept}."
    ]


def pending(journal_dir: Path) -> tuple[LandedFile, ...]:
    """The files of a landing that was done and that nobody has acknowledged: the kill came before its
    action was saved.
    """
    record = read_record(journal_dir)
    return landed_files(record.steps) if record is not None and record.done else ()


def acknowledge(journal_dir: Path) -> None:
    """The action of the landing is in the log: its journal goes."""
    record = read_record(journal_dir)
    if record is None or (record.done and not (Path(record.work_tree) / record.folder).exists()):
        remove_record(journal_dir)


def landed_files(steps: Iterable[StepRef]) -> tuple[LandedFile, ...]:
    """What each path was before and is after all the steps on it."""
    first: dict[str, Ref | None] = {}
    last: dict[str, Ref | None] = {}
    for step in steps:
        first.setdefault(step.path, step.before)
        last[step.path] = step.after
    return tuple(_landed(path, before, last[path]) for path, before in first.items())


def _landed(path: str, before: Ref | None, after: Ref | None) -> LandedFile:
    before_mode, before_id = before or (None, None)
    after_mode, after_id = after or (None, None)
    return LandedFile(path, before_id, before_mode, after_id, after_mode)


def _clear_done(repository: Repository, record: Record) -> list[str]:
    """After a kill at the very end: everything is in place, only the landing's folder is still there."""
    with landing_lock(repository.shadow) as held:
        if not held or not (Path(record.work_tree) / record.folder).is_dir():
            return []
        with WorkFolder(Path(record.work_tree), modes=has_modes(repository.found)) as folder:
            landing = Landing(repository, folder, record.folder)
            landing.stood(record.steps)
            for step in record.steps:
                if step.after is None:
                    folder.remove_empty_folders(step.path)
            landing.put_away()
    return ["A landing was interrupted at its very end. It is complete."]


def _go_back(repository: Repository, record: Record) -> list[str]:
    with WorkFolder(Path(record.work_tree), modes=has_modes(repository.found)) as folder:
        landing = Landing(repository, folder, record.folder)
        if not record.ready:
            landing.clear()
            return []
        _mend(folder, record.steps)
        planned = steps = [_with_bytes(repository, folder, step) for step in record.steps]
        if not (folder.root / record.folder).is_dir():
            steps = _laid_out_again(folder, record.folder, planned)
        # Not in the order of the journal: a file that took a folder's place goes before what was in there.
        return landing.go_back(in_order(steps), planned)


def _laid_out_again(folder: WorkFolder, name: str, steps: Iterable[Step]) -> list[Step]:
    """Somebody removed the landing's folder (`git clean`, `git stash -u`): what was displaced is brought back
    from the shadow directory, where the landing still stands. Returns the steps that left anything.
    """
    folder.make_folder(name)
    stand = []
    for step in steps:
        found = folder.read(step.path)
        now, like = found if found is not None else (None, None)
        if step.before is not None and now == step.after:
            folder.create(step.temporary, step.before, like)
            if step.before[0] != LINK:
                folder.flush(step.temporary)
        if step.before is not None or now is not None:
            stand.append(step)
    return stand


def _with_bytes(repository: Repository, folder: WorkFolder, step: StepRef) -> Step:
    """A step of the journal with its bytes. Of one that merged, they may stand in the work tree alone."""
    near = [found[0][1] for path in (step.temporary, step.path) if (found := folder.read(path)) is not None]
    by_id = {object_id(repository, data): data for data in near}

    def file(ref: Ref | None) -> File | None:
        if ref is None:
            return None
        return ref[0], by_id[ref[1]] if ref[1] in by_id else repository.blob(ref[1])

    return Step(step.path, step.temporary, file(step.before), file(step.after))


def _mend(folder: WorkFolder, steps: Iterable[StepRef]) -> None:
    for step in steps:
        if step.before is not None and step.after is not None:
            folder.mend(step.temporary)
