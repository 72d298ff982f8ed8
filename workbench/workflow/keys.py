"""Keys of models as the expert manages them: set, listed, removed. A key is passed on and shown nowhere."""

from __future__ import annotations

from workbench.errors import UserError
from workbench.generation.providers import key_name, provider_of
from workbench.store import keys
from workbench.store.keys import Kept
from workbench.store.settings import Settings

LONGEST = 20_000
"""Characters of a key. Some are whole documents; none is longer."""


def named(settings: Settings, name: str) -> str:
    """Under which name the key is kept that this means: a model of the settings, a provider or a variable."""
    model = settings.models.get(name)
    if model is not None:
        found = model.key_name or key_name(model.model)
        needless = f"{name} ({model.model})"
    elif "/" in name or provider_of(name) is not None:
        found, needless = key_name(name), name
    elif name and name.replace("_", "").replace("-", "").replace(".", "").isalnum() and name.isascii():
        found, needless = (name if name.isupper() else key_name(f"{name.lower()}/")), name
        if found is not None and not found.replace("_", "").isalnum():
            # A name of the user's own may hold what no variable can.
            found = keys.variables(name)[0]
    else:
        raise UserError(
            f"{name!a} is no name of a key.",
            hint="Name a provider (openai), a variable, or a model of yours.",
        )
    if found is None:
        raise UserError(
            f"{needless} needs no key.", hint="Where yours does, give it a key_name in the settings."
        )
    return keys.filed_as(found)


def set_key(name: str, key: str, *, in_file: bool) -> str:
    """Keep a key; where it lies, in words. UserError where it cannot be one, or is not kept."""
    if not key:
        raise UserError(
            "Nothing was given, so no key was kept.", hint="Take one out: workbench key remove NAME"
        )
    if len(key) > LONGEST or not key.isprintable() or not key.isascii():
        raise UserError(
            "What was given is no key: it is too long or holds characters that no key has.",
            hint="Give the key alone, on one line.",
        )
    return keys.keep_in_file(name, key) if in_file else keys.store_key(name, key)


def listed(settings: Settings) -> tuple[Kept, ...]:
    """Where the keys are of every model of the settings, and all others that were set here. May wait."""
    models = {model.key_name or key_name(model.model) for model in settings.models.values()}
    models |= {key_name(settings.model) if settings.model else None}
    return keys.kept_keys(name for name in models if name)


def removed(name: str) -> tuple[str, ...]:
    """Take a key out of wherever we keep it; where it was. UserError where it was nowhere."""
    gone = keys.remove_key(name)
    if not gone:
        set_outside = [each for each in keys.variables(name) if keys.key_for(each)]
        hint = (
            f"It is {set_outside[0]} in the environment: take it out there."
            if set_outside
            else "List them: workbench key list"
        )
        raise UserError(f"No key of {name} is kept here.", hint=hint)
    return gone
