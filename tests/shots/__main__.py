"""Make the pictures. `python -m tests.shots FOLDER`. Without a display, with data folders of their own."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path


def main(folder: str) -> int:
    """The demo's loop, and then the states that it does not come by."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    with tempfile.TemporaryDirectory(prefix="workbench-shots-", ignore_cleanup_errors=True) as scratch:
        data = Path(scratch) / "data"
        os.environ.update(WORKBENCH_DATA=str(data), WORKBENCH_CONFIG=str(data))
        # Late: the variables above say where Qt draws and where the program keeps its files.
        from tests.shots.scenes import scenes  # noqa: PLC0415

        taken = scenes(Path(scratch), Path(folder).absolute())
    for path in taken:
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "build/shots"))
