"""Scrolls and presses keys in a real window, and says how long each frame and each key took.

`python -m tests.benchmarks.frames wheel,page,drag,keys REPO RANGE TRACE` prints one JSON object: for each
kind of act a list of (milliseconds of this thread's processor, milliseconds by the clock), each from the
event to the end of the turn that paints what it shows; and of each the longest turn in the rest after it.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QEventLoop, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from workbench.app import Options, show
from workbench.ui.driving import Driver
from workbench.ui.window import MainWindow
from workbench.workflow.candidates import Asked

PATIENCE = 240.0
STEPS = 150
PRESSES = 40
LONGEST = 20.0
"""Seconds that one kind of act may take; on a slow or busy machine it is done fewer times."""

MOTIONS = 8
FRAMES = 64
"""More than one motion has."""

Times = list[tuple[float, float] | None]


def timed(act: Callable[[], object]) -> tuple[float, float]:
    """Do something and let the window paint; what that took."""
    cpu, clock = time.thread_time(), time.perf_counter()
    act()
    QApplication.processEvents()
    return (time.thread_time() - cpu) * 1000, (time.perf_counter() - clock) * 1000


def pause(milliseconds: int) -> float:
    """Let the event loop run; how long the longest turn of it took, in milliseconds of the processor."""
    longest = 0.0
    until = time.perf_counter() + milliseconds / 1000
    while time.perf_counter() < until:
        began = time.thread_time()
        QApplication.processEvents()
        longest = max(longest, (time.thread_time() - began) * 1000)
        loop = QEventLoop()
        QTimer.singleShot(4, loop.quit)
        began = time.thread_time()
        loop.exec()
        longest = max(longest, (time.thread_time() - began) * 1000)
    return longest


class Bench:
    """The acts on one window."""

    def __init__(self, window: MainWindow) -> None:
        self.window, self.view = window, window.view
        self.times: dict[str, Times] = {}
        self.beside: dict[str, list[float]] = {}

    def repeat(self, name: str, acts: Iterable[Callable[[], object]], rest: int) -> None:
        """Acts of one kind, each measured; then time for what follows it. Ends early when it takes long."""
        until = time.perf_counter() + LONGEST
        for act in acts:
            self.times.setdefault(name, []).append(timed(act))
            self.beside.setdefault(name, []).append(pause(rest))
            if time.perf_counter() > until:
                return

    def bare(self) -> None:
        """The yardstick: two panes of coloured text painted by hand, and nothing else."""
        shaper, height = self.view.dress.shaper, self.view.dress.heights.row
        size = self.view.viewport().size()
        image = QImage(size, QImage.Format.Format_RGB32)
        inks = [QColor(0x66 + 12 * number, 0x99, 0xCC) for number in range(8)]
        pieces = [(number * 8, number * 8 + 8, ink) for number, ink in enumerate(inks)]
        line = shaper.shape("value = compute(first, second, third)  # " + "x" * 24, pieces)

        def paint() -> None:
            painter = QPainter(image)
            painter.fillRect(image.rect(), inks[0])
            for y in range(0, size.height(), height):
                for x in (50, size.width() // 2 + 50):
                    line.draw(painter, x, y)
            painter.end()

        for _ in range(STEPS // 5):
            self.times.setdefault("bare", []).append(timed(paint))

    def wheel(self) -> None:
        """Down and up again, a notch at a time, as fast as frames are shown on a screen."""
        turns = [partial(self._turn, 120 if number % 50 >= 40 else -120) for number in range(STEPS)]
        self.repeat("wheel", turns, 12)

    def _turn(self, angle: int) -> None:
        target = self.view.viewport()
        at = QPointF(target.width() / 2, target.height() / 2)
        event = QWheelEvent(
            at,
            QPointF(target.mapToGlobal(at.toPoint())),
            QPoint(),
            QPoint(0, angle),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(target, event)

    def page(self) -> None:
        """Pages down, each key and every frame of its short motion."""
        self.repeat("page", [lambda: self._key(" ")] * (STEPS // 5), 160)
        for _ in range(MOTIONS):
            self.times.setdefault("motion", []).extend(self._motion(lambda: self._key(" ")))

    def _motion(self, act: Callable[[], object]) -> Times:
        """The frames of one motion, and None for as many as another run may have more of."""
        act()
        found: Times = []
        until = time.perf_counter() + 0.2
        while time.perf_counter() < until:
            taken = timed(lambda: None)
            if taken[0] > 0.3:
                found.append(taken)
            time.sleep(0.004)
        return [*found, *[None] * FRAMES][:FRAMES]

    def drag(self) -> None:
        """The ruler's thumb, drawn down and up through the whole review."""
        ruler = self.view._ruler
        height = ruler.height()
        self._mouse(ruler, QEvent.Type.MouseButtonPress, 4)
        ways = [
            abs((number * 2 * (height - 8) // STEPS + height) % (2 * height) - height)
            for number in range(STEPS)
        ]
        moves = [partial(self._mouse, ruler, QEvent.Type.MouseMove, min(4 + y, height - 4)) for y in ways]
        self.repeat("drag", moves, 12)
        self._mouse(ruler, QEvent.Type.MouseButtonRelease, 4)

    def _mouse(self, target: QWidget, kind: QEvent.Type, y: int) -> None:
        at = QPointF(7, y)
        button = Qt.MouseButton.LeftButton
        QApplication.sendEvent(
            target,
            QMouseEvent(
                kind, at, QPointF(target.mapToGlobal(at.toPoint())), button, button,
                Qt.KeyboardModifier.NoModifier,
            ),
        )  # fmt: skip

    def keys(self) -> None:
        """Lines, changes, verdicts, files, the end and the top."""
        self.view.go_to_end(-1)
        pause(300)
        for name, typed in (("line", "jjjk"), ("change", "]][]"), ("judge", "aaxao"), ("file", "}}}{")):
            presses = range(PRESSES * (3 if name == "judge" else 1))
            self.repeat(name, [partial(self._key, typed[at % len(typed)]) for at in presses], 150)
        ends = [Qt.Key.Key_End, Qt.Key.Key_Home] * 6
        self.repeat("end", [partial(QTest.keyClick, self.view, key) for key in ends], 200)
        self.repeat("undo", [lambda: self._key("u")] * 12, 150)

    def _key(self, key: str) -> None:
        QTest.keyClicks(self.view, key)


def run(window: MainWindow, acts: str) -> None:
    """All acts, once the review is whole."""
    driver = Driver(window)
    view = window.view
    driver.until(lambda: window.controller.session is not None and view.is_settled, "it", PATIENCE)
    # What is still read goes on between frames; how long that blocks is the benchmark of loading.
    driver.until(lambda: not window.controller.open_session().is_loading, "the whole review", PATIENCE)
    for path in [section.key for section in view._layout.sections if section.folded]:
        view.toggle_fold(path)  # what is large is folded at first, and it is what this is about
    pause(1500)
    bench = Bench(window)
    bench.bare()
    for act in acts.split(","):
        view.go_to_end(-1)
        pause(400)
        getattr(bench, act)()
    bench.bare()
    print(json.dumps({"times": bench.times, "beside": bench.beside}), flush=True)
    window.close()


def main(acts: str, folder: str, range_text: str, trace: str = "") -> int:
    """One window on one range."""
    options = Options(
        path=Path(folder),
        asked=Asked(range_text),
        trace=Path(trace) if trace else None,
        size=(1920, 1080),
        prepare=lambda window: QTimer.singleShot(0, window, lambda: run(window, acts)),
    )
    return show(options).status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
