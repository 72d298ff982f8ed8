"""The benchmarks of the painted view: frames and keys on a review of every size."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.benchmarks import host, repositories
from tests.benchmarks.host import Times
from tests.benchmarks.promises import Promise
from tests.benchmarks.seen import Seen, environment
from tests.benchmarks.sizes import SIZES

FRAME = 10.0
KEY = 16.0
BLOCKED = 50.0
"""Milliseconds."""
USUAL = "thousand"
"""The size that keys and frames have rows of their own for."""
QUIET = 1.15
"""A bare frame takes at most so many times as long by the clock as by the processor on a quiet machine."""
PACE = 4.0
"""Milliseconds of a bare hand-painted frame on the machine that the limits are promised for, at most.

The limits were set where a frame of two panes with coloured text, painted by hand, takes 3 to 4 ms. A machine
changes its pace from hour to hour by up to two, and with it all that is painted.
"""
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
    bare, runs = _bare(found), _runs(found)
    rows: list[Seen] = []
    for kind, times in found["times"].items():
        # What a page shows first is the answer to a key.
        promise, bound = (Promise.KEYS, KEY) if kind == "page" else (Promise.FRAMES, FRAME)
        if times:
            seen = _seen(f"frame, {kinds[kind]}, {words}", times, bound, bare, runs)
            rows.append(_promised(seen, promise, size, words, kinds[kind]))
    return rows


def _keys(scratch: Path, size: str) -> list[Seen]:
    words, found = _ran(scratch, size, "keys")
    quiet, bare, runs = _is_quiet(found), _bare(found), _runs(found)
    rows: list[Seen] = []
    for kind, times in found["times"].items():
        seen = _seen(f"key, {kind}, {words}", times, KEY, bare, runs, by_clock=quiet)
        rows.append(_promised(seen, Promise.KEYS, size, words, kind))
    beside = Seen(f"after a key, {words}: blocked", found["beside"], BLOCKED, "ms", "processor")
    return [*rows, replace(beside, promise=Promise.BLOCKED.name, part="after a key", group=words)]


def _promised(seen: Seen, promise: Promise, size: str, words: str, part: str) -> Seen:
    """A figure as part of its promise: of the usual size each has a row, the other sizes share one."""
    if size == USUAL:
        return replace(seen, promise=promise.name, part=part)
    return replace(seen, promise=Promise.SIZES.name, part=part, group=words)


def _ran(scratch: Path, size: str, acts: str) -> tuple[str, dict[str, Any]]:
    """The times of the acts in one window, or where it is not quiet in several: of each step the least."""
    words, make = SIZES[size]
    folder = scratch / size
    range_text = make(folder)
    repositories.settle()
    command = [sys.executable, "-m", "tests.benchmarks.frames", acts, str(folder), range_text]

    def window() -> dict[str, Any]:
        env = environment(scratch / "home") | {"WORKBENCH_DATA": tempfile.mkdtemp(dir=scratch)}
        done = subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE, timeout=LONGEST)
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    passes, stolen = host.runs(window)
    times = {kind: host.least([each["times"][kind] for each in passes]) for kind in passes[0]["times"]}
    beside = [
        max(min(each) for each in host.steps([one["beside"].get(kind, []) for one in passes]))
        for kind in passes[0]["beside"]
    ]
    return words, {"times": times, "beside": max(beside), "stolen": stolen, "passes": len(passes)}


def _is_quiet(found: dict[str, Any]) -> bool:
    """Whether nothing else was done: then a hand-painted frame takes as long as it is worked on, and the
    host took the processors away at no other time either.
    """
    cpu, clock = (sum(each[at] for each in found["times"]["bare"]) for at in (0, 1))
    return bool(clock <= QUIET * cpu) and found["stolen"] <= host.STOLEN


def _bare(found: dict[str, Any]) -> float:
    """What a frame painted by hand took in the same run: 3 to 4 ms where nothing else runs."""
    times: Times = found["times"].pop("bare")
    return statistics.median(each[0] for each in times)


def _runs(found: dict[str, Any]) -> str:
    """How many runs a figure is of, and how loud the machine was."""
    runs = "one run" if found["passes"] == 1 else f"each step the least of {found['passes']} runs"
    return f"{runs}, at most {found['stolen']:.0%} stolen"


def _seen(what: str, times: Times, bound: float, bare: float, runs: str, *, by_clock: bool = False) -> Seen:
    """The 99th percentile by the processor, or by the clock, which whoever waits looks at: it says something
    of the program where the machine does nothing else. Where the same run painted a bare frame slower than
    `PACE`, it is told as it were at that pace; what was measured stands beside it.
    """
    cpu, clock = (sorted(each[at] for each in times) for at in (0, 1))
    detail = f"{len(cpu)} times, judged by the {'clock' if by_clock else 'processor'}; "
    for words, each in (("processor", cpu), ("clock", clock)):
        detail += f"{words} median {statistics.median(each):.1f}, 99 % {_percentile(each):.1f}, "
        detail += f"worst {each[-1]:.1f} ms; "
    measured = _percentile(clock if by_clock else cpu)
    detail += f"a bare frame {bare:.1f} ms, {measured / bare:.1f} of them; {runs}"
    return Seen(what, measured * min(1.0, PACE / bare), bound, "ms", detail)


def _percentile(values: Sequence[float]) -> float:
    return values[min(len(values) - 1, int(len(values) * 0.99))]
