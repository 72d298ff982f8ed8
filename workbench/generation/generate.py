"""A round by another author than the expert: asked for, checked, repaired, or lost with everything kept.

Nothing here writes a file: the last event carries what the answer makes of the start tree, or says in a
sentence and a hint why there is no round.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from workbench.generation.asking import ask
from workbench.generation.backends import Backend
from workbench.generation.checking import Outcome, Problems, check, listed, refused_unread
from workbench.generation.contract import Block, Parsed, parse
from workbench.generation.events import (
    Answered,
    CallEnded,
    Event,
    Failed,
    Finished,
    Lost,
    Noticed,
    RepairAsked,
    TextArrived,
)
from workbench.generation.exchange import Call, Exchange
from workbench.generation.failures import Callee, Trouble, words
from workbench.generation.given import not_given, parted
from workbench.generation.matching import CheckCancelledError, Work
from workbench.generation.offline import NAME, answer
from workbench.generation.prompt import Message, Request, build, marks_of, repair
from workbench.review.rounds import Usage
from workbench.review.scope import scope_of_task

REPAIRS = 2
"""How often a model is told what was wrong. A third time has never mended what two did not."""


def generate(
    request: Request,
    backend: Backend,
    cancelled: threading.Event,
    *,
    repairs: int = REPAIRS,
    fallbacks: Sequence[Backend] = (),
) -> Iterator[Event]:
    """Ask a model for a round. Blocking; the last event is `Answered` or `Lost`.

    An answer that does not fit is asked for again, `repairs` times at most; one that fits and looks wrong is
    told so once. One that fits is never lost by asking again. A stream that broke off is asked for once more
    as it was: that is no fault of the model's. `fallbacks` are asked, in order, where a model fails.
    """
    messages, marks = build(request), marks_of(request)
    exchange = Exchange(backend.model)
    line: tuple[Backend, ...] = (backend, *fallbacks)
    good: Outcome | None = None
    told: frozenset[str] = frozenset()
    asked, cuts, purpose = 0, 0, "round"
    while True:
        found = yield from ask(line, messages, cancelled, purpose)
        line, ended = found.line, found.ended
        exchange = replace(exchange, model=line[0].model, calls=(*exchange.calls, *found.calls))
        yield from map(CallEnded, found.calls[:-1])
        if not isinstance(ended, Finished):
            yield CallEnded(found.calls[-1])
            cancel = ended.trouble is Trouble.CANCELLED
            yield from [_lost(ended, exchange)] if cancel or good is None else _answered(good, exchange)
            return
        parsed = parse(ended.text, marks)
        try:
            result = _judge(request, parsed, Work(cancelled))
        except CheckCancelledError:
            exchange = _marked(exchange, Trouble.CANCELLED.value, ())
            yield CallEnded(exchange.calls[-1])
            yield _cancelled(exchange)
            return
        fits = isinstance(result, Outcome)
        doubts = (
            tuple(each for each in result.doubts if each not in told) if isinstance(result, Outcome) else ()
        )
        problems = listed(doubts) if isinstance(result, Outcome) else result.found
        good = result if isinstance(result, Outcome) else good
        cut = not parsed.complete and ended.reason is None
        if cut:
            again = cuts == 0
        else:
            again = asked < repairs and (parsed.complete or ended.reason != "length")
        if not problems or not again:
            left = result.doubts if isinstance(result, Outcome) else problems
            exchange = _marked(exchange, "fits" if fits else "misfit", left)
            yield CallEnded(exchange.calls[-1])
            yield from [_misfit(parsed, ended, exchange)] if good is None else _answered(good, exchange)
            return
        exchange = _marked(exchange, "repair", problems)
        yield CallEnded(exchange.calls[-1])
        yield RepairAsked(problems)
        if cut:
            cuts += 1
        else:
            asked, purpose, told = asked + 1, "repair", told | frozenset(doubts)
            messages = _again(messages, ended, repair(problems, marks, doubts=fits))


def generate_offline(request: Request) -> Iterator[Event]:
    """The same for the embedded author, which needs no network and cannot fail."""
    outcome = answer(request)
    told = "\n".join(f"{each.note}: {each.kind.value}. {each.text}" for each in outcome.answers)
    text = told or "There was no note to act on."
    yield TextArrived(f"{text}\n")
    call = Call((), text, "fits", usage=Usage(0, 0, 0.0, 0.0), model=NAME)
    yield CallEnded(call)
    yield Answered(outcome, Exchange(NAME, (call,)))


def _judge(request: Request, parsed: Parsed, work: Work) -> Outcome | Problems:
    live = tuple(note.id for note in request.notes if note.is_live)
    scope = scope_of_task(request.task)
    too_much = refused_unread(parsed)
    if too_much:
        return Problems((too_much,))
    left: tuple[Block, ...] = ()
    if request.confined:
        parsed, left = parted(parsed, request.files, request.parts, request.paths, work)
    beyond = not_given(parsed, request.files, request.parts, work)
    if beyond:
        return Problems(listed(beyond))
    notes, paths = request.to_answer, request.paths
    return check(parsed, request.files, notes, paths=paths, also=live, scope=scope, beyond=left, work=work)


def _marked(exchange: Exchange, outcome: str, problems: tuple[str, ...]) -> Exchange:
    """The exchange with what was found in its last answer."""
    last = replace(exchange.calls[-1], outcome=outcome, problems=problems)
    return replace(exchange, calls=(*exchange.calls[:-1], last))


def _again(messages: tuple[Message, ...], ended: Finished, wrong: Message) -> tuple[Message, ...]:
    """The next messages: the same after an answer without a word, which there is nothing to say about."""
    if not ended.text.strip():
        return messages
    return (*messages, Message("assistant", ended.text), wrong)


def _answered(outcome: Outcome, exchange: Exchange) -> Iterator[Event]:
    """The end of a round that came, with what the expert should know of it."""
    yield from map(Noticed, (*outcome.doubts, *outcome.told))
    yield Answered(outcome, exchange)


def _misfit(parsed: Parsed, ended: Finished, exchange: Exchange) -> Lost:
    trouble = Trouble.BAD_ANSWER
    if not parsed.complete and ended.reason in (None, "length"):
        trouble = Trouble.CUT if ended.reason is None else Trouble.OUT_OF_ROOM
        trouble = trouble if ended.text.strip() else Trouble.EMPTY
    sentence, hint = words(trouble, Callee(exchange.model))
    return Lost(trouble, sentence, hint, exchange)


def _cancelled(exchange: Exchange) -> Lost:
    sentence, hint = words(Trouble.CANCELLED, Callee(exchange.model))
    return Lost(Trouble.CANCELLED, sentence, hint, exchange)


def _lost(failed: Failed, exchange: Exchange) -> Lost:
    return Lost(failed.trouble, failed.sentence, failed.hint, exchange)
