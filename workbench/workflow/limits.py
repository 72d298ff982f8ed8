"""What is known of a model before it is asked: window, longest answer, prices. Learned once and kept."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from msgspec.structs import replace

from workbench.generation.backends import Measured
from workbench.workflow.tray import Limits, Tray

if TYPE_CHECKING:
    from workbench.generation.backends import LiteLLMBackend
    from workbench.workflow.session import Session

SMALL = 8_000
"""Tokens that every model takes: as long as there are no more, its window is not asked for."""


def known_limits(session: Session, model: str) -> Limits:
    """What was learned of a model before; the user's own price stands above the table's."""
    kept = session.log.remembered(_name(session, model)) or {}
    named = session.settings.models.get(model)
    own = named.price_in if named is not None else None
    return Limits(
        model,
        _number(kept.get("window")),
        _number(kept.get("longest_answer")),
        own if own is not None else kept.get("price_in"),
    )


def usual_model(session: Session) -> str:
    """Who was asked last, where that was a model; else the model of the settings, "" without one."""
    last = str((session.log.remembered("recipient") or {}).get("id", ""))
    return session.settings.model if last in ("", "clipboard", "waiting") else last


def usual_limits(session: Session) -> Limits:
    """What is known of the usual model; no limits for the offline one, which reads no prompt."""
    model = usual_model(session)
    return Limits(unlimited=True) if model in ("", "offline") else known_limits(session, model)


def learn(session: Session, model: str, measured: Measured) -> Limits:
    """Remember what the tables say of a model."""
    found = {
        "window": measured.window,
        "longest_answer": measured.longest_answer,
        "price_in": measured.price_in,
    }
    session.log.remember(_name(session, model), found)
    return known_limits(session, model)


def ask_limits(session: Session, model: str, backend: LiteLLMBackend, cancelled: threading.Event) -> Limits:
    """The limits, asked of the helper process where they are not known yet. Blocking; seconds at first."""
    measured = backend.measure((), cancelled)
    return known_limits(session, model) if measured is None else learn(session, model, measured)


def measured(session: Session, tray: Tray, backend: LiteLLMBackend, cancelled: threading.Event) -> Tray:
    """The tray with the tokens as the model's own tokenizer counts them. What is packed does not change."""
    given = tray.given
    texts = [*(item.text for item in given), *(message.content for message in tray.messages)]
    found = backend.measure(texts, cancelled)
    if found is None or len(found.tokens) != len(texts):
        return tray
    limits = learn(session, tray.limits.model, found)
    exact = {item.id: count for item, count in zip(given, found.tokens, strict=False)}
    exact[""] = sum(found.tokens[len(given) :])
    return replace(tray, exact=exact, limits=limits)


def _name(session: Session, model: str) -> str:
    named = session.settings.models.get(model)
    return f"limits {named.model if named is not None else model}"


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and value > 0 else None
