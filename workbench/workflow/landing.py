"""Landing: the accepted result written to the work tree or into a patch, and taken back again.

To the work tree go accepted lines as new and rejected ones as old; open lines stay as the work tree
has them. A patch gets accepted lines only. Nothing is written when anything conflicts.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import UserError
from workbench.git.journal import pending, recover
from workbench.git.worktree import Planned, Write, land, plan, undo
from workbench.review.actions import Landed, LandedFile, Undone
from workbench.review.carry import carry_selections
from workbench.review.compose import Take
from workbench.review.review import Review
from workbench.review.rounds import Source
from workbench.review.verdicts import Selection, Verdict, Verdicts, judged, select_changes
from workbench.store import paths
from workbench.workflow.composing import Entry, compose_tree, composed_files
from workbench.workflow.receive import last_read
from workbench.workflow.session import Session, new_id

WORKTREE = "worktree"
PATCH = "patch:"
OF_WORK_TREE = (Source.WORKTREE, Source.STAGED, Source.EXPERT)


@dataclass(frozen=True, slots=True)
class LandingRow:
    """One path that would be written, and how: "new", "changed", "deleted" or "merged"."""

    path: str
    what: str


@dataclass(frozen=True, slots=True)
class LandingPlan:
    """What a landing would do. `diff` is what the destination would gain; conflicts stop it whole."""

    destination: str
    rows: tuple[LandingRow, ...]
    diff: bytes
    rejected: int
    asked: int
    unread: int
    conflicts: tuple[str, ...] = ()
    """Each a path and why it cannot be written."""
    warnings: tuple[str, ...] = ()
    writes: tuple[Write, ...] = ()
    tree: str = ""


def plan_landing(session: Session, destination: str) -> LandingPlan:
    """What landing would write, with conflicts, and nothing written. Blocking."""
    if session.review.round is None:
        raise UserError("This review has no round yet.")
    if destination == WORKTREE:
        return _plan_work_tree(session)
    if destination.startswith(PATCH) and destination != PATCH:
        return _plan_patch(session, destination)
    raise UserError(
        f"{destination} is not a place to land.", hint="It is worktree, or patch: and the name of a file."
    )


def carry_out(session: Session, planned: LandingPlan, purpose: str = "land") -> Landed:
    """Write what was planned, all of it or nothing, and give the action that records it. Blocking.

    `Session.act` takes the action and lets the journal go; until then a kill is made good by `finish_landing`.
    """
    if planned.conflicts:
        raise UserError(
            f"Nothing was landed: {planned.conflicts[0]}.",
            hint="Refresh, judge what is new, and land again.",
        )
    if planned.destination != WORKTREE:
        return _write_patch(session, planned, purpose)
    action_id = new_id()
    session.log.remember(_intended(session), {"id": action_id, "purpose": purpose, "undoes": None})
    written = land(session.repository, planned.writes, paths.journal_dir(session.review.id))
    return _landed(session, action_id, tuple(each.file for each in written), purpose)


def undo_landing(session: Session, action: Landed) -> Undone:
    """Put back what a landing replaced: byte for byte where nothing was written since, else merged, else refused whole."""
    undone = Undone(id=new_id(), at=time.time(), target=action.id)
    if action.destination == WORKTREE:
        session.log.remember(_intended(session), {"id": undone.id, "purpose": "", "undoes": action.id})
        undo(session.repository, action.files, paths.journal_dir(session.review.id))
    else:
        _remove_patch(session, action)
    return undone


def finish_landing(session: Session) -> tuple[str, ...]:
    """After a kill: take back a landing that was not complete, record one that was. Sentences about it."""
    folder = paths.journal_dir(session.review.id)
    if not folder.is_dir():
        return ()
    said = tuple(recover(session.repository, folder))
    files = pending(folder)
    intended = session.log.remembered(_intended(session))
    if not files or intended is None:
        return said
    if intended["undoes"] is not None:
        session.act(Undone(id=intended["id"], at=time.time(), target=intended["undoes"]))
    else:
        session.act(_landed(session, intended["id"], files, intended["purpose"]))
    return said


def _intended(session: Session) -> str:
    """Under which name the log remembers what the landing in the journal is for."""
    return f"landing {session.review.id}"


def _landed(session: Session, action_id: str, files: tuple[LandedFile, ...], purpose: str) -> Landed:
    return Landed(
        id=action_id,
        at=time.time(),
        round=session.review.index,
        destination=WORKTREE,
        files=files,
        purpose=purpose,
        tree=_tree_after(session, files),
    )


def rejected_in_work_tree(session: Session) -> int:
    """How many files have rejected lines that stand in the user's work tree."""
    review = session.review
    if review.source is not Source.WORKTREE or review.round is None or review.closed:
        return 0
    taken_out = any(each.round == review.index for each in review.landings)
    if review.round.source not in OF_WORK_TREE or taken_out:
        return 0
    return sum(
        any(Verdict.REJECTED in part.values() for part in (held.old, held.new, held.facts))
        for held in review.current.values()
    )


