"""The pages without a review, and opening one: what is read, what that is doing, and what came of it."""

from __future__ import annotations

from pathlib import Path
from time import monotonic, time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from workbench.errors import UserError
from workbench.review.text import one_line
from workbench.ui.shown_text import spelled
from workbench.ui.single_shot import single_shot
from workbench.workflow.candidates import Asked
from workbench.workflow.opening import Nothing, Recent
from workbench.workflow.watching import Step

if TYPE_CHECKING:
    from workbench.ui.start_page import StartPage
    from workbench.ui.window import MainWindow

SLOW = 800
"""Milliseconds after which reading says what it is doing, and can be seen to be ended."""

AGAIN = "Opening again leaves it."
"""What stands in an editor alone would go with its review."""


class OpeningDesk(QObject):
    """Works on the window that it belongs to."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._nothing: Nothing | None = None
        self._page: StartPage | None = None
        self._keys = {each: window.keymap.shown(each) for each in ("open", "demo")}
        errands = window.errands
        errands.nothing_found.connect(self.show_nothing)
        errands.open_failed.connect(self.show_failure)
        errands.recent_read.connect(self._on_recent)
        errands.opening_said.connect(self._on_opening_step)
        window.arriving.refresh_said.connect(self._on_refresh_step)
        self._step: Step | None = None
        self._slow_refresh: float | None = None
        self._slow = single_shot(self, SLOW, self._show_step)

    def page(self) -> StartPage:
        """The page without a review; most starts never show it, so it is made late."""
        if self._page is None:
            from workbench.ui.start_page import StartPage  # noqa: PLC0415 - a review needs none

            self._page = StartPage(self._window)
            self._page.wanted.connect(self._window.run_command)
            self._page.review_chosen.connect(self._open_saved)
            self._page.range_chosen.connect(self._open_range)
            self._page.folder_dropped.connect(self.open_folder)
            self._page.cancel_wanted.connect(self.cancel_opening)
            self._window.stack.addWidget(self._page)
        return self._page

    def show_start(self) -> None:
        """The page without a review: what was reviewed before, and the ways to open something."""
        if not self._window.lets_go(AGAIN):
            return
        self.page().show_recent(None, self._keys)
        self._window.setWindowTitle("Workbench")
        self._show_page()
        self._window.errands.read_recent()

    def show_opening(self, name: str) -> None:
        """Something is being read. What it is doing is shown when that takes long."""
        self._step = None
        self._slow.start()
        self.page().show_opening(name)
        self._show_page()

    def cancel_opening(self) -> None:
        """Wait no longer for what is being opened; back to what was there before."""
        if not self._window.errands.cancel_opening():
            return
        if not self._back_to_review():
            self.show_start()
        self._window.say("Opening was cancelled.", "Nothing of it was kept.", False)

    def leave_page(self) -> bool:
        """From a page back to the review that it lies over. False where no page is shown."""
        if not self.is_on_page():
            return False
        if not self._back_to_review():
            self.page().take_focus()
        return True

    def _back_to_review(self) -> bool:
        """Show the review as it was left, with what is being written in it. False where there is none."""
        window, session = self._window, self._window.controller.session
        if session is None:
            return False
        window.stack.setCurrentWidget(window.splitter)
        window.setWindowTitle(spelled(f"{one_line(session.repository.name)} – Workbench"))
        window.notice.hide()
        window.controller.changed.emit()
        window.view.setFocus()
        return True

    def is_on_page(self) -> bool:
        """Whether a page lies over the review, or is there instead of one."""
        return self._page is not None and self._window.stack.currentWidget() is self._page

    def _on_opening_step(self, step: Step) -> None:
        self._step = step
        if not self._slow.isActive():
            self._show_step()

    def _show_step(self) -> None:
        if self._window.errands.is_opening:
            step = self._step
            self.page().show_step(step.text if step is not None else "")
            if step is not None and self.page().show_names(step.names, step.total):
                self._window.tracer.event_happened("names_told")

    def _on_refresh_step(self, step: Step | None) -> None:
        """Reading again is said only when it takes long; then Escape ends it."""
        if step is None:
            self._slow_refresh = None
            self._window.notice.hide()
        elif self._slow_refresh is None:
            self._slow_refresh = monotonic()
        elif monotonic() - self._slow_refresh > SLOW / 1000:
            self._window.say(f"{step.text}…", "Esc stops reading.", False)

    def show_nothing(self, nothing: Nothing) -> None:
        """There is nothing to review here; what there is instead."""
        from workbench.ui.start_page import Row, counted  # noqa: PLC0415 - with its page

        self._nothing = nothing
        rows = [
            Row(choice.range_text, choice.label, choice.range_text, counted(choice.count))
            for choice in nothing.choices
        ]
        self.page().show_nothing(nothing.sentence, rows, self._keys)
        self._show_page()

    def show_failure(self, error: UserError) -> None:
        """It could not be opened."""
        if self._back_to_review():
            self._window.say(error.message, error.hint, True)
            return
        self.page().show_error(error.message, error.hint, self._keys)
        self._show_page()

    def choose_folder(self) -> None:
        """Ask for a folder and open it."""
        from PySide6.QtWidgets import QFileDialog  # noqa: PLC0415 - 2 ms, and the first frame has none

        folder = QFileDialog.getExistingDirectory(self._window, "Open a repository")
        if folder:
            self.open_folder(folder)

    def open_demo(self) -> None:
        """Make the demo and open it."""
        if not self._window.lets_go(AGAIN):
            return
        self.show_opening("the demo")
        self._window.errands.open_demo()

    def refresh_review(self) -> None:
        """Read the work tree again; on the page that says that there is nothing, look again."""
        if (
            self._page is not None
            and self._window.stack.currentWidget() is self._page
            and self._nothing is not None
        ):
            self._window.errands.open(self._nothing.work_tree)
        elif self.has_stopped_reading():
            if self._window.lets_go(AGAIN):
                self.show_opening("the review")
                self._window.errands.open_saved(self._window.controller.open_session().review.id)
        else:
            self._window.arriving.refresh()

    def has_stopped_reading(self) -> bool:
        """True where a part of the review is all that could be read of it."""
        return self._window.errands.has_stopped

    def _show_page(self) -> None:
        self._window.stack.setCurrentWidget(self.page())
        self._window.top.show_nothing()
        self._window.status.show_nothing()
        self._window.notice.hide()
        self.page().take_focus()

    def _on_recent(self, recent: tuple[Recent, ...]) -> None:
        from workbench.ui.start_page import Row, ago  # noqa: PLC0415 - with its page

        now = time()
        rows = [
            Row(
                each.id,
                f"{Path(each.repository).name} · {each.title}",
                each.repository,
                f"{'closed · ' if each.closed else ''}{ago(each.at, now)}",
            )
            for each in recent
        ]
        self.page().show_recent(rows, self._keys)
        if self.page().isVisible() and not self._window.sheets.is_open:
            self.page().take_focus()

    def _open_saved(self, review: str) -> None:
        session = self._window.controller.session
        if session is not None and session.review.id == review:
            self._back_to_review()
            return
        if not self._window.lets_go(AGAIN):
            return
        self.show_opening("the review")
        self._window.errands.open_saved(review)

    def _open_range(self, text: str) -> None:
        if self._nothing is not None and self._window.lets_go(AGAIN):
            self._window.errands.open(self._nothing.work_tree, Asked(range_text=text))

    def open_folder(self, folder: str) -> None:
        """Open the repository of a folder."""
        if not self._window.lets_go(AGAIN):
            return
        self.show_opening(Path(folder).name)
        self._window.errands.open(Path(folder))
