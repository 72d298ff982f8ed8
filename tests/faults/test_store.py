"""The action log at each of its writes: an action is acknowledged and there, or refused and not there."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.faults.server import Ran, Server
from tests.faults.shim import COUNT as ONLY_COUNT
from tests.faults.shim import ERRORS, FAIL, KILL, KINDS, Board
from tests.faults.storing import COUNT
from tests.store.actions import judged, started
from workbench.store.log import ActionLog


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """A database with one review in it, closed."""
    folder = tmp_path / "template"
    log = ActionLog.open(folder / "reviews.db")
    log.append("r1", started())
    log.close()
    return folder


def appended(
    server: Server, template: Path, how: int, at: int, name: str = ""
) -> tuple[Ran, Path, dict[str, int]]:
    """Append in a copy of the database, with a fault at one call."""
    folder = template.parent / "data"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(template, folder)
    board = Board(template.parent / "board", new=True)
    board.watch(folder)
    error, kinds, lasting = ERRORS.get(name, (0, KINDS, False))
    board.order(how, at, kinds, error=error, lasting=lasting)
    said = template.parent / "said"
    said.mkdir(exist_ok=True)
    path = folder / "reviews.db"
    ran = server.run("tests.faults.storing:append", str(path), folder=said, environment={}, board=board)
    counts = board.counts
    board.close()
    return ran, path, counts


def kept(path: Path) -> list[str]:
    """The ids that are there, in a database that is sound and takes further ones."""
    log = ActionLog.open(path)
    found = [action.id for _, action in log.since("r1")]
    log.append("r1", judged("after"))
    assert [action.id for _, action in log.since("r1")] == [*found, "after"]
    log.close()
    connection = sqlite3.connect(path)
    assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
    connection.close()
    return found[1:]


@pytest.mark.slow
@pytest.mark.parametrize("name", ERRORS)
def test_an_append_is_acknowledged_and_there_or_refused_and_not_there(
    server: Server, template: Path, name: str
) -> None:
    ran, path, counts = appended(server, template, ONLY_COUNT, 0)
    assert kept(path) == ran.value[0] == [f"later{number}" for number in range(COUNT)]
    total = sum(counts[kind] for kind in ERRORS[name][1])
    refusals = 0
    # Every call for a full disk; of the rest every third.
    for at in range(1, total + 1, 1 if name == "full disk" else 3):
        ran, path, _ = appended(server, template, FAIL, at, name)
        assert ran.status == 0, ran.err
        acknowledged, said = ran.value
        there = kept(path)
        # On a disk that has written an action whole and from then on takes not one byte more, nobody can take
        # it out again: it may be there, as the sentence says.
        maybe = [*acknowledged, f"later{len(acknowledged)}"] if "may be there" in said else acknowledged
        assert there in (acknowledged, maybe), (at, said)
        assert said or len(acknowledged) == COUNT
        refusals += bool(said)
    assert refusals


def test_an_append_that_is_killed_is_there_if_it_was_acknowledged(server: Server, template: Path) -> None:
    _, _, counts = appended(server, template, ONLY_COUNT, 0)
    for at in range(1, sum(counts.values()) + 1, 2):
        ran, path, _ = appended(server, template, KILL, at)
        assert ran.status == -9
        there = kept(path)
        assert there == [f"later{number}" for number in range(len(there))]
