"""A round from a model, through the real LiteLLM to a scripted server: streamed, cancelled, refused."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from tests.model_server import BAD_KEY, ModelServer, Slow, model_server
from tests.repos import Repo
from tests.window.conftest import CONTROL, SHIFT, Hands
from workbench.store.paths import settings_path


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


@pytest.fixture
def asking(make_hands: Callable[[], Hands], repo: Repo, server: ModelServer, home: Path) -> Hands:
    """A window with a model in its settings, and a rejected change to send."""
    path = settings_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f'take_out_before_sending = false\n[models.mine]\nmodel = "scripted"\napi_base = "{server.url}"\n',
        "utf-8",
    )
    hands = make_hands()
    hands.open(repo)
    hands.type("x")
    return hands


def send(hands: Hands) -> None:
    hands.press(Qt.Key.Key_Return, CONTROL | SHIFT)
    sheet = hands.window.sheets.sending()
    assert sheet is not None
    hands.until(sheet.main.isEnabled)
    sheet.choose("mine")
    hands.press(Qt.Key.Key_Return, CONTROL)


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

    assert time.monotonic() - began < 1
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
