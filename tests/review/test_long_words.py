"""Small edits in long lines are marked as small edits, wherever they stand."""

from __future__ import annotations

import random
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from workbench.review.long_words import MOST_GAPS, Gap, gaps
from workbench.review.steps import finished
from workbench.review.words import LONGEST, word_spans

_FORMS = ("var {}={}({});", "if({}){{return {}.{}}}", "{}.{}={},", "function({},{}){{{}}}")


def minified(statements: int, seed: int = 1) -> list[str]:
    """Code as a minifier leaves it: few names, used again and again."""
    chance = random.Random(seed)
    names = [one + other for one in "abcdefgh" for other in ("", "t", "n2")]
    return [chance.choice(_FORMS).format(*(chance.choice(names) for _ in "123")) for _ in range(statements)]


def marked(old: str, new: str) -> tuple[list[str], list[str]]:
    one, other = word_spans(old, new)
    return [old[a:b] for a, b in one], [new[a:b] for a, b in other]


def rest(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in reversed(spans):
        text = text[:start] + text[end:]
    return text


def test_three_small_edits_in_a_line_of_two_hundred_thousand_characters_are_three_small_marks() -> None:
    parts = minified(15_000)
    old = "".join(parts)
    parts[40] = "first(1);"
    parts[7_000] += "second(2);"
    gone, parts[14_900] = parts[14_900], ""
    new = "".join(parts)
    assert len(old) > 200_000
    one, other = word_spans(old, new)
    assert len(other) <= 6
    assert sum(end - start for start, end in other) <= len("first(1);second(2);")
    assert sum(end - start for start, end in one) <= len("function(an2,an2){an2}") + len(gone)
    assert any("second(2);" in new[start:end] for start, end in other)


def test_an_edit_in_repeated_code_is_marked_where_it_is() -> None:
    old = "".join(f"f({number});" for number in range(40_000))
    new = old.replace("f(40);", "changed(40);").replace("f(30000);", "f(30000);g(1);")
    assert marked(old, new) == (["f"], ["changed", "g(1);"])


def test_a_part_that_came_in_is_marked_as_a_whole_and_nothing_else() -> None:
    old, more = "".join(minified(5_000)), "".join(minified(5_000, seed=2))
    new = old[:30_000] + more + old[30_000:]
    one, other = word_spans(old, new)
    assert sum(end - start for start, end in one) <= 40
    assert len(more) <= sum(end - start for start, end in other) <= len(more) + 40


def test_lines_with_nothing_in_common_have_no_marks() -> None:
    assert word_spans("".join(minified(9_000)), "h[1]+" * 40_000) == ((), ())


def test_more_gaps_than_are_looked_for_are_one_gap_at_the_end() -> None:
    parts = [f"word{number} stays as it has been; " for number in range(MOST_GAPS + 100)]
    old, new = "".join(parts), "".join("+" + part for part in parts)
    found = finished(gaps(old, new))
    assert len(found) == MOST_GAPS + 1
    assert found[-1][1] == len(old) - len(parts[-1])


@given(
    st.lists(
        st.tuples(st.integers(0, 399), st.sampled_from(["", "x", "changed(1);", " ", "ab_c", "(("])),
        max_size=8,
    ),
    st.integers(1, 3),
    st.booleans(),
)
def test_without_its_gaps_either_line_says_the_same_and_gaps_are_in_order(
    edits: list[tuple[int, str]],
    seed: int,
    doubled: bool,
) -> None:
    parts = minified(400, seed)
    old = "".join(parts)
    for at, text in edits:
        parts[at] = parts[at] + text if doubled else text
    new = "".join(parts)
    found = finished(gaps(old, new))
    assert rest(old, [gap[:2] for gap in found]) == rest(new, [gap[2:] for gap in found])
    assert all(_apart(one, other) for one, other in pairwise(found))
    assert all(gap[0] < gap[1] or gap[2] < gap[3] for gap in found)
    if len(old) > LONGEST and not found:
        assert old == new


def _apart(one: Gap, other: Gap) -> bool:
    return one[1] < other[0] and one[3] < other[2]


@given(st.text("ab1_ ;", max_size=80), st.text("ab1_ ;", max_size=80))
def test_gaps_of_any_two_lines_leave_the_same_text(old: str, new: str) -> None:
    found = finished(gaps(old, new))
    assert rest(old, [gap[:2] for gap in found]) == rest(new, [gap[2:] for gap in found])


def test_marks_do_not_cut_words() -> None:
    body = "".join(minified(500))
    for old, new in (("value_of", "value_in"), ("old_value", "new_value"), ("of", "of_it"), ("it", "of_it")):
        assert marked(f"{body}{old}=1;{body}", f"{body}{new}=1;{body}") == ([old], [new])
