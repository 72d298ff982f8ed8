"""Another repository in the place of the one that is open, and two windows that judge one review."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from tests.repos import Repo, new_repo
from tests.window.conftest import Hands
from tests.window.test_gone import COMMANDS
from workbench.workflow.candidates import Asked

MadeAnew = Callable[[Repo], Repo]


def of_other_commits(repo: Repo) -> Repo:
    made = new_repo(repo.root)
    made.commit({"other.py": "other\n"})
    made.write({"other.py": "another\n"})
    return made


def without_a_commit(repo: Repo) -> Repo:
    made = new_repo(repo.root)
    made.write({"code.py": "new\n"})
    return made


def of_another_format(repo: Repo) -> Repo:
    made = new_repo(repo.root, object_format="sha256")
    made.commit({"code.py": "sha256\n"})
    return made


def turn_to(hands: Hands) -> None:
    hands.window.activateWindow()
    hands.window.view.setFocus()
    hands.until(lambda: QApplication.focusWidget() is hands.window.view)


@pytest.mark.parametrize("anew", [of_other_commits, without_a_commit, of_another_format])
@pytest.mark.parametrize("asked", [None, Asked(range_text="HEAD~1..HEAD")], ids=["work tree", "range"])
def test_every_command_ends_in_a_sentence_when_another_repository_stands_there(
    hands: Hands, repo: Repo, anew: MadeAnew, asked: Asked | None
) -> None:
    if asked is not None:
        repo.commit()
    hands.open(repo, asked)
    hands.type("ax")
    review, judged = hands.session.review.id, hands.verdicts()[:2]
    shutil.rmtree(repo.root)
    other = anew(repo)
    before = {place: place.read_bytes() for place in other.root.glob("*.py")}
    for command in COMMANDS:
        QTimer.singleShot(0, hands.window, lambda command=command: hands.window.run_command(command))
        hands.bot.wait(1)
        hands.until(lambda: not hands.window.tasks.is_busy)
        if command == "refresh" and asked is None and anew is of_another_format:
            assert "Another repository stands at" in hands.notice()
        hands.window.sheets.close()
        hands.window.view.setFocus()
    assert {place: place.read_bytes() for place in other.root.glob("*.py")} == before
    assert hands.session.review.id == review
    if asked is not None or anew is of_another_format:
        assert hands.verdicts()[:2] == judged


def test_two_windows_judge_one_review_and_each_takes_back_the_newest_of_both(
    make_hands: Callable[[], Hands], repo: Repo
) -> None:
    first, second = make_hands(), make_hands()
    for hands in (first, second):
        hands.open(repo)
    turn_to(first)
    first.type("a")
    turn_to(second)
    second.window.view.go_to_file("code.py")
    second.type("x")
    turn_to(first)
    first.until(lambda: first.verdicts() == second.verdicts())
    assert first.verdicts() == ["accepted", "rejected", "open"]
    # The newest judgement is taken back first, in whichever window it was given.
    first.type("u")
    assert first.verdicts() == ["accepted", "open", "open"]
    turn_to(second)
    second.until(lambda: first.verdicts() == second.verdicts())
    second.type("u")
    assert second.verdicts() == ["open", "open", "open"]
