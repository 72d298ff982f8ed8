"""What a line is."""

from __future__ import annotations

import gc
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.review import lines as module
from workbench.review.lines import aside, gathered, numbers, ranges, same_lines, size_of, split_lines, taken
from workbench.review.steps import resting


@given(st.binary(max_size=60))
def test_lines_joined_are_the_bytes_and_only_the_last_may_lack_its_end(data: bytes) -> None:
    lines = split_lines(data)
    assert b"".join(lines) == data
    assert all(line.endswith(b"\n") and line.count(b"\n") == 1 for line in lines[:-1])
    assert all(line and line.count(b"\n") <= 1 for line in lines)


@given(st.binary(max_size=200), st.integers(1, 40))
def test_a_large_text_is_split_by_pieces_into_the_same_lines(data: bytes, at_once: int) -> None:
    whole = split_lines(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_AT_ONCE", at_once)
        assert split_lines(data) == whole


def test_very_many_lines_are_taken_weighed_and_set_aside() -> None:
    lines = [b"%d\n" % number for number in range(150_000)]
    whole, rested = tuple(lines), list[None]()
    found = taken(lines)
    assert (found, lines) == (whole, [])
    assert gathered(iter([whole[:3], whole[3:]])) == whole
    with resting(lambda: rested.append(None)):
        assert size_of(whole) == len(b"".join(whole))
    assert len(rested) == 15
    gc.unfreeze()
    assert aside(found) is found
    assert gc.get_freeze_count(), "nobody looks through them for garbage"
    gc.unfreeze()


def test_few_lines_are_a_plain_tuple() -> None:
    lines = [b"a\n", b"b"]
    assert taken(lines) == (b"a\n", b"b")
    assert size_of(lines) == 3


def test_nothing_but_a_newline_ends_a_line() -> None:
    text = "a\rb\x0cc\x0bd\x1ce\x85f\u2028g\u2029h".encode() + b"\r\n\r\n"
    assert split_lines(text) == (text[:-2], b"\r\n")


@given(st.sets(st.integers(1, 40)))
def test_ranges_are_sorted_disjoint_and_cover_exactly_the_numbers(wanted: set[int]) -> None:
    found = ranges(wanted)
    assert list(numbers(found)) == sorted(wanted)
    assert all(start + count < following for (start, count), (following, _) in pairwise(found))


def test_many_lines_are_compared_as_few_are() -> None:
    lines = tuple(b"%d\n" % number for number in range(25_000))
    again = tuple(bytes(bytearray(line)) for line in lines)
    rested: list[None] = []
    with resting(lambda: rested.append(None)):
        assert same_lines(lines, again)
    assert len(rested) > 1
    assert same_lines((), ())
    for other in (lines[:-1], (*lines, b""), lines[1:], (*lines[:-1], b"else\n"), (b"else\n", *lines[1:])):
        assert not same_lines(lines, other)
        assert not same_lines(other, lines)
