"""Seeing to it that what a review needs outlives `git gc` in the user's repository."""

from __future__ import annotations

from contextlib import suppress

from workbench.errors import UserError
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


def keep_if_possible(session: Session) -> None:
    """The same where nothing is about to leave or to be written: a full disk is told when it matters."""
    with suppress(UserError):
        keep_rounds(session)
