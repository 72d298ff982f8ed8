"""Edits of the expert's own: lines written in place, and accepted bytes that a round altered, restored.

Blocking, and changes no session: gives an `Arrival` that `arrivals.take_arrival` takes.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from workbench.errors import UserError
from workbench.review.actions import EntryJudged, RoundArrived
from workbench.review.carry import carry_rounds, carry_verdicts
from workbench.review.changes import Change, FileChange, Kind
from workbench.review.entries import Entry, entry_id
from workbench.review.lines import Span, common, joined, ranges, split_lines, total, without
from workbench.review.rounds import Round, Source
from workbench.review.verdicts import NO_VERDICTS, Selection, Verdict, has_any, select_changes
from workbench.workflow.arrivals import Arrival, as_before
from workbench.workflow.logged import new_id
from workbench.workflow.placing import places_in_round
from workbench.workflow.session import Session


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
    repository, current = session.repository, session.review.round
    if current is None:
        raise UserError("This review has no round yet.", hint="Start a new review.")
    entry = repository.entry(current.tree, path)
    mode = entry[0] if entry else (session.by_path[path].old_mode if path in session.by_path else None)
    lines = split_lines(repository.blob(entry[1])) if entry else ()
    first = start if count == 0 else start - 1
    text = _ended(new_text, lines, first + count)
    data = b"".join((*_ended_before(lines[:first], text), text, *lines[first + count :]))
    if entry and data == b"".join(lines):
        return None
    tree = repository.compose_tree(current.tree, {path: (mode or "100644", data)})
    edited = (first + 1, len(split_lines(text)))
    arrival = _edited(session, tree, (), words or f"edited {path} in place")
    return replace(arrival, action=replace(arrival.action, taken=_taken(arrival.files, path, edited)))


def move_file(session: Session, path: str, to: str, words: str) -> Arrival:
    """A file of the round under another name, with its verdicts; "" takes the file away. Arrives accepted."""
    repository, tree = session.repository, _tree(session)
    entry = repository.entry(tree, path)
    if entry is None:
        raise UserError(f"{path} is not in this round.", hint="Read the ledger again.")
    if to and repository.entry(tree, to) is not None:
        raise UserError(f"There is a file {to} in this round.", hint=f"Reject that one, or leave {path}.")
    made = repository.compose_tree(tree, {path: None, **({to: entry} if to else {})})
    arrival = _edited(session, made, (), words)
    done = [
        change
        for file in arrival.files
        for change in file.changes
        if (file.path == to and change.kind is Kind.RENAME) or file.path == path
    ]
    return replace(arrival, action=replace(arrival.action, taken=select_changes(done)))


def restore(session: Session, entry: Entry) -> Arrival | None:
    """Put the accepted bytes of an altered ledger entry back, without a model. None when they are there."""
    words = f"restored what was accepted in {entry.path}"
    if entry.count or entry.was or session.repository.entry(_tree(session), entry.path) is None:
        arrival = _restored_file(session, entry, words) or _restored_lines(session, entry, words)
    else:
        arrival = _restored_fact(session, entry, words)
    if arrival is None:
        return None
    judged = EntryJudged(
        id=new_id(),
        at=time.time(),
        round=session.review.index + 1,
        entry=entry.id,
        answer="restored",
        tree=arrival.action.round.tree,
    )
    return replace(arrival, judged=judged)


def _restored_lines(session: Session, entry: Entry, words: str) -> Arrival | None:
    """Lines put back. Those among them that were open before are so again: nobody judged them."""
    arrival = tweak_lines(session, entry.path, entry.line, entry.count, b"".join(entry.was), words)
    if arrival is None:
        return None
    old, new = _open_before(session, entry)
    taken = tuple(
        replace(
            each,
            old=without(each.old, old),
            new=without(each.new, new),
        )
        for each in arrival.action.taken
    )
    return replace(arrival, action=replace(arrival.action, taken=tuple(each for each in taken if each)))


def _open_before(session: Session, entry: Entry) -> tuple[Sequence[Span], Sequence[Span]]:
    """The lines of the base, and of the round with the entry put back, that were open in the round before."""
    found = _accepted_change(session, entry)
    if found is None:
        return (), ()
    index, change = found
    held = session.review.verdicts[index].get(change.path, NO_VERDICTS)
    new = range(change.new_start, change.new_start + len(change.added))
    lines = dict(zip(new, change.added, strict=True))
    # As the ledger shows them: from the first to the last that it speaks of, without the rejected ones.
    put_back = [line for line in new if held.new.get(line) is not Verdict.REJECTED]
    count, accepted = len(entry.was), [line for line in put_back if held.new.get(line) is Verdict.ACCEPTED]
    starts = (put_back.index(line) for line in accepted)
    # Of a round before the last one it may be only some of them.
    begin = next((at for at in starts if _code(put_back[at : at + count], lines) == entry.was), 0)
    first = entry.line if entry.count else entry.line + 1
    return (
        [
            (start, many)
            for start, many, verdict in held.old.pieces(change.old_start, len(change.removed))
            if verdict is not Verdict.ACCEPTED
        ],
        ranges(
            first + step for step, line in enumerate(put_back[begin : begin + count]) if line not in held.new
        ),
    )


def _code(numbered: Sequence[int], lines: Mapping[int, bytes]) -> tuple[bytes, ...]:
    return tuple(lines[line] for line in numbered)


def _accepted_change(session: Session, entry: Entry) -> tuple[int, Change] | None:
    """The change that an entry says was accepted, with the index of the round in which it was."""
    facts = session.ledger_facts
    if facts is None:
        return None
    rounds = [(facts.before_index, facts.before)]
    rounds += [(each.index, each.files) for each in reversed(facts.earlier)]
    for index, files in rounds:
        for file in files:
            held = session.review.verdicts[index].get(file.path, NO_VERDICTS)
            if not held.has(Verdict.ACCEPTED):
                continue
            for change in file.changes:
                named = entry.id == entry_id("accepted", change.path, change.id)
                if named and has_any(change, held, Verdict.ACCEPTED):
                    return index, change
    return None


def _restored_file(session: Session, entry: Entry, words: str) -> Arrival | None:
    """A file that the round took away, as the round started with it. None where the file is there."""
    repository, current = session.repository, session.review.round
    if current is None or repository.entry(current.tree, entry.path) is not None:
        return None
    known = repository.entry(current.start, entry.path)
    if known is None:
        return None
    return _restored(session, {entry.path: known}, entry.path, words)


def _restored_fact(session: Session, entry: Entry, words: str) -> Arrival | None:
    """A mode, or contents that are not text, as the round before had them."""
    repository, found = session.repository, _accepted_change(session, entry)
    if found is None:
        return None
    index, accepted = found
    before = session.review.rounds[index].tree
    was, now = repository.entry(before, entry.path), repository.entry(_tree(session), entry.path)
    if was is None or now is None or was == now:
        raise UserError(
            f"What was accepted in {entry.path} cannot be restored by itself: {entry.words}.",
            hint="Reject the change, or write a note, and send it again.",
        )
    is_mode = accepted.kind is Kind.MODE
    return _restored(session, {entry.path: (was[0], now[1]) if is_mode else was}, entry.path, words)


def _restored(
    session: Session, entries: Mapping[str, tuple[str, str]], path: str, words: str
) -> Arrival | None:
    """The round with whole entries put back; what was accepted of them in the round before is so again."""
    review, facts = session.review, session.ledger_facts
    tree = session.repository.compose_tree(_tree(session), entries)
    arrival = _edited(session, tree, (), words)
    if facts is None:
        return arrival
    before = review.rounds[facts.before_index].tree
    carry = carry_rounds(facts.before, arrival.files, session.repository.file_changes(before, tree))
    held = carry_verdicts(review.verdicts[facts.before_index], carry).get(path, NO_VERDICTS)
    accepted = Selection(
        path,
        old=held.old.spans(Verdict.ACCEPTED),
        new=held.new.spans(Verdict.ACCEPTED),
        facts=tuple(kind for kind, verdict in held.facts.items() if verdict is Verdict.ACCEPTED),
    )
    return replace(arrival, action=replace(arrival.action, taken=(accepted,) if accepted else ()))


def _tree(session: Session) -> str:
    current = session.review.round
    return current.tree if current is not None else session.review.base


def _edited(session: Session, tree: str, taken: Sequence[Selection], words: str) -> Arrival:
    """The current round as the expert edited it into `tree`."""
    review, repository, current = session.review, session.repository, session.review.round
    if current is None:
        raise UserError("This review has no round yet.", hint="Start a new review.")
    files = as_before(session.files, repository.file_changes(review.base, tree))
    between = tuple(repository.file_changes(current.tree, tree))
    round_ = Round(current.number, current.edit + 1, Source.EXPERT, tree, current.start, time.time())
    action = RoundArrived(
        id=new_id(),
        at=time.time(),
        round=round_,
        carry=carry_rounds(session.files, files, between, review.current),
        places=places_in_round(session, tree, files, between),
        taken=tuple(taken),
        words=words,
    )
    return Arrival(action, files, None, None, review.index, between, None, current.tree, held=review.current)


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
    inside = ((start, count),)
    old: list[Span] = []
    new: list[Span] = []
    for file in files:
        if file.path != path:
            continue
        for run in file.runs:
            part = common(((run.new_start, len(run.added)),), inside)
            new.extend(part)
            if total(part) == len(run.added) if run.added else _touches(run.new_start, start, count):
                old.append((run.old_start, len(run.removed)))
    selection = Selection(path, old=tuple(joined(old)), new=tuple(joined(new)))
    return (selection,) if selection else ()


def _touches(after: int, start: int, count: int) -> bool:
    """A run that only removes stands between two lines: does the edit reach that place?"""
    return start - 1 <= after <= start + count - 1
