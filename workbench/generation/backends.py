"""Calls to a model as a blocking iterator of events with a cancel flag. The only layer that retries.

Retried are what a second try may mend: rate limits (as long as the provider says), failing servers, timeouts,
broken connections; with growing pauses, and after text was shown only once and never without saying so.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from msgspec import Struct
from msgspec.structs import replace

from workbench.generation.children import Helpers, Reply, environment, now
from workbench.generation.events import (
    CallEvent,
    Failed,
    Finished,
    Progressed,
    Retried,
    TextArrived,
    UsageKnown,
)
from workbench.generation.failures import RETRIED, Callee, Trouble, words
from workbench.generation.prompt import Message
from workbench.generation.providers import key_name as usual_key_name
from workbench.generation.providers import needs_key
from workbench.review.rounds import Usage

_PROGRESS = 0.25
_SIGNS_PER_TOKEN = 4


class Backend(Protocol):
    """Something that answers messages. The last event is `Finished` or `Failed`."""

    @property
    def model(self) -> str: ...

    def events(self, messages: Sequence[Message], cancelled: threading.Event) -> Iterator[CallEvent]: ...


class Patience(Struct, frozen=True):
    """How often a call is made, and the pauses between: `first` seconds, doubled each time, with jitter."""

    tries: int = 4
    first: float = 1.0
    longest: float = 60.0

    def pause(self, tries: int, failed: Failed, wait: float | None) -> float | None:
        """Seconds until the next try after `tries` of them, None when it is time to give up."""
        allowed = 2 if failed.text or failed.trouble is Trouble.NO_NETWORK else self.tries
        if failed.trouble not in RETRIED or tries >= min(allowed, self.tries):
            return None
        if wait is not None:
            return wait if wait <= self.longest else None
        return float(min(self.longest, self.first * 2 ** (tries - 1)) * random.uniform(0.5, 1.0))


class Measured(Struct, frozen=True):
    """Tokens of each text by the model's tokenizer; prices in dollars a million tokens; None is unknown."""

    tokens: tuple[int, ...]
    price_in: float | None
    price_out: float | None
    window: int | None
    longest_answer: int | None


