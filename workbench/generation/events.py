"""What a call to a model reports while it runs, and how a round ends. Values only."""

from __future__ import annotations

from msgspec import Struct

from workbench.generation.checking import Outcome
from workbench.generation.exchange import Call, Exchange
from workbench.generation.failures import Trouble
from workbench.review.rounds import Usage


class TextArrived(Struct, frozen=True):
    """More of the answer."""

    text: str


class Progressed(Struct, frozen=True):
    """The call is alive: about how many tokens arrived, thinking included, and seconds since it began."""

    tokens: int
    seconds: float


class Retried(Struct, frozen=True):
    """The call is made again after `wait` seconds. With `shown`, the text that had arrived is void."""

    why: str
    wait: float
    shown: bool
    text: str = ""


class FellBack(Struct, frozen=True):
    """`model` failed for good and `to` is asked instead. With `shown`, the text that had arrived is void."""

    model: str
    to: str
    why: str
    shown: bool = False


class Noticed(Struct, frozen=True):
    """Something that the expert should know and that stops nothing: one sentence."""

    words: str


class UsageKnown(Struct, frozen=True):
    """What the call used. `cached` is how many of the tokens in were read from the provider's cache."""

    usage: Usage
    cached: int | None = None
    first_token: float | None = None


class Finished(Struct, frozen=True):
    """The stream ended by itself, for the provider's `reason`. Whether it is complete the contract says."""

    text: str
    reason: str | None = None


class Failed(Struct, frozen=True):
    """The call failed for good. `detail`: what the other side said, less keys. `text`: what had arrived."""

    trouble: Trouble
    sentence: str
    hint: str
    detail: str = ""
    text: str = ""


class RepairAsked(Struct, frozen=True):
    """The answer did not fit and is asked for once more; the text so far is void."""

    problems: tuple[str, ...]


class CallBegan(Struct, frozen=True):
    """A call is about to be made; `call` holds its messages, and nothing of an answer yet."""

    call: Call


class CallEnded(Struct, frozen=True):
    """A call is over, whatever came of it, and this is its record."""

    call: Call


class Answered(Struct, frozen=True):
    """The round's author answered, and the answer fits. Always the last event."""

    outcome: Outcome
    exchange: Exchange


class Lost(Struct, frozen=True):
    """There is no round. Always the last event; nothing was applied, and the exchange is kept."""

    trouble: Trouble
    sentence: str
    hint: str
    exchange: Exchange


CallEvent = CallBegan | TextArrived | Progressed | Retried | Noticed | UsageKnown | Finished | Failed
Event = CallEvent | FellBack | CallEnded | RepairAsked | Answered | Lost
