"""Every pair of text and ground that the window uses, in every theme: what it wears and what it paints.

The themes' own pairs are in tests/test_themes.py. Here stand those that are mixed while the program runs,
by their names; what a real window paints is found, and not listed, in tests/window/test_painted.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import combinations, product

import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from workbench.review.entries import Said
from workbench.review.notes import Intent
from workbench.ui.diff.dress import Dress
from workbench.ui.round_picture import _PARTS, _on
from workbench.ui.theme import (
    SYNTAX,
    Theme,
    chosen,
    contrast,
    legible,
    load_theme,
    mixed,
    stylesheet,
    theme_names,
)

Pair = tuple[str, QColor, QColor]
"""Where it is, what is written, and on what."""

MARKS = 3.0
"""The contrast of what is no text and has to be seen, https://www.w3.org/TR/WCAG22/#non-text-contrast."""

VERDICTS = ("accepted", "rejected", "open", "altered", "back")
APART = 10.0
"""How far apart two colours are that must not be taken for each other, in the Lab space."""

# What somebody sees who lacks one kind of cone, wholly: G. Machado, M. Oliveira, L. Fernandes (2009).
BLINDNESS = {
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.01182, 0.04294, 0.968881),
    ),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.3039),
    ),
}


def rules(theme: Theme) -> Iterator[tuple[str, dict[str, str]]]:
    """Every selector of the style sheet with what it says."""
    for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", stylesheet(theme)):
        said = {
            name.strip(): value.strip()
            for name, _, value in (each.partition(":") for each in body.split(";"))
            if name.strip()
        }
        for selector in selectors.split(","):
            yield selector.strip(), said


def worn(theme: Theme) -> Iterator[Pair]:
    """What ordinary widgets wear. A state keeps what the widget says where it says nothing itself."""
    known: dict[str, dict[str, str]] = {}
    surfaces = {name: getattr(theme, name) for name in ("ground", "panel", "raised")}
    for selector, said in rules(theme):
        base = re.sub(r":[a-z-]+", "", selector)
        all_of_it = {**known.get(base, {}), **said}
        if selector == base:
            known[base] = all_of_it
        ink = all_of_it.get("color", "")
        ground = all_of_it.get("background", "")
        if "transparent" in (ink, ground) and ink == "transparent":
            continue
        colour = QColor(ink) if ink.startswith("#") else theme.text
        if not ({"color", "background"} & set(said)) or "::handle" in selector or 'kind="line"' in selector:
            continue
        if "::chunk" in selector or "QSplitter" in selector or "separator" in selector:
            continue
        for name, surface in ({"": QColor(ground)} if ground.startswith("#") else surfaces).items():
            yield f"{selector} {name}", colour, surface
        if "selection-background-color" in said:
            pair = QColor(said["selection-color"]), QColor(said["selection-background-color"])
            yield f"{selector} selected", *pair


def painted(theme: Theme) -> Iterator[Pair]:
    """What the panels, the headers, the cards and the sheets paint themselves."""
    dress = Dress(theme)
    verdicts = {name: getattr(theme, name) for name in VERDICTS}
    second = {"text": theme.text, "dim": theme.dim, "faint": theme.faint}
    said = {each.value: dress.said(each) for each in Said}
    intents = {each.value: dress.intent(each) for each in Intent}
    yield from _all(
        "file panel",
        {**second, **verdicts},
        (theme.panel, theme.raised),
    )
    yield from _all("header", {**second, **verdicts, "accent": theme.accent}, (dress.header,))
    for name, colour in {**verdicts, "dim": theme.dim, "accent": theme.accent}.items():
        yield f"badge {name}", dress.readable(colour, dress.tint(colour)), dress.tint(colour)
    ink = theme.ground if theme.is_dark else theme.raised
    for name, colour in {**intents, **said}.items():
        yield f"chip {name}", ink, colour
    yield from _all("ledger and findings", {**said, **intents, **second}, (theme.panel,))
    first = {"text": theme.text, "dim": theme.dim}
    yield from _all("entry", first, (dress.header, mixed(theme.accent, dress.header, theme.veil)))
    yield from _all("gap", {"dim": theme.dim}, (dress.gap, dress.badge))
    yield from _all("card", second, (theme.raised, theme.panel))
    yield from _all("fact", first, (theme.ground, theme.nothing, *dress.grounds["nothing"]))
    yield from _all("suggestion", {"text": theme.text}, (theme.added_row, theme.ground))
    for number, ground in enumerate((chosen(theme), mixed(theme.text, theme.raised, 0.05))):
        worn_there = legible(theme, ground)
        inks = {each: getattr(worn_there, each) for each in (*second, *VERDICTS, "accent")}
        yield from _all(f"chosen row or sum {number}", inks, (ground,))
    yield from _all("figures", {**second, **verdicts}, (theme.raised,))
    for _, word, tone in _PARTS:
        colour = getattr(theme, tone)
        yield f"bar {word}", _on(colour), colour
    code = {"text": theme.text, **dict(zip(SYNTAX, theme.syntax, strict=True))}
    yield from _all("rows of a shape", {"text": theme.text}, (theme.added_words, theme.removed_words))
    yield from _all("code", code, (theme.ground, theme.added_row, theme.removed_row))


