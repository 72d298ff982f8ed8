"""What the window says about its own speed: one JSON object a line, for bug reports and benchmarks alike.

Off, it costs nothing but a test for None. On, it watches events from outside: an event filter for the
keys of what has the focus, and a watchdog thread that notes where the window's thread stood when it did not
answer for 50 ms.
"""

from __future__ import annotations

import faulthandler
import json
import re
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent

from workbench.errors import UserError

BLOCKED_AFTER = 0.050
BEAT = 0.010
_INNERMOST = 6
_THREAD = re.compile(r"^(?:Current t|T)hread 0x([0-9a-f]+) .*\n((?:  .*\n)*)", re.MULTILINE)
"""A thread in what `faulthandler` writes, and its calls, the innermost first."""
_SCHEDULED = Path("/proc/thread-self/schedstat")
FORGET = 200
"""Milliseconds after a key's release without a frame, after which it is taken to have changed nothing."""


class Tracer(QObject):
    """Writes events and ends the program at the one that `quit_after` names."""

    ended = Signal()
    _reached = Signal()

    def __init__(
        self, file: Path | None, quit_after: str, started: float, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._started = started
        self._quit_after = quit_after
        self.failure: UserError | None = None
        """Why the event that is waited for will not come: a page without a review is shown instead."""
        self._out: IO[str] | None = None
        if file is not None:
            try:
                self._out = file.open("w", encoding="utf-8")
            except OSError as error:
                raise UserError(f"The trace cannot be written to {file}: {error.strerror}.") from error
        self._lock = threading.Lock()
        # In the event loop's next turn: a window that is just being shown cannot be closed yet, and before
        # the loop runs there is nothing to end.
        self._reached.connect(self.ended, Qt.ConnectionType.QueuedConnection)
        self._pressed: float | None = None
        self._key = ""
        self._forget = QTimer(self)
        self._forget.setSingleShot(True)
        self._forget.setInterval(FORGET)
        self._forget.timeout.connect(self._forget_key)
        self.watchdog: _Watchdog | None = None

    def start(self) -> None:
        """Begin to watch keys and stalls. Nothing to do when nothing is written."""
        # The clock lets a caller who noted its own time put both on one line.
        self.event_happened("tracing", clock=time.time())
        if self._out is not None or self._quit_after == "key":
            self._watch_keys()
        if self._out is not None:
            self.watchdog = _Watchdog(self)

    def _watch_keys(self) -> None:
        """See the keys of whatever has the focus.

        Not of the whole application: there Qt shows all that it has, and PySide makes every class that it
        knows at the first of it, which costs the start that is measured a tenth.
        """
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.focusObjectChanged.connect(self._on_focus)
            self._on_focus(QGuiApplication.focusObject())

    def _on_focus(self, focused: QObject | None) -> None:
        if focused is not None:
            focused.installEventFilter(self)  # once more is the same as once

    def stop(self) -> None:
        """Write no more."""
        if self.watchdog is not None:
            self.watchdog.stop()
        with self._lock:
            if self._out is not None:
                self._out.close()
                self._out = None

    def event_happened(self, name: str, **values: object) -> None:
        """Write one event; end the program when it is the one waited for."""
        if self._out is not None:
            at = round(time.time() - self._started, 6)
            line = json.dumps({"at": at, "event": name, **values}, ensure_ascii=False)
            with self._lock:
                if self._out is not None:
                    self._out.write(line + "\n")
                    self._out.flush()
        if name == self._quit_after:
            self._quit_after = ""
            self._reached.emit()

    def open_failed(self, error: UserError) -> None:
        """An error is shown instead of a review. Whoever waits for an event of that waits no longer."""
        self._no_review("open_failed", error)

    def found_nothing(self, _: object) -> None:
        """The same where there is nothing to review."""
        hint = "Name a range, or change something first."
        self._no_review("nothing_found", UserError("There is nothing to review.", hint=hint))

    def _no_review(self, name: str, error: UserError) -> None:
        self.event_happened(name, said=error.message)
        if self._quit_after not in ("", "window_shown"):  # that comes in any case
            self._quit_after, self.failure = "", error
            self._reached.emit()

    def frame_painted(self, took: float) -> None:
        """A frame of the diff was painted in `took` seconds; the key pressed before it is answered."""
        if self._out is None and self._quit_after not in ("frame", "key"):
            return
        self.event_happened("frame", seconds=round(took, 6))
        if self._pressed is not None:
            waited, self._pressed = time.perf_counter() - self._pressed, None
            self.event_happened("key", key=self._key, seconds=round(waited, 6))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # ShortcutOverride comes first for every key, those of menu shortcuts too, which send no KeyPress.
        kind = event.type()
        is_press = kind in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress)
        if is_press:
            self._forget.stop()
        if is_press and self._pressed is None and isinstance(event, QKeyEvent):
            self._pressed = time.perf_counter()
            self._key = event.text() or str(event.key())
        elif kind == QEvent.Type.KeyRelease:
            self._forget.start()
        return False

    def _forget_key(self) -> None:
        """A key that changed nothing on the screen was answered, with nothing."""
        self._pressed = None


