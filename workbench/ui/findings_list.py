"""What other models found, as a painted list: each draft that waits for the expert. A click goes there."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from workbench.review.findings import Finding
from workbench.review.notes import Intent, Place
from workbench.review.text import one_line
from workbench.ui.entry_list import EntryList, EntryRow
from workbench.ui.theme import SHOULD, Theme, mixed

WORD = 70
MOST = 200
_LINES = 3
"""Lines of a claim that are shown; the whole of it stands in its card."""


class FindingRow(Struct, frozen=True):
    """One line: what it weighs, where it stands, what it claims."""

    finding: str
    intent: Intent
    where: str
    claim: str
    outdated: bool = False


def finding_rows(found: Sequence[tuple[Finding, Place | None]]) -> tuple[FindingRow, ...]:
    """What the panel lists, gravest first."""
    rank = {intent: number for number, intent in enumerate(Intent)}
    rows = []
    for finding, place in sorted(found, key=lambda each: rank[each[0].intent]):
        where = place or finding.place
        name = (where.path or "").rsplit("/", 1)[-1]
        words = f"{finding.id} · {name}:{where.start}" + (" · outdated" if place is None else "")
        claim = one_line(" ".join(finding.claim.split()))
        rows.append(FindingRow(finding.id, finding.intent, one_line(words), claim, place is None))
    return tuple(rows[:MOST])


class FindingsList(EntryList):
    """The rows of the findings."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, WORD, _LINES, parent)
        self._rows: tuple[FindingRow, ...] = ()

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._show()

    def show_rows(self, rows: tuple[FindingRow, ...]) -> None:
        """Show these."""
        if rows != self._rows:
            self._rows = rows
            self._show()

    def _show(self) -> None:
        self.show_entries(
            [
                EntryRow(row.finding, row.intent.value, row.where, row.claim, self._tone(row), draft=True)
                for row in self._rows
            ]
        )

    def _tone(self, row: FindingRow) -> QColor:
        theme = self._theme
        if row.outdated:
            return theme.faint
        soft = mixed(theme.open, theme.dim, SHOULD)
        return {Intent.MUST: theme.open, Intent.SHOULD: soft}.get(row.intent, theme.accent)
