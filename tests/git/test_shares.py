"""A comparison cut into shares is the same comparison, wherever it is cut."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.git.conftest import Opening
from tests.git.test_alone import edited, large_text
from tests.repos import Repo, new_repo
from workbench.git import shares
from workbench.review.diff import read_diff


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Every kind of file change, with lines that look like the borders between files."""
    made = new_repo(tmp_path / "repo")
    text = "".join(f"line {number}\n" for number in range(40))
    headers = "diff --git a/x b/x\nindex 1..2 100644\n@@ -1 +1 @@\nBinary files a and b differ\n"
    before: dict[str, bytes | str] = {
        "moved.txt": text,
        "type": "text\n",
        "same": "same\n",
        "gone": headers,
        "picture": b"\0\1",
    }
    made.commit(
        {**before, "large": large_text(), "mode.sh": "ls\n", **{f"f{n}": f"{n}\n" for n in range(30)}}
    )
    for name in ("moved.txt", "gone", "type"):
        (made.root / name).unlink()
    (made.root / "type").symlink_to("same")
    (made.root / "mode.sh").chmod(0o755)
    after: dict[str, bytes | str] = {
        "new/mövèd.txt": text.replace("line 7\n", "else\n"),
        "comes": headers,
        "picture": b"\0\2",
    }
    made.commit(
        {**after, "empty": "", "large": edited(large_text()), **{f"f{n}": headers for n in range(30)}}
    )
    return made


@pytest.mark.parametrize("size", [1, 300, 1_000, 5_000, 10_000_000])
def test_the_shares_are_all_files_in_order(
    repo: Repo, opened: Opening, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(shares, "SIZE", size)
    repository = opened(repo)
    found = repository.resolve("HEAD~1..HEAD")
    whole = repository.file_changes(found.base_tree, found.tree)
    told = repository.shares(found.base_tree, found.tree)
    each = [(share, told.files_of(share)) for share in told]
    assert tuple(file for _, files in each for file in files) == whole
    assert {share.of for share, _ in each} == {len(whole)}
    assert [share.files for share, _ in each] == [len(files) for _, files in each]
    assert all(read_diff(share.output) == files for share, files in each if share.is_plain)
    assert (len(each) == len(whole)) == (size == 1)
    assert (len(each) == 1) == (size == 10_000_000)


def test_what_does_not_differ_has_no_shares(repo: Repo, opened: Opening) -> None:
    repository = opened(repo)
    tree = repository.head().tree
    assert list(repository.shares(tree, tree)) == []
