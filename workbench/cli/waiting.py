"""While a command works: what it is doing, for who watches a terminal, and Ctrl+C, which ends it at once.

What is being saved when Ctrl+C comes is saved as a whole first; everything else is dropped, with the git
children that work on it.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from workbench.cli.output import shown
from workbench.workflow.watching import GitCancelledError, Step, Watch, watching

_SLOW = 1.0
"""Seconds after which a command says what it is doing."""
_AGAIN = 0.01
"""Seconds after which an interruption that came amid an import is tried again."""
_LOADERS = frozenset({"importlib._bootstrap", "importlib._bootstrap_external", "msgspec._utils"})
"""What an exception from nowhere must not rise in: importlib drops it in a callback, and what is half made
ready in C stays so.
"""


@contextmanager
def waiting() -> Iterator[Watch]:
    """Around the work of one command."""
    teller = _Teller()
    watch = Watch(teller.tell if sys.stderr.isatty() else None)

    def interrupted(number: int, frame: FrameType | None) -> None:
        del number
        if watch.saving:
            watch.interrupted = True  # raised when it is saved
            return
        if os.name == "posix" and _is_loading(frame):
            signal.setitimer(signal.ITIMER_REAL, _AGAIN)
            return
        watch.cancel()
        raise KeyboardInterrupt

    heard: tuple[signal.Signals, ...]
    heard = (signal.SIGINT, signal.SIGALRM) if os.name == "posix" else (signal.SIGINT,)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        heard = ()  # as a shell has it in the background, and so it stays
    before = [(each, signal.signal(each, interrupted)) for each in heard]
    try:
        with watching(watch):
            yield watch
    except GitCancelledError as cancelled:
        if watch.cancelled:  # and the exception beside it was lost in a callback
            raise KeyboardInterrupt from cancelled
        raise
    finally:
        if os.name == "posix":
            signal.setitimer(signal.ITIMER_REAL, 0)
        for each, handler in before:
            signal.signal(each, handler)
        teller.clear()


def _is_loading(frame: FrameType | None) -> bool:
    """Whether an import, or what is made ready in one, is under way in what was interrupted."""
    while frame is not None:
        if frame.f_globals.get("__name__") in _LOADERS:
            return True
        frame = frame.f_back
    return False


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
