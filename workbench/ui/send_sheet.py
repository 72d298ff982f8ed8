"""Sending: who can receive the feedback, the exact text, its size, what is unread. Sends nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from workbench.review.costs import dollars
from workbench.review.text import one_line, visible
from workbench.ui.fonts import code_font
from workbench.ui.growing_text import GrowingText
from workbench.ui.sheet import Sheet, buttons, plain
from workbench.ui.shown_text import spelled
from workbench.workflow.outgoing import Outgoing
from workbench.workflow.recipients import Recipient, RecipientKind


class _Text(GrowingText):
    """The exact text, read-only; Ctrl+Enter still sends."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        super().keyPressEvent(event)

    def _fit(self) -> None:
        return


class SendSheet(Sheet):
    """Recipients at the left, the text at the right."""

    sent = Signal(Recipient, bool)
    tray_wanted = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, width=1060, tall=True)
        self._recipients: tuple[Recipient, ...] = ()
        self._sending = False
        self._group = QButtonGroup(self)
        self._group.idToggled.connect(self._on_toggled)
        self.title = plain("Send the feedback", self.card, "title")
        self.body.addWidget(self.title)
        self.summary = plain("Asking who can receive it…", self.card, "dim")
        self.body.addWidget(self.summary)
        middle = QHBoxLayout()
        middle.setSpacing(20)
        self._left = QVBoxLayout()
        self._left.setSpacing(8)
        self._left.addWidget(plain("TO", self.card, "section"))
        self._choices = QVBoxLayout()
        self._left.addLayout(self._choices)
        self.take_out = QCheckBox("", self.card)
        self.take_out.hide()
        self._left.addSpacing(12)
        self._left.addWidget(self.take_out, 0, Qt.AlignmentFlag.AlignLeft)
        self.take_out_words = plain("They are backed up, and undo puts them back.", self.card, "faint")
        self.take_out_words.hide()
        self._left.addWidget(self.take_out_words)
        self._left.addStretch(1)
        side = QWidget(self.card)
        side.setLayout(self._left)
        self._left.setContentsMargins(0, 0, 0, 0)
        side.setFixedWidth(320)
        middle.addWidget(side)
        self.text = _Text(1, self.card)
        self.text.setReadOnly(True)
        self.text.setFont(code_font(12))
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.text.setAccessibleName("The exact text")
        self.text.saved.connect(self._send)
        self.text.left.connect(self.close_sheet)
        right = QVBoxLayout()
        right.setSpacing(8)
        right.addWidget(plain("EXACTLY WHAT IS SENT", self.card, "section"))
        right.addWidget(self.text, 1)
        middle.addLayout(right, 1)
        self.body.addLayout(middle, 1)
        self.error = plain("", self.card, "error")
        self.error.hide()
        self.body.addWidget(self.error)
        row, self.main = buttons(self, "Send")
        self.given = QPushButton("What it is given  b", self.card)
        self.given.setProperty("kind", "quiet")
        self.given.clicked.connect(self._show_given)
        self.given.hide()
        row.insertWidget(0, self.given)
        # Its words, not its edge, stand below the column.
        row.insertSpacing(0, -12)
        self.main.clicked.connect(self._send)
        self.main.setEnabled(False)
        self.body.addLayout(row)
        self.setFocusProxy(self.text)

    def show_outgoing(
        self, outgoing: Outgoing, recipients: Sequence[Recipient], chosen: str, *, take_out: bool
    ) -> None:
        """Show what would leave and to whom; `chosen` is the recipient to start with."""
        self._recipients = tuple(recipients)
        parts = [f"About {outgoing.tokens:,} tokens of feedback"]
        if outgoing.tray is not None:
            parts[0] += f", {outgoing.tray.total:,} with all that a model is given"
            self.given.show()
        unread = "1 change" if outgoing.unread == 1 else f"{outgoing.unread:,} changes"
        parts.append(f"{unread} unread" if outgoing.unread else "everything is read")
        self.summary.setText(" · ".join(parts))
        # To be read, not edited: what is sent is the text itself.
        self.text.setPlainText(visible(outgoing.text).text)
        count = outgoing.rejected_in_work_tree
        self.take_out.setVisible(bool(count))
        self.take_out_words.setVisible(bool(count))
        files = "1 file" if count == 1 else f"{count} files"
        self.take_out.setText(f"Take the rejected lines out of {files} first")
        self.take_out.setChecked(take_out)
        for number, recipient in enumerate(self._recipients):
            name, _, more = recipient.label.partition(": ")
            button = QRadioButton(spelled(one_line(name)).replace("&", "&&"), self.card)
            button.setEnabled(not recipient.lacks)
            self._group.addButton(button, number)
            self._choices.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
            words = f"lacks: {recipient.lacks.removeprefix('no ')}" if recipient.lacks else more
            words = words or _cost_words(outgoing, recipient)
            if words:
                label = plain(words, self.card, "faint")
                label.setContentsMargins(22, 0, 0, 4)
                self._choices.addWidget(label)
        usable = [number for number, each in enumerate(self._recipients) if not each.lacks]
        wanted = [number for number in usable if self._recipients[number].id == chosen]
        for number in (wanted or usable)[:1]:
            self._group.button(number).setChecked(True)
        self._order_keys()

    def _order_keys(self) -> None:
        # Qt shows new fields and gives them their places a turn later. Until then none of them takes the
        # keys, and an arrow, which goes to the field that stands next, goes anywhere.
        for button in self._group.buttons():
            button.show()
        self._left.activate()
        # The recipients were made last, and are what is chosen first: arrows there, Tab goes on to the rest.
        foot = [each for each in self.card.findChildren(QPushButton) if each is not self.given]
        order: list[QWidget] = [*self._group.buttons(), self.take_out, self.text, self.given, *foot]
        for one, other in pairwise(order):
            QWidget.setTabOrder(one, other)
        (self._group.checkedButton() or self.text).setFocus()

    def show_error(self, words: str) -> None:
        """Say what went wrong, here."""
        self._sending = False
        for number, button in enumerate(self._group.buttons()):
            button.setEnabled(not self._recipients[number].lacks)
        self.error.setText(words)
        self.error.show()
        self._on_toggled(self._group.checkedId(), self._group.checkedId() >= 0)

    def choose(self, recipient: str) -> None:
        """Choose a recipient by its id."""
        for number, each in enumerate(self._recipients):
            if each.id == recipient:
                self._group.button(number).setChecked(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (16777220, 16777221):  # Return and Enter, with or without Ctrl
            self._send()
        elif event.text() == "b" and self.given.isVisible():
            self._show_given()
        super().keyPressEvent(event)

    def _show_given(self) -> None:
        number = self._group.checkedId()
        chosen = self._recipients[number] if number >= 0 else None
        asked = chosen is not None and chosen.kind in (RecipientKind.MODEL, RecipientKind.OFFLINE)
        self.tray_wanted.emit(chosen.id if chosen is not None and asked else "")

    def _on_toggled(self, number: int, checked: bool) -> None:
        if checked and not self._sending:
            self.main.setEnabled(True)
            kind = self._recipients[number].kind
            self.main.setText("Copy  Ctrl ↵" if kind is RecipientKind.CLIPBOARD else "Send  Ctrl ↵")

    def _send(self) -> None:
        number = self._group.checkedId()
        if number >= 0 and self.main.isEnabled():
            # Choosing another one now would send it twice.
            self._sending = True
            for button in self._group.buttons():
                button.setEnabled(button.isChecked())
            self.main.setEnabled(False)
            # To start what calls a model takes seconds, in which nothing has left yet.
            is_model = self._recipients[number].kind is RecipientKind.MODEL
            self.main.setText("Starting…" if is_model else "Sending…")
            # What was in the way before may be out of it by now.
            self.error.hide()
            self.sent.emit(self._recipients[number], self.take_out.isVisible() and self.take_out.isChecked())


def _cost_words(outgoing: Outgoing, recipient: Recipient) -> str:
    """What it costs to ask this model, its answer not counted; "" where its price is not known yet."""
    tray, model = outgoing.tray, recipient.model
    if tray is None or model is None:
        return ""
    known = model.price_in
    if known is not None:
        return f"about {dollars(tray.total * known / 1_000_000)} to ask"
    cost = tray.cost(tray.total) if tray.limits.model in (model.model, recipient.id) else None
    return "" if cost is None else f"about {dollars(cost)} to ask"
