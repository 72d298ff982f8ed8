"""The trace of a window: what holds it, in every part of a review's life, is noted with where it stood."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.repos import Repo, new_repo, numbered
from tests.window.conftest import Hands
from workbench.app import Options, make_window
from workbench.git import streaming
from workbench.ui.window import MainWindow

FILES = 90


@pytest.fixture
def many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """More files than are read before any is shown."""
    monkeypatch.setattr(streaming, "FIRST_FILES", 20)
    made = new_repo(tmp_path / "many")
    made.commit({f"file{at:03}.txt": numbered(20) for at in range(FILES)})
    made.write({f"file{at:03}.txt": numbered(20, "!") for at in range(FILES)})
    return made


@pytest.fixture
def traced(qtbot: QtBot, tmp_path: Path) -> Hands:
    window = make_window(Options(size=(1200, 800), trace=tmp_path / "trace"))
    qtbot.addWidget(window)
    window.tracer.start()
    return Hands(qtbot, window)


class Holding:
    """Holds the window in each of its parts until the watchdog has seen that, once."""

    def __init__(self, window: MainWindow) -> None:
        assert window.tracer.watchdog is not None
        self.noted = window.tracer.watchdog.noted
        self.window, self.done = window, set[str]()

    def _hold(self, name: str) -> None:
        # On a busy machine it may be late already: then that is noted, and this comes next time.
        if name not in self.done and not self.noted.is_set():
            assert self.noted.wait(30), "nobody watches"
            self.done.add(name)

    def at_start(self) -> None:
        self._hold("at_start")

    def while_loading(self) -> None:
        if self.window.errands.is_loading:
            self._hold("while_loading")

    def while_refreshing(self, _: str) -> None:
        self._hold("while_refreshing")

    def while_saving(self, _: object) -> None:
        self._hold("while_saving")


def test_what_holds_the_window_is_noted_at_start_loading_refreshing_and_saving(
    traced: Hands, many: Repo, tmp_path: Path
) -> None:
    window, holding = traced.window, Holding(traced.window)
    window.show()
    while "at_start" not in holding.done:
        traced.until(lambda: not holding.noted.is_set())
        holding.at_start()
    window.controller.changed.connect(holding.while_loading)
    window.arriving.arrived.connect(holding.while_refreshing)
    window.controller.judged.connect(holding.while_saving)
    for _ in range(20):
        traced.open(many)
        if "while_loading" in holding.done:
            break
    for name, key in (("while_saving", "a"), ("while_refreshing", "R")):
        for number in range(20):
            many.write({"file003.txt": numbered(20, f"? {number}")})
            traced.until(lambda: not holding.noted.is_set())
            traced.type(key)
            traced.until(lambda: not window.tasks.is_busy)
            if name in holding.done:
                break
    window.close()
    window.tracer.stop()

    assert holding.done == {"at_start", "while_loading", "while_refreshing", "while_saving"}
    events = [json.loads(line) for line in (tmp_path / "trace").read_text("utf-8").splitlines()]
    for name in holding.done:
        stacks = [event["stack"] for event in events if event["event"] == "blocked"]
        [stack] = [each for each in stacks if f" in {name}\n" in each]
        assert stack.rstrip().endswith("in wait"), "the innermost call stands last"
