"""A storm of random keys, clicks, wheels, resizes and edits over a real review, in a real window.

`python -m tests.benchmarks.storm [SEED …] [--events N]` runs each seed in a process of its own and prints
what went wrong: an exception in a slot, a warning from Qt, a turn of the event loop that kept the processor
longer than 50 ms, a verdict that is not on disk. A seed gives the same acts again.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import string
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import (
    QEvent,
    QEventLoop,
    QMessageLogContext,
    QPoint,
    QPointF,
    Qt,
    QTimer,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from shiboken6 import isValid

from tests.repos import Repo, new_repo, numbered
from workbench.app import Options, make_application, make_window
from workbench.review.verdicts import verdict_of
from workbench.ui.commands import COMMANDS
from workbench.ui.window import MainWindow
from workbench.workflow.candidates import Asked
from workbench.workflow.opening import open_saved

EVENTS = 1000
LONGEST = 0.050
"""Seconds of the processor that one turn of the event loop may take."""

MENUS = 20
"""Milliseconds that a menu is open: it has a loop of its own, in which no act is done."""

LEAST_FILES = 8
PATIENCE = 60.0

LEFT_OUT = frozenset(("quit", "open", "demo", "editor", "send", "read", "ask", "recent", "close_review"))
"""They leave the review, wait for another program or ask a model."""

NO = Qt.KeyboardModifier.NoModifier
MODIFIERS = (
    *(NO,) * 6,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)
SIDEWAYS, TURNS = (0, 0, 120, -120), (120, -120, -120, 8, -2400)
SIZES = ((200, 150), (640, 480), (1000, 700), (1600, 1000), (2600, 400), (300, 1400))
BUTTONS = (*(Qt.MouseButton.LeftButton,) * 5, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton)
SPECIAL = (
    *(Qt.Key.Key_Escape,) * 4,
    *(Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_PageDown),
    *(Qt.Key.Key_PageUp, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Return, Qt.Key.Key_Tab),
    *(Qt.Key.Key_Backtab, Qt.Key.Key_Backspace, Qt.Key.Key_Delete, Qt.Key.Key_F10, Qt.Key.Key_Space),
)
ODD_TEXT = "a\u0301\u202e\u200b\U000e0041\u3164\x1b[31m\x00\x0c\u2028é漢字😀\ufe0f"
"""A combining accent, directions, things without width, an escape, a form feed, wide signs."""


def make_review(folder: Path) -> Repo:
    """Files of every kind, edited, and what is odd in each way that is known."""
    made = new_repo(folder)
    code = {f"src/module{at}.py": _module(at) for at in range(30)}
    odd: dict[str, bytes | str] = {
        "cr.txt": b"one\rtwo\rthree\r",
        "crlf.txt": b"one\r\ntwo\r\n",
        "nul.bin": b"a\0b\n" * 40,
        "wide.txt": ("wide 漢字 😀 " * 30 + "\n") * 20,
        "long.js": "f(1);" * 40_000 + "\n",
        "hidden.py": "x = 1\n" * 20,
        "tabs.txt": "\t" * 200 + "x\n",
        "latin.txt": "naïve\n".encode("latin-1") * 10,
        "wide16.txt": "sixteen\n".encode("utf-16"),
        "gone.py": numbered(40),
        "moved.py": "".join(f"def moved_{at}(value):\n    return value * {at}\n\n" for at in range(20)),
        'sub dir/it\'s "odd"\n\u202e.py': numbered(20),
    }
    made.commit({**code, **odd})
    chance = random.Random(1)
    for path in list(code)[::2]:
        lines = code[path].splitlines(keepends=True)
        for _ in range(6):
            at = chance.randrange(len(lines))
            lines[at : at + chance.randrange(3)] = [f"changed = {chance.random()}\n"] * chance.randrange(4)
        made.write({path: "".join(lines)})
    made.write(
        {
            "cr.txt": b"one\rTWO\rthree\r",
            "crlf.txt": b"one\ntwo\n",
            "nul.bin": b"a\0c\n" * 40,
            "wide.txt": ("wide 漢字 😁 " * 30 + "\n") * 20,
            "long.js": "f(1);" * 20_000 + "g(2);" + "f(1);" * 20_000 + "\n",
            "hidden.py": f"x = '{ODD_TEXT[:-1]}'\n" * 20,
            "tabs.txt": "\t" * 300 + "y\n",
            "latin.txt": "naïves\n".encode("latin-1") * 10,
            "wide16.txt": "seventeen\n".encode("utf-16"),
            "new.py": _module(99),
            'sub dir/it\'s "odd"\n\u202e.py': numbered(20, "!"),
            "zalgo.txt": "z" + "\u0301\u0316" * 400 + "\n",
            "no-end.txt": "no end",
            "empty.txt": "",
        }
    )
    (folder / "gone.py").unlink()
    (folder / "moved.py").rename(folder / "src" / "moved_here.py")
    (folder / "link").symlink_to("src")
    return made


def _module(seed: int) -> str:
    chance = random.Random(seed)
    return "".join(
        f"def function_{at}(first, second):\n"
        f'    """Number {at}."""\n'
        f"    value = first + {chance.randrange(1000)}\n"
        f"    return value * second  # {chance.random()}\n\n"
        for at in range(30)
    )


class Storm:
    """Random acts on one window. Collects what goes wrong; stops for nothing."""

    def __init__(self, window: MainWindow, repo: Repo, seed: int) -> None:
        self.window, self.repo, self.chance = window, repo, random.Random(seed)
        self.wrong: list[str] = []
        self.slow: list[tuple[float, str]] = []
        self.done: list[str] = []
        self._held: tuple[QWidget, QPointF] | None = None
        commands = [each for each in COMMANDS if each.id not in LEFT_OUT]
        self._commands = [each.id for each in commands]
        self._typed = [key for each in commands for key in each.keys if len(key) == 1]
        self._acts: list[tuple[int, Callable[[], str]]] = [
            (40, self._key),
            (12, self._special),
            (6, self._text),
            (14, self._click),
            (4, self._drag),
            (14, self._wheel),
            (4, self._resize),
            (12, self._command),
            (2, self._edit),
            (1, self._focus),
            (1, self._zoom),
            (1, self._minimise),
        ]
        self._weights = [weight for weight, _ in self._acts]
        for each in LEFT_OUT:
            window.dispatch.doers[each] = _nothing  # the palette and the menus lead to them, too
        self._leaving = QTimer(window)
        self._leaving.timeout.connect(self._leave_menus)
        self._leaving.start(MENUS)

    def run(self, events: int) -> None:
        """So many acts, each followed by what it set off."""
        for _ in range(events):
            act = self.chance.choices(self._acts, self._weights)[0][1]
            try:
                self.timed(act, whole=act not in (self._drag, self._zoom))
            except Exception:  # noqa: BLE001 - PySide hands what a slot raised to the hook, but not always
                self.wrong.append(f"{self._last()}: {traceback.format_exc()}")
            if self.chance.random() < 0.15:
                self.rest(self.chance.choice((1, 5, 20, 60)))
            if not self.window.isVisible():
                self.wrong.append(f"The window is gone after {self._last()}")
                return

    def timed(self, act: Callable[[], str], *, whole: bool = True) -> None:
        """One act and all that it sets off at once. Not `whole`: its parts are timed one by one."""
        began = time.thread_time()
        self.done.append(act())
        QApplication.processEvents()
        took = time.thread_time() - began
        if whole and took > LONGEST:
            self.slow.append((took, self._last()))

    def rest(self, milliseconds: int) -> None:
        """Let workers answer and timers ring."""
        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()

    def _last(self) -> str:
        return " | ".join(self.done[-4:])

    def _leave_menus(self) -> None:
        for _ in range(10):
            popup = QApplication.activePopupWidget()
            if popup is None:
                return
            popup.close()
            QApplication.processEvents()

    # -- acts ---------------------------------------------------------------------------------

    def _target(self) -> QWidget:
        found = QApplication.focusWidget() or self.window.focusWidget()
        return found if found is not None else self.window.view

    def _key(self) -> str:
        key = self.chance.choice(self._typed)
        target = self._target()
        QTest.keyClicks(target, key)
        return f"key {key!r} to {_name(target)}"

    def _special(self) -> str:
        key, held = self.chance.choice(SPECIAL), self.chance.choice(MODIFIERS)
        target = self._target()
        if (key, held) == (
            Qt.Key.Key_Return,
            Qt.KeyboardModifier.ControlModifier,
        ) and self.chance.random() < 0.5:
            held = NO
        QTest.keyClick(target, key, held)
        return f"{key.name} {held.name} to {_name(target)}"

    def _text(self) -> str:
        text = "".join(self.chance.choices(ODD_TEXT + string.printable, k=self.chance.randrange(1, 6)))
        target = self._target()
        for sign in text:
            for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                QApplication.sendEvent(target, QKeyEvent(kind, 0, NO, sign))
        return f"text {text!r} to {_name(target)}"

    def _anywhere(self) -> tuple[QWidget, QPoint]:
        chance = self.chance
        if chance.random() < 0.5:
            target: QWidget = self.window.view.viewport()
        else:
            all_there = [each for each in self.window.findChildren(QWidget) if each.isVisible()]
            all_there = [each for each in all_there if not isinstance(each, QMenu)]
            target = chance.choice(all_there)
        size = target.size()
        return target, QPoint(chance.randrange(max(1, size.width())), chance.randrange(max(1, size.height())))

    def _click(self) -> str:
        target, at = self._anywhere()
        button, held = self.chance.choice(BUTTONS), self.chance.choice(MODIFIERS)
        what = f"{button.name} {held.name} at {at.toTuple()} of {_name(target)}"
        if self.chance.random() < 0.2:
            QTest.mouseDClick(target, button, held, at)
            return f"double {what}"
        QTest.mouseClick(target, button, held, at)
        return f"click {what}"

    def _drag(self) -> str:
        target, at = self._anywhere()
        left, chance = Qt.MouseButton.LeftButton, self.chance
        self._mouse(target, QEvent.Type.MouseButtonPress, at, left)

        def move() -> str:
            at = QPoint(
                chance.randrange(-50, target.width() + 50), chance.randrange(-50, target.height() + 50)
            )
            self._mouse(target, QEvent.Type.MouseMove, at, left)
            return f"drag to {at.toTuple()} of {_name(target)}"

        for _ in range(chance.randrange(1, 8)):
            if isValid(target):
                self.timed(move)
            if chance.random() < 0.2:
                self.timed(self._key)
        if isValid(target):
            self._mouse(target, QEvent.Type.MouseButtonRelease, at, Qt.MouseButton.NoButton)
        return "let go"

    def _mouse(self, target: QWidget, kind: QEvent.Type, at: QPoint, held: Qt.MouseButton) -> None:
        button = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseMove else Qt.MouseButton.LeftButton
        whole = QPointF(target.mapToGlobal(at))
        QApplication.sendEvent(target, QMouseEvent(kind, QPointF(at), whole, button, held, NO))

    def _wheel(self) -> str:
        target, at = self._anywhere()
        held = self.chance.choice(MODIFIERS)
        for _ in range(self.chance.choice((1, 1, 3, 12))):
            turn = QPoint(
                self.chance.choice((0, 0, 120, -120)), self.chance.choice((120, -120, -120, 8, -2400))
            )
            event = QWheelEvent(
                QPointF(at), QPointF(target.mapToGlobal(at)), QPoint(), turn, Qt.MouseButton.NoButton, held,
                Qt.ScrollPhase.NoScrollPhase, False,
            )  # fmt: skip
            QApplication.sendEvent(target, event)
        return f"wheel {turn.toTuple()} {held.name} over {_name(target)}"

    def _resize(self) -> str:
        size = self.chance.choice(
            ((200, 150), (640, 480), (1000, 700), (1600, 1000), (2600, 400), (300, 1400))
        )
        self.window.resize(*size)
        return f"resize {size}"

    def _command(self) -> str:
        return self._run(self.chance.choice(self._commands))

    def _run(self, command: str) -> str:
        self.window.run_command(command)
        return f"command {command}"

    def _edit(self) -> str:
        """Somebody else writes in the work tree."""
        chance = self.chance
        files = sorted((self.repo.root / "src").glob("*.py"))
        place = chance.choice(files)
        how = chance.choice(("lines", "lines", "lines", "gone", "new", "refresh"))
        if how == "gone" and len(files) > LEAST_FILES:
            place.unlink()
        elif how == "new":
            (self.repo.root / "src" / f"made{chance.randrange(9)}.py").write_text(
                _module(chance.randrange(50))
            )
        elif how == "lines":
            lines = place.read_text("utf-8", "replace").splitlines(keepends=True)
            at = chance.randrange(len(lines) + 1)
            lines[at : at + chance.randrange(4)] = [f"edited = {chance.random()}\n"] * chance.randrange(5)
            place.write_text("".join(lines), "utf-8", "replace")
        if not self.window.sheets.is_open and chance.random() < 0.7:
            self.window.run_command("refresh")
        return f"{how} {place.name}"

    def _focus(self) -> str:
        there = [each for each in self.window.findChildren(QWidget) if each.isVisible()]
        target = self.chance.choice([each for each in there if each.focusPolicy() & Qt.FocusPolicy.TabFocus])
        target.setFocus()
        return f"focus {_name(target)}"

    def _zoom(self) -> str:
        command = self.chance.choice(("bigger", "smaller"))
        for _ in range(30):
            self.timed(lambda: self._run(command))
        return f"{command} thirty times"

    def _minimise(self) -> str:
        self.window.showMinimized()
        QApplication.processEvents()
        self.window.showNormal()
        self.window.activateWindow()
        return "minimised and back"


def _nothing() -> None:
    """What a command that is left out does."""


def _name(widget: QWidget) -> str:
    return widget.objectName() or type(widget).__name__


def storm(folder: Path, seed: int, events: int) -> tuple[list[str], list[tuple[float, str]]]:
    """One storm in this process; what went wrong, and which turns took too long."""
    make_application()
    repo = make_review(folder / "review")
    window = make_window(Options(size=(1200, 800)))
    storm_ = Storm(window, repo, seed)

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        said = "".join(traceback.format_exception(kind, error, trace))
        storm_.wrong.append(f"after {storm_._last()}:\n{said}")

    def heard(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
        # What the platform without a screen cannot do is no fault of the window.
        if "This plugin does not support" not in text:
            storm_.wrong.append(f"Qt said after {storm_._last()}: {text}")

    sys.excepthook = hook
    before = qInstallMessageHandler(heard)
    try:
        _storm(window, repo, storm_, events)
    finally:
        qInstallMessageHandler(before)
        sys.excepthook = sys.__excepthook__
    return storm_.wrong, storm_.slow


def _storm(window: MainWindow, repo: Repo, storm_: Storm, events: int) -> None:
    window.show()
    window.activateWindow()
    window.errands.open(repo.root, Asked())
    _until(lambda: window.controller.session is not None and not window.tasks.is_busy, storm_)
    storm_.run(events)
    window.sheets.close()
    window.showNormal()
    _until(lambda: not window.tasks.is_busy, storm_)
    session = window.controller.session
    if session is None:
        storm_.wrong.append("No review is open at the end.")
        window.close()
        return
    shown = {
        change.id: verdict_of(change, session.review.current).value
        for file in session.files
        for change in file.changes
    }
    number, notes = session.review.id, sorted(session.review.notes)
    window.close()
    again = open_saved(number)
    kept = {
        change.id: verdict_of(change, again.review.current).value
        for file in again.files
        for change in file.changes
    }
    if kept != shown or sorted(again.review.notes) != notes:
        storm_.wrong.append("What was shown is not what is on disk.")
    again.close()


def _until(happened: Callable[[], bool], storm_: Storm) -> None:
    until = time.monotonic() + PATIENCE
    while not happened():
        if time.monotonic() > until:
            storm_.wrong.append(f"Something never came to an end after {storm_._last()}")
            return
        storm_.rest(10)


def one(seed: int, events: int) -> int:
    """A storm, told on standard output as one line of JSON."""
    with tempfile.TemporaryDirectory(prefix="workbench-storm-", ignore_cleanup_errors=True) as folder:
        wrong, slow = storm(Path(folder), seed, events)
    print(json.dumps({"seed": seed, "wrong": wrong, "slow": slow}), flush=True)
    return 1 if wrong else 0


def main(arguments: Sequence[str]) -> int:
    """Each seed in a process with a home of its own."""
    parser = argparse.ArgumentParser(prog="storm")
    parser.add_argument("seeds", nargs="*", type=int)
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--here", action="store_true", help="in this process")
    asked = parser.parse_args(arguments)
    if asked.here:
        return max(one(seed, asked.events) for seed in asked.seeds)
    failed = 0
    for seed in asked.seeds or range(20):
        failed |= _in_a_process(seed, asked.events)
    return failed


def _in_a_process(seed: int, events: int) -> int:
    from tests.benchmarks.seen import environment  # noqa: PLC0415 - what runs here needs none of it

    with tempfile.TemporaryDirectory(prefix="workbench-storm-home-", ignore_cleanup_errors=True) as home:
        env = {**environment(Path(home)), "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}
        command = [sys.executable, "-X", "faulthandler", "-m", "tests.benchmarks.storm", "--here", str(seed)]
        done = subprocess.run([*command, "--events", str(events)], env=env, capture_output=True, text=True)
    try:
        found = json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        print(f"seed {seed}: died with {done.returncode}\n{done.stderr[-6000:]}", flush=True)
        return 1
    wrong, slow = found["wrong"], sorted(found["slow"], reverse=True)
    print(
        f"seed {seed}: {len(wrong)} wrong, {len(slow)} turns longer than 50 ms of the processor", flush=True
    )
    for text in wrong[:5]:
        print(f"  {text}", flush=True)
    for took, what in slow[:5]:
        print(f"  {took * 1000:.0f} ms: {what}", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
