"""A filled chip with the one word that something is, as the cards in the review have it. Decides nothing."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget


class Chip(QLabel):
    """Its word is its property `word`, by which the style sheet gives it its colour."""

    def __init__(self, word: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("kind", "chip")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setText(word)

    def setText(self, word: str) -> None:  # noqa: N802 - overrides Qt's
        if word == self.text():
            return
        super().setText(word)
        self.setProperty("word", word)
        self.style().unpolish(self)
        self.style().polish(self)
