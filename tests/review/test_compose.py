"""Composing on lines and file changes alone. Against git, on real trees: `test_compose_oracle.py`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.review.gitbox import GitBox
from tests.review.texts_of_code import modified, runs_of, texts
from workbench.review import compose as module
from workbench.review.changes import FileChange, Kind, Run, Side, Status
from workbench.review.compose import Result, Take, compose_file, compose_lines
from workbench.review.lines import split_lines
from workbench.review.verdicts import NO_VERDICTS, FileVerdicts, Verdict

OPEN, YES, NO = Verdict.OPEN, Verdict.ACCEPTED, Verdict.REJECTED
FILE, PROGRAM, LINK, SUBMODULE = "100644", "100755", "120000", "160000"


def some_verdicts(runs: tuple[Run, ...], seed: int) -> FileVerdicts:
    """Verdicts on the lines of the runs, two bits of the seed for each."""
    choices = (OPEN, YES, NO, YES)
    held: dict[Side, dict[int, Verdict]] = {Side.OLD: {}, Side.NEW: {}}
    places = [(Side.OLD, run.old_start + n) for run in runs for n in range(len(run.removed))]
    places += [(Side.NEW, run.new_start + n) for run in runs for n in range(len(run.added))]
    for number, (side, line) in enumerate(places):
        verdict = choices[(seed >> (2 * number % 32)) & 3]
        if verdict is not OPEN:
            held[side][line] = verdict
    return FileVerdicts.of(held[Side.OLD], held[Side.NEW])


@given(texts(), texts())
def test_everything_taken_is_the_new_text_and_nothing_taken_the_old_one(old: bytes, new: bytes) -> None:
    runs, lines = runs_of(old, new), split_lines(old)
    everything = some_verdicts(runs, 0x55555555)
    assert b"".join(compose_lines(lines, runs, everything, Take.ACCEPTED)) == new
    assert b"".join(compose_lines(lines, runs, NO_VERDICTS, Take.NOT_REJECTED)) == new
    assert b"".join(compose_lines(lines, runs, NO_VERDICTS, Take.ACCEPTED)) == old
    assert b"".join(compose_lines(lines, runs, some_verdicts(runs, 0xAAAAAAAA), Take.NOT_REJECTED)) == old


@given(texts(), texts(), st.integers(0, 2**32))
def test_a_composed_text_never_has_two_lines_glued_into_one(old: bytes, new: bytes, seed: int) -> None:
    runs = runs_of(old, new)
    result = compose_lines(split_lines(old), runs, some_verdicts(runs, seed), Take.ACCEPTED)
    assert split_lines(b"".join(result)) == result


@given(texts(), texts(), st.integers(0, 2**32), st.integers(1, 3), st.sampled_from(list(Take)))
def test_a_text_composed_by_pieces_is_the_text(
    old: bytes, new: bytes, seed: int, at_once: int, take: Take
) -> None:
    runs, base = runs_of(old, new), split_lines(old)
    verdicts, missing = some_verdicts(runs, seed), Run(len(base) + 2, 1, (b"more\n",), ())
    whole = compose_lines(base, runs, verdicts, take)
    file = FileChange(Status.MODIFIED, "a", "a", FILE, FILE, "1", "2", runs=runs)
    composed = compose_file(file, old, verdicts, take)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_AT_ONCE", at_once)
        assert compose_lines(base, runs, verdicts, take) == whole
        assert compose_file(file, old, verdicts, take) == composed
        for wrong in ((missing,), (Run(len(base) + 1, 1, (), (b"more\n",)),)):
            with pytest.raises(ValueError, match="The base does not hold"):
                compose_lines(base, wrong, verdicts, take)


def compose(old: bytes, new: bytes, verdicts: FileVerdicts) -> bytes:
    return b"".join(compose_lines(split_lines(old), runs_of(old, new), verdicts, Take.ACCEPTED))


def test_an_addition_after_a_kept_last_line_without_newline_starts_a_line_of_its_own() -> None:
    assert compose(b"a\nb", b"a\nB\nc\n", FileVerdicts.of(new={3: YES})) == b"a\nb\nc\n"


def test_a_line_end_that_must_be_made_up_is_the_kind_that_the_file_has() -> None:
    assert compose(b"a\r\nb", b"a\r\nB\r\nc\r\n", FileVerdicts.of(new={3: YES})) == b"a\r\nb\r\nc\r\n"
    assert compose(b"b", b"B\r\nc\r\n", FileVerdicts.of(new={2: YES})) == b"b\r\nc\r\n"


def test_only_the_final_newline_can_be_added_or_removed() -> None:
    both = FileVerdicts.of(old={1: YES}, new={1: YES})
    assert compose(b"a", b"a\n", both) == b"a\n"
    assert compose(b"a\n", b"a", both) == b"a"
    assert compose(b"a", b"a\n", NO_VERDICTS) == b"a"
    assert compose(b"", b"a\n", FileVerdicts.of(new={1: YES})) == b"a\n"
    assert compose(b"a\n", b"", FileVerdicts.of(old={1: YES})) == b""


def test_kept_removed_lines_come_before_taken_additions() -> None:
    verdicts = FileVerdicts.of(old={2: YES}, new={2: YES})
    assert compose(b"a\nb\nc\nd\n", b"a\nX\nY\nd\n", verdicts) == b"a\nc\nX\nd\n"


def test_of_three_equal_blocks_the_change_in_the_middle_one_stays_in_the_middle() -> None:
    block = b"if x:\n    y()\n\n"
    old, new = block * 3, block + b"if x:\n    z()\n\n" + block
    verdicts = FileVerdicts.of(old={5: YES}, new={5: YES})
    assert compose(old, new, verdicts) == new


def test_lone_carriage_returns_and_mixed_endings_survive() -> None:
    old, new = b"a\rb\r\nc\n\x0c\n", b"a\rb\r\nC\r\n\x0c\n"
    assert compose(old, new, FileVerdicts.of(old={2: YES}, new={2: YES})) == new


def test_composing_on_a_base_that_is_not_the_one_of_the_runs_is_refused() -> None:
    runs = runs_of(b"a\nb\n", b"a\nc\n")
    with pytest.raises(ValueError, match="line 2"):
        compose_lines(split_lines(b"a\nX\n"), runs, NO_VERDICTS, Take.ACCEPTED)
    with pytest.raises(ValueError, match="line 2"):
        compose_lines((), runs, NO_VERDICTS, Take.ACCEPTED)


# -- files ------------------------------------------------------------------------------------


def only(box: GitBox, old: dict[str, tuple[str, bytes]], new: dict[str, tuple[str, bytes]]) -> FileChange:
    files = box.changes(old, new)
    assert len(files) == 1
    return files[0]


def results(
    file: FileChange, old: bytes | None, take: Take = Take.ACCEPTED, /, **held: Verdict
) -> tuple[Result, ...]:
    """Composed with verdicts given as `old_1=YES`, `new_2=NO`, `mode=YES`."""
    old_lines: dict[int, Verdict] = {}
    new_lines: dict[int, Verdict] = {}
    facts: dict[Kind, Verdict] = {}
    for name, verdict in held.items():
        side, _, line = name.partition("_")
        if side == "old":
            old_lines[int(line)] = verdict
        elif side == "new":
            new_lines[int(line)] = verdict
        else:
            facts[Kind(side)] = verdict
    return compose_file(file, old, FileVerdicts.of(old_lines, new_lines, facts), take)


def test_a_new_file_exists_as_soon_as_one_of_its_lines_is_taken(box: GitBox) -> None:
    file = only(box, {}, {"n": (FILE, b"a\nb\n")})
    assert results(file, None) == ()
    assert results(file, None, new_2=YES) == (Result("n", FILE, b"b\n", None),)
    assert results(file, None, new_1=YES, new_2=YES) == (Result("n", FILE, None, file.new_id),)
    assert results(file, None, Take.NOT_REJECTED, new_1=NO, new_2=NO) == ()


def test_the_executable_bit_of_a_new_file_is_taken_only_when_it_is_accepted(box: GitBox) -> None:
    file = only(box, {}, {"n": (PROGRAM, b"a\nb\n")})
    assert results(file, None, new_1=YES, new_2=YES) == (Result("n", FILE, None, file.new_id),)
    assert results(file, None, new_1=YES, mode=YES) == (Result("n", PROGRAM, b"a\n", None),)
    assert results(file, None, mode=YES) == (Result("n", PROGRAM, b"", None),)
    binary = only(box, {}, {"n": (PROGRAM, b"\0")})
    assert results(binary, None, mode=YES) == ()
    assert results(binary, None, binary=YES) == (Result("n", FILE, None, binary.new_id),)


def test_a_deleted_file_is_gone_only_when_all_of_it_is_taken(box: GitBox) -> None:
    file = only(box, {"d": (PROGRAM, b"a\nb\n")}, {})
    assert results(file, b"a\nb\n") == (Result("d", PROGRAM, None, file.old_id),)
    assert results(file, b"a\nb\n", old_1=YES) == (Result("d", PROGRAM, b"b\n", None),)
    assert results(file, b"a\nb\n", old_1=YES, old_2=YES) == ()


def test_an_empty_file_is_added_and_deleted_as_a_fact(box: GitBox) -> None:
    added = only(box, {}, {"e": (FILE, b"")})
    assert results(added, None) == ()
    assert results(added, None, empty=YES) == (Result("e", FILE, None, added.new_id),)
    deleted = only(box, {"e": (FILE, b"")}, {})
    assert results(deleted, b"") == (Result("e", FILE, None, deleted.old_id),)
    assert results(deleted, b"", empty=YES) == ()


def test_a_mode_never_slips_in_with_a_text_change(box: GitBox) -> None:
    file = only(box, {"m": (PROGRAM, b"a\n")}, {"m": (FILE, b"b\n")})
    assert results(file, b"a\n", old_1=YES, new_1=YES) == (Result("m", PROGRAM, None, file.new_id),)
    assert results(file, b"a\n", mode=YES) == (Result("m", FILE, None, file.old_id),)
    only_mode = only(box, {"m": (PROGRAM, b"a\n")}, {"m": (FILE, b"a\n")})
    assert results(only_mode, b"a\n") == (Result("m", PROGRAM, None, file.old_id),)
    assert results(only_mode, b"a\n", mode=YES) == (Result("m", FILE, None, file.old_id),)


def test_a_rejected_rename_puts_the_accepted_edits_at_the_old_path(box: GitBox) -> None:
    text = b"".join(b"line %d\n" % n for n in range(9))
    file = only(box, {"old": (FILE, text)}, {"new": (FILE, b"first\n" + text[7:] + b"last\n")})
    assert (file.base_path, file.path) == ("old", "new")
    accepted = {"old_1": YES, "new_1": YES}
    assert results(file, text, **accepted, rename=NO) == (Result("old", FILE, b"first\n" + text[7:], None),)
    assert results(file, text, **accepted, rename=YES) == (Result("new", FILE, b"first\n" + text[7:], None),)
    assert results(file, text, rename=YES) == (Result("new", FILE, None, file.old_id),)
    assert results(file, text) == (Result("old", FILE, None, file.old_id),)


def test_binaries_links_and_submodules_are_taken_or_left_whole(box: GitBox) -> None:
    commits = (b"1" * 40, b"2" * 40)
    for mode, kind, old, new in (
        (FILE, "binary", b"\0a", b"\0b"),
        (FILE, "binary", b"text\n", b"\0b"),
        (LINK, "symlink", b"target", b"elsewhere"),
        (SUBMODULE, "submodule", *commits),
    ):
        file = only(box, {"p": (mode, old)}, {"p": (mode, new)})
        assert results(file, None) == (Result("p", mode, None, file.old_id),), kind
        assert results(file, None, **{kind: YES}) == (Result("p", mode, None, file.new_id),), kind
        added = only(box, {}, {"p": (mode, new)})
        assert results(added, None) == ()
        assert results(added, None, **{kind: YES}) == (Result("p", mode, None, file.new_id),), kind
        deleted = only(box, {"p": (mode, new)}, {})
        assert results(deleted, None) == (Result("p", mode, None, file.new_id),), kind
        assert results(deleted, None, **{kind: YES}) == (), kind


def test_a_file_that_becomes_a_link_with_the_same_bytes_is_still_a_change(box: GitBox) -> None:
    file = only(box, {"p": (FILE, b"target")}, {"p": (LINK, b"target")})
    assert [change.kind for change in file.changes] == [Kind.SYMLINK]
    assert results(file, None) == (Result("p", FILE, None, file.old_id),)
    assert results(file, None, symlink=YES) == (Result("p", LINK, None, file.new_id),)


def test_what_is_taken_whole_needs_no_base_and_a_part_without_base_is_refused() -> None:
    file = modified(runs_of(b"a\nb\n", b"A\nB\n"))
    assert compose_file(file, None, NO_VERDICTS, Take.NOT_REJECTED) == (Result("f", FILE, None, "2"),)
    with pytest.raises(ValueError, match="needed"):
        compose_file(file, None, FileVerdicts.of(new={1: YES}), Take.ACCEPTED)
