"""What a person waits for: what the work is doing now, and a way to end it. Knows nothing of who waits.

A watch is bound to the thread that works, for as long as it works: every child that is started meanwhile
belongs to it. So it need not be handed through every call from opening a review down to git, and ending
one piece of work leaves the children of others on the same repository alone.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from msgspec import Struct

from workbench.git.runner import Child, GitCancelledError

if TYPE_CHECKING:
    from workbench.git.beside import Helper

_TOLD_EVERY = 0.05
"""Seconds between two counts of one step; a window shows no more of them."""


NAMED = 12
"""Paths that are told at most: what one sees at a glance."""


class Step(Struct, frozen=True):
    """What is being done, and how far: `total` is 0 where git does not tell. `names` are the first paths of
    what it is done with, where that is known.
    """

    words: str
    done: int = 0
    total: int = 0
    names: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """In words, with how far it is where that is known."""
        return f"{self.words}: {self.done:,} of {self.total:,}" if self.total else self.words


class Watch:
    """One piece of work that somebody waits for. `told` is called on the working thread."""

    def __init__(self, told: Callable[[Step], None] | None = None) -> None:
        self.told = told
        self.step: Step | None = None
        self.interrupted = False
        """Set where the work is to end in KeyboardInterrupt as soon as what it is saving is saved."""
        # A signal's handler cancels on the very thread that may be adding a child just then.
        self._lock = threading.RLock()
        self._children: set[Child | Helper] = set()
        self._cancelled = False
        self._saving = False
        self._saved = False
        self._next = 0.0

    @property
    def cancelled(self) -> bool:
        return self._cancelled

    @property
    def saving(self) -> bool:
        return self._saving

    def cancel(self) -> bool:
        """End the work, from another thread: its children are ended, and it starts no more.

        False where the result is being saved or is saved: then it is done in a moment, and not broken off.
        """
        with self._lock:
            if self._saving or self._saved:
                return False
            self._cancelled = True
            children = [child for child in self._children if child.running]
        for child in children:
            child.kill()
        return True

    def add(self, child: Child | Helper) -> None:
        """A child of this work was started."""
        with self._lock:
            self._children = {other for other in self._children if not other.stdout.closed}
            self._children.add(child)
            cancelled = self._cancelled
        if cancelled:
            child.kill()

    def end(self) -> None:
        """The work ended, on its own thread. When it was cancelled, nobody read its children to their end."""
        if self._cancelled:
            for child in self._children:
                child.kill()
                child.close()
        self._children = set()

    def check(self) -> None:
        """`GitCancelledError` where nobody waits any more."""
        if self._cancelled:
            raise GitCancelledError

    def say(self, step: Step, *, begins: bool = False) -> None:
        """Tell a step: a new one at once, counts of the same one not too often. `begins`: of what was said
        in the same words before nothing belongs to it.
        """
        self.check()
        now = time.monotonic()
        before = self.step
        goes_on = not begins and before is not None and before.words == step.words
        if before is not None and goes_on and before.names and not step.names:
            # Said again by each child that does it, which knows neither how many there are nor which.
            count = (step.done, step.total) if step.total else (before.done, before.total)
            step = Step(step.words, *count, before.names)
        same = goes_on and before is not None and before.total == step.total
        self.step = step
        if self.told is not None and (not same or now >= self._next):
            self._next = now + _TOLD_EVERY
            self.told(step)

    @contextmanager
    def save(self) -> Iterator[None]:
        """Around what belongs on disk as a whole: either nothing of it is begun, or all is done."""
        with self._lock:
            self.check()
            self._saving = True
        try:
            yield
            self._saved = True
        finally:
            self._saving = False
        if self.interrupted:
            raise KeyboardInterrupt


_current: ContextVar[Watch | None] = ContextVar("watch", default=None)


def current() -> Watch | None:
    """The watch of this thread's work, if anybody waits for it."""
    return _current.get()


@contextmanager
def watching(watch: Watch) -> Iterator[Watch]:
    """Bind a watch to this thread while it works."""
    token = _current.set(watch)
    try:
        yield watch
    finally:
        _current.reset(token)
        watch.end()


def say(words: str, done: int = 0, total: int = 0, names: Sequence[str] | None = None) -> None:
    """Tell whoever waits what is being done; nothing where nobody does. `GitCancelledError` as `check`.

    Whoever gives names, even none, begins the step; without, the one under way goes on.
    """
    watch = _current.get()
    if watch is not None:
        watch.say(Step(words, done, total, tuple((names or ())[:NAMED])), begins=names is not None)


def check() -> None:
    """`GitCancelledError` where whoever waited does not want the answer any more."""
    watch = _current.get()
    if watch is not None:
        watch.check()


@contextmanager
def saving() -> Iterator[None]:
    """Around what belongs on disk as a whole; see `Watch.save`."""
    watch = _current.get()
    if watch is None:
        yield
        return
    with watch.save():
        yield
