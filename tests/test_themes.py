"""Themes: every colour that the window asks for is there, and every text can be read on what it stands on."""

import itertools
import re
import tomllib
from typing import Any

import pytest

from workbench.assets import asset
from workbench.store.settings import Settings, format_settings, parse_settings
from workbench.ui.commands import THEMES as OFFERED

THEMES = sorted(asset("themes").glob("*.toml"))

COLOURS = (
    *("ground", "panel", "raised", "line", "text", "dim", "faint", "accent"),
    *("accepted", "rejected", "open", "altered", "back"),
    *("added_row", "added_words", "removed_row", "removed_words", "nothing"),
)
SYNTAX = ("keyword", "function", "string", "comment", "number", "builtin")
VERDICTS = ("accepted", "rejected", "open", "altered", "back")
ROWS = ("ground", "added_row", "removed_row", "nothing")
WORDS = ("added_words", "removed_words")
SURFACES = ("ground", "panel", "raised")


def luminance(colour: str) -> float:
    """Relative luminance after WCAG 2.2, https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def veiled(ground: str, veil: str, strength: float) -> str:
    mixed = (
        round(int(veil[at : at + 2], 16) * strength + int(ground[at : at + 2], 16) * (1 - strength))
        for at in (1, 3, 5)
    )
    return "#" + "".join(f"{part:02x}" for part in mixed)


def read(name: str) -> dict[str, Any]:
    return tomllib.loads(asset("themes", f"{name}.toml").read_text("utf-8"))


def unreadable(theme: dict[str, Any]) -> list[str]:
    """Each pair of text and ground that the window paints and that falls below the theme's contrast."""
    colours, strength = theme["colours"], theme["veil"]
    code = {name: colours[name] for name in ROWS + WORDS}
    under_veil = {f"{name} veiled": veiled(code[name], colours["accent"], strength) for name in code}
    code |= under_veil
    rows = {name: colour for name, colour in code.items() if name.split()[0] in ROWS}
    surfaces = {name: colours[name] for name in SURFACES}
    pairs = itertools.chain(
        itertools.product([("text", colours["text"])], (code | surfaces).items()),
        itertools.product(theme["syntax"].items(), rows.items()),
        itertools.product(
            [(name, colours[name]) for name in ("dim", "faint", "accent", *VERDICTS)], surfaces.items()
        ),
        # The other way round: what is written on a button, or on the chip of an intent.
        itertools.product(
            [("ground", colours["ground"])], [(name, colours[name]) for name in ("accent", *VERDICTS)]
        ),
    )
    return [
        f"{name} on {ground}: {contrast(colour, below):.2f}"
        for (name, colour), (ground, below) in pairs
        if contrast(colour, below) < theme["contrast"]
    ]


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_the_promised_themes_are_there() -> None:
    names = {path.stem for path in THEMES}
    assert names >= {"dark", "light", "high-contrast", "colour-blind-dark", "colour-blind-light"}


@pytest.mark.parametrize("name", [path.stem for path in THEMES])
def test_a_theme_has_every_colour_and_no_other(name: str) -> None:
    theme = read(name)
    assert set(theme) == {"name", "appearance", "contrast", "veil", "colours", "syntax"}
    assert theme["appearance"] in ("dark", "light")
    assert 0 < theme["veil"] < 0.5
    assert tuple(theme["colours"]) == COLOURS
    assert tuple(theme["syntax"]) == SYNTAX
    for colour in (*theme["colours"].values(), *theme["syntax"].values()):
        assert re.fullmatch("#[0-9a-f]{6}", colour)


@pytest.mark.parametrize("name", [path.stem for path in THEMES])
def test_every_text_can_be_read_on_what_it_stands_on(name: str) -> None:
    assert unreadable(read(name)) == []


@pytest.mark.parametrize("name", [path.stem for path in THEMES])
def test_a_theme_promises_at_least_the_contrast_of_the_standard(name: str) -> None:
    assert read(name)["contrast"] >= (7 if name.startswith("high-contrast") else 4.5)


@pytest.mark.parametrize("name", [path.stem for path in THEMES])
def test_the_states_of_a_change_are_told_apart_by_their_colours(name: str) -> None:
    colours = read(name)["colours"]
    assert len({colours[verdict] for verdict in VERDICTS}) == len(VERDICTS)
    assert len({colours[name] for name in (*ROWS, *WORDS)}) == len(ROWS) + len(WORDS)


def test_every_theme_is_offered_and_can_be_saved_and_read_again() -> None:
    assert sorted(OFFERED) == [theme.stem for theme in THEMES]
    for name in OFFERED:
        assert parse_settings(format_settings(Settings(theme=name))).theme == name
