"""The command that sends one question at once."""

from __future__ import annotations

from workbench.cli.noting import place_named, split_intent
from workbench.cli.output import print_json, print_text, say
from workbench.cli.parser import Options
from workbench.cli.reviewing import saved
from workbench.cli.rounds import interruptible
from workbench.errors import UserError
from workbench.review.notes import Intent
from workbench.workflow import asking, documents
from workbench.workflow.calls import OFFLINE
from workbench.workflow.pins import allow_named


def ask(options: Options) -> int:
    """Ask a model about a change, lines, a file or the review. The question and its answer are a note."""
    with saved(options) as session:
        if not options.text.strip():
            raise UserError("Nothing is asked.", hint="Write a question, or give the id of one.")
        if options.model == OFFLINE:
            raise UserError("The offline model answers no questions.", hint="Name a model: --model NAME")
        if options.text.upper() in session.review.notes:
            note = asking.require_question(session, options.text, options.model)
        else:
            place = place_named(session, options)
            note = session.write_note(place, Intent.QUESTION, split_intent(options.text)[1])
        if options.allow_secret:
            allow_named(session, asking.secrets_in(session, note), options.allow_secret)
        shown = not options.json
        with interruptible() as cancelled:
            for event in asking.ask(session, note.id, options.model, cancelled):
                asking.take(session, event)
                if isinstance(event, asking.NotAnswered):
                    kept = f"The question is kept as {note.id}."
                    raise UserError(event.sentence, hint=f"{event.hint} {kept}".strip())
                words = asking.words(event)
                if words and shown:
                    say(words)
        found = {each.id: (each, where) for each, where in session.notes_in_round()}
        written, where = found[note.id]
        if options.json:
            print_json(documents.note_document(written, where, rounds=session.review.rounds))
        else:
            print_text(f"{written.id}: {written.thread[-1].text}")
    return 0
