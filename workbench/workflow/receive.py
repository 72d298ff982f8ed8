"""How a round arrives: by refresh, by the expert's own edit, by restoring, or from a model's answer.

Everything here is blocking and changes no session: it reads, compares, and gives an `Arrival` that
the session's own thread takes (`take_arrival`).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from workbench.errors import UserError
from workbench.review.actions import EntryJudged, RoundArrived
from workbench.review.carry import carry_rounds
from workbench.review.changes import FileChange, NotShown
from workbench.review.ledger import Entry
from workbench.review.lines import ranges, split_lines
from workbench.review.review import Review
from workbench.review.rounds import Answer, Round, Source, Usage, Why
from workbench.review.verdicts import Selection
from workbench.workflow.placing import places_in_round
from workbench.workflow.session import LedgerFacts, Session, new_id
from workbench.workflow.turns import turn


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a candidate came from, for the round that is made of it."""

    source: Source
    start: str
    model: str | None = None
    exchange: str | None = None
    usage: Usage | None = None
    answers: tuple[Answer, ...] = ()
    whys: tuple[Why, ...] = ()
    not_shown: tuple[NotShown, ...] = ()


@dataclass(frozen=True, slots=True)
class Arrival:
    """A round that is ready to be taken: the action, the file changes it shows, and what its ledger needs.

    `after` is the index of the round it was compared with. With an `origin` it can be compared anew
    when another round came in between.
    """

    action: RoundArrived
    files: tuple[FileChange, ...]
    facts: LedgerFacts | None = None
    judged: EntryJudged | None = None
    after: int = -1
    between: tuple[FileChange, ...] = ()
    origin: Origin | None = None


def take_arrival(session: Session, arrival: Arrival) -> None:
    """Take a round on the session's thread. UserError for an edit when another round came first.

    A round that was read or paid for is compared anew instead. One that another process has taken
    already (both read the same work tree) is not taken twice.
    """
    with turn(session.review.id):
        session.poll()
        if session.review.index != arrival.after:
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
    if current is not None and current.tree == tree and origin.source is not Source.MODEL:
        return None
    return next_arrival(session, tree, origin)


def _brought_up_to_date(session: Session, arrival: Arrival) -> RoundArrived:
    """The action with what was judged and noted since the round was compared, while a model wrote."""
    review, action = session.review, arrival.action
    if arrival.after < 0:
        return action
    places = dict(action.places)
    if any(note.id not in places and not note.withdrawn for note in review.notes.values()):
        places = dict(places_in_round(session.repository, review, action.round.tree, arrival.between))
    carry = carry_rounds(session.files, arrival.files, arrival.between, review.current)
    return replace(action, places=places, carry=carry)


def first_round(session: Session, tree: str, source: Source, not_shown: tuple[NotShown, ...] = ()) -> Arrival:
    """The first candidate of a review."""
    review = session.review
    files = session.repository.file_changes(review.base, tree)
    round_ = Round(1, 0, source, tree, review.base, time.time(), not_shown=not_shown)
    action = RoundArrived(id=new_id(), at=time.time(), round=round_)
    return Arrival(action, tuple(files))


def next_arrival(session: Session, tree: str, origin: Origin) -> Arrival:
    """The next candidate: compared with the round before, verdicts carried, notes found again."""
    review, repository = session.review, session.repository
    current = review.round
    if current is None:
        raise UserError("This review has no round yet.")
    files = tuple(repository.file_changes(review.base, tree))
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
    )
    action = RoundArrived(
        id=new_id(),
        at=time.time(),
        round=round_,
        carry=carry_rounds(session.files, files, between, review.current),
        places=places_in_round(repository, review, tree, between),
        answers=origin.answers,
        whys=origin.whys,
    )
    start = tuple(repository.file_changes(review.base, origin.start)) if origin.start != review.base else ()
    facts = LedgerFacts(tree, review.index, session.files, start, between)
    return Arrival(action, files, facts, None, review.index, between, origin)


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
    return LedgerFacts(
        current.tree,
        before_index,
        session.files_of(before.tree),
        tuple(repository.file_changes(review.base, current.start)) if current.start != review.base else (),
        tuple(repository.file_changes(before.tree, current.tree)),
    )


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
    snapshot = session.repository.snapshot(staged=review.source is Source.STAGED)
    read = last_read(review)
    if snapshot.tree == read:
        return None
    if model_stands(review) and not has_landed(review):
        raise UserError(
            "The work tree has changed, but the round on screen came from a model and is not in it.",
            hint="Land what you accepted first, then refresh.",
        )
    return next_arrival(session, snapshot.tree, Origin(review.source, read, not_shown=snapshot.not_shown))


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
            return review.rounds[index].tree
    return review.base


