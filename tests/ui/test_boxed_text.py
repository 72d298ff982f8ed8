"""Text fields in which what hides is a box, and stays the character that it is."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QGuiApplication, QInputMethodEvent, QKeyEvent, QPalette, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from workbench.review.text import visible
from workbench.ui.boxed_text import BoxedText, ShownText
from workbench.ui.styling import wear
from workbench.ui.theme import load_theme

REORDERS = "access = \u202e'user' # \u2066admin\u2069"
TEXTS = {
    "bidi": REORDERS,
    "no width": "zero\u200bwidth, joined\u200d, soft\u00adhyphen, filler\u3164",
    "lines": "one\u2028two\u2029three\x85four\nfive\x0csix\rseven",
    "beyond the first plane": "a\U0001f600b\U000e0041c\U0001d54fd\U000e007f",
    "what holds the place of a box": "before\ufffcafter\ufffc",
    "nothing else": "\u202e",
    "marks that are piled up": "Z" + 6 * "\u0301",
    "plain, with no-break spaces": "a\u00a0b\u202fc \t d",
}


@pytest.fixture
def field(qtbot: QtBot) -> Iterator[BoxedText]:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    wear(application, load_theme("dark"))
    parent = QWidget()
    found = BoxedText(parent)
    found.setMinimumSize(600, 200)
    qtbot.addWidget(parent)
    parent.show()
    found.setFocus()
    yield found
    parent.close()


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_is_read_as_it_was_put_in(field: BoxedText, name: str) -> None:
    field.setPlainText(TEXTS[name])
    assert field.toPlainText() == TEXTS[name]
    assert not field.document().isModified()


def test_bytes_that_are_not_utf_8_stay_what_they_are(field: BoxedText) -> None:
    text = "x\udcff, \ud800y"
    field.setPlainText(text)
    field.grab()
    assert field.toPlainText() == text


@pytest.mark.parametrize("name", TEXTS)
def test_nothing_that_hides_is_left_to_qt(field: BoxedText, name: str) -> None:
    field.setPlainText(TEXTS[name])
    raw = field.document().toRawText()
    assert not set(raw) & set(
        "\u202e\u2066\u2069\u200b\u200d\u00ad\u3164\u2028\x85\x0c\r\U000e0041\U000e007f"
    )


@pytest.mark.parametrize("name", TEXTS)
def test_it_is_copied_and_pasted_as_it_is(field: BoxedText, name: str) -> None:
    field.setPlainText(TEXTS[name])
    QTest.keySequence(field, "Ctrl+A")
    QTest.keySequence(field, "Ctrl+C")
    assert QGuiApplication.clipboard().text() == TEXTS[name]
    field.setPlainText("")
    QTest.keySequence(field, "Ctrl+V")
    assert field.toPlainText() == TEXTS[name]


def test_a_part_of_it_is_copied_alone(field: BoxedText) -> None:
    field.setPlainText("a\U0001f600\u202eb\nc\u200bd")
    cursor = field.textCursor()
    cursor.setPosition(3)  # in UTF-16: after the picture
    cursor.setPosition(7, QTextCursor.MoveMode.KeepAnchor)
    field.setTextCursor(cursor)
    assert field.createMimeDataFromSelection().text() == "\u202eb\nc"


def test_what_is_typed_after_a_box_is_text_and_the_box_stays(field: BoxedText) -> None:
    field.setPlainText("\u202e")
    field.moveCursor(QTextCursor.MoveOperation.End)
    QTest.keyClicks(field, "abc")
    assert field.toPlainText() == "\u202eabc"
    QTest.keyClick(field, Qt.Key.Key_Home)
    QTest.keyClicks(field, "x")
    assert field.toPlainText() == "x\u202eabc"
    QTest.keyClick(field, Qt.Key.Key_Delete)
    assert field.toPlainText() == "xabc"


def test_a_box_is_one_step_of_undo(field: BoxedText) -> None:
    field.setPlainText("start ")
    field.moveCursor(QTextCursor.MoveOperation.End)
    field.insertPlainText("a\u200bb\u200bc")
    field.undo()
    assert field.toPlainText() == "start "
    field.redo()
    assert field.toPlainText() == "start a\u200bb\u200bc"


def test_what_a_layout_or_an_input_method_writes_is_boxed_too(field: BoxedText) -> None:
    key = QKeyEvent(QKeyEvent.Type.KeyPress, 0, Qt.KeyboardModifier.NoModifier, "\u200f")
    QApplication.sendEvent(field, key)
    commit = QInputMethodEvent()
    commit.setCommitString("\u200cmore")
    QApplication.sendEvent(field, commit)
    assert field.toPlainText() == "\u200f\u200cmore"
    assert field.document().toRawText() == "\ufffc\ufffcmore"


def test_what_is_dropped_is_boxed_and_its_line_ends_are_lines(field: BoxedText) -> None:
    data = QMimeData()
    data.setText("one\r\ntwo\u202e")
    field.insertFromMimeData(data)
    assert field.toPlainText() == "one\ntwo\u202e"
    assert field.blockCount() == 2


def test_the_boxes_are_seen(field: BoxedText) -> None:
    field.setPlainText("\u202e")
    picture = field.viewport().grab().toImage()
    back = load_theme("dark").back
    found = [
        x
        for x in range(picture.width())
        for y in range(picture.height())
        if abs(picture.pixelColor(x, y).red() - back.red()) < 40 and picture.pixelColor(x, y).red() > 150
    ]
    assert max(found) - min(found) > 30, "a box about its code point"


def test_a_selected_read_only_text_is_not_changed(field: BoxedText) -> None:
    field.setPlainText("kept")
    field.setReadOnly(True)
    data = QMimeData()
    data.setText("\u202e")
    field.insertFromMimeData(data)
    assert field.toPlainText() == "kept"


def lefts(field: BoxedText) -> list[float]:
    """Where each character of the first line stands, and where it ends."""
    block = field.document().firstBlock()
    line = block.layout().lineAt(0)
    return [line.cursorToX(at)[0] for at in range(block.length())]  # type: ignore[index]


@pytest.mark.parametrize(
    "text", ["if \u05d0\u05d1 == \u05d2", "\u0645\u0631\u062d\u0628\u0627 = 1", "a\u05d0\u05b8b"]
)
def test_scripts_that_are_written_from_the_right_stand_in_the_order_of_the_text(
    field: BoxedText, text: str
) -> None:
    field.setPlainText(text)
    field.grab()
    assert lefts(field) == sorted(lefts(field))
    assert field.toPlainText() == text
    field.setPlainText("")
    for each in text:
        key = QKeyEvent(QKeyEvent.Type.KeyPress, 0, Qt.KeyboardModifier.NoModifier, each)
        QApplication.sendEvent(field, key)
    field.grab()
    assert lefts(field) == sorted(lefts(field))
    assert field.toPlainText() == text


def test_letters_that_look_like_others_are_framed(field: BoxedText) -> None:
    alarm = QApplication.palette().color(QPalette.ColorRole.BrightText)

    def has_frame() -> bool:
        picture = field.grab().toImage()
        near = [picture.pixelColor(x, y) for x in range(picture.width()) for y in range(picture.height())]
        return any(each == alarm for each in near)

    field.setPlainText("is_admin = True")
    assert not has_frame()
    field.setPlainText("is_\u0430dmin = True")
    assert has_frame()
    field.setPlainText("\u043f\u0440\u0438\u0432\u0435\u0442")
    assert not has_frame()


@pytest.mark.parametrize("text", ["paypal", "say שלום (x) 12 עולם", "a\u202eb", "p\u0430ypal = 1\nשלום"])
def test_what_is_only_read_is_spelled_out_in_the_order_of_the_text(qtbot: QtBot, text: str) -> None:
    shown = ShownText()
    qtbot.addWidget(shown)
    shown.setPlainText(text)
    assert shown.isReadOnly()
    assert shown.toPlainText() == visible(text).text
    assert not re.search("[\u0590-\u08ff]", shown.document().toRawText()), (
        "Qt would put them in its own order"
    )
    # As Qt counts: a search in it finds the places in the field.
    assert shown.document().characterCount() - 1 == len(visible(text).text)


def test_of_very_many_letters_from_the_right_none_is_held(qtbot: QtBot) -> None:
    shown = ShownText()
    qtbot.addWidget(shown)
    shown.setPlainText("שלום" * 5_000)
    assert shown.document().toRawText() == "שלום" * 5_000


def test_what_was_copied_does_not_end_the_process_that_it_was_copied_in() -> None:
    """Offscreen, Qt frees what is in the clipboard behind Python's end."""
    program = """
from PySide6.QtWidgets import QApplication
from workbench.ui.boxed_text import BoxedText
application = QApplication([])
field = BoxedText()
field.setPlainText("a\\u202eb")
field.selectAll()
field.copy()
assert application.clipboard().text() == "a\\u202eb"
"""
    ended = subprocess.run([sys.executable, "-c", program], timeout=60)
    assert ended.returncode == 0


def test_a_box_is_measured_once_and_anew_in_another_font(field: BoxedText) -> None:
    field.setPlainText(200 * "\u202e")
    boxes = field._boxes
    assert len(boxes.sizes) == 1
    held = field.document().begin().begin().fragment().charFormat()
    small = boxes.intrinsicSize(field.document(), 0, held)
    font = field.font()
    font.setPixelSize(40)
    field.setFont(font)
    assert boxes.intrinsicSize(field.document(), 0, held).width() > small.width()


@pytest.mark.parametrize("corrected", ["\u05e9\u05dc\u05d5\u05dd", "\u202e", "plain"])
def test_an_input_method_that_corrects_a_word_leaves_it_nowhere_twice(
    field: BoxedText, corrected: str
) -> None:
    field.setPlainText("x \u05e9\u05dc\u05d5")
    field.moveCursor(QTextCursor.MoveOperation.End)
    event = QInputMethodEvent("", [])
    event.setCommitString(corrected, -3, 3)
    QApplication.sendEvent(field, event)
    assert field.toPlainText() == f"x {corrected}"
    field.undo()
    assert field.toPlainText() == "x \u05e9\u05dc\u05d5"
