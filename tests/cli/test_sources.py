"""What can be reviewed, by the command line: every source, continuing, and that there is nothing."""

from pathlib import Path

import pytest

from tests.cli.driver import CommandLine
from tests.repos import Repo, new_repo, numbered


def paths(wb: CommandLine, review: str) -> dict[str, str]:
    return {path: file["status"] for path, file in wb.files(review).items()}


def test_the_work_tree_with_untracked_files_is_reviewed(wb: CommandLine, repo: Repo) -> None:
    review = wb.start(repo.root)
    assert paths(wb, review) == {"edited.py": "modified", "gone.py": "deleted", "new.py": "added"}
    assert wb.progress(review) == {
        "accepted": 0, "rejected": 0, "asked": 0, "unread": 3, "mixed": 0, "total": 3,
    }  # fmt: skip


def test_a_review_can_be_started_from_a_folder_inside_the_work_tree(
    wb: CommandLine, repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.write({"inner/deep/x.py": "x\n"})
    monkeypatch.chdir(repo.root / "inner" / "deep")
    review = wb.start()
    assert "inner/deep/x.py" in paths(wb, review)
    assert wb.json("show", review)["repository"] == str(repo.root)


def test_only_what_is_staged_is_reviewed_when_that_is_asked_for(wb: CommandLine, repo: Repo) -> None:
    repo.git("add", "new.py")
    review = wb.start(repo.root, "--staged")
    assert paths(wb, review) == {"new.py": "added"}
    repo.git("add", "edited.py")
    assert wb.start(repo.root, "--staged") == review
    assert paths(wb, review) == {"edited.py": "modified", "new.py": "added"}
    assert len(wb.json("show", review)["rounds"]) == 2


@pytest.mark.parametrize(
    ("range_text", "expected"),
    [
        ("HEAD", {"a.py": "modified", "b.py": "added"}),
        ("HEAD~1", {"a.py": "added"}),
        ("HEAD~1..HEAD", {"a.py": "modified", "b.py": "added"}),
        ("HEAD~1..", {"a.py": "modified", "b.py": "added"}),
    ],
)
def test_a_commit_a_root_commit_and_a_range_are_reviewed(
    wb: CommandLine, clean: Repo, range_text: str, expected: dict[str, str]
) -> None:
    assert paths(wb, wb.start(clean.root, range_text)) == expected


def test_three_dots_begin_where_the_branches_parted(wb: CommandLine, clean: Repo) -> None:
    clean.git("checkout", "-q", "-b", "side", "HEAD~1")
    clean.commit({"side.py": "s\n"})
    assert paths(wb, wb.start(clean.root, "main...side")) == {"side.py": "added"}
    assert paths(wb, wb.start(clean.root, "main..side")) == {
        "a.py": "modified", "b.py": "deleted", "side.py": "added",
    }  # fmt: skip


def test_a_patch_file_is_reviewed_on_top_of_head(wb: CommandLine, repo: Repo, tmp_path: Path) -> None:
    repo.git("add", "-N", "new.py")
    patch = tmp_path / "it.patch"
    patch.write_bytes(repo.git("diff", "HEAD"))
    repo.git("reset", "-q", "--hard")
    review = wb.start(repo.root, "--patch", patch)
    assert paths(wb, review) == {"edited.py": "modified", "gone.py": "deleted", "new.py": "added"}
    assert wb.start(repo.root, "--patch", patch) == review


def test_a_patch_from_standard_input_continues_the_review_of_the_same_patch_only(
    wb: CommandLine, repo: Repo
) -> None:
    first = repo.git("diff", "HEAD", "--", "edited.py")
    second = repo.git("diff", "HEAD", "--", "gone.py")
    repo.git("reset", "-q", "--hard")
    review = wb("start", str(repo.root), "--patch", "-", stdin=first)
    assert paths(wb, review) == {"edited.py": "modified"}
    assert wb("start", str(repo.root), "--patch", "-", stdin=first) == review
    assert wb("start", str(repo.root), "--patch", "-", stdin=second) != review


def test_a_patch_that_does_not_fit_is_refused_with_its_file_named(wb: CommandLine, repo: Repo) -> None:
    patch = repo.git("diff", "HEAD", "--", "edited.py").replace(b"-line 7", b"-line 700")
    assert "edited.py" in wb.refused("start", repo.root, "--patch", "-", stdin=patch)
    assert "patch" in wb.refused("start", repo.root, "--patch", "-", stdin=b"no patch at all\n")
    assert wb.json("reviews") == {"reviews": []}


def test_a_repository_without_a_commit_is_reviewed_against_nothing(wb: CommandLine, tmp_path: Path) -> None:
    made = new_repo(tmp_path / "young")
    assert "Nothing is uncommitted" in wb.refused("start", made.root)
    made.write({"first.py": "1\n"})
    assert paths(wb, wb.start(made.root)) == {"first.py": "added"}


def test_when_nothing_is_uncommitted_what_else_there_is_gets_named(wb: CommandLine, clean: Repo) -> None:
    said = wb.refused("start", clean.root)
    assert "Nothing is uncommitted in clean." in said
    assert "HEAD" in said
    assert "Nothing is staged" in wb.refused("start", clean.root, "--staged")
    assert "Nothing differs in HEAD..HEAD" in wb.refused("start", clean.root, "HEAD..HEAD")


def test_starting_again_continues_and_takes_in_what_was_written_since(wb: CommandLine, repo: Repo) -> None:
    review = wb.start(repo.root)
    wb("judge", review, "accepted", "--file", "edited.py")
    assert wb.start(repo.root) == review
    assert len(wb.json("show", review)["rounds"]) == 1
    repo.write({"later.py": "later\n"})
    assert wb.start(repo.root) == review
    assert len(wb.json("show", review)["rounds"]) == 2
    assert wb.verdicts(review)["edited.py"] == ["accepted"]
    assert wb.verdicts(review)["later.py"] == ["open"]
    assert wb.start(repo.root, "--new") != review


def test_a_review_goes_on_after_a_commit_on_top_of_its_base(wb: CommandLine, repo: Repo) -> None:
    review = wb.start(repo.root)
    repo.commit(message="everything")
    repo.write({"later.py": "later\n"})
    assert wb.start(repo.root) == review
    assert set(paths(wb, review)) == {"edited.py", "gone.py", "new.py", "later.py"}


def test_a_range_that_moved_is_a_further_round_of_the_same_review(wb: CommandLine, clean: Repo) -> None:
    review = wb.start(clean.root, "HEAD~1..main")
    base = clean.git("rev-parse", "HEAD~1").decode().strip()
    assert wb.start(clean.root, f"{base}..main") != review
    review = wb.start(clean.root, f"{base}..main")
    wb("judge", review, "accepted", "--file", "a.py")
    clean.commit({"c.py": "c\n"})
    assert wb.start(clean.root, f"{base}..main") == review
    assert len(wb.json("show", review)["rounds"]) == 2
    assert wb.verdicts(review) == {"a.py": ["accepted"], "b.py": ["open"], "c.py": ["open"]}


def test_the_task_is_read_from_a_file_and_kept_up_to_date(
    wb: CommandLine, repo: Repo, tmp_path: Path
) -> None:
    task = tmp_path / "task.md"
    task.write_text("# Make it quick\n")
    review = wb.start(repo.root, "--task", task)
    assert wb("task", review) == "# Make it quick"
    task.write_text("# Make it right\n")
    assert wb.start(repo.root, "--task", task) == review
    assert wb("task", review) == "# Make it right"
    assert "Make it right" in wb("reviews")
    wb("task", review, "--set", "-", stdin=b"Another\n")
    assert wb.json("task", review)["task"] == "Another\n"


def test_changes_of_a_folder_and_a_range_save_nothing(wb: CommandLine, clean: Repo, repo: Repo) -> None:
    document = wb.json("changes", clean.root, "HEAD")
    assert document["review"] is None
    assert [file["path"] for file in document["files"]] == ["a.py", "b.py"]
    assert "edited.py" in wb("changes", repo.root)
    assert wb.json("reviews") == {"reviews": []}


def test_an_earlier_round_can_be_looked_at(wb: CommandLine, repo: Repo) -> None:
    review = wb.start(repo.root)
    repo.write({"edited.py": numbered(20)})
    wb("next", review, "--refresh")
    assert "edited.py" not in wb.files(review)
    first = wb.json("changes", review, "--round", "1")
    assert [file["path"] for file in first["files"]] == ["edited.py", "gone.py", "new.py"]
    assert "There is no round 7." in wb.refused("changes", review, "--round", "7")
    assert "needs a review" in wb.refused("changes", repo.root, "--round", "1")


def test_a_review_is_named_by_a_unique_start_of_its_id_and_can_be_deleted(
    wb: CommandLine, repo: Repo, clean: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    review = wb.start(repo.root)
    other = wb.start(clean.root, "HEAD")
    assert wb.json("show", review[:6])["review"] == review
    assert "There is no review" in wb.refused("show", "zzz")
    assert "There is no review" in wb.refused("show", "")
    assert {row["review"] for row in wb.json("reviews")["reviews"]} == {review, other}
    assert wb.json("delete", review) == {"deleted": review}
    assert "There is no review" in wb.refused("show", review)
    monkeypatch.chdir(tmp_path)
    assert f"There is no review {review}" in wb.refused("changes", review)
    assert [row["review"] for row in wb.json("reviews")["reviews"]] == [other]


def test_what_is_not_shown_is_listed_with_the_reason(wb: CommandLine, repo: Repo) -> None:
    inner = new_repo(repo.root / "nested")
    inner.commit({"x": "x\n"})
    review = wb.start(repo.root)
    not_shown = wb.json("changes", review)["not_shown"]
    assert any(each["path"].startswith("nested") and each["why"] for each in not_shown)
    assert "not shown" in wb("changes", review)


def test_odd_names_are_shown_safely_and_given_exactly(wb: CommandLine, tmp_path: Path) -> None:
    made = new_repo(tmp_path / "odd")
    made.commit({"kept": "k\n"})
    names = [
        "two\nlines",
        "tab\there",
        " leading",
        "-dash",
        'quo"te',
        "back\\slash",
        "bad\udcff",
        "\x1b[31mred",
    ]
    made.write(dict.fromkeys(names, "x\n"))
    review = wb.start(made.root)
    assert set(wb.files(review)) == set(names)
    assert wb.files(review)["bad\udcff"]["path_bytes"] == "YmFk/w=="
    assert "\x1b" not in wb("changes", review)
    for name in names:
        wb("judge", review, "accepted", f"--file={name}")
    assert wb.progress(review)["unread"] == 0
