"""The loop: feedback out, rounds in, the ledger judged with the same keys, the result landed and undone."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from tests.repos import Repo, new_repo
from tests.window.conftest import AFTER, BEFORE, CONTROL, SHIFT, Hands
from workbench.ui.landing_sheet import LandingSheet
from workbench.ui.send_sheet import SendSheet


def open_sending(hands: Hands) -> SendSheet:
    hands.press(Qt.Key.Key_Return, CONTROL | SHIFT)
    sheet = hands.window.sheets.current()
    assert isinstance(sheet, SendSheet)
    hands.until(sheet.main.isEnabled)
    return sheet


def open_landing(hands: Hands) -> LandingSheet:
    hands.type("L")
    sheet = hands.window.sheets.current()
    assert isinstance(sheet, LandingSheet)
    hands.until(lambda: sheet.plan is not None)
    return sheet


def round_number(hands: Hands) -> int:
    current = hands.session.review.round
    return current.number if current is not None else 0


def idle(hands: Hands) -> None:
    hands.until(lambda: not hands.window.tasks.is_busy)


def test_r_reads_the_work_tree_again_and_verdicts_stay_where_nothing_changed(
    hands: Hands, repo: Repo
) -> None:
    hands.open(repo)
    hands.type("ax")
    repo.write({"code.py": AFTER.replace("return 30", "return 33")})

    hands.type("R")
    hands.until(lambda: round_number(hands) == 2)
    idle(hands)

    assert hands.verdicts() == ["accepted", "open", "open"]
    assert "Round 2 is here" in hands.notice()


def test_r_says_when_nothing_changed(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    hands.type("R")
    hands.until(lambda: "Nothing changed" in hands.notice())
    assert round_number(hands) == 1


def test_an_altered_line_is_a_violation_that_x_restores(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    hands.type("a")
    repo.write({"code.py": AFTER.replace("return 10", "return 99")})
    hands.type("R")
    hands.until(lambda: round_number(hands) == 2)
    idle(hands)

    hands.type("!")
    assert hands.window.view.stop().entry is not None
    hands.type("x")
    hands.until(lambda: b"    return 10\n" in hands.session.files[0].changes[0].added)
    idle(hands)

    assert hands.verdicts()[0] == "accepted"
    assert hands.session.review.entries
    assert b"return 99" in repo.read("code.py"), "the work tree is written by landing alone"


def test_an_altered_line_is_taken_with_a(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    hands.type("a")
    repo.write({"code.py": AFTER.replace("return 10", "return 99")})
    hands.type("R")
    hands.until(lambda: round_number(hands) == 2)
    idle(hands)

    hands.type("!a")

    assert hands.verdicts()[0] == "accepted"
    assert hands.session.files[0].changes[0].added == (b"    return 99\n",)


def test_the_offline_model_makes_the_next_round(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    hands.type("x")
    hands.type("c! Thirty-one is meant.")
    hands.press(Qt.Key.Key_E, CONTROL)
    hands.press(Qt.Key.Key_A, CONTROL)
    hands.type("    return 31")
    hands.press(Qt.Key.Key_Return, CONTROL)

    sheet = open_sending(hands)
    assert "Thirty-one is meant." in sheet.text.toPlainText()
    sheet.choose("offline")
    sheet.take_out.setChecked(False)
    hands.press(Qt.Key.Key_Return, CONTROL)
    hands.until(lambda: round_number(hands) == 2)
    idle(hands)

    new = b"".join(hands.session.new_lines("code.py"))
    assert (b"return 1\n" in new, b"return 31\n" in new) == (True, True)
    assert repo.read("code.py").decode() == AFTER
    assert not hands.window.sheets.is_open
    assert any(note.thread for note in hands.session.review.notes.values())


def test_whom_it_is_sent_to_is_chosen_with_the_arrows_and_tab_goes_on_to_the_text(
    hands: Hands, repo: Repo
) -> None:
    hands.open(repo)
    hands.type("a")
    sheet = open_sending(hands)
    hands.until(lambda: sheet.main.text().startswith("Send"))
    hands.press(Qt.Key.Key_Down)
    assert sheet.main.text().startswith("Copy")
    hands.press(Qt.Key.Key_Up)
    assert sheet.main.text().startswith("Send")
    hands.press(Qt.Key.Key_Tab)
    assert sheet.text.hasFocus()


def test_sending_takes_rejected_lines_out_of_the_work_tree_and_undo_puts_them_back(
    hands: Hands, repo: Repo
) -> None:
    hands.open(repo)
    hands.type("x")

    sheet = open_sending(hands)
    sheet.choose("clipboard")
    assert sheet.take_out.isChecked()
    hands.press(Qt.Key.Key_Return, CONTROL)
    hands.until(lambda: hands.session.review.sent)
    idle(hands)

    assert repo.read("code.py").decode() == AFTER.replace("return 10", "return 1")
    assert "# Feedback" in QGuiApplication.clipboard().text()
    hands.type("u")
    assert not hands.session.review.sent
    hands.type("u")
    hands.until(lambda: repo.read("code.py").decode() == AFTER)
    hands.until(lambda: "undone" in hands.notice())


def test_landing_writes_what_was_accepted_and_undo_puts_it_back(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    hands.type("xaa")

    sheet = open_landing(hands)
    assert "return 10" in sheet.diff.toPlainText()
    hands.press(Qt.Key.Key_Return, CONTROL)
    hands.until(lambda: hands.session.review.closed)

    assert repo.read("code.py").decode() == AFTER.replace("return 10", "return 1")
    assert "Landed" in hands.notice()
    hands.type("u")
    hands.until(lambda: not hands.session.review.closed)
    assert repo.read("code.py").decode() == AFTER


def test_landing_with_unread_changes_needs_a_confirmation(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    hands.type("x")

    sheet = open_landing(hands)
    hands.press(Qt.Key.Key_Return, CONTROL)
    assert not hands.session.review.closed
    sheet.sure.click()
    hands.press(Qt.Key.Key_Return, CONTROL)
    hands.until(lambda: hands.session.review.closed)

    assert repo.read("code.py").decode() == AFTER.replace("return 10", "return 1")
    assert repo.read("new.py") == b"print('new')\n", "what was not read stays as it was"


def test_a_patch_gets_accepted_lines_only(hands: Hands, repo: Repo, tmp_path: Path) -> None:
    hands.open(repo)
    hands.type("axx")
    target = tmp_path / "out.patch"

    sheet = open_landing(hands)
    sheet.file.setText(str(target))
    sheet.patch.click()
    hands.until(lambda: sheet.plan is not None and sheet.plan.destination.startswith("patch:"))
    hands.press(Qt.Key.Key_Return, CONTROL)
    hands.until(target.exists)

    assert repo.read("code.py").decode() == AFTER
    repo.git("checkout", "-q", "--", ".")
    repo.git("apply", str(target))
    assert repo.read("code.py").decode() == BEFORE.replace("return 1\n", "return 10\n")


def test_a_conflict_is_said_on_the_sheet_and_nothing_is_written(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    hands.type("xaa")
    theirs = AFTER.replace("return 10", "return 77")
    repo.write({"code.py": theirs})

    sheet = open_landing(hands)

    assert "code.py" in sheet.error.text()
    assert not sheet.main.isEnabled()
    hands.press(Qt.Key.Key_Escape)
    assert repo.read("code.py").decode() == theirs


def test_one_press_takes_a_restoring_back_and_one_does_it_again(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    hands.type("a")
    repo.write({"code.py": AFTER.replace("return 10", "return 99")})
    hands.type("R")
    hands.until(lambda: round_number(hands) == 2)
    idle(hands)
    hands.type("!x")
    hands.until(lambda: b"    return 10\n" in hands.session.files[0].changes[0].added)
    idle(hands)

    hands.type("u")
    idle(hands)
    assert hands.session.files[0].changes[0].added == (b"    return 99\n",)

    hands.press(Qt.Key.Key_Z, CONTROL | SHIFT)
    idle(hands)
    assert hands.session.files[0].changes[0].added == (b"    return 10\n",)
    assert "restored" in hands.session.review.entries.values()


def test_a_judged_entry_hands_on_to_the_next_violation_then_to_what_is_open(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    hands.type("aa")
    repo.write({"code.py": AFTER.replace("return 10", "return 99").replace("return 30", "return 33")})
    hands.type("R")
    hands.until(lambda: round_number(hands) == 2)
    idle(hands)
    first = hands.window.view.stop().entry
    assert first is not None

    hands.type("a")
    second = hands.window.view.stop().entry
    assert second is not None
    assert second != first

    hands.type("a")
    assert hands.window.view.stop().entry is None
    assert hands.window.view.stop().path == "new.py"


def test_a_note_whose_lines_were_changed_stands_under_the_lines_it_speaks_of_now(
    hands: Hands, repo: Repo
) -> None:
    hands.open(repo)
    hands.type("c! Ten is wrong.")
    hands.press(Qt.Key.Key_Return, CONTROL)
    repo.write({"code.py": AFTER.replace("return 10", "return 99")})
    hands.type("R")
    hands.until(lambda: round_number(hands) == 2)
    idle(hands)

    (placed,) = hands.window.controller.document().notes
    note, place = placed
    assert note.place.start == 2
    assert place is not None
    assert (place.path, place.start, place.count) == ("code.py", 2, 1)


def test_what_the_system_refuses_is_a_sentence(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    hands.window.controller.fail(OSError(errno.ENOSPC, "No space left on device"))
    assert "No space left" in hands.notice()


def test_a_review_that_is_not_shown_any_more_is_let_go(
    hands: Hands, repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hands.open(repo)
    first = hands.session
    closed: list[bool] = []
    close = first.close

    def closing() -> None:
        closed.append(True)
        close()

    monkeypatch.setattr(first, "close", closing)
    other = new_repo(tmp_path / "other")
    other.commit({"a.txt": "one\n"})
    other.write({"a.txt": "two\n"})

    hands.window.errands.open(other.root)
    hands.until(lambda: hands.session is not first)
    idle(hands)
    hands.until(lambda: closed)
