"""Caps on what calls may cost, in dollars and in tokens, asked before every call. Does no I/O.

A call is refused when what is spent, together with the least that the call will cost (its prompt), would go
over a cap. The answer's length is not known beforehand, so a cap may be passed by one answer, and no more:
a call for which there might be no room beside those under way waits until they have ended.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from workbench.review.costs import dollars
from workbench.review.rounds import Usage


class Cap(Struct, frozen=True):
    """One cap. `of` is what it holds for ("round", "review", "day"), `setting` the name it is set by.

    `spent` is what was spent until now. `unknown`: calls whose cost nobody knows, and which `spent` therefore
    leaves out. `under_way` is what calls that are being made beside this one may come to, at most.
    """

    of: str
    setting: str
    limit: float
    spent: float = 0.0
    unknown: int = 0
    in_tokens: bool = False
    under_way: float = 0.0

    def words(self, value: float) -> str:
        return f"{value:,.0f} tokens" if self.in_tokens else dollars(value)


class Estimate(Struct, frozen=True):
    """What a call will use at least: its prompt. `cost` None: the price is not known.

    `most_tokens` and `most_cost` are with the longest answer; infinite where nobody knows how long that is.
    """

    tokens: int
    cost: float | None
    most_tokens: float = 0.0
    most_cost: float = 0.0


class Refusal(Struct, frozen=True):
    """Why a call is not made; with `passing`, why it is not made yet."""

    sentence: str
    hint: str = ""
    passing: bool = False


class Tally(Protocol):
    """Who counts what the caps are held against: all that is recorded, and the calls under way."""

    def begins(self, exchange: str) -> None:
        """The calls that come belong to this exchange, by which their records will be known."""

    def caps(self) -> tuple[Cap, ...]:
        """The caps as they stand now. To be asked within `alone`."""

    def alone(self) -> AbstractContextManager[bool]:
        """Nobody else asks or opens a call within; False where that could not be had."""

    def opens(self, estimate: Estimate) -> None:
        """A call that may use this much is about to be made."""

    def used(self, usage: Usage) -> None:
        """It ended, and used this much."""

    def leaves(self) -> None:
        """This exchange makes no more calls."""


class Budget:
    """The caps of one round while its calls are made. Each call asks first, and says afterwards what it used.

    Without a `tally` its own calls are all that is counted. Safe to use from several threads.
    """

    def __init__(self, caps: tuple[Cap, ...] = (), tally: Tally | None = None) -> None:
        self._caps = caps
        self._tally: Tally = tally or _Own(caps)

    @property
    def holds(self) -> bool:
        """False where there is no cap at all, so that nothing needs to be counted beforehand."""
        return bool(self._caps)

    @property
    def needs_price(self) -> bool:
        return any(not cap.in_tokens for cap in self._caps)

    def begins(self, exchange: str) -> None:
        """All calls from now on belong to this exchange."""
        self._tally.begins(exchange)

    def leaves(self) -> None:
        """No more calls are made."""
        self._tally.leaves()

    def refusal(self, estimate: Estimate) -> Refusal | None:
        """Why the next call is not made, None where every cap has room for it.

        A call that is known to be free passes every cap in money, and one of unknown price those with room.
        """
        if not self._caps:
            return None
        with self._tally.alone():
            return _refusal(self._tally.caps(), estimate)

    def opens(self, estimate: Estimate) -> Refusal | None:
        """The same for a call that is made at once if there is room; `used` is to be said of it."""
        if not self._caps:
            return None
        with self._tally.alone() as alone:
            if not alone:
                return Refusal("Waiting: another process keeps the budgets busy.", passing=True)
            caps = self._tally.caps()
            refusal = _refusal(caps, estimate) or _crowded(caps, estimate)
            if refusal is None:
                self._tally.opens(estimate)
            return refusal

    def used(self, usage: Usage) -> None:
        """Count a call, or a try of one, that was made."""
        if self._caps:
            self._tally.used(usage)


def _refusal(caps: tuple[Cap, ...], estimate: Estimate) -> Refusal | None:
    for cap in caps:
        least = estimate.tokens if cap.in_tokens else estimate.cost
        if least == 0 and not cap.in_tokens:
            continue
        if cap.spent >= cap.limit or cap.spent + (least or 0) > cap.limit:
            return _words(cap, least)
    return None


def _crowded(caps: tuple[Cap, ...], estimate: Estimate) -> Refusal | None:
    """Why the call has to wait for those under way: beside all that they may come to there is no room."""
    for cap in caps:
        least = estimate.tokens if cap.in_tokens else estimate.cost
        if cap.under_way and least and cap.spent + cap.under_way + least > cap.limit:
            budget = f"the budget {_whose(cap)}, {cap.words(cap.limit)}"
            return Refusal(
                f"Waiting for another call to end: {budget}, might have no room for both.", passing=True
            )
    return None


def _words(cap: Cap, least: float | None) -> Refusal:
    limit = cap.words(cap.limit)
    hint = f"Raise it: {cap.setting} in the settings."
    if cap.in_tokens:
        hint = f"Raise it: {cap.setting} in the settings, or give less."
    if cap.spent >= cap.limit:
        return Refusal(f"The call was not made: the budget {_whose(cap)}, {limit}, is spent.", hint)
    return Refusal(
        f"The call was not made: its prompt takes about {cap.words(least or 0)}, and of the budget "
        f"{_whose(cap)}, {limit}, only {cap.words(cap.limit - cap.spent)} are left.",
        hint,
    )


def _whose(cap: Cap) -> str:
    return {"day": "of today"}.get(cap.of, f"of this {cap.of}")


class _Own:
    """The tally of calls that nobody else counts: one after another, by one budget."""

    def __init__(self, caps: tuple[Cap, ...]) -> None:
        self._caps = caps
        self._lock = threading.RLock()
        self._tokens = 0
        self._cost = 0.0

    def begins(self, exchange: str) -> None:
        """Nobody asks for it."""

    def caps(self) -> tuple[Cap, ...]:
        return tuple(
            replace(cap, spent=cap.spent + (self._tokens if cap.in_tokens else self._cost))
            for cap in self._caps
        )

    @contextmanager
    def alone(self) -> Iterator[bool]:
        with self._lock:
            yield True

    def opens(self, estimate: Estimate) -> None:
        """One after another: nothing is beside it."""

    def used(self, usage: Usage) -> None:
        with self._lock:
            self._tokens += (usage.tokens_in or 0) + (usage.tokens_out or 0)
            self._cost += usage.cost or 0.0

    def leaves(self) -> None:
        """There is nothing to let go of."""
