"""Work off the window's thread. The only file that starts threads for work; answers come back to it.

Answers go only to bound methods of QObjects: a plain function connected to a signal would run in the
worker (seen on PySide6 6.8 and later). `ahead.py` starts one thread before Qt is imported, `tracing.py`
its watchdog; nobody else starts any.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from msgspec import Struct
from PySide6.QtCore import QObject, Qt, QTimer, Signal
from shiboken6 import isValid

from workbench.workflow.watching import Watch, watching

Answer = Callable[[Any], None]

HELD = 400
"""Milliseconds after which work is begun although nothing was painted: a window may be minimized."""

_LAST_WAIT = 2.0
"""Seconds that closing waits for all threads together."""


class Task(Struct):
    """One piece of work that is under way. `cancelled` is what the work itself looks at."""

    lane: str
    number: int
    cancelled: threading.Event
    done: Answer
    failed: Answer
    progressed: Answer | None = None
    watch: Watch | None = None


class Report:
    """What a piece of work is given: whether it is still wanted, and a way to say how far it is."""

    def __init__(self, tasks: Tasks, task: Task) -> None:
        self._tasks = tasks
        self._number = task.number
        self.cancelled = task.cancelled

    def say(self, value: object) -> None:
        """Hand a value to the task's `progressed`, on the window's thread."""
        self._tasks.answered.emit(self._number, "progressed", value)


class Tasks(QObject):
    """Starts work by lane. A lane holds one task: starting another drops the one before."""

    answered = Signal(int, str, object)
    idle = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._running: dict[int, Task] = {}
        self._threads: dict[int, threading.Thread] = {}
        self._count = 0
        self._held: list[tuple[Task, Callable[[Report], object]]] | None = None
        self._release = QTimer(self)
        self._release.setSingleShot(True)
        self._release.setInterval(HELD)
        self._release.timeout.connect(self.release)
        self.answered.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def start(
        self,
        lane: str,
        work: Callable[[Report], object],
        done: Answer,
        failed: Answer,
        progressed: Answer | None = None,
        watch: Watch | None = None,
    ) -> None:
        """Run `work(report)` in a thread; its value goes to `done`, what it raises to `failed`.

        With a `watch`, `progressed` is told its steps, and cancelling ends what git does for it.
        """
        for answer in (done, failed, progressed):
            if answer is not None and not isinstance(getattr(answer, "__self__", None), QObject):
                raise TypeError(
                    f"{answer!r} is not a bound method of a QObject, so it would run in the worker."
                )
        self.cancel(lane)
        self._count += 1
        task = Task(lane, self._count, threading.Event(), done, failed, progressed, watch)
        self._running[task.number] = task
        if self._held is not None:
            self._held.append((task, work))
        else:
            self._begin(task, work)

    def hold(self) -> None:
        """Begin no more threads until `release`: they would keep Python's lock from the first frame."""
        if self._held is None:
            self._held = []
            self._release.start()

    def release(self) -> None:
        """Begin what was held."""
        held, self._held = self._held, None
        self._release.stop()
        for task, work in held or ():
            if task.number in self._running:
                self._begin(task, work)

    @property
    def is_held(self) -> bool:
        """True while the first frame is waited for."""
        return self._held is not None

    def _begin(self, task: Task, work: Callable[[Report], object]) -> None:
        thread = threading.Thread(
            target=self._work, args=(task, work), name=f"work: {task.lane}", daemon=True
        )
        self._threads[task.number] = thread
        thread.start()

    def cancel(self, lane: str) -> bool:
        """Cancel what runs in a lane; its answer is dropped. True when something ran.

        What is being saved already is not broken off: its answer comes.
        """
        found = [
            task
            for task in self._running.values()
            if task.lane == lane and (task.watch is None or task.watch.cancel())
        ]
        for task in found:
            task.cancelled.set()
            del self._running[task.number]
        return bool(found)

    def ask_to_stop(self, lane: str) -> bool:
        """Ask what runs in a lane to stop; what it still says is delivered. True when something ran."""
        found = [task for task in self._running.values() if task.lane == lane]
        for task in found:
            task.cancelled.set()
        return bool(found)

    def is_running(self, lane: str) -> bool:
        """True while a task of this lane is under way."""
        return any(task.lane == lane for task in self._running.values())

    @property
    def is_busy(self) -> bool:
        """True while anything is under way."""
        return bool(self._running)

    @property
    def has_threads(self) -> bool:
        """True while any thread works, also one whose answer nobody waits for."""
        return any(thread.is_alive() for thread in self._threads.values())

    def stop(self) -> None:
        """Cancel everything and wait a moment for it, because a thread must not outlive what it uses."""
        for task in tuple(self._running.values()):
            self.cancel(task.lane)
        until = time.monotonic() + _LAST_WAIT
        for thread in tuple(self._threads.values()):
            thread.join(timeout=max(0.0, until - time.monotonic()))

    def _work(self, task: Task, work: Callable[[Report], object]) -> None:
        kind: str
        value: object
        try:
            kind, value = "done", self._watched(task, work)
        except BaseException as error:  # noqa: BLE001 - it is handed to the window's thread, which is the door
            kind, value = "failed", error
        if isValid(self):
            self.answered.emit(task.number, kind, value)

    def _watched(self, task: Task, work: Callable[[Report], object]) -> object:
        report, watch = Report(self, task), task.watch
        if watch is None:
            return work(report)
        if task.progressed is not None:
            watch.told = report.say
            if watch.step is not None:  # begun before it became a task
                report.say(watch.step)
        with watching(watch):
            return work(report)

    def _deliver(self, number: int, kind: str, value: object) -> None:
        task = self._running.get(number)
        if kind != "progressed":
            self._threads.pop(number, None)
            self._running.pop(number, None)
        if task is not None:
            answer = {"done": task.done, "failed": task.failed, "progressed": task.progressed}[kind]
            if answer is not None and isValid(answer.__self__):  # type: ignore[attr-defined]
                answer(value)
        if not self._running:
            self.idle.emit()
