"""What calls to models cost, summed. Pure; what is not known is counted as such and never as nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import floor, log10
from typing import TypeVar

from msgspec import Struct

from workbench.review.actions import CallMade

_Key = TypeVar("_Key")

PURPOSES = ("round", "repair", "ask", "read")
"""What calls are made for: a round, its repair, a question sent at once, the second reader."""


class Sum(Struct, frozen=True):
    """Calls together. Tokens and dollars are those that are known; the rest is said by the `unknown_` counts.

    `tokens_in` contains `cached`. `retries` are tries that failed before the one that counts. `estimated`:
    some of it was counted by a tokenizer, or guessed for a call that was cut, not told by the provider.
    """

    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cached: int = 0
    cost: float = 0.0
    seconds: float = 0.0
    retries: int = 0
    unknown_tokens: int = 0
    unknown_cost: int = 0
    estimated: bool = False

    @property
    def tokens(self) -> int:
        return self.tokens_in + self.tokens_out

    @property
    def cost_words(self) -> str:
        """The dollars in words, such as "about $0.13 and 2 calls of unknown cost", or "cost unknown"."""
        return self.cost_in(dollars)

    def cost_in(self, amount: Callable[[float], str]) -> str:
        """The same, with the dollars written as they are elsewhere where this stands."""
        if self.calls and self.unknown_cost == self.calls:
            return "cost unknown"
        known = f"about {amount(self.cost)}" if self.estimated and self.cost else amount(self.cost)
        if not self.unknown_cost:
            return known
        calls = "1 call" if self.unknown_cost == 1 else f"{self.unknown_cost} calls"
        return f"{known} and {calls} of unknown cost"

    @property
    def token_words(self) -> str:
        """The tokens in words, in and out, with what was read from the provider's cache."""
        if self.calls and self.unknown_tokens == self.calls:
            return "tokens unknown"
        words = f"{self.tokens_in:,} + {self.tokens_out:,} tokens"
        return f"{words} ({self.cached:,} cached)" if self.cached else words


def total(calls: Iterable[CallMade]) -> Sum:
    """All calls together."""
    result = Sum()
    for call in calls:
        result = _plus(result, call)
    return result


def by_model(calls: Iterable[CallMade]) -> dict[str, Sum]:
    """The sum of each model that answered or failed, in the order of their first calls."""
    return _by(calls, lambda call: call.model)


def by_round(calls: Iterable[CallMade]) -> dict[int, Sum]:
    """The sum of each round by its number; 0 for calls of logs that do not say it yet."""
    return dict(sorted(_by(calls, lambda call: call.round).items()))


def by_purpose(calls: Iterable[CallMade]) -> dict[str, Sum]:
    """The sum of each purpose, in the order of `PURPOSES`."""
    found = _by(calls, lambda call: call.purpose)
    order = {purpose: at for at, purpose in enumerate(PURPOSES)}
    return dict(sorted(found.items(), key=lambda item: order.get(item[0], len(order))))


def dollars(value: float) -> str:
    """An amount for a sentence: whole cents, and below one cent the two digits that count."""
    if value == 0 or value >= 0.01:
        return f"${value:,.2f}"
    if value < 0.000001:
        return "less than $0.000001"
    return f"${value:.{1 - floor(log10(value))}f}".rstrip("0")


def column(values: Iterable[float]) -> Callable[[float], str]:
    """How amounts are written that stand below each other: all in whole cents, or, where one of them is less
    than a cent, all in hundredths of a cent.
    """
    return _fine if any(0 < value < 0.01 for value in values) else dollars


def _fine(value: float) -> str:
    return "< $0.0001" if 0 < value < 0.00005 else f"${value:,.4f}"


def _by(calls: Iterable[CallMade], key: Callable[[CallMade], _Key]) -> dict[_Key, Sum]:
    found: dict[_Key, Sum] = {}
    for call in calls:
        found[key(call)] = _plus(found.get(key(call), Sum()), call)
    return found


def _plus(one: Sum, call: CallMade) -> Sum:
    used = call.usage
    return Sum(
        calls=one.calls + 1,
        tokens_in=one.tokens_in + (used.tokens_in or 0),
        tokens_out=one.tokens_out + (used.tokens_out or 0),
        cached=one.cached + (call.cached or 0),
        cost=one.cost + (used.cost or 0.0),
        seconds=one.seconds + (used.seconds or 0.0),
        retries=one.retries + call.retries,
        unknown_tokens=one.unknown_tokens + (used.tokens_in is None or used.tokens_out is None),
        unknown_cost=one.unknown_cost + (used.cost is None),
        estimated=one.estimated or used.estimated,
    )
