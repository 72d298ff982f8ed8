"""The views of a round: all changes, those that differ from where the round started, those still left.

What a view shows is settled when it is entered, so that a verdict takes nothing away under the cursor.
Judging is the same in every view: of the lines of base → round. No Qt.
"""

from __future__ import annotations

from enum import StrEnum

from workbench.review.changes import FileChange
from workbench.review.progress import Standing, has_open_lines, standing
from workbench.workflow.session import Session


class View(StrEnum):
    """What is shown, in the words that the window says it in."""

    ALL = "All changes"
    SINCE = "Since last round"
    LEFT = "What is left"


class RoundViews:
    """The view that is shown now, and what it leaves out."""

    def __init__(self) -> None:
        self.now = View.ALL
        self._number = 0
        self._out: frozenset[str] = frozenset()
        self._paths: frozenset[str] = frozenset()
        self._of: tuple[FileChange, ...] = ()
        self._shown: tuple[FileChange, ...] = ()

    def cycle(self, session: Session) -> View:
        """Go to the next view that shows something; there is always the one of all changes."""
        order = list(View)
        start = order.index(self.now)
        for step in range(1, len(order) + 1):
            if self.enter(session, order[(start + step) % len(order)]):
                break
        return self.now

    def enter(self, session: Session, view: View) -> bool:
        """Show this view; False where it would show nothing."""
        shown = _shown(view, session)
        if not shown and view is not View.ALL:
            return False
        self.now = view
        self._out = frozenset(session.changes_by_id) - shown
        # An edit of the expert's own makes other changes of the same lines: those are shown.
        self._paths = frozenset(
            file.path for file in session.files if all(each.id in self._out for each in file.changes)
        )
        self._number = session.review.round.number if session.review.round else 0
        self._of = ()
        return True

    def count(self, session: Session, view: View) -> int:
        """How many changes a view would show."""
        return len(_shown(view, session))

    def show_all(self) -> None:
        """Back to all changes."""
        self.now = View.ALL
        self._of = ()

    def files(self, session: Session) -> tuple[FileChange, ...]:
        """The files of the view. The same tuple as before while nothing changed. A new round shows all."""
        current = session.review.round
        if self.now is not View.ALL and (current is None or current.number != self._number):
            self.show_all()
        if self.now is View.ALL:
            return session.files_so_far
        if self._of is not session.files:
            self._of = session.files
            self._shown = tuple(
                file
                for file in session.files
                if file.path not in self._paths or any(each.id not in self._out for each in file.changes)
            )
        return self._shown

    def hidden(self, session: Session) -> frozenset[str]:
        """The changes that are left out, of files that are shown too."""
        self.files(session)
        return self._out if self.now is not View.ALL else frozenset()

    def counts(self, session: Session) -> tuple[int, int]:
        """How many changes are shown, and of how many."""
        out = self.hidden(session)
        total = len(session.changes_by_id)
        return total - sum(each in out for each in session.changes_by_id), total

    def hides(self, session: Session, path: str | None, change: str | None = None) -> bool:
        """True for a file of the round that the view leaves out, or a change."""
        if self.now is View.ALL:
            return False
        if change is not None and change in session.changes_by_id:
            return change in self._out
        return path in session.by_path and session.by_path[path or ""] not in self.files(session)


def _shown(view: View, session: Session) -> frozenset[str]:
    """The ids of the changes that a view shows."""
    if view is View.SINCE:
        facts = session.ledger_facts
        if facts is None:
            return frozenset()
        # Start → round: an id is a digest of place and bytes in the base's numbers, so what stood there
        # already has the same one.
        stood = {change.id for file in facts.start for change in file.changes}
        return frozenset(each for each in session.changes_by_id if each not in stood)
    if view is View.LEFT:
        verdicts, asked = session.review.current, session.asked
        left = (Standing.UNREAD, Standing.ASKED)
        return frozenset(
            change.id
            for change in session.changes_by_id.values()
            if (stands := standing(change, verdicts, asked)) in left
            or (stands is Standing.MIXED and has_open_lines(change, verdicts))
        )
    return frozenset(session.changes_by_id)
