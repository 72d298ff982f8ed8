"""The states that are pictured, each reached by keys on a real repository."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from workbench.app import Options, make_application, make_window
from workbench.ui.demo_tour import tour
from workbench.ui.driving import CONTROL, Driver
from workbench.ui.window import MainWindow
from workbench.workflow.candidates import Asked
from workbench.workflow.demo import demo_task, make_demo

SIZE = (1600, 1000)


def scenes(scratch: Path, folder: Path) -> list[Path]:
    """Every picture, in order; the paths that were written."""
    make_application()
    taken: list[Path] = []
    taken += _demo(scratch, folder)
    taken += _start(folder)
    taken += _agent(scratch, folder)
    taken += _views(scratch, folder)
    return taken


def _window(folder: Path) -> Driver:
    window = make_window(Options(size=SIZE))
    window.show()
    return Driver(window, folder)


def _opened(driver: Driver, repository: Path, task: str = "") -> MainWindow:
    window = driver.window
    window.errands.open(repository, Asked(task=task, new=True))
    driver.until(lambda: window.controller.session is not None, "the review")
    driver.until(lambda: not window.tasks.is_busy, "the work behind the window")
    return window


def _demo(scratch: Path, folder: Path) -> list[Path]:
    """The whole loop, as `workbench demo` runs it without a display."""
    driver = _window(folder)
    driver.window.errands.open(make_demo(scratch / "demo" / "cache-rewrite"), Asked(task=demo_task()))
    tour(driver, lambda _: None)
    driver.window.close()
    return driver.taken


def _start(folder: Path) -> list[Path]:
    """Started without a repository, with one recent review."""
    driver = _window(folder)
    driver.window.desk.show_start()
    driver.until(lambda: not driver.window.tasks.is_busy, "the recent reviews")
    driver.shot("11-start")
    driver.window.close()
    return driver.taken


def _agent(scratch: Path, folder: Path) -> list[Path]:
    """A round in which an agent altered what was accepted and brought back what was rejected."""
    repository = make_demo(scratch / "agent" / "cache-rewrite")
    driver = _window(folder)
    window = _opened(driver, repository, demo_task())
    session = window.controller.open_session()
    store = next(file for file in session.files if file.path == "cache/store.py")
    for change in store.changes:
        window.view.go_to_change(change.id)
        driver.type("x" if b"max(" in b"".join(change.added) else "a")
    window.view.go_to_change(session.by_path["web/dashboard.js"].changes[0].id)
    driver.type("r")
    driver.type("say what failed")
    driver.shot("12-reason")
    driver.press(Qt.Key.Key_Return)
    driver.type("y")
    driver.until(lambda: not window.tasks.is_busy, "the feedback")
    path = repository / "cache" / "store.py"
    path.write_text(path.read_text().replace("return value\n", "return value  # was: default\n"))
    driver.type("R")
    driver.until(lambda: session.review.index > 0, "the second round")
    driver.until(lambda: not window.tasks.is_busy, "the ledger")
    driver.type("!")
    driver.shot("13-violation")
    driver.window.close()
    return driver.taken


def _views(scratch: Path, folder: Path) -> list[Path]:
    """Unified, whole file, search, selection, task, small and zoomed."""
    driver = _window(folder)
    window = _opened(driver, make_demo(scratch / "views" / "cache-rewrite"), demo_task())
    driver.type("t")
    driver.shot("14-unified")
    driver.type("t")
    driver.type("}")
    driver.type("]")
    driver.type("vjj")
    driver.shot("15-selected")
    driver.press(Qt.Key.Key_Escape)
    driver.type("/")
    QTest.keyClicks(QApplication.focusWidget() or window, "self._items")
    driver.shot("16-search")
    driver.press(Qt.Key.Key_Escape)
    driver.type("T")
    driver.shot("17-task")
    driver.press(Qt.Key.Key_Escape)
    window.resize(1000, 640)
    driver.shot("18-small")
    window.resize(*SIZE)
    for _ in range(4):
        driver.press(Qt.Key.Key_Plus, CONTROL)
    driver.shot("19-zoomed")
    window.run_command("theme_high-contrast")
    driver.shot("20-high-contrast")
    window.close()
    return driver.taken
