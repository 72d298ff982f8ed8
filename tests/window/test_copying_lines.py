"""Lines selected by key and mouse within one side, and copied as text and as a patch: where lines are
wrapped, rows are folded, ends are CRLF or lacking.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from tests.repos import Repo, new_repo
from tests.window.conftest import SHIFT, Hands
from workbench.review.changes import Side

LONG = "word, " * 700
OLD = [f"line {at}\r\n" for at in range(1, 61)]
NEW = [*OLD]
NEW[4] = f"long {LONG}\r\n"
NEW[5:7] = ["one only\n", "two\r\n", "three\r\n"]
NEW[40] = f"late {LONG}\tend\n"
NEW[-1] = "line 60"
OLD[-2] = f"before {LONG}\r\n"
PATH = "odd name.txt"


@pytest.fixture
def odd(hands: Hands, tmp_path: Path) -> Repo:
    made = new_repo(tmp_path / "odd")
    made.commit({PATH: "".join(OLD).encode(), "z.txt": "x\n"})
    made.write({PATH: "".join(NEW).encode(), "z.txt": "y\n"})
    hands.open(made)
    hands.window.view.smooth = False
    return made


def copied(hands: Hands, command: str = "copy") -> str:
    QGuiApplication.clipboard().clear()
    hands.window.run_command(command)
    hands.until(lambda: not hands.window.tasks.is_busy)
    return QGuiApplication.clipboard().text()


def point_of(hands: Hands, side: Side, line: int, part: int = 0) -> QPoint:
    """The middle of a line on the screen; of a wrapped one, of one of its parts."""
    view = hands.window.view
    spot = view._layout.spot_of_line(PATH, side, line)
    assert spot is not None
    left, right = view._columns().code(side)
    top = view._layout.top_of(spot) + part * view._layout.heights.row
    return QPoint((left + right) // 2, top - view.verticalScrollBar().value() + 8)


def drag(hands: Hands, first: QPoint, last: QPoint) -> None:
    surface = hands.window.view.viewport()
    QTest.mousePress(surface, Qt.MouseButton.LeftButton, pos=first)
    QTest.mouseMove(surface, (first + last) / 2)
    QTest.mouseMove(surface, last)
    QTest.mouseRelease(surface, Qt.MouseButton.LeftButton, pos=last)


def select_to(hands: Hands, line: int) -> None:
    for _ in range(60):
        hands.press(Qt.Key.Key_Down, SHIFT)
        if hands.window.view.stop().line == line:
            return
    raise AssertionError(hands.window.view.stop())


@pytest.mark.parametrize("wrap", [False, True])
@pytest.mark.parametrize(("side", "texts"), [(Side.NEW, NEW), (Side.OLD, OLD)])
def test_keys_select_on_one_side_and_what_is_copied_is_what_the_file_has(
    hands: Hands, odd: Repo, wrap: bool, side: Side, texts: list[str]
) -> None:
    view = hands.window.view
    view.set_wrap(wrap)
    assert view.go_to_line(PATH, side, 4)
    for _ in range(30):
        hands.press(Qt.Key.Key_Down, SHIFT)
        if (view.stop().side, view.stop().line) == (side, 8):
            break
    assert copied(hands) == "".join(texts[3:8])
    assert all(not (each.old if side is Side.NEW else each.new) for each in view.selections())


@pytest.mark.parametrize("side", [Side.NEW, Side.OLD])
def test_a_drag_from_within_a_wrapped_line_selects_whole_lines_of_its_side(
    hands: Hands, odd: Repo, side: Side
) -> None:
    view = hands.window.view
    view.set_wrap(True)
    view.go_to_line(PATH, side, 5)
    QGuiApplication.processEvents()
    last, texts = (8, NEW) if side is Side.NEW else (7, OLD)
    end = view._layout.spot_of_line(PATH, side, last)
    assert end is not None
    view.verticalScrollBar().setValue(view._layout.top_of(end) - 300)
    QGuiApplication.processEvents()
    spot = view._layout.spot_of_line(PATH, side, 5)
    assert spot is not None
    lines = view._layout.bottom_of(spot) - view._layout.top_of(spot)
    part = lines // view._layout.heights.row - 2
    assert part > 3, "the line is not wrapped"
    drag(hands, point_of(hands, side, 5, part), point_of(hands, side, last))
    assert copied(hands) == "".join(texts[4:last])
    assert all(not (each.old if side is Side.NEW else each.new) for each in view.selections())


def test_across_folded_rows_the_folded_lines_are_copied_too(hands: Hands, odd: Repo) -> None:
    view = hands.window.view
    view.go_to_line(PATH, Side.NEW, 9)
    hands.press(Qt.Key.Key_Down, SHIFT)
    select_to(hands, 40)
    assert copied(hands) == "".join(NEW[8:40])


def test_the_last_line_without_its_end_is_copied_without_one(hands: Hands, odd: Repo) -> None:
    view = hands.window.view
    view.go_to_line(PATH, Side.NEW, 61)
    hands.press(Qt.Key.Key_Up, SHIFT)
    assert copied(hands) == "".join(NEW[59:])
    assert not copied(hands).endswith("\n")


def base_of(repo: Repo, folder: Path) -> Path:
    subprocess.run(["git", "worktree", "add", "-q", str(folder), "HEAD"], cwd=repo.root, check=True)
    return folder


def applied(patch: str, base: Path) -> str:
    subprocess.run(["git", "reset", "-q", "--hard"], cwd=base, check=True)
    subprocess.run(["git", "apply", "-"], cwd=base, input=patch.encode(), check=True)
    return (base / PATH).read_bytes().decode()


@pytest.mark.parametrize("wrap", [False, True])
def test_each_change_copied_as_a_patch_is_what_git_applies(
    hands: Hands, odd: Repo, tmp_path: Path, wrap: bool
) -> None:
    view, base = hands.window.view, base_of(odd, tmp_path / "base")
    view.set_wrap(wrap)
    changes = hands.session.by_path[PATH].changes
    assert len(changes) > 2
    for change in changes:
        view.go_to_change(change.id)
        after = [*OLD]
        start = change.old_start - 1 if change.removed else change.old_start
        after[start : start + len(change.removed)] = [each.decode() for each in change.added]
        assert applied(copied(hands, "copy_patch"), base) == "".join(after)


def test_a_file_copied_as_a_patch_is_what_git_applies(hands: Hands, odd: Repo, tmp_path: Path) -> None:
    base = base_of(odd, tmp_path / "base")
    view = hands.window.view
    view.go_to_file(PATH)
    hands.window.run_command("fold")
    assert (view.stop().path, view.stop().line) == (PATH, None)
    assert applied(copied(hands, "copy_patch"), base) == "".join(NEW)


def test_lines_selected_over_folded_rows_are_a_patch_that_git_applies(
    hands: Hands, odd: Repo, tmp_path: Path
) -> None:
    view, base = hands.window.view, base_of(odd, tmp_path / "base")
    view.go_to_line(PATH, Side.NEW, 7)
    hands.press(Qt.Key.Key_Down, SHIFT)
    select_to(hands, 42)
    (selection,) = view.selections()
    assert not selection.old
    patch = copied(hands, "copy_patch")
    result = applied(patch, base)
    assert NEW[6] in result
    assert f"late {LONG}\tend\n" in result
    assert result.count("\r\n") == "".join(OLD).count("\r\n") + 2, "what was removed stays, two of CRLF came"


@pytest.mark.parametrize("side", [Side.NEW, Side.OLD])
def test_the_end_of_a_file_selected_on_one_side_is_a_patch_that_git_applies(
    hands: Hands, odd: Repo, tmp_path: Path, side: Side
) -> None:
    view, base = hands.window.view, base_of(odd, tmp_path / "base")
    view.go_to_line(PATH, side, 61 if side is Side.NEW else 60)
    hands.press(Qt.Key.Key_Up, SHIFT)
    hands.press(Qt.Key.Key_Down, SHIFT)
    result = applied(copied(hands, "copy_patch"), base)
    if side is Side.OLD:
        assert result == "".join(OLD[:-1])
    else:
        assert result == "".join(OLD) + "line 60"
