"""How the window looks in small things, and what a hand finds there: keys in one way, nothing doubled."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QCursor, QEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from tests.painted import picture
from tests.repos import Repo, new_repo, numbered
from workbench.review.costs import dollars
from workbench.review.text import visible
from workbench.ui.commands import BEGINS, BY_ID, COMMANDS
from workbench.ui.diff.cards import _cut
from workbench.ui.diff.cell_lines import _brackets
from workbench.ui.driving import CONTROL
from workbench.ui.file_filter import AllFiles
from workbench.ui.key_sheet import KeySheet, _fitting, _needs, blocks
from workbench.ui.keymap import Keymap
from workbench.ui.palette import Palette
from workbench.ui.theme import load_theme

if TYPE_CHECKING:
    from tests.window.conftest import Hands
    from workbench.ui.window import MainWindow


def menus_of(hands: Hands) -> list[QMenu]:
    """The menus behind the three lines."""
    parts = [action.menu() for action in hands.window.top.menu_button.menu().actions()]
    return [part for part in parts if isinstance(part, QMenu)]


def choose(window: MainWindow, command: str) -> None:
    """Take an entry of the menu of what is under the cursor."""
    window.run_command("menu")
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    next(action for action in menu.actions() if action.objectName() == command).trigger()
    menu.close()


def test_every_entry_of_the_menus_writes_its_key_as_it_is_drawn_everywhere(hands: Hands) -> None:
    keymap = hands.window.keymap
    for identity, action in hands.window.menus.actions.items():
        title, _, keys = action.text().partition("\t")
        assert (title, keys) == (BY_ID[identity].title, keymap.shown(identity))


def test_the_menus_are_in_groups_with_one_line_between_two(hands: Hands) -> None:
    assert set(BY_ID) >= BEGINS
    for menu in menus_of(hands):
        entries = menu.actions()
        lines = [number for number, action in enumerate(entries) if action.isSeparator()]
        assert not {0, len(entries) - 1} & set(lines)
        assert all(two - one > 1 for one, two in pairwise(lines))
        for line in lines:
            after = entries[line + 1].objectName()
            assert after in BEGINS or BY_ID[after].group
    first = {next(each.id for each in COMMANDS if each.menu is menu) for menu in {c.menu for c in COMMANDS}}
    assert not first & BEGINS


def test_the_door_to_the_menus_does_not_look_pointed_at_when_its_menu_is_gone(
    hands: Hands, repo: Repo
) -> None:
    hands.open(repo)
    button = hands.window.top.menu_button
    QCursor.setPos(hands.window.mapToGlobal(QPoint(600, 400)))
    place = QPointF(5, 5)
    QApplication.sendEvent(button, QEnterEvent(place, place, place))
    button.setAttribute(Qt.WidgetAttribute.WA_UnderMouse)
    menu = button.menu()
    menu.popup(button.mapToGlobal(QPoint(0, 20)))
    menu.close()
    assert not button.testAttribute(Qt.WidgetAttribute.WA_UnderMouse)
    QApplication.sendEvent(button, QEvent(QEvent.Type.Leave))


def test_enter_on_a_switch_of_the_search_goes_to_the_match(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    hands.type("/[a-z]+")
    line = hands.window.desk.search()
    line.regex.setFocus()
    hands.press(Qt.Key.Key_Space)
    hands.until(lambda: hands.window.view.search_standing.done)
    assert line.regex.isChecked()
    hands.press(Qt.Key.Key_Return)
    assert hands.window.view.search_standing.at > 0
    assert hands.window.view.hasFocus()


def test_the_menu_of_a_note_has_only_what_can_be_done_with_it(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    hands.type("c! rename it")
    hands.press(Qt.Key.Key_Return, CONTROL)
    hands.window.view.go_to_note("N1")

    def offered() -> set[str]:
        hands.window.run_command("menu")
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        names = {action.objectName() for action in menu.actions()}
        menu.close()
        return names

    found = offered()
    assert "accept" in found
    assert not {"reopen", "ask"} & found
    hands.type("a")
    hands.window.view.go_to_note("N1")
    found = offered()
    assert "reopen" in found
    assert "accept" not in found


@pytest.mark.parametrize("wide", [500, 800, 1020, 1340, 1420])
def test_no_words_of_the_key_sheet_are_cut(wide: int) -> None:
    columns = _fitting(blocks(Keymap()), wide)
    assert sum(_needs(columns)) <= wide
    assert sum(map(len, columns)) == len(blocks(Keymap()))


def test_a_folded_header_and_the_next_one_have_one_line_between_them(hands: Hands, tmp_path: Path) -> None:
    made = new_repo(tmp_path / "folded")
    names = ("a.py", "b.py", "c.py")
    made.commit(dict.fromkeys(names, numbered(3)))
    made.write(dict.fromkeys(names, numbered(4)))
    hands.open(made)
    view = hands.window.view
    for name in names:
        view.go_to_file(name)
        hands.type("f")
    hands.until(lambda: view.is_settled)
    shown, theme = picture(view.viewport()), load_theme(hands.window.preferences.theme_name)
    column = [shown.pixel(shown.width() // 2, y) for y in range(5, shown.height())]
    lines = [y for y, pixel in enumerate(column) if pixel == theme.line.rgb()]
    assert len(lines) == 3  # above the second, above the third, and below it
    assert all(two - one > 5 for one, two in pairwise(lines))


def test_what_goes_on_in_a_card_is_set_in_and_nothing_of_it_is_lost() -> None:
    line = "    return " + "x" * 60
    first, *more = _cut(line, 30)
    assert first + "".join(each.strip() for each in more) == line
    assert all(each.startswith(" " * 8) and len(each) <= 30 for each in more)
    assert _cut("", 30) == [""]


def test_the_box_of_what_hides_takes_the_place_of_its_brackets() -> None:
    seen = visible("a\u202eb")
    (one, two) = _brackets(seen.marks)
    assert [seen.text[start:end] for start, end in (one, two)] == ["⟦", "⟧"]


def test_what_costs_less_than_a_cent_is_said_by_the_two_digits_that_count() -> None:
    said = {0.0: "$0.00", 0.26: "$0.26", 0.0019: "$0.0019", 0.001888: "$0.0019", 0.00012: "$0.00012"}
    assert {value: dollars(value) for value in said} == said
    assert dollars(0.0000009) == "less than $0.000001"


@pytest.mark.parametrize("way", ["menu", "bottom", "right button"])
def test_what_was_not_seen_to_its_end_is_accepted_by_a_second_press_of_any_hand(
    hands: Hands, tmp_path: Path, way: str
) -> None:
    made = new_repo(tmp_path / "tall")
    made.commit({"a.py": numbered(300)})
    made.write({"a.py": numbered(300, "!")})
    hands.open(made)
    window = hands.window

    def press() -> None:
        if way == "menu":
            window.menus.actions["accept"].trigger()
        elif way == "bottom":
            hints = window.status.hints
            hints.grab()
            left, right, _ = next(spot for spot in hints._spots if spot[2] == "accept")
            at = QPoint(round((left + right) / 2), hints.height() // 2)
            QTest.mouseClick(hints, Qt.MouseButton.LeftButton, pos=at)
        else:
            choose(window, "accept")

    press()
    assert hands.verdicts() == ["open"]
    assert "never on the screen" in hands.notice()
    press()
    assert hands.verdicts() == ["accepted"]


def test_a_picture_is_pointed_at_and_judged_with_the_mouse(hands: Hands, tmp_path: Path) -> None:
    made = new_repo(tmp_path / "pictures")
    made.commit({"a.bin": b"\0one", "b.bin": b"\0one"})
    made.write({"a.bin": b"\0two", "b.bin": b"\0two"})
    hands.open(made)
    view = hands.window.view
    fact = hands.session.by_path["b.bin"].changes[0].id
    view.go_to_file("a.bin")
    spot = view._layout.spot_of_change(fact)
    assert spot is not None
    at = QPoint(300, view._layout.top_of(spot) - view.verticalScrollBar().value() + 8)
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert view.stop().change == fact
    choose(hands.window, "reject")
    assert hands.verdicts() == ["open", "rejected"]


def test_the_keys_fit_on_one_sheet_in_a_window_of_the_usual_size(hands: Hands) -> None:
    hands.window.resize(1600, 1000)
    hands.window.run_command("keys")
    sheet = hands.window.sheets.current()
    assert isinstance(sheet, KeySheet)
    hands.until(sheet.area.isVisible)
    assert sheet.area.verticalScrollBar().maximum() == 0


def test_the_search_and_the_filter_are_left_with_the_mouse(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    hands.type("/return")
    line = hands.window.desk.search()
    assert line.isVisible()
    QTest.mouseClick(line.leave, Qt.MouseButton.LeftButton)
    assert not line.isVisible()
    assert hands.window.view.hasFocus()

    files = hands.window.files
    away = files.findChild(AllFiles)
    assert isinstance(away, AllFiles)
    assert not away.isVisible()
    files.filter.setText("new")
    hands.until(lambda: len(files.model.rows) == 1)
    QTest.mouseClick(away, Qt.MouseButton.LeftButton)
    assert files.filter.text() == ""
    hands.until(lambda: len(files.model.rows) > 1)
    assert not away.isVisible()


def test_the_one_draft_is_gone_to_and_several_are_listed(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    hands.window.run_command("drafts")
    assert hands.notice() == "There is no draft."
    hands.type("c")
    hands.type("first")
    hands.press(Qt.Key.Key_Escape)
    QTest.mouseClick(hands.window.status.drafts, Qt.MouseButton.LeftButton)
    assert hands.window.editing().is_open()
    hands.press(Qt.Key.Key_Escape)
    hands.type("C")
    hands.type("second")
    hands.press(Qt.Key.Key_Escape)
    hands.window.run_command("drafts")
    palette = hands.window.sheets.current()
    assert isinstance(palette, Palette)
    assert len(palette.shown()) == 2


def test_badges_give_way_to_the_name_and_say_how_many_there_are(hands: Hands, tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "odd")
    repo.commit({"zed.py": "x = 1\n"})
    repo.write({"zed.py": "x = 1\n<<<<<<< HEAD\n=======\n>>>>>>> t\nis_\u0430dmin = '\u202e'\n"})
    hands.open(repo)
    hands.until(lambda: "zed.py" in hands.window.view._layout.document.remarks)
    header = hands.window.view._painter._header
    file = hands.session.by_path["zed.py"]
    badges = header._badges(file)
    assert len(badges) > 2
    assert header._fitting_badges(badges, 10_000) == badges
    room = header._badge_room(badges[0][0]) + header._badge_room("+9") + 1
    words = [said for said, _ in header._fitting_badges(badges, room)]
    assert words == [badges[0][0], f"+{len(badges) - 1}"]


def test_by_its_key_the_menu_begins_on_its_first_part(hands: Hands) -> None:
    menu = hands.window.top.menu_button.menu()
    found: list[str] = []

    def look() -> None:
        if menu.isVisible():
            active = menu.activeAction()
            found.append(active.text() if active is not None else "none")
            menu.close()

    menu.aboutToShow.connect(lambda: QTimer.singleShot(0, menu, look))
    hands.press(Qt.Key.Key_F10)
    assert found == [menu.actions()[0].text()]


def test_escape_leaves_the_innermost_and_nothing_else(hands: Hands, tmp_path: Path) -> None:
    made = new_repo(tmp_path / "shop")
    made.commit({"a.py": numbered(9)})
    made.write({"a.py": numbered(9).replace("line 5", "line five")})
    hands.open(made)
    window = hands.window

    def there() -> tuple[bool, bool, bool]:
        line = window.desk.search()
        return window.notice.isVisibleTo(window), window.view.has_selection(), line.isVisibleTo(window)

    hands.type("/")
    hands.type("line")
    hands.press(Qt.Key.Key_Return)
    hands.until(lambda: window.view.search_standing.done)
    hands.type("vji")
    assert there() == (True, True, True)
    hands.press(Qt.Key.Key_Escape)
    assert there() == (False, True, True)
    hands.press(Qt.Key.Key_Escape)
    assert there() == (False, False, True)
    hands.press(Qt.Key.Key_Escape)
    assert there() == (False, False, False)
    assert hands.focus() is window.view
    # By the menu it is the same, and any other command takes a message away with it.
    hands.type("vji")
    window.run_command("escape")
    assert there() == (False, True, False)
    hands.type("i")
    hands.type("j")
    assert there()[0] is False
