"""Landing in the index and in a branch with the keyboard alone; trust, hooks and what is in the way."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from tests.repos import Repo, new_repo
from tests.window.conftest import AFTER, ALT, BEFORE, CONTROL, Hands
from workbench.ui.landing_sheet import LandingSheet
from workbench.ui.landing_texts import INSET
from workbench.ui.trust_sheet import TrustSheet
from workbench.workflow.landing_plan import last_destination
from workbench.workflow.trust import grant, trust_of


@pytest.fixture(autouse=True)
def identity(home: Path) -> None:
    (home / ".gitconfig").write_text("[user]\n\tname = Eva Expert\n\temail = eva@example.com\n")


def open_landing(hands: Hands) -> LandingSheet:
    hands.type("L")
    sheet = hands.window.sheets.current()
    assert isinstance(sheet, LandingSheet)
    hands.until(lambda: sheet.plan is not None or sheet.error.isVisible())
    return sheet


def test_a_repository_whose_name_is_not_utf8_is_landed_to_and_the_destination_is_kept(
    hands: Hands, tmp_path: Path
) -> None:
    repo = new_repo(tmp_path / "shop\udcff")
    repo.commit({"code.py": BEFORE})
    repo.write({"code.py": AFTER})
    hands.open(repo)
    hands.type("ax")
    open_landing(hands)
    hands.press(Qt.Key.Key_Return, CONTROL)
    hands.until(lambda: hands.session.review.closed)
    assert repo.read("code.py").decode() == BEFORE.replace("return 1\n", "return 10\n")
    assert last_destination(hands.session) == "worktree"


def planned(hands: Hands, sheet: LandingSheet, destination: str) -> None:
    hands.until(lambda: sheet.plan is not None and sheet.plan.destination == destination)


def trust(hands: Hands) -> None:
    repository = hands.session.repository
    grant(repository, trust_of(repository).surface)


def test_the_sheet_says_why_nothing_would_change(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    sheet = open_landing(hands)
    assert sheet.diff.toPlainText().startswith("Nothing would change: nothing is accepted yet.")
    assert not sheet.main.isEnabled()
    assert not sheet.sure.isVisible(), "there is nothing to be sure of"
    hands.press(Qt.Key.Key_Escape)
    hands.type("a")
    sheet = open_landing(hands)
    assert "the work tree holds what is accepted" in sheet.diff.toPlainText()
    hands.press(Qt.Key.Key_Escape)
    hands.type("x")
    sheet = open_landing(hands)
    assert "diff --git" in sheet.diff.toPlainText()
    assert sheet.unread.text() == "1 change is unread and stays as the work tree has it."
    assert sheet.sure.isVisible()


def test_the_index_by_keys(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    trust(hands)
    hands.type("axa")
    sheet = open_landing(hands)
    hands.press(Qt.Key.Key_I, ALT)
    planned(hands, sheet, "index")
    assert "work tree is left as it is" in sheet.to.words.text()
    assert "+    return 10" in sheet.diff.toPlainText()
    assert "return 30" not in sheet.diff.toPlainText()
    hands.press(Qt.Key.Key_Return, CONTROL)
    hands.until(lambda: hands.session.review.closed)
    assert repo.git("show", ":code.py").decode() == BEFORE.replace("return 1\n", "return 10\n")
    assert repo.read("code.py").decode() == AFTER
    assert "2 files staged" in hands.notice()
    hands.type("u")
    hands.until(lambda: not hands.session.review.closed)
    assert repo.git("diff", "--cached", "--name-only") == b""
    assert "in the index as before" in hands.notice()
    # What was chosen last is offered first.
    sheet = open_landing(hands)
    assert sheet.index.isChecked()
    hands.press(Qt.Key.Key_Escape)


def test_a_branch_by_keys_with_a_message(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    trust(hands)
    hands.session.set_task("Return ten\n\nBecause one is not enough.")
    hands.type("aaa")
    sheet = open_landing(hands)
    hands.press(Qt.Key.Key_B, ALT)
    planned(hands, sheet, "branch:return-ten")
    assert sheet.commit.isVisible()
    assert sheet.commit.text == "Return ten\n\nBecause one is not enough."
    assert "by Eva Expert <eva@example.com>" in sheet.commit.who.text()
    sheet.name.setFocus()
    sheet.name.selectAll()
    hands.type("fix/ten")
    planned(hands, sheet, "branch:fix/ten")
    sheet.commit.message.setFocus()
    sheet.commit.message.selectAll()
    hands.type("My words")
    assert sheet.main.isEnabled()
    hands.press(Qt.Key.Key_Return, CONTROL)
    hands.until(lambda: hands.session.review.closed)
    assert repo.git("log", "-1", "--format=%s%n%an", "fix/ten") == b"My words\nEva Expert\n"
    assert repo.git("show", "fix/ten:code.py").decode() == AFTER
    hands.type("u")
    hands.until(lambda: not hands.session.review.closed)
    assert repo.git("branch", "--list", "fix/ten") == b""


def test_arrows_go_through_the_destinations(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    hands.type("aaa")
    sheet = open_landing(hands)
    for button, destination in ((sheet.index, "index"), (sheet.branch, f"branch:{sheet.name.text()}")):
        hands.press(Qt.Key.Key_Down)
        assert button.isChecked()
        planned(hands, sheet, destination)
    hands.press(Qt.Key.Key_Up)
    planned(hands, sheet, "index")
    hands.press(Qt.Key.Key_Escape)


def test_every_part_is_reached_by_tab(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    hands.type("aa")
    sheet = open_landing(hands)
    hands.press(Qt.Key.Key_B, ALT)
    hands.until(lambda: sheet.commit.isVisible())
    reached = set()
    for _ in range(16):
        hands.press(Qt.Key.Key_Tab)
        reached.add(QApplication.focusWidget() or hands.window.focusWidget())
    assert {sheet.name, sheet.commit.message, sheet.files, sheet.diff, sheet.sure} <= reached
    hands.press(Qt.Key.Key_Escape)


def test_a_branch_that_is_checked_out_is_said_here(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    hands.type("aaa")
    sheet = open_landing(hands)
    hands.press(Qt.Key.Key_B, ALT)
    hands.until(lambda: sheet.name.isVisible())
    sheet.name.setFocus()
    sheet.name.selectAll()
    hands.type("main")
    hands.until(lambda: "is checked out" in sheet.error.text())
    assert "Land to the index" in sheet.error.text()
    assert not sheet.main.isEnabled()
    sheet.name.clear()
    hands.type(" ")
    hands.until(lambda: sheet.error.text() == "Name the branch.")
    hands.press(Qt.Key.Key_Escape)


def test_a_restricted_repository_asks_for_trust_and_goes_on(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    hands.type("aaa")
    sheet = open_landing(hands)
    hands.press(Qt.Key.Key_I, ALT)
    planned(hands, sheet, "index")
    hands.press(Qt.Key.Key_Return, CONTROL)
    hands.until(lambda: isinstance(hands.window.sheets.current(), TrustSheet))
    asked = hands.window.sheets.current()
    assert isinstance(asked, TrustSheet)
    assert "write the index of" in asked.needed.text()
    assert not hands.session.review.closed
    hands.until(asked.trust.isEnabled)
    asked.trust.click()
    hands.until(lambda: hands.session.review.closed)
    assert repo.git("diff", "--cached", "--name-only") == b"code.py\nnew.py\n"


def test_what_hooks_say_is_left_to_be_read(hands: Hands, repo: Repo) -> None:
    hook = repo.root / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho checked it\necho '# more' >> code.py\n")
    hook.chmod(0o755)
    hands.open(repo)
    trust(hands)
    hands.type("aaa")
    sheet = open_landing(hands)
    sheet.name.setText("ten")
    hands.press(Qt.Key.Key_B, ALT)
    planned(hands, sheet, "branch:ten")
    assert sheet.commit.hooks.isVisible()
    hands.press(Qt.Key.Key_Return, CONTROL)
    hands.until(lambda: hands.session.review.closed)
    assert "checked it" in sheet.diff.toPlainText()
    assert "+# more" in sheet.diff.toPlainText()
    assert repo.git("show", "ten:code.py").decode() == AFTER
    hands.press(Qt.Key.Key_Return)
    hands.until(lambda: hands.window.sheets.current() is None)


def test_a_hook_that_refuses_is_shown_and_can_be_left_out(hands: Hands, repo: Repo) -> None:
    hook = repo.root / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho the tests fail\nexit 1\n")
    hook.chmod(0o755)
    hands.open(repo)
    trust(hands)
    hands.type("aaa")
    sheet = open_landing(hands)
    sheet.name.setText("ten")
    hands.press(Qt.Key.Key_B, ALT)
    planned(hands, sheet, "branch:ten")
    hands.press(Qt.Key.Key_Return, CONTROL)
    hands.until(lambda: "the tests fail" in sheet.diff.toPlainText())
    assert "hook refused" in sheet.error.text()
    assert "Running" not in sheet.summary.text()
    assert repo.git("branch", "--list", "ten") == b""
    hands.press(Qt.Key.Key_Space)  # the focus is on the hooks
    assert not sheet.commit.hooks.isChecked()
    hands.press(Qt.Key.Key_Return, CONTROL)
    hands.until(lambda: hands.session.review.closed)
    assert repo.git("branch", "--list", "ten") != b""


def test_closing_the_sheet_stops_a_hook(hands: Hands, repo: Repo, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    hook = repo.root / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\necho $$ > {runs}\nsleep 1000 & wait\n")
    hook.chmod(0o755)
    hands.open(repo)
    trust(hands)
    hands.type("aaa")
    sheet = open_landing(hands)
    sheet.name.setText("ten")
    hands.press(Qt.Key.Key_B, ALT)
    planned(hands, sheet, "branch:ten")
    hands.press(Qt.Key.Key_Return, CONTROL)
    hands.until(lambda: runs.exists() and runs.read_text())
    hands.press(Qt.Key.Key_Escape)
    hands.until(lambda: "was stopped" in hands.notice())
    listed = subprocess.run(
        ["ps", "-o", "stat=", "-p", runs.read_text().strip()], capture_output=True, text=True, check=False
    )
    assert listed.stdout.strip()[:1] in ("", "Z"), "it is ended, though nobody may have asked for its status"
    assert repo.git("branch", "--list", "ten") == b""


def test_a_conflict_in_the_index_is_said_and_nothing_is_written(hands: Hands, repo: Repo) -> None:
    repo.write({"code.py": BEFORE.replace("return 1\n", "return 77\n")})
    repo.git("add", "code.py")
    repo.write({"code.py": AFTER})
    hands.open(repo)
    hands.type("aaa")
    sheet = open_landing(hands)
    hands.press(Qt.Key.Key_I, ALT)
    planned(hands, sheet, "index")
    assert "code.py is edited in the index too" in sheet.error.text()
    assert not sheet.main.isEnabled()
    hands.press(Qt.Key.Key_Escape)


def test_accepted_sensitive_files_stand_first_with_the_reason(hands: Hands, repo: Repo) -> None:
    repo.write({"tools/.envrc": "export A=1\n"})
    hands.open(repo)
    for file in hands.session.files:
        hands.window.view.go_to_change(file.changes[0].id)
        hands.type("a")
    sheet = open_landing(hands)
    hands.press(Qt.Key.Key_I, ALT)
    planned(hands, sheet, "index")
    lines = sheet.files.toPlainText().split("\n")
    assert lines[0] == "tools/.envrc\tnew"
    assert f"{INSET}! runs by itself" in lines[1:3]
    assert "1 SENSITIVE, FIRST" in sheet.files_title.text()
    hands.press(Qt.Key.Key_Escape)


def test_files_with_keys_in_accepted_lines_and_names_of_settings_are_marked(hands: Hands, repo: Repo) -> None:
    token = "ghp_" + "a1B2c3D4e5F6g7H8i9" * 2
    repo.write({".env.local": "A=1\n", "code.py": f'{AFTER}T = "{token}"\n', "left.py": f'T = "{token}x"\n'})
    hands.open(repo)
    for file in hands.session.files:
        hands.window.view.go_to_change(file.changes[-1].id)
        hands.type("x" if file.path == "left.py" else "a")

    sheet = open_landing(hands)
    planned(hands, sheet, "worktree")
    hands.until(lambda: "SECRET" in sheet.files_title.text())
    said = sheet.files.toPlainText()
    assert f"{INSET}! looks secret, by its name\n{INSET}! runs by itself" in said
    assert said.count("looks secret") == 2
    assert f"code.py\tas it is\n{INSET}! looks secret: GitHub token, line 11" in said
    assert token not in said
    assert sheet.files_title.text() == "FILES · 2 SECRET-LOOKING, 1 SENSITIVE, FIRST"
    hands.press(Qt.Key.Key_Escape)
