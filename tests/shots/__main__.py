"""Make the pictures: `python -m tests.shots FOLDER [SCENE…]`. No display; data folders of its own."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path


def main(folder: str, *only: str) -> int:
    """The demo's loop, and then the states that it does not come by; or some scenes by their names."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    with tempfile.TemporaryDirectory(prefix="workbench-shots-", ignore_cleanup_errors=True) as scratch:
        data = Path(scratch) / "data"
        os.environ.update(WORKBENCH_DATA=str(data), WORKBENCH_CONFIG=str(data))
        # Late: the variables above say where Qt draws and where the program keeps its files.
        from tests.shots.scenes import scenes  # noqa: PLC0415

        taken, wrong = scenes(Path(scratch), Path(folder).absolute(), only)
    for path in taken:
        print(path)
    for words in wrong:
        print(words, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    if any(each.startswith("-") for each in sys.argv[1:]):
        # A folder of that name would be made, and all pictures in it.
        sys.exit(__doc__)
    sys.exit(main(*(sys.argv[1:] or ["build/shots"])))
