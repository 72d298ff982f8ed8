"""What the command line starts and whom it talks to, as the kernel tells it: git and Python, and nobody."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.driver import command, environment
from tests.hostile import Trap, changed, contents, edit, everything_at_once, listening
from tests.repos import Repo, edited_repo

STRACE = shutil.which("strace")
_CALL = re.compile(r"(execve|connect)\((.*)\) = (-?\d+|\?)")


def can_trace() -> bool:
    """Whether strace is there and may watch a process: containers often forbid it."""
    if STRACE is None:
        return False
    asked = subprocess.run(
        [STRACE, "-f", "-e", "trace=execve", sys.executable, "-c", ""], capture_output=True, check=False
    )
    return asked.returncode == 0 and b"execve(" in asked.stderr


tracing = pytest.mark.skipif(not can_trace(), reason="strace is not there, or may not watch a process")


def traced(folder: Path, args: list[str | Path], env: dict[str, str], cwd: Path) -> list[tuple[str, str]]:
    """(execve or connect, its arguments) of every call that went well or was tried, children included."""
    record = folder / "calls"
    # `-s`: paths are not cut; `-z` would leave out a connection that was only tried.
    done = subprocess.run(
        [str(STRACE), "-f", "-s", "4096", "-e", "trace=execve,connect", "-o", str(record), *command(*args)],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=300,
        env=environment(env),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    calls = [(found[1], found[2], found[3]) for found in _CALL.finditer(record.read_text(errors="replace"))]
    return [(name, said) for name, said, result in calls if name == "connect" or result == "0"]


def programs(calls: list[tuple[str, str]]) -> set[str]:
    """The files that were executed, links followed."""
    started = {said.partition('", ')[0].lstrip('"') for name, said in calls if name == "execve"}
    return {os.path.realpath(path) for path in started}


def ours_and_git() -> set[str]:
    git = shutil.which("git")
    assert git is not None
    folder = subprocess.run(["git", "--exec-path"], capture_output=True, check=True, text=True).stdout.strip()
    allowed = [sys.executable, str(STRACE), git, os.path.join(folder, "git")]
    return {os.path.realpath(path) for path in allowed}


@pytest.fixture
def carrier(tmp_path: Path) -> Iterator[tuple[Repo, Trap]]:
    """A repository with all vectors, whose remotes lead to an ear."""
    with listening() as ear:
        repo, trap = everything_at_once(tmp_path, ear.port)
        edit(repo)
        yield repo, trap
        assert ear.heard == 0


@tracing
def test_the_kernel_sees_git_and_python_alone_and_no_connection(
    carrier: tuple[Repo, Trap], tmp_path: Path
) -> None:
    repo, trap = carrier
    data = {**trap.env, "WORKBENCH_DATA": str(tmp_path / "data")}
    shown = subprocess.run(
        command("start", repo.root), capture_output=True, check=True, text=True, env=environment(data)
    )
    review = shown.stdout.strip()
    before = contents(repo.root)
    calls: list[tuple[str, str]] = []
    commands: tuple[list[str | Path], ...] = (
        ["changes", repo.root, "--json"],
        ["changes", repo.root, "first..second", "--json"],
        ["start", repo.root],
        ["judge", review, "rejected", "--file", "edited.py"],
        ["judge", review, "accepted", "--file", "new.py"],
        ["feedback", review],
        ["next", review, "--model", "offline", "--keep-rejected"],
        ["ledger", review],
        ["land", review, "--to", f"patch:{tmp_path / 'a.patch'}", "--unread"],
        ["doctor"],
    )
    for args in commands:
        # From inside the repository: nothing there is found by a relative name either.
        calls += traced(tmp_path, args, data, repo.root)
    assert programs(calls) <= ours_and_git()
    assert any(path.endswith("git") for path in programs(calls))
    assert [said for name, said in calls if name == "connect" and "AF_UNIX" not in said] == []
    assert not trap.was_run(), trap.said()
    assert changed(before, contents(repo.root)) == []


def test_no_module_of_the_folder_one_stands_in_is_imported(tmp_path: Path) -> None:
    repo, trap = Repo(tmp_path / "repo"), Trap(tmp_path / "trap")
    edited_repo(repo.root)
    names = ("json", "msgspec", "git", "sitecustomize", "usercustomize", "workbench/__init__", "litellm")
    repo.write({f"{name}.py": f"open({str(trap.mark)!r}, 'w')\n" for name in names})
    subprocess.run([sys.executable, "-m", "json.tool", "-h"], cwd=repo.root, capture_output=True, check=False)
    assert trap.was_run(), "Python imports nothing from there, so the test shows nothing"
    trap.reset()
    # As an installer makes it: Python looks for modules in the script's folder, not in where one stands.
    entry = tmp_path / "entry.py"
    entry.write_text("import sys\nfrom workbench.cli.main import main\nsys.exit(main())\n")
    for args in (["changes", "."], ["start"], ["doctor"]):
        words = [sys.executable, str(entry), *args]
        ran = subprocess.run(
            words, cwd=repo.root, capture_output=True, text=True, env=environment(), check=False
        )
        assert ran.returncode == 0, ran.stderr
    assert not trap.was_run()


@tracing
def test_the_tracer_would_have_seen_a_program_and_a_connection(tmp_path: Path) -> None:
    record = tmp_path / "calls"
    code = "import socket, subprocess; subprocess.run(['true']); socket.socket().connect_ex(('127.0.0.1', 9))"
    traced_words = [str(STRACE), "-f", "-e", "trace=execve,connect", "-o", str(record)]
    subprocess.run([*traced_words, sys.executable, "-c", code], check=True)
    found = _CALL.findall(record.read_text())
    assert any(name == "execve" and said.startswith('"') and "/true" in said for name, said, _ in found)
    assert any(name == "connect" and "AF_INET" in said for name, said, _ in found)
