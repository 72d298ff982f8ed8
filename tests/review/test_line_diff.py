"""Lines of two texts compared without git: what comes out makes the one of the other, and is small."""

from __future__ import annotations

import subprocess
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from workbench.review.changes import Run
from workbench.review.line_diff import as_patch, compare_texts, runs_between

LINES = st.lists(st.sampled_from([b"a\n", b"b\n", b"c\n", b"d\n", b"\n"]), max_size=30)


def applied(old: list[bytes], runs: tuple[Run, ...]) -> list[bytes]:
    """The new text, made from the old one and the runs."""
    result: list[bytes] = []
    at = 0
    for run in runs:
        start = run.old_start - 1 if run.removed else run.old_start
        result += old[at:start]
        assert len(result) + bool(run.added) == run.new_start
        assert tuple(old[start : start + len(run.removed)]) == run.removed
        result += run.added
        at = start + len(run.removed)
    return result + old[at:]


@given(LINES, LINES)
def test_the_runs_make_the_new_text_of_the_old_one(old: list[bytes], new: list[bytes]) -> None:
    runs = runs_between(old, new)
    assert applied(old, runs) == new
    assert all(run.removed or run.added for run in runs)


def test_an_edit_in_a_long_text_is_one_run() -> None:
    old = [b"line %d\n" % number for number in range(20_000)]
    new = [*old[:9_000], b"other\n", *old[9_001:15_000], *old[15_002:]]
    first, second = runs_between(old, new)
    assert (first.old_start, first.removed, first.added) == (9_001, (b"line 9000\n",), (b"other\n",))
    assert (second.old_start, second.removed, second.added) == (
        15_001,
        (b"line 15000\n", b"line 15001\n"),
        (),
    )


def test_two_long_texts_that_have_nothing_in_common_are_one_run() -> None:
    (run,) = runs_between([b"a\n"] * 30_000, [b"b\n"] * 30_000)
    assert (len(run.removed), len(run.added)) == (30_000, 30_000)


def test_a_block_that_moved_leaves_the_rest_together() -> None:
    old = [b"%d\n" % number for number in range(50)]
    new = [*old[5:], *old[:5]]
    assert sum(len(run.removed) for run in runs_between(old, new)) == 5


def test_git_takes_the_patch(tmp_path: Path) -> None:
    old = "".join(f"line {number}\n" for number in range(60))
    new = old.replace("line 3\n", "three\n").replace("line 30\n", "").replace("line 57\n", "x\ny\n")
    (tmp_path / "text").write_text(old)
    assert as_patch(old, old, "a", "b") == ""
    patch = as_patch(old, new, "a/text", "b/text").encode()
    subprocess.run(["git", "apply", "-"], input=patch, cwd=tmp_path, check=True)
    assert (tmp_path / "text").read_text() == new


def test_two_texts_are_a_file_change_that_the_view_can_show() -> None:
    file = compare_texts("one\ntwo\n", "one\n2\n", "the prompt")
    assert [(change.old_start, change.removed, change.added) for change in file.changes] == [
        (2, (b"two\n",), (b"2\n",))
    ]
    assert compare_texts("same\n", "same\n", "the prompt").is_unchanged
