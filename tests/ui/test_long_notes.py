"""Notes of any length: a card that says how much it leaves out, and a window that is not held by it."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from workbench.ui.diff.cards import shortened
from workbench.ui.note_editor import LinesEditor, NoteEditor
from workbench.ui.written import Written


@pytest.mark.parametrize(
    "text",
    [
        "",
        "one line",
        "\n" * 3,
        "three\nshort\nlines",
        "x" * 5000,
        "w" * 1_000_000,
        "".join(f"line {number} of a note\n" for number in range(10_000)),
        "\n" * 500,
        "a\n" * 199 + "z" * 20_000,
    ],
    ids=range(9),
)
def test_what_is_shown_and_what_is_counted_are_together_the_whole(text: str) -> None:
    shown, more = shortened(text)
    assert len(shown) <= 220
    assert max(map(len, shown)) <= 2000
    said = "".join(shown)
    assert text.replace("\n", "").startswith(said)
    hidden = text[len(text) - more :] if more else ""
    assert said + hidden.replace("\n", "") == text.replace("\n", "")
    assert bool(more) == (len(text.split("\n")) > 200 or len(text.replace("\n", "")) > 12_000)


def test_a_long_line_of_a_suggestion_or_an_edit_is_wrapped_and_not_out_of_sight(qtbot: QtBot) -> None:
    line = "value = " + "call(1);" * 60 + " os.remove(path)\n"
    note = NoteEditor("k", "a.py", "value = 1\n")
    note.set_written(Written("Better so.", line))
    edit = LinesEditor("k", "a.py", line)
    for editor, field in ((note, note.suggestion), (edit, edit.text)):
        qtbot.addWidget(editor)
        editor.resize(500, 300)
        with qtbot.waitExposed(editor):
            editor.show()
        assert field.horizontalScrollBar().maximum() == 0
        before = field.height()
        editor.resize(1200, 300)
        qtbot.waitUntil(lambda field=field, before=before: field.height() < before)  # type: ignore[misc]
        assert field.toPlainText() == line
