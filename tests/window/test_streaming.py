"""A large review in the window: the first files are shown and judged while the others are read."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.repos import Repo, new_repo
from tests.window.conftest import Hands
from workbench.git import streaming
from workbench.git.streaming import FileStream
from workbench.review.changes import FileChange
from workbench.ui import errands
from workbench.workflow import loading
from workbench.workflow.candidates import Asked

FILES = 40


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    monkeypatch.setattr(streaming, "FIRST_FILES", 5)
    monkeypatch.setattr(streaming, "FIRST_SECONDS", 60.0)  # a busy machine waits for all five too
    made = new_repo(tmp_path / "large")
    made.commit({f"file{number:02}.py": f"one\n{number}\n" for number in range(FILES)})
    made.commit({f"file{number:02}.py": f"two\n{number}\n" for number in range(FILES)})
    return made


class Gate:
    """Lets the worker go on when the test says so."""

    def __init__(self) -> None:
        self.open = threading.Event()

    def batches(self, stream: FileStream, cancelled: threading.Event) -> Iterator[tuple[FileChange, ...]]:
        if not self.open.wait(20):
            raise AssertionError("nobody opened it")
        yield from loading.batches(stream, cancelled)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    made = Gate()
    monkeypatch.setattr(errands, "batches", made.batches)
    yield made
    made.open.set()


def begin(hands: Hands, repo: Repo) -> None:
    hands.window.errands.open(repo.root, Asked("HEAD~1..HEAD"))
    hands.until(lambda: hands.window.controller.session is not None)
    hands.until(lambda: hands.window.errands.is_loading)


def finish(hands: Hands, gate: Gate) -> None:
    gate.open.set()
    hands.until(lambda: not hands.session.is_loading)
    hands.until(lambda: not hands.window.tasks.is_busy)


def test_the_first_files_are_shown_and_said_to_be_some_of_all(hands: Hands, large: Repo, gate: Gate) -> None:
    begin(hands, large)
    document = hands.window.controller.document()
    assert document.loading
    assert len(document.files) == 5
    assert hands.window.status.reading.text() == f"reading: 5 of {FILES} files"
    finish(hands, gate)
    hands.until(lambda: hands.window.status.reading.text() == "")
    document = hands.window.controller.document()
    assert not document.loading
    assert [file.path for file in document.files] == [f"file{number:02}.py" for number in range(FILES)]
    assert hands.window.controller.progress().total == FILES


def test_a_change_that_is_there_is_judged_while_others_are_read(
    hands: Hands, large: Repo, gate: Gate
) -> None:
    begin(hands, large)
    hands.window.view.setFocus()
    hands.type("ax")
    assert hands.session.progress().judged == 2
    finish(hands, gate)
    counted = hands.window.controller.progress()
    assert (counted.accepted, counted.rejected, counted.total) == (1, 1, FILES)


@pytest.mark.parametrize("command", ["land", "send", "views", "refresh", "undo", "copy_feedback"])
def test_what_needs_the_whole_review_says_that_it_is_read(
    hands: Hands, large: Repo, gate: Gate, command: str
) -> None:
    begin(hands, large)
    hands.window.run_command(command)
    assert hands.notice() == f"The review is still being read: 5 of {FILES} files are here."
    assert not hands.window.sheets.is_open
    finish(hands, gate)


def test_opening_another_review_ends_the_reading_of_the_one_before(
    hands: Hands, large: Repo, gate: Gate, repo: Repo, qtbot: QtBot
) -> None:
    begin(hands, large)
    before = hands.session
    hands.window.errands.open(repo.root)
    hands.until(lambda: hands.session is not before)
    gate.open.set()
    hands.until(lambda: not hands.window.tasks.is_busy)
    assert len(before.files_so_far) == 5
    assert len(hands.session.files) == 2


def test_the_list_of_a_shape_comes_when_all_files_are_there(hands: Hands, large: Repo, gate: Gate) -> None:
    begin(hands, large)
    hands.window.view.setFocus()
    hands.type("s")
    assert hands.window.shapes.sheet() is None
    finish(hands, gate)
    hands.until(lambda: hands.window.shapes.sheet() is not None)
    shapes = hands.window.shapes.shapes
    assert shapes is not None
    assert sum(group.count for group in shapes.groups()) == FILES
