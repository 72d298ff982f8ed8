"""Work off the window's thread: answers come back to it, a newer task drops the older one's answer."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QObject, QThread
from pytestqt.qtbot import QtBot

from workbench.ui.tasks import Report, Tasks


class Taker(QObject):
    """Takes answers, and notes in which thread."""

    def __init__(self) -> None:
        super().__init__()
        self.taken: list[object] = []
        self.threads: list[QThread] = []

    def take(self, value: object) -> None:
        self.taken.append(value)
        self.threads.append(QThread.currentThread())


def test_answers_and_progress_come_to_the_windows_thread_in_order(qtbot: QtBot) -> None:
    tasks, taker = Tasks(), Taker()

    def work(report: Report) -> str:
        report.say("half")
        return "whole"

    tasks.start("lane", work, taker.take, taker.take, taker.take)
    qtbot.waitUntil(lambda: len(taker.taken) == 2)

    assert taker.taken == ["half", "whole"]
    assert set(taker.threads) == {taker.thread()}


def test_what_work_raises_comes_as_a_value(qtbot: QtBot) -> None:
    tasks, taker = Tasks(), Taker()

    def work(_: Report) -> None:
        raise ValueError("no")

    tasks.start("lane", work, taker.take, taker.take)
    qtbot.waitUntil(lambda: bool(taker.taken))

    assert isinstance(taker.taken[0], ValueError)


def test_a_newer_task_in_a_lane_cancels_the_one_before(qtbot: QtBot) -> None:
    tasks, taker = Tasks(), Taker()
    seen = threading.Event()

    def slow(report: Report) -> str:
        if report.cancelled.wait(10):
            seen.set()
        return "old"

    tasks.start("lane", slow, taker.take, taker.take)
    tasks.start("lane", lambda _: "new", taker.take, taker.take)
    qtbot.waitUntil(lambda: bool(taker.taken))
    assert seen.wait(10)
    tasks.stop()

    assert taker.taken == ["new"]


def test_work_that_is_asked_to_stop_still_says_its_last_word(qtbot: QtBot) -> None:
    tasks, taker = Tasks(), Taker()

    def work(report: Report) -> str:
        report.cancelled.wait(10)
        return "stopped"

    tasks.start("round", work, taker.take, taker.take)
    assert tasks.ask_to_stop("round")
    qtbot.waitUntil(lambda: taker.taken == ["stopped"])
    assert not tasks.ask_to_stop("round")


def test_a_plain_function_is_refused_because_it_would_run_in_the_worker() -> None:
    tasks, taker = Tasks(), Taker()

    with pytest.raises(TypeError, match="bound method"):
        tasks.start("lane", lambda _: None, lambda _: None, taker.take)


def test_what_is_held_begins_when_it_is_released_and_in_order(qtbot: QtBot) -> None:
    tasks, taker = Tasks(), Taker()
    begun: list[str] = []

    def work(report: Report) -> str:
        begun.append("begun")
        return "done"

    tasks.hold()
    tasks.start("lane", work, taker.take, taker.take)
    assert tasks.is_busy
    assert not tasks.has_threads
    assert begun == []
    tasks.release()
    qtbot.waitUntil(lambda: taker.taken == ["done"])
    assert not tasks.is_held


def test_what_is_cancelled_while_it_is_held_never_begins(qtbot: QtBot) -> None:
    tasks, taker = Tasks(), Taker()
    tasks.hold()
    tasks.start("lane", lambda _: taker.taken.append("ran"), taker.take, taker.take)
    tasks.start("lane", lambda _: "newer", taker.take, taker.take)
    tasks.start("other", lambda _: "other", taker.take, taker.take)
    tasks.cancel("other")
    tasks.release()
    qtbot.waitUntil(lambda: not tasks.is_busy)
    assert taker.taken == ["newer"]


def test_what_is_held_begins_by_itself_where_nothing_is_painted(qtbot: QtBot) -> None:
    tasks, taker = Tasks(), Taker()
    tasks.hold()
    tasks.start("lane", lambda _: "done", taker.take, taker.take)
    qtbot.waitUntil(lambda: taker.taken == ["done"])
