"""Which lines face each other, and which words in them differ."""

from __future__ import annotations

from time import thread_time

from hypothesis import given
from hypothesis import strategies as st

from workbench.review.words import _in_step, _Sketches, _table, paired, spans_of_lines, word_spans


def marked(old: str, new: str) -> tuple[list[str], list[str]]:
    one, other = word_spans(old, new)
    return [old[a:b] for a, b in one], [new[a:b] for a, b in other]


def test_lines_that_are_alike_face_each_other() -> None:
    removed = [b"    self._items[key] = value\n"]
    added = [b"    self._evict()\n", b"    self._items[key] = (value, now)\n", b"    return key\n"]
    assert paired(removed, added) == ((None, 0), (0, 1), (None, 2))


def test_unlike_lines_between_two_pairs_share_rows() -> None:
    removed = [b"alpha = one(two)\n", b"x\n", b"omega = three(four)\n"]
    added = [b"alpha = one(2)\n", b"entirely different\n", b"more of it\n", b"omega = three(4)\n"]
    assert paired(removed, added) == ((0, 0), (1, 1), (None, 2), (2, 3))


def test_one_sided_runs_are_not_paired() -> None:
    assert paired([], [b"a\n", b"b\n"]) == ((None, 0), (None, 1))
    assert paired([b"a\n"], []) == ((0, None),)


def test_a_changed_indentation_pairs_line_by_line() -> None:
    removed = [b"a = first()\n", b"b = second()\n"]
    added = [b"if ready:\n", b"    a = first()\n", b"    b = second()\n"]
    assert paired(removed, added) == ((None, 0), (0, 1), (1, 2))


lines = st.lists(
    st.sampled_from([b"a = b\n", b"a = c\n", b"return a\n", b"\n", b"}\n", b"foo(a, b)\n"]), max_size=70
)


@given(lines, lines)
def test_every_line_is_paired_exactly_once_and_in_order(removed: list[bytes], added: list[bytes]) -> None:
    pairs = paired(removed, added)
    assert [i for i, _ in pairs if i is not None] == list(range(len(removed)))
    assert [j for _, j in pairs if j is not None] == list(range(len(added)))
    assert len(pairs) <= len(removed) + len(added)


def test_changed_words_are_marked_in_both_lines() -> None:
    assert marked("with self._lock:", "with self._lock.read():") == ([], [".read()"])
    assert marked("self._items = {}", "self._items.clear()") == ([" = {}"], [".clear()"])
    assert marked("x = old_name + 1", "x = new_name + 1") == (["old_name"], ["new_name"])


def test_only_the_new_part_of_an_indentation_is_marked() -> None:
    assert marked("    return x", "        return x") == ([], ["    "])


def test_a_line_replaced_as_a_whole_has_no_marked_words() -> None:
    assert word_spans("import os", "def frobnicate(self, everything):") == ((), ())


def test_equal_lines_have_no_marked_words() -> None:
    assert word_spans("a", "a") == ((), ())


@given(st.text(alphabet="ab c()_", max_size=30), st.text(alphabet="ab c()_", max_size=30))
def test_what_is_not_marked_is_the_same_in_both(old: str, new: str) -> None:
    one, other = word_spans(old, new)
    if old == new or (not one and not other):
        return

    def rest(text: str, spans: tuple[tuple[int, int], ...]) -> str:
        for a, b in reversed(spans):
            text = text[:a] + text[b:]
        return "".join(text.split())

    assert rest(old, one) == rest(new, other)


def test_two_unrelated_lines_of_a_hundred_thousand_characters_are_compared_at_once() -> None:
    began = thread_time()
    word_spans("a b c " * 17_000, "d, e; f " * 12_500)
    paired([b"x y z " * 17_000] * 40, [b"u v w " * 12_500] * 40)
    # Of this thread's own time, which a busy machine makes three times as long at most; else it is minutes.
    assert thread_time() - began < 4


