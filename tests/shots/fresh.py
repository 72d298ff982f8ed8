"""A window as if just installed, for each scene: what one scene chose is not what the next one looks like."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from workbench.app import Options, make_window
from workbench.store.paths import settings_path
from workbench.ui.commands import FIRST_KEYS
from workbench.ui.driving import Driver
from workbench.workflow.candidates import Asked

SIZE = (1600, 1000)


def fresh(
    folder: Path,
    *,
    size: tuple[int, int] = SIZE,
    first_time: bool = False,
    settings: Mapping[str, object] | None = None,
) -> Driver:
    """A window with the settings that ship. The strip with the first keys is shown only the first time."""
    settings_path().unlink(missing_ok=True)
    window = make_window(Options(size=size))
    known = () if first_time else FIRST_KEYS
    window.preferences.change(theme="dark", smooth_scroll=False, seen_keys=known, **(settings or {}))
    window.show()
    return Driver(window, folder)


def opened(driver: Driver, repository: Path, asked: Asked) -> None:
    """A review of it, read to its end."""
    window = driver.window
    window.errands.open(repository, asked)
    driver.until(lambda: window.controller.session is not None, "the review")
    driver.until(lambda: not window.tasks.is_busy, "the work behind the window")
