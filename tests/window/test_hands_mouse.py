"""The mouse on the review: words, lines and rows are selected, menus speak of what is under them, and what is
copied is what the file has. Which feature is tried by key, menu and mouse, and where: `test_hands_table.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QDropEvent,
    QGuiApplication,
    QKeyEvent,
    QWheelEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from tests.qt_objects import entering
from tests.repos import Repo, new_repo, numbered
from tests.window.conftest import CONTROL, SHIFT, Hands
from workbench.review.blocks import Sort
from workbench.review.changes import Side
from workbench.ui.diff.cursor import spot_of
from workbench.ui.diff.dress import PAD
from workbench.ui.diff.layout import Spot

LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
BEFORE = "".join(f"line_{number} = value({number})\n" for number in range(60))
AFTER = BEFORE.replace("value(3)", "value(30)  # tab:\there").replace("value(50)", "value(500)")
CRLF = b"one\r\ntwo\r\n"


@pytest.fixture
def mouse(hands: Hands, tmp_path: Path) -> Hands:
    """Two changes far apart in one file, a file with CRLF and no last newline, and one that is new."""
    made = new_repo(tmp_path / "shop")
    made.commit({"code.py": BEFORE, "dos.txt": CRLF, "same.py": numbered(5)})
    made.write({"code.py": AFTER, "dos.txt": b"one\r\nTWO\r\nend", "new.py": "print('new')\n" * 200})
    hands.open(made)
    hands.until(lambda: hands.window.view.is_settled)
    return hands


def point(
    hands: Hands, line: int, column: float = 0.3, side: Side = Side.NEW, path: str = "code.py"
) -> QPoint:
    """Where a character of a line is."""
    view = hands.window.view
    spot = view._layout.spot_of_line(path, side, line)
    assert spot is not None
    x = view._columns().code(side)[0] + PAD + column * view.dress.shaper.cell
    return QPoint(round(x), view._layout.top_of(spot) - view.verticalScrollBar().value() + 8)


def header(hands: Hands, path: str) -> QPoint:
    view = hands.window.view
    spot = Spot(view._layout.files[path], -1)
    return QPoint(200, max(0, view._layout.top_of(spot) - view.verticalScrollBar().value()) + 10)


def gap(hands: Hands, path: str = "code.py") -> tuple[Spot, QPoint]:
    """The first gap of a file and a place in it right of its signs."""
    view = hands.window.view
    at = view._layout.files[path]
    blocks = view._layout.sections[at].blocks or []
    spot = next(Spot(at, index) for index, block in enumerate(blocks) if block.sort is Sort.GAP)
    return spot, QPoint(420, view._layout.top_of(spot) - view.verticalScrollBar().value() + 8)


def click(hands: Hands, at: QPoint, count: int = 1, held: Qt.KeyboardModifier | None = None) -> None:
    """As many clicks in one place, as a window gets them."""
    port, held = hands.window.view.viewport(), held or Qt.KeyboardModifier.NoModifier
    for number in range(count):
        if number == 1:
            QTest.mouseDClick(port, LEFT, held, at)
        else:
            QTest.mousePress(port, LEFT, held, at)
            QTest.mouseRelease(port, LEFT, held, at)


def drag(hands: Hands, *way: QPoint, let_go: bool = True) -> None:
    port = hands.window.view.viewport()
    QTest.mousePress(port, LEFT, pos=way[0])
    for each in way[1:]:
        QTest.mouseMove(port, each)
    if let_go:
        QTest.mouseRelease(port, LEFT, pos=way[-1])


def copied(hands: Hands) -> str:
    hands.press(Qt.Key.Key_C, CONTROL)
    return QGuiApplication.clipboard().text()


def right_click(on: QWidget, at: QPoint) -> dict[str, QAction]:
    """The menu that comes up, by what its entries do."""
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, on.mapToGlobal(at))
    QApplication.sendEvent(on, event)
    return entries()


def entries() -> dict[str, QAction]:
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return {action.objectName(): action for action in menu.actions() if not action.isSeparator()}


def choose(action: QAction) -> None:
    """Click on an entry of the menu that is up."""
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())


def put_away() -> None:
    for popup in iter(QApplication.activePopupWidget, None):
        popup.close()


# selecting and copying


def test_a_double_click_takes_a_word_and_a_third_one_the_line(mouse: Hands) -> None:
    at = point(mouse, 4, 2)
    click(mouse, at, 2)
    assert mouse.window.view.picked_text() == "line_3"
    assert copied(mouse) == "line_3"
    assert not mouse.window.view.has_selection()
    click(mouse, at)  # the third: what came before it were two
    assert mouse.window.view.has_selection()
    assert copied(mouse) == "line_3 = value(30)  # tab:\there\n"
    mouse.press(Qt.Key.Key_Escape)
    click(mouse, point(mouse, 4, 7.5), 2)
    assert copied(mouse) == "="
    click(mouse, point(mouse, 5, 1))
    assert mouse.window.view.picked_text() == ""
    assert copied(mouse) == "line_4 = value(4)\n"


def test_dragging_within_a_row_takes_its_characters_and_beyond_it_whole_lines(mouse: Hands) -> None:
    start = point(mouse, 4, 9.1)
    drag(mouse, start, point(mouse, 4, 12), point(mouse, 4, 18.1))
    assert copied(mouse) == "value(30)"
    drag(mouse, start, point(mouse, 4, 24.9), point(mouse, 4, 40))
    assert copied(mouse) == "value(30)  # tab:\there", "the tab is one character, however wide it is"
    drag(mouse, start, point(mouse, 6, 2))
    assert copied(mouse).split("\n")[1:] == ["line_4 = value(4)", "line_5 = value(5)", ""]
    drag(mouse, start, point(mouse, 6, 2), point(mouse, 4, 14.1))
    assert copied(mouse) == "value", "back in the row where it began, it is characters again"


def test_dragging_from_the_line_numbers_takes_lines_from_the_first_on(mouse: Hands) -> None:
    view = mouse.window.view
    at = point(mouse, 4)
    number = QPoint(view._columns().number(Side.NEW) - 4, at.y())
    drag(mouse, number, number + QPoint(0, 3))
    assert [each.new for each in view.selections()] == [((4, 1),)]
    assert view.has_selection()
    mouse.type("a")
    assert mouse.verdicts()[0] == "mixed"


def test_dragging_stays_on_its_side_and_goes_on_beyond_the_edge(mouse: Hands) -> None:
    view = mouse.window.view
    view.go_to_file("new.py")
    mouse.until(lambda: view.is_settled)
    first, below = point(mouse, 2, path="new.py"), view.viewport().height()
    drag(mouse, first, QPoint(10, below - 20), QPoint(10, below + 90), let_go=False)
    before = view.verticalScrollBar().value()
    mouse.until(lambda: view.verticalScrollBar().value() > before + 300)
    QTest.mouseRelease(view.viewport(), LEFT, pos=QPoint(10, below + 90))
    stopped = view.verticalScrollBar().value()
    text = copied(mouse)
    assert set(text.splitlines()) == {"print('new')"}
    assert text.count("\n") > 40
    assert view.verticalScrollBar().value() == stopped


def test_a_long_line_scrolls_sideways_under_a_drag(mouse: Hands, tmp_path: Path) -> None:
    made = new_repo(tmp_path / "wide")
    made.commit({"a.py": "x = 1\n"})
    made.write({"a.py": "x = " + " + ".join(f"value_{number}" for number in range(200)) + "\n"})
    mouse.open(made)
    view = mouse.window.view
    mouse.until(lambda: view.is_settled and view.horizontalScrollBar().maximum() > 0)
    start = point(mouse, 1, 4.1, path="a.py")
    drag(mouse, start, QPoint(view.viewport().width() + 60, start.y()), let_go=False)
    mouse.until(lambda: view.horizontalScrollBar().value() > 200)
    QTest.mouseRelease(view.viewport(), LEFT, pos=start)
    assert copied(mouse).startswith("value_0 + value_1 + value_2")
    view.go_to_change(mouse.session.files[0].changes[0].id)
    assert view.horizontalScrollBar().value() > 0, "some of the line is in sight: it stays"


def test_going_to_another_change_never_shows_a_screen_without_code(mouse: Hands) -> None:
    view = mouse.window.view
    view.horizontalScrollBar().setRange(0, 5000)
    view.horizontalScrollBar().setValue(4000)
    mouse.type("]")
    assert view.horizontalScrollBar().value() == 0


def test_shift_and_a_click_take_all_up_to_there(mouse: Hands) -> None:
    click(mouse, point(mouse, 2))
    click(mouse, point(mouse, 4), held=SHIFT)
    assert copied(mouse) == "line_1 = value(1)\nline_2 = value(2)\nline_3 = value(30)  # tab:\there\n"


def test_what_is_copied_has_the_line_ends_of_the_file(mouse: Hands) -> None:
    view = mouse.window.view
    view.go_to_file("dos.txt")
    drag(mouse, *(point(mouse, line, path="dos.txt") for line in (1, 2, 3)))
    assert copied(mouse).encode() == b"one\r\nTWO\r\nend"
    assert view.verticalScrollBar().value() >= 0


def test_other_buttons_select_and_open_nothing(mouse: Hands) -> None:
    view = mouse.window.view
    stop, height = view.stop(), view._layout.height
    for button in (Qt.MouseButton.RightButton, MIDDLE, Qt.MouseButton.BackButton):
        QTest.mouseClick(view.viewport(), button, pos=point(mouse, 6))
        QTest.mouseClick(view.viewport(), button, pos=header(mouse, "code.py"))
        QTest.mouseClick(view.viewport(), button, pos=gap(mouse)[1])
        QTest.mouseDClick(view.viewport(), button, pos=gap(mouse)[1])
    assert (view.stop(), view._layout.height) == (stop, height)


# headers, gaps, notes, files


def test_a_click_on_a_header_and_a_gap_folds_and_opens(mouse: Hands) -> None:
    view = mouse.window.view
    assert view._layout.spot_of_line("code.py", Side.NEW, 30) is None
    click(mouse, gap(mouse)[1])
    assert view._layout.spot_of_line("code.py", Side.NEW, 30) is not None
    section = view._layout.sections[0]
    click(mouse, header(mouse, "code.py"))
    assert section.folded
    click(mouse, header(mouse, "code.py"))
    assert not section.folded


def test_a_double_click_on_a_note_edits_it(mouse: Hands) -> None:
    view = mouse.window.view
    mouse.type("c")
    mouse.type("rename it")
    mouse.press(Qt.Key.Key_Return, CONTROL)
    spot = view._layout.spot_of_note("N1")
    assert spot is not None
    mouse.until(lambda: view.is_settled)
    at = QPoint(point(mouse, 4).x(), view._layout.top_of(spot) - view.verticalScrollBar().value() + 20)
    click(mouse, at)
    assert view.stop().note == "N1"
    QTest.mouseDClick(view.viewport(), LEFT, pos=at)
    assert view._overlay.keys == ("edit N1",)


def test_a_click_on_a_file_goes_there_and_leaves_the_keys_with_the_review(mouse: Hands) -> None:
    files = mouse.window.files
    index = files.model.index(files.model.places["new.py"])
    QTest.mouseClick(files.list.viewport(), LEFT, pos=files.list.visualRect(index).center())
    assert mouse.window.view.current_file() == "new.py"
    assert mouse.focus() is mouse.window.view


# wheel and ruler


def turn(hands: Hands, x: int, y: int, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    port = hands.window.view.viewport()
    middle = QPointF(port.rect().center())
    event = QWheelEvent(
        middle,
        QPointF(port.mapToGlobal(middle.toPoint())),
        QPoint(),
        QPoint(x, y),
        Qt.MouseButton.NoButton,
        held,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(port, event)


def test_the_wheel_scrolls_down_and_with_shift_sideways_and_with_control_it_zooms(mouse: Hands) -> None:
    view, window = mouse.window.view, mouse.window
    turn(mouse, 0, -120)
    down = view.verticalScrollBar().value()
    assert down > 0
    view.horizontalScrollBar().setRange(0, 1000)
    turn(mouse, 0, -120, SHIFT)
    assert view.verticalScrollBar().value() == down
    assert view.horizontalScrollBar().value() > 0
    size = window.preferences.code_size
    turn(mouse, 0, 120, CONTROL)
    assert window.preferences.code_size == size + 1
    for _ in range(4):
        turn(mouse, 0, -30, CONTROL)
    assert window.preferences.code_size == size, "a fine wheel sends parts of a notch"


def test_the_thumb_of_the_ruler_is_held_where_it_is_taken(mouse: Hands) -> None:
    view = mouse.window.view
    mouse.until(lambda: view.is_settled)
    ruler, bar = view._ruler, view.verticalScrollBar()
    top, size = ruler._thumb()
    assert 0 < size < ruler.height()
    taken = QPoint(7, round(top + size) - 2)
    QTest.mousePress(ruler, LEFT, pos=taken)
    assert bar.value() == 0, "taking it moves nothing"
    QTest.mouseMove(ruler, taken + QPoint(0, 40))
    QTest.mouseRelease(ruler, LEFT, pos=taken + QPoint(0, 40))
    moved = 40 / ruler.height() * view._layout.height
    assert abs(bar.value() - moved) < 0.2 * moved
    QTest.mouseClick(ruler, Qt.MouseButton.RightButton, pos=QPoint(7, 2))
    assert abs(bar.value() - moved) < 0.2 * moved
    QTest.mouseClick(ruler, LEFT, pos=QPoint(7, 2))
    assert bar.value() == 0


# menus of the right button


def test_the_menu_of_a_change_shows_the_keys_and_judges_that_change(mouse: Hands) -> None:
    view = mouse.window.view
    view.go_to_file("new.py")
    view.go_to_file("code.py")
    found = right_click(view.viewport(), point(mouse, 4))
    assert [found[each].text() for each in ("accept", "reject", "note", "copy_patch", "editor")] == [
        "Accept\ta",
        "Reject\tx",
        "Note on the change…\tc",
        "Copy the change as a patch\tY",
        "Open in your editor\te",
    ]
    assert not {"why", "other_end", "repeat", "search"} & set(found), "what would mean nothing is not there"
    choose(found["reject"])
    assert mouse.verdicts()[0] == "rejected"


def test_the_menu_of_selected_lines_leaves_them_selected_and_judges_them(mouse: Hands) -> None:
    view = mouse.window.view
    drag(mouse, point(mouse, 3), point(mouse, 4))
    found = right_click(view.viewport(), point(mouse, 4))
    assert found["accept"].text() == "Accept the lines\ta"
    choose(found["accept"])
    assert mouse.verdicts()[0] == "mixed"
    drag(mouse, point(mouse, 3), point(mouse, 4))
    found = right_click(view.viewport(), point(mouse, 6))
    assert found["copy"].text() == "Copy the line\tCtrl C", "beside what is selected it is a line's"
    choose(found["copy"])
    assert QGuiApplication.clipboard().text() == "line_5 = value(5)\n"


def test_the_menu_of_a_word_copies_it_and_searches_for_it(mouse: Hands) -> None:
    view = mouse.window.view
    click(mouse, point(mouse, 4, 2), 2)
    found = right_click(view.viewport(), point(mouse, 4, 3))
    choose(found["copy"])
    assert QGuiApplication.clipboard().text() == "line_3"
    choose(right_click(view.viewport(), point(mouse, 4, 3))["search"])
    assert mouse.window.desk.search().line.text() == "line_3"
    mouse.until(lambda: view.search_standing.done)
    assert view.search_standing.count > 1


def test_the_menu_of_a_header_speaks_of_the_file(mouse: Hands) -> None:
    view = mouse.window.view
    view.go_to_file("new.py")
    mouse.until(lambda: view.is_settled)
    choose(right_click(view.viewport(), header(mouse, "new.py"))["copy_path"])
    assert QGuiApplication.clipboard().text() == "new.py"
    choose(right_click(view.viewport(), header(mouse, "new.py"))["reject_file"])
    new = mouse.session.by_path["new.py"]
    at = [change.id for file in mouse.session.files for change in file.changes].index(new.changes[0].id)
    assert mouse.verdicts()[at] == "rejected"


def test_the_menu_of_a_gap_opens_it(mouse: Hands) -> None:
    view = mouse.window.view
    stop = view.stop()
    found = right_click(view.viewport(), gap(mouse)[1])
    assert set(found) == {"context_above", "context_below", "context_between", "whole_file"}
    choose(found["context_between"])
    assert view._layout.spot_of_line("code.py", Side.NEW, 30) is not None
    assert view.stop() == stop


def test_a_gap_that_is_gone_before_its_menu_is_used_opens_nothing(mouse: Hands) -> None:
    view = mouse.window.view
    found = right_click(view.viewport(), gap(mouse)[1])
    view.set_split(not view.is_split)
    height = view._layout.height
    choose(found["context_between"])
    assert view._layout.height == height


def test_the_menu_of_a_note_settles_it(mouse: Hands) -> None:
    view = mouse.window.view
    mouse.type("c")
    mouse.type("!rename it")
    mouse.press(Qt.Key.Key_Return, CONTROL)
    spot = view._layout.spot_of_note("N1")
    assert spot is not None
    mouse.until(lambda: view.is_settled)
    at = QPoint(point(mouse, 4).x(), view._layout.top_of(spot) - view.verticalScrollBar().value() + 20)
    found = right_click(view.viewport(), at)
    assert found["note"].text() == "Reply…\tc"
    choose(found["accept"])
    assert not mouse.session.review.notes["N1"].is_live


def test_the_menu_of_a_file_in_the_list_goes_to_it(mouse: Hands) -> None:
    files = mouse.window.files
    index = files.model.index(files.model.places["new.py"])
    at = files.list.visualRect(index).center()
    files.list.customContextMenuRequested.emit(at)
    assert mouse.window.view.current_file() == "new.py"
    choose(entries()["viewed"])
    assert "new.py" in mouse.session.viewed()


@pytest.mark.parametrize(
    ("key", "held"),
    [(Qt.Key.Key_Menu, Qt.KeyboardModifier.NoModifier), (Qt.Key.Key_F10, SHIFT)],
    ids=["Menu", "Shift+F10"],
)
def test_a_key_brings_the_menu_up_at_the_cursor(mouse: Hands, key: Qt.Key, held: Qt.KeyboardModifier) -> None:
    view = mouse.window.view
    mouse.type("]")
    mouse.press(key, held)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    spot = spot_of(view._layout, view._cursor) if view._cursor is not None else None
    assert spot is not None
    bottom = view._layout.bottom_of(spot) - view.verticalScrollBar().value()
    above = view.viewport().mapToGlobal(QPoint(0, bottom)).y()
    assert abs(menu.y() - above) < 30 or menu.y() + menu.height() <= above + 30
    QTest.keyClick(menu, Qt.Key.Key_Down)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    assert mouse.verdicts()[1] == "accepted"
    put_away()


# held keys


def test_a_held_key_judges_once_and_moves_on_and_on(mouse: Hands) -> None:
    view = mouse.window.view

    def hold(key: Qt.Key, text: str) -> None:
        QTest.keyPress(view, key)
        for _ in range(3):
            again = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, text, True)
            QApplication.sendEvent(view, again)
        QTest.keyRelease(view, key)

    assert view.stop().line == 4
    hold(Qt.Key.Key_J, "j")
    assert view.stop().line == 48, "three lines on there is a gap"
    view.go_to_change(mouse.session.files[0].changes[0].id)
    hold(Qt.Key.Key_X, "x")
    assert mouse.verdicts().count("rejected") == 1


# dropping


def drop(hands: Hands, path: Path) -> bool:
    """Whether it is taken."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    actions, at = Qt.DropAction.CopyAction, QPoint(600, 400)
    none = Qt.KeyboardModifier.NoModifier
    enters = entering(at, data)
    enters.ignore()
    QApplication.sendEvent(hands.window, enters)
    if not enters.isAccepted():
        return False
    QApplication.sendEvent(hands.window, QDropEvent(QPointF(at), actions, data, LEFT, none))
    return True


