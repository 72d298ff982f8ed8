"""The part of the side panel about other models' findings: what runs, what waits, what came of them all."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from workbench.ui.findings_list import FindingRow, FindingsList
from workbench.ui.running_card import RunningCard
from workbench.ui.sheet import plain
from workbench.ui.side_panel import ABOVE
from workbench.ui.theme import Theme


class FindingsPanel(QWidget):
    """A title, the card of a reading that runs, the drafts, and counts by model. Shows and asks."""

    finding_chosen = Signal(str)
    cancel_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("kind", "panel")
        self.title = QLabel("FINDINGS", self)
        self.title.setProperty("kind", "section")
        self.title.setContentsMargins(0, ABOVE, 0, 0)
        self.running = RunningCard(self)
        self.running.cancel.setToolTip("Cancel the reading")
        self.running.cancel_wanted.connect(self.cancel_wanted)
        self.running.hide()
        self.list = FindingsList(theme, self)
        self.list.chosen.connect(self.finding_chosen)
        self.said = plain("", self, "small")
        self.counts = plain("", self, "small")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for widget in (self.title, self.running, self.list, self.said, self.counts):
            layout.addWidget(widget)

    def set_theme(self, theme: Theme) -> None:
        """Wear another theme."""
        self.list.set_theme(theme)

    def show_findings(self, rows: tuple[FindingRow, ...], said: Sequence[str]) -> None:
        """Show the drafts that wait, and what the readings of this round came to."""
        waiting = f" · {len(rows)} WAIT" if len(rows) != 1 else " · 1 WAITS"
        self.title.setText(f"FINDINGS{waiting if rows else ''}")
        self.list.show_rows(rows)
        self.list.setVisible(bool(rows))
        self.said.setText("\n".join(said))
        self.said.setVisible(bool(said))

    def show_counts(self, lines: Sequence[str]) -> None:
        """Show what came of every model's findings over all reviews."""
        self.counts.setText("\n".join(lines))
        self.counts.setVisible(bool(lines))