class LiteLLMBackend:
    """A model by its LiteLLM name, called in the helper process.

    `key` goes into the helper's environment as `key_name` (by default the name that LiteLLM reads for this
    model) and nowhere else. `price_in` and `price_out`, dollars a million tokens, replace LiteLLM's table.
    `timeout` is the longest silence in seconds. With `helpers` several backends share one process.
    """

    def __init__(
        self,
        model: str,
        *,
        api_base: str | None = None,
        key: str | None = None,
        key_name: str | None = None,
        price_in: float | None = None,
        price_out: float | None = None,
        max_tokens: int | None = None,
        timeout: float = 300.0,
        patience: Patience | None = None,
        helpers: Helpers | None = None,
    ) -> None:
        name = key_name or usual_key_name(model)
        if name is None and api_base is not None:
            # A name without a provider, at an address of one's own, is called as an OpenAI server.
            name = "OPENAI_API_KEY"
        self._callee = Callee(model, api_base, name)
        self._key = key
        self._prices = (price_in, price_out)
        self._max_tokens = max_tokens
        self._timeout = timeout
        self._patience = patience or Patience()
        self._helpers = helpers or Helpers()

    @property
    def model(self) -> str:
        return self._callee.model

    @property
    def lacks(self) -> str:
        """What is missing before this model can be called, in words; "" when nothing is known to be."""
        missing = self._key is None and needs_key(self.model, self._callee.api_base)
        return f"no key ({self._callee.key_name})" if missing else ""

    def warm(self) -> None:
        """Start the helper process now, so that the first call finds it ready."""
        self._helpers.give_back(self._helpers.borrow(self._environment()))

    def close(self) -> None:
        """End the helper process, also one that is shared."""
        self._helpers.close()

    def events(self, messages: Sequence[Message], cancelled: threading.Event) -> Iterator[CallEvent]:
        """One call with its retries."""
        if self.lacks:
            yield self._failure(Trouble.NO_KEY)
            return
        question = {
            "do": "complete",
            "model": self.model,
            "api_base": self._callee.api_base,
            "messages": [{"role": message.role, "content": message.content} for message in messages],
            "timeout": self._timeout,
            "max_tokens": self._max_tokens,
        }
        began = now()
        tries, void = 0, False
        while True:
            tries += 1
            attempt = _Attempt(began, void)
            yield from attempt.run(self, question, cancelled)
            if attempt.finished is not None:
                yield attempt.finished
                return
            failed = attempt.failed or self._failure(Trouble.NOT_STARTED, text=attempt.text)
            pause = self._patience.pause(tries, failed, attempt.wait)
            if pause is None:
                yield failed
                return
            yield Retried(failed.sentence, pause, bool(attempt.text))
            void = void or bool(attempt.text)
            if cancelled.wait(pause):
                yield self._failure(Trouble.CANCELLED, text=attempt.text)
                return

    def measure(self, texts: Sequence[str], cancelled: threading.Event) -> Measured | None:
        """Tokens and prices, without a call to the provider. None when cancelled or failed."""
        question = {"do": "measure", "model": self.model, "texts": list(texts)}
        found: Reply | None = None
        for event in self.ask(question, cancelled):
            found = event or found
        if found is None or found["event"] != "measured":
            return None
        return Measured(
            tuple(found["tokens"]),
            self._price(self._prices[0], found["price_in"]),
            self._price(self._prices[1], found["price_out"]),
            found["window"],
            found["longest_answer"],
        )

    @staticmethod
    def _price(own: float | None, table: float | None) -> float | None:
        """Dollars a million tokens: the user's price, else LiteLLM's, whose table is for one token."""
        if own is not None:
            return own
        return None if table is None else table * 1_000_000

    def ask(self, question: Mapping[str, Any], cancelled: threading.Event) -> Iterator[Reply | None]:
        """Put one question to a helper: its events, and None now and then while there is none."""
        helper = self._helpers.borrow(self._environment())
        try:
            yield from helper.ask(question, cancelled)
        finally:
            self._helpers.give_back(helper)

    def _environment(self) -> dict[str, str]:
        return environment(self._callee.key_name, self._key)

    def _failure(
        self, trouble: Trouble, *, detail: str = "", text: str = "", wait: float | None = None
    ) -> Failed:
        sentence, hint = words(trouble, self._callee, wait=wait)
        return Failed(trouble, sentence, hint, detail.replace(self._key, "…") if self._key else detail, text)

    def used(self, event: Mapping[str, Any], seconds: float, *, void: bool) -> Usage:
        """What a call used, at the user's own prices where there are any.

        With `void`, a try before this one was cut after it had begun to answer. It cost something that
        nobody counted, so the numbers are an estimate.
        """
        tokens_in, tokens_out, cost = event["tokens_in"], event["tokens_out"], event["cost"]
        price_in, price_out = self._prices
        if price_in is not None and price_out is not None:
            cost = (tokens_in * price_in + tokens_out * price_out) / 1_000_000
        return Usage(tokens_in, tokens_out, cost, round(seconds, 3), event["estimated"] or void)


class _Attempt:
    """One try of a call: passes its events on, and ends with `finished` or `failed` set."""

    def __init__(self, began: float, void: bool) -> None:
        self._began = began
        self._void = void
        self._parts: list[str] = []
        self._first: float | None = None
        self._signs = 0
        self.wait: float | None = None
        self.finished: Finished | None = None
        self.failed: Failed | None = None

    @property
    def text(self) -> str:
        return "".join(self._parts)

    def run(
        self, backend: LiteLLMBackend, question: Mapping[str, Any], cancelled: threading.Event
    ) -> Iterator[CallEvent]:
        said = 0.0
        for event in backend.ask(question, cancelled):
            seconds = now() - self._began
            if event is not None:
                yield from self._take(backend, event, seconds)
            if seconds - said >= _PROGRESS and not cancelled.is_set():
                said = seconds
                yield Progressed(self._signs // _SIGNS_PER_TOKEN, seconds)
        if cancelled.is_set() and self.finished is None:
            self.failed = backend._failure(Trouble.CANCELLED, text=self.text)

    def _take(self, backend: LiteLLMBackend, event: Mapping[str, Any], seconds: float) -> Iterator[CallEvent]:
        match event["event"]:
            case "text":
                self._first = self._first or seconds
                self._parts.append(event["text"])
                self._signs += len(event["text"])
                yield TextArrived(event["text"])
            case "thought":
                self._first = self._first or seconds
                self._signs += event["size"]
            case "usage":
                used = backend.used(event, seconds, void=self._void)
                yield Progressed(used.tokens_out or 0, seconds)
                yield UsageKnown(used, event["cached"], self._first)
            case "finished":
                self.finished = Finished(self.text, event["reason"])
            case "failed":
                self.wait = event.get("wait")
                trouble = Trouble(event["trouble"])
                failed = backend._failure(trouble, detail=event["detail"], wait=self.wait)
                self.failed = replace(failed, text=self.text)
