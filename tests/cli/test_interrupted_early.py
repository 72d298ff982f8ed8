"""Ctrl+C while a command begins: it ends as any program does, and nothing is half made ready."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from workbench.cli.waiting import waiting
from workbench.workflow.watching import GitCancelledError

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Ctrl+C comes otherwise there")

PRESSED = """
import os, signal, sys

class Pressing:
    def find_spec(self, name, path=None, target=None):
        if name == sys.argv[1]:
            os.kill(os.getpid(), signal.SIGINT)
            sum(range(100_000))
        return None

sys.meta_path.insert(0, Pressing())
sys.modules.pop(sys.argv[1], None)
import workbench
print("went on")
"""


def _started(before: signal.Handlers, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A Python that was started where Ctrl+C did `before`."""

    def beforehand() -> None:
        signal.signal(signal.SIGINT, before)

    command = [sys.executable, "-c", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, preexec_fn=beforehand
    )


@pytest.mark.parametrize("module", ["msgspec", "msgspec._core", "datetime", "uuid", "msgspec._utils"])
def test_ctrl_c_while_the_first_library_is_made_ready_ends_the_process_without_a_word(module: str) -> None:
    done = _started(signal.SIG_DFL, PRESSED, module)
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, "", "")


@pytest.mark.parametrize(
    ("before", "after"),
    [(signal.SIG_DFL, "default_int_handler"), (signal.SIG_IGN, "SIG_IGN")],
    ids=["heard", "ignored"],
)
def test_ctrl_c_does_afterwards_what_it_did_before(before: signal.Handlers, after: str) -> None:
    done = _started(before, "import signal, workbench; print(repr(signal.getsignal(signal.SIGINT)))")
    assert after in done.stdout


def test_a_command_in_the_background_of_a_shell_is_not_ended_by_ctrl_c() -> None:
    code = (
        "import os, signal\nfrom workbench.cli.waiting import waiting\n"
        "with waiting():\n    os.kill(os.getpid(), signal.SIGINT)\nprint('went on')"
    )
    assert _started(signal.SIG_IGN, code).stdout == "went on\n"


def test_ctrl_c_amid_an_import_comes_when_that_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "pressed_while_it_is_imported"
    (tmp_path / f"{name}.py").write_text(
        "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\nsum(range(100_000))\nwhole = True\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))

    def work() -> None:
        with waiting():
            __import__(name)
            threading.Event().wait(30)

    try:
        with pytest.raises(KeyboardInterrupt):
            work()
        assert sys.modules[name].whole
    finally:
        sys.modules.pop(name, None)
    assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL


def test_an_interruption_that_was_lost_in_a_callback_is_no_bug() -> None:
    def work() -> None:
        with waiting() as watch:
            watch.cancel()
            raise GitCancelledError

    with pytest.raises(KeyboardInterrupt):
        work()
