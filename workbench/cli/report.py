"""A report of a bug that can be pasted as it is. Holds versions and the traceback, no code of the user's."""

from __future__ import annotations

import platform
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

from workbench import __version__
from workbench.store.paths import data_dir


def write_report(error: BaseException, argv: Sequence[str]) -> Path:
    """Write the report into the data folder (or the system's temporary one) and give its path."""
    # Late: a report is written once in a long while.
    from workbench.workflow.discretion import without_keys  # noqa: PLC0415

    command = argv[0] if argv else "(window)"
    text = "\n".join(
        [
            f"Workbench {__version__}, Python {platform.python_version()}, {platform.platform()}",
            f"Command: {command}",
            "",
            without_keys("".join(traceback.format_exception(error))),
        ]
    )
    name = f"bug-{time.strftime('%Y%m%d-%H%M%S')}.txt"
    for place in (_reports, _temporary):
        try:
            # On a full disk there is no folder for temporary files, and to ask for one fails.
            folder = place()
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / name
            path.write_text(text, encoding="utf-8", errors="backslashreplace")
        except OSError:
            continue
        return path
    sys.stderr.write(text)
    return Path(name)


def _reports() -> Path:
    return data_dir() / "reports"


def _temporary() -> Path:
    return Path(tempfile.gettempdir())
