"""Run every benchmark and print what was promised and seen. `python -m tests.benchmarks [--only NAME] …`.

Times are compared only as ratios within one run: the program and its yardstick in turn, the median of
the pairs; on a machine that is not quiet, the least of several runs (`host`). Exit status 1 if a bound is
missed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from tests.benchmarks import host, large, large_runs, load_runs, repositories, view_runs
from tests.benchmarks.promises import Promise, others, promised
from tests.benchmarks.seen import Seen, environment
from tests.benchmarks.sizes import SIZES

SIZE = "1600x1000"
PAIRS = 7
PAINTED = "first_change_painted"


def painted(
    command: Sequence[str], env: dict[str, str], trace: Path | None = None, event: str = PAINTED
) -> float:
    """Seconds from before the process is started to the end of the paint that was waited for.

    The bare window prints the time of its paint; the program writes it into its trace.
    """
    began = time.time()
    more = ["--trace", str(trace)] if trace else []
    done = subprocess.run([*command, *more], env=env, check=True, stdout=subprocess.PIPE)
    if trace is None:
        return float(done.stdout) - began
    events = {line["event"]: line for line in map(json.loads, trace.read_text().splitlines())}
    zero = events["tracing"]["clock"] - events["tracing"]["at"]
    return float(zero + events[event]["at"] - began)


def paired(ours: Callable[[], float], theirs: Callable[[], float]) -> tuple[float, float, float]:
    """Ratio, seconds of ours, seconds of theirs; in turn, after one warm-up of each.

    The median of the pairs, or where the machine was not quiet the least of each.
    """
    ours()
    theirs()
    passes, stolen = host.runs(lambda: [(ours(), theirs()) for _ in range(PAIRS)])
    pairs = [pair for each in passes for pair in each]
    if stolen > host.STOLEN:
        best, yardstick = (min(each) for each in zip(*pairs, strict=True))
        return best / yardstick, best, yardstick
    ratio = statistics.median(a / b for a, b in pairs)
    return ratio, statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


def bare(env: dict[str, str]) -> float:
    """Process start to end of the bare window's first paint."""
    return painted([sys.executable, "-m", "tests.benchmarks.bare_window"], env)


def first_change(
    folder: Path, range_text: str, env: dict[str, str], *, fresh: bool, event: str = PAINTED
) -> float:
    """Process start to end of the paint that shows the first change."""
    where = dict(env)
    if fresh:
        where["WORKBENCH_DATA"] = tempfile.mkdtemp(prefix="data", dir=env["HOME"])
    command = [sys.executable, "-m", "workbench", str(folder), *([range_text] if range_text else [])]
    command += ["--size", SIZE, "--quit-after", event]
    return painted(command, where, Path(env["HOME"]) / "trace.jsonl", event)


def start_of_a_range(scratch: Path) -> Seen:
    """A range in a repository of 200 files."""
    folder = scratch / "two-hundred"
    range_text = repositories.three_file_range(folder)
    env = environment(scratch / "home")
    ratio, ours, theirs = paired(
        lambda: first_change(folder, range_text, env, fresh=False), lambda: bare(env)
    )
    return Seen(
        "start to first change, range, 200 files",
        ratio,
        2.5,
        "x bare",
        f"{ours:.3f} s / {theirs:.3f} s",
        Promise.RANGE.name,
        beside=f"{ours:.2f} s; bare {theirs:.2f} s",
    )


def start_of_uncommitted(scratch: Path) -> Seen:
    """Uncommitted changes in a small repository."""
    folder = scratch / "small"
    repositories.three_file_range(folder, files=40)
    for number in range(3):
        repositories.change_lines(folder / f"package{number}" / f"module{number}.py", seed=9, changes=4)
    repositories.settle()
    env = environment(scratch / "home")
    ratio, ours, theirs = paired(lambda: first_change(folder, "", env, fresh=False), lambda: bare(env))
    return Seen("start to first change, uncommitted", ratio, 3.0, "x bare", f"{ours:.3f} s / {theirs:.3f} s")


