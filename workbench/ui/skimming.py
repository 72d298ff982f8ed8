"""Notes how closely changes are looked at: which rows were on the screen, and for how long somebody looked.

Time counts only while the window is in front and somebody stirs, and only so long on one visit. It is kept on
this machine, beside the reviews, and is in nothing that is sent. From it come two things: a second press
where the end of a change was never on the screen, and a list before landing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from workbench.review.changes import Change, FileChange
from workbench.review.skimming import (
    NOTHING,
    Look,
    Passed,
    lines_seen,
    seen_to_its_end,
    size,
    unseen,
    unseen_lines,
)
from workbench.review.verdicts import Selection, Verdict, verdict_of
from workbench.ui.controller import Controller
from workbench.ui.diff.document import Stop
from workbench.ui.diff.view import DiffView
from workbench.ui.single_shot import single_shot
from workbench.ui.tasks import Report, Tasks
from workbench.workflow.looks import keep, looks_of, passed_quickly
from workbench.workflow.session import Session

TICK = 250
"""Milliseconds between two looks at what is on the screen."""

IDLE = 20.0
"""Seconds without key, mouse or scrolling after which nobody is taken to read."""

VISIT = 120.0
"""Seconds that one stay on the screen adds to a change at most."""

KEEP = 5000
"""Milliseconds after which what is new is written."""

_SAME = frozenset(("accept", "accept_file", "repeat", "menu", "palette"))
"""What may come between two presses: what is itself one, and what only leads to one."""


class Skimming(QObject):
    """Watches one view."""

    def __init__(
        self,
        controller: Controller,
        tasks: Tasks,
        view: DiffView,
        is_covered: Callable[[], bool],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._controller, self._tasks, self._view, self._window = controller, tasks, view, window
        self._is_covered = is_covered
        self._session: Session | None = None
        self._looks: dict[str, Look] = {}
        self._news: set[str] = set()
        self._waiting: set[str] = set()
        """Of what it is being written, or waits for it."""
        self._visits: dict[str, float] = {}
        self.clock: Callable[[], float] = monotonic
        """Tells the seconds."""
        self._last = self._stirred = self.clock()
        self._warned: object = None
        self._tick = QTimer(self)
        self._tick.setInterval(TICK)
        self._tick.timeout.connect(self.look)
        self._soon = single_shot(self, 0, self._mark)
        self._keep = single_shot(self, KEEP, self.keep)
        controller.opened.connect(self._on_opened)
        view.painted.connect(self._on_painted)
        view.stop_changed.connect(self._on_stop)
        view.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        view.stirred.connect(self.stir)

    def look_of(self, change: str) -> Look:
        """What is known of a change."""
        return self._looks.get(change, NOTHING)

    def stir(self) -> None:
        """Somebody is there."""
        self._stirred = self.clock()

    # what is seen

    def look(self) -> None:
        """Count the time since the last look for what is on the screen."""
        now = self.clock()
        passed, self._last = min(now - self._last, 2 * TICK / 1000), now
        seen = self._mark()
        idle = now - self._stirred > IDLE
        if not seen or idle or not self._window.isActiveWindow() or self._is_covered():
            if idle:
                self._visits.clear()
            return
        rows = sum(seen.values())
        self._visits = {name: spent for name, spent in self._visits.items() if name in seen}
        for name, count in seen.items():
            share = min(passed * count / rows, VISIT - self._visits.get(name, 0.0))
            if share > 0:
                self._visits[name] = self._visits.get(name, 0.0) + share
                self._add(name, Look(0, share))

    def _mark(self) -> dict[str, int]:
        """Note the rows on the screen. Of the changes there that are not judged yet, how many rows each."""
        session = self._controller.session
        if session is None or session is not self._session or not self._is_in_sight():
            return {}
        verdicts, seen = session.review.current, {}
        for name, (change, old, new) in self._view.lines_on_screen().items():
            if name not in session.changes_by_id:
                continue
            bits = lines_seen(change, old, new)
            if bits & ~self.look_of(name).lines:
                self._add(name, Look(bits))
            if verdict_of(change, verdicts) in (Verdict.OPEN, Verdict.MIXED):
                seen[name] = max(1, bits.bit_count())
        return seen

    def _is_in_sight(self) -> bool:
        """Whether the rows can be seen at all: what comes while the window is minimised, or under a sheet,
        is not.
        """
        handle = self._window.windowHandle()
        there = handle is not None and handle.isExposed() and not self._window.isMinimized()
        return there and self._view.isVisible() and not self._is_covered()

    def _add(self, name: str, look: Look) -> None:
        self._looks[name] = self.look_of(name).joined(look)
        self._news.add(name)
        if not self._keep.isActive():
            self._keep.start()

    # what comes of it

    def may_accept(self, stop: Stop, selections: Sequence[Selection]) -> bool:
        """Whether what is selected, or the change under the cursor, may be accepted with this press."""
        session = self._controller.open_session()
        change = session.changes_by_id.get(stop.change or "")
        self.look()
        if selections:
            count = sum(
                unseen_lines(session.by_path[each.path].changes, each, self._looks)
                for each in selections
                if each.path in session.by_path
            )
            return self._is_sure(tuple(selections), f"{_lines(count)} of the selection", "a", count)
        if change is None or seen_to_its_end(change, self.look_of(change.id)):
            return True
        count = unseen(change, self.look_of(change.id))
        return self._is_sure(change.id, f"{_lines(count)} of this change", "a", count)

    def may_accept_file(self, file: FileChange | None) -> bool:
        """Whether a whole file may be accepted with this press."""
        session = self._controller.open_session()
        if file is None:
            return True
        self.look()
        verdicts = session.review.current
        left = [each for each in file.changes if verdict_of(each, verdicts) is not Verdict.ACCEPTED]
        unread = [each for each in left if not seen_to_its_end(each, self.look_of(each.id))]
        count = self._unseen(unread)
        whole = sum(map(size, left))
        return self._is_sure(file.path, f"{count:,} of {_lines(whole)} of this file", "A", count)

    def words_of_unseen(self, changes: Sequence[Change]) -> str:
        """What of changes that are accepted together was never on the screen, in words; "" for nothing."""
        verdicts, nothing = self._controller.open_session().review.current, NOTHING
        # What was not judged and never seen is passed over quickly: there may be twenty thousand of them.
        unread = [
            each
            for each in changes
            if not ((look := self._looks.get(each.id, nothing)).lines and seen_to_its_end(each, look))
            and (each.path not in verdicts or verdict_of(each, verdicts) is not Verdict.ACCEPTED)
        ]
        count = self._unseen(unread)
        if not count:
            return ""
        were = "was" if count == 1 else "were"
        many = "1 change" if len(unread) == 1 else f"{len(unread):,} changes"
        return f"{_lines(count)} of {many} {were} never on the screen."

    def _unseen(self, changes: Sequence[Change]) -> int:
        return sum(unseen(each, self.look_of(each.id)) for each in changes)

    def _is_sure(self, what: object, words: str, key: str, count: int) -> bool:
        if not count or self._warned == what:
            self._warned = None
            return True
        self._warned = what
        were = "was" if count == 1 else "were"
        self._controller.said.emit(
            f"{words} {were} never on the screen.", f"{key} again accepts all the same.", False
        )
        return False

    def on_ran(self, command: str) -> None:
        """Another command came between: the next press is a first one again."""
        if command not in _SAME:
            self._warned = None

    def passed(self, pace: float) -> tuple[Passed, ...]:
        """The accepted changes that were passed quickly, sensitive ones first."""
        session = self._controller.session
        if session is None or session is not self._session:
            return ()
        return passed_quickly(session, self._looks, pace)

    # keeping

    def keep(self) -> None:
        """Write what is new, off the window's thread, when nobody presses keys."""
        session, news = self._session, self._take_news()
        if session is None or not news:
            return
        self._waiting = set(news)
        whole = dict(self._looks)

        def work(_: Report) -> None:
            keep(session, news, whole)

        self._tasks.start("looks", work, self._on_kept, self._controller.fail, behind=True)

    def stop(self) -> None:
        """The window closes: keep it now."""
        for timer in (self._tick, self._soon, self._keep):
            timer.stop()
        session, news = self._session, self._take_news()
        if session is not None and news:
            keep(session, news, self._looks)
        self._session = None

    def _take_news(self) -> dict[str, Look]:
        self._keep.stop()
        # What still waits to be written is dropped for this.
        news, self._news, self._waiting = self._news | self._waiting, set(), set()
        return {name: self._looks[name] for name in news}

    def _on_kept(self, _: object) -> None:
        self._waiting = set()

    def _on_opened(self) -> None:
        session = self._controller.session
        if self._session is not None and self._session is not session:
            news = self._take_news()
            if news:
                keep(self._session, news, self._looks)
        if session is None or session is self._session:
            return
        self._session, self._looks, self._visits, self._warned = session, {}, {}, None
        self._tasks.start(
            "read looks", lambda _: (session, looks_of(session)), self._on_read, self._controller.fail
        )
        self._last = self.clock()
        self._tick.start()

    def _on_read(self, found: tuple[Session, dict[str, Look]]) -> None:
        session, looks = found
        if session is self._session:
            # What was seen while it was read is seen, too.
            for name, look in looks.items():
                self._looks[name] = look.joined(self.look_of(name))

    def _on_painted(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def _on_stop(self, _: object) -> None:
        self.stir()

    def _on_scrolled(self, _: int) -> None:
        self.stir()


def _lines(count: int) -> str:
    return "1 line" if count == 1 else f"{count:,} lines"
