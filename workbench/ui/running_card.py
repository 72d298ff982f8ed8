"""A round that is being made: words, numbers, the text as it streams, the way to stop it. Decides nothing."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from workbench.review.text import visible
from workbench.ui.boxed_text import BoxedText
from workbench.ui.fonts import code_font
from workbench.ui.sheet import plain
from workbench.ui.shown_text import APART, in_order

VOID = "⟲ This does not count any more."
"""Stands below text that was shown and is void; in words, as a stroke through it alone is easily missed."""
_LONGEST = 400
"""Signs of a line, after which another is begun: Qt lays a line out anew, whole, at each piece that comes."""


class _Streamed(BoxedText):
    """What a model writes, as it comes: in its order, with its look-alikes framed, and copied as it was."""

    def selected(self) -> str:
        return super().selected().replace(APART, "")


class RunningCard(QFrame):
    """Stands in the side panel while a round is made."""

    cancel_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("kind", "card")
        self._void_to = 0
        """Where in the text what counts begins: all before it is void."""
        self._column = 0
        """Signs in the last line."""
        self.title = plain("", self, "title")
        self.words = plain("", self, "dim")
        self.numbers = QLabel(self)
        self.numbers.setProperty("kind", "dim")
        self.text = _Streamed(self)
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
        layout.addWidget(self.title)
        layout.addWidget(self.words)
        layout.addLayout(top)
        layout.addWidget(self.text)

    def begin(self, words: str) -> None:
        """A round begins."""
        self.title.setText(words)
        self.say("")
        self.numbers.setText("")
        self.text.clear()
        self._void_to = self._column = 0
        self.show()

    def say(self, words: str) -> None:
        """What is being done just now, or is to be known of it."""
        self.words.setText(words)
        self.words.setVisible(bool(words))

    def add_text(self, text: str) -> None:
        """More of the answer."""
        self._put(self._folded(visible(text).text), QTextCharFormat())

    def mark_void(self, why: str) -> None:
        """What stands here of the answer does not count any more: struck out, with the reason below it.

        It stays to be read; the next try writes below. Nothing happens where no word had arrived since.
        """
        cursor = QTextCursor(self.text.document())
        cursor.setPosition(self._void_to)
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        if not cursor.selectedText().strip():
            return
        struck = QTextCharFormat()
        struck.setFontStrikeOut(True)
        struck.setForeground(self.palette().placeholderText())
        cursor.mergeCharFormat(struck)
        said = QTextCharFormat()
        said.setFontItalic(True)
        self._put(f"\n{VOID} {visible(why).text}\n", said)
        self._column = 0
        self._void_to = self.text.document().characterCount() - 1

    @property
    def valid_text(self) -> str:
        """What still counts of what is shown."""
        cursor = QTextCursor(self.text.document())
        cursor.setPosition(self._void_to)
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        return cursor.selectedText().replace("\u2029", "\n").replace(APART, "")

    def _folded(self, text: str) -> str:
        """The text with its lines broken where they get too long."""
        parts: list[str] = []
        for number, line in enumerate(text.split("\n")):
            if number:
                parts.append("\n")
                self._column = 0
            for begin in range(0, len(line), _LONGEST):
                piece = line[begin : begin + _LONGEST]
                if self._column and self._column + len(piece) > _LONGEST:
                    parts.append("\n")
                    self._column = 0
                parts.append(piece)
                self._column += len(piece)
        return "".join(parts)

    def _put(self, text: str, form: QTextCharFormat) -> None:
        text = in_order(text)
        before = self.text.document().characterCount()
        cursor = QTextCursor(self.text.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertText(text, form)
        # Blocks at the top are let go when there are too many: what is void moves up with them.
        gone = before + len(text.encode("utf-16-le")) // 2 - self.text.document().characterCount()
        self._void_to = max(0, self._void_to - gone)
        self.text.moveCursor(QTextCursor.MoveOperation.End)
