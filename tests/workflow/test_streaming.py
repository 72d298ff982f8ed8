"""A large review is there with its first files; what needs all of them is refused until they are here."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.repos import Repo, new_repo
from workbench.errors import UserError
from workbench.git import streaming
from workbench.review.shapes import shape_of
from workbench.review.verdicts import Verdict
from workbench.store import paths
from workbench.workflow.landing import plan_landing
from workbench.workflow.loading import batches
from workbench.workflow.opening import Asked, open_review, open_saved
from workbench.workflow.session import Session

FILES = 30
Streamed = Callable[[], Session]


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = new_repo(tmp_path / "repo")
    made.commit({f"file{number:02}.py": f"one\n{number}\n" for number in range(FILES)})
    made.commit({f"file{number:02}.py": f"two\n{number}\n" for number in range(FILES)})
    return made


@pytest.fixture
def streamed(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> Iterator[Streamed]:
    """Opens the last commit with four files read, and the rest for whoever takes it."""
    monkeypatch.setattr(streaming, "FIRST_FILES", 4)
    monkeypatch.setattr(streaming, "FIRST_SECONDS", 60.0)  # a busy machine waits for all four too
    sessions: list[Session] = []

    def open_one() -> Session:
        session = open_review(repo.root, Asked("HEAD~1..HEAD"), streamed=True)
        assert isinstance(session, Session)
        sessions.append(session)
        return session

    yield open_one
    for session in sessions:
        session.close()


def take_rest(session: Session) -> None:
    stream = session.share_stream()
    assert stream is not None
    for batch in batches(stream, threading.Event()):
        assert session.add_files(stream, batch)
    assert session.end_stream(stream)


def test_the_first_files_are_there_and_how_many_will_be(streamed: Streamed) -> None:
    session = streamed()
    assert session.is_loading
    assert [file.path for file in session.files_so_far] == [f"file{number:02}.py" for number in range(4)]
    assert session.expected == FILES


def test_the_rest_makes_it_what_it_is_when_read_at_once(streamed: Streamed) -> None:
    session = streamed()
    first = session.files_so_far
    take_rest(session)
    assert not session.is_loading
    assert session.files == session.repository.file_changes(
        session.review.base, session.review.rounds[0].tree
    )
    assert all(one is other for one, other in zip(first, session.files, strict=False))
    assert set(session.by_path) == {file.path for file in session.files}
    assert set(session.changes_by_id) == {change.id for file in session.files for change in file.changes}


def test_what_is_there_can_be_judged_and_the_verdicts_hold(streamed: Streamed) -> None:
    session = streamed()
    change = session.files_so_far[1].changes[0]
    session.share_stream()
    session.judge_change(change.id, Verdict.ACCEPTED)
    assert session.progress().accepted == 1
    take_rest(session)
    now = session.progress()
    assert (now.accepted, now.total) == (1, FILES)


@pytest.mark.parametrize(
    "act",
    [
        lambda session: session.files,
        lambda session: session.feedback(),
        lambda session: session.file("file29.py"),
        lambda session: session.judge_in_bulk(session.files_so_far[0].changes, Verdict.ACCEPTED),
        lambda session: plan_landing(session, "worktree"),
    ],
)
def test_what_needs_all_files_is_refused_while_a_window_takes_them(
    streamed: Streamed, act: Callable[[Session], object]
) -> None:
    session = streamed()
    session.share_stream()
    with pytest.raises(UserError, match="still being read: 4 of 30 files"):
        act(session)
    take_rest(session)
    act(session)


def test_where_nobody_else_takes_them_they_are_read_when_needed(streamed: Streamed) -> None:
    session = streamed()
    assert len(session.files) == FILES
    assert not session.is_loading


def test_a_review_of_a_few_files_is_there_whole(repo: Repo) -> None:
    with open_review(repo.root, Asked("HEAD~1..HEAD"), streamed=True) as session:  # type: ignore[union-attr]
        assert not session.is_loading
        assert len(session.files) == FILES


def test_a_saved_review_comes_in_parts_too_and_keeps_its_verdicts(streamed: Streamed) -> None:
    session = streamed()
    take_rest(session)
    session.judge_change(session.files[20].changes[0].id, Verdict.REJECTED)
    with open_saved(session.review.id, streamed=True) as again:
        assert again.is_loading
        assert again.progress().total == 4
        take_rest(again)
        assert again.progress().rejected == 1


def test_what_nobody_wants_any_more_is_ended(streamed: Streamed) -> None:
    session = streamed()
    stream = session.share_stream()
    assert stream is not None
    wanted = threading.Event()
    wanted.set()
    assert list(batches(stream, wanted)) == []


def test_files_of_a_round_that_is_not_shown_any_more_are_not_taken(streamed: Streamed, repo: Repo) -> None:
    session = streamed()
    stream = session.share_stream()
    assert stream is not None
    more = list(stream)
    session.stream(session.repository.stream_changes(session.review.base, session.review.rounds[0].tree))
    assert not session.add_files(stream, more)
    assert not session.end_stream(stream)
    assert paths.database_path().exists()


def test_where_the_process_that_reads_the_rest_dies_it_is_read_here(streamed: Streamed) -> None:
    session = streamed()
    stream = session.share_stream()
    assert stream is not None
    first = next(stream)
    assert stream._helper is not None
    stream._helper.kill()
    stream._helper._process.wait()
    rest = list(stream)
    session.add_files(stream, [first, *rest])
    session.end_stream(stream)
    assert [file.path for file in session.files] == [f"file{number:02}.py" for number in range(FILES)]
    # It may have been done with all of it before it was ended.
    assert set(session.told_shapes()) in (set(), set(session.changes_by_id))


def test_the_shapes_come_from_the_process_that_read_the_files(streamed: Streamed) -> None:
    session = streamed()
    take_rest(session)
    told = session.told_shapes()
    assert told == {change.id: shape_of(change) for file in session.files for change in file.changes}
    assert session.told_shapes() == {}, "the process has ended then"


def test_files_that_came_in_order_stay_the_same_tuple_at_the_end_and_others_are_put_in_order(
    streamed: Streamed,
) -> None:
    session = streamed()
    stream = session.share_stream()
    assert stream is not None
    session.add_files(stream, tuple(stream))
    whole = session.files_so_far
    assert session.end_stream(stream)
    assert session.files is whole, "who counted them counts nothing anew"

    other = streamed()
    stream = other.share_stream()
    assert stream is not None
    *rest, last = stream
    other.add_files(stream, [last])  # as the ones that take long may be met between others
    other.add_files(stream, rest)
    assert other.end_stream(stream)
    assert [file.path for file in other.files] == sorted(file.path for file in whole)
