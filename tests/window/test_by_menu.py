"""What only a menu or the Tab key leads to, and what `test_every_command.py` cannot drive.

That is a dialog, a program that is started, and a model that writes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit

from tests.model_server import ModelServer, Slow, model_server
from tests.repos import Repo, new_repo, numbered
from tests.window.conftest import CONTROL, SHIFT, Hands
from tests.window.test_every_command import by_menu
from workbench.store.paths import settings_path
from workbench.workflow.demo import demo_task


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


def test_the_entry_asks_for_a_folder_and_opens_it(hands: Hands, repo: Repo) -> None:
    def answer() -> None:
        (dialog,) = (each for each in QApplication.topLevelWidgets() if isinstance(each, QFileDialog))
        field = dialog.findChild(QLineEdit)
        assert field is not None
        field.setText(str(repo.root))
        QTest.keyClick(field, Qt.Key.Key_Return)

    timer = QTimer(hands.window)
    timer.setInterval(20)
    tries: list[int] = []

    def when_there() -> None:
        tries.append(1)
        if any(isinstance(each, QFileDialog) and each.isVisible() for each in QApplication.topLevelWidgets()):
            timer.stop()
            answer()

    timer.timeout.connect(when_there)
    timer.start()
    by_menu(hands, "open")
    hands.until(lambda: hands.window.controller.session is not None)
    hands.until(lambda: not hands.window.tasks.is_busy)
    assert hands.verdicts() == ["open", "open", "open"]


def test_the_entry_opens_the_demo(hands: Hands) -> None:
    by_menu(hands, "demo")
    hands.until(lambda: hands.window.controller.session is not None)
    hands.until(lambda: not hands.window.tasks.is_busy)
    assert hands.session.repository.name == "cache-rewrite"
    assert hands.session.review.task.startswith(demo_task()[:20])


def test_the_entry_opens_the_editor_at_the_line_of_the_cursor(
    hands: Hands, repo: Repo, tmp_path: Path
) -> None:
    told, script = tmp_path / "told", tmp_path / "editor"
    script.write_text(f'#!/bin/sh\nprintf "%s" "$1" > {told}.part && mv {told}.part {told}\n')
    script.chmod(0o755)
    hands.open(repo)
    hands.window.preferences.change(editor=f"{script} {{file}}:{{line}}")
    hands.type("]")
    by_menu(hands, "editor")
    hands.until(told.exists)
    line = hands.window.view.line_in_round()
    assert told.read_text() == f"{repo.root / 'code.py'}:{line}"


@pytest.mark.slow
def test_the_entry_cancels_the_round_that_is_being_made(
    hands: Hands, repo: Repo, server: ModelServer
) -> None:
    path = settings_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    hands.open(repo)
    server.script(Slow("I am thinking about it"))
    path.write_text(
        f'take_out_before_sending = false\n[models.mine]\nmodel = "scripted"\napi_base = "{server.url}"\n'
    )
    from workbench.store.settings import load_settings  # noqa: PLC0415 - after it was written

    hands.session.settings = load_settings()
    hands.type("x")
    hands.press(Qt.Key.Key_Return, CONTROL | SHIFT)
    sheet = hands.window.sheets.sending()
    assert sheet is not None
    hands.until(sheet.main.isEnabled)
    sheet.choose("mine")
    hands.press(Qt.Key.Key_Return, CONTROL)
    card = hands.window.side.running()
    hands.bot.waitUntil(lambda: "thinking" in card.text.toPlainText(), timeout=120_000)
    by_menu(hands, "cancel_round")
    hands.until(lambda: bool(hands.session.review.failures) and not card.isVisible())
    assert hands.session.review.index == 0


def test_the_switches_of_the_search_are_reached_and_turned_by_key(hands: Hands, tmp_path: Path) -> None:
    made = new_repo(tmp_path / "long")
    made.commit({"a.py": numbered(120)})
    made.write({"a.py": numbered(120).replace("line 100\n", "Line 100 new\n")})
    hands.open(made)
    hands.type("/")
    hands.type("line 10")
    line = hands.window.desk.search()

    def counted() -> str:
        hands.until(lambda: hands.window.view.search_standing.done)
        return line.count.text()

    # "line 10", "line 100" to "line 109", and the replaced line on both sides.
    assert counted() == "12 matches"
    wanted = {
        "Tell capitals from small letters": "11 matches",
        "Whole words": "1 match",
    }
    for name, said in wanted.items():
        for _ in range(10):
            if hands.focus().accessibleName() == name:
                break
            hands.press(Qt.Key.Key_Tab)
        assert hands.focus().accessibleName() == name
        hands.press(Qt.Key.Key_Space)
        assert counted() == said
    for _ in range(10):
        if hands.focus() is line.sides:
            break
        hands.press(Qt.Key.Key_Tab)
    hands.press(Qt.Key.Key_Space)
    assert (line.sides.text(), counted()) == ("old", "1 match")
    hands.press(Qt.Key.Key_Escape)
    assert hands.window.focusWidget() is hands.window.view
