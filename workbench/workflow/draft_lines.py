"""The lines that a draft was written on, and where they stand now. Its name holds the round of their numbers.

What is not certain is None: a draft is never saved on lines that it was not written on.
"""

from __future__ import annotations

from msgspec import Struct

from workbench.errors import UserError
from workbench.review.changes import FileChange, Side
from workbench.review.following import span_now
from workbench.workflow.session import Session


class DraftLines(Struct, frozen=True):
    """Some lines of a file, by the numbers that they have in a round's tree. With no tree none is certain."""

    tree: str
    side: Side
    start: int
    count: int
    path: str

    @property
    def name(self) -> str:
        """The part of a draft's name that says this."""
        return f"{self.tree} {self.side.value} {self.start} {self.count} {self.path}"


def named_lines(name: str) -> DraftLines | None:
    """What `DraftLines.name` says; None where it is no such name."""
    words = name.split(" ", 4)
    try:
        tree, side, start, count, path = words
        return DraftLines(tree, Side(side), int(start), int(count), path)
    except ValueError:
        pass
    try:
        # Before the round was part of the name.
        side, start, count, path = name.split(" ", 3)
        return DraftLines("", Side(side), int(start), int(count), path)
    except ValueError:
        return None


def tree_now(session: Session) -> str:
    """The tree of the round that is shown."""
    current = session.review.round
    return current.tree if current is not None else ""


def start_now(session: Session, lines: DraftLines) -> int | None:
    """Where the lines begin now; None where they are not together any more, or are not certain. Blocking
    where the round that they were written on is not at hand, for as long as git compares one file.
    """
    if not lines.tree:
        return None
    if lines.tree == tree_now(session):
        return lines.start
    after = session.by_path.get(lines.path)
    try:
        before = _file_in(session, lines, after)
    except UserError:
        return None
    if before is None or after is None:
        return None
    # Nothing is replaced: it is put beside a line that has to be there still.
    start, count = (lines.start, lines.count) if lines.count else (max(1, lines.start), 1)
    return span_now(before, after, lines.side, start, count)


def _file_in(session: Session, lines: DraftLines, after: FileChange | None) -> FileChange | None:
    """The file as it was compared with the base in the round of the lines."""
    files = session.known_files(lines.tree)
    if files is None:
        paths = {lines.path} | {each for each in (after and after.base_path,) if each}
        files = session.repository.file_changes(session.review.base, lines.tree, sorted(paths))
    return next((each for each in files if each.path == lines.path), None)
