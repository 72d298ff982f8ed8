"""The action log of several processes, and of processes that are killed: an acknowledged append is there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import IO

import pytest

from tests.store.actions import judged, started
from workbench.review.actions import Action
from workbench.store.log import ActionLog

# Says "NUMBER ID" after each append that returned. Run as its own process, so that it can be killed.
APPENDER = """
import sys
from pathlib import Path
from tests.store.actions import judged, started
from workbench.store.log import ActionLog

path, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
print("ready", flush=True)
sys.stdin.readline()
log = ActionLog.open(path)
log.append(name, started(name))
for number in range(count):
    action = judged(f"{name}-{number}", at=float(number))
    seq = log.append(name, action)
    print(seq, action.id, flush=True)
    log.save_draft(name, "N1", str(number))
"""

ENDLESS = 1_000_000


def appender(path: Path, name: str, count: int) -> subprocess.Popen[str]:
    """A process that is imported, waiting, and starts when it gets a line."""
    child = subprocess.Popen(
        [sys.executable, "-c", APPENDER, str(path), name, str(count)],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert output(child).readline() == "ready\n"
    return child


def output(child: subprocess.Popen[str]) -> IO[str]:
    assert child.stdout is not None
    return child.stdout


def release(child: subprocess.Popen[str]) -> None:
    assert child.stdin is not None
    child.stdin.write("go\n")
    child.stdin.flush()


def numbered_ids(lines: list[str]) -> list[tuple[int, str]]:
    """What was acknowledged. A last line without an end was not."""
    found = [line.split() for line in lines if line.endswith("\n")]
    return [(int(number), name) for number, name in found]


@pytest.mark.parametrize("appends", [0, 1, 7, 60, 400])
def test_every_acknowledged_append_is_there_after_kill_9(tmp_path: Path, appends: int) -> None:
    path = tmp_path / "reviews.db"
    with appender(path, "r1", ENDLESS) as child:
        release(child)
        lines = [output(child).readline() for _ in range(appends)]
        child.kill()
        acknowledged = numbered_ids(lines + output(child).readlines())

    log = ActionLog.open(path)
    kept = [(number, action.id) for number, action in log.since("r1")][1:]
    assert kept[: len(acknowledged)] == acknowledged
    assert len(kept) <= len(acknowledged) + 1  # One may have been on its way: appended, not yet said.
    if kept:
        drafts = log.drafts("r1")
        assert int(drafts.get("N1", -1)) >= len(acknowledged) - 2
        found = log.review("r1")
        assert found is not None
        assert found.actions == len(kept) + 1
        log.append("r1", judged("after"))
    log.close()


def test_the_files_that_a_kill_leaves_are_readable_again_and_again(tmp_path: Path) -> None:
    path = tmp_path / "reviews.db"
    total = 0
    for turn in range(4):
        with appender(path, f"r{turn}", ENDLESS) as child:
            release(child)
            lines = [output(child).readline() for _ in range(20)]
            child.kill()
            total += len(numbered_ids(lines + output(child).readlines()))
    log = ActionLog.open(path)
    assert sum(each.actions - 1 for each in log.reviews()) >= total
    log.close()


def test_two_processes_append_at_once_and_nothing_is_lost_or_mixed_up(tmp_path: Path) -> None:
    path = tmp_path / "reviews.db"
    with appender(path, "r1", 250) as first, appender(path, "r2", 250) as second:
        for child in (first, second):
            release(child)
        said = {
            name: numbered_ids(output(child).readlines()) for name, child in (("r1", first), ("r2", second))
        }
    log = ActionLog.open(path)
    for name in ("r1", "r2"):
        assert [(number, action.id) for number, action in log.since(name)][1:] == said[name]
        assert [each for _, each in said[name]] == [f"{name}-{number}" for number in range(250)]
    assert len({number for each in said.values() for number, _ in each}) == 500
    log.close()


def test_many_processes_that_make_the_database_at_once_make_one(tmp_path: Path) -> None:
    path = tmp_path / "new" / "reviews.db"
    children = [appender(path, f"r{number}", 3) for number in range(6)]
    for child in children:
        release(child)
    for child in children:
        child.communicate()
    assert [child.returncode for child in children] == [0] * 6
    log = ActionLog.open(path)
    assert [each.actions for each in log.reviews()] == [4] * 6
    log.close()


def test_a_reader_sees_what_another_process_appends_while_it_is_open(tmp_path: Path) -> None:
    path = tmp_path / "reviews.db"
    log = ActionLog.open(path)
    log.append("r0", started("r0"))
    seen: list[Action] = []
    number = 0
    with appender(path, "r1", 30) as child:
        release(child)
        for line in output(child):
            said, name = line.split()
            news = log.since("r1", number)
            if news:  # Else the one before brought this one too: the child is ahead of what it said.
                number = news[-1][0]
            seen += [action for _, action in news]
            assert number >= int(said)
            assert name in {action.id for action in seen}
    assert [action.id for action in seen] == ["r1-start", *(f"r1-{each}" for each in range(30))]
    log.close()
