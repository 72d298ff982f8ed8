"""What is not shown, and what lines alone do not say, told by the command line."""

import hashlib
from pathlib import Path

from tests.cli.driver import CommandLine
from tests.repos import new_repo, numbered


def test_what_is_hidden_after_the_review_began_is_named_by_the_next_refresh(
    wb: CommandLine, tmp_path: Path
) -> None:
    repo = new_repo(tmp_path / "hiding")
    repo.commit({"a.py": "1\n", ".gitignore": "*.log\n"})
    repo.write({"a.py": "2\n"})
    review = wb.start(repo.root)
    repo.write({"lib/.git/hooks/payload": "evil\n"})
    wb("next", review, "--refresh")
    assert [row["path"] for row in wb.json("changes", review)["not_shown"]] == ["lib/.git"]
    assert "Nothing has changed" in wb.refused("next", review, "--refresh")
    # A commit of the agent's does not make its own ignore file the base's.
    repo.write({".gitignore": "*.log\nevil.py\n", "evil.py": "1\n"})
    repo.git("add", ".gitignore")
    repo.git("commit", "-q", "-m", "hide")
    wb("next", review, "--refresh")
    assert {row["path"] for row in wb.json("changes", review)["not_shown"]} == {"lib/.git", "evil.py"}
    assert "evil.py: left out by .gitignore, which is part of the change" in wb("changes", review)


def test_a_change_of_line_ends_is_said_in_words(wb: CommandLine, tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "ends")
    repo.commit({"a.py": numbered(12), "b.py": "1\r\n2\n", "c.py": "1\n"})
    repo.write({"a.py": numbered(12).replace("\n", "\r\n"), "b.py": "1\n2\r\n", "c.py": "1"})
    files = {file["path"]: file["facts"] for file in wb.json("changes", str(repo.root))["files"]}
    assert files["a.py"] == ["line ends changed: LF → CRLF, 12 lines"]
    assert files["b.py"] == ["line ends changed: CRLF → LF, 1 line; LF → CRLF, 1 line"]
    assert files["c.py"] == []
    assert "line ends changed: LF → CRLF, 12 lines" in wb("changes", str(repo.root))


def test_changed_lfs_content_is_one_change_that_says_its_sizes(wb: CommandLine, tmp_path: Path) -> None:
    def pointer(content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        return f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {len(content)}\n"

    repo = new_repo(tmp_path / "large")
    repo.commit({"big.bin": pointer(b"old content")})
    repo.commit({".gitattributes": "*.bin filter=lfs -text\n"})
    name = hashlib.sha256(b"old content").hexdigest()
    repo.write({"big.bin": "changed", f".git/lfs/objects/{name[:2]}/{name[2:4]}/{name}": b"old content"})
    review = wb.start(repo.root)
    file = wb.json("changes", review)["files"][0]
    assert [change["kind"] for change in file["changes"]] == ["binary"]
    now = hashlib.sha256(b"changed").hexdigest()
    words = f"Git LFS pointer: 11 bytes, oid {name[:12]} → 7 bytes, oid {now[:12]}"
    assert words in wb("changes", review)
    wb("judge", review, "rejected", "--all")
    wb("land", review, "--to", "worktree")
    assert repo.read("big.bin") == b"old content"
    wb("undo", review)
    assert repo.read("big.bin") == b"changed"
