"""White space, line ends and undone merges in words: said where they are all that differs, and never else."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.review.texts import changed
from workbench.review.asides import (
    PORTION,
    conflict_lines,
    conflicts_in_steps,
    mark_of,
    same_but_blanks,
    whitespace_in_steps,
    whitespace_words,
)
from workbench.review.changes import Change, Kind
from workbench.review.lines import split_lines
from workbench.review.steps import finished


def said(old: bytes, new: bytes) -> list[str]:
    return [whitespace_words(change) for change in changed(old, new).changes]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (b"\tx = 1\n", b"    x = 1\n", "only white space: tabs → spaces"),
        (b"    x = 1\n", b"\tx = 1\n", "only white space: spaces → tabs"),
        (b"x = 1\ny = 2\n", b"    x = 1\n    y = 2\n", "only white space: indented by 4 more"),
        (b"    x = 1\n", b"  x = 1\n", "only white space: indented by 2 less"),
        (b"\tx\n", b"\t\tx\n", "only white space: indented by 1 tab more"),
        (b"x = 1  \n", b"x = 1\n", "only white space: blanks at line ends taken away"),
        (b"x = 1\n", b"x = 1 \n", "only white space: blanks at line ends added"),
        (b"x=1\n", b"x = 1\n", "only white space: within lines"),
        (b"a\nx\n", b"a\n\nx\n", "only a blank line"),
        (b"a\n\n \nx\n", b"a\nx\n", "only blank lines"),
        (b"f(a, b)\n", b"f(a,\n  b)\n", "only white space: line breaks"),
        (b"a\n", b"a\r\n", "only line ends: LF → CRLF"),
        (b"a\r\nb\r\n", b"a\nb\n", "only line ends: CRLF → LF"),
        (b"a\n", b"a", "only line ends: no newline at the end"),
        (b"a", b"a\n", "only line ends: a newline at the end"),
        (b"\ta\r\n", b"  a\n", "only white space: tabs → spaces, CRLF → LF"),
        (b"x = 1\n", b"x = 2\n", ""),
        (b"x\n", b"x\x0c\n", ""),
        (b"x\n", b"x\r", ""),
        (b"a\rb\n", b"ab\n", ""),
    ],
)
def test_what_kind_of_white_space_differs_is_said(old: bytes, new: bytes, words: str) -> None:
    assert said(old, new) == [words]


few = st.text(alphabet="ab \t\r\n\x0c", max_size=24).map(str.encode)


@given(few, few)
def test_words_are_said_exactly_where_nothing_else_differs(old: bytes, new: bytes) -> None:
    for change in changed(old, new).changes:
        assume(change.is_text)
        before, after = b"".join(change.removed), b"".join(change.added)
        left, right = (each.replace(b"\r\n", b"\n").translate(None, b" \t\n") for each in (before, after))
        assert bool(whitespace_words(change)) == (left == right)


@given(few, few)
def test_lines_that_differ_in_blanks_alone_are_known(old: bytes, new: bytes) -> None:
    left, right = (each.replace(b"\r\n", b"\n").translate(None, b" \t\n") for each in (old, new))
    assert same_but_blanks(old, new) == (left == right)


def test_line_ends_and_encodings_are_marked_where_the_text_would_not_show_them() -> None:
    assert mark_of(b"a\r\n", b"a\n") == "CRLF"
    assert mark_of(b"a\n", b"a\r\n") == "LF"
    assert mark_of(b"a\n", b"b\n") == ""
    assert mark_of(b"a", b"b") == "no newline"
    assert mark_of(b"a", None) == "no newline"
    assert mark_of(b"caf\xe9\n", b"cafe\n") == "not UTF-8"
    assert mark_of("is_\u0430dmin\n".encode(), None) == "look-alike letters"


def test_the_marks_of_a_merge_are_found_with_the_divide_between_them() -> None:
    text = b"a\n<<<<<<< HEAD\nb\n||||||| base\nc\n=======\nd\n>>>>>>> other\n"
    assert conflict_lines(split_lines(text)) == (1, 3, 5, 7)


def test_a_heading_that_is_underlined_and_a_long_arrow_are_no_merge() -> None:
    assert conflict_lines(split_lines(b"Title\n=======\n")) == ()
    assert conflict_lines(split_lines(b"<<<<<<<<< not\n>>>>>> six\ncout <<<<<<< x\n")) == ()


def test_long_texts_are_compared_piece_by_piece_and_a_line_end_may_lie_on_an_edge() -> None:
    lines = [b"x \t%d\r\n" % number for number in range(30_000)]
    other = [line.replace(b"\r\n", b"\n").replace(b" ", b"") for line in lines]
    one, two = b"".join(lines), b"".join(other)
    assert same_but_blanks(one, two)
    assert not same_but_blanks(one, two[:-2])
    assert not same_but_blanks(one[:-3], two)
    for shift in range(4):  # wherever the pieces end
        assert same_but_blanks(b"y" * shift + b"\r\n" * 5000, b"y" * shift + b"\n" * 5000)
        assert not same_but_blanks(b"y" * shift + b"\r\n" * 5000, b"y" * shift + b"\r" * 5000)


@given(st.lists(st.sampled_from([b"<<<<<<< one\n", b"=======\n", b">>>>>>> two\n", b"a\n", b"|||||||\n"])))
def test_marks_are_the_same_looked_for_in_steps(lines: list[bytes]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("workbench.review.asides.PORTION", 2)
        assert finished(conflicts_in_steps(lines)) == conflict_lines(lines)


def test_very_many_lines_are_looked_through_in_many_steps() -> None:
    lines = (b"a line\n",) * (20 * PORTION)
    assert sum(1 for _ in conflicts_in_steps(lines)) == 20
    other = tuple(b"\t" + line for line in lines)
    change = Change("c", Kind.TEXT, "a", "a", 1, 1, lines, other)
    assert sum(1 for _ in whitespace_in_steps(change)) > 5
    assert whitespace_words(change) == "only white space"