def _all(where: str, inks: dict[str, QColor], grounds: Iterable[QColor]) -> Iterator[Pair]:
    for (name, ink), (number, ground) in product(inks.items(), enumerate(grounds)):
        yield f"{where}: {name} {number}", ink, ground


def marks(theme: Theme) -> Iterator[Pair]:
    """What is no text, and tells something: bars, rings, borders of what has the keys."""
    dress = Dress(theme)
    for name in VERDICTS:
        yield f"bar {name}", getattr(theme, name), theme.ground
        yield f"ruler {name}", getattr(theme, name), theme.panel
        yield f"pill {name}", getattr(theme, name), dress.header
    for ground in ("ground", "panel", "raised"):
        yield f"focus on {ground}", theme.accent, getattr(theme, ground)
        yield f"edge of a choice on {ground}", theme.faint, getattr(theme, ground)
    yield "where the keys are, beside code", dress.focus, theme.ground
    yield "where the keys are, beside the ruler", dress.focus, theme.panel


def low(pairs: Iterable[Pair], least: float) -> list[str]:
    return [
        f"{where}: {contrast(ink, ground):.2f}"
        for where, ink, ground in pairs
        if contrast(ink, ground) < least
    ]


@pytest.mark.parametrize("name", theme_names())
def test_what_widgets_wear_can_be_read(qtbot: QtBot, name: str) -> None:
    theme = load_theme(name)
    pairs = list(worn(theme))
    assert len(pairs) > 60
    assert low(pairs, theme.contrast) == []


@pytest.mark.parametrize("name", theme_names())
def test_what_is_painted_can_be_read(qtbot: QtBot, name: str) -> None:
    theme = load_theme(name)
    assert low(painted(theme), theme.contrast) == []


@pytest.mark.parametrize("name", theme_names())
def test_marks_can_be_seen(qtbot: QtBot, name: str) -> None:
    assert low(marks(load_theme(name)), MARKS) == []


def test_lines_of_the_high_contrast_theme_can_be_seen() -> None:
    theme = load_theme("high-contrast")
    assert all(contrast(theme.line, each) >= MARKS for each in (theme.ground, theme.panel, theme.raised))


def linear(colour: QColor) -> tuple[float, float, float]:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (colour.redF(), colour.greenF(), colour.blueF())
    )
    return red, green, blue


def lab(colour: QColor, seen: tuple[tuple[float, float, float], ...]) -> tuple[float, float, float]:
    """A colour in the Lab space of CIE 1976, as somebody sees it."""
    red, green, blue = (
        min(1.0, max(0.0, sum(share * part for share, part in zip(row, linear(colour), strict=True))))
        for row in seen
    )
    x = (0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / 0.95047
    y = 0.2126729 * red + 0.7151522 * green + 0.0721750 * blue
    z = (0.0193339 * red + 0.1191920 * green + 0.9503041 * blue) / 1.08883
    one, two, three = (part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in (x, y, z))
    return 116 * two - 16, 500 * (one - two), 200 * (two - three)


@pytest.mark.parametrize("blindness", BLINDNESS)
@pytest.mark.parametrize("name", [each for each in theme_names() if each.startswith("colour-blind")])
def test_the_colour_blind_tell_verdicts_and_sides_apart(name: str, blindness: str) -> None:
    theme = load_theme(name)
    pairs = [
        # The ruler has all of them, and the accent for a question.
        *combinations((*VERDICTS, "accent"), 2),
        ("added_row", "removed_row"),
        ("added_words", "removed_words"),
        ("added_row", "added_words"),
        ("removed_row", "removed_words"),
    ]
    near = []
    for one, other in pairs:
        a, b = (lab(getattr(theme, each), BLINDNESS[blindness]) for each in (one, other))
        apart = sum((x - y) ** 2 for x, y in zip(a, b, strict=True)) ** 0.5
        if apart < APART:
            near.append(f"{one} and {other}: {apart:.1f}")
    assert near == []