def test_a_file_that_is_dropped_is_gone_to_and_a_folder_is_opened(
    mouse: Hands, repo: Repo, tmp_path: Path
) -> None:
    view = mouse.window.view
    shop = mouse.session.repository.work_tree
    assert drop(mouse, shop / "new.py")
    assert view.current_file() == "new.py"
    assert drop(mouse, shop / "same.py")
    mouse.until(lambda: view.current_file() == "same.py")
    outside = tmp_path / "elsewhere.txt"
    outside.write_text("x")
    assert drop(mouse, outside)
    assert mouse.notice() == "elsewhere.txt is not in this repository."
    other = new_repo(tmp_path / "other")
    other.commit({"a.py": "a = 1\n"})
    other.write({"a.py": "a = 2\n"})
    assert drop(mouse, other.root)
    mouse.until(lambda: mouse.session.repository.name == "other")


def test_text_that_is_dropped_on_the_window_is_not_taken(mouse: Hands) -> None:
    data = QMimeData()
    data.setText("just words")
    enters = entering(QPoint(600, 400), data)
    enters.ignore()
    QApplication.sendEvent(mouse.window, enters)
    assert not enters.isAccepted()


@pytest.fixture(autouse=True)
def no_menu_left(make_hands: Callable[[], Hands]) -> object:
    yield
    put_away()