def take_out_rejected(session: Session) -> Landed:
    """Take the rejected lines out of the work tree, before the feedback is sent. Blocking; undone like a landing."""
    return carry_out(session, _plan_work_tree(session), "take out")


def _plan_work_tree(session: Session) -> LandingPlan:
    review, repository = session.review, session.repository
    read = last_read(review)
    wanted = _wanted_in_work_tree(session)
    known = repository.tree_entries(read)
    writes = []
    for path, entry in wanted.items():
        if _differs(session, known.get(path), entry):
            writes.append(Write(path, _content(session, known.get(path)), _content(session, entry)))
    planned = plan(repository, writes)
    target = repository.compose_tree(read, {path: wanted[path] for path in wanted})
    return _counted(
        session,
        WORKTREE,
        rows=tuple(LandingRow(each.path, _what(each)) for each in planned.files),
        diff=repository.patch_between(read, target) if target != read else b"",
        conflicts=tuple(f"{each.path} {each.why}" for each in planned.conflicts),
        warnings=planned.warnings,
        writes=tuple(writes),
        tree=target,
    )


def _wanted_in_work_tree(session: Session) -> Mapping[str, Entry | None]:
    """What each touched path is to hold: accepted as new, rejected as old, open as the work tree has it."""
    review = session.review
    if review.round is not None and review.round.source in OF_WORK_TREE and review.source in OF_WORK_TREE:
        return composed_files(session.repository, session.files, review.current, Take.NOT_REJECTED)
    verdicts = _open_as_in_work_tree(session)
    wanted = dict(composed_files(session.repository, session.files, verdicts, Take.ACCEPTED))
    for path, entry in _left_behind(session, wanted).items():
        wanted.setdefault(path, entry)
    return wanted


def _open_as_in_work_tree(session: Session) -> Verdicts:
    """Open lines of a model's round that the work tree has already are kept there: taken as if accepted."""
    review = session.review
    read = _read_index(review)
    if read is None:
        return review.current
    there: Sequence[Selection] = select_changes(
        change for file in session.files_of(review.rounds[read].tree) for change in file.changes
    )
    for index in range(read + 1, len(review.rounds)):
        there = carry_selections(there, review.carries[index])
    everything = judged({}, there, Verdict.ACCEPTED)
    return _under(review.current, everything)


def _left_behind(session: Session, wanted: Mapping[str, Entry | None]) -> Mapping[str, Entry | None]:
    """Paths that the work tree changed and the model's round no longer does: they go back to the base."""
    review = session.review
    read = _read_index(review)
    if read is None:
        return {}
    base = session.repository.tree_entries(review.base)
    gone: dict[str, Entry | None] = {}
    for file in session.files_of(review.rounds[read].tree):
        for path in (file.path, file.base_path):
            if path is not None and path not in wanted:
                gone[path] = base.get(path)
    return gone


def _under(upper: Verdicts, lower: Verdicts) -> Verdicts:
    """Verdicts of `upper`, and those of `lower` where `upper` has none."""
    result = dict(lower)
    for path, held in upper.items():
        below = lower.get(path)
        if below is None:
            result[path] = held
            continue
        result[path] = type(held)(
            {**below.old, **held.old}, {**below.new, **held.new}, {**below.facts, **held.facts}
        )
    return result


