"""The right: rounds, what runs, the ledger, and what the next round gets. Shows and asks; decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from workbench.ui.ledger_list import LedgerList, LedgerRow
from workbench.ui.rounds_bars import RoundBar, RoundsBars
from workbench.ui.theme import Theme

if TYPE_CHECKING:
    from workbench.ui.running_card import RunningCard


ABOVE = 12
"""Pixels over a section: they go with its title, so that one which is not there leaves no hole."""


def section(text: str, parent: QWidget, *, above: int = ABOVE) -> QLabel:
    """A section's title."""
    label = QLabel(text.upper(), parent)
    label.setProperty("kind", "section")
    label.setContentsMargins(0, above, 0, 0)
    return label


class SidePanel(QScrollArea):
    """The sections, one under another; those that have nothing to say are not there."""

    entry_chosen = Signal(str)
    exchange_chosen = Signal(str)
    cancel_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "panel")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._inner = inner = QWidget(self)
        inner.setProperty("kind", "panel")
        self.bars = RoundsBars(theme, inner)
        self.bars.exchange_chosen.connect(self.exchange_chosen)
        self._running: RunningCard | None = None
        self.ledger_title = section("Ledger", inner)
        self.ledger = LedgerList(theme, inner)
        self.ledger.chosen.connect(self.entry_chosen)
        self.next_title = section("Next round gets", inner)
        self.next_rows = QWidget(inner)
        self._grid = QGridLayout(self.next_rows)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(7)
        self._grid.setColumnStretch(0, 1)
        self._next: tuple[tuple[str, str], ...] = ()
        layout = QVBoxLayout(inner)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.setSpacing(8)
        layout.addWidget(section("Rounds", inner, above=0))
        layout.addWidget(self.bars)
        self._rounds = QVBoxLayout()
        layout.addLayout(self._rounds)
        for widget in (self.ledger_title, self.ledger):
            layout.addWidget(widget)
        self._more = QVBoxLayout()
        layout.addLayout(self._more)
        layout.addWidget(self.next_title)
        layout.addWidget(self.next_rows)
        layout.addStretch(1)
        self.setWidget(inner)
        self.show_ledger((), 1)
        self.next_title.hide()

    def add_section(self, widget: QWidget) -> None:
        """A further section, below the ledger."""
        self._more.addWidget(widget)

    def running(self) -> RunningCard:
        """The card of the round that is being made; made when there is one, because most starts have none."""
        if self._running is None:
            from workbench.ui.running_card import RunningCard  # noqa: PLC0415 - said above

            self._running = RunningCard(self._inner)
            self._running.cancel_wanted.connect(self.cancel_wanted)
            self._rounds.addWidget(self._running)
        return self._running

    def hide_running(self) -> None:
        """No round is being made any more."""
        if self._running is not None:
            self._running.hide()

    def set_theme(self, theme: Theme) -> None:
        """Wear another theme."""
        self.bars.set_theme(theme)
        self.ledger.set_theme(theme)

    def show_bars(self, bars: tuple[RoundBar, ...]) -> None:
        """Show the rounds."""
        self.bars.show_bars(bars)

    def show_ledger(self, rows: tuple[LedgerRow, ...], number: int) -> None:
        """Show the ledger of round `number`; nothing in a first round."""
        self.ledger_title.setText(f"LEDGER · ROUND {number}")
        self.ledger.show_rows(rows)
        self.ledger_title.setVisible(bool(rows))
        self.ledger.setVisible(bool(rows))

    def show_next(self, rows: Sequence[tuple[str, str]]) -> None:
        """Show what the next round gets, by name and size. The last row is the sum."""
        if tuple(rows) == self._next:
            return
        self._next = tuple(rows)
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                # Taken away at once: what is deleted later would still be seen under the new rows.
                widget.hide()
                widget.deleteLater()
        for number, (name, size) in enumerate(rows):
            is_sum = number == len(rows) - 1
            if is_sum:
                line = QFrame(self.next_rows)
                line.setProperty("kind", "line")
                line.setFixedHeight(1)
                self._grid.addWidget(line, number, 0, 1, 2)
            left, right = QLabel(name, self.next_rows), QLabel(size, self.next_rows)
            left.setProperty("kind", "title" if is_sum else "plain")
            left.setWordWrap(True)
            right.setProperty("kind", "plain" if is_sum else "faint")
            right.setAlignment(Qt.AlignmentFlag.AlignRight)
            self._grid.addWidget(left, number + is_sum, 0)
            self._grid.addWidget(right, number + is_sum, 1)
        self.next_title.setVisible(bool(rows))
