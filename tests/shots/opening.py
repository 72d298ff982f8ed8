"""Pictures of the first seconds, and of where there is nothing to show or nothing left to do."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.repos import new_repo, numbered
from tests.shots.fresh import both, demo, fresh, idle, keep_as_it_is, sheets
from workbench.ui.driving import CONTROL, Driver
from workbench.workflow.candidates import Asked


def opening_scenes(scratch: Path, folder: Path) -> list[Path]:
    """Every picture of it."""
    driver = fresh(folder)
    window = driver.window
    window.desk.show_start()
    idle(driver, "the recent reviews")
    both(driver, "24-start")
    made = new_repo(scratch / "nothing" / "settings-service")
    made.commit({"a.py": numbered(3)}, "Read the limits from the environment")
    made.commit({"a.py": numbered(5), "b.py": numbered(2)}, "Limits: the default is 100")
    window.desk.show_opening(made.root.name)
    window.errands.open(made.root, Asked())
    keep_as_it_is(driver, "25-reading")
    idle(driver, "that there is nothing")
    both(driver, "26-nothing-uncommitted")
    window.errands.open(scratch / "nowhere", Asked())
    idle(driver, "that it is none")
    both(driver, "27-no-repository")
    window.close()
    return driver.taken + _nothing_left(scratch, folder)


def _nothing_left(scratch: Path, folder: Path) -> list[Path]:
    """Nothing accepted yet, no file found, no match, everything judged, landed."""
    driver, _ = demo(scratch, folder, "left")
    window = driver.window
    sheets(driver, "00-nothing-to-land", ("light", "dark"), "L")
    _no_file(driver)
    driver.type("/")
    QTest.keyClicks(QApplication.focusWidget() or window, "nowhere")
    driver.until(lambda: window.view.search_standing.done, "that there is none")
    driver.shot("29-no-match")
    driver.press(Qt.Key.Key_Escape)
    for path in window.controller.open_session().by_path:
        window.view.go_to_file(path)
        driver.type("AA")
    both(driver, "38-all-accepted")
    window.view.go_to_file("web/dashboard.js")
    driver.type("X")
    driver.type("L")
    sheet = window.sheets.landing()
    assert sheet is not None
    driver.until(lambda: sheet.plan is not None, "what would be landed")
    driver.press(Qt.Key.Key_Return, CONTROL)
    driver.until(lambda: window.controller.open_session().review.closed, "the landing")
    idle(driver, "what follows")
    driver.shot("39-landed")
    window.close()
    return driver.taken


def _no_file(driver: Driver) -> None:
    window = driver.window
    driver.press(Qt.Key.Key_F, CONTROL)
    QTest.keyClicks(QApplication.focusWidget() or window, "zzz")
    driver.shot("28-no-file-found")
    driver.press(Qt.Key.Key_Escape)
    driver.press(Qt.Key.Key_Escape)
    window.view.setFocus()
