"""How things are set out: no word is cut while there is room, no letter in two; what is no diff."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from workbench.review.entries import Said
from workbench.review.skimming import Passed
from workbench.ui.chip import Chip
from workbench.ui.diff.cell import Visual
from workbench.ui.diff.dress import Dress
from workbench.ui.diff.tags import Ending, Tags, _Row
from workbench.ui.fonts import interface_font
from workbench.ui.key_sheet import BESIDE, _inset, _packed, _widths, blocks
from workbench.ui.keymap import Keymap
from workbench.ui.landing_texts import INSET, FactList, ResultDiff, file_lines, passed_lines
from workbench.ui.ledger_list import LedgerList, LedgerRow
from workbench.ui.theme import load_theme


def test_no_command_is_cut_on_the_sheet_of_the_keys_in_a_wide_window(qtbot: QtBot) -> None:
    columns = _packed(blocks(Keymap({})), 4)
    widths = _widths(columns, 1480)
    words = QFontMetrics(interface_font(12))
    assert sum(widths) == pytest.approx(1480)
    for column, width in zip(columns, widths, strict=True):
        longest = max(words.horizontalAdvance(said) for _, rows in column for _, said in rows)
        assert _inset(column) + longest <= width - BESIDE


def test_a_letter_that_a_count_would_cut_is_covered_whole(qtbot: QtBot) -> None:
    tags, dress = Tags(), Dress(load_theme("dark"))
    tags.wear(dress)
    cell = dress.shaper.cell
    end = 100 * cell
    for letters in (0.2, 3.5, 7.9):
        x = end - letters * cell
        before, after = tags._between(end, x, 1), tags._between(end, x, -1)
        assert before < x < after
        assert after - before == pytest.approx(cell)
        assert ((end - before) / cell) % 1 == pytest.approx(0, abs=1e-6)
    assert tags._between(end, end - 4 * cell, 1) == end - 4 * cell
    assert tags._between(end, end + 9, -1) == end + 9, "the code ends before"


def test_a_letter_of_two_cells_is_covered_whole(qtbot: QtBot) -> None:
    tags, dress = Tags(), Dress(load_theme("dark"))
    tags.wear(dress)
    text = "ab漢字漢字漢字漢字"
    shaped = dress.shaper.plain(text, dress.theme.text)
    cell, origin = dress.shaper.cell, 40.0
    ending = Ending(Visual(shaped, 0, len(text), 0.0, [], []), origin, origin)
    end = origin + shaped.width
    edges = [origin + shaped.x_of(at) for at in range(len(text) + 1)]
    assert edges[3] - edges[2] == pytest.approx(2 * cell)
    for letters in (0.5, 1, 1.4, 3, 4.7, 6.2):
        x = end - letters * cell
        before, after = tags._between(end, x, 1, ending), tags._between(end, x, -1, ending)
        assert before in edges
        assert after in edges
        assert before < x < after
    assert tags._between(end, edges[4], 1, ending) == pytest.approx(edges[4])


@pytest.mark.parametrize("begin", [0.0, 120.0])
def test_a_count_yields_where_it_would_hide_all_code_of_a_row(qtbot: QtBot, begin: float) -> None:
    tags, dress = Tags(), Dress(load_theme("dark"))
    tags.wear(dress)
    text = " " * round(begin / dress.shaper.cell) + "return what(is, asked)"
    shaped = dress.shaper.plain(text, dress.theme.text)
    ending = Ending(Visual(shaped, 0, len(text), 0.0, [], []), 0.0, begin)
    end = shaped.width
    edges = (begin + 120, begin + 400)
    said = [tags._count(_Row(edge, end=end, edits=1, ending=ending), edge) for edge in edges]
    assert [words.partition(" ")[2] for words, _ in said] == ["▸", "· 1 edit ▸"]
    assert said[0][1] - 6 > begin + 8 * dress.shaper.cell


def test_a_name_has_its_word_beside_it_or_below_it_where_both_do_not_fit(qtbot: QtBot) -> None:
    around = QWidget()
    qtbot.addWidget(around)
    shown = FactList("Files", load_theme("dark"), around, 340)
    assert file_lines(shown, "changed", "src/a.py", "runs by itself; build") == [
        "src/a.py\tchanged",
        f"{INSET}! runs by itself",
        f"{INSET}! build",
    ]
    passed = Passed("x" * 60, 3, 24, 20, 0.6)
    first, second = passed_lines(shown, passed)[0].split("\n")
    assert first == f"{passed.path}:3"
    assert second.startswith(f"{INSET}24 lines in 0.6 s")
    shown.show_lines(["a\tnew", "b\tchanged"])
    assert shown.toPlainText() == "a\tnew\nb\tchanged"
    assert shown.maximumHeight() < 80


def test_what_hooks_say_is_not_coloured_as_a_diff(qtbot: QtBot) -> None:
    around = QWidget()
    qtbot.addWidget(around)
    shown = ResultDiff(load_theme("dark"), around)
    text = "diff --git a/x b/x\n@@ -1 +1 @@\n-old\n+new\n"
    shown.show_diff(text.encode(), "")
    states = [shown.document().findBlockByNumber(number).userState() for number in range(4)]
    assert len(set(states)) == 4
    shown.show_words("+1 passed\n-1 failed")
    assert shown.toPlainText() == "+1 passed\n-1 failed"
    assert not any(shown.document().findBlockByNumber(n).layout().formats() for n in range(2))
    assert {shown.document().findBlockByNumber(n).userState() for n in range(2)} == {-1}


def test_a_chip_has_the_colour_of_its_word(qtbot: QtBot) -> None:
    around = QWidget()
    qtbot.addWidget(around)
    chip = Chip("should", around)
    assert chip.property("word") == "should"
    chip.setText("must")
    assert (chip.text(), chip.property("word")) == ("must", "must")


def test_the_ledger_gives_the_room_that_its_words_leave_to_what_is_said(qtbot: QtBot) -> None:
    around = QWidget()
    qtbot.addWidget(around)
    shown = LedgerList(load_theme("dark"), around)
    short = LedgerRow("", Said.KEPT, "10 accepted changes", "folded")
    shown.show_rows((short,))
    narrow = shown._word
    shown.show_rows((short, LedgerRow("n", Said.NOT_ADDRESSED, "N2", "its lines are as they were")))
    assert narrow < shown._word <= shown._widest
