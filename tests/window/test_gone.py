"""A repository, or our own folders, that go while the window is open: sentences, and no verdict is lost."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt, QTimer

from tests.repos import Repo
from tests.window.conftest import Hands
from workbench.store.paths import data_dir, shadows_dir

COMMANDS = (
    *("refresh", "accept", "reject", "undo", "land", "tray", "compare", "whole_file", "more_context"),
    *("copy_patch", "copy_feedback", "go_to_file", "trust", "rounds", "prompts", "pin", "note", "edit"),
    *("split", "views", "shape", "search", "next_open", "by_shape"),
)


def put_a_file_there(repo: Repo) -> None:
    shutil.rmtree(repo.root)
    repo.root.write_text("a file")


def take_the_shadows(_: Repo) -> None:
    for each in shadows_dir().iterdir():
        shutil.rmtree(each)


WAYS: dict[str, Callable[[Repo], object]] = {
    "deleted": lambda repo: shutil.rmtree(repo.root),
    "moved": lambda repo: repo.root.rename(repo.root.with_name("elsewhere")),
    "no repository": lambda repo: shutil.rmtree(repo.root / ".git"),
    "a file": put_a_file_there,
    "shadow": take_the_shadows,
}


@pytest.mark.parametrize("way", WAYS)
def test_every_command_ends_in_a_sentence_and_the_review_is_there(hands: Hands, repo: Repo, way: str) -> None:
    hands.open(repo)
    hands.type("ax")
    judged = hands.verdicts()
    WAYS[way](repo)
    for command in COMMANDS:
        # From the loop, as keys come: what is raised is said in the window, and a bug fails the test.
        QTimer.singleShot(0, hands.window, lambda command=command: hands.window.run_command(command))
        hands.bot.wait(1)
        hands.until(lambda: not hands.window.tasks.is_busy)
        if command == "refresh":
            assert "is not there any more" in hands.notice()
            assert hands.verdicts() == judged
        hands.window.sheets.close()
        hands.press(Qt.Key.Key_Escape)
    assert len(hands.verdicts()) == len(judged)


def test_what_is_judged_when_our_own_files_are_gone_is_refused(hands: Hands, repo: Repo) -> None:
    """The open database has no name any more: what goes there would be gone with the window."""
    hands.open(repo)
    hands.type("a")
    judged = hands.verdicts()
    aside = data_dir().rename(data_dir().with_name("aside"))
    hands.type("x")
    assert "is not there any more: somebody moved or deleted it" in hands.notice()
    assert hands.verdicts() == judged
    aside.rename(data_dir())
    hands.type("x")
    assert hands.verdicts() != judged
