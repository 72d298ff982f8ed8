"""What is known of the rounds: what the models cost, the picture of the rounds."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from tests.repos import Repo
from tests.window.conftest import AFTER, Hands
from workbench.review.actions import CallMade
from workbench.review.rounds import Usage
from workbench.store.settings import load_settings
from workbench.ui.calls_panel import NO_CALLS, CallsPanel
from workbench.ui.round_picture import RoundPicture, parts_of
from workbench.ui.table import text_of
from workbench.workflow.logged import new_id


def call(hands: Hands, **fields: object) -> None:
    """Put a call on the record, as a round, a question or a reading does."""
    known = {"purpose": "round", "model": "openai/maker", "outcome": "fits", "round": 1}
    usage = fields.pop("usage", Usage(tokens_in=1200, tokens_out=300, cost=0.05, seconds=4.25))
    action = CallMade(id=new_id(), at=1.0, usage=usage, **{**known, **fields})  # type: ignore[arg-type]
    hands.session.act(action)
    hands.window.controller.changed.emit()


def idle(hands: Hands) -> None:
    hands.until(lambda: not hands.window.tasks.is_busy)


def panel(hands: Hands) -> CallsPanel:
    found = hands.window.rounds_desk.costs()
    assert found is not None
    return found


def picture(hands: Hands) -> RoundPicture:
    found = hands.window.rounds_desk.picture()
    assert found is not None
    return found


def rows_of(hands: Hands, title: str) -> list[tuple[str, ...]]:
    sections = [each for each in panel(hands).table.sections if each.title.startswith(title)]
    return [line.cells for section in sections for line in section.lines]


def test_every_call_is_listed_and_summed_by_model_round_and_purpose(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    call(hands, retries=2, cached=1000, first_token=0.75)
    call(hands, purpose="repair", round=2)
    call(hands, purpose="read", model="local", round=2, outcome="timeout", usage=Usage())

    hands.type("$")

    assert rows_of(hands, "Calls") == [
        ("reading 2", "local", "✗ timed out", "unknown", "", "unknown", "unknown", "", "", ""),
        ("repair 2", "openai/maker", "✓ it fits", "1,200", "", "300", "$0.05", "", "4.2 s", ""),
        ("round 1", "openai/maker", "✓ it fits", "1,200", "1,000", "300", "$0.05", "0.8 s", "4.2 s", "2"),
    ]
    whole = ("the review", "3", "2,400", "1,000", "600", "$0.10 and 1 call of unknown cost", "8.5 s", "2")
    by_model = rows_of(hands, "By model")
    assert [cells[0] for cells in by_model] == ["openai/maker", "local", "the review"]
    assert by_model[-1] == whole
    assert by_model[1] == ("local", "1", "unknown", "", "", "unknown", "", "")
    assert [cells[:2] for cells in rows_of(hands, "By round")] == [
        ("round 1", "1"),
        ("round 2", "2"),
        ("the review", "3"),
    ]
    assert [cells[0] for cells in rows_of(hands, "By purpose")] == [
        "rounds",
        "repairs",
        "readings",
        "the review",
    ]
    assert hands.window.status.money.text() == "$0.10 of $2.00 · 1 call of unknown cost"


def test_what_is_left_under_each_cap_is_said_and_a_spent_one_stands_out(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    hands.window.preferences.change(budget_round=0.04, tokens_review=5000)
    hands.session.settings = load_settings()
    call(hands)

    hands.type("$")

    assert rows_of(hands, "Caps") == [
        ("this round", "$0.05", "$0.04", "$0.00", "spent: no call is made"),
        ("this review", "$0.05", "$2.00", "$1.95", ""),
        ("this review", "1,500 tokens", "5,000 tokens", "3,500 tokens", ""),
    ]


def test_a_call_that_ends_while_the_panel_is_open_is_on_it(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    hands.type("$")
    assert panel(hands).summary.text() == NO_CALLS

    call(hands)

    assert len(rows_of(hands, "Calls")) == 1
    assert "round 1, model openai/maker" in text_of(panel(hands).table.sections)


def test_the_panel_is_scrolled_by_the_keys_of_the_review_and_left_by_escape(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    for _ in range(60):
        call(hands)
    hands.type("$")
    bar = panel(hands).area.verticalScrollBar()

    hands.type("jj")
    assert bar.value() == 2 * bar.singleStep()
    hands.type("k")
    assert bar.value() == bar.singleStep()
    hands.type(" ")
    assert bar.value() > bar.pageStep()
    hands.press(Qt.Key.Key_End)
    assert bar.value() == bar.maximum()
    hands.press(Qt.Key.Key_Home)
    assert bar.value() == 0

    hands.press(Qt.Key.Key_Escape)
    assert not hands.window.sheets.is_open
    assert hands.window.view.hasFocus()


@pytest.mark.parametrize("command", ["costs", "rounds"])
def test_they_are_in_the_palette_too(hands: Hands, repo: Repo, command: str) -> None:
    hands.open(repo)
    hands.window.sheets.command_taken.emit(command)
    idle(hands)
    found = hands.window.sheets.current()
    assert isinstance(found, CallsPanel if command == "costs" else RoundPicture)


def test_the_rounds_are_a_picture_of_what_became_of_each(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    hands.type("ax")
    hands.type("c! Say it in words.")
    hands.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    repo.write({"code.py": AFTER.replace("return 10", "return 99")})
    hands.type("R")
    hands.until(lambda: hands.session.review.index == 1)
    idle(hands)
    call(hands, round=2)

    hands.type("#")
    hands.until(lambda: picture(hands).picture.rows)

    first, second = picture(hands).picture.rows
    assert first.words == "3 changes · 1 accepted · 1 rejected · 1 asked"
    assert [(part.sign, part.count) for part in parts_of(first)] == [("✓", 1), ("✗", 1), ("?", 1)]
    held = [entry.said.value for entry in hands.session.ledger() if entry.is_violation]
    assert held == ["altered", "not addressed"]
    assert (second.altered, second.back, second.violations) == (1, 0, 2)
    assert second.current
    assert "$0.05" in second.words
    assert picture(hands).summary.text() == "2 rounds · 1 altered"
    assert "round 2, worktree" in picture(hands).picture.accessibleName()
