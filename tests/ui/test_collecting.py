"""Garbage of the window is freed by the window's thread, whoever made the objects that brought it up."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from workbench.ui import collecting
from workbench.ui.collecting import Collector
from workbench.ui.tasks import Tasks


@pytest.fixture
def collecting_again() -> Iterator[None]:
    """Python's own collecting as the program finds it, and as it was."""
    limits = gc.get_threshold()
    gc.collect()  # what was imported before counts as made, too
    gc.enable()
    yield
    gc.set_threshold(*limits)
    gc.disable()


class Held:
    """One end of a cycle with a QObject in it; says which thread frees it."""

    def __init__(self, freed: list[str]) -> None:
        self.freed = freed
        self.qt = QObject()
        self.itself = self

    def __del__(self) -> None:
        self.freed.append(threading.current_thread().name)


def _make_many(count: int) -> list[list[int]]:
    return [[number] for number in range(count)]


def _work(count: int) -> None:
    """Make more objects in a worker than Python looks for garbage after."""
    thread = threading.Thread(target=_make_many, args=(count,), name="worker")
    thread.start()
    thread.join()


def test_nothing_is_collected_while_keys_are_pressed(qtbot: QtBot, collecting_again: None) -> None:
    parent = QObject()
    since = 0.0
    collector = Collector(parent, lambda: since)
    freed: list[str] = []
    Held(freed)
    kept = _make_many(collecting.YOUNG + 1)
    collector.look()
    assert freed == []
    since = collecting.QUIET
    collector.look()
    assert freed == [threading.current_thread().name]
    since = 0.0
    Held(freed)
    for _ in range(3):
        kept += _make_many(collecting.BUSY // 2 + 1)
        collector.look()
    assert len(freed) == 2, "it waits for a rest, but not for ever"


def test_what_a_large_review_brings_is_set_aside_and_never_looked_through(
    qtbot: QtBot, collecting_again: None
) -> None:
    parent = QObject()
    collector = Collector(parent)
    before = gc.get_freeze_count()
    kept = _make_many(collecting.MOST + collecting.YOUNG)
    collector.look()
    assert gc.get_freeze_count() >= before + len(kept)
    freed: list[str] = []
    Held(freed)
    kept += _make_many(collecting.YOUNG + 1)
    collector.look()
    assert freed == [threading.current_thread().name], "what comes afterwards is collected as ever"
    gc.unfreeze()


def test_what_outlived_one_look_is_looked_through_once_more(qtbot: QtBot, collecting_again: None) -> None:
    parent = QObject()
    collector = Collector(parent)
    freed: list[str] = []
    held = [Held(freed)]
    kept = _make_many(collecting.YOUNG + 1)
    collector.look()
    held.clear()  # it is of the middle generation by now
    for _ in range(1 + collecting.MOST // collecting.YOUNG):
        kept += _make_many(collecting.YOUNG + 1)
        collector.look()
    assert freed == [threading.current_thread().name]


def test_what_comes_by_and_by_is_looked_through_in_small_portions(
    qtbot: QtBot, collecting_again: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = QObject()
    collector = Collector(parent)
    looked: list[int] = []
    usual = gc.collect
    gc.freeze()  # what the tests before left

    def note(generation: int = 2) -> int:
        looked.append(sum(len(gc.get_objects(each)) for each in range(generation + 1)))
        return usual(generation)

    monkeypatch.setattr(gc, "collect", note)
    kept: list[list[int]] = []
    for _ in range(40):
        kept += _make_many(collecting.YOUNG - 1_000)
        collector.look()
    monkeypatch.undo()
    gc.unfreeze()
    assert len(looked) > 10
    assert max(looked) < collecting.BUSY + 3 * collecting.YOUNG


def test_what_was_set_aside_is_looked_through_when_nobody_is_there(
    qtbot: QtBot, collecting_again: None
) -> None:
    parent = QObject()
    since = collecting.QUIET
    collector = Collector(parent, lambda: since)
    freed: list[str] = []
    held = [Held(freed)]
    kept = _make_many(collecting.MOST + collecting.YOUNG)
    collector.look()
    held.clear()
    kept += _make_many(collecting.YOUNG + 1)
    collector.look()
    assert freed == [], "it would take longer than a window may"
    since = collecting.AWAY
    collector.look()
    assert freed == [threading.current_thread().name]
    assert gc.get_freeze_count() == 0
    Held(freed)
    collector.look()
    assert len(freed) == 1, "once: what comes afterwards is collected as ever"
    assert kept


def test_while_something_is_read_not_everything_is_looked_through_though_nobody_presses_keys(
    qtbot: QtBot, collecting_again: None
) -> None:
    parent = QObject()
    collector = Collector(parent, lambda: collecting.AWAY)
    kept = _make_many(collecting.MOST + collecting.YOUNG)
    collector.look()
    assert gc.get_freeze_count() > 0
    kept += _make_many(collecting.YOUNG + 1)
    collector.look()
    assert gc.get_freeze_count() > 0, "more came meanwhile"
    collector.look()
    assert gc.get_freeze_count() == 0
    assert kept


def test_a_window_that_has_just_opened_is_not_left_alone(qtbot: QtBot) -> None:
    assert Tasks().since_stir < collecting.AWAY


def test_a_cycle_with_a_widget_is_freed_by_the_windows_thread(qtbot: QtBot, collecting_again: None) -> None:
    parent = QObject()
    Collector(parent)
    freed: list[str] = []
    Held(freed)
    _work(3 * collecting.YOUNG)
    assert freed == []
    kept = _make_many(collecting.YOUNG + 1)
    qtbot.waitUntil(lambda: bool(freed), timeout=20_000)
    assert freed == [threading.current_thread().name]
    assert len(kept) > collecting.YOUNG


def test_python_itself_would_free_it_in_a_worker(collecting_again: None) -> None:
    freed: list[str] = []
    Held(freed)
    _work(3 * collecting.YOUNG)
    assert freed == ["worker"]


def test_while_somebody_stirs_it_is_put_off_and_not_for_ever(
    qtbot: QtBot, collecting_again: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = QObject()
    since = 0.0
    collector = Collector(parent, lambda: since)
    looked: list[float] = []
    monkeypatch.setattr(collector, "look", lambda: looked.append(since))
    collector._on_time()
    assert looked == []
    since = collecting.QUIET
    collector._on_time()
    assert looked == [collecting.QUIET]
    since = 0.0
    monkeypatch.setattr(collecting, "LONGEST", 0.0)
    collector._on_time()
    assert looked == [collecting.QUIET, 0.0]
