"""Verdicts on lines are held as runs, and say what a plain dict of single lines would."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tests.ui.samples import file_of
from workbench.review.lines import Span, common, joined, numbers, ranges, total, without
from workbench.review.touched import Places
from workbench.review.verdicts import (
    NO_LINES,
    FileVerdicts,
    LineVerdicts,
    Selection,
    Verdict,
    has_any,
    judged,
    select_changes,
    verdict_of,
)

LINES = 40
JUDGED = (Verdict.OPEN, Verdict.ACCEPTED, Verdict.REJECTED)
spans = st.lists(st.tuples(st.integers(0, LINES), st.integers(0, 7)), max_size=5)
acts = st.lists(st.tuples(spans, st.sampled_from(JUDGED)), max_size=7)
Acts = list[tuple[list[Span], Verdict]]


def by_hand(done: Acts) -> dict[int, Verdict]:
    """The model: a dict of single lines."""
    held: dict[int, Verdict] = {}
    for put, verdict in done:
        for line in numbers(put):
            held[line] = verdict
    return {line: verdict for line, verdict in held.items() if verdict is not Verdict.OPEN}


def made(done: Acts) -> LineVerdicts:
    held = NO_LINES
    for put, verdict in done:
        held = held.put(put, verdict)
    return held


@given(acts)
def test_what_is_put_on_ranges_is_what_a_dict_holds(done: Acts) -> None:
    held, model = made(done), by_hand(done)
    assert held == model
    assert (list(held), len(held), bool(held)) == (sorted(model), len(model), bool(model))
    assert all(held.get(line) is model.get(line) and (line in held) == (line in model) for line in range(60))
    assert held == LineVerdicts.of(model)
    assert hash(held) == hash(LineVerdicts.of(model))


@given(acts, spans, st.sampled_from(JUDGED))
def test_a_verdict_that_is_there_already_makes_no_other_value(
    done: Acts, put: list[Span], verdict: Verdict
) -> None:
    held = made(done)
    then, now = by_hand(done), by_hand([*done, (put, verdict)])
    assert (held.put(put, verdict) is held) == (then == now)
    assert held == then, "the value that it was made of stays as it was"


@given(acts, st.integers(0, LINES), st.integers(-1, LINES))
def test_a_range_says_what_its_lines_say(done: Acts, start: int, count: int) -> None:
    held, model = made(done), by_hand(done)
    each = [(line, model.get(line, Verdict.OPEN)) for line in range(start, start + count)]
    assert held.over(start, count) == {verdict for _, verdict in each}
    pieces = [
        (line, verdict) for at, many, verdict in held.pieces(start, count) for line in range(at, at + many)
    ]
    assert pieces == each
    for verdict in JUDGED:
        own = [line for line, said in each if said is verdict]
        assert held.spans_in(verdict, start, count) == ranges(own)
        assert held.count_in(verdict, start, count) == len(own)


@given(acts)
def test_runs_are_as_long_as_they_can_be(done: Acts) -> None:
    held, model = made(done), by_hand(done)
    runs = list(held.runs())
    assert {line: verdict for start, count, verdict in runs for line in range(start, start + count)} == model
    for (start, count, verdict), (then, _, other) in pairwise(runs):
        assert start + count < then or verdict is not other
    for verdict in JUDGED[1:]:
        lines = [line for line in model if model[line] is verdict]
        assert held.spans(verdict) == ranges(lines)
        assert (held.count(verdict), held.has(verdict)) == (len(lines), bool(lines))
        assert held.of_verdict(verdict) == dict.fromkeys(lines, verdict)


@given(acts, acts, spans)
def test_two_are_compared_and_joined_as_dicts_are(done: Acts, more: Acts, some: list[Span]) -> None:
    for others in (more, [*done, *more]):
        one, other, mine, theirs = made(done), made(others), by_hand(done), by_hand(others)
        lines = [line for line in range(60) if mine.get(line) is not theirs.get(line)]
        assert tuple(joined(one.differing(other))) == ranges(lines)
        assert one.unlike(other) == {line: mine[line] for line in mine if mine[line] is not theirs.get(line)}
        assert one.over_other(other) == {**theirs, **mine}
        assert one.only(some) == {line: mine[line] for line in mine if line in set(numbers(some))}


@given(acts, st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9), st.integers(1, 9)), max_size=6))
def test_blocks_of_lines_take_their_verdicts_along(done: Acts, found: list[tuple[int, int, int]]) -> None:
    there, here, blocks = 1, 1, []
    for gap, skipped, count in found:
        blocks.append((there + gap, here + skipped, count))
        there, here = there + gap + count, here + skipped + count
    model = by_hand(done)
    moved = {
        start + step: model[was + step]
        for start, was, count in blocks
        for step in range(count)
        if was + step in model
    }
    assert made(done).moved(reversed(blocks)) == moved


@given(spans, spans)
def test_ranges_are_joined_cut_and_taken_away(one: list[Span], other: list[Span]) -> None:
    mine, theirs = set(numbers(one)), set(numbers(other))
    assert tuple(joined(one)) == ranges(mine)
    assert common(one, other) == ranges(mine & theirs)
    assert without(one, other) == ranges(mine - theirs)
    assert total(joined(one)) == len(mine)


OLD = b"".join(b"line %d\n" % number for number in range(30))
FILE = file_of(
    "a.py", OLD, OLD.replace(b"line 3\n", b"x\ny\n").replace(b"line 9\n", b"").replace(b"line 20\n", b"z\n")
)


@given(acts, acts, acts)
def test_the_changes_whose_verdict_differs_are_among_the_touched(old: Acts, new: Acts, more: Acts) -> None:
    before = FileVerdicts(made(old), made(new))
    after = FileVerdicts(made([*old, *more]), made([*new, *more]))
    touched = {change.id for change in Places(FILE).touched(before, after)}
    for change in FILE.changes:
        differs = any(
            one.get(line) is not other.get(line)
            for one, other, start, count in (
                (before.old, after.old, change.old_start, len(change.removed)),
                (before.new, after.new, change.new_start, len(change.added)),
            )
            for line in range(start, start + count)
        )
        assert not differs or change.id in touched


@given(acts, acts)
def test_a_change_has_the_verdict_of_all_its_lines(old: Acts, new: Acts) -> None:
    held = FileVerdicts(made(old), made(new))
    for change in FILE.changes:
        found = {held.old.get(change.old_start + step, Verdict.OPEN) for step in range(len(change.removed))}
        found |= {held.new.get(change.new_start + step, Verdict.OPEN) for step in range(len(change.added))}
        said = next(iter(found)) if len(found) == 1 else Verdict.MIXED
        assert verdict_of(change, {"a.py": held}) is said
        assert {each for each in JUDGED if has_any(change, held, each)} == found


def test_two_million_lines_are_judged_and_asked_as_one_run() -> None:
    whole = Selection("log", new=((1, 2_200_000),))
    held = judged(judged({}, (whole,), Verdict.ACCEPTED), (Selection("log", new=((7, 1),)),), Verdict.OPEN)
    assert list(held["log"].new.runs()) == [
        (1, 6, Verdict.ACCEPTED),
        (8, 2_199_993, Verdict.ACCEPTED),
    ]
    assert held["log"].new.over(1, 2_200_000) == {Verdict.ACCEPTED, Verdict.OPEN}
    assert len(held["log"].new) == 2_199_999


def test_changes_are_selected_by_ranges_that_touch_no_other() -> None:
    (selection,) = select_changes(reversed(FILE.changes))
    assert selection.old == ((4, 1), (10, 1), (21, 1))
    assert selection.new == ((4, 2), (21, 1))
