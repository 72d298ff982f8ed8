"""Themes, style sheet and fonts as the window uses them."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QFontInfo, QFontMetricsF
from pytestqt.qtbot import QtBot

from workbench.assets import asset
from workbench.errors import UserError
from workbench.ui.diff.dress import Dress
from workbench.ui.fonts import code_font, interface_font
from workbench.ui.theme import SYNTAX, contrast, load_theme, mixed, plain_values, stylesheet, theme_names


@pytest.mark.parametrize("name", theme_names())
def test_every_theme_loads_and_dresses_widgets(name: str) -> None:
    theme = load_theme(name)
    assert len(theme.syntax) == len(SYNTAX)
    assert "@" not in stylesheet(theme)
    assert theme.ground.name() in stylesheet(theme)


@pytest.mark.parametrize("name", theme_names())
def test_code_can_be_read_on_every_ground_that_is_mixed_for_it(qtbot: QtBot, name: str) -> None:
    theme = load_theme(name)
    dress = Dress(theme)
    code = {"text": theme.text, **dict(zip(SYNTAX, theme.syntax, strict=True))}
    grounds = {
        f"{kind} {veil}": each for kind, both in dress.grounds.items() for veil, each in enumerate(both)
    }
    grounds |= {f"selected {kind}": ground for kind, ground in dress.selected.items()}
    grounds["cursor"] = dress.cursor_row
    low = [
        (word, place)
        for place, ground in grounds.items()
        for word, colour in code.items()
        if contrast(colour, ground) < theme.contrast
    ]
    low += [("text", "hit")] if contrast(theme.text, dress.hit) < theme.contrast else []
    for place in ("gap", "gap_veiled", "badge", "header"):
        low += [("text", place)] if contrast(theme.text, getattr(dress, place)) < theme.contrast else []
    low += [
        ("dim", place)
        for place in ("gap", "badge")
        if contrast(theme.dim, getattr(dress, place)) < theme.contrast
    ]
    assert low == []


@pytest.mark.parametrize("name", theme_names())
def test_rejected_code_is_paler_and_can_still_be_read(qtbot: QtBot, name: str) -> None:
    theme = load_theme(name)
    dress = Dress(theme)
    for ground in (dress.faded_added, dress.faded_added_veiled, *dress.faded_words):
        assert theme.contrast <= contrast(dress.faded_ink, ground) < contrast(theme.text, ground)


@pytest.mark.parametrize("name", theme_names())
def test_words_beside_code_can_be_read_on_every_row(qtbot: QtBot, name: str) -> None:
    theme = load_theme(name)
    dress = Dress(theme)
    grounds = [each for both in dress.grounds.values() for each in both] + list(dress.selected.values())
    for colour in (theme.dim, theme.accepted, theme.rejected, theme.open, theme.altered, theme.back):
        for ground in grounds:
            shown = dress.readable(colour, ground)
            assert contrast(shown, ground) >= theme.contrast
            assert contrast(colour, ground) < theme.contrast or shown == colour


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast(QColor("#000000"), QColor("#ffffff")) == pytest.approx(21)
    assert contrast(QColor("#777777"), QColor("#ffffff")) == pytest.approx(4.48, abs=0.01)


def test_an_unknown_theme_is_said_with_the_known_ones() -> None:
    with pytest.raises(UserError) as raised:
        load_theme("sepia")
    assert "dark" in raised.value.hint


def test_a_theme_of_ones_own_that_is_broken_is_said(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('name = "Mine"\n')
    with pytest.raises(UserError, match=r"mine\.toml"):
        load_theme(str(file))


def test_mixing_goes_from_one_colour_to_the_other() -> None:
    black, white = QColor("#000000"), QColor("#ffffff")
    assert mixed(white, black, 0).name() == "#000000"
    assert mixed(white, black, 1).name() == "#ffffff"


def test_code_is_set_in_the_bundled_font_without_ligatures(qtbot: QtBot) -> None:
    font = code_font(13)
    assert QFontInfo(font).family() == "JetBrains Mono"
    metrics = QFontMetricsF(font)
    assert metrics.horizontalAdvance("!=") == pytest.approx(2 * metrics.horizontalAdvance("0"), abs=0.1)
    assert QFontInfo(interface_font()).pixelSize() == 13


@pytest.mark.parametrize("name", theme_names())
def test_a_theme_that_ships_is_read_as_toml_reads_it_without_toml(name: str) -> None:
    text = asset("themes", f"{name}.toml").read_text("utf-8")
    assert plain_values(text) == tomllib.loads(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            'a = """x"""',
            'a = "x" y',
            'a = "\\u0041"',
            "a = 1",
            "a = 1.5e3",
            "a = 01.5",
            "a=1.0",
            'a.b = "x"',
        ),
        *(
            "[a]\n[a]",
            "[a.b]",
            'a = "x"\na = "y"',
            'a = "x"\n[a]',
            'a = "x"  # c\x01',
            'é = "x"',
            '"a" = "x"',
        ),
        *(
            'a = "b"\r',
            ' a = "x"',
            "[x]  # c",
            "a = 'x'",
            "a = [1.0]",
            'a = "x',
            "a = 1_0.5",
            "a",
            "a = +1.0",
        ),
    ],
)
def test_what_is_less_plain_is_left_to_toml(text: str) -> None:
    assert plain_values(text) is None
