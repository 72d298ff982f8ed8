"""Commands about the second reader: read a round, list what was found, adopt, dismiss, repeat until clean."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from workbench.cli.judging import done
from workbench.cli.noting import split_intent
from workbench.cli.output import counted, print_json, print_lines, say
from workbench.cli.parser import Options
from workbench.cli.reviewing import saved
from workbench.cli.rounds import ask_model, interruptible, print_ledger
from workbench.errors import UserError
from workbench.review.actions import FindingsArrived
from workbench.review.findings import Finding, State
from workbench.review.notes import Place
from workbench.review.text import one_line
from workbench.workflow import documents, drafts, findings_documents, reading, recipients
from workbench.workflow.keeping import keep_if_possible
from workbench.workflow.pins import allow_named
from workbench.workflow.session import Session
from workbench.workflow.until_clean import until_clean

WAITING = 10
"""The status when it is the expert's turn."""


def read(options: Options) -> int:
    """Have another model read the round, and list what it found."""
    with saved(options) as session:
        name = options.model or reading.last_reader(session)
        if not name:
            raise UserError("No model is named to read the round.", hint="Name one: --model NAME")
        action = _read(session, name, options)
        if options.json:
            document = findings_documents.findings_document(session)
            print_json({**document, "reading": findings_documents.reading_document(action)})
            return 0
        print_lines(drafts.reading_words(action))
        _print_findings(session)
        _print_counts(session)
    return 0


def findings(options: Options) -> int:
    """List what other models found, where it stands now, and what came of each model's findings."""
    with saved(options) as session:
        if options.json:
            print_json(findings_documents.findings_document(session, every=options.all))
            return 0
        _print_findings(session, every=options.all)
        _print_counts(session)
    return 0


def adopt(options: Options) -> int:
    """Make a note of a finding. A leading ! ? or + of the text changes its intent too."""
    with saved(options) as session:
        intent, text = split_intent(options.text)
        note = drafts.adopt(session, options.finding, intent, text if text.strip() else None)
    if options.json:
        print_json(documents.note_document(note, note.place, rounds=session.review.rounds))
    else:
        print_lines(note.id)
    return 0


def dismiss(options: Options) -> int:
    """Say that a finding is none."""
    with saved(options) as session:
        drafts.dismiss(session, options.finding, options.text)
        return done(options, session, "Dismissed.")


# -- after a round ------------------------------------------------------------------------------


class After(Struct, frozen=True):
    """What reading the new round came to: nothing where nobody reads."""

    session: Session
    action: FindingsArrived | None = None
    failed: UserError | None = None

    @property
    def status(self) -> int:
        return 0 if self.failed is None else 1

    def document(self) -> dict[str, Any]:
        """What is added to the round's document."""
        if self.failed is not None:
            return {"reading": {"failed": self.failed.message}}
        if self.action is None:
            return {}
        found = findings_documents.findings_document(self.session)
        made = findings_documents.reading_document(self.action)
        return {"reading": made, "findings": found["findings"], "readers": found["readers"]}

    def show(self) -> None:
        """The same as lines."""
        if self.action is not None:
            print_lines(drafts.reading_words(self.action))
            _print_findings(self.session)
        if self.failed is not None:
            say(f"The round was not read. {self.failed.message}", self.failed.hint)


def read_after(session: Session, options: Options) -> After:
    """Have a new round read by whom the command or the settings name. The round is there whatever happens."""
    name = reading.chosen_reader(session, options.reader)
    if not name:
        return After(session)
    try:
        return After(session, _read(session, name, options))
    except UserError as error:
        return After(session, failed=error)


def next_until_clean(options: Options) -> int:
    """Make rounds and have them read, until one is clean or it is the expert's turn."""
    if not options.model or options.until_clean < 1:
        raise UserError(
            "Only a model makes rounds until one is clean.", hint="Give --model NAME and --until-clean 3."
        )
    with saved(options) as session:
        name = reading.chosen_reader(session, options.reader)
        if not name:
            raise UserError("Nobody is named to read the rounds.", hint="Give --reader NAME.")
        author = recipients.recipient_named(session, options.model)
        for recipient in (author, reading.reader_named(session, name)):
            if recipient.lacks:
                recipients.require_ready(session, recipient)
        ended = until_clean(
            session,
            options.until_clean,
            lambda: ask_model(session, options),
            lambda: _read(session, name, options),
        )
        keep_if_possible(session)
        if options.json:
            found = findings_documents.findings_document(session)
            stopped = {"clean": ended.clean, "why": ended.why, "rounds": ended.rounds}
            ledger = documents.ledger_document(session)
            print_json({**ledger, **stopped, "findings": found["findings"], "readers": found["readers"]})
            return 0 if ended.clean else WAITING
        print_ledger(session)
        _print_findings(session)
        print_lines(ended.why if ended.clean else f"It is your turn: {ended.why}")
    return 0 if ended.clean else WAITING


def _read(session: Session, name: str, options: Options) -> FindingsArrived:
    """Have the current round read and take what comes. UserError where there are no findings to take."""
    recipient = reading.reader_named(session, name)
    reading.require_readable(session, recipient)
    if options.allow_secret:
        allow_named(
            session, reading.secrets_in(session, reading.reading_request(session)), options.allow_secret
        )
    word = reading.same_as_author(session, recipient)
    if not options.json:
        say(f"{recipient.label} reads round {session.review.round.number if session.review.round else 0}.")
        if word:
            say(word)
    with interruptible() as cancelled:
        for event in reading.read_round(session, recipient, cancelled):
            reading.take(session, event)
            if isinstance(event, reading.NotRead):
                if event.cancelled:
                    say(event.sentence)
                    raise KeyboardInterrupt
                raise UserError(event.sentence, hint=event.hint)
            words = reading.words(event)
            if words and not options.json:
                say(words)
    return session.review.readings[-1]


def _print_findings(session: Session, *, every: bool = False) -> None:
    known = session.review.findings
    shown = list(known.values()) if every else [each for each, _ in drafts.findings_in_round(session)]
    shown = [each for each in shown if each.state is not State.REPLACED]
    for each in shown:
        print_lines(_line(each, drafts.place_of(session, each)))
        print_lines(*(f"      {line}" for line in each.evidence.split("\n")))
    if not shown:
        print_lines("No finding waits for you.")


def _line(finding: Finding, place: Place | None) -> str:
    where = place or finding.place
    last = where.start + where.count - 1
    lines = f"{where.side.value} {where.start}" + (f"-{last}" if where.count > 1 else "")
    state = finding.state.value if place is not None or finding.state is not State.OPEN else "outdated"
    became = f" as {finding.note}" if finding.note else f": {finding.reason}" if finding.reason else ""
    head = f"{finding.id:4} {finding.intent.value:8} {state}{became}"
    path = one_line(where.path or "the review")
    return f"{head}  {path} {lines} ({finding.model}): {finding.claim}"


def _print_counts(session: Session) -> None:
    for each in drafts.counts_of_readers(session):
        print_lines(f"{each.model}, over {counted(each.readings, 'reading')}: {each.words}")
