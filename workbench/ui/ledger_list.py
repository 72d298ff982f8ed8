"""The ledger of a round as a painted list: what became of each verdict and note. A click goes there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from workbench.review.entries import Entry, Said
from workbench.review.text import one_line, visible
from workbench.ui.entry_list import EntryList, EntryRow
from workbench.ui.theme import Theme

WORD = 104
MOST = 200
_ANSWERS = {
    "taken": "the new is taken",
    "restored": "restored",
    "again": "sent again",
    "kept out": "stays out",
}


class LedgerRow(Struct, frozen=True):
    """One line: the word and its colour, where, and what there is to say. `entry` is "" for a folded line."""

    entry: str
    said: Said
    where: str
    words: str
    answered: bool = False


def ledger_rows(entries: Sequence[Entry], answered: Mapping[str, str]) -> tuple[LedgerRow, ...]:
    """What the panel lists: all but the kept ones, which are one line with their count."""
    rows: list[LedgerRow] = []
    kept = 0
    for entry in entries:
        if entry.said is Said.KEPT:
            kept += max(1, len(entry.changes))
            continue
        name = (entry.path or "the review").rsplit("/", 1)[-1]
        place = f"{name}:{entry.line}" if entry.path and entry.line else name
        where = f"{entry.note} · {place}" if entry.note else place
        answer = answered.get(entry.id, "")
        words = _ANSWERS.get(answer, answer) or entry.words
        rows.append(LedgerRow(entry.id, entry.said, one_line(where), visible(words).text, bool(answer)))
    if kept:
        changes = "1 accepted change" if kept == 1 else f"{kept} accepted changes"
        rows.append(LedgerRow("", Said.KEPT, changes, "as you accepted them"))
    return tuple(rows[:MOST])


def colour_of(said: Said, theme: Theme) -> QColor:
    """The theme's colour for a word of the ledger."""
    if said in (Said.KEPT, Said.GROWN):
        return theme.accepted
    if said in (Said.CAME_BACK, Said.STILL_THERE, Said.OUT_OF_SCOPE, Said.LEFT_OUT):
        return theme.back
    if said in (Said.ALTERED, Said.KEEP_ALTERED):
        return theme.altered
    if said in (Said.ANSWERED, Said.TOUCHED):
        return theme.accent
    return theme.open


class LedgerList(EntryList):
    """The rows of the ledger."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, WORD, parent=parent)
        self._rows: tuple[LedgerRow, ...] = ()

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._show()

    def show_rows(self, rows: tuple[LedgerRow, ...]) -> None:
        """Show these."""
        if rows != self._rows:
            self._rows = rows
            self._show()

    def _show(self) -> None:
        theme = self._theme
        self.show_entries(
            [
                EntryRow(
                    row.entry, row.said.value, row.where, row.words, colour_of(row.said, theme), row.answered
                )
                for row in self._rows
            ]
        )
