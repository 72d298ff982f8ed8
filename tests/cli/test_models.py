"""A round by a model on the command line: the real LiteLLM, and a real server that answers by a script."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from pathlib import Path

import pytest

from tests.cli.conftest import KeptHelpers
from tests.cli.driver import CommandLine, command, environment
from tests.model_server import BAD_KEY, NO_MODEL, Cut, Good, ModelServer, Scripted, Slow, busy
from tests.repos import Repo
from workbench.store.paths import settings_path

ANSWER = """I changed the seven.

<<<<<<< EDIT edited.py
why: a number
======= SEARCH
line seven
======= REPLACE
line 7 again
>>>>>>> END
<<<<<<< NOTE N1 done
It is a number again.
>>>>>>> END
>>>>>>> ANSWER COMPLETE
"""
WRONG = ANSWER.replace("line seven", "line eight")


@pytest.fixture
def server(running_server: ModelServer) -> ModelServer:
    running_server.script()
    return running_server


@pytest.fixture
def model(server: ModelServer, helpers: KeptHelpers, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a model at the scripted server, in the user's settings."""
    monkeypatch.setattr("workbench.workflow.session.Helpers", lambda: helpers)
    configure(server.url)
    return "scripted"


def configure(url: str, *, budget: float = 2.0, key: str = "OPENAI_API_KEY") -> None:
    settings_path().parent.mkdir(parents=True, exist_ok=True)
    named = f'key_name = "{key}"\n' if key else ""
    settings_path().write_text(
        f"budget_review = {budget}\n\n"
        f'[models.scripted]\nmodel = "openai/gpt-4o-mini"\napi_base = "{url}"\n{named}'
    )


@pytest.fixture
def review(wb: CommandLine, repo: Repo, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-0123456789")
    review = wb.start(repo.root)
    wb("note", review, "--on", wb.change(review, "edited.py"), "!a number, please")
    return review


def rounds(wb: CommandLine, review: str) -> list[str]:
    return [each["source"] for each in wb.json("show", review)["rounds"]]


def test_a_model_answers_with_a_round(
    wb: CommandLine, review: str, model: str, server: ModelServer, repo: Repo
) -> None:
    before = repo.read("edited.py")
    wb("judge", review, "rejected", "--file", "new.py", "--reason", "not needed")
    server.script(ANSWER)
    said = wb.run("next", review, "--model", model)
    assert (said.status, "Sent to scripted." in said.err) == (0, True)
    assert rounds(wb, review) == ["worktree", "model"]
    assert set(wb.files(review)) == {"edited.py", "gone.py"}
    assert wb.ledger(review) == [("touched", "N1")]
    (note,) = [note for note in wb.json("notes", review)["notes"] if note["id"] == "N1"]
    assert note["thread"][0]["text"] == "It is a number again."
    (call,) = wb.json("calls", review)["calls"]
    assert (call["outcome"], call["usage"]["tokens_in"], call["usage"]["tokens_out"]) == ("fits", 100, 20)
    prompt = server.asked[0].prompt
    assert "a number, please" in prompt
    assert "not needed" in prompt
    assert "print('new')" not in prompt.partition("# Feedback")[0]
    assert "a number, please" in wb("prompt", review, "--round", "2")
    assert repo.read("edited.py") == before
    wb("judge", review, "accepted", "--all")
    wb("land", review, "--to", "worktree")
    assert repo.read("edited.py") == before.replace(b"line seven", b"line 7 again")
    assert not (repo.root / "new.py").exists()


def test_an_answer_that_does_not_fit_is_asked_for_again_once(
    wb: CommandLine, review: str, model: str, server: ModelServer
) -> None:
    server.script(WRONG, ANSWER)
    said = wb.run("next", review, "--model", model)
    assert "asked for again" in said.err
    assert [call["outcome"] for call in wb.json("calls", review)["calls"]] == ["repair", "fits"]
    assert rounds(wb, review) == ["worktree", "model"]


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ([WRONG, WRONG, WRONG], "does not fit the files; nothing was applied."),
        ([Cut(ANSWER, 120), Cut(ANSWER, 120), Cut(ANSWER, 120), Cut(ANSWER, 120)], "nothing was applied"),
        ([Good(ANSWER[:200], finish="length")], "cut; nothing was applied"),
        ([BAD_KEY], "refused the key"),
        ([NO_MODEL], "There is no model"),
        ([busy("0")] * 4, "takes no more requests"),
    ],
    ids=["misfit", "cut", "length", "key", "model", "rate"],
)
def test_a_round_that_is_lost_changes_nothing_and_is_kept(
    wb: CommandLine,
    review: str,
    model: str,
    server: ModelServer,
    repo: Repo,
    script: list[Scripted],
    sentence: str,
) -> None:
    before, verdicts = repo.read("edited.py"), wb.verdicts(review)
    server.script(*script)
    ran = wb.run("next", review, "--model", model)
    assert (ran.status, ran.out) == (1, "")
    assert sentence in ran.err
    assert "sk-canary" not in ran.err
    assert rounds(wb, review) == ["worktree"]
    assert repo.read("edited.py") == before
    assert wb.verdicts(review) == verdicts
    assert wb.json("calls", review)["calls"]
    assert wb("undo", review) == "Undone: sending the feedback to scripted."


