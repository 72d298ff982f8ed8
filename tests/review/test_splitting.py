"""What one key judges, and the ids that stay the same whatever happens around."""

from __future__ import annotations

import time
from hashlib import blake2b

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.review.gitbox import GitBox
from tests.review.texts_of_code import NASTY, modified, runs_of, texts
from workbench.review.changes import Change, FileChange, Kind, Run, Status
from workbench.review.lines import split_lines
from workbench.review.splitting import with_changes

FILE, PROGRAM = "100644", "100755"

MODULE = b'''"""A module."""

import os


CONSTANT = 1


def first():
    a = 1

    b = 2
    return a + b


@decorated
def second():
    if True:

        pass


class Third:
    x = 1

    def method(self):
        pass

    def other(self):
        pass


print(1)
print(2)
'''


def added(text: bytes, at: int = 1) -> FileChange:
    """A file to which the lines of `text` were added after line `at`."""
    return modified((Run(at, at + 1, (), split_lines(text)),))


def first_lines(changes: tuple[Change, ...]) -> list[bytes]:
    return [(change.added or change.removed)[0] for change in changes]


def test_a_long_new_run_is_cut_at_blank_lines_before_its_least_indented_lines() -> None:
    assert len(split_lines(MODULE)) > 30
    assert first_lines(added(MODULE).changes) == [
        b'"""A module."""\n',
        b"import os\n",
        b"CONSTANT = 1\n",
        b"def first():\n",
        b"@decorated\n",
        b"class Third:\n",
        b"print(1)\n",
    ]
    indented = b"".join(b"    " + line if line.strip() else line for line in split_lines(MODULE))
    assert len(added(indented).changes) == 7


def test_a_long_removed_run_is_cut_too_and_each_piece_knows_its_base_line() -> None:
    lines = split_lines(MODULE)
    changes = modified((Run(1, 0, lines, ()),)).changes
    assert len(changes) == 7
    for change in changes:
        assert lines[change.old_start - 1 : change.old_start - 1 + len(change.removed)] == change.removed
        assert (change.new_start, change.added) == (0, ())


def test_a_run_of_thirty_lines_and_a_two_sided_run_of_any_length_stay_whole() -> None:
    thirty = b"x = 1\n\n" * 15
    assert len(added(thirty).changes) == 1
    assert len(added(thirty + b"x = 1\n").changes) == 16
    lines = split_lines(MODULE)
    assert len(modified((Run(1, 1, (b"old\n",), lines),)).changes) == 1


def test_a_long_run_without_a_place_to_cut_stays_whole() -> None:
    assert len(added(b"x = 1\n" * 40).changes) == 1
    assert len(added(b"\n" * 40).changes) == 1
    assert len(added(b"\n\n\n" + b"x = 1\n" * 40).changes) == 1
    assert len(added(b"start\n" + b"    deep\n\n" * 40).changes) == 1


def test_the_id_of_a_change_of_very_many_lines_is_that_of_its_bytes() -> None:
    removed = tuple(b"was %d\n" % number for number in range(25_000))
    new = tuple(b"is %d\n" % number for number in range(45_000))
    (change,) = modified((Run(3, 3, removed, new),)).changes
    before, after = b"".join(removed), b"".join(new)
    said = b"text\0f\0" + b"%d\0%d\0%d\0" % (3, 0, len(before)) + before + after
    assert change.id == blake2b(said, digest_size=6).hexdigest()


def test_a_closing_bracket_after_a_blank_line_is_no_change_of_its_own() -> None:
    block = b"void f() {\n" + b"    x();\n" * 15 + b"\n}\n\n"
    assert first_lines(added(block * 2).changes) == [b"void f() {\n"] * 2


@given(texts(40), st.integers(1, 6))
def test_the_pieces_of_a_run_are_the_run(text: bytes, times: int) -> None:
    lines = split_lines(text.removesuffix(b"\n") + b"\n") * times
    for run in (Run(3, 4, (), lines), Run(4, 3, lines, ())):
        changes = modified((run,)).changes
        assert b"".join(b"".join(change.removed + change.added) for change in changes) == b"".join(lines)
        at = 4
        for change in changes:
            assert (change.new_start if run.added else change.old_start) == at
            assert (change.old_start if run.added else change.new_start) == 3
            at += len(change.removed + change.added)
        assert len({change.id for change in changes}) == len(changes)


@given(texts(), texts())
def test_ids_differ_within_a_file_and_need_no_new_side_line_number(old: bytes, new: bytes) -> None:
    runs = runs_of(old, new)
    changes = modified(runs).changes
    assert len({change.id for change in changes}) == len(changes)
    shifted = modified([Run(run.old_start, run.new_start + 7, run.removed, run.added) for run in runs])
    assert [change.id for change in shifted.changes] == [change.id for change in changes]


