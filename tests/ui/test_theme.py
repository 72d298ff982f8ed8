"""Themes, style sheet and fonts as the window uses them."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QFontInfo, QFontMetricsF
from pytestqt.qtbot import QtBot

from workbench.errors import UserError
from workbench.ui.fonts import code_font, interface_font
from workbench.ui.theme import SYNTAX, load_theme, mixed, stylesheet, theme_names


@pytest.mark.parametrize("name", theme_names())
def test_every_theme_loads_and_dresses_widgets(name: str) -> None:
    theme = load_theme(name)
    assert len(theme.syntax) == len(SYNTAX)
    assert "@" not in stylesheet(theme)
    assert theme.ground.name() in stylesheet(theme)


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
