"""A landing that was killed, or is under way in another process: recorded once, or taken back, never lost."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.cli.driver import environment
from tests.repos import Repo, new_repo, numbered
from tests.workflow.conftest import Open
from workbench.errors import UserError
from workbench.git.record import read_record
from workbench.review.actions import Landed
from workbench.review.verdicts import Verdict, select_changes
from workbench.store import paths
from workbench.workflow.landing import carry_out, finish_landing, plan_landing, undo_landing
from workbench.workflow.opening import delete_review, open_saved
from workbench.workflow.session import Session

FILES = 30


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Thirty files, each edited in the work tree."""
    made = new_repo(tmp_path / "repo")
    made.commit({f"f{number}": numbered(5) for number in range(FILES)})
    made.write({f"f{number}": numbered(5, " edited") for number in range(FILES)})
    return made


@pytest.fixture
def session(opened: Open, repo: Repo) -> Session:
    """A review whose every change is rejected: a landing writes every file."""
    made = opened(repo.root)
    made.judge(select_changes(made.changes_by_id.values()), Verdict.REJECTED)
    return made


def states(repo: Repo) -> set[str]:
    """What the files of the work tree hold: "old", "new", or something else."""
    known = {numbered(5).encode(): "old", numbered(5, " edited").encode(): "new"}
    return {known.get(repo.read(f"f{number}"), "torn") for number in range(FILES)}


def killed(code: str, review: str) -> None:
    """Run code in a process of its own, in which `session` is the review, up to where it kills itself."""
    program = f"""
        import os, signal
        from workbench.workflow.opening import delete_review, open_saved
        from workbench.workflow.landing import *
        from workbench.workflow import recording
        from workbench.git.folder import WorkFolder
        def die(*_, **__): os.kill(os.getpid(), signal.SIGKILL)
        session = open_saved({review!r})
    """
    script = textwrap.dedent(program) + textwrap.dedent(code)
    done = subprocess.run([sys.executable, "-c", script], env=environment(), capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr


def landings(session: Session) -> list[Landed]:
    return [action for _, action in session.log.since(session.review.id) if isinstance(action, Landed)]


def test_a_kill_between_writing_and_recording_is_recorded_when_it_is_opened_again(
    session: Session, repo: Repo
) -> None:
    killed("carry_out(session, plan_landing(session, 'worktree')); die()", session.review.id)
    assert states(repo) == {"old"}
    with open_saved(session.review.id) as again:
        assert again.review.closed
        (landed,) = landings(again)
        assert len(landed.files) == FILES
        assert read_record(paths.journal_dir(again.review.id)) is None
        again.act(undo_landing(again, landed))
    assert states(repo) == {"new"}


def test_a_kill_after_recording_is_not_recorded_twice(session: Session, repo: Repo) -> None:
    code = "recording.Recording.end = die\nsession.act(carry_out(session, plan_landing(session, 'worktree')))"
    killed(code, session.review.id)
    with open_saved(session.review.id) as again:
        assert len(landings(again)) == 1
        assert read_record(paths.journal_dir(again.review.id)) is None
    assert states(repo) == {"old"}


@pytest.mark.parametrize("step", [0, 1, 7, 29])
def test_a_kill_in_the_middle_is_taken_back_when_it_is_opened_again(
    session: Session, repo: Repo, step: int
) -> None:
    code = f"""
        done, exchange = [], WorkFolder.exchange
        def counted(*args):
            if len(done) == {step}: die()
            done.append(args)
            exchange(*args)
        WorkFolder.exchange = counted
        carry_out(session, plan_landing(session, 'worktree'))
    """
    killed(code, session.review.id)
    assert states(repo) <= {"old", "new"}
    with open_saved(session.review.id) as again:
        assert again.messages
        assert landings(again) == []
        assert not again.review.closed
    assert states(repo) == {"new"}
    assert repo.git("status", "--porcelain", "--ignored").count(b"??") == 0


def test_a_kill_while_a_landing_is_undone_is_finished(session: Session, repo: Repo) -> None:
    session.act(carry_out(session, plan_landing(session, "worktree")))
    killed("undo_landing(session, session.review.landings[-1]); die()", session.review.id)
    assert states(repo) == {"new"}
    with open_saved(session.review.id) as again:
        assert not again.review.closed
        assert again.review.landings == ()


def test_another_process_leaves_a_landing_alone_that_is_not_recorded_yet(
    session: Session, opened: Open, repo: Repo
) -> None:
    action = carry_out(session, plan_landing(session, "worktree"))
    with open_saved(session.review.id) as other:
        assert landings(other) == []
        assert finish_landing(other) == ()
        with pytest.raises(UserError, match="Another process is landing"):
            carry_out(other, plan_landing(other, "worktree"))
        other.judge(select_changes(list(other.changes_by_id.values())[:1]), Verdict.ACCEPTED)
        assert other.undo() is not None
        session.act(action)
        other.poll()
        assert other.review.closed
    assert len(landings(session)) == 1
    assert read_record(paths.journal_dir(session.review.id)) is None


def test_a_landing_that_could_not_be_recorded_is_recorded_by_the_next_who_can(
    session: Session, repo: Repo
) -> None:
    carry_out(session, plan_landing(session, "worktree"))
    with pytest.raises(UserError, match="could not be recorded yet"):
        carry_out(session, plan_landing(session, "worktree"))
    finish_landing(session)
    assert len(landings(session)) == 1
    assert session.review.closed


def test_a_landing_that_fails_leaves_no_lock_behind(session: Session, repo: Repo) -> None:
    plan = plan_landing(session, "worktree")
    repo.write({"f3": "theirs\n"})
    with pytest.raises(UserError):
        carry_out(session, plan)
    repo.write({"f3": numbered(5, " edited")})
    session.act(carry_out(session, plan_landing(session, "worktree")))
    assert states(repo) == {"old"}


def test_opening_the_work_tree_finishes_what_a_kill_left_of_any_review(
    session: Session, opened: Open, repo: Repo
) -> None:
    killed("carry_out(session, plan_landing(session, 'worktree')); die()", session.review.id)
    repo.write({"more": "x\n"})
    following = opened(repo.root)
    assert following.review.id != session.review.id
    session.poll()
    assert session.review.closed


def test_a_deleted_review_leaves_no_unfinished_landing(session: Session, repo: Repo) -> None:
    killed("carry_out(session, plan_landing(session, 'worktree')); die()", session.review.id)
    delete_review(session.review.id)
    assert read_record(paths.journal_dir(session.review.id)) is None
    assert session.log.review(session.review.id) is None
