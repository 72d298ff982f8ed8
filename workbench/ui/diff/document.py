"""What the diff view shows, as one frozen value, and what its cursor stands on. No Qt, no layout."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct, field

from workbench.review.changes import FileChange, Side
from workbench.review.entries import Entry, Said
from workbench.review.notes import Note, Place
from workbench.review.verdicts import Verdicts

if TYPE_CHECKING:
    from workbench.workflow.remarks import Remark


class Document(Struct, frozen=True):
    """One round of a review, ready to be shown.

    `asked` and the keys of `reasons` and `ledger_marks` are change ids; `reasons` has the one line that
    came with a rejection. `notes` come with where they stand in this round: None is outdated and shown at
    the top of its file; notes on the review stand at the very top. `entries` (the ledger) are a first
    section, in their order; `answered` says what the expert made of one, by its id. `viewed` are paths.

    Two documents that share `files`, `notes` or `verdicts` by identity are compared by identity: hand
    over the same objects where nothing changed.
    """

    files: tuple[FileChange, ...] = ()
    verdicts: Verdicts = field(default_factory=dict)
    asked: frozenset[str] = frozenset()
    notes: tuple[tuple[Note, Place | None], ...] = ()
    entries: tuple[Entry, ...] = ()
    answered: Mapping[str, str] = field(default_factory=dict)
    viewed: frozenset[str] = frozenset()
    ledger_marks: Mapping[str, Said] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    spread: Mapping[str, str] = field(default_factory=dict)
    """By change, the note that stands on it and on many others; its card is at the first of them."""
    remarks: Mapping[str, Remark] = field(default_factory=dict)
    """What is to be said of files besides their lines, by path, as far as it was looked at."""
    numbers: tuple[int, ...] = ()
    """The number of each round, by its index: replies are kept with the index."""
    hidden: frozenset[str] = frozenset()
    """Changes that the view leaves out: a line says how many stand there."""
    reading: frozenset[str] = frozenset()
    """Paths whose lines are not read yet: they have a header, and a row that says so."""
    loading: bool = False
    """More files are to come, after those that are here."""
    read_only: bool = False
    """Nothing here is of the review, so nothing has a verdict: two rounds or two prompts are compared."""
    is_prompt: bool = False
    """It is text of our own that files stand in, not files: its dividing marks are no merge's."""


class Stop(Struct, frozen=True):
    """What the cursor is on. Everything None: nothing to stand on, or the review's own heading.

    `line` is None on a fact, a file header, a note and a ledger entry.
    """

    path: str | None = None
    change: str | None = None
    side: Side = Side.NEW
    line: int | None = None
    note: str | None = None
    entry: str | None = None
