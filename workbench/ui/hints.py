"""The keys under something that is being written, with what they do: as many as fit, never half of one."""

from __future__ import annotations

from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget

from workbench.ui.key_line import Hint, KeyLine
from workbench.ui.keymap import shown


class Hints(KeyLine):
    """One line of keys, the most needed first, each given with its word: "Ctrl+Enter saves"."""

    def __init__(self, parent: QWidget, *parts: str) -> None:
        super().__init__(parent, *map(_hint, parts))

    def set_parts(self, *parts: str) -> None:
        """Show these instead."""
        self.set_hints([_hint(part) for part in parts])

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        # A key is meant for what it stands under, though the keys may be in the review or another editor.
        editor, focused = self.parentWidget(), self.window().focusWidget()
        if editor is None or not event.isAccepted():
            return
        if focused is None or not editor.isAncestorOf(focused):
            editor.setFocus()


def _hint(part: str) -> Hint:
    keys, _, word = part.partition(" ")
    return (shown(keys),), word
