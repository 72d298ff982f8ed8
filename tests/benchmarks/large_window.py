"""Drives a real window on a large repository and leaves a trace: what blocked it, and how long each key took.

`python -m tests.benchmarks.large_window SCENE REPO TRACE`; the scenes are the functions below.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QEventLoop, Qt, QTimer

from workbench.app import Options, show
from workbench.ui.driving import Driver
from workbench.ui.window import MainWindow
from workbench.workflow.candidates import Asked

PATIENCE = 120.0
LOG = "big.log"
"""The file of `large.huge_files` that goes on."""


def pause(milliseconds: int = 30) -> None:
    """Let the window paint."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def opened(window: MainWindow, driver: Driver) -> None:
    """Wait until the review is on the screen."""
    driver.until(lambda: window.controller.session is not None and window.view.is_settled, "it", PATIENCE)
    window.tracer.event_happened("opened")


def loaded(window: MainWindow, driver: Driver) -> None:
    """Wait until every file is there: what is huge comes last."""
    driver.until(lambda: not window.controller.open_session().is_loading, "the rest", PATIENCE)
    window.tracer.event_happened("loaded")


def work(window: MainWindow) -> None:
    """Open, scroll, judge, go from file to file, while the rest is read and when it is there; read again."""
    driver = Driver(window)
    opened(window, driver)
    pause(500)
    bar = window.view.verticalScrollBar()
    for number in range(40):
        bar.setValue(bar.maximum() * number // 40)
        pause()
    bar.setValue(0)
    keys(driver, 60)
    loaded(window, driver)
    keys(driver, 30)
    window.tracer.event_happened("refresh began")
    driver.type("R")
    began = time.monotonic()
    driver.until(lambda: not window.tasks.is_running("arrival"), "the refresh", PATIENCE)
    window.tracer.event_happened("refreshed", seconds=time.monotonic() - began)
    pause(300)
    close(window)


def keys(driver: Driver, count: int) -> None:
    """Judge in one file after the other, take some of it back, and move."""
    for number in range(count):
        driver.type("aaxao}"[number % 6])
        pause()
    for key in "uu]]jj":
        driver.type(key)
        pause()


def grow(window: MainWindow) -> None:
    """Accept a log of millions of lines, have it go on while it is read, and read it again."""
    driver = Driver(window)
    opened(window, driver)
    loaded(window, driver)
    pause(500)
    driver.type("A")
    driver.type("A")
    pause(500)
    log = window.controller.open_session().repository.work_tree / LOG
    with log.open("ab") as out:
        out.write(b"".join(b"%d more words on a line of the log\n" % number for number in range(1_000)))
    window.tracer.event_happened("refresh began")
    driver.type("R")
    began = time.monotonic()
    driver.until(lambda: window.tasks.is_running("arrival"), "its begin", PATIENCE)
    driver.until(lambda: not window.tasks.is_running("arrival"), "the refresh", PATIENCE)
    window.tracer.event_happened("refreshed", seconds=time.monotonic() - began)
    for key in "axou]}":
        driver.type(key)
        pause()
    driver.type("L")
    pause(2000)
    close(window)


def close(window: MainWindow) -> None:
    """What blocks from now on, blocks nobody: the window goes, and waits for what it has begun."""
    window.tracer.event_happened("memory", bytes=memory())
    window.tracer.event_happened("closing")
    window.close()


def cancel(window: MainWindow) -> None:
    """Cancel while it is being opened; the start page is there and answers."""
    driver = Driver(window)
    pause(1200)
    window.tracer.event_happened("cancelled")
    began = time.monotonic()
    driver.press(Qt.Key.Key_Escape)
    driver.until(lambda: not window.errands.is_opening, "the start page", PATIENCE)
    window.tracer.event_happened("usable", seconds=time.monotonic() - began)
    driver.until(lambda: not window.tasks.has_threads, "the worker's end", PATIENCE)
    window.tracer.event_happened("ended", seconds=time.monotonic() - began)
    pause(300)
    window.close()


def load(window: MainWindow) -> None:
    """Open while the files stream in, wait for all that is found out of them, look at it, judge, save."""
    driver = Driver(window)
    driver.until(lambda: window.controller.session is not None, "the first files", PATIENCE)
    window.tracer.event_happened("first files")
    driver.until(lambda: not window.controller.open_session().is_loading, "the rest", PATIENCE)
    window.tracer.event_happened("all files")
    driver.until(lambda: not window.tasks.is_busy and window.view.is_settled, "the panels", PATIENCE)
    pause(1000)
    window.tracer.event_happened("memory", bytes=memory())
    driver.type("}")
    pause()
    window.view.go_to_end(1)
    pause(1500)
    window.tracer.event_happened("highlighting ended")
    for number in range(20):
        driver.type("aaxa}"[number % 5])
        pause()
    window.tracer.event_happened("saving ended")
    window.tracer.event_happened("memory", bytes=memory())
    window.close()


def memory() -> int:
    """The proportional set size of this process and of all that it started, in bytes."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with suppress(OSError):
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    ours = {os.getpid()}
    for _ in parents:
        more = {each for each, parent in parents.items() if parent in ours} - ours
        if not more:
            break
        ours |= more
    total = 0
    for each in ours:
        with suppress(OSError):
            text = Path(f"/proc/{each}/smaps_rollup").read_text()
            total += int(text.split("\nPss:")[1].split()[0]) * 1024
    return total


SCENES: dict[str, Callable[[MainWindow], None]] = {
    "work": work,
    "grow": grow,
    "cancel": cancel,
    "load": load,
}


def main(scene: str, folder: str, trace: str, range_text: str = "") -> int:
    """One window on the uncommitted work of one repository, or on a range of it."""
    options = Options(
        path=Path(folder),
        asked=Asked(range_text),
        trace=Path(trace),
        size=(1600, 1000),
        prepare=lambda window: QTimer.singleShot(0, window, lambda: SCENES[scene](window)),
    )
    return show(options).status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:5]))
