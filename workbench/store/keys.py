"""Keys of model providers, from the environment or the system's keyring. Never logs or keeps one elsewhere.

`key_for` and `store_key` may wait for an unlock prompt: call them off the window's thread.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from workbench.errors import UserError

SERVICE = "workbench"
"""What the keys are filed under in the keyring; the user name there is the provider's or the key's name."""

_VARIABLES: Mapping[str, tuple[str, ...]] = {
    "azure_ai": ("AZURE_AI_API_KEY",),
    "cohere": ("COHERE_API_KEY", "CO_API_KEY"),
    "fireworks_ai": ("FIREWORKS_AI_API_KEY", "FIREWORKS_API_KEY"),
    "gemini": ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
    "huggingface": ("HUGGINGFACE_API_KEY", "HF_TOKEN"),
    "perplexity": ("PERPLEXITYAI_API_KEY", "PERPLEXITY_API_KEY"),
    "replicate": ("REPLICATE_API_KEY", "REPLICATE_API_TOKEN"),
    "together_ai": ("TOGETHERAI_API_KEY", "TOGETHER_AI_API_KEY", "TOGETHER_API_KEY"),
}
"""Providers whose variables are more, or other, than NAME_API_KEY. After LiteLLM's documentation."""


def variables(name: str) -> tuple[str, ...]:
    """The environment variables that may hold the key `name`: a provider ("openai") or a variable itself."""
    if name in _VARIABLES:
        return _VARIABLES[name]
    plain = "".join(letter if letter.isalnum() else "_" for letter in name.upper())
    if name == plain:
        return (name,)
    return (f"{plain}_API_KEY",)


def key_for(name: str) -> str | None:
    """The key of a provider ("openai") or of a variable's name ("MY_KEY"), None if there is none.

    The environment comes first. No keyring on this system is the same as no key; UserError where there is
    one that refuses (locked, prompt dismissed), so that nobody searches for a key that is there.
    """
    for variable in variables(name):
        found = os.environ.get(variable, "").strip()
        if found:
            return found
    # Late: keyring takes 90 ms to import, and most starts need no key.
    import keyring  # noqa: PLC0415
    from keyring.errors import KeyringError, NoKeyringError  # noqa: PLC0415

    try:
        return keyring.get_password(SERVICE, name) or None
    except NoKeyringError:
        return None
    except KeyringError as error:
        raise UserError(
            f"The keyring did not give the key of {name}: {_said(error)}.", hint=_hint(name)
        ) from error


def store_key(name: str, key: str) -> None:
    """Put a key into the keyring, or with "" take it out. UserError if there is no keyring or it refuses."""
    import keyring  # noqa: PLC0415 - as above
    from keyring.errors import KeyringError, NoKeyringError, PasswordDeleteError  # noqa: PLC0415

    try:
        if key:
            keyring.set_password(SERVICE, name, key)
        elif keyring.get_password(SERVICE, name) is not None:
            keyring.delete_password(SERVICE, name)
    except NoKeyringError as error:
        raise UserError(
            f"The key of {name} was not kept: this system has no keyring.",
            hint=f"Set {variables(name)[0]} in the environment instead.",
        ) from error
    except (KeyringError, PasswordDeleteError) as error:
        raise UserError(f"The key of {name} was not kept: {_said(error)}.", hint=_hint(name)) from error


def missing_key(name: str) -> UserError:
    """What to say where a key is needed and `key_for` found none."""
    return UserError(
        f"There is no key for {name}.",
        hint=f"Set {' or '.join(variables(name))} in the environment, or store the key in your keyring.",
    )


def _said(error: Exception) -> str:
    return str(error).strip().rstrip(".") or type(error).__name__


def _hint(name: str) -> str:
    return f"Unlock the keyring and try again, or set {variables(name)[0]} in the environment."
