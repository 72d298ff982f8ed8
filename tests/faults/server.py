"""A process that has all of the program loaded and forks for every run, with the fault injector inside.

Starting Python and importing the program takes a hundred times what a command takes. Asked by JSON lines on
standard input: {"call": "module:function", "arguments": [], "environment": {}, "board": "", "folder": ""}.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

from tests.faults.shim import Board

ROOT = Path(__file__).parents[2]
_LOADED = (
    "workbench.cli.main",
    "workbench.cli.reviewing",
    "workbench.cli.judging",
    "workbench.cli.noting",
    "workbench.cli.rounds",
    "workbench.cli.landing",
    "workbench.cli.report",
    "workbench.git.journal",
    "workbench.workflow.brought",
    "workbench.workflow.landing",
    "workbench.workflow.send",
    "tests.faults.world",
)


class Ran(NamedTuple):
    """How a run ended: its status (-9: killed), what the function returned, what was said."""

    status: int
    value: Any
    out: str
    err: str


class Server:
    """The other side's handle on the process. Use it in a `with`."""

    def __init__(self, library: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.server"],
            cwd=ROOT,
            env={**os.environ, "LD_PRELOAD": str(library)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._answer() == {"ready": True}

    def __enter__(self) -> Server:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def run(
        self,
        call: str,
        *arguments: Any,
        folder: Path,
        environment: Mapping[str, str],
        board: Board | None = None,
    ) -> Ran:
        """Run a function in a process of its own, and return when all its processes are gone."""
        asked = {
            "call": call,
            "arguments": arguments,
            "environment": dict(environment),
            "folder": str(folder),
            "board": str(board.path) if board is not None else None,
        }
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        status = self._answer()["status"]
        if board is not None:
            board.wait_for_all()
        value = folder / "value"
        found = json.loads(value.read_text("utf-8")) if status == 0 and value.exists() else None
        return Ran(status, found, *(_read(folder / name) for name in ("out", "err")))

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the fault server is gone"
        answer: dict[str, Any] = json.loads(line)
        return answer


def _read(path: Path) -> str:
    return path.read_text("utf-8", "backslashreplace") if path.exists() else ""


def _serve() -> None:
    for name in _LOADED:
        importlib.import_module(name)
    from workbench.git import runner  # noqa: PLC0415 - this file is also imported by the other side

    runner.load()
    _say({"ready": True})
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            _become(asked)
        _, ended = os.waitpid(child, 0)
        _say({"status": os.waitstatus_to_exitcode(ended)})


def _say(answer: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def _become(asked: Mapping[str, Any]) -> None:
    """In the child: run the function, and never return."""
    os.setsid()
    os.environ.update(asked["environment"])
    folder = Path(asked["folder"])
    for number, name in ((1, "out"), (2, "err")):
        handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(handle, number)
    (folder / "value").unlink(missing_ok=True)
    status = 70
    try:
        board = Board(Path(asked["board"])) if asked["board"] else None
        if board is not None:
            board.kill_group(os.getpgrp())
            attach = ctypes.CDLL(None).faults_attach
            assert attach(os.fsencode(board.path)) == 0
        module, _, name = asked["call"].partition(":")
        value = getattr(importlib.import_module(module), name)(board, *asked["arguments"])
        (folder / "value").write_text(json.dumps(value), "utf-8")
        status = 0
    except BaseException:  # noqa: BLE001 - what went wrong is read by the test
        import traceback  # noqa: PLC0415 - only here

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    _serve()
