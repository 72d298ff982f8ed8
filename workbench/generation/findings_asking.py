"""A reading by another model: asked for, repaired once, its places verified, or lost with all kept."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from workbench.generation.asking import ask
from workbench.generation.backends import Backend
from workbench.generation.events import CallEnded, CallEvent, Failed, FellBack, Finished, Lost, RepairAsked
from workbench.generation.exchange import Exchange
from workbench.generation.failures import Callee, Trouble, words
from workbench.generation.findings import VERSION, ParsedFindings, Verified, parse, verify
from workbench.generation.findings_prompt import ReadingRequest, build, marks_of, repair
from workbench.generation.prompt import Message

PURPOSE = "read"
REPAIRS = 1


class Read(Struct, frozen=True):
    """The reader answered to its end. Always the last event."""

    found: Verified
    exchange: Exchange


ReadingEvent = CallEvent | CallEnded | FellBack | RepairAsked | Read | Lost


def read(
    request: ReadingRequest, line: Sequence[Backend], cancelled: threading.Event
) -> Iterator[ReadingEvent]:
    """Ask the models of `line`, the first that answers, for findings. Blocking; ends with `Read` or `Lost`.

    It is asked again once, where the form is wrong, where not one of its findings has a place, or where the
    stream broke off. An answer without its end mark is never taken; nor is one of which nothing is left.
    """
    messages, marks = build(request), marks_of(request)
    exchange = Exchange(line[0].model, contract=VERSION)
    for repairs in range(REPAIRS, -1, -1):
        asked = yield from ask(line, messages, cancelled, PURPOSE)
        line, ended = asked.line, asked.ended
        exchange = replace(exchange, model=line[0].model, calls=(*exchange.calls, *asked.calls))
        yield from map(CallEnded, asked.calls[:-1])
        if not isinstance(ended, Finished):
            yield CallEnded(asked.calls[-1])
            yield _failed(ended, exchange)
            return
        parsed = parse(ended.text, marks)
        found = verify(parsed.findings, request.lines, parsed.problems)
        wrong = _wrong(parsed, found)
        may_mend = parsed.complete or ended.reason != "length"
        if wrong and repairs and may_mend:
            exchange = _marked(exchange, "repair", wrong)
            yield CallEnded(exchange.calls[-1])
            yield RepairAsked(wrong)
            messages = _again(messages, ended, wrong, request)
            continue
        usable = parsed.complete and bool(found.drafts or not found.dropped)
        exchange = _marked(exchange, "fits" if usable else "misfit", found.dropped)
        yield CallEnded(exchange.calls[-1])
        yield Read(found, exchange) if usable else _misfit(parsed, ended, exchange)
        return


def _wrong(parsed: ParsedFindings, found: Verified) -> tuple[str, ...]:
    """What the model is told; nothing where only some of several places are wrong, for those are dropped."""
    if not parsed.complete:
        return (*parsed.problems, "The end mark is missing, so the answer counts as cut.")
    if parsed.problems:
        return parsed.problems
    return found.dropped if not found.drafts else ()


def _again(
    messages: tuple[Message, ...], ended: Finished, wrong: tuple[str, ...], request: ReadingRequest
) -> tuple[Message, ...]:
    """The next messages: the same after a stream that broke off, which is no fault of the model."""
    if ended.reason is None or not ended.text.strip():
        return messages
    return (*messages, Message("assistant", ended.text), repair(wrong, marks_of(request)))


def _marked(exchange: Exchange, outcome: str, problems: tuple[str, ...]) -> Exchange:
    last = replace(exchange.calls[-1], outcome=outcome, problems=problems)
    return replace(exchange, calls=(*exchange.calls[:-1], last))


def _failed(failed: Failed, exchange: Exchange) -> Lost:
    if failed.trouble is Trouble.CANCELLED:
        return Lost(failed.trouble, "Reading was cancelled; no finding was taken.", "", exchange)
    return Lost(failed.trouble, failed.sentence, failed.hint, exchange)


def _misfit(parsed: ParsedFindings, ended: Finished, exchange: Exchange) -> Lost:
    model = exchange.model
    if not ended.text.strip():
        return Lost(Trouble.EMPTY, *words(Trouble.EMPTY, Callee(model)), exchange)
    if not parsed.complete and ended.reason == "length":
        sentence, hint = words(Trouble.OUT_OF_ROOM, Callee(model))
        return Lost(Trouble.OUT_OF_ROOM, sentence, hint, exchange)
    if not parsed.complete:
        sentence = f"The findings of {model} have no end mark: they were cut, and none was taken."
        return Lost(Trouble.CUT, sentence, "Ask again; what had arrived is kept.", exchange)
    sentence = f"Not one finding of {model} could be placed in the code, so none was taken."
    return Lost(
        Trouble.BAD_ANSWER, sentence, "What was wrong is kept. Ask again, or another model.", exchange
    )
