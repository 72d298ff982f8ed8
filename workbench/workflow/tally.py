"""The caps as they stand now: what the log says was spent, and what calls under way add to it, everywhere.

A session lives on one thread and calls are made on others, so this asks the log and not the session.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime

from msgspec.structs import replace

from workbench.errors import UserError
from workbench.generation.budget import Cap, Estimate
from workbench.review.actions import CallMade
from workbench.review.costs import Sum, total
from workbench.review.rounds import Usage
from workbench.store.log import ActionLog
from workbench.store.settings import Settings
from workbench.store.spending import Spending, Spent, alone, beside


def midnight() -> float:
    """When the day began, by the clock on the wall here."""
    # Without the zone's distance of this hour: on the days when clocks change, midnight had another.
    here = datetime.now().astimezone().replace(tzinfo=None)
    return here.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()


def caps_of_sums(settings: Settings, spent: Mapping[str, Sum]) -> tuple[Cap, ...]:
    """Every cap that is set, of what `spent` names: "round", "review", "day"."""
    caps: list[Cap] = []
    for of, done in spent.items():
        money, tokens = getattr(settings, f"budget_{of}"), getattr(settings, f"tokens_{of}")
        if money is not None:
            caps.append(Cap(of, f"budget_{of}", money, done.cost, done.unknown_cost))
        if tokens is not None:
            caps.append(Cap(of, f"tokens_{of}", tokens, done.tokens, done.unknown_tokens, in_tokens=True))
    return tuple(caps)


def has_day(settings: Settings) -> bool:
    """Whether a cap holds for the day, over all reviews."""
    return settings.budget_day is not None or settings.tokens_day is not None


class LogTally:
    """Counts for one exchange of a review. `caps` are those that hold, as they stood when it was made."""

    def __init__(
        self, log: ActionLog, settings: Settings, review: str, number: int, caps: tuple[Cap, ...]
    ) -> None:
        self._log = log
        self._settings = settings
        self._known = caps
        self._own = Spent(review, "", number, 0.0)
        self._file: Spending | None = None

    def begins(self, exchange: str) -> None:
        self._own = replace(self._own, exchange=exchange)
        self._file = Spending(self._own.review, exchange)

    def alone(self) -> AbstractContextManager[bool]:
        return alone()

    def caps(self) -> tuple[Cap, ...]:
        review, number, since = self._own.review, self._own.round, midnight()
        # Before the log: a call that is recorded between the two counts once too often, and never not at all.
        others = beside(self._own.exchange)
        try:
            calls = self._log.calls_of(review)
            day = [call for _, call in self._log.calls_since(since)] if has_day(self._settings) else []
        except UserError:
            # What was known when the round began holds, and what its own calls used since.
            return tuple(self._with(cap, (self._own,), {}) for cap in self._known)
        spent = {"round": total(call for call in calls if call.round == number), "review": total(calls)}
        if has_day(self._settings):
            spent["day"] = total(day)
        recorded = _by_exchange({call.id: call for call in (*day, *calls)}.values())
        here = [each for each in others if each.review == review]
        which = {
            "round": [each for each in here if each.round == number],
            "review": here,
            "day": [each for each in others if each.at >= since],
        }
        return tuple(
            self._with(cap, (*which[cap.of], self._own), recorded)
            for cap in caps_of_sums(self._settings, spent)
        )

    def _with(self, cap: Cap, exchanges: Iterable[Spent], recorded: Mapping[str, Sum]) -> Cap:
        """The cap with what these exchanges used that is not in the log, and with what they may yet use."""
        more, under_way = 0.0, 0.0
        for each in exchanges:
            known = recorded.get(each.exchange, Sum())
            used = each.tokens if cap.in_tokens else each.cost
            least = each.least_tokens if cap.in_tokens else each.least_cost
            most = each.most_tokens if cap.in_tokens else each.most_cost
            # Of a call that died with its program nobody knows more than its prompt.
            used += 0.0 if each.alive or each is self._own else least
            more += max(0.0, used - (known.tokens if cap.in_tokens else known.cost))
            under_way += (math.inf if most is None else max(most, least)) if each.alive else 0.0
        return replace(cap, spent=cap.spent + more, under_way=under_way)

    def opens(self, estimate: Estimate) -> None:
        self._say(
            least_tokens=float(estimate.tokens),
            least_cost=estimate.cost or 0.0,
            most_tokens=_finite(estimate.most_tokens),
            most_cost=_finite(estimate.most_cost),
        )

    def used(self, usage: Usage) -> None:
        tokens = (usage.tokens_in or 0) + (usage.tokens_out or 0)
        with alone():
            self._say(tokens=self._own.tokens + tokens, cost=self._own.cost + (usage.cost or 0.0))

    def _say(
        self,
        *,
        tokens: float | None = None,
        cost: float | None = None,
        least_tokens: float = 0.0,
        least_cost: float = 0.0,
        most_tokens: float | None = 0.0,
        most_cost: float | None = 0.0,
    ) -> None:
        self._own = replace(
            self._own,
            at=time.time(),
            tokens=self._own.tokens if tokens is None else tokens,
            cost=self._own.cost if cost is None else cost,
            least_tokens=least_tokens,
            least_cost=least_cost,
            most_tokens=most_tokens,
            most_cost=most_cost,
        )
        if self._file is not None:
            self._file.say(self._own)

    def leaves(self) -> None:
        if self._file is not None:
            self._file.leave()


def _by_exchange(calls: Iterable[CallMade]) -> dict[str, Sum]:
    found: dict[str, list[CallMade]] = {}
    for call in calls:
        if call.exchange is not None:
            found.setdefault(call.exchange, []).append(call)
    return {exchange: total(each) for exchange, each in found.items()}


def _finite(value: float) -> float | None:
    return None if math.isinf(value) else value
