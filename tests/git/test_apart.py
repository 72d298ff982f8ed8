"""Edits that lie apart are joined as git joins them; what is not clearly apart is left to git."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.git.conftest import Opening
from tests.repos import new_repo
from workbench.git.apart import join_apart

LINES = st.lists(st.sampled_from([b"a\n", b"b\n", b"c\n", b"\r\n", b"d"]), max_size=9)


def test_two_edits_apart_are_both_there() -> None:
    assert join_apart(b"1\n2\n3\n4\n", b"one\n2\n3\n4\n", b"1\n2\n3\n4\n5\n") == b"one\n2\n3\n4\n5\n"


@pytest.mark.parametrize(
    ("base", "ours", "theirs"),
    [
        (b"1\n2\n", b"one\n2\n", b"1\ntwo\n"),
        (b"1\n", b"one\n", b"uno\n"),
        (b"1\n2\n3\n", b"1\n3\n", b"1\n2\n2\n3\n"),
        (b"1\n2\n3\n", b"\0\n2\n3\n", b"1\n2\n3\n4\n"),
    ],
)
def test_edits_side_by_side_or_of_no_text_are_left_to_git(base: bytes, ours: bytes, theirs: bytes) -> None:
    assert join_apart(base, ours, theirs) is None


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=LINES, between=LINES, after=LINES, ours=LINES, theirs=LINES)
def test_what_is_joined_is_what_git_joins(
    before: list[bytes],
    between: list[bytes],
    after: list[bytes],
    ours: list[bytes],
    theirs: list[bytes],
    opened: Opening,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    def text(*parts: list[bytes]) -> bytes:
        return b"".join(line for part in parts for line in part)

    base = text([b"first\n"], before, [b"x\n"], between, [b"y\n"], after)
    one = text([b"first\n"], ours, [b"x\n"], between, [b"y\n"], after)
    other = text([b"first\n"], before, [b"x\n"], between, [b"y\n"], theirs)
    joined = join_apart(base, one, other)
    if joined is None:
        return
    repository = opened(new_repo(tmp_path_factory.mktemp("merge")))
    assert repository.merge(base, one, other, finely=True) == joined
