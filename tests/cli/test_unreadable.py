"""What nobody may read or write any more: verdicts stay, nothing is written in part, one sentence says it."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.held_back import can_hold_back, document, refused, said
from tests.repos import Repo, new_repo, numbered

pytestmark = can_hold_back


@pytest.fixture
def repo(tmp_path: Path) -> Iterator[Repo]:
    """A folder with a change of each kind in it. Everything can be removed again after the test."""
    made = new_repo(tmp_path / "repo")
    files = ("accepted", "rejected", "gone")
    made.commit({f"folder/{name}.py": numbered(20) for name in files})
    made.write({f"folder/{name}.py": numbered(20).replace("line 1\n", "line one\n") for name in files[:2]})
    made.write({"folder/new.py": "new\n"})
    (made.root / "folder/gone.py").unlink()
    yield made
    for place in (made.root, *made.root.rglob("*")):
        if not place.is_symlink():
            place.chmod(0o755 if place.is_dir() else 0o644)


@pytest.fixture
def review(repo: Repo) -> str:
    """Everything is accepted but for one file, which is rejected."""
    started = document("start", repo.root)["review"]
    assert isinstance(started, str)
    said("judge", started, "accepted", "--all")
    said("judge", started, "rejected", "--file", "folder/rejected.py")
    return started


def ledger(review: str) -> dict[str, str]:
    return {each["path"]: each["said"] for each in document("ledger", review)["entries"]}


def not_shown(review: str) -> dict[str, str]:
    return {each["path"]: each["why"] for each in document("changes", review)["not_shown"]}


JUDGED = {
    "folder/rejected.py": "still there",
    "folder/accepted.py": "kept",
    "folder/gone.py": "kept",
    "folder/new.py": "kept",
}


@pytest.mark.parametrize("name", ["accepted", "new", "rejected"])
def test_a_file_that_was_judged_and_cannot_be_read_any_more_was_not_altered(
    review: str, repo: Repo, name: str
) -> None:
    place = repo.root / f"folder/{name}.py"
    place.chmod(0)
    said("next", review, "--refresh")
    assert ledger(review) == JUDGED
    assert not_shown(review) == {
        f"folder/{name}.py": "cannot be read: no permission; shown as it was read last"
    }
    assert refused("next", review, "--refresh") == "Nothing has changed since the work tree was last read."
    place.chmod(0o644)
    repo.write({"other.py": "another\n"})
    said("next", review, "--refresh")
    assert ledger(review) == JUDGED
    assert not_shown(review) == {}
    said("land", review, "--to", "worktree", "--unread")
    assert repo.read("folder/accepted.py").startswith(b"line one\n")
    assert repo.read("folder/rejected.py") == numbered(20).encode()


def test_a_file_that_was_gone_and_is_there_again_has_come_back_though_it_cannot_be_read(
    review: str, repo: Repo
) -> None:
    place = repo.root / "folder/gone.py"
    repo.write({"folder/gone.py": numbered(20), "folder/untracked.py": "x\n"})
    place.chmod(0)
    (repo.root / "folder/untracked.py").chmod(0)
    said("next", review, "--refresh")
    assert ledger(review) == {**JUDGED, "folder/gone.py": "altered"}
    why = "cannot be read: no permission"
    assert not_shown(review) == {"folder/gone.py": why, "folder/untracked.py": why}
    assert refused("next", review, "--refresh") == "Nothing has changed since the work tree was last read."
    place.unlink()
    said("next", review, "--refresh")
    assert "folder/gone.py" not in not_shown(review)
    assert "folder/gone.py" in {each["path"] for each in document("changes", review)["files"]}


def test_a_folder_that_cannot_be_opened_any_more_was_not_altered(review: str, repo: Repo) -> None:
    (repo.root / "folder").chmod(0)
    said("next", review, "--refresh")
    assert ledger(review) == JUDGED
    # What is kept of the last reading is of no use any more: HEAD has another tree.
    repo.write({"other.py": "another\n"})
    repo.git("add", "other.py")
    repo.git("commit", "-q", "-m", "another")
    said("next", review, "--refresh")
    assert ledger(review) == JUDGED
    assert not_shown(review) == {"folder/": "a folder that cannot be opened; shown as it was read last"}
    (repo.root / "folder").chmod(0o755)
    assert refused("next", review, "--refresh") == "Nothing has changed since the work tree was last read."


def test_a_file_that_cannot_be_read_when_it_is_landed_refuses_all_of_it(review: str, repo: Repo) -> None:
    place = repo.root / "folder/rejected.py"
    place.chmod(0)
    sentence = refused("land", review, "--to", "worktree")
    assert sentence == "Nothing was landed: folder/rejected.py cannot be read: Permission denied."
    place.chmod(stat.S_IRUSR)
    said("land", review, "--to", "worktree")
    assert place.read_bytes() == numbered(20).encode()
