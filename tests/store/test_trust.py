"""Grants of trust: whole or not there, for one repository each, and closed where a file is not understood."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.errors import UserError
from workbench.store.trust import Grant, Granted, Grants, grant_path, read_grants, remove_grants, write_grant

COMMON, TREE = "/somewhere/shop/.git", "/somewhere/shop"


def grant(common_dir: str = COMMON, digest: str = "d", *, tree: str = TREE, at: float = 1.5) -> Grant:
    programs = (
        Granted("hook pre-commit", ".git/hooks/pre-commit", "m"),
        Granted("filter x", "\udce9\n", "n"),
    )
    return Grant(common_dir, tree, "7", digest, at, programs)


def test_what_is_written_is_read() -> None:
    assert read_grants(COMMON) == Grants(())
    write_grant(grant())
    write_grant(grant("/else\udcff/where", "other"))
    assert read_grants(COMMON).found == (grant(),)
    assert read_grants("/else\udcff/where").found == (grant("/else\udcff/where", "other"),)
    write_grant(grant(digest="new"))
    assert read_grants(COMMON).found == (grant(digest="new"),)


def test_each_work_tree_has_a_grant_of_its_own_the_newest_first() -> None:
    for tree, at in (("/a", 1.0), ("/c", 3.0), ("/b", 2.0)):
        write_grant(grant(tree=tree, at=at))
    assert [each.work_tree for each in read_grants(COMMON).found] == ["/c", "/b", "/a"]
    grant_path(COMMON, "/b").write_text("{")
    grants = read_grants(COMMON)
    assert [each.work_tree for each in grants.found] == ["/c", "/a"]
    assert len(grants.errors) == 1


def test_a_grant_is_taken_back_once() -> None:
    assert not remove_grants(COMMON)
    write_grant(grant())
    write_grant(grant(tree="/linked"))
    write_grant(grant("/other"))
    assert remove_grants(COMMON)
    assert read_grants(COMMON) == Grants(())
    assert not remove_grants(COMMON)
    assert read_grants("/other").found


def refusal(common_dir: str = COMMON) -> UserError:
    """The one error in reading, with nothing granted."""
    grants = read_grants(common_dir)
    assert (grants.found, len(grants.errors)) == ((), 1)
    return grants.errors[0]


@pytest.mark.skipif(os.name != "posix", reason="modes of files")
def test_the_file_is_the_users_alone_and_nothing_is_left_beside_it() -> None:
    write_grant(grant())
    folder = grant_path(COMMON, TREE).parent
    assert [path.name for path in folder.iterdir()] == [grant_path(COMMON, TREE).name]
    assert stat.S_IMODE(grant_path(COMMON, TREE).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "damage",
    [b"", b"{", b"[]", b"null", b'{"digest": "d"}', b"\xff\xfe", b"[" * 100_000, b'{"version": "x"}'],
)
def test_a_damaged_file_is_said_and_neither_believed_nor_removed(damage: bytes) -> None:
    write_grant(grant())
    grant_path(COMMON, TREE).write_bytes(damage)
    assert refusal().message.startswith("The record of trust ")
    assert "restricted" in refusal().hint
    assert grant_path(COMMON, TREE).read_bytes() == damage
    assert remove_grants(COMMON)


def test_each_cut_of_a_file_is_no_grant() -> None:
    write_grant(grant())
    whole = grant_path(COMMON, TREE).read_bytes()
    for length in range(len(whole)):
        grant_path(COMMON, TREE).write_bytes(whole[:length])
        assert "is damaged" in refusal().message


def test_a_record_of_a_newer_program_or_of_another_repository_is_no_grant() -> None:
    write_grant(grant())
    path = grant_path(COMMON, TREE)
    path.write_text(path.read_text().replace('"version": 1', '"version": 2'))
    assert "another version" in refusal().message
    write_grant(grant("/other"))
    grant_path("/other", TREE).replace(path)
    assert "another repository" in refusal().message


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path))
    (tmp_path / "trust").write_text("in the way")
    with pytest.raises(UserError, match="could not be"):
        write_grant(grant())


WRITER = """
import sys
from tests.store.test_trust import COMMON, grant
from workbench.store.trust import read_grants, remove_grants, write_grant
for number in range(60):
    write_grant(grant(digest=sys.argv[1]))
    grants = read_grants(COMMON)
    assert not grants.errors, grants
    assert all(each == grant(digest=each.digest) for each in grants.found), grants
    if number % 5 == 0:
        remove_grants(COMMON)
write_grant(grant(digest=sys.argv[1]))
"""


def test_several_processes_write_at_once_and_none_reads_half_of_one() -> None:
    root = Path(__file__).parents[2]
    children = [
        subprocess.Popen([sys.executable, "-c", WRITER, name], cwd=root, stderr=subprocess.PIPE)
        for name in ("a", "b", "c")
    ]
    for child in children:
        _, errors = child.communicate(timeout=60)
        assert child.returncode == 0, errors.decode()
    (found,) = read_grants(COMMON).found
    assert found == grant(digest=found.digest)
    assert len(list(grant_path(COMMON, TREE).parent.iterdir())) == 1
