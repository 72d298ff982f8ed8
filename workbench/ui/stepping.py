"""Work of the window's own thread that goes over many turns of its loop, so that none of them is felt.

It is not given to a worker because it reads what keys change. Whoever cannot wait has it finished at once.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any

from msgspec import Struct
from PySide6.QtCore import QObject

from workbench.review.steps import Steps
from workbench.ui.single_shot import single_shot

SLICE = 0.006
"""Seconds of one turn that such work takes, about."""


class _Work(Struct):
    """What is under way, and who is told what it came to, or what it met."""

    steps: Steps[Any]
    done: Callable[[Any], object]
    failed: Callable[[Exception], object]


class Stepping(QObject):
    """Does one piece of work after another. The first step is taken at once: what is short never waits."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._work: _Work | None = None
        self._on = single_shot(self, 0, self._go_on)

    @property
    def is_busy(self) -> bool:
        """Whether something is under way."""
        return self._work is not None

    def begin(
        self,
        steps: Steps[Any],
        done: Callable[[Any], object],
        failed: Callable[[Exception], object],
    ) -> None:
        """Do this, after all of what is under way. What it comes to goes to `done`, an error to `failed`."""
        self.finish()
        self._work = _Work(steps, done, failed)
        if not self._take(0.0):
            self._on.start()

    def finish(self) -> None:
        """Do the rest of what is under way now: somebody needs what it comes to."""
        while self._work is not None:
            self._take(None)

    def drop(self) -> None:
        """Leave what is under way as it is. For what only looks, never for an act."""
        self._on.stop()
        work, self._work = self._work, None
        if work is not None:
            work.steps.close()

    def _go_on(self) -> None:
        if self._work is not None and not self._take(perf_counter() + SLICE):
            self._on.start()

    def _take(self, until: float | None) -> bool:
        """Steps until a time, or all of them; whether that was the end."""
        work = self._work
        assert work is not None
        try:
            next(work.steps)
            while until is None or perf_counter() < until:
                next(work.steps)
        except StopIteration as end:
            self._end(work, end.value)
        except Exception as error:  # noqa: BLE001 - who began it says what is expected, and raises the rest
            self._on.stop()
            self._work = None
            work.failed(error)
        else:
            return False
        return True

    def _end(self, work: _Work, found: object) -> None:
        self._on.stop()
        self._work = None
        work.done(found)
