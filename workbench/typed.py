"""Structs ready to be read from bytes, in whatever thread that happens first. Reads nothing itself.

msgspec finds out what it has to know of a struct when that is first read, and notes it before it is whole:
another thread that reads the same struct in that instant follows a pointer to nothing, and the program ends
(seen with msgspec 0.22: the work tree read again twice at once). So one thread after another makes structs
ready, and they are read only then.
"""

from __future__ import annotations

from threading import Lock
from typing import TypeVar

from msgspec.json import Decoder

T = TypeVar("T")

_lock = Lock()
_ready: set[object] = set()


def ready(kind: type[T]) -> type[T]:
    """The same type, which may be read now: `decode(data, type=ready(Kind))`."""
    if kind not in _ready:
        with _lock:
            Decoder(kind)
            _ready.add(kind)
    return kind
