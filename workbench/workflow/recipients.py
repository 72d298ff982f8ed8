"""Who can receive the feedback, and what each lacks: a caller that waits, a model, the clipboard."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from workbench.errors import UserError
from workbench.generation.backends import LiteLLMBackend
from workbench.store.settings import ModelSettings
from workbench.workflow import calls as calling
from workbench.workflow.calls import OFFLINE, backend_of, budget_of, require_room
from workbench.workflow.session import Session


class RecipientKind(StrEnum):
    """How the feedback leaves."""

    WAITING = "waiting"
    MODEL = "model"
    OFFLINE = "offline"
    CLIPBOARD = "clipboard"


class Recipient(Struct, frozen=True):
    """Who can be sent to. `lacks` is what is missing before it works, "" when nothing is."""

    id: str
    label: str
    kind: RecipientKind
    lacks: str = ""
    model: ModelSettings | None = None


def recipients(session: Session, *, waiting: bool = False) -> tuple[Recipient, ...]:
    """Everybody who could be sent to, with what each lacks. May ask the keyring, which can block."""
    found = [Recipient("waiting", "the caller that waits", RecipientKind.WAITING)] if waiting else []
    for name, model in session.settings.models.items():
        found.append(_model_recipient(name, model))
    default = session.settings.model
    if default and default != OFFLINE and default not in session.settings.models:
        found.append(_model_recipient(default, ModelSettings(default)))
    found.append(
        Recipient(OFFLINE, "offline: applies suggestions, takes out what was rejected", RecipientKind.OFFLINE)
    )
    found.append(Recipient("clipboard", "the clipboard, as Markdown", RecipientKind.CLIPBOARD))
    return tuple(found)


def recipient_named(session: Session, name: str) -> Recipient:
    """The model that a name means: `offline`, a name of the settings, or LiteLLM's own name."""
    if name == OFFLINE:
        return Recipient(OFFLINE, OFFLINE, RecipientKind.OFFLINE)
    return _model_recipient(name, session.settings.models.get(name) or ModelSettings(name))


def _model_recipient(name: str, model: ModelSettings) -> Recipient:
    lacks = backend_of(model).lacks
    return Recipient(
        name, name if name == model.model else f"{name} ({model.model})", RecipientKind.MODEL, lacks, model
    )


def require_ready(session: Session, recipient: Recipient) -> None:
    """UserError when a model cannot be asked, said before anything is done for it."""
    if recipient.lacks:
        raise UserError(
            f"{recipient.label} cannot be asked: {recipient.lacks}.",
            hint=f"Set the provider's key in the environment, or keep it: workbench key set {recipient.id}",
        )
    if recipient.kind is RecipientKind.MODEL:
        require_room(session, _model_of(recipient), next_number(session))


def next_number(session: Session) -> int:
    """The number of the round that comes next."""
    current = session.review.round
    return (current.number if current else 0) + 1


def line_of(session: Session, recipient: Recipient, number: int | None = None) -> tuple[LiteLLMBackend, ...]:
    """Who is asked: the model, then its fallbacks, under the budgets of a round (the current one)."""
    current = session.review.round
    number = (current.number if current else 0) if number is None else number
    return calling.line_of(session, _model_of(recipient), budget_of(session, number))


def _model_of(recipient: Recipient) -> ModelSettings:
    return recipient.model or ModelSettings(recipient.id)
