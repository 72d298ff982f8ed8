"""Every text that the window paints can be read on what it stands on, in every theme; and every mark be seen.

The pairs are those that are painted (`tests/painted.py`): a new colour is looked at without being listed.
What is drawn from pictures that were made before is painted anew for it.
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

from tests.model_server import model_server
from tests.painted import beside, pairs, picture
from tests.shots.fresh import calm, demo, fresh, idle, opened
from tests.shots.looks import judged
from tests.shots.reading import readers
from tests.shots.rounds import asked_for, lose_two
from tests.shots.rows import rows_repo
from tests.shots.shapes import shaped
from workbench.ui.driving import CONTROL, SHIFT, Driver
from workbench.ui.sheet import Sheet
from workbench.ui.theme import Theme, contrast, load_theme, theme_names
from workbench.workflow.candidates import Asked

Keep = Callable[[Driver], Driver]

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


@pytest.fixture
def keep(qtbot: QtBot) -> Keep:
    """Holds a window until it is taken apart: else its own collector may, in the middle of its events."""
    kept: list[Driver] = []

    def hold(driver: Driver) -> Driver:
        qtbot.addWidget(driver.window)
        kept.append(driver)
        return driver

    return hold


def low(widget: QWidget, theme: Theme, where: str) -> list[str]:
    """What of a widget is hard to read."""
    forget_pictures(widget, theme)
    found = pairs(widget)
    assert len(found) > 1, where
    wrong = []
    for pair, words in found.items():
        ink, ground = QColor(pair.ink), QColor(pair.ground)
        if contrast(ink, ground) < theme.contrast:
            wrong.append(f"{where}: {ink.name()} on {ground.name()}, {contrast(ink, ground):.2f}, {words}")
    return wrong


def forget_pictures(widget: QWidget, theme: Theme) -> None:
    """Dress everything again, and its words are painted once before they are drawn from pictures."""
    for each in (widget, *widget.findChildren(QWidget)):
        wears = getattr(each, "set_theme", None)
        if wears is not None:
            wears(theme)


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
    """Put a theme on."""
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
def test_every_text_of_a_review_and_its_sheets_can_be_read(keep: Keep, tmp_path: Path, name: str) -> None:
    driver = keep(judged(tmp_path, tmp_path))
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
def test_every_text_in_rows_of_every_sort_can_be_read(keep: Keep, tmp_path: Path, name: str) -> None:
    driver = keep(fresh(tmp_path))
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


def in_every_theme(driver: Driver, states: Callable[[Driver], Iterator[tuple[str, QWidget]]]) -> list[str]:
    """What is hard to read or to see in a review that is in these states, each in every theme."""
    wrong: list[str] = []
    for name in theme_names():
        theme = wear(driver, name)
        for state, shown in states(driver):
            calm(driver)
            where = f"{name}, {state}"
            wrong += low(shown, theme, where)
            if shown is driver.window:
                wrong += hard_to_see(shown, theme, where)
    driver.window.close()
    return wrong


def sheet_of(driver: Driver) -> QWidget:
    """The card of the sheet that is open."""
    idle(driver, "the sheet")
    driver.settle()
    shown = [each for each in driver.window.findChildren(Sheet) if each.isVisible()]
    return shown[-1].card


def test_every_text_of_a_ledger_can_be_read(keep: Keep, tmp_path: Path) -> None:
    driver, repo = demo(tmp_path, tmp_path, "ledger")
    keep(driver)
    session = driver.window.controller.open_session()
    path = "cache/store.py"
    driver.window.view.go_to_change(session.by_path[path].changes[0].id)
    driver.type("xaaaaa")
    text = repo.read(path).decode()
    for change, note in zip(session.by_path[path].changes, ("! Not so.", "+ Good.", "? Why?"), strict=False):
        driver.window.view.go_to_change(change.id)
        driver.type(f"c{note}")
        driver.press(Qt.Key.Key_Return, CONTROL)
    repo.write({path: text.replace("return value\n", "return value  # was: default\n") + "\n\nmore = 1\n"})
    driver.type("R")
    driver.until(lambda: session.review.index > 0, "the second round")
    idle(driver)

    def states(driver: Driver) -> Iterator[tuple[str, QWidget]]:
        window = driver.window
        driver.type("!")
        yield "an entry", window
        driver.type("t")
        yield "unified", window
        driver.type("td")
        yield "since last round", window
        driver.type("dd")
        driver.type("!a")
        yield "an answered one", window
        driver.type("u")

    assert len(session.ledger()) > 3
    assert in_every_theme(driver, states) == []


def test_every_text_of_findings_can_be_read(keep: Keep, tmp_path: Path) -> None:
    with model_server() as server:
        driver = keep(readers(tmp_path, tmp_path, server))
        window = driver.window
        driver.type("F")
        idle(driver, "who can read")
        driver.press(Qt.Key.Key_Return)
        session = window.controller.open_session()
        driver.until(lambda: session.review.readings, "the findings", seconds=60)
        idle(driver, "the end of the reading")

        def states(driver: Driver) -> Iterator[tuple[str, QWidget]]:
            driver.type("F")
            yield "who reads", sheet_of(driver)
            driver.press(Qt.Key.Key_Escape)
            window.view.go_to_file("README.md")
            driver.type(";")
            yield "a draft", window
            driver.type("r")
            yield "dismissing", window
            driver.press(Qt.Key.Key_Escape)
            driver.type("c")
            yield "in other words", window
            driver.press(Qt.Key.Key_Escape)

        assert in_every_theme(driver, states) == []


def test_every_text_of_prompts_and_rounds_can_be_read(keep: Keep, tmp_path: Path) -> None:
    driver, repo = demo(tmp_path, tmp_path, "rounds")
    keep(driver)
    session = driver.window.controller.open_session()
    driver.type("axaa")
    path = "cache/store.py"
    repo.write({path: repo.read(path).decode().replace("return value\n", "return value  # default\n")})
    driver.type("R")
    driver.until(lambda: session.review.index > 0, "the second round")
    asked_for(session, 1)
    asked_for(session, 2)
    lose_two(session)
    driver.window.controller.changed.emit()

    def states(driver: Driver) -> Iterator[tuple[str, QWidget]]:
        window = driver.window
        yield "tries that were lost", window
        for keys, state in (("E", "prompts"), ("/the", "searched"), ("", "compared")):
            if not keys:
                driver.press(Qt.Key.Key_Escape)
                keys = "c"
            driver.type(keys)
            yield state, sheet_of(driver)
        driver.press(Qt.Key.Key_Escape)
        for keys, state in (("$", "costs"), ("#", "rounds"), ("D", "two rounds")):
            driver.type(keys)
            yield state, sheet_of(driver)
            driver.press(Qt.Key.Key_Escape)

    assert in_every_theme(driver, states) == []


def test_every_text_of_shapes_can_be_read(keep: Keep, tmp_path: Path) -> None:
    driver = keep(shaped(tmp_path, tmp_path))
    driver.window.run_command("by_shape")

    def states(driver: Driver) -> Iterator[tuple[str, QWidget]]:
        yield "by shape", driver.window
        driver.type("sjj j")
        yield "a shape", sheet_of(driver)
        driver.type("c! All of them")
        yield "a note on all", sheet_of(driver)
        driver.press(Qt.Key.Key_Escape)
        driver.press(Qt.Key.Key_Escape)

    assert in_every_theme(driver, states) == []
