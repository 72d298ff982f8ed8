"""A window while something is being opened or read again: it says what, it can be ended, it stays usable."""

from __future__ import annotations

import threading

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton

from tests.repos import Repo
from tests.window.conftest import Hands
from workbench.git.watching import say
from workbench.workflow.opening import Nothing
from workbench.workflow.session import Session
from workbench.workflow.watching import GitCancelledError, Watch


class Slow:
    """An opening that counts until somebody ends it, as git does over many files."""

    def __init__(self) -> None:
        self.ended = threading.Event()
        self._tick = threading.Event()

    def open(self) -> Session | Nothing:
        try:
            for number in range(100_000):
                say("Comparing files", number, 100_000)
                self._tick.wait(0.005)
            raise AssertionError("nobody ended it")
        except GitCancelledError:
            self.ended.set()
            raise


def button(hands: Hands) -> QPushButton | None:
    found = hands.window.desk.page().findChild(QPushButton, "cancel_opening")
    return found if isinstance(found, QPushButton) and found.isVisible() else None


def begin(hands: Hands) -> Slow:
    slow = Slow()
    hands.window.desk.show_opening("something large")
    hands.window.errands.wait_for(slow.open, Watch())
    hands.until(lambda: button(hands))
    return slow


def labels(hands: Hands) -> str:
    page = hands.window.desk.page()
    found = page.findChildren(QLabel)
    return "\n".join(each.text() for each in found if each.isVisible())


def test_what_takes_long_is_told_with_counts(hands: Hands) -> None:
    slow = begin(hands)
    hands.until(lambda: "Comparing files: " in labels(hands) and " of 100,000" in labels(hands))
    hands.press(Qt.Key.Key_Escape)
    hands.until(slow.ended.is_set)


def test_the_files_that_are_read_are_named_before_any_is_there(hands: Hands) -> None:
    tick = threading.Event()

    def opened() -> Session | Nothing:
        say("Reading the files that changed", 0, 14, [f"src/file{n}.py" for n in range(14)])
        while not tick.wait(0.005):
            say("Reading the files that changed", 2, 14)
        raise GitCancelledError

    hands.window.desk.show_opening("something large")
    hands.window.errands.wait_for(opened, Watch())
    hands.until(lambda: "src/file11.py" in labels(hands))
    assert labels(hands).count("src/file") == 12
    assert "and 2 more" in labels(hands)
    hands.press(Qt.Key.Key_Escape)
    hands.until(lambda: not hands.window.tasks.has_threads)
    assert "src/file" not in labels(hands)


def test_escape_leads_back_to_the_start_page_and_the_window_is_usable(hands: Hands, repo: Repo) -> None:
    slow = begin(hands)

    hands.press(Qt.Key.Key_Escape)

    assert not hands.window.errands.is_opening
    assert "Reading something large" not in labels(hands)
    assert "Nothing of it was kept" in hands.window.notice.hint.text()
    hands.until(slow.ended.is_set)
    hands.open(repo)
    assert hands.session.files


def test_the_button_does_the_same(hands: Hands) -> None:
    slow = begin(hands)
    found = button(hands)
    assert found is not None
    QTest.mouseClick(found, Qt.MouseButton.LeftButton)
    hands.until(slow.ended.is_set)
    assert not hands.window.errands.is_opening


def test_cancelling_shows_the_review_again_that_was_there(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    slow = begin(hands)

    hands.press(Qt.Key.Key_Escape)

    hands.until(slow.ended.is_set)
    assert hands.window.stack.currentWidget() is hands.window.splitter
    hands.type("a")
    assert hands.verdicts()[0] == "accepted"


def test_closing_the_window_ends_what_it_opens(hands: Hands) -> None:
    slow = begin(hands)
    hands.window.close()
    assert slow.ended.is_set()
