"""What is known of the rounds and of the calls they were made by, opened from the review and kept up to date.

Shows and reads; nothing here changes a review.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from workbench.ui.controller import Controller
from workbench.ui.keymap import Keymap
from workbench.ui.sheet import Sheet
from workbench.ui.sheets import Sheets
from workbench.ui.tasks import Report, Tasks
from workbench.ui.theme import Theme

if TYPE_CHECKING:
    from workbench.review.changes import FileChange
    from workbench.review.round_counts import RoundCounts
    from workbench.ui.calls_panel import CallsPanel
    from workbench.ui.compare_sheet import CompareSheet
    from workbench.ui.prompt_view import PromptSheet
    from workbench.ui.round_picture import RoundPicture
    from workbench.workflow.comparing import Comparison
    from workbench.workflow.kept_calls import KeptCall
    from workbench.workflow.session import Session
    from workbench.workflow.under_way import Pending

# Each sheet is imported when it is first opened: the first frame needs none.
# ruff: noqa: PLC0415

PICTURE, PROMPTS, COMPARING = "round picture", "prompts", "comparing"


class RoundsDesk(QObject):
    """Opens the cost panel, the picture of the rounds, the prompts, and two rounds side by side."""

    def __init__(
        self,
        controller: Controller,
        tasks: Tasks,
        sheets: Sheets,
        keymap: Keymap,
        theme: Callable[[], Theme],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._controller, self._tasks = controller, tasks
        self._sheets, self._keymap, self._theme = sheets, keymap, theme
        self._shown: tuple[Sheet, Callable[[], object]] | None = None
        """The sheet that was opened here last, and what brings it up to date."""
        controller.changed.connect(self._on_changed)

    def _show(self, sheet: Sheet, again: Callable[[], object]) -> None:
        self._shown = sheet, again
        self._sheets.show_over(sheet)

    # -- what the models cost -----------------------------------------------------------------

    def open_costs(self) -> None:
        """Every call of the review, and what is left under each cap."""
        from workbench.ui.calls_panel import CallsPanel

        self._controller.open_session()
        panel = CallsPanel(self._theme(), self._sheets.window)
        panel.looked_again.connect(self._look_at_calls)
        self._sheets.close()
        self._show(panel, lambda: self._show_calls(panel))
        self._show_calls(panel)

    def costs(self) -> CallsPanel | None:
        """The cost panel, if that is what is open."""
        from workbench.ui.calls_panel import CallsPanel

        found = self._sheets.current()
        return found if isinstance(found, CallsPanel) else None

    def _show_calls(self, panel: CallsPanel) -> None:
        from workbench.workflow.calls import caps_of

        session = self._controller.open_session()
        current = session.review.round
        panel.show_calls(session.review.calls, caps_of(session, current.number if current else 0))
        self._look_at_calls()

    def _look_at_calls(self) -> None:
        review = self._controller.open_session().review.id

        def work(_: Report) -> tuple[Pending, ...]:
            from workbench.workflow.under_way import pending_calls

            return pending_calls(review)

        self._tasks.start("calls under way", work, self._on_pending, self._controller.fail)

    def _on_pending(self, pending: tuple[Pending, ...]) -> None:
        panel = self.costs()
        if panel is not None:
            panel.show_pending(pending)

    # -- the picture --------------------------------------------------------------------------

    def open_picture(self) -> None:
        """The rounds as a picture."""
        from workbench.review.round_counts import last_snapshots, never_came
        from workbench.ui.round_picture import RoundPicture

        review = self._controller.open_session().review
        count = len(last_snapshots(review)) + len(never_came(review))
        self._sheets.close()
        self._show(RoundPicture(self._theme(), count, self._sheets.window), self._count)
        self._count()

    def picture(self) -> RoundPicture | None:
        """The picture, if that is what is open."""
        from workbench.ui.round_picture import RoundPicture

        found = self._sheets.current()
        return found if isinstance(found, RoundPicture) else None

    def _count(self) -> None:
        session = self._controller.open_session()

        def work(_: Report) -> tuple[Session, tuple[RoundCounts, ...]]:
            from workbench.workflow.round_counts import counts_of_rounds

            return session, counts_of_rounds(session)

        self._tasks.start(PICTURE, work, self._on_counted, self._controller.fail)

    def _on_counted(self, found: tuple[Session, tuple[RoundCounts, ...]]) -> None:
        sheet = self.picture()
        if sheet is not None and found[0] is self._controller.session:
            sheet.show_rows(found[1])

    # -- the prompts --------------------------------------------------------------------------

    def open_prompts(self, exchange: str = "") -> None:
        """Every prompt as it was sent, and what arrived; at first the newest, or those of an exchange."""
        from workbench.ui.prompt_view import PromptSheet

        self._controller.open_session()
        self._sheets.close()
        self._show(PromptSheet(self._theme(), self._sheets.window, exchange), self._read_calls)
        self._read_calls()

    def prompts(self) -> PromptSheet | None:
        """The prompts, if they are what is open."""
        from workbench.ui.prompt_view import PromptSheet

        found = self._sheets.current()
        return found if isinstance(found, PromptSheet) else None

    def _read_calls(self) -> None:
        session = self._controller.open_session()

        def work(_: Report) -> tuple[Session, tuple[KeptCall, ...]]:
            from workbench.workflow.kept_calls import kept_calls

            return session, kept_calls(session)

        self._tasks.start(PROMPTS, work, self._on_calls, self._controller.fail)

    def _on_calls(self, found: tuple[Session, tuple[KeptCall, ...]]) -> None:
        sheet = self.prompts()
        is_new = sheet is not None and (found[1] != sheet.calls or not found[1])
        if sheet is not None and is_new and found[0] is self._controller.session:
            sheet.show_calls(found[1])

    # -- two rounds ---------------------------------------------------------------------------

    def compare(self) -> None:
        """Any two rounds side by side; at first the newest and the one before it."""
        from workbench.ui.compare_sheet import CompareSheet
        from workbench.workflow.comparing import numbers_of_rounds

        numbers = numbers_of_rounds(self._controller.open_session())
        if len(numbers) < 2:
            self._controller.said.emit("There is no round yet to compare.", "", False)
            return
        sheet = CompareSheet(self._theme(), self._keymap, numbers, self._sheets.window)
        sheet.wanted.connect(self._compare)
        sheet.lines_wanted.connect(self._read_lines)
        self._sheets.close()
        self._sheets.show_over(sheet)
        sheet.ask()

    def comparison(self) -> CompareSheet | None:
        """The two rounds, if they are what is open."""
        from workbench.ui.compare_sheet import CompareSheet

        found = self._sheets.current()
        return found if isinstance(found, CompareSheet) else None

    def _compare(self, old: int, new: int) -> None:
        session = self._controller.open_session()

        def work(_: Report) -> Comparison:
            from workbench.workflow.comparing import compare_rounds

            return compare_rounds(session, old, new)

        self._tasks.start(COMPARING, work, self._on_compared, self._controller.fail)

    def _on_compared(self, found: Comparison) -> None:
        sheet = self.comparison()
        if sheet is not None:
            sheet.show_comparison(found)

    def _read_lines(self, file: FileChange) -> None:
        session = self._controller.open_session()

        def work(_: Report) -> tuple[FileChange, tuple[bytes, ...]]:
            from workbench.workflow.comparing import lines_before

            return file, lines_before(session, file)

        self._tasks.start(f"{COMPARING} {file.path}", work, self._on_lines, self._controller.fail)

    def _on_lines(self, found: tuple[FileChange, tuple[bytes, ...]]) -> None:
        sheet = self.comparison()
        if sheet is not None:
            sheet.show_lines(*found)

    def _on_changed(self) -> None:
        # Asking which sheet it is would import all of them in the middle of another act.
        if self._shown is not None and self._sheets.current() is self._shown[0]:
            if self._controller.session is not None:
                self._shown[1]()
        else:
            self._shown = None
