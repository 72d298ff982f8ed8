"""Calls to a model as a blocking iterator of events with a cancel flag. The only layer that retries.

Retried are what a second try may mend: rate limits (as long as the provider says), failing servers, timeouts,
broken connections; with growing pauses, and after text was shown only once and never without saying so. Every
try asks the budget first.
"""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any, Protocol

from msgspec import Struct
from msgspec.structs import replace

from workbench.generation.attempt import Attempt, Prices, together
from workbench.generation.budget import Budget, Estimate, Refusal
from workbench.generation.children import Helpers, Reply, environment, now
from workbench.generation.events import CallEvent, Failed, Noticed, Progressed, Retried, UsageKnown
from workbench.generation.failures import Callee, Trouble, words
from workbench.generation.patience import Patience
from workbench.generation.prompt import Message, rough_tokens
from workbench.generation.providers import key_name as usual_key_name
from workbench.generation.providers import needs_key
from workbench.review.rounds import Usage

_LOOK_AGAIN = 0.2
"""Seconds between two looks whether a call that another one waits for has ended."""
_PER_MESSAGE = 4
"""Tokens that a message costs beside its words, in the protocols that say so."""


class Backend(Protocol):
    """Something that answers messages. The last event is `Finished` or `Failed`."""

    @property
    def model(self) -> str: ...

    def events(self, messages: Sequence[Message], cancelled: threading.Event) -> Iterator[CallEvent]: ...


class Measured(Struct, frozen=True):
    """Tokens of each text by the model's tokenizer; prices in dollars a million tokens; None is unknown."""

    tokens: tuple[int, ...]
    price_in: float | None
    price_out: float | None
    window: int | None
    longest_answer: int | None


