"""Lines named in words, and what a verdict did in words."""

from __future__ import annotations

import pytest

from tests.review.texts_of_code import modified, runs_of
from workbench.errors import UserError
from workbench.review.changes import Kind, Side
from workbench.review.selecting import describe, parse_lines, select_lines
from workbench.review.verdicts import Selection, Verdict

FILE = modified(runs_of(b"a\nb\nc\nd\ne\nf\n", b"a\nB\nC\nd\nE1\nE2\nf\n"), path="src/store.py")


def test_spans_are_read_with_their_side_and_length() -> None:
    assert parse_lines("old:3-5,new:7") == ((Side.OLD, 3, 3), (Side.NEW, 7, 1))
    assert parse_lines(" new:1 , old:2-2 ") == ((Side.NEW, 1, 1), (Side.OLD, 2, 1))


@pytest.mark.parametrize(
    "text", ["", "3", "3-5", "old:", "old:0", "old:5-3", "both:1", "old:1,", "old:-1", "old:١", "new:1-"]
)
def test_what_names_no_lines_is_a_user_error_with_an_example(text: str) -> None:
    with pytest.raises(UserError) as caught:
        parse_lines(text)
    assert "old:3-5,new:7" in caught.value.hint


def test_only_removed_and_added_lines_are_selected() -> None:
    assert select_lines(FILE, "old:1-3,new:6") == Selection("src/store.py", old=((2, 2),), new=((6, 1),))
    whole = Selection("src/store.py", old=((2, 2), (5, 1)), new=((2, 2), (5, 2)))
    assert select_lines(FILE, "old:1-999999999,new:1-999999999") == whole
    assert select_lines(FILE, "new:2,new:3,new:2-3").new == ((2, 2),)


def test_lines_outside_the_named_change_are_left_out() -> None:
    second = FILE.changes[1]
    assert select_lines(FILE, "old:1-9,new:1-9", within=second) == Selection(
        "src/store.py", old=((5, 1),), new=((5, 2),)
    )
    with pytest.raises(UserError, match=second.id):
        select_lines(FILE, "old:2", within=second)


def test_a_span_without_a_changed_line_is_a_user_error() -> None:
    with pytest.raises(UserError, match=r"src/store\.py"):
        select_lines(FILE, "old:1,old:4,new:4")


def test_a_verdict_is_described_by_its_lines_facts_and_file() -> None:
    lines = Selection("a.py", old=((1, 2),), new=((3, 1),))
    mode = Selection("run.sh", facts=(Kind.MODE,))
    assert describe(Verdict.ACCEPTED, (lines,)) == "accepted 3 lines in a.py"
    assert describe(Verdict.REJECTED, (Selection("a.py", new=((3, 1),)),)) == "rejected 1 line in a.py"
    assert describe(Verdict.OPEN, (mode,)) == "reopened the mode change in run.sh"
    assert describe(Verdict.ACCEPTED, (lines, mode)) == "accepted 3 lines and the mode change in 2 files"
    both = Selection("b", facts=(Kind.MODE, Kind.RENAME))
    assert describe(Verdict.ACCEPTED, (both,)) == "accepted 2 facts in b"
