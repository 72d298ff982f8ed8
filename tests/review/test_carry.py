"""The promise: no verdict ever on bytes, or on replaced lines, that differ from what was judged."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.review.gitbox import GitBox
from tests.review.texts_of_code import edited, modified, runs_of, texts
from workbench.review.carry import carry_between, carry_rounds, carry_selections, carry_verdicts
from workbench.review.changes import FileChange, Kind, Run, Status
from workbench.review.compose import Take, compose_lines
from workbench.review.lines import numbers, split_lines
from workbench.review.rounds import FileCarry
from workbench.review.splitting import with_changes
from workbench.review.verdicts import NO_VERDICTS, FileVerdicts, Selection, Verdict, verdict_of

OPEN, YES, NO = Verdict.OPEN, Verdict.ACCEPTED, Verdict.REJECTED
FILE = "100644"


# -- an oracle that is written differently: what each line was judged as -----------------------


@dataclass(frozen=True)
class Judged:
    """What a verdict on one line speaks of: its bytes, the base lines of its run, and what replaces them."""

    data: bytes
    start: int
    removed: int
    added: tuple[bytes, ...]


def spoken_of(runs: tuple[Run, ...]) -> tuple[dict[int, Judged], dict[int, Judged]]:
    """What a verdict speaks of, for every removed line by base line and every added line by new line."""
    old: dict[int, Judged] = {}
    new: dict[int, Judged] = {}
    for run in runs:
        for number, line in enumerate(run.removed, run.old_start):
            old[number] = Judged(line, run.old_start, len(run.removed), run.added)
        for number, line in enumerate(run.added, run.new_start):
            new[number] = Judged(line, run.old_start, len(run.removed), run.added)
    return old, new


def is_among(few: tuple[bytes, ...], many: tuple[bytes, ...]) -> bool:
    """True when `few` is what is left of `many` after taking lines out."""
    rest = iter(many)
    return all(line in rest for line in few)


def check_promise(carry: FileCarry, before: tuple[Run, ...], after: tuple[Run, ...]) -> None:
    was_old, was_new = spoken_of(before)
    now_old, now_new = spoken_of(after)
    pairs = [(here + n, was + n) for here, was, count in carry.new for n in range(count)]
    assert len({here for here, _ in pairs}) == len({was for _, was in pairs}) == len(pairs)
    for here, was in pairs:
        now, then = now_new[here], was_new[was]
        assert now.data == then.data
        assert (now.start, now.removed) == (then.start, then.removed)
    for line in numbers(carry.old):
        now, then = now_old[line], was_old[line]
        assert now.data == then.data
        if not then.added:
            assert not now.added
        else:
            assert (now.start, now.removed) == (then.start, then.removed)
            assert is_among(then.added, now.added)


@st.composite
def two_rounds(draw: st.DrawFn) -> tuple[bytes, bytes, bytes]:
    base = draw(texts())
    first = draw(st.one_of(edited(base), texts()))
    return base, first, draw(st.one_of(edited(first), edited(base), texts()))


def file_of(base: bytes, new: bytes, runs: tuple[Run, ...]) -> FileChange:
    return modified(runs, old=base.hex(), new=new.hex())


@settings(max_examples=300)
@given(two_rounds())
def test_what_carries_over_has_the_same_bytes_and_replaces_the_same_lines(
    rounds: tuple[bytes, bytes, bytes],
) -> None:
    base, first, second = rounds
    before, after = runs_of(base, first), runs_of(base, second)
    files = file_of(base, first, before), file_of(base, second, after)
    carry = carry_between(*files, runs_of(first, second))
    if carry.whole:
        assert first == second
    else:
        check_promise(carry, before, after)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(two_rounds())
def test_the_promise_holds_on_the_runs_that_git_chooses(
    box: GitBox, rounds: tuple[bytes, bytes, bytes]
) -> None:
    base, first, second = rounds
    before, after = box.runs(base, first), box.runs(base, second)
    carry = carry_between(file_of(base, first, before), file_of(base, second, after), box.runs(first, second))
    if not carry.whole:
        check_promise(carry, before, after)


@settings(max_examples=150)
@given(two_rounds(), two_rounds())
def test_the_promise_holds_even_when_the_runs_between_the_rounds_are_those_of_other_texts(
    rounds: tuple[bytes, bytes, bytes], others: tuple[bytes, bytes, bytes]
) -> None:
    base, first, second = rounds
    before, after = runs_of(base, first), runs_of(base, second)
    wrong = runs_of(others[1], others[2])
    carry = carry_between(file_of(base, first, before), file_of(base, second, after), wrong)
    if not carry.whole:
        check_promise(carry, before, after)


@st.composite
def verdicts_for(draw: st.DrawFn, runs: tuple[Run, ...]) -> FileVerdicts:
    choice = st.sampled_from((OPEN, YES, YES, NO))
    old = {run.old_start + n: draw(choice) for run in runs for n in range(len(run.removed))}
    new = {run.new_start + n: draw(choice) for run in runs for n in range(len(run.added))}
    return FileVerdicts.of(
        {line: verdict for line, verdict in old.items() if verdict is not OPEN},
        {line: verdict for line, verdict in new.items() if verdict is not OPEN},
    )


@settings(max_examples=300)
@given(st.data())
def test_with_rejected_lines_taken_out_the_accepted_result_stays_what_was_accepted(
    data: st.DataObject,
) -> None:
    """Judge a round, take the rejected lines out, and let the carried verdicts say what is accepted.

    Nothing that was not accepted may become so: what would land after is made of lines accepted before.
    """
    base, first, _ = data.draw(two_rounds())
    before = runs_of(base, first)
    held = data.draw(verdicts_for(before))
    second = b"".join(compose_lines(split_lines(base), before, held, Take.NOT_REJECTED))
    after = runs_of(base, second)
    carry = carry_between(
        file_of(base, first, before), file_of(base, second, after), runs_of(first, second), held
    )
    moved = carry_verdicts({"f": held}, (carry,)).get("f", NO_VERDICTS)
    _, was_new = spoken_of(before)
    _, now_new = spoken_of(after)
    for start, was, count in carry.new:
        for step in range(count):
            assert now_new[start + step].data == was_new[was + step].data
    assert set(moved.old) <= set(held.old)
    assert all(moved.old[line] is held.old[line] for line in moved.old)
    if not any(NO in each.values() for each in (held.old, held.new)):
        assert (moved.old, moved.new) == (held.old, held.new)


@settings(max_examples=150)
@given(st.data())
def test_no_line_of_a_result_that_was_accepted_as_a_whole_is_rejected_after(data: st.DataObject) -> None:
    """Every line judged, and the rejected ones taken out: none of what is left may be shown as rejected.

    With lines that are all different: among equal ones a diff may call a line that was put back added.
    """
    lines = tuple(b"old %d\n" % n for n in range(data.draw(st.integers(0, 8))))
    edits = data.draw(
        st.lists(st.tuples(st.integers(0, 8), st.integers(0, 3), st.integers(0, 3)), max_size=4)
    )
    changed = list(lines)
    for number, (at, gone, fresh) in enumerate(edits):
        changed[at : at + gone] = [b"new %d %d\n" % (number, step) for step in range(fresh)]
    base, first = b"".join(lines), b"".join(changed)
    before = runs_of(base, first)
    draw = st.sampled_from((YES, NO))
    held = FileVerdicts.of(
        {run.old_start + n: data.draw(draw) for run in before for n in range(len(run.removed))},
        {run.new_start + n: data.draw(draw) for run in before for n in range(len(run.added))},
    )
    second = b"".join(compose_lines(lines, before, held, Take.ACCEPTED))
    after = runs_of(base, second)
    one, two = file_of(base, first, before), file_of(base, second, after)
    carry = carry_between(one, two, runs_of(first, second), held)
    moved = carry_verdicts({"f": held}, (carry,)).get("f", NO_VERDICTS)
    # Not only is nothing rejected: nothing is open either, since every line of it was accepted.
    assert b"".join(compose_lines(lines, after, moved, Take.ACCEPTED)) == second


# -- cases, with names -------------------------------------------------------------------------


def carried(
    base: bytes, first: bytes, second: bytes, held: FileVerdicts, *, informed: bool = True
) -> FileVerdicts:
    """The verdicts of round two, from those of round one."""
    one = file_of(base, first, runs_of(base, first))
    two = file_of(base, second, runs_of(base, second))
    carry = carry_between(one, two, runs_of(first, second), held if informed else NO_VERDICTS)
    return carry_verdicts({"f": held}, (carry,)).get("f", NO_VERDICTS)


def accepted(base: bytes, new: bytes) -> FileVerdicts:
    """Every line of every run accepted."""
    runs = runs_of(base, new)
    return FileVerdicts.of(
        {run.old_start + n: YES for run in runs for n in range(len(run.removed))},
        {run.new_start + n: YES for run in runs for n in range(len(run.added))},
    )


BASE = b"".join(b"line %d\n" % n for n in range(1, 21))


def edit(text: bytes, *pairs: tuple[bytes, bytes]) -> bytes:
    for old, new in pairs:
        assert text.count(old) == 1
        text = text.replace(old, new)
    return text


def test_a_round_that_changes_something_else_keeps_every_verdict() -> None:
    first = edit(BASE, (b"line 5\n", b"five\n"), (b"line 12\n", b"twelve\nand\n"))
    second = edit(first, (b"line 1\n", b"zero\none\n"), (b"line 19\n", b""))
    held = accepted(BASE, first)
    assert carried(BASE, first, second, held) == FileVerdicts.of(
        {5: YES, 12: YES}, {6: YES, 13: YES, 14: YES}
    )


def test_of_equal_changes_the_rejected_one_is_the_one_that_stays_rejected() -> None:
    base = b"begin\n    x()\nend\n" * 3
    first = base.replace(b"    x()\n", b"    x()\n    log()\n")
    held = FileVerdicts.of(new={3: YES, 7: NO, 11: YES})
    # The second was taken out: its verdict goes to no other, and the third keeps its own.
    second = b"begin\n    x()\n    log()\nend\nbegin\n    x()\nend\nbegin\n    x()\n    log()\nend\n"
    assert carried(base, first, second, held) == FileVerdicts.of(new={3: YES, 10: YES})
    # Nobody took it out: it is still rejected.
    grown = first + b"more\n"
    assert carried(base, first, grown, held) == held


def test_of_two_equal_lines_in_one_change_the_kept_one_keeps_its_verdict() -> None:
    base, first, second = b"a\nz\n", b"a\nx\nx\nz\n", b"a\nx\nz\n"
    assert carried(base, first, second, FileVerdicts.of(new={2: NO, 3: YES})) == FileVerdicts.of(new={2: YES})
    assert carried(base, first, second, FileVerdicts.of(new={2: YES, 3: NO})) == FileVerdicts.of(new={2: YES})


def test_of_two_equal_lines_judged_differently_the_one_that_is_left_in_doubt_is_open() -> None:
    base, first, second = b"a\nz\n", b"a\nx\nx\nz\n", b"a\nx\nother\nz\n"
    assert carried(base, first, second, FileVerdicts.of(new={2: NO, 3: YES})) == NO_VERDICTS
    assert carried(base, first, second, FileVerdicts.of(new={2: YES, 3: YES})) == FileVerdicts.of(
        new={2: YES}
    )


def test_a_removal_that_was_rejected_and_may_have_been_put_back_under_another_number_is_open() -> None:
    one = modified((Run(1, 0, (b"x\n", b"x\n", b"y\n"), ()),), new="2")
    two = modified((Run(2, 1, (b"x\n", b"y\n"), ()),), new="3")
    held = FileVerdicts.of({1: YES, 2: NO, 3: YES})
    carry = carry_between(one, two, (Run(0, 1, (), (b"x\n",)),), held)
    assert carry_verdicts({"f": held}, (carry,)) == {"f": FileVerdicts.of({3: YES})}


def test_rejected_code_that_is_back_with_an_edit_beside_it_is_open() -> None:
    first = edit(BASE, (b"line 5\n", b"bad\n"))
    second = edit(BASE, (b"line 5\nline 6\n", b"bad\nsix\n"))
    assert carried(BASE, first, second, FileVerdicts.of({5: NO}, {5: NO})) == NO_VERDICTS


def test_one_rejected_line_of_a_change_taken_out_leaves_the_rest_of_it_judged() -> None:
    first = edit(BASE, (b"line 5\n", b"five\nbad\nsix\n"))
    second = edit(BASE, (b"line 5\n", b"five\nsix\n"))
    held = FileVerdicts.of({5: YES}, {5: YES, 6: NO, 7: YES})
    assert carried(BASE, first, second, held) == FileVerdicts.of({5: YES}, {5: YES, 6: YES})
    # Who does not say what was rejected gets the removed line back as open: what replaces it has changed.
    assert carried(BASE, first, second, held, informed=False) == FileVerdicts.of({}, {5: YES, 6: YES})


def test_a_removal_that_was_rejected_and_taken_back_leaves_the_additions_after_it_judged() -> None:
    first = edit(BASE, (b"line 5\nline 6\n", b"five\n"))
    second = edit(BASE, (b"line 5\nline 6\n", b"line 6\nfive\n"))
    held = FileVerdicts.of({5: YES, 6: NO}, {5: YES})
    assert carried(BASE, first, second, held) == FileVerdicts.of({5: YES}, {6: YES})


def test_a_change_that_grew_by_new_neighbours_keeps_its_verdicts_and_only_the_new_lines_are_open() -> None:
    first = edit(BASE, (b"line 5\n", b"five\n"), (b"line 12\n", b"line 12\nadded\n"))
    second = edit(
        BASE, (b"line 5\n", b"five\nand more\n"), (b"line 12\n", b"line 12\nbefore\nadded\nafter\n")
    )
    held = accepted(BASE, first)
    assert carried(BASE, first, second, held) == FileVerdicts.of({5: YES}, {5: YES, 15: YES})


def test_a_removal_that_something_new_takes_the_place_of_is_open_again() -> None:
    first = edit(BASE, (b"line 5\n", b""))
    second = edit(BASE, (b"line 5\n", b"other\n"))
    assert carried(BASE, first, second, FileVerdicts.of({5: YES})) == NO_VERDICTS


def test_a_removal_with_more_lines_removed_beside_it_keeps_its_verdict() -> None:
    first = edit(BASE, (b"line 5\nline 6\n", b""))
    second = edit(BASE, (b"line 5\nline 6\nline 7\n", b""))
    assert carried(BASE, first, second, FileVerdicts.of({5: YES, 6: NO})) == FileVerdicts.of({5: YES, 6: NO})


def test_an_altered_line_is_open_and_takes_the_verdict_of_what_it_replaces_with_it() -> None:
    first = edit(BASE, (b"line 5\n", b"five\nsix\n"))
    second = edit(BASE, (b"line 5\n", b"five\nSIX\n"))
    assert carried(BASE, first, second, accepted(BASE, first)) == FileVerdicts.of({}, {5: YES})


def test_an_addition_that_now_replaces_a_line_is_open() -> None:
    first = edit(BASE, (b"line 5\n", b"line 5\nnew\n"))
    second = edit(BASE, (b"line 5\nline 6\n", b"line 5\nnew\n"))
    assert carried(BASE, first, second, FileVerdicts.of(new={6: YES})) == NO_VERDICTS


def test_an_addition_that_stands_elsewhere_now_is_open() -> None:
    first = edit(BASE, (b"line 5\n", b"return\nline 5\n"))
    second = edit(BASE, (b"line 5\n", b"line 5\nreturn\n"))
    assert carried(BASE, first, second, FileVerdicts.of(new={5: YES})) == NO_VERDICTS


# -- files -------------------------------------------------------------------------------------


def test_a_file_renamed_between_rounds_keeps_its_verdicts_under_its_new_name(box: GitBox) -> None:
    base = box.tree({"old": (FILE, BASE)})
    first = box.tree({"one": (FILE, edit(BASE, (b"line 5\n", b"five\n"), (b"line 9\n", b"nine\n")))})
    second = box.tree({"two": (FILE, edit(BASE, (b"line 5\n", b"five\n"), (b"line 9\n", b"NINE\n")))})
    before, after = box.diff(base, first), box.diff(base, second)
    held = FileVerdicts.of({5: YES, 9: NO}, {5: YES, 9: NO}, {Kind.RENAME: YES})
    carry = carry_rounds(before, after, box.diff(first, second))
    assert carry_verdicts({"one": held}, carry) == {"two": FileVerdicts.of({5: YES}, {5: YES})}


def test_a_new_file_renamed_between_rounds_keeps_its_verdicts(box: GitBox) -> None:
    base, first = box.tree({"a": (FILE, b"a\n")}), box.tree({"a": (FILE, b"a\n"), "one": (FILE, BASE)})
    second = box.tree({"a": (FILE, b"a\n"), "two": (FILE, edit(BASE, (b"line 2\n", b"2\n")))})
    carry = carry_rounds(box.diff(base, first), box.diff(base, second), box.diff(first, second))
    held = FileVerdicts.of(new={1: YES, 2: YES, 3: NO})
    assert carry_verdicts({"one": held}, carry) == {"two": FileVerdicts.of(new={1: YES, 3: NO})}


def test_an_unchanged_file_change_carries_as_a_whole_and_a_fact_only_while_it_says_the_same(
    box: GitBox,
) -> None:
    base = box.tree({"t": (FILE, BASE), "b": (FILE, b"\0"), "m": (FILE, b"m\n")})
    same = (FILE, edit(BASE, (b"line 5\n", b"five\n")))
    first = box.tree({"t": same, "b": (FILE, b"\0one"), "m": ("100755", b"m\n")})
    second = box.tree({"t": same, "b": (FILE, b"\0two"), "m": ("100755", b"M\n")})
    carry = carry_rounds(box.diff(base, first), box.diff(base, second), box.diff(first, second))
    held = {
        "t": FileVerdicts.of({5: YES}, {5: YES}),
        "b": FileVerdicts.of(facts={Kind.BINARY: YES}),
        "m": FileVerdicts.of(facts={Kind.MODE: YES}),
    }
    assert carry_verdicts(held, carry) == {"t": held["t"], "m": held["m"]}
    assert [each.path for each in carry if each.whole] == ["t"]


def test_a_link_or_submodule_that_points_elsewhere_is_open_again(box: GitBox) -> None:
    base = box.tree({"l": ("120000", b"0"), "s": ("160000", b"0" * 39 + b"1")})
    first = box.tree({"l": ("120000", b"1"), "s": ("160000", b"1" * 40)})
    second = box.tree({"l": ("120000", b"2"), "s": ("160000", b"2" * 40)})
    one, two = box.diff(base, first), box.diff(base, second)
    assert carry_rounds(one, two, box.diff(first, second)) == ()
    assert all(each.whole for each in carry_rounds(one, one, ()))


def test_another_file_at_the_same_path_takes_no_verdict_along(box: GitBox) -> None:
    """`a` was renamed to `p` and judged; then `b` is at `p`. Base lines count in another file now."""
    other = b"".join(b"other %d\n" % n for n in range(1, 21))
    base = box.tree({"a": (FILE, BASE), "b": (FILE, other)})
    first = box.tree({"p": (FILE, edit(BASE, (b"line 5\n", b"five\n"))), "b": (FILE, other)})
    second = box.tree({"p": (FILE, edit(other, (b"other 5\n", b"five\n"))), "a": (FILE, BASE)})
    carry = carry_rounds(box.diff(base, first), box.diff(base, second), box.diff(first, second))
    held = FileVerdicts.of({5: YES}, {5: YES}, {Kind.RENAME: YES})
    assert carry_verdicts({"p": held}, carry) == {}


def test_without_a_diff_between_the_rounds_only_runs_that_are_the_same_carry_over() -> None:
    first = edit(BASE, (b"line 5\n", b"five\n"), (b"line 9\n", b"nine\nten\n"))
    second = edit(BASE, (b"line 5\n", b"five\n"), (b"line 9\n", b"nine\n"))
    one, two = (
        replace(file_of(BASE, text, runs_of(BASE, text)), path=text[:3].hex()) for text in (first, second)
    )
    carry = carry_between(one, two, None)
    assert (carry.old, carry.new) == (((5, 1),), ((5, 5, 1),))


def test_selections_travel_as_verdicts_do() -> None:
    first = edit(BASE, (b"line 5\n", b"five\nsix\nseven\n"))
    second = edit(BASE, (b"line 1\n", b"one\nuno\n"), (b"line 5\n", b"five\nsix\nSEVEN\n"))
    one, two = (file_of(BASE, text, runs_of(BASE, text)) for text in (first, second))
    carry = (carry_between(one, two, runs_of(first, second)),)
    moved = carry_selections((Selection("f", old=((5, 1),), new=((5, 3),)),), carry)
    assert moved == (Selection("f", new=((6, 2),)),)


def test_a_change_that_came_back_whole_has_its_verdict_and_one_that_did_not_is_mixed_or_open() -> None:
    first = edit(BASE, (b"line 5\n", b"five\n"), (b"line 9\n", b"nine\nten\n"))
    second = edit(BASE, (b"line 5\n", b"five\n"), (b"line 9\n", b"nine\nTEN\n"))
    held = carried(BASE, first, second, accepted(BASE, first))
    changes = file_of(BASE, second, runs_of(BASE, second)).changes
    assert [verdict_of(change, {"f": held}) for change in changes] == [YES, Verdict.MIXED]


def test_many_lines_are_carried_in_a_moment() -> None:
    count = 20_000
    base = tuple(b"line %d\n" % n for n in range(count))
    runs = tuple(Run(n + 1, n + 1, (base[n],), (b"new %d\n" % n,)) for n in range(0, count, 2))
    later = (*runs[:-1], Run(runs[-1].old_start, runs[-1].new_start, runs[-1].removed, (b"else\n",)))
    between = (Run(runs[-1].new_start, runs[-1].new_start, runs[-1].added, (b"else\n",)),)
    one, two = (
        with_changes(FileChange(Status.MODIFIED, "f", "f", FILE, FILE, "0", name, runs=each))
        for name, each in (("1", runs), ("2", later))
    )
    carry = carry_between(one, two, between)
    assert sum(number for _, number in carry.old) == sum(number for *_, number in carry.new) == count // 2 - 1
