"""Qt's objects end with the test that made them, in the thread that made them."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import PySide6
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent


@contextmanager
def ended() -> Iterator[None]:
    """What is closed within is gone behind it, and nothing is freed by a worker meanwhile.

    As in the program (`ui/collecting.py`), garbage is looked for in the window's thread alone. A window that
    a test closed would otherwise live until some later loop of events, while Python may empty its widgets
    before: what the next test does to all widgets then finds them without their attributes.
    """
    was, before = gc.isenabled(), _put_away()
    gc.disable()
    try:
        yield
    finally:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        if _put_away() == before:
            # All that was made within is of the youngest generation still.
            gc.collect(0)
        else:
            gc.unfreeze()
            gc.collect()
        if was:
            gc.enable()


def _put_away() -> tuple[int, int]:
    """What changes when objects leave the youngest generation: how many are set aside, and how often the next
    one was looked through.
    """
    return gc.get_freeze_count(), gc.get_stats()[1]["collections"]


def entering(
    at: QPoint, data: QMimeData, actions: Qt.DropAction = Qt.DropAction.CopyAction
) -> QDragEnterEvent:
    """Something is dragged over a widget, to be copied. `data` has to live as long as the event.

    Qt 6.12 counts in parts of a pixel and warns of whole ones; 6.11 knows no others.
    """
    point: Any = QPointF(at) if PySide6.__version_info__ >= (6, 12) else at
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    return QDragEnterEvent(point, actions, data, left, none)
