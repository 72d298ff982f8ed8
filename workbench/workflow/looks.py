"""How closely the changes of a review were looked at. Not part of the review: nothing sends it."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.errors import UserError
from workbench.review.skimming import Look, Passed, skimmed
from workbench.store.looks import keep_looks, read_looks
from workbench.workflow.session import Session


def looks_of(session: Session) -> dict[str, Look]:
    """What is known of the changes of a review, by their ids. Blocking."""
    return read_looks(session.review.id)


def keep(session: Session, news: Mapping[str, Look], whole: Mapping[str, Look]) -> None:
    """Keep what is new. A full disk is said at the next verdict; this is not worth a message of its own."""
    try:
        keep_looks(session.review.id, news, whole)
    except (OSError, UserError):
        return


def passed_quickly(session: Session, looks: Mapping[str, Look], pace: float) -> tuple[Passed, ...]:
    """The accepted changes that were passed faster than `pace` lines a second, sensitive ones first."""
    return skimmed(session.files, session.review.current, looks, pace)
