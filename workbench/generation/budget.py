"""Caps on what calls may cost, in dollars and in tokens, asked before every call. Does no I/O.

A call is refused when what is spent, together with the least that the call will cost (its prompt), would go
over a cap. The answer's length is not known beforehand, so a cap may be passed by one answer, and no more.
"""

from __future__ import annotations

import threading

from msgspec import Struct

from workbench.review.costs import dollars
from workbench.review.rounds import Usage


class Cap(Struct, frozen=True):
    """One cap. `of` is what it holds for ("round", "review", "day"), `setting` the name it is set by.

    `spent` is what was spent before this round's first call. `unknown`: calls before it whose cost nobody
    knows, and which `spent` therefore leaves out.
    """

    of: str
    setting: str
    limit: float
    spent: float = 0.0
    unknown: int = 0
    in_tokens: bool = False

    def words(self, value: float) -> str:
        return f"{value:,.0f} tokens" if self.in_tokens else dollars(value)


class Estimate(Struct, frozen=True):
    """What a call will use at least: its prompt. `cost` None: the price is not known."""

    tokens: int
    cost: float | None


class Refusal(Struct, frozen=True):
    """Why a call is not made."""

    sentence: str
    hint: str


class Budget:
    """The caps of one round while its calls are made. Each call asks first, and says afterwards what it used.

    Safe to use from several threads.
    """

    def __init__(self, caps: tuple[Cap, ...] = ()) -> None:
        self._caps = caps
        self._lock = threading.Lock()
        self._tokens = 0
        self._cost = 0.0

    @property
    def holds(self) -> bool:
        """False where there is no cap at all, so that nothing needs to be counted beforehand."""
        return bool(self._caps)

    @property
    def needs_price(self) -> bool:
        return any(not cap.in_tokens for cap in self._caps)

    def refusal(self, estimate: Estimate) -> Refusal | None:
        """Why the next call is not made, None where every cap has room for it.

        A call that is known to be free passes every cap in money, and one of unknown price those with room.
        """
        with self._lock:
            made, cost = self._tokens, self._cost
        for cap in self._caps:
            used = cap.spent + (made if cap.in_tokens else cost)
            least = estimate.tokens if cap.in_tokens else estimate.cost
            if least == 0 and not cap.in_tokens:
                continue
            if used >= cap.limit or used + (least or 0) > cap.limit:
                return self._words(cap, used, least)
        return None

    def used(self, usage: Usage) -> None:
        """Count a call, or a try of one, that was made."""
        with self._lock:
            self._tokens += (usage.tokens_in or 0) + (usage.tokens_out or 0)
            self._cost += usage.cost or 0.0

    @staticmethod
    def _words(cap: Cap, used: float, least: float | None) -> Refusal:
        limit = cap.words(cap.limit)
        whose = {"day": "of today"}.get(cap.of, f"of this {cap.of}")
        hint = f"Raise it: {cap.setting} in the settings."
        if cap.in_tokens:
            hint = f"Raise it: {cap.setting} in the settings, or give less."
        if used >= cap.limit:
            return Refusal(f"The call was not made: the budget {whose}, {limit}, is spent.", hint)
        return Refusal(
            f"The call was not made: its prompt takes about {cap.words(least or 0)}, and of the budget "
            f"{whose}, {limit}, only {cap.words(cap.limit - used)} are left.",
            hint,
        )