def tweak(session: Session, change_id: str, new_text: bytes) -> Arrival | None:
    """The expert's own text in place of the new side of a change. None when it is the same text."""
    change = session.change(change_id)
    if not change.is_text:
        raise UserError(
            "Only lines of text can be edited in place.", hint="Accept or reject this change instead."
        )
    return tweak_lines(session, change.path, change.new_start, len(change.added), new_text)


def tweak_lines(
    session: Session, path: str, start: int, count: int, new_text: bytes, words: str = ""
) -> Arrival | None:
    """The expert's own text in place of `count` lines of the round's file (0: after line `start`)."""
    review, repository, current = session.review, session.repository, session.review.round
    if current is None:
        raise UserError("This review has no round yet.")
    entry = repository.entry(current.tree, path)
    mode = entry[0] if entry else (session.by_path[path].old_mode if path in session.by_path else None)
    lines = split_lines(repository.blob(entry[1])) if entry else ()
    first = start if count == 0 else start - 1
    text = _ended(new_text, lines, first + count)
    data = b"".join((*_ended_before(lines[:first], text), text, *lines[first + count :]))
    if entry and data == b"".join(lines):
        return None
    tree = repository.compose_tree(current.tree, {path: (mode or "100644", data)})
    files = tuple(repository.file_changes(review.base, tree))
    between = tuple(repository.file_changes(current.tree, tree))
    round_ = Round(current.number, current.edit + 1, Source.EXPERT, tree, current.start, time.time())
    edited = (first + 1, len(split_lines(text)))
    action = RoundArrived(
        id=new_id(),
        at=time.time(),
        round=round_,
        carry=carry_rounds(session.files, files, between, review.current),
        places=places_in_round(repository, review, tree, between),
        taken=_taken(files, path, edited),
        words=words or f"edited {path} in place",
    )
    return Arrival(action, files, None, None, review.index, between)


def restore(session: Session, entry: Entry) -> Arrival | None:
    """Put the accepted bytes of an altered ledger entry back, without a model."""
    if entry.path is None:
        raise UserError("This entry has no place in a file.")
    text = b"".join(entry.was)
    words = f"restored what was accepted in {entry.path}"
    arrival = tweak_lines(session, entry.path, entry.line, entry.count, text, words)
    if arrival is None:
        return None
    judged = EntryJudged(
        id=new_id(),
        at=time.time(),
        round=session.review.index + 1,
        entry=entry.id,
        answer="restored",
    )
    return replace(arrival, judged=judged)


def _ended(text: bytes, lines: Sequence[bytes], after: int) -> bytes:
    """Text that lines follow must end its last line."""
    return text + b"\n" if text and not text.endswith(b"\n") and after < len(lines) else text


def _ended_before(lines: Sequence[bytes], text: bytes) -> tuple[bytes, ...]:
    """Lines that text follows must be ended."""
    if text and lines and not lines[-1].endswith(b"\n"):
        return (*lines[:-1], lines[-1] + b"\n")
    return tuple(lines)


def _taken(files: Sequence[FileChange], path: str, edited: tuple[int, int]) -> tuple[Selection, ...]:
    """What the expert's edit accepts: added lines inside it, and what runs wholly inside it remove."""
    start, count = edited
    inside = range(start, start + count)
    old: list[int] = []
    new: list[int] = []
    for file in files:
        if file.path != path:
            continue
        for run in file.runs:
            lines = range(run.new_start, run.new_start + len(run.added))
            new.extend(line for line in lines if line in inside)
            whole = all(line in inside for line in lines) if lines else _touches(run.new_start, start, count)
            if whole:
                old.extend(range(run.old_start, run.old_start + len(run.removed)))
    selection = Selection(path, old=ranges(old), new=ranges(new))
    return (selection,) if selection else ()


def _touches(after: int, start: int, count: int) -> bool:
    """A run that only removes stands between two lines: does the edit reach that place?"""
    return start - 1 <= after <= start + count - 1
