"""Drives a real window with real key events, for the demo without a display and for screenshots.

Knows keys, waiting and pictures; decides nothing about reviews. Blocking, in the window's thread: while
it waits, the event loop runs.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from workbench.ui.window import MainWindow

NONE = Qt.KeyboardModifier.NoModifier
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


class StuckError(Exception):
    """What was waited for did not happen in time."""


class Driver:
    """Hands on the keyboard of one window."""

    def __init__(self, window: MainWindow, folder: Path | None = None) -> None:
        self.window = window
        self.folder = folder
        self.taken: list[Path] = []

    def type(self, text: str) -> None:
        """Type characters, one key event each, wherever the focus is."""
        for sign in text:
            QTest.keyClicks(self._focus(), sign)
            self.settle()

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        """Press one key that has no character, or a chord."""
        QTest.keyClick(self._focus(), key, modifiers)
        self.settle()

    def until(self, happened: Callable[[], object], what: str, seconds: float = 20.0) -> None:
        """Run the event loop until something is true. StuckError when it is not in time."""
        deadline = time.monotonic() + seconds
        while not happened():
            if time.monotonic() > deadline:
                raise StuckError(f"Waited {seconds:.0f} s for {what}.")
            loop = QEventLoop()
            QTimer.singleShot(10, loop.quit)
            loop.exec()

    def settle(self) -> None:
        """Let everything that a key set off happen, as far as no worker is needed."""
        QApplication.processEvents()
        QApplication.processEvents()

    def shot(self, name: str) -> None:
        """A picture of the whole window, if pictures are wanted."""
        if self.folder is None:
            return
        if self.window.controller.session is not None:
            self.until(lambda: self.window.view.is_settled, "the colours", seconds=5.0)
            self.window.panels.show_now()
            self.until(lambda: not self.window.tasks.is_busy, "the work behind the window")
        self.settle()
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{name}.png"
        self.window.grab().save(str(path))
        self.taken.append(path)

    def _focus(self) -> QWidget:
        for widget in (QApplication.focusWidget(), self.window.focusWidget()):
            if widget is not None:
                return widget
        return self.window.view
