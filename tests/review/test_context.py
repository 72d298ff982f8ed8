"""Pins: what they are called, how they are kept, and where their lines are after a change."""

from __future__ import annotations

from workbench.review.actions import ItemRemoved, Pinned, ReviewStarted, SecretAllowed, Undone, Unpinned
from workbench.review.changes import FileChange, Run, Status
from workbench.review.context import Pin, follow, named
from workbench.review.review import Review, apply, is_reviewers, replay
from workbench.review.rounds import Source

LINES = Pin("a.py", "tree", 10, 5)


def moved(*runs: Run, path: str = "a.py") -> FileChange:
    return FileChange(Status.MODIFIED, path, "a.py", "100644", "100644", "1", "2", runs=runs)


def run(old: int, new: int, removed: int, added: int) -> Run:
    return Run(old, new, (b"-\n",) * removed, (b"+\n",) * added)


def review() -> Review:
    started = ReviewStarted(
        id="1", at=1.0, review="r", repository="/r", base="b", base_commit=None, source=Source.WORKTREE
    )
    return replay([started])


def test_a_pin_is_called_as_it_is_typed() -> None:
    assert (LINES.name, Pin("a.py", "t").name) == ("a.py:10-14", "a.py")


def test_lines_that_nothing_moved_stay() -> None:
    assert follow(LINES, None) == ("a.py", 10, 5)
    assert follow(LINES, moved(run(20, 20, 1, 1))) == ("a.py", 10, 5)


def test_lines_move_with_what_is_written_above_them() -> None:
    assert follow(LINES, moved(run(2, 3, 0, 4))) == ("a.py", 14, 5)
    assert follow(LINES, moved(run(2, 1, 3, 0))) == ("a.py", 7, 5)


def test_what_is_written_between_pinned_lines_belongs_to_them() -> None:
    assert follow(LINES, moved(run(11, 12, 0, 3))) == ("a.py", 10, 8)
    assert follow(LINES, moved(run(12, 12, 1, 4))) == ("a.py", 10, 8)
    assert follow(LINES, moved(run(9, 10, 0, 2))) == ("a.py", 12, 5)
    assert follow(LINES, moved(run(14, 15, 0, 2))) == ("a.py", 10, 5)


def test_lines_that_are_gone_are_gone_and_those_that_are_left_stay() -> None:
    assert follow(LINES, moved(run(9, 8, 8, 0)))[2] == 0
    assert follow(LINES, moved(run(8, 7, 4, 0))) == ("a.py", 8, 3)
    assert follow(LINES, moved(run(13, 12, 5, 0))) == ("a.py", 10, 3)


def test_a_rename_takes_the_pin_along() -> None:
    assert follow(Pin("a.py", "t"), moved(path="b.py")) == ("b.py", 0, 0)


def test_each_act_on_the_tray_is_the_experts_and_is_undone_by_itself() -> None:
    acts = [
        Pinned(id="p", at=2.0, pin=LINES),
        ItemRemoved(id="r", at=3.0, item="file:b.py"),
        SecretAllowed(id="s", at=4.0, finding="0123456789ab"),
    ]
    after = review()
    for act in acts:
        assert is_reviewers(act)
        after = apply(after, act)
    assert (after.pins, after.removed, after.allowed) == (
        (LINES,),
        frozenset({"file:b.py"}),
        frozenset({"0123456789ab"}),
    )
    for act in reversed(acts):
        after = apply(after, Undone(id=f"u{act.id}", at=5.0, target=act.id))
    assert (after.pins, after.removed, after.allowed) == ((), frozenset(), frozenset())


def test_doing_it_twice_changes_nothing() -> None:
    once = apply(review(), Pinned(id="p", at=2.0, pin=LINES))
    assert apply(once, Pinned(id="q", at=3.0, pin=LINES)) is once
    assert apply(once, Unpinned(id="x", at=3.0, name="b.py")) is once
    assert apply(once, ItemRemoved(id="y", at=3.0, item="task", back=True)) is once
    assert apply(once, Unpinned(id="z", at=3.0, name="a.py:10-14")).pins == ()


def test_one_pinned_line_is_named_by_its_number_and_older_logs_name_it_by_both() -> None:
    line = Pin("a.py", "t", 5, 1)
    assert line.name == "a.py:5"
    assert named((line,), "a.py:5") == named((line,), "a.py:5-5") == (line,)
    assert named((Pin("a.py", "t", 5, 2),), "a.py:5") == ()
