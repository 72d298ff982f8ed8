"""Run the suites of random cases. `python -m tests.fuzz [SUITE …]`, or `packaging/dev.py fuzz`.

Each suite is cut into parts, which child processes work through, one for each core. What is done stands in
`build/fuzz/SUITE.json`; a second call goes on from there. Exit status 1 if any case failed.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path

import tests.conftest  # noqa: F401 - a world of our own, before anything else is imported
from tests.fuzz.progress import Failure, Progress, load
from tests.fuzz.suites import Suite, suites

ROOT = Path(__file__).resolve().parents[2]


class PartEndedError(Exception):
    """A process ended before it had tried its part. The part counts as not tried, whatever the cause was."""


def main(arguments: Sequence[str]) -> int:
    """The exit status of what was asked for."""
    known = suites()
    asked = _parse(arguments, known)
    if asked.worker:
        return _work(known[asked.suites[0]], asked.seed, asked.worker[0], asked.worker[1])
    if asked.only is not None:
        return _repeat(known[asked.suites[0]], asked.seed, asked.only)
    failed = 0
    for name in asked.suites or known:
        try:
            failed += run_suite(known[name], asked)
        except PartEndedError as ended:
            print(f"{name}: stopped, because {ended}; its part is tried again at the next call", flush=True)
            failed += 1
    return 1 if failed else 0


def _parse(arguments: Sequence[str], known: dict[str, Suite]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="packaging/dev.py fuzz", description=__doc__)
    parser.add_argument("suites", nargs="*", metavar="SUITE", help=f"of {', '.join(known)}; all without one")
    parser.add_argument("--cases", type=int, help="how many cases, counted from the first one on")
    parser.add_argument("--seed", type=int, help="what the cases are made from; a new one begins anew")
    parser.add_argument("--fresh", action="store_true", help="begin anew, with another seed if none is given")
    parser.add_argument(
        "--only", type=int, metavar="CASE", help="repeat just this case; needs SUITE and --seed"
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes at once")
    parser.add_argument(
        "--state", type=Path, default=ROOT / "build" / "fuzz", help="where it is kept how far one is"
    )
    parser.add_argument("--worker", type=int, nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    for name in asked.suites:
        if name not in known:
            parser.error(f"there is no suite {name}; there are {', '.join(known)}")
    if (asked.only is not None or asked.worker) and (len(asked.suites) != 1 or asked.seed is None):
        parser.error("name one suite and a --seed")
    return asked


def run_suite(suite: Suite, asked: argparse.Namespace) -> int:
    """Go on with one suite; how many cases of it failed, earlier ones included."""
    place = asked.state / f"{suite.name}.json"
    progress = None if asked.fresh else load(place)
    if progress is None or asked.seed not in (None, progress.seed):
        progress = Progress(secrets.randbelow(10**9) if asked.seed is None else asked.seed)
    cases = asked.cases or suite.cases
    again = f", {progress.count:,} of them done before" if progress.count else ""
    print(f"{suite.name}: seed {progress.seed}, {cases:,} cases{again} ({place})", flush=True)
    for failure in progress.failures:
        _show(suite, progress.seed, failure)
    began, before = time.monotonic(), progress.count
    for first, count, failures in _parts_done(suite, progress, cases, asked.jobs):
        progress.finish(first, count)
        progress.failures += failures
        progress.save(place)
        for failure in failures:
            _show(suite, progress.seed, failure)
        rate = (progress.count - before) / max(time.monotonic() - began, 0.001)
        state = f"{progress.count:,} of {cases:,}, {rate:.0f}/s, {len(progress.failures)} failed"
        print(f"{suite.name}: {state}", flush=True)
    print(
        f"{suite.name}: seed {progress.seed}, {progress.count:,} cases, {len(progress.failures)} failed",
        flush=True,
    )
    return len(progress.failures)


def _parts_done(
    suite: Suite, progress: Progress, cases: int, jobs: int
) -> Iterator[tuple[int, int, list[Failure]]]:
    """Each part as it is done, with what failed in it."""
    jobs = 1 if suite.alone else jobs
    parts = iter(progress.parts(cases, suite.part))
    with ThreadPoolExecutor(jobs) as pool:
        running: set[Future[tuple[int, int, list[Failure]]]] = set()
        try:
            while True:
                while len(running) < jobs and (part := next(parts, None)) is not None:
                    running.add(pool.submit(_start, suite, progress.seed, *part))
                if not running:
                    return
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for each in done:
                    yield each.result()
        finally:
            for each in running:
                each.cancel()


def _start(suite: Suite, seed: int, first: int, count: int) -> tuple[int, int, list[Failure]]:
    """Have a child try one part."""
    command = [
        sys.executable,
        "-m",
        "tests.fuzz",
        suite.name,
        "--seed",
        str(seed),
        "--worker",
        str(first),
        str(count),
    ]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=False)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    # In whatever order: a suite may try together what shares a repository.
    left = set(range(first, first + count)) - {case for case, _ in rows}
    if done.returncode or left or len(rows) != count:
        at = min(left, default=first)
        raise PartEndedError(
            f"a process ended with {done.returncode} at case {at}, or at one close behind it"
        )
    return first, count, [Failure(case, words) for case, words in rows if words is not None]


def _work(suite: Suite, seed: int, first: int, count: int) -> int:
    for case, words in suite.run(seed, first, count):
        print(json.dumps([case, words]), flush=True)
    return 0


def _repeat(suite: Suite, seed: int, case: int) -> int:
    for number, words in suite.run(seed, case, 1):
        if words is not None:
            _show(suite, seed, Failure(number, words))
            return 1
    print(f"{suite.name}: case {case} of seed {seed} holds")
    return 0


def _show(suite: Suite, seed: int, failure: Failure) -> None:
    print(f"\n{suite.name}: case {failure.case} of seed {seed} failed\n{failure.words}")
    print(f"repeat it: packaging/dev.py fuzz {suite.name} --seed {seed} --only {failure.case}\n", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
