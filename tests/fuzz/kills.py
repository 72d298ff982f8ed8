"""The suite of kills: kill -9 at a random call of a random step of a review, on a dozen to 3,000 files.

What must be true then stands in `tests/faults/cases.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.fuzz.harming import harmed

NAME = "kills"
CASES = 2_000


def run(seed: int, first: int, count: int) -> Iterator[tuple[int, str | None]]:
    """The cases from `first` on: each one's number, and what was not as promised."""
    return harmed(NAME, ("kill", "torn"), seed, range(first, first + count))
