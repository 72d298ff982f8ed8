"""The exact prompts: read beside what arrived, searched, compared with those of other rounds."""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.repos import Repo
from tests.window.conftest import CONTROL, Hands
from workbench.generation.exchange import Call, Exchange
from workbench.generation.prompt import Message
from workbench.review.actions import CallMade, RoundFailed
from workbench.review.rounds import Usage
from workbench.ui.diff.finding import Query
from workbench.ui.prompt_search import PromptSearch, Span
from workbench.ui.prompt_view import NOTHING, PromptSheet
from workbench.workflow.calls import keep
from workbench.workflow.kept_calls import as_text
from workbench.workflow.logged import new_id

FIRST = "".join(f"line {number}\n" for number in range(400)) + "Take the limit from the module.\n"
SECOND = FIRST.replace("from the module", "from the request").replace("line 7\n", "line seven\n")


def message(text: str) -> tuple[Message, ...]:
    return (Message("system", "Be exact."), Message("user", text))


@pytest.fixture
def asked(hands: Hands, repo: Repo) -> Hands:
    """A window on a review in which two rounds were asked for, the second with a repair, and a question."""
    hands.open(repo)
    session = hands.session
    rounds = (
        (2, (Call(message(FIRST), "the first answer", "cut", void=("half of it",)),)),
        (
            3,
            (
                Call(message(SECOND), "the second answer", "repair", problems=("No file x.py.",)),
                Call(message("It did not fit."), "better", "misfit", purpose="repair"),
            ),
        ),
    )
    for number, calls in rounds:
        kept = keep(session.log, Exchange("openai/maker", calls))
        session.act(
            RoundFailed(
                id=new_id(), at=time.time(), number=number, model="openai/maker", why="cut", exchange=kept
            )
        )
    question = Call(message("Why?"), "Because.", "answered", purpose="ask")
    kept = keep(session.log, Exchange("other", (question,)))
    session.act(
        CallMade(
            id=new_id(),
            at=1.0,
            purpose="ask",
            model="other",
            outcome="answered",
            usage=Usage(),
            round=1,
            exchange=kept,
        )
    )
    hands.window.controller.changed.emit()
    return hands


def opened(hands: Hands) -> PromptSheet:
    hands.type("E")
    hands.until(lambda: not hands.window.tasks.is_busy)
    found = hands.window.rounds_desk.prompts()
    assert found is not None
    return found


def test_every_prompt_is_read_exactly_as_it_was_sent_beside_what_arrived(asked: Hands) -> None:
    sheet = opened(asked)

    assert [call.title for call in sheet.calls] == [
        "question in round 1",
        "round 2, did not come",
        "round 3, did not come",
        "round 3, repair 1, did not come",
    ]
    assert sheet.prompt.toPlainText() == as_text(
        [{"role": "system", "content": "Be exact."}, {"role": "user", "content": SECOND}]
    )
    assert sheet.answer.toPlainText() == "the second answer"
    assert "wrong: No file x.py." in sheet.summary.text()

    asked.type("[")
    assert sheet.prompt.toPlainText().endswith(FIRST)
    assert "half of it" in sheet.answer.toPlainText()
    assert "does not count" in sheet.answer.toPlainText()
    asked.type("[")
    assert sheet.answer.toPlainText() == "Because."
    asked.type("[")
    assert sheet.at == 0


def test_two_prompts_are_compared_line_by_line_and_then_their_answers(asked: Hands) -> None:
    sheet = opened(asked)

    asked.type("c")
    assert sheet.title.text() == "The prompt: round 2, did not come → round 3, did not come"
    assert sheet.difference is not None
    assert [(run.removed, run.added) for run in sheet.difference.runs] == [
        ((b"line 7\n",), (b"line seven\n",)),
        ((b"Take the limit from the module.\n",), (b"Take the limit from the request.\n",)),
    ]
    assert sheet.view.isVisible()
    assert sheet.view._layout.document.is_prompt, "its marks are our own, not a merge's"
    asked.until(lambda: sheet.view.is_settled)
    before = sheet.view.stop().line
    asked.type("jj")
    assert sheet.view.stop().line != before

    asked.type("c")
    assert sheet.title.text().startswith("What arrived: round 2")
    asked.type("c")
    assert not sheet.view.isVisible()
    assert sheet.prompt.isVisible()


def test_another_one_to_compare_with_is_chosen_by_key(asked: Hands) -> None:
    sheet = opened(asked)
    asked.type("c")
    seen = []
    for _ in range(3):
        asked.type("}")
        seen.append(sheet.calls[sheet.against].title)
    assert sorted(seen) == sorted(call.title for call in sheet.calls if call is not sheet.calls[sheet.at])
    asked.type("{")
    assert sheet.calls[sheet.against].title == seen[1]


