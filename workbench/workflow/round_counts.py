"""The figures of every round of a review, read from git where they are not known. Blocking; writes none."""

from __future__ import annotations

from workbench.review.entries import Entry
from workbench.review.ledger import ledger
from workbench.review.round_counts import RoundCounts, last_snapshots, never_came, review_at, round_counts
from workbench.workflow.receive import previous_round
from workbench.workflow.remembering import earlier_rounds
from workbench.workflow.session import Session


def counts_of_rounds(session: Session) -> tuple[RoundCounts, ...]:
    """One row a round, in order; after them the rounds that were asked for and never came."""
    review = session.review
    rows = [
        round_counts(
            review, index, session.files_of(review.rounds[index].tree), ledger_of_round(session, index)
        )
        for index in last_snapshots(review)
    ]
    return (*rows, *never_came(review))


def ledger_of_round(session: Session, index: int) -> tuple[Entry, ...]:
    """What the round with this index made of the verdicts and notes of the one before it."""
    then, repository = review_at(session.review, index), session.repository
    before_index = previous_round(then)
    if before_index is None:
        return ()
    now, before = then.rounds[index], then.rounds[before_index]
    return ledger(
        then,
        session.files_of(before.tree),
        session.files_of(now.tree),
        session.files_of(now.start) if now.start != then.base else (),
        repository.file_changes(before.tree, now.tree),
        before_index,
        earlier_rounds(session, then, now.tree, before_index),
    )
