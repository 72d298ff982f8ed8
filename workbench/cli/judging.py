"""Commands that judge: verdicts, notes, edits of the expert's own, undo."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from workbench.cli.output import print_json, print_lines
from workbench.cli.parser import Options, read_source
from workbench.errors import UserError
from workbench.review.actions import Landed
from workbench.review.changes import Change
from workbench.review.notes import Intent, Note, Place
from workbench.review.places import place_lines
from workbench.review.selecting import parse_lines, select_lines
from workbench.review.shapes import shape_of
from workbench.review.verdicts import Selection, Verdict, select_change, select_changes
from workbench.workflow import documents
from workbench.workflow.landing import undo_landing
from workbench.workflow.opening import open_saved
from workbench.workflow.receive import take_arrival
from workbench.workflow.receive import tweak as tweaked
from workbench.workflow.session import Session
from workbench.review.review import undoable

VERDICTS = ("accepted", "rejected", "open")


def judge(options: Options) -> int:
    """Put a verdict on changes, lines of one, a file, a shape, or everything; all at once or not at all."""
    session = open_saved(options.review)
    if options.source is not None:
        return _judge_many(session, options)
    verdict = _verdict(options.verdict)
    changes = _chosen(session, options)
    if options.lines:
        if len(options.changes) > 1 or not (options.changes or options.file):
            raise UserError("--lines needs exactly one change, or --file.", hint="Name one change.")
        path = changes[0].path
        selections: tuple[Selection, ...] = (select_lines(session.file(path), options.lines),)
    else:
        selections = select_changes(changes)
    place = session.place_of(changes[0]) if options.reason else None
    _check_reason(verdict, options.reason)
    session.judge(selections, verdict, reason=options.reason, place=place)
    return _judged(options, session, changes)


def _judge_many(session: Session, options: Options) -> int:
    """`--from`: every row is checked before the first is judged, so that a bad row leaves nothing half done."""
    if options.verdict or options.changes or options.file or options.all or options.shape:
        raise UserError("--from stands alone.", hint="Put every verdict into the file.")
    rows = _rows(read_source(options.source), options.source)
    planned = [_planned(session, row, number) for number, row in enumerate(rows, 1)]
    for change, selection, verdict, reason in planned:
        place = session.place_of(change) if reason else None
        session.judge((selection,), verdict, reason=reason, place=place)
    return _judged(options, session, [change for change, *_ in planned])


def _planned(session: Session, row: Any, number: int) -> tuple[Change, Selection, Verdict, str | None]:
    if not isinstance(row, dict) or not isinstance(row.get("change"), str):
        raise UserError(f"Row {number} names no change.", hint='{"change": ID, "verdict": "accepted"}')
    verdict = _verdict(row.get("verdict"))
    reason = row.get("reason")
    if reason is not None and not isinstance(reason, str):
        raise UserError(f"The reason of row {number} is not a text.", hint="Nothing was judged.")
    _check_reason(verdict, reason)
    change = session.change(row["change"])
    selection = select_change(change)
    if row.get("lines"):
        selection = select_lines(session.file(change.path), str(row["lines"]))
    return change, selection, verdict, reason


def _rows(data: bytes, name: str) -> Sequence[Any]:
    try:
        rows = json.loads(data)
    except ValueError as error:
        raise UserError(f"{name} is not JSON: {error}.", hint="Nothing was judged.") from error
    if not isinstance(rows, list):
        raise UserError(f"{name} is not a list of verdicts.", hint="Nothing was judged.")
    return rows


def _verdict(text: object) -> Verdict:
    if text not in VERDICTS:
        raise UserError(
            f"{text!r} is not a verdict." if text else "No verdict was given.",
            hint="It is accepted, rejected or open.",
        )
    return Verdict(str(text))


def _check_reason(verdict: Verdict, reason: str | None) -> None:
    if reason and verdict is not Verdict.REJECTED:
        raise UserError("A reason belongs to a rejection.", hint="Use a note: workbench note …")


def _chosen(session: Session, options: Options) -> Sequence[Change]:
    ways = [bool(options.changes), bool(options.file), bool(options.shape), options.all]
    if sum(ways) != 1:
        raise UserError(
            "Say what to judge in one way.", hint="Name changes, or give --file, --shape, --all or --from."
        )
    if options.changes:
        return [session.change(each) for each in options.changes]
    if options.file:
        return session.file(options.file).changes
    everything = list(session.changes_by_id.values())
    if options.shape:
        shape = shape_of(session.change(options.shape))
        return [change for change in everything if change.is_text and shape_of(change) == shape]
    if not everything:
        raise UserError("There is no change in this round.")
    return everything


def _judged(options: Options, session: Session, changes: Sequence[Change]) -> int:
    if options.json:
        print_json(documents.show_document(session)["progress"])
    else:
        counted = session.progress()
        print_lines(
            f"{len(changes)} judged. {counted.accepted} accepted · {counted.rejected} rejected · "
            f"{counted.asked} asked · {counted.unread} unread"
        )
    return 0


def tweak(options: Options) -> int:
    """Replace the new side of a change with the expert's own text, which is then accepted."""
    session = open_saved(options.review)
    arrival = tweaked(session, options.change, read_source(options.source))
    if arrival is not None:
        take_arrival(session, arrival)
    return _done(options, session, "Edited." if arrival else "That is the text it has already.")


