"""Work off the window's thread. The only file that starts threads for work; answers come back to it.

Answers go only to bound methods of QObjects: a plain function connected to a signal would run in the
worker (seen on PySide6 6.8 and later). `ahead.py` starts one thread before Qt is imported, `tracing.py`
its watchdog; nobody else starts any.
"""

from __future__ import annotations

import sys
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from queue import SimpleQueue
from typing import Any, TypeVar

from msgspec import Struct
from PySide6.QtCore import QObject, Qt, Signal
from shiboken6 import isValid

from workbench.review.steps import Steps, resting
from workbench.ui.single_shot import single_shot
from workbench.workflow.watching import Watch, watching

T = TypeVar("T")
Answer = Callable[[Any], None]

HELD = 400
"""Milliseconds after which work is begun although nothing was painted: a window may be minimized."""

AT_REST = 400
"""Milliseconds after the last key or scroll after which what nobody waits for is begun, or goes on."""

LULL = 60
"""Milliseconds after a key within which it was answered, and the panels with it."""

_LONGEST_REST = 1.0
"""Seconds that such work waits for keys at most: then it goes on between two of them, to come to an end."""

_BETWEEN = 0.03
"""Seconds that it goes on between two keys before it waits again. A key ends that sooner."""

_SWITCH = 0.0002
"""Seconds that a thread waits for Python's lock before it asks for it.

Qt gives the lock away for nearly every call that paints, and has to have it back after each. By Python's own
5 ms, beside one busy worker a frame of forty such calls took 200 ms, of which it worked 10. What is heavy
gives way to keys altogether, see `Report.give_way`; this is for reading, and for what was just begun.
"""

_LAST_WAIT = 2.0
"""Seconds that closing waits for all threads together."""


class Dropped(Exception):  # noqa: N818 - nothing went wrong: it is not wanted any more
    """Work ends because nobody wants its answer; there is none then."""


class Task(Struct):
    """One piece of work that is under way. `cancelled` is what the work itself looks at."""

    lane: str
    number: int
    cancelled: threading.Event
    done: Answer
    failed: Answer
    progressed: Answer | None = None
    watch: Watch | None = None
    behind: bool = False


class Stillness:
    """Whether somebody presses keys or scrolls, for all threads to see."""

    def __init__(self) -> None:
        self.at_rest, self.between = threading.Event(), threading.Event()
        self.set()

    def set(self) -> None:
        """Nobody does."""
        self.at_rest.set()
        self.between.set()

    def clear(self) -> None:
        """Somebody does, now."""
        self.at_rest.clear()
        self.between.clear()


class Report:
    """What a piece of work is given: whether it is still wanted, and a way to say how far it is."""

    def __init__(self, tasks: Tasks, task: Task, stillness: Stillness) -> None:
        self._tasks = tasks
        self._number = task.number
        self._still = stillness
        self._until = 0.0
        """When what goes on between two keys waits again."""
        self.cancelled = task.cancelled

    def say(self, value: object) -> None:
        """Hand a value to the task's `progressed`, on the window's thread."""
        self._tasks.answered.emit(self._number, "progressed", value)

    def give_way(self) -> bool:
        """To be asked every two milliseconds by what nobody waits for: while somebody presses keys or
        scrolls, it waits here. True once its answer is not wanted.
        """
        still = self._still
        goes_on = still.at_rest.is_set() or (still.between.is_set() and time.monotonic() < self._until)
        if not goes_on and not still.at_rest.wait(_LONGEST_REST):
            # Keys come without an end. Where they do not even leave a pause, it does one more step.
            still.between.wait(_LONGEST_REST)
            self._until = time.monotonic() + _BETWEEN
        return self.cancelled.is_set()

    def rest(self) -> None:
        """Give way. Dropped when it is not wanted any more."""
        if self.give_way():
            raise Dropped

    def finish(self, steps: Steps[T]) -> T:
        """What work in steps comes to, giving way between them. Dropped when it is not wanted any more."""
        while not self.give_way():
            try:
                next(steps)
            except StopIteration as end:
                found: T = end.value
                return found
        steps.close()
        raise Dropped


class _Worker(threading.Thread):
    """A thread that does one piece of work after another, and waits for the next.

    A new one is waited for until it runs, while others want Python's lock: up to 30 ms of a key were seen.
    """

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self.is_ending = False

    def run(self) -> None:
        while (job := self.jobs.get()) is not None:
            job()
            del job  # or it would be kept until the next one, with all that it holds


def _end(workers: Sequence[_Worker]) -> None:
    for worker in workers:
        worker.is_ending = True
        worker.jobs.put(None)


