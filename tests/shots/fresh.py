"""A window as if just installed, for each scene: what one scene chose is not what the next one looks like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QCursor

from tests.repos import Repo
from workbench.app import Options, make_window
from workbench.store.paths import settings_path
from workbench.store.settings import Settings, format_settings
from workbench.ui.commands import FIRST_KEYS
from workbench.ui.driving import Driver
from workbench.workflow.candidates import Asked
from workbench.workflow.demo import demo_task, make_demo

SIZE = (1600, 1000)
CALM = 40
"""Turns of the event loop without anything under way."""


def fresh(
    folder: Path,
    *,
    size: tuple[int, int] = SIZE,
    first_time: bool = False,
    settings: Mapping[str, object] | None = None,
) -> Driver:
    """A window with the settings that ship. The strip with the first keys is shown only the first time."""
    known = () if first_time else FIRST_KEYS
    wanted = Settings(theme="dark", smooth_scroll=False, seen_keys=known)
    settings_path().parent.mkdir(parents=True, exist_ok=True)
    settings_path().write_text(format_settings(wanted), "utf-8")
    window = make_window(Options(size=size))
    if settings:
        window.preferences.change(**settings)
    QCursor.setPos(-1, -1)  # nothing is pointed at
    window.show()
    return Driver(window, folder)


def opened(driver: Driver, repository: Path, asked: Asked) -> None:
    """A review of it, read to its end."""
    window = driver.window
    window.errands.open(repository, asked)
    driver.until(lambda: window.controller.session is not None, "the review")
    driver.until(lambda: not window.tasks.is_busy, "the work behind the window")


def demo(scratch: Path, folder: Path, name: str) -> tuple[Driver, Repo]:
    """A window with the demo's review, in a folder of the scene's own; and its repository."""
    repository = make_demo(scratch / name / "cache-rewrite")
    driver = fresh(folder)
    opened(driver, repository, Asked(task=demo_task(), new=True))
    idle(driver)
    return driver, Repo(repository)


def idle(driver: Driver, what: str = "the work behind the window") -> None:
    """Until nothing is under way."""
    driver.until(lambda: not driver.window.tasks.is_busy, what)


def sheets(driver: Driver, name: str, themes: Sequence[str], opens: str, then: str = "") -> None:
    """A sheet in each theme: opened with a key, waited for, looked at after some keys more, and left."""
    for theme in themes:
        driver.window.run_command(f"theme_{theme}")
        driver.type(opens)
        idle(driver, f"what {opens} shows")
        driver.type(then)
        driver.shot(f"{name}-{theme}")
        driver.press(Qt.Key.Key_Escape)


def calm(driver: Driver) -> None:
    """Until what came on the screen was read and coloured, and has asked for nothing more."""
    window, turns = driver.window, 0

    def is_calm() -> bool:
        nonlocal turns
        turns = turns + 1 if window.view.is_settled and not window.tasks.is_busy else 0
        return turns > CALM

    driver.until(is_calm, "calm", 60)


def both(driver: Driver, name: str, themes: Sequence[str] = ("light", "dark")) -> None:
    """One picture for each theme; the last one stays on."""
    for theme in themes:
        driver.window.run_command(f"theme_{theme}")
        driver.shot(f"{name}-{theme}")


def keep_as_it_is(driver: Driver, name: str) -> None:
    """A picture of what is under way: `shot` waits until nothing is."""
    driver.settle()
    if driver.folder is not None:
        driver.folder.mkdir(parents=True, exist_ok=True)
        path = driver.folder / f"{name}.png"
        driver.window.grab().save(str(path))
        driver.taken.append(path)
