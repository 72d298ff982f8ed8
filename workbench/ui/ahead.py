"""Work that starts before Qt is imported, so that git already runs while the window's libraries load. No Qt.

Importing Qt takes as long as opening a small repository does; side by side they cost the longer of the two.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from workbench.workflow.watching import Watch, watching

T = TypeVar("T")


class Ahead(Generic[T]):
    """One piece of work in a thread of its own, whose answer is fetched once, later."""

    def __init__(self, work: Callable[[], T]) -> None:
        self.watch = Watch()
        """What it is doing, and the way to end it."""
        self._work = work
        self._value: T | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="opening", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            with watching(self.watch):
                self._value = self._work()
        except BaseException as error:  # noqa: BLE001 - it is raised again where the answer is fetched
            self._error = error

    def wait(self, seconds: float | None = None) -> bool:
        """Wait at most so long; True when the answer is there."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def answer(self) -> T:
        """The value, or what the work raised. Waits for it."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._value  # type: ignore[return-value]  # a value of T once the thread ended without error
