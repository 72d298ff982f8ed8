"""The line map between two texts."""

from __future__ import annotations

from hypothesis import given

from tests.review.texts_of_code import runs_of, texts
from workbench.review.linemap import LineMap
from workbench.review.lines import split_lines


@given(texts(), texts())
def test_a_line_maps_to_an_equal_line_and_back_and_changed_lines_map_to_nothing(
    old: bytes, new: bytes
) -> None:
    before, after, runs = split_lines(old), split_lines(new), runs_of(old, new)
    lines = LineMap(runs)
    removed = {run.old_start + n for run in runs for n in range(len(run.removed))}
    added = {run.new_start + n for run in runs for n in range(len(run.added))}
    for number in range(1, len(before) + 1):
        here = lines.forward(number)
        assert (here is None) == (number in removed)
        if here is not None:
            assert before[number - 1] == after[here - 1]
            assert lines.backward(here) == number
    assert {n for n in range(1, len(after) + 1) if lines.backward(n) is None} == added


@given(texts(), texts())
def test_the_unchanged_blocks_of_a_range_are_its_lines_that_map(old: bytes, new: bytes) -> None:
    lines, length = LineMap(runs_of(old, new)), len(split_lines(old))
    for start, end in ((1, length + 1), (2, length), (length // 2, length)):
        blocks = [(a + n, b + n) for a, b, count in lines.blocks(start, end - start) for n in range(count)]
        singly = [(number, lines.forward(number)) for number in range(max(start, 1), end)]
        assert blocks == [pair for pair in singly if pair[1] is not None]


def test_a_replaced_line_does_not_map() -> None:
    lines = LineMap(runs_of(b"a\nb\nc\n", b"a\nX\nc\n"))
    assert (lines.forward(1), lines.forward(2), lines.forward(3)) == (1, None, 3)


def test_without_runs_every_line_is_itself() -> None:
    lines = LineMap(())
    assert lines.forward(7) == lines.backward(7) == 7
    assert lines.forward(0) is None
