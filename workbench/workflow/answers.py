"""Answering a ledger entry with the verdicts of everything else. Accept: what is there now stands."""

from __future__ import annotations

from workbench.errors import UserError
from workbench.review.entries import Entry, Said
from workbench.review.verdicts import Verdict, select_changes
from workbench.workflow.edits import restore
from workbench.workflow.receive import take_arrival
from workbench.workflow.session import Session

AGAIN = "Not dealt with yet."
"""The reply that sends a note again."""


def answer(session: Session, entry: Entry, verdict: Verdict) -> str:
    """Accept: the new stands, a note is settled. Reject: accepted bytes are restored, else it is sent again.

    Blocking where something is restored. What was done, in a sentence.
    """
    if verdict is Verdict.ACCEPTED:
        if entry.note is not None and entry.said is not Said.KEEP_ALTERED:
            session.settle(entry.note)
        session.judge_entry(entry, "taken")
        return "Taken as it is now."
    if verdict is not Verdict.REJECTED:
        raise UserError("A ledger entry is accepted or rejected.", hint="Take an answer back: workbench undo")
    if entry.said is not Said.ALTERED:
        send_again(session, entry)
        return "It is sent again."
    arrival = restore(session, entry)
    if arrival is None:
        return "What was accepted is there already."
    take_arrival(session, arrival)
    return "What was accepted is back."


def send_again(session: Session, entry: Entry) -> None:
    """An entry that cannot be restored goes into the feedback again."""
    changes = [session.changes_by_id[each] for each in entry.changes if each in session.changes_by_id]
    if entry.note is not None:
        session.reply(entry.note, AGAIN, again=True)
    elif changes:
        session.judge(select_changes(changes), Verdict.REJECTED)
    session.judge_entry(entry, "again")
