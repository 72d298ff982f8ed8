"""What stands around the review, worked by mouse: the menus at the top, the words at the bottom, the button
beside the filter, the rows of the palette and of the ledger, and the counts at the end of long lines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QToolButton

from tests.repos import Repo, new_repo
from tests.window.conftest import AFTER, CONTROL, Hands
from tests.window.test_hands_mouse import choose, click, entries, point, put_away, right_click
from workbench.review.changes import Side
from workbench.review.entries import Said
from workbench.ui.file_rows import RowKind
from workbench.ui.key_line import KeyLine
from workbench.ui.key_presses import press_shown
from workbench.ui.note_editor import LinesEditor, NoteEditor
from workbench.ui.palette import Palette
from workbench.ui.round_views import View
from workbench.ui.told import Told
from workbench.ui.tray_sheet import TraySheet

LEFT = Qt.MouseButton.LeftButton
LONG = "x = [" + ", ".join(f"'value number {number}'" for number in range(120)) + "]\n"


@pytest.fixture(autouse=True)
def no_menu_left(make_hands: Callable[[], Hands]) -> Iterator[None]:
    yield
    put_away()


@pytest.fixture
def shop(hands: Hands, repo: Repo) -> Hands:
    """The repository of the other window tests, with files in folders that only lead to the next one."""
    repo.write({"src/main/app/one.py": "one = 1\n", "src/main/app/two.py": "two = 2\n", "z.py": "z = 1\n"})
    hands.open(repo)
    hands.until(lambda: hands.window.view.is_settled)
    hands.window.panels.show_now()
    return hands


def from_menu(hands: Hands, button: QToolButton, pick: str) -> dict[str, bool]:
    """Press a button, click on an entry of the menu that comes up; which entries were marked."""
    marked: dict[str, bool] = {}

    def take() -> None:
        try:
            found = entries()
            marked.update({name: action.isChecked() for name, action in found.items()})
            choose(found[pick])
        finally:
            put_away()

    QTimer.singleShot(0, button, take)
    QTest.mouseClick(button, LEFT)
    # The menu had a loop of its own until Qt 6.11; in 6.12 the click returns at once.
    hands.until(lambda: marked)
    return marked


# the top


def test_how_the_changes_are_shown_is_chosen_at_the_top(shop: Hands) -> None:
    view, button = shop.window.view, shop.window.top.split
    shown = from_menu(shop, button, "Unified")
    assert (shown["Split"], shown["Unified"]) == (True, False)
    assert not view.is_split
    assert button.text() == "Unified ▾"
    from_menu(shop, button, "Unified")
    assert not view.is_split, "what holds already is not turned round"
    for holds in (False, True):
        assert from_menu(shop, button, "whitespace")["whitespace"] is holds
        assert view.ignores_whitespace is not holds
    wraps = view.wraps
    from_menu(shop, button, "wrap")
    assert view.wraps is not wraps
    size = shop.window.preferences.code_size
    from_menu(shop, button, "bigger")
    assert shop.window.preferences.code_size == size + 1


def test_which_changes_are_shown_is_chosen_at_the_top(shop: Hands) -> None:
    window = shop.window
    shop.type("ax")
    marked = from_menu(shop, window.top.view, View.LEFT.value)
    assert [name for name, on in marked.items() if on] == [View.ALL.value]
    assert window.controller.views.now.value == "What is left"
    assert window.top.view.text() == "What is left ▾"
    assert shop.notice().startswith("What is left: 4 of 6 changes.")
    from_menu(shop, window.top.view, View.ALL.value)
    assert window.controller.views.now.value == "All changes"
    assert shop.notice() == ""


def test_a_view_that_would_show_nothing_cannot_be_chosen(shop: Hands) -> None:
    found: list[bool] = []

    def look() -> None:
        found.append(entries()[View.SINCE.value].isEnabled())
        put_away()

    QTimer.singleShot(0, shop.window, look)
    QTest.mouseClick(shop.window.top.view, LEFT)
    shop.until(lambda: found)
    assert found == [False]


def test_the_buttons_at_the_top_are_worked_by_key_too(shop: Hands) -> None:
    button = shop.window.top.split
    button.setFocus(Qt.FocusReason.TabFocusReason)

    def down() -> None:
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return):
            QTest.keyClick(menu, key)

    QTimer.singleShot(0, shop.window, down)
    shop.press(Qt.Key.Key_Space)
    shop.until(lambda: not shop.window.view.is_split)


# the bottom


def test_the_words_at_the_bottom_lead_to_what_they_speak_of(shop: Hands) -> None:
    status, view = shop.window.status, shop.window.view
    first = view.stop().change
    QTest.mouseClick(status.truth, LEFT)
    assert view.stop().change not in (None, first)
    shop.type("c")
    shop.type("?Why")
    shop.press(Qt.Key.Key_Return, CONTROL)
    shop.window.panels.show_now()
    assert status.notes.text() == "1 question"
    QTest.mouseClick(status.notes, LEFT)
    assert view.stop().note == "N1"
    shop.type("w")
    assert status.whitespace.isVisible()
    QTest.mouseClick(status.whitespace, LEFT)
    assert not view.ignores_whitespace
    QTest.mouseClick(status.round, LEFT)
    shop.until(lambda: shop.window.sheets.is_open)
    shop.press(Qt.Key.Key_Escape)


def test_the_words_at_the_bottom_say_what_a_click_does_with_its_key(shop: Hands) -> None:
    said = {each.command: each.toolTip() for each in shop.window.status.findChildren(Told)}
    assert said["next_open"] == "<qt>Next open change (&gt;)</qt>"
    assert said["rounds"] == "<qt>The rounds as a picture (#)</qt>"
    assert "" not in said.values()


def test_undo_and_verdicts_are_pressed_at_the_bottom(shop: Hands) -> None:
    hints = shop.window.status.hints

    def press(command: str) -> None:
        hints.grab()
        left, right, _ = next(spot for spot in hints._spots if spot[2] == command)
        QTest.mouseClick(hints, LEFT, pos=QPoint(round((left + right) / 2), hints.height() // 2))

    press("accept")
    assert shop.verdicts()[0] == "accepted"
    press("reject")
    press("undo")
    press("undo")
    assert set(shop.verdicts()) == {"open"}
    press("next_change")
    assert shop.window.view.stop().change == shop.session.files[0].changes[1].id


# the files


def names(hands: Hands) -> list[str]:
    return [row.name for row in hands.window.files.model.rows]


def row_at(hands: Hands, name: str) -> QPoint:
    files = hands.window.files
    return files.list.visualRect(files.model.index(names(hands).index(name))).center()


def test_the_files_are_listed_in_another_way_by_the_button_beside_the_filter(shop: Hands) -> None:
    files = shop.window.files
    assert names(shop)[1:4] == ["new.py", "src/main/app", "one.py"]
    assert from_menu(shop, files.listed, "list")["tree"]
    assert "src/main/app/one.py" in names(shop)
    shop.until(lambda: shop.window.shapes.shapes is not None)
    assert from_menu(shop, files.listed, "by shape")["list"]
    shop.until(lambda: files.is_by_shape)
    assert from_menu(shop, files.listed, "tree")["by shape"]
    assert not files.is_by_shape
    assert names(shop)[2] == "src/main/app"


def test_all_folders_are_folded_and_unfolded(shop: Hands) -> None:
    files = shop.window.files
    from_menu(shop, files.listed, "fold")
    assert names(shop) == ["code.py", "new.py", "src/main/app", "z.py"]
    from_menu(shop, files.listed, "unfold")
    assert "one.py" in names(shop)


def test_the_right_button_on_a_folder_asks_how_the_files_are_listed(shop: Hands) -> None:
    files = shop.window.files
    files.list.customContextMenuRequested.emit(row_at(shop, "src/main/app"))
    choose(entries()["fold"])
    assert "one.py" not in names(shop)


def test_a_folder_of_folders_is_folded_by_a_click_and_remembered(shop: Hands) -> None:
    files = shop.window.files
    QTest.mouseClick(files.list.viewport(), LEFT, pos=row_at(shop, "src/main/app"))
    assert "one.py" not in names(shop)
    assert files.folded() == ["src/main/app"]
    QTest.mouseClick(files.list.viewport(), LEFT, pos=row_at(shop, "src/main/app"))
    assert "one.py" in names(shop)


def test_the_list_is_worked_as_a_tree_by_key(shop: Hands) -> None:
    files = shop.window.files

    def here() -> str:
        return files.model.rows[files.list.currentIndex().row()].name

    shop.press(Qt.Key.Key_F, CONTROL)
    shop.press(Qt.Key.Key_Down)
    assert shop.focus() is files.list
    assert here() == "code.py", "it begins where the review is"
    shop.press(Qt.Key.Key_End)
    shop.press(Qt.Key.Key_Up)
    assert here() == "two.py"
    shop.press(Qt.Key.Key_Left)
    assert here() == "src/main/app"
    shop.press(Qt.Key.Key_Left)
    assert "two.py" not in names(shop)
    assert here() == "src/main/app", "the keys stay where they were"
    shop.press(Qt.Key.Key_Down)
    assert here() == "z.py"
    shop.press(Qt.Key.Key_Up)
    shop.press(Qt.Key.Key_Right)
    assert "two.py" in names(shop)
    shop.press(Qt.Key.Key_Right)
    assert here() == "one.py"
    shop.press(Qt.Key.Key_Return)
    assert shop.window.view.current_file() == "src/main/app/one.py"


def test_what_is_folded_while_the_filter_holds_is_forgotten_with_it(shop: Hands) -> None:
    files = shop.window.files
    shop.press(Qt.Key.Key_F, CONTROL)
    shop.type("o")
    QTest.mouseClick(files.list.viewport(), LEFT, pos=row_at(shop, "src/main/app"))
    assert "one.py" not in names(shop)
    shop.type("ne")
    assert names(shop) == ["src/main/app", "one.py"]
    shop.press(Qt.Key.Key_Escape)
    assert files.folded() == []
    assert [row.folded for row in files.model.rows if row.kind is RowKind.FOLDER] == [False]


# the palette


def test_a_click_on_a_row_of_the_palette_takes_it(shop: Hands) -> None:
    field = shop.window.top.field
    QTest.mouseClick(field, LEFT)
    palette = shop.window.sheets.current()
    assert isinstance(palette, Palette)
    shop.type("z.py")
    index = palette.list.model().index(0, 0)
    QTest.mouseClick(palette.list.viewport(), LEFT, pos=palette.list.visualRect(index).center())
    assert not shop.window.sheets.is_open
    assert shop.window.view.current_file() == "z.py"


def test_no_row_of_the_palette_says_its_menu_twice(shop: Hands) -> None:
    shop.window.run_command("palette")
    palette = shop.window.sheets.current()
    assert isinstance(palette, Palette)
    titles = [choice.title for choice in palette._choices]
    assert "Note on the file" in titles
    assert "Note: Make this a rule" in titles
    assert "Go to a file" in titles
    first = [title.replace(":", "").split() for title in titles]
    assert not [words for words in first if words[:1] == words[1:2]]
    shop.press(Qt.Key.Key_Escape)


# long lines


def test_a_click_on_the_count_at_the_end_of_a_line_goes_to_the_edits(hands: Hands, tmp_path: Path) -> None:
    made = new_repo(tmp_path / "wide")
    made.commit({"a.py": LONG})
    made.write({"a.py": LONG.replace("number 60", "other 60").replace("number 90", "other 90")})
    hands.open(made)
    view = hands.window.view
    hands.until(lambda: view.is_settled)
    bar, right = view.horizontalScrollBar(), view._columns().code(Side.NEW)[1]
    row = point(hands, 1, path="a.py").y()
    at = QPoint(right - 20, row)

    def counted() -> tuple[int, int]:
        count = view._count_under(at)
        return (count.step, count.edits) if count is not None else (0, 0)

    hands.until(lambda: counted() == (1, 2))
    QTest.mouseMove(view.viewport(), at)
    assert view.viewport().cursor().shape() is Qt.CursorShape.PointingHandCursor
    click(hands, at)
    first = bar.value()
    assert first > 0
    assert not view.has_selection()
    click(hands, at)
    assert bar.value() > first, "the next of them"
    back = QPoint(view._columns().code(Side.NEW)[0] + 12, row)
    found = view._count_under(back)
    assert found is not None
    assert found.step == -1
    click(hands, back)
    assert bar.value() == first
    assert view._count_under(QPoint(right // 2 + 200, row)) is None


def test_a_click_on_the_count_of_a_line_without_edits_scrolls_on(hands: Hands, tmp_path: Path) -> None:
    made = new_repo(tmp_path / "wide")
    made.commit({"a.py": "a = 1\n"})
    made.write({"a.py": f"a = 1\n{LONG}"})
    hands.open(made)
    view = hands.window.view
    hands.until(lambda: view.is_settled)
    at = QPoint(view._columns().code(Side.NEW)[1] - 20, point(hands, 2, path="a.py").y())
    click(hands, at, 2)
    assert view.horizontalScrollBar().value() > view._columns().half // 2
    assert view.picked_text() == ""


# the ledger


def test_a_click_in_the_ledger_goes_to_the_entry(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    hands.type("aa")
    repo.write({"code.py": AFTER.replace("return 10", "return 99").replace("return 30", "return 33")})
    hands.type("R")
    hands.until(lambda: hands.session.review.round and hands.session.review.round.number == 2)
    hands.until(lambda: not hands.window.tasks.is_busy)
    hands.window.panels.show_now()
    view, ledger = hands.window.view, hands.window.side.ledger
    first, second = (entry.id for entry in hands.session.ledger() if entry.said is Said.ALTERED)
    assert view.stop().entry == first
    ledger.grab()
    rows = [row.id for row in ledger._entries]
    middle = (ledger._tops[rows.index(second)] + ledger._tops[rows.index(second) + 1]) // 2
    QTest.mouseMove(ledger, QPoint(60, middle))
    assert ledger.cursor().shape() is Qt.CursorShape.PointingHandCursor
    QTest.mouseClick(ledger, LEFT, pos=QPoint(60, middle))
    assert view.stop().entry == second
    assert hands.focus() is view

    # And in the review: a click puts the cursor on an entry, the right button judges it.
    hands.until(lambda: view.is_settled)
    spot = view._layout.spot_of_entry(first)
    assert spot is not None
    view.go_to_entry(second)
    at = QPoint(300, view._layout.top_of(spot) - view.verticalScrollBar().value() + 8)
    click(hands, at)
    assert view.stop().entry == first
    found = right_click(view.viewport(), at)
    assert found["reject"].text() == "Restore, or send it again\tx"
    choose(found["accept"])
    assert list(hands.session.review.entries.values()) == ["taken"]


# keys that are drawn


def press_hint(line: KeyLine, word: str) -> None:
    """Click on the keys of a word."""
    labels = next(each for each in line._shown if each[-1].text() == word)
    assert labels[0].isVisible()
    QTest.mouseMove(line, labels[-1].geometry().center())
    assert line.cursor().shape() is Qt.CursorShape.PointingHandCursor
    QTest.mouseClick(line, LEFT, pos=labels[0].geometry().center())


def test_a_note_is_saved_and_left_by_the_keys_that_are_drawn_below_it(shop: Hands) -> None:
    shop.type("c")
    shop.type("!by mouse")
    editor = shop.focus().parentWidget()
    assert isinstance(editor, NoteEditor)
    QTest.mouseClick(editor, LEFT, pos=QPoint(3, 3))
    assert shop.focus() is editor.text, "a click beside its field leaves it the keys"
    press_hint(editor.hint, "saves")
    shop.until(lambda: shop.session.review.notes)
    assert [note.text for note in shop.session.review.notes.values()] == ["by mouse"]
    shop.type("c")
    editor = shop.focus().parentWidget()
    assert isinstance(editor, NoteEditor)
    shop.type("later")
    press_hint(editor.hint, "keeps the draft")
    shop.until(lambda: shop.focus() is shop.window.view)
    assert len(shop.session.drafts()) == 1


def test_of_two_notes_the_one_is_saved_whose_keys_are_clicked(shop: Hands) -> None:
    shop.type("c")
    shop.type("first")
    editor = shop.focus().parentWidget()
    assert isinstance(editor, NoteEditor)
    shop.window.editing().note_review()
    shop.type("second")
    press_hint(editor.hint, "saves")
    shop.until(lambda: shop.session.review.notes)
    assert [note.text for note in shop.session.review.notes.values()] == ["first"]


def test_the_keys_at_the_foot_of_a_sheet_are_pressed_by_mouse(shop: Hands) -> None:
    shop.type("b")
    sheet = shop.window.sheets.current()
    assert isinstance(sheet, TraySheet)
    shop.until(lambda: sheet.tray is not None)
    before = sheet.items.cursor_at
    press_hint(sheet.keys, "move")
    shop.until(lambda: sheet.items.cursor_at > before)
    shop.press(Qt.Key.Key_Escape)


def test_a_drawn_letter_is_not_written_into_what_is_typed(shop: Hands) -> None:
    shop.type("/")
    line = shop.window.desk.search().line
    assert not press_shown("a", line)
    assert not press_shown("Hyper a", line)
    assert press_shown("Esc", line)
    shop.until(lambda: shop.focus() is shop.window.view)
    assert line.text() == ""
    assert press_shown("x", shop.window.status)
    shop.until(lambda: shop.verdicts()[0] == "rejected")


def test_an_open_editor_has_the_fonts_of_the_review(shop: Hands) -> None:
    """Lines that are edited stand among lines of the same font, and a note is as large as the others."""
    view, button = shop.window.view, shop.window.top.split
    shop.type("c")
    note = shop.window.findChild(NoteEditor)
    assert note is not None
    before = note.text.font().pixelSize(), note.text.height()
    for _ in range(6):
        from_menu(shop, button, "bigger")
    assert note.suggestion.font().pixelSize() == view.dress.size
    assert note.text.font().pixelSize() == view.dress.text.pixelSize() > before[0]
    assert note.text.height() > before[1]
    shop.press(Qt.Key.Key_Escape)
    shop.press(Qt.Key.Key_Return)
    lines = shop.window.findChild(LinesEditor)
    assert lines is not None
    assert lines.text.font().pixelSize() == view.dress.size
