"""The views of a round, and the file in the user's own editor."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.repos import Repo
from tests.window.conftest import Hands
from workbench.errors import UserError
from workbench.ui.external_editor import command_for, open_in_editor
from workbench.ui.round_views import View


def shown(hands: Hands) -> list[str]:
    return [file.path for file in hands.window.controller.document().files]


def test_what_is_left_keeps_its_files_until_the_view_is_changed(hands: Hands, repo: Repo) -> None:
    repo.write({"other.py": "new\n", "third.py": "new\n"})
    hands.open(repo)
    everything = shown(hands)
    first = everything[0]
    hands.window.view.go_to_file(first)
    hands.type("A")

    hands.type("d")
    assert hands.window.top.view.text().startswith(View.LEFT)
    assert shown(hands) == [path for path in everything if path != first]
    hands.type("A")
    assert shown(hands) == [path for path in everything if path != first]

    hands.type("d")
    assert hands.window.top.view.text().startswith(View.ALL)
    assert shown(hands) == everything


def test_since_the_last_round_shows_what_came_since(hands: Hands, repo: Repo) -> None:
    repo.write({"other.py": "new\n"})
    hands.open(repo)
    repo.write({"other.py": "newer\n"})
    hands.type("R")
    hands.until(lambda: hands.session.review.index == 1)
    hands.until(lambda: not hands.window.tasks.is_busy)

    hands.type("d")

    assert hands.window.controller.views.now is View.SINCE
    assert shown(hands) == ["other.py"]


def test_a_file_that_the_view_leaves_out_is_shown_when_it_is_gone_to(hands: Hands, repo: Repo) -> None:
    repo.write({"other.py": "new\n"})
    hands.open(repo)
    hands.window.view.go_to_file("other.py")
    hands.type("A")
    hands.type("d")
    assert "other.py" not in shown(hands)

    hands.window.files.file_chosen.emit("other.py")

    assert "other.py" in shown(hands)
    assert hands.window.view.stop().path == "other.py"


def test_the_editor_gets_the_file_and_the_line(tmp_path: Path) -> None:
    path = tmp_path / "a b.py"
    assert command_for("edit -g {file}:{line}", path, 7) == ["edit", "-g", f"{path}:7"]
    assert command_for("edit", path, 7) == ["edit", str(path)]


def test_the_editor_is_started_on_a_file_that_is_there_alone(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="not in the work tree"):
        open_in_editor("edit", tmp_path / "gone.py", 1)
    file = tmp_path / "here.py"
    file.write_text("x\n")
    with pytest.raises(UserError, match="could not be started"):
        open_in_editor(str(tmp_path / "no-such-editor"), file, 1)
    assert os.listdir(tmp_path) == ["here.py"]  # noqa: PTH208 - names alone are wanted