def test_taking_one_of_three_equal_changes_out_leaves_the_ids_of_the_others() -> None:
    base = b"begin\n    x()\nend\n" * 3
    all_three = base.replace(b"    x()\n", b"    x()\n    log()\n")
    one, two, three = (change.id for change in modified(runs_of(base, all_three)).changes)
    two_of_them = b"begin\n    x()\n    log()\nend\nbegin\n    x()\nend\nbegin\n    x()\n    log()\nend\n"
    assert [change.id for change in modified(runs_of(base, two_of_them)).changes] == [one, three]
    assert len({one, two, three}) == 3


def test_an_id_says_which_bytes_are_on_which_side_and_in_which_file() -> None:
    runs = (
        Run(1, 1, (b"a\n",), (b"b\n",)),
        Run(1, 1, (b"a\n", b"b\n"), ()),
        Run(1, 1, (), (b"a\n", b"b\n")),
        Run(1, 1, (b"a\n",), (b"b",)),
        Run(2, 1, (b"a\n",), (b"b\n",)),
    )
    found = {modified((run,)).changes[0].id for run in runs}
    found.add(modified((runs[0],), path="g").changes[0].id)
    assert len(found) == len(runs) + 1
    assert all(len(each) == 12 and int(each, 16) >= 0 for each in found)


def test_the_id_of_a_renamed_files_change_is_that_of_its_path_in_the_base() -> None:
    runs = (Run(1, 1, (b"a\n",), (b"b\n",)),)
    renamed = with_changes(FileChange(Status.RENAMED, "new", "f", FILE, FILE, "1", "2", 90, runs=runs))
    assert renamed.changes[1].id == modified(runs).changes[0].id
    again = with_changes(FileChange(Status.RENAMED, "newer", "f", FILE, FILE, "1", "2", 90, runs=runs))
    assert again.changes[0].id != renamed.changes[0].id
    assert again.changes[1].id == renamed.changes[1].id


def test_facts_come_first_and_say_themselves(box: GitBox) -> None:
    text = b"".join(NASTY) * 3
    (file,) = box.changes({"old": (FILE, text)}, {"new": (PROGRAM, text + b"more\n")})
    assert [change.kind for change in file.changes] == [Kind.RENAME, Kind.MODE, Kind.TEXT]
    assert file.changes[0].words.startswith("renamed old → new, ")
    assert file.changes[1].words == "mode 100644 → 100755"


def test_a_fact_about_other_bytes_has_another_id(box: GitBox) -> None:
    base = {"b": (FILE, b"\0"), "l": ("120000", b"x"), "s": ("160000", b"1" * 40), "m": (PROGRAM, b"")}
    one = {"b": (FILE, b"\0one"), "l": ("120000", b"1"), "s": ("160000", b"2" * 40), "m": (FILE, b"")}
    two = {"b": (FILE, b"\0two"), "l": ("120000", b"2"), "s": ("160000", b"3" * 40), "m": (FILE, b"more\n")}
    first = {change.kind: change.id for file in box.changes(base, one) for change in file.changes}
    second = {change.kind: change.id for file in box.changes(base, two) for change in file.changes}
    assert {kind for kind, each in first.items() if second[kind] == each} == {Kind.MODE}
    assert set(first) == {Kind.BINARY, Kind.SYMLINK, Kind.SUBMODULE, Kind.MODE}


def test_the_executable_bit_of_any_new_file_is_a_change_of_its_own(box: GitBox) -> None:
    files = box.changes({}, {"b": (PROGRAM, b"\0"), "e": (PROGRAM, b""), "t": (PROGRAM, b"x\n")})
    kinds = [[change.kind for change in file.changes] for file in files]
    assert kinds == [[Kind.MODE, Kind.BINARY], [Kind.MODE, Kind.EMPTY], [Kind.MODE, Kind.TEXT]]
    (gone,) = box.changes({"t": (PROGRAM, b"x\n")}, {})
    assert [change.kind for change in gone.changes] == [Kind.TEXT]


def test_ten_thousand_changes_are_made_in_the_time_of_a_few_digests_each() -> None:
    runs = tuple(Run(n * 3 + 1, n * 3 + 1, (b"old\n",), (b"new\n",)) for n in range(10_000))
    start = time.thread_time()
    changes = modified(runs).changes
    # Of this thread's own time, which a busy machine makes three times as long at most; else it is minutes.
    assert time.thread_time() - start < 5
    assert len({change.id for change in changes}) == 10_000


def test_a_symbolic_link_says_where_it_led_and_where_it_leads() -> None:
    link = FileChange(Status.MODIFIED, "l", "l", "120000", "120000", "a" * 40, "b" * 40)

    retargeted = with_changes(link, (b"here",), (b"/etc/passwd",)).changes
    added = with_changes(
        replace(link, status=Status.ADDED, base_path=None, old_mode=None, old_id=None), (), (b"there",)
    ).changes

    assert [change.words for change in retargeted] == ["symbolic link to here now leads to /etc/passwd"]
    assert [change.words for change in added] == ["symbolic link to there added"]
