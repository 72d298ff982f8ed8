"""Landing by the command line: accepted as new, rejected as old, open as the work tree has it; and undone."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.cli.driver import CommandLine
from tests.repos import Repo, new_repo, numbered

BASE = numbered(30)


def edited(*lines: int, mark: str = "edited") -> str:
    """The base with some lines edited, far enough from each other to be changes of their own."""
    text = BASE
    for line in lines:
        text = text.replace(f"line {line}\n", f"line {line} {mark}\n")
    return text


def contents(repo: Repo) -> Mapping[str, tuple[str, bytes]]:
    """Every file of the work tree: its mode in two letters, and its bytes or its link's target."""
    found: dict[str, tuple[str, bytes]] = {}
    for place in sorted(repo.root.rglob("*")):
        if ".git" in place.parts or (place.is_dir() and not place.is_symlink()):
            continue
        name = str(place.relative_to(repo.root))
        if place.is_symlink():
            found[name] = ("ln", os.fsencode(place.readlink()))
        else:
            executable = place.stat().st_mode & stat.S_IXUSR
            found[name] = ("ex" if executable else "--", place.read_bytes())
    return found


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Every kind of change in one work tree."""
    made = new_repo(tmp_path / "kinds")
    made.commit({
        "text": BASE, "gone": numbered(3), "was": BASE.replace("line", "row"), "mode": "m\n", "bin": b"\0one",
        "file": "f\n",
    })  # fmt: skip
    (made.root / "link").symlink_to("text")
    made.commit(message="a link")
    made.write({"text": edited(5, 15, 25), "new": numbered(3, " new"), "bin": b"\0two", "empty": ""})
    (made.root / "gone").unlink()
    (made.root / "was").rename(made.root / "is")
    (made.root / "mode").chmod(0o755)
    (made.root / "link").unlink()
    (made.root / "link").symlink_to("new")
    (made.root / "file").unlink()
    (made.root / "file").symlink_to("text")
    return made


@pytest.fixture
def review(wb: CommandLine, repo: Repo) -> str:
    return wb.start(repo.root)


def test_accepted_and_open_changes_of_the_work_tree_stay_as_they_are(
    wb: CommandLine, review: str, repo: Repo
) -> None:
    before = contents(repo)
    wb("judge", review, "accepted", wb.change(review, "text", 0))
    assert wb.json("land", review, "--to", "worktree", "--unread")["files"] == []
    assert contents(repo) == before
    assert wb.json("show", review)["closed"]


def test_rejected_changes_of_every_kind_go_back(wb: CommandLine, review: str, repo: Repo) -> None:
    wb("judge", review, "rejected", "--all")
    document = wb.json("land", review, "--to", "worktree")
    assert {row["path"]: row["what"] for row in document["files"]} == {
        "text": "changed", "new": "deleted", "bin": "changed", "empty": "deleted", "gone": "new",
        "was": "new", "is": "deleted", "mode": "changed", "link": "changed", "file": "changed",
    }  # fmt: skip
    assert repo.git("status", "--porcelain") == b""


def test_a_landing_of_every_kind_is_undone(wb: CommandLine, review: str, repo: Repo) -> None:
    before = contents(repo)
    wb("judge", review, "rejected", "--all")
    wb("land", review, "--to", "worktree")
    assert wb("undo", review) == "Undone: landing (worktree, 10 files)."
    assert contents(repo) == before
    assert not wb.json("show", review)["closed"]
    assert "not done again by redo" in wb.refused("redo", review)
    wb("land", review, "--to", "worktree")
    assert repo.git("status", "--porcelain") == b""


def test_verdicts_are_landed_change_by_change_and_line_by_line(
    wb: CommandLine, review: str, repo: Repo
) -> None:
    wb("judge", review, "rejected", wb.change(review, "text", 1))
    wb("judge", review, "rejected", wb.change(review, "new"), "--lines", "new:2")
    wb("land", review, "--to", "worktree", "--unread")
    assert repo.read("text") == edited(5, 25).encode()
    assert repo.read("new") == b"line 1 new\nline 3 new\n"


def test_a_patch_holds_what_is_accepted_and_git_applies_it(
    wb: CommandLine, review: str, repo: Repo, tmp_path: Path
) -> None:
    wb("judge", review, "accepted", "--all")
    wb("judge", review, "open", wb.change(review, "text", 1))
    wb("judge", review, "rejected", "--file", "new")
    expected = dict(contents(repo))
    del expected["new"]
    expected["text"] = ("--", edited(5, 25).encode())
    patch = tmp_path / "out.patch"
    wb("land", review, "--to", f"patch:{patch}", "--unread")
    copy = Repo(tmp_path / "copy")
    repo.git("worktree", "add", "-q", "--detach", str(copy.root), "HEAD")
    copy.git("apply", "--index", str(patch))
    assert contents(copy) == expected


def test_a_patch_file_is_never_written_over_another_file(
    wb: CommandLine, review: str, repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "Nothing is accepted" in wb.refused("land", review, "--to", "patch:p", "--unread")
    wb("judge", review, "accepted", "--all")
    (tmp_path / "p").write_text("mine\n")
    assert "exists already" in wb.refused("land", review, "--to", "patch:p")
    assert (tmp_path / "p").read_text() == "mine\n"
    assert not wb.json("show", review)["closed"]
    assert "could not be written" in wb.refused("land", review, "--to", "patch:/no/such/folder/p")
    wb("land", review, "--to", "patch:q")
    assert wb.json("show", review)["closed"]
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["p", "q"]
    wb("undo", review)
    assert not (tmp_path / "q").exists()
    wb("land", review, "--to", "patch:q")
    with (tmp_path / "q").open("a") as file:
        file.write("more")
    assert "was changed since" in wb.refused("undo", review)
    assert (tmp_path / "q").exists()
    assert contents(repo)["new"][1] == numbered(3, " new").encode()


def test_unread_changes_need_a_word(wb: CommandLine, repo: Repo, tmp_path: Path) -> None:
    made = new_repo(tmp_path / "one")
    made.commit({"a": "a\n"})
    made.write({"a": "b\n"})
    review = wb.start(made.root)
    assert wb.refused("land", review, "--to", "worktree").startswith("1 change is unread.")
    made.write({"b": "b\n"})
    review = wb.start(made.root)
    assert wb.refused("land", review, "--to", "worktree").startswith("2 changes are unread.")
    assert "Landed 0 files." in wb("land", review, "--to", "worktree", "--unread")


def test_a_dry_run_says_what_would_be_done_and_does_nothing(wb: CommandLine, review: str, repo: Repo) -> None:
    before = contents(repo)
    wb("judge", review, "rejected", "--file", "text")
    assert wb("land", review, "--to", "worktree", "--dry-run") == (
        "changed   text\nWould land 1 file. 3 rejected, 0 asked, 8 unread."
    )
    assert wb.json("land", review, "--to", "worktree", "--dry-run")["landed"] is False
    assert contents(repo) == before
    assert not wb.json("show", review)["closed"]


@pytest.mark.parametrize("to", ["patch:", "somewhere", "branch:", ""])
def test_other_places_are_refused(wb: CommandLine, review: str, to: str) -> None:
    assert "is not a place to land" in wb.refused("land", review, "--to", to, "--unread")


def test_what_somebody_wrote_meanwhile_is_merged(wb: CommandLine, review: str, repo: Repo) -> None:
    wb("judge", review, "rejected", "--file", "text")
    repo.write({"text": edited(5, 15, 25).replace("line 30\n", "line 30, theirs\n")})
    assert "merged    text" in wb("land", review, "--to", "worktree", "--unread")
    assert repo.read("text") == BASE.replace("line 30\n", "line 30, theirs\n").encode()
    wb("undo", review)
    assert repo.read("text") == edited(5, 15, 25).replace("line 30\n", "line 30, theirs\n").encode()


def test_what_cannot_be_merged_refuses_all_of_it(wb: CommandLine, review: str, repo: Repo) -> None:
    wb("judge", review, "rejected", "--all")
    repo.write({"text": edited(5, 15, 25, mark="theirs")})
    before = contents(repo)
    said = wb.refused("land", review, "--to", "worktree")
    assert said.startswith("Nothing was landed: text ")
    assert "--refresh" in said
    assert contents(repo) == before
    ran = wb.run("land", review, "--to", "worktree", "--dry-run", "--json")
    assert (ran.status, '"conflicts": [\n  "text ' in ran.out) == (1, True)


def test_what_was_merged_while_rejected_lines_were_taken_out_is_not_lost_later(
    wb: CommandLine, review: str, repo: Repo
) -> None:
    wb("judge", review, "rejected", wb.change(review, "text", 0))
    repo.write({"text": edited(5, 15, 25).replace("line 30\n", "line 30, theirs\n")})
    wb("next", review, "--model", "offline")
    wb("judge", review, "accepted", "--all")
    wb("land", review, "--to", "worktree")
    assert repo.read("text") == edited(15, 25).replace("line 30\n", "line 30, theirs\n").encode()


def test_a_models_round_is_landed_on_top_of_the_work_tree(
    wb: CommandLine, review: str, repo: Repo, tmp_path: Path
) -> None:
    (tmp_path / "s").write_text("line 5 better\n")
    wb("note", review, "--on", wb.change(review, "text", 0), "--suggest", tmp_path / "s", "!better")
    (tmp_path / "t").write_text("line 25 worse\n")
    wb("note", review, "--on", wb.change(review, "text", 2), "--suggest", tmp_path / "t", "!worse")
    before = dict(contents(repo))
    wb("next", review, "--model", "offline")
    assert contents(repo) == before
    # Open: nothing of the model's is written, and nothing that the work tree has is removed.
    wb("land", review, "--to", "worktree", "--unread")
    assert contents(repo) == before
    wb("undo", review)
    # One accepted, one open, one rejected.
    wb("judge", review, "accepted", wb.change(review, "text", 0))
    wb("judge", review, "rejected", wb.change(review, "text", 1))
    wb("land", review, "--to", "worktree", "--unread")
    expected = BASE.replace("line 5\n", "line 5 better\n").replace("line 25\n", "line 25 edited\n")
    assert repo.read("text") == expected.encode()
    assert {**contents(repo), "text": before["text"]} == before
    wb("undo", review)
    assert contents(repo) == before
    wb("judge", review, "accepted", "--all")
    wb("land", review, "--to", "worktree")
    expected = edited(15).replace("line 5\n", "line 5 better\n").replace("line 25\n", "line 25 worse\n")
    assert repo.read("text") == expected.encode()
    assert {**contents(repo), "text": before["text"]} == before


def test_a_commit_under_head_is_taken_back_in_part(wb: CommandLine, tmp_path: Path) -> None:
    made = new_repo(tmp_path / "commits")
    made.commit({"text": BASE, "kept": "k\n"})
    made.commit({"text": edited(5, 25), "new": "n\n"})
    made.write({"text": edited(5, 25).replace("line 15\n", "line 15 of today\n")})
    review = wb.start(made.root, "HEAD")
    wb("judge", review, "rejected", wb.change(review, "text", 0))
    wb("judge", review, "accepted", wb.change(review, "text", 1))
    wb("land", review, "--to", "worktree", "--unread")
    assert made.read("text") == edited(25).replace("line 15\n", "line 15 of today\n").encode()
    assert made.read("new") == b"n\n"


def test_a_patch_is_landed_in_the_work_tree_as_far_as_it_is_accepted(wb: CommandLine, tmp_path: Path) -> None:
    made = new_repo(tmp_path / "patched")
    made.commit({"text": BASE})
    made.write({"text": edited(5, 25)})
    patch = made.git("diff")
    made.write({"text": BASE.replace("line 15\n", "line 15 of today\n")})
    review = wb("start", str(made.root), "--patch", "-", stdin=patch)
    wb("judge", review, "accepted", wb.change(review, "text", 1))
    wb("land", review, "--to", "worktree", "--unread")
    assert made.read("text") == edited(25).replace("line 15\n", "line 15 of today\n").encode()


def test_after_a_landing_the_work_tree_is_a_new_review(wb: CommandLine, review: str, repo: Repo) -> None:
    wb("judge", review, "accepted", "--all")
    wb("land", review, "--to", "worktree")
    again = wb.start(repo.root)
    assert again != review
    assert wb.progress(again)["accepted"] == 0


def test_a_review_outlives_history_that_was_rewritten_and_collected(
    wb: CommandLine, review: str, repo: Repo
) -> None:
    wb("judge", review, "rejected", "--file", "text")
    wb("feedback", review)
    wb("next", review, "--model", "offline", "--keep-rejected")
    repo.git("checkout", "-q", "--orphan", "fresh")
    repo.git("rm", "-rfq", "--cached", ".")
    repo.git("commit", "-q", "--allow-empty", "-m", "fresh")
    repo.git("branch", "-D", "main")
    repo.git("reflog", "expire", "--expire=now", "--all")
    repo.git("gc", "-q", "--prune=now")
    assert "bin" in wb.files(review)
    wb("land", review, "--to", "worktree", "--unread")
    assert repo.read("text") == BASE.encode()


def test_a_submodules_commit_is_left_to_git_and_said(wb: CommandLine, tmp_path: Path) -> None:
    inner = new_repo(tmp_path / "inner")
    inner.commit({"x": "1\n"})
    outer = new_repo(tmp_path / "outer")
    outer.commit({"a": "a\n"})
    outer.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner.root), "sub")
    outer.git("commit", "-q", "-m", "with a submodule")
    Repo(outer.root / "sub").commit({"x": "2\n"})
    outer.write({"a": "b\n"})
    review = wb.start(outer.root)
    assert set(wb.files(review)) == {"a", "sub"}
    wb("judge", review, "rejected", "--all")
    ran = wb.run("land", review, "--to", "worktree")
    assert ran.status == 0
    assert "sub is a submodule" in ran.err
    assert outer.read("a") == b"a\n"


def test_accepted_sensitive_files_stand_first_with_the_reason(wb: CommandLine, tmp_path: Path) -> None:
    made = new_repo(tmp_path / "sensitive")
    made.commit({"a": "a\n"})
    made.write({"a": "b\n", "AGENTS.md": "x\n", "z/.envrc": "export A=1\n", "Makefile": "all:\n"})
    review = wb.start(made.root)
    for path in ("a", "AGENTS.md", "z/.envrc"):
        wb("judge", review, "accepted", "--file", path)
    found = wb.json("land", review, "--to", "index", "--dry-run")
    assert found["sensitive"] == [
        {"path": "AGENTS.md", "why": "instructions"},
        {"path": "z/.envrc", "why": "runs by itself"},
    ]
    assert found["secret"] == [{"path": "z/.envrc", "why": "looks secret, by its name"}]
    lines = wb("land", review, "--to", "index", "--dry-run").split("\n")
    assert lines[:3] == [
        "new       z/.envrc  [looks secret, by its name; runs by itself]",
        "new       AGENTS.md  [instructions]",
        "changed   a",
    ]
    # In the work tree they are already; that they were accepted is said all the same.
    lines = wb("land", review, "--to", "worktree", "--dry-run").split("\n")
    assert lines[:2] == [
        "as it is  z/.envrc  [looks secret, by its name; runs by itself]",
        "as it is  AGENTS.md  [instructions]",
    ]
