"""Commands about notes: write, list, reply, settle, edit, withdraw."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.cli.judging import done
from workbench.cli.output import print_json, print_lines
from workbench.cli.parser import Options, read_source
from workbench.cli.reviewing import saved
from workbench.errors import UserError
from workbench.review.notes import Author, Intent, Note, Place, Reply
from workbench.review.places import place_lines, places_now
from workbench.review.rounds import Round
from workbench.review.selecting import parse_lines
from workbench.review.sensitive import left_out
from workbench.review.text import one_line
from workbench.workflow import documents
from workbench.workflow.session import Session
from workbench.workflow.shape_acts import group_like, note_all, paths_apart, place_all, require_any

MARKS = {"!": Intent.MUST, "?": Intent.QUESTION, "+": Intent.KEEP}


def note(options: Options) -> int:
    """Write a note on a change, lines, a file or the review. A leading ! ? or + sets the intent."""
    with saved(options) as session:
        intent, text = split_intent(options.text)
        chosen = Intent(options.intent) if options.intent else intent or Intent.SHOULD
        if options.shape is not None:
            return _note_shape(session, options, chosen, text)
        suggestion = None
        if options.suggest:
            suggestion = read_source(options.suggest).decode("utf-8", "surrogateescape")
        written = session.write_note(place_named(session, options), chosen, text, suggestion)
    if options.json:
        print_json(documents.note_document(written, written.place, rounds=session.review.rounds))
    else:
        print_lines(written.id)
    return 0


def _note_shape(session: Session, options: Options, intent: Intent, text: str) -> int:
    """One note on every change of a shape; those in sensitive files are left out and said."""
    if options.on or options.file or options.lines:
        raise UserError("Say where the note stands in one way.", hint="Give --shape, --on or --file.")
    if options.suggest:
        raise UserError("A suggestion stands in the place of one change.", hint="Give --on CHANGE.")
    group = group_like(session, options.shape)
    written = note_all(session, place_all(session, require_any(group)), intent, text)
    left = paths_apart(group)
    if options.json:
        document = documents.note_document(written, written.place, written.places, session.review.rounds)
        print_json({**document, "left_out": list(left)})
    else:
        print_lines(written.id)
        if left:
            print_lines(left_out(left))
    return 0


def split_intent(text: str) -> tuple[Intent | None, str]:
    """The intent that a note's first character gives (! must, ? question, + keep), if any, and the rest."""
    stripped = text.lstrip()
    intent = MARKS.get(stripped[:1])
    return (intent, stripped[1:].lstrip()) if intent else (None, text)


def place_named(session: Session, options: Options) -> Place:
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
            has = (
                f"{path} has only {len(lines)} lines on that side."
                if lines
                else f"{path} has no lines there."
            )
            raise UserError(has, hint="Lines are counted from 1; old: is the base's file, new: the round's.")
        return place_lines(path, side, lines, start, count, change=change.id if change else None)
    if change is not None:
        return session.place_of(change)
    if options.file:
        session.require_path(options.file)
        return Place(path=options.file)
    return Place()


def notes(options: Options) -> int:
    """List the notes, where they stand now, and what was answered."""
    with saved(options) as session:
        shown, review = session.notes_in_round(), session.review
    if options.json:
        listed = [
            documents.note_document(note, place, places_now(review, note), review.rounds)
            for note, place in shown
        ]
        print_json({"notes": listed})
        return 0
    for each, place in shown:
        print_lines(_note_line(each, place))
        for reply in each.thread:
            print_lines(f"      {_reply_words(reply, review.rounds)}: {reply.text}")
    return 0


def _reply_words(reply: Reply, rounds: Sequence[Round]) -> str:
    """Who said an entry of a thread, in the round of which number: "gpt-4o, round 2, declined"."""
    known = 0 <= reply.round < len(rounds)
    who = "you" if reply.author is Author.EXPERT else one_line(reply.model or "the model")
    parts = [who, f"round {rounds[reply.round].number}" if known else ""]
    parts += [reply.kind.value if reply.kind else "", "sent again" if reply.again else ""]
    parts += ["incomplete" if reply.cut else ""]
    return ", ".join(part for part in parts if part)


def _note_line(each: Note, place: Place | None) -> str:
    state = "settled" if each.settled else ("outdated" if place is None else "open")
    intent = "reason" if each.reason else each.intent.value
    where = one_line((place or each.place).path or "the review")
    if place is not None and place.count:
        where += f" {place.side.value} {place.start}-{place.start + place.count - 1}"
    if each.spread:
        where += f" and {len(each.spread):,} more"
    return f"{each.id:4} {intent:8} {state:8} {where}: {each.text}"


def reply(options: Options) -> int:
    """Write into a note's thread."""
    with saved(options) as session:
        if not options.text.strip():
            raise UserError("The reply is empty.", hint="Write a sentence.")
        session.reply(options.note, options.text)
        return done(options, session, "Replied.")


def settle(options: Options) -> int:
    """Say that a note is dealt with, and why if a text is given."""
    with saved(options) as session:
        if options.text.strip():
            session.reply(options.note, options.text)
        session.settle(options.note)
        return done(options, session, "Settled.")


def edit(options: Options) -> int:
    """Change the words of a note; a leading ! ? or + changes its intent too."""
    with saved(options) as session:
        known = session.note(options.note)
        intent, text = split_intent(options.text)
        if not text.strip():
            raise UserError("The note would be empty.", hint="To take it back: workbench withdraw")
        session.edit_note(known.id, intent or known.intent, text, known.suggestion)
        return done(options, session, "Edited.")


def withdraw(options: Options) -> int:
    """Take a note back; it is never sent again."""
    with saved(options) as session:
        session.withdraw(options.note)
        return done(options, session, "Withdrawn.")
