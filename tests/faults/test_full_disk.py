"""A disk that is full from one call on, at every call of a landing and of its undo: all old or all new."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.faults.full_disk import OLD
from tests.faults.server import Ran, Server
from tests.faults.shim import ERRORS, FAIL, Board
from tests.faults.world import files_below
from tests.repos import new_repo
from workbench.git.record import read_record

ERROR, NEEDS_ROOM, _ = ERRORS["full disk"]


class Slot:
    """One place with a work tree, our data and the journal, brought back to what it was for every try."""

    def __init__(self, server: Server, folder: Path) -> None:
        self._server, self._folder = server, folder
        self.place, self._template = folder / "slot", folder / "template"
        self.work, self.journal = self.place / "work", self.place / "journal"
        (folder / "said").mkdir(parents=True)
        new_repo(self.work).write(OLD)

    def keep(self) -> None:
        """What stands now is where each try begins."""
        shutil.rmtree(self._template, ignore_errors=True)
        self._copy(self.place, self._template)

    def begin(self) -> None:
        shutil.rmtree(self.place)
        self._copy(self._template, self.place)

    @staticmethod
    def _copy(source: Path, target: Path) -> None:
        subprocess.run(["cp", "-a", str(source), str(target)], check=True)

    def land(self, purpose: str, at: int = 0) -> tuple[Ran, int]:
        """Land with the disk full from the call `at` on (0: never); how it ended, and its calls."""
        board = Board(self._folder / "board", new=True)
        board.watch(self.work, self.place / "data", self.journal)
        board.order(FAIL, at or 1_000_000, NEEDS_ROOM, error=ERROR, lasting=True)
        ran = self._run("land_or_say", purpose, board=board)
        count = board.count
        board.close()
        return ran, count

    def start_again(self) -> list[str]:
        said: list[str] = self._run("start_again").value
        return said

    def _run(self, call: str, *more: str, board: Board | None = None) -> Ran:
        places = (str(self.work), str(self.place / "data"), str(self.journal))
        return self._server.run(
            f"tests.faults.full_disk:{call}",
            *places,
            *more,
            folder=self._folder / "said",
            environment={"WORKBENCH_DATA": str(self.place / "data")},
            board=board,
        )


@pytest.mark.parametrize("purpose", ["land", "undo"])
def test_a_disk_that_is_full_at_any_call_leaves_every_file_and_folder_as_it_was(
    server: Server, tmp_path: Path, purpose: str
) -> None:
    slot = Slot(server, tmp_path / "slot")
    if purpose == "undo":
        assert slot.land("land")[0].value == []
    slot.keep()
    before = files_below(slot.work)
    whole, count = slot.land(purpose)
    assert whole.value == []
    after = files_below(slot.work)
    assert after != before
    refused = 0
    for at in range(1, count + 1):
        slot.begin()
        ran, _ = slot.land(purpose, at)
        assert ran.status == 0, (at, ran.err)
        assert files_below(slot.work) == (before if ran.value else after), (at, ran.value)
        if ran.value:
            refused += 1
            assert "No space left on device" in ran.value[0] or "disk is full" in ran.value[0], at
            assert "disk" in ran.value[1], at
            assert "not everything" not in ran.value[0], at
            record = read_record(slot.journal)
            assert record is None or record.done, at
            assert slot.start_again() == [], at
            assert slot.land(purpose)[0].value == [], at
            assert files_below(slot.work) == after, at
    assert refused > 10
