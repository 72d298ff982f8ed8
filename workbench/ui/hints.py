"""The keys under something that is being written, with what they do: on as many lines as they need."""

from __future__ import annotations

from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.ui.key_line import HEIGHT, Hint, KeyLine, places
from workbench.ui.keymap import shown


class Hints(KeyLine):
    """One line of keys, the most needed first, each given with its word: "Ctrl+Enter saves"."""

    def __init__(self, parent: QWidget, *parts: str) -> None:
        super().__init__(parent, *map(_hint, parts))
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def heightForWidth(self, width: int) -> int:
        return HEIGHT + max(self._tops(width), default=0)

    def _tops(self, width: int) -> list[int]:
        # A key that is only in a tooltip is found by nobody who writes.
        return [line * HEIGHT for line in places(self._shown, width)]

    def set_parts(self, *parts: str) -> None:
        """Show these instead."""
        self.set_hints([_hint(part) for part in parts])
        self.updateGeometry()  # on more lines, or on fewer

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
