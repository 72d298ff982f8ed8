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


@pytest.mark.parametrize("module", ["msgspec", "msgspec._core", "datetime", "uuid", "msgspec._utils"])
def test_ctrl_c_while_the_first_library_is_made_ready_ends_the_process_without_a_word(module: str) -> None:
    command = [sys.executable, "-c", PRESSED, module]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, "", "")


def test_python_s_own_ctrl_c_is_there_again_afterwards() -> None:
    code = "import signal, workbench; print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "True\n"


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
