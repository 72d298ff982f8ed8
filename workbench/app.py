"""The window's process: what starts before Qt, the application, one window, and how it ends.

Everything that a process needs once is here and nothing else: the exception hook, the start-up order,
the exit status. The order is for speed: git reads in a thread while Qt's libraries are loaded.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from workbench.errors import UserError, refused_by_system
from workbench.ui.ahead import Ahead
from workbench.utf8 import read_names_as_utf8

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from workbench.store.settings import Settings
    from workbench.ui.window import MainWindow
    from workbench.workflow.candidates import Asked
    from workbench.workflow.opening import Nothing
    from workbench.workflow.session import Session

# Late imports throughout: Qt after the opening thread has started, the rest beside it.
# ruff: noqa: PLC0415

ALL_ACCEPTED, CLOSED, CHANGES_REQUESTED = 0, 4, 10
_ICON_AFTER = 250
_COLLECT_AFTER = 1000
"""Milliseconds after the window is shown: the first frames are painted by then."""
PATIENCE = 0.4
"""Seconds that the first frame waits for the review, so that it is painted once; then it comes without."""


class Options(Struct, frozen=True):
    """What the window is started with. Without path and review: the page without a repository."""

    path: Path | None = None
    asked: Asked | None = None
    review: str = ""
    wait: bool = False
    trace: Path | None = None
    quit_after: str = ""
    size: tuple[int, int] | None = None
    prepare: Callable[[MainWindow], None] | None = None
    """Called with the window when it is shown: how the demo drives it."""


class Ended(Struct, frozen=True):
    """How the window ended: the exit status, and the feedback that a waiting caller gets."""

    status: int
    feedback: str | None = None


def main(options: Options | None = None) -> int:
    """Show the window until it is closed; the exit status. Without options: those of the desktop launcher."""
    if options is None:
        read_names_as_utf8()
    return show(options if options is not None else _from_launcher(sys.argv[1:])).status


def show(options: Options) -> Ended:
    """Show the window until it is closed."""
    # Loading makes objects that stay; to look through them again and again for garbage costs a tenth of it.
    gc.disable()
    opening = Ahead(lambda: _open(options)) if options.path is not None or options.review else None
    # Qt's loop runs no Python while nothing happens, so Ctrl+C would wait; all is saved already.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    application = make_application()
    from PySide6.QtCore import QTimer

    window = make_window(options)
    handed: list[Any] = []
    window.handed_over.connect(handed.append)
    window.tracer.ended.connect(window.close)
    window.errands.open_failed.connect(window.tracer.open_failed)
    window.errands.nothing_found.connect(window.tracer.found_nothing)
    _hook(window)
    window.tracer.start()
    _fill(window, opening, options)
    window.show()
    QTimer.singleShot(_ICON_AFTER, window, _show_icon)
    QTimer.singleShot(_COLLECT_AFTER, window, lambda: _collect_again(window))
    if options.prepare is not None:
        options.prepare(window)
    application.exec()
    window.tracer.stop()
    if window.tracer.failure is not None:
        raise window.tracer.failure
    return _ended(window, options, handed)


def run_demo(folder: str | None = None, shots: str | None = None, *, offscreen: bool = False) -> int:
    """Open the demo; without a display run the whole loop on it, with pictures, and say what happened."""
    if not (offscreen or _has_no_display()):
        from workbench.workflow.candidates import Asked
        from workbench.workflow.demo import demo_task, make_demo

        path = make_demo(Path(folder) if folder else None)
        return show(Options(path=path, asked=Asked(task=demo_task(), new=True))).status
    import tempfile

    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    with tempfile.TemporaryDirectory(prefix="workbench-demo-data-", ignore_cleanup_errors=True) as data:
        # Nothing of it stays among the user's own reviews and settings.
        os.environ.update(WORKBENCH_DATA=data, WORKBENCH_CONFIG=data)
        return _tour(Path(folder) if folder else None, Path(shots) if shots else None)


def _tour(folder: Path | None, shots: Path | None) -> int:
    import tempfile

    from workbench.workflow.candidates import Asked
    from workbench.workflow.demo import demo_task, make_demo

    path = make_demo(folder)
    pictures = shots or Path(tempfile.mkdtemp(prefix="workbench-demo-shots-"))
    make_application()
    from workbench.ui.demo_tour import tour
    from workbench.ui.driving import Driver

    window = make_window(Options(size=(1600, 1000)))
    _hook(window)
    window.show()
    window.errands.open(path, Asked(task=demo_task()))
    driver = Driver(window, pictures)
    try:
        tour(driver, lambda text: _say(text + "\n"))
    finally:
        window.close()
    _say(f"The demo's repository is {path}.\nScreenshots are in {pictures}.")
    return 0


def _say(text: str) -> None:
    """Text for whoever started the program from a terminal."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _has_no_display() -> bool:
    if sys.platform in ("darwin", "win32"):
        return False
    platform = os.environ.get("QT_QPA_PLATFORM")
    if platform:
        return platform in ("offscreen", "minimal")
    return not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def make_window(options: Options) -> MainWindow:
    """The window, with the user's settings, not shown yet and with nothing in it. Needs the application."""
    from PySide6.QtCore import QSize
    from PySide6.QtWidgets import QApplication

    from workbench.store.paths import themes_dir
    from workbench.store.settings import load_settings
    from workbench.ui.preferences import Preferences
    from workbench.ui.styling import wear
    from workbench.ui.tracing import Tracer
    from workbench.ui.window import MainWindow

    settings = load_settings()
    preferences = Preferences(settings, _saver(), themes=themes_dir())
    broken: UserError | None = None
    try:
        theme = preferences.theme()
    except UserError as error:
        broken, theme = error, preferences.usual_theme()
    application = QApplication.instance()
    if isinstance(application, QApplication):
        wear(application, theme)
    tracer = Tracer(options.trace, options.quit_after, process_started())
    window = MainWindow(preferences, theme, tracer, QSize(*options.size) if options.size else None)
    window.sheets.waiting = options.wait
    hard = "" if broken is not None else preferences.hard_to_read(theme)
    if hard:
        broken = UserError(hard, hint="It is worn all the same.")
    if broken is not None:
        window.say_first(broken)
    return window


