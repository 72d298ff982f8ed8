"""Looking for garbage in the window's thread alone. The only file of the window that collects any.

Left to itself, Python looks for cycles in whichever thread makes the next object, so that a worker would free
a sheet, a timer or a layout that stood in one: Qt's objects may only be freed by their own thread.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from time import monotonic

from PySide6.QtCore import QObject, QTimer

EVERY = 300
"""Milliseconds between two looks at how much was made. The look itself is nothing."""
LONGEST = 5.0
"""Seconds that it may be put off."""
YOUNG = 20_000
"""Objects made and not freed since the last time: below, there is nothing to look for."""
MOST = 10 * YOUNG
"""As many are looked through even while somebody presses keys."""
QUIET = 0.4
"""Seconds after a key or a scroll before which nothing is collected: it cannot be broken off."""
MIDDLE, OLD = 20, 50
"""So many rounds of one generation to one of the next. The oldest costs a frame, and is hardly ever due."""


class Collector(QObject):
    """Takes the place of Python's own collecting, which is off from here on."""

    def __init__(self, parent: QObject, since_stir: Callable[[], float] = lambda: QUIET) -> None:
        super().__init__(parent)
        self._since_stir = since_stir
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY)
        self._timer.timeout.connect(self.look)
        self._timer.start()
        self._looked = monotonic()

    def put_off(self) -> None:
        """The view moves, and collecting would be felt as a frame that is late: it waits for a rest."""
        if monotonic() - self._looked < LONGEST:
            self._timer.start()

    def look(self) -> None:
        """Collect what is due."""
        self._looked = monotonic()
        young, middle, old = gc.get_count()
        if young > (YOUNG if self._since_stir() >= QUIET else MOST):
            gc.collect(2 if old > OLD and middle > MIDDLE else 1 if middle > MIDDLE else 0)
