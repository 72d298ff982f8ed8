"""A quiet bar for what the window has to say: a sentence and a hint. The next command takes it away."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from workbench.review.text import visible
from workbench.ui.sheet import plain


class Notice(QWidget):
    """One sentence with its hint. An error is said in its colour."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "notice")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.sentence: QLabel = plain("", self, wrapped=True)
        self.hint: QLabel = plain("", self, "dim", wrapped=True)
        self.dismiss = QToolButton(self)
        self.dismiss.setText("✕")
        self.dismiss.setProperty("kind", "quiet")
        self.dismiss.setToolTip("Dismiss (Escape)")
        self.dismiss.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.dismiss.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 6, 8, 6)
        layout.setSpacing(12)
        # Beside each other as a text is read; where they do not fit, both are broken into lines.
        layout.addWidget(self.sentence)
        layout.addWidget(self.hint, 1)
        layout.addWidget(self.dismiss)
        self.is_error = False
        self.hide()

    def make_ready(self) -> None:
        """Find out now how it looks: the first undo says a sentence, and would wait for it."""
        for part in (self, self.sentence, self.hint, self.dismiss):
            part.ensurePolished()
        # Its letters and its sign are looked up in the fonts when they are first drawn, and kept.
        self.grab()

    def say(self, sentence: str, hint: str = "", *, error: bool = False) -> None:
        """Say something."""
        sentence, hint = visible(sentence).text, visible(hint).text
        if error != self.is_error:
            # Only then: asked for a style, PySide makes QStyle and its enums first, and a key waits 50 ms.
            self.is_error = error
            self.sentence.setProperty("kind", "error" if error else "plain")
            self.sentence.style().unpolish(self.sentence)
            self.sentence.style().polish(self.sentence)
        self.sentence.setText(sentence)
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))
        # A label that may break takes less than it needs; the sentence gets its line, if that leaves room.
        wanted = self.sentence.fontMetrics().horizontalAdvance(sentence) + 4
        self.sentence.setMinimumWidth(min(wanted, max(200, self.window().width() * 3 // 5)))
        self.setAccessibleName(f"{sentence} {hint}")
        self.show()
        from workbench.ui.diff.speaking import is_heard, speak  # noqa: PLC0415 - as `diff/spoken.py` says

        if is_heard():
            speak(self, (sentence, hint))
