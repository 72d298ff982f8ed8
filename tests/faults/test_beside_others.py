"""Beside others: git at work in the same repository, `git gc`, further processes of ours on one review."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.cli.driver import environment
from tests.repos import CLEAN, Repo, new_repo, numbered
from workbench.app import Options, make_window
from workbench.errors import UserError
from workbench.git.paths import LANDING
from workbench.review.actions import Landed
from workbench.review.verdicts import Verdict, select_changes
from workbench.workflow.keeping import keep_rounds
from workbench.workflow.landing import carry_out, plan_landing, undo_landing
from workbench.workflow.opening import Asked, open_review, open_saved
from workbench.workflow.receive import refresh, take_arrival
from workbench.workflow.session import Session

COMMITS = 25


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Four files, three of them edited."""
    made = new_repo(tmp_path / "repo")
    made.commit(
        {f"{name}.py": numbered(20) for name in ("one", "two", "three")} | {"four.py": "of its own\n"}
    )
    made.write({f"{name}.py": numbered(20, " edited") for name in ("one", "two", "three")})
    return made


@pytest.fixture
def session(repo: Repo) -> Iterator[Session]:
    opened = open_review(repo.root, Asked())
    assert isinstance(opened, Session)
    with opened:
        yield opened


def test_git_commits_in_a_loop_beside_our_refresh_and_never_meets_a_lock_of_ours(
    session: Session, repo: Repo
) -> None:
    script = f"""
for number in $(seq {COMMITS}); do
    echo $number >> four.py && git commit -q -a -m "$number" || exit 1
done
"""
    committing = subprocess.Popen(
        ["sh", "-c", script], cwd=repo.root, env={**environment(), **CLEAN}, stderr=subprocess.PIPE, text=True
    )
    refreshed = 0
    while committing.poll() is None:
        arrival = refresh(session)
        if arrival is not None:
            take_arrival(session, arrival)
        refreshed += 1
    assert committing.stderr is not None
    with committing.stderr as said:
        assert (committing.returncode, said.read()) == (0, "")
    assert refreshed > 1


def collect(repo: Repo) -> None:
    """Everything that nothing refers to is gone afterwards."""
    repo.git("reflog", "expire", "--expire=now", "--all")
    repo.git("gc", "-q", "--prune=now")


def amend(repo: Repo) -> None:
    """The commit that the review stands on is replaced by one with other files, and collected."""
    base = repo.git("rev-parse", "HEAD").decode().strip()
    held = {name: repo.read(f"{name}.py") for name in ("one", "two", "three", "four")}
    repo.write({f"{name}.py": "quite another text\n" for name in held})
    repo.git("commit", "-q", "-a", "--amend", "-m", "amended")
    collect(repo)
    assert repo.try_git("cat-file", "-e", f"{base}^{{tree}}").returncode != 0
    repo.write({f"{name}.py": data for name, data in held.items()})


def test_a_review_outlives_an_amend_and_a_gc_in_its_middle(session: Session, repo: Repo) -> None:
    changes = list(session.changes_by_id.values())
    session.judge(select_changes(changes[:1]), Verdict.REJECTED)
    keep_rounds(session)
    amend(repo)
    with open_saved(session.review.id) as again:
        assert [file.path for file in again.files] == ["one.py", "three.py", "two.py"]
        assert again.repository.blobs([file.old_id for file in again.files if file.old_id])
        again.judge(select_changes(list(again.changes_by_id.values())[1:]), Verdict.ACCEPTED)
        again.act(carry_out(again, plan_landing(again, "worktree")))
        assert repo.read("one.py") == numbered(20).encode()
        again.act(undo_landing(again, again.review.landings[-1]))
        assert repo.read("one.py") == numbered(20, " edited").encode()


def test_a_further_round_comes_after_an_amend_and_a_gc_too(session: Session, repo: Repo) -> None:
    keep_rounds(session)
    amend(repo)
    repo.write({"four.py": "edited now\n"})
    arrival = refresh(session)
    assert arrival is not None
    take_arrival(session, arrival)
    assert "four.py" in session.by_path
    assert session.file("four.py").runs


