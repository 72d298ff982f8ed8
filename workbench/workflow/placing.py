"""Where notes stand: on the lines of a change when they are written, and in the next round when it comes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from workbench.git.repository import Repository
from workbench.review.changes import Change, FileChange, Side
from workbench.review.linemap import LineMap
from workbench.review.lines import split_lines
from workbench.review.notes import Note, Place
from workbench.review.places import find_again, place_lines
from workbench.review.review import Review

if TYPE_CHECKING:  # `session` imports this file
    from workbench.workflow.session import Session


def place_of_change(session: Session, change: Change) -> Place:
    """A place that covers a change: its added lines, else its removed ones, else its file."""
    if not change.is_text or not (change.added or change.removed):
        return Place(path=change.path, change=change.id)
    if change.added:
        lines = session.new_lines(change.path)
        return place_lines(
            change.path, Side.NEW, lines, change.new_start, len(change.added), change=change.id
        )
    lines = session.old_lines(change.path)
    return place_lines(change.path, Side.OLD, lines, change.old_start, len(change.removed), change=change.id)


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
    result: dict[str, Place | None] = {}
    for note in review.notes.values():
        if note.withdrawn:
            continue
        index, here = _last_known(review, note)
        if here.path is not None and here.side is Side.OLD:
            # Lines of the base never move, but the file that they are shown with may have another name.
            path = base.get(here.path, here.path) if index == review.index else None
            result[note.id] = replace(here, path=now.get(path, path)) if path is not None else None
        else:
            if index not in moved:
                moved[index] = _by_old_path(session.repository.file_changes(review.rounds[index].tree, tree))
            result[note.id] = _place_in_round(session.repository, here, moved[index])
    return result


def _last_known(review: Review, note: Note) -> tuple[int, Place]:
    """The last round, by its index, in which a note's place was certain, and that place."""
    for index in range(review.index, note.round, -1):
        place = review.places[index].get(note.id)
        if place is not None:
            return index, place
    return min(note.round, review.index), note.place


def _by_old_path(files: Iterable[FileChange]) -> dict[str | None, FileChange]:
    return {file.base_path: file for file in files if file.base_path}


def _place_in_round(
    repository: Repository, place: Place, moved: Mapping[str | None, FileChange]
) -> Place | None:
    if place.path is None:
        return place
    file = moved.get(place.path)
    if file is None:
        return place
    if file.new_id is None or file.new_mode == "160000":
        return None
    lines = split_lines(repository.blob(file.new_id))
    return find_again(place, file.path, LineMap(file.runs), lines)


def live_notes(review: Review) -> tuple[Note, ...]:
    """Notes that would be sent: neither settled nor withdrawn."""
    return tuple(note for note in review.notes.values() if note.is_live)
