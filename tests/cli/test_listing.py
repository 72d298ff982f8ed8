"""A large listing is made by two processes and is the same as one's; what the other leaves is done here."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
from msgspec import msgpack

from tests.cli.driver import ROOT, CommandLine, environment, process
from tests.repos import Repo, new_repo
from workbench.cli import beside
from workbench.cli.beside import Beside
from workbench.git import shares
from workbench.workflow import listing
from workbench.workflow.candidates import open_repository

FILES = 40


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A commit that touches many files, one of which has a name that is no UTF-8 and one is binary."""
    made = new_repo(tmp_path / "repo")
    names = [f"file{number:02}.py" for number in range(FILES)]
    made.commit(dict.fromkeys(names, "one\ntwo\n"))
    (made.root / os.fsdecode(b"\xe9t\xe9.py")).write_text("summer\n")
    made.commit({**{name: f"one\n{name}\n" for name in names}, "picture": b"\0", "größe.py": "x = 'ä'\n"})
    return made


@pytest.fixture(params=["forked", "started", "neither"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How the other process comes to be."""
    monkeypatch.setattr(shares, "SIZE", 300)
    if request.param != "forked":
        monkeypatch.setattr(beside, "_may_fork", lambda: False)
    if request.param == "neither":
        monkeypatch.setattr(beside, "sys", SimpleNamespace(executable="/not/there", platform=sys.platform))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    return str(request.param)


@pytest.fixture
def pieces(repo: Repo, way: str) -> list[bytes]:
    assert way
    with closing(open_repository(repo.root)) as repository:
        found = repository.resolve("HEAD")
        return [each.output for each in repository.shares(found.base_tree, found.tree) if each.is_plain]


def test_the_listing_is_the_same_however_it_is_made(wb: CommandLine, repo: Repo, way: str) -> None:
    by_two = wb("changes", repo.root, "HEAD", "--json")
    assert way
    document = json.loads(by_two)
    assert len(document["files"]) == FILES + 3
    assert document == json.loads(process("changes", repo.root, "HEAD", "--json").stdout)
    saved = wb.json("changes", wb.start(repo.root, "HEAD"))
    assert document["files"] == saved["files"]
    assert [key for key in document if document[key] != saved[key]] == ["review", "round"]
    assert by_two.isascii()


def test_every_piece_is_answered_under_its_number(pieces: list[bytes], way: str) -> None:
    assert len(pieces) > 5
    with closing(Beside(listing.listed_output)) as other:
        for number, piece in enumerate(pieces):
            other.give(number, piece)
        assert (other._process is not None) == (way == "started" or (way == "forked" and not other._pid))
        answers = other.answers()
    assert answers == {number: listing.listed_output(piece) for number, piece in enumerate(pieces)}


@pytest.mark.parametrize("given", [0, 3])
def test_what_a_process_that_died_was_given_is_done_here(pieces: list[bytes], way: str, given: int) -> None:
    if way == "neither":
        pytest.skip("there is none to die")
    with closing(Beside(listing.listed_output)) as other:
        for number, piece in enumerate(pieces[:given]):
            other.give(number, piece)
        if other._process is not None:
            other._process.kill()
        elif other._pid:
            os.kill(other._pid, signal.SIGKILL)
        for number, piece in enumerate(pieces[given:], given):
            other.give(number, piece)
        assert other.answers() == {number: listing.listed_output(each) for number, each in enumerate(pieces)}


COPIED = """
import sys
from msgspec import msgpack
from workbench.cli.beside import Beside
from workbench.workflow.listing import listed_output

other = Beside(listed_output)
assert other._pid, "a process of one thread is copied"
for number, piece in enumerate(msgpack.decode(sys.stdin.buffer.read())):
    while not other.takes():
        pass
    other.give(number, piece)
answers = other.answers()
other.close()
sys.stdout.buffer.write(msgpack.encode(answers))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it is started anew")
def test_a_process_of_one_thread_is_copied_and_does_the_same(pieces: list[bytes]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", COPIED],
        input=msgpack.encode(pieces),
        capture_output=True,
        check=True,
        env=environment(),
        cwd=ROOT,
    )
    assert done.stderr == b""
    answers = msgpack.decode(done.stdout, type=dict[int, bytes], strict=False)
    assert answers == {number: listing.listed_output(piece) for number, piece in enumerate(pieces)}


def test_a_process_with_other_threads_is_not_copied() -> None:
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        assert not beside._may_fork()
    finally:
        stop.set()
        thread.join()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="elsewhere nothing is copied")
def test_where_there_may_be_no_more_processes_it_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> int:
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr(beside, "_may_fork", lambda: True)
    monkeypatch.setattr(os, "fork", refuse)
    with closing(Beside(bytes.upper)) as other:
        assert not other.takes()
        other.give(0, b"piece")
        assert other.answers() == {0: b"PIECE"}


def test_what_cannot_be_read_is_told_by_the_command_itself(pieces: list[bytes], way: str) -> None:
    assert way
    with closing(Beside(listing.listed_output)) as other:
        other.give(0, pieces[0][:-20])
        with pytest.raises(ValueError, match="hunk of git"):
            other.answers()
