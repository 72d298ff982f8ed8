"""A repository that is damaged, or closed, under an open review: a sentence and a hint, and no bug report."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.driver import CommandLine
from tests.held_back import can_hold_back, held_back, refused
from tests.repos import Repo, new_repo, numbered
from workbench.cli.report import write_report
from workbench.store.paths import data_dir

Way = Callable[[Path], object]


def emptied(place: Path) -> None:
    place.chmod(0o644)
    place.write_bytes(b"")


def scribbled(place: Path) -> None:
    place.chmod(0o644)
    found = bytearray(place.read_bytes())
    for at in (2, len(found) // 2, len(found) - 3):
        found[at] ^= 0x55
    place.write_bytes(found)


def to_itself(place: Path) -> None:
    place.unlink()
    place.symlink_to(place.name)


def a_folder(place: Path) -> None:
    place.unlink()
    place.mkdir()


def removed(place: Path) -> None:
    place.unlink()


@pytest.fixture
def repo(tmp_path: Path) -> Iterator[Repo]:
    made = new_repo(tmp_path / "shop")
    made.commit({"code.py": numbered(30), "plain.txt": "x\n"})
    made.commit({"code.py": numbered(30).replace("line 5\n", "five\n")})
    made.write({"code.py": numbered(30).replace("line 5\n", "five\n").replace("line 9\n", "nine\n")})
    yield made
    for place in (made.root / ".git").rglob("*"):
        if not place.is_symlink():
            place.chmod(0o755 if place.is_dir() else 0o644)


def place_of(repo: Repo, name: str) -> Path:
    if name == "pack":
        repo.git("repack", "-adq")
        return next((repo.root / ".git/objects/pack").glob("*.pack"))
    found = repo.git("rev-parse", name).decode().strip()
    return repo.root / ".git/objects" / found[:2] / found[2:]


@pytest.mark.parametrize("name", ["HEAD", "HEAD^{tree}", "HEAD~1:code.py", "pack"])
@pytest.mark.parametrize("way", [emptied, scribbled, to_itself, a_folder, removed])
def test_an_object_that_is_damaged_is_no_bug_and_nothing_that_was_judged_is_lost(
    wb: CommandLine, repo: Repo, tmp_path: Path, name: str, way: Way
) -> None:
    review = wb.start(repo.root)
    wb("judge", review, "accepted", "--all")
    way(place_of(repo, name))
    # What HEAD has is needed for what is new in the work tree, and for the range that made it.
    repo.write({"fresh.py": "fresh\n"})
    wrong = 0
    for command in (
        ("next", review, "--refresh"),
        ("start", repo.root, "--new"),
        ("changes", repo.root, "HEAD~1..HEAD"),
        ("changes", repo.root, "--staged"),
        ("land", review, "--to", f"patch:{tmp_path / 'x.patch'}", "--unread"),
    ):
        ran = wb.run(*command)
        assert ran.status in (0, 1), ran
        if ran.status == 1:
            wrong += 1
            assert len(ran.said) == 2, ran.err
            assert ran.said[0].endswith("."), ran.err
    assert wrong, "something needs it"
    assert not (data_dir() / "reports").exists()
    assert wb.json("show", review)["progress"]["accepted"]


@can_hold_back
@pytest.mark.parametrize("name", [".git", ".git/objects", ".git/refs", ".git/HEAD"])
def test_what_is_closed_is_named_and_not_said_to_be_gone(repo: Repo, name: str) -> None:
    done = held_back("start", repo.root)
    assert done.returncode == 0, done.stderr
    place = repo.root / name
    place.chmod(0)
    sentence = refused("next", done.stdout.strip(), "--refresh")
    assert "no permission" in sentence or "Permission denied" in sentence
    assert "not there any more" not in sentence
    place.chmod(0o755)
    assert refused("next", done.stdout.strip(), "--refresh").startswith("Nothing has changed")


@can_hold_back
def test_an_object_that_is_closed_is_not_called_damaged(repo: Repo) -> None:
    done = held_back("start", repo.root)
    assert done.returncode == 0, done.stderr
    place = place_of(repo, "HEAD")
    place.chmod(0)
    assert refused("next", done.stdout.strip(), "--refresh") == f"{place} cannot be read: no permission."


def test_a_head_that_says_nothing_is_not_said_to_be_gone(wb: CommandLine, repo: Repo) -> None:
    review = wb.start(repo.root)
    head = repo.root / ".git/HEAD"
    before = head.read_text()
    head.write_text("")
    said = "is no git repository any more: what HEAD says in it is damaged."
    assert wb.refused("next", review, "--refresh").startswith(f"{repo.root / '.git'} {said}\n")
    head.write_text(before)
    assert wb.refused("next", review, "--refresh").startswith("Nothing has changed")


def test_a_setting_that_git_cannot_read_is_said_with_its_line(wb: CommandLine, repo: Repo) -> None:
    review = wb.start(repo.root)
    config = repo.root / ".git/config"
    config.write_text(config.read_text() + "[core\n")
    said = wb.refused("next", review, "--refresh")
    assert "cannot be read: bad config line" in said


def test_a_bug_is_reported_where_no_folder_for_temporary_files_is_left(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk: what looks for such a folder tries to write to each, and raises."""

    def none_left() -> str:
        raise FileNotFoundError("No usable temporary directory found")

    monkeypatch.setattr("tempfile.gettempdir", none_left)
    report = write_report(ValueError("a bug"), ("changes",))
    assert "a bug" in report.read_text("utf-8")
