"""Presses keys in a real window and leaves their times in a trace.

`python -m tests.benchmarks.keys REPO RANGE TRACE`
"""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer

from workbench.app import Options, show
from workbench.ui.driving import Driver
from workbench.ui.window import MainWindow
from workbench.workflow.opening import Asked

VERDICTS = 400


def press_keys(window: MainWindow) -> None:
    """Judge hundreds of changes, then take some back, waiting for the paint after each key."""
    driver = Driver(window)
    driver.until(lambda: window.controller.session is not None and window.view.is_settled, "the review", 60.0)
    for number in range(VERDICTS):
        driver.type("aaxao"[number % 5])
        _let_paint()
    for _ in range(40):
        driver.type("u")
        _let_paint()
    window.close()


def _let_paint() -> None:
    loop = QEventLoop()
    QTimer.singleShot(30, loop.quit)
    loop.exec()


def prepare(window: MainWindow) -> None:
    """Start once the event loop runs."""
    QTimer.singleShot(0, window, lambda: press_keys(window))


def main(folder: str, range_text: str, trace: str) -> int:
    """One window on one range."""
    options = Options(
        path=Path(folder),
        asked=Asked(range_text),
        trace=Path(trace),
        size=(1920, 1080),
        prepare=prepare,
    )
    return show(options).status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
