"""One line of the ledger as a value, what it may say, and the order in which such lines are shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from itertools import takewhile

from msgspec import Struct

from workbench.digests import blake2b
from workbench.review.changes import Side


class Said(StrEnum):
    """What the ledger says of a verdict or a note. The order here is that of the ledger."""

    CAME_BACK = "came back"
    KEEP_ALTERED = "keep altered"
    OUT_OF_SCOPE = "out of scope"
    LEFT_OUT = "left out"
    ALTERED = "altered"
    STILL_THERE = "still there"
    NOT_ADDRESSED = "not addressed"
    DECLINED = "declined"
    OUTDATED = "outdated"
    TOUCHED = "touched"
    ANSWERED = "answered"
    GROWN = "grown"
    KEPT = "kept"


_VIOLATIONS = frozenset({Said.CAME_BACK, Said.KEEP_ALTERED, Said.OUT_OF_SCOPE, Said.LEFT_OUT, Said.ALTERED})
_ORDER = {said: number for number, said in enumerate(Said)}


class Entry(Struct, frozen=True):
    """One line of the ledger.

    `was` is the code that was judged or that a note stood on, `now` what stands in its place.
    `path`, `side`, `line` and `count` say where `now` stands in this round (with a count of 0, after
    which line it would stand; on side `old`, in the base); so `was` is restored by putting it in the
    place of exactly those lines. `base` is what the base has there, where a verdict is spoken of. Of what
    was left out of a round, `was` is what stands there and `now` what the model would have had. `changes`
    are the ids of this round's changes it speaks of, `note` the note, or the note that is the reason of a
    rejection. The id holds as long as the two rounds.
    """

    id: str
    said: Said
    path: str
    side: Side = Side.NEW
    line: int = 0
    count: int = 0
    was: tuple[bytes, ...] = ()
    now: tuple[bytes, ...] = ()
    changes: tuple[str, ...] = ()
    note: str | None = None
    words: str = ""
    must: bool = False
    base: tuple[bytes, ...] = ()

    @property
    def is_violation(self) -> bool:
        """Accepted code altered, rejected code back, a `keep` or the scope not honoured, a `must` ignored."""
        return self.said in _VIOLATIONS or (self.said is Said.NOT_ADDRESSED and self.must)


def in_order(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Violations first, then by what is said, then as they came: by file."""
    return tuple(sorted(entries, key=lambda entry: (not entry.is_violation, _ORDER[entry.said])))


def violations_of(entries: Sequence[Entry]) -> int:
    """How many entries that are `in_order` are violations: they come first, of ten thousand maybe two."""
    return sum(1 for _ in takewhile(lambda entry: entry.is_violation, entries))


def entry_id(*parts: str) -> str:
    """The id of an entry: a digest of what it is about, not of what is said of it."""
    return blake2b("\0".join(parts).encode("utf-8", "surrogateescape"), digest_size=6).hexdigest()


def lines_in_words(count: int) -> str:
    return "1 line" if count == 1 else f"{count} lines"
