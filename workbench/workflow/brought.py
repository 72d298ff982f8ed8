"""The notes that a landed review left unsettled go along into the next review of the same repository."""

from __future__ import annotations

import time

from msgspec.structs import replace

from workbench.review.actions import NoteWritten
from workbench.review.changes import Side
from workbench.review.lines import split_lines
from workbench.review.notes import Place
from workbench.review.places import find_again, places_now
from workbench.review.review import Review, next_note_id, replay
from workbench.workflow.logged import new_id
from workbench.workflow.placing import live_notes
from workbench.workflow.session import Session


def bring_notes(session: Session) -> None:
    """Copy the unsettled notes of the review that landed last, if nothing was reviewed since."""
    rows = [row for row in session.log.reviews(session.review.repository) if row.id != session.review.id]
    if rows and rows[0].closed:
        _copy_notes(session, replay([action for _, action in session.log.since(rows[0].id, 0)]))


def _copy_notes(session: Session, old: Review) -> None:
    if not any(landing.purpose == "land" for landing in old.landings):
        return
    for note in live_notes(old):
        if note.reason:
            continue
        known = zip(note.places, places_now(old, note), strict=True)
        first, *rest = (_place_now(session, now or then) for then, now in known)
        copied = replace(
            note,
            id=next_note_id(session.review),
            place=first,
            spread=tuple(rest),
            round=session.review.index,
            thread=(),
        )
        session.act(NoteWritten(id=new_id(), at=time.time(), note=copied))


def _place_now(session: Session, place: Place) -> Place:
    """Where a note of an earlier review stands now; its file as a whole where its lines are not found."""
    current = session.review.round
    whole = Place(path=place.path)
    if place.path is None or current is None or not place.quote:
        return whole
    entry = session.repository.entry(current.tree, place.path)
    if entry is None or entry[0] == "160000":
        return whole
    lines = split_lines(session.repository.blob(entry[1]))
    found = find_again(replace(place, side=Side.NEW, change=None), place.path, None, lines)
    return found or whole
