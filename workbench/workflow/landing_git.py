"""Landing in the index or in a branch, and taking it back. Accepted lines only, all of it or nothing.

Nothing that the repository names is run, but the two hooks of a commit, and those only where it is trusted.
"""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Mapping, Sequence

from msgspec.structs import asdict, replace

from workbench.errors import UserError
from workbench.git.bound_hooks import find_hooks, named_in_hooks
from workbench.git.branches import (
    find_branch,
    left_locks,
    make_commit,
    move_ref,
    plan_branch,
    tip_of,
    where_used,
)
from workbench.git.commit_hooks import HookRun, run_hooks
from workbench.git.identity import read_identity
from workbench.git.index_writing import (
    index_entries,
    index_outcome,
    plan_index,
    told_before,
    undo_wishes,
    write_index,
)
from workbench.git.intent import Intent, read_intent, remove_intent, write_intent
from workbench.git.lfs_store import give_contents
from workbench.git.merging import Outcome, Pair, Wish
from workbench.git.packing import give_commit, missing
from workbench.git.revisions import check
from workbench.git.worktree import ConflictError
from workbench.review.actions import Landed, LandedFile, Undone
from workbench.store import paths
from workbench.workflow.landing_plan import (
    BRANCH,
    INDEX,
    CommitPlan,
    Intended,
    LandingPlan,
    clean_message,
    counted,
    drafted_message,
    rows_of,
)
from workbench.workflow.logged import new_id
from workbench.workflow.recording import announce, give_up, hold
from workbench.workflow.session import Session
from workbench.workflow.trust import require_trust
from workbench.workflow.wishes import wishes_of, with_parts

_TRIES = 4
_MOVED = "The branch is left as it is. Take the commit back yourself: git revert, or git branch -f."


def is_gits(destination: str) -> bool:
    """Whether a landing goes to the index or a branch."""
    return destination == INDEX or destination.startswith(BRANCH)


# Planning -----------------------------------------------------------------------------------------


def plan_for_index(session: Session) -> LandingPlan:
    """What the index would gain. Blocking; writes nothing."""
    wishes = with_parts(session, wishes_of(session), index_entries(session.repository).at)
    merged = plan_index(session.repository, wishes)
    plan = counted(
        session,
        INDEX,
        rows_of(merged.outcomes),
        _diff(session, merged.outcomes),
        merged.conflicts,
        merged.warnings,
    )
    return replace(plan, wishes=wishes)


def plan_for_branch(session: Session, name: str, message: str) -> LandingPlan:
    """What a branch would gain, and the commit that brings it. Blocking; writes nothing there."""
    repository, base_commit = session.repository, _base_commit(session)
    branch = find_branch(repository, name)
    wishes = wishes_of(session)
    merged = plan_branch(repository, branch, base_commit, wishes)
    identity = read_identity(repository)
    start = branch.tip or base_commit or ""
    commit = None
    warnings = list(merged.warnings)
    if not merged.conflicts:
        tree = repository.compose_tree(start, {each.path: each.after for each in merged.outcomes})
        text = clean_message(message) if message.strip() else drafted_message(session, merged.outcomes)
        hooks = find_hooks(repository)
        commit = CommitPlan(branch, start, tree, text, identity, hooks.names)
        warnings += named_in_hooks(hooks, [each.path for each in merged.outcomes if each.after])
    if identity.signs:
        warnings.append("The commit will not be signed, although commit.gpgSign is set.")
    plan = counted(
        session,
        BRANCH + name,
        rows_of(merged.outcomes),
        _diff(session, merged.outcomes),
        merged.conflicts,
        warnings,
    )
    return replace(plan, wishes=wishes, commit=commit)


def _base_commit(session: Session) -> str | None:
    """The commit that the review began at, None for a tree without one, or where it is gone since."""
    named = session.review.base_commit
    if named is None:
        return None
    commit, tree = check(session.repository, [f"{named}^{{commit}}", f"{named}^{{tree}}"])
    return commit if tree == session.review.base else None


def _diff(session: Session, outcomes: Sequence[Outcome]) -> bytes:
    """Exactly what the destination gains: the paths that are written, as they are and as they will be."""
    repository = session.repository

    def tree(side: Callable[[Outcome], Pair | None]) -> str:
        entries = {each.path: found for each in outcomes if (found := side(each)) is not None}
        return repository.compose_tree(repository.empty_tree, entries)

    # The two trees are only compared; a path that is a folder on one side has nothing to do with the other.
    before, after = tree(lambda each: each.now), tree(lambda each: each.after)
    return repository.patch_between(before, after) if before != after else b""


# Writing ------------------------------------------------------------------------------------------


