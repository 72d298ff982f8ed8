"""Commands that judge: verdicts, answers to the ledger, edits of the expert's own, undo, the task."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from msgspec import Struct

from workbench.cli.output import print_json, print_lines, print_text
from workbench.cli.parser import Options, read_source
from workbench.cli.reviewing import saved
from workbench.errors import UserError
from workbench.review.actions import Landed
from workbench.review.changes import Change, Side
from workbench.review.entries import Entry
from workbench.review.notes import Place
from workbench.review.places import place_lines
from workbench.review.review import redoable, undoable
from workbench.review.selecting import select_lines
from workbench.review.sensitive import left_out
from workbench.review.verdicts import Selection, Verdict, select_change, select_changes
from workbench.workflow import documents
from workbench.workflow.answers import answer
from workbench.workflow.landing import undo_landing
from workbench.workflow.receive import take_arrival
from workbench.workflow.receive import tweak as tweaked
from workbench.workflow.session import Session
from workbench.workflow.shape_acts import (
    group_like,
    judge_all,
    paths_apart,
    place_all,
    reject_all,
    require_any,
)

VERDICTS = ("accepted", "rejected", "open")
NOTHING_JUDGED = "Nothing was judged."


class Planned(Struct, frozen=True):
    """One row of `--from`, checked."""

    change: str
    selection: Selection
    verdict: Verdict
    reason: str | None = None
    place: Place | None = None


def judge(options: Options) -> int:
    """Put a verdict on changes, lines of one, a file, a shape, everything, or a ledger entry."""
    with saved(options) as session:
        if options.source is not None:
            return _judge_many(session, options)
        verdict = _verdict(options.verdict)
        _check_reason(verdict, options.reason)
        entry = _entry(session, options)
        if entry is not None:
            return done(options, session, answer(session, entry, verdict))
        if options.shape is not None:
            return _judge_shape(session, options, verdict)
        changes = _chosen(session, options)
        if options.all and not (options.lines or options.reason):
            return _judged(options, session, *session.judge_in_bulk(changes, verdict))
        selections, place = _selected(session, options, changes)
        session.judge(selections, verdict, reason=options.reason, place=place)
        return _judged(options, session, len(changes))


def _judge_shape(session: Session, options: Options, verdict: Verdict) -> int:
    """Every change of a shape as one action; those in sensitive files are left out and said."""
    _require_one_way(options)
    if options.lines:
        raise UserError("--lines needs exactly one change, or --file.", hint="Name one change.")
    group = group_like(session, options.shape)
    changes = require_any(group)
    if options.reason:
        reject_all(session, place_all(session, changes), options.reason)
    else:
        judge_all(session, changes, verdict)
    return _judged(options, session, len(changes), paths_apart(group))


def _selected(
    session: Session, options: Options, changes: Sequence[Change]
) -> tuple[tuple[Selection, ...], Place | None]:
    """What is judged, and where a reason for it stands."""
    if not options.lines:
        place = session.place_of(changes[0]) if options.reason and changes else None
        return select_changes(changes), place
    if len(options.changes) > 1 or not (options.changes or options.file):
        raise UserError("--lines needs exactly one change, or --file.", hint="Name one change.")
    within = changes[0] if options.changes else None
    path = within.path if within is not None else options.file
    selection = select_lines(session.file(path), options.lines, within)
    return (selection,), _place_of_lines(session, selection) if options.reason else None


def _place_of_lines(session: Session, selection: Selection) -> Place:
    """The first of the lines that are judged: the reason is about them."""
    side = Side.NEW if selection.new else Side.OLD
    start, count = (selection.new or selection.old)[0]
    return place_lines(selection.path, side, session.lines_at(selection.path, side), start, count)


def _entry(session: Session, options: Options) -> Entry | None:
    """The ledger entry that the one argument names, if it names no change."""
    if len(options.changes) != 1 or options.lines or options.reason:
        return None
    name: str = options.changes[0]
    if any(change.startswith(name) for change in session.changes_by_id):
        return None
    found = [entry for entry in session.ledger() if name and entry.id.startswith(name)]
    return found[0] if len(found) == 1 else None


def _judge_many(session: Session, options: Options) -> int:
    """`--from`: every row is checked before the first is judged: a bad row leaves nothing half done."""
    if options.verdict or options.changes or options.file or options.all or options.shape or options.lines:
        raise UserError("--from stands alone.", hint="Put every verdict into the file.")
    rows = _rows(read_source(options.source), options.source)
    planned = [_planned(session, row, number) for number, row in enumerate(rows, 1)]
    for selections, row in _together(planned):
        session.judge(selections, row.verdict, reason=row.reason, place=row.place)
    return _judged(options, session, len(planned))


def _together(planned: Sequence[Planned]) -> Iterator[tuple[tuple[Selection, ...], Planned]]:
    """Rows with one verdict and no reason are one action and one undo. In order, if a change comes twice."""
    plain = [row for row in planned if not row.reason]
    if len({row.change for row in planned}) == len(planned):
        plain.sort(key=lambda row: row.verdict)
    else:
        plain = []
    for _, rows in groupby(plain, lambda row: row.verdict):
        group = list(rows)
        yield tuple(row.selection for row in group), group[0]
    for row in planned:
        if row.reason or not plain:
            yield (row.selection,), row


def _planned(session: Session, row: Any, number: int) -> Planned:
    try:
        return _checked(session, row)
    except UserError as error:
        message = f"Row {number}: {error.message[:1].lower()}{error.message[1:]}"
        raise UserError(message, hint=f"{error.hint} {NOTHING_JUDGED}".strip()) from error


def _checked(session: Session, row: Any) -> Planned:
    if not isinstance(row, dict) or not isinstance(row.get("change"), str):
        raise UserError("It names no change.", hint='{"change": ID, "verdict": "accepted"}')
    unknown = sorted(set(row) - {"change", "verdict", "lines", "reason"})
    if unknown:
        raise UserError(f"There is no field {unknown[0]!r}.", hint="It is change, verdict, lines or reason.")
    lines, reason = row.get("lines"), row.get("reason")
    for name, value in (("lines", lines), ("reason", reason)):
        if value is not None and not isinstance(value, str):
            raise UserError(f"The {name} are not a text.", hint='For example: "lines": "old:3-5,new:7"')
    verdict = _verdict(row.get("verdict"))
    _check_reason(verdict, reason)
    change = session.change(row["change"])
    if not lines:
        return Planned(
            change.id, select_change(change), verdict, reason, session.place_of(change) if reason else None
        )
    selection = select_lines(session.file(change.path), lines, change)
    return Planned(
        change.id, selection, verdict, reason, _place_of_lines(session, selection) if reason else None
    )


def _rows(data: bytes, name: str) -> Sequence[Any]:
    try:
        rows = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{name} is not JSON: {error}.", hint=NOTHING_JUDGED) from error
    if not isinstance(rows, list) or not rows:
        raise UserError(f"{name} is not a list of verdicts.", hint=NOTHING_JUDGED)
    return rows


def _verdict(text: object) -> Verdict:
    if text not in VERDICTS:
        raise UserError(
            f"{text!r} is not a verdict." if text else "No verdict was given.",
            hint="It is accepted, rejected or open.",
        )
    return Verdict(str(text))


def _check_reason(verdict: Verdict, reason: str | None) -> None:
    if reason is not None and not reason.strip():
        raise UserError("The reason is empty.", hint="Write a sentence, or leave it away.")
    if reason and verdict is not Verdict.REJECTED:
        raise UserError("A reason belongs to a rejection.", hint="Use a note: workbench note …")


def _require_one_way(options: Options) -> None:
    ways = [bool(options.changes), options.file is not None, options.shape is not None, options.all]
    if sum(ways) != 1:
        raise UserError(
            "Say what to judge in one way.", hint="Name changes, or give --file, --shape, --all or --from."
        )


def _chosen(session: Session, options: Options) -> Sequence[Change]:
    _require_one_way(options)
    if options.changes:
        return [session.change(each) for each in options.changes]
    if options.file is not None:
        return session.file(options.file).changes
    everything = list(session.changes_by_id.values())
    if not everything:
        hint = "Read the work tree again: workbench next … --refresh"
        raise UserError("There is no change in this round.", hint=hint)
    return everything


def _judged(options: Options, session: Session, count: int, left: Sequence[str] = ()) -> int:
    if options.json:
        print_json({**documents.show_document(session)["progress"], "left_out": list(left)})
    else:
        now = session.progress()
        print_lines(
            f"{count:,} judged. {now.accepted} accepted · {now.rejected} rejected · "
            f"{now.asked} asked · {now.unread} unread"
        )
        if left:
            print_lines(left_out(left), "Judge each by itself: --file PATH, or its changes by their ids.")
    return 0


def tweak(options: Options) -> int:
    """Replace the new side of a change with the expert's own text, which is then accepted."""
    with saved(options) as session:
        arrival = tweaked(session, options.change, read_source(options.source))
        if arrival is not None:
            take_arrival(session, arrival)
        return done(options, session, "Edited." if arrival else "That is the text it has already.")


