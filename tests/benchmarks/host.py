"""What a virtual machine's host takes away while something is measured, and what is believed then.

A thread's processor time counts what the host took in the middle of it, so on a busy host every run has steps
that took many times what they cost, and never the same ones. What a step costs shows in the run in which
nothing came between: the least of several runs, as `timeit` of the standard library tells and for its reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import TypeVar

STOLEN = 0.02
"""The share of its processors that a virtual machine's host may give to others while it counts as quiet."""
RUNS = 5
"""Runs of one scene on a machine that is not quiet."""

Times = Sequence[tuple[float, float]]
"""(milliseconds of the processor, milliseconds by the clock) of each step."""
Measured = TypeVar("Measured")
Step = TypeVar("Step")


def runs(
    measure: Callable[[], Measured], ticks: Callable[[], tuple[int, int]] | None = None
) -> tuple[list[Measured], float]:
    """What was seen: once on a quiet machine, else `RUNS` times; and the share that was stolen at most."""
    ticks = ticks or _ticks
    found: list[Measured] = []
    most = 0.0
    while len(found) < RUNS:
        before = ticks()
        found.append(measure())
        stolen, passed = (after - at_first for after, at_first in zip(ticks(), before, strict=True))
        share = stolen / passed if passed else 0.0
        if share <= STOLEN:
            # A quiet run says it alone.
            return [found[-1]], share
        most = max(most, share)
    return found, most


def steps(passes: Sequence[Sequence[Step | None]]) -> Iterator[list[Step]]:
    """Each step as those runs saw it that came to it."""
    for each in zip_longest(*passes):
        if seen := [one for one in each if one is not None]:
            yield seen


def least(passes: Sequence[Sequence[tuple[float, float] | None]]) -> Times:
    """Of each step the least, by the processor and by the clock."""
    return [(min(cpu for cpu, _ in step), min(clock for _, clock in step)) for step in steps(passes)]


def _ticks() -> tuple[int, int]:
    """What a virtual machine's host gave to others, and all that passed, since it was started.

    The eighth number of Linux's /proc/stat (proc(5)); elsewhere nobody says it, and it counts as nothing.
    """
    stat = Path("/proc/stat")
    if not stat.exists():
        return 0, 0
    ticks = [int(each) for each in stat.read_text().splitlines()[0].split()[1:9]]
    return ticks[7], sum(ticks)
