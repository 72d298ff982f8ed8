"""Looking for garbage in the window's thread alone. The only file of the window that collects any.

Left to itself, Python looks for cycles in whichever thread makes the next object, so that a worker would free
a sheet, a timer or a layout that stood in one: Qt's objects may only be freed by their own thread.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from time import monotonic

from PySide6.QtCore import QObject, QTimer

EVERY = 100
"""Milliseconds between two looks at how much was made. The look itself is nothing."""
LONGEST = 1.0
"""Seconds that it may be put off."""
YOUNG = 8_000
"""Objects made and not freed since the last time: below, there is nothing to look for."""
BUSY = 16_000
"""As many are looked through even between keys, and as many that outlived one look once more. A thousand take
0.2 ms, and twice that where the machine does something else too: a little often, so that no look is felt."""
MOST = 24_000
"""Objects at once that are not looked through: so many are what a review is of, or the verdicts on it."""
FEW = 1_000
"""Objects made between two looks below which nothing is being read."""
QUIET = 0.4
"""Seconds after a key or a scroll before which nothing is collected: it cannot be broken off."""
AWAY = 60.0
"""Seconds after a key or a scroll after which everything is looked through: nobody waits for the window."""


class Collector(QObject):
    """Takes the place of Python's own collecting, which is off from here on."""

    def __init__(self, parent: QObject, since_stir: Callable[[], float] = lambda: QUIET) -> None:
        super().__init__(parent)
        self._since_stir = since_stir
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY)
        self._timer.timeout.connect(self._on_time)
        self._timer.start()
        self._looked = monotonic()
        self._young = 0
        """Objects that were made and not looked through when it last looked."""
        self._middle = 0
        """Objects that were looked through once, at most so many."""
        self._set_aside = False
        """Whether something may be garbage by now that is not looked through any more."""

    def _on_time(self) -> None:
        """While somebody presses keys or the view moves, collecting would be felt as a frame that is late."""
        if self._since_stir() >= EVERY / 1000 or monotonic() - self._looked >= LONGEST:
            self.look()

    def look(self) -> None:
        """Collect what is due: what was made since the last time, and now and then what outlived that.

        What is older still is left alone while somebody is there: with a large review, that would take longer
        than a window may.
        """
        self._looked = monotonic()
        young = gc.get_count()[0]
        came, self._young = young - self._young, young
        # Lines of huge files are set aside by who makes them.
        is_away = self._since_stir() >= AWAY and came < FEW  # and nothing is being read: that is waited for
        if is_away and (self._set_aside or gc.get_freeze_count()):
            # A review that was left, a sheet that was closed long after: else they would stay for good.
            gc.unfreeze()
            gc.collect()
            self._young = self._middle = 0
            self._set_aside = False
        elif young > MOST:
            # Files that were read, a whole review of them: data, without a cycle, and 0.2 s to look through.
            gc.freeze()
            self._young = self._middle = 0
            self._set_aside = True
        elif young > (YOUNG if self._since_stir() >= QUIET else BUSY):
            self._middle += young
            is_due = self._middle > BUSY
            gc.collect(1 if is_due else 0)
            self._young, self._middle = 0, 0 if is_due else self._middle
            self._set_aside = self._set_aside or is_due