def land_in_index(session: Session, planned: LandingPlan, purpose: str) -> Landed:
    """Write the index. The action that records it comes back."""
    require_trust(session.repository, "write the index of")
    intended = Intended(new_id(), purpose, session.review.index, "")
    files = _write_index(session, intended, planned.wishes)
    return Landed(
        id=intended.id,
        at=time.time(),
        round=intended.round,
        destination=INDEX,
        files=files,
        purpose=purpose,
    )


def land_in_branch(
    session: Session,
    planned: LandingPlan,
    purpose: str,
    *,
    skip_hooks: bool = False,
    cancelled: Callable[[], bool] = lambda: False,
) -> Landed:
    """Make the commit and move the branch. `HookError` where a hook refuses: nothing is written then."""
    repository, commit = session.repository, planned.commit
    if commit is None:
        raise UserError("Nothing was landed: this plan has no commit.", hint="Plan it again.")
    if not planned.rows:
        raise UserError(
            f"Nothing was landed: {commit.branch.name} holds all of it already.",
            hint="Close the review, or land somewhere else.",
        )
    surface = require_trust(repository, "write a branch of")
    message = clean_message(commit.message)
    runs: tuple[HookRun, ...] = ()
    if not skip_hooks:
        runs = run_hooks(repository, commit.tree, commit.start, message, commit.identity, surface, cancelled)
    made = make_commit(repository, commit.tree, commit.start, message, commit.identity)
    entries = plan_branch(repository, commit.branch, commit.start, planned.wishes).outcomes
    files = tuple(_landed_file(each) for each in entries)
    branch = find_branch(repository, commit.branch.name)
    if branch.tip != commit.branch.tip:
        raise _branch_moved(branch.name)
    give_contents(repository, entries)
    give_commit(repository, made, [commit.start])
    intended = Intended(new_id(), purpose, session.review.index, "")
    intent = _intent(session, intended, planned.destination, files)
    intent = replace(intent, ref=branch.ref, ref_before=branch.tip, ref_after=made)
    intent.body["hooks"] = text = said_by(runs)
    words = f"workbench: land review {session.review.id}"
    identity = replace(commit.identity, named_hooks=read_identity(repository).named_hooks)

    def move() -> None:
        for left in reversed(range(_TRIES)):
            try:
                move_ref(repository, branch.ref, branch.tip, made, words, identity)
            except UserError:
                # Nothing referred to the commit yet, and a clean-up may have taken it away again.
                if not left or not missing(repository, [made]):
                    raise
            else:
                break
            give_commit(repository, made, [commit.start])
        _give_if_lost(session, made, commit.start)

    _move(session, intended, intent, move)
    return _landed(intent, intended, text)


def _give_if_lost(session: Session, made: str, parent: str) -> None:
    """A clean-up that began before the branch named it may take a commit of which nobody knew."""
    if missing(session.repository, [made]):
        give_commit(session.repository, made, [parent])


def said_by(runs: Sequence[HookRun]) -> str:
    """What hooks printed and what they changed, as one text; "" where they said nothing."""
    parts = []
    for run in runs:
        if run.output:
            parts.append(f"{run.name} says:\n{run.output}")
        if run.changed:
            changed = run.changed.decode("utf-8", "replace").rstrip("\n")
            parts.append(f"{run.name} changed this, which was not taken:\n{changed}")
    return "\n\n".join(parts)


def _write_index(
    session: Session, intended: Intended, wishes: Sequence[Wish], told: Mapping[str, str] | None = None
) -> tuple[LandedFile, ...]:
    repository, folder = session.repository, paths.journal_dir(session.review.id)
    announce(session, intended.id, asdict(intended))

    def begin(files: tuple[LandedFile, ...], lock: str) -> None:
        write_intent(folder, replace(_intent(session, intended, INDEX, files), lock=lock))

    try:
        return write_index(repository, wishes, begin, told)
    except BaseException:
        _leave(session)
        raise


def _move(session: Session, intended: Intended, intent: Intent, move: Callable[[], None]) -> None:
    announce(session, intended.id, asdict(intended))
    try:
        write_intent(paths.journal_dir(session.review.id), intent)
        move()
    except BaseException:
        _leave(session)
        raise


def _leave(session: Session) -> None:
    """It failed. The intent goes, unless it was done all the same: then the next start records it."""
    folder = paths.journal_dir(session.review.id)
    intent = read_intent(folder)
    if intent is None or not _is_done(session, intent):
        remove_intent(folder)
    give_up(session)


def _intent(session: Session, intended: Intended, destination: str, files: tuple[LandedFile, ...]) -> Intent:
    return Intent(
        action=intended.id,
        destination=destination,
        work_tree=str(session.repository.work_tree),
        body=asdict(intended),
        files=files,
    )


def _landed(intent: Intent, intended: Intended, hooks: str = "") -> Landed:
    return Landed(
        id=intended.id,
        at=time.time(),
        round=intended.round,
        destination=intent.destination,
        files=intent.files,
        purpose=intended.purpose,
        ref_before=intent.ref_before,
        ref_after=intent.ref_after,
        hooks=hooks,
    )


