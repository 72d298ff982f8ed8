"""The lines of a round's file, without a list of all of them, are those that the list would have."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ui.samples import file_of
from workbench.review.changes import FileChange, Run, Side, Status
from workbench.review.line_diff import runs_between
from workbench.ui.diff import contents as module
from workbench.ui.diff.contents import Contents, Woven

LINES = st.lists(st.sampled_from([b"a\n", b"b\n", b"c\n", b"d\n"]), max_size=30).map(tuple)


@given(LINES, LINES, st.integers(1, 4), st.data())
def test_what_is_woven_is_the_text(
    old: tuple[bytes, ...], new: tuple[bytes, ...], at_once: int, data: st.DataObject
) -> None:
    bound = st.none() | st.integers(-len(new) - 2, len(new) + 2)
    steps = st.none() | st.integers(-3, 3).filter(bool)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_AT_ONCE", at_once)
        woven = Woven(old, runs_between(old, new))
        assert len(woven) == len(new)
        assert tuple(woven) == new
        assert [woven[at] for at in range(-len(new), len(new))] == [*new, *new]
        asked = slice(data.draw(bound), data.draw(bound), data.draw(steps))
        assert woven[asked] == new[asked]


@given(LINES, LINES)
def test_a_long_file_has_the_lines_that_it_would_have_as_a_short_one(
    old: tuple[bytes, ...], new: tuple[bytes, ...]
) -> None:
    file = FileChange(
        Status.MODIFIED, "a", "a", "100644", "100644", "1", "2", runs=tuple(runs_between(old, new))
    )
    found = []
    for many in (0, 1000):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "_MANY", many)
            contents = Contents()
            assert contents.side(file, Side.NEW) is None
            contents.put("1", old)
            found.append(tuple(contents.side(file, Side.NEW) or ()))
    assert found == [new, new]


def test_the_lines_of_what_is_gone_are_not_copied() -> None:
    run = Run(1, 0, (b"a\n", b"b\n"), ())
    file = FileChange(Status.DELETED, "a", "a", "100644", None, "1", None, runs=(run,))
    assert Contents().old(file) is run.removed


def test_a_new_file_is_not_copied_either() -> None:
    file = file_of("a.py", None, b"one\ntwo\n")
    assert Contents().new(file) is file.runs[0].added
