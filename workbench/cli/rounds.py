"""Commands about rounds: feedback, prompt, the next round, the ledger, the calls."""

from __future__ import annotations

import sys
import threading
from typing import Any

from workbench.cli.output import print_json, print_lines, shown
from workbench.cli.parser import Options
from workbench.cli.reviewing import round_index
from workbench.errors import UserError
from workbench.review.feedback import as_json, as_markdown
from workbench.workflow import documents, send
from workbench.workflow.landing import rejected_in_work_tree, take_out_rejected
from workbench.workflow.opening import open_saved
from workbench.workflow.receive import refresh, take_arrival
from workbench.workflow.session import Session


def feedback(options: Options) -> int:
    """What the next round is given."""
    session = open_saved(options.review)
    value = session.feedback()
    if options.json or options.format == "json":
        print_json(as_json(value))
    else:
        print_lines(as_markdown(value).rstrip("\n"))
    return 0


def prompt(options: Options) -> int:
    """The exact prompt of a round that a model made (the newest one unless --round says which)."""
    session = open_saved(options.review)
    rounds = session.review.rounds
    if options.round is not None:
        rounds = (rounds[round_index(session, options.round)],)
    found = next((each for each in reversed(rounds) if each.exchange), None)
    if found is None or found.exchange is None:
        raise UserError("No model was asked for that round.", hint="Ask one: workbench next … --model NAME")
    exchange = session.log.exchange(found.exchange) or {}
    if options.json:
        print_json(exchange)
        return 0
    messages: list[dict[str, Any]] = exchange.get("messages", [])
    for message in messages:
        print_lines(f"--- {message.get('role', '')}", str(message.get("content", "")))
    return 0


def next_round(options: Options) -> int:
    """Get the next round, from a model or from what was written into the work tree."""
    session = open_saved(options.review)
    if options.refresh:
        arrival = refresh(session)
        if arrival is None:
            raise UserError("Nothing has changed since the work tree was last read.")
        take_arrival(session, arrival)
    else:
        _ask_model(session, options)
    if options.json:
        print_json(documents.ledger_document(session))
    else:
        number = session.review.round.number if session.review.round else 0
        print_lines(f"Round {number} is here. {len(session.files)} files differ from the base.")
        _print_ledger(session)
    return 0


def _ask_model(session: Session, options: Options) -> None:
    recipient = send.recipient_named(session, options.model)
    if not options.keep_rejected and rejected_in_work_tree(session):
        session.act(take_out_rejected(session))
    cancelled = threading.Event()
    try:
        for event in send.next_round(session, recipient, cancelled):
            send.take(session, event)
            words = send.words(event)
            if words and not options.json:
                print(shown(words), file=sys.stderr)
            if isinstance(event, send.Lost):
                raise UserError(event.sentence, hint=event.hint)
    except KeyboardInterrupt:
        cancelled.set()
        raise


def ledger(options: Options) -> int:
    """What became of each verdict and note."""
    session = open_saved(options.review)
    if options.json:
        print_json(documents.ledger_document(session))
    else:
        _print_ledger(session)
    return 0


def _print_ledger(session: Session) -> None:
    entries = session.ledger()
    if not entries:
        print_lines("The ledger is empty: nothing was judged in the round before.")
    for entry in entries:
        where = f"{entry.path}:{entry.line}" if entry.path else ""
        print_lines(f"{entry.said.value:14} {entry.note or where:24} {entry.words}".rstrip())


def calls(options: Options) -> int:
    """Every call to a model, with tokens, cost and time."""
    session = open_saved(options.review)
    if options.json:
        print_json(documents.calls_document(session))
        return 0
    for call in session.review.calls:
        cost = "cost unknown" if call.usage.cost is None else f"${call.usage.cost:.4f}"
        tokens = f"{call.usage.tokens_in or '?'} + {call.usage.tokens_out or '?'} tokens"
        print_lines(f"{call.purpose:8} {call.model:30} {call.outcome:10} {tokens:20} {cost}")
    if not session.review.calls:
        print_lines("No model was called.")
    return 0
