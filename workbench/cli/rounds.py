"""Commands about rounds: feedback, prompt, the next round, the ledger, the calls."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from workbench.cli.context import allow_for
from workbench.cli.output import counted, print_json, print_lines, print_text, say
from workbench.cli.parser import Options
from workbench.cli.reviewing import round_index, saved
from workbench.errors import UserError
from workbench.review.feedback import as_json
from workbench.review.text import one_line
from workbench.workflow import documents, outgoing, recipients, send
from workbench.workflow.answers import send_rest_back
from workbench.workflow.gate import findings_in_text, quoted_paths
from workbench.workflow.keeping import keep_if_possible
from workbench.workflow.landing import rejected_in_work_tree, take_out_rejected
from workbench.workflow.only import wanted_only
from workbench.workflow.receive import refresh, take_arrival
from workbench.workflow.request import handed_text, rules_that_hold
from workbench.workflow.session import Session


def feedback(options: Options) -> int:
    """What the next round is given."""
    with saved(options) as session:
        value, text = session.feedback(), handed_text(session)
        rules = [{"id": rule.id, "text": rule.text} for rule in rules_that_hold(session)]
        keep_if_possible(session)
        named = quoted_paths(value)
        found = [each for each in findings_in_text(session, text, paths=named) if not each.allowed]
    if found:
        say(f"Careful: what follows holds what looks like a secret ({found[0].words}).")
    if options.json or options.format == "json":
        print_json({**as_json(value), "rules": rules})
    else:
        print_text(text.rstrip("\n"))
    return 0


def prompt(options: Options) -> int:
    """The exact prompt of a model's round, the newest unless --round says which; before any, the next."""
    if options.against is not None or options.answer:
        return _read_again(options)
    with saved(options) as session:
        exchange = _exchange(session, options.round)
    if options.json:
        print_json(exchange)
        return 0
    messages: list[dict[str, Any]] = exchange.get("messages", [])
    if not messages:
        print_lines("The offline model is given no prompt: it reads the review itself.")
    for message in messages:
        print_text(f"--- {message.get('role', '')}\n{message.get('content', '')}")
    return 0


def _read_again(options: Options) -> int:
    """What arrived for a round, or what differs between the prompts or the answers of two."""
    # Late: seldom wanted.
    from workbench.review.line_diff import as_patch  # noqa: PLC0415
    from workbench.workflow import kept_calls  # noqa: PLC0415

    with saved(options) as session:
        number = options.round if options.round is not None else kept_calls.newest_asked(session)
        read = kept_calls.answer_of_round if options.answer else kept_calls.prompt_of_round
        now = read(session, number)
        then = read(session, options.against) if options.against is not None else None
    text = now.answer if options.answer else now.prompt
    document = {"round": number, "model": now.model, "answer" if options.answer else "prompt": text}
    if then is not None:
        other = then.answer if options.answer else then.prompt
        text = as_patch(other, text, f"round {options.against}", f"round {number}")
        document |= {"against": options.against, "differs": text}
    if options.json:
        print_json(document)
    else:
        print_text(text.rstrip("\n") or "They are the same.")
    return 0


def _exchange(session: Session, number: int | None) -> dict[str, Any]:
    rounds = session.review.rounds
    if number is not None:
        rounds = (rounds[round_index(session, number)],)
    found = next((each for each in reversed(rounds) if each.exchange), None)
    if found is not None and found.exchange is not None:
        return session.log.exchange(found.exchange) or {}
    if number is not None:
        raise UserError(
            f"No model was asked for round {number}.", hint="What would be sent now: leave --round away."
        )
    return {"model": None, "messages": outgoing.prompt_messages(session)}


def next_round(options: Options) -> int:
    """Get the next round, from a model or from what was written into the work tree."""
    if options.until_clean is not None:
        from workbench.cli.reading import next_until_clean  # noqa: PLC0415 - as below

        return next_until_clean(options)
    with saved(options) as session:
        if options.refresh:
            if options.only or options.file:
                raise UserError(
                    "The work tree is read as a whole.", hint="--only and --file go with --model NAME."
                )
            arrival = refresh(session)
            if arrival is None:
                raise UserError(
                    "Nothing has changed since the work tree was last read.",
                    hint="Ask a model for a round: --model NAME",
                )
            take_arrival(session, arrival)
        else:
            ask_model(session, options)
        keep_if_possible(session)
        # Late: what reads a round is not needed by every command about rounds.
        from workbench.cli.reading import read_after  # noqa: PLC0415

        reading = read_after(session, options)
        if options.json:
            print_json({**documents.ledger_document(session), **reading.document()})
            return reading.status
        arrival_words = session.review.round.arrival if session.review.round else ""
        differ = counted(len(session.files), "file differs", "files differ")
        print_lines(f"{arrival_words} {differ} from the base.")
        print_ledger(session)
        reading.show()
    return reading.status


def ask_model(session: Session, options: Options) -> None:
    """Get the next round from a model and take it. UserError where there is none."""
    recipient = recipients.recipient_named(session, options.model)
    only = wanted_only(session, options.only, options.file) if options.only or options.file else None
    recipients.require_ready(session, recipient)
    # Before anything is written: what must not leave is said, or allowed by name.
    allow_for(session, recipient, options.allow_secret or [], only)
    take_out = session.settings.take_out_before_sending and not options.keep_rejected
    count = rejected_in_work_tree(session) if take_out else 0
    if count:
        session.act(take_out_rejected(session))
        if not options.json:
            say(f"Took what was rejected out of {counted(count, 'file')} of the work tree.")
    with interruptible() as cancelled:
        for event in send.next_round(session, recipient, cancelled, only):
            send.take(session, event)
            words = send.words(event)
            if words and not options.json:
                say(words)
            if isinstance(event, send.Lost):
                if event.cancelled:
                    say(event.sentence)
                    raise KeyboardInterrupt
                raise UserError(event.sentence, hint=event.hint)


@contextmanager
def interruptible() -> Iterator[threading.Event]:
    """A flag that Ctrl+C sets, so that what was spent is still recorded. Pressed again, it ends at once."""
    cancelled = threading.Event()

    def interrupted(number: int, frame: FrameType | None) -> None:
        del number, frame
        if cancelled.is_set():
            raise KeyboardInterrupt
        cancelled.set()

    if threading.current_thread() is not threading.main_thread():
        yield cancelled
        return
    before = signal.signal(signal.SIGINT, interrupted)
    try:
        yield cancelled
    finally:
        signal.signal(signal.SIGINT, before)


def ledger(options: Options) -> int:
    """What became of each verdict and note."""
    with saved(options) as session:
        if options.send_back:
            count = send_rest_back(session)
            if not options.json:
                say(f"{counted(count, 'entry is', 'entries are')} sent back.")
        if options.json:
            print_json(documents.ledger_document(session))
        else:
            print_ledger(session)
    return 0


def print_ledger(session: Session) -> None:
    """The ledger as lines."""
    entries = session.ledger()
    if not entries:
        print_lines("The ledger is empty: nothing was judged in the round before.")
    for entry in entries:
        where = f"{one_line(entry.path)}:{entry.line}" if entry.path else ""
        print_lines(f"{entry.id}  {entry.said.value:14} {entry.note or where:24} {entry.words}".rstrip())
