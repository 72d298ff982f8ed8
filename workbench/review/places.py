"""Where a note stands, and finding that place again in the next round, or saying that it is not certain.

A place is never moved to a guessed line: what is not certain is None, which is shown as outdated.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec.structs import replace

from workbench.review.changes import FileChange, Side
from workbench.review.linemap import LineMap
from workbench.review.notes import Note, Place
from workbench.review.review import Review

AROUND = 2
"""Lines of context on either side that are kept with a place, and how many must match again."""
_TELLING = 3
"""Words from which on a line that is unique in its file needs no neighbour as a witness."""

_word = re.compile(rb"\w+")


def place_lines(
    path: str, side: Side, lines: Sequence[bytes], start: int, count: int, change: str | None = None
) -> Place:
    """The place of `count` lines from `start` on (1-based) in a file whose side `side` is `lines`."""
    first, end = start - 1, start - 1 + count
    return Place(
        path=path,
        side=side,
        start=start,
        count=count,
        change=change,
        quote=tuple(lines[first:end]),
        before=tuple(lines[max(first - AROUND, 0) : first]) if count else (),
        after=tuple(lines[end : end + AROUND]) if count else (),
    )


def place_now(review: Review, note: Note) -> Place | None:
    """Where a note stands in the current round; None where that could not be found again with certainty."""
    if note.round >= review.index:
        return note.place
    return place_at(review, note, review.index)


def place_at(review: Review, note: Note, index: int) -> Place | None:
    """Where a note stands in the round of that index, at or after the one it was written on."""
    if note.round >= index:
        return note.place
    if not 0 <= index < len(review.places):
        return None
    return review.places[index].get(note.id)


def place_key(note: Note, number: int) -> str:
    """Under what a round keeps where a note's place of that number stands: "N3", then "N3/1", "N3/2"."""
    return f"{note.id}/{number}" if number else note.id


def places_at(review: Review, note: Note, index: int) -> tuple[Place | None, ...]:
    """Where every place of a note stands in the round of that index, each None where that is not certain."""
    if note.round >= index:
        return note.places
    held = review.places[index] if 0 <= index < len(review.places) else {}
    return tuple(held.get(place_key(note, number)) for number in range(len(note.spread) + 1))


def places_now(review: Review, note: Note) -> tuple[Place | None, ...]:
    """Where every place of a note stands in the current round."""
    return places_at(review, note, review.index)


def changes_by_line(file: FileChange) -> dict[tuple[Side, int], str]:
    """The change that each changed line belongs to, by side and line."""
    found: dict[tuple[Side, int], str] = {}
    for change in file.changes:
        if change.is_text:
            for line in range(change.old_start, change.old_start + len(change.removed)):
                found[Side.OLD, line] = change.id
            for line in range(change.new_start, change.new_start + len(change.added)):
                found[Side.NEW, line] = change.id
    return found


def find_again(
    place: Place, path: str | None, line_map: LineMap | None, lines: Sequence[bytes] | None
) -> Place | None:
    """The same place in the next round, or None where that is not certain.

    `path` is the file's path there, None where it is gone; `line_map` leads from the round before
    to this one, None where the file is the same in both; `lines` is the file as it is now, None
    where it is gone or not text. Places in the base never move: its lines are the same for ever.
    """
    if place.is_review:
        return place
    if path is None:
        return None
    if place.side is Side.OLD or not place.count:
        return replace(place, path=path)
    if lines is None or not place.quote:
        return None
    start = _mapped(place, line_map)
    if start is not None and _holds(place, lines, start) and _witnesses(place, lines, start) >= AROUND:
        return _moved(place, path, lines, start)
    start = _unique(place.quote, lines)
    if start is None or _was_elsewhere(place, line_map, start):
        return None
    telling = sum(len(_word.findall(line)) for line in place.quote) >= _TELLING
    return _moved(place, path, lines, start) if telling or _witnesses(place, lines, start) else None


def _was_elsewhere(place: Place, line_map: LineMap | None, start: int) -> bool:
    """Whether a line that reads alike stood elsewhere before: then it is the double of the place's."""
    if line_map is None:
        return False
    was = (line_map.backward(start + step) for step in range(place.count))
    return any(line is not None and line != place.start + step for step, line in enumerate(was))


def _moved(place: Place, path: str, lines: Sequence[bytes], start: int) -> Place:
    return place_lines(path, place.side, lines, start, place.count, place.change)


def _mapped(place: Place, line_map: LineMap | None) -> int | None:
    """Where the line map puts the place, if it keeps its lines together."""
    if line_map is None:
        return place.start
    start = line_map.forward(place.start)
    if start is None:
        return None
    together = all(line_map.forward(place.start + step) == start + step for step in range(1, place.count))
    return start if together else None


def _holds(place: Place, lines: Sequence[bytes], start: int) -> bool:
    return tuple(lines[start - 1 : start - 1 + place.count]) == place.quote


def _witnesses(place: Place, lines: Sequence[bytes], start: int) -> int:
    """How many lines of context stand where they stood, counted outward from the place, at most two each way.

    An end of the file that was the end before is a witness for all the lines that are not there.
    """
    above = tuple(lines[max(start - 1 - AROUND, 0) : start - 1])
    below = tuple(lines[start - 1 + place.count : start - 1 + place.count + AROUND])
    return _matching(place.before[::-1], above[::-1]) + _matching(place.after, below)


def _matching(was: Sequence[bytes], now: Sequence[bytes]) -> int:
    for step in range(AROUND):
        if step >= len(was) and step >= len(now):
            return AROUND
        if step >= len(was) or step >= len(now) or was[step] != now[step]:
            return step
    return AROUND


def _unique(quote: Sequence[bytes], lines: Sequence[bytes]) -> int | None:
    """The one line (1-based) where the quoted lines stand; None where that is nowhere or more than once."""
    found = None
    first, count = quote[0], len(quote)
    for at, line in enumerate(lines):
        if line == first and tuple(lines[at : at + count]) == tuple(quote):
            if found is not None:
                return None
            found = at + 1
    return found
