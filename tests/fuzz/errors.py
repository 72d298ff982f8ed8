"""The suite of errors: a full disk, no permission or a broken disk, from a random call on or at one call.

What must be true then stands in `tests/faults/cases.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.faults.shim import ERRORS
from tests.fuzz.harming import harmed

NAME = "errors"
CASES = 2_000


def run(seed: int, first: int, count: int) -> Iterator[tuple[int, str | None]]:
    """The cases from `first` on: each one's number, and what was not as promised."""
    return harmed(NAME, (*ERRORS, "short"), seed, range(first, first + count))
