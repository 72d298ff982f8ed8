"""Seeing to it that what a review needs outlives `git gc` in the user's repository."""

from __future__ import annotations

from workbench.workflow.session import Session


def keep_rounds(session: Session) -> None:
    """Copy what base and rounds borrow into the shadow directory. Blocking; quick where that was done."""
    review = session.review
    wanted = [review.base, *dict.fromkeys(round_.tree for round_ in review.rounds)]
    name = f"kept {review.id}"
    kept = session.log.remembered(name) or {}
    if kept.get("trees") == wanted:
        return
    session.repository.keep(review.id, "rounds", *wanted)
    session.log.remember(name, {"trees": wanted})
