"""Where notes stand: on the lines of a change when they are written, and in the next round when it comes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from workbench.git.repository import Repository
from workbench.review.changes import Change, FileChange, Side
from workbench.review.findings import State, as_note
from workbench.review.linemap import LineMap
from workbench.review.lines import split_lines
from workbench.review.notes import Note, Place
from workbench.review.places import find_again, place_key, place_lines
from workbench.review.review import Review

if TYPE_CHECKING:  # `session` imports this file
    from workbench.workflow.session import Session


def place_of_change(session: Session, change: Change) -> Place:
    """A place that covers a change: its added lines, else its removed ones, else its file."""
    return places_of_changes(session, (change,))[0]


def places_of_changes(session: Session, changes: Sequence[Change]) -> tuple[Place, ...]:
    """A place on each of some changes. Blocking, with one question to git for all of their files."""
    ids: dict[tuple[str, Side], str] = {}
    for change in changes:
        side = _side_of(change)
        if side is not None:
            file = session.file(change.path)
            ids[change.path, side] = (file.new_id if side is Side.NEW else file.old_id) or ""
    blobs = session.repository.blobs([blob for blob in ids.values() if blob])
    lines = {key: split_lines(blobs[blob]) if blob else () for key, blob in ids.items()}
    return tuple(_place_on(change, lines) for change in changes)


def _side_of(change: Change) -> Side | None:
    if not change.is_text or not (change.added or change.removed):
        return None
    return Side.NEW if change.added else Side.OLD


def _place_on(change: Change, lines: Mapping[tuple[str, Side], Sequence[bytes]]) -> Place:
    side = _side_of(change)
    if side is None:
        return Place(path=change.path, change=change.id)
    start = change.new_start if side is Side.NEW else change.old_start
    count = len(change.added) or len(change.removed)
    return place_lines(change.path, side, lines[change.path, side], start, count, change=change.id)


def places_in_round(
    session: Session, tree: str, after: Sequence[FileChange], between: Sequence[FileChange]
) -> Mapping[str, Place | None]:
    """Where every note that is still alive stands in the round `tree`, whose changes are `after`. Blocking.

    `between` are those from the session's current round to that one. A note that was outdated is looked
    for from the last round in which its place was certain: lines that are restored have their notes again.
    """
    review = session.review
    moved: dict[int, dict[str | None, FileChange]] = {review.index: _by_old_path(between)}
    base = {file.path: file.base_path for file in session.files}
    now = {file.base_path: file.path for file in after if file.base_path}
    found = _Again(session.repository)
    result: dict[str, Place | None] = {}
    every = (*review.notes.values(), *_findings_as_notes(review))
    wanted = ((note, each) for note in every for each in range(len(note.places)))
    for note, number in wanted:
        if note.withdrawn:
            continue
        key = place_key(note, number)
        index, here = _last_known(review, note, number)
        if here.path is not None and here.side is Side.OLD:
            # Lines of the base never move, but the file that they are shown with may have another name.
            path = base.get(here.path, here.path) if index == review.index else None
            result[key] = replace(here, path=now.get(path, path)) if path is not None else None
        else:
            if index not in moved:
                moved[index] = _by_old_path(session.repository.file_changes(review.rounds[index].tree, tree))
            result[key] = found.place(here, moved[index])
    return result


def places_since(session: Session, index: int, places: Sequence[Place]) -> tuple[Place | None, ...]:
    """Where places of an earlier round stand in the current one; None where it is not certain. Blocking."""
    review, tree = session.review, session.review.rounds[index].tree
    current = review.rounds[-1].tree
    moved = _by_old_path(session.repository.file_changes(tree, current))
    base = {file.path: file.base_path for file in session.files_of(tree)}
    now = {file.base_path: file.path for file in session.files if file.base_path}
    found = _Again(session.repository)

    def one(place: Place) -> Place | None:
        if place.path is None or place.side is Side.NEW:
            return found.place(place, moved)
        # Lines of the base never move, but the file that they are shown with may have another name.
        path = base.get(place.path, place.path)
        return replace(place, path=now.get(path, path)) if path is not None else None

    return tuple(map(one, places))


def _findings_as_notes(review: Review) -> Iterable[Note]:
    """Findings travel as notes do, under their own ids."""
    held = (each for each in review.findings.values() if each.state is not State.REPLACED)
    return (as_note(each, each.id, each.place, each.round) for each in held)


def _last_known(review: Review, note: Note, number: int) -> tuple[int, Place]:
    """The last round, by its index, in which a place of a note was certain, and that place."""
    key = place_key(note, number)
    for index in range(review.index, note.round, -1):
        place = review.places[index].get(key)
        if place is not None:
            return index, place
    return min(note.round, review.index), note.places[number]


def _by_old_path(files: Iterable[FileChange]) -> dict[str | None, FileChange]:
    return {file.base_path: file for file in files if file.base_path}


class _Again:
    """Finds places again in one round. A file is read once, however many places lie in it."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._read: dict[tuple[str, str | None], tuple[LineMap, tuple[bytes, ...]]] = {}

    def place(self, place: Place, moved: Mapping[str | None, FileChange]) -> Place | None:
        """The same place there; None where that is not certain."""
        if place.path is None:
            return place
        file = moved.get(place.path)
        if file is None:
            return place
        if file.new_id is None or file.new_mode == "160000":
            return None
        key = file.new_id, file.old_id
        if key not in self._read:
            self._read[key] = LineMap(file.runs), split_lines(self._repository.blob(file.new_id))
        return find_again(place, file.path, *self._read[key])


def live_notes(review: Review) -> tuple[Note, ...]:
    """Notes that would be sent: neither settled nor withdrawn."""
    return tuple(note for note in review.notes.values() if note.is_live)
