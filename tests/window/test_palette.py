"""The palette: drafts are listed and gone to; where nothing fits, that is said."""

from __future__ import annotations

from PySide6.QtCore import Qt

from tests.repos import Repo
from tests.window.conftest import CONTROL, Hands
from workbench.ui.palette import NOTHING, Palette


def test_the_palette_lists_drafts_and_goes_to_their_editors(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    hands.type("c! Not so far.")
    hands.press(Qt.Key.Key_Escape)
    hands.type("G")
    assert not hands.window.editing().is_open()

    hands.press(Qt.Key.Key_K, CONTROL)
    hands.type("draft so far")
    palette = hands.window.sheets.current()
    assert isinstance(palette, Palette)
    assert [(choice.title, choice.right) for choice in palette.shown()][:1] == [
        ("Draft, note on code.py: ! Not so far.", "not saved")
    ]
    hands.press(Qt.Key.Key_Return)
    assert hands.window.editing().is_open()
    hands.type(" Now it is.")
    hands.press(Qt.Key.Key_Return, CONTROL)
    assert [note.text for note in hands.session.review.notes.values()] == ["Not so far. Now it is."]


def test_the_palette_says_that_nothing_fits(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    hands.press(Qt.Key.Key_K, CONTROL)
    hands.type("qqzzqq")
    palette = hands.window.sheets.current()
    assert isinstance(palette, Palette)
    assert palette.shown() == []
    assert palette.list.model().index(0, 0).data() == NOTHING
    hands.press(Qt.Key.Key_Return)
    assert hands.window.sheets.current() is palette
