"""Landing: the accepted result written to the work tree, the index, a branch or a patch, and taken back.

To the work tree go accepted lines as new and rejected ones as old; open lines stay as the work tree
has them. Everything else gets accepted lines only. Nothing is written when anything conflicts.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import asdict, replace

from workbench.errors import UserError
from workbench.git.commit_hooks import HookError
from workbench.git.intent import read_intent
from workbench.git.journal import acknowledge, pending, recover
from workbench.git.record import read_record
from workbench.git.worktree import Planned, land, plan, undo
from workbench.review.actions import Landed, LandedFile, Undone
from workbench.review.compose import Take
from workbench.review.review import Review
from workbench.review.rounds import Source
from workbench.review.verdicts import Verdict
from workbench.store import paths
from workbench.workflow.composing import compose_tree
from workbench.workflow.keeping import keep_rounds
from workbench.workflow.landing_git import (
    finish_in_git,
    is_gits,
    land_in_branch,
    land_in_index,
    plan_for_branch,
    plan_for_index,
    said_by,
    undo_in_git,
)
from workbench.workflow.landing_plan import (
    BRANCH,
    INDEX,
    PATCH,
    WORKTREE,
    Intended,
    LandingPlan,
    LandingRow,
    counted,
    remember_destination,
)
from workbench.workflow.logged import new_id
from workbench.workflow.patch_file import remove_patch, write_patch
from workbench.workflow.receive import model_stands
from workbench.workflow.recording import announce, announced, give_up, hold
from workbench.workflow.session import Session
from workbench.workflow.work_tree import wanted_in_work_tree

__all__ = [
    "HookError",
    "carry_out",
    "finish_landing",
    "plan_landing",
    "rejected_in_work_tree",
    "said_by",
    "take_out_rejected",
    "undo_landing",
]


def plan_landing(session: Session, destination: str, message: str = "") -> LandingPlan:
    """What landing would write, with conflicts, and nothing written. Blocking.

    `message` is for a commit; without one it is drafted.
    """
    if session.review.round is None:
        raise UserError("This review has no round yet.", hint="Start a new review.")
    if destination == WORKTREE:
        return _plan_work_tree(session)
    if destination == INDEX:
        return plan_for_index(session)
    if destination.startswith(BRANCH) and destination != BRANCH:
        return plan_for_branch(session, destination[len(BRANCH) :], message)
    if destination.startswith(PATCH) and destination != PATCH:
        return _plan_patch(session, destination)
    raise UserError(
        f"{destination} is not a place to land.",
        hint="It is worktree, index, branch: and a name, or patch: and the name of a file.",
    )


def carry_out(
    session: Session,
    planned: LandingPlan,
    purpose: str = "land",
    *,
    skip_hooks: bool = False,
    cancelled: Callable[[], bool] = lambda: False,
) -> Landed:
    """Write what was planned, all of it or nothing, and give the action that records it. Blocking.

    `Session.act` takes the action and lets the journal go; a kill before is made good by `finish_landing`.
    Where the repository is restricted, the index and branches are not written: RestrictedError.
    """
    if planned.conflicts:
        raise UserError(
            f"Nothing was landed: {planned.conflicts[0]}.",
            hint="Refresh, judge what is new, and land again.",
        )
    keep_rounds(session)
    if purpose == "land":
        remember_destination(session, planned.destination)
    if planned.destination == INDEX:
        return land_in_index(session, planned, purpose)
    if is_gits(planned.destination):
        return land_in_branch(session, planned, purpose, skip_hooks=skip_hooks, cancelled=cancelled)
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
    if is_gits(action.destination):
        return undo_in_git(session, action)
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
    if read_intent(folder) is not None:
        return finish_in_git(session)
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
        said = said or (
            "A landing was interrupted before it was recorded. It is complete, and recorded now.",
        )
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
    return any(held.has(Verdict.REJECTED) for held in review.current.values())


def take_out_rejected(session: Session) -> Landed:
    """Take the rejected lines out of the work tree, before sending. Blocking; undone like a landing."""
    return carry_out(session, _plan_work_tree(session), "take out")


def _plan_work_tree(session: Session) -> LandingPlan:
    repository = session.repository
    wanted = wanted_in_work_tree(session)
    planned = plan(repository, wanted.writes)
    left = tuple(f"{path} is a submodule; its commit is left as it is." for path in wanted.left)
    counts = counted(
        session,
        WORKTREE,
        tuple(LandingRow(each.path, _what(each)) for each in planned.files),
        repository.patch_between(wanted.known, wanted.tree) if wanted.tree != wanted.known else b"",
        planned.conflicts,
        (*planned.warnings, *left),
    )
    return replace(counts, writes=wanted.writes, tree=wanted.tree)


def _plan_patch(session: Session, destination: str) -> LandingPlan:
    review, repository = session.review, session.repository
    target = compose_tree(repository, review.base, session.files, review.current, Take.ACCEPTED)
    touched = repository.file_changes(review.base, target)
    if target == review.base:
        raise UserError("Nothing is accepted, so the patch would be empty.", hint="Accept something first.")
    rows = tuple(
        LandingRow(file.path, {"added": "new", "deleted": "deleted"}.get(file.status, "changed"))
        for file in touched
    )
    return replace(
        counted(session, destination, rows, repository.patch_between(review.base, target)), tree=target
    )


def _what(planned: Planned) -> str:
    if planned.merged:
        return "merged"
    if planned.now is None:
        return "new"
    return "deleted" if planned.result is None else "changed"
