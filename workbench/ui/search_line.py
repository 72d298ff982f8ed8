"""The line to search in the review with. Says how many matches there are; finding them is the view's."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QToolButton, QWidget


class _Line(QLineEdit):
    left = Signal()
    stepped = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.stepped.emit(1 if event.key() == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)


class SearchLine(QWidget):
    """A field, two switches, a count."""

    wanted = Signal(str, bool, bool)
    stepped = Signal(int)
    taken = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.line = _Line(self)
        self.line.setPlaceholderText("Search in the review")
        self.line.setAccessibleName("Search in the review")
        self.case = self._switch("Aa", "Tell capitals from small letters")
        self.regex = self._switch(".*", "A regular expression")
        self.count = QLabel("", self)
        self.count.setProperty("kind", "dim")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 6, 14, 6)
        layout.setSpacing(8)
        for widget in (self.line, self.case, self.regex, self.count):
            layout.addWidget(widget)
        self.count.setMinimumWidth(110)
        self.line.textChanged.connect(self._on_changed)
        self.line.returnPressed.connect(self.taken)
        self.line.left.connect(self.left)
        self.line.stepped.connect(self.stepped)
        self.setFocusProxy(self.line)
        self.hide()

    def show_count(self, count: int) -> None:
        """How many matches there are."""
        text = self.line.text()
        self.count.setText(
            "" if not text else {0: "nothing found", 1: "1 match"}.get(count, f"{count} matches")
        )

    def show_words(self, words: str) -> None:
        """Say something else instead of a count."""
        self.count.setText(words)

    def _switch(self, text: str, tip: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setCheckable(True)
        button.setToolTip(tip)
        button.setProperty("kind", "quiet")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.toggled.connect(self._on_changed)
        return button

    def _on_changed(self) -> None:
        self.wanted.emit(self.line.text(), self.regex.isChecked(), self.case.isChecked())
