"""Who reads this round: the models that can, what came of each one's findings, how much it would be given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QVBoxLayout, QWidget

from workbench.review.text import one_line
from workbench.ui.sheet import Sheet, buttons, plain
from workbench.ui.shown_text import spelled
from workbench.workflow.recipients import Recipient

NO_MODEL = (
    "No model is set. settings.toml (“workbench doctor” says where it is) names one, "
    "in a line under [models]:\n"
    'reader = { model = "anthropic/claude-sonnet-4-5" }'
)


class ReaderSheet(Sheet):
    """A choice of one model, and one thing to do."""

    chosen = Signal(str)

    def __init__(self, number: int, parent: QWidget) -> None:
        super().__init__(parent, width=620)
        self._recipients: tuple[Recipient, ...] = ()
        self._group = QButtonGroup(self)
        self._group.idToggled.connect(self._on_toggled)
        self.body.addWidget(plain(f"Have another model read round {number}", self.card, "title"))
        words = (
            "It is given the task and every change, and nothing that you judged or noted. What it finds "
            "waits as drafts at its lines: a adopts one as a note, x dismisses it. What you do not adopt is "
            "never sent."
        )
        self.body.addWidget(plain(words, self.card, "dim"))
        self.amount = plain("Asking who can read…", self.card, "dim")
        self.body.addWidget(self.amount)
        self._choices = QVBoxLayout()
        self._choices.setSpacing(4)
        self.body.addLayout(self._choices)
        self.error = plain("", self.card, "error")
        self.error.hide()
        self.body.addWidget(self.error)
        row, self.main = buttons(self, "Read", "↵")
        self.main.clicked.connect(self._read)
        self.main.setEnabled(False)
        self.body.addLayout(row)

    def show_readers(
        self, recipients: Sequence[Recipient], notes: Mapping[str, str], last: str, tokens: int
    ) -> None:
        """Show who can read, what is to be said of each by its id, and about how much it would be given."""
        self._recipients = tuple(recipients)
        self.amount.setText(f"About {tokens:,} tokens" if recipients else NO_MODEL)
        for number, recipient in enumerate(self._recipients):
            button = QRadioButton(spelled(one_line(recipient.label)).replace("&", "&&"), self.card)
            button.setEnabled(not recipient.lacks)
            self._group.addButton(button, number)
            self._choices.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
            button.show()
            lacks = f"lacks: {recipient.lacks.removeprefix('no ')}" if recipient.lacks else ""
            said = lacks or notes.get(recipient.id, "")
            if said:
                label = plain(said, self.card, "faint")
                label.setContentsMargins(22, 0, 0, 4)
                self._choices.addWidget(label)
                label.show()
        usable = [number for number, each in enumerate(self._recipients) if not each.lacks]
        wanted = [number for number in usable if self._recipients[number].id == last]
        for number in (wanted or usable)[:1]:
            self._group.button(number).setChecked(True)
            self._group.button(number).setFocus()
        self.fit()

    def show_error(self, words: str) -> None:
        """Say what went wrong, here."""
        self.error.setText(words)
        self.error.show()
        self.fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._read()
        super().keyPressEvent(event)

    def _on_toggled(self, _: int, checked: bool) -> None:
        if checked:
            self.main.setEnabled(True)

    def _read(self) -> None:
        number = self._group.checkedId()
        if number >= 0 and self.main.isEnabled():
            self.close_sheet()
            self.chosen.emit(self._recipients[number].id)
