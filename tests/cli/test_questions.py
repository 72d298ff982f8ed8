"""On the command line: a question sent at once, one change made anew, the rest of the ledger sent back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import KeptHelpers
from tests.cli.driver import CommandLine
from tests.cli.test_models import configure
from tests.model_server import Cut, ModelServer
from tests.repos import Repo, new_repo, numbered
from workbench.generation.contract import Edit, NewFile, NoteAnswer, write
from workbench.review.notes import AnswerKind

BASE = numbered(30)
TOKEN = "ghp_" + "a1B2c3D4e5F6g7H8i9" * 2


@pytest.fixture
def agent(tmp_path: Path) -> Repo:
    made = new_repo(tmp_path / "agent")
    made.commit({"text": BASE})
    made.write({"text": BASE.replace("line 5\n", "five\n").replace("line 25\n", "again\n")})
    return made


@pytest.fixture
def review(wb: CommandLine, agent: Repo, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-0123456789")
    return wb.start(agent.root)


@pytest.fixture
def server(running_server: ModelServer, helpers: KeptHelpers, monkeypatch: pytest.MonkeyPatch) -> ModelServer:
    monkeypatch.setattr("workbench.workflow.session.Helpers", lambda: helpers)
    running_server.script()
    configure(running_server.url)
    return running_server


def thread(wb: CommandLine, review: str, note: str = "N1") -> list[dict[str, object]]:
    notes = wb.json("notes", review)["notes"]
    return next(each for each in notes if each["id"] == note)["thread"]  # type: ignore[no-any-return]


def test_a_question_is_answered_in_its_thread_and_nothing_is_edited(
    wb: CommandLine, review: str, server: ModelServer, agent: Repo
) -> None:
    before = agent.read("text")
    change = wb.change(review, "text")
    edit = Edit("text", "x", ("five",), ("SIX",))
    server.script(f"It reads better.\n{write([edit, NoteAnswer('N1', AnswerKind.DONE, 'settled')])}")

    said = wb("ask", review, "--on", change, "--model", "scripted", "?Why in words?")

    assert "It reads better." in said
    (reply,) = thread(wb, review)
    assert (reply["kind"], reply["cut"], reply["ignored_edits"]) == ("answered", False, 1)
    note = wb.json("notes", review)["notes"][0]
    assert (note["intent"], note["settled"]) == ("question", False)
    assert agent.read("text") == before
    assert len(wb.json("show", review)["rounds"]) == 1
    assert [call["purpose"] for call in wb.json("calls", review)["calls"]] == ["ask"]
    prompt = server.asked[0].prompt
    assert "+five" in prompt
    assert "line 6" in prompt
    assert "Why in words?" in wb("feedback", review), "it is no less a question of the next round"


def test_an_answer_without_its_end_mark_is_kept_and_said_to_be_incomplete(
    wb: CommandLine, review: str, server: ModelServer
) -> None:
    server.script("Because of the")

    ran = wb.run("ask", review, "--model", "scripted", "Why?")

    assert "incomplete" in ran.err
    assert thread(wb, review)[0]["cut"] is True


def test_a_question_that_is_not_answered_is_kept_and_can_be_asked_again(
    wb: CommandLine, review: str, server: ModelServer
) -> None:
    wb.refused("ask", review, "--model", "scripted", "Why?")
    assert thread(wb, review) == []

    server.script(">>>>>>> ANSWER COMPLETE\n", f"For a reason.\n{write([])}")
    wb.refused("ask", review, "--model", "scripted", "N1")
    wb("ask", review, "--model", "scripted", "N1")
    assert [each["text"] for each in thread(wb, review)] == ["For a reason."]


def test_a_question_about_lines_with_a_secret_does_not_leave(
    wb: CommandLine, review: str, server: ModelServer, agent: Repo
) -> None:
    agent.write({"text": BASE.replace("line 5\n", f'TOKEN = "{TOKEN}"\n')})
    wb("next", review, "--refresh")
    change = wb.change(review, "text")

    assert "looks like a secret" in wb.refused("ask", review, "--on", change, "--model", "scripted", "Why?")
    assert server.asked == []


def test_what_cannot_be_asked_is_said_before_anything_is_written(wb: CommandLine, review: str) -> None:
    wb("note", review, "!Do it.")
    assert "no question" in wb.refused("ask", review, "--model", "x/y", "N1")
    assert "offline" in wb.refused("ask", review, "--model", "offline", "Why?")
    assert "Nothing is asked" in wb.refused("ask", review, "--model", "x/y", " ")
    assert len(wb.json("notes", review)["notes"]) == 1


def test_only_this_change_is_made_anew(wb: CommandLine, review: str, server: ModelServer) -> None:
    change = wb.change(review, "text", 1)
    server.script(
        write(
            [
                Edit("text", "asked", ("again",), ("once more",)),
                Edit("text", "not asked", ("five",), ("SIX",)),
                NewFile("more", "not asked", ("more",)),
            ]
        )
    )

    wb("next", review, "--model", "scripted", "--only", change)

    assert wb.ledger(review) == [("left out", "more"), ("left out", "text")]
    assert list(wb.files(review)) == ["text"]
    assert "Make only this anew: the change at line 25 of text" in server.asked[0].prompt
    entry = next(each for each in wb.json("ledger", review)["entries"] if each["path"] == "text")
    assert (entry["was"], entry["now"], entry["violation"]) == ("five\n", "SIX\n", True)
    wb("judge", review, "accepted", entry["id"])
    assert wb.ledger(review)[1:] == [("left out", "text")]
    wb("undo", review)


def test_only_goes_with_a_model_and_takes_lines(wb: CommandLine, review: str) -> None:
    change = wb.change(review, "text")
    assert "as a whole" in wb.refused("next", review, "--refresh", "--only", change)
    assert "no change" in wb.refused("next", review, "--model", "offline", "--only", "ffffffff")
    assert "not changed" in wb.refused("next", review, "--model", "offline", "--file", "absent")


def test_the_rest_of_the_ledger_goes_back_as_one_act(wb: CommandLine, review: str, agent: Repo) -> None:
    wb("judge", review, "accepted", "--all")
    agent.write({"text": BASE.replace("line 5\n", "FIVE\n").replace("line 25\n", "twice\n")})
    wb("next", review, "--refresh")
    first = wb.json("ledger", review)["entries"][0]["id"]
    wb("judge", review, "accepted", first)

    wb("ledger", review, "--send-back")

    answers = [each["answer"] for each in wb.json("ledger", review)["entries"]]
    assert answers == ["taken", "again"]
    wb("next", review, "--model", "offline")
    assert [(said, note) for said, note in wb.ledger(review) if said == "touched"] == [("touched", "N1")]
    assert "Nothing is left" in wb.refused("ledger", review, "--send-back")


def test_a_cut_answer_is_kept_as_far_as_it_came(wb: CommandLine, review: str, server: ModelServer) -> None:
    text = f"It is so because the tests say so.\n{write([])}"
    server.script(*[Cut(text, 20)] * 10)
    wb.run("ask", review, "--model", "scripted", "Why?")
    kept = thread(wb, review)
    assert not kept or kept[0]["cut"] is True
