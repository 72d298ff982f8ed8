"""What calls under way have spent and may yet spend, where every process sees it: caps hold over all of them.

One small file an exchange, which its process writes before and after each call and holds a lock on: a file
that can be locked is of a process that died. It goes when the calls are in the log. What the figures mean
is the workflow's business.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from workbench.store.paths import data_dir, make_private
from workbench.store.running import try_lock
from workbench.typed import ready

PATIENCE = 2.0
"""Seconds to wait for another process that looks or writes; either takes milliseconds."""
_GUARD = "guard"


class Spent(Struct, frozen=True):
    """What one exchange says. Dollars and tokens of tries that ended, and of the call under way, if any.

    Of that one `least_` is its prompt, and `most_` what it may come to; None is no end to it. `alive` is
    told by the lock, and is not kept.
    """

    review: str
    exchange: str
    round: int
    at: float
    tokens: float = 0.0
    cost: float = 0.0
    least_tokens: float = 0.0
    least_cost: float = 0.0
    most_tokens: float | None = 0.0
    most_cost: float | None = 0.0
    alive: bool = False


def spending_dir() -> Path:
    return data_dir() / "spending"


class Spending:
    """The file of one exchange. To be written within `alone`."""

    def __init__(self, review: str, exchange: str) -> None:
        self._path = spending_dir() / f"{review}.{exchange}"
        self._handle: int | None = None

    def say(self, spent: Spent) -> None:
        """Write it anew. A disk that takes nothing must not end the call: then the log alone counts."""
        data = json.dumps(msgspec.to_builtins(spent)).encode("ascii")
        with suppress(OSError):
            if self._handle is None:
                make_private(self._path.parent)
                self._handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
                try_lock(self._handle)
            os.lseek(self._handle, 0, os.SEEK_SET)
            os.ftruncate(self._handle, 0)
            os.write(self._handle, data)

    def leave(self) -> None:
        """No more calls. The file stays until what they cost is recorded."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


@contextmanager
def alone() -> Iterator[bool]:
    """Nobody else looks or writes within. False where another process does not let go."""
    held = False
    try:
        handle = os.open(make_private(spending_dir()) / _GUARD, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        yield True  # There is no file at all then: whoever calls has the log to go by.
        return
    try:
        until = time.monotonic() + PATIENCE
        while not (held := try_lock(handle)) and time.monotonic() < until:
            time.sleep(0.002)
        yield held
    finally:
        os.close(handle)


def beside(exchange: str) -> tuple[Spent, ...]:
    """What all other exchanges say, of this process and of others. To be read within `alone`."""
    found: list[Spent] = []
    try:
        paths = sorted(spending_dir().iterdir())
    except OSError:
        return ()
    for path in paths:
        if path.name != _GUARD and path.name.partition(".")[2] != exchange:
            spent = _read(path)
            if spent is not None:
                found.append(spent)
    return tuple(found)


def _read(path: Path) -> Spent | None:
    """None for a file that went, or that another version of the program wrote."""
    try:
        handle = os.open(path, os.O_RDWR)
    except OSError:
        return None
    try:
        alive = not try_lock(handle)
        known = msgspec.convert(json.loads(os.read(handle, 1_000_000)), ready(Spent))
        return msgspec.structs.replace(known, alive=alive)
    except (OSError, ValueError, RecursionError):  # msgspec's errors are ValueErrors
        return None
    finally:
        os.close(handle)


def settled(review: str, exchange: str) -> None:
    """What this exchange cost is recorded, or that it came to nothing."""
    with suppress(OSError):
        (spending_dir() / f"{review}.{exchange}").unlink()


def forget(review: str) -> None:
    """Take away what calls of a deleted review left."""
    with suppress(OSError):
        for path in list(spending_dir().iterdir()):
            if path.name.startswith(f"{review}."):
                path.unlink()
