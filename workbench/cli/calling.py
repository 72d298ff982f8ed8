"""The command that lists what calls to models cost: of one review, or of today over all of them."""

from __future__ import annotations

from collections.abc import Iterable

from workbench.cli.output import counted, print_json, print_lines
from workbench.cli.parser import Options
from workbench.cli.reviewing import saved
from workbench.review.actions import CallMade
from workbench.review.costs import Sum, by_model, by_round, total
from workbench.workflow import documents
from workbench.workflow.calls import calls_of_day_by_round
from workbench.workflow.drafts import counts_of_readers
from workbench.workflow.findings_documents import readers_document
from workbench.workflow.opening import open_log


def calls(options: Options) -> int:
    """Every call to a model, with tokens, cost and time, and their sums."""
    if options.review is None:
        return _day(options)
    with saved(options) as session:
        document = documents.calls_document(session)
        made = session.review.calls
        readers = counts_of_readers(session)
        document["readers"] = readers_document(session)
    if options.json:
        print_json(document)
        return 0
    for call in made:
        print_lines(_line(call))
    if not made:
        print_lines("No model was called.")
        return 0
    rounds = by_round(made)
    _print_sums("round", ((str(number) if number else "?", rounds[number]) for number in rounds))
    _print_sums("model", by_model(made).items())
    print_lines("", f"review  {_sum_line(total(made))}")
    for each in readers:
        print_lines(f"{each.model}, findings over all reviews: {each.words}")
    return 0


def _day(options: Options) -> int:
    log = open_log()
    try:
        made = calls_of_day_by_round(log)
    finally:
        log.close()
    if options.json:
        print_json(documents.day_document(made))
        return 0
    if not made:
        print_lines("No model was called today.")
        return 0
    for review, call in made:
        print_lines(f"{review}  {_line(call)}")
    reviews = dict.fromkeys(review for review, _ in made)
    each = ((review, total(call for of, call in made if of == review)) for review in reviews)
    _print_sums("review", each)
    _print_sums("model", by_model(call for _, call in made).items())
    print_lines("", f"today  {_sum_line(total(call for _, call in made))}")
    return 0


def _line(call: CallMade) -> str:
    one = total((call,))
    where = f"{call.purpose} {call.round}" if call.round else call.purpose
    more = f", {counted(call.retries, 'retry', 'retries')}" if call.retries else ""
    instead = f", instead of {call.instead_of}" if call.instead_of else ""
    took = "" if call.usage.seconds is None else f"  {call.usage.seconds:.1f} s"
    words = f"{where:10} {call.model:30} {call.outcome:12} {one.token_words}  {one.cost_words}{took}"
    return f"{words}{more}{instead}"


def _print_sums(what: str, sums: Iterable[tuple[str, Sum]]) -> None:
    print_lines("")
    for name, done in sums:
        print_lines(f"{what} {name}  {_sum_line(done)}")


def _sum_line(done: Sum) -> str:
    return f"{counted(done.calls, 'call')}  {done.token_words}  {done.cost_words}"
