"""The helper process: what it is given, that it can always be ended, and that only it imports LiteLLM."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.generation.conftest import KEY
from workbench.generation.backends import LiteLLMBackend
from workbench.generation.children import Helper, Helpers, environment
from workbench.generation.events import Failed, Progressed
from workbench.generation.failures import Trouble
from workbench.generation.prompt import Message

ASK = (Message("user", "Hello."),)
SECRET = ("OPENAI_API_KEY", KEY)


def test_litellm_is_imported_by_the_helper_alone() -> None:
    code = (
        "import importlib, pkgutil, sys, workbench.generation as package\n"
        "names = [each.name for each in pkgutil.iter_modules(package.__path__)]\n"
        "for name in names: importlib.import_module('workbench.generation.' + name)\n"
        "heavy = {'litellm', 'openai', 'httpx', 'pydantic', 'PySide6'} & set(sys.modules)\n"
        "assert 'helper' in names and not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_child_gets_its_key_by_the_pipe_and_nothing_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "OPENAI_API_KEY",
        "ANTHROPIC_API_KEY",
        "AWS_SECRET_ACCESS_KEY",
        "GIT_DIR",
        "HOME",
        "LITELLM_LOG",
    ):
        monkeypatch.setenv(name, "from the parent")
    given = environment()
    assert "from the parent" not in given.values()
    assert given["LITELLM_LOCAL_MODEL_COST_MAP"] == "True"
    assert not [name for name in given if "KEY" in name]
    helper = Helper(given, ("GROQ_API_KEY", KEY))
    # Once it answers, it has read the key.
    events = helper.ask({"do": "measure", "model": "x", "texts": []}, threading.Event())
    assert [event["event"] for event in events if event] == ["measured"]
    folder = Path(f"/proc/{helper.pid}")
    if folder.exists():
        for name in ("environ", "cmdline"):
            shown = (folder / name).read_bytes()
            assert b"from the parent" not in shown
            assert KEY.encode() not in shown
    helper.kill()


def test_a_call_is_cancelled_within_a_second_while_litellm_is_imported() -> None:
    helpers = Helpers()
    backend = LiteLLMBackend("openai/gpt-4o-mini", api_base="http://127.0.0.1:9/v1", key=KEY, helpers=helpers)
    cancelled = threading.Event()
    pressed = 0.0
    for event in backend.events(ASK, cancelled):
        if isinstance(event, Progressed):
            pressed = time.monotonic()
            cancelled.set()
    assert pressed
    # A second where nobody else is at work. What is not cancelled goes on for fifty and more.
    assert time.monotonic() - pressed < 20
    assert isinstance(event, Failed)
    assert event.trouble is Trouble.CANCELLED


def test_a_call_that_its_caller_leaves_ends_its_helper() -> None:
    helper = Helper(environment())
    call = helper.ask({"do": "measure", "model": "x", "texts": []}, threading.Event())
    assert next(call) is None
    call.close()
    assert not helper.alive


def test_a_helper_whose_window_was_killed_ends_by_itself() -> None:
    code = (
        "import os, signal\n"
        "from workbench.generation.children import Helper, environment\n"
        "print(Helper(environment()).pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    started = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, check=False)
    pid = int(started.stdout)
    deadline = time.monotonic() + 10
    while _runs(pid) and time.monotonic() < deadline:
        os.sched_yield()
    assert not _runs(pid)


def _runs(pid: int) -> bool:
    """False for a process that has ended, also where nobody has waited for it yet."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def test_a_helper_that_dies_is_an_error_in_words_and_the_next_call_gets_another() -> None:
    helpers = Helpers()
    helper = helpers.borrow(environment(), SECRET)
    helpers.give_back(helper)
    assert helpers.borrow(environment(), SECRET) is helper
    helpers.give_back(helper)
    stranger = helpers.borrow(environment(), ("OPENAI_API_KEY", "another"))
    assert stranger is not helper
    assert not helper.alive
    stranger.kill()
    helpers.give_back(helper)
    other = helpers.borrow(environment(), SECRET)
    assert other is not helper
    events = other.ask({"do": "measure", "model": "x", "texts": []}, threading.Event())
    other._process.kill()
    assert not [event for event in events if event]
    helpers.close()


def test_the_folder_one_stands_in_is_never_imported_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("litellm.py", "json.py", "workbench.py"):
        (tmp_path / name).write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    helper = Helper(environment())
    events = helper.ask({"do": "measure", "model": "openai/gpt-4o", "texts": ["a"]}, threading.Event())
    assert [event["event"] for event in events if event] == ["measured"]
    helper.kill()
    assert not (tmp_path / "ran").exists()
