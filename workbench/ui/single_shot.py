"""A timer that runs out once after it was started, and is started again by who wants more."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer


def single_shot(parent: QObject, after: int, act: Callable[[], object]) -> QTimer:
    """Do `act` so many milliseconds after `start`, once; started anew meanwhile, it begins anew."""
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(after)
    timer.timeout.connect(act)
    return timer
