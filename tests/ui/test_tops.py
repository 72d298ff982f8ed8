"""Prefix sums in parts are those of one long list, whatever changes."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from workbench.ui.diff.tops import PART, Tops

HEIGHTS = st.lists(st.sampled_from([0, 0, 5, 30]), max_size=3 * PART)


def assert_same(tops: Tops, heights: list[int]) -> None:
    plain = list(accumulate(heights, initial=0))
    assert len(tops) == len(plain)
    assert [tops[at] for at in range(len(plain))] == plain
    assert tops[-1] == plain[-1]
    for y in (-1, 0, 1, plain[len(plain) // 2], plain[-1] - 1, plain[-1], plain[-1] + 9):
        assert tops.at(y) == bisect_right(plain, y) - 1


@given(HEIGHTS, st.lists(st.tuples(st.integers(0, 3 * PART), st.integers(0, 99))), HEIGHTS)
def test_after_changes_and_more_at_the_end_they_are_those_of_the_whole(
    heights: list[int], changes: list[tuple[int, int]], more: list[int]
) -> None:
    tops = Tops(heights)
    assert_same(tops, heights)
    changes = [(at, height) for at, height in changes if at < len(heights)]
    for at, height in changes:
        heights[at] = height
    heights += more
    renewed = tops.renewed(heights, {at // PART for at, _ in changes})
    assert renewed is not tops
    assert_same(renewed, heights)


def test_parts_in_which_nothing_changed_are_not_added_up_anew() -> None:
    heights = [7] * (4 * PART)
    tops = Tops(heights)
    heights[PART] = 9
    renewed = tops.renewed(heights, {1})
    assert [one is other for one, other in zip(tops._parts, renewed._parts, strict=True)] == [
        True, False, True, True,
    ]  # fmt: skip
