"""Files whose names are not text, by keys: what is meant for one is never lost, and never meant for another.

PySide drops what is no Unicode from a text that goes through a signal of `str`: of such a name, the rest is
another file's.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt, Signal

from tests.repos import Repo, new_repo, numbered
from tests.window.conftest import CONTROL, Hands
from workbench import ui
from workbench.review.changes import Side
from workbench.review.notes import Place
from workbench.ui.note_editor import LinesEditor

pytestmark = pytest.mark.skipif(sys.platform == "darwin", reason="the file system takes names in UTF-8 alone")

ODD = os.fsdecode(b"a\xff.py")
LIKE = "a.py"
"""What is left of the odd name where what is not Unicode is dropped."""


@pytest.fixture
def odd(tmp_path: Path) -> Repo:
    """Two files with one change each, whose names differ by a byte."""
    repo = new_repo(tmp_path / "odd")
    repo.commit({ODD: numbered(20), LIKE: numbered(20)})
    repo.write({name: numbered(20).replace("line 5\n", "five\n") for name in (ODD, LIKE)})
    return repo


class Said(QObject):
    """Hears two signals."""

    text = Signal(str)
    anything = Signal(object)


def test_a_signal_of_str_loses_what_is_not_unicode_and_one_of_object_keeps_it() -> None:
    """Should the first line fail one day, PySide was mended."""
    said, heard = Said(), list[str]()
    said.text.connect(heard.append)
    said.anything.connect(heard.append)
    said.text.emit(ODD)
    said.anything.emit(ODD)
    assert heard == [LIKE, ODD]


PLAIN = frozenset(
    [
        "answered",
        "change_chosen",
        "change_taken",
        "change_wanted",
        "chosen",
        "clicked",
        "command_taken",
        "command_wanted",
        "decoded",
        "entered",
        "entry_chosen",
        "exchange_chosen",
        "finding_chosen",
        "finding_wanted",
        "note_taken",
        "noted",
        "question_asked",
        "ran",
        "reasoned",
        "refused",
        "round_began",
        "textEdited",
        "tray_wanted",
        "triggered",
        "undo_wanted",
        "wanted",
        "written",
    ]
)
"""Signals that carry ids, names of commands and what was typed: all of it is Unicode."""


def test_no_path_goes_through_a_signal_of_str() -> None:
    """Nor the key of a draft, which names its file, nor words that may quote one."""
    found = set()
    for file in Path(ui.__file__).parent.rglob("*.py"):
        found |= set(re.findall(r"^ +(\w+) = Signal\(.*\bstr\b", file.read_text("utf-8"), re.MULTILINE))
    assert found <= PLAIN, found - PLAIN


def go_to(hands: Hands, path: str) -> None:
    assert hands.window.view.go_to_file(path)
    hands.window.view.setFocus()
    if hands.window.view.stop().change is None:
        hands.type("]")


def test_the_palette_goes_to_the_file_that_was_chosen(hands: Hands, odd: Repo) -> None:
    hands.open(odd)
    for name in (LIKE, ODD):
        hands.type("g")
        palette = hands.window.sheets.current()
        hands.type("U+DCFF" if name == ODD else "a.py")
        hands.press(Qt.Key.Key_Return)
        assert hands.window.sheets.current() is not palette
        assert hands.window.view.current_file() == name


def test_a_row_of_the_list_goes_to_its_file(hands: Hands, odd: Repo) -> None:
    hands.open(odd)
    hands.window.files.list.setFocus()
    found = []
    for key in (Qt.Key.Key_Home, Qt.Key.Key_End):
        hands.window.files.list.setFocus()
        hands.press(key)
        hands.press(Qt.Key.Key_Return)
        found.append(hands.window.view.current_file())
    assert sorted(each or "" for each in found) == [LIKE, ODD]


@pytest.mark.parametrize("path", [ODD, LIKE])
def test_a_note_on_the_file_is_on_that_file(hands: Hands, odd: Repo, path: str) -> None:
    hands.open(odd)
    go_to(hands, path)
    hands.type("C")
    hands.type("what a name")
    hands.press(Qt.Key.Key_Return, CONTROL)
    [note] = hands.session.review.notes.values()
    assert note.place == Place(path=path)
    assert not hands.window.editing().is_open()
    assert hands.session.drafts() == {}


@pytest.mark.parametrize("path", [ODD, LIKE])
def test_a_draft_on_lines_is_kept_opened_again_and_saved_there(hands: Hands, odd: Repo, path: str) -> None:
    hands.open(odd)
    hands.window.view.go_to_line(path, Side.NEW, 3)
    hands.type("c")
    hands.type("half a thought")
    hands.press(Qt.Key.Key_Escape)
    assert not hands.window.editing().is_open()
    [key] = hands.session.drafts()
    assert key.endswith(path)
    go_to(hands, LIKE)
    hands.press(Qt.Key.Key_K, CONTROL)
    hands.type("draft half")
    hands.press(Qt.Key.Key_Return)
    hands.until(lambda: hands.window.editing().is_open())
    hands.type("!")
    hands.press(Qt.Key.Key_Return, CONTROL)
    [note] = hands.session.review.notes.values()
    assert (note.place.path, note.place.start, note.text) == (path, 3, "half a thought!")
    assert hands.session.drafts() == {}


@pytest.mark.parametrize("path", [ODD, LIKE])
def test_lines_are_edited_in_that_file(hands: Hands, odd: Repo, path: str) -> None:
    hands.open(odd)
    go_to(hands, path)
    hands.press(Qt.Key.Key_Return)
    [editor] = hands.window.view.findChildren(LinesEditor)
    hands.press(Qt.Key.Key_A, CONTROL)
    hands.type("FIVE")
    hands.press(Qt.Key.Key_Return, CONTROL)
    hands.until(lambda: not hands.window.tasks.is_busy)
    assert not editor.isVisible()
    for name in (ODD, LIKE):
        wanted = b"FIVE\n" if name == path else b"five\n"
        assert hands.session.new_lines(name)[4] == wanted
    assert hands.session.drafts() == {}
