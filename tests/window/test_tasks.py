"""Work off the window's thread: answers come back to it, a newer task drops the older one's answer."""

from __future__ import annotations

import threading
from collections.abc import Generator
from functools import partial

import pytest
from PySide6.QtCore import QObject, QThread
from pytestqt.qtbot import QtBot

from workbench.git.watching import check, say
from workbench.review.steps import rest
from workbench.ui.tasks import Report, Stillness, Task, Tasks
from workbench.workflow.watching import Step, Watch


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


def test_one_thread_does_one_piece_after_another_and_ends_with_the_tasks(qtbot: QtBot) -> None:
    tasks, taker = Tasks(), Taker()
    workers: list[threading.Thread] = []

    def work(_: Report) -> str:
        workers.append(threading.current_thread())
        return "done"

    for _ in range(3):
        tasks.start("lane", work, taker.take, taker.take)
        qtbot.waitUntil(lambda: not tasks.is_busy)
    assert taker.taken == ["done"] * 3
    assert len(set(workers)) == 1
    assert not tasks.has_threads
    tasks.stop()
    assert not workers[0].is_alive()


def test_a_thread_that_is_ended_is_given_no_more_work(qtbot: QtBot) -> None:
    tasks, taker = Tasks(), Taker()
    tasks.start("lane", lambda _: "before", taker.take, taker.take)
    tasks.stop()
    tasks.start("lane", lambda _: "after", taker.take, taker.take)
    qtbot.waitUntil(lambda: taker.taken == ["after"])


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


def test_what_is_done_behind_is_done_one_piece_after_another(qtbot: QtBot) -> None:
    tasks, taker = Tasks(), Taker()
    at_work: list[str] = []
    most: list[int] = []

    def work(name: str) -> str:
        at_work.append(name)
        most.append(len(at_work))
        threading.Event().wait(0.01)
        at_work.remove(name)
        return name

    for name in ("one", "two", "three"):
        tasks.start(name, partial(lambda name, _: work(name), name), taker.take, taker.take, behind=True)
    qtbot.waitUntil(lambda: len(taker.taken) == 3)

    assert taker.taken == ["one", "two", "three"]
    assert most == [1, 1, 1]


def test_what_is_done_behind_waits_while_keys_are_pressed(qtbot: QtBot) -> None:
    tasks, taker = Tasks(), Taker()
    tasks.stir()
    tasks.start("later", lambda _: "later", taker.take, taker.take, behind=True)
    tasks.start("now", lambda _: "now", taker.take, taker.take)
    qtbot.waitUntil(lambda: taker.taken == ["now"])
    assert tasks.is_running("later")
    assert not tasks.has_threads
    qtbot.waitUntil(lambda: taker.taken == ["now", "later"])


def test_what_has_begun_behind_gives_way_to_keys_and_goes_on_afterwards(qtbot: QtBot) -> None:
    tasks, taker = Tasks(), Taker()
    begun, go_on, counted = threading.Event(), threading.Event(), []

    def steps() -> Generator[None, None, str]:
        begun.set()
        go_on.wait(10)
        for number in range(5):
            yield
            counted.append(number)
        return "done"

    tasks.start("lane", lambda report: report.finish(steps()), taker.take, taker.take, behind=True)
    assert begun.wait(10)
    tasks.stir()
    go_on.set()
    rests = tasks._rest.timeout
    with qtbot.waitSignal(rests):
        assert counted == []
    qtbot.waitUntil(lambda: taker.taken == ["done"])
    assert counted == [0, 1, 2, 3, 4]


