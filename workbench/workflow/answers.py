"""Answering a ledger entry with the verdicts of everything else. Accept: what is there now stands."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence

from msgspec.structs import replace

from workbench.errors import UserError
from workbench.review.actions import EntriesSentBack, EntryJudged
from workbench.review.changes import Side
from workbench.review.entries import Entry, Said, entry_id
from workbench.review.lines import ranges
from workbench.review.notes import Intent, Note, Place
from workbench.review.places import place_lines
from workbench.review.review import next_note_id
from workbench.review.text import one_line
from workbench.review.verdicts import Selection, Verdict, select_change, select_changes
from workbench.workflow.arrivals import Arrival
from workbench.workflow.edits import move_file, restore, tweak_lines
from workbench.workflow.logged import new_id
from workbench.workflow.receive import take_arrival
from workbench.workflow.session import Session
from workbench.workflow.turns import turn

AGAIN = "Not dealt with yet."
"""The reply that sends a note again."""
PUT_BACK = "This was accepted, and this round changed it. Put it back as it was."
REJECTED_AGAIN = frozenset({Said.CAME_BACK, Said.STILL_THERE})


def answer(session: Session, entry: Entry, verdict: Verdict) -> str:
    """Accept: the new stands, a note is settled. Reject: accepted bytes are restored, else it is sent again.

    Of what was left out of a round: accept puts it in, reject leaves it out for good. Blocking where a round
    is made of it. What was done, in a sentence.
    """
    if verdict not in (Verdict.ACCEPTED, Verdict.REJECTED):
        raise UserError("A ledger entry is accepted or rejected.", hint="Take an answer back: workbench undo")
    if makes_a_round(entry, verdict):
        arrival = answered_by_edit(session, entry)
        if arrival is None:
            return "It is there already."
        take_arrival(session, arrival)
        return "It is in the round now." if entry.said is Said.LEFT_OUT else "What was accepted is back."
    if verdict is Verdict.ACCEPTED:
        settles = entry.note if entry.said is not Said.KEEP_ALTERED else None
        session.judge_entry(entry, "taken", settles=settles or "")
        return "Taken as it is now."
    if entry.said is Said.LEFT_OUT:
        session.judge_entry(entry, "kept out")
        return "It stays out."
    send_again(session, entry)
    return "It is sent again."


def makes_a_round(entry: Entry, verdict: Verdict) -> bool:
    """Whether this answer is an edit made for the expert: restoring, or taking what was left out."""
    if entry.said is Said.LEFT_OUT:
        return verdict is Verdict.ACCEPTED
    return entry.said is Said.ALTERED and verdict is Verdict.REJECTED


def answered_by_edit(session: Session, entry: Entry) -> Arrival | None:
    """The edit that answers an entry. None where its lines are there already. Blocking."""
    return _put_in(session, entry) if entry.said is Said.LEFT_OUT else restore(session, entry)


def _put_in(session: Session, entry: Entry) -> Arrival | None:
    """What was left out of the round, put into it as the expert's own edit."""
    review, repository = session.review, session.repository
    current = review.round
    arrived = next(each for each in review.rounds if current and each.number == current.number)
    named = {entry_id("left out", each.path, str(at)): each for at, each in enumerate(arrived.left_out)}
    left = named.get(entry.id)
    if current is None or left is None:
        raise UserError("This entry is not of the round on screen.", hint="Read the ledger again.")
    if not (left.now or left.was or left.gone or left.moved):
        raise UserError(
            f"This cannot be put in by itself: {entry.words}.", hint="Ask for it in a round that may do it."
        )
    files = repository.file_changes(arrived.tree, current.tree, (entry.path,), renames=False)
    from workbench.review.aftermath import Aftermath  # noqa: PLC0415 - the first frame answers no entry

    words = f"took what was left out of {entry.path}"
    if left.gone or left.moved:
        if files:
            raise UserError(
                f"{entry.path} was edited since.", hint="Reject the edit first, or leave the file as it is."
            )
        return _judged(session, entry, move_file(session, entry.path, left.moved, words))
    region = Aftermath(None, None, None, files[0] if files else None).region(left.line, left.count, left.was)
    if region.changed:
        raise UserError(
            f"The lines of {entry.path} where this would stand were edited since.", hint="Edit them in place."
        )
    data = b"".join(entry.now)
    arrival = tweak_lines(session, entry.path, region.start, region.count, data, words)
    return _judged(session, entry, arrival) if arrival is not None else None


