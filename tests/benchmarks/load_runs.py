"""The benchmarks of a review of 1,600 files: how soon it is whole, what blocks the window, what it takes."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks import host, large, repositories
from tests.benchmarks.promises import Promise
from tests.benchmarks.seen import Seen, environment

Event = dict[str, Any]

RANGE = "HEAD~1..HEAD"
BLOCKED = 50.0
MEMORY = 400.0


def loading(scratch: Path) -> list[Seen]:
    """A window on the range, from its start to the last key; beside it git alone on the same range."""
    folder = scratch / "range"
    large.range_of_changes(folder)
    repositories.git(folder, "gc", "-q")
    trace = scratch / "load.jsonl"
    env = environment(scratch / "home")
    command = [sys.executable, "-m", "tests.benchmarks.large_window", "load", str(folder), str(trace), RANGE]

    def run() -> tuple[float, float, list[Event]]:
        began = time.time()
        found = {**env, "WORKBENCH_DATA": tempfile.mkdtemp(dir=scratch)}
        subprocess.run(command, env=found, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        events = [json.loads(line) for line in trace.read_text().splitlines()]
        return _clock(events, "all files") - began, _git(folder, env), events

    passes, stolen = host.runs(lambda: [run() for _ in range(5)])
    runs = [each for some in passes for each in some]
    whole, git = min(each[0] for each in runs), min(each[1] for each in runs)
    ratio = (whole - 0.5) / git
    if stolen <= host.STOLEN:
        ratio = statistics.median((whole - 0.5) / git for whole, git, _ in runs)
        whole = statistics.median(each[0] for each in runs)
    beside = f"{whole:.2f} s from the start of the process; git {git:.2f} s; at most {stolen:.0%} stolen"
    return [
        Seen(
            "large review, every file there, less 0.5 s",
            ratio,
            2.0,
            "x git",
            beside,
            Promise.LOADED.name,
            beside=f"without the 0.5 s; {beside}",
        ),
        *_blocks([events for _, _, events in runs]),
        *_memory([events for _, _, events in runs]),
    ]


def colours(scratch: Path) -> list[Seen]:
    """Provisional colours in the middle of a file of 1 MB, the helper warm."""
    command = [sys.executable, "-m", "tests.benchmarks.colours"]
    done = subprocess.run(command, env=environment(scratch / "home"), check=True, stdout=subprocess.PIPE)
    found = json.loads(done.stdout)
    taken = [each * 1000 for each in found["provisional"]]
    detail = f"worst {max(taken):.0f} ms; all of it final after {found['final'][0]:.1f} s"
    return [
        Seen(
            "provisional colours, file of 1 MB",
            statistics.median(taken),
            250.0,
            "ms",
            detail,
            Promise.COLOURS.name,
            beside=detail,
        )
    ]


def _git(folder: Path, env: dict[str, str]) -> float:
    began = time.perf_counter()
    with (folder.parent / "diff").open("wb") as out:
        plain = ["git", "-C", str(folder), "diff", "-M", "--histogram", RANGE]
        subprocess.run(plain, env=env, check=True, stdout=out)
    return time.perf_counter() - began


def _blocks(runs: Sequence[Sequence[Event]]) -> list[Seen]:
    """The longest block in each part of the scene, of the run in which it was shortest."""
    parts = (
        ("loading", "window_shown", "all files"),
        ("finding out what is said beside", "all files", "memory"),
        ("highlighting", "memory", "highlighting ended"),
        ("saving", "highlighting ended", "saving ended"),
    )
    rows: list[Seen] = []
    for words, first, last in parts:
        found = [_longest(events, _at(events, first), _at(events, last)) for events in runs]
        least = min(found)
        detail = f"the thread worked {least[1]:.0f} ms of it; worst run {max(found)[0]:.0f} ms"
        what = f"large review: blocked while {words}"
        rows.append(Seen(what, least[0], BLOCKED, "ms", detail, Promise.BLOCKED.name, words, "large review"))
    return rows


def _memory(runs: Sequence[Sequence[Event]]) -> list[Seen]:
    found = [[event["bytes"] / 1e6 for event in events if event["event"] == "memory"] for events in runs]
    most = max(max(each) for each in found)
    return [Seen("large review: memory of all processes", most, MEMORY, "MB", "", Promise.MEMORY.name)]


def _longest(events: Sequence[Event], since: float, until: float) -> tuple[float, float]:
    # Without the time that the window was ready in, and the machine ran others: that is the machine's.
    found = [
        ((event["seconds"] - event["ready"]) * 1000, event["cpu"] * 1000)
        for event in events
        if event["event"] == "blocked" and since <= event["at"] - event["seconds"] and event["at"] <= until
    ]
    return max(found, default=(0.0, 0.0))


def _at(events: Sequence[Event], name: str) -> float:
    return float(next((event["at"] for event in events if event["event"] == name), 0.0))


def _clock(events: Sequence[Event], name: str) -> float:
    zero = next(event for event in events if event["event"] == "tracing")
    return float(zero["clock"] - zero["at"] + _at(events, name))
