"""The JSON documents of the second reader. Stable: fields are added, never renamed or taken away."""

from __future__ import annotations

from workbench.review.actions import FindingsArrived
from workbench.review.findings import Finding, State
from workbench.workflow.drafts import counts_of_readers, place_of
from workbench.workflow.file_documents import Document
from workbench.workflow.session import Session


def finding_document(session: Session, finding: Finding) -> Document:
    """One finding, where it stands now (outdated: where it was read), and what became of it."""
    place = place_of(session, finding)
    where, rounds = place or finding.place, session.review.rounds
    return {
        "id": finding.id,
        "intent": finding.intent.value,
        "state": finding.state.value,
        "model": finding.model,
        "round": rounds[finding.round].number if finding.round < len(rounds) else None,
        "path": where.path,
        "side": where.side.value,
        "lines": [where.start, where.count],
        "outdated": place is None,
        "quote": b"".join(where.quote).decode("utf-8", "surrogateescape"),
        "claim": finding.claim,
        "evidence": finding.evidence,
        "note": finding.note,
        "reason": finding.reason,
    }


def reading_document(action: FindingsArrived) -> Document:
    """What one reading of a round came to."""
    return {
        "model": action.model,
        "found": len(action.findings),
        "dropped": action.dropped,
        "repeated": action.repeated,
        "unread": list(action.unread),
    }


def findings_document(session: Session, *, every: bool = False) -> Document:
    """The findings that wait, the readings of this review, and what came of every model's over all reviews.

    `every`: also those that were adopted or dismissed.
    """
    review = session.review
    wanted = (State.OPEN, State.ADOPTED, State.DISMISSED) if every else (State.OPEN,)
    return {
        "review": review.id,
        "round": review.round.number if review.round else 0,
        "findings": [
            finding_document(session, each) for each in review.findings.values() if each.state in wanted
        ],
        "readings": [
            {"round": review.rounds[each.round].number, **reading_document(each)}
            for each in review.readings
            if each.round < len(review.rounds)
        ],
        "readers": readers_document(session),
    }


def readers_document(session: Session) -> list[Document]:
    """What came of every model's findings, over all reviews."""
    return [
        {
            "model": each.model,
            "readings": each.readings,
            "found": each.found,
            "adopted": each.adopted,
            "dismissed": each.dismissed,
            "dropped": each.dropped,
        }
        for each in counts_of_readers(session)
    ]
