"""The action log of one process: what is appended is there, in order; the list says what a fold says."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.store.actions import ANY_TEXT, arrived, judged, started
from workbench.review.actions import (
    Action,
    CallMade,
    Landed,
    Redone,
    ReviewClosed,
    RoundFailed,
    TaskSet,
    Undone,
)
from workbench.review.review import replay
from workbench.review.rounds import Usage
from workbench.store.log import WRITTEN_BACK, ActionLog
from workbench.store.review_rows import ReviewRow


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "reviews.db"


@pytest.fixture
def log(path: Path) -> Iterator[ActionLog]:
    opened = ActionLog.open(path)
    yield opened
    opened.close()


def row(log: ActionLog, review: str = "r1") -> ReviewRow:
    found = log.review(review)
    assert found is not None
    return found


def test_what_was_appended_is_given_back_in_order_with_rising_numbers(log: ActionLog) -> None:
    actions: list[Action] = [started(), arrived("a"), judged("b"), judged("c")]
    numbers = [log.append("r1", action) for action in actions]
    assert numbers == sorted(set(numbers))
    assert log.since("r1") == list(zip(numbers, actions, strict=True))


def test_the_journal_is_written_back_by_who_is_asked_to_and_by_no_append(path: Path, log: ActionLog) -> None:
    log.append("r1", started())
    for number in range(2 * WRITTEN_BACK):
        log.append("r1", judged(f"j{number}"))
    before = path.stat().st_size
    log.write_back()
    assert path.stat().st_size > before
    written = log.written
    log.append("r1", judged("last"))
    log.write_back()
    assert (written, log.written) == (0, 1), "not for one action"
    assert len(log.since("r1")) == 2 * WRITTEN_BACK + 2


def test_a_database_that_was_taken_away_is_not_made_again_by_writing_it_back(
    path: Path, log: ActionLog
) -> None:
    log.append("r1", started())
    log.written = WRITTEN_BACK
    path.rename(path.with_name("elsewhere.db"))
    log.write_back()
    assert not path.exists()


def test_since_gives_only_what_is_later_and_only_of_that_review(log: ActionLog) -> None:
    log.append("r1", started())
    log.append("r2", started("r2"))
    seen = log.append("r1", arrived("a"))
    log.append("r2", arrived("b"))
    later = log.append("r1", judged("c"))
    assert log.since("r1", seen) == [(later, judged("c"))]
    assert log.since("r1", later) == []


def test_everything_is_there_after_closing_and_opening_again(path: Path, log: ActionLog) -> None:
    log.append("r1", started())
    log.append("r1", arrived("a"))
    before, rows = log.since("r1"), log.reviews()
    log.close()
    again = ActionLog.open(path)
    assert again.since("r1") == before
    assert again.reviews() == rows
    again.close()


def test_the_files_are_for_the_user_alone(path: Path, log: ActionLog) -> None:
    log.append("r1", started())
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert {each.stat().st_mode & 0o777 for each in path.parent.iterdir()} == {0o600}


def test_appending_the_same_action_again_leaves_it_there_once(log: ActionLog) -> None:
    log.append("r1", started())
    number = log.append("r1", arrived("a"))
    assert log.append("r1", arrived("a")) == number
    assert len(log.since("r1")) == 2
    assert row(log).actions == 2


def test_two_different_actions_with_one_id_are_refused(log: ActionLog) -> None:
    log.append("r1", started())
    log.append("r1", judged("a", at=1))
    with pytest.raises(ValueError, match="Another action has the id"):
        log.append("r1", judged("a", at=2))
    assert len(log.since("r1")) == 2


def test_an_action_of_a_review_that_was_never_started_is_refused_and_not_there(log: ActionLog) -> None:
    with pytest.raises(ValueError, match="no review"):
        log.append("r1", judged("a"))
    assert log.since("r1") == []


def test_a_review_cannot_be_started_twice_or_under_another_id(log: ActionLog) -> None:
    log.append("r1", started())
    with pytest.raises(ValueError, match="given to"):
        log.append("r1", started("r9"))
    assert len(log.since("r1")) == 1


def test_the_list_shows_what_a_review_was_started_with(log: ActionLog) -> None:
    repository = "/home/ada/caf\udce9"
    log.append("r1", started(repository=repository, at=5.0))
    log.append("r1", arrived("a", at=7.0))
    (found,) = log.reviews()
    assert (found.id, found.repository, found.base, found.base_commit) == (
        "r1",
        repository,
        "base-tree",
        "base-commit",
    )
    assert (found.started, found.newest, found.closed, found.actions) == (5.0, 7.0, False, 2)
    assert found.task == "# Make it faster"


def test_the_list_is_by_repository_and_newest_first(log: ActionLog) -> None:
    log.append("r1", started("r1", at=1.0))
    log.append("r2", started("r2", repository="/other", at=2.0))
    log.append("r3", started("r3", at=3.0))
    assert [each.id for each in log.reviews()] == ["r3", "r2", "r1"]
    log.append("r1", judged("a", at=4.0))
    assert [each.id for each in log.reviews("/home/ada/shop")] == ["r1", "r3"]
    assert log.reviews("/nowhere") == []
    assert log.review("r9") is None


CLOSING: list[Action] = [
    arrived("round"),
    Landed(id="landed", at=1, round=0, destination="worktree", files=()),
    Landed(id="taken out", at=1, round=0, destination="worktree", files=(), purpose="take out"),
    ReviewClosed(id="closed", at=1),
    ReviewClosed(id="reopened", at=1, reopened=True),
    TaskSet(id="task", at=1, text="Another one \udcff"),
    judged("judged"),
]
TARGETS = [each.id for each in CLOSING]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.one_of(
            st.sampled_from(CLOSING),
            st.sampled_from(TARGETS).map(lambda target: Undone(id=f"undo {target}", at=2, target=target)),
            st.sampled_from(TARGETS).map(lambda target: Redone(id=f"redo {target}", at=3, target=target)),
        ),
        unique_by=lambda action: action.id,
        max_size=10,
    )
)
def test_the_list_says_of_a_review_what_folding_its_actions_says(
    log: ActionLog, actions: list[Action]
) -> None:
    log.delete("r1")
    for action in [started(), *actions]:
        log.append("r1", action)
    review = replay([started(), *actions])
    assert row(log).closed == review.closed
    assert row(log).task == review.task


def test_deleting_a_review_takes_out_all_that_was_kept_of_it_and_nothing_else(log: ActionLog) -> None:
    kept, lost, other = (log.keep_exchange({"prompt": name}) for name in ("kept", "lost", "other"))
    failed = RoundFailed(id="f", at=1, number=2, model="m", why="no network", exchange=lost)
    for review, actions in {
        "r1": [started("r1"), arrived("a", exchange=kept), failed],
        "r2": [started("r2"), arrived("b", exchange=other)],
    }.items():
        for action in actions:
            log.append(review, action)
        log.save_draft(review, "N1", "half a")
        log.save_place(review, {"path": "a.py"})
    log.delete("r1")
    assert [each.id for each in log.reviews()] == ["r2"]
    assert (log.since("r1"), log.drafts("r1"), log.place("r1")) == ([], {}, None)
    assert (log.exchange(kept), log.exchange(lost)) == (None, None)
    assert (len(log.since("r2")), log.drafts("r2"), log.place("r2")) == (
        2,
        {"N1": "half a"},
        {"path": "a.py"},
    )
    assert log.exchange(other) == {"prompt": "other"}


def test_a_number_is_never_given_again_after_a_review_is_deleted(log: ActionLog) -> None:
    log.append("r1", started())
    seen = log.append("r1", arrived("a"))
    log.delete("r1")
    assert log.append("r2", started("r2")) > seen


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(key=ANY_TEXT, text=ANY_TEXT)
def test_a_draft_is_kept_to_the_letter_until_it_is_dropped(log: ActionLog, key: str, text: str) -> None:
    log.save_draft("r1", key, "first words")
    log.save_draft("r1", key, text)
    assert log.drafts("r1") == {key: text}
    assert log.drafts("r2") == {}
    log.drop_draft("r1", key)
    assert log.drafts("r1") == {}


def test_the_place_of_the_window_and_remembered_choices_are_the_last_ones_saved(log: ActionLog) -> None:
    assert log.place("r1") is None
    assert log.remembered("recipient") is None
    log.save_place("r1", {"path": "a\udcff.py", "row": 3})
    log.save_place("r1", {"path": "a\udcff.py", "row": 4, "folded": ["x"]})
    log.remember("recipient", {"name": "offline"})
    assert log.place("r1") == {"path": "a\udcff.py", "row": 4, "folded": ["x"]}
    assert log.remembered("recipient") == {"name": "offline"}


def test_an_exchange_is_found_by_the_id_it_was_given(log: ActionLog) -> None:
    first = log.keep_exchange({"messages": [{"role": "user", "content": "Hé\n"}], "problems": []})
    second = log.keep_exchange({"messages": [{"role": "user", "content": "Hé\n"}], "problems": []})
    assert first != second
    assert log.exchange(first) == {"messages": [{"role": "user", "content": "Hé\n"}], "problems": []}
    assert log.exchange("none") is None


def test_appends_are_synced_again_after_a_draft_that_was_not(log: ActionLog) -> None:
    log.save_draft("r1", "k", "text")
    log.append("r1", started())
    assert log._connection.execute("pragma synchronous").fetchone() == (2,)
    assert log._connection.execute("pragma journal_mode").fetchone() == ("wal",)


def test_the_version_tells_of_others_writes_and_not_of_ones_own(path: Path, log: ActionLog) -> None:
    other = ActionLog.open(path)
    before = log.version()
    log.append("r1", started())
    assert log.version() == before
    other.append("r1", arrived("a"))
    assert log.version() != before
    assert [action for _, action in log.since("r1")] == [started(), arrived("a")]
    other.close()


def test_one_log_may_be_used_from_several_threads(log: ActionLog) -> None:
    log.append("r1", started())

    def work(name: str) -> None:
        for number in range(40):
            log.append("r1", judged(f"{name}-{number}"))
            log.save_draft("r1", name, str(number))

    threads = [threading.Thread(target=work, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(log.since("r1")) == 121
    assert log.drafts("r1") == dict.fromkeys("abc", "39")


def test_what_was_appended_here_is_not_read_a_second_time_and_all_else_is(log: ActionLog) -> None:
    log.append("r", started("r"))
    mine, theirs = judged("mine"), judged("theirs")
    number = log.append("r", mine)
    log.append("r", theirs)
    found = log.since("r", 0, {number: mine})
    assert [action for _, action in found] == [started("r"), mine, theirs]
    assert found[1][1] is mine
    assert found[2][1] is not theirs


def test_a_clock_that_jumps_back_does_not_make_calls_of_the_day_forgotten(log: ActionLog) -> None:
    """What counts against the budget of a day: the review was touched later, at an earlier time."""
    call = CallMade(id="c", at=5000.0, purpose="round", model="m", outcome="fits", usage=Usage(1, 2, 0.5))
    log.append("r1", started())
    log.append("r1", arrived("a"))
    log.append("r1", call)
    log.append("r1", judged("b", at=50.0))
    assert log.calls_since(4000.0) == [("r1", call)]
    assert row(log).newest == 5000.0


def test_several_actions_are_there_all_or_not_at_all(log: ActionLog) -> None:
    last = log.append_all("r1", [started(), arrived("a")])
    assert [number for number, _ in log.since("r1")][-1] == last
    # Again, as one who is not sure whether it came through.
    assert log.append_all("r1", [started(), arrived("a")]) == last
    with pytest.raises(ValueError, match="Another action"):
        log.append_all("r1", [judged("b"), judged("a")])
    assert [action.id for _, action in log.since("r1")] == [started().id, "a"]


def test_what_was_written_ahead_is_appended_as_it_is_and_another_action_is_not_taken_for_it(
    log: ActionLog,
) -> None:
    log.append("r1", started())
    log.write_ahead(arrived("a"))
    log.append("r1", judged("b"))
    ahead = arrived("c")
    log.write_ahead(ahead)
    log.append("r1", ahead)
    log.append("r1", judged("d"))
    assert [action for _, action in log.since("r1")] == [started(), judged("b"), ahead, judged("d")]
