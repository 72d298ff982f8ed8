"""A round that is being made: words, numbers, the text as it streams, the way to stop it. Decides nothing."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPlainTextEdit, QToolButton, QVBoxLayout, QWidget

from workbench.review.text import visible
from workbench.ui.fonts import code_font
from workbench.ui.sheet import plain


class RunningCard(QFrame):
    """Stands in the side panel while a round is made."""

    cancel_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("kind", "card")
        self.words = plain("", self)
        self.numbers = QLabel(self)
        self.numbers.setProperty("kind", "dim")
        self.text = QPlainTextEdit(self)
        self.text.setReadOnly(True)
        self.text.setFont(code_font(11))
        self.text.setFixedHeight(150)
        self.text.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.text.setMaximumBlockCount(2000)
        self.text.setAccessibleName("What the model writes")
        self.cancel = QToolButton(self)
        self.cancel.setText("Cancel")
        self.cancel.setToolTip("Cancel the running round")
        self.cancel.clicked.connect(self.cancel_wanted)
        top = QHBoxLayout()
        top.addWidget(self.numbers, 1)
        top.addWidget(self.cancel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 8, 10, 10)
        layout.setSpacing(6)
        layout.addWidget(self.words)
        layout.addLayout(top)
        layout.addWidget(self.text)

    def begin(self, words: str) -> None:
        """A round begins."""
        self.words.setText(words)
        self.numbers.setText("")
        self.text.clear()
        self.show()

    def add_text(self, text: str) -> None:
        """More of the answer."""
        self.text.moveCursor(QTextCursor.MoveOperation.End)
        self.text.insertPlainText(visible(text).text)
        self.text.moveCursor(QTextCursor.MoveOperation.End)