class _Watchdog(QObject):
    """Asks the window's thread to beat; when it is late, notes its stack."""

    def __init__(self, tracer: Tracer) -> None:
        super().__init__(tracer)
        self._tracer = tracer
        self._main = threading.get_ident()
        self._beat = time.perf_counter()
        self._worked, self._stood = time.thread_time(), _stood_ready()
        self._stopped = threading.Event()
        self.noted = threading.Event()
        """Set while the window's thread does not answer and it is known where it stands."""
        self._timer = QTimer(self)
        self._timer.setInterval(int(BEAT * 1000))
        self._timer.timeout.connect(self._on_beat)
        self._timer.start()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join(timeout=1)

    def _on_beat(self) -> None:
        self._worked, self._stood, self._beat = time.thread_time(), _stood_ready(), time.perf_counter()

    def _watch(self) -> None:
        while not self._stopped.wait(BEAT):
            late = time.perf_counter() - self._beat
            if late < BLOCKED_AFTER + BEAT:
                continue
            beat, worked, stood = self._beat, self._worked, self._stood
            stacks = stacks_of_all()
            self.noted.set()
            while self._beat == beat and not self._stopped.wait(BEAT):
                pass
            self.noted.clear()
            seconds = round(self._beat - beat, 6)
            # How much of it the thread worked: the rest it waited, for the disk, a lock, or a busy machine.
            cpu = round(self._worked - worked, 6)
            ready = round(self._stood - stood, 6)
            stack = stacks.pop(self._main, "")
            stacks.pop(threading.get_ident(), None)
            # Where it hardly worked, another thread may have held the interpreter in one long call.
            others = {"others": list(stacks.values())} if cpu < seconds / 2 else {}
            self._tracer.event_happened(
                "blocked", seconds=seconds, cpu=cpu, ready=ready, stack=stack, **others
            )


def _stood_ready() -> float:
    """Seconds that this thread was ready to run and the machine ran others, since it began.

    The second number of Linux's /proc/thread-self/schedstat; elsewhere nobody says it, and it counts as none.
    """
    try:
        return int(_SCHEDULED.read_text().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0


def stacks_of_all() -> dict[int, str]:
    """The innermost calls of every thread by its identity, the last one last, as text.

    Never their frames: whoever has one keeps what it holds. A painter that outlives its paint event in this
    way, and is then destroyed by another thread, is the end of the program.
    """
    import tempfile  # noqa: PLC0415 - and with it random and hashlib: seldom needed

    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as file:
        faulthandler.dump_traceback(file, all_threads=True)
        file.seek(0)
        said = file.read()
    return {int(found[1], 16): _turned(found[2].splitlines()) for found in _THREAD.finditer(said)}


def _turned(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in reversed(lines[:_INNERMOST]))