# what else is clicked on


def test_the_menu_of_everything_is_worked_by_mouse(mouse: Hands, tmp_path: Path) -> None:
    (tmp_path / "shop" / "later.py").write_text("late = 1\n")
    action = mouse.window.menus.actions["refresh"]

    def choose_it() -> None:
        menu = mouse.window.top.menu_button.menu()
        parts = [part for part in (each.menu() for each in menu.actions()) if isinstance(part, QMenu)]
        part = next(each for each in parts if action in each.actions())
        try:
            menu.setActiveAction(part.menuAction())
            QTest.keyClick(menu, Qt.Key.Key_Right)
            QTest.mouseMove(part, part.actionGeometry(action).center())
            QTest.mouseClick(part, LEFT, pos=part.actionGeometry(action).center())
        finally:
            put_away()

    QTimer.singleShot(0, mouse.window, choose_it)
    QTest.mouseClick(mouse.window.top.menu_button, LEFT)
    mouse.until(lambda: "later.py" in mouse.session.by_path)


def test_the_menu_of_a_moved_line_leads_to_its_other_end(mouse: Hands, tmp_path: Path) -> None:
    block = "".join(f"moved_along_{number} = seen_before({number})\n" for number in range(6))
    made = new_repo(tmp_path / "moved")
    made.commit({"a.py": block + BEFORE, "b.py": "b = 1\n"})
    made.write({"a.py": BEFORE, "b.py": "b = 1\n" + block})
    mouse.open(made)
    view = mouse.window.view
    mouse.until(lambda: view.moves.blocks and view.is_settled)
    found = right_click(view.viewport(), point(mouse, 2, side=Side.OLD, path="a.py"))
    choose(found["other_end"])
    assert (view.stop().path, view.stop().line) == ("b.py", 3)


