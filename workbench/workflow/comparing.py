"""Any two rounds compared with each other, for reading alone. Blocking; writes nothing."""

from __future__ import annotations

from msgspec import Struct

from workbench.errors import UserError
from workbench.review.changes import FileChange
from workbench.review.lines import split_lines
from workbench.review.round_counts import last_snapshots
from workbench.review.splitting import SUBMODULE
from workbench.workflow.session import Session

BASE = 0
"""The number by which the base is named among the rounds."""


class Comparison(Struct, frozen=True):
    """What differs from one round to another. Its changes are of no round, and carry no verdicts."""

    old: int
    new: int
    old_tree: str
    new_tree: str
    files: tuple[FileChange, ...]

    @property
    def words(self) -> str:
        return f"{round_name(self.old)} → {round_name(self.new)}"


def round_name(number: int) -> str:
    """A round as it is named: "round 2", or "the base"."""
    return f"round {number}" if number else "the base"


def numbers_of_rounds(session: Session) -> tuple[int, ...]:
    """Everything that can be compared: the base, and every round as its last snapshot has it."""
    review = session.review
    return (BASE, *(review.rounds[index].number for index in last_snapshots(review)))


def tree_of_round(session: Session, number: int) -> str:
    """The tree of a round, or of the base. UserError where there is no such round."""
    if number == BASE:
        return session.review.base
    found = [each.tree for each in session.review.rounds if each.number == number]
    if not found:
        newest = session.review.rounds[-1].number if session.review.rounds else 0
        raise UserError(f"There is no round {number}.", hint=f"The newest is round {newest}; 0 is the base.")
    return found[-1]


def compare_rounds(session: Session, old: int, new: int) -> Comparison:
    """What differs from the one round to the other."""
    before, after = tree_of_round(session, old), tree_of_round(session, new)
    if before == session.review.base:
        files = session.files_of(after) if after != before else ()
    else:
        files = session.repository.file_changes(before, after)
    return Comparison(old, new, before, after, files)


def lines_before(session: Session, file: FileChange) -> tuple[bytes, ...]:
    """The lines of a compared file in the older round."""
    if file.old_id is None or file.old_mode == SUBMODULE:
        return ()
    return split_lines(session.repository.blob(file.old_id))
