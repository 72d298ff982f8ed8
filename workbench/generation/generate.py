"""A round by another author than the expert: asked for, checked, repaired, or lost with everything kept.

Nothing here writes a file: the last event carries what the answer makes of the start tree, or says in a
sentence and a hint why there is no round.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

from msgspec import Struct
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
    yield from _Making(request, (backend, *fallbacks), repairs).events(cancelled)


class _Seen(Struct, frozen=True):
    """An answer that was looked at. `problems` are what the model is told, where it is asked again."""

    ended: Finished
    parsed: Parsed
    result: Outcome | Problems
    doubts: tuple[str, ...]

    @property
    def fits(self) -> bool:
        return isinstance(self.result, Outcome)

    @property
    def is_cut(self) -> bool:
        """The stream broke off: no fault of the model's."""
        return not self.parsed.complete and self.ended.reason is None

    @property
    def problems(self) -> tuple[str, ...]:
        return listed(self.doubts) if isinstance(self.result, Outcome) else self.result.found

    @property
    def left(self) -> tuple[str, ...]:
        """What is still odd about it, where it is not asked for again."""
        return self.result.doubts if isinstance(self.result, Outcome) else self.result.found


class _Making:
    """One round while it is made: what is asked, what has come of it, and what was good of that."""

    def __init__(self, request: Request, line: tuple[Backend, ...], repairs: int) -> None:
        self._request, self._line, self._repairs = request, line, repairs
        self._messages, self._marks = build(request), marks_of(request)
        self._exchange = Exchange(line[0].model)
        self._good: Outcome | None = None
        self._told: frozenset[str] = frozenset()
        self._asked, self._cuts, self._purpose = 0, 0, "round"

    def events(self, cancelled: threading.Event) -> Iterator[Event]:
        """What happens, to `Answered` or `Lost`."""
        while True:
            found = yield from ask(self._line, self._messages, cancelled, self._purpose)
            self._line, ended = found.line, found.ended
            calls = (*self._exchange.calls, *found.calls)
            self._exchange = replace(self._exchange, model=self._line[0].model, calls=calls)
            yield from map(CallEnded, found.calls[:-1])
            if not isinstance(ended, Finished):
                yield CallEnded(found.calls[-1])
                yield from self._failed(ended)
                return
            try:
                seen = self._look(ended, Work(cancelled))
            except CheckCancelledError:
                yield self._marked(Trouble.CANCELLED.value, ())
                yield _cancelled(self._exchange)
                return
            if not seen.problems or not self._may_ask_again(seen):
                yield self._marked("fits" if seen.fits else "misfit", seen.left)
                yield from self._last(seen)
                return
            yield self._marked("repair", seen.problems)
            yield RepairAsked(seen.problems)
            self._ask_again(seen)

    def _look(self, ended: Finished, work: Work) -> _Seen:
        parsed = parse(ended.text, self._marks)
        result = _judge(self._request, parsed, work)
        doubts: tuple[str, ...] = ()
        if isinstance(result, Outcome):
            self._good = result
            doubts = tuple(each for each in result.doubts if each not in self._told)
        return _Seen(ended, parsed, result, doubts)

    def _may_ask_again(self, seen: _Seen) -> bool:
        if seen.is_cut:
            return self._cuts == 0
        return self._asked < self._repairs and (seen.parsed.complete or seen.ended.reason != "length")

    def _ask_again(self, seen: _Seen) -> None:
        if seen.is_cut:
            self._cuts += 1
            return
        self._asked, self._purpose = self._asked + 1, "repair"
        self._told |= frozenset(seen.doubts)
        wrong = repair(seen.problems, self._marks, doubts=seen.fits)
        self._messages = _again(self._messages, seen.ended, wrong)

    def _marked(self, outcome: str, problems: tuple[str, ...]) -> CallEnded:
        """The last call is over, with what was found in its answer."""
        last = replace(self._exchange.calls[-1], outcome=outcome, problems=problems)
        self._exchange = replace(self._exchange, calls=(*self._exchange.calls[:-1], last))
        return CallEnded(last)

    def _failed(self, ended: Failed) -> Iterator[Event]:
        if ended.trouble is Trouble.CANCELLED or self._good is None:
            yield _lost(ended, self._exchange)
        else:
            yield from _answered(self._good, self._exchange)

    def _last(self, seen: _Seen) -> Iterator[Event]:
        if self._good is None:
            yield _misfit(seen.parsed, seen.ended, self._exchange)
        else:
            yield from _answered(self._good, self._exchange)


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
