"""The tray as values: each thing that the next round is given, what it weighs, what was left out and why."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct, field

from workbench.generation.prompt import Message, Ranges, Request
from workbench.store.settings import Settings

NO_WINDOW = 100_000
"""Tokens that are packed for a model whose window nobody knows."""
_ANSWER = 16_000
_CERTAIN = 0.75
"""Of a window that is packed. Tokens are counted as four bytes each, which is off by up to a third."""


class Kind(StrEnum):
    """What an item is, in the order of priority."""

    TASK = "task"
    FEEDBACK = "feedback"
    CHANGED = "file with changes"
    PINNED = "pinned"
    RULE = "house rule"
    NAMED = "file of the scope"


class State(StrEnum):
    """What becomes of an item."""

    GIVEN = "given"
    PART = "given in part"
    NAME = "by name only"
    LEFT = "does not fit"
    REMOVED = "removed"
    GONE = "not there"


class Item(Struct, frozen=True):
    """One thing on the tray. `text` is what stands in the prompt, byte for byte; "" for what is not given.

    `tokens` is what it weighs in the prompt, or would. `whole` is that of all of it, where a part is given.
    `parts` are the lines of the file that are given, () for all. `why` says how it came onto the tray.
    """

    id: str
    kind: Kind
    title: str
    state: State
    tokens: int
    text: str = ""
    why: str = ""
    path: str | None = None
    parts: Ranges = ()
    whole: int = 0
    line: int = 0

    @property
    def is_given(self) -> bool:
        return self.state in (State.GIVEN, State.PART)


class Limits(Struct, frozen=True):
    """What is known of the model. Prices are dollars for a million tokens; None is unknown."""

    model: str = ""
    window: int | None = None
    longest_answer: int | None = None
    price_in: float | None = None
    unlimited: bool = False
    """An author that reads the review itself, and no prompt."""

    def budget(self, settings: Settings) -> int | None:
        """Tokens that may be packed, None for no limit."""
        if self.unlimited:
            return None
        room = NO_WINDOW
        if self.window:
            # Some tables give an answer as long as the window: a quarter is then left for it.
            answer = min(
                self.longest_answer or _ANSWER, self.window // 4 if self.window < 4 * _ANSWER else 64_000
            )
            room = int((self.window - answer) * _CERTAIN)
        wished = settings.context_tokens
        return room if wished is None else min(wished, room) if self.window else wished


class Finding(Struct, frozen=True):
    """What looks like a secret, or a file that is never sent. `id` is a keyed digest; the secret is not here.

    `places` are where it stands, as `path:line` or the name of the item.
    """

    id: str
    kind: str
    places: tuple[str, ...]
    items: tuple[str, ...] = ()
    allowed: bool = False

    @property
    def words(self) -> str:
        more = f" and {len(self.places) - 1} more" if len(self.places) > 1 else ""
        return f"{self.places[0]}{more}: {self.kind}"


class Tray(Struct, frozen=True):
    """Exactly what the next round is given: `request` is what the prompt, `messages`, is made from."""

    items: tuple[Item, ...]
    request: Request
    messages: tuple[Message, ...]
    tokens: int
    """Of all messages, the contract and the names of the other files included."""
    budget: int | None
    limits: Limits = Limits()
    findings: tuple[Finding, ...] = ()
    others: int = 0
    """How many files are given by name only."""
    exact: Mapping[str, int] = field(default_factory=dict)
    """Tokens of items by the model's own tokenizer, where they were counted; "" is all of them."""

    @property
    def given(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.is_given)

    @property
    def left(self) -> tuple[Item, ...]:
        """What does not fit, in whole or in part."""
        return tuple(
            item for item in self.items if item.state in (State.LEFT, State.PART, State.GONE, State.NAME)
        )

    @property
    def overhead(self) -> int:
        """What the contract, the headings and the names of files weigh."""
        return max(0, self.total - sum(self.weight(item) for item in self.given))

    @property
    def total(self) -> int:
        return self.exact.get("", self.tokens)

    @property
    def stopped(self) -> tuple[Finding, ...]:
        """The findings that keep it from being sent."""
        return tuple(finding for finding in self.findings if not finding.allowed)

    def weight(self, item: Item) -> int:
        return self.exact.get(item.id, item.tokens) if item.is_given else item.tokens

    def cost(self, tokens: int) -> float | None:
        """What so many tokens cost to be given, in dollars; None where the price is not known."""
        return None if self.limits.price_in is None else tokens * self.limits.price_in / 1_000_000
