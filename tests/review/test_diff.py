"""Git's output read back: every byte, every kind of file change, and nothing that content could forge."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings

from tests.review.gitbox import DIFF, GitBox
from tests.review.texts_of_code import NASTY, texts
from workbench.review.changes import Kind, Run, Status
from workbench.review.compose import Take, compose_lines
from workbench.review.diff import (
    DiffError,
    file_changes,
    parse_patches,
    parse_raw,
    read_diff,
    split_output,
)
from workbench.review.lines import split_lines
from workbench.review.verdicts import NO_VERDICTS

FILE, PROGRAM, LINK, SUBMODULE = "100644", "100755", "120000", "160000"


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts(), texts())
def test_the_runs_of_any_two_texts_lead_from_one_to_the_other(box: GitBox, old: bytes, new: bytes) -> None:
    runs = box.runs(old, new)
    assert b"".join(compose_lines(split_lines(old), runs, NO_VERDICTS, Take.NOT_REJECTED)) == new
    for run in runs:
        start = run.new_start - bool(run.added)
        assert split_lines(new)[start : start + len(run.added)] == run.added


def test_lines_that_look_like_patch_syntax_are_content(box: GitBox) -> None:
    new = b"".join(NASTY) + b"Binary files a/f and b/f differ\nindex 1111..2222\nold mode 100644\n"
    first, second = box.changes({"z": (FILE, b"1\n")}, {"a": (FILE, new), "z": (FILE, b"2\n")})
    assert first.runs == (Run(0, 1, (), split_lines(new)),)
    assert not first.binary
    assert second.runs == (Run(1, 1, (b"1\n",), (b"2\n",)),)


NAMES = (
    *(" lead", "trail ", "tab\there", "new\nline", 'quo"te', "back\\slash", "a b/c", "x b/x", "-dash"),
    *(":(exclude)", "[k]eep.log", "ünïcode", "\udcff\udcfe", "n" * 255, "@@ -1 +1 @@", "dir/--- a"),
    "\n@@ -1 +1 @@\n-a\n+b\n",
)


def test_paths_come_through_whatever_they_are_made_of(box: GitBox) -> None:
    old = {name: (FILE, b"%d\n" % number) for number, name in enumerate(NAMES)}
    new = {name: (PROGRAM, data + b"more\n") for name, (_, data) in old.items()}
    files = {file.path: file for file in box.changes(old, new)}
    assert set(files) == set(NAMES)
    for number, name in enumerate(NAMES):
        assert files[name].runs == (Run(1, 2, (), (b"more\n",)),), number
        assert [change.kind for change in files[name].changes] == [Kind.MODE, Kind.TEXT]


def test_every_status_is_told_with_its_paths_modes_and_ids(box: GitBox) -> None:
    text = b"".join(b"line %d\n" % n for n in range(20))
    old = {"del": (FILE, b"d\n"), "mod": (FILE, b"a\n"), "src": (FILE, text), "type": (FILE, b"t\n")}
    new = {
        "add": (FILE, b"n\n"),
        "mod": (FILE, b"b\n"),
        "dst": (PROGRAM, text + b"x\n"),
        "type": (LINK, b"t"),
    }
    files = {file.path: file for file in box.changes(old, new)}
    statuses = {path: file.status for path, file in files.items()}
    assert statuses == {
        "add": Status.ADDED,
        "del": Status.DELETED,
        "mod": Status.MODIFIED,
        "dst": Status.RENAMED,
        "type": Status.TYPECHANGE,
    }
    assert (files["add"].base_path, files["add"].old_mode, files["add"].old_id) == (None, None, None)
    assert (files["del"].base_path, files["del"].new_mode, files["del"].new_id) == ("del", None, None)
    renamed = files["dst"]
    assert (renamed.base_path, renamed.old_mode, renamed.new_mode) == ("src", FILE, PROGRAM)
    assert renamed.similarity is not None
    assert 50 < renamed.similarity < 100
    assert [change.kind for change in renamed.changes] == [Kind.RENAME, Kind.MODE, Kind.TEXT]
    assert files["mod"].old_id == box.blob(b"a\n")
    assert files["mod"].new_id == box.blob(b"b\n")


def test_a_hunk_of_very_many_lines_is_read_whole_and_one_that_is_cut_off_is_refused() -> None:
    old, new = ([b"%d of %d\n" % (number, count) for number in range(count)] for count in (41_000, 20_001))
    head = b"diff --git a/f b/f\n@@ -1,41000 +1,20001 @@\n"
    said = [*(b"-" + line for line in old), *(b"+" + line for line in new)]
    (section,) = parse_patches(head + b"".join(said) + b"\\ No newline at end of file\n")
    (run,) = section.runs
    assert list(run.removed) == old
    assert list(run.added) == [*new[:-1], new[-1][:-1]]
    for wrong in (
        [*said[:-1]],
        [*said[:30_000], b" kept\n", *said[30_001:]],
        [*said[:41_000], *said[:20_001]],
    ):
        with pytest.raises(DiffError, match="its header counts"):
            list(parse_patches(head + b"".join(wrong)))


def test_a_type_change_takes_its_two_sections_and_shows_both_sides(box: GitBox) -> None:
    first, second = box.changes(
        {"l": (FILE, b"one\ntwo\n"), "m": (FILE, b"1\n")}, {"l": (LINK, b"target"), "m": (FILE, b"2\n")}
    )
    assert first.runs == ()
    (change,) = first.changes
    assert (change.kind, change.words) == (Kind.SYMLINK, "file → symbolic link to target")
    assert (change.removed, change.added) == ((b"one\n", b"two\n"), (b"target",))
    assert second.runs == (Run(1, 1, (b"1\n",), (b"2\n",)),)


def test_links_submodules_and_binaries_have_facts_and_no_runs(box: GitBox) -> None:
    old = {"b": (FILE, b"\0a"), "l": (LINK, b"x"), "s": (SUBMODULE, b"1" * 40), "e": (FILE, b"")}
    new = {"b": (FILE, b"\0b"), "l": (LINK, b"y"), "s": (SUBMODULE, b"2" * 40), "f": (FILE, b"")}
    files = {file.path: file for file in box.diff(box.tree(old), box.tree(new), "--no-renames")}
    kinds = {path: [change.kind for change in file.changes] for path, file in files.items()}
    assert kinds == {
        "b": [Kind.BINARY],
        "l": [Kind.SYMLINK],
        "s": [Kind.SUBMODULE],
        "e": [Kind.EMPTY],
        "f": [Kind.EMPTY],
    }
    assert all(not file.runs for file in files.values())
    assert files["b"].binary
    assert (files["l"].changes[0].removed, files["l"].changes[0].added) == ((b"x",), (b"y",))


def test_a_binary_patch_in_the_text_is_passed_over(box: GitBox) -> None:
    old = {"b": (FILE, b"\0a" * 999), "t": (FILE, b"1\n")}
    new = {"b": (FILE, b"\0b" * 999), "t": (FILE, b"2\n")}
    binary, text = box.diff(box.tree(old), box.tree(new), "--binary")
    assert binary.binary
    assert text.runs == (Run(1, 1, (b"1\n",), (b"2\n",)),)


def test_the_marker_of_a_missing_newline_may_be_in_any_language() -> None:
    text = (
        b"diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n\\ Kein Zeilenumbruch\n+b\n\\ Pas de fin\n"
    )
    (section,) = parse_patches(text)
    assert section.runs == (Run(1, 1, (b"a",), (b"b",)),)


def test_lines_from_a_pipe_read_the_same_as_bytes(box: GitBox) -> None:
    old = box.tree({"a": (FILE, b"1\n2\n"), "b": (FILE, b"x")})
    new = box.tree({"a": (FILE, b"1\n3\n"), "b": (FILE, b"y\nz")})
    raw, patch = split_output(box.git(*DIFF, old, new))
    assert file_changes(parse_raw(raw), parse_patches(split_lines(patch))) == read_diff(raw + b"\0" + patch)
    for size in (1, 2, 3, 7, 64):
        pieces = [patch[at : at + size] for at in range(0, len(patch), size)]
        assert file_changes(parse_raw(raw), parse_patches(pieces)) == read_diff(raw + b"\0" + patch)


@pytest.mark.parametrize("cut", [10, 60, 120, 180, 230, 250, 260])
def test_output_that_was_cut_off_is_never_taken_for_whole(box: GitBox, cut: int) -> None:
    data = box.git(*DIFF, box.tree({"a": (FILE, b"1\n2\n")}), box.tree({"a": (FILE, b"3\n4\n")}))
    assert cut < len(data)
    with pytest.raises((DiffError, ValueError)):
        read_diff(data[:cut])


def test_sections_that_are_out_of_step_with_the_raw_entries_are_refused(box: GitBox) -> None:
    first = box.git(*DIFF, box.tree({"a": (FILE, b"1\n")}), box.tree({"a": (FILE, b"2\n")}))
    second = box.git(*DIFF, box.tree({"a": (FILE, b"1\n")}), box.tree({"a": (FILE, b"3\n")}))
    with pytest.raises(DiffError, match="out of step"):
        read_diff(split_output(first)[0] + b"\0" + split_output(second)[1])
    with pytest.raises(DiffError, match="more sections"):
        read_diff(first + split_output(second)[1])
    with pytest.raises(DiffError, match="Not a diff of two trees"):
        list(parse_patches(b"diff --cc f\n@@@ -1 -1 +1 @@@\n"))


def test_no_difference_is_no_file_change(box: GitBox) -> None:
    tree = box.tree({"a": (FILE, b"1\n")})
    assert box.diff(tree, tree) == ()


def test_a_huge_diff_is_read_in_the_time_of_a_few_passes_over_its_lines(box: GitBox) -> None:
    old = b"".join(b"    self.value_%d = compute(%d)\n" % (n, n) for n in range(90_000))
    new = old.replace(b"compute", b"calculate")
    data = box.git(*DIFF, box.tree({"f": (FILE, old)}), box.tree({"f": (FILE, new)}))
    passes, spent = [], []
    for _ in range(3):
        start = time.perf_counter()
        assert len([bytes(line) for line in data.split(b"\n")]) > 180_000
        passes.append(time.perf_counter() - start)
        start = time.perf_counter()
        (file,) = read_diff(data)
        spent.append(time.perf_counter() - start)
    assert len(file.runs[0].added) == 90_000
    assert min(spent) < 25 * min(passes)
