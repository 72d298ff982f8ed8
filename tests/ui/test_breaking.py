"""Wrapped lines of scripts whose letters join: no part sticks out, none is left out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from workbench.ui.diff.breaking import ONE_LINE, Breaking
from workbench.ui.diff.view import DiffView

_TEXTS = {
    "Arabic": "x = \u0628\u0633\u0645\u0635\u0636\u0633\u0634\u0635\u0636\u0633\u0634\u0635\u0636\u0633" * 3,
    "with tabs": "\t\u0633\u0634\u0635\u0636" * 9,
    "with marks": "\u0628\u0651\u064e" * 20,
    "Devanagari": "\u0915\u094d\u0937\u0924\u094d\u0930\u093f\u092f\u0938\u094d\u0924\u094d\u0930\u0940" * 4,
    "Tamil": "\u0ba8\u0bbf\u0bb0\u0bb2\u0bbe\u0b95\u0bcd\u0b95\u0bae\u0bcd" * 6,
    "families": "\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7" * 10,
    "Thai": "\u0e01\u0e33\u0e25\u0e31\u0e07\u0e17\u0e14\u0e2a\u0e2d\u0e1a" * 6,
}


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[DiffView]:
    found = DiffView()
    qtbot.addWidget(found)
    yield found
    found.stop_helpers()


@pytest.mark.parametrize("name", _TEXTS)
@pytest.mark.parametrize("cells", [8, 9, 11, 14, 21, 34])
def test_no_part_of_a_wrapped_line_is_wider_than_its_pane(view: DiffView, name: str, cells: int) -> None:
    text, shaper = _TEXTS[name], view.dress.shaper
    breaking = Breaking()
    breaking.wear(shaper)
    breaks = breaking.cut(text, cells)
    if breaks is ONE_LINE:
        assert shaper.cells(text) <= cells
        return
    spans = [breaks.span(at) for at in range(breaks.lines)]
    assert [start for start, _ in spans] == [0, *(end for _, end in spans[:-1])]
    assert spans[-1][1] == len(text)
    for at, (start, end) in enumerate(spans):
        within = breaks.columns[start : end + 1] if breaks.columns is not None else None
        shaped = shaper.shape(text[start:end], ((0, end - start, QColor("black")),), within)
        indent = breaks.indent if at else 0.0
        assert indent + shaped.width <= cells * shaper.cell + 1 or end - start == 1


def test_letters_that_join_are_cut_between_words_where_they_can_be(view: DiffView) -> None:
    text = "\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645 " * 4
    breaking = Breaking()
    breaking.wear(view.dress.shaper)
    breaks = breaking.cut(text, 20)
    assert all(text[start - 1] == " " for start in breaks.starts[1:])


def test_a_line_that_is_forgotten_is_cut_anew_where_the_same_line_stands_elsewhere(view: DiffView) -> None:
    breaking, shaper = Breaking(), view.dress.shaper
    breaking.wear(shaper)
    one, other = bytes(bytearray(b"x" * 300)), bytes(bytearray(b"x" * 300))
    before = breaking.breaks(one, 20 * shaper.cell, lambda data, cells: breaking.cut(data.decode(), cells))
    breaking.forget(other)
    after = breaking.breaks(other, 20 * shaper.cell, lambda data, cells: breaking.cut(data.decode(), cells))
    assert after is not before
