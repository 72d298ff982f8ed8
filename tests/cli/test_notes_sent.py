"""Which notes a round is sent: each that is unsettled once, with its id; no settled or withdrawn one."""

from __future__ import annotations

import re

import pytest

from tests.cli.conftest import KeptHelpers
from tests.cli.driver import CommandLine
from tests.cli.test_models import configure
from tests.model_server import ModelServer
from tests.repos import Repo


def answer(number: int, *notes: str) -> str:
    """An edit of line 7 of `edited.py`, and a word on each note."""
    before = "line seven" if number == 2 else f"line 7 of round {number - 1}"
    said = "".join(f"<<<<<<< NOTE {note} declined\nNot now.\n>>>>>>> END\n" for note in notes)
    return (
        f"<<<<<<< EDIT edited.py\nwhy: a number\n======= SEARCH\n{before}\n======= REPLACE\n"
        f"line 7 of round {number}\n>>>>>>> END\n{said}>>>>>>> ANSWER COMPLETE\n"
    )


@pytest.fixture
def review(
    wb: CommandLine,
    repo: Repo,
    running_server: ModelServer,
    helpers: KeptHelpers,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    """A review whose next rounds are asked of the scripted server."""
    monkeypatch.setattr("workbench.workflow.session.Helpers", lambda: helpers)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-0123456789")
    configure(running_server.url)
    running_server.script(answer(2, "N1", "N2"), answer(3, "N1", "N2"), answer(4, "N2"), answer(5))
    return wb.start(repo.root)


def test_a_note_is_sent_once_a_round_with_its_id_until_it_is_settled_or_withdrawn(
    wb: CommandLine, review: str, running_server: ModelServer
) -> None:
    wb("note", review, "--on", wb.change(review, "edited.py"), "!first words")
    wb("note", review, "--file", "new.py", "?second words")
    wb("note", review, "third words")
    wb("note", review, "fourth words")
    wb("settle", review, "N3")
    wb("withdraw", review, "N4")
    sent = []
    for after in ((), ("settle", "N1"), ("withdraw", "N2"), ()):
        wb("next", review, "--model", "scripted")
        prompt = running_server.asked[-1].prompt
        sent.append([prompt.count(f"{word} words") for word in ("first", "second", "third", "fourth")])
        named = [f"N{number}" for number, count in enumerate(sent[-1], 1) if count]
        assert re.findall("### (N[0-9]) ", prompt) == named
        # The first one's lines are other ones from round 2 on: it may be answered still, and need not be.
        listed = re.findall("- (N[0-9]) [(]", prompt.partition("# Notes to answer")[2])
        assert listed == [name for name in named if name != "N1" or len(sent) == 1]
        if after:
            wb(after[0], review, after[1])
    assert sent == [[1, 1, 0, 0], [1, 1, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]]
    assert len(running_server.asked) == 4


def test_a_round_without_an_edit_is_said_to_be_empty_with_the_reason_that_came(
    wb: CommandLine, review: str, running_server: ModelServer
) -> None:
    wb("note", review, "--on", wb.change(review, "edited.py"), "!first words")
    declined = "<<<<<<< NOTE N1 declined\nThe tool was refused.\n>>>>>>> END\n>>>>>>> ANSWER COMPLETE\n"
    running_server.script(declined)
    said = wb("next", review, "--model", "scripted")
    assert said.startswith("Round 2 is here, and it changes nothing. 3 files differ from the base.")
    assert "The tool was refused." in said
    running_server.script(
        declined.replace(
            "<<<<<<< NOTE",
            answer(2).partition("why")[0] + "why: a number\n"
            "======= SEARCH\nline seven\n======= REPLACE\nline 7\n>>>>>>> END\n<<<<<<< NOTE",
        )
    )
    assert wb("next", review, "--model", "scripted").startswith("Round 3 is here. ")
