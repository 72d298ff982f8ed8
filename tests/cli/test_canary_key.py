"""A canary key: everything is run with errors forced, at the highest log level, and then searched for it."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.driver import CommandLine, process
from tests.cli.test_models import ANSWER, WRONG, configure
from tests.model_server import BAD_KEY, BROKEN, Cut, ModelServer, Refuse, Scripted, busy
from tests.repos import Repo

KEY = "sk-canary-7c1f5a99e2d04b38"
ECHOED = Refuse(401, f"Incorrect API key provided: {KEY}. Authorization: Bearer {KEY}")


@pytest.fixture
def world(tmp_path: Path, home: Path, repo: Repo, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A key in the environment, all logs as loud as they go, and a git that writes down what it was given."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    for name in ("LITELLM_LOG", "OPENAI_LOG", "LOG_LEVEL", "HTTPX_LOG_LEVEL"):
        monkeypatch.setenv(name, "DEBUG")
    monkeypatch.setenv("PYTHONDEVMODE", "1")
    real = next(folder for folder in os.environ["PATH"].split(os.pathsep) if (Path(folder) / "git").is_file())
    shim = tmp_path / "bin" / "git"
    shim.parent.mkdir()
    told = tmp_path / "children"
    told.mkdir()
    shim.write_text(f'#!/bin/sh\n(/usr/bin/env; echo "ARGS=$*") > "{told}/git.$$"\nexec "{real}/git" "$@"\n')
    shim.chmod(shim.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{shim.parent}{os.pathsep}{os.environ['PATH']}")
    return tmp_path


@contextmanager
def watched() -> Iterator[list[bytes]]:
    """The environments and command lines of our descendants while something runs, the helpers among them."""
    seen: list[bytes] = []
    ended = threading.Event()
    me = os.getpid()

    def look() -> None:
        while not ended.wait(0.1):
            for pid in _descendants(me):
                try:
                    # In this order: until it is another program, a child is still a copy of its parent.
                    command = Path(f"/proc/{pid}/cmdline").read_bytes()
                    given = Path(f"/proc/{pid}/environ").read_bytes()
                except OSError:
                    continue
                if b"\0-m\0workbench\0" not in command:
                    seen.extend((command, given))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        ended.set()
        thread.join()


def _descendants(root: int) -> list[int]:
    """Children of the commands that the test runs: those get the key as their user gives it, these do not."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
    commands = {pid for pid, parent in parents.items() if parent == root}
    found, wave = set[int](), commands
    while wave:
        wave = {pid for pid, parent in parents.items() if parent in wave}
        found |= wave
    return sorted(found)


SCRIPTS: dict[str, tuple[list[Scripted], str]] = {
    "repeated by the provider": ([ECHOED], "refused key"),
    "refused": ([BAD_KEY], "refused key"),
    "failing": ([BROKEN] * 4, "busy"),
    "busy": ([busy("0")] * 4, "rate limit"),
    "cut": ([Cut(ANSWER, 60, reset=True)] * 2, "cut"),
    "misfit": ([WRONG, "No.", WRONG], "misfit"),
    "good": ([ANSWER], "fits"),
}


@pytest.mark.skipif(
    not Path("/proc/self/environ").exists(), reason="environments of others are read in /proc"
)
@pytest.mark.parametrize("kind", SCRIPTS)
def test_the_key_is_nowhere(
    wb: CommandLine, world: Path, home: Path, repo: Repo, running_server: ModelServer, kind: str
) -> None:
    script, outcome = SCRIPTS[kind]
    configure(running_server.url)
    review = wb.start(repo.root)
    wb("note", review, "--on", wb.change(review, "edited.py"), "!a number, please")
    ran: list[str] = []
    with watched() as seen:
        running_server.script(*script)
        done = process("next", review, "--model", "scripted", "--trace", world / "trace", timeout=100)
        ran += [done.stdout, done.stderr]
    for command in (("calls", review), ("prompt", review), ("show", review), ("doctor",)):
        found = wb.run(*command)
        ran += [found.out, found.err]
    assert wb.json("calls", review)["calls"][-1]["outcome"] == outcome
    assert not [each for each in ran if KEY in each]
    # The helper was seen, and so was git; neither was given the key by environment or command line.
    assert any(b"workbench.generation.helper" in each for each in seen)
    assert any((world / "children").iterdir())
    assert not [each for each in seen if KEY.encode() in each]
    search(home, world)


def test_the_key_is_in_no_report_of_a_bug_and_not_what_the_gate_says(
    wb: CommandLine, world: Path, home: Path, repo: Repo, running_server: ModelServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """The key stands in the code under review and in the words of a bug; another one is kept in the file."""
    kept = wb("key", "set", "KEPT_KEY", "--file", stdin=f"{KEY}-kept\n".encode())
    configure(running_server.url)
    repo.write({"edited.py": f"line = 1\napi_key = '{KEY}a1B2c3D4e5F6g7H8i9j0K1L2'\n"})
    review = wb.start(repo.root)
    said = wb.run("next", review, "--model", "scripted")
    assert (said.status, "looks like a secret" in said.err) == (1, True)

    def broken(*_: object) -> None:
        raise RuntimeError(f"Bearer {KEY} and {KEY}-kept")

    asked: list[str] = []
    monkeypatch.setattr("workbench.cli.rounds.ask_model", broken)
    ran = wb.run("next", review, "--model", "scripted")
    assert ran.status == 3
    (report,) = (home / ".local").rglob("bug-*.txt")
    text = report.read_text()
    assert "RuntimeError: Bearer … and …" in text
    asked += [kept, said.out, said.err, ran.out, ran.err, text, wb("key", "list")]
    assert not [each for each in asked if KEY in each]


def search(*folders: Path) -> None:
    """Every file that is there now."""
    searched = 0
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file() and not path.is_symlink():
                searched += 1
                assert KEY.encode() not in path.read_bytes(), path
    assert searched > 20


@pytest.mark.skipif(
    not Path("/proc/self/environ").exists(), reason="environments of others are read in /proc"
)
def test_the_key_is_nowhere_after_readings_questions_and_the_tray(
    wb: CommandLine, world: Path, home: Path, repo: Repo, running_server: ModelServer
) -> None:
    configure(running_server.url)
    review = wb.start(repo.root)
    asked = ["ask", review, "Why?", "--model", "scripted"]
    read = ["read", review, "--model", "scripted"]
    ran: list[str] = []
    with watched() as seen:
        # A question and a reading each: the provider repeats the key, and it answers what fits nothing.
        tries: list[tuple[list[str], Scripted]] = [
            (asked, ECHOED), (read, ECHOED), (asked, ANSWER), (read, WRONG)
        ]  # fmt: skip
        for number, (command, answer) in enumerate(tries):
            running_server.script(*[answer] * 4)
            done = process(*command, "--trace", world / f"trace-{number}", timeout=100)
            ran += [done.stdout, done.stderr]
            assert running_server.asked, "it was asked"
    wb("rule", "add", "Be short.", "--path", repo.root)
    for words in (("context", review, "--model", "scripted"), ("rule", "list"), ("findings", review)):
        found = wb.run(*words, "--json")
        assert found.status == 0, found
        ran += [found.out, found.err]
    for name in ("calls", "notes", "ledger", "show"):
        found = wb.run(name, review)
        ran += [found.out, found.err]
    outcomes = [call["outcome"] for call in wb.json("calls", review)["calls"]]
    assert outcomes.count("refused key") == 2
    assert not [each for each in ran if KEY in each]
    assert any(b"workbench.generation.helper" in each for each in seen)
    assert not [each for each in seen if KEY.encode() in each]
    search(home, world)