def _landed_file(outcome: Outcome) -> LandedFile:
    before_mode, before_id = outcome.now or (None, None)
    after_mode, after_id = outcome.after or (None, None)
    return LandedFile(outcome.path, before_id, before_mode, after_id, after_mode)


# Taking back --------------------------------------------------------------------------------------


def undo_in_git(session: Session, action: Landed) -> Undone:
    """Put the index entries or the branch back, if they still hold what was landed; else refuse whole."""
    undone = Undone(id=new_id(), at=time.time(), target=action.id)
    intended = Intended(undone.id, "", action.round, "", action.id)
    if action.destination == INDEX:
        require_trust(session.repository, "write the index of")
        try:
            _write_index(session, intended, undo_wishes(action.files), told_before(action.files))
        except ConflictError as error:
            raise ConflictError(
                error.message.replace("Nothing was landed:", "The landing was not undone:", 1),
                hint="Put back or commit what stands against it, and undo again.",
                conflicts=error.conflicts,
            ) from error
    else:
        require_trust(session.repository, "write a branch of")
        _undo_branch(session, action, intended)
    return undone


def _undo_branch(session: Session, action: Landed, intended: Intended) -> None:
    repository, name = session.repository, action.destination[len(BRANCH) :]
    ref = f"refs/heads/{name}"
    now = tip_of(repository, ref)
    if now == action.ref_before:
        return
    if now != action.ref_after:
        raise UserError(f"The landing was not undone: {name} has moved on since.", hint=_MOVED)
    why = where_used(repository, name)
    if why is not None:
        hint = "Check out another branch there, and undo again."
        raise UserError(f"The landing was not undone: {name} {why}.", hint=hint)
    identity = read_identity(repository)
    intent = _intent(session, intended, action.destination, ())
    intent = replace(intent, ref=ref, ref_before=action.ref_after, ref_after=action.ref_before)
    words = f"workbench: undo the landing of review {session.review.id}"
    _move(
        session,
        intended,
        intent,
        lambda: move_ref(repository, ref, action.ref_after, action.ref_before, words, identity),
    )


def _branch_moved(name: str) -> UserError:
    return UserError(
        f"Nothing was landed: {name} was moved by somebody else.", hint="Look at it, and land again."
    )


# After a kill -------------------------------------------------------------------------------------


def finish_in_git(session: Session) -> tuple[str, ...]:
    """Record what was done and not recorded, clear away what was not done; a sentence about it.

    Nothing while another process is at it.
    """
    folder = paths.journal_dir(session.review.id)
    found = read_intent(folder)
    if found is None or (session.recording is None and not hold(session, found.action)):
        return ()
    intent = read_intent(folder)  # under the lock: the other process may have ended well meanwhile
    if intent is None:
        give_up(session)
        return ()
    place = "the index" if intent.destination == INDEX else intent.destination.removeprefix(BRANCH)
    intended = Intended(**{name: intent.body[name] for name in Intended.__struct_fields__})
    verb = "The undoing of a landing" if intended.undoes is not None else "A landing"
    done = _is_done(session, intent)
    locks = _locks_left(session, intent)
    if any(action.id == intent.action for _, action in session.log.since(session.review.id)):
        remove_intent(folder)
        give_up(session)
        return ()
    if not done:
        remove_intent(folder)
        give_up(session)
        return (f"{verb} in {place} was interrupted. Nothing of it was written.", *locks)
    if intended.undoes is not None:
        session.act(Undone(id=intended.id, at=time.time(), target=intended.undoes))
    else:
        session.act(_landed(intent, intended, str(intent.body.get("hooks", ""))))
    remove_intent(folder)
    give_up(session)
    said = f"{verb} in {place} was interrupted before it was recorded. It is complete, and recorded now."
    return (said, *locks)


def _locks_left(session: Session, intent: Intent) -> tuple[str, ...]:
    """A sentence where git was ended while it moved the branch, and its own lock files stand there still."""
    found = left_locks(session.repository, intent.ref) if intent.ref else ()
    if not found:
        return ()
    said = f"Git was ended while it moved {intent.destination.removeprefix(BRANCH)}, and left its lock."
    return (f"{said} If no git is at work there, take it away: {shlex.join(['rm', *found])}",)


def _is_done(session: Session, intent: Intent) -> bool:
    repository = session.repository
    if intent.destination == INDEX:
        return index_outcome(repository, intent)
    now = tip_of(repository, intent.ref)
    if now == intent.ref_after:
        return True
    built_upon = now is not None and intent.ref_after is not None and now != intent.ref_before
    return built_upon and repository.is_ancestor(str(intent.ref_after), str(now))
