"""What readers found, while it waits for the expert: where it stands now, and what is made of it.

Quick acts and questions on the session's own thread; how a round is read stands in `reading.py`.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from workbench.errors import UserError
from workbench.review.actions import FindingJudged, FindingsArrived
from workbench.review.findings import Count, Finding, State, as_note, open_findings
from workbench.review.notes import Intent, Note, Place
from workbench.review.places import place_now
from workbench.review.reading_counts import KINDS, counts
from workbench.review.review import next_note_id
from workbench.workflow.logged import new_id
from workbench.workflow.session import Session
from workbench.workflow.turns import turn


def place_of(session: Session, finding: Finding) -> Place | None:
    """Where a finding stands in the current round; None where that could not be found with certainty."""
    return place_now(session.review, note_of(finding))


def note_of(finding: Finding) -> Note:
    """A finding where notes are looked for: it travels as they do, under its own id."""
    return as_note(finding, finding.id, finding.place, finding.round)


def findings_in_round(session: Session) -> tuple[tuple[Finding, Place | None], ...]:
    """The findings that wait for the expert, with where they stand now (None: outdated)."""
    return tuple((each, place_of(session, each)) for each in open_findings(session.review.findings))


def counts_of_readers(session: Session) -> tuple[Count, ...]:
    """What came of each model's findings, over all reviews. Reads the store."""
    return counts(session.log.of_kinds(KINDS))


def reading_words(action: FindingsArrived) -> str:
    """What a reading came to, in a sentence."""
    found = len(action.findings)
    words = f"{action.model} found nothing" if not found else f"{action.model}: {_counted(found, 'finding')}"
    more = [f"{action.repeated} said before"] if action.repeated else []
    places = "its place" if action.dropped == 1 else "their places"
    more += [f"{action.dropped} dropped, because {places} could not be verified"] if action.dropped else []
    more += [f"{_counted(len(action.unread), 'file')} not given"] if action.unread else []
    return f"{words}{'; ' if more else ''}{'; '.join(more)}."


def _counted(number: int, word: str) -> str:
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def finding_named(session: Session, name: str) -> Finding:
    """The finding with this id. UserError when there is none."""
    found = session.review.findings.get(name) or session.review.findings.get(name.upper())
    if found is None or found.state is State.REPLACED:
        raise UserError(
            f"There is no finding {name}.", hint=f"List them: workbench findings {session.review.id}"
        )
    return found


def adopt(
    session: Session,
    name: str,
    intent: Intent | None = None,
    text: str | None = None,
    suggestion: str | None = None,
) -> Note:
    """Make a note of a finding, as it is or in the expert's words. The note keeps where it came from."""
    with turn(session.review.id):
        session.poll()
        finding = _undecided(session, name)
        place, index = _note_place(session, finding)
        note = as_note(finding, next_note_id(session.review), place, index)
        note = Note(
            note.id,
            intent or note.intent,
            note.place,
            note.text if text is None else text,
            note.round,
            suggestion,
            origin=note.origin,
        )
        if not note.text.strip() and suggestion is None:
            raise UserError("The note is empty.", hint="Write a sentence, or a suggestion.")
        session.act(
            FindingJudged(
                id=new_id(),
                at=time.time(),
                finding=finding.id,
                answer=State.ADOPTED,
                model=finding.model,
                note=note,
            )
        )
    adopted = session.review.findings[finding.id].note
    return session.note(adopted or note.id)


def dismiss(session: Session, name: str, reason: str = "") -> Finding:
    """Say that a finding is none, and perhaps why. It is never sent, and not shown again."""
    with turn(session.review.id):
        session.poll()
        finding = _undecided(session, name)
        session.act(
            FindingJudged(
                id=new_id(),
                at=time.time(),
                finding=finding.id,
                answer=State.DISMISSED,
                model=finding.model,
                reason=reason.strip(),
            )
        )
    return finding


def _undecided(session: Session, name: str) -> Finding:
    finding = finding_named(session, name)
    if finding.state is not State.OPEN:
        did = f"adopted as {finding.note}" if finding.state is State.ADOPTED else "dismissed"
        raise UserError(f"{finding.id} was {did} already.", hint=f"Undo: workbench undo {session.review.id}")
    return finding


def _note_place(session: Session, finding: Finding) -> tuple[Place, int]:
    """Where the note stands, and the round it is written on: an outdated one stays with the round it read."""
    place = place_of(session, finding)
    if place is None:
        return finding.place, finding.round
    return place, session.review.index


def grave_findings(session: Session) -> Sequence[Finding]:
    """Findings that wait and with which the review is not clean."""
    grave = (Intent.MUST, Intent.SHOULD)
    return [each for each in open_findings(session.review.findings) if each.intent in grave]
