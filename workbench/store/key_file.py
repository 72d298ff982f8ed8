"""Keys that are kept in a file, because there is no keyring and the user asked for it; and names of keys.

The file is the user's alone (mode 600) and is checked to be so each time it is read: one that others may read
is refused, not used. A second file holds the names, never a key, of what was put into the keyring, which
cannot list what it holds. Both are written whole or not at all.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from workbench.errors import UserError
from workbench.store.paths import config_dir, make_private


def path() -> Path:
    return config_dir() / "keys.json"


def read(name: str) -> str | None:
    """The key of this name. UserError when others may read the file, or it is damaged."""
    found = _keys().get(name)
    return found if isinstance(found, str) and found else None


def write(name: str, key: str) -> Path:
    """Keep a key; it is on the disk when this returns, and nobody else could read it meanwhile."""
    _save(path(), {**_keys(), name: key})
    return path()


def remove(name: str) -> bool:
    """Take a key out. False where there was none."""
    keys = _keys()
    if name not in keys:
        return False
    left = {each: key for each, key in keys.items() if each != name}
    if left:
        _save(path(), left)
    else:
        with suppress(FileNotFoundError):
            path().unlink()
    return True


def names() -> tuple[str, ...]:
    """The names of all keys that were put here or into the keyring."""
    return tuple(dict.fromkeys((*_names(), *_keys())))


def remember(name: str) -> None:
    """Note that the keyring has a key of this name."""
    if name not in _names():
        _save(_index(), [*_names(), name])


def forget(name: str) -> None:
    """Note that it has none any more."""
    if name in _names():
        _save(_index(), [each for each in _names() if each != name])


def refusal() -> UserError | None:
    """Why the file is not used, None where nothing stands against it."""
    try:
        found = path().lstat()
    except OSError:
        return None
    if not stat.S_ISREG(found.st_mode):
        return UserError(f"{path()} is no file, so no key is read from it.", hint="Move it away.")
    if os.name == "nt":
        return None
    if found.st_uid != os.getuid():
        return UserError(
            f"{path()} belongs to somebody else, so no key is read from it.", hint="Move it away."
        )
    if found.st_mode & 0o077:
        return UserError(
            f"{path()} can be read by others, so no key is read from it.",
            hint=f"Take their permission away: chmod 600 {path()}; and think of the keys in it as known.",
        )
    return None


def _index() -> Path:
    return config_dir() / "key-names.json"


def _names() -> tuple[str, ...]:
    try:
        found = json.loads(_index().read_bytes())
    except (OSError, ValueError):
        # Only a help for listing: without it a key is found all the same.
        return ()
    return tuple(each for each in found if isinstance(each, str)) if isinstance(found, list) else ()


def _keys() -> Mapping[str, Any]:
    refused = refusal()
    if refused is not None:
        raise refused
    try:
        found = json.loads(path().read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        # Without the error's own words: they may quote what is in the file.
        raise UserError(f"{path()} cannot be read.", hint="Mend it or move it away.") from OSError(
            type(error).__name__
        )
    return found if isinstance(found, dict) else {}


def _save(target: Path, value: Mapping[str, Any] | Iterable[str]) -> None:
    fresh = target.with_name(f"{target.name}.new-{os.urandom(8).hex()}")
    try:
        make_private(target.parent)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(json.dumps(value, indent=1).encode())
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(target)
    except OSError as error:
        with suppress(OSError):
            fresh.unlink()
        raise UserError(
            f"{target} could not be written: {error.strerror or error}.",
            hint="Check the permissions of its folder and the space on the disk.",
        ) from error
