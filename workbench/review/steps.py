"""Work in steps: a generator that rests now and then, where whoever asks may do something else, or leave it.

What it comes to is what it returns. Nothing of it is there before: half of an answer is never taken for one.
Where a generator would have to be handed through many calls, `rest` is called instead: it does nothing but in
work that said with `resting` how it rests.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

T = TypeVar("T")

Steps = Generator[None, None, T]
"""Work that comes to a `T`. A step takes two milliseconds at most: a key waits for the one it comes into."""


_resting: ContextVar[Callable[[], object] | None] = ContextVar("resting", default=None)


def rest() -> None:
    """Where work that nobody waits for lets others go first; nothing in any other work.

    It may raise where the work is not wanted any more: call it where nothing is left half done.
    """
    wait = _resting.get()
    if wait is not None:
        wait()


def with_rests(found: Iterable[T], stride: int = 200) -> Iterator[T]:
    """What is found, with a rest after every so many: for what may be some or ten thousands of."""
    for number, each in enumerate(found, 1):
        yield each
        if number % stride == 0:
            rest()


@contextmanager
def resting(wait: Callable[[], object]) -> Iterator[None]:
    """Around work that nobody waits for: `wait` is called where it may rest."""
    token = _resting.set(wait)
    try:
        yield
    finally:
        _resting.reset(token)


def finished(steps: Steps[T]) -> T:
    """What the steps come to, without a rest between them."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            found: T = end.value
            return found


def begun(steps: Steps[T]) -> Steps[T]:
    """What is left of some work after its first step, which is taken now."""
    try:
        next(steps)
    except StopIteration as end:
        return _ended(end.value)
    return steps


def _ended(found: T) -> Steps[T]:
    yield from ()
    return found