def test_nobody_at_the_address_is_said(wb: CommandLine, review: str, model: str) -> None:
    configure("http://127.0.0.1:9/v1")
    ran = wb.run("next", review, "--model", model)
    assert ran.status == 1
    assert "http://127.0.0.1:9/v1 could not be reached." in ran.err
    assert rounds(wb, review) == ["worktree"]


def test_without_a_key_nothing_is_started(
    wb: CommandLine, review: str, repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    wb("judge", review, "rejected", "--file", "new.py")
    said = wb.refused("next", review, "--model", "openai/gpt-4o-mini")
    assert "no key" in said
    assert (repo.root / "new.py").exists()
    assert wb.json("calls", review)["calls"] == []
    assert wb("undo", review).startswith("Undone: rejected")


def test_a_spent_budget_is_said_before_anything_is_sent(
    wb: CommandLine, review: str, model: str, server: ModelServer, repo: Repo
) -> None:
    server.script(ANSWER)
    wb("next", review, "--model", model)
    configure(server.url, budget=0.00002)
    wb("judge", review, "rejected", "--file", "new.py")
    said = wb.refused("next", review, "--model", model)
    assert said.startswith("The round was not started: the budget of this review, $0.00002, is spent.")
    # A prompt that alone is more than what is left is not sent either.
    configure(server.url, budget=0.0001)
    before = wb.json("show", review)
    said = wb.refused("next", review, "--model", model, "--keep-rejected")
    assert said.startswith("The round was not started: its prompt takes about $0.0001")
    assert "Raise it: budget_review in the settings." in said
    assert wb.json("show", review) == before
    assert len(server.asked) == 1
    assert (repo.root / "new.py").exists()
    wb("next", review, "--model", "offline")


def test_an_interrupt_cancels_within_seconds_and_applies_nothing(
    wb: CommandLine, review: str, server: ModelServer, repo: Repo
) -> None:
    configure(server.url)
    server.script(Slow("<<<<<<< EDIT edited.py\n"))
    before = repo.read("edited.py")
    running = subprocess.Popen(
        command("next", review, "--model", "scripted"),
        env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        asked = threading.Event()
        while not server.asked and running.poll() is None:
            asked.wait(0.05)
        os.kill(running.pid, signal.SIGINT)
        out, err = running.communicate(timeout=20)
    finally:
        running.kill()
    assert (running.returncode, out) == (130, "")
    assert "Traceback" not in err
    assert rounds(wb, review) == ["worktree"]
    assert repo.read("edited.py") == before
    assert [call["outcome"] for call in wb.json("calls", review)["calls"]] == ["cancelled"]


def test_the_doctor_tries_a_model(wb: CommandLine, server: ModelServer, tmp_path: Path) -> None:
    configure(server.url, key="")
    server.script("ready")
    assert "ok   model scripted: it answered" in wb("doctor", "--model", "scripted")
    assert "ok   model offline" in wb("doctor", "--model", "offline")
    ran = wb.run("doctor", "--model", "openai/gpt-4o-mini", "--json")
    assert (ran.status, '"ok": false' in ran.out) == (1, True)
