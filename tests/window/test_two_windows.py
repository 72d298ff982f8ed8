"""Two windows on one review that send at the same time, and what of it is under way in the cost panel."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from tests.model_server import Good, ModelServer, Slow, model_server
from tests.repos import Repo
from tests.window.conftest import CONTROL, SHIFT, Hands, set_model
from workbench.generation.contract import NewFile, write
from workbench.ui.calls_panel import CallsPanel
from workbench.ui.table import text_of
from workbench.workflow.calls import calls_of_day, calls_of_day_by_round


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


@pytest.fixture
def two(make_hands: Callable[[], Hands], repo: Repo, server: ModelServer, home: Path) -> tuple[Hands, Hands]:
    """Two windows of one user on one review, with one change rejected."""
    set_model(server.url)
    first = make_hands()
    first.open(repo)
    first.type("x")
    second = make_hands()
    second.open(repo)
    assert second.session.review.id == first.session.review.id
    return first, second


def turn_to(hands: Hands) -> None:
    """This window gets the keys."""
    hands.window.activateWindow()
    hands.window.view.setFocus()
    hands.until(lambda: QApplication.focusWidget() is hands.window.view)


def send(hands: Hands) -> None:
    turn_to(hands)
    hands.press(Qt.Key.Key_Return, CONTROL | SHIFT)
    sheet = hands.window.sheets.sending()
    assert sheet is not None
    hands.until(sheet.main.isEnabled)
    sheet.choose("mine")
    hands.press(Qt.Key.Key_Return, CONTROL)


def patient(hands: Hands, happened: Callable[[], object]) -> None:
    """Wait for a model: importing LiteLLM takes long on a busy machine."""
    hands.bot.waitUntil(lambda: bool(happened()), timeout=300_000)


@pytest.mark.slow
def test_two_windows_that_send_at_once_make_two_rounds_and_lose_nothing(
    two: tuple[Hands, Hands], server: ModelServer
) -> None:
    first, second = two
    made = iter(("one.py", "two.py"))

    def answer(_: object) -> Good:
        path = next(made)
        return Good(write([NewFile(path, "It is wanted.", (f"# {path}",))]), piece=3)

    server.script(answer, answer)
    send(first)
    send(second)
    for hands in two:
        patient(hands, lambda: hands.session.review.index or hands.session.review.failures)  # noqa: B023
        patient(hands, lambda: not hands.window.tasks.is_busy)  # noqa: B023 - waited for here
    # Each has taken its own round, and sees the other's when one turns to it.
    for hands in two:
        turn_to(hands)
        hands.until(lambda: hands.session.review.index == 2)  # noqa: B023 - as above
        hands.until(lambda: not hands.window.tasks.is_busy)  # noqa: B023 - as above
        assert hands.session.review.failures == ()
        assert [each.number for each in hands.session.review.rounds] == [1, 2, 3]
    paths = {path for hands in two for path in hands.session.by_path}
    assert paths & {"one.py", "two.py"}
    assert first.session.review.rounds == second.session.review.rounds
    # Both were asked for as round 2; the list of the day has each under the round that it became.
    log = first.session.log
    assert [call.round for _, call in calls_of_day(log)] == [2, 2]
    assert sorted(call.round or 0 for _, call in calls_of_day_by_round(log)) == [2, 3]


@pytest.mark.slow
def test_the_cost_panel_names_what_is_under_way_in_any_window_until_it_is_recorded(
    two: tuple[Hands, Hands], server: ModelServer
) -> None:
    first, second = two
    server.script(Slow("Once upon a time there was a test."))
    send(first)
    patient(first, lambda: first.window.side.running().isVisible())
    patient(first, lambda: "there was a test" in first.window.side.running().text.toPlainText())
    turn_to(second)
    second.type("$")
    panel = second.window.rounds_desk.costs()
    assert isinstance(panel, CallsPanel)
    second.until(lambda: "1 call is under way" in panel.summary.text())
    (line,) = next(each for each in panel.table.sections if each.title == "Under way").lines
    assert line.cells[:2] == ("round 2", "scripted")
    assert "Under way" in text_of(panel.table.sections)

    first.window.side.running().cancel.click()
    patient(first, lambda: first.session.review.failures)
    # The panel looks again by itself.
    second.until(lambda: "under way" not in panel.summary.text())
    assert "Under way" not in [each.title for each in panel.table.sections]
