"""Files too large to be compared with the others are compared by size alone, and lose nothing."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.git.conftest import Opening
from tests.repos import Repo, new_repo
from workbench.git.alone import LARGE
from workbench.git.repository import Repository
from workbench.git.streaming import FIRST_FILES
from workbench.review.changes import FileChange, Kind, Status


def large_text(seed: int = 1, size: int = LARGE) -> str:
    """Blocks between lines that come again and again: which of those are the same is a matter of taste."""
    name = f"a name of its own in {seed} " * 2
    block = f"begin {name}00000\n{{\n    {name}00000\n}}\n\n"
    blocks = (block.replace("00000", f"{number:05}") for number in range(size // len(block) + 2))
    return "".join(blocks)


def edited(text: str, seed: int = 2) -> str:
    """Some blocks gone, some elsewhere, some written anew."""
    chance = random.Random(seed)
    blocks = [block for block in text.split("\n\n")[:-1] if chance.random() < 0.9]
    for at in range(0, len(blocks) - 2, 7):
        blocks[at], blocks[at + 1] = blocks[at + 1], blocks[at]
        blocks[at + 2] = f"new {at}\n{{\n    new {at}\n}}"
    return "".join(f"{block}\n\n" for block in blocks)


def changed(repository: Repository) -> dict[str, FileChange]:
    head = repository.head().tree
    files = {file.path: file for file in repository.file_changes(head, repository.snapshot().tree)}
    streamed = repository.stream_changes(head, repository.snapshot().tree)
    assert {file.path: file for file in streamed} == files
    return files


def runs_of(repo: Repo, old: str, new: str, algorithm: str) -> int:
    """How many places plain git finds."""
    (repo.root.parent / "old").write_text(old)
    (repo.root.parent / "new").write_text(new)
    names = [str(repo.root.parent / each) for each in ("old", "new")]
    options = ["--no-index", "-U0", "--no-indent-heuristic", f"--diff-algorithm={algorithm}"]
    done = subprocess.run(["git", "diff", *options, *names], capture_output=True, check=False)
    return done.stdout.count(b"\n@@ ")


def test_a_large_file_is_compared_by_the_algorithm_that_copes_with_any(
    tmp_path: Path, opened: Opening
) -> None:
    repo = new_repo(tmp_path / "repo")
    old = large_text()
    short = large_text(size=LARGE // 2)
    repo.commit({"large.txt": old, "small.txt": short})
    repo.write({"large.txt": edited(old), "small.txt": edited(short)})
    files = changed(opened(repo))
    assert runs_of(repo, old, edited(old), "myers") != runs_of(repo, old, edited(old), "histogram")
    assert len(files["large.txt"].runs) == runs_of(repo, old, edited(old), "myers")
    assert runs_of(repo, short, edited(short), "myers") != runs_of(repo, short, edited(short), "histogram")
    assert len(files["small.txt"].runs) == runs_of(repo, short, edited(short), "histogram")


def test_one_large_side_is_enough_and_every_line_is_there(tmp_path: Path, opened: Opening) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"grows": "first\n", "goes": large_text(5), "a": large_text(6), "exec": large_text()})
    for gone in ("goes", "a"):
        (repo.root / gone).unlink()
    repo.write({"grows": "first\n" + large_text(2), "comes": large_text(3), "a/b": large_text(4)})
    (repo.root / "exec").write_text(edited(large_text()))
    (repo.root / "exec").chmod(0o755)
    files = changed(opened(repo))
    assert not any(file.binary for file in files.values())
    assert b"".join(files["goes"].runs[0].removed).decode() == large_text(5)
    assert b"".join(files["a"].runs[0].removed).decode() == large_text(6)
    assert b"".join(files["comes"].runs[0].added).decode() == large_text(3)
    assert b"".join(files["a/b"].runs[0].added).decode() == large_text(4)
    assert b"".join(files["grows"].runs[0].added).decode() == large_text(2)
    assert files["exec"].changes[0].kind is Kind.MODE


def test_a_large_file_that_was_renamed_shows_its_lines(tmp_path: Path, opened: Opening) -> None:
    repo = new_repo(tmp_path / "repo")
    old = large_text()
    repo.commit({"old name": old, "other": large_text(7)})
    (repo.root / "old name").unlink()
    repo.write({"new/näme": old.replace("begin", "start", 30)})
    (file,) = changed(opened(repo)).values()
    assert (file.status, file.base_path) == (Status.RENAMED, "old name")
    assert sum(len(run.added) for run in file.runs) == 30


def test_what_is_binary_stays_so_and_a_link_is_one(tmp_path: Path, opened: Opening) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"picture": b"\0" * (LARGE + 1), "text": large_text()})
    (repo.root / "text").unlink()
    (repo.root / "text").symlink_to("picture")
    repo.write({"picture": b"\0\1" * LARGE})
    files = changed(opened(repo))
    assert files["picture"].binary
    assert not files["picture"].runs
    (change,) = files["text"].changes
    assert change.kind is Kind.SYMLINK
    assert b"".join(change.removed).decode() == large_text()


def test_a_large_file_that_is_still_held_is_not_compared_again(tmp_path: Path, opened: Opening) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"large": large_text(), "small": "1\n"})
    repo.write({"large": edited(large_text()), "small": "2\n"})
    repository = opened(repo)
    head, first = repository.head().tree, repository.snapshot().tree
    held = {file.path: file for file in repository.file_changes(head, first)}
    repo.write({"small": "3\n"})
    second = {file.path: file for file in repository.file_changes(head, repository.snapshot().tree)}
    assert second["large"] is held["large"]
    assert second["small"].runs != held["small"].runs
    repo.write({"large": edited(large_text(), seed=3)})
    third = {file.path: file for file in repository.file_changes(head, repository.snapshot().tree)}
    assert third["large"].runs != held["large"].runs


@pytest.mark.parametrize("first", [True, False])
def test_another_process_compares_it_alike(tmp_path: Path, opened: Opening, first: bool) -> None:
    repo = new_repo(tmp_path / "repo")
    name = "0" if first else "z"
    small = {f"file{number}": f"{number}\n" for number in range(2 * FIRST_FILES)}
    repo.commit({**small, name: large_text()})
    repo.write({**dict.fromkeys(small, "else\n"), name: edited(large_text())})
    repository = opened(repo)
    head, tree = repository.head().tree, repository.snapshot().tree
    stream = repository.stream_changes(head, tree).fill(whole=False)
    assert stream.is_beside
    found = [*stream.read, *stream]
    stream.close()
    assert found == list(repository.file_changes(head, tree))
    assert sum(len(file.runs) for file in found if file.path == name) > 100


def test_the_scripts_list_the_same(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"large": large_text()})
    repo.commit({"large": edited(large_text())})
    command = [sys.executable, "-m", "workbench", "changes", str(repo.root), "HEAD", "--json"]
    first, second = (subprocess.run(command, capture_output=True, check=True).stdout for _ in range(2))
    assert first == second
    (file,) = json.loads(first)["files"]
    assert {change["kind"] for change in file["changes"]} == {"text"}
