"""One question to a line of models: the first is asked, and the next ones where it fails for good.

Whatever purpose a call has (a round, a repair, a question, the second reader), it is made here, and its
record is made here.
"""

from __future__ import annotations

import threading
from collections.abc import Generator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from workbench.generation.backends import Backend
from workbench.generation.events import CallBegan, CallEvent, Failed, FellBack, Finished, Retried, UsageKnown
from workbench.generation.exchange import Call
from workbench.generation.failures import FOR_OTHERS
from workbench.generation.prompt import Message, digest


class Asked(Struct, frozen=True):
    """What came of a question: the record of every call, how the last one ended, and who is left to ask.

    `line` begins with the model that answered, so that a repair is asked of the same one. `exchange` is where
    all of it is kept, for who keeps it.
    """

    calls: tuple[Call, ...]
    ended: Finished | Failed
    line: tuple[Backend, ...]
    exchange: str = ""


def ask(
    line: Sequence[Backend], messages: Sequence[Message], cancelled: threading.Event, purpose: str = "ask"
) -> Generator[CallEvent | FellBack, None, Asked]:
    """Ask the first model of `line`, and the next one when it fails in a way that another may do better at.

    Passes on every event of the calls but their last ones. That a call ended says who asks, for it knows
    what the answer is worth.
    """
    wanted, calls = line[0].model, []
    for number, backend in enumerate(line):
        call = Call(
            tuple(messages),
            "",
            "",
            digest=digest(messages),
            model=backend.model,
            instead_of=wanted if number else "",
            purpose=purpose,
        )
        yield CallBegan(call)
        call, ended = yield from _call(backend, call, cancelled)
        calls.append(call)
        rest = line[number + 1 :]
        if isinstance(ended, Finished) or ended.trouble not in FOR_OTHERS or not rest:
            return Asked(tuple(calls), ended, tuple(line[number:]))
        shown = bool(ended.text)
        yield FellBack(backend.model, rest[0].model, ended.sentence, shown)
    raise ValueError("There is nobody to ask.")


def _call(
    backend: Backend, call: Call, cancelled: threading.Event
) -> Generator[CallEvent, None, tuple[Call, Finished | Failed]]:
    """One call: passes its events on; gives its record and how it ended."""
    for event in backend.events(call.messages, cancelled):
        call = noted(call, event)
        if isinstance(event, Finished | Failed):
            return call, event
        yield event
    raise RuntimeError("A backend's last event must be Finished or Failed.")


def noted(call: Call, event: object) -> Call:
    """The record of a call with what one event says."""
    match event:
        case Retried():
            void = (*call.void, event.text) if event.text else call.void
            return replace(call, retries=call.retries + 1, void=void)
        case UsageKnown():
            return replace(call, usage=event.usage, cached=event.cached, first_token=event.first_token)
        case Finished():
            return replace(call, answer=event.text, outcome="answered")
        case Failed():
            return replace(call, answer=event.text, outcome=event.trouble.value, detail=event.detail)
        case _:
            return call
