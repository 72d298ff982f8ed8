"""The benchmarks on large repositories. Each gives rows of the table; times are compared within one run."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks import host, large, repositories
from tests.benchmarks.promises import Promise
from tests.benchmarks.seen import Seen, environment

Event = dict[str, Any]
"""One line of a trace, or what a script answers."""

PAIRS = 5
BLOCKED = 50.0
"""Milliseconds that the window may not answer."""
KEY = 16.0
"""Milliseconds from a key to the end of the paint that it leads to."""


def alternated(ours: Callable[[], float], theirs: Callable[[], float]) -> tuple[list[float], list[float]]:
    """Seconds of the two in turn, after one warm-up of each."""
    ours()
    theirs()
    pairs = [(ours(), theirs()) for _ in range(PAIRS)]
    return [a for a, _ in pairs], [b for _, b in pairs]


def told(ours: Sequence[float], theirs: Sequence[float]) -> str:
    """Least and median of both."""
    a, b = (f"{min(each):.2f} / {statistics.median(each):.2f} s" for each in (ours, theirs))
    return f"{a}; yardstick {b} (least / median)"


def listing(scratch: Path) -> list[Seen]:
    """`changes --json` of a range against `git diff` of it, as whole commands."""
    folder = scratch / "range"
    large.range_of_changes(folder)
    repositories.git(folder, "gc", "-q")
    env = environment(scratch / "home")
    program = [sys.executable, "-m", "workbench", "changes", str(folder), "HEAD~1..HEAD", "--json"]
    plain = ["git", "-C", str(folder), "diff", "-M", "--histogram", "HEAD~1..HEAD"]

    def seconds(command: Sequence[str]) -> float:
        began = time.perf_counter()
        subprocess.run(command, env=env, check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - began

    ours, theirs = alternated(lambda: seconds(program), lambda: seconds(plain))
    size = len(subprocess.run(plain, env=env, check=True, capture_output=True).stdout) / 1e6
    ratio = (min(ours) - 0.3) / min(theirs)
    what = f"changes --json less 0.3 s, {size:.0f} MB of diff"
    return [Seen(what, ratio, 2.0, "x git", told(ours, theirs))]


def composing(scratch: Path) -> list[Seen]:
    """Composing and writing a tree against git writing the same blobs and a tree."""
    folder = scratch / "range"
    large.range_of_changes(folder)
    command = [sys.executable, "-m", "tests.benchmarks.composing", str(folder), "HEAD~1..HEAD", str(scratch)]
    seen = _answer([*command, str(PAIRS)], scratch)
    ratio = min(seen["ours"]) / min(seen["theirs"])
    what = f"compose {seen['changes']:,} changes, {seen['files']:,} files"
    return [Seen(what, ratio, 3.0, "x git", told(seen["ours"], seen["theirs"]))]


def opening(scratch: Path) -> list[Seen]:
    """The first opening of 5,000 files, and reading them again."""
    folder = scratch / "five"
    paths = large.many_files(folder, 5000)
    large.change_some(folder, paths[::100])
    repositories.settle()
    runs = []
    for number in range(PAIRS):
        runs.append(_answer([sys.executable, "-m", "tests.benchmarks.opening", str(folder)], scratch, number))
    first, again = [run["first"] for run in runs], [each for run in runs for each in run["again"]]
    return [
        Seen("first opening, 5,000 files", min(first), 1.5, "s", _spread(first)),
        Seen("reading again, 5,000 files", min(again) * 1000, 100.0, "ms", _spread(again)),
    ]


def eighty_thousand(scratch: Path) -> list[Seen]:
    """80,000 files of which 100 changed: open, scroll, judge, read again."""
    return _window(scratch, "80,000 files", files=80_000, step=800)


def twenty_thousand(scratch: Path) -> list[Seen]:
    """20,000 files that all changed: open, scroll, judge, read again."""
    return _window(scratch, "20,000 changed files", files=20_000, step=1)


def _window(scratch: Path, name: str, *, files: int, step: int) -> list[Seen]:
    folder, small = scratch / "many", scratch / "few"
    large.change_some(folder, large.many_files(folder, files)[::step])
    large.change_some(small, large.many_files(small, 200)[:20])
    repositories.settle()
    passes, _ = host.runs(lambda: (_scene("work", folder, scratch), _scene("work", small, scratch)))
    many, few = ([each[at] for each in passes] for at in (0, 1))
    opened = min(_at(events, "opened") for events in many)
    reading = min(_blocked(events, 0.0, _at(events, "opened")) for events in many)
    after = min(_blocked(events, _at(events, "opened")) for events in many)
    beside = f"a small one {min(_blocked(events) for events in few):.0f} ms{_of(passes)}"
    keys, others = (min(statistics.median(_keys(events)) for events in some) for some in (many, few))
    again = min(_taken(events, "refreshed") for events in many)
    return [
        _stands(name, "while it is read", reading, beside),
        _stands(name, "judging and refreshing", after, beside),
        Seen(
            f"{name}: key to paint, median",
            keys / others,
            2.0,
            "x small",
            f"{keys:.1f} / {others:.1f} ms; opened after {opened:.1f} s, read again in {again:.2f} s",
        ),
    ]


def _stands(name: str, while_: str, longest: float, detail: str) -> Seen:
    """A row of how long the window did not answer."""
    what = f"{name}: blocked {while_}"
    return Seen(what, longest, BLOCKED, "ms", detail, Promise.BLOCKED.name, while_, name)


def cancelling(scratch: Path) -> list[Seen]:
    """Escape while 80,000 files are opened."""
    folder = scratch / "many"
    large.change_some(folder, large.many_files(folder, 80_000)[::4])
    events = {event["event"]: event for event in _scene("cancel", folder, scratch)}
    usable, ended = events["usable"]["seconds"] * 1000, events["ended"]["seconds"] * 1000
    return [
        Seen("80,000 files: Escape to start page", usable, 100.0, "ms", ""),
        Seen("80,000 files: Escape to the worker's end", ended, 2000.0, "ms", ""),
    ]


def huge(scratch: Path) -> list[Seen]:
    """A file of 100 MB, a log of as much, and a line of 5 MB, all uncommitted; then the log goes on."""
    folder = scratch / "huge"
    large.huge_files(folder)
    repositories.settle()
    passes, _ = host.runs(lambda: (_scene("work", folder, scratch), _scene("grow", folder, scratch)))
    worked, grown = ([each[at] for each in passes] for at in (0, 1))
    name, of = "100 MB file and 5 MB line", _of(passes)
    keys = [_keys(events) for events in worked]
    medians = ", ".join(f"{statistics.median(each):.1f}" for each in keys)
    opened = min(_at(events, "opened") for events in worked)
    again = min(_taken(events, "refreshed") for events in grown)
    return [
        _stands(
            name,
            "at all",
            min(map(_blocked, worked)),
            f"{_megabytes(worked)}, opened after {opened:.1f} s{of}",
        ),
        _stands(
            name,
            "while the log grows",
            min(map(_blocked, grown)),
            f"{_megabytes(grown)}, read again in {again:.1f} s{of}",
        ),
        Seen(
            f"{name}: key to paint, 99 %",
            min(each[min(len(each) - 1, int(len(each) * 0.99))] for each in keys),
            KEY,
            "ms",
            f"medians {medians} ms{of}",
            Promise.SIZES.name,
            "key",
            name,
        ),
    ]


def _keys(events: Sequence[Event]) -> list[float]:
    """Milliseconds of each key, from the least."""
    return sorted(event["seconds"] * 1000 for event in events if event["event"] == "key")


def _of(passes: Sequence[object]) -> str:
    return f"; the least of {len(passes)} runs" if len(passes) > 1 else ""


def _megabytes(passes: Sequence[Sequence[Event]]) -> str:
    most = max(each["bytes"] for events in passes for each in events if each["event"] == "memory")
    return f"memory {most / 1e6:.0f} MB"


def _scene(scene: str, folder: Path, scratch: Path) -> list[Event]:
    trace = scratch / f"{scene}-{folder.name}.jsonl"
    env = environment(scratch / "home") | {"WORKBENCH_DATA": tempfile.mkdtemp(dir=scratch)}
    command = [sys.executable, "-m", "tests.benchmarks.large_window", scene, str(folder), str(trace)]
    subprocess.run(command, env=env, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return [json.loads(line) for line in trace.read_text().splitlines()]


def _at(events: Sequence[Event], name: str) -> float:
    return next((event["at"] for event in events if event["event"] == name), 0.0)


def _taken(events: Sequence[Event], name: str) -> float:
    return float(next(event["seconds"] for event in events if event["event"] == name))


def _blocked(events: Sequence[Event], since: float | None = None, until: float = 1e9) -> float:
    """The longest block in milliseconds, of those that began after the window was shown, until it goes.

    Without the time that the window was ready in, and the machine ran others: that is the machine's.
    """
    since = max(since or 0.0, _at(events, "window_shown"))
    until = min(until, _at(events, "closing") or until)
    found = [
        (event["seconds"] - event["ready"]) * 1000
        for event in events
        if event["event"] == "blocked" and since <= event["at"] - event["seconds"] and event["at"] <= until
    ]
    return max(found, default=0.0)


def _answer(command: Sequence[str], scratch: Path, number: int = 0) -> Event:
    env = environment(scratch / "home") | {"WORKBENCH_DATA": str(scratch / "home" / f"data{number}")}
    done = subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE)
    answer: Event = json.loads(done.stdout)
    return answer


def _spread(seconds: Sequence[float]) -> str:
    return f"least {min(seconds):.3f} s, median {statistics.median(seconds):.3f} s"
