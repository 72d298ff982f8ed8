"""Qt's objects end with the test that made them, in the thread that made them."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QCoreApplication, QEvent


@contextmanager
def ended() -> Iterator[None]:
    """What is closed within is gone behind it, and nothing is freed by a worker meanwhile.

    As in the program (`ui/collecting.py`), garbage is looked for in the window's thread alone. A window that
    a test closed would otherwise live until some later loop of events, while Python may empty its widgets
    before: what the next test does to all widgets then finds them without their attributes.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        # All that was made within is of the youngest generation still.
        gc.collect(0)
        if was:
            gc.enable()
