"""The command line as tests drive it: in this process, or in one of its own where the process matters."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from workbench.cli.main import main

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command printed and how it ended."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def said(self) -> list[str]:
        """The sentence and the hint of an error."""
        return self.err.splitlines()


class CommandLine:
    """Runs commands in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capsys = capsys
        self._monkeypatch = monkeypatch

    def run(self, *args: str | Path, stdin: bytes = b"") -> Ran:
        """Run a command, whatever comes of it."""
        self._monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        self._capsys.readouterr()
        status = main([str(arg) for arg in args])
        found = self._capsys.readouterr()
        return Ran(status, found.out, found.err)

    def __call__(self, *args: str | Path, stdin: bytes = b"") -> str:
        """Run a command that must go well; what it printed, without the last line end."""
        ran = self.run(*args, stdin=stdin)
        assert ran.status == 0, ran
        return ran.out.rstrip("\n")

    def json(self, *args: str | Path, stdin: bytes = b"") -> Any:
        """Run a command that must go well with --json; what it printed, read."""
        return json.loads(self(*args, "--json", stdin=stdin))

    def refused(self, *args: str | Path, stdin: bytes = b"") -> str:
        """Run a command that must be refused: one sentence and a hint, which are given."""
        ran = self.run(*args, stdin=stdin)
        assert ran.status == 1, ran
        assert ran.out == ""
        assert "Traceback" not in ran.err
        assert "bug in Workbench" not in ran.err
        assert len(ran.said) == 2, ran.err
        assert ran.said[0].endswith("."), ran.err
        return ran.err

    # What is asked for again and again

    def start(self, *args: str | Path) -> str:
        """The id of the review that a start gives."""
        return self("start", *args)

    def changes(self, review: str) -> list[dict[str, Any]]:
        """Every change of the current round, each with its `path`."""
        document = self.json("changes", review)
        return [{"path": file["path"], **change} for file in document["files"] for change in file["changes"]]

    def files(self, review: str) -> dict[str, dict[str, Any]]:
        """The file changes of the current round by path."""
        return {file["path"]: file for file in self.json("changes", review)["files"]}

    def change(self, review: str, path: str, number: int = 0) -> str:
        """The id of one change of a file."""
        found: str = self.files(review)[path]["changes"][number]["id"]
        return found

    def verdicts(self, review: str) -> dict[str, list[str]]:
        """The verdicts of the changes of each file."""
        return {
            path: [change["verdict"] for change in file["changes"]]
            for path, file in self.files(review).items()
        }

    def ledger(self, review: str) -> list[tuple[str, str]]:
        """(what is said, path or note) of every ledger entry."""
        entries = self.json("ledger", review)["entries"]
        return [(entry["said"], entry["note"] or entry["path"]) for entry in entries]

    def progress(self, review: str) -> dict[str, int]:
        found: dict[str, int] = self.json("show", review)["progress"]
        return found


def process(
    *args: str | Path,
    cwd: Path | None = None,
    stdin: bytes = b"",
    env: Mapping[str, str] | None = None,
    timeout: float | None = None,
) -> subprocess.CompletedProcess[str]:
    """The same in a process of its own."""
    return subprocess.run(
        command(*args),
        cwd=cwd,
        input=stdin.decode("utf-8", "surrogateescape"),
        capture_output=True,
        text=True,
        errors="surrogateescape",
        env=environment(env),
        timeout=timeout,
    )


def command(*args: str | Path) -> Sequence[str]:
    return [sys.executable, "-m", "workbench", *(os.fspath(arg) for arg in args)]


def environment(env: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of the test, in which the program is found from any folder."""
    return {**os.environ, "PYTHONPATH": str(ROOT), **(env or {})}
