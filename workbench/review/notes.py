"""Notes: what the expert says, where it stands, and the thread under it. Only the expert settles a note."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from workbench.review.changes import Side


class Intent(StrEnum):
    """What a note wants, after the habit of Conventional Comments."""

    MUST = "must"
    SHOULD = "should"
    QUESTION = "question"
    KEEP = "keep"


ASKING = frozenset({Intent.MUST, Intent.SHOULD, Intent.QUESTION})
"""The intents that make an open change `asked` while their note is unsettled."""


class Place(Struct, frozen=True):
    """Where a note stands.

    The review: no path. A file: a path only. Lines: a path, a side, `start` (1-based) and `count`.
    `change` names the change the note was written on, where it was written on one; then start and
    count are that change's lines on `side`. `quote` is the exact bytes of those lines, `before` and
    `after` up to two lines around them: what finding the place again is verified against.
    """

    path: str | None = None
    side: Side = Side.NEW
    start: int = 0
    count: int = 0
    change: str | None = None
    quote: tuple[bytes, ...] = ()
    before: tuple[bytes, ...] = ()
    after: tuple[bytes, ...] = ()

    @property
    def is_review(self) -> bool:
        return self.path is None

    @property
    def is_file(self) -> bool:
        return self.path is not None and self.count == 0 and self.change is None

    @property
    def is_outdated(self) -> bool:
        """Whether it was on lines and is on none any more: `quote` says which they were."""
        return bool(self.quote) and not self.count


class Author(StrEnum):
    """Who wrote a reply."""

    EXPERT = "expert"
    MODEL = "model"


class AnswerKind(StrEnum):
    """What the next round said of a note."""

    DONE = "done"
    DECLINED = "declined"
    ANSWERED = "answered"


class Reply(Struct, frozen=True):
    """One entry of a note's thread. `kind` is set on a model's answer; `round` is the round's index."""

    author: Author
    text: str
    round: int
    kind: AnswerKind | None = None
    again: bool = False
    """The expert said that the note is not dealt with and is to be sent again."""
    model: str = ""
    """Who answered. "" where that is not known."""
    cut: bool = False
    """The answer broke off before its end; what had arrived is kept."""
    ignored: int = 0
    """Edits that stood in the answer to a question. Nothing was done with them."""


class Note(Struct, frozen=True):
    """One note. `id` is short and said aloud ("N3"). `reason` marks the note that came with a rejection."""

    id: str
    intent: Intent
    place: Place
    text: str
    round: int
    suggestion: str | None = None
    reason: bool = False
    settled: bool = False
    withdrawn: bool = False
    thread: tuple[Reply, ...] = ()
    spread: tuple[Place, ...] = ()
    """Further places of the same note, which was written on many changes at once. It is sent once."""
    origin: str = ""
    """Where it came from: "F3 by gpt-4o" for a finding that was adopted, "" for the expert's own."""

    @property
    def places(self) -> tuple[Place, ...]:
        """Every place that the note was written on."""
        return (self.place, *self.spread)

    @property
    def is_live(self) -> bool:
        """Still to be sent: neither settled nor withdrawn."""
        return not (self.settled or self.withdrawn)
