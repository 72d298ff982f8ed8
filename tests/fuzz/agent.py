"""The suite of landings beside an agent that edits the same file fifty times a second, in every way.

A case is one landing. They are made in rows of 25, every other row while three loops take processors; what
is lost or misplaced at the end of a row is told with its last case.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.faults.agent import WAYS
from tests.faults.beside_agent import landings

NAME = "agent"
CASES = 500
ROW = 25


def run(seed: int, first: int, count: int) -> Iterator[tuple[int, str | None]]:
    """The cases from `first` on: each one's number, and what was not as promised."""
    begin = first
    while begin < first + count:
        end = min(begin - begin % ROW + ROW, first + count)
        number = seed + begin // ROW
        how, busy = WAYS[number % len(WAYS)], 3 * (begin // ROW % 2)
        with tempfile.TemporaryDirectory(prefix="workbench-agent-") as folder:
            outcome = landings(Path(folder), how, end - begin, busy=busy)
        yield from ((case, None) for case in range(begin, end - 1))
        words = f"{how}, {busy} busy loops, {outcome.landed} landings: {'; '.join(outcome.faults)}"
        yield end - 1, words if outcome.faults else None
        begin = end