def undo(options: Options) -> int:
    """Take back the newest action, a landing included, and name it."""
    with saved(options) as session:
        action = undoable(session.review)
        if isinstance(action, Landed):
            session.act(undo_landing(session, action))
        else:
            action = session.undo()
        words = f"Undone: {session.words(action)}." if action else "There is nothing to undo."
        return done(options, session, words)


def redo(options: Options) -> int:
    """Do again what was taken back last, and name it."""
    with saved(options) as session:
        if isinstance(redoable(session.review), Landed):
            hint = f"workbench land {session.review.id} --to …"
            raise UserError("A landing is not done again by redo.", hint=f"Land again: {hint}")
        action = session.redo()
        words = f"Done again: {session.words(action)}." if action else "There is nothing to redo."
        return done(options, session, words)


def viewed(options: Options) -> int:
    """Mark a file viewed."""
    with saved(options) as session:
        session.view(options.path)
        return done(options, session, "Viewed.")


def task(options: Options) -> int:
    """Read the task, or write it with --set."""
    with saved(options) as session:
        if options.source is not None:
            session.set_task(read_source(options.source).decode("utf-8", "replace"))
        if options.json:
            print_json({"review": session.review.id, "task": session.review.task})
        else:
            print_text(session.review.task.rstrip("\n"))
    return 0


def done(options: Options, session: Session, words: str) -> int:
    """Say what was done; also with --json, where a program reads it."""
    if options.json:
        print_json({"review": session.review.id, "said": words})
    else:
        print_lines(words)
    return 0
