"""Carrying a landing out: all of it or nothing, whoever else writes meanwhile. `worktree.py` decides what.

What came into a file between our reading and our exchange is merged into it in a further step; where that
cannot be done, everything is taken back. `journal.py` takes back what a kill left behind.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import UserError
from workbench.git.apart import join_apart
from workbench.git.composing import object_id
from workbench.git.emptied import Emptied
from workbench.git.exchange import flush_file_system
from workbench.git.folder import LINK, File, Owner, WorkFolder
from workbench.git.late import Kept, write_kept
from workbench.git.not_landed import failure, not_back, not_recorded
from workbench.git.record import RecordWriter, Ref, StandsError, StepRef
from workbench.git.runner import GitError
from workbench.git.stepping import (
    Move,
    MovedError,
    Outcome,
    Step,
    do,
    in_order,
    is_done,
    prepare,
    settled,
    take_back,
)

if TYPE_CHECKING:
    from workbench.git.repository import Repository

# Above this many files one flush of the whole file system is quicker than one for each.
_FLUSH_EACH = 40
# How often a file that somebody writes all the time is merged before we give up and take everything back.
_TRIES = 12


def merge_files(
    repository: Repository, base: File | None, ours: File | None, theirs: File | None, *, finely: bool = False
) -> File | None:
    """Three files merged, mode and content each for itself; None on a conflict."""
    if base is None or ours is None or theirs is None:
        return None
    modes = {base[0], ours[0], theirs[0]}
    if len(modes) > 1 and LINK in modes:
        return None
    mode = theirs[0] if ours[0] == base[0] else ours[0]
    if LINK in modes:
        content = theirs[1] if ours[1] == base[1] else ours[1] if theirs[1] in (base[1], ours[1]) else None
    else:
        content = join_apart(base[1], ours[1], theirs[1])
        if content is None:
            content = repository.merge(base[1], ours[1], theirs[1], finely=finely)
    return None if content is None else (mode, content)


class Landing:
    """One landing under way."""

    def __init__(self, repository: Repository, folder: WorkFolder, name: str) -> None:
        self._repository = repository
        self._folder = folder
        self._name = name
        self._count = 0
        self._done: list[Step] = []
        # What stood at a path and lies in the landing's folder now, by its name there: the path, and what it
        # held then. Displaced files and ours that were taken back: a program that opened one while it stood
        # there may write to it later, so each is kept and read again.
        self._stood: dict[str, tuple[str, File | Ref]] = {}
        # What somebody wrote while we were at it: the path, what it was made from, and what was seen. It is
        # in the file now. But a program that read ours in the instant before may put that, with its next
        # edit, over it; so the next refresh looks whether it is still there, and tells what is not.
        self._seen: list[tuple[str, File | None, File]] = []
        self._owners: Mapping[str, Owner | None] = {}
        self._emptied = Emptied(folder)

    def temporary(self) -> str:
        """The next free name in the landing's own folder."""
        self._count += 1
        return f"{self._name}/{self._count}"

    def carry_out(
        self, steps: Sequence[Step], owners: Mapping[str, Owner | None], record: RecordWriter
    ) -> list[Step]:
        """Write, put in place, look again.

        Everything is taken back where that fails, and the error goes on.
        """
        self._owners = owners
        self._emptied.plan(steps)
        try:
            self._folder.make_folder(self._name)
            for step in steps:
                prepare(self._folder, step, owners.get(step.path))
            self._flush(steps)
            record.ready()
            for step in in_order(steps):
                self._put(step, record)
            for step in list(self._done):
                self._look_again(step, record)
            self._emptied.look_again()
            self._flush_folders()
            record.done()
        except StandsError as error:
            # The landing's folder stays, too: whatever the journal is found to say, it can be done.
            raise not_recorded(self._name, error.cause) from error
        except (MovedError, OSError, UserError, GitError) as error:
            with suppress(OSError):  # a full disk: the journal says enough without it
                record.back()
            left = self.go_back(self._done)
            raise failure(error, left) from error
        self._emptied.remove_emptied()
        return self._done

    def _put(self, step: Step, record: RecordWriter) -> None:
        """Do a step; where the path moved on, merge and do it again."""
        for number in range(_TRIES):
            if step.move is Move.CREATE:
                self._emptied.make_way(step.path)
            outcome = do(self._folder, step)
            if outcome.done:
                self._done.append(step)
                self._displaced(step)
                if number:
                    self._secure(step)
                return
            self._withdraw(step, outcome)
            again = self._merged_step(step, record)
            if again is None:
                return
            step = again
        raise MovedError(step.path)

    def _merged_step(self, step: Step, record: RecordWriter) -> Step | None:
        """The step for what stands at the path now; None where nothing is left to do."""
        now = settled(self._folder, step.path, step.before)
        self._saw(step.path, step.before, now)
        merged = merge_files(self._repository, step.before, now, step.after)
        if merged is None:
            raise MovedError(step.path)
        if merged == now:
            return None
        # From here to the exchange every millisecond counts against a busy agent: what makes it safe against
        # a loss of power comes right after (`_secure`). Against a kill it is safe as it is.
        again = Step(step.path, self.temporary(), now, merged)
        prepare(self._folder, again, self._owners.get(step.path))
        refs = [
            None if side is None else (side[0], object_id(self._repository, side[1]))
            for side in (now, merged)
        ]
        record.step(StepRef(again.path, again.temporary, refs[0], refs[1]), flush=False)
        return again

    def _secure(self, step: Step) -> None:
        references(self._repository, [step.before, step.after])
        if step.after is not None and step.after[0] != LINK:
            self._folder.flush(step.path)

    def _bring_in(self, path: str, base: File | None, theirs: File) -> None:
        """Bring what somebody wrote (`theirs`, made from `base`) into what stands at the path.

        Never taken back.
        """
        self._saw(path, base, theirs)
        for _ in range(_TRIES):
            now = settled(self._folder, path, base)
            merged = merge_files(self._repository, base, now, theirs, finely=True)
            if merged is None:
                raise MovedError(path)
            if merged == now:
                return
            step = Step(path, self.temporary(), now, merged)
            prepare(self._folder, step, self._owners.get(path))
            self._folder.flush(step.temporary)
            outcome = do(self._folder, step)
            if outcome.done:
                self._displaced(step)
                return
            self._withdraw(step, outcome)
        raise MovedError(path)

    def _displaced(self, step: Step) -> None:
        """Remember a step that was done: what stood at the path lies under the temporary name."""
        if step.before is not None:
            self._stood[step.temporary] = (step.path, step.before)

    def _withdrawn(self, step: Step) -> None:
        """Remember a step that was taken back: ours lies under the temporary name."""
        if step.after is not None:
            self._stood[step.temporary] = (step.path, step.after)
        else:
            self._stood.pop(step.temporary, None)

    def _saw(self, path: str, base: File | None, theirs: File | None) -> None:
        """Remember what somebody wrote."""
        if theirs is not None and theirs != base and (path, base, theirs) not in self._seen:
            self._seen.append((path, base, theirs))

    def _withdraw(self, step: Step, outcome: Outcome) -> None:
        """Remember a step that was taken back at once; bring in what somebody wrote to it in between."""
        self._withdrawn(step)
        self._saw(step.path, step.before, outcome.found)
        if outcome.extra is not None:
            self._bring_in(step.path, step.after, outcome.extra)

    def _look_again(self, step: Step, record: RecordWriter) -> None:
        """A program that had the old file open may have written to it after it was displaced."""
        if step.move is Move.CREATE:
            return
        late = settled(self._folder, step.temporary, step.before)
        if late == step.before or late is None:
            return
        self._saw(step.path, step.before, late)
        if step.move is Move.DELETE:
            raise MovedError(step.path)
        if take_back(self._folder, step):
            self._done.remove(step)
            self._withdrawn(step)
            again = self._merged_step(step, record)
            if again is not None:
                self._put(again, record)
                self._secure(again)
        else:
            self._bring_in(step.path, step.before, late)

    def _flush(self, steps: Sequence[Step]) -> None:
        files = [step.temporary for step in steps if step.after is not None and step.after[0] != LINK]
        at = self._folder.folder_descriptor()
        if len(files) > _FLUSH_EACH and at is not None and flush_file_system(at):
            return
        for path in files:
            self._folder.flush(path)

    def _flush_folders(self) -> None:
        at = self._folder.folder_descriptor()
        folders = {step.path.rpartition("/")[0]: step.path for step in self._done}
        if len(folders) > _FLUSH_EACH and at is not None and flush_file_system(at):
            return
        for path in folders.values():
            self._folder.flush_folder(path)

    def go_back(self, steps: Iterable[Step], planned: Iterable[Step] = ()) -> list[str]:
        """Take back what was done, the last step first; then the landing's folder goes.

        `planned` are further steps, of which nothing stands but perhaps an empty folder that was made.
        Returns the paths that somebody wrote to meanwhile and where not everything could be brought together.
        Theirs stands there; what we had displaced is in the shadow directory. `NotBackError` where the system
        refuses: all else is back, and the landing's folder stays with what belongs there.
        """
        steps = list(steps)
        self._emptied.plan((*steps, *planned))
        left: list[Step] = []
        refused: list[tuple[str, Exception]] = []
        for step in reversed(steps):
            try:
                if not self._take_back(step):
                    found = self._folder.read(step.temporary)
                    references(self._repository, [found[0] if found is not None else None])
                    left.append(step)
            except (MovedError, OSError, UserError, GitError) as error:
                refused.append((step.path, error))
        self._emptied.remove_made()
        if refused:
            raise not_back(self._name, refused)
        self.put_away()
        return list(dict.fromkeys(step.path for step in left))

    def _take_back(self, step: Step) -> bool:
        if step.move is Move.DELETE:
            self._emptied.make_way_back(step.path)
        if not is_done(self._folder, step):
            return True
        if take_back(self._folder, step):
            self._withdrawn(step)
            return True
        self._displaced(step)
        # Somebody wrote onto what we had put there: their edit is kept, ours is taken out of it.
        now = self._folder.read(step.path)
        displaced = self._folder.read(step.temporary)
        if now is None or displaced is None or step.move is not Move.EXCHANGE:
            return False
        without = merge_files(self._repository, step.after, now[0], step.before, finely=True)
        if without is None:
            return False
        whole = merge_files(self._repository, step.before, without, displaced[0], finely=True)
        again = Step(step.path, f"{step.temporary}.{os.getpid()}", now[0], whole or without)
        if again.after == again.before:
            return whole is not None
        self._folder.remove(again.temporary)
        prepare(self._folder, again, now[1])
        self._folder.flush(again.temporary)
        try:
            outcome = do(self._folder, again)
        except MovedError:
            return False
        if outcome.done:
            self._displaced(again)
        else:
            self._withdrawn(again)
            self._saw(again.path, again.before, outcome.found)
            self._saw(again.path, again.after, outcome.extra)
        return outcome.done and whole is not None

    def clear(self) -> None:
        """Remove the landing's own folder with all in it."""
        place = self._folder.root / self._name
        if place.is_symlink() or not place.is_dir():
            return
        # Twice: whoever looks through new files holds them for a moment. What does not go then stays, and
        # with it the journal: the next start clears it away.
        for _ in range(2):
            self._emptied.clear(place)
            for entry in list(os.scandir(place)):
                with suppress(OSError):
                    self._folder.remove(f"{self._name}/{entry.name}")
            with suppress(OSError):
                place.rmdir()
                return

    def stood(self, steps: Iterable[StepRef]) -> None:
        """After a kill: the steps of the journal, each done or taken back, for `put_away`."""
        for step in steps:
            found = self._folder.read(step.temporary)
            if found is None:
                continue
            ours = step.after is not None and self._identity(found[0]) == step.after[1]
            known = step.after if ours else step.before
            if known is not None:
                self._stood[step.temporary] = (step.path, known)

    def put_away(self) -> None:
        """Keep what stood at a path where it can be read again at the next refreshes, then clear.

        Moved, not copied: a program that still has one open writes to the very file that we read.
        """
        place = self._repository.shadow / "backup" / self._name.lstrip(".")
        if self._stood or self._seen:
            # On a full disk, or across file systems, they are not kept: they were read for the last time.
            with suppress(OSError, UserError):
                self._keep(place)
        self.clear()

    def _keep(self, place: Path) -> None:
        names: list[Kept] = []
        for temporary, (path, known) in self._stood.items():
            if known[0] != LINK:
                names.append(Kept(temporary.rpartition("/")[2], path, known[0], self._identity(known)))
        seen = [each for each in self._seen if not self._is_torn(each)]
        references(self._repository, [base for _, base, _ in seen])
        for number, (path, base, theirs) in enumerate(seen):
            names.append(Kept(f"seen{number}", path, theirs[0], self._identity(base) if base else ""))
        place.mkdir(exist_ok=True)
        # The list first: whoever finds the folder knows at once which files are to come.
        write_kept(place, names)
        for number, (_, _, theirs) in enumerate(seen):
            (place / f"seen{number}").write_bytes(theirs[1])
        for name in names:
            with suppress(FileNotFoundError):
                (self._folder.root / self._name / name.name).rename(place / name.name)

    def _is_torn(self, seen: tuple[str, File | None, File]) -> bool:
        """Whether it is but the beginning of what its writer has written since."""
        path, base, theirs = seen
        found = self._folder.read(path)
        whole = [each[1] for each in (base, found[0] if found else None) if each is not None]
        return theirs[0] == LINK or any(each.startswith(theirs[1]) for each in whole)

    def _identity(self, known: File | Ref) -> str:
        return known[1] if isinstance(known[1], str) else object_id(self._repository, known[1])


def references(repository: Repository, files: Sequence[File | None]) -> list[Ref | None]:
    """The files' bytes stored in the shadow directory, on disk when this returns."""
    contents = [file[1] for file in files if file is not None]
    ids = iter(repository.write_blobs(contents, durable=True))
    return [None if file is None else (file[0], next(ids)) for file in files]
