"""What a review borrows from the repository is copied behind the window, and nobody waits for it."""

from __future__ import annotations

from tests.repos import Repo
from tests.window.conftest import Hands
from workbench.ui.errands import KEEP


def test_who_asks_again_while_it_is_copied_breaks_nothing_off(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    errands, tasks, review = hands.window.errands, hands.window.tasks, hands.session.review
    tasks.stir()  # while keys are pressed it waits
    errands.keep()
    first = [task.number for task in tasks._running.values() if task.lane == KEEP]
    errands.keep()
    assert first == [task.number for task in tasks._running.values() if task.lane == KEEP]
    hands.until(lambda: not tasks.is_busy)
    kept = hands.session.log.remembered(f"kept {review.id}")
    assert review.round is not None
    assert kept == {"trees": [review.base, review.round.tree]}


def test_closing_ends_what_git_copies(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    tasks = hands.window.tasks
    tasks.stir()
    hands.window.errands.keep()
    (task,) = [task for task in tasks._running.values() if task.lane == KEEP]
    assert task.watch is not None
    hands.window.close()
    assert task.watch.cancelled
    assert not tasks.has_threads


def test_a_round_that_asked_while_copying_failed_is_another_attempt(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    errands, tasks, session = hands.window.errands, hands.window.tasks, hands.session
    hands.until(lambda: not tasks.is_busy)
    name, database = f"kept {session.review.id}", session.log.path
    session.log.remember(name, {})
    said: list[str] = []
    away = database.with_name("moved away")

    def put_back(sentence: str, *_: object) -> None:
        said.append(sentence)
        if away.exists():
            away.rename(database)

    hands.window.controller.said.connect(put_back)
    tasks.stir()  # while keys are pressed it waits
    errands.keep()
    errands.keep()
    database.rename(away)
    hands.until(lambda: bool(said))
    hands.until(lambda: not tasks.is_busy)
    assert len(said) == 1
    assert "is not there any more" in said[0]
    kept = session.log.remembered(name)
    assert session.review.round is not None
    assert kept == {"trees": [session.review.base, session.review.round.tree]}
