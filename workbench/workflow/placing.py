"""Where notes stand: on the lines of a change when they are written, and in the next round when it comes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    session: Session, after: Sequence[FileChange], between: Sequence[FileChange]
) -> Mapping[str, Place | None]:
    """Where every note that is still alive stands in the round whose file changes are `after`. Blocking.

    `between` are those from the session's current round to that one.
    """
    review = session.review
    moved: dict[str | None, FileChange] = {file.base_path: file for file in between if file.base_path}
    base = {file.path: file.base_path for file in session.files}
    now = {file.base_path: file.path for file in after if file.base_path}
    known = review.places[-1] if review.places else {}
    result: dict[str, Place | None] = {}
    for note in review.notes.values():
        if note.withdrawn:
            continue
        here = note.place if note.round == review.index else known.get(note.id)
        if here is not None and here.path is not None and here.side is Side.OLD:
            # Lines of the base never move, but the file that they are shown with may have another name.
            path = base.get(here.path, here.path)
            result[note.id] = replace(here, path=now.get(path, path)) if path is not None else None
        else:
            result[note.id] = here and _place_in_round(session.repository, here, moved)
    return result


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