def note(options: Options) -> int:
    """Write a note on a change, lines, a file or the review. A leading ! ? or + sets the intent."""
    session = open_saved(options.review)
    intent, text = split_intent(options.text)
    if options.intent:
        intent = Intent(options.intent)
    suggestion = None
    if options.suggest:
        suggestion = read_source(options.suggest).decode("utf-8", "surrogateescape")
    written = session.write_note(_place(session, options), intent, text, suggestion)
    if options.json:
        print_json(documents.note_document(written, written.place))
    else:
        print_lines(written.id)
    return 0


def split_intent(text: str) -> tuple[Intent, str]:
    """The intent that a note's first character gives (! must, ? question, + keep, else should), and the rest."""
    marks = {"!": Intent.MUST, "?": Intent.QUESTION, "+": Intent.KEEP}
    stripped = text.lstrip()
    intent = marks.get(stripped[:1])
    return (intent, stripped[1:].lstrip()) if intent else (Intent.SHOULD, text)


def _place(session: Session, options: Options) -> Place:
    if options.on and options.file:
        raise UserError("A note stands on a change or on a file.", hint="Give --on or --file.")
    change = session.change(options.on) if options.on else None
    if options.lines:
        path = change.path if change else options.file
        if not path:
            raise UserError("--lines needs a file.", hint="Give --file PATH or --on CHANGE.")
        spans = parse_lines(options.lines)
        if len(spans) != 1:
            raise UserError("A note stands on one range of lines.", hint="For example: --lines new:3-5")
        side, start, count = spans[0]
        lines = session.lines_at(path, side)
        if start + count - 1 > len(lines):
            raise UserError(f"{path} has only {len(lines)} lines on that side.")
        return place_lines(path, side, lines, start, count, change=change.id if change else None)
    if change is not None:
        return session.place_of(change)
    if options.file:
        session.require_path(options.file)
        return Place(path=options.file)
    return Place()


def notes(options: Options) -> int:
    """List the notes, where they stand now, and what was answered."""
    session = open_saved(options.review)
    shown = session.notes_in_round()
    if options.json:
        print_json({"notes": [documents.note_document(note, place) for note, place in shown]})
        return 0
    for each, place in shown:
        print_lines(_note_line(each, place))
        for reply in each.thread:
            print_lines(f"      {reply.kind.value if reply.kind else reply.author.value}: {reply.text}")
    return 0


def _note_line(each: Note, place: Place | None) -> str:
    state = "settled" if each.settled else ("outdated" if place is None else "open")
    intent = "reason" if each.reason else each.intent.value
    where = (place or each.place).path or "the review"
    if place is not None and place.count:
        where += f" {place.side.value} {place.start}-{place.start + place.count - 1}"
    return f"{each.id:4} {intent:8} {state:8} {where}: {each.text}"


def reply(options: Options) -> int:
    """Write into a note's thread."""
    session = open_saved(options.review)
    if not options.text.strip():
        raise UserError("The reply is empty.", hint="Write a sentence.")
    session.reply(options.note, options.text)
    return _done(options, session, "Replied.")


def settle(options: Options) -> int:
    """Say that a note is dealt with."""
    session = open_saved(options.review)
    session.settle(options.note)
    return _done(options, session, "Settled.")


def edit(options: Options) -> int:
    """Change the words of a note."""
    session = open_saved(options.review)
    known = session.note(options.note)
    if not options.text.strip():
        raise UserError("The note would be empty.", hint="To take it back: workbench withdraw")
    session.edit_note(known.id, known.intent, options.text, known.suggestion)
    return _done(options, session, "Edited.")


def withdraw(options: Options) -> int:
    """Take a note back; it is never sent again."""
    session = open_saved(options.review)
    session.withdraw(options.note)
    return _done(options, session, "Withdrawn.")


def undo(options: Options) -> int:
    """Take back the newest action, a landing included, and name it."""
    session = open_saved(options.review)
    action = undoable(session.review)
    if isinstance(action, Landed):
        session.act(undo_landing(session, action))
    else:
        action = session.undo()
    return _done(
        options, session, f"Undone: {session.words(action)}." if action else "There is nothing to undo."
    )


def redo(options: Options) -> int:
    """Do again what was taken back last, and name it."""
    session = open_saved(options.review)
    action = session.redo()
    return _done(
        options, session, f"Done again: {session.words(action)}." if action else "There is nothing to redo."
    )


def viewed(options: Options) -> int:
    """Mark a file viewed."""
    session = open_saved(options.review)
    session.view(options.path)
    return _done(options, session, "Viewed.")


def task(options: Options) -> int:
    """Read the task, or write it with --set."""
    session = open_saved(options.review)
    if options.source is not None:
        session.set_task(read_source(options.source).decode("utf-8", "replace"))
    if options.json:
        print_json({"review": session.review.id, "task": session.review.task})
    else:
        print_lines(session.review.task)
    return 0


def _done(options: Options, session: Session, words: str) -> int:
    if options.json:
        print_json({"review": session.review.id, "said": words})
    else:
        print_lines(words)
    return 0