def test_the_arrows_beside_the_search_go_from_match_to_match(mouse: Hands) -> None:
    view, line = mouse.window.view, mouse.window.desk.search()
    mouse.type("/value(")
    mouse.until(lambda: view.search_standing.done)
    for _ in range(2):
        QTest.mouseClick(line.on, LEFT)
    at = view.search_standing.at
    QTest.mouseClick(line.back, LEFT)
    assert view.search_standing.at == at - 1


def test_a_click_on_a_folder_folds_it(mouse: Hands, tmp_path: Path) -> None:
    made = new_repo(tmp_path / "deep")
    made.commit({"src/a.py": "a = 1\n"})
    made.write({"src/a.py": "a = 2\n"})
    mouse.open(made)
    files = mouse.window.files
    mouse.until(lambda: "src/a.py" in files.model.places)
    folder = files.list.visualRect(files.model.index(0)).center()
    QTest.mouseClick(files.list.viewport(), LEFT, pos=folder)
    assert "src/a.py" not in files.model.places
    QTest.mouseClick(files.list.viewport(), LEFT, pos=folder)
    assert "src/a.py" in files.model.places


def test_the_editor_is_opened_at_the_line_from_the_menu_of_the_change(mouse: Hands, tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    program = tmp_path / "editor"
    program.write_text(f'#!/bin/sh\necho "$@" > {asked}.part && mv {asked}.part {asked}\n')
    program.chmod(0o755)
    mouse.window.preferences.change(editor=f"{program} {{file}}:{{line}}")
    view = mouse.window.view
    choose(right_click(view.viewport(), point(mouse, 4))["editor"])
    mouse.until(asked.exists)
    assert asked.read_text().strip().endswith("code.py:4")
