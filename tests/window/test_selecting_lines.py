"""Selecting on one side by key and mouse, copying lines and patches, going to lines, the editor."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from tests.repos import Repo, new_repo, numbered
from tests.window.conftest import BEFORE, CONTROL, SHIFT, Hands
from workbench.review.changes import Side

OTHER = BEFORE.replace("return 1", "return 10").replace("return 2", "return 20\n    # two")


@pytest.fixture
def open_repo(hands: Hands, repo: Repo) -> Repo:
    repo.write({"code.py": OTHER})
    hands.open(repo)
    return repo


def copied(hands: Hands) -> str:
    hands.press(Qt.Key.Key_C, CONTROL)
    return QGuiApplication.clipboard().text()


def point_of(hands: Hands, path: str, side: Side, line: int) -> QPoint:
    view = hands.window.view
    spot = view._layout.spot_of_line(path, side, line)
    assert spot is not None
    left, right = view._columns().code(side)
    return QPoint((left + right) // 2, view._layout.top_of(spot) - view.verticalScrollBar().value() + 8)


def test_shift_and_arrows_select_on_the_side_of_the_cursor(hands: Hands, open_repo: Repo) -> None:
    view = hands.window.view
    assert view.stop().line == 2
    hands.press(Qt.Key.Key_Left, SHIFT)
    assert (view.stop().side, view.stop().line) == (Side.OLD, 2)
    hands.press(Qt.Key.Key_Down, SHIFT)
    hands.press(Qt.Key.Key_Up, SHIFT)
    hands.press(Qt.Key.Key_Up, SHIFT)
    assert copied(hands) == "def one():\n    return 1\n"
    hands.press(Qt.Key.Key_Escape)
    hands.press(Qt.Key.Key_Right, SHIFT)
    hands.type("j")
    hands.press(Qt.Key.Key_Down, SHIFT)
    assert copied(hands) == "    return 10\n\n"
    assert [each.new for each in view.selections()] == [((2, 1),)]
    hands.type("a")
    assert hands.verdicts()[0] == "mixed"


def test_rows_selected_with_v_copy_the_side_of_the_cursor(hands: Hands, open_repo: Repo) -> None:
    hands.window.view.go_to_line("code.py", Side.NEW, 6)
    hands.type("vjj")
    assert copied(hands) == "    return 20\n    # two\n\n"
    hands.press(Qt.Key.Key_Escape)
    hands.window.view.go_to_line("code.py", Side.OLD, 6)
    hands.type("vj")
    assert copied(hands) == "    return 2\n"


def test_dragging_selects_on_one_side_and_the_menu_copies(hands: Hands, open_repo: Repo) -> None:
    view = hands.window.view
    first = point_of(hands, "code.py", Side.OLD, 1)
    last = point_of(hands, "code.py", Side.OLD, 3)
    QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=first)
    QTest.mouseMove(view.viewport(), last)
    QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=last)
    hands.window.menus.actions["copy"].trigger()
    assert QGuiApplication.clipboard().text() == "def one():\n    return 1\n\n"
    QTest.mouseClick(
        view.viewport(), Qt.MouseButton.LeftButton, SHIFT, point_of(hands, "code.py", Side.OLD, 2)
    )
    assert copied(hands) == "def one():\n    return 1\n"


def test_control_c_in_a_text_field_copies_its_text(hands: Hands, open_repo: Repo) -> None:
    hands.type("c")
    hands.type("abc")
    hands.press(Qt.Key.Key_A, CONTROL)
    assert copied(hands) == "abc"


def test_y_copies_what_git_applies(hands: Hands, open_repo: Repo, tmp_path: Path) -> None:
    base = tmp_path / "base"
    subprocess.run(["git", "worktree", "add", "-q", str(base), "HEAD"], cwd=open_repo.root, check=True)
    hands.type("Y")
    hands.until(lambda: "patch of 2 lines of code.py" in hands.notice())
    patch = QGuiApplication.clipboard().text().encode()
    subprocess.run(["git", "apply", "-"], cwd=base, input=patch, check=True)
    assert (base / "code.py").read_text() == BEFORE.replace("return 1", "return 10")
    hands.window.view.go_to_line("code.py", Side.NEW, 7)
    hands.type("v")
    hands.window.menus.actions["copy_patch"].trigger()
    hands.until(lambda: "patch of 1 line of code.py" in hands.notice())
    patch = QGuiApplication.clipboard().text().encode()
    subprocess.run(["git", "apply", "-"], cwd=base, input=patch, check=True)
    assert (base / "code.py").read_text() == BEFORE.replace("return 1", "return 10").replace(
        "return 2", "return 2\n    # two"
    )


def test_a_colon_goes_to_a_line_of_either_side(hands: Hands, tmp_path: Path) -> None:
    made = new_repo(tmp_path / "long")
    text = numbered(300)
    made.commit({"a.py": text})
    made.write({"a.py": text.replace("line 100\n", "one\ntwo\nthree\n")})
    hands.open(made)
    view = hands.window.view
    hands.type(":250")
    hands.press(Qt.Key.Key_Return)
    hands.until(lambda: view.stop().line == 250)
    assert view.stop().side is Side.NEW
    assert hands.focus() is view
    hands.window.menus.actions["go_to_line"].trigger()
    hands.type("old 100")
    hands.press(Qt.Key.Key_Return)
    hands.until(lambda: (view.stop().side, view.stop().line) == (Side.OLD, 100))
    hands.type(":9999")
    hands.press(Qt.Key.Key_Return)
    line = hands.window.desk._to_line
    assert line is not None
    assert line.words.text() == "The old side has 300 lines."
    for sign in "x":
        hands.type(sign)
    hands.press(Qt.Key.Key_Return)
    assert "Type a number" in line.words.text()
    hands.press(Qt.Key.Key_Escape)
    assert not line.isVisible()
    assert hands.focus() is view


def test_next_open_change_and_file_have_keys(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    view = hands.window.view
    first = view.stop().change
    hands.type(">")
    assert view.stop().change not in (None, first)
    hands.type("g")
    hands.type("new")
    hands.press(Qt.Key.Key_Return)
    assert view.stop().path == "new.py"


def test_the_editor_opens_at_the_line_of_the_round(hands: Hands, open_repo: Repo, tmp_path: Path) -> None:
    out = tmp_path / "opened"
    script = tmp_path / "edit"
    script.write_text(f'#!/bin/sh\nprintf "%s" "$1" > {out}.part; mv {out}.part {out}\n')
    script.chmod(0o755)
    hands.window.preferences.change(editor=f"{script} {{file}}:{{line}}")
    view = hands.window.view
    for side, line, wanted in ((Side.NEW, 7, 7), (Side.OLD, 9, 10), (Side.OLD, 6, 6)):
        view.go_to_line("code.py", side, line)
        hands.type("e")
        hands.until(out.exists)
        assert out.read_text() == f"{open_repo.root / 'code.py'}:{wanted}"
        out.unlink()
