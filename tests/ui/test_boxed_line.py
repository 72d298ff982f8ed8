"""Lines to type into, in which nothing hides, and whose text is what was put in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QColor, QDropEvent, QGuiApplication, QInputMethodEvent, QKeyEvent, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.qt_objects import entering
from workbench.ui.boxed_line import BoxedLine

TEXTS = (
    *("a\u202eb", "\u200b", "picture \U0001f600 \U000e0041 and \u2066more\u2069", "plain", "⟦U+202E⟧ is six"),
    *("one\ntwo\r\nthree\tfour", "\ufffc", "שלום (world) عالم 12", "p\u0430ypal = \u03bfk", "a\u00a0b"),
)
PILE = "Z" + 6 * "\u0301"


@pytest.fixture
def line(qtbot: QtBot) -> BoxedLine:
    found = BoxedLine()
    qtbot.addWidget(found)
    found.show()
    return found


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_pasted_is_seen_and_meant(line: BoxedLine, text: str) -> None:
    QGuiApplication.clipboard().setText(text)
    QTest.keySequence(line, "Ctrl+V")
    assert line.text() == text
    assert line.blockCount() == 1
    assert line.shown().replace("\U0001f600", "").replace("\ufffc", "").isprintable()
    QTest.keySequence(line, "Ctrl+A")
    QGuiApplication.clipboard().clear()
    QTest.keySequence(line, "Ctrl+C")
    assert QGuiApplication.clipboard().text() == text
    QTest.keySequence(line, "Ctrl+X")
    assert (line.text(), QGuiApplication.clipboard().text()) == ("", text)


def test_marks_that_are_piled_up_are_seen_and_meant(line: BoxedLine) -> None:
    line.setText(PILE)
    assert line.shown().count("⟦U+0301⟧") == 3
    assert line.text() == PILE


def test_typing_goes_on_where_the_cursor_was(line: BoxedLine) -> None:
    line.setText("\U0001f600ab")
    QTest.keyClick(line, Qt.Key.Key_Left)
    QGuiApplication.clipboard().setText("\u202e")
    QTest.keySequence(line, "Ctrl+V")
    QTest.keyClicks(line, "x")
    assert line.text() == "\U0001f600a\u202exb"
    assert line.shown() == "\U0001f600a⟦U+202E⟧xb"


def test_what_is_pasted_over_is_taken_back(line: BoxedLine) -> None:
    QTest.keyClicks(line, "a reason")
    QTest.keySequence(line, "Ctrl+A")
    QGuiApplication.clipboard().setText("b\u202e")
    QTest.keySequence(line, "Ctrl+V")
    assert line.text() == "b\u202e"
    QTest.keySequence(line, "Ctrl+Z")
    assert line.text() == "a reason"


def test_a_code_point_that_was_written_by_hand_stays_written(line: BoxedLine) -> None:
    for each in "⟦U+202E⟧":
        QApplication.sendEvent(line, typed(each))
    assert line.text() == "⟦U+202E⟧"


def test_a_key_that_is_not_copying_is_the_fields_own(line: BoxedLine) -> None:
    line.setText("ab")
    QTest.keyClick(line, Qt.Key.Key_Home)
    QTest.keyClick(line, Qt.Key.Key_Delete)
    assert line.text() == "b"


def chosen(line: BoxedLine, name: str) -> QAction:
    """One row of the field's own menu."""
    menu = line.createStandardContextMenu()
    menu.setParent(line)
    found = menu.findChild(QAction, name)
    assert found is not None
    return found


def test_the_menu_copies_and_cuts_what_is_meant(line: BoxedLine) -> None:
    line.setText("a\u202eb")
    line.selectAll()
    QGuiApplication.clipboard().clear()
    chosen(line, "edit-copy").trigger()
    assert QGuiApplication.clipboard().text() == "a\u202eb"
    QGuiApplication.clipboard().clear()
    chosen(line, "edit-cut").trigger()
    assert (QGuiApplication.clipboard().text(), line.text()) == ("a\u202eb", "")


def paste_by_menu(line: BoxedLine, text: str) -> None:
    QGuiApplication.clipboard().setText(text)
    chosen(line, "edit-paste").trigger()


def drop(line: BoxedLine, text: str) -> None:
    data = QMimeData()
    data.setText(text)
    place = QPointF(line.viewport().width() - 4, line.viewport().height() / 2)
    left, no_key = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(line.viewport(), entering(place.toPoint(), data))
    QApplication.sendEvent(line.viewport(), QDropEvent(place, Qt.DropAction.CopyAction, data, left, no_key))


def compose(line: BoxedLine, text: str) -> None:
    event = QInputMethodEvent()
    event.setCommitString(text)
    QApplication.sendEvent(line, event)


