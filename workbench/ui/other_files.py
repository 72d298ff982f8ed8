"""Files that the round leaves as they are: listed to be gone to, and shown to be read and noted on.

Which ones: those that were gone to, and those that a note stands on. Read in a worker, anew for each round.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from workbench.review.changes import FileChange, Side
from workbench.ui.controller import Controller
from workbench.ui.tasks import Tasks
from workbench.workflow.session import Session

Lines = dict[str, tuple[bytes, ...]]
Found = tuple[Session, str, tuple[str, ...], tuple[FileChange, ...], Lines]


class OtherFiles(QObject):
    """Knows which are wanted, and hands them to the controller."""

    listed = Signal(object)
    lines_read = Signal(object)
    shown = Signal(object)

    def __init__(self, controller: Controller, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._controller, self._tasks = controller, tasks
        self._gone_to: list[str] = []
        self._going = ""
        self._read: tuple[str, tuple[str, ...]] = ("", ())
        controller.opened.connect(self._forget)

    def list_all(self) -> None:
        """List every path that is tracked in the round; the answer is `listed`."""
        session = self._controller.session
        if session is not None:
            self._tasks.start(
                "tracked", lambda _: (session, session.tracked()), self._on_listed, self._controller.fail
            )

    def go_to(self, path: str) -> None:
        """Show a file, and say `shown` when it is there to be gone to."""
        session = self._controller.session
        if session is not None and session.is_loading:
            # It may be one of those that are still to come.
            self._controller.fail(session.unfinished())
            return
        if path not in self._gone_to:
            self._gone_to.append(path)
        self._going = path
        self.look()
        if self._read[1] and path in self._read[1]:
            self._arrive()

    def look(self) -> None:
        """Read what is wanted, where that is not what is shown."""
        session = self._controller.session
        current = session.review.round if session is not None else None
        if session is None or current is None or session.is_loading:
            return
        places = [place.path for _, place in session.notes_in_round() if place is not None and place.path]
        wanted = tuple(
            each for each in dict.fromkeys((*self._gone_to, *places)) if each not in session.by_path
        )
        tree = current.tree
        if (tree, wanted) == self._read or not (wanted or self._controller.others):
            return

        def work(_: object) -> Found:
            files = session.unchanged(wanted)
            # With their lines: who goes to a file moves on in it with the next key.
            texts = [file.path for file in files if not file.binary]
            return session, tree, wanted, files, {path: session.lines_at(path, Side.OLD) for path in texts}

        self._tasks.start("other files", work, self._on_read, self._controller.fail)

    def _on_listed(self, found: tuple[Session, tuple[str, ...]]) -> None:
        if found[0] is self._controller.session:
            self.listed.emit(found[1])

    def _on_read(self, found: Found) -> None:
        session, tree, wanted, files, lines = found
        current = session.review.round
        if session is self._controller.session and current is not None and current.tree == tree:
            self._read = (tree, wanted)
            self._controller.set_others(files)
            self.lines_read.emit(lines)
            self._arrive()

    def _arrive(self) -> None:
        path, self._going = self._going, ""
        if not path:
            return
        if any(file.path == path for file in self._controller.others):
            self.shown.emit(path)
        else:
            self._gone_to.remove(path)
            self._controller.said.emit(f"{path} is not in this round.", "", False)

    def _forget(self) -> None:
        self._gone_to, self._going, self._read = [], "", ("", ())
