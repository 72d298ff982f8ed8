"""One picture at the scale that `QT_SCALE_FACTOR` says. `python -m tests.shots.scaled FOLDER NAME`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.shots.looks import judged
from workbench.app import make_application


def main(folder: str, name: str) -> None:
    """The review with something of everything, with the palette's field in sight."""
    make_application()
    with tempfile.TemporaryDirectory(prefix="workbench-shots-", ignore_cleanup_errors=True) as scratch:
        driver = judged(Path(scratch), Path(folder))
        driver.window.resize(1280, 800)
        driver.shot(name)
        driver.window.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
