"""The action log where it cannot be read or written: a sentence and a hint, and nothing deleted or reset."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.store.actions import arrived, judged, started
from workbench.errors import UserError
from workbench.review.actions import TaskSet
from workbench.store.database import FORMAT
from workbench.store.log import ActionLog

LARGE = "An answer of some length. " * 400


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database with one review in it, closed."""
    path = tmp_path / "reviews.db"
    fill(path)
    return path


def fill(path: Path, count: int = 40) -> None:
    log = ActionLog.open(path)
    log.append("r1", started())
    for number in range(count):
        log.append("r1", judged(f"j{number}"))
    log.close()


def contents(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir() if each.is_file()}


def refused(path: Path, words: str) -> UserError:
    """Opening or reading ends in a UserError with these words, and no byte of any file is another."""
    before = contents(path.parent)
    with pytest.raises(UserError, match=words) as caught:
        read_all(path)
    assert contents(path.parent) == before
    assert caught.value.hint
    return caught.value


def read_all(path: Path) -> None:
    log = ActionLog.open(path)
    try:
        log.since("r1")
    finally:
        log.close()


def change(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def test_a_database_of_a_newer_workbench_is_left_alone(path: Path) -> None:
    change(path, f"pragma user_version={FORMAT + 1}")
    error = refused(path, "newer Workbench")
    assert str(path) in error.message
    assert "Update" in error.hint


def test_an_action_of_a_newer_workbench_is_said_and_the_other_reviews_open(path: Path) -> None:
    log = ActionLog.open(path)
    log.append("r2", started("r2"))
    log.close()
    change(path, """update actions set body = '{"kind":"dreamt","id":"j3","at":1.0}' where id = 'j3'""")
    with pytest.raises(UserError, match="newer Workbench"):
        read_all(path)
    log = ActionLog.open(path)
    assert len(log.since("r2")) == 1
    assert len(log.reviews()) == 2
    log.close()


def test_a_damaged_action_is_said(path: Path) -> None:
    change(path, "update actions set body = x'7b22' where id = 'j3'")
    refused(path, "damaged")


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "reviews.db"
    change(path, "create table recipes(name)", "insert into recipes values ('bread')")
    refused(path, "another program")


@pytest.mark.parametrize("start", [0, 16, 60])
def test_a_database_with_a_damaged_header_is_left_alone(path: Path, start: int) -> None:
    data = bytearray(path.read_bytes())
    data[start : start + 40] = b"\xa5" * 40
    path.write_bytes(data)
    refused(path, "damaged|another program|newer Workbench")


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "reviews.db"
    path.write_text("shopping list: bread\n" * 300)
    refused(path, "damaged")


def test_a_database_with_damaged_pages_is_left_alone(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for page in range(4096, len(data), 4096):
        data[page : page + 200] = b"\xa5" * 200
    path.write_bytes(data)
    refused(path, "damaged")


def test_a_database_that_was_cut_short_is_left_alone(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:8192])
    refused(path, "damaged")


def test_a_database_whose_file_is_gone_and_whose_journal_is_there_is_not_started_anew(tmp_path: Path) -> None:
    path = tmp_path / "reviews.db"
    journal = tmp_path / "reviews.db-wal"
    journal.write_bytes(b"\x37\x7f\x06\x82" * 100)
    error = refused(path, "journal is there")
    assert str(journal) in error.hint
    path.touch()
    refused(path, "journal is there")


def test_an_empty_file_that_a_kill_left_becomes_the_database(tmp_path: Path) -> None:
    path = tmp_path / "reviews.db"
    path.touch()
    fill(path)
    read_all(path)


def test_a_folder_in_the_place_of_the_database_is_said(tmp_path: Path) -> None:
    path = tmp_path / "reviews.db"
    path.mkdir()
    refused(path, "may not be written")


def test_a_file_in_the_place_of_the_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(UserError, match="could not be made") as caught:
        ActionLog.open(tmp_path / "data" / "reviews.db")
    assert "WORKBENCH_DATA" in caught.value.hint


def test_a_database_that_another_program_keeps_locked_is_said(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.store.log.BUSY_MS", 50)
    log = ActionLog.open(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("begin immediate")
    with pytest.raises(UserError, match="locked"):
        log.append("r1", judged("later"))
    assert len(log.since("r1")) == 41  # Reading goes on.
    other.execute("rollback")
    other.close()
    log.append("r1", judged("later"))
    assert len(log.since("r1")) == 42
    log.close()


# Folders that may not be written. Root may write anywhere, so root becomes an ordinary user for these.


@contextmanager
def ordinary_user() -> Iterator[None]:
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the ordinary user reaches and owns (pytest's own are root's alone)."""
    folder = Path(tempfile.mkdtemp(prefix="workbench-store-"))
    if os.geteuid() == 0:
        os.chown(folder, 65534, 65534)
    yield folder
    folder.chmod(0o700)
    shutil.rmtree(folder)


def test_a_new_database_in_a_read_only_folder_is_refused(folder: Path) -> None:
    folder.chmod(0o500)
    with ordinary_user():
        refused(folder / "reviews.db", "could not be saved")
        with pytest.raises(UserError, match="could not be made"):
            ActionLog.open(folder / "below" / "reviews.db")


def test_a_database_in_a_read_only_folder_is_refused_and_as_it_was(folder: Path) -> None:
    path = folder / "reviews.db"
    with ordinary_user():
        fill(path)
    folder.chmod(0o500)
    with ordinary_user():
        refused(path, "may not be written")
    folder.chmod(0o700)
    with ordinary_user():
        read_all(path)


def test_a_database_that_is_read_only_itself_refuses_an_append_and_is_as_it_was(folder: Path) -> None:
    path = folder / "reviews.db"
    with ordinary_user():
        fill(path)
        path.chmod(stat.S_IRUSR)
        before = path.read_bytes()
        log = ActionLog.open(path)
        with pytest.raises(UserError, match="may not be written"):
            log.append("r1", judged("later"))
        assert len(log.since("r1")) == 41
        log.close()
        assert path.read_bytes() == before
        path.chmod(stat.S_IRUSR | stat.S_IWUSR)
        read_all(path)


# Full disks

FILLER = """
import sys
from pathlib import Path
from tests.store.test_log_failures import append_until_refused, limit_files

limit_files(int(sys.argv[2]))
append_until_refused(Path(sys.argv[1]))
"""


def limit_files(size: int) -> None:
    """No file of this process may grow beyond this: what writing does then is what it does on a full disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def append_until_refused(path: Path) -> None:
    """Append until the disk is full; then everything acknowledged is there, and not a bit more."""
    log = ActionLog.open(path)
    log.append("r1", started())
    acknowledged = ["r1-start"]

    def go_on() -> None:
        for number in range(2_000):
            log.append("r1", TaskSet(id=f"t{number}", at=1.0, text=LARGE))
            acknowledged.append(f"t{number}")

    with pytest.raises(UserError, match=r"disk is full|disk reports an error") as caught:
        go_on()
    assert caught.value.hint
    assert len(acknowledged) > 2
    assert [action.id for _, action in log.since("r1")] == acknowledged
    for _ in range(3):  # It stays a sentence, and stays out.
        with pytest.raises(UserError):
            log.append("r1", TaskSet(id="once more", at=1.0, text=LARGE))
    assert [action.id for _, action in log.since("r1")] == acknowledged
    log.close()


def test_a_file_that_may_not_grow_refuses_appends_and_keeps_what_was_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "reviews.db"
    command = [sys.executable, "-c", FILLER, str(path), "300000"]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    log = ActionLog.open(path)
    count = len(log.since("r1"))
    log.append("r1", arrived("after"))
    assert len(log.since("r1")) == count + 1
    log.close()


def test_a_full_disk_refuses_appends_keeps_what_was_acknowledged_and_goes_on_when_there_is_room(
    tmp_path: Path,
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a disk of one megabyte")
    try:
        ballast = disk / "ballast"
        ballast.write_bytes(b"x" * 200_000)
        append_until_refused(disk / "reviews.db")
        ballast.unlink()
        log = ActionLog.open(disk / "reviews.db")
        count = len(log.since("r1"))
        log.append("r1", arrived("after"))
        assert len(log.since("r1")) == count + 1
        log.close()
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_database_cannot_be_made_on_a_full_disk_and_can_be_when_there_is_room(tmp_path: Path) -> None:
    path = tmp_path / "reviews.db"
    code = """
import sys
from pathlib import Path
import pytest
from tests.store.test_log_failures import limit_files
from workbench.errors import UserError
from workbench.store.log import ActionLog
limit_files(5_000)
with pytest.raises(UserError):
    ActionLog.open(Path(sys.argv[1]))
"""
    command = [sys.executable, "-c", code, str(path)]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    fill(path)
    read_all(path)


@pytest.mark.skipif(sys.platform == "win32", reason="there an open file cannot be moved away")
def test_a_database_that_is_moved_or_deleted_while_it_is_open_takes_nothing_more(tmp_path: Path) -> None:
    path = tmp_path / "reviews.db"
    log = ActionLog.open(path)
    log.append("r1", started())
    aside = path.rename(tmp_path / "aside.db")
    with pytest.raises(UserError, match="is not there any more"):
        log.append("r1", TaskSet(id="t1", at=1.0, text="lost"))
    path.write_bytes(b"")  # another file in its place is not it, either
    with pytest.raises(UserError, match="is not there any more"):
        log.append("r1", TaskSet(id="t1", at=1.0, text="lost"))
    aside.replace(path)
    log.append("r1", TaskSet(id="t2", at=1.0, text="kept"))
    assert [action.id for _, action in log.since("r1")] == ["r1-start", "t2"]
    log.close()