def _judged(session: Session, entry: Entry, arrival: Arrival) -> Arrival:
    """The edit with the answer that it is to its entry."""
    judged = EntryJudged(
        id=new_id(),
        at=time.time(),
        round=session.review.index + 1,
        entry=entry.id,
        answer="restored",
        tree=arrival.action.round.tree,
    )
    return replace(arrival, judged=judged)


def send_again(session: Session, entry: Entry) -> None:
    """An entry that cannot be restored goes into the feedback again."""
    send_back(session, (entry,))


def left_of_ledger(session: Session) -> tuple[Entry, ...]:
    """The violations that have no answer yet."""
    prefix = f"{session.review.index}/"
    return tuple(
        entry
        for entry in session.ledger()
        if entry.is_violation and f"{prefix}{entry.id}" not in session.review.entries
    )


def send_rest_back(session: Session) -> int:
    """Every violation without an answer goes into the feedback again, as one act; how many."""
    entries = left_of_ledger(session)
    if not entries:
        raise UserError(
            "Nothing is left of the ledger.", hint="Every violation has an answer, or there is none."
        )
    send_back(session, entries)
    return len(entries)


def send_back(session: Session, entries: Sequence[Entry]) -> None:
    """Entries go into the feedback again as one action: rejected, said again, or asked to be put back."""
    index, tree = session.review.index, session.review.round.tree if session.review.round else ""
    selections: list[Selection] = []
    replies: dict[str, None] = {}
    wanted: list[tuple[Place, Entry]] = []
    for entry in entries:
        if entry.said is Said.ALTERED:
            wanted.append((_place(session, entry), entry))
            continue
        if entry.note is not None:
            replies[entry.note] = None
        if entry.said in REJECTED_AGAIN:
            selections += _rejected(session, entry)
        elif entry.note is None and entry.said is not Said.LEFT_OUT:
            changes = [session.changes_by_id[each] for each in entry.changes if each in session.changes_by_id]
            selections += select_changes(changes)
    with turn(session.review.id):
        session.poll()
        first = int(next_note_id(session.review)[1:])
        notes = tuple(
            Note(f"N{first + step}", Intent.MUST, place, _words(entry), index, _suggested(entry))
            for step, (place, entry) in enumerate(wanted)
        )
        session.act(
            EntriesSentBack(
                id=new_id(),
                at=time.time(),
                round=index,
                entries=tuple(entry.id for entry in entries),
                selections=tuple(selections),
                replies=tuple(replies),
                reply=AGAIN,
                notes=notes,
                tree=tree,
            )
        )


def _rejected(session: Session, entry: Entry) -> list[Selection]:
    """The lines of this round that are back; of a larger run, or among new lines, those alone."""
    changes = [session.changes_by_id[each] for each in entry.changes if each in session.changes_by_id]
    if not entry.count:
        return list(select_changes(changes))
    lines = range(entry.line, entry.line + entry.count)
    if entry.side is Side.OLD:
        held = {n for each in changes for n in range(each.old_start, each.old_start + len(each.removed))}
        return [Selection(entry.path, old=ranges(n for n in lines if n in held))]
    said = {code.strip() for code in entry.was}
    found: list[Selection] = []
    for each in changes:
        added = enumerate(each.added, each.new_start)
        back = [line for line, code in added if line in lines and code.strip() in said]
        if back and len(back) == len(each.added):
            # Nothing else stands for what it removes: without this both would be gone.
            found.append(select_change(each))
        elif back:
            found.append(Selection(entry.path, new=ranges(back)))
    return found


def _place(session: Session, entry: Entry) -> Place:
    """Where the note stands that asks for accepted code: on what is in its place, else on the file."""
    if entry.count and entry.path in session.by_path:
        lines = session.new_lines(entry.path)
        return place_lines(entry.path, Side.NEW, lines, entry.line, entry.count)
    return Place(path=entry.path)


def _suggested(entry: Entry) -> str | None:
    """The accepted bytes as a suggestion, where text can hold them."""
    try:
        return b"".join(entry.was).decode() if entry.count and entry.was else None
    except UnicodeDecodeError:
        return None


def _words(entry: Entry) -> str:
    if entry.count or not entry.was:
        return PUT_BACK if entry.was or entry.count else f"{PUT_BACK} ({entry.words})"
    code = b"".join(entry.was).decode("utf-8", "backslashreplace")
    # Longer than any in the code, so that no line of it stands outside.
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", code)), default=0))
    where = f"after line {entry.line} " if entry.line else ""
    return f"{PUT_BACK} It stood {where}in {one_line(entry.path)}:\n\n{fence}\n{code.rstrip()}\n{fence}"
