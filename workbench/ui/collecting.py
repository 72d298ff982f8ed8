"""Looking for garbage in the window's thread alone. The only file of the window that collects any.

Left to itself, Python looks for cycles in whichever thread makes the next object, so that a worker would free
a sheet, a timer or a layout that stood in one: Qt's objects may only be freed by their own thread.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

EVERY = 300
"""Milliseconds between two looks at how much was made. The look itself is nothing."""
YOUNG = 20_000
"""Objects made and not freed since the last time: below, there is nothing to look for."""
MIDDLE, OLD = 20, 50
"""So many rounds of one generation to one of the next. The oldest costs a frame, and is hardly ever due."""


class Collector(QObject):
    """Takes the place of Python's own collecting, which is off from here on."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """Collect what is due."""
        young, middle, old = gc.get_count()
        if young > YOUNG:
            gc.collect(2 if old > OLD and middle > MIDDLE else 1 if middle > MIDDLE else 0)