def test_the_same_before_anything_was_kept_is_a_sentence(session: Session, repo: Repo) -> None:
    """Between opening and the end of keeping, in the background, there are only the user's own objects."""
    amend(repo)
    with pytest.raises(UserError, match="no longer has an object") as caught:
        keep_rounds(session)
    assert "new review" in caught.value.hint


def looping(review: str, name: str, count: int) -> subprocess.Popen[str]:
    script = Path(__file__).with_name("looping.py")
    command = [sys.executable, str(script), review, name, str(count)]
    return subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True)


@pytest.mark.slow
def test_four_of_our_processes_work_on_one_review(session: Session, repo: Repo, qtbot: QtBot) -> None:
    """Two command lines in loops, a window, and this session that polls: each sees what the others did."""
    window = make_window(Options(size=(900, 600)))
    qtbot.addWidget(window)
    window.show()
    window.errands.open(repo.root, None)
    qtbot.waitUntil(lambda: window.controller.session is not None, timeout=20_000)
    qtbot.waitUntil(lambda: not window.tasks.is_busy, timeout=20_000)
    turns = 4
    loops = [looping(session.review.id, name, turns) for name in ("one", "two")]
    number = 0
    while any(each.poll() is None for each in loops):
        session.poll()
        session.set_task(f"task {number}")
        QApplication.processEvents()
        number += 1
        time.sleep(0.01)
    said = [each.communicate()[0] for each in loops]
    assert [each.returncode for each in loops] == [0, 0], said
    session.poll()
    window.controller.poll()
    seen = window.controller.open_session().review
    texts = {note.text for note in session.review.notes.values()}
    assert {f"{name} {turn}" for name in ("one", "two") for turn in range(turns)} <= texts
    assert seen.notes == session.review.notes
    assert seen.current == session.review.current
    window.close()
    qtbot.waitUntil(lambda: not window.tasks.is_busy, timeout=20_000)


def together(*works: Callable[[], object]) -> list[object]:
    """What each work gave or raised, done at the same time."""
    ended: list[object] = [None] * len(works)
    barrier = threading.Barrier(len(works))

    def begin(number: int) -> None:
        barrier.wait()
        try:
            ended[number] = works[number]()
        except UserError as error:
            ended[number] = error

    threads = [threading.Thread(target=begin, args=(number,)) for number in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ended


def land(review: str) -> Landed:
    with open_saved(review) as mine:
        action = carry_out(mine, plan_landing(mine, "worktree"))
        mine.act(action)
        return action


def test_of_two_landings_at_once_one_is_refused_or_finds_nothing_left(session: Session, repo: Repo) -> None:
    session.judge(select_changes(session.changes_by_id.values()), Verdict.REJECTED)
    ended = together(lambda: land(session.review.id), lambda: land(session.review.id))
    assert any(isinstance(each, Landed) and each.files for each in ended), ended
    assert all(isinstance(each, Landed | UserError) for each in ended), ended
    assert sum(len(each.files) for each in ended if isinstance(each, Landed)) == 3
    assert repo.read("one.py") == numbered(20).encode()
    assert not list(repo.root.glob(LANDING + "*"))


def test_undo_beside_judging_takes_back_one_action_of_the_two(session: Session) -> None:
    first, second, *_ = session.changes_by_id.values()
    session.judge(select_changes([first]), Verdict.ACCEPTED)

    def undo() -> object:
        with open_saved(session.review.id) as mine:
            return mine.undo()

    def judge() -> object:
        with open_saved(session.review.id) as mine:
            mine.judge(select_changes([second]), Verdict.REJECTED)
        return None

    ended = together(undo, judge)
    assert not any(isinstance(each, UserError) for each in ended), ended
    session.poll()
    assert len(session.log.since(session.review.id)) == 5  # start, round, accept, and the two of now
    judged = [bool(session.review.current.get(change.path)) for change in session.files]
    assert sum(judged) == 1
