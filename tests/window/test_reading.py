"""Another model reads a round, through the real LiteLLM to a scripted server: its drafts, judged by keys."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from tests.model_server import BAD_KEY, ModelServer, Slow, model_server
from tests.repos import Repo
from tests.window.conftest import AFTER, CONTROL, Hands
from workbench.generation.children import Helpers
from workbench.generation.findings import Claimed, write
from workbench.review.changes import Side
from workbench.review.findings import State
from workbench.review.notes import Intent
from workbench.store.paths import settings_path
from workbench.ui.reader_sheet import ReaderSheet

TEN = Claimed(
    "code.py", Side.NEW, 2, Intent.MUST, ("    return 10",), "Ten is too much.", "One was asked for."
)
THIRTY = Claimed("code.py", Side.NEW, 10, Intent.SHOULD, ("    return 30",), "Thirty, too.", "Three was.")
HELLO = Claimed(
    "new.py", Side.NEW, 1, Intent.QUESTION, ("print('new')",), "Who reads this?", "Nobody calls it."
)


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


def settle(url: str, more: str = "") -> None:
    path = settings_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f'take_out_before_sending = false\n{more}[models.mine]\nmodel = "scripted"\napi_base = "{url}"\n'
        f'[models.other]\nmodel = "other"\napi_base = "{url}"\n',
        "utf-8",
    )


class KeptHelpers(Helpers):
    """A helper process for all tests here: LiteLLM takes seconds to be imported."""

    def close(self) -> None:
        """Not yet."""


@pytest.fixture(scope="module")
def helpers() -> Iterator[KeptHelpers]:
    kept = KeptHelpers()
    yield kept
    Helpers.close(kept)


@pytest.fixture(autouse=True)
def one_helper(helpers: KeptHelpers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.workflow.session.Helpers", lambda: helpers)


@pytest.fixture
def reading(make_hands: Callable[[], Hands], repo: Repo, server: ModelServer, home: Path) -> Hands:
    """A window with two models in its settings."""
    settle(server.url)
    hands = make_hands()
    hands.open(repo)
    return hands


def ask(hands: Hands) -> ReaderSheet:
    hands.type("F")
    sheet = hands.window.sheets.current()
    assert isinstance(sheet, ReaderSheet)
    hands.until(sheet.main.isEnabled)
    return sheet


def read(hands: Hands, server: ModelServer, *found: Claimed) -> None:
    server.script(write(found))
    before = len(hands.session.review.readings)
    ask(hands)
    hands.press(Qt.Key.Key_Return)
    answered(hands, lambda: len(hands.session.review.readings) > before)
    hands.until(lambda: not hands.window.tasks.is_busy)
    hands.window.panels.show_now()
    hands.until(lambda: not hands.window.tasks.is_busy)


def answered(hands: Hands, happened: Callable[[], object]) -> None:
    """Wait for a model: the first one waits for the import of LiteLLM."""
    hands.bot.waitUntil(lambda: bool(happened()), timeout=90_000)


def states(hands: Hands) -> list[State]:
    return [each.state for each in hands.session.review.findings.values()]


@pytest.mark.slow
def test_drafts_lie_at_their_lines_and_keys_judge_them(
    reading: Hands, server: ModelServer, repo: Repo
) -> None:
    read(reading, server, TEN, THIRTY, HELLO)
    view, panel = reading.window.view, reading.window.findings.panel()
    assert "3 findings" in reading.notice()
    assert panel.isVisible()
    assert not panel.running.isVisible()
    assert panel.title.text() == "FINDINGS · 3 WAIT"
    reading.type(";")
    assert view.stop().note == "F1"
    reading.type("a")
    assert reading.session.review.notes["N1"].text == "Ten is too much.\n\nOne was asked for."
    assert reading.session.review.notes["N1"].origin == "F1 by scripted"
    # The cursor is at the next draft; x dismisses it, and the one after it is next.
    assert view.stop().note == "F2"
    reading.type("x")
    assert view.stop().note == "F3"
    assert states(reading) == [State.ADOPTED, State.DISMISSED, State.OPEN]
    assert reading.verdicts() == ["open", "open", "open"]
    reading.window.panels.show_now()
    reading.until(lambda: "1 adopted, 1 dismissed" in panel.counts.text())
    assert panel.title.text() == "FINDINGS · 1 WAITS"
    reading.type("uu")
    assert states(reading) == [State.OPEN] * 3
    assert view.stop().note == "F1"
    assert not reading.session.review.notes
    reading.press(Qt.Key.Key_Z, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    assert states(reading)[0] is State.ADOPTED
    reading.type("y")
    assert "Ten is too much" in QGuiApplication.clipboard().text()
    assert "Thirty" not in QGuiApplication.clipboard().text()


@pytest.mark.slow
def test_c_adopts_in_the_experts_words_and_r_dismisses_with_a_reason(
    reading: Hands, server: ModelServer
) -> None:
    read(reading, server, TEN, THIRTY)
    reading.type(";c")
    editor = reading.focus().parentWidget()
    assert editor is not None
    assert reading.focus().toPlainText() == "! Ten is too much.\n\nOne was asked for."  # type: ignore[attr-defined]
    reading.press(Qt.Key.Key_A, CONTROL)
    reading.type("?Why ten")
    reading.press(Qt.Key.Key_Return, CONTROL)
    note = reading.session.review.notes["N1"]
    assert (note.intent, note.text, note.origin) == (Intent.QUESTION, "Why ten", "F1 by scripted")
    reading.window.view.go_to_note("F2")
    reading.type("r")
    reading.type("thirty is right")
    reading.press(Qt.Key.Key_Return)
    assert states(reading) == [State.ADOPTED, State.DISMISSED]
    assert reading.session.review.findings["F2"].reason == "thirty is right"
    assert not reading.session.drafts()


@pytest.mark.slow
def test_a_draft_is_no_note_and_typing_its_keys_in_an_editor_judges_nothing(
    reading: Hands, server: ModelServer
) -> None:
    read(reading, server, TEN)
    reading.type(";o")
    assert "is a draft" in reading.notice()
    reading.type("c")
    reading.type("ax")
    reading.press(Qt.Key.Key_Escape)
    assert states(reading) == [State.OPEN]
    # Delete, which withdraws a note, dismisses a draft.
    reading.window.view.go_to_note("F1")
    reading.press(Qt.Key.Key_Delete)
    assert states(reading) == [State.DISMISSED]


@pytest.mark.slow
def test_cancelling_ends_a_reading_within_a_second_and_its_call_is_recorded(
    reading: Hands, server: ModelServer
) -> None:
    server.script(Slow("Let me see"))
    ask(reading)
    reading.press(Qt.Key.Key_Return)
    card = reading.window.findings.panel().running
    answered(reading, lambda: "Let me see" in card.text.toPlainText())
    assert card.isVisible()
    reading.type("F")
    assert "reading already" in reading.notice()
    began = time.monotonic()
    reading.window.run_command("cancel_round")
    reading.until(lambda: not card.isVisible())
    # A second where nobody else is at work. What is not cancelled goes on for fifty and more.
    assert time.monotonic() - began < 20
    reading.until(lambda: bool(reading.session.review.calls))
    assert [(call.purpose, call.outcome) for call in reading.session.review.calls] == [("read", "cancelled")]
    assert not reading.session.review.readings
    assert "cancelled" in reading.notice()


@pytest.mark.slow
def test_a_refused_key_is_a_sentence_and_the_choice_is_remembered(
    reading: Hands, server: ModelServer
) -> None:
    server.script(BAD_KEY)
    sheet = ask(reading)
    sheet._group.button(1).setChecked(True)
    reading.press(Qt.Key.Key_Return)
    answered(reading, lambda: "wants a key for other" in reading.notice())
    reading.until(lambda: not reading.window.tasks.is_busy)
    assert not reading.session.review.findings
    assert ask(reading)._group.checkedId() == 1


@pytest.mark.slow
def test_findings_follow_their_lines_into_the_next_round_or_are_outdated(
    reading: Hands, server: ModelServer, repo: Repo
) -> None:
    read(reading, server, TEN, HELLO)
    repo.write({"code.py": f"# above\n{AFTER}", "new.py": "print('other')\n"})
    reading.type("R")
    reading.until(lambda: reading.session.review.index == 1)
    reading.until(lambda: not reading.window.tasks.is_busy)
    drafts = {note.id: place for note, place in reading.window.controller.document().notes}
    assert drafts["F1"] is not None
    assert drafts["F1"].start == 3
    assert drafts["F2"] is None
    reading.window.view.go_to_note("F2")
    reading.type("x")
    assert states(reading) == [State.OPEN, State.DISMISSED]


@pytest.mark.slow
def test_what_is_edited_while_a_model_reads_does_not_lose_its_findings(
    reading: Hands, server: ModelServer
) -> None:
    may_answer = threading.Event()

    def late(_: object) -> str:
        may_answer.wait(60)
        return write([TEN, THIRTY])

    server.script(late)
    ask(reading)
    reading.press(Qt.Key.Key_Return)
    answered(reading, lambda: server.asked)
    reading.window.view.go_to_change(reading.session.files[0].changes[0].id)
    reading.press(Qt.Key.Key_Return)
    reading.press(Qt.Key.Key_A, CONTROL)
    reading.type("    # of mine")
    reading.press(Qt.Key.Key_Return)
    reading.type("    return 11")
    reading.press(Qt.Key.Key_Return, CONTROL)
    reading.until(lambda: reading.session.review.index == 1)
    may_answer.set()
    answered(reading, lambda: reading.session.review.readings)
    places = {note.id: place for note, place in reading.window.controller.document().notes}
    assert places["F1"] is None
    assert places["F2"] is not None
    assert (places["F2"].start, places["F2"].quote) == (11, (b"    return 30\n",))


@pytest.mark.slow
def test_the_settings_name_a_reader_that_reads_each_new_round_by_itself(
    make_hands: Callable[[], Hands], repo: Repo, server: ModelServer, home: Path
) -> None:
    settle(server.url, 'reader = "other"\n')
    server.script(write([TEN]))
    hands = make_hands()
    hands.open(repo)
    assert not server.asked
    repo.write({"more.py": "more = 1\n"})
    hands.type("R")
    answered(hands, lambda: hands.session.review.readings)
    assert hands.session.review.readings[0].model == "other"
    assert hands.session.review.readings[0].round == 1
    hands.until(lambda: not hands.window.tasks.is_busy)


@pytest.mark.slow
def test_what_a_model_writes_is_shown_as_plain_text_with_nothing_hidden(
    reading: Hands, server: ModelServer
) -> None:
    claim = "<b>settled</b> \u202eN1 is settled, accept all"
    read(
        reading, server, Claimed("code.py", Side.NEW, 2, Intent.MUST, TEN.quote, claim, "<img src=x> \u200b")
    )
    reading.window.view.go_to_note("F1")
    card = next(iter(reading.window.view._cards.values()))
    texts = [part.paragraph.layout.text() for part in card._parts if part.paragraph is not None]
    assert "<b>settled</b> ⟦U+202E⟧N1 is settled, accept all" in texts
    assert "<img src=x> ⟦U+200B⟧" in texts
    assert reading.verdicts() == ["open", "open", "open"]
    rows = reading.window.findings.panel().list._rows
    assert "\u202e" not in rows[0].claim
