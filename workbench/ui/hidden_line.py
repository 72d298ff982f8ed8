"""The line under a text field that says what in its text cannot be seen. The text itself is never touched.

The field shows them as boxes (`boxed_text.py`); here they are named, with their lines, and letters that look
like others, which no box tells.
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from workbench.review.suspicious import look_alikes
from workbench.review.text import hidden_places
from workbench.ui.boxed_text import BoxedText
from workbench.ui.sheet import Plain

NAMED = 4


def hidden_words(text: str) -> str:
    """What of a text cannot be seen: "2 hidden characters: U+202E … (line 1), …", "" where all can."""
    if text.isascii() and text.replace("\n", "").replace("\t", "").isprintable():
        return ""
    parts: list[str] = []
    places = hidden_places(text)
    if places:
        named = ", ".join(f"{name} (line {line})" for line, name in places[:NAMED])
        more = f" and {len(places) - NAMED} more" if len(places) > NAMED else ""
        count = "1 hidden character" if len(places) == 1 else f"{len(places)} hidden characters"
        parts.append(f"{count} in this text: {named}{more}")
    alike = [
        f"“{line[start:end]}” (line {number})"
        for number, line in enumerate(text.split("\n"), 1)
        for start, end in look_alikes(line)
    ]
    if alike:
        more = f" and {len(alike) - NAMED} more" if len(alike) > NAMED else ""
        parts.append(f"Look-alike letters: {', '.join(alike[:NAMED])}{more}")
    return ". ".join(parts)


class HiddenLine(Plain):
    """Hidden itself as long as there is nothing to say."""

    changed = Signal()

    def __init__(self, parent: QWidget, *fields: BoxedText) -> None:
        super().__init__(parent)
        self.setWordWrap(True)
        self.setProperty("kind", "error")
        self._fields = fields
        self.hide()
        for field in fields:
            field.textChanged.connect(self._look)
            field.refused.connect(self._on_refused)
        self._look()

    def _on_refused(self, words: str) -> None:
        """What was too much for a field stays said until something is typed."""
        self._show(words)

    def _look(self) -> None:
        texts = [field.toPlainText() for field in self._fields]
        self._show(". ".join(found for found in map(hidden_words, texts) if found))

    def _show(self, words: str) -> None:
        if words != self.text():
            self.setText(words)
            self.setVisible(bool(words))
            self.changed.emit()
