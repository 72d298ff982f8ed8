"""Landing a round of somebody else on a work tree that has a version of its own: the lines of one file."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.review.texts import changed, runs_between
from workbench.review.changes import FileChange
from workbench.review.compose import Take, compose_lines
from workbench.review.lines import split_lines
from workbench.review.verdicts import NO_VERDICTS, FileVerdicts, Verdict
from workbench.workflow.overlay import Held, overlay

LINES = st.lists(
    st.sampled_from([b"a\n", b"b\n", b"c\n", b"d\n", b"e\n", b"same\n"]), min_size=1, max_size=12
)
ACCEPTED, REJECTED = Verdict.ACCEPTED, Verdict.REJECTED


def text(lines: list[bytes]) -> bytes:
    return b"".join(lines)


def everything(file: FileChange, verdict: Verdict) -> FileVerdicts:
    old = {
        line: verdict for run in file.runs for line in range(run.old_start, run.old_start + len(run.removed))
    }
    new = {
        line: verdict for run in file.runs for line in range(run.new_start, run.new_start + len(run.added))
    }
    return FileVerdicts.of(old, new)


def landed(
    base: bytes,
    work_tree: bytes,
    round_: bytes,
    verdicts: FileVerdicts,
    there: FileVerdicts = NO_VERDICTS,
    gone: frozenset[int] = frozenset(),
) -> bytes:
    """The bytes that the work tree is to hold, as if each blob were named by its bytes.

    `there`: what was judged of the work tree's own lines; `gone`: its runs that were given up.
    """
    file = changed(base, round_)
    held = None
    if work_tree != base:
        held = Held(changed(base, work_tree), runs_between(work_tree, round_), there, gone)
    (result,) = overlay(file, base, verdicts, held)
    if result.data is not None:
        return result.data
    return {file.old_id: base, file.new_id: round_}[result.id]


@given(LINES, LINES, LINES)
def test_all_accepted_is_the_round_and_all_rejected_the_base_where_the_work_tree_has_nothing_open(
    base: list[bytes], work_tree: list[bytes], round_: list[bytes]
) -> None:
    if base == round_:
        return
    file = changed(text(base), text(round_))
    there = everything(changed(text(base), text(work_tree)), REJECTED)
    accepted, rejected = everything(file, ACCEPTED), everything(file, REJECTED)
    assert landed(text(base), text(work_tree), text(round_), accepted, there) == text(round_)
    assert landed(text(base), text(work_tree), text(round_), rejected, there) == text(base)


@given(LINES, LINES, LINES)
def test_all_accepted_is_the_round_and_what_the_work_tree_alone_has(
    base: list[bytes], work_tree: list[bytes], round_: list[bytes]
) -> None:
    if base == round_:
        return
    accepted = everything(changed(text(base), text(round_)), ACCEPTED)
    result = split_lines(landed(text(base), text(work_tree), text(round_), accepted))
    # Nothing stands there twice that stands once on a side, and nothing comes from nowhere.
    for line in set(result):
        assert result.count(line) <= work_tree.count(line) + round_.count(line)
    assert landed(text(base), text(round_), text(round_), accepted) == text(round_)


@st.composite
def judged(draw: st.DrawFn) -> tuple[bytes, bytes, FileVerdicts]:
    """A base, a round, and verdicts on some of the lines between them."""
    base, round_ = text(draw(LINES)), text(draw(LINES))
    every = everything(changed(base, round_), ACCEPTED)
    choice = st.sampled_from([ACCEPTED, REJECTED, None])
    old = {line: verdict for line in every.old if (verdict := draw(choice)) is not None}
    new = {line: verdict for line in every.new if (verdict := draw(choice)) is not None}
    return base, round_, FileVerdicts.of(old, new)


@given(judged())
def test_on_a_work_tree_that_has_the_round_open_lines_stay(case: tuple[bytes, bytes, FileVerdicts]) -> None:
    base, round_, verdicts = case
    if base == round_ or not verdicts:
        return
    wanted = compose_lines(split_lines(base), changed(base, round_).runs, verdicts, Take.NOT_REJECTED)
    assert landed(base, round_, round_, verdicts) == b"".join(wanted)


@given(judged())
def test_on_a_work_tree_that_is_the_base_only_accepted_lines_come(
    case: tuple[bytes, bytes, FileVerdicts],
) -> None:
    base, round_, verdicts = case
    if base == round_ or not verdicts:
        return
    wanted = compose_lines(split_lines(base), changed(base, round_).runs, verdicts, Take.ACCEPTED)
    assert landed(base, base, round_, verdicts) == b"".join(wanted)


@given(judged(), LINES)
def test_no_rejected_line_is_there_that_the_base_has_not(
    case: tuple[bytes, bytes, FileVerdicts], work_tree: list[bytes]
) -> None:
    base, round_, _ = case
    marked = base.replace(b"a\n", b"A\n")
    file = changed(marked, round_)
    if marked == round_:
        return
    rejected = FileVerdicts.of({}, dict.fromkeys(everything(file, REJECTED).new, REJECTED))
    if not rejected:
        return
    result = landed(marked, text(work_tree), round_, rejected)
    assert set(split_lines(result)) <= set(split_lines(marked)) | set(work_tree)


def test_a_run_that_nobody_judged_stays_as_the_work_tree_has_it() -> None:
    base = b"1\n2\n3\n4\n5\n6\n7\n8\n"
    work_tree = b"1\nA\nB\n3\n4\n5\n6\nseven\n8\n"
    round_ = b"1\nA\nC\n3\n4\n5\n6\nSEVEN\n8\n"
    verdicts = FileVerdicts.of({7: ACCEPTED}, {8: ACCEPTED})
    assert landed(base, work_tree, round_, verdicts) == b"1\nA\nB\n3\n4\n5\n6\nSEVEN\n8\n"


def test_a_run_that_is_judged_in_part_keeps_what_the_work_tree_has_of_the_rest() -> None:
    base = b"1\n2\n3\n"
    work_tree = b"1\nA\nB\n3\n"
    round_ = b"1\nA\nC\nD\n3\n"
    assert landed(base, work_tree, round_, FileVerdicts.of({}, {3: ACCEPTED})) == b"1\nA\nC\n3\n"


DEBUG, WITHOUT = b"debug\n1\n2\n3\n4\n5\n", b"1\n2\n3\n4\nfive\n"
LAST = FileVerdicts.of({5: ACCEPTED}, {5: ACCEPTED})


def test_an_open_run_that_the_round_took_away_stays() -> None:
    assert landed(b"1\n2\n3\n4\n5\n", DEBUG, WITHOUT, LAST) == b"debug\n1\n2\n3\n4\nfive\n"


def test_a_rejected_run_that_the_round_took_away_goes() -> None:
    there = FileVerdicts.of({}, {1: REJECTED})
    assert landed(b"1\n2\n3\n4\n5\n", DEBUG, WITHOUT, LAST, there) == WITHOUT


def test_a_run_that_was_given_up_goes() -> None:
    assert landed(b"1\n2\n3\n4\n5\n", DEBUG, WITHOUT, LAST, gone=frozenset({0})) == WITHOUT


def test_an_open_removal_that_the_round_brought_back_stays_removed() -> None:
    assert landed(b"1\n2\n3\n4\n5\n", b"2\n3\n4\n5\n", WITHOUT, LAST) == b"2\n3\n4\nfive\n"


def test_a_line_that_both_have_at_different_places_of_the_base_stands_there_once() -> None:
    base, work_tree, round_ = b"a\nz\na\n", b"a\nnew\nz\na\n", b"a\nz\nnew\na\n"
    accepted = everything(changed(base, round_), ACCEPTED)
    assert landed(base, work_tree, round_, accepted) == round_


def test_a_mode_that_nobody_judged_stays_as_the_work_tree_has_it() -> None:
    base, round_ = b"1\n2\n", b"1\ntwo\n"
    file = changed(base, round_, new_mode="100755")
    held = Held(changed(base, b"1\nzwei\n", new_mode="100755"), runs_between(b"1\nzwei\n", round_))
    verdicts = FileVerdicts.of({2: ACCEPTED}, {2: ACCEPTED})
    (result,) = overlay(file, base, verdicts, held)
    assert result.mode == "100755"
    (result,) = overlay(file, base, verdicts, None)
    assert result.mode == "100644"


def test_contents_that_nobody_judged_stay_as_the_work_tree_has_them() -> None:
    file = changed(b"\0base", b"\0round", new_mode="100755")
    held = Held(changed(b"\0base", b"\0work tree"), ())
    accepted = {change.kind: ACCEPTED for change in file.changes if change.kind.value == "mode"}
    (result,) = overlay(file, None, FileVerdicts.of({}, {}, accepted), held)
    assert (result.mode, result.id) == ("100755", held.file.new_id)
