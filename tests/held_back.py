"""The real program, held back by permissions even where the tests are run by root."""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

_DROP, _OVERRIDE, _SEARCH = 24, 1, 2
"""`PR_CAPBSET_DROP`, and what lets root read and write whatever a file's mode says."""

can_hold_back = pytest.mark.skipif(
    sys.platform == "win32" or (sys.platform != "linux" and os.geteuid() == 0),
    reason="permissions hold nobody back here",
)


def hold_back() -> None:
    """Before a program begins: permissions hold it back."""
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None, use_errno=True)
        for capability in (_OVERRIDE, _SEARCH):
            if libc.prctl(_DROP, capability, 0, 0, 0):
                raise OSError(ctypes.get_errno(), "prctl")


def held_back(
    *arguments: str | os.PathLike[str], env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """`workbench` with these arguments, by a user whom permissions hold back."""
    return subprocess.run(
        [sys.executable, "-m", "workbench", *(os.fspath(each) for each in arguments)],
        capture_output=True,
        text=True,
        errors="surrogateescape",
        check=False,
        timeout=120,
        cwd=cwd or Path(__file__).resolve().parents[1],
        env={**os.environ, **(env or {})},
        preexec_fn=hold_back,
    )


def said(*arguments: str | os.PathLike[str]) -> str:
    """What it prints where it succeeds. Fails the test where it does not."""
    done = held_back(*arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def document(*arguments: str | os.PathLike[str]) -> dict[str, Any]:
    """The same, of `--json`."""
    found: dict[str, Any] = json.loads(said(*arguments, "--json"))
    return found


def refused(*arguments: str | os.PathLike[str]) -> str:
    """A sentence and a hint on standard error, and nothing of a bug."""
    done = held_back(*arguments)
    assert done.returncode == 1, (done.stdout, done.stderr)
    sentence, hint = done.stderr.strip().split("\n")
    assert sentence.endswith(".")
    assert hint
    return sentence
