"""The task, to be written: what was asked, constraints, scope. Asks; what was written goes out as text."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from workbench.ui.fonts import interface_font
from workbench.ui.growing_text import GrowingText
from workbench.ui.hidden_line import HiddenLine
from workbench.ui.sheet import Sheet, buttons, plain


class TaskSheet(Sheet):
    """One text field."""

    written = Signal(str)

    def __init__(self, task: str, parent: QWidget) -> None:
        super().__init__(parent, width=720)
        self.body.addWidget(plain("The task", self.card, "title"))
        words = (
            "What was asked, in Markdown. The next round is given it whole. "
            "A line “Scope: src/*” or “Out of scope: docs/*” says which paths may change."
        )
        self.body.addWidget(plain(words, self.card, "dim"))
        self.text = GrowingText(10, self.card)
        self.text.setFont(interface_font())
        self.text.setPlainText(task)
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

    def _on_saved(self) -> None:
        text = self.text.toPlainText().strip()
        self.close_sheet()
        self.written.emit(text)
