"""What gives way where there is little room, and what never does."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF, QSyntaxHighlighter, QTextDocument
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from workbench.assets import asset
from workbench.ui.diff.header import _fitting
from workbench.ui.elided import LEAST, Elided
from workbench.ui.file_rows import last_rows
from workbench.ui.fonts import interface_font
from workbench.ui.key_line import KeyLine
from workbench.ui.key_sheet import _height, _packed, blocks
from workbench.ui.keymap import Keymap
from workbench.ui.landing_texts import DiffColours
from workbench.ui.theme import chosen, contrast, legible, load_theme, theme_names

PATH = "packages/customer-experience/src/main/resources/translations/georgian_messages.properties"


def test_the_folders_of_a_path_give_way_before_its_name(qtbot: QtBot) -> None:
    metrics = QFontMetricsF(interface_font())
    assert _fitting(PATH, metrics, 10_000) == PATH
    for room in (460, 380, 300):
        shown = _fitting(PATH, metrics, room)
        assert shown.endswith("/georgian_messages.properties")
        assert "…" in shown
        assert metrics.horizontalAdvance(shown) <= room
    assert metrics.horizontalAdvance(_fitting(PATH, metrics, 100)) <= 100


def test_a_long_line_makes_no_window_wide_and_is_whole_for_who_asks(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    label = Elided(parent, "dim", Qt.TextElideMode.ElideMiddle)
    label.set_whole(PATH)
    assert label.minimumSizeHint().width() == LEAST
    assert label.text() == PATH
    assert PATH in label.toolTip()
    label.set_whole("a\u202eb")
    assert "\u202e" not in label.text()


def test_keys_at_a_sheets_foot_are_shown_whole_or_not_at_all(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    line = KeyLine(parent, (("j", "k"), "move"), (("x",), "take out or put back"), (("u",), "undo"))
    assert line.text() == "j k move   x take out or put back   u undo"
    parent.resize(700, 40)
    parent.show()
    seen = []
    for width in (600, 160, 30):
        line.resize(width, 24)
        labels = [label for group in line._shown for label in group if not label.isHidden()]
        assert all(label.geometry().right() <= width for label in labels)
        assert all(one.geometry().right() < other.geometry().left() for one, other in pairwise(labels))
        seen.append(len(labels))
    assert seen == [7, 3, 0]


def test_the_keys_stand_in_columns_about_as_high_as_each_other() -> None:
    found = blocks(Keymap({}))
    columns = _packed(found, 4)
    assert sorted(block for column in columns for block in column) == sorted(found)
    heights = [sum(map(_height, column)) for column in columns]
    assert max(heights) <= max(sum(heights) / 4 * 1.25, max(map(_height, found)))


def test_a_filter_that_finds_nothing_says_so() -> None:
    assert [row.name for row in last_rows((), "zzz", nothing=True)] == ["No file has this; Esc shows all"]
    assert last_rows((), "", nothing=True) == last_rows((), "zzz", nothing=False) == []


def test_the_names_above_a_diffs_lines_are_quiet_and_its_lines_are_not(qtbot: QtBot) -> None:
    theme = load_theme("dark")
    document = QTextDocument(
        "diff --git a/x b/x\nindex 1..2 100644\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n--- x\n+++ x"
    )
    colours: QSyntaxHighlighter = DiffColours(document, theme)
    colours.rehighlight()
    seen = []
    block = document.begin()
    while block.isValid():
        formats = block.layout().formats()
        form = formats[0].format
        seen.append(form.foreground().color().name())
        block = block.next()
    quiet, removed, added = theme.faint.name(), theme.rejected.name(), theme.accepted.name()
    assert seen == [theme.text.name(), quiet, quiet, quiet, theme.dim.name(), removed, added]


def test_words_on_a_chosen_row_are_moved_until_they_can_be_read() -> None:
    for name in theme_names():
        theme = load_theme(name)
        worn = legible(theme, chosen(theme))
        assert contrast(worn.faint, chosen(theme)) >= theme.contrast
        assert worn.text == theme.text


def test_no_font_that_ships_has_outlines_that_are_drawn_thicker() -> None:
    # A TrueType font begins with its version, one with other outlines with "OTTO".
    for path in (*asset("fonts").glob("*.ttf"), *asset("fonts").glob("*.otf")):
        assert path.read_bytes()[:4] == b"\0\1\0\0", path.name
