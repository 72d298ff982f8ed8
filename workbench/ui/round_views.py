"""The views of a round: all files, those that differ from the last round, those with something left.

Which files a view shows is settled when it is entered, so that a verdict takes nothing away under the cursor.
Judging is the same in every view: of the lines of base → round. No Qt.
"""

from __future__ import annotations

from enum import StrEnum

from workbench.review.changes import FileChange
from workbench.review.progress import file_progress
from workbench.workflow.session import Session


class View(StrEnum):
    """What is shown, in the words that the window says it in."""

    ALL = "All changes"
    SINCE = "Since last round"
    LEFT = "What is left"


class RoundViews:
    """The view that is shown now, and its files."""

    def __init__(self) -> None:
        self.now = View.ALL
        self._number = 0
        self._paths: frozenset[str] = frozenset()
        self._of: tuple[FileChange, ...] = ()
        self._shown: tuple[FileChange, ...] = ()

    def cycle(self, session: Session) -> View:
        """Go to the next view that shows something; there is always the one of all changes."""
        order = list(View)
        start = order.index(self.now)
        for step in range(1, len(order) + 1):
            view = order[(start + step) % len(order)]
            paths = _paths(view, session)
            if paths or view is View.ALL:
                self.now, self._paths = view, paths
                self._number = session.review.round.number if session.review.round else 0
                self._of = ()
                break
        return self.now

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
            return session.files
        if self._of is not session.files:
            self._of = session.files
            self._shown = tuple(file for file in session.files if file.path in self._paths)
        return self._shown

    def hides(self, session: Session, path: str | None) -> bool:
        """True for a file of the round that the view leaves out."""
        return self.now is not View.ALL and path in session.by_path and path not in self._paths


def _paths(view: View, session: Session) -> frozenset[str]:
    if view is View.SINCE:
        facts = session.ledger_facts
        return frozenset(file.path for file in facts.between) if facts is not None else frozenset()
    if view is View.LEFT:
        verdicts, asked = session.review.current, session.asked
        counted = ((file.path, file_progress(file, verdicts, asked)) for file in session.files)
        return frozenset(path for path, each in counted if each.unread + each.asked + each.mixed)
    return frozenset()
