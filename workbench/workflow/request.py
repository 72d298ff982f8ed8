"""What a model is given for the next round: the task, the feedback, and the files as they would start."""

from __future__ import annotations

from msgspec.structs import replace

from workbench.generation.prompt import Request, rules_section
from workbench.review.compose import Take
from workbench.review.feedback import as_markdown
from workbench.review.notes import Note
from workbench.review.places import places_now
from workbench.review.scope import Scope
from workbench.store.rules import Rule, read_rules
from workbench.workflow.composing import compose_tree
from workbench.workflow.context import WHOLE, tray_for
from workbench.workflow.gate import with_findings
from workbench.workflow.placing import live_notes
from workbench.workflow.session import Session
from workbench.workflow.tray import Limits, Tray

PROMPT_FILE_LIMIT = WHOLE
"""Bytes of one file that is still put into a prompt whole."""


def tray_of(
    session: Session,
    feedback: str,
    start: str,
    limits: Limits | None = None,
    *,
    looked_through: bool = True,
) -> Tray:
    """What the round that starts from the tree `start` is given; without limits, all of it. Blocking."""
    tray = tray_for(session, feedback, start, _placed_notes(session), limits or Limits(unlimited=True))
    return with_findings(session, tray) if looked_through else tray


def next_tray(session: Session, limits: Limits | None = None, *, looked_through: bool = True) -> Tray:
    """The tray as it is now, before anything is sent: what sending would make its prompt from. Blocking.

    Not `looked_through`, it says nothing of secrets.
    """
    review = session.review
    start = compose_tree(session.repository, review.base, session.files, review.current, Take.NOT_REJECTED)
    tray = tray_of(
        session, as_markdown(session.feedback(taken_out=True)), start, limits, looked_through=False
    )
    return with_findings(session, tray) if looked_through else tray


def handed_text(session: Session, *, taken_out: bool = False) -> str:
    """The feedback as whoever is no model gets it: with the house rules that a model would be given too."""
    text = as_markdown(session.feedback(taken_out=taken_out))
    rules = rules_section(tuple((rule.id, rule.text) for rule in rules_that_hold(session)))
    return f"{text}\n#{rules}\n" if rules else text


def rules_that_hold(session: Session) -> tuple[Rule, ...]:
    """The house rules for what the next round is about, less those that were taken out of the tray. Quick."""
    review = session.review
    places = [place for note in live_notes(review) for place in places_now(review, note)]
    paths = {place.path for place in places if place is not None} | {pin.path for pin in review.pins}
    paths |= {path for file in session.files for path in (file.path, file.base_path)}
    named = [path for path in paths if path is not None]
    return tuple(
        rule
        for rule in read_rules(session.repository.found.common_dir)
        if f"rule:{rule.id}" not in review.removed
        and (not rule.pattern or any(map(Scope((rule.pattern,)).holds, named)))
    )


def request_for(session: Session, feedback: str, start: str, limits: Limits | None = None) -> Request:
    """What the tray makes the prompt from. Blocking."""
    return tray_of(session, feedback, start, limits).request


def _placed_notes(session: Session) -> tuple[Note, ...]:
    """The notes of the feedback with where they stand now.

    One that is outdated is told and may be answered too: it stands on no line any more.
    """
    live = {note.id for note in live_notes(session.review)} - session.held_back
    found: list[Note] = []
    for note, _ in session.notes_in_round():
        places = [place for place in places_now(session.review, note) if place is not None]
        if note.id not in live:
            continue
        if places:
            found.append(replace(note, place=places[0], spread=tuple(places[1:])))
        elif not note.reason:
            found.append(replace(note, place=replace(note.place, start=0, count=0), spread=()))
    return tuple(found)
