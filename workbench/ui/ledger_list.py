"""The ledger of a round as a painted list: what became of each verdict and note. A click goes there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct
from PySide6.QtCore import QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.review.entries import Entry, Said
from workbench.review.text import one_line, visible
from workbench.ui.fonts import interface_font
from workbench.ui.theme import Theme

WORD = 104
LEFT = 18
PAD = 7
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
        rows.append(LedgerRow("", Said.KEPT, changes, "folded"))
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


class LedgerList(QWidget):
    """Painted rows of differing height."""

    entry_chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: tuple[LedgerRow, ...] = ()
        self._tops: list[int] = [0]
        self._plain = interface_font(12)
        self._bold = interface_font(12, QFont.Weight.DemiBold)
        self._small = interface_font(11)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set_theme(self, theme: Theme) -> None:
        """Wear another theme."""
        self._theme = theme
        self.update()

    def show_rows(self, rows: tuple[LedgerRow, ...]) -> None:
        """Show these."""
        if rows != self._rows:
            self._rows = rows
            self.setAccessibleName("; ".join(f"{row.said} {row.where}" for row in rows))
            self.updateGeometry()
            self.update()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        self._measure(width)
        return self._tops[-1]

    def sizeHint(self) -> QSize:
        return QSize(200, self.heightForWidth(max(self.width(), 200)))

    def _measure(self, width: int) -> None:
        plain, small = QFontMetrics(self._plain), QFontMetrics(self._small)
        wrap = Qt.TextFlag.TextWordWrap
        tops, top = [0], 0
        for row in self._rows:
            room = QRect(0, 0, max(40, width - LEFT - WORD), 1000)
            height = plain.boundingRect(room, wrap, row.where).height()
            if row.words:
                height += small.boundingRect(room, wrap, row.words).height() + 2
            top += height + 2 * PAD
            tops.append(top)
        self._tops = tops

    def paintEvent(self, event: QPaintEvent) -> None:
        self._measure(self.width())
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            theme = self._theme
            for number, row in enumerate(self._rows):
                top, bottom = self._tops[number], self._tops[number + 1]
                if bottom < event.rect().top() or top > event.rect().bottom():
                    continue
                colour = colour_of(row.said, theme)
                painter.setOpacity(0.55 if row.answered else 1.0)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(colour)
                painter.drawEllipse(QPointF(4, top + PAD + 8), 4, 4)
                painter.setFont(self._bold)
                painter.setPen(colour)
                word = QRect(LEFT, top + PAD, WORD - 6, 40)
                painter.drawText(word, Qt.TextFlag.TextWordWrap, row.said.value)
                room = QRect(LEFT + WORD, top + PAD, self.width() - LEFT - WORD, bottom - top)
                painter.setFont(self._plain)
                painter.setPen(theme.text)
                painter.drawText(room, Qt.TextFlag.TextWordWrap, row.where)
                used = painter.fontMetrics().boundingRect(room, Qt.TextFlag.TextWordWrap, row.where).height()
                painter.setFont(self._small)
                painter.setPen(theme.faint)
                painter.drawText(room.adjusted(0, used + 2, 0, 0), Qt.TextFlag.TextWordWrap, row.words)
                painter.setOpacity(1.0)
                painter.setPen(theme.line)
                painter.drawLine(0, bottom - 1, self.width(), bottom - 1)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        for number, row in enumerate(self._rows):
            if self._tops[number] <= event.position().y() < self._tops[number + 1] and row.entry:
                self.entry_chosen.emit(row.entry)
