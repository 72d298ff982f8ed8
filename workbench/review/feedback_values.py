"""The parts of a feedback as values. What goes into them, `feedback.py` decides."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from workbench.review.changes import Side, Status
from workbench.review.notes import Intent, Note

Ranges = tuple[tuple[int, int], ...]
"""(start, count) of lines."""


class Frozen(Struct, frozen=True):
    """What of a file is accepted: lines of the round, how many base lines stay removed, facts in words."""

    path: str
    status: Status
    lines: Ranges
    removed: int
    facts: tuple[str, ...]
    whole: bool = False
    """Everything that differs in this file is accepted."""
    deleted: bool = False


class RejectedPlace(Struct, frozen=True):
    """One of the places of a change that was rejected many times: numbers as of `Rejected`."""

    path: str
    change: str
    old: Ranges = ()
    new: Ranges = ()
    after: int = 0


class Rejected(Struct, frozen=True):
    """A change, or the part of one, that is rejected, with the exact code and the reason.

    `old` are lines of the base, `new` lines of the round, `after` is the line (in the feedback's
    numbers) that it stands behind. A fact says itself in `words`.
    """

    path: str
    change: str
    old: Ranges = ()
    new: Ranges = ()
    removed: tuple[bytes, ...] = ()
    added: tuple[bytes, ...] = ()
    after: int = 0
    words: str = ""
    partly: bool = False
    note: str | None = None
    reason: str = ""
    suggestion: str | None = None
    places: tuple[RejectedPlace, ...] = ()
    """Where the same change was rejected in all, this one first, where that was at more than one place."""

    def because(self, note: Note) -> Rejected:
        """The same with the note that says why."""
        return replace(self, note=note.id, reason=note.text, suggestion=note.suggestion)


class Turn(Struct, frozen=True):
    """One entry of a note's thread: who said what, in which rounds.

    `model` is "" for the reviewer. `said` is what kind of answer a model gave, "not answered" where it was
    sent the note and gave none. The same answer of several rounds is one entry.
    """

    model: str
    rounds: tuple[int, ...]
    text: str = ""
    said: str = ""
    again: bool = False
    cut: bool = False


class Spot(Struct, frozen=True):
    """One of the many places of a note: lines in the feedback's numbers, none where only a file is meant."""

    path: str | None
    side: Side = Side.NEW
    lines: Ranges = ()
    code: tuple[bytes, ...] = ()
    change: str | None = None
    outdated: bool = False
    taken_out: bool = False


class Remark(Struct, frozen=True):
    """A note as it is sent.

    No path: on the review; no code and no change: on the file. `outdated`: its place is not certain
    any more, `code` is what it was written on. `taken_out`: its lines are among the rejected ones.
    """

    id: str
    intent: Intent
    text: str
    path: str | None = None
    side: Side = Side.NEW
    lines: Ranges = ()
    code: tuple[bytes, ...] = ()
    change: str | None = None
    suggestion: str | None = None
    thread: tuple[Turn, ...] = ()
    outdated: bool = False
    taken_out: bool = False
    spots: tuple[Spot, ...] = ()
    """Every place of a note that was written on many at once, the first one too; else empty."""


class Feedback(Struct, frozen=True):
    """All that the next round is told. `taken_out`: the rejected lines are out of the files already."""

    task: str
    round: int
    taken_out: bool = False
    frozen: tuple[Frozen, ...] = ()
    keep: tuple[Remark, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    notes: tuple[Remark, ...] = ()
    questions: tuple[Remark, ...] = ()

    @property
    def note_ids(self) -> tuple[str, ...]:
        """The ids that want an answer, in the order in which they are listed."""
        return tuple(each.id for each in (*self.notes, *self.questions))

    def __bool__(self) -> bool:
        """Whether it says anything beyond the task."""
        return bool(self.frozen or self.keep or self.rejected or self.notes or self.questions)
