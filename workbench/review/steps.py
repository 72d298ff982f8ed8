"""Work in steps: a generator that rests now and then, where whoever asks may do something else, or leave it.

What it comes to is what it returns. Nothing of it is there before: half of an answer is never taken for one.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

T = TypeVar("T")

Steps = Generator[None, None, T]
"""Work that comes to a `T`. A step takes two milliseconds at most: a key waits for the one it comes into."""


def finished(steps: Steps[T]) -> T:
    """What the steps come to, without a rest between them."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            found: T = end.value
            return found
