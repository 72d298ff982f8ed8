"""What a search looks for, and what it found so far, in the order of the review. Values; matches nothing.

Matching is the helper's (`ui/matcher.py`), and asking it is `seeking.py`'s: an expression that never comes to
an end must hold neither the window nor what is painted.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from workbench.errors import UserError
from workbench.review.changes import FileChange, Side
from workbench.review.entries import Entry
from workbench.review.notes import Note, Place
from workbench.review.words import words_of

MOST_HITS = 20_000
"""Lines that are kept. More than that nobody goes through one by one."""

Spans = tuple[tuple[int, int], ...]


class Sides(StrEnum):
    """Which text is searched. Of both sides, unchanged lines count once."""

    BOTH = "both"
    OLD = "old"
    NEW = "new"


class Query(Struct, frozen=True):
    """What is looked for."""

    text: str
    regex: bool = False
    case: bool = False
    word: bool = False
    sides: Sides = Sides.BOTH

    @property
    def pattern(self) -> str:
        """The expression that the helper is given. Raises UserError where what was typed is none."""
        if not self.regex:
            inner = re.escape(self.text)
        else:
            try:
                re.compile(self.text)
            except (re.error, OverflowError, RecursionError) as error:
                # Without the position: there is room for one short sentence, and a pattern is short, too.
                why = error.msg if isinstance(error, re.error) else error
                raise UserError(f"No regular expression: {why}.", hint="Search for it as text.") from error
            inner = self.text
        return rf"(?<!\w)(?:{inner})(?!\w)" if self.word else inner


class Hit(Struct, frozen=True):
    """A line that matches, or a sentence of a note, a fact or a ledger entry (then `line` is 0)."""

    path: str
    side: Side
    line: int
    spans: Spans
    at: int = 0
    """Where it stands among the lines of the round: a removed line stands at those that replace it."""
    share: float = 0.0
    """About how far down its file it stands, 0 to 1."""
    note: str = ""
    change: str = ""
    entry: str = ""

    @property
    def count(self) -> int:
        return len(self.spans)


class Text(Struct, frozen=True):
    """Something to be searched: lines `first` and on of one side of a file, or the sentences of `said`."""

    order: int
    path: str
    side: Side
    first: int
    lines: Sequence[bytes]
    total: int
    at: int = 0
    """Where the first line stands among those of the round; 0 where it is `first`."""
    said: tuple[Hit, ...] = ()
    """For each of `lines` the hit that a match in it is, where they are no lines of a file."""

    parts: tuple[Text, ...] = ()
    """The stretches that `lines` are put together from."""
    starts: tuple[int, ...] = ()
    skipped: int = 0
    """How many lines of the stretches stand before the first of `lines`."""

    def hit(self, index: int, spans: Spans) -> Hit:
        """The hit that a match in one of the lines is."""
        if self.said:
            return replace(self.said[index], spans=spans)
        if self.parts:
            whole = index + self.skipped
            which = bisect_right(self.starts, whole) - 1
            return self.parts[which].hit(whole - self.starts[which], spans)
        at = (self.at or self.first) + index
        share = min(1.0, at / max(1, self.total))
        return Hit(self.path, self.side, self.first + index, spans, at, share)

    def part(self, start: int, end: int) -> Text:
        """Some of the lines."""
        return replace(
            self,
            first=self.first + start,
            at=(self.at or self.first) + start,
            lines=self.lines[start:end],
            said=self.said[start:end],
            skipped=self.skipped + start,
        )


class Found:
    """The hits so far. Files come in any order, so that what is near the cursor can come first."""

    def __init__(self, query: Query) -> None:
        self.query = query
        self.lines = 0
        self.matches = 0
        self._more = False
        self._by_order: dict[int, list[Hit]] = {}
        self._spans: dict[bytes, Spans] = {}
        self._flat: list[Hit] | None = None
        self._keys: list[tuple[int, int, int]] = []
        self._counts: list[int] = []

    @property
    def is_full(self) -> bool:
        return self.lines >= MOST_HITS

    @property
    def is_short(self) -> bool:
        """Whether there are more matches than are counted: in further lines, or in a line that has many."""
        return self.is_full or self._more

    def add(self, text: Text, index: int, spans: Spans, *, more: bool = False) -> None:
        """A line of a text matches; `more`: and in further places, which are not told."""
        if self.is_full or index >= len(text.lines):
            return
        self._more |= more
        hit = text.hit(index, spans)
        if not (hit.note or hit.change or hit.entry):
            self._spans[text.lines[index]] = spans
        self._by_order.setdefault(text.order, []).append(hit)
        self.lines += 1
        self.matches += len(spans)
        self._flat = None

    def spans(self, data: bytes) -> Spans:
        """Where a line matches, in characters of `decode(line)`; what is painted looks it up here."""
        return self._spans.get(data, ())

    def hits(self) -> Sequence[Hit]:
        """All of them, in the order of the review."""
        if self._flat is None:
            flat: list[Hit] = []
            keys: list[tuple[int, int, int]] = []
            for order in sorted(self._by_order):
                for hit in sorted(self._by_order[order], key=_within):
                    flat.append(hit)
                    keys.append((order, *_within(hit)))
            self._flat, self._keys = flat, keys
            self._counts = [0]
            for hit in flat:
                self._counts.append(self._counts[-1] + hit.count)
        return self._flat

    def at_or_after(self, order: int, at: int, side: Side) -> int:
        """The index of the first hit at a place or after it; as many as there are, if there is none."""
        self.hits()
        return bisect_left(self._keys, (order, at, 0 if side is Side.OLD else 1))

    def before(self, index: int) -> int:
        """How many matches the hits before one have."""
        self.hits()
        return self._counts[min(index, len(self._counts) - 1)] if self._counts else 0


def _within(hit: Hit) -> tuple[int, int]:
    return hit.at, 0 if hit.side is Side.OLD else 1


class Standing(Struct, frozen=True):
    """How a search stands, for the line that is typed in. `at` counts from 1; 0 is: not gone to any yet."""

    at: int = 0
    count: int = 0
    done: bool = True
    full: bool = False
    slow: tuple[str, ...] = ()
    """Files that were not searched to their end, because the expression does not come to one there."""
    ended: bool = False
    """Whether the search was given up, because the expression came to no end again and again."""
    failed: bool = False
    """Whether what searches could not be run."""
    turned: str = ""
    """Said when the way led round the end of the review, or its top."""


def words_of_standing(standing: Standing) -> str:
    """“12 of 340…”: the dots are there while it is still counted."""
    dots = "" if standing.done else "…"
    count = f"{standing.count:,}{'+' if standing.full else ''}"
    if not standing.count:
        words = "nothing found" if standing.done else "searching…"
    elif standing.at:
        words = f"{standing.at:,} of {count}{dots}"
        if standing.turned:
            words += f" · {standing.turned}"
    else:
        words = f"{count} {'match' if standing.count == 1 else 'matches'}{dots}"
    if standing.failed:
        return f"{words} · the search could not be run to its end"
    if standing.ended:
        return f"{words} · the expression takes too long and was given up"
    if standing.slow:
        files = "1 file" if len(standing.slow) == 1 else f"{len(standing.slow)} files"
        return f"{words} · {files} not to the end: the expression takes too long"
    return words


def texts_of(
    order: int, file: FileChange, sides: Sides, old: Sequence[bytes] | None, new: Sequence[bytes] | None
) -> list[Text]:
    """What of a file is searched. A side whose lines are not known is searched in what differs alone."""
    path, found = file.path, []
    last = max([run.new_start + len(run.added) for run in file.runs], default=1)
    total = len(new) if new else last
    if sides is not Sides.NEW:
        if old and (sides is Sides.OLD or file.new_id is None):
            found.append(Text(order, path, Side.OLD, 1, old, len(old)))
        else:
            found += [
                Text(order, path, Side.OLD, run.old_start, run.removed, total, run.new_start)
                for run in file.runs
                if run.removed
            ]
    if sides is not Sides.OLD and file.new_id is not None:
        if new:
            found.append(Text(order, path, Side.NEW, 1, new, total))
        else:
            found += [
                Text(order, path, Side.NEW, run.new_start, run.added, total) for run in file.runs if run.added
            ]
    return _joined(found)


def _joined(texts: list[Text]) -> list[Text]:
    """Many short stretches of one side go to the helper as one."""
    result: list[Text] = []
    for side in Side:
        parts = tuple(text for text in texts if text.side is side)
        if len(parts) < 2:
            result += parts
            continue
        starts, lines = [0], list(parts[0].lines)
        for part in parts[1:]:
            starts.append(len(lines))
            lines += part.lines
        one = parts[0]
        result.append(Text(one.order, one.path, side, 0, lines, 1, parts=parts, starts=tuple(starts)))
    return result


def words_said(
    order: int, file: FileChange | None, notes: Iterable[tuple[Note, Place | None]], entries: Iterable[Entry]
) -> Text | None:
    """What is written besides code: notes with their threads, facts about files, ledger entries."""
    lines: list[bytes] = []
    said: list[Hit] = []
    path = file.path if file is not None else ""

    def add(text: str, hit: Hit) -> None:
        for line in text.split("\n"):
            lines.append(line.encode("utf-8", "replace") + b"\n")
            said.append(hit)

    for change in file.changes if file is not None else ():
        if not change.is_text:
            add(words_of(change), Hit(path, Side.NEW, 0, (), change=change.id))
    for note, place in notes:
        line = place.start + max(0, place.count - 1) if place is not None else 0
        side = place.side if place is not None else Side.NEW
        hit = Hit(path, side, line, (), line, note=note.id)
        add(note.text, hit)
        if note.suggestion:
            add(note.suggestion, hit)
        for reply in note.thread:
            add(reply.text, hit)
    for entry in entries:
        add(entry.words, Hit(path, Side.NEW, 0, (), entry=entry.id))
    return Text(order, path, Side.NEW, 0, lines, 1, said=tuple(said)) if lines else None
