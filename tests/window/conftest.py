"""A real window on a real repository, and hands that press real keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.qt_objects import ended
from tests.repos import Repo, new_repo
from workbench.app import Options, make_window
from workbench.review.verdicts import verdict_of
from workbench.store.paths import settings_path
from workbench.ui.window import MainWindow
from workbench.workflow.candidates import Asked
from workbench.workflow.session import Session

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier

BEFORE = "def one():\n    return 1\n\n\ndef two():\n    return 2\n\n\ndef three():\n    return 3\n"
AFTER = BEFORE.replace("return 1", "return 10").replace("return 3", "return 30")


def set_model(address: str) -> None:
    """Write settings with one model, "mine", at this address."""
    path = settings_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f'take_out_before_sending = false\n[models.mine]\nmodel = "scripted"\napi_base = "{address}"\n',
        "utf-8",
    )


class Hands:
    """The window, and what a person does with it."""

    def __init__(self, bot: QtBot, window: MainWindow) -> None:
        self.bot, self.window = bot, window

    @property
    def session(self) -> Session:
        return self.window.controller.open_session()

    def focus(self) -> QWidget:
        for found in (QApplication.focusWidget(), self.window.focusWidget()):
            if found is not None:
                return found
        return self.window.view

    def type(self, text: str) -> None:
        """Characters, each to whatever has the focus by then."""
        for sign in text:
            QTest.keyClicks(self.focus(), sign)

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.focus(), key, modifiers)

    def until(self, happened: Callable[[], object]) -> None:
        # A processor that is shared by ten is no failure: it is waited for what takes five seconds of it.
        self.bot.waitUntil(lambda: bool(happened()), timeout=90_000)

    def open(self, repo: Repo, asked: Asked | None = None) -> None:
        """Open a repository and wait until the review is there and whole."""
        self.window.errands.open(repo.root, asked)
        self.until(lambda: self.window.controller.session is not None)
        # The rest of a large one is begun in a turn of its own: nothing is busy before it.
        self.until(lambda: not self.session.is_loading and not self.window.tasks.is_busy)

    def verdicts(self) -> list[str]:
        """The verdict of each change, in order."""
        return [
            verdict_of(change, self.session.review.current).value
            for file in self.session.files
            for change in file.changes
        ]

    def notice(self) -> str:
        bar = self.window.notice
        return bar.sentence.text() if bar.isVisibleTo(self.window) else ""


@pytest.fixture(autouse=True)
def objects_ended() -> Iterator[None]:
    with ended():
        yield


@pytest.fixture
def make_hands(qtbot: QtBot, tmp_path: Path) -> Iterator[Callable[[], Hands]]:
    """Windows on one user's data; at the end no thread, sheet or menu is left."""
    made: list[Hands] = []

    def make() -> Hands:
        window = make_window(Options(size=(1200, 800)))
        qtbot.addWidget(window)
        window.show()
        window.activateWindow()
        qtbot.waitExposed(window)
        made.append(Hands(qtbot, window))
        return made[-1]

    yield make
    for hands in made:
        hands.window.close()
        assert not hands.window.tasks.is_busy
    assert QApplication.activeModalWidget() is None
    assert QApplication.activePopupWidget() is None


@pytest.fixture
def hands(make_hands: Callable[[], Hands]) -> Hands:
    return make_hands()


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Three changes in the work tree: two in one file, one new file."""
    made = new_repo(tmp_path / "shop")
    made.commit({"code.py": BEFORE})
    made.write({"code.py": AFTER, "new.py": "print('new')\n"})
    return made
