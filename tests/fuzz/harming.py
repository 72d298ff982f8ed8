"""Faults drawn by seed, for the suites of kills and errors. Each part of a suite rehearses its own steps."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.faults.cases import Scenes, large, small
from tests.faults.server import Server
from tests.faults.shim import compiled, why_not

EVERY = 25
"""One case in so many is about a large repository."""
SIZES = (100, 300, 1_000, 3_000)


def harmed(
    name: str, kinds: Sequence[str], seed: int, numbers: Sequence[int]
) -> Iterator[tuple[int, str | None]]:
    """Each case's number, and in words what was not as promised."""
    reason = why_not()
    if reason:
        yield from ((number, reason) for number in numbers)
        return
    with tempfile.TemporaryDirectory(prefix="workbench-faults-") as folder:
        place = Path(folder)
        with Server(compiled(place)) as server:
            usual = [number for number in numbers if number % EVERY != EVERY - 1]
            for group, of_size in ((usual, 0), *(([n], _size(n)) for n in numbers if n not in set(usual))):
                if not group:
                    continue
                at = place / f"scenes{group[0]}"
                with large(server, at, of_size) if of_size else small(server, at) as scenes:
                    for number in group:
                        yield number, _failure(scenes, name, kinds, seed, number)


def _size(number: int) -> int:
    return SIZES[number // EVERY % len(SIZES)]


def _failure(scenes: Scenes, name: str, kinds: Sequence[str], seed: int, number: int) -> str | None:
    case = scenes.draw(random.Random(f"{name} {seed} {number}"), kinds)
    return scenes.failure(case)
