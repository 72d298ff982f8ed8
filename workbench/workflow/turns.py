"""One process at a time, where what is appended depends on what the review is: note ids, rounds, undo.

Plain verdicts need no turn: they name the round they were given in, and are carried.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.errors import UserError
from workbench.git.locking import landing_lock
from workbench.store import paths

PATIENCE = 10.0
"""Seconds to wait for another process; a turn takes milliseconds."""


@contextmanager
def turn(review: str) -> Iterator[None]:
    """Hold the review's turn. UserError when another process does not give it back."""
    folder = paths.make_private(paths.journal_dir(review) / "turn")
    until = time.monotonic() + PATIENCE
    while True:
        with landing_lock(_writable(folder)) as held:
            if held:
                yield
                return
        if time.monotonic() > until:
            raise UserError(
                "Another process has kept this review busy for seconds.",
                hint="Close other Workbench processes and do it again.",
            )
        time.sleep(0.002)


def _writable(folder: Path) -> Path:
    """The folder, once the lock file is known to be there. UserError where it may not be written."""
    try:
        (folder / "landing.lock").touch(mode=0o600)
    except OSError as error:
        raise UserError(
            f"The folder {folder} could not be written: {error.strerror}.",
            hint="Check its permissions and the space on the disk, or name another folder in WORKBENCH_DATA.",
        ) from error
    return folder