class Tasks(QObject):
    """Starts work by lane. A lane holds one task: starting another drops the one before.

    What nobody waits for is done `behind` the window: one piece after another, so that not three of them want
    Python's lock beside the window's thread, and none while somebody presses keys or scrolls.
    """

    answered = Signal(int, str, object)
    idle = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._running: dict[int, Task] = {}
        self._busy: dict[int, _Worker] = {}
        """By the number of its task. That it is free again is known when its answer comes."""
        self._free: list[_Worker] = []
        weakref.finalize(self, _end, self._free)
        self._count = 0
        self._behind: list[tuple[Task, Callable[[Report], object]]] = []
        self._busy_behind: int | None = None
        """The number of the piece that is done behind the window now, if its thread has not ended."""
        self._still = Stillness()
        self._stirred = time.monotonic()
        """The start counts: whoever has just opened the window is there."""
        self._rest = single_shot(self, AT_REST, self._on_rest)
        self._lull = single_shot(self, LULL, self._still.between.set)
        sys.setswitchinterval(_SWITCH)
        self._held: list[tuple[Task, Callable[[Report], object]]] | None = None
        self._release = single_shot(self, HELD, self.release)
        self.answered.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def start(
        self,
        lane: str,
        work: Callable[[Report], object],
        done: Answer,
        failed: Answer,
        progressed: Answer | None = None,
        watch: Watch | None = None,
        *,
        behind: bool = False,
    ) -> None:
        """Run `work(report)` in a thread; its value goes to `done`, what it raises to `failed`.

        With a `watch`, `progressed` is told its steps, and cancelling ends what git does for it. What is done
        `behind` the window waits for its turn, and asks `give_way` if it takes more than some milliseconds.
        """
        for answer in (done, failed, progressed):
            if answer is not None and not isinstance(getattr(answer, "__self__", None), QObject):
                raise TypeError(
                    f"{answer!r} is not a bound method of a QObject, so it would run in the worker."
                )
        self.cancel(lane)
        self._count += 1
        task = Task(lane, self._count, threading.Event(), done, failed, progressed, watch, behind)
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

    def stir(self) -> None:
        """Somebody presses keys or scrolls: what nobody waits for pauses until that is over."""
        self._stirred = time.monotonic()
        self._still.clear()
        self._rest.start()
        self._lull.start()

    @property
    def since_stir(self) -> float:
        """Seconds since somebody pressed a key or scrolled."""
        return time.monotonic() - self._stirred

    def _on_rest(self) -> None:
        self._still.set()
        self._begin_next()

    def _begin_next(self) -> None:
        """Begin the next piece of work behind the window, if it is its turn."""
        while self._behind and self._busy_behind is None and self._still.at_rest.is_set():
            task, work = self._behind.pop(0)
            if task.number in self._running:
                self._busy_behind = task.number
                self._run(task, work)

    @property
    def is_held(self) -> bool:
        """True while the first frame is waited for."""
        return self._held is not None

    def _begin(self, task: Task, work: Callable[[Report], object]) -> None:
        if task.behind:
            self._behind.append((task, work))
            self._begin_next()
        else:
            self._run(task, work)

    def _run(self, task: Task, work: Callable[[Report], object]) -> None:
        if self._free:
            worker = self._free.pop()
        else:
            worker = _Worker()
            worker.start()
        worker.name = f"work: {task.lane}"
        self._busy[task.number] = worker
        worker.jobs.put(partial(self._work, task, work))

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
            if task.number not in self._busy:
                # It never began, so no thread will say that it has ended.
                self.answered.emit(task.number, "dropped", None)
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
        return bool(self._busy)

    def stop(self) -> None:
        """Cancel everything and wait a moment for it, because a thread must not outlive what it uses."""
        for task in tuple(self._running.values()):
            self.cancel(task.lane)
        self._rest.stop()
        self._lull.stop()
        self._behind.clear()
        self._still.set()  # who waits there is to see that nothing is wanted any more
        until = time.monotonic() + _LAST_WAIT
        workers = (*self._busy.values(), *self._free)
        self._free.clear()
        self._busy.clear()  # one that has ended is given no further work when its answer comes
        _end(workers)
        for worker in workers:
            worker.join(timeout=max(0.0, until - time.monotonic()))

    def _work(self, task: Task, work: Callable[[Report], object]) -> None:
        kind: str
        value: object
        try:
            kind, value = "done", self._watched(task, work)
        except Dropped:
            kind, value = "dropped", None
        except BaseException as error:  # noqa: BLE001 - it is handed to the window's thread, which is the door
            kind, value = "failed", error
        if isValid(self):
            self.answered.emit(task.number, kind, value)

    def _watched(self, task: Task, work: Callable[[Report], object]) -> object:
        report, watch = Report(self, task, self._still), task.watch
        with ExitStack() as around:
            if task.behind:
                around.enter_context(resting(report.rest))
            if watch is not None:
                if task.progressed is not None:
                    watch.told = report.say
                    if watch.step is not None:  # begun before it became a task
                        report.say(watch.step)
                around.enter_context(watching(watch))
            return work(report)

    def _deliver(self, number: int, kind: str, value: object) -> None:
        task = self._running.get(number)
        if kind != "progressed":
            worker = self._busy.pop(number, None)
            if worker is not None and not worker.is_ending:
                self._free.append(worker)
            self._running.pop(number, None)
            if number == self._busy_behind:
                self._busy_behind = None
                self._begin_next()
        try:
            if task is not None:
                answers = {"done": task.done, "failed": task.failed, "progressed": task.progressed}
                answer = answers.get(kind)
                if answer is not None and isValid(answer.__self__):  # type: ignore[attr-defined]
                    answer(value)
        finally:  # also where the answer met a bug
            if not self._running:
                self.idle.emit()
