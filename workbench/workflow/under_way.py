"""Calls while they are made: what arrives is kept, and told when the program died in the middle of one.

The exchange of a round, a reading or a question has its id from the beginning; the calls that ended name it,
and so do the round, the failure or the findings that come of it. A file that nobody holds any more and whose
exchange nobody names is one that was interrupted.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from msgspec import Struct, convert, to_builtins
from msgspec.structs import replace

from workbench.errors import UserError
from workbench.generation.backends import LiteLLMBackend
from workbench.generation.budget import Budget
from workbench.generation.events import CallBegan, CallEnded, Progressed, Retried, TextArrived
from workbench.generation.exchange import Call, Exchange
from workbench.generation.prompt import rough_tokens
from workbench.review.actions import RoundFailed
from workbench.review.rounds import Usage
from workbench.store.running import Left, Running, finished, has_left, left_behind, unsaved, worked_on
from workbench.store.spending import settled
from workbench.typed import ready
from workbench.workflow.calls import Called, keep, made
from workbench.workflow.logged import new_id
from workbench.workflow.session import Session

INTERRUPTED = "interrupted"
UNSAVED = "what came of it could not be saved, on a full disk perhaps"
_FRESH = 10.0
"""Seconds that an answer which is there whole may wait for being recorded, by a window that is busy."""


class UnderWay:
    """One round, reading or question that is being made, in the thread that makes it."""

    def __init__(self, session: Session, number: int, recipient: str, purpose: str, budget: Budget) -> None:
        self.id = new_id()
        self._budget = budget
        budget.begins(self.id)
        self._number = number
        self._file = Running(session.review.id, self.id)
        begun = {"what": "begun", "number": number, "recipient": recipient, "purpose": purpose}
        self._file.add(begun, now=True)

    def note(self, event: object) -> Called | None:
        """Keep what an event says. A call that ended gives its record, which is to be taken at once."""
        match event:
            case TextArrived():
                self._file.add({"what": "text", "text": event.text})
            case Progressed():
                self._file.tick()
            case CallBegan():
                self._file.add({"what": "call", "call": to_builtins(event.call)}, now=True)
            case Retried():
                self._file.add({"what": "retried"})
            case CallEnded():
                record = made(event.call, self._number, self.id)
                line = {"what": "ended", "call": to_builtins(event.call)}
                line["record"] = record.action.id if record is not None else None
                self._file.add(line, now=True)
                return record
            case _:
                pass
        return None

    def keep(self, session: Session, exchange: Exchange) -> str:
        """The whole exchange is there; whoever records the round now removes the file (`recorded`)."""
        keep(session.log, exchange, self.id)
        self._file.add({"what": "kept", "at": time.time()}, now=True)
        return self.id

    def leave(self) -> None:
        self._file.leave()
        self._budget.leaves()


@contextmanager
def under_way(
    session: Session,
    number: int,
    recipient: str,
    purpose: str = "round",
    *,
    line: Sequence[LiteLLMBackend] = (),
) -> Iterator[UnderWay]:
    """What arrives within is kept until it is recorded.

    `purpose` is round, read or ask; `line` are the models that are asked, none for the offline author.
    """
    budget = line[0].budget if line else Budget()
    found = UnderWay(session, number, recipient, purpose, budget)
    with saved(session.review.id, found.id):
        try:
            yield found
        finally:
            found.leave()


@contextmanager
def saved(review: str, exchange: str | None) -> Iterator[None]:
    """What came of an exchange is saved within. Where that is refused, by a full disk say, that is kept.

    The program goes on, and whoever opens the review next must not be told that it ended.
    """
    try:
        yield
    except UserError:
        if exchange:
            unsaved(review, exchange)
        raise


class Pending(Struct, frozen=True):
    """A call that is being made: what for and with whom, and about how many tokens went out and came in."""

    purpose: str
    number: int
    model: str
    tokens_in: int
    tokens_out: int


def pending_calls(review: str) -> tuple[Pending, ...]:
    """The calls of a review that are being made now, by whichever process. Blocking: it reads their files."""
    found: list[Pending] = []
    for lines in worked_on(review):
        begun = lines[0] if lines else {}
        call: Call | None = None
        parts: list[str] = []
        for line in lines:
            what = line.get("what")
            if what in ("call", "ended"):
                call, parts = _call(line) if what == "call" else None, []
            elif what == "text":
                parts.append(str(line.get("text") or ""))
        if call is not None:
            used = _interrupted(call, "".join(parts)).usage or Usage()
            number, purpose = int(_number(begun.get("number"))), str(begun.get("purpose", "round"))
            found.append(Pending(purpose, number, call.model, used.tokens_in or 0, used.tokens_out or 0))
    return tuple(found)


def recorded(review: str, exchange: str | None) -> None:
    """What came of this exchange is in the log: a round, findings, an answer, or that there is none."""
    if exchange:
        settled(review, exchange)
        finished(review, exchange)


def tell_interrupted(session: Session) -> tuple[str, ...]:
    """Record what of this review died with its program, rounds and calls; a sentence about each."""
    if not has_left(session.review.id):
        return ()
    said: list[str] = []
    with left_behind(session.review.id) as found:
        session.poll()
        for left in found:
            if _is_recorded(session, left.round_id):
                settled(session.review.id, left.round_id)
                left.remove()
            elif not _is_fresh(left):
                # Where nothing can be saved now, it is told again the next time.
                with suppress(UserError):
                    said.append(_record(session, left))
                    settled(session.review.id, left.round_id)
                    left.remove()
    return tuple(filter(None, said))


def _is_recorded(session: Session, exchange: str) -> bool:
    review = session.review
    came = {each.exchange for each in review.rounds} | {each.exchange for each in review.readings}
    return exchange in came | {each.exchange for each in review.failures}


def _is_fresh(left: Left) -> bool:
    last = left.lines[-1] if left.lines else {}
    return (
        not left.is_unsaved
        and last.get("what") == "kept"
        and 0 <= time.time() - _number(last.get("at")) < _FRESH
    )


def _record(session: Session, left: Left) -> str:
    """The calls that are not recorded yet, the whole exchange as far as it came, and the failure."""
    begun = left.lines[0] if left.lines else {}
    number, recipient = int(_number(begun.get("number"))), str(begun.get("recipient", ""))
    purpose = str(begun.get("purpose", "round"))
    known = {call.id for call in session.review.calls}
    calls, records = _calls(left)
    exchange = Exchange(calls[-1].model if calls else recipient, calls)
    keep(session.log, exchange, left.round_id)
    for call, name in zip(calls, records, strict=True):
        event = made(call, number, left.round_id)
        if event is not None and name not in known:
            session.act(replace(event.action, id=name))
    if purpose != "round":
        # All that it cost is recorded now; whether the end of it was still said does not matter any more.
        broken = bool(calls) and calls[-1].outcome == INTERRUPTED
        what = f"The reading of round {number} by" if purpose == "read" else "A question to"
        if left.is_unsaved:
            return f"{what} {recipient} was lost: {UNSAVED}."
        return f"{what} {recipient} was interrupted: the program ended while it was made." if broken else ""
    arrived = len(calls[-1].answer) if calls else 0
    kept = f"what had arrived ({arrived:,} characters) is kept with it" if arrived else "nothing had arrived"
    lost = "It was interrupted: the program ended while it was being made."
    lost = f"It was lost: {UNSAVED}." if left.is_unsaved else lost
    why = f"{lost} Nothing was applied; {kept}."
    session.act(
        RoundFailed(
            id=new_id(),
            at=time.time(),
            number=number,
            model=exchange.model,
            why=why,
            exchange=left.round_id,
            usage=exchange.usage if calls else None,
        )
    )
    return f"Round {number}, asked of {recipient}: {why[0].lower()}{why[1:]}"


def _calls(left: Left) -> tuple[tuple[Call, ...], tuple[str, ...]]:
    """The calls as far as they came, and the ids of their records: the last one may be half a call.

    A line of another shape (an older or a newer program's) must not keep the review from being opened: it
    is passed over, and what can be read is taken.
    """
    calls: list[Call] = []
    records: list[str] = []
    open_call: Call | None = None
    text = ""
    for line in left.lines:
        match line.get("what"):
            case "call":
                open_call, text = _call(line), ""
            case "text":
                text += str(line.get("text") or "")
            case "retried" if open_call is not None:
                void = (*open_call.void, text) if text else open_call.void
                open_call, text = replace(open_call, retries=open_call.retries + 1, void=void), ""
            case "ended":
                call = _call(line) or (open_call and _interrupted(open_call, text))
                if call is not None:
                    calls.append(call)
                    records.append(str(line.get("record") or new_id()))
                open_call = None
            case _:
                pass
    if open_call is not None:
        calls.append(_interrupted(open_call, text))
        records.append(f"{left.round_id}-{INTERRUPTED}")
    return tuple(calls), tuple(records)


def _interrupted(call: Call, text: str) -> Call:
    tokens_in = sum(rough_tokens(each.content) for each in call.messages)
    usage = Usage(tokens_in, rough_tokens(text), None, None, estimated=True)
    return replace(call, answer=text, outcome=INTERRUPTED, usage=usage)


def _call(line: Mapping[str, Any]) -> Call | None:
    with suppress(ValueError, KeyError):
        return convert(line["call"], ready(Call))
    return None


def _number(value: object) -> float:
    """A number that is to be reckoned with; 0 for what is none."""
    return value if isinstance(value, int | float) and 0 <= value < 2**53 else 0
