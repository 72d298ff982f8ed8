"""Every text that the window paints can be read on what it stands on, in every theme; and every mark be seen.

The pairs are those that are painted (`tests/painted.py`): a new colour is looked at without being listed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from tests.painted import beside, pairs, picture
from tests.shots.fresh import calm, fresh, opened
from tests.shots.looks import judged
from tests.shots.rows import rows_repo
from workbench.ui.driving import CONTROL, SHIFT, Driver
from workbench.ui.sheet import Sheet
from workbench.ui.theme import Theme, contrast, load_theme, theme_names
from workbench.workflow.candidates import Asked

MARKS = 3.0
"""The contrast of what is no text and tells something: https://www.w3.org/TR/WCAG22/#non-text-contrast."""

SHEETS: dict[str, Callable[[Driver], None]] = {
    "keys": lambda driver: driver.type("?"),
    "palette": lambda driver: _palette(driver),
    "task": lambda driver: driver.type("T"),
    "landing": lambda driver: driver.type("L"),
    "sending": lambda driver: driver.press(Qt.Key.Key_Return, CONTROL | SHIFT),
    "tray": lambda driver: driver.type("b"),
    "look": lambda driver: driver.press(Qt.Key.Key_Comma, CONTROL),
    "rounds": lambda driver: driver.type("#"),
    "costs": lambda driver: driver.type("$"),
    "trust": lambda driver: driver.window.run_command("trust"),
    "go to a file": lambda driver: driver.type("g"),
}


def _palette(driver: Driver) -> None:
    driver.press(Qt.Key.Key_K, CONTROL)
    QTest.keyClicks(QApplication.focusWidget() or driver.window, "note")


def low(widget: QWidget, theme: Theme, where: str) -> list[str]:
    """What of a widget is hard to read."""
    found = pairs(widget)
    assert len(found) > 1, where
    wrong = []
    for pair, words in found.items():
        ink, ground = QColor(pair.ink), QColor(pair.ground)
        if contrast(ink, ground) < theme.contrast:
            wrong.append(f"{where}: {ink.name()} on {ground.name()}, {contrast(ink, ground):.2f}, {words}")
    return wrong


def hard_to_see(widget: QWidget, theme: Theme, where: str) -> list[str]:
    """The marks of a verdict that are hard to see: bars, rings, strokes of the ruler, edges with the keys."""
    image = picture(widget)
    wrong = []
    for name in ("accepted", "rejected", "open", "altered", "back", "accent"):
        mark = getattr(theme, name)
        for ground, pixels in beside(image, mark.rgb()).items():
            # Fewer are edges of glyphs; a ground is one of the theme's own large ones.
            if pixels >= 40 and ground in _grounds(theme) and contrast(mark, QColor(ground)) < MARKS:
                wrong.append(f"{where}: {name} beside {QColor(ground).name()}")
    return wrong


def _grounds(theme: Theme) -> set[int]:
    return {each.rgb() for each in (theme.ground, theme.panel, theme.raised, theme.nothing)}


def wear(driver: Driver, name: str) -> Theme:
    """Put a theme on, and nothing is painted from pictures that were made before."""
    driver.window.run_command(f"theme_{name}")
    return load_theme(name)


def states(driver: Driver) -> Iterator[str]:
    """A review with verdicts of every sort, in what it can look like."""
    window = driver.window
    yield "split"
    driver.type("t")
    yield "unified"
    driver.type("t/")
    QTest.keyClicks(QApplication.focusWidget() or window, "self")
    driver.until(lambda: window.view.search_standing.done, "the matches")
    driver.press(Qt.Key.Key_Return)
    yield "searching"
    driver.press(Qt.Key.Key_Escape)
    driver.press(Qt.Key.Key_Escape)
    driver.type("vjjj")
    yield "selected"
    driver.press(Qt.Key.Key_Escape)
    driver.type("c? Is this meant?")
    field = QApplication.focusWidget()
    assert isinstance(field, QPlainTextEdit)
    field.insertPlainText("\u202ethis")
    driver.press(Qt.Key.Key_E, CONTROL)
    yield "a note"
    driver.press(Qt.Key.Key_Escape)
    driver.type("rno")
    yield "a reason"
    driver.press(Qt.Key.Key_Escape)


@pytest.mark.parametrize("name", theme_names())
def test_every_text_of_a_review_and_its_sheets_can_be_read(qtbot: QtBot, tmp_path: Path, name: str) -> None:
    driver = judged(tmp_path, tmp_path)
    window = driver.window
    theme = wear(driver, name)
    wrong: list[str] = []
    for state in states(driver):
        calm(driver)
        wrong += low(window, theme, state) + hard_to_see(window, theme, state)
    for sheet, opens in SHEETS.items():
        opens(driver)
        driver.until(lambda: not window.tasks.is_busy, sheet)
        driver.settle()
        shown = [each for each in window.findChildren(Sheet) if each.isVisible()]
        assert shown, sheet
        wrong += low(shown[-1].card, theme, sheet)
        driver.press(Qt.Key.Key_Escape)
    window.close()
    assert wrong == []


@pytest.mark.parametrize("name", theme_names())
def test_every_text_in_rows_of_every_sort_can_be_read(qtbot: QtBot, tmp_path: Path, name: str) -> None:
    driver = fresh(tmp_path)
    window = driver.window
    theme = wear(driver, name)
    window.desk.show_start()
    driver.until(lambda: not window.tasks.is_busy, "the recent reviews")
    wrong = low(window, theme, "the start")
    opened(driver, rows_repo(tmp_path / "rows").root, Asked(new=True))
    driver.until(lambda: window.view.moves.count > 0, "the moved blocks")
    for path in ("cache/eviction.py", "new.png", "tabs.py", "zed.py"):
        window.view.go_to_file(path)
        calm(driver)
        wrong += low(window, theme, path) + hard_to_see(window, theme, path)
    window.close()
    assert wrong == []
