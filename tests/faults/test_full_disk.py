"""A disk that is full from one call on, at every call of a landing and of its undo: all old or all new.

And one that takes nothing at all any more, not even to take back: what is to be done is said. And a journal
on a disk of its own that takes nothing any more: what the next start reads there is what stands in the files.
"""

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
from workbench.git.journal import acknowledge, pending
from workbench.git.paths import LANDING
from workbench.git.record import NAME, read_record


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

    def land(
        self, purpose: str, at: int = 0, how: str = "full disk", *, journal_alone: bool = False
    ) -> tuple[Ran, int]:
        """Land with this fault from the call `at` on (0: never); how it ended, and its calls."""
        error, kinds, lasting = ERRORS[how]
        board = Board(self._folder / "board", new=True)
        board.watch(self.journal, *(() if journal_alone else (self.work, self.place / "data")))
        board.order(FAIL, at or 1_000_000, kinds, error=error, lasting=lasting)
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


def test_what_could_not_be_taken_back_is_named_and_taken_back_by_the_next_start(
    server: Server, tmp_path: Path
) -> None:
    slot = Slot(server, tmp_path / "slot")
    slot.keep()
    before = files_below(slot.work)
    whole, count = slot.land("land", how="read-only")
    assert whole.value == []
    after = files_below(slot.work)
    stuck = 0
    for at in range(count // 2, count + 1, 3):
        slot.begin()
        ran, _ = slot.land("land", at, "read-only")
        assert ran.status == 0, (at, ran.err)
        if not ran.value:
            continue
        left = [path.name for path in slot.work.iterdir() if path.name.startswith(LANDING)]
        if "not everything could be taken back" in ran.value[0]:
            stuck += 1
            assert f"kept in {left[0]} of the work tree" in ran.value[1], at
        record = read_record(slot.journal)
        if record is not None and record.done:
            # Only its flush was refused, and so was all that came after: nothing was taken back.
            assert slot.start_again() == ["A landing was interrupted at its very end. It is complete."], at
            assert files_below(slot.work) == after, at
            continue
        if record is not None:
            assert slot.land("land")[0].value[0].startswith("A landing that was interrupted"), at
        said = slot.start_again()
        assert [each for each in said if "taken back" in each] == said, at
        assert files_below(slot.work) == before, at
        assert slot.land("land")[0].value == [], at
        assert files_below(slot.work) == after, at
    assert stuck > 2


@pytest.mark.parametrize("power_lost", [False, True])
@pytest.mark.parametrize("how", ["broken disk", "read-only", "full disk"])
@pytest.mark.parametrize("purpose", ["land", "undo"])
def test_a_journal_that_takes_nothing_more_says_what_stands_in_the_files(
    server: Server, tmp_path: Path, purpose: str, how: str, *, power_lost: bool
) -> None:
    slot = Slot(server, tmp_path / "slot")
    if purpose == "undo":
        assert slot.land("land")[0].value == []
        acknowledge(slot.journal)
    slot.keep()
    before = files_below(slot.work)
    whole, count = slot.land(purpose, how=how, journal_alone=True)
    assert whole.value == []
    after = files_below(slot.work)
    stood = 0
    for at in range(1, count + 1):
        slot.begin()
        ran, _ = slot.land(purpose, at, how, journal_alone=True)
        assert ran.status == 0, (at, ran.err)
        assert ran.value, at
        if "is written, but" in ran.value[0]:
            stood += 1
            if power_lost:
                # What was not flushed may not be there any more.
                written = (slot.journal / NAME).read_bytes()
                (slot.journal / NAME).write_bytes(written.removesuffix(b'{"phase": "done"}\n'))
        else:
            assert files_below(slot.work) == before, (at, ran.value)
        slot.start_again()
        landed = pending(slot.journal)
        assert files_below(slot.work) == (after if landed else before), (at, ran.value)
        assert not any(path.name.startswith(LANDING) for path in slot.work.iterdir()), at
        if not landed:
            assert read_record(slot.journal) is None, at
            assert slot.start_again() == [], at
    assert stood == (0 if how == "full disk" else 1)
