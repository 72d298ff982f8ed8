"""Landing: the accepted result written to the work tree or into a patch, and taken back again.

To the work tree go accepted lines as new and rejected ones as old; open lines stay as the work tree
has them. A patch gets accepted lines only. Nothing is written when anything conflicts.
"""

from __future__ import annotations

import time
from pathlib import Path

from msgspec import Struct
from msgspec.structs import asdict

from workbench.errors import UserError
from workbench.git.journal import acknowledge, pending, recover
from workbench.git.record import read_record
from workbench.git.worktree import Planned, Write, land, plan, undo
from workbench.review.actions import Landed, LandedFile, Undone
from workbench.review.compose import Take
from workbench.review.review import Review
from workbench.review.rounds import Source
from workbench.review.verdicts import Verdict
from workbench.store import paths
from workbench.workflow.composing import compose_tree
from workbench.workflow.keeping import keep_rounds
from workbench.workflow.patch_file import remove_patch, write_patch
from workbench.workflow.receive import model_stands
from workbench.workflow.recording import announce, announced, give_up, hold
from workbench.workflow.session import Session, new_id
from workbench.workflow.work_tree import wanted_in_work_tree

WORKTREE = "worktree"
PATCH = "patch:"


class Intended(Struct, frozen=True):
    """What a landing will be recorded as, noted before it writes. `undoes`: the landing it takes back."""

    id: str
    purpose: str
    round: int
    tree: str
    undoes: str | None = None


class LandingRow(Struct, frozen=True):
    """One path that would be written, and how: "new", "changed", "deleted" or "merged"."""

    path: str
    what: str


class LandingPlan(Struct, frozen=True):
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
        raise UserError("This review has no round yet.", hint="Start a new review.")
    if destination == WORKTREE:
        return _plan_work_tree(session)
    if destination.startswith(PATCH) and destination != PATCH:
        return _plan_patch(session, destination)
    raise UserError(
        f"{destination} is not a place to land.", hint="It is worktree, or patch: and the name of a file."
    )


def carry_out(session: Session, planned: LandingPlan, purpose: str = "land") -> Landed:
    """Write what was planned, all of it or nothing, and give the action that records it. Blocking.

    `Session.act` takes the action and lets the journal go; a kill before is made good by `finish_landing`.
    """
    if planned.conflicts:
        raise UserError(
            f"Nothing was landed: {planned.conflicts[0]}.",
            hint="Refresh, judge what is new, and land again.",
        )
    keep_rounds(session)
    if planned.destination != WORKTREE:
        target = Path(planned.destination[len(PATCH) :]).absolute()
        written = write_patch(session, target, planned.diff)
        intended = Intended(new_id(), purpose, session.review.index, "")
        return _landed(intended, f"{PATCH}{target}", (written,))
    intended = Intended(new_id(), purpose, session.review.index, planned.tree)
    announce(session, intended.id, asdict(intended))
    try:
        done = land(session.repository, planned.writes, paths.journal_dir(session.review.id))
    except BaseException:
        give_up(session)
        raise
    return _landed(intended, WORKTREE, tuple(each.file for each in done))


def undo_landing(session: Session, action: Landed) -> Undone:
    """Put back what a landing replaced: byte for byte if nothing was written since, else merged, else not."""
    undone = Undone(id=new_id(), at=time.time(), target=action.id)
    if action.destination != WORKTREE:
        remove_patch(session, action.files[0])
        return undone
    announce(session, undone.id, asdict(Intended(undone.id, "", action.round, "", action.id)))
    try:
        undo(session.repository, action.files, paths.journal_dir(session.review.id))
    except BaseException:
        give_up(session)
        raise
    return undone


def finish_landing(session: Session) -> tuple[str, ...]:
    """After a kill: take back a landing that was not complete, record one that was. Sentences about it.

    Nothing is done while another process is still landing.
    """
    folder = paths.journal_dir(session.review.id)
    if read_record(folder) is None:
        return ()
    found = announced(session)
    intended = Intended(**found) if found is not None else None
    if session.recording is None and not hold(session, intended.id if intended else ""):
        return ()
    said = tuple(recover(session.repository, folder))
    files = pending(folder)
    if intended is not None and files and not _is_recorded(session, intended.id):
        if intended.undoes is not None:
            session.act(Undone(id=intended.id, at=time.time(), target=intended.undoes))
        else:
            session.act(_landed(intended, WORKTREE, files))
    elif files:
        acknowledge(folder)
    give_up(session)
    return said


def _is_recorded(session: Session, action_id: str) -> bool:
    return any(action.id == action_id for _, action in session.log.since(session.review.id, 0))


def _landed(intended: Intended, destination: str, files: tuple[LandedFile, ...]) -> Landed:
    return Landed(
        id=intended.id,
        at=time.time(),
        round=intended.round,
        destination=destination,
        files=files,
        purpose=intended.purpose,
        tree=intended.tree or None,
    )


def rejected_in_work_tree(session: Session) -> int:
    """How many files of the work tree have rejected lines, or lack edits of the expert's own. Blocking."""
    review = session.review
    if review.source is not Source.WORKTREE or review.round is None or review.closed or model_stands(review):
        return 0
    if review.round.source is not Source.EXPERT and not _has_rejected(review):
        return 0
    return len(wanted_in_work_tree(session).writes)


def _has_rejected(review: Review) -> bool:
    return any(
        Verdict.REJECTED in part.values()
        for held in review.current.values()
        for part in (held.old, held.new, held.facts)
    )


def take_out_rejected(session: Session) -> Landed:
    """Take the rejected lines out of the work tree, before sending. Blocking; undone like a landing."""
    return carry_out(session, _plan_work_tree(session), "take out")


def _plan_work_tree(session: Session) -> LandingPlan:
    repository = session.repository
    wanted = wanted_in_work_tree(session)
    planned = plan(repository, wanted.writes)
    left = tuple(f"{path} is a submodule; its commit is left as it is." for path in wanted.left)
    return _counted(
        session,
        WORKTREE,
        rows=tuple(LandingRow(each.path, _what(each)) for each in planned.files),
        diff=repository.patch_between(wanted.known, wanted.tree) if wanted.tree != wanted.known else b"",
        conflicts=tuple(f"{each.path} {each.why}" for each in planned.conflicts),
        warnings=(*planned.warnings, *left),
        writes=wanted.writes,
        tree=wanted.tree,
    )


def _plan_patch(session: Session, destination: str) -> LandingPlan:
    review, repository = session.review, session.repository
    target = compose_tree(repository, review.base, session.files, review.current, Take.ACCEPTED)
    touched = repository.file_changes(review.base, target)
    if target == review.base:
        raise UserError("Nothing is accepted, so the patch would be empty.", hint="Accept something first.")
    return _counted(
        session,
        destination,
        rows=tuple(
            LandingRow(file.path, {"added": "new", "deleted": "deleted"}.get(file.status, "changed"))
            for file in touched
        ),
        diff=repository.patch_between(review.base, target),
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


def _what(planned: Planned) -> str:
    if planned.merged:
        return "merged"
    if planned.now is None:
        return "new"
    return "deleted" if planned.result is None else "changed"