def _collect_again(window: MainWindow) -> None:
    """Look for garbage again, but not among what the start made, and seldom: a full look is a late frame.

    Nearly everything here is freed by its reference count; only cycles wait for this.
    """
    if window.errands.is_opening or window.errands.is_loading:
        from PySide6.QtCore import QTimer

        QTimer.singleShot(_COLLECT_AFTER, window, lambda: _collect_again(window))
        return
    from workbench.ui.collecting import Collector

    gc.freeze()
    Collector(window, lambda: window.tasks.since_stir)


def _show_icon() -> None:
    """Give the windows their icon: the first frame does without it, and without all that an icon brings."""
    from PySide6.QtGui import QIcon
    from PySide6.QtWidgets import QApplication

    from workbench.assets import asset

    # Given by its path: the picture is read when somebody asks for it.
    QApplication.setWindowIcon(QIcon(str(asset("icons", "workbench.svg"))))


def process_started() -> float:
    """When this process started, in seconds since the epoch; where the system does not say, now."""
    try:
        fields = Path("/proc/self/stat").read_text("ascii").rpartition(")")[2].split()
        ticks = int(fields[19]) / os.sysconf("SC_CLK_TCK")
        return time.time() - (time.clock_gettime(time.CLOCK_BOOTTIME) - ticks)
    except (OSError, ValueError, IndexError, AttributeError):
        return time.time() - time.process_time()


def _open(options: Options) -> Session | Nothing:
    from workbench.workflow.opening import open_review, open_saved

    if options.review:
        return open_saved(options.review, streamed=True)
    return open_review(options.path or Path(), options.asked, streamed=True)


def make_application() -> QApplication:
    """The application, made once, in the look that every window has."""
    from workbench.ui.pyside import import_pyside

    import_pyside()
    from PySide6.QtCore import Qt
    from PySide6.QtWidgets import QApplication

    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    QApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    # The style is named as an argument: for a call, PySide makes QStyle and its 15 enums first (10 ms).
    application = QApplication([*sys.argv[:1], "-style", "Fusion"])
    application.setApplicationName("workbench")
    application.setApplicationDisplayName("Workbench")
    application.setDesktopFileName("workbench")
    from workbench.ui.fonts import interface_font

    application.setFont(interface_font())
    return application


def _fill(window: MainWindow, opening: Ahead[Session | Nothing] | None, options: Options) -> None:
    """Put the review into the window before its first frame if it is there in time, else when it comes."""
    if opening is None:
        window.desk.show_start()
        return
    if opening.wait(PATIENCE):
        # What is read beside it begins when it is painted.
        window.tasks.hold()
        _take(window, opening)
        return
    name = options.path.resolve().name if options.path is not None else "the review"
    window.desk.show_opening(name)
    _wait_for(window, opening)


def _take(window: MainWindow, opening: Ahead[Session | Nothing]) -> None:
    try:
        found = opening.answer()
    except UserError as error:
        window.errands.take_open_failure(error)
    except Exception:  # noqa: BLE001 - raised again there
        # A bug is told from inside the event loop, where the hook can show it; here it would end the program.
        _wait_for(window, opening)
    else:
        window.errands.take_opened(found)


def _wait_for(window: MainWindow, opening: Ahead[Session | Nothing]) -> None:
    """Take the answer when it comes."""
    window.errands.wait_for(opening.answer, opening.watch)


def _saver() -> Callable[[Mapping[str, object]], Settings]:
    """Changes settings by name, in the file and here.

    In the file as it is by now: what another window, or the user's own editor, wrote meanwhile stays.
    """

    def save(values: Mapping[str, object]) -> Settings:
        from workbench.store.settings import load_settings, save_settings

        changed = replace(load_settings(), **values)
        save_settings(changed)
        return changed

    return save


def _hook(window: MainWindow) -> None:
    """Exceptions in slots reach only this hook: write a report and say where it is, and go on."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if isinstance(error, KeyboardInterrupt):
            window.close()
            return
        # What the system refuses where no controller stands between is no bug either.
        refused = refused_by_system(error) if isinstance(error, OSError) else error
        if isinstance(refused, UserError):
            window.say(refused.message, refused.hint, True)
            return
        from traceback import clear_frames

        from workbench.ui.bugs import report

        sentence, path = report(kind, error, trace)
        # What the frames hold goes now: Qt dies of a painter that outlives its paint event.
        clear_frames(trace)
        window.say(sentence, f"A report that can be pasted is in {path}." if path else "", True)

    sys.excepthook = hook


def _ended(window: MainWindow, options: Options, handed: list[Any]) -> Ended:
    if not options.wait:
        return Ended(0)
    if not handed:
        return Ended(CLOSED)
    counted = window.ended_with
    accepted = counted is not None and counted.accepted == counted.total
    status = ALL_ACCEPTED if accepted else CHANGES_REQUESTED
    return Ended(status, handed[-1].text)


def _from_launcher(arguments: list[str]) -> Options:
    """A desktop launcher gives a folder, or nothing."""
    folder = next((each for each in arguments if not each.startswith("-")), None)
    return Options(path=Path(folder) if folder is not None else None)
