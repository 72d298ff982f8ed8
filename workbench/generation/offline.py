"""The author without a network: applies the suggestions of the notes, exactly, to the lines they stand on.

Pure. What was rejected is already out of the start tree, so nothing is left to do about it. A suggestion
whose lines cannot be found with certainty is declined with the reason, never put on a guessed line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from workbench.generation.checking import Outcome
from workbench.generation.prompt import Request
from workbench.review.changes import FileChange, Run, Side
from workbench.review.lines import split_lines
from workbench.review.notes import AnswerKind, Intent, Note, Place
from workbench.review.rounds import Answer, Why

NAME = "offline"


class _Spot(Struct, frozen=True):
    """Lines of a start file: `start` is 1-based, or the line after which a spot of count 0 stands."""

    path: str
    start: int
    count: int


class _Put(Struct, frozen=True):
    """A suggestion and where it goes."""

    note: Note
    spot: _Spot
    lines: tuple[bytes, ...]


def answer(request: Request) -> Outcome:
    """What the notes of the request make of its files, with one answer for each live note."""
    puts: list[_Put] = []
    declined: dict[str, str] = {}
    for note in request.notes:
        if not note.is_live:
            continue
        found = _put(note, request)
        if isinstance(found, str):
            declined[note.id] = found
        else:
            puts.append(found)
    kept = _without_overlaps(puts, declined)
    files: dict[str, bytes | None] = {}
    whys: list[Why] = []
    for path in dict.fromkeys(put.spot.path for put in kept):
        here = [put for put in kept if put.spot.path == path]
        data, lines = _written(request.files[path], here)
        if data != request.files[path]:
            files[path] = data
        whys += [
            Why(path, start, count, f"Suggestion of {put.note.id}.")
            for put, (start, count) in zip(here, lines, strict=True)
        ]
    done = {put.note.id: "The suggestion was applied as it stands." for put in kept}
    return Outcome(files, tuple(whys), tuple(_answers(request.notes, done, declined)))


def _answers(notes: Iterable[Note], done: Mapping[str, str], declined: Mapping[str, str]) -> Iterable[Answer]:
    for note in notes:
        if note.id in done:
            yield Answer(note.id, AnswerKind.DONE, done[note.id])
        elif (
            note.id in declined
            and note.intent is not Intent.KEEP
            and not (note.reason and not note.suggestion)
        ):
            yield Answer(note.id, AnswerKind.DECLINED, declined[note.id])


def _put(note: Note, request: Request) -> _Put | str:
    """Where the note's suggestion goes, or in words why it goes nowhere."""
    if note.suggestion is None:
        return "The offline model only applies suggestions, and this note has none."
    if not note.place.count:
        gone = "The lines that it was written on are not there any more as they were."
        return gone if note.place.is_outdated else "The suggestion does not stand on lines."
    spot = _spot(note.place, request)
    if isinstance(spot, str):
        return spot
    return _Put(note, spot, split_lines(note.suggestion.encode("utf-8", "surrogateescape")))


def _spot(place: Place, request: Request) -> _Spot | str:
    """The lines of the start tree that the place speaks of."""
    path = place.path or ""
    change = next((each for each in request.between if each.path == path), None)
    start_path = path if change is None else change.base_path
    if place.side is Side.OLD:
        # Base lines are not lines of the start tree; only their text can say where they are.
        known = next((each for each in (path, start_path) if each in request.files), None)
        return _not_there(path) if known is None else _by_text(place, known, request.files[known])
    if start_path is None or start_path not in request.files:
        return _not_there(path)
    data = request.files[start_path]
    spot = _through(place, start_path, change)
    if spot is None:
        return "Only a part of what its lines replaced is back, so its place is not certain."
    if change is not None and _taken_out(place, change.runs):
        return spot
    lines = split_lines(data)
    if spot.count == place.count and lines[spot.start - 1 : spot.start - 1 + spot.count] == place.quote:
        return spot
    return _by_text(place, start_path, data)


def _not_there(path: str) -> str:
    return f"{path} is not among the files of this round."


