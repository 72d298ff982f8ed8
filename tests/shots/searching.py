"""Searching, selecting, what was skimmed, and how it looks: narrow, enlarged, in high contrast."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.repos import new_repo, numbered
from tests.shots.fresh import SIZE, demo, fresh, idle, opened
from workbench.review.changes import Side
from workbench.ui.driving import CONTROL, SHIFT, Driver
from workbench.workflow.candidates import Asked


def searching_scenes(scratch: Path, folder: Path) -> list[Path]:
    """Every picture of it."""
    driver, _ = demo(scratch, folder, "search")
    window = driver.window
    for name in ("dark", "light"):
        window.run_command(f"theme_{name}")
        _search(driver, name)
        _select(driver, name)
    window.run_command("theme_high-contrast")
    window.view.go_to_change(window.controller.open_session().by_path["cache/store.py"].changes[0].id)
    driver.type("axr")
    QTest.keyClicks(QApplication.focusWidget() or window, "The lock is held while it is built.")
    driver.press(Qt.Key.Key_Return)
    driver.type("c? Who clears this?")
    driver.press(Qt.Key.Key_Return, CONTROL)
    driver.type("]vaA")
    driver.type("[[[")
    driver.shot("84-verdicts-high-contrast")
    window.run_command("theme_dark")
    for _ in range(7):
        driver.press(Qt.Key.Key_Plus, CONTROL)
    driver.shot("85-150-percent")
    driver.press(Qt.Key.Key_0, CONTROL)
    window.resize(640, 720)
    driver.type("/")
    QTest.keyClicks(QApplication.focusWidget() or window, "self")
    driver.until(lambda: window.view.search_standing.done, "the matches")
    driver.shot("86-narrow")
    driver.press(Qt.Key.Key_Escape)
    window.resize(*SIZE)
    window.run_command("look")
    driver.settle()
    driver.shot("87-look")
    driver.press(Qt.Key.Key_Escape)
    for path in ("scripts/bench.sh", "tests/test_expiry.py"):
        window.view.go_to_file(path)
        driver.type("A")
    driver.type("L")
    idle(driver, "the plan")
    driver.shot("88-landing-skimmed")
    driver.press(Qt.Key.Key_Escape)
    window.close()
    return driver.taken + _second_press(scratch, folder)


def _search(driver: Driver, name: str) -> None:
    view = driver.window.view
    driver.type("/")
    field = QApplication.focusWidget() or driver.window
    QTest.keyClick(field, Qt.Key.Key_A, CONTROL)
    QTest.keyClicks(field, "self._items")
    driver.until(lambda: view.search_standing.done, "the matches")
    driver.press(Qt.Key.Key_Return)
    driver.type("nn")
    driver.shot(f"80-search-{name}")
    desk = driver.window.desk
    desk.search().regex.setChecked(True)
    desk.search().line.setText("(self")
    driver.shot(f"81-search-no-expression-{name}")
    desk.search().regex.setChecked(False)
    driver.press(Qt.Key.Key_Escape)


def _select(driver: Driver, name: str) -> None:
    view = driver.window.view
    session = driver.window.controller.open_session()
    change = session.by_path["cache/store.py"].changes[1]
    view.go_to_change(change.id)
    driver.press(Qt.Key.Key_Left, SHIFT)
    for _ in range(4):
        driver.press(Qt.Key.Key_Down, SHIFT)
    driver.shot(f"82-selected-old-side-{name}")
    driver.press(Qt.Key.Key_Escape)
    driver.press(Qt.Key.Key_Right, SHIFT)
    driver.type("vjjjj")
    driver.shot(f"83-selected-rows-{name}")
    driver.press(Qt.Key.Key_Escape)
    view.go_to_line("cache/store.py", Side.NEW, 1)


def _second_press(scratch: Path, folder: Path) -> list[Path]:
    made = new_repo(scratch / "tall")
    made.commit({"limits.py": numbered(200)})
    made.write({"limits.py": numbered(200, " = 1")})
    driver = fresh(folder)
    opened(driver, made.root, Asked(new=True))
    driver.type("a")
    driver.shot("89-not-seen-to-its-end")
    driver.window.close()
    return driver.taken
