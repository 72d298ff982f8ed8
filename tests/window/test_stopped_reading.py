"""The git, or the process, that reads a large review is killed in the middle of it: nothing is lost by it."""

from __future__ import annotations

import os
import signal

import pytest

from tests.repos import Repo, new_repo, numbered
from tests.window.conftest import Hands
from tests.window.test_streaming import Gate, begin, gate
from workbench.git import streaming
from workbench.review.verdicts import verdict_of

__all__ = ["gate"]
pytestmark = pytest.mark.skipif(os.name != "posix", reason="kills with SIGKILL")

FILES = 250


@pytest.fixture
def large(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Repo:
    monkeypatch.setattr(streaming, "FIRST_FILES", 5)
    monkeypatch.setattr(streaming, "FIRST_SECONDS", 60.0)
    made = new_repo(tmp_path_factory.mktemp("large") / "shop")
    made.commit({f"file{number:03}.py": numbered(600) for number in range(FILES)})
    made.commit({f"file{number:03}.py": numbered(600, " changed") for number in range(FILES)})
    return made


def kill_the_reader(hands: Hands, *, git_too: bool) -> None:
    stream = hands.session._stream
    assert stream is not None
    assert stream._helper is not None
    os.kill(stream._helper._process.pid, signal.SIGKILL)
    if git_too:
        # With what this process would go on. It tells more than goes into a pipe, so it is not done yet.
        assert stream._child is not None
        os.kill(stream._child._process.pid, signal.SIGKILL)


def judged_so_far(hands: Hands) -> list[str]:
    current = hands.session.review.current
    files = sorted(hands.session.files_so_far, key=lambda file: file.path)[:3]
    return [verdict_of(change, current).value for file in files for change in file.changes]


def whole(hands: Hands) -> bool:
    session = hands.window.controller.session
    return session is not None and not session.is_loading and not hands.window.tasks.is_busy


def test_where_the_reading_process_dies_the_window_reads_the_rest(
    hands: Hands, large: Repo, gate: Gate
) -> None:
    begin(hands, large)
    kill_the_reader(hands, git_too=False)
    gate.open.set()
    hands.until(lambda: whole(hands))
    assert len(hands.session.files) == FILES


def test_where_git_dies_too_it_is_said_and_the_review_is_read_again_by_a_key(
    hands: Hands, large: Repo, gate: Gate
) -> None:
    begin(hands, large)
    hands.type("a")
    review, judged = hands.session.review.id, judged_so_far(hands)
    kill_the_reader(hands, git_too=True)
    gate.open.set()
    hands.until(lambda: hands.window.errands.has_stopped)
    assert hands.notice()
    assert hands.window.notice.hint.text().startswith("R reads the review again.")
    hands.type("L")
    assert "The review could not be read whole" in hands.notice()
    hands.type("R")
    hands.until(lambda: whole(hands))
    assert not hands.window.errands.has_stopped
    assert hands.session.review.id == review
    assert len(hands.session.files) == FILES
    assert judged_so_far(hands)[: len(judged)] == judged
