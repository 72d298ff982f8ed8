"""From a pressed key to a command. Characters are matched by the text typed, whatever the layout.

A chord is written "a", "?", "Space", "Ctrl+Shift+Enter". A character alone carries no Shift and no
AltGr: "{" is "{" however a layout makes it. With Ctrl, Alt or Meta the key is named, in capitals.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from workbench.errors import UserError
from workbench.ui.commands import COMMANDS, Command

if TYPE_CHECKING:
    from PySide6.QtGui import QKeySequence

NAMED = {
    Qt.Key.Key_Space: "Space",
    Qt.Key.Key_Backspace: "Backspace",
    Qt.Key.Key_Return: "Enter",
    Qt.Key.Key_Enter: "Enter",
    Qt.Key.Key_Escape: "Escape",
    Qt.Key.Key_Delete: "Delete",
    Qt.Key.Key_Up: "Up",
    Qt.Key.Key_Down: "Down",
    Qt.Key.Key_Left: "Left",
    Qt.Key.Key_Right: "Right",
    Qt.Key.Key_PageUp: "PageUp",
    Qt.Key.Key_PageDown: "PageDown",
    Qt.Key.Key_Home: "Home",
    Qt.Key.Key_End: "End",
    Qt.Key.Key_Tab: "Tab",
    Qt.Key.Key_Backtab: "Tab",
    Qt.Key.Key_Menu: "Menu",
} | {getattr(Qt.Key, f"Key_F{number}"): f"F{number}" for number in range(1, 13)}

MODIFIERS = ("Ctrl", "Alt", "Meta", "Shift")
_PLAIN = frozenset(NAMED.values())
_SYMBOLS = {
    "Enter": "↵",
    "Backspace": "⌫",
    "Escape": "Esc",
    "Delete": "Del",
    "Shift": "⇧",
    "Up": "↑",
    "Down": "↓",
    "Left": "←",
    "Right": "→",
}


def chord(event: QKeyEvent) -> str:
    """What was pressed, as a chord; "" for a modifier alone or a key that writes nothing."""
    held = event.modifiers()
    control = bool(held & Qt.KeyboardModifier.ControlModifier)
    alt = bool(held & Qt.KeyboardModifier.AltModifier)
    meta = bool(held & Qt.KeyboardModifier.MetaModifier)
    text = event.text()
    name = NAMED.get(Qt.Key(event.key()))
    # AltGr is Ctrl+Alt to some systems, and then the text is what was meant.
    if name is None and len(text) == 1 and text.isprintable() and not meta and control == alt:
        return text if not alt or control else _chord(event, control=control, alt=alt, meta=meta)
    if name is not None and not (control or alt or meta):
        shifted = bool(held & Qt.KeyboardModifier.ShiftModifier) and name not in ("Space", "Backspace")
        return f"Shift+{name}" if shifted else name
    return _chord(event, control=control, alt=alt, meta=meta)


def _chord(event: QKeyEvent, *, control: bool, alt: bool, meta: bool) -> str:
    key = Qt.Key(event.key())
    name = NAMED.get(key) or (chr(event.key()) if 0x20 < event.key() < 0x7F else "")
    if not name:
        return ""
    shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
    held = zip(MODIFIERS, (control, alt, meta, shift), strict=True)
    return "+".join([*(word for word, down in held if down), name])


def normal(text: str) -> str:
    """A chord as a person may write it ("ctrl+shift+return", "esc") in the one form used here."""
    text = text.strip()
    if not text:
        raise UserError("An empty text is no key.", hint="Write a character, Ctrl+K, Space, Enter or F5.")
    if len(text) == 1:
        return text
    *words, last = [*text[:-1].split("+"), "+"] if text.endswith("++") else text.split("+")
    held = {word.strip().capitalize() for word in words if word.strip()}
    unknown = held - set(MODIFIERS) - {"Control", "Cmd"}
    if unknown:
        raise UserError(
            f"“{text}” is no key: {', '.join(sorted(unknown))} is unknown.", hint="Write Ctrl+Shift+K."
        )
    held = {{"Control": "Ctrl", "Cmd": "Meta"}.get(word, word) for word in held}
    names = {name.lower(): name for name in _PLAIN} | {"return": "Enter", "esc": "Escape", "del": "Delete"}
    last = last.strip()
    if not last:
        raise UserError(f"“{text}” is no key: nothing is pressed with it.", hint="Write Ctrl+K, or Ctrl++.")
    if len(last) == 1 and held == {"Shift"}:
        raise UserError(f"“{text}” is no key: a character has its Shift in it.", hint="Write A, or {.")
    name = names.get(last.lower()) or (last.upper() if held and len(last) == 1 else last)
    if len(name) > 1 and name not in _PLAIN:
        raise UserError(f"“{text}” is no key.", hint="Write a character, Ctrl+K, Space, Enter or F5.")
    return "+".join([*(word for word in MODIFIERS if word in held), name])


def is_chorded(keys: str) -> bool:
    """True for what is pressed with Ctrl, Alt or Meta: it lives in the whole window."""
    return len(keys) > 1 and keys.split("+", 1)[0] in ("Ctrl", "Alt", "Meta")


def shown(keys: str) -> str:
    """A chord as it is drawn: "Ctrl ⇧ ↵"."""
    if len(keys) == 1:
        return keys
    parts = ["Ctrl", "+"] if keys == "Ctrl++" else keys.split("+")
    return " ".join(_SYMBOLS.get(part, part) for part in parts)


def sequences(keys: str) -> list[QKeySequence]:
    """A chord with modifiers as Qt's shortcuts; Enter is two keys there."""
    from PySide6.QtGui import QKeySequence  # noqa: PLC0415 - 2 ms, and the first frame has no shortcuts

    if keys.endswith("Enter"):
        return [QKeySequence(keys), QKeySequence(keys.removesuffix("Enter") + "Return")]
    return [QKeySequence(keys)]


class Keymap:
    """Which chord means which command, with the user's own remaps. A clash is a UserError."""

    def __init__(
        self, remaps: Mapping[str, str | Iterable[str]] | None = None, commands: Iterable[Command] = COMMANDS
    ) -> None:
        self._keys: dict[str, tuple[str, ...]] = {command.id: command.keys for command in commands}
        for identity, keys in (remaps or {}).items():
            if identity not in self._keys:
                raise UserError(
                    f"The settings give a key to “{identity}”, which is no command.",
                    hint="List the commands: workbench keys",
                )
            wanted = keys.split() if isinstance(keys, str) else keys
            self._keys[identity] = tuple(normal(each) for each in wanted)
        self._commands: dict[str, str] = {}
        for identity, chords in self._keys.items():
            for each in chords:
                other = self._commands.setdefault(each, identity)
                if other != identity:
                    raise UserError(
                        f"The key {each} means both “{other}” and “{identity}”.",
                        hint="Give one of them another key in settings.toml, under [keys].",
                    )

    def command(self, keys: str) -> str | None:
        """The command that a chord means."""
        return self._commands.get(keys)

    def keys(self, command: str) -> tuple[str, ...]:
        """The chords of a command."""
        return self._keys.get(command, ())

    def shown(self, command: str) -> str:
        """The first key of a command as it is drawn, "" when it has none."""
        keys = self.keys(command)
        return shown(keys[0]) if keys else ""
