"""The suites there are, by name. One that does not stand in this checkout is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec

from msgspec import Struct

Run = Callable[[int, int, int], Iterator[tuple[int, str | None]]]
"""Seed, first case, how many: the number of each case and, where it fails, the minimal case in words."""

# Module, cases in one part, and whether its parts are to be tried one after the other. A part is what one
# process tries, and what is tried again if it is ended: long enough to share what is made for it.
TABLE = (
    ("tests.fuzz.compose", 1000, False),
    ("tests.fuzz.patches", 1000, False),
    ("tests.fuzz.kills", 50, False),
    ("tests.fuzz.errors", 50, False),
    ("tests.fuzz.agent", 25, True),
)


class Suite(Struct, frozen=True):
    """A kind of random cases. `cases` is how many are enough."""

    name: str
    cases: int
    run: Run
    part: int
    alone: bool


def suites() -> dict[str, Suite]:
    """Every suite, in the order of the table."""
    found = {}
    for name, part, alone in TABLE:
        if find_spec(name) is not None:
            module = import_module(name)
            found[module.NAME] = Suite(module.NAME, module.CASES, module.run, part, alone)
    return found
