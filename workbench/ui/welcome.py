"""The five keys one needs, shown until they have been used. Remembers nothing itself."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from workbench.ui.commands import FIRST_KEYS, SHORT
from workbench.ui.keycaps import KeyHints
from workbench.ui.keymap import Keymap
from workbench.ui.sheet import plain
from workbench.ui.theme import Theme

WORDS = {
    "accept": "accept the change under the cursor",
    "reject": "reject it",
    "note": "write a note on it",
    "undo": "undo anything",
    "keys": "all keys",
}


ALL, SOME = "Five keys are enough to begin", "Still to try"


class Welcome(QWidget):
    """One strip above the review."""

    def __init__(self, theme: Theme, keymap: Keymap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keymap = keymap
        self.setProperty("kind", "strip")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(39)
        self.hints = KeyHints(theme, self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 0, 14, 0)
        layout.setSpacing(16)
        self.title = plain(ALL, self, "title", wrapped=False)
        layout.addWidget(self.title)
        layout.addWidget(self.hints, 1)

    def set_theme(self, theme: Theme) -> None:
        """Wear another theme."""
        self.hints.set_theme(theme)

    def is_new(self, command: str, seen: Collection[str]) -> bool:
        """True for one of the five that had not been used."""
        return command in FIRST_KEYS and command not in seen

    def meant(self, command: str) -> str:
        """The one of the five that a command is a kind of."""
        return {"reject_reason": "reject", "note_file": "note", "note_review": "note"}.get(command, command)

    def show_left(self, seen: Collection[str]) -> None:
        """Show the keys that have not been used; nothing when all have been."""
        left = [command for command in FIRST_KEYS if command not in seen]
        self.setVisible(bool(left))
        self.title.setText(ALL if len(left) == len(FIRST_KEYS) else SOME)
        words = WORDS if len(left) > 2 else {**WORDS, **SHORT}
        self.hints.set_hints([(each, self._keymap.shown(each), words[each]) for each in left])