def test_prompt_and_answer_are_searched_with_a_slash_and_n_goes_on(asked: Hands) -> None:
    sheet = opened(asked)

    asked.type("/")
    asked.type("line 39")
    asked.until(lambda: sheet.search.count.text() == "11 matches")
    asked.press(Qt.Key.Key_Return)
    first = sheet.prompt.textCursor().position()
    asked.type("n")
    second = sheet.prompt.textCursor().position()
    assert second > first > 0
    asked.type("N")
    assert sheet.prompt.textCursor().position() == first

    asked.type("c")
    assert sheet.search.isVisible()
    asked.press(Qt.Key.Key_Escape)
    assert not sheet.search.isVisible()
    asked.press(Qt.Key.Key_Escape)
    assert not sheet.comparing
    asked.press(Qt.Key.Key_Escape)
    assert not asked.window.sheets.is_open


def test_a_match_in_what_arrived_is_gone_to_there_and_keys_scroll_there(asked: Hands) -> None:
    sheet = opened(asked)
    asked.type("/")
    asked.type("second answer")
    asked.until(lambda: sheet.search.count.text() == "1 match")
    assert sheet.active is sheet.answer
    asked.press(Qt.Key.Key_Escape)
    asked.type("h")
    assert sheet.active is sheet.prompt
    asked.press(Qt.Key.Key_End)
    assert sheet.prompt.verticalScrollBar().value() == sheet.prompt.verticalScrollBar().maximum()


def test_without_any_prompt_the_next_step_is_named(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    sheet = opened(hands)
    assert sheet.summary.text() == NOTHING
    hands.type("cn]/")
    hands.press(Qt.Key.Key_Escape)
    assert not hands.window.sheets.is_open


def found(bot: QtBot, query: Query, *texts: str) -> list[Span]:
    owner = QObject()
    search = PromptSearch(owner)
    search.begin(query, texts)
    bot.waitUntil(lambda: search.standing.done, timeout=20_000)
    search.stop()
    return search.spans


def test_matches_are_counted_as_qt_counts_characters(qtbot: QtBot) -> None:
    assert found(qtbot, Query("b", case=True), "", "x\na\U0001f600b") == [(1, 5, 1)]
    assert found(qtbot, Query("x"), "aXa", "x") == [(0, 1, 1), (1, 0, 1)]
    assert found(qtbot, Query("x*", regex=True), "aaa") == []
    assert found(qtbot, Query("b"), "a\ud800b\nb") == [(0, 2, 1), (0, 4, 1)]


def test_an_expression_without_end_holds_the_helper_and_not_the_window(asked: Hands) -> None:
    session = asked.session
    text = "a" * 60 + "!\nand the word\n"
    call = Call(message(text), "nothing", "cut")
    kept = keep(session.log, Exchange("other", (call,)))
    session.act(RoundFailed(id=new_id(), at=1.0, number=4, model="other", why="so", exchange=kept))
    asked.window.controller.changed.emit()
    sheet = opened(asked)
    asked.until(lambda: text in sheet.prompt.toPlainText())
    sheet._seek._seeker.patience = 300
    asked.type("/")
    sheet.search.regex.setChecked(True)
    asked.type("(a+)+$")
    asked.type("j")
    asked.press(Qt.Key.Key_Backspace)
    asked.until(lambda: "the expression takes too long" in sheet.search.count.text())
    asked.press(Qt.Key.Key_A, CONTROL)
    asked.type("w.rd")
    asked.until(lambda: sheet.search.count.text() == "1 match")


def test_where_nothing_arrived_or_nothing_was_sent_that_is_said(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    session = hands.session
    calls = (
        (2, Call(message(FIRST), "", "no network", detail="Connection refused", model="openai/maker")),
        (3, Call((), "There was no note to act on.", "fits", model="offline")),
    )
    for number, call in calls:
        kept = keep(session.log, Exchange(call.model, (call,)))
        session.act(
            RoundFailed(id=new_id(), at=1.0, number=number, model=call.model, why="so", exchange=kept)
        )
    sheet = opened(hands)
    assert sheet.heads[sheet.prompt].text().startswith("THE EXACT PROMPT · NOTHING")
    assert "offline model" in sheet.prompt.placeholderText()
    assert sheet.prompt.toPlainText() == ""
    hands.type("[")
    assert sheet.heads[sheet.answer].text() == "WHAT ARRIVED · NOTHING"
    assert sheet.answer.placeholderText() == "Nothing arrived."
    assert "not reached · Connection refused" in sheet.summary.text()
    assert "no network" not in sheet.summary.text()


def test_a_round_that_did_not_come_is_in_the_list_of_rounds_and_a_click_reads_what_arrived(
    asked: Hands,
) -> None:
    hands = asked
    hands.window.panels.show_now()
    bars = hands.window.side.bars
    assert "round 2: ✗ failed · nothing arrived" in bars.accessibleName()
    assert bars.height() >= 3 * 27 or bars.sizeHint().height() == 3 * 27
    QTest.mouseClick(bars, Qt.MouseButton.LeftButton, pos=QPoint(60, 27 + 10))
    hands.until(lambda: not hands.window.tasks.is_busy)
    sheet = hands.window.rounds_desk.prompts()
    assert sheet is not None
    assert sheet.calls[sheet.at].title == "round 2, did not come"
    assert "the first answer" in sheet.answer.toPlainText()
