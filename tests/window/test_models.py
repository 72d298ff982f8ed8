"""A round from a model, through the real LiteLLM to a scripted server: streamed, cancelled, refused."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.model_server import BAD_KEY, Cut, ModelServer, Scripted, Slow, model_server
from tests.repos import Repo
from tests.window.conftest import CONTROL, SHIFT, Hands, set_model
from workbench.generation.backends import LiteLLMBackend
from workbench.generation.children import Helpers
from workbench.store.paths import settings_path
from workbench.ui.running_card import VOID, RunningCard


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


@pytest.fixture(scope="module")
def kept() -> Iterator[Helpers]:
    """Helpers that outlive a window."""

    class Kept(Helpers):
        def close(self) -> None:
            """Not with the window."""

    made = Kept()
    yield made
    Helpers.close(made)


@pytest.fixture
def warm(kept: Helpers) -> Helpers:
    """A helper that is there already: LiteLLM takes seconds to be imported, and on a busy machine many. Each
    call that a test before cancelled has ended one.
    """
    LiteLLMBackend("scripted", api_base="http://127.0.0.1:9", helpers=kept).measure(["a"], threading.Event())
    return kept


@pytest.fixture
def asking(
    make_hands: Callable[[], Hands], repo: Repo, server: ModelServer, home: Path, warm: Helpers
) -> Hands:
    """A window with a model in its settings, and a rejected change to send."""
    set_model(server.url)
    hands = make_hands()
    hands.open(repo)
    hands.session.helpers = warm
    hands.type("x")
    return hands


def send(hands: Hands) -> None:
    hands.press(Qt.Key.Key_Return, CONTROL | SHIFT)
    sheet = hands.window.sheets.sending()
    assert sheet is not None
    hands.until(sheet.main.isEnabled)
    sheet.choose("mine")
    hands.press(Qt.Key.Key_Return, CONTROL)
    # Nothing has left yet: to start what calls a model takes seconds.
    assert sheet.main.text() == "Starting…"


@pytest.mark.slow
def test_what_the_model_writes_is_shown_as_it_comes_and_cancel_ends_it_within_a_second(
    asking: Hands, server: ModelServer
) -> None:
    server.script(Slow("I am thinking about it"))
    send(asking)
    card = asking.window.side.running()
    asking.until(lambda: "thinking" in card.text.toPlainText())
    assert card.isVisible()

    began = time.monotonic()
    card.cancel.click()
    asking.until(lambda: not card.isVisible())

    # A second where nobody else is at work. What is not cancelled goes on for fifty and more.
    assert time.monotonic() - began < 20
    asking.until(lambda: bool(asking.session.review.failures))
    assert asking.session.review.index == 0
    assert asking.notice()


@pytest.mark.slow
def test_a_refused_key_is_a_sentence_and_nothing_is_lost(asking: Hands, server: ModelServer) -> None:
    server.script(BAD_KEY)
    send(asking)

    asking.until(lambda: bool(asking.session.review.failures))

    assert "key" in asking.notice()
    assert asking.window.notice.is_error
    assert asking.verdicts() == ["rejected", "open", "open"]


WRONG = """I changed it.

<<<<<<< EDIT code.py
why: a number
======= SEARCH
there is no such line
======= REPLACE
x
>>>>>>> END
>>>>>>> ANSWER COMPLETE
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([WRONG, Slow("A second answer")], "did not fit and is asked for again"),
        (
            [Cut("Once upon a time", 14, reset=True), Slow("A second answer")],
            "What had arrived of it does not",
        ),
    ],
    ids=["repair", "retry"],
)
def test_text_that_was_shown_and_does_not_count_any_more_says_so(
    asking: Hands, server: ModelServer, answers: list[Scripted], said: str
) -> None:
    server.script(*answers)
    send(asking)
    card = asking.window.side.running()
    asking.bot.waitUntil(lambda: "A second answer" in card.text.toPlainText(), timeout=90_000)
    shown = card.text.toPlainText()
    assert VOID in shown
    assert said in shown
    first, _, _ = shown.partition(VOID)
    assert first.startswith(("I changed it.", "Once upon"))
    assert card.valid_text.strip() == "A second answer"
    struck, counts = QTextCursor(card.text.document()), QTextCursor(card.text.document())
    struck.setPosition(3)
    counts.movePosition(QTextCursor.MoveOperation.End)
    assert struck.charFormat().fontStrikeOut()
    assert not counts.charFormat().fontStrikeOut()
    card.cancel.click()
    asking.until(lambda: bool(asking.session.review.failures))
    # The next round begins with nothing of this one.
    card.begin("Asking again")
    card.add_text("new")
    assert (card.valid_text, card.text.toPlainText()) == ("new", "new")


@pytest.mark.slow
def test_text_of_a_model_that_another_takes_the_place_of_is_void(
    make_hands: Callable[[], Hands], repo: Repo, server: ModelServer, home: Path, warm: Helpers
) -> None:
    path = settings_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f'take_out_before_sending = false\n[models.mine]\nmodel = "one"\napi_base = "{server.url}"\n'
        f'fallbacks = ["other"]\n[models.other]\nmodel = "two"\napi_base = "{server.url}"\n',
        "utf-8",
    )
    hands = make_hands()
    hands.open(repo)
    hands.type("x")
    hands.session.helpers = warm
    server.script(*[Cut("Once upon a time", 14, reset=True)] * 2, Slow("By another"))
    send(hands)
    card = hands.window.side.running()
    hands.bot.waitUntil(lambda: "By another" in card.text.toPlainText(), timeout=90_000)
    assert card.text.toPlainText().count(VOID) == 2
    assert "Asking two instead." in card.text.toPlainText()
    assert card.valid_text.strip() == "By another"
    card.cancel.click()
    hands.until(lambda: bool(hands.session.review.failures))


def test_a_long_answer_lets_go_of_its_top_and_what_is_void_stays_void(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    card = RunningCard(parent)
    card.begin("Asking")
    card.add_text("🙂 void\n" * 3)
    card.mark_void("cut.")
    card.add_text("counts 🙂\n" * 1990)
    assert card.valid_text == "counts 🙂\n" * 1990
    card.add_text("and more\n" * 500)
    assert "void" not in card.text.toPlainText()
    assert card.valid_text == card.text.toPlainText()
    card.mark_void("again.")
    card.mark_void("nothing came since.")
    assert card.text.toPlainText().count(VOID) == 1
    assert card.valid_text == ""


def test_an_answer_without_line_ends_is_shown_in_lines(qtbot: QtBot) -> None:
    """One line of it, laid out anew at each piece that comes, would hold the window for minutes."""
    parent = QWidget()
    qtbot.addWidget(parent)
    card = RunningCard(parent)
    card.begin("Asking")
    pieces = ["word and ", "x" * 1000, "🙂 end\n", "a line\n", *["and on "] * 3_000]
    for piece in pieces:
        card.add_text(piece)
    assert max(map(len, card.text.toPlainText().split("\n"))) <= 400
    assert card.text.toPlainText().replace("\n", "").startswith("word and xxx")
    assert card.valid_text.replace("\n", "") == "".join(pieces).replace("\n", "")
    card.mark_void("cut.")
    card.add_text("y" * 10)
    assert card.valid_text == "y" * 10
