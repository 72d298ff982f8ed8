"""Pictures of one review in every theme, size and shape of the window: verdicts, notes, long names, zoom."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from PySide6.QtCore import Qt

from tests.repos import Repo, new_repo, numbered
from tests.shots.fresh import SIZE, both, fresh, opened
from workbench.ui.commands import THEMES
from workbench.ui.driving import CONTROL, Driver
from workbench.workflow.candidates import Asked
from workbench.workflow.demo import demo_task, make_demo

LONG = "packages/customer-experience/src/main/resources/translations/generated-from-the-catalogue"


def looks_scenes(scratch: Path, folder: Path) -> list[Path]:
    """Every picture of it."""
    driver = judged(scratch / "looks", folder)
    window = driver.window
    both(driver, "90-split", tuple(THEMES))
    window.run_command("theme_dark")
    driver.type("t")
    both(driver, "91-unified")
    driver.type("t")
    window.view.go_to_note("N1")
    both(driver, "92-notes")
    for _ in range(6):
        driver.press(Qt.Key.Key_Plus, CONTROL)
    both(driver, "93-zoomed-150")
    driver.press(Qt.Key.Key_0, CONTROL)
    window.resize(800, 640)
    both(driver, "94-narrow")
    window.resize(3840, 1600)
    both(driver, "95-wide")
    window.resize(*SIZE)
    driver.window.close()
    return driver.taken + _names(scratch, folder) + _scaled(folder)


def judged(scratch: Path, folder: Path) -> Driver:
    """The demo's review with something of everything: accepted, rejected, mixed, asked, open; four notes."""
    driver = fresh(folder)
    window = driver.window
    opened(driver, make_demo(scratch / "cache-rewrite"), Asked(task=demo_task(), new=True))
    changes = [change.id for change in window.controller.open_session().by_path["cache/store.py"].changes]
    for change, keys in zip(changes, ("a", "x", "vja", "a"), strict=False):
        window.view.go_to_change(change)
        driver.type(keys)
    _note(driver, changes[-1], "! Wall time jumps when the clock is set. Use `time.monotonic()`.", lines=True)
    _note(driver, changes[-2], "? Who clears `_used` when an item is too old?")
    _note(driver, changes[3], "The lock could be held for less: build the pair first.")
    _note(driver, changes[0], "+ A default that keeps what callers write today.")
    driver.press(Qt.Key.Key_Escape)
    window.view.go_to_change(changes[1])
    return driver


def _note(driver: Driver, change: str, text: str, *, lines: bool = False) -> None:
    driver.window.view.go_to_change(change)
    driver.type("c" + text)
    if lines:
        driver.press(Qt.Key.Key_E, CONTROL)
    driver.press(Qt.Key.Key_Return, CONTROL)


def _names(scratch: Path, folder: Path) -> list[Path]:
    """Names that do not fit: their ends are what tells them apart."""
    made: Repo = new_repo(scratch / "a-service-with-a-name-that-somebody-thought-about-for-long")
    names = [f"{LONG}/{name}_messages.properties" for name in ("german", "greek", "georgian")]
    made.commit({name: numbered(30) for name in names})
    made.write({name: numbered(30).replace("line 7\n", f"line {'seven, ' * 60}\n") for name in names})
    driver = fresh(folder)
    task = "Take the messages that nobody shows any more out of every catalogue, and say which ones they were"
    opened(driver, made.root, Asked(task=task, new=True))
    both(driver, "96-long-names")
    driver.type("W")
    driver.window.resize(800, 640)
    driver.shot("97-long-names-narrow")
    driver.window.close()
    return driver.taken


def _scaled(folder: Path) -> list[Path]:
    """The same on screens of one and a half and two times the pixels; Qt takes the factor at its start."""
    taken: list[Path] = []
    for factor in ("1.5", "2"):
        environment = {**os.environ, "QT_SCALE_FACTOR": factor}
        name = f"98-pixels-{factor.replace('.', '-')}"
        command = [sys.executable, "-m", "tests.shots.scaled", str(folder), name]
        subprocess.run(command, env=environment, check=True)
        taken.append(folder / f"{name}.png")
    return taken
