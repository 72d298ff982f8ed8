"""Digests under a key that is the user's alone: what must be known again, and must not be kept."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path

from workbench.errors import UserError
from workbench.store.paths import data_dir, make_private

_SIZE = 32


def digest_key() -> bytes:
    """The key, made when there is none. Without it no digest can be tried against guesses of the secret."""
    path = data_dir() / "digest-key"
    with suppress(FileNotFoundError):
        return _checked(path)
    make_private(path.parent)
    fresh = path.with_name(f"new-{os.urandom(8).hex()}")
    try:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(os.urandom(_SIZE))
            file.flush()
            os.fsync(file.fileno())
        try:
            # Never over one that another process made meanwhile: its digests are in use.
            os.link(fresh, path)
        except FileExistsError:
            pass
        except OSError:
            if not path.exists():
                fresh.replace(path)
        return _checked(path)
    except OSError as error:
        raise UserError(
            f"{path} could not be made: {error.strerror or error}.",
            hint="Check the permissions of its folder and the space on the disk.",
        ) from error
    finally:
        with suppress(OSError):
            fresh.unlink()


def keyed_digest(data: bytes, key: bytes) -> str:
    """A short name for `data` that says nothing of it to whoever lacks the key: 12 hex characters."""
    return hashlib.blake2b(data, key=key, digest_size=6).hexdigest()


def _checked(path: Path) -> bytes:
    data = path.read_bytes()
    if len(data) != _SIZE:
        raise UserError(
            f"{path} is damaged.", hint="Move it away: what was allowed to leave is asked about again."
        )
    return data
