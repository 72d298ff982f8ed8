"""Rounds: the candidates of a review, where each came from, and how verdicts are carried on to the next."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from workbench.review.changes import Kind, NotShown
from workbench.review.notes import AnswerKind


class Source(StrEnum):
    """Where a round came from."""

    WORKTREE = "worktree"
    STAGED = "staged"
    RANGE = "range"
    PATCH = "patch"
    MODEL = "model"
    AGENT = "agent"
    EXPERT = "expert"


class Usage(Struct, frozen=True):
    """What a call used. Tokens as the provider counts them if it says, cost in dollars; None: unknown."""

    tokens_in: int | None = None
    tokens_out: int | None = None
    cost: float | None = None
    seconds: float | None = None
    estimated: bool = False


class Only(Struct, frozen=True):
    """What a round was allowed to make anew: lines of some changes, or whole files. All else was frozen.

    `notes` are the ids of the notes that it was given: of the others it could know nothing.
    """

    words: str
    paths: tuple[str, ...]
    notes: tuple[str, ...] = ()


class LeftOut(Struct, frozen=True):
    """Something that a model wrote where all was frozen, and that is therefore not in the round.

    `was` are the `count` lines of the round from `line` on (with a count of 0: after that line), `now` what
    the model would have had there. `words` says it of what is not lines: a deletion, a name, bytes. `gone`:
    the model would have deleted the file; `moved` is the name that it would have given it.
    """

    path: str
    line: int = 0
    count: int = 0
    was: tuple[bytes, ...] = ()
    now: tuple[bytes, ...] = ()
    words: str = ""
    gone: bool = False
    moved: str = ""


class Round(Struct, frozen=True):
    """One candidate.

    `number` is what the expert sees (1, 2, …); an edit in place makes a new snapshot of the same
    number with `edit` one higher, so that reviewing is not renumbered by typing. `tree` is the
    snapshot, `start` the tree that the author of the round was given (the base's for the first).
    `exchange` names the kept prompt and answer in the store. `read` is the tree that the work tree held,
    where edits of the expert's own that are not in it yet were laid over it; None where both are one.
    """

    number: int
    edit: int
    source: Source
    tree: str
    start: str
    at: float
    model: str | None = None
    exchange: str | None = None
    usage: Usage | None = None
    not_shown: tuple[NotShown, ...] = ()
    read: str | None = None
    only: Only | None = None
    left_out: tuple[LeftOut, ...] = ()

    @property
    def label(self) -> str:
        return f"{self.number}" if not self.edit else f"{self.number} + {self.edit} of yours"

    @property
    def arrival(self) -> str:
        """That it came. One that was asked for and is empty is said to be so: it may look like a good one."""
        empty = self.source in (Source.MODEL, Source.AGENT) and self.tree == self.start
        return f"Round {self.label} is here{', and it changes nothing' if empty else ''}."


class FileCarry(Struct, frozen=True):
    """Which lines of a file change still say what the round before said, so that their verdicts hold.

    `path` is the path in this round, `from_path` in the round before. `whole`: the file change is
    the same in both. Else `old` are (start, count) of base lines and `new` are
    (start here, start before, count); `facts` the facts that are the same.
    """

    path: str
    from_path: str
    whole: bool = False
    old: tuple[tuple[int, int], ...] = ()
    new: tuple[tuple[int, int, int], ...] = ()
    facts: tuple[Kind, ...] = ()


class Answer(Struct, frozen=True):
    """What a model said of one note."""

    note: str
    kind: AnswerKind
    text: str


class Why(Struct, frozen=True):
    """One line of reason that the model gave for an edit, and the lines of the round it speaks of."""

    path: str
    start: int
    count: int
    text: str
