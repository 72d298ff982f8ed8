"""What the window does when something happened: a review opened, a verdict was given, a round came, a frame
was painted. Wires the parts of the window together; what a person asks for is in `desk.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer

from workbench.review.actions import FeedbackSent
from workbench.review.entries import Entry
from workbench.review.rounds import Source
from workbench.review.text import one_line
from workbench.ui.diff.document import Document, Stop
from workbench.ui.shown_text import spelled
from workbench.ui.stepping import Stepping

if TYPE_CHECKING:
    from workbench.ui.window import MainWindow

MENUS_AFTER = 30
"""Milliseconds after the first frame. Nobody has pressed a chord by then."""

NEXT_OPEN = "next open"
"""The setting by which the cursor leaves what was judged."""


class Following(QObject):
    """Listens to the parts of a window, and has the others follow."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.has_loaded = False
        """Whether all of the review that is open was there once."""
        self._first_painted = False
        self._named = False
        self._seeking = Stepping(self)
        """Looks for what is open still, where thousands were judged at once."""
        self._opened = ""
        """The review that the view is of."""
        self._follow_the_review()
        self._follow_the_view()
        self._follow_what_is_chosen()
        self._follow_the_sheets()

    def _follow_the_review(self) -> None:
        window, controller = self._window, self._window.controller
        controller.opened.connect(self._on_opened)
        controller.changed.connect(self._on_changed)
        controller.said.connect(window.say)
        controller.judged.connect(self._on_judged)
        controller.entry_judged.connect(self._on_entry_judged)
        controller.moved_to.connect(window.going.go_to)
        window.tasks.idle.connect(self._on_idle)
        window.arriving.arrived.connect(self._on_arrived)
        window.sending.send_failed.connect(self._on_round_over)
        window.base_lines.read.connect(window.view.set_contents)
        window.landing.landed.connect(window.trusting.look_soon)
        window.findings.judged.connect(self._on_finding_judged)
        window.panels.shown.connect(self._on_panels_shown)
        window.panels.is_covered = window.desk.is_on_page

    def _follow_the_view(self) -> None:
        window, view = self._window, self._window.view
        view.contents_wanted.connect(window.base_lines.want)
        # Queued: it is asked for while a frame is painted.
        view.pictures_wanted.connect(window.pictures.want, Qt.ConnectionType.QueuedConnection)
        window.pictures.decoded.connect(view.set_picture)
        window.row_words.found.connect(window.desk.show_whitespace)
        view.stop_changed.connect(self._on_stop)
        view.painted.connect(self._on_painted)
        # What works behind the window gives way to keys, mouse and scrolling.
        view.stirred.connect(window.tasks.stir)
        view.verticalScrollBar().valueChanged.connect(window.tasks.stir)
        view.highlighted.connect(self._on_highlighted)
        view.activated.connect(self._on_activated)
        view.told.connect(self._on_told)
        view.zoomed.connect(window.desk.change_code_size)
        view.menu_wanted.connect(window.desk.show_menu)
        view.way_back = window.controller.way_back

    def _follow_what_is_chosen(self) -> None:
        window, going = self._window, self._window.going
        window.files.file_chosen.connect(going.go_to_file)
        window.files.left.connect(window.view.setFocus)
        window.files.command_wanted.connect(window.run_command)
        window.files.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        window.files.list.customContextMenuRequested.connect(window.desk.show_file_menu)
        window.files.change_chosen.connect(going.go_to_change)
        window.shapes.change_wanted.connect(going.go_to_change)
        window.shapes.command_wanted.connect(window.dispatch.run)
        window.trays.file_wanted.connect(going.go_to_file)
        window.trays.command_wanted.connect(window.run_command)
        window.side.entry_chosen.connect(going.go_to_entry)
        window.side.exchange_chosen.connect(window.rounds_desk.open_prompts)
        window.side.cancel_wanted.connect(window.sending.cancel_round)
        window.findings.finding_wanted.connect(going.go_to_note)
        window.status.hints.clicked.connect(window.run_command)
        window.welcome.hints.clicked.connect(window.run_command)
        window.top.wanted.connect(window.run_command)
        window.status.wanted.connect(window.run_command)
        window.dispatch.ran.connect(window.note_used)
        window.dispatch.ran.connect(window.skimming.on_ran)
        window.dispatch.ran.connect(window.shapes.on_ran)

    def _follow_the_sheets(self) -> None:
        window, sheets, going = self._window, self._window.sheets, self._window.going
        sheets.command_taken.connect(window.run_command)
        sheets.file_taken.connect(going.go_to_file)
        sheets.tracked_wanted.connect(window.other_files.list_all)
        window.other_files.listed.connect(sheets.show_tracked)
        window.other_files.lines_read.connect(window.view.set_contents)
        window.other_files.shown.connect(going.go_to_file)
        sheets.note_taken.connect(going.go_to_note)
        sheets.draft_taken.connect(going.open_draft)
        sheets.handed_over.connect(self._on_handed_over)

    # -- the review ---------------------------------------------------------------------------

    def _on_opened(self) -> None:
        window = self._window
        session = window.controller.open_session()
        window.stack.setCurrentWidget(window.splitter)
        window.setWindowTitle(spelled(f"{one_line(session.repository.name)} – Workbench"))
        window.top.show_review(session.repository.name, session.review.task, split=window.view.is_split)
        self.has_loaded = False
        window.view.clear_selection()
        if session.review.id != self._opened:
            # Another review begins at its top or at its own place, not where the one before was left.
            self._opened = session.review.id
            window.view.show_document(Document())
        window.sheets.close()
        window.notice.hide()
        place = window.places.read()
        window.places.restore_window(place, geometry=not window.size_asked and not window.isVisible())
        window.places.restore_view(place)
        window.grouping.set_on(on=bool(place.get("by_shape")))
        window.view.setFocus()
        window.poll_timer.start()
        window.say_first_again()

    def _on_changed(self) -> None:
        if self._window.controller.session is None:
            return
        self._window.view.show_document(self._window.controller.document())
        self._window.panels.show_soon()

    def _on_panels_shown(self) -> None:
        window = self._window
        window.row_words.look()
        window.other_files.look()
        window.findings.show()
        window.shapes.look()
        window.grouping.show()
        window.desk.show_whitespace()
        if not self._named:
            self._named = True
            # In the next turn: by then they are painted.
            QTimer.singleShot(0, self, self._on_named)
        if not self.has_loaded and not window.controller.open_session().is_loading:
            self.has_loaded = True
            from workbench.ui.diff.speaking import listen  # noqa: PLC0415 - after the first frame

            listen(window.view)
            window.notice.make_ready()
            if window.controller.open_session().drafts():
                window.editing().reopen_drafts()
            window.tracer.event_happened("review_loaded")

    def _on_named(self) -> None:
        self._window.tracer.event_happened("names_shown")

    def _on_idle(self) -> None:
        # What was read from a review that is not shown any more is read now.
        if not self._window.tasks.has_threads:
            self._window.controller.close_left()

    def _on_arrived(self, words: str) -> None:
        window = self._window
        window.say(words, "", False)
        window.trusting.look_soon()
        if window.view.has_selection() or window.is_writing:
            return  # somebody is in the middle of something
        current = window.controller.open_session().review.round
        read = current is not None and current.source in (Source.WORKTREE, Source.STAGED, Source.EXPERT)
        # What was only read anew leaves the reader where he is; a round that was made begins at its top.
        if not window.view.next_violation(1) and not read:
            window.view.next_open()

    def _on_round_over(self, _: object) -> None:
        self._window.side.hide_running()

    def _on_handed_over(self, action: FeedbackSent) -> None:
        self._window.handed_over.emit(action)
        self._window.close()

    # -- verdicts -----------------------------------------------------------------------------

    @property
    def _goes_on(self) -> bool:
        return self._window.preferences.settings.after_verdict == NEXT_OPEN

    def _on_judged(self, change: str | None) -> None:
        if change is not None and self._goes_on:
            # At the end there is no next one; the line of truth says so.
            self._seeking.drop()
            seeking = self._window.view.seeking_open(after=change)
            self._seeking.begin(seeking, lambda _: None, self._window.controller.fail)

    def arrive(self) -> None:
        """Be at the next open change: the next key is about it."""
        self._seeking.finish()

    def _on_entry_judged(self, entry: Entry) -> None:
        if self._goes_on:
            after = self._window.controller.entry_after(entry)
            if after is None or not self._window.view.go_to_entry(after):
                self._window.view.next_open()

    def _on_finding_judged(self, after: str | None) -> None:
        if after is not None and self._goes_on:
            self._window.view.go_to_note(after)

    # -- the view -----------------------------------------------------------------------------

    def _on_stop(self, stop: Stop) -> None:
        if stop.path is not None:
            self._window.files.show_current(stop.path, stop.change)
        self._window.shapes.entered(stop)
        self._window.places.moved()

    def _on_told(self, sentence: str, hint: str) -> None:
        self._window.say(sentence, hint, False)

    def _on_activated(self, _: object) -> None:
        self._window.run_command("edit")

    def _on_painted(self) -> None:
        tracer = self._window.tracer
        if not self._first_painted:
            self._first_painted = True
            QTimer.singleShot(0, self, self._on_first_painted)
            tracer.event_happened("first_change_painted")
        tracer.frame_painted(self._window.view.last_frame)

    def _on_first_painted(self) -> None:
        self._window.tasks.release()
        # In a turn of its own: in this one the panels are filled.
        QTimer.singleShot(MENUS_AFTER, self._window, self._window.make_menus)

    def _on_highlighted(self) -> None:
        self._window.tracer.event_happened("highlighted")
