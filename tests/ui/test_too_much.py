"""Fields into which more is put than anybody types: they say so in words, and nothing of theirs is lost."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from workbench.ui.boxed_line import BoxedLine
from workbench.ui.boxed_text import BoxedText
from workbench.ui.held_characters import Boxes
from workbench.ui.note_editor import LinesEditor, NoteEditor
from workbench.ui.too_much import NOTE, Room, too_much

HOSTILE = "\u202e\u200b\u05d0\x01"


@pytest.fixture
def note(qtbot: QtBot) -> NoteEditor:
    made = NoteEditor("k", "a.py", "value = 1\n" * 6000, ("word " * 30_000,))
    qtbot.addWidget(made)
    made.resize(700, 200)
    made.show()
    return made


@pytest.fixture
def line(qtbot: QtBot) -> BoxedLine:
    made = BoxedLine()
    qtbot.addWidget(made)
    made.show()
    return made


def paste(field: BoxedText, text: str) -> list[str]:
    """Put a text in as a hand does; what the field says of it."""
    told: list[str] = []
    field.refused.connect(told.append)
    data = QMimeData()
    data.setText(text)
    field.insertFromMimeData(data)
    field.refused.disconnect(told.append)
    return told


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("word " * 1_000_000, "5,000,000 characters, and 100,000 is the most"),
        ("\n" * 50_000, "50,001 lines, and 5,000 is the most"),
        ("x" * 10_001, "a line of 10,001 characters, and 10,000 is the most"),
        (HOSTILE * 300, "1,200 characters that hide or are written from the right, and 1,000 is the most"),
        ("函" * 200_000, "200,000 characters"),
    ],
)
def test_too_much_for_a_note_is_said_and_nothing_of_it_or_of_the_note_is_lost(
    note: NoteEditor, text: str, said: str
) -> None:
    note.text.setPlainText("what stands\nthere")
    note.text.selectAll()
    QGuiApplication.clipboard().setText(text)
    QTest.keySequence(note.text, "Ctrl+V")
    assert note.written().text == "what stands\nthere"
    assert note.text.textCursor().hasSelection()
    assert said in note.hidden.text()
    assert note.hidden.isVisibleTo(note)
    assert QGuiApplication.clipboard().text() == text
    QTest.keyClicks(note.text, "on")
    assert (note.written().text, note.hidden.text()) == ("on", "")


@pytest.mark.parametrize("text", ["a\n" * 20_000, "x" * 5001, HOSTILE * 100, "\n" * 301])
def test_too_much_for_one_line_is_said_and_the_line_stays(line: BoxedLine, text: str) -> None:
    line.setText("what stands there")
    told = paste(line, text)
    assert len(told) == 1
    assert told[0].startswith("This is too much to put in here: ")
    assert line.text() == "what stands there"


@pytest.mark.parametrize("text", ["a\n" * 200, "x" * 4900, HOSTILE * 70, "函" * 4000])
def test_what_has_room_in_one_line_is_taken_as_it_is(line: BoxedLine, text: str) -> None:
    line.setText("there: ")
    assert paste(line, text) == []
    assert line.text() == f"there: {text}"


def test_what_was_pasted_before_counts(note: NoteEditor, line: BoxedLine) -> None:
    for field, part, times in ((note.text, "word\n" * 4000, 1), (line, HOSTILE * 60, 1)):
        for _ in range(times):
            assert paste(field, part) == []
        before = field.toPlainText()
        assert len(paste(field, part)) == 1
        assert field.toPlainText() == before


def test_letters_from_the_right_can_be_put_in_a_paragraph_at_a_time(note: NoteEditor) -> None:
    paragraph = "שלום " * 150 + "\n"
    for _ in range(4):
        assert paste(note.text, paragraph) == []
    assert note.written().text == 4 * paragraph


def test_an_input_method_and_a_snippet_are_asked_as_a_paste_is(note: NoteEditor) -> None:
    told: list[str] = []
    note.text.refused.connect(told.append)
    event = QInputMethodEvent()
    event.setCommitString(HOSTILE * 400)
    QApplication.sendEvent(note.text, event)
    note.text.snippet_wanted.emit(0)
    assert (len(told), note.written().text) == (2, "")


def test_letters_of_an_input_method_are_typed(note: NoteEditor) -> None:
    for _ in range(NOTE.boxes + 3):
        event = QInputMethodEvent()
        event.setCommitString("ש")
        QApplication.sendEvent(note.text, event)
    assert note.written().text == "ש" * (NOTE.boxes + 3)


def test_a_suggestion_does_not_start_from_lines_that_are_too_many(note: NoteEditor) -> None:
    note.text.suggested.emit()
    assert "6,001 lines, and 5,000 is the most" in note.hidden.text()
    assert note.written().suggestion is None


def test_what_is_typed_is_never_refused(qtbot: QtBot) -> None:
    editor = LinesEditor("k", "a.py", "x" * NOTE.line)
    qtbot.addWidget(editor)
    QTest.keyClicks(editor.text, "ab")
    assert len(editor.written().text) == NOTE.line + 2


def test_to_refuse_a_text_asks_nothing_of_what_would_be_drawn(
    line: BoxedLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0
    size = Boxes.intrinsicSize

    def counted(*given: object) -> object:
        nonlocal asked
        asked += 1
        return size(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(Boxes, "intrinsicSize", counted)
    paste(line, "\n" * 20_000)
    assert asked == 0


def test_a_line_that_starts_from_what_was_picked_says_where_that_is_too_much(line: BoxedLine) -> None:
    line.setText("looked for before")
    line.begin("x" * 5_000_000)
    assert (line.text(), line.selected()) == ("looked for before", "looked for before")
    line.begin("needle")
    assert (line.text(), line.selected()) == ("needle", "needle")


@pytest.mark.parametrize(
    ("text", "around", "fits"),
    [
        ("x" * 10, Room(90, 0, 0, 0), True),
        ("x" * 11, Room(90, 0, 0, 0), False),
        ("a\nb\nc", Room(0, 7, 0, 0), True),
        ("a\nb\nc", Room(0, 8, 0, 0), False),
        ("xxx\nxx", Room(0, 0, 17, 0), True),
        ("xxx\nxx", Room(0, 0, 18, 0), False),
        ("xxx", Room(0, 0, 0, 6), True),
        ("xxx", Room(0, 0, 0, 7), False),
    ],
)
def test_what_stands_around_counts_with_it(text: str, around: Room, fits: bool) -> None:
    room = Room(characters=100, lines=10, line=20, boxes=9)
    assert bool(too_much(text, room, around, lambda: 3)) is not fits
