"""Implement, read, again: as long as there is something to do that the expert has decided already.

Nothing is adopted here. A further round is given what the expert had said and the model did not do: the notes
that the ledger calls "not addressed", and what is rejected; the notes that were answered or touched wait for
the expert and are held back. So a finding never reaches the model that implements.

What waits for the expert is looked at before the first round too: a new round would take violations off the
ledger without anybody having answered them. And clean is only what was read to its end.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from workbench.errors import UserError
from workbench.review.actions import FindingsArrived
from workbench.review.entries import Entry, Said
from workbench.review.findings import open_findings
from workbench.review.notes import Intent
from workbench.review.progress import has_open_lines
from workbench.workflow.drafts import grave_findings
from workbench.workflow.session import Session
from workbench.workflow.trust import on_one_line

_NAMED = 3
"""Files that are named in a sentence."""


class Ended(Struct, frozen=True):
    """How it ended: clean, or waiting for the expert, and why in a sentence. `rounds` were made."""

    clean: bool
    why: str
    rounds: int


def until_clean(
    session: Session, most: int, make_round: Callable[[], object], read: Callable[[], FindingsArrived]
) -> Ended:
    """Make a round and have it read, `most` times at most. Blocking.

    `make_round` and `read` take what came into the session; a UserError of theirs (a failure, a cap) ends it.
    """
    try:
        return _until_clean(session, most, make_round, read)
    finally:
        session.held_back = frozenset()


def _until_clean(
    session: Session, most: int, make_round: Callable[[], object], read: Callable[[], FindingsArrived]
) -> Ended:
    waiting = _waits(session)
    if waiting:
        return Ended(False, f"{waiting} No model was asked.", 0)
    for number in range(1, most + 1):
        try:
            make_round()
        except UserError as error:
            return Ended(False, error.message, number - 1)
        waiting = _violated(session)
        if waiting:
            return Ended(False, waiting, number)
        try:
            reading = read()
        except UserError as error:
            return Ended(False, error.message, number)
        ended = _looked_at(session, reading, number)
        if ended is not None:
            return ended
        left = not_addressed(session)
        if not left and not session.progress().rejected:
            found = _counted(len(grave_findings(session)), "finding")
            return Ended(
                False, f"{found} to judge, and nothing that the model was asked and did not do.", number
            )
        session.held_back = _waiting(session, left)
    found = _counted(len(grave_findings(session)), "finding")
    return Ended(False, f"Not clean after {_counted(most, 'round')}: {found} to judge.", most)


def _looked_at(session: Session, reading: FindingsArrived, number: int) -> Ended | None:
    """The end, where this reading is one; None where another round may help."""
    waiting = _graver(session)
    if waiting:
        return Ended(False, waiting, number)
    if reading.dropped:
        dropped = _counted(reading.dropped, "finding")
        return Ended(False, f"{dropped} could not be placed in the code; what they say is not known.", number)
    if grave_findings(session):
        return None
    unseen = _unseen(session, reading)
    if unseen:
        more = f" and {len(unseen) - _NAMED} more" if len(unseen) > _NAMED else ""
        are = "was" if len(unseen) == 1 else "were"
        return Ended(
            False,
            f"{_counted(len(unseen), 'file')} {are} not given to the reader, and you have not judged "
            f"{'it' if len(unseen) == 1 else 'them'}: {', '.join(unseen[:_NAMED])}{more}.",
            number,
        )
    judged = (
        f"; {_counted(len(reading.unread), 'file')} not given to the reader, and judged by you"
        if reading.unread
        else ""
    )
    return Ended(True, f"Clean after {_counted(number, 'round')}{judged}.", number)


def _waits(session: Session) -> str:
    """What only the expert can decide, in a sentence; "" where there is nothing."""
    return _violated(session) or _graver(session)


def _violated(session: Session) -> str:
    broken = violations(session)
    return f"{_counted(len(broken), 'violation')} in the ledger." if broken else ""


def _graver(session: Session) -> str:
    musts = [each for each in open_findings(session.review.findings) if each.intent is Intent.MUST]
    return f"{_counted(len(musts), 'finding')} of weight must." if musts else ""


def _unseen(session: Session, reading: FindingsArrived) -> tuple[str, ...]:
    """The files that neither the reader was given nor the expert has judged to the last change."""
    verdicts = session.review.current
    return tuple(
        on_one_line(path)
        for path in reading.unread
        if (file := session.by_path.get(path)) is not None
        and any(has_open_lines(change, verdicts) for change in file.changes)
    )


def violations(session: Session) -> tuple[Entry, ...]:
    """The violations of the current round's ledger that nobody answered."""
    review = session.review
    return tuple(
        entry
        for entry in session.ledger()
        if entry.is_violation and f"{review.index}/{entry.id}" not in review.entries
    )


def not_addressed(session: Session) -> frozenset[str]:
    """Notes that the round did nothing about."""
    found = (entry.note for entry in session.ledger() if entry.said is Said.NOT_ADDRESSED)
    return frozenset(note for note in found if note is not None)


def _waiting(session: Session, left: frozenset[str]) -> frozenset[str]:
    """Notes that the model has answered or acted on: whether they are dealt with, only the expert says."""
    return frozenset(
        note.id
        for note in session.review.notes.values()
        if note.is_live and not note.reason and note.intent is not Intent.KEEP and note.id not in left
    )


def _counted(number: int, word: str) -> str:
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"
