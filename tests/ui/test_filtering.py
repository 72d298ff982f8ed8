"""The filter of the file list: what a letter does at once, what it leaves for later, and what it keeps."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.ui.samples import file_of
from workbench.review.changes import FileChange
from workbench.ui.file_panel import FIRST, LOOKED, STEP, FilePanel
from workbench.ui.file_rows import RowKind
from workbench.ui.fitting import Finder, named
from workbench.ui.theme import load_theme

MANY = 20_000


@pytest.fixture
def panel(qtbot: QtBot) -> FilePanel:
    found = FilePanel(load_theme("dark"))
    qtbot.addWidget(found)
    found.resize(236, 500)
    found.show()
    return found


def files(count: int) -> list[FileChange]:
    return [file_of(f"pack{at // 40:03}/mod{at:05}.py", None, b"x\n") for at in range(count)]


def show(qtbot: QtBot, panel: FilePanel, listed: list[FileChange]) -> None:
    panel.show_files(tuple(listed), {}, {}, {}, ())
    settle(qtbot, panel)


def settle(qtbot: QtBot, panel: FilePanel) -> None:
    qtbot.waitUntil(lambda: not panel._grow.isActive() and not panel._look.isActive())


def shown(panel: FilePanel) -> list[str]:
    return [row.key for row in panel.model.rows if row.kind is RowKind.FILE]


def test_until_the_field_is_made_its_place_is_as_high_and_it_comes_before_the_list_by_tab(
    qtbot: QtBot, panel: FilePanel
) -> None:
    show(qtbot, panel, files(3))
    before = panel.list.geometry()
    panel.make_filter()
    qtbot.waitUntil(lambda: panel.filter.isVisible() and panel.filter.height() > 0)

    assert panel.list.geometry() == before
    panel.filter.setFocus()
    QTest.keyClick(panel.filter, Qt.Key.Key_Tab)
    assert panel.listed.hasFocus()
    QTest.keyClick(panel.listed, Qt.Key.Key_Tab)
    assert panel.list.hasFocus()
    made = panel.filter
    panel.make_filter()
    assert panel.filter is made


def test_words_come_before_letters_and_a_filter_typed_on_looks_no_further() -> None:
    every = named([file_of(path, None, b"x\n") for path in ("code/one.py", "c/o.py", "web/deep.js")])
    first = Finder(every, "co")
    assert [each.path for each in first.found] == ["code/one.py"]
    assert first.is_done
    longer = Finder(every, "code", first)
    assert longer._named == first._named
    assert [each.path for each in Finder(every, "web", first).found] == ["web/deep.js"]

    letters = Finder(every, "wdj")
    assert letters.by_letters
    assert not letters.found
    letters.step(2)
    assert not letters.is_done
    assert not Finder(every, "wdjs", letters).is_done  # the one before had not looked at all
    letters.step(2)
    assert [each.path for each in letters.found] == ["web/deep.js"]
    assert len(Finder(every, "wdjs", letters)._among) == 1


def test_a_letter_puts_together_what_a_screen_holds_and_the_rest_comes_by_itself(
    qtbot: QtBot, panel: FilePanel
) -> None:
    show(qtbot, panel, files(MANY))
    panel.filter.setFocus()
    for letter in "mod":
        QTest.keyClicks(panel.filter, letter)
        assert panel._placed == FIRST
    settle(qtbot, panel)
    assert len(shown(panel)) == MANY
    assert FIRST < STEP


def test_letters_are_looked_for_in_steps_and_what_was_shown_stays_until_some_are_found(
    qtbot: QtBot, panel: FilePanel
) -> None:
    last = file_of("zoo/yard/xylo.py", None, b"x\n")
    show(qtbot, panel, [*files(MANY), last])
    before = len(panel.model.rows)
    panel.filter.insertPlainText("zyx")
    finder = panel._finder
    assert finder is not None
    assert finder._at == LOOKED
    assert len(panel.model.rows) == before
    settle(qtbot, panel)
    assert shown(panel) == ["zoo/yard/xylo.py"]


def test_another_letter_while_letters_are_looked_for_is_answered_by_itself(
    qtbot: QtBot, panel: FilePanel
) -> None:
    show(qtbot, panel, files(MANY))
    panel.filter.insertPlainText("pm1")
    panel.filter.insertPlainText("9999")
    settle(qtbot, panel)
    assert shown(panel) == ["pack499/mod19999.py"]
    panel.filter.insertPlainText("x")
    settle(qtbot, panel)
    assert [row.name for row in panel.model.rows] == ["No file has this; Esc shows all"]


def test_the_row_that_the_keys_are_on_is_still_it_after_a_filter(qtbot: QtBot, panel: FilePanel) -> None:
    show(qtbot, panel, files(MANY))
    panel.list.setCurrentIndex(panel.model.index(panel.model.places["pack300/mod12001.py"]))
    for wanted in ("12001", "mod", "nothing of this", ""):
        panel.filter.setText(wanted)
        settle(qtbot, panel)
        if wanted != "nothing of this":
            row = panel.model.rows[panel.list.currentIndex().row()]
            assert row.key == "pack300/mod12001.py"


def test_the_current_file_is_in_sight_where_the_filter_has_it_and_when_there_is_none_any_more(
    qtbot: QtBot, panel: FilePanel
) -> None:
    show(qtbot, panel, files(4000))
    panel.show_current("pack050/mod02001.py")
    for wanted in ("mod", "mod00", "", "02"):
        panel.filter.setText(wanted)
        settle(qtbot, panel)
        place = panel.model.places.get("pack050/mod02001.py")
        if place is None:
            assert panel.list.verticalScrollBar().value() == 0
        else:
            top = panel.list.visualRect(panel.model.index(place)).top()
            assert 0 <= top < panel.list.viewport().height()


def test_what_was_painted_is_not_painted_anew_with_another_letter(qtbot: QtBot, panel: FilePanel) -> None:
    show(qtbot, panel, files(200))
    panel.filter.setText("m")
    panel.list.viewport().grab()
    known = dict(panel.delegate._rows)
    panel.filter.setText("mo")
    panel.list.viewport().grab()
    assert known
    assert all(panel.delegate._rows[name] is row for name, row in known.items())


def test_down_leads_from_the_filter_to_the_row_that_the_keys_were_on(qtbot: QtBot, panel: FilePanel) -> None:
    show(qtbot, panel, files(200))
    panel.activateWindow()
    panel.list.setFocus()
    panel.list.setCurrentIndex(panel.model.index(panel.model.places["pack002/mod00090.py"]))
    panel.filter.setFocus()
    QTest.keyClicks(panel.filter, "9")
    settle(qtbot, panel)
    QTest.keyClick(panel.filter, Qt.Key.Key_Down)
    assert panel.model.rows[panel.list.currentIndex().row()].key == "pack002/mod00090.py"
