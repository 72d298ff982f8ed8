"""The watchdog of the trace: it notes where the window's thread stands, and keeps nothing of it alive."""

from __future__ import annotations

import json
import threading
from pathlib import Path

from pytestqt.qtbot import QtBot

from workbench.ui.tracing import Tracer, stacks_of_all


class Held:
    """As a painter in a paint event: it has to die where and when its function ends."""

    def __init__(self, died: list[int]) -> None:
        self._died = died

    def __del__(self) -> None:
        self._died.append(threading.get_ident())


def test_what_blocks_the_window_is_noted_and_not_kept_alive(qtbot: QtBot, tmp_path: Path) -> None:
    trace, died = tmp_path / "trace", list[int]()
    tracer = Tracer(trace, "", 0.0)
    tracer.start()

    assert tracer.watchdog is not None
    noted = tracer.watchdog.noted

    def blocking() -> None:
        held = Held(died)
        assert noted.wait(30)
        assert held is not None

    for _ in range(2):
        blocking()
        assert died == [threading.get_ident()]
        died.clear()
        qtbot.waitUntil(lambda: not noted.is_set(), timeout=30_000)
    tracer.stop()
    events = [json.loads(line) for line in trace.read_text().splitlines()]
    stacks = [event["stack"] for event in events if event["event"] == "blocked"]
    assert all("in blocking" in stack for stack in stacks[:2])


def test_who_waits_is_told_with_what_the_other_threads_did(qtbot: QtBot, tmp_path: Path) -> None:
    """A thread that holds the interpreter blocks the window, whose own stack says nothing of it."""
    trace = tmp_path / "trace.jsonl"
    tracer = Tracer(trace, "", 0.0)
    tracer.start()
    assert tracer.watchdog is not None
    noted, done = tracer.watchdog.noted, threading.Event()

    def busy_elsewhere() -> None:
        done.wait(30)

    thread = threading.Thread(target=busy_elsewhere)
    thread.start()
    assert noted.wait(30)
    qtbot.waitUntil(lambda: not noted.is_set(), timeout=30_000)
    tracer.stop()
    done.set()
    thread.join()
    [event, *_] = [
        each for each in map(json.loads, trace.read_text().splitlines()) if each["event"] == "blocked"
    ]
    assert any("in busy_elsewhere" in stack for stack in event["others"])
    assert 0 <= event["ready"] < event["seconds"], "it waited for us, not for the machine"
    assert not any("in _watch" in stack for stack in event["others"])


def test_the_stacks_are_those_of_their_threads() -> None:
    ready, done, ident = threading.Event(), threading.Event(), list[int]()

    def elsewhere() -> None:
        ident.append(threading.get_ident())
        ready.set()
        done.wait(30)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    ready.wait(30)
    stacks = stacks_of_all()
    assert "in elsewhere" in stacks[ident[0]]
    assert "in elsewhere" not in stacks[threading.get_ident()]
    assert "test_the_stacks_are" in stacks[threading.get_ident()]
    done.set()
    thread.join()
    assert ident[0] not in stacks_of_all()
