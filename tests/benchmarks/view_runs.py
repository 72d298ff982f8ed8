"""The benchmarks of the painted view: frames and keys on a review of every size."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks import repositories
from tests.benchmarks.seen import Seen, environment
from tests.benchmarks.sizes import SIZES

FRAME = 10.0
KEY = 16.0
BLOCKED = 50.0
"""Milliseconds."""
LONGEST = 600
"""Seconds of one window; its acts end by themselves long before."""


def frames(scratch: Path, sizes: Iterable[str] = SIZES) -> list[Seen]:
    """Scrolling by wheel, page and drag."""
    return [seen for size in sizes for seen in _frames(scratch, size)]


def keys(scratch: Path, sizes: Iterable[str] = SIZES) -> list[Seen]:
    """Key press to end of paint."""
    return [seen for size in sizes for seen in _keys(scratch, size)]


def _frames(scratch: Path, size: str) -> list[Seen]:
    words, found = _ran(scratch, size, "wheel,page,drag")
    kinds = {"wheel": "a wheel's notch", "motion": "a page's motion", "page": "a page", "drag": "a drag"}
    bounds = {"page": KEY}
    bare = _bare(found)
    return [
        _seen(f"frame, {kinds[kind]}, {words}", times, bounds.get(kind, FRAME), bare)
        for kind, times in found["times"].items()
        if times
    ]


def _keys(scratch: Path, size: str) -> list[Seen]:
    words, found = _ran(scratch, size, "keys")
    bare = _bare(found)
    rows = [_seen(f"key, {kind}, {words}", times, KEY, bare) for kind, times in found["times"].items()]
    return [*rows, Seen(f"after a key, {words}: blocked", found["beside"], BLOCKED, "ms", "processor")]


def _ran(scratch: Path, size: str, acts: str) -> tuple[str, dict[str, Any]]:
    words, make = SIZES[size]
    folder = scratch / size
    range_text = make(folder)
    repositories.settle()
    command = [sys.executable, "-m", "tests.benchmarks.frames", acts, str(folder), range_text]
    done = subprocess.run(
        command, env=environment(scratch / "home"), check=True, stdout=subprocess.PIPE, timeout=LONGEST
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return words, found


def _bare(found: dict[str, Any]) -> float:
    """What a frame painted by hand took in the same run: 3 to 4 ms where nothing else runs."""
    times: Sequence[Sequence[float]] = found["times"].pop("bare")
    return statistics.median(each[0] for each in times)


def _seen(what: str, times: Sequence[Sequence[float]], bound: float, bare: float) -> Seen:
    """The 99th percentile by the processor; by the clock it holds for a machine that does nothing else."""
    cpu, clock = (sorted(each[at] for each in times) for at in (0, 1))
    detail = f"{len(cpu)} times, by the processor median {statistics.median(cpu):.1f}, worst {cpu[-1]:.1f}; "
    detail += f"by the clock median {statistics.median(clock):.1f}, 99 % {_percentile(clock):.1f} ms; "
    detail += f"a bare frame {bare:.1f} ms"
    return Seen(what, _percentile(cpu), bound, "ms", detail)


def _percentile(values: Sequence[float]) -> float:
    return values[min(len(values) - 1, int(len(values) * 0.99))]
