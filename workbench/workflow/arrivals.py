"""A round that is ready: compared with the one before, verdicts and notes brought along, and then taken.

Only `take_arrival` changes a session. The rest is blocking: it reads, compares, and gives an `Arrival`.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from workbench.errors import UserError
from workbench.review.actions import EntryJudged, RoundArrived
from workbench.review.carry import carry_rounds
from workbench.review.changes import FileChange, NotShown
from workbench.review.lines import same_lines
from workbench.review.passing import is_bulky
from workbench.review.review import Review, apply
from workbench.review.rounds import Answer, LeftOut, Only, Round, Source, Usage, Why
from workbench.review.verdicts import Verdicts
from workbench.workflow.logged import new_id
from workbench.workflow.own_edits import with_own_edits
from workbench.workflow.placing import places_in_round
from workbench.workflow.remembering import earlier_rounds
from workbench.workflow.session import LedgerFacts, Session, ledger_of
from workbench.workflow.turns import turn


class Origin(Struct, frozen=True):
    """Where a candidate came from, for the round that is made of it."""

    source: Source
    start: str
    model: str | None = None
    exchange: str | None = None
    usage: Usage | None = None
    answers: tuple[Answer, ...] = ()
    whys: tuple[Why, ...] = ()
    not_shown: tuple[NotShown, ...] = ()
    read: str | None = None
    """What the work tree holds, where the candidate was read from there."""
    only: Only | None = None
    left_out: tuple[LeftOut, ...] = ()


class Arrival(Struct, frozen=True):
    """A round that is ready to be taken: the action, the file changes it shows, and what its ledger needs.

    `after` is the index of the round it was compared with, `against` that round's tree: an undone edit
    and another in its place have one index. With an `origin` it can be compared anew when another round
    came in between.
    """

    action: RoundArrived
    files: tuple[FileChange, ...]
    facts: LedgerFacts | None = None
    judged: EntryJudged | None = None
    after: int = -1
    between: tuple[FileChange, ...] = ()
    origin: Origin | None = None
    against: str = ""
    held: Verdicts | None = None
    """The verdicts that its carry was worked out with."""


def take_arrival(session: Session, arrival: Arrival) -> None:
    """Take a round on the session's thread. UserError for an edit when another round came first.

    A round that was read or paid for is compared anew instead. One that another process has taken
    already (both read the same work tree) is not taken twice.
    """
    with turn(session.review.id):
        session.poll()
        current = session.review.round
        if (session.review.index, current.tree if current else "") != (arrival.after, arrival.against):
            again = _compared_anew(session, arrival)
            if again is None:
                return
            arrival = again
        session.take_round(_brought_up_to_date(session, arrival), arrival.files)
        if arrival.facts is not None:
            session.ledger_facts = arrival.facts
        if arrival.judged is not None:
            session.act(arrival.judged)


def _compared_anew(session: Session, arrival: Arrival) -> Arrival | None:
    """The same round after another than the one it was compared with; None when it is there already."""
    origin, current = arrival.origin, session.review.round
    if origin is None:
        raise UserError("Another round arrived meanwhile; the edit was not taken.", hint="Edit again.")
    tree = arrival.action.round.tree
    if origin.read is not None:
        tree = with_own_edits(session, origin.read)
        if current is not None and current.read == origin.read:
            return None
    if current is not None and current.tree == tree and origin.source is not Source.MODEL:
        return None
    return next_arrival(session, tree, origin)


def _brought_up_to_date(session: Session, arrival: Arrival) -> RoundArrived:
    """The action with what was judged and noted since the round was compared, while a model wrote."""
    review, action = session.review, arrival.action
    if arrival.after < 0:
        return action
    places, carry = action.places, action.carry
    standing = {note.id for note in review.notes.values() if not note.withdrawn} | set(review.findings)
    if not standing <= set(places):
        places = places_in_round(session, action.round.tree, arrival.files, arrival.between)
    if review.current is not arrival.held:
        carry = carry_rounds(session.files, arrival.files, arrival.between, review.current)
    # The same one is written already, see `next_arrival`.
    is_same = places is action.places and carry is action.carry
    return action if is_same else replace(action, places=places, carry=carry)


def as_before(known: Sequence[FileChange], files: Iterable[FileChange]) -> tuple[FileChange, ...]:
    """The file changes of a round; those that the round before has too are the same objects.

    So nobody looks again at what twenty thousand of them say when two are others.
    """
    by_path = {file.path: file for file in known}
    found = ((file, by_path.get(file.path)) for file in files)
    return tuple(before if before is not None and _is_same(before, file) else file for file, before in found)


def _is_same(before: FileChange, file: FileChange) -> bool:
    """Whether two say the same. Two million lines are not compared by one call, which keeps Python's lock."""
    if before is file or not is_bulky(file):
        return before == file
    if replace(before, runs=(), changes=()) != replace(file, runs=(), changes=()):
        return False
    pairs = list(zip(before.runs, file.runs, strict=False))
    return (
        len(before.runs) == len(file.runs)
        # An id stands for all that a change says but for the new side's numbers, which the runs have.
        and [change.id for change in before.changes] == [change.id for change in file.changes]
        and all((one.old_start, one.new_start) == (other.old_start, other.new_start) for one, other in pairs)
        and all(same_lines(one.removed, other.removed) for one, other in pairs)
        and all(same_lines(one.added, other.added) for one, other in pairs)
    )


def with_ledger(facts: LedgerFacts, files: tuple[FileChange, ...], review: Review) -> LedgerFacts:
    """The facts with the ledger of that state, which whoever shows it would wait for."""
    made = ledger_of(facts, files)
    made.entries(review)
    return replace(facts, ledger=made)


def next_arrival(session: Session, tree: str, origin: Origin) -> Arrival:
    """The next candidate: compared with the round before, verdicts carried, notes found again."""
    review, repository = session.review, session.repository
    current = review.round
    if current is None:
        raise UserError("This review has no round yet.", hint="Start a new review.")
    files = as_before(session.files, repository.file_changes(review.base, tree))
    between = tuple(repository.file_changes(current.tree, tree))
    round_ = Round(
        current.number + 1,
        0,
        origin.source,
        tree,
        origin.start,
        time.time(),
        model=origin.model,
        exchange=origin.exchange,
        usage=origin.usage,
        not_shown=origin.not_shown,
        read=origin.read if origin.read != tree else None,
        only=origin.only,
        left_out=origin.left_out,
    )
    action = RoundArrived(
        id=new_id(),
        at=time.time(),
        round=round_,
        carry=carry_rounds(session.files, files, between, review.current),
        places=places_in_round(session, tree, files, between),
        answers=origin.answers,
        whys=origin.whys,
    )
    session.log.write_ahead(action)
    start = tuple(repository.file_changes(review.base, origin.start)) if origin.start != review.base else ()
    earlier = earlier_rounds(session, review, tree, review.index)
    facts = LedgerFacts(tree, review.index, session.files, start, between, earlier)
    facts = with_ledger(facts, files, apply(review, action))
    return Arrival(
        action, files, facts, None, review.index, between, origin, current.tree, held=review.current
    )
