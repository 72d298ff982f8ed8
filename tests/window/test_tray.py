"""The tray in the window, with real keys: opened, changed, undone; pins and rules; what must not leave."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from tests.repos import Repo, new_repo, numbered
from tests.window.conftest import CONTROL, SHIFT, Hands
from workbench.store.rules import read_rules, remove_rule
from workbench.ui.send_sheet import SendSheet
from workbench.ui.tray_sheet import TraySheet
from workbench.workflow.candidates import Asked
from workbench.workflow.tray import State, Tray

TOKEN = "ghp_" + "a1B2c3D4e5F6g7H8i9" * 2


@pytest.fixture
def shop(tmp_path: Path) -> Repo:
    made = new_repo(tmp_path / "shop")
    made.commit({"code.py": numbered(60), "limits.py": numbered(80)})
    made.write({"code.py": numbered(60).replace("line 30", "line thirty"), "new.py": "x = 1\n"})
    return made


def idle(hands: Hands) -> None:
    hands.until(lambda: not hands.window.tasks.is_busy)


def sheet_of(hands: Hands) -> TraySheet:
    sheet = hands.window.sheets.current()
    assert isinstance(sheet, TraySheet)
    return sheet


def open_tray(hands: Hands) -> TraySheet:
    hands.type("b")
    sheet = sheet_of(hands)
    hands.until(lambda: sheet.tray is not None)
    idle(hands)
    return sheet


def tray_of(sheet: TraySheet) -> Tray:
    assert sheet.tray is not None
    return sheet.tray


def states(sheet: TraySheet) -> dict[str, State]:
    return {each.id: each.state for each in tray_of(sheet).items}


def test_b_shows_what_the_next_round_gets_and_x_takes_out(hands: Hands, shop: Repo) -> None:
    hands.open(shop, Asked(task="# Faster"))
    sheet = open_tray(hands)
    assert list(states(sheet)) == ["task", "file:code.py", "file:new.py"]
    assert sheet.text.toPlainText() == "# Task\n\n# Faster"
    hands.type("j")
    assert "line thirty" in sheet.text.toPlainText()
    assert sheet.text.toPlainText() in tray_of(sheet).messages[1].content

    hands.type("x")
    hands.until(lambda: states(sheet)["file:code.py"] is State.REMOVED)
    idle(hands)
    assert "line thirty" not in tray_of(sheet).messages[1].content
    hands.type("u")
    hands.until(lambda: states(sheet)["file:code.py"] is State.GIVEN)
    idle(hands)
    hands.type("u")
    idle(hands)
    assert "nothing of the tray to undo" in sheet.error.text()
    hands.press(Qt.Key.Key_Escape)
    assert not hands.window.sheets.is_open


def test_an_item_that_was_taken_out_is_put_back_with_the_same_key(hands: Hands, shop: Repo) -> None:
    hands.open(shop)
    sheet = open_tray(hands)
    hands.type("x")
    hands.until(lambda: states(sheet)["file:code.py"] is State.REMOVED)
    idle(hands)
    current = sheet.items.current()
    assert current is not None
    assert current.key == "file:code.py", "the cursor stays on what was taken out"
    hands.type("x")
    hands.until(lambda: states(sheet)["file:code.py"] is State.GIVEN)


def test_enter_opens_the_file_in_the_review(hands: Hands, shop: Repo) -> None:
    hands.open(shop)
    open_tray(hands)
    hands.type("j")
    hands.press(Qt.Key.Key_Return)
    assert not hands.window.sheets.is_open
    assert hands.window.view.current_file() == "new.py"


def test_lines_and_files_are_pinned_by_key_and_let_go_with_the_same(hands: Hands, shop: Repo) -> None:
    hands.open(shop)
    hands.type("p")
    assert [pin.name for pin in hands.session.review.pins] == ["code.py:30"]
    hands.type("vjj")
    hands.type("p")
    assert len(hands.session.review.pins) == 2
    assert not hands.window.view.has_selection()
    hands.type("P")
    assert [pin.name for pin in hands.session.review.pins][-1] == "code.py"
    assert "every next round gets it" in hands.notice()
    hands.type("P")
    assert len(hands.session.review.pins) == 2
    hands.type("uuuu")
    assert not hands.session.review.pins


def test_a_file_that_does_not_differ_is_pinned_where_it_is_read(hands: Hands, shop: Repo) -> None:
    hands.open(shop)
    hands.type("g")
    hands.type("limits")
    idle(hands)
    hands.press(Qt.Key.Key_Return)
    hands.until(lambda: hands.window.view.current_file() == "limits.py")
    idle(hands)
    hands.type("P")
    assert [pin.name for pin in hands.session.review.pins] == ["limits.py"]
    sheet = open_tray(hands)
    assert states(sheet)["file:limits.py"] is State.GIVEN


def test_a_note_is_made_a_rule_by_one_key(hands: Hands, shop: Repo) -> None:
    hands.open(shop)
    hands.type("c! No print in the library.")
    hands.press(Qt.Key.Key_Return, CONTROL)
    hands.type("M")
    (rule,) = read_rules()
    assert (rule.text, rule.pattern, bool(rule.repository)) == ("No print in the library.", "*.py", True)
    assert "R1" in hands.notice()
    hands.type(";")
    hands.type("M")
    assert len(read_rules()) == 1
    assert "already" in hands.notice()
    assert states(open_tray(hands))["rule:R1"] is State.GIVEN


def test_u_takes_a_made_rule_away_and_redo_makes_it_again_under_its_id(hands: Hands, shop: Repo) -> None:
    hands.open(shop)
    hands.type("c! No print in the library.")
    hands.press(Qt.Key.Key_Return, CONTROL)
    hands.type("M")
    (rule,) = read_rules()

    hands.type("u")
    assert read_rules() == ()
    assert hands.notice() == "Undone: making N1 house rule R1."
    hands.press(Qt.Key.Key_Z, CONTROL | SHIFT)
    assert [(each.id, each.text, each.pattern) for each in read_rules()] == [(rule.id, rule.text, "*.py")]
    hands.type("u")
    hands.type("u")
    assert not hands.session.notes_in_round(), "and then the note, which is another act"


def test_a_rule_that_was_taken_away_elsewhere_does_not_stop_undo(hands: Hands, shop: Repo) -> None:
    hands.open(shop)
    hands.type("c! No print in the library.")
    hands.press(Qt.Key.Key_Return, CONTROL)
    hands.type("M")
    remove_rule("R1")
    hands.type("u")
    assert "Undone" in hands.notice()


def test_what_looks_like_a_secret_is_let_leave_one_by_one(hands: Hands, shop: Repo) -> None:
    shop.write({"code.py": f'{numbered(60)}T = "{TOKEN}"\n', "deploy/.env": "A=1\n"})
    hands.open(shop)
    sheet = open_tray(hands)
    assert len(tray_of(sheet).stopped) == 2
    hands.type("kkkkk")
    assert "code.py:61" in sheet.text.toPlainText()
    assert TOKEN not in sheet.text.toPlainText()
    hands.type("a")
    hands.until(lambda: len(tray_of(sheet).stopped) == 1)
    idle(hands)
    assert len(hands.session.review.allowed) == 1
    hands.type("u")
    hands.until(lambda: len(tray_of(sheet).stopped) == 2)


def test_letting_one_leave_goes_on_to_the_next_that_stops_the_sending(hands: Hands, shop: Repo) -> None:
    shop.write({"code.py": f'{numbered(60)}T = "{TOKEN}"\n', "deploy/.env": "A=1\n"})
    hands.open(shop)
    sheet = open_tray(hands)
    hands.type("a")
    hands.until(lambda: len(tray_of(sheet).stopped) == 1)
    idle(hands)
    current = sheet.items.current()
    assert current is not None
    assert current.finding is not None
    assert not current.finding.allowed
    hands.type("a")
    hands.until(lambda: not tray_of(sheet).stopped)


def test_a_secret_stops_the_feedback_on_its_way_to_the_clipboard(hands: Hands, shop: Repo) -> None:
    shop.write({"code.py": f'{numbered(60)}T = "{TOKEN}"\n'})
    hands.open(shop)
    hands.type("x")
    hands.press(Qt.Key.Key_Return, CONTROL | SHIFT)
    sheet = hands.window.sheets.current()
    assert isinstance(sheet, SendSheet)
    hands.until(sheet.main.isEnabled)
    sheet.choose("clipboard")
    hands.press(Qt.Key.Key_Return, CONTROL)
    hands.until(lambda: "looks like a secret" in sheet.error.text())
    idle(hands)
    assert TOKEN not in sheet.error.text()
    assert not hands.session.review.sent
    assert b"ghp_" in shop.read("code.py"), "nothing was taken out of the work tree"


def test_what_y_copies_is_looked_through_too(hands: Hands, shop: Repo) -> None:
    shop.write({"code.py": f'{numbered(60)}T = "{TOKEN}"\n'})
    hands.open(shop)
    hands.type("x")
    hands.type("y")
    hands.until(lambda: "looks like a secret" in hands.notice())
    assert TOKEN not in hands.notice()


def test_the_panel_says_what_the_tray_packs(hands: Hands, shop: Repo) -> None:
    hands.open(shop, Asked(task="# Faster"))
    hands.type("P")
    hands.window.panels.show_now()
    idle(hands)
    shown = [each.text() for each in hands.window.side.next_rows.findChildren(QLabel)]
    sheet = open_tray(hands)
    assert f"About {tray_of(sheet).total:,} tokens" in shown
    assert "2 files with changes" in shown


def test_the_send_sheet_says_what_all_of_it_weighs_and_opens_the_tray(hands: Hands, shop: Repo) -> None:
    hands.open(shop)
    hands.press(Qt.Key.Key_Return, CONTROL | SHIFT)
    sending = hands.window.sheets.current()
    assert isinstance(sending, SendSheet)
    hands.until(sending.main.isEnabled)
    assert "with all that a model is given" in sending.summary.text()
    sheet = open_tray(hands)
    assert f"{tray_of(sheet).total:,}" in sending.summary.text()
    hands.press(Qt.Key.Key_Escape)
    assert hands.window.sheets.current() is sending
    hands.press(Qt.Key.Key_Escape)


def test_a_review_of_a_task_alone_gets_its_first_round_in_the_window(hands: Hands, tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "clean")
    repo.commit({"src/a.py": "a = 1\n"})
    hands.open(repo, Asked(task="# Faster\n\nScope: `src/`"))
    sheet = open_tray(hands)
    assert list(states(sheet)) == ["task", "file:src/a.py"]
    hands.press(Qt.Key.Key_Escape)
    hands.press(Qt.Key.Key_Return, CONTROL | SHIFT)
    sending = hands.window.sheets.current()
    assert isinstance(sending, SendSheet)
    hands.until(sending.main.isEnabled)
    sending.choose("offline")
    hands.press(Qt.Key.Key_Return, CONTROL)
    hands.until(lambda: len(hands.session.review.rounds) == 2)
    idle(hands)


def test_what_is_outside_of_the_scope_is_marked(hands: Hands, shop: Repo) -> None:
    hands.open(shop, Asked(task="Scope: `code.py`"))
    hands.until(lambda: hands.window.controller.has_remarks)
    assert {path for path, each in hands.window.controller.remarks.items() if each.out_of_scope} == {"new.py"}
    hands.window.controller.set_task("Faster.")
    hands.until(lambda: hands.window.controller.has_remarks)
    assert not any(each.out_of_scope for each in hands.window.controller.remarks.values())
