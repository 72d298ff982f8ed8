"""What users get wrong, and what systems refuse: a sentence and a hint, nothing lost, no traceback."""

from __future__ import annotations

import errno
import json
import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests.cli.driver import CommandLine, command, environment, process
from tests.repos import Repo, new_repo
from workbench.store.paths import data_dir, database_path, settings_path

AS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


def test_what_is_no_repository_is_refused(wb: CommandLine, tmp_path: Path) -> None:
    wb.refused("start", tmp_path)
    wb.refused("changes", tmp_path)
    (tmp_path / "file").write_text("x")
    wb.refused("start", tmp_path / "file")


def test_what_does_not_exist_is_a_range_that_names_nothing(
    wb: CommandLine, repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repo.root)
    assert "no/such/folder" in wb.refused("start", "no/such/folder")
    wb.refused("start", repo.root, "HEAD~99")
    wb.refused("start", repo.root, "a..b..c")
    wb.refused("start", repo.root, "HEAD", "HEAD")
    wb.refused("start", repo.root, "--", "--upload-pack=x")
    wb.refused("start", repo.root, "HEAD", "--staged")
    wb.refused("start", repo.root, "--staged", "--patch", "-")


def test_a_bare_repository_is_refused(wb: CommandLine, tmp_path: Path) -> None:
    made = new_repo(tmp_path / "made")
    made.commit({"a": "a\n"})
    made.git("clone", "-q", "--bare", str(made.root), str(tmp_path / "bare.git"))
    assert "bare" in wb.refused("start", tmp_path / "bare.git")


def test_a_repository_that_is_gone_is_said(wb: CommandLine, repo: Repo) -> None:
    review = wb.start(repo.root)
    repo.root.rename(repo.root.with_name("moved"))
    for args in (
        ["show", review],
        ["judge", review, "accepted", "--all"],
        ["land", review, "--to", "worktree"],
    ):
        wb.refused(*args)
    assert [row["review"] for row in wb.json("reviews")["reviews"]] == [review]
    wb("delete", review)


@pytest.mark.skipif(AS_ROOT, reason="root may read everything")
def test_an_unreadable_file_is_listed_and_the_others_are_shown(wb: CommandLine, repo: Repo) -> None:
    (repo.root / "new.py").chmod(0)
    review = wb.start(repo.root)
    assert set(wb.files(review)) == {"edited.py", "gone.py"}
    assert [each["path"] for each in wb.json("changes", review)["not_shown"]] == ["new.py"]


@pytest.mark.parametrize("name", ["--task", "--patch"])
def test_a_file_that_cannot_be_read_is_named(wb: CommandLine, repo: Repo, name: str, tmp_path: Path) -> None:
    assert "/no/such/file cannot be read" in wb.refused("start", repo.root, name, "/no/such/file")
    assert f"{tmp_path} cannot be read" in wb.refused("start", repo.root, name, tmp_path)


@pytest.mark.parametrize(
    "args",
    [
        ["judge"],
        ["land", "x"],
        ["next", "x"],
        ["next", "x", "--model", "a", "--refresh"],
        ["start", "--no-such-option"],
        ["changes", "x", "--round", "one"],
        ["feedback", "x", "--format", "xml"],
        ["tweak", "x", "y"],
        ["show"],
        ["--size", "10"],
        ["window", "--size", "0x0"],
    ],
)
def test_a_usage_error_is_a_user_error(wb: CommandLine, args: list[str]) -> None:
    wb.refused(*args)


@pytest.mark.parametrize(
    "command", ["show", "changes", "feedback", "ledger", "calls", "notes", "undo", "delete"]
)
def test_a_review_that_is_not_there_is_said(wb: CommandLine, command: str) -> None:
    assert "abcdef" in wb.refused(command, "abcdef")


def test_an_ambiguous_id_is_said(wb: CommandLine, repo: Repo) -> None:
    made = [wb.start(repo.root, "--new") for _ in range(17)]
    first = [review[0] for review in made]
    twice = next(letter for letter in first if first.count(letter) > 1)
    assert "reviews begin with" in wb.refused("show", twice)
    assert "reviews begin with" in wb.refused("changes", twice)


def test_wrong_settings_are_named_by_file_and_line(wb: CommandLine, repo: Repo) -> None:
    settings_path().parent.mkdir(parents=True, exist_ok=True)
    settings_path().write_text('theme = "dark"\nno_such_setting = 1\n')
    said = wb.refused("start", repo.root)
    assert "line 2" in said
    ran = wb.run("doctor", "--model", "openai/x")
    assert (ran.status, "no   settings" in ran.out) == (1, True)


def test_a_database_of_a_newer_program_is_left_alone(wb: CommandLine, repo: Repo) -> None:
    wb.start(repo.root)
    connection = sqlite3.connect(database_path())
    connection.execute("pragma user_version=99")
    connection.close()
    before = database_path().read_bytes()
    assert "newer Workbench" in wb.refused("start", repo.root)
    assert "newer Workbench" in wb.refused("reviews")
    assert database_path().read_bytes() == before