class LiteLLMBackend:
    """A model by its LiteLLM name, called in the helper process.

    `key` goes to the helper through its pipe and nowhere else; `key_name` is what it is called in messages
    (by default the name that LiteLLM reads for this model). `price_in` and `price_out`, dollars a million
    tokens, replace LiteLLM's table. `timeout` is the longest silence in seconds; a line that is kept open
    without a word counts as silence, twice as long. With `helpers` several backends share one process.
    Without a `budget` nothing is counted beforehand.
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
        budget: Budget | None = None,
    ) -> None:
        name = key_name or usual_key_name(model)
        if name is None and api_base is not None:
            # A name without a provider, at an address of one's own, is called as an OpenAI server.
            name = "OPENAI_API_KEY"
        self._callee = Callee(model, api_base, name, has_key=key is not None)
        self._key = key
        self._own = Prices(price_in, price_out, own=price_in is not None and price_out is not None)
        self._prices = self._own
        self._max_tokens = max_tokens
        self._timeout = timeout
        self._patience = patience or Patience()
        self._helpers = helpers or Helpers()
        self._budget = budget or Budget()
        self._estimated: tuple[tuple[Message, ...], Estimate] | None = None

    @property
    def model(self) -> str:
        return self._callee.model

    @property
    def budget(self) -> Budget:
        """What its calls are held against, together with the others of its line."""
        return self._budget

    @property
    def address(self) -> str | None:
        """The address of one's own, without a name and password in it; None: the provider's."""
        return self._callee.where if self._callee.api_base else None

    @property
    def key_name(self) -> str | None:
        return self._callee.key_name

    @property
    def has_key(self) -> bool:
        return self._key is not None

    @property
    def lacks(self) -> str:
        """What is missing before this model can be called, in words; "" when nothing is known to be."""
        missing = self._key is None and needs_key(self.model, self._callee.api_base)
        return f"no key ({self._callee.key_name})" if missing else ""

    def warm(self) -> None:
        """Start the helper process now, so that the first call finds it ready."""
        self._helpers.give_back(self._helpers.borrow(environment(), self._secret()))

    def close(self) -> None:
        """End the helper process, also one that is shared."""
        self._helpers.close()

    def events(self, messages: Sequence[Message], cancelled: threading.Event) -> Iterator[CallEvent]:
        """One call with its retries."""
        began = now()
        if self.lacks:
            yield self._failure(Trouble.NO_KEY)
            return
        prompt = yield from self._estimate(messages, began, cancelled)
        if prompt.cost is None and self._budget.needs_price and not cancelled.is_set():
            yield Noticed(
                f"The price of {self.model} is not known, so budgets in dollars do not hold for it. "
                "Give price_in and price_out in its settings, or a budget in tokens."
            )
        tries, before, wait = 0, None, 0.0
        while True:
            refusal = self._budget.refusal(prompt)
            if refusal is None and not cancelled.wait(wait):
                refusal = yield from self._turn(prompt, began, cancelled)
            if cancelled.is_set() or refusal is not None:
                trouble = Trouble.CANCELLED if cancelled.is_set() else Trouble.CAP
                failed = self._failure(trouble)
                if trouble is Trouble.CAP and refusal is not None:
                    failed = replace(failed, sentence=refusal.sentence, hint=refusal.hint)
                yield UsageKnown(before or Usage(0, 0, 0.0, round(now() - began, 3)))
                yield failed
                return
            tries += 1
            attempt = Attempt(self._callee, self._key, self._prices, began, before, self._timeout)
            # Closed at once where it is left: that ends the helper, whatever it is doing.
            with closing(self._replies(messages, cancelled)) as replies:
                yield from attempt.take(replies)
            ended = self._ended(attempt, cancelled)
            used = attempt.usage or attempt.estimate(prompt)
            self._budget.used(used)
            pause = self._patience.pause(tries, ended, attempt.wait) if isinstance(ended, Failed) else None
            if pause is None:
                if attempt.usage is None:
                    yield UsageKnown(together(used, before), None, attempt.first_token)
                yield ended
                return
            assert isinstance(ended, Failed)
            before = together(used, before)
            wait = pause
            yield Retried(ended.sentence, pause, bool(attempt.text), attempt.text)

    def _turn(
        self, prompt: Estimate, began: float, cancelled: threading.Event
    ) -> Generator[CallEvent, None, Refusal | None]:
        """Wait until the budget has room for the call beside those under way; why there will be none."""
        told = False
        while True:
            refusal = self._budget.opens(prompt)
            if refusal is None or not refusal.passing or cancelled.wait(_LOOK_AGAIN if told else 0):
                return refusal
            yield Progressed(0, now() - began) if told else Noticed(refusal.sentence)
            told = True

    def _ended(self, attempt: Attempt, cancelled: threading.Event) -> CallEvent:
        if attempt.finished is not None:
            return attempt.finished
        if cancelled.is_set():
            return attempt.failure(Trouble.CANCELLED)
        return attempt.failed or attempt.gone()

    def _estimate(
        self, messages: Sequence[Message], began: float, cancelled: threading.Event
    ) -> Generator[CallEvent, None, Estimate]:
        """What the prompt costs, counted by the helper where there is a cap to hold it against."""
        about = sum(rough_tokens(each.content) + _PER_MESSAGE for each in messages)
        longest = self._max_tokens
        if not self._budget.holds:
            return Estimate(about, self._prices.cost(about, 0))
        if self._estimated is not None and self._estimated[0] == tuple(messages):
            return self._estimated[1]
        texts = [each.content for each in messages]
        found: Reply | None = None
        for reply in self.ask(self._measuring(texts), cancelled):
            found = reply or found
            if reply is None:
                yield Progressed(0, now() - began)
        if found is not None and found["event"] == "measured":
            measured = self._measured(found)
            about = sum(measured.tokens) + _PER_MESSAGE * len(messages)
            longest = longest or measured.longest_answer
            if not self._own.own:
                self._prices = Prices(measured.price_in, measured.price_out)
        estimate = self._prices.estimate(about, longest)
        if found is not None:
            self._estimated = tuple(messages), estimate
        return estimate

    def refusal(self, messages: Sequence[Message], cancelled: threading.Event) -> Refusal | None:
        """Why the budget would not have these messages sent, asked before anything is. Blocking."""
        estimating = self._estimate(messages, now(), cancelled)
        while True:
            try:
                next(estimating)
            except StopIteration as ended:
                return self._budget.refusal(ended.value)

    def measure(self, texts: Sequence[str], cancelled: threading.Event) -> Measured | None:
        """Tokens and prices, without a call to the provider. None when cancelled or failed."""
        found: Reply | None = None
        for event in self.ask(self._measuring(texts), cancelled):
            found = event or found
        return self._measured(found) if found is not None and found["event"] == "measured" else None

    def _measuring(self, texts: Sequence[str]) -> dict[str, Any]:
        return {
            "do": "measure",
            "model": self.model,
            "api_base": self._callee.api_base,
            "texts": list(texts),
        }

    def _measured(self, found: Mapping[str, Any]) -> Measured:
        return Measured(
            tuple(found["tokens"]),
            self._price(self._own.given, found["price_in"]),
            self._price(self._own.answered, found["price_out"]),
            found["window"],
            found["longest_answer"],
        )

    @staticmethod
    def _price(own: float | None, table: float | None) -> float | None:
        """Dollars a million tokens: the user's price, else LiteLLM's, whose table is for one token."""
        if own is not None:
            return own
        return None if table is None else table * 1_000_000

    def _replies(
        self, messages: Sequence[Message], cancelled: threading.Event
    ) -> Generator[Reply | None, None, None]:
        question = {
            "do": "complete",
            "model": self.model,
            "api_base": self._callee.api_base,
            "messages": [{"role": message.role, "content": message.content} for message in messages],
            "timeout": self._timeout,
            "max_tokens": self._max_tokens,
        }
        return self.ask(question, cancelled)

    def ask(
        self, question: Mapping[str, Any], cancelled: threading.Event
    ) -> Generator[Reply | None, None, None]:
        """Put one question to a helper: its events, and None now and then while there is none."""
        helper = self._helpers.borrow(environment(), self._secret())
        try:
            yield from helper.ask(question, cancelled)
        finally:
            self._helpers.give_back(helper)

    def _secret(self) -> tuple[str, str] | None:
        """The key under the name that LiteLLM looks for, however the user calls it."""
        if self._key is None:
            return None
        return usual_key_name(self.model) or "OPENAI_API_KEY", self._key

    def _failure(self, trouble: Trouble) -> Failed:
        sentence, hint = words(trouble, self._callee)
        return Failed(trouble, sentence, hint)