def _taken_out(place: Place, runs: Iterable[Run]) -> bool:
    """True if some of the place's lines, reading as the note says, were taken out of the start tree."""
    stop = place.start + place.count
    found = False
    for run in runs:
        for number in range(max(place.start, run.new_start), min(stop, run.new_start + len(run.added))):
            at = number - place.start
            if at >= len(place.quote) or place.quote[at] != run.added[number - run.new_start]:
                return False
            found = True
    return found


def _through(place: Place, path: str, change: FileChange | None) -> _Spot | None:
    """The place's lines by the runs from the start tree to the judged round; None where only a part stands.

    Lines outside the runs are shifted. Where the place covers all added lines of a run, these were taken
    out, and what they had replaced (perhaps nothing) is what the suggestion now replaces.
    """
    first, stop = place.start, place.start + place.count
    shift = 0
    start: int | None = None
    count = 0
    position = first
    for run in () if change is None else change.runs:
        added, removed = len(run.added), len(run.removed)
        begin = run.new_start if added else run.new_start + 1
        if begin >= stop:
            break
        if begin + added > first:
            if added and removed and (begin < first or begin + added > stop):
                return None
            inside = max(0, begin - position)
            if start is None:
                start = position + shift if inside else _begin(run)
            # Lines that only stand in the start tree, between two lines of the place, are inside it.
            count += inside + removed
            position = min(stop, max(position, begin + added))
        shift += removed - added
    if position < stop:
        start = position + shift if start is None else start
        count += stop - position
    if start is None:
        return None
    return _Spot(path, start if count else start - 1, count)


def _begin(run: Run) -> int:
    return run.old_start if run.removed else run.old_start + 1


def _by_text(place: Place, path: str, data: bytes) -> _Spot | str:
    """The one stretch of the file that reads as the place does."""
    lines = split_lines(data)
    size = len(place.quote)
    if not size:
        return "Its lines are not known."
    starts = [at for at in range(len(lines) - size + 1) if lines[at : at + size] == place.quote]
    if len(starts) != 1:
        return f"Its lines stand {len(starts)} times in {path}, so their place is not certain."
    return _Spot(path, starts[0] + 1, size)


def _without_overlaps(puts: Sequence[_Put], declined: dict[str, str]) -> list[_Put]:
    """The suggestions in file order, less those whose lines an earlier note has already taken."""
    kept: list[_Put] = []
    for put in puts:
        rival = next((other for other in kept if _overlap(put.spot, other.spot)), None)
        if rival is None:
            kept.append(put)
        else:
            declined[put.note.id] = f"{rival.note.id} already changes these lines."
    return sorted(kept, key=lambda put: (put.spot.path, put.spot.start, put.spot.count))


def _overlap(one: _Spot, other: _Spot) -> bool:
    if one.path != other.path or not (one.count and other.count):
        return False
    return one.start < other.start + other.count and other.start < one.start + one.count


def _written(data: bytes, puts: Sequence[_Put]) -> tuple[bytes, list[tuple[int, int]]]:
    """The file with the suggestions put in, and the (start, count) of each in it."""
    lines = split_lines(data)
    crlf = sum(line.endswith(b"\r\n") for line in lines)
    end = b"\r\n" if crlf * 2 > len(lines) else b"\n"
    result: list[bytes] = []
    spans: list[tuple[int, int]] = []
    position = 0
    for put in puts:
        start = put.spot.start - 1 if put.spot.count else put.spot.start
        result += lines[position:start]
        made = [line.removesuffix(b"\n").removesuffix(b"\r") + end for line in put.lines]
        position = start + put.spot.count
        if made and position == len(lines) and put.spot.count and not lines[-1].endswith(b"\n"):
            made[-1] = made[-1].removesuffix(end)
        spans.append((len(result) + 1 if made else len(result), len(made)))
        result += made
    result += lines[position:]
    last = len(result) - 1
    whole = (line if line.endswith(b"\n") or at == last else line + end for at, line in enumerate(result))
    return b"".join(whole), spans
