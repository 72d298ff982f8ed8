"""The task, to be written: what was asked, constraints, scope. Asks; what was written goes out as text, and
until it is saved as a draft.
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QWidget

from workbench.ui.fonts import interface_font
from workbench.ui.growing_text import GrowingText
from workbench.ui.hidden_line import HiddenLine
from workbench.ui.note_editor import DRAFT_AFTER
from workbench.ui.sheet import Sheet, buttons, plain
from workbench.ui.single_shot import single_shot


class TaskSheet(Sheet):
    """One text field. It stays until what was written is kept somewhere, or Escape is pressed once more."""

    written = Signal(object)
    drafted = Signal(object)

    def __init__(self, task: str, draft: str | None, parent: QWidget) -> None:
        """`draft` is what was written and not saved yet."""
        super().__init__(parent, width=720)
        self.is_kept = True
        """Whether what was drafted last is on the disk. Whoever hears `drafted` says so."""
        self._is_asked = False
        self._later = single_shot(self, DRAFT_AFTER, self._on_draft)
        self.body.addWidget(plain("The task", self.card, "title"))
        words = (
            "What was asked, in Markdown. The next round is given it whole. "
            "A line “Scope: src/*” or “Out of scope: docs/*” says which paths may change."
        )
        self.body.addWidget(plain(words, self.card, "dim"))
        self.text = GrowingText(10, self.card)
        self.text.setFont(interface_font())
        self.text.setPlainText(task if draft is None else draft)
        self.text.moveCursor(QTextCursor.MoveOperation.End)
        self.text.textChanged.connect(self._later.start)
        self.text.setAccessibleName("The task")
        self.text.saved.connect(self._on_saved)
        self.text.left.connect(self.close_sheet)
        self.text.grown.connect(self.fit)
        self.body.addWidget(self.text)
        self.hidden = HiddenLine(self.card, self.text)
        self.hidden.changed.connect(self.fit)
        self.body.addWidget(self.hidden)
        row, main = buttons(self, "Save")
        main.clicked.connect(self._on_saved)
        self.body.addLayout(row)
        self.setFocusProxy(self.text)

        self.error = plain("", self.card, "error")
        self.error.hide()
        self.body.insertWidget(self.body.count() - 1, self.error)

    def _on_saved(self) -> None:
        self.written.emit(self.text.toPlainText().strip())

    def _on_draft(self) -> None:
        self.drafted.emit(self.text.toPlainText())

    def show_error(self, words: str) -> None:
        """What was written could not be saved, or kept."""
        self.error.setText(words)
        self.error.show()
        self.fit()

    def saved(self) -> None:
        """It is in the review: the sheet is done."""
        self._later.stop()
        super().close_sheet()

    def close_sheet(self) -> None:
        if self._later.isActive() or not self.is_kept:
            self._later.stop()
            self._on_draft()
        if self.is_kept or self._is_asked:
            super().close_sheet()
        self._is_asked = True