@pytest.mark.parametrize("put_in", [paste_by_menu, drop, compose])
def test_what_is_put_in_by_other_ways_is_seen_and_can_be_taken_back(
    line: BoxedLine, put_in: Callable[[BoxedLine, str], None]
) -> None:
    QTest.keyClicks(line, "a ")
    put_in(line, "b\u202e")
    assert (line.text(), line.shown()) == ("a b\u202e", "a b⟦U+202E⟧")
    line.undo()  # one step, or one together with what was typed before: that is Qt's
    assert line.text() in ("a ", "")


def drag_over(line: BoxedLine) -> None:
    line.resize(300, line.height())
    middle, surface = line.viewport().height() // 2, line.viewport()
    QTest.mousePress(surface, Qt.MouseButton.LeftButton, pos=QPoint(0, middle))
    QTest.mouseMove(surface, QPoint(250, middle))
    QTest.mouseRelease(surface, Qt.MouseButton.LeftButton, pos=QPoint(250, middle))


def test_what_a_mouse_selects_is_what_is_meant(line: BoxedLine) -> None:
    line.setText("\u202eab")
    drag_over(line)
    assert line.selected() == "\u202eab"


def left_of(line: BoxedLine, at: int) -> int:
    """Where the cursor stands before a character."""
    cursor = line.textCursor()
    cursor.setPosition(at)
    return line.cursorRect(cursor).left()


@pytest.mark.parametrize("text", ["אבג", "א(ב)ג", "a אב 12 גד b", "عالم", "\U0001e900\U0001e901"])
def test_letters_from_the_right_stand_in_the_order_of_the_text(line: BoxedLine, text: str) -> None:
    for each in text:
        QApplication.sendEvent(line, typed(each))
    assert line.text() == text
    places = [left_of(line, at) for at in range(len(text) + 1)]
    assert places == sorted(set(places))


def typed(character: str) -> QKeyEvent:
    no_key = Qt.KeyboardModifier.NoModifier
    return QKeyEvent(QKeyEvent.Type.KeyPress, Qt.Key.Key_unknown, no_key, character)


def reds(line: BoxedLine) -> int:
    """How many pixels have the colour of what is dangerous."""
    picture = line.viewport().grab().toImage()
    wanted = QColor(255, 0, 0)
    return sum(
        picture.pixelColor(x, y) == wanted for x in range(picture.width()) for y in range(picture.height())
    )


def test_letters_that_look_like_others_are_framed_and_named(line: BoxedLine, qapp: QApplication) -> None:
    before = qapp.palette()
    colours = qapp.palette()
    colours.setColor(QPalette.ColorRole.BrightText, QColor(255, 0, 0))
    qapp.setPalette(colours)
    try:
        line.setText("a paypal = scope")
        assert (reds(line), line.toolTip()) == (0, "")
        line.setText("a p\u0430ypal = sc\u043epe")
        assert reds(line) > 60
        assert "Look-alike letters" in line.toolTip()
        said = "Look-alike letters: “p\u0430ypal” (line 1), “sc\u043epe” (line 1)"
        assert said in line.accessibleDescription()
        line.setText("a" * 400 + " sc\u043epe")  # scrolled to its end
        assert reds(line) > 30
        QTest.keyClick(line, Qt.Key.Key_Home)
        assert reds(line) == 0
    finally:
        qapp.setPalette(before)


def test_who_cannot_see_boxes_is_told_the_text(line: BoxedLine) -> None:
    line.setText("שלום\u202e")
    assert line.accessibleDescription().startswith("שלום⟦U+202E⟧. 1 hidden character")


def test_only_a_hand_edits(line: BoxedLine) -> None:
    edited: list[str] = []
    changed: list[str] = []
    line.textEdited.connect(edited.append)
    line.textChanged.connect(lambda: changed.append(line.text()))
    line.setText("a\u202e")
    line.setText("a\u202e")
    assert (edited, changed) == ([], ["a\u202e"])
    QTest.keyClicks(line, "b")
    assert (edited, changed) == (["a\u202eb"], ["a\u202e", "a\u202eb"])
    line.clear()
    assert (line.text(), edited) == ("", ["a\u202eb"])


def test_enter_is_told_and_goes_on_to_what_is_around(line: BoxedLine) -> None:
    told: list[str] = []
    line.returnPressed.connect(lambda: told.append("entered"))
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Up, Qt.Key.Key_PageDown):
        event = QKeyEvent(QKeyEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(line, event)
        assert not event.isAccepted()
    assert (told, line.text()) == (["entered"], "")


def test_what_is_told_of_an_edit_is_all_of_it(line: BoxedLine) -> None:
    told: list[object] = []
    line.textEdited.connect(told.append)
    line.insertPlainText("x\udcff, \ud800y")
    assert told == [line.text()] == ["x\udcff, \ud800y"]
