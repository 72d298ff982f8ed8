"""Where the program's own files are. Names folders and makes them; reads and writes nothing in them.

Every folder is the user's alone (mode 700): reviews hold code, prompts and answers.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from workbench.errors import UserError

_APP = "workbench"


def data_dir() -> Path:
    """Reviews, shadow directories and journals. `WORKBENCH_DATA` overrides the system's place."""
    given = _given("WORKBENCH_DATA")
    return given or _own("XDG_DATA_HOME", ".local/share", "user_data_path")


def config_dir() -> Path:
    """What the user sets. `WORKBENCH_CONFIG` overrides the system's place."""
    given = _given("WORKBENCH_CONFIG")
    return given or _own("XDG_CONFIG_HOME", ".config", "user_config_path", roaming=True)


def cache_dir() -> Path:
    """What may be deleted at any time. Inside `WORKBENCH_DATA` where that is set: one folder holds all."""
    given = _given("WORKBENCH_DATA")
    return given / "cache" if given else _own("XDG_CACHE_HOME", ".cache", "user_cache_path")


def database_path() -> Path:
    """The action log."""
    return data_dir() / "reviews.db"


def settings_path() -> Path:
    return config_dir() / "settings.toml"


def shadows_dir() -> Path:
    """The shadow git directories, one a work tree."""
    return data_dir() / "shadows"


def journal_dir(review: str) -> Path:
    """Where the landings of one review keep their journal. ValueError for an id that is no plain name."""
    if not review or review in {".", ".."} or not set(review).isdisjoint("/\\:\0"):
        raise ValueError(f"Not the id of a review: {review!r}")
    return data_dir() / "journals" / review


def looks_dir() -> Path:
    """How closely changes were looked at, one file a review."""
    return data_dir() / "looks"


def themes_dir() -> Path:
    """Themes of the user's own."""
    return config_dir() / "themes"


def running_dir() -> Path:
    """What arrives of rounds that are being made, one file a round."""
    return data_dir() / "running"


def make_private(folder: Path) -> Path:
    """The folder, made with its parents if it is not there. UserError if it cannot be."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"The folder {folder} could not be made: {error.strerror or error}.",
            hint="Check its permissions, or name another one in WORKBENCH_DATA.",
        ) from error
    return folder


def _given(variable: str) -> Path | None:
    value = os.environ.get(variable, "")
    return Path(value).expanduser().absolute() if value else None


def _own(variable: str, usual: str, named: str, **more: bool) -> Path:
    """The program's folder in one of the user's, where `platformdirs` finds it.

    On Linux that is plain, but for homes that are no place; its import takes 5 ms of every start.
    """
    given, home = os.environ.get(variable, ""), os.environ.get("HOME", "")
    if sys.platform == "linux" and (given or home).startswith("/"):
        return Path(given, _APP) if given else Path(home, usual, _APP)
    import platformdirs  # noqa: PLC0415 - said above

    return Path(getattr(platformdirs, named)(_APP, appauthor=False, **more))