def test_one_byte_in_a_line_of_five_megabytes_is_marked() -> None:
    old = b"x = 1; " * 750_000
    new = old[:2_000_000] + b"y" + old[2_000_000:]
    assert spans_of_lines(old, new) == ((), ((2_000_000, 2_000_001),))
    assert spans_of_lines(new, old) == (((2_000_000, 2_000_001),), ())
    assert spans_of_lines(old, b"abc d, " * 750_000) == ((), ())


@given(st.text("ab ", max_size=60), st.text("ab ", max_size=60), st.integers(0, 3))
def test_what_a_long_line_shares_at_its_ends_is_never_marked(head: str, tail: str, shared: int) -> None:
    body = " xyz" * 6000 + " "
    old, new = head + body * shared + "-1" + body + tail, head + body * shared + "+22" + body + tail
    one, other = word_spans(old, new)
    for text, spans in ((old, one), (new, other)):
        marks = "".join(text[a:b] for a, b in spans)
        assert marks == ("-1" if text is old else "+22")


def test_lines_that_only_stand_once_hold_a_long_run_together() -> None:
    removed = [b"value_%d = compute(%d)\n" % (n, n) for n in range(3000)]
    added = [b"new_%d = other(%d)\n" % (n, n) for n in range(50)]
    added += [line.replace(b")", b", fast=True)") for line in removed]
    pairs = dict(pair for pair in paired(removed, added) if pair[0] is not None)
    assert all(pairs[n] == n + 50 for n in range(3000))


def test_a_run_of_thousands_of_lines_is_paired_within_its_budget() -> None:
    removed = [b"value_%d = compute(%d)\n" % (n, n) for n in range(5000)]
    added = [b"value_%d = compute(%d, fast=True)\n" % (n, n) for n in range(5000)]
    began = thread_time()
    pairs = paired(removed, added)
    # Of this thread's own time, which a busy machine makes three times as long at most; else it is minutes.
    assert thread_time() - began < 6
    assert pairs == tuple((n, n) for n in range(5000))


_codes = st.text("ab_1 \t(.é", max_size=12).map(lambda text: text.encode("latin-1") + b"\n")


@st.composite
def _edited(draw: st.DrawFn) -> tuple[list[bytes], list[bytes]]:
    """Some lines, and the same with bytes replaced, taken out or put in; at times out of order."""
    removed = draw(st.lists(_codes, min_size=2, max_size=6))
    added = []
    for line in removed:
        at = draw(st.integers(0, len(line)))
        added.append(
            line[:at] + draw(st.sampled_from((b"", b"x", b" ", b"("))) + line[at + draw(st.booleans()) :]
        )
    return removed, draw(st.permutations(added)) if draw(st.booleans()) else added


@given(_edited())
def test_what_is_told_without_words_is_what_all_words_say(both: tuple[list[bytes], list[bytes]]) -> None:
    removed, added = both
    sketches = _Sketches(80)
    best = _table(list(map(sketches.of, removed)), list(map(sketches.of, added)))
    told = _in_step(removed, added, 80)
    assert not told or best == [(at, at) for at in range(len(removed))]
    assert [pair for pair in paired(removed, added) if pair in best] == best


def test_lines_with_a_word_more_each_are_told_without_words() -> None:
    removed = [b"    value_%d = compute(first, second)\n" % at for at in range(5)]
    added = [line.replace(b"second", b"second, third") for line in removed]
    assert _in_step(removed, added, 200)
    # Where another order may be better, or a pair may be none at all, words are looked at.
    assert not _in_step(removed, [*added[1:], added[0]], 200)
    assert not _in_step([*removed, b"short\n"], [*added, b"else\n"], 200)


def test_a_word_that_goes_on_is_not_taken_for_the_same_one() -> None:
    # What both begin and end with is half of each line, and no word of it is in both.
    removed = [b"abcdef ghijkl\n", b"same\n"]
    added = [b"abcdefx yghijkl\n", b"same\n"]
    assert not _in_step(removed, added, 80)
    sketches = _Sketches(80)
    assert not sketches.of(removed[0]).words & sketches.of(added[0]).words
