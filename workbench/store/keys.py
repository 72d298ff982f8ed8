"""Keys of model providers: the environment, a file of the user's own, the system's keyring, in this order.

Never logs a key, and keeps it in one place at most. What may wait for an unlock prompt is to be called off
the window's thread.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from msgspec import Struct

from workbench.errors import UserError
from workbench.store import key_file

SERVICE = "workbench"
"""What the keys are filed under in the keyring; the user name there is the environment variable's name."""

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


class Kept(Struct, frozen=True):
    """Where the key of a name is; never the key. `where` is in words, "" where there is none."""

    name: str
    where: str


def variables(name: str) -> tuple[str, ...]:
    """The environment variables that may hold the key `name`: a provider ("openai") or a variable itself."""
    if name in _VARIABLES:
        return _VARIABLES[name]
    plain = "".join(letter if letter.isalnum() else "_" for letter in name.upper())
    if name == plain:
        return (name,)
    return (f"{plain}_API_KEY",)


def filed_as(name: str) -> str:
    """The one name that a key is kept under, whether it is called by its provider or by a variable."""
    first = variables(name)[0]
    return next((group[0] for group in _VARIABLES.values() if first in group), first)


def key_for(name: str) -> str | None:
    """The key of a provider ("openai") or of a variable's name ("MY_KEY"), None if there is none.

    No keyring on this system is the same as no key; UserError where there is one that refuses (locked,
    prompt dismissed), so that nobody searches for a key that is there, or where others may read the file.
    """
    found = _in_environment(name) or key_file.read(filed_as(name)) or _in_keyring(name)
    if found is not None:
        _handed_out().add(found)
    return found


def handed_out() -> frozenset[str]:
    """Every key that was asked for in this process: what has to be taken out of what it writes down."""
    return frozenset(_handed_out())


@cache
def _handed_out() -> set[str]:
    return set()


def _in_environment(name: str) -> str | None:
    return next(filter(None, (os.environ.get(each, "").strip() for each in variables(name))), None)


def _in_keyring(name: str) -> str | None:
    # Late: keyring takes 90 ms to import, and most starts need no key.
    import keyring  # noqa: PLC0415
    from keyring.errors import KeyringError, NoKeyringError  # noqa: PLC0415

    try:
        for filed in dict.fromkeys((filed_as(name), name)):
            found = keyring.get_password(SERVICE, filed)
            if found:
                return found
    except NoKeyringError:
        return None
    except KeyringError as error:
        raise UserError(
            f"The keyring did not give the key of {name}: {_said(error)}.", hint=_hint(name)
        ) from error
    return None


def store_key(name: str, key: str) -> str:
    """Put a key into the keyring and say where it lies; with "" take it out. UserError if it is not kept."""
    import keyring  # noqa: PLC0415 - as above
    from keyring.errors import KeyringError, NoKeyringError, PasswordDeleteError  # noqa: PLC0415

    filed = filed_as(name)
    try:
        if key:
            keyring.set_password(SERVICE, filed, key)
            if keyring.get_password(SERVICE, filed) != key:
                # One that is switched off takes everything and keeps nothing.
                raise NoKeyringError
        else:
            for each in dict.fromkeys((filed, name)):
                if keyring.get_password(SERVICE, each) is not None:
                    keyring.delete_password(SERVICE, each)
    except NoKeyringError as error:
        raise UserError(
            f"The key of {name} was not kept: this system has no keyring.",
            hint=f"Set {variables(name)[0]} in the environment instead, or keep it in a file that is not "
            f"encrypted: workbench key set {name} --file",
        ) from error
    except (KeyringError, PasswordDeleteError) as error:
        raise UserError(f"The key of {name} was not kept: {_said(error)}.", hint=_hint(name)) from error
    if key:
        # One place at most: a key that was changed is not found again in its old form.
        key_file.remove(filed)
        key_file.remember(filed)
    return keyring_words()


def keep_in_file(name: str, key: str) -> str:
    """Put a key into the file and say where it lies. One that the keyring has under this name stays there."""
    return (
        f"the file {key_file.write(filed_as(name), key)}, which is not encrypted and which only you can read"
    )


def remove_key(name: str) -> tuple[str, ...]:
    """Take a key out of wherever we keep it; the places that it was in. The environment is the user's."""
    filed, gone = filed_as(name), []
    if key_file.remove(filed):
        gone.append(f"the file {key_file.path()}")
    if _in_keyring(name) is not None:
        store_key(name, "")
        gone.append(keyring_words())
    key_file.forget(filed)
    return tuple(gone)


def kept_keys(names: Iterable[str]) -> tuple[Kept, ...]:
    """Where the key of each of these names is, and of every other one that was ever set here. May wait."""
    every = dict.fromkeys((*(filed_as(name) for name in names), *key_file.names()))
    return tuple(Kept(name, _where(name)) for name in sorted(every))


def _where(name: str) -> str:
    places = [f"{each} in the environment" for each in variables(name) if os.environ.get(each, "").strip()]
    if key_file.read(name):
        places.append(f"the file {key_file.path()}")
    if _in_keyring(name):
        places.append(keyring_words())
    return ", then ".join(places)


def keyring_words() -> str:
    """What keeps the keys on this system: the keyring by its name, or that there is none."""
    import keyring  # noqa: PLC0415 - as above
    from keyring.backends import chainer, fail, null  # noqa: PLC0415

    found: Any = keyring.get_keyring()
    if isinstance(found, chainer.ChainerBackend):
        found = next(iter(found.backends), None)
    if found is None or isinstance(found, fail.Keyring | null.Keyring):
        return ""
    words = f"the keyring ({found.name})"
    place = getattr(found, "file_path", None)
    # A backend that keeps a plain file is a file, whatever it calls itself.
    return f"{words}, a file: {place}" if place else words


def missing_key(name: str) -> UserError:
    """What to say where a key is needed and `key_for` found none."""
    return UserError(
        f"There is no key for {name}.",
        hint=f"Set {' or '.join(variables(name))} in the environment, or keep it: workbench key set {name}",
    )


def _said(error: Exception) -> str:
    return str(error).strip().rstrip(".") or type(error).__name__


def _hint(name: str) -> str:
    return f"Unlock the keyring and try again, or set {variables(name)[0]} in the environment."
