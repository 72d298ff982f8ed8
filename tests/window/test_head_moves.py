"""HEAD moves under the open window: a rebase that stops, another branch, history written anew.

The base of a review never moves. What git has under way is git's: nothing of it is written by us.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from tests.repos import Repo, new_repo, numbered
from tests.window.conftest import CONTROL, Hands
from workbench.ui.landing_sheet import LandingSheet

Head = Callable[[Repo], None]


@pytest.fixture
def forked(tmp_path: Path) -> Repo:
    """Two branches that changed the same line of `b.py`, and on `main` two files that git passes over."""
    repo = new_repo(tmp_path / "shop")
    repo.commit({"a.py": numbered(20), "b.py": numbered(20)})
    repo.git("checkout", "-q", "-b", "side")
    repo.commit({"b.py": numbered(20).replace("line 5\n", "side 5\n"), "side.py": "1\n"})
    repo.git("checkout", "-q", "main")
    repo.commit({"b.py": numbered(20).replace("line 5\n", "main 5\n")})
    repo.write({"new.py": "1\n", "other.py": "1\n"})
    return repo


def stopped(repo: Repo) -> None:
    assert repo.try_git("rebase", "side").returncode == 1


def stopped_to_edit(repo: Repo) -> None:
    """Without a conflict: the commit that is to be changed stands there."""
    environment = {"GIT_SEQUENCE_EDITOR": "sed -i.bak s/^pick/edit/"}
    repo.git("rebase", "-q", "-i", "--force-rebase", "HEAD~1", env=environment)


def git_state(repo: Repo) -> dict[str, bytes]:
    """What git keeps of a rebase, its index and its refs."""
    folders = [repo.root / ".git" / name for name in ("rebase-merge", "refs")]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    files += [repo.root / ".git" / name for name in ("HEAD", "ORIG_HEAD", "index")]
    return {str(path): path.read_bytes() for path in files}


def paths(hands: Hands) -> dict[str, list[str]]:
    """The verdicts of each file's changes."""
    verdicts = iter(hands.verdicts())
    return {file.path: [next(verdicts) for _ in file.changes] for file in hands.session.files}


def go_to(hands: Hands, path: str) -> None:
    (change,) = next(file.changes for file in hands.session.files if file.path == path)
    assert hands.window.view.go_to_change(change.id)


def refresh(hands: Hands) -> None:
    hands.type("R")
    hands.until(lambda: not hands.window.tasks.is_busy)


@pytest.mark.parametrize("stop", [stopped, stopped_to_edit])
def test_a_rebase_that_stops_is_looked_at_judged_and_left_to_git(
    hands: Hands, forked: Repo, stop: Head
) -> None:
    hands.open(forked)
    base = hands.session.review.base
    hands.type("a")
    assert paths(hands) == {"new.py": ["accepted"], "other.py": ["open"]}
    stop(forked)
    before = git_state(forked)
    refresh(hands)
    found = paths(hands)
    assert (found["new.py"], found["other.py"]) == (["accepted"], ["open"])
    assert ("b.py" in found) == (stop is stopped)
    go_to(hands, "other.py")
    hands.type("x")
    assert paths(hands)["other.py"] == ["rejected"]
    refresh(hands)
    assert hands.session.review.base == base
    assert git_state(forked) == before
    forked.git("rebase", "--abort")
    refresh(hands)
    assert paths(hands) == {"new.py": ["accepted"], "other.py": ["rejected"]}


def test_what_is_landed_while_a_rebase_is_stopped_leaves_it_to_be_gone_on_with(
    hands: Hands, forked: Repo
) -> None:
    hands.open(forked)
    stopped(forked)
    refresh(hands)
    before, conflict = git_state(forked), forked.read("b.py")
    go_to(hands, "other.py")
    hands.type("x")
    assert paths(hands)["other.py"] == ["rejected"]
    hands.type("L")
    sheet = hands.window.sheets.current()
    assert isinstance(sheet, LandingSheet)
    hands.until(lambda: sheet.plan is not None)
    sheet.sure.setChecked(True)
    hands.press(Qt.Key.Key_Return, CONTROL)
    hands.until(lambda: hands.session.review.closed)
    assert not (forked.root / "other.py").exists()
    assert (forked.read("b.py"), git_state(forked)) == (conflict, before)
    forked.git("rebase", "--abort")
    assert forked.read("b.py") == numbered(20).replace("line 5\n", "main 5\n").encode()


def on_another_branch(repo: Repo) -> None:
    repo.git("checkout", "-q", "side")


def without_the_last_commit(repo: Repo) -> None:
    repo.git("reset", "-q", "--hard", "HEAD~1")
    repo.git("reflog", "expire", "--expire=now", "--all")
    repo.git("gc", "-q", "--prune=now")


@pytest.mark.parametrize("move", [on_another_branch, without_the_last_commit])
def test_what_differs_from_the_base_is_shown_wherever_head_is(hands: Hands, forked: Repo, move: Head) -> None:
    hands.open(forked)
    base = hands.session.review.base
    hands.type("a")
    move(forked)
    refresh(hands)
    found = paths(hands)
    assert hands.session.review.base == base
    assert (found["new.py"], found["other.py"], found["b.py"]) == (["accepted"], ["open"], ["open"])
    assert ("side.py" in found) == (move is on_another_branch)