def _read_index(review: Review) -> int | None:
    """The index of the newest round that was read from the work tree."""
    for index in range(len(review.rounds) - 1, -1, -1):
        if review.rounds[index].source in (Source.WORKTREE, Source.STAGED):
            return index
    return None


def _plan_patch(session: Session, destination: str) -> LandingPlan:
    review, repository = session.review, session.repository
    target = compose_tree(repository, review.base, session.files, review.current, Take.ACCEPTED)
    touched = repository.file_changes(review.base, target)
    warnings = ("Nothing is accepted, so the patch would be empty.",) if target == review.base else ()
    return _counted(
        session,
        destination,
        rows=tuple(
            LandingRow(file.path, {"added": "new", "deleted": "deleted"}.get(file.status, "changed"))
            for file in touched
        ),
        diff=repository.patch_between(review.base, target),
        warnings=warnings,
        tree=target,
    )


def _counted(
    session: Session,
    destination: str,
    *,
    rows: tuple[LandingRow, ...],
    diff: bytes,
    tree: str,
    conflicts: tuple[str, ...] = (),
    warnings: tuple[str, ...] = (),
    writes: tuple[Write, ...] = (),
) -> LandingPlan:
    counted = session.progress()
    return LandingPlan(
        destination,
        rows,
        diff,
        counted.rejected,
        counted.asked,
        counted.unread,
        conflicts,
        warnings,
        writes,
        tree,
    )


def _write_patch(session: Session, planned: LandingPlan, purpose: str) -> Landed:
    """Write the patch under its name, whole or not at all; a file that is there already is not replaced."""
    target = Path(planned.destination[len(PATCH) :]).absolute()
    try:
        handle, name = tempfile.mkstemp(prefix=".workbench-", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(planned.diff)
                file.flush()
                os.fsync(file.fileno())
            Path(target).hardlink_to(name)
        finally:
            Path(name).unlink()
    except FileExistsError as error:
        raise UserError(
            f"{target} exists already.", hint="Nothing was written. Name another file, or move that one away."
        ) from error
    except OSError as error:
        raise UserError(
            f"{target} could not be written: {error.strerror}.",
            hint="Check the folder's permissions and space.",
        ) from error
    blob = session.repository.write_blobs([planned.diff])[0]
    return Landed(
        id=new_id(),
        at=time.time(),
        round=session.review.index,
        destination=f"{PATCH}{target}",
        files=(LandedFile(str(target), None, None, blob, "100644"),),
        purpose=purpose,
    )


def _remove_patch(session: Session, action: Landed) -> None:
    written = action.files[0]
    target = Path(written.path)
    if not target.exists():
        return
    if target.read_bytes() != session.repository.blob(written.after_id or ""):
        raise UserError(
            f"{target} was changed since it was written.", hint="It is left as it is. Delete it yourself."
        )
    target.unlink()


def _tree_after(session: Session, files: Sequence[LandedFile]) -> str:
    entries: dict[str, Entry | None] = {
        file.path: (file.after_mode, file.after_id) if file.after_mode and file.after_id else None
        for file in files
    }
    return session.repository.compose_tree(last_read(session.review), entries)


def _content(session: Session, entry: Entry | None) -> tuple[str, bytes] | None:
    if entry is None:
        return None
    mode, content = entry
    return mode, content if isinstance(content, bytes) else session.repository.blob(content)


def _differs(session: Session, known: Entry | None, wanted: Entry | None) -> bool:
    if known is None or wanted is None:
        return known is not wanted
    if known[0] != wanted[0]:
        return True
    if isinstance(wanted[1], str):
        return known[1] != wanted[1]
    return session.repository.blob(str(known[1])) != wanted[1]


def _what(planned: Planned) -> str:
    if planned.merged:
        return "merged"
    if planned.now is None:
        return "new"
    return "deleted" if planned.result is None else "changed"
