"""The command table: a command has a doer, a menu entry and a key that can be typed; clashes are errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QMenu

from workbench.errors import UserError
from workbench.ui.commands import BY_ID, COMMANDS, FIRST_KEYS, HINTS, SHORT
from workbench.ui.key_sheet import blocks
from workbench.ui.keymap import Keymap, chord, is_chorded, normal, sequences, shown

if TYPE_CHECKING:
    from tests.window.conftest import Hands


def pressed(key: Qt.Key, text: str = "", held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> str:
    return chord(QKeyEvent(QEvent.Type.KeyPress, key, held, text))


def test_ids_are_unique_and_no_key_is_given_twice() -> None:
    assert len(BY_ID) == len(COMMANDS)
    Keymap()


def test_every_command_does_something_and_stands_in_the_menus(hands: Hands) -> None:
    window = hands.window
    assert set(window.dispatch.doers) == set(BY_ID)
    assert set(window.menus.actions) == set(BY_ID)
    parts = [action.menu() for action in window.top.menu_button.menu().actions()]
    entries = {action for part in parts if isinstance(part, QMenu) for action in part.actions()}
    assert set(window.menus.actions.values()) <= entries


def test_every_key_of_the_table_is_on_the_key_sheet() -> None:
    drawn = {key for _, rows in blocks(Keymap()) for keys, _ in rows for key in keys}
    assert {shown(key) for command in COMMANDS for key in command.keys} <= drawn


def test_every_chord_with_modifiers_is_one_that_qt_understands() -> None:
    for command in COMMANDS:
        for keys in command.keys:
            if is_chorded(keys):
                assert all(not sequence.isEmpty() for sequence in sequences(keys)), keys


def test_hints_and_first_keys_have_words() -> None:
    assert set(HINTS) <= set(SHORT)
    assert set(FIRST_KEYS) <= set(SHORT)


def test_a_character_is_matched_by_what_was_typed_whatever_the_layout() -> None:
    shift, control, alt = (
        Qt.KeyboardModifier.ShiftModifier,
        Qt.KeyboardModifier.ControlModifier,
        Qt.KeyboardModifier.AltModifier,
    )
    assert pressed(Qt.Key.Key_A, "a") == "a"
    assert pressed(Qt.Key.Key_A, "A", shift) == "A"
    assert pressed(Qt.Key.Key_8, "[", control | alt) == "[", "AltGr on some systems"
    assert pressed(Qt.Key.Key_8, "[", Qt.KeyboardModifier.GroupSwitchModifier) == "["
    assert pressed(Qt.Key.Key_ssharp, "?", shift) == "?"
    assert pressed(Qt.Key.Key_K, "\x0b", control) == "Ctrl+K"
    assert pressed(Qt.Key.Key_Return, "\r", control | shift) == "Ctrl+Shift+Enter"
    assert pressed(Qt.Key.Key_Enter, "\r", Qt.KeyboardModifier.KeypadModifier) == "Enter"
    assert pressed(Qt.Key.Key_Space, " ") == "Space"
    assert pressed(Qt.Key.Key_Shift, "", shift) == ""


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("a", "a"),
        ("A", "A"),
        ("+", "+"),
        ("ctrl+shift+return", "Ctrl+Shift+Enter"),
        ("Shift+Ctrl+K", "Ctrl+Shift+K"),
        ("ctrl++", "Ctrl++"),
        ("esc", "Escape"),
        ("F5", "F5"),
    ],
)
def test_keys_in_the_settings_may_be_written_loosely(written: str, meant: str) -> None:
    assert normal(written) == meant


def test_a_remap_takes_the_key_and_frees_the_old_one() -> None:
    keymap = Keymap({"accept": "F5 Ctrl+Y"})

    assert keymap.command("F5") == keymap.command("Ctrl+Y") == "accept"
    assert keymap.command("a") is None
    assert Keymap({"accept": ""}).keys("accept") == ()


def test_a_clash_is_an_error_that_names_both_commands() -> None:
    with pytest.raises(UserError, match="“reject”") as caught:
        Keymap({"accept": "x"})

    assert "“accept”" in caught.value.message
    assert "[keys]" in caught.value.hint


@pytest.mark.parametrize(
    "wrong",
    [
        {"acept": "a"},
        *({"accept": each} for each in ("Hyper+A", "foo", "Ctrl+", "Shift+", "Ctrl+Shift+", "Shift+a", [""])),
    ],
)
def test_a_wrong_remap_is_a_user_error(wrong: dict[str, str | list[str]]) -> None:
    with pytest.raises(UserError):
        Keymap(wrong)
