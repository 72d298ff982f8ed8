"""How a round arrives: by refresh, by the expert's own edit, by restoring, or from a model's answer.

Everything here but `take_arrival` is blocking and changes no session: it reads, compares, and gives an
`Arrival` that the session's own thread takes.
"""

from __future__ import annotations

from msgspec.structs import replace

from workbench.errors import UserError
from workbench.git.snapshot import Snapshot, hides
from workbench.review.review import Review
from workbench.review.rounds import Round, Source
from workbench.workflow.arrivals import Arrival, Origin, next_arrival, take_arrival, with_ledger
from workbench.workflow.candidates import late_rows
from workbench.workflow.edits import restore, tweak, tweak_lines
from workbench.workflow.own_edits import with_own_edits
from workbench.workflow.remembering import earlier_rounds
from workbench.workflow.session import LedgerFacts, Session

# The expert's own edits and taking a round belong to what this module offers.
__all__ = [
    "Arrival",
    "Origin",
    "has_landed",
    "last_read",
    "load_ledger",
    "model_stands",
    "next_arrival",
    "previous_round",
    "refresh",
    "restore",
    "take_arrival",
    "tweak",
    "tweak_lines",
]


def load_ledger(session: Session) -> LedgerFacts | None:
    """Read again what the ledger of the current round needs; None in a first round."""
    review, current = session.review, session.review.round
    if current is None:
        return None
    before_index = previous_round(review)
    if before_index is None:
        return None
    before = review.rounds[before_index]
    repository = session.repository
    facts = LedgerFacts(
        current.tree,
        before_index,
        session.files_of(before.tree),
        tuple(repository.file_changes(review.base, current.start)) if current.start != review.base else (),
        tuple(repository.file_changes(before.tree, current.tree)),
        earlier_rounds(session, review, current.tree, before_index),
    )
    return with_ledger(facts, session.files_of(current.tree), review)


def previous_round(review: Review) -> int | None:
    """The index of the last snapshot of the round number before the current one."""
    number = review.rounds[-1].number
    for index in range(len(review.rounds) - 1, -1, -1):
        if review.rounds[index].number != number:
            return index
    return None


def refresh(session: Session) -> Arrival | None:
    """Read the work tree (or the index) again. None when nothing changed since it was last read."""
    review, current = session.review, session.review.round
    if review.source not in (Source.WORKTREE, Source.STAGED) or current is None:
        raise UserError(
            "This review does not come from the work tree, so there is nothing to refresh.",
            hint="Start a review of the work tree: workbench .",
        )
    read = last_read(review)
    snapshot = session.repository.snapshot(staged=review.source is Source.STAGED, base=review.base)
    snapshot = _as_read_last(session, snapshot, read)
    if snapshot.tree == read and not _hides_more(current, snapshot):
        return None
    if model_stands(review) and not has_landed(review):
        raise UserError(
            "The work tree has changed, but the round on screen came from a model and is not in it.",
            hint="Land what you accepted first, then refresh.",
        )
    late = late_rows(session.repository) if review.source is Source.WORKTREE else ()
    not_shown = (*snapshot.not_shown, *late)
    origin = Origin(review.source, read, not_shown=not_shown, read=snapshot.tree)
    return next_arrival(session, with_own_edits(session, snapshot.tree), origin)


def _as_read_last(session: Session, snapshot: Snapshot, read: str) -> Snapshot:
    """The snapshot, and in it what nobody could look into this time as it was read last, which its row says.

    The snapshot has it as HEAD does. The ledger would say that what was accepted in it was altered, and its
    verdicts would be gone when it can be read again. What was gone when it was last read stays HEAD's: it
    has come back.
    """
    repository = session.repository
    closed = [row for row in snapshot.not_shown if hides(row, row.path)]
    if not closed:
        return snapshot
    now, then = repository.tree_entries(snapshot.tree), repository.tree_entries(read)
    held = {
        path: then.get(path)
        for path in now.keys() | then.keys()
        if now.get(path) != then.get(path)
        and any(hides(row, path) and (path in then or row.path != path) for row in closed)
    }
    rows = [
        replace(row, why=f"{row.why}; shown as it was read last")
        if any(hides(row, path) for path in held)
        else row
        for row in snapshot.not_shown
    ]
    return Snapshot(repository.compose_tree(snapshot.tree, held), tuple(rows)) if held else snapshot


def _hides_more(current: Round, snapshot: Snapshot) -> bool:
    """Whether something is not shown that was not named yet: what differs there is news, too."""
    if current.source not in (Source.WORKTREE, Source.STAGED):
        return False
    return not {(row.path, row.why) for row in snapshot.not_shown} <= {
        (row.path, row.why) for row in current.not_shown
    }


def model_stands(review: Review) -> bool:
    """True while the current round is a model's, with or without edits of the expert's own on it."""
    author = next((each for each in reversed(review.rounds) if each.source is not Source.EXPERT), None)
    return author is not None and author.source is Source.MODEL


def has_landed(review: Review) -> bool:
    """True once the current round was landed in the work tree: what is there now goes on from it."""
    return any(
        each.round == review.index and each.purpose == "land" and each.tree is not None
        for each in review.landings
    )


def last_read(review: Review) -> str:
    """The tree that the work tree (or the index) held when this review last read or wrote it.

    The base's tree, for a review that did not come from there.
    """
    for index in range(len(review.rounds) - 1, -1, -1):
        for landing in reversed(review.landings):
            if landing.round == index and landing.tree is not None:
                return landing.tree
        if review.rounds[index].source in (Source.WORKTREE, Source.STAGED):
            return review.rounds[index].read or review.rounds[index].tree
    return review.base
