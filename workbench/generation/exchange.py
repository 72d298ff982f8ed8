"""The whole of what was said between the program and a model for one round, as a value that can be kept.

`as_json` and `from_json` are inverse. A key is never part of it.
"""

from __future__ import annotations

import json
from typing import Any

from msgspec import Struct, to_builtins

from workbench.generation.contract import VERSION
from workbench.generation.prompt import Message
from workbench.review.rounds import Usage


class Call(Struct, frozen=True):
    """One call: the messages it began with, what came back, and what it used.

    `outcome` is `fits`, `repair` (it did not, and was asked for again), `misfit`, or the kind of trouble.
    `usage.seconds` is the time of the whole call with its retries. `model` is who was called, `instead_of`
    the one that was wanted, where it had failed. `void` are texts that arrived from tries that were cut.
    """

    messages: tuple[Message, ...]
    answer: str
    outcome: str
    problems: tuple[str, ...] = ()
    usage: Usage | None = None
    retries: int = 0
    cached: int | None = None
    first_token: float | None = None
    detail: str = ""
    digest: str = ""
    model: str = ""
    instead_of: str = ""
    purpose: str = "round"
    void: tuple[str, ...] = ()


class Exchange(Struct, frozen=True):
    """All calls of one round, in order. `contract` is the version of the answer's form."""

    model: str
    calls: tuple[Call, ...] = ()
    contract: int = VERSION

    @property
    def usage(self) -> Usage:
        """What all calls used together. A sum with an unknown part is unknown."""
        used = [call.usage for call in self.calls if call.usage is not None]
        missing = len(used) < len(self.calls)
        return Usage(
            tokens_in=_sum([usage.tokens_in for usage in used], unknown=missing),
            tokens_out=_sum([usage.tokens_out for usage in used], unknown=missing),
            cost=_sum([usage.cost for usage in used], unknown=missing),
            seconds=_sum([usage.seconds for usage in used], unknown=False),
            estimated=any(usage.estimated for usage in used),
        )

    def as_json(self) -> str:
        return json.dumps(to_builtins(self), ensure_ascii=True)

    @staticmethod
    def from_json(text: str) -> Exchange:
        """Raises ValueError, KeyError or TypeError on what `as_json` did not write."""
        data: dict[str, Any] = json.loads(text)
        return Exchange(data["model"], tuple(_call(each) for each in data["calls"]), data["contract"])


def _sum(values: list[Any], *, unknown: bool) -> Any:
    return None if unknown or not values or None in values else sum(values)


def _call(data: dict[str, Any]) -> Call:
    return Call(
        messages=tuple(Message(each["role"], each["content"]) for each in data["messages"]),
        answer=data["answer"],
        outcome=data["outcome"],
        problems=tuple(data["problems"]),
        usage=Usage(**data["usage"]) if data["usage"] else None,
        retries=data["retries"],
        cached=data["cached"],
        first_token=data["first_token"],
        detail=data["detail"],
        digest=data["digest"],
        model=data.get("model", ""),
        instead_of=data.get("instead_of", ""),
        purpose=data.get("purpose", "round"),
        void=tuple(data.get("void", ())),
    )
