"""Checkouts whose bytes are not those of the tree: untouched ones show nothing, and no filter is run."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.git.conftest import Opening
from tests.repos import Repo, new_repo, numbered
from workbench.git.repository import Repository
from workbench.git.worktree import Write, land, undo


def changed(repository: Repository) -> list[str]:
    return [file.path for file in repository.file_changes(repository.head().tree, repository.snapshot().tree)]


def crlf(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()


def checked_out_with_crlf(root: Path, how: str) -> Repo:
    repo = new_repo(root)
    repo.commit(
        {f"file{number}.txt": numbered(20) for number in range(5)} | {"image": b"\0\n\1", "kept": b"a\r\nb\n"}
    )
    if how == "autocrlf":
        repo.git("config", "core.autocrlf", "true")
    else:
        repo.commit({".gitattributes": "*.txt text eol=crlf\n"})
    for name in repo.root.glob("file*.txt"):
        name.unlink()
    repo.git("checkout", "-q", "--", ".")
    assert repo.read("file1.txt") == crlf(numbered(20)), (
        "plain git must have converted, else the test shows nothing"
    )
    return repo


@pytest.mark.parametrize("how", ["autocrlf", "eol=crlf"])
def test_an_untouched_checkout_with_crlf_shows_no_change(how: str, tmp_path: Path, opened: Opening) -> None:
    repository = opened(checked_out_with_crlf(tmp_path / "repo", how))
    assert changed(repository) == []
    assert changed(repository) == []
    assert repository.snapshot().not_shown == ()


@pytest.mark.parametrize("how", ["autocrlf", "eol=crlf"])
def test_an_edit_in_such_a_checkout_shows_its_lines_alone_and_lands_with_crlf(
    how: str, tmp_path: Path, opened: Opening
) -> None:
    repo = checked_out_with_crlf(tmp_path / "repo", how)
    repository = opened(repo)
    repository.snapshot()
    edited = numbered(20).replace("line 4\n", "four\n")
    repo.write({"file1.txt": crlf(edited)})
    (repo.root / "file2.txt").unlink()
    files = repository.file_changes(repository.head().tree, repository.snapshot().tree)
    assert [(file.path, len(file.runs)) for file in files] == [("file1.txt", 1), ("file2.txt", 1)]
    assert files[0].runs[0].added == (b"four\n",)
    wanted = edited.replace("line 9\n", "nine\n")
    write = Write("file1.txt", ("100644", edited.encode()), ("100644", wanted.encode()))
    written = land(repository, [write], tmp_path / "journal")
    assert repo.read("file1.txt") == crlf(wanted)
    undo(repository, [one.file for one in written], tmp_path / "journal")
    assert repo.read("file1.txt") == crlf(edited)
    repo.write({"file2.txt": crlf(numbered(20)), "file1.txt": crlf(numbered(20))})
    assert changed(repository) == []


def test_lfs_content_is_compared_with_its_pointer(tmp_path: Path, opened: Opening) -> None:
    repo = new_repo(tmp_path / "repo")
    content = b"large content\n" * 100
    digest = hashlib.sha256(content).hexdigest()
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {len(content)}\n"
    repo.commit({"big.bin": pointer, "unfetched.bin": pointer})
    repo.commit({".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n"})
    repo.write({"big.bin": content})
    repository = opened(repo)
    assert changed(repository) == []
    assert repository.snapshot().not_shown == ()
    repo.write({"big.bin": content[::-1]})
    assert changed(repository) == []
    assert [(row.path, "LFS" in row.why) for row in repository.snapshot().not_shown] == [("big.bin", True)]


def test_what_goes_through_another_filter_is_listed_and_not_run(tmp_path: Path, opened: Opening) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"secret.txt": "cipher\n", "same.txt": "same\n", "a.py": "1\n"})
    repo.commit({".gitattributes": "*.txt filter=crypt\n"})
    repo.git("config", "filter.crypt.clean", f"touch {tmp_path}/ran; cat")
    repo.write({"secret.txt": "plain\n", "a.py": "2\n"})
    repository = opened(repo)
    assert changed(repository) == ["a.py"]
    assert [row.path for row in repository.snapshot().not_shown] == ["secret.txt"]
    assert not (tmp_path / "ran").exists()
