"""What a line is."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from workbench.review.lines import numbers, ranges, split_lines


@given(st.binary(max_size=60))
def test_lines_joined_are_the_bytes_and_only_the_last_may_lack_its_end(data: bytes) -> None:
    lines = split_lines(data)
    assert b"".join(lines) == data
    assert all(line.endswith(b"\n") and line.count(b"\n") == 1 for line in lines[:-1])
    assert all(line and line.count(b"\n") <= 1 for line in lines)


def test_nothing_but_a_newline_ends_a_line() -> None:
    text = "a\rb\x0cc\x0bd\x1ce\x85f\u2028g\u2029h".encode() + b"\r\n\r\n"
    assert split_lines(text) == (text[:-2], b"\r\n")


@given(st.sets(st.integers(1, 40)))
def test_ranges_are_sorted_disjoint_and_cover_exactly_the_numbers(wanted: set[int]) -> None:
    found = ranges(wanted)
    assert list(numbers(found)) == sorted(wanted)
    assert all(start + count < following for (start, count), (following, _) in pairwise(found))