class Waits(threading.Event):
    """Counts how often somebody had to wait for it."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def wait(self, timeout: float | None = None) -> bool:
        self.count += 1
        return super().wait(0)


def test_while_keys_come_without_an_end_work_goes_on_between_two_of_them(qtbot: QtBot) -> None:
    tasks, taker, still = Tasks(), Taker(), Stillness()
    still.at_rest, still.between = Waits(), Waits()
    task = Task("lane", 1, threading.Event(), taker.take, taker.take)
    report = Report(tasks, task, still)
    still.between.set()
    # It waited in vain, and now has a while of its own, for as long as no key is pressed.
    assert not report.give_way()
    assert (still.at_rest.count, still.between.count) == (1, 1)
    report._until = float("inf")
    for _ in range(100):
        report.give_way()
    assert still.at_rest.count == 1
    still.clear()  # a key
    report.give_way()
    assert still.at_rest.count == 2


def test_a_key_is_over_a_moment_after_it_and_a_rest_comes_later(qtbot: QtBot) -> None:
    tasks = Tasks()
    tasks.stir()
    still = tasks._still
    assert not still.between.is_set()
    with qtbot.waitSignal(tasks._lull.timeout):
        pass
    assert still.between.is_set()
    assert not still.at_rest.is_set()
    tasks.stir()
    assert not still.between.is_set()
    with qtbot.waitSignal(tasks._rest.timeout):
        pass
    assert still.at_rest.is_set()


def test_what_is_done_behind_rests_wherever_it_may(qtbot: QtBot) -> None:
    tasks, taker = Tasks(), Taker()
    begun, go_on, counted = threading.Event(), threading.Event(), []

    def work(_: Report) -> str:
        begun.set()
        go_on.wait(10)
        for number in range(5):
            rest()
            counted.append(number)
        return "done"

    tasks.start("lane", work, taker.take, taker.take, behind=True)
    assert begun.wait(10)
    tasks.stir()
    go_on.set()
    with qtbot.waitSignal(tasks._rest.timeout):
        assert counted == []
    qtbot.waitUntil(lambda: taker.taken == ["done"])
    assert counted == [0, 1, 2, 3, 4]


def test_what_rests_and_is_not_wanted_any_more_ends_there(qtbot: QtBot) -> None:
    tasks, taker = Tasks(), Taker()
    begun, go_on = threading.Event(), threading.Event()

    def work(_: Report) -> str:
        begun.set()
        go_on.wait(10)
        rest()
        return "never"

    tasks.start("lane", work, taker.take, taker.take, behind=True)
    assert begun.wait(10)
    tasks.start("lane", lambda _: "newer", taker.take, taker.take, behind=True)
    go_on.set()
    qtbot.waitUntil(lambda: bool(taker.taken))
    assert taker.taken == ["newer"]


def test_work_in_steps_that_is_not_wanted_any_more_ends_without_an_answer(qtbot: QtBot) -> None:
    tasks, taker = Tasks(), Taker()
    begun, go_on = threading.Event(), threading.Event()
    left: list[bool] = []

    def steps() -> Generator[None, None, str]:
        begun.set()
        go_on.wait(10)
        try:
            yield
        finally:
            left.append(True)
        return "never"

    tasks.start("lane", lambda report: report.finish(steps()), taker.take, taker.take, behind=True)
    assert begun.wait(10)
    tasks.start("lane", lambda _: "newer", taker.take, taker.take, behind=True)
    go_on.set()
    qtbot.waitUntil(lambda: bool(taker.taken))
    assert left == [True]
    assert taker.taken == ["newer"]


def test_nothing_that_waits_its_turn_begins_once_the_window_is_closed(qtbot: QtBot) -> None:
    tasks, taker = Tasks(), Taker()
    tasks.stir()
    tasks.start("lane", lambda _: "late", taker.take, taker.take, behind=True)
    tasks.stop()
    tasks._on_rest()
    assert not tasks.is_busy
    assert not tasks.has_threads
    assert taker.taken == []


class Broken(QObject):
    """Takes an answer and meets a bug."""

    def take(self, value: object) -> None:
        raise ZeroDivisionError


def test_all_are_told_that_it_is_idle_where_an_answer_meets_a_bug(qtbot: QtBot) -> None:
    tasks, broken = Tasks(), Broken()
    with qtbot.captureExceptions() as met, qtbot.waitSignal(tasks.idle):
        tasks.start("lane", lambda _: "value", broken.take, broken.take)
    assert [kind for kind, _, _ in met] == [ZeroDivisionError]


@pytest.mark.parametrize("waits", ["behind", "held"])
def test_all_are_told_that_it_is_idle_where_what_never_began_is_cancelled(qtbot: QtBot, waits: str) -> None:
    tasks, taker = Tasks(), Taker()
    if waits == "held":
        tasks.hold()
    tasks.stir()
    tasks.start("lane", lambda _: "never", taker.take, taker.take, behind=True)
    with qtbot.waitSignal(tasks.idle):
        assert tasks.cancel("lane")
    assert taker.taken == []


def test_what_waits_and_is_replaced_is_not_told_as_idle(qtbot: QtBot) -> None:
    tasks, taker = Tasks(), Taker()
    told: list[bool] = []
    tasks.idle.connect(lambda: told.append(tasks.is_busy))
    tasks.stir()
    for name in ("one", "two"):
        tasks.start("lane", partial(lambda name, _: name, name), taker.take, taker.take, behind=True)
    qtbot.waitUntil(lambda: taker.taken == ["two"])
    assert told == [False]


def test_work_behind_tells_the_steps_of_its_watch_and_is_ended_by_it(qtbot: QtBot) -> None:
    tasks, taker, watch = Tasks(), Taker(), Watch()
    begun, go_on = threading.Event(), threading.Event()

    def work(_: Report) -> str:
        say("reading")
        begun.set()
        go_on.wait(10)
        check()
        return "whole"

    tasks.start("lane", work, taker.take, taker.take, taker.take, watch, behind=True)
    assert begun.wait(10)
    qtbot.waitUntil(lambda: [each.text for each in taker.taken if isinstance(each, Step)] == ["reading"])
    assert tasks.cancel("lane")
    go_on.set()
    qtbot.waitUntil(lambda: not tasks.has_threads)
    assert len(taker.taken) == 1