def key_to_verdict(scratch: Path) -> Seen:
    """Key press to end of paint of a verdict, on a review of 1,000 changes; 99th percentile."""
    folder = scratch / "thousand"
    range_text = repositories.thousand_changes(folder)
    trace = scratch / "keys.jsonl"
    env = environment(scratch / "home")
    command = [sys.executable, "-m", "tests.benchmarks.keys", str(folder), range_text, str(trace)]
    subprocess.run(command, env=env, check=True)
    events = [json.loads(line) for line in trace.read_text().splitlines()]
    taken = sorted(event["seconds"] * 1000 for event in events if event["event"] == "key")
    worst = taken[min(len(taken) - 1, int(len(taken) * 0.99))]
    detail = f"{len(taken)} keys, median {statistics.median(taken):.1f} ms, worst {taken[-1]:.1f} ms"
    return Seen("key to painted verdict, 1,000 changes, 99 %", worst, 16.0, "ms", detail)


def start_of_a_large_range(scratch: Path) -> Seen:
    """1,600 files that stream in: the first of them is shown at once."""
    folder = scratch / "range"
    large.range_of_changes(folder)
    repositories.git(folder, "gc", "-q")
    env = environment(scratch / "home")
    ratio, ours, theirs = paired(
        lambda: first_change(folder, "HEAD~1..HEAD", env, fresh=True), lambda: bare(env)
    )
    return Seen(
        "start to first change, 1,600 files",
        ratio,
        4.0,
        "x bare",
        f"{ours:.3f} s / {theirs:.3f} s",
        Promise.LARGE.name,
        beside=f"{ours:.2f} s; bare {theirs:.2f} s",
    )


def first_names(scratch: Path) -> Seen:
    """Uncommitted changes in a repository of 5,000 files that was never opened: their names."""
    folder = scratch / "five"
    large.change_some(folder, large.many_files(folder, 5000)[::100])
    repositories.settle()
    env = environment(scratch / "home")
    ratio, ours, theirs = paired(
        lambda: first_change(folder, "", env, fresh=True, event="names_shown"), lambda: bare(env)
    )
    return Seen(
        "start to names, uncommitted, 5,000 files",
        ratio,
        4.0,
        "x bare",
        f"{ours:.3f} s / {theirs:.3f} s",
        Promise.NAMES.name,
        beside=f"{ours:.2f} s; bare {theirs:.2f} s",
    )


BENCHMARKS: dict[str, Callable[[Path], Seen | list[Seen]]] = {
    "range": start_of_a_range,
    "uncommitted": start_of_uncommitted,
    "keys": view_runs.keys,
    "frames": view_runs.frames,
    "verdict": key_to_verdict,
    "large": start_of_a_large_range,
    "names": first_names,
    "load": load_runs.loading,
    "colours": load_runs.colours,
    "changes": large_runs.listing,
    "compose": large_runs.composing,
    "opening": large_runs.opening,
    "many": large_runs.eighty_thousand,
    "changed": large_runs.twenty_thousand,
    "cancel": large_runs.cancelling,
    "huge": large_runs.huge,
}


SCENES = {"frames": view_runs.frames, "keys": view_runs.keys}
"""Those that run on reviews of every size; `frames:files` is one of them alone."""


def _scenes(name: str) -> Iterator[tuple[str, Callable[[Path], list[Seen]]]]:
    for size in SIZES:
        yield size, partial(SCENES[name], sizes=(size,))


def main(arguments: Sequence[str]) -> int:
    """Run the named benchmarks, all without a name; at the end two tables: the promises, the rest."""
    parser = argparse.ArgumentParser(prog="dev.py bench", description="Measure what is promised about time.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="the same, one at a time")
    asked = parser.parse_args(arguments)
    names = [*asked.names, *asked.only] or list(BENCHMARKS)
    known = {**BENCHMARKS, **{f"{name}:{size}": run for name in SCENES for size, run in _scenes(name)}}
    unknown = [name for name in names if name not in known]
    if unknown:
        parser.error(f"no benchmark is called {unknown[0]}; there are {', '.join(known)}")
    rows: list[Seen] = []
    for name in names:
        with tempfile.TemporaryDirectory(prefix="workbench-bench-", ignore_cleanup_errors=True) as scratch:
            (Path(scratch) / "home").mkdir()
            found = known[name](Path(scratch))
        for seen in found if isinstance(found, list) else [found]:
            rows.append(seen)
            print(
                f"{seen.state:6} {seen.what:46} {seen.figure:7.2f} {seen.unit:7} "
                f"(at most {seen.bound:g})  {seen.detail}",
                flush=True,
            )
    print(f"\n{promised(rows)}")
    if any(not seen.promise for seen in rows):
        print(f"\n{others(rows)}")
    return 1 if any(not seen.holds for seen in rows) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
