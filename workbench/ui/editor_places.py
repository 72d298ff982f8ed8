"""Where what an editor is about stands, under what name its draft is kept, what fits one. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterable

from workbench.errors import UserError
from workbench.review.notes import Note, Place
from workbench.review.places import place_lines
from workbench.ui.boxed_text import boxes_in
from workbench.ui.too_much import NOTE, NOTHING, too_much
from workbench.workflow.draft_lines import DraftLines, named_lines, start_now, tree_now
from workbench.workflow.session import Session


def key_of(session: Session, place: Place, drafts: Iterable[str]) -> str:
    """The key of a note that is begun at a place: that of a draft which stands there, if there is one."""
    if place.change is not None:
        return f"note change {place.change} {place.path}"
    about = DraftLines(tree_now(session), place.side, place.start, place.count, place.path or "")
    return draft_on(session, "note at", about, drafts) or f"note at {about.name}"


def draft_on(session: Session, kind: str, wanted: DraftLines, drafts: Iterable[str]) -> str | None:
    """A draft of an earlier round whose lines are these now."""
    for key in drafts:
        lines = named_lines(key.removeprefix(f"{kind} ")) if key.startswith(f"{kind} ") else None
        if lines is None or (lines.path, lines.side, lines.count) != (wanted.path, wanted.side, wanted.count):
            continue
        if start_now(session, lines) == wanted.start:
            return key
    return None


def lines_place(session: Session, lines: DraftLines, start: int, change: str | None = None) -> Place:
    """Some lines as a place, beginning with another number by now."""
    found = session.lines_at(lines.path, lines.side)
    return place_lines(lines.path, lines.side, found, start, lines.count, change)


def place_of_key(session: Session, kind: str, about: str) -> Place | None:
    """Where a kept note belongs that is not about lines; on its file, where its change is gone."""
    if kind == "review":
        return Place()
    if kind == "file":
        return Place(path=about)
    if kind == "change":
        identity, _, path = about.partition(" ")
        change = session.changes_by_id.get(identity)
        return session.place_of(change) if change is not None else Place(path=path)
    return None


def note_place(session: Session, note: Note) -> Place | str | None:
    """What the editor of a note lies under: its lines, its change or its file."""
    places = {each.id: place for each, place in session.notes_in_round()}
    place = places.get(note.id) or note.place
    return place if place.count else (place.change or place.path)


def place_words(place: Place) -> str:
    """A place as the title of an editor."""
    if place.is_review:
        return "on the review"
    if place.is_file:
        return f"on the file {place.path}"
    last = place.start + place.count - 1
    lines = f"{place.side.value} {place.start}" + (f"–{last}" if place.count > 1 else "")
    if place.change is None:
        return lines
    return f"{lines} · on this change" if place.count else "on this change"


def code_text(lines: Iterable[bytes]) -> str:
    """Lines as the text that a suggestion starts from."""
    return b"".join(lines).decode("utf-8", "replace").replace("\r\n", "\n").removesuffix("\n")


def fit_for_editing(text: str, what: str) -> None:
    """Refuse a text with which a field would keep one waiting at every key."""
    why = too_much(text, NOTE, NOTHING, lambda: boxes_in(text))
    if why:
        raise UserError(
            f"{what} too much to be edited here: {why}.",
            hint="The file can be edited in your editor; a note by “workbench edit”.",
        )
