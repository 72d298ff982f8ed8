"""One line of code as glyphs: columns, tabs, wide characters, scripts from right to left."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QColor, QFont, QImage, QPainter
from pytestqt.qtbot import QtBot

from workbench.ui.diff.breaking import Breaking
from workbench.ui.diff.shaping import Piece, Shaper, pieces_of, recoloured
from workbench.ui.fonts import code_font, load_fonts

RED, GREEN, BLUE = QColor("#ff0000"), QColor("#00ff00"), QColor("#0000ff")


@pytest.fixture
def shaper(qtbot: QtBot) -> Shaper:
    return Shaper(code_font(13), tab=4)


def test_every_character_of_plain_code_is_one_cell(shaper: Shaper) -> None:
    shaped = shaper.plain("if a != b:", RED)
    assert shaped.width == pytest.approx(10 * shaper.cell)
    assert shaped.x_of(4) == pytest.approx(4 * shaper.cell)
    assert shaped.index_at(4.5 * shaper.cell) == 4


def test_tabs_end_at_the_next_stop(shaper: Shaper) -> None:
    shaped = shaper.plain("a\tb\t\tc", RED)
    assert [round(shaped.x_of(at) / shaper.cell) for at in range(7)] == [0, 1, 4, 5, 8, 12, 13]


@pytest.mark.parametrize("text", ["if a:\treturn", "\t\tiii", "will fill  "])
def test_a_font_of_many_widths_is_laid_out_in_cells_all_the_same(qtbot: QtBot, text: str) -> None:
    """Whoever names one in the settings: no line may fail."""
    load_fonts()
    font = QFont("Inter")
    font.setPixelSize(13)
    shaper = Shaper(font, tab=4)
    columns, _ = shaper.laid(text)
    shaped = shaper.plain(text, RED)
    assert shaped.width == pytest.approx(columns[-1] * shaper.cell)
    assert columns == sorted(columns)
    assert shaper.one_run("will fill", RED).width == pytest.approx(shaper.cells("will fill") * shaper.cell)


@pytest.mark.parametrize("text", ["漢字 = 1", "e\u0301 = 1", "𝒳 = '👩'", "שלום = עולם"])
def test_positions_grow_with_characters_in_any_script(shaper: Shaper, text: str) -> None:
    shaped = shaper.plain(text, RED)
    places = [shaped.x_of(at) for at in range(len(text) + 1)]
    assert places == sorted(places)
    assert places[0] == pytest.approx(0, abs=0.5)
    assert shaped.width > 0


def test_hebrew_stands_from_left_to_right(shaper: Shaper) -> None:
    """The quote after a right-to-left word is at its right, where the file has it."""
    shaped = shaper.plain("'שלום' + x", RED)
    assert shaped.x_of(1) < shaped.x_of(4) < shaped.x_of(5) < shaped.x_of(8)


def test_drawing_puts_ink_where_the_positions_say(shaper: Shaper) -> None:
    image = QImage(200, 30, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    shaper.shape("ab", [(0, 1, RED), (1, 2, BLUE)]).draw(painter, 10, 5)
    painter.end()
    middle = 10 + round(shaper.cell)
    left = {
        image.pixelColor(x, y).red() > image.pixelColor(x, y).blue()
        for x in range(11, middle - 1)
        for y in range(30)
    }
    right = {
        image.pixelColor(x, y).blue() > image.pixelColor(x, y).red()
        for x in range(middle + 1, middle + 7)
        for y in range(30)
    }
    assert True in left
    assert True in right


_spans = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 8)), max_size=6)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 30), _spans, _spans)
def test_pieces_cover_the_line_once_and_in_order(
    length: int, shades: list[tuple[int, int]], words: list[tuple[int, int]]
) -> None:
    flat = [number for start, size in sorted(shades) for number in (start, start + size, 0)]
    pieces: list[Piece] = pieces_of(length, flat, (RED,), GREEN)
    ordered: list[tuple[int, int]] = []
    for start, size in sorted(words):
        if size and (not ordered or start >= ordered[-1][1]):
            ordered.append((start, start + size))
    for found in (pieces, recoloured(pieces, ordered, BLUE)):
        assert [at for start, end, _ in found for at in range(start, end)] == list(range(length))
    blue = {
        at
        for start, end, colour in recoloured(pieces, ordered, BLUE)
        if colour is BLUE
        for at in range(start, end)
    }
    assert blue == {at for start, end in ordered for at in range(start, end) if at < length}


@pytest.mark.parametrize(
    ("text", "cells"), [("a漢字b", 6), ("ｆｕ", 4), ("カナ", 4), ("é", 1), ("e\u0301", 1), ("\U0001f600", 2)]
)
def test_a_wide_character_takes_two_cells_in_any_font(shaper: Shaper, text: str, cells: int) -> None:
    assert shaper.cells(text) == cells
    assert shaper.plain(text, RED).width == pytest.approx(cells * shaper.cell)


def test_a_tab_after_wide_characters_ends_at_a_stop_of_the_grid(shaper: Shaper) -> None:
    shaped = shaper.plain("漢\tx", RED)
    assert [round(shaped.x_of(at) / shaper.cell) for at in range(4)] == [0, 2, 4, 5]


def test_a_tab_ends_at_a_stop_whatever_stands_after_it(shaper: Shaper) -> None:
    shaped = shaper.plain("a\t\u0301b", RED)
    assert shaped.x_of(2) == pytest.approx(4 * shaper.cell)


def test_a_mark_is_not_cut_from_its_letter(shaper: Shaper) -> None:
    breaking = Breaking()
    breaking.wear(shaper)
    text = "ne\u0301\u0302" * 40
    breaks = breaking.cut(text, 10)
    parts = [text[start:end] for start, end in map(breaks.span, range(breaks.lines))]
    assert "".join(parts) == text
    assert all(part[0] in "ne" and shaper.cells(part) <= 10 for part in parts)


def test_a_mark_is_not_cut_from_the_blank_that_it_stands_over(shaper: Shaper) -> None:
    breaking = Breaking()
    breaking.wear(shaper)
    text = "abcdefg \u0301hijklmnopq"
    breaks = breaking.cut(text, 10)
    parts = [text[start:end] for start, end in map(breaks.span, range(breaks.lines))]
    assert "".join(parts) == text
    assert not any(part.startswith("\u0301") for part in parts)


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_a_line_that_surely_fits_does_however_it_ends(shaper: Shaper, end: bytes) -> None:
    breaking = Breaking()
    breaking.wear(shaper)
    room = 10.5 * shaper.cell
    assert breaking.surely_fits(b"x" * 9 + end, room)
    assert not breaking.surely_fits(b"x" * 11 + end, room)


def test_every_character_of_a_mixed_line_leaves_ink_in_its_own_colour(shaper: Shaper) -> None:
    image = QImage(300, 30, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    text = "a漢\u05d0\u05d1 b"
    shaped = shaper.shape(text, [(0, 1, RED), (1, 2, GREEN), (2, 6, BLUE)])
    shaped.draw(painter, 0, 5)
    painter.end()
    for at, strongest in ((0, "red"), (1, "green"), (2, "blue"), (5, "blue")):
        seen = [
            image.pixelColor(x, y)
            for x in range(round(shaped.x_of(at)), round(shaped.x_of(at + 1)))
            for y in range(30)
        ]
        ink = [each for each in seen if each != QColor("white")]
        assert ink
        others = {"red", "green", "blue"} - {strongest}
        assert all(getattr(each, strongest)() >= getattr(each, other)() for each in ink for other in others)
