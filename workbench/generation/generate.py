"""A round by another author than the expert: asked for, checked, repaired once, or lost with everything kept.

Nothing here writes a file: the last event carries what the answer makes of the start tree, or says in a
sentence and a hint why there is no round.
"""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator

from msgspec.structs import replace

from workbench.generation.backends import Backend
from workbench.generation.checking import Outcome, Problems, check
from workbench.generation.contract import Parsed, parse
from workbench.generation.events import (
    Answered,
    Event,
    Failed,
    Finished,
    Lost,
    RepairAsked,
    Retried,
    TextArrived,
    UsageKnown,
)
from workbench.generation.exchange import Call, Exchange
from workbench.generation.failures import Callee, Trouble, words
from workbench.generation.offline import NAME, answer
from workbench.generation.prompt import Message, Request, build, digest, marks_of, repair
from workbench.review.rounds import Usage


def generate(
    request: Request, backend: Backend, cancelled: threading.Event, *, repairs: int = 1
) -> Iterator[Event]:
    """Ask a model for a round. Blocking; the last event is `Answered` or `Lost`.

    An answer that does not fit, or fits and looks wrong, is asked for again, `repairs` times at most.
    One that fits is never lost by asking again.
    """
    messages, marks = build(request), marks_of(request)
    exchange = Exchange(backend.model)
    good: Outcome | None = None
    while True:
        call, ended = yield from _call(backend, messages, cancelled)
        if not isinstance(ended, Finished):
            cancel = ended.trouble is Trouble.CANCELLED
            exchange = replace(exchange, calls=(*exchange.calls, call))
            yield _lost(ended, exchange) if cancel or good is None else Answered(good, exchange)
            return
        parsed = parse(ended.text, marks)
        result = _judge(request, parsed)
        fits = isinstance(result, Outcome)
        problems = result.doubts if isinstance(result, Outcome) else result.found
        good = result if isinstance(result, Outcome) else good
        may_repair = len(exchange.calls) < repairs and (parsed.complete or ended.reason != "length")
        outcome = "repair" if problems and may_repair else "fits" if fits else "misfit"
        call = replace(call, outcome=outcome, problems=problems)
        exchange = replace(exchange, calls=(*exchange.calls, call))
        if outcome == "repair":
            yield RepairAsked(problems)
            messages = _again(messages, ended, repair(problems, marks, doubts=fits))
            continue
        yield Answered(good, exchange) if good is not None else _misfit(parsed, ended, exchange)
        return


def generate_offline(request: Request) -> Iterator[Event]:
    """The same for the embedded author, which needs no network and cannot fail."""
    outcome = answer(request)
    told = "\n".join(f"{each.note}: {each.kind.value}. {each.text}" for each in outcome.answers)
    text = told or "There was no note to act on."
    yield TextArrived(f"{text}\n")
    yield Answered(outcome, Exchange(NAME, (Call((), text, "fits", usage=Usage(0, 0, 0.0, 0.0)),)))


def _call(
    backend: Backend, messages: tuple[Message, ...], cancelled: threading.Event
) -> Generator[Event, None, tuple[Call, Finished | Failed]]:
    """One call: passes its events on; gives its record and how it ended."""
    call = Call(messages, "", "", digest=digest(messages))
    for event in backend.events(messages, cancelled):
        call = _noted(call, event)
        if isinstance(event, Finished | Failed):
            return call, event
        yield event
    raise RuntimeError("A backend's last event must be Finished or Failed.")


def _judge(request: Request, parsed: Parsed) -> Outcome | Problems:
    live = tuple(note.id for note in request.notes if note.is_live)
    return check(parsed, request.files, request.to_answer, paths=request.paths, also=live)


def _again(messages: tuple[Message, ...], ended: Finished, wrong: Message) -> tuple[Message, ...]:
    """The next messages: the same after a stream that broke off, which is no fault of the model."""
    if ended.reason is None or not ended.text.strip():
        return messages
    return (*messages, Message("assistant", ended.text), wrong)


def _misfit(parsed: Parsed, ended: Finished, exchange: Exchange) -> Lost:
    trouble = Trouble.BAD_ANSWER
    if not parsed.complete and ended.reason in (None, "length"):
        trouble = Trouble.CUT if ended.reason is None else Trouble.OUT_OF_ROOM
    sentence, hint = words(trouble, Callee(exchange.model))
    return Lost(trouble, sentence, hint, exchange)


def _lost(failed: Failed, exchange: Exchange) -> Lost:
    return Lost(failed.trouble, failed.sentence, failed.hint, exchange)


def _noted(call: Call, event: Event) -> Call:
    """The record of a call with what one event says."""
    match event:
        case Retried():
            return replace(call, retries=call.retries + 1)
        case UsageKnown():
            return replace(call, usage=event.usage, cached=event.cached, first_token=event.first_token)
        case Finished():
            return replace(call, answer=event.text)
        case Failed():
            return replace(call, answer=event.text, outcome=event.trouble.value, detail=event.detail)
        case _:
            return call