def test_a_damaged_database_is_left_alone(wb: CommandLine, repo: Repo) -> None:
    data_dir().mkdir(parents=True)
    database_path().write_bytes(b"no database" * 100)
    wb.refused("start", repo.root)
    assert database_path().read_bytes() == b"no database" * 100
    assert wb.run("doctor").status == 1


def test_a_data_folder_that_is_a_file_is_said(
    wb: CommandLine, repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path / "file"))
    wb.refused("start", repo.root)
    wb.refused("reviews")


@pytest.mark.skipif(AS_ROOT, reason="root may write everywhere")
def test_a_data_folder_that_may_only_be_read_is_said(wb: CommandLine, repo: Repo) -> None:
    review = wb.start(repo.root)
    places = [data_dir(), *(path for path in data_dir().rglob("*") if path.is_dir())]
    for path in places:
        path.chmod(0o500)
    database_path().chmod(0o400)
    try:
        for args in (["judge", review, "accepted", "--all"], ["note", review, "x"], ["undo", review]):
            wb.refused(*args)
    finally:
        for path in places:
            path.chmod(0o700)


def test_a_path_with_control_characters_does_not_reach_the_terminal(wb: CommandLine, repo: Repo) -> None:
    review = wb.start(repo.root)
    ran = wb.run("judge", review, "accepted", "--file", "\x1b[2Jx\ny")
    assert "\x1b" not in ran.err
    assert "\ny" not in ran.err  # no line of a name's begins where one of ours would


def test_an_inherited_git_environment_chooses_nothing(repo: Repo, clean: Repo) -> None:
    env = {"GIT_DIR": str(clean.root / ".git"), "GIT_INDEX_FILE": "/no/such/index", "GIT_WORK_TREE": "/"}
    done = process("changes", repo.root, env=env)
    assert (done.returncode, "edited.py" in done.stdout) == (0, True)


@pytest.mark.skipif(os.name != "posix", reason="names are always UTF-8 there")
def test_names_are_utf8_whatever_the_locale_says(repo: Repo) -> None:
    repo.write({"caf\u00e9.py": "1\n"})
    done = process("changes", repo.root, "--json", env={"LC_ALL": "C", "PYTHONUTF8": "0"})
    assert done.returncode == 0, done.stderr
    assert "caf\u00e9.py" in [file["path"] for file in json.loads(done.stdout)["files"]]


def test_binary_patches_and_empty_ones_are_answered(wb: CommandLine, clean: Repo) -> None:
    wb.refused("start", clean.root, "--patch", "-", stdin=b"")
    wb.refused("start", clean.root, "--patch", "-", stdin=b"\0\1\2" * 100)
    evil = b"--- a/x\n+++ b/../../outside\n@@ -0,0 +1 @@\n+x\n"
    wb.refused("start", clean.root, "--patch", "-", stdin=evil)
    assert wb.json("reviews")["reviews"] == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EMFILE])
def test_what_the_system_refuses_is_no_bug(
    wb: CommandLine, repo: Repo, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number), "/some/file")

    review = wb.start(repo.root)
    monkeypatch.setattr("workbench.workflow.landing.plan", refused)
    said = wb.refused("land", review, "--to", "worktree", "--unread")
    assert said.startswith(f"It could not be done: /some/file: {os.strerror(number)}.")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full")
def test_an_output_that_is_full_is_said(repo: Repo) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command("changes", repo.root), stdout=full, stderr=subprocess.PIPE, text=True, env=environment()
        )
    assert done.returncode == 1
    assert "No space left" in done.stderr
    assert "Traceback" not in done.stderr


def test_dashes_as_a_value_are_a_value(wb: CommandLine, repo: Repo) -> None:
    ran = wb.run("judge", wb.start(repo.root), "accepted", "--file=--")
    assert (ran.status, ran.err.count("\n")) == (1, 2)
    assert "--" in ran.err


def test_a_folder_that_is_gone_is_not_taken_for_a_range(wb: CommandLine, repo: Repo) -> None:
    gone, file = repo.root / "gone", repo.root / "new.py"
    assert wb.refused("start", gone).startswith(f"{gone} does not exist.")
    assert wb.refused("start", file).startswith(f"{file} is a file, not a folder.")
    assert wb.refused("start", "../gone/for/good").startswith("../gone/for/good does not exist.")


def test_a_review_whose_snapshots_are_lost_says_how_to_begin_anew(wb: CommandLine, repo: Repo) -> None:
    wb.start(repo.root)
    shutil.rmtree(data_dir() / "shadows")
    assert "workbench review --new" in wb.run("start", repo.root).said[1]
    wb("start", repo.root, "--new")
