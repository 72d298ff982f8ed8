"""One try of a call: the helper's lines as events, and what it used if nobody else says. Retries nothing."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from workbench.generation.budget import Estimate
from workbench.generation.children import Reply, now
from workbench.generation.events import CallEvent, Failed, Finished, Progressed, TextArrived, UsageKnown
from workbench.generation.failures import Callee, Trouble, words
from workbench.review.rounds import Usage

MOST_SIGNS = 16_000_000
"""Characters of one answer, thinking included. The longest that any model gives is a twentieth of it."""
KEPT_OPEN = 2
"""Times the longest silence that a line may be kept open by pieces and comments without a word in them."""
TELLING = 5.0
"""Seconds more in which the helper, which knows the kind of a silence, may tell of it itself."""
STARTING = 120.0
"""Seconds that the helper may take until its request goes out. It takes three, on a busy machine thirty."""

_PROGRESS = 0.25
_SIGNS_PER_TOKEN = 4
_UNPAID = frozenset(
    {
        Trouble.REFUSED_KEY,
        Trouble.NOT_ALLOWED,
        Trouble.UNKNOWN_MODEL,
        Trouble.NO_NETWORK,
        Trouble.MOVED,
        Trouble.RATE_LIMIT,
        Trouble.NO_CREDIT,
        Trouble.BUSY,
        Trouble.TOO_LONG,
        Trouble.REFUSED,
    }
)
"""Failures that a provider answers with instead of working: with nothing arrived, they cost nothing."""


class Prices(Struct, frozen=True):
    """Dollars for a million tokens; None is unknown. `own` says that they are the user's, not the table's."""

    given: float | None = None
    answered: float | None = None
    own: bool = False

    def cost(self, tokens_in: int, tokens_out: int) -> float | None:
        if self.given is None or self.answered is None:
            return None
        return (tokens_in * self.given + tokens_out * self.answered) / 1_000_000

    def estimate(self, tokens: int, longest: int | None) -> Estimate:
        """What a prompt of so many tokens costs, and with the longest answer; None: nobody knows how long."""
        if longest is not None:
            most = self.cost(tokens, longest)
            return Estimate(tokens, self.cost(tokens, 0), tokens + longest, most or 0.0)
        return Estimate(tokens, self.cost(tokens, 0), math.inf, math.inf if self.answered else 0.0)


class Attempt:
    """One try: `run` passes its events on, and ends with `finished` or `failed` set.

    `before` is what tries before this one used that were cut after they had begun to answer. They cost
    something that nobody counted, so a sum with them is an estimate.
    """

    def __init__(
        self,
        callee: Callee,
        key: str | None,
        prices: Prices,
        began: float,
        before: Usage | None,
        silence: float = math.inf,
    ) -> None:
        self._callee = callee
        self._key = key
        self._prices = prices
        self._began = began
        self._before = before
        self._silence = silence
        self._parts: list[str] = []
        self._half = ""
        self._first: float | None = None
        self._signs = 0
        self._has_begun = False
        self.wait: float | None = None
        self.usage: Usage | None = None
        self.finished: Finished | None = None
        self.failed: Failed | None = None

    @property
    def text(self) -> str:
        return "".join(self._parts)

    @property
    def first_token(self) -> float | None:
        return self._first

    def take(self, replies: Iterator[Reply | None]) -> Iterator[CallEvent]:
        """Pass on what the helper says until it ends, the answer is longer than any, or no word comes."""
        said, heard = 0.0, now()
        for reply in replies:
            seconds = now() - self._began
            if reply is not None:
                heard, self._has_begun = now(), True
                yield from self._event(reply, seconds)
            if self.finished is None and self.failed is None:
                if self._signs > MOST_SIGNS:
                    self.failed = self.failure(Trouble.ENDLESS)
                    return
                if now() - heard > (self._silence * KEPT_OPEN + TELLING if self._has_begun else STARTING):
                    # Whoever keeps a line open without a word is not waited for without end.
                    self.failed = self.failure(Trouble.SILENT if self._has_begun else Trouble.NOT_STARTED)
                    return
            # Once the provider has counted, an estimate says less.
            if seconds - said >= _PROGRESS and self.usage is None:
                said = seconds
                yield Progressed(self._signs // _SIGNS_PER_TOKEN, seconds)

    def estimate(self, prompt: Estimate) -> Usage:
        """What a try that ended without a count used: nothing where it was refused, else about this much."""
        seconds = round(now() - self._began, 3)
        if not self._signs and self.failed is not None and self.failed.trouble in _UNPAID:
            return Usage(0, 0, 0.0, seconds)
        tokens_out = self._signs // _SIGNS_PER_TOKEN
        cost = self._prices.cost(prompt.tokens, tokens_out)
        return Usage(prompt.tokens, tokens_out, cost, seconds, estimated=True)

    def gone(self) -> Failed:
        """The helper ended without a last word: before it could ask anybody, or in the middle."""
        return self.failure(Trouble.STOPPED if self._has_begun else Trouble.NOT_STARTED)

    def failure(self, trouble: Trouble, *, detail: str = "", wait: float | None = None) -> Failed:
        """A failure in words, without the key, and with the text that had arrived."""
        sentence, hint = words(trouble, self._callee, wait=wait)
        return Failed(
            trouble, sentence, hint, detail.replace(self._key, "…") if self._key else detail, self.text
        )

    def _event(self, reply: Mapping[str, Any], seconds: float) -> Iterator[CallEvent]:
        match reply["event"]:
            case "text":
                self._first = self._first or seconds
                text, self._half = whole_signs(self._half + reply["text"])
                self._signs += len(reply["text"])
                if text:
                    self._parts.append(text)
                    yield TextArrived(text)
            case "thought":
                self._first = self._first or seconds
                self._signs += reply["size"]
            case "usage":
                self.usage = self._told(reply, seconds)
                used = together(self.usage, self._before)
                yield Progressed(used.tokens_out or 0, seconds)
                yield UsageKnown(used, reply["cached"], self._first)
            case "finished":
                if self._half:
                    # It stays half a sign, and is shown as one that is missing.
                    self._half = ""
                    self._parts.append("\ufffd")
                    yield TextArrived("\ufffd")
                self.finished = Finished(self.text, reply["reason"])
            case "failed":
                self.wait = reply.get("wait")
                self.failed = self.failure(Trouble(reply["trouble"]), detail=reply["detail"], wait=self.wait)

    def _told(self, reply: Mapping[str, Any], seconds: float) -> Usage:
        """What the provider or the tokenizer counted, at the user's own prices where there are any."""
        tokens_in, tokens_out, cost = reply["tokens_in"], reply["tokens_out"], reply["cost"]
        if self._prices.own:
            cost = self._prices.cost(tokens_in, tokens_out)
        return Usage(tokens_in, tokens_out, cost, round(seconds, 3), reply["estimated"])


def whole_signs(text: str) -> tuple[str, str]:
    """The text with its halves of signs put together, and a first half at the end that waits for the other.

    JSON can hold half a sign, which no file, store or request can. One that stays alone becomes U+FFFD.
    """
    held = ""
    if "\ud800" <= text[-1:] <= "\udbff":
        text, held = text[:-1], text[-1]
    if text.isascii():
        return text, held
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"), held


def together(one: Usage, before: Usage | None) -> Usage:
    """What a try used and what those before it did; its seconds are those of the whole call already."""
    if before is None:
        return one
    return replace(
        one,
        tokens_in=_plus(one.tokens_in, before.tokens_in),
        tokens_out=_plus(one.tokens_out, before.tokens_out),
        cost=None if one.cost is None or before.cost is None else one.cost + before.cost,
        estimated=one.estimated or before.estimated,
    )


def _plus(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other
