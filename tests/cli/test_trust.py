"""`workbench trust` and `restrict`: the list is shown, then it is asked; without a terminal --yes answers."""

from __future__ import annotations

import os
import pty
import select
import subprocess
from pathlib import Path

import pytest

from tests.cli.driver import CommandLine, command, environment
from tests.repos import Repo
from workbench.workflow.opening import open_repository
from workbench.workflow.trust import trust_of

pytestmark = pytest.mark.skipif(os.name != "posix", reason="hooks are told by their modes")


@pytest.fixture
def hooked(repo: Repo) -> Repo:
    place = repo.root / ".git/hooks/pre-commit"
    place.parent.mkdir(exist_ok=True)
    place.write_text("#!/bin/sh\nmake check\n")
    place.chmod(0o755)
    repo.git("config", "filter.x.clean", "tidy \u202e\x1b[2J")
    return repo


def is_trusted(repo: Repo) -> bool:
    repository = open_repository(repo.root)
    try:
        return trust_of(repository).trusted
    finally:
        repository.close()


def test_without_a_terminal_it_is_shown_and_not_trusted(wb: CommandLine, hooked: Repo) -> None:
    ran = wb.run("trust", hooked.root)
    assert ran.status == 1
    assert "hook pre-commit: .git/hooks/pre-commit" in ran.out
    assert "│ make check" in ran.out
    assert "filter x, clean: tidy ⟦U+202E⟧⟦U+001B⟧[2J" in ran.out
    assert "named in .git/config" in ran.out
    assert ran.said[0] == "repo stays restricted: nobody could be asked."
    assert ran.said[1].endswith("--yes")
    assert not is_trusted(hooked)


def test_yes_trusts_what_was_printed(wb: CommandLine, hooked: Repo) -> None:
    said = wb("trust", hooked.root, "--yes")
    assert said.index("hook pre-commit") < said.index("It is trusted")
    assert is_trusted(hooked)
    again = wb("trust", hooked.root)
    assert "(trusted)" in again
    assert "It is trusted already." in again


def test_a_change_since_is_marked(wb: CommandLine, hooked: Repo) -> None:
    wb("trust", hooked.root, "--yes")
    (hooked.root / ".git/hooks/pre-commit").write_text("#!/bin/evil\n")
    ran = wb.run("trust", hooked.root)
    assert "restricted: hook pre-commit changed since you trusted it" in ran.out
    assert ".git/hooks/pre-commit  (new or changed since you trusted it)" in ran.out
    assert "tidy ⟦U+202E⟧⟦U+001B⟧[2J\n" in ran.out
    assert not is_trusted(hooked)


def test_restrict_takes_it_back_and_says_when_there_is_nothing_to_take(wb: CommandLine, hooked: Repo) -> None:
    assert wb("restrict", hooked.root) == "repo is restricted already: it was not trusted."
    wb("trust", hooked.root, "--yes")
    assert wb("restrict", hooked.root) == "repo is restricted now."
    assert not is_trusted(hooked)
    assert wb.json("restrict", hooked.root) == {
        "repository": str(hooked.root), "trusted": False, "changed": False,
    }  # fmt: skip


def test_json_says_the_same_and_trusts_only_with_yes(wb: CommandLine, hooked: Repo) -> None:
    ran = wb.run("trust", hooked.root, "--json")
    assert ran.status == 1
    assert '"trusted": false' in ran.out
    document = wb.json("trust", hooked.root, "--yes")
    assert (document["trusted"], document["changed"], document["why"]) == (True, True, "")
    assert document["programs"][0] == {
        "where": "hook pre-commit", "command": ".git/hooks/pre-commit", "origin": "",
        "text": "#!/bin/sh\nmake check\n", "changed": False,
    }  # fmt: skip
    assert (document["owner"], len(document["digest"])) == (None, 64)
    assert wb.json("trust", hooked.root)["changed"] is False


@pytest.mark.parametrize(
    ("answer", "trusted"), [("y\n", True), ("YES\n", True), ("\n", False), ("no\n", False)]
)
def test_on_a_terminal_it_asks_after_the_list(answer: str, trusted: bool, hooked: Repo) -> None:
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        command("trust", hooked.root), stdin=theirs, stdout=theirs, stderr=theirs, env=environment()
    )
    os.close(theirs)
    said = b""
    while b"[y/N]" not in said and select.select([ours], [], [], 30)[0]:
        said += os.read(ours, 65536)
    assert said.index(b"hook pre-commit") < said.index(b"[y/N]")
    assert not is_trusted(hooked)
    os.write(ours, answer.encode())
    while select.select([ours], [], [], 30)[0]:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        said += piece
    assert child.wait(30) == 0
    os.close(ours)
    assert (b"It is trusted" if trusted else b"It stays restricted.") in said
    assert is_trusted(hooked) is trusted


def test_the_doctor_says_whether_the_repository_here_is_trusted(
    wb: CommandLine, hooked: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(hooked.root)
    assert "this repository: repo is restricted (never trusted); it could run hook pre-commit" in wb("doctor")
    wb("trust", ".", "--yes")
    assert "this repository: repo is trusted; it could run" in wb("doctor")
    monkeypatch.chdir(tmp_path)
    assert "this repository" not in wb("doctor")


def test_a_folder_without_a_repository_is_said(wb: CommandLine, tmp_path: Path) -> None:
    assert "is not inside a git repository" in wb.refused("trust", tmp_path, "--yes")
    assert "is not inside a git repository" in wb.refused("restrict", tmp_path)
