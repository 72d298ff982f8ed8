"""Edits laid over another version of a file, and somebody's version confined to what was asked for."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.review.texts_of_code import edited, runs_of, texts
from workbench.review.confining import Span, confined
from workbench.review.lines import split_lines
from workbench.review.rebasing import edited_onto


@st.composite
def three(draw: st.DrawFn) -> tuple[bytes, bytes, bytes]:
    base = draw(texts())
    return base, draw(edited(base)), draw(edited(base))


@settings(max_examples=100)
@given(three())
def test_an_edit_onto_an_unchanged_file_is_the_edit_and_no_edit_is_the_file(
    case: tuple[bytes, bytes, bytes],
) -> None:
    base, mine, theirs = case
    lines = split_lines(base)
    assert [line.rstrip(b"\n") for line in edited_onto(lines, runs_of(base, mine), ())] == [
        line.rstrip(b"\n") for line in split_lines(mine)
    ]
    assert edited_onto(split_lines(theirs), (), runs_of(base, theirs)) == split_lines(theirs)


@settings(max_examples=100)
@given(three())
def test_every_line_of_the_other_version_that_no_edit_replaced_is_there(
    case: tuple[bytes, bytes, bytes],
) -> None:
    base, mine, theirs = case
    edits, other = runs_of(base, mine), runs_of(base, theirs)
    merged = edited_onto(split_lines(theirs), edits, other)
    known = {line.rstrip(b"\n") for text in (mine, theirs) for line in split_lines(text)}
    assert {line.rstrip(b"\n") for line in merged} <= known
    for run in other:
        for line in run.added:
            assert line.rstrip(b"\n") in {each.rstrip(b"\n") for each in merged}


def test_edits_beside_each_other_are_both_there_and_on_the_same_line_the_other_stands() -> None:
    base = b"a\nb\nc\nd\n"
    beside = edited_onto(
        (b"a\n", b"B\n", b"c\n", b"d\n"), runs_of(base, b"A\nb\nC\nd\n"), runs_of(base, b"a\nB\nc\nd\n")
    )
    assert b"".join(beside) == b"A\nB\nC\nd\n"
    same = edited_onto(
        (b"a\n", b"X\n", b"c\n", b"d\n"), runs_of(base, b"a\nb1\nc\nD\n"), runs_of(base, b"a\nX\nc\nd\n")
    )
    assert b"".join(same) == b"a\nX\nc\nD\n"
    moved = edited_onto(
        (b"0\n", b"1\n", *split_lines(base)), runs_of(base, b"a\nb\nc2\nd\n"), runs_of(base, b"0\n1\n" + base)
    )
    assert b"".join(moved) == b"0\n1\na\nb\nc2\nd\n"


@settings(max_examples=100)
@given(three(), st.data())
def test_outside_of_what_was_asked_for_every_byte_stays(
    case: tuple[bytes, bytes, bytes], data: st.DataObject
) -> None:
    base, theirs, _ = case
    lines, runs = split_lines(base), runs_of(base, theirs)
    start = data.draw(st.integers(1, len(lines) + 1))
    stop = data.draw(st.integers(start, len(lines) + 1))
    spans: list[Span] = [(start, stop)]
    made, left = confined("a", lines, runs, spans)

    def bare(some: tuple[bytes, ...]) -> list[bytes]:
        return [line.rstrip(b"\n") for line in some]

    assert bare(made)[: start - 1] == bare(lines)[: start - 1]
    after = bare(lines)[stop - 1 :]
    assert bare(made)[len(made) - len(after) :] == after
    for each in left:
        at = each.line - 1 if each.count else each.line
        assert bare(made[at : at + each.count]) == bare(each.was)


@settings(max_examples=60)
@given(three())
def test_with_everything_asked_for_nothing_is_left_out_and_with_nothing_everything(
    case: tuple[bytes, bytes, bytes],
) -> None:
    base, theirs, _ = case
    lines, runs = split_lines(base), runs_of(base, theirs)
    made, left = confined("a", lines, runs, [(1, len(lines) + 1)])
    assert ([line.rstrip(b"\n") for line in made], left) == (
        [line.rstrip(b"\n") for line in split_lines(theirs)],
        (),
    )
    made, left = confined("a", lines, runs, [])
    assert made == lines
    assert sum(len(each.now) for each in left) == sum(len(run.added) for run in runs)
