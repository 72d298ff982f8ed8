"""The frame of the suites: what is done is kept, what fails is made small and can be repeated."""

from __future__ import annotations

import subprocess
import sys
from argparse import Namespace
from pathlib import Path

import pytest

from tests.fuzz.__main__ import PartEndedError, run_suite
from tests.fuzz.cases import BLOCK, Case, Step, make_case
from tests.fuzz.progress import Failure, Progress, load
from tests.fuzz.shrinking import shrunk
from tests.fuzz.suites import Suite, suites
from tests.fuzz.trying import failures_of
from workbench.review.verdicts import Verdict

ROOT = Path(__file__).resolve().parents[2]


def fuzz(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.fuzz", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_suite_goes_on_where_it_was_ended(tmp_path: Path) -> None:
    state = ("--state", str(tmp_path), "--jobs", "1")
    first = fuzz("patches", "--seed", "4", "--cases", "6", *state)
    assert first.returncode == 0, first.stderr
    assert "patches: seed 4, 6 cases, 0 failed" in first.stdout
    again = fuzz("patches", "--cases", "9", *state)
    assert "seed 4, 9 cases, 6 of them done before" in again.stdout
    assert load(tmp_path / "patches.json") == Progress(seed=4, next=9)
    fresh = fuzz("patches", "--cases", "3", "--fresh", *state)
    assert "done before" not in fresh.stdout
    assert fuzz("patches", "--seed", "4", "--only", "3").stdout == "patches: case 3 of seed 4 holds\n"


def test_a_failure_stays_until_one_begins_anew_and_says_how_to_repeat_it(tmp_path: Path) -> None:
    Progress(seed=4, next=20, failures=[Failure(7, "what is wrong")]).save(tmp_path / "patches.json")
    done = fuzz("patches", "--cases", "20", "--state", str(tmp_path))
    assert done.returncode == 1
    assert "what is wrong\nrepeat it: packaging/dev.py fuzz patches --seed 4 --only 7\n" in done.stdout


def test_a_part_whose_process_ended_is_not_counted_as_tried(tmp_path: Path) -> None:
    """Its child knows no suite of that name, and ends as one does that cannot import something."""
    suite = Suite("unknown", 20, suites()["patches"].run, part=10, alone=False)
    asked = Namespace(state=tmp_path, seed=4, fresh=False, cases=None, jobs=1)
    with pytest.raises(PartEndedError, match="ended with 2 at case 0"):
        run_suite(suite, asked)
    assert load(tmp_path / "unknown.json") is None


def test_what_cannot_be_asked_for_is_said() -> None:
    assert "there is no suite nonsense; there are compose, patches" in fuzz("nonsense").stderr
    assert fuzz("compose", "--only", "3").returncode == 2


def test_parts_may_be_done_in_any_order(tmp_path: Path) -> None:
    progress = Progress(seed=1)
    progress.finish(1000, 1000)
    progress.save(tmp_path / "state.json")
    progress = load(tmp_path / "state.json") or Progress(seed=0)
    assert (progress.next, progress.count) == (0, 1000)
    assert progress.parts(3500, 1000) == [(0, 1000), (2000, 1000), (3000, 500)]
    progress.finish(0, 1000)
    assert (progress.next, progress.done) == (2000, {})
    (tmp_path / "state.json").write_text("{")
    assert load(tmp_path / "state.json") is None


def test_a_case_is_the_same_whenever_it_is_made() -> None:
    assert make_case(5, 77) == make_case(5, 77)
    assert make_case(5, 77) != make_case(6, 77)
    # Else git could take a file of one case for one of another.
    for block in range(4):
        cases = [make_case(5, block * BLOCK + number) for number in range(BLOCK)]
        comes = any(path for case in cases for path in case.new if len(case.old) == 0)
        goes = any(path for case in cases for path in case.old if len(case.new) == 0)
        assert (comes, goes) == (block % 2 == 0, block % 2 == 1)


def test_a_failing_case_is_made_small() -> None:
    lines = b"".join(b"line %d\n" % number for number in range(20))
    steps = tuple(Step("old", Verdict.ACCEPTED, at=number) for number in range(5))
    case = Case(0, {"a": ("100644", lines), "b": ("100644", b"x\n")}, {"a": ("100644", lines)}, steps)

    def wrong(tried: Case) -> str | None:
        return "seven" if b"line 7\n" in tried.old.get("a", ("", b""))[1] and tried.steps else None

    words = shrunk(case, "seven", wrong)
    assert words.splitlines()[0] == "seven"
    assert "  base  'a': ('100644', b'line 7\\n')" in words
    assert "'b'" not in words
    assert words.count("Step(") == 1


def test_an_error_of_the_program_is_a_failure_of_its_case() -> None:
    cases = [make_case(5, number) for number in range(8)]

    def check(tried: object) -> dict[int, str]:
        if cases[5] in tried:  # type: ignore[operator]
            raise ValueError("a crash")
        return {}

    assert failures_of(check, cases) == {5: "ValueError: a crash"}


def test_the_suites_are_there_by_name() -> None:
    assert {"compose", "patches"} <= set(suites())
    assert suites()["compose"].cases == 200_000
