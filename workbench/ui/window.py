"""The main window: puts the parts beside each other, hands keys to commands, shows what changed.

Decides nothing: commands are in `dispatch.py`, acts in `controller.py`, what takes long in `errands.py`,
what the window itself does on a command in `desk.py`, and when something happened in `following.py`.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QMainWindow, QMenu, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from workbench.errors import UserError
from workbench.review.progress import Progress
from workbench.ui.arriving import Arriving
from workbench.ui.base_lines import BaseLines
from workbench.ui.commands import FIRST_HINTS, HINTS, REPEATING, SHORT
from workbench.ui.controller import Controller
from workbench.ui.desk import Desk
from workbench.ui.diff.view import DiffView
from workbench.ui.dispatch import Dispatch
from workbench.ui.errands import Errands
from workbench.ui.file_panel import FilePanel
from workbench.ui.findings_desk import Findings
from workbench.ui.following import Following
from workbench.ui.going import Going
from workbench.ui.keymap import Keymap, chord, is_chorded
from workbench.ui.landing_errands import LandingErrands
from workbench.ui.ledger_desk import LedgerDesk
from workbench.ui.notice import Notice
from workbench.ui.other_files import OtherFiles
from workbench.ui.pictures import Pictures
from workbench.ui.places import Places, usual_size
from workbench.ui.preferences import Preferences, is_mac
from workbench.ui.refreshing import Panels
from workbench.ui.rounds_desk import RoundsDesk
from workbench.ui.row_words import RowWords
from workbench.ui.sending_errands import SendingErrands
from workbench.ui.shape_desk import Shapes
from workbench.ui.shape_grouping import Grouping
from workbench.ui.sheets import Sheets
from workbench.ui.side_panel import SidePanel
from workbench.ui.single_shot import single_shot
from workbench.ui.skimming import Skimming
from workbench.ui.status_line import StatusLine
from workbench.ui.tasks import Tasks
from workbench.ui.theme import Theme
from workbench.ui.top_bar import TopBar
from workbench.ui.tracing import Tracer
from workbench.ui.tray_desk import Trays
from workbench.ui.trusting import Trusting
from workbench.ui.welcome import Welcome

if TYPE_CHECKING:
    from workbench.ui.editing import Editing
    from workbench.ui.menus import Menus

POLL = 1000
"""Milliseconds between two looks at what other processes did, while the window is in front."""

MENUS = 200
"""Milliseconds after which the menus are made, whether or not a first frame was painted."""

USED = 250
"""Milliseconds after which a key that was used for the first time is noted as known."""

LEFT, RIGHT = 236, 306


class MainWindow(QMainWindow):
    """One window, one review at a time."""

    handed_over = Signal(object)

    def __init__(
        self, preferences: Preferences, theme: Theme, tracer: Tracer, size: QSize | None = None
    ) -> None:
        super().__init__()
        self.setWindowTitle("Workbench")
        self.preferences, self.theme, self.tracer = preferences, theme, tracer
        self.size_asked = size is not None
        self.keymap = Keymap(preferences.settings.keys)
        self._editing: Editing | None = None
        self._menus: Menus | None = None
        self.ended_with: Progress | None = None
        """How far the review was when the window closed."""
        self._first_words: UserError | None = None
        self._used: list[str] = []
        self._used_later = single_shot(self, USED, self._keep_used)
        self._leaves_text = ""
        """What doing again was said to leave text that could not be kept."""
        self._make_errands()
        self._build()
        self._make_readers()
        self._make_desks()
        self.desk = Desk(self)
        self.dispatch = Dispatch(
            self.desk, self.controller, self.arriving, self.landing, self.editing, self.view, self
        )
        self.going = Going(self)
        self.following = Following(self)
        self._greet()
        self.poll_timer = QTimer(self)
        self.poll_timer.setInterval(POLL)
        self.poll_timer.timeout.connect(self.controller.poll)
        self.resize(size or usual_size(self.screen().availableSize()))

    # -- putting together ---------------------------------------------------------------------

    def _make_errands(self) -> None:
        """The review, and what takes long: it needs no widget."""
        self.tasks = Tasks(self)
        self.controller = Controller(self)
        self.errands = Errands(self.controller, self.tasks, self)
        self.arriving = Arriving(self.controller, self.errands, self.tasks, self)
        self.sending = SendingErrands(self.controller, self.arriving, self.tasks, self)
        self.base_lines = BaseLines(self.controller, self.tasks, self)
        self.landing = LandingErrands(self.controller, self.tasks, self)
        self.other_files = OtherFiles(self.controller, self.tasks, self)

    def _build(self) -> None:
        keys = {
            command: self.keymap.shown(command)
            for command in ("palette", "send", "split", "views", "land", "task")
        }
        self.top = TopBar(self.theme, keys, self)
        self.view = DiffView(self, self.theme)
        settings = self.preferences.settings
        self.view.set_split(settings.split)
        self.view.set_wrap(settings.wrap)
        self.view.set_code_font(settings.code_font, self.preferences.code_size, settings.tab_width)
        self.view.smooth = settings.smooth_scroll
        self.files = FilePanel(self.theme, self)
        self.files.set_flat(flat=settings.flat_files)
        self.side = SidePanel(self.theme, self)
        self.status = StatusLine(self.theme, self)
        self.welcome = Welcome(self.theme, self.keymap, self)
        self.notice = Notice(self)
        middle = QWidget(self)
        self.middle = _column(middle, self.welcome, self.view)
        self.middle.setStretch(1, 1)
        self.splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self.splitter.setHandleWidth(1)
        for widget in (self.files, middle, self.side):
            self.splitter.addWidget(widget)
        self.splitter.setSizes([LEFT, 1600 - LEFT - RIGHT - 2, RIGHT])
        for number, stretch in enumerate((0, 1, 0)):
            self.splitter.setStretchFactor(number, stretch)
        self.stack = QStackedWidget(self)
        self.stack.addWidget(self.splitter)
        whole = QWidget(self)
        self.whole = _column(whole, self.top, _line(whole), self.stack, _line(whole), self.status)
        self.whole.setStretch(2, 1)
        self.setCentralWidget(whole)
        self._place_notice()
        self.stack.currentChanged.connect(self._place_notice)
        self.view.installEventFilter(self)

    def _make_readers(self) -> None:
        """What fills the widgets, and finds out what they show."""
        self.panels = Panels(
            self.controller,
            self.errands,
            self.sending,
            self.preferences,
            self.files,
            self.side,
            self.status,
            self.top,
            self,
        )
        self.pictures = Pictures(self.controller, self.tasks, self)
        self.row_words = RowWords(self.controller, self.tasks, self.view, self)
        self.places = Places(self.controller, self.view, self.files, self.side, self.splitter, self)
        self.skimming = Skimming(self.controller, self.tasks, self.view, lambda: self.sheets.is_open, self)

    def _make_desks(self) -> None:
        """The sheets, and what each sort of work in the window is done with."""
        controller, tasks = self.controller, self.tasks
        self.sheets = sheets = Sheets(
            controller, self.sending, self.landing, self.preferences, self.keymap, self
        )
        self.ledger_desk = LedgerDesk(controller, tasks, sheets, self)
        self.shapes = Shapes(controller, tasks, sheets, self.keymap, self._worn, self)
        self.grouping = Grouping(controller, self.shapes, self.files, self)
        self.findings = Findings(controller, self.sending, tasks, sheets, self.side, self._worn, self)
        self.arriving.arrived.connect(self.findings.on_arrived)
        self.trays = Trays(controller, tasks, sheets, self.view, self._worn, self)
        self.rounds_desk = RoundsDesk(controller, tasks, sheets, self.keymap, self._worn, self)
        self.trusting = Trusting(controller, tasks, sheets, self.top.trust, self._worn, self)
        sheets.passed = self.skimming.passed
        self.shapes.unseen = self.skimming.words_of_unseen

    def _worn(self) -> Theme:
        return self.theme

    def _place_notice(self) -> None:
        # In a review under the lines alone: the panels beside them keep their size, and the first undo does
        # not wait until they are painted anew.
        if self.stack.currentWidget() is self.splitter:
            self.middle.addWidget(self.notice)
        else:
            self.whole.insertWidget(self.whole.indexOf(self.stack) + 1, self.notice)

    def _greet(self) -> None:
        review, first = (
            [(each, self.keymap.shown(each), SHORT[each]) for each in some] for some in (HINTS, FIRST_HINTS)
        )
        self.status.set_hints(review, first)
        self.welcome.show_left(self.preferences.settings.seen_keys)
        self.top.show_nothing()

    def editing(self) -> Editing:
        """The editors in the flow; made when the first one is needed, because the first frame has none."""
        if self._editing is None:
            from workbench.ui.editing import Editing  # noqa: PLC0415 - said above

            self._editing = Editing(
                self.controller, self.arriving, self.findings, self.preferences, self.view, self
            )
            self._editing.question_asked.connect(self.ledger_desk.ask)
        return self._editing

    @property
    def is_writing(self) -> bool:
        """Whether an editor in the flow is open."""
        return self._editing is not None and self._editing.is_open()

    @property
    def menus(self) -> Menus:
        """Every command as an entry, with its chord; made when the first frame is painted, which has none."""
        if self._menus is None:
            self._menus = self._made_menus()
        return self._menus

    def _made_menus(self) -> Menus:
        from workbench.ui.menus import Menus  # noqa: PLC0415 - said above

        menus = Menus(self.keymap, self)
        menus.triggered.connect(self.run_command)
        if is_mac():
            menus.fill(self.menuBar())
            self.top.menu_button.hide()
        else:
            menu = QMenu(self)
            menus.fill(menu)
            self.top.set_menu(menu)
        menus.check(f"theme_{self.preferences.theme_name}")
        menus.mark("smooth", on=self.preferences.settings.smooth_scroll)
        return menus

    def make_menus(self) -> None:
        """Make what the first frame did without."""
        if self._menus is None:
            self._menus = self._made_menus()
        self.desk.settle_in()

    def keep(self) -> None:
        """Keep drafts and the place: something else may be shown now, or nothing."""
        if self._editing is not None:
            self._editing.keep_drafts()
        self.places.keep()

    def lets_go(self, again: str) -> bool:
        """Keep what is being written, before its review goes. Once False, and said, where that cannot be.

        `again` says what doing it a second time does.
        """
        self.keep()
        unkept = self._editing is not None and self._editing.unkept
        asked, self._leaves_text = self._leaves_text == again, again if unkept else ""
        if asked or not unkept:
            return True
        hint = f"Make room on the disk, or copy it. {again}"
        self.say("What you are writing could not be kept.", hint, True)
        return False

    # -- keys and commands --------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """One-letter keys, on the review alone; chords with Ctrl and Alt are the menus' shortcuts."""
        # A key that an editor on the review did not want comes by here too, and is not for the review.
        is_press = event.type() == QEvent.Type.KeyPress and self.focusWidget() is self.view
        if is_press and isinstance(event, QKeyEvent):
            keys = chord(event)
            command = self.keymap.command(keys)
            if command is not None and not is_chorded(keys):
                if not event.isAutoRepeat() or command in REPEATING:
                    self.run_command(command)
                return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Wherever the keys are, Escape leaves and "?" helps, as long as nobody else wanted them.
        keys = chord(event)
        if keys == "Escape":
            self.desk.leave()
        elif keys == "F10" and not is_mac():
            menu = self.top.menu_button.menu()
            # By a key, the arrows begin on the first menu, as in every menu bar.
            menu.setActiveAction(menu.actions()[0])
            self.top.menu_button.showMenu()
        elif self.controller.session is None and self.keymap.command(keys) == "keys":
            self.run_command("keys")
        else:
            super().keyPressEvent(event)

    def run_command(self, command: str) -> None:
        """Do a command; what was said before has been read by now."""
        if self.sheets.is_open and command not in ("quit", "palette", "keys"):
            return
        if command != "escape":  # which takes it away alone
            self.notice.hide()
        self.following.arrive()
        self.dispatch.run(command)

    def note_used(self, command: str) -> None:
        """Note a key of the first steps as known."""
        seen = (*self.preferences.settings.seen_keys, *self._used)
        command = self.welcome.meant(command)
        if self.welcome.isVisibleTo(self) and self.welcome.is_new(command, seen):
            self._used.append(command)
            # Later: a settings file that is synced to disk would keep the key waiting for its paint.
            self._used_later.start()

    def _keep_used(self) -> None:
        used, self._used = self._used, []
        if used:
            # Where they cannot be kept they are shown once more; a word about it would hide what was said.
            with suppress(UserError):
                self.preferences.change(seen_keys=(*self.preferences.settings.seen_keys, *used))
                self.welcome.show_left(self.preferences.settings.seen_keys)

    def say_first(self, error: UserError) -> None:
        """Say what went wrong before there was a window, now and again once a review is open."""
        self._first_words = error
        self.say(error.message, error.hint, True)

    def say_first_again(self) -> None:
        """Say it in the review that opened, where opening it took the words away."""
        first, self._first_words = self._first_words, None
        if first is not None:
            self.say(first.message, first.hint, True)

    def say(self, sentence: str, hint: str, error: bool) -> None:
        """Say something in the bar at the bottom."""
        self.notice.say(sentence, hint, error=error)

    # -- the window ---------------------------------------------------------------------------

    def _progress(self) -> Progress | None:
        return self.controller.progress() if self.controller.session is not None else None

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # Where there is a review they wait for its first frame, but not for ever.
        QTimer.singleShot(MENUS if self.controller.session is not None else 0, self, self.make_menus)
        self.tracer.event_happened("window_shown")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.places.fit(event.size().width())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and hasattr(self, "poll_timer"):
            if not self.isActiveWindow():
                self.poll_timer.stop()
            elif self.controller.session is not None:
                self.controller.poll()
                self.poll_timer.start()
                self.trusting.look_soon()

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.lets_go("Closing again leaves without it."):
            event.ignore()
            return
        self.controller.steps.finish()  # of an act of many nothing may be on disk yet
        self.sheets.close()
        if (
            self.sheets.is_open
        ):  # it said why: what is written in it is nowhere else, and it goes the next time
            event.ignore()
            return
        self._keep_used()
        with suppress(UserError):  # the window goes; at the next start the code has the size it had before
            self.preferences.keep()
        self.poll_timer.stop()
        self.trusting.stop()
        self.skimming.stop()
        self.tasks.stop()
        self.view.stop_helpers()
        self.pictures.stop()
        self.ended_with = self._progress()
        self.controller.close_sessions()
        super().closeEvent(event)


def _column(widget: QWidget, *parts: QWidget) -> QVBoxLayout:
    layout = QVBoxLayout(widget)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    for part in parts:
        layout.addWidget(part)
    return layout


def _line(parent: QWidget) -> QFrame:
    line = QFrame(parent)
    line.setProperty("kind", "line")
    line.setFixedHeight(1)
    return line
