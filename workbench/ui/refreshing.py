"""Shows the review in the panels around the diff, a moment after it changed: the diff is painted first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QObject, Signal

from workbench.review.entries import Entry, violations_of
from workbench.review.progress import Progress
from workbench.ui.controller import Controller
from workbench.ui.errands import Errands
from workbench.ui.file_panel import FilePanel
from workbench.ui.ledger_list import LedgerRow, ledger_rows
from workbench.ui.preferences import Preferences
from workbench.ui.rounds_bars import RoundBar, cost_words, lost_bars
from workbench.ui.sending_errands import SendingErrands
from workbench.ui.side_panel import SidePanel
from workbench.ui.single_shot import single_shot
from workbench.ui.status_line import StatusLine
from workbench.ui.top_bar import TopBar

SOON = 25
LATER = 150
COUNTED = 0.006
"""Seconds of a turn in which is counted what one act judged: of twenty thousand files, more would be felt."""

NEWS = 1500
"""Files whose rows are made again at once, where one act judged many."""


class Panels(QObject):
    """The one place that shows a changed review outside the diff."""

    shown = Signal()

    def __init__(
        self,
        controller: Controller,
        errands: Errands,
        sending: SendingErrands,
        preferences: Preferences,
        files: FilePanel,
        side: SidePanel,
        status: StatusLine,
        top: TopBar,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._controller, self._errands, self._preferences = controller, errands, preferences
        self._files, self._side, self._status, self._top = files, side, status, top
        self.is_covered: Callable[[], bool] = bool
        """Whether a page lies over the review: nothing of the review is shown around it then."""
        self._earlier: dict[int, Progress] = {}
        self._listed: tuple[tuple[Entry, ...], Mapping[str, str], tuple[LedgerRow, ...]] = ((), {}, ())
        """What the ledger lists, and what that was made of: ten thousand entries are not gone through anew
        with every key."""
        self._numbers = ""
        self._soon = single_shot(self, SOON, self._show_painted)
        self._later = single_shot(self, LATER, self._estimate)
        self._counting = single_shot(self, 0, self._count)
        errands.estimated.connect(side.show_next)
        errands.rounds_counted.connect(self._on_rounds)
        sending.round_began.connect(self._on_round_began)
        sending.round_said.connect(self._on_round_said)
        sending.round_ended.connect(side.hide_running)
        controller.opened.connect(self._forget)

    def show_soon(self) -> None:
        """The review changed. What a page covers is shown when one comes back to it."""
        if self.is_covered():
            return
        self._count()
        self._soon.start()
        self._later.start()

    def show_now(self) -> None:
        """Show everything at once, for screenshots and tests."""
        self._soon.stop()
        self._counting.stop()
        self._show_truth()
        self._show()
        while self._controller.has_file_news:
            self._show()
        self._soon.stop()
        if self._later.isActive():
            self._later.stop()
            self._errands.estimate()

    def _show_painted(self) -> None:
        """Not before the diff was painted: it is looked for first. And not before all is counted."""
        if self._errands.waits_for_paint or self._counting.isActive():
            self._soon.start()
        elif not self.is_covered():
            self._show()

    def _estimate(self) -> None:
        if self._counting.isActive():
            self._later.start()
        else:
            self._errands.estimate()

    def _count(self) -> None:
        """The line of truth, once it is known; until then it says what was true before."""
        if self._controller.session is None:
            return
        if self._controller.count(COUNTED):
            self._show_truth()
        else:
            self._counting.start()

    def _show_truth(self) -> None:
        session = self._controller.open_session()
        self._status.show_review(
            session.review,
            self._controller.progress(),
            self._controller.note_counts(),
            self._preferences.settings.budget_review,
        )
        self._status.show_reading(len(session.files_so_far), session.expected)

    def _show(self) -> None:
        session = self._controller.session
        if session is None:
            return
        review = session.review
        current = review.round
        self._controller.progress()
        not_shown = current.not_shown if current is not None else ()
        self._files.show_files(
            session.files_so_far,
            self._controller.file_progress(),
            self._controller.file_news(None if self._files.is_by_shape else NEWS),
            self._controller.violations(),
            not_shown,
            self._controller.remarks,
            session.viewed(),
        )
        self._errands.look_at_files()
        entries = session.ledger()
        answered = self._controller.document().answered
        if entries is not self._listed[0] or answered is not self._listed[1]:
            self._listed = entries, answered, ledger_rows(entries, answered)
        self._side.show_ledger(self._listed[2], current.number if current is not None else 1)
        self._show_bars()
        self._top.set_view(self._controller.views.now.value)
        self._top.show_review(session.repository.name, review.task, split=self._preferences.settings.split)
        done = self._controller.progress()
        is_ready = 0 < done.total == done.accepted
        self._top.set_next("" if review.closed else "land" if is_ready else "send")
        self._status.show_drafts(len(session.drafts()))
        if self._controller.has_file_news:
            self._soon.start()
        self.shown.emit()

    def _show_bars(self) -> None:
        session = self._controller.open_session()
        review = session.review
        altered = violations_of(session.ledger())
        bars = []
        for index, round_ in enumerate(review.rounds):
            is_current = index == review.index
            if not is_current and review.rounds[index + 1].number == round_.number:
                continue
            progress = self._controller.progress() if is_current else self._earlier.get(index, Progress())
            # An edit in place is a snapshot of its own, which cost nothing; the round was made by another.
            words = cost_words(next(each for each in review.rounds if each.number == round_.number))
            bars.append(
                RoundBar(str(round_.number), progress, words, altered if is_current else 0, is_current)
            )
        if review.failures:
            from workbench.review.round_counts import lost_rounds  # noqa: PLC0415 - most starts have none

            bars += lost_bars(lost_rounds(review))
        self._side.show_bars(tuple(bars))

    def _forget(self) -> None:
        self._earlier = {}
        self._side.show_next(())

    def _on_rounds(self, counts: dict[int, Progress]) -> None:
        self._earlier = counts
        self._show_bars()

    def _on_round_began(self, recipient: str) -> None:
        self._numbers = ""
        self._side.running().begin(f"Asking {recipient}")
        if not self._side.isVisible():
            self._side.show()

    def _on_round_said(self, event: Any) -> None:
        from workbench.workflow.send import voids, words  # noqa: PLC0415 - the first frame needs nothing of it

        card = self._side.running()
        kind = type(event).__name__
        if kind == "TextArrived":
            card.add_text(event.text)
        elif kind == "Progressed":
            card.numbers.setText(f"{event.tokens:,} tokens · {event.seconds:.0f} s")
        else:
            said = words(event)
            if said:
                card.say(said)
            if voids(event):
                card.mark_void(said)
