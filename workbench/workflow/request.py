"""What a model is given for the next round: the task, the feedback, and the files as they would start."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from workbench.generation.prompt import Request
from workbench.review.changes import FileChange
from workbench.review.notes import Note
from workbench.review.places import places_now
from workbench.workflow.placing import live_notes
from workbench.workflow.session import Session

PROMPT_FILE_LIMIT = 400_000
"""Bytes of one file that is still put into a prompt; a longer one is named only."""


def request_for(session: Session, feedback: str, start: str) -> Request:
    """The changed files and those with notes, as they are in the tree `start`. Blocking."""
    repository = session.repository
    everything = repository.tree_entries(start)
    notes = _placed_notes(session)
    wanted = dict.fromkeys(
        path
        for path in [*_changed_paths(session), *(note.place.path for note in notes)]
        if path is not None and path in everything
    )
    ids = {path: everything[path][1] for path in wanted if everything[path][0] in ("100644", "100755")}
    blobs = repository.blobs(tuple(ids.values()))
    files = {path: blobs[blob] for path, blob in ids.items() if len(blobs[blob]) <= PROMPT_FILE_LIMIT}
    current = session.review.round
    between: Sequence[FileChange] = ()
    if current is not None and current.tree != start:
        between = repository.file_changes(start, current.tree)
    return Request(session.review.task, feedback, files, frozenset(everything), notes, tuple(between))


def _placed_notes(session: Session) -> tuple[Note, ...]:
    live = {note.id for note in live_notes(session.review)}
    found: list[Note] = []
    for note, _ in session.notes_in_round():
        places = [place for place in places_now(session.review, note) if place is not None]
        if places and note.id in live:
            found.append(replace(note, place=places[0], spread=tuple(places[1:])))
    return tuple(found)


def _changed_paths(session: Session) -> list[str | None]:
    """Both paths of a renamed file: where the rename was rejected, it starts under its old one."""
    return [path for file in session.files for path in (file.path, file.base_path)]
