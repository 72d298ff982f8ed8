"""How code looks: theme, font, size, tabs; themes of one's own; by sheet, key, wheel and menu; remembered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QFontDatabase, QWheelEvent
from PySide6.QtWidgets import QApplication

from tests.repos import Repo
from tests.window.conftest import CONTROL, Hands
from workbench.assets import asset
from workbench.errors import UserError
from workbench.store.paths import settings_path, themes_dir
from workbench.store.settings import load_settings
from workbench.ui.look_sheet import LookSheet
from workbench.ui.theme import hard_to_read, load_theme, own_theme_names, theme_names


def own(stem: str, text: str | None = None, **values: str) -> Path:
    themes_dir().mkdir(parents=True, exist_ok=True)
    file = themes_dir() / f"{stem}.toml"
    text = text if text is not None else asset("themes", "dark.toml").read_text("utf-8")
    for old, new in values.items():
        assert f'{old} = "' in text
        text = "\n".join(
            f'{old} = "{new}"' if line.startswith(f"{old} = ") else line for line in text.split("\n")
        )
    file.write_text(text, "utf-8")
    return file


def open_sheet(hands: Hands) -> LookSheet:
    hands.window.run_command("look")
    sheet = hands.window.sheets.current()
    assert isinstance(sheet, LookSheet)
    hands.until(lambda: not sheet._fill.isActive())
    return sheet


def test_a_theme_of_ones_own_is_listed_worn_and_remembered(
    make_hands: Callable[[], Hands], repo: Repo
) -> None:
    own("mine", name="Sea", ground="#001122")
    hands = make_hands()
    hands.open(repo)
    sheet = open_sheet(hands)
    names = [sheet.themes.item(row).text() for row in range(sheet.themes.count())]
    assert names[-1] == "Sea · yours"
    hands.press(Qt.Key.Key_End)
    hands.until(lambda: hands.window.theme.name == "Sea")
    hands.press(Qt.Key.Key_Return)
    hands.window.close()
    again = make_hands()
    again.open(repo)
    assert again.window.theme.ground.name() == "#001122"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("x = [", "not valid TOML"),
        ('name = "A"\n', "it lacks “appearance”"),
        ("", "it lacks “appearance”"),
        (None, "“red-ish” is not a colour, for accent"),
        ("#" * 1_000_001, "larger than a theme can be"),
        ("a = " + "[" * 5000, "not valid TOML"),
    ],
)
def test_a_broken_theme_is_one_sentence_and_the_window_opens_all_the_same(
    make_hands: Callable[[], Hands], repo: Repo, text: str | None, why: str
) -> None:
    own("mine", text) if text is not None else own("mine", accent="red-ish")
    settings_path().parent.mkdir(parents=True, exist_ok=True)
    settings_path().write_text('theme = "mine"\n')
    hands = make_hands()
    assert hands.notice().startswith("The theme mine.toml cannot be used: ")
    assert why in hands.notice()
    hands.open(repo)
    assert why in hands.notice()
    assert hands.window.theme.name == "Dark"
    sheet = open_sheet(hands)
    hands.press(Qt.Key.Key_End)
    assert why in sheet.error.text()
    assert settings_path().read_text() == 'theme = "mine"\n'


def test_a_theme_that_is_no_file_or_leads_round_is_one_sentence(home: Path) -> None:
    themes_dir().mkdir(parents=True)
    (themes_dir() / "endless.toml").symlink_to("/dev/zero")
    (themes_dir() / "round.toml").symlink_to("round.toml")
    for name, why in (("endless", "it is no file"), ("round", "Too many levels of symbolic links")):
        with pytest.raises(UserError, match=why):
            load_theme(name, themes_dir())


def test_colours_that_cannot_be_read_are_named_and_the_theme_is_worn_all_the_same(
    make_hands: Callable[[], Hands], repo: Repo
) -> None:
    own("mine", name="Fog", dim="#3a4150", comment="#2a2f3a")
    hands = make_hands()
    hands.open(repo)
    sheet = open_sheet(hands)
    hands.press(Qt.Key.Key_End)
    hands.until(lambda: hands.window.theme.name == "Fog")
    told = sheet.error.text()
    assert told.startswith("Hard to read in the theme “Fog”: comment (")
    assert ", dim (" in told
    assert told.endswith(" on raised). 4.5 is the least.")
    hands.press(Qt.Key.Key_Return)
    assert hands.notice() == told
    hands.window.close()

    again = make_hands()
    again.open(repo)
    assert again.notice() == told
    assert again.window.theme.name == "Fog"


@pytest.mark.parametrize("name", theme_names())
def test_all_of_a_theme_that_ships_can_be_read(name: str) -> None:
    assert hard_to_read(load_theme(name)) == ""


def test_a_colour_that_is_missing_or_unknown_is_named() -> None:
    text = asset("themes", "dark.toml").read_text("utf-8")
    for broken, why in (
        (text.replace('faint = "', 'fainter = "'), "“fainter”, which is no colour"),
        (text.replace('keyword = "#c792ea"\n', ""), "lacks the colour “keyword”"),
        (text.replace("veil = 0.075", "veil = 7"), "veil is not from 0 to 1"),
        (text.replace('appearance = "dark"', 'appearance = "grey"'), "not “dark” or “light”"),
    ):
        assert broken != text
        with pytest.raises(UserError, match="cannot be used") as raised:
            load_theme(str(own("broken", broken)))
        assert why in raised.value.message
    assert own_theme_names(themes_dir()) == ("broken",)
    assert own_theme_names(themes_dir() / "none") == ()


def test_a_theme_that_is_not_there_is_said(make_hands: Callable[[], Hands]) -> None:
    settings_path().parent.mkdir(parents=True, exist_ok=True)
    settings_path().write_text('theme = "pink"\n')
    hands = make_hands()
    assert hands.notice() == "There is no theme named “pink”."


def test_font_size_tabs_and_scrolling_are_worn_at_once_and_remembered(
    make_hands: Callable[[], Hands], repo: Repo
) -> None:
    hands = make_hands()
    hands.open(repo)
    sheet = open_sheet(hands)
    families = [sheet.fonts.item(row).data(Qt.ItemDataRole.UserRole) for row in range(sheet.fonts.count())]
    assert families[0] == ""
    assert all(QFontDatabase.isFixedPitch(family) for family in families[1:])
    sheet.code_size.setFocus()
    hands.press(Qt.Key.Key_Up)
    sheet.tab.setFocus()
    hands.press(Qt.Key.Key_Up)
    sheet.smooth.setFocus()
    hands.press(Qt.Key.Key_Space)
    hands.press(Qt.Key.Key_Escape)
    view = hands.window.view
    assert (view._size, view._tab, view.smooth) == (14, 5, False)
    hands.window.close()
    again = make_hands()
    view = again.window.view
    assert (view._size, view._tab, view.smooth) == (14, 5, False)


def test_the_code_grows_by_keys_and_by_the_wheel_and_goes_back(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    view = hands.window.view
    usual, row = view._size, view._layout.heights.row
    hands.press(Qt.Key.Key_Plus, CONTROL)
    assert view._size == usual + 1
    middle = QPointF(view.viewport().rect().center())
    for turn, size in ((120, usual + 2), (-120, usual + 1)):
        event = QWheelEvent(
            middle,
            QPointF(view.viewport().mapToGlobal(middle.toPoint())),
            QPoint(),
            QPoint(0, turn),
            Qt.MouseButton.NoButton,
            CONTROL,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(view.viewport(), event)
        assert view._size == size
    hands.press(Qt.Key.Key_0, CONTROL)
    assert (view._size, view._layout.heights.row) == (usual, row)


def test_turning_through_sizes_is_saved_once_and_kept_when_the_window_closes(
    make_hands: Callable[[], Hands], repo: Repo
) -> None:
    hands = make_hands()
    hands.open(repo)
    preferences, usual = hands.window.preferences, hands.window.view._size
    preferences._later.setInterval(60_000)
    for _ in range(3):
        hands.press(Qt.Key.Key_Plus, CONTROL)
    assert hands.window.view._size == usual + 3
    assert load_settings().code_size == 0, "worn at once, and nothing is written between two notches"
    preferences._later.start(0)
    hands.until(lambda: load_settings().code_size == usual + 3)
    assert hands.window.view._size == usual + 3
    preferences._later.setInterval(60_000)
    hands.press(Qt.Key.Key_Minus, CONTROL)
    preferences.change(tab_width=7)
    assert (load_settings().code_size, load_settings().tab_width) == (usual + 2, 7), "goes along"
    hands.press(Qt.Key.Key_Minus, CONTROL)
    hands.window.close()
    assert load_settings().code_size == usual + 1
    assert make_hands().window.view._size == usual + 1


def test_a_size_that_cannot_be_saved_is_worn_and_said(make_hands: Callable[[], Hands], repo: Repo) -> None:
    hands = make_hands()
    hands.open(repo)
    settings_path().parent.mkdir(parents=True, exist_ok=True)
    settings_path().write_text("theme = [")
    usual = hands.window.view._size
    hands.press(Qt.Key.Key_Plus, CONTROL)
    hands.until(lambda: "settings" in hands.notice().lower())
    assert hands.window.view._size == usual + 1


def test_the_sample_keeps_its_size_in_another_theme(hands: Hands, repo: Repo) -> None:
    """Qt gives widgets the fonts back that they had under their first style sheet."""
    hands.open(repo)
    sheet = open_sheet(hands)
    sheet.code_size.setValue(20)
    hands.until(lambda: hands.window.preferences.code_size == 20)
    before = hands.window.theme
    sheet.themes.setCurrentRow(sheet.themes.count() - 1)
    if hands.window.theme is before:
        hands.until(lambda: hands.window.theme is not before)
    assert sheet.sample.font().pixelSize() == 20
