"""Lines to type into, in which what hides is written as its code point and still meant."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

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
