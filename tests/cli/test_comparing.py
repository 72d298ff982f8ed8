"""Rounds in figures, their prompts and any two of them compared, on the command line."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import KeptHelpers
from tests.cli.driver import CommandLine
from tests.cli.test_models import ANSWER, configure
from tests.model_server import ModelServer
from tests.repos import Repo


@pytest.fixture
def review(wb: CommandLine, repo: Repo) -> str:
    """Two rounds: the second says another thing in the place of what was accepted."""
    review = wb.start(repo.root)
    wb("judge", review, "accepted", "--file", "edited.py")
    wb("judge", review, "rejected", "--file", "new.py")
    repo.write({"edited.py": repo.read("edited.py").decode().replace("line seven", "line VII")})
    wb("next", review, "--refresh")
    return review


def test_show_gives_every_round_in_figures(wb: CommandLine, review: str) -> None:
    first, second = wb.json("show", review)["by_round"]

    assert (first["round"], first["author"], first["changes"]) == (1, "worktree", 3)
    assert (first["accepted"], first["rejected"], first["unread"]) == (1, 1, 1)
    assert (second["altered"], second["came_back"], second["violations"]) == (1, 0, 1)
    assert second["spent"]["calls"] == 0
    lines = wb("show", review).splitlines()
    assert lines[-2] == "round 1: worktree  3 changes · 1 accepted · 1 rejected · 1 unread"
    assert lines[-1].startswith("round 2: worktree  3 changes · 1 rejected · 2 unread · 1 altered")


def test_any_two_rounds_are_compared_and_nothing_of_it_has_a_verdict(wb: CommandLine, review: str) -> None:
    found = wb.json("changes", review, "--round", "2", "--against", "1")

    assert (found["round"], found["against"]) == (2, 1)
    (file,) = found["files"]
    assert file["path"] == "edited.py"
    assert [change["verdict"] for change in file["changes"]] == ["open"]
    assert found["base"] != found["tree"]
    back = wb.json("changes", review, "--round", "1", "--against", "2")
    assert (back["base"], back["tree"]) == (found["tree"], found["base"])
    assert "edited.py" in wb("changes", review, "--against", "1")
    everything = wb.json("changes", review, "--round", "2", "--against", "0")
    assert len(everything["files"]) == 3


def test_a_round_that_is_not_there_is_a_sentence(wb: CommandLine, review: str, repo: Repo) -> None:
    assert "no round 7" in wb.refused("changes", review, "--against", "7")
    assert "needs a review" in wb.refused("changes", repo.root, "--against", "1")
    assert "No model was asked for round 2" in wb.refused("prompt", review, "--round", "2", "--against", "1")
    assert "No model was asked" in wb.refused("prompt", review, "--answer")


def _unsigned(answer: str) -> str:
    """The answer without the word of its request that its last line ends with."""
    kept, word = answer.rstrip("\n").rsplit(" ", 1)
    assert len(word) == 8
    return kept + "\n"


@pytest.mark.slow
def test_the_prompts_of_two_rounds_are_compared_line_by_line(
    wb: CommandLine,
    repo: Repo,
    running_server: ModelServer,
    helpers: KeptHelpers,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr("workbench.workflow.session.Helpers", lambda: helpers)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-0123456789")
    running_server.script(ANSWER)
    configure(running_server.url)
    review = wb.start(repo.root)
    wb("note", review, "--on", wb.change(review, "edited.py"), "!a number, please")
    wb("next", review, "--model", "scripted")
    second = (
        ANSWER.replace("N1", "N2")
        .replace("line seven", "line 7 again")
        .replace("REPLACE\nline 7 again", "REPLACE\nline 77")
    )
    running_server.script(second.replace("line 7 again\n=======", "no such line\n======="), second)
    wb("note", review, "--on", wb.change(review, "edited.py"), "!two of them")
    wb("next", review, "--model", "scripted")

    patch = wb("prompt", review, "--round", "3", "--against", "2") + "\n"

    assert patch.startswith("--- round 2\n+++ round 3\n@@ ")
    assert "two of them" in "".join(line for line in patch.splitlines() if line.startswith("+"))
    whole = {number: wb.json("prompt", review, "--round", number, "--answer") for number in ("2", "3")}
    assert _unsigned(whole["2"]["answer"]) == ANSWER
    assert _unsigned(whole["3"]["answer"]) == second, "not the one that did not fit, and was asked for again"
    difference = wb("prompt", review, "--against", "2", "--answer")
    assert "+line 77" in difference.splitlines()
    assert wb("prompt", review, "--round", "2", "--against", "2") == "They are the same."
    (tmp_path / "prompt").write_text(wb.json("prompt", review, "--against", "2", "--round", "2")["prompt"])
    subprocess.run(
        ["git", "apply", "-p0", "-"],
        input=patch.replace("--- round 2", "--- prompt").replace("+++ round 3", "+++ prompt").encode(),
        cwd=tmp_path,
        check=True,
    )
