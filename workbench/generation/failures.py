"""What can go wrong with a call to a model, each as one sentence and a hint. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from urllib.parse import urlsplit, urlunsplit

from msgspec import Struct


class Trouble(StrEnum):
    """Kinds of failure, as the helper names them on its standard output."""

    NO_KEY = "no key"
    REFUSED_KEY = "refused key"
    NOT_ALLOWED = "not allowed"
    UNKNOWN_MODEL = "unknown model"
    NO_NETWORK = "no network"
    MOVED = "moved"
    RATE_LIMIT = "rate limit"
    NO_CREDIT = "no credit"
    BUSY = "busy"
    TIMEOUT = "timeout"
    SILENT = "silent"
    CUT = "cut"
    EMPTY = "empty"
    OUT_OF_ROOM = "out of room"
    TOO_LONG = "too long"
    BLOCKED = "blocked"
    REFUSED = "refused"
    BAD_ANSWER = "bad answer"
    NOT_STARTED = "not started"
    STOPPED = "stopped"
    CANCELLED = "cancelled"
    CAP = "budget"
    ENDLESS = "endless"


RETRIED = frozenset({Trouble.RATE_LIMIT, Trouble.BUSY, Trouble.TIMEOUT, Trouble.CUT, Trouble.NO_NETWORK})
"""Kinds that a second try may mend."""

FOR_OTHERS = frozenset(Trouble) - {Trouble.CANCELLED, Trouble.CAP, Trouble.NOT_STARTED, Trouble.BAD_ANSWER}
"""Kinds that another model may do better at."""

NOT_MADE = frozenset({Trouble.CAP.value, Trouble.NO_KEY.value})
"""Outcomes of calls that were never made, and are therefore no record of one."""


class Callee(Struct, frozen=True):
    """Who was called: for the words only."""

    model: str
    api_base: str | None = None
    key_name: str | None = None
    has_key: bool = True

    @property
    def where(self) -> str:
        """The address without the name, password and query that it may hold."""
        if not self.api_base:
            return "the provider"
        parts = urlsplit(self.api_base)
        return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


_SAID: Mapping[Trouble, tuple[str, str]] = {
    Trouble.NO_KEY: (
        "The round was not started: there is no key for {model}.",
        "Set {key} in the environment, or keep it: workbench key set {key}",
    ),
    Trouble.REFUSED_KEY: (
        "{where} refused the key for {model}.",
        "Check {key}: it may be mistyped or withdrawn.",
    ),
    Trouble.NOT_ALLOWED: (
        "The key may not use {model}.",
        "Ask for access at the provider, or choose another model.",
    ),
    Trouble.UNKNOWN_MODEL: (
        "There is no model {model} at {where}.",
        "Check the spelling; the name begins with the provider, such as openai/ or ollama_chat/.",
    ),
    Trouble.NO_NETWORK: ("{where} could not be reached.", "{network}"),
    Trouble.MOVED: (
        "{where} sends on to another address, which was not asked: the key stays with the first.",
        "Put the address that is meant into settings.toml.",
    ),
    Trouble.RATE_LIMIT: ("{where} takes no more requests for {model} at the moment.", "{later}"),
    Trouble.NO_CREDIT: (
        "The account at {where} has no credit left for {model}.",
        "Add credit, or choose another model.",
    ),
    Trouble.BUSY: ("{where} failed while answering for {model}.", "{later}"),
    Trouble.TIMEOUT: ("{model} did not answer in time.", "Try again, or give less context."),
    Trouble.SILENT: (
        "{where} kept the line open for {model} and sent no word of an answer; nothing was applied.",
        "Try again in a while, or choose another model.",
    ),
    Trouble.CUT: (
        "The answer of {model} was cut in the middle; nothing was applied.",
        "Send again; what had arrived is kept with the round.",
    ),
    Trouble.EMPTY: (
        "{model} answered without a word; nothing was applied.",
        "Send again; if it stays so, the address or the name may be that of no chat model.",
    ),
    Trouble.OUT_OF_ROOM: (
        "The answer of {model} reached its length limit and was cut; nothing was applied.",
        "Ask for less at once, or choose a model with a longer answer.",
    ),
    Trouble.TOO_LONG: (
        "The prompt is too long for {model}.",
        "Give fewer files, or choose a model with a larger window.",
    ),
    Trouble.BLOCKED: (
        "{where} refused to answer because of its content rules.",
        "Reword the task, or choose another model.",
    ),
    Trouble.REFUSED: (
        "{where} did not accept the request for {model}.",
        "The details are kept with the round.",
    ),
    Trouble.BAD_ANSWER: (
        "The answer of {model} does not fit the files; nothing was applied.",
        "What was wrong is kept with the answers. Send again, or choose another model.",
    ),
    Trouble.NOT_STARTED: (
        "The helper that calls models could not be started.",
        "Install Workbench again; LiteLLM is missing or broken.",
    ),
    Trouble.STOPPED: (
        "The helper that called {model} stopped in the middle; nothing was applied.",
        "Send again; what had arrived is kept.",
    ),
    Trouble.CANCELLED: ("The round was cancelled; nothing was applied.", ""),
    Trouble.CAP: ("The call was not made: the budget is spent.", "Raise it in the settings."),
    Trouble.ENDLESS: (
        "The answer of {model} did not end and was stopped; nothing was applied.",
        "Send again, or choose another model.",
    ),
}
"""What is said of each kind: a sentence and a hint."""
_KEYLESS = (
    "{where} wants a key for {model}, and none was given.",
    'Name one in the model\'s settings, key_name = "NAME", and keep it: workbench key set NAME',
)
"""Where a key is refused that was never sent: at an address of one's own none goes along by chance."""


def words(trouble: Trouble, callee: Callee, *, wait: float | None = None) -> tuple[str, str]:
    """One sentence and a hint. `wait` is how many seconds the provider asked us to wait."""
    fields = {
        "model": callee.model,
        "where": callee.where,
        "key": callee.key_name or "the provider's key",
        "later": "Try again in a while." if wait is None else f"Try again in {_duration(wait)}.",
        "network": _network_hint(callee),
    }
    is_keyless = trouble is Trouble.REFUSED_KEY and not callee.has_key
    sentence, hint = _KEYLESS if is_keyless else _SAID[trouble]
    return sentence.format_map(fields), hint.format_map(fields)


def _network_hint(callee: Callee) -> str:
    if callee.api_base:
        return "Is the server running, and is its address in settings.toml right?"
    return "Check the network connection and the proxy settings."


def _duration(seconds: float) -> str:
    if seconds < 90:
        return "a second" if seconds < 1.5 else f"{round(seconds)} seconds"
    if seconds < 5400:
        return f"{round(seconds / 60)} minutes"
    return f"{round(seconds / 3600)} hours" if seconds < 48 * 3600 else f"{round(seconds / 86400):,} days"
