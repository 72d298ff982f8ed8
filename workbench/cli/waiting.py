"""While a command works: what it is doing, for who watches a terminal, and Ctrl+C, which ends it at once.

What is being saved when Ctrl+C comes is saved as a whole first; everything else is dropped, with the git
children that work on it.
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from workbench.cli.output import shown
from workbench.workflow.watching import Step, Watch, watching

_SLOW = 1.0
"""Seconds after which a command says what it is doing."""


@contextmanager
def waiting() -> Iterator[Watch]:
    """Around the work of one command."""
    teller = _Teller()
    watch = Watch(teller.tell if sys.stderr.isatty() else None)

    def interrupted(number: int, frame: FrameType | None) -> None:
        del number, frame
        if watch.saving:
            watch.interrupted = True  # raised when it is saved
            return
        watch.cancel()
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, interrupted)
    try:
        with watching(watch):
            yield watch
    finally:
        signal.signal(signal.SIGINT, before)
        teller.clear()


class _Teller:
    """Writes steps over one another in the last line of a terminal."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._shown = False

    def tell(self, step: Step) -> None:
        if time.monotonic() - self._began > _SLOW:
            self._shown = True
            sys.stderr.write(f"\r\x1b[K{shown(step.text)}")
            sys.stderr.flush()

    def clear(self) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
