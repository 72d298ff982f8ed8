"""The files at the left: a tree or one list, folders with their numbers, a filter, viewed marks."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.repos import Repo
from tests.window.conftest import Hands
from workbench.review.changes import Status
from workbench.ui.file_painting import ROW
from workbench.ui.file_rows import RowKind

ALT = Qt.KeyboardModifier.AltModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


def shown(hands: Hands) -> list[str]:
    hands.window.panels.show_now()
    return [row.name for row in hands.window.files.model.rows]


def marks(hands: Hands) -> dict[str, str]:
    hands.window.panels.show_now()
    return {row.key: row.mark for row in hands.window.files.model.rows}


def open_web(hands: Hands, repo: Repo) -> None:
    repo.write({"web/a.js": "a\n", "web/deep/b.js": "b\n", "web/deep/Makefile": "all:\n\trm x\n"})
    hands.open(repo)


def test_the_files_are_a_tree_or_one_list_by_key_and_menu_and_it_is_remembered(
    hands: Hands, repo: Repo
) -> None:
    open_web(hands, repo)
    assert "a.js" in shown(hands)

    hands.press(Qt.Key.Key_B, CONTROL | ALT)
    names = shown(hands)
    assert "web/deep/b.js" in names
    assert not any(row.kind is RowKind.FOLDER for row in hands.window.files.model.rows)
    assert hands.window.preferences.settings.flat_files

    hands.window.menus.actions["flat_files"].trigger()
    assert "a.js" in shown(hands)
    assert not hands.window.preferences.settings.flat_files


def test_a_folder_says_how_far_all_below_it_is_and_follows_a_verdict_and_its_undoing(
    hands: Hands, repo: Repo
) -> None:
    open_web(hands, repo)
    assert (marks(hands)["web"], marks(hands)["web/deep"]) == ("0/3", "0/2")

    hands.window.view.go_to_file("web/deep/b.js")
    hands.type("a")
    assert (marks(hands)["web"], marks(hands)["web/deep"]) == ("1/3", "1/2")
    hands.type("u")
    assert (marks(hands)["web"], marks(hands)["web/deep"]) == ("0/3", "0/2")


def test_a_folder_is_folded_with_the_mouse_and_says_then_what_is_in_it(hands: Hands, repo: Repo) -> None:
    open_web(hands, repo)
    assert "web/deep" in marks(hands)
    panel = hands.window.files
    number = next(at for at, row in enumerate(panel.model.rows) if row.key == "web/deep")
    assert not panel.model.rows[number].alarms

    where = panel.list.visualRect(panel.model.index(number)).center()
    QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=where)

    row = panel.model.rows[number]
    assert (row.folded, row.mark) == (True, "0/2")
    hands.until(lambda: panel.model.rows[number].alarms)
    assert "build" in [text for text, _ in panel.model.rows[number].alarms]
    assert "web/deep/b.js" not in marks(hands)


def test_the_filter_takes_letters_in_order_where_no_path_holds_the_words(hands: Hands, repo: Repo) -> None:
    open_web(hands, repo)
    hands.press(Qt.Key.Key_F, CONTROL)
    hands.type("wdb")
    assert [row.key for row in hands.window.files.model.rows] == ["web", "web/deep", "web/deep/b.js"]
    hands.press(Qt.Key.Key_Return)
    assert hands.window.view.current_file() == "web/deep/b.js"


def test_a_viewed_mark_stands_in_the_panel_until_the_file_is_another(hands: Hands, repo: Repo) -> None:
    open_web(hands, repo)
    hands.window.view.go_to_file("web/a.js")
    hands.type("m")
    hands.window.panels.show_now()

    def badge() -> str:
        return next(row.badge for row in hands.window.files.model.rows if row.key == "web/a.js")

    assert badge() == "new · viewed"
    repo.write({"web/a.js": "another\n"})
    hands.type("R")
    hands.until(lambda: not hands.session.viewed())
    hands.window.panels.show_now()
    assert badge() == "new"


def test_a_deep_file_has_its_name_on_the_screen(hands: Hands, repo: Repo) -> None:
    deep = "one/two/three/four/five/six/seven/name.py"
    repo.write({deep: "x = 1\n"})
    hands.open(repo)
    hands.window.panels.show_now()
    panel = hands.window.files
    index = panel.model.index(next(at for at, row in enumerate(panel.model.rows) if row.key == deep))
    panel.list.scrollTo(index)

    # Left of the number at its right edge; the ground alone is one colour or two.
    box = panel.list.visualRect(index).adjusted(4, 2, -50, -2)
    seen = panel.list.viewport().grab(box).toImage()
    colours = {seen.pixelColor(x, y).name() for x in range(seen.width()) for y in range(seen.height())}
    assert len(colours) > 8


def height_of(hands: Hands, path: str) -> int:
    """How far below the top of the list the row of a file stands."""
    hands.window.panels.show_now()
    panel = hands.window.files
    hands.until(lambda: not (panel._grow.isActive() or panel._follow.isActive()))
    return panel.list.visualRect(panel.model.index(panel.model.places[path])).top()


def refresh(hands: Hands, count: int) -> None:
    hands.type("R")
    hands.until(lambda: len(hands.session.files) == count)
    hands.until(lambda: not hands.window.tasks.is_busy)


@pytest.mark.parametrize("count", [60, 4500])
def test_the_current_file_stays_in_its_place_however_many_come_above_it(
    hands: Hands, repo: Repo, count: int
) -> None:
    repo.write({f"z{number:02}.py": "x\n" for number in range(60)})
    hands.open(repo)
    hands.window.view.go_to_file("z40.py")
    before = height_of(hands, "z40.py")
    assert 0 < before < hands.window.files.list.viewport().height()

    repo.write({f"a/{number:04}.py": f"{number}\n" for number in range(count)})
    refresh(hands, 62 + count)
    assert hands.window.view.stop().path == "z40.py"
    assert height_of(hands, "z40.py") == before

    # And where one looked at others in the list, these.
    bar = hands.window.files.list.verticalScrollBar()
    bar.setValue(0)
    bar.setValue(30 * ROW + 7)
    row = height_of(hands, "a/0040.py")
    repo.write({f"Z{number}.py": "x\n" for number in range(9)})
    refresh(hands, 71 + count)
    assert bar.value() > 30 * ROW + 7
    assert height_of(hands, "a/0040.py") == row


def test_files_that_are_read_again_have_other_rows_and_the_rest_keep_theirs(hands: Hands, repo: Repo) -> None:
    open_web(hands, repo)
    assert (marks(hands)["web"], marks(hands)["web/deep"]) == ("0/3", "0/2")
    rows = hands.window.files._rows
    kept = rows[rows.places["web/a.js"]]

    lines = "".join(f"def f{number}():\n    return {number}\n\n\n" for number in range(30))
    repo.write({"web/deep/b.js": lines})  # more than one change by its length
    hands.type("R")
    hands.until(lambda: len(hands.session.by_path["web/deep/b.js"].changes) > 1)
    after = marks(hands)
    count = len(hands.session.by_path["web/deep/b.js"].changes)
    assert after["web/deep"] == f"0/{1 + count}"
    assert after["web/deep/b.js"] == f"0/{count}"
    assert hands.window.files._rows is rows, "the list stands as it stood"
    assert rows[rows.places["web/a.js"]] is kept

    (repo.root / "code.py").unlink()
    hands.type("R")
    hands.until(lambda: hands.session.by_path["code.py"].status is Status.DELETED)
    hands.window.panels.show_now()
    assert hands.window.files._rows is rows
    assert "deleted" in rows[rows.places["code.py"]].words, "the row is made of the file as it is now"


def test_the_keys_come_into_the_list_where_the_review_is(hands: Hands, repo: Repo) -> None:
    open_web(hands, repo)
    hands.window.view.go_to_file("web/deep/b.js")
    files = hands.window.files.list
    hands.press(Qt.Key.Key_F, CONTROL)
    for _ in range(3):
        if hands.focus() is not files:
            QTest.keyClick(hands.focus(), Qt.Key.Key_Tab)
    assert hands.focus() is files
    assert hands.window.files.model.rows[files.currentIndex().row()].key == "web/deep/b.js"
