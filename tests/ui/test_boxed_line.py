"""Lines to type into, in which what hides is written as its code point and still meant."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QDropEvent, QGuiApplication, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from tests.qt_objects import entering
from workbench.ui.boxed_line import BoxedLine, meant

TEXTS = ("a\u202eb", "\u200b", "picture \U0001f600 \U000e0041 and \u2066more\u2069", "plain", "⟦U+0041⟧ is A")
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
    assert line.displayText().replace("\U0001f600", "").isprintable()
    QTest.keySequence(line, "Ctrl+A")
    QGuiApplication.clipboard().clear()
    QTest.keySequence(line, "Ctrl+C")
    assert QGuiApplication.clipboard().text() == text
    QTest.keySequence(line, "Ctrl+X")
    assert (line.text(), QGuiApplication.clipboard().text()) == ("", text)


def test_marks_that_are_piled_up_are_seen_and_meant(line: BoxedLine) -> None:
    line.setText(PILE)
    assert line.displayText().count("⟦U+0301⟧") == 3
    assert line.text() == PILE


def test_typing_goes_on_where_the_cursor_was(line: BoxedLine) -> None:
    line.setText("\U0001f600ab")
    line.setCursorPosition(3)  # in UTF-16: after the a
    QGuiApplication.clipboard().setText("\u202e")
    QTest.keySequence(line, "Ctrl+V")
    QTest.keyClicks(line, "x")
    assert line.text() == "\U0001f600a\u202exb"
    assert line.displayText() == "\U0001f600a⟦U+202E⟧xb"


def test_what_is_pasted_over_is_taken_back(line: BoxedLine) -> None:
    QTest.keyClicks(line, "a reason")
    QTest.keySequence(line, "Ctrl+A")
    QGuiApplication.clipboard().setText("b\u202e")
    QTest.keySequence(line, "Ctrl+V")
    assert line.text() == "b\u202e"
    QTest.keySequence(line, "Ctrl+Z")
    assert line.text() == "a reason"


def test_what_is_no_box_is_left_as_it_is() -> None:
    assert meant("⟦U+FFFFFF⟧ ⟦U+0041⟧ ⟦U+20⟧ U+202E") == "⟦U+FFFFFF⟧ ⟦U+0041⟧ ⟦U+20⟧ U+202E"


def test_a_key_that_is_not_copying_is_the_fields_own(line: BoxedLine) -> None:
    line.setText("ab")
    QTest.keyClick(line, Qt.Key.Key_Home)
    QTest.keyClick(line, Qt.Key.Key_Delete)
    assert QLineEdit.text(line) == "b"


def chosen(line: BoxedLine, name: str) -> QAction:
    """One row of the field's own menu."""
    menu = line.menu()
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
    place = QPointF(line.width() - 4, line.height() / 2)
    left, no_key = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(line, entering(place.toPoint(), data))
    QApplication.sendEvent(line, QDropEvent(place, Qt.DropAction.CopyAction, data, left, no_key))


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
    assert (line.text(), line.displayText()) == ("a b\u202e", "a b⟦U+202E⟧")
    line.undo()  # one step, or one together with what was typed before: that is Qt's
    assert line.text() in ("a ", "")


def test_what_a_mouse_selects_is_given_to_others_as_it_is_meant(line: BoxedLine) -> None:
    given: list[str] = []
    line.give_selection = given.append  # type: ignore[method-assign,assignment]
    line.setText("\u202e")
    line.resize(300, line.height())
    middle = line.height() // 2
    QTest.mousePress(line, Qt.MouseButton.LeftButton, pos=QPoint(2, middle))
    QTest.mouseMove(line, QPoint(250, middle))
    QTest.mouseRelease(line, Qt.MouseButton.LeftButton, pos=QPoint(250, middle))
    assert line.selectedText() == "⟦U+202E⟧"
    assert given == ["\u202e"]
