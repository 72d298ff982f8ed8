"""While white space is ignored, a verdict on a change judges lines too that look unchanged: the first press
says how many there are, the second one judges them.
"""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QObject

from workbench.review.changes import FileChange
from workbench.review.unshown import unshown_lines
from workbench.review.verdicts import Verdict
from workbench.ui.controller import Controller
from workbench.ui.diff.view import DiffView

_DOES = {Verdict.ACCEPTED: "accepts", Verdict.REJECTED: "rejects"}
_JUDGES = frozenset(
    ("accept", "reject", "reject_reason", "accept_file", "reject_file", "repeat", "menu", "escape")
)


class Unshown(QObject):
    """Asks once for each change or file."""

    def __init__(self, controller: Controller, view: DiffView, parent: QObject) -> None:
        super().__init__(parent)
        self._controller, self._view = controller, view
        self._warned: object = None
        self.is_confirmed = False
        """Whether the last press was a second one."""

    def may_judge(self, change: str | None, verdict: Verdict, key: str) -> bool:
        """Whether a change may be judged with this press."""
        session = self._controller.open_session()
        self.is_confirmed = False
        known = session.changes_by_id.get(change or "")
        if known is None or not self._matters(verdict):
            return True
        return self._is_sure(session.by_path[known.path], (known.id,), "this change", verdict, key)

    def may_judge_file(self, path: str | None, verdict: Verdict, key: str) -> bool:
        """Whether a whole file may be judged with this press."""
        self.is_confirmed = False
        file = self._controller.open_session().by_path.get(path or "")
        if file is None or not self._matters(verdict):
            return True
        return self._is_sure(file, [each.id for each in file.changes], "this file", verdict, key)

    def on_ran(self, command: str) -> None:
        """Another command came between: the next press is a first one again."""
        if command not in _JUDGES:
            self._warned = None

    def _matters(self, verdict: Verdict) -> bool:
        return self._view.ignores_whitespace and verdict in _DOES

    def _is_sure(
        self, file: FileChange, changes: Collection[str], what: str, verdict: Verdict, key: str
    ) -> bool:
        target = (file.path, tuple(changes), verdict)
        if self._warned == target:
            self.is_confirmed = True
            return True
        self._warned = None
        count = unshown_lines(file, changes)
        if not count:
            return True
        self._warned = target
        lines = "1 line" if count == 1 else f"{count:,} lines"
        differ = "differs" if count == 1 else "differ"
        self._controller.said.emit(
            f"{lines} of {what} {differ} in white space alone and look unchanged here.",
            f"{key} again {_DOES[verdict]} them too, w shows them.",
            False,
        )
        return False
