"""Landing in the index and a branch by the command line: words, JSON, statuses, undo, trust."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.driver import CommandLine
from tests.repos import Repo, numbered


@pytest.fixture(autouse=True)
def identity(home: Path) -> None:
    (home / ".gitconfig").write_text("[user]\n\tname = Eva Expert\n\temail = eva@example.com\n")


@pytest.fixture
def review(wb: CommandLine, repo: Repo) -> str:
    made = wb.start(repo.root)
    wb("judge", made, "accepted", "--all")
    return made


def trust(wb: CommandLine, repo: Repo) -> None:
    wb("trust", str(repo.root), "--yes")


def test_it_is_refused_while_restricted_and_done_once_trusted(
    wb: CommandLine, review: str, repo: Repo
) -> None:
    said = wb.refused("land", review, "--to", "index")
    assert "may not write the index of repo while it is restricted" in said
    assert f"workbench trust {repo.root}" in said
    assert wb.refused("land", review, "--to", "branch:x").startswith(
        "Workbench may not write a branch of repo"
    )
    assert repo.git("diff", "--cached", "--name-only") == b""
    trust(wb, repo)
    out = wb("land", review, "--to", "index")
    assert out.split("\n") == [
        "changed   edited.py", "deleted   gone.py", "new       new.py",
        "Landed 3 files. 0 rejected, 0 asked, 0 unread.", "The work tree is left as it is.",
    ]  # fmt: skip
    assert repo.git("diff", "--cached", "--name-only").split() == [b"edited.py", b"gone.py", b"new.py"]
    assert wb.json("show", review)["closed"]
    assert wb("undo", review) == "Undone: landing (index, 3 files)."
    assert repo.git("diff", "--cached", "--name-only") == b""
    assert "not done again by redo" in wb.refused("redo", review)


def test_a_branch_with_a_message_and_json(wb: CommandLine, review: str, repo: Repo) -> None:
    trust(wb, repo)
    plan = wb.json("land", review, "--to", "branch:fix/x", "-m", "Words", "--dry-run")
    head = repo.git("rev-parse", "HEAD").decode().strip()
    assert plan == {
        "review": review, "destination": "branch:fix/x", "rejected": 0, "asked": 0, "unread": 0,
        "files": [
            {"path": "edited.py", "what": "changed"}, {"path": "gone.py", "what": "deleted"},
            {"path": "new.py", "what": "new"},
        ],
        "conflicts": [], "warnings": [], "landed": False, "commit": None, "parent": head, "new_branch": True,
        "message": "Words\n", "author": "Eva Expert <eva@example.com>", "hooks": [], "hooks_said": "",
        "sensitive": [], "secret": [],
    }  # fmt: skip
    assert repo.git("branch", "--list", "fix/x") == b""
    done = wb.json("land", review, "--to", "branch:fix/x", "-m", "Words")
    commit = repo.git("rev-parse", "fix/x").decode().strip()
    assert done == {**plan, "landed": True, "commit": commit}
    assert repo.git("show", "fix/x:edited.py").decode() == numbered(20).replace("line 7\n", "line seven\n")
    assert wb("undo", review) == "Undone: landing (branch:fix/x, 3 files)."
    assert repo.git("branch", "--list", "fix/x") == b""
    out = wb("land", review, "--to", "branch:fix/x").split("\n")
    commit = repo.git("rev-parse", "--short=12", "fix/x").decode().strip()
    assert out[-2] == (
        f"Commit {commit} on the new branch fix/x, by Eva Expert <eva@example.com>: "
        "Change edited.py, gone.py and new.py"
    )


def test_hooks_by_the_command_line(wb: CommandLine, review: str, repo: Repo) -> None:
    hook = repo.root / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho no good\nexit 1\n")
    hook.chmod(0o755)
    trust(wb, repo)
    assert "Hooks that would run: pre-commit" in wb("land", review, "--to", "branch:x", "--dry-run")
    ran = wb.run("land", review, "--to", "branch:x")
    assert ran.status == 1
    assert ran.err.split("\n")[:4] == [
        "pre-commit says:", "no good", "Nothing was landed: the pre-commit hook refused (status 1).",
        "See what it says; or land without hooks: --skip-hooks",
    ]  # fmt: skip
    assert repo.git("branch", "--list", "x") == b""
    wb("land", review, "--to", "branch:x", "--skip-hooks")
    assert repo.git("branch", "--list", "x") != b""


def test_what_is_refused_is_said_with_a_hint(wb: CommandLine, review: str, repo: Repo, home: Path) -> None:
    trust(wb, repo)
    assert "main is checked out" in wb.refused("land", review, "--to", "branch:main")
    assert "is no name for a branch" in wb.refused("land", review, "--to", "branch:a..b")
    assert "A message is for a commit" in wb.refused("land", review, "--to", "index", "-m", "x")
    (home / ".gitconfig").unlink()
    said = wb.refused("land", review, "--to", "branch:x")
    assert said == (
        "The commit cannot be made: git does not know your name.\n"
        'Tell it: git config --global user.name "Your Name"\n'
    )
    repo.write({"edited.py": numbered(20).replace("line 7\n", "line 7 mine\n")})
    repo.git("add", "edited.py")
    said = wb.refused("land", review, "--to", "index")
    assert said.startswith("Nothing was landed: edited.py is edited in the index too")
    assert "Unstage or commit" in said
    wb("judge", review, "open", "--all")
    assert "Nothing is accepted" in wb.refused("land", review, "--to", "index", "--unread")
    assert not wb.json("show", review)["closed"]


def test_unread_changes_need_a_word(wb: CommandLine, repo: Repo) -> None:
    review = wb.start(repo.root)
    trust(wb, repo)
    wb("judge", review, "accepted", "--file", "new.py")
    assert wb.refused("land", review, "--to", "index").startswith("2 changes are unread.")
    wb("land", review, "--to", "index", "--unread")
    assert repo.git("diff", "--cached", "--name-only") == b"new.py\n"
