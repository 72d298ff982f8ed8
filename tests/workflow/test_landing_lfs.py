"""Landing a Git LFS pointer in the index or a branch: its content goes into the repository's store first."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.repos import Repo, new_repo
from tests.workflow.conftest import Open
from tests.workflow.landings import accept, land, trust, undo
from workbench.errors import UserError
from workbench.workflow.landing import carry_out, plan_landing

OLD, NEW = b"old content\n" * 50, b"\0new content\n" * 50
PLACES = ["index", "branch:other"]


def kept(repo: Repo, content: bytes, store: str = ".git/lfs") -> Path:
    name = hashlib.sha256(content).hexdigest()
    return repo.root / store / "objects" / name[:2] / name[2:4] / name


def pointer(content: bytes) -> bytes:
    digest = hashlib.sha256(content).hexdigest()
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {len(content)}\n".encode()


def landed(repo: Repo, to: str, path: str) -> bytes:
    return repo.git("cat-file", "blob", f":{path}" if to == "index" else f"other:{path}")


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """`big.bin` as git lfs leaves it, and a new content of it in the work tree alone."""
    made = new_repo(tmp_path / "lfs")
    made.git("config", "user.name", "A Person")
    made.git("config", "user.email", "person@example.org")
    made.commit({".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n", "a.py": "1\n"})
    made.commit({"big.bin": pointer(OLD), "far.bin": pointer(b"in no clone")})
    kept(made, OLD).parent.mkdir(parents=True)
    kept(made, OLD).write_bytes(OLD)
    made.write({"big.bin": NEW, "sub/new.bin": NEW[::-1], "a.py": "2\n"})
    return made


@pytest.mark.parametrize("to", PLACES)
def test_the_content_goes_into_the_store_with_its_pointer(repo: Repo, opened: Open, to: str) -> None:
    session = opened(repo.root)
    trust(session)
    accept(session)
    land(session, to)
    for path, content in (("big.bin", NEW), ("sub/new.bin", NEW[::-1])):
        assert landed(repo, to, path) == pointer(content)
        assert kept(repo, content).read_bytes() == content
    assert [each for each in (repo.root / ".git/lfs").rglob("*-*") if each.is_file()] == []
    undo(session)
    assert kept(repo, NEW).read_bytes() == NEW


@pytest.mark.parametrize("to", PLACES)
def test_a_content_that_is_gone_is_refused_and_named(repo: Repo, opened: Open, to: str) -> None:
    session = opened(repo.root)
    trust(session)
    accept(session)
    repo.write({"big.bin": b"written over since"})
    before = repo.git("ls-files", "-s"), repo.git("for-each-ref")
    assert [each.split()[0] for each in plan_landing(session, to).conflicts] == ["big.bin"]
    with pytest.raises(UserError, match=r"big\.bin is kept by Git LFS.*not in this clone"):
        land(session, to)
    assert (repo.git("ls-files", "-s"), repo.git("for-each-ref")) == before


@pytest.mark.parametrize("to", PLACES)
def test_a_content_written_over_after_the_plan_is_refused(repo: Repo, opened: Open, to: str) -> None:
    session = opened(repo.root)
    trust(session)
    accept(session)
    planned = plan_landing(session, to)
    repo.write({"big.bin": NEW[::-1]})  # of the same size
    with pytest.raises(UserError, match=r"big\.bin is kept by Git LFS"):
        carry_out(session, planned)
    assert repo.git("for-each-ref", "--format=%(refname)") == b"refs/heads/main\n"


def test_a_pointer_that_the_repository_has_needs_no_content(repo: Repo, opened: Open) -> None:
    (repo.root / "far.bin").unlink()
    repo.write({"moved.bin": pointer(b"in no clone")})
    session = opened(repo.root)
    trust(session)
    accept(session)
    land(session, "index")
    assert landed(repo, "index", "moved.bin") == pointer(b"in no clone")


def test_the_store_is_where_the_settings_say(repo: Repo, opened: Open) -> None:
    repo.git("config", "lfs.storage", "elsewhere")
    session = opened(repo.root)
    trust(session)
    accept(session)
    land(session, "index")
    assert kept(repo, NEW, ".git/elsewhere").read_bytes() == NEW
    assert not kept(repo, NEW).exists()


def test_a_file_that_only_looks_like_a_pointer_is_a_file(repo: Repo, opened: Open) -> None:
    repo.write({"sample.txt": pointer(b"of no content")})
    session = opened(repo.root)
    trust(session)
    accept(session, "sample.txt")
    land(session, "index")
    assert landed(repo, "index", "sample.txt") == pointer(b"of no content")
