"""What other models found, as a painted list: each draft that waits for the expert. A click goes there."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.review.findings import Finding
from workbench.review.notes import Intent, Place
from workbench.review.text import one_line
from workbench.ui.fonts import interface_font
from workbench.ui.theme import Theme, mixed

WORD = 70
LEFT = 18
PAD = 7
MOST = 200
_ROWS = 3


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


class FindingsList(QWidget):
    """Painted rows of differing height."""

    finding_chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: tuple[FindingRow, ...] = ()
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

    def show_rows(self, rows: tuple[FindingRow, ...]) -> None:
        """Show these."""
        if rows != self._rows:
            self._rows = rows
            self.setAccessibleName("; ".join(f"{row.intent} {row.where}: {row.claim}" for row in rows))
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
        tops, top = [0], 0
        for row in self._rows:
            room = QRect(0, 0, max(40, width - LEFT - WORD), 1000)
            height = plain.boundingRect(room, Qt.TextFlag.TextWordWrap, row.where).height()
            top += height + self._claim_height(small, room.width(), row) + 2 * PAD + 2
            tops.append(top)
        self._tops = tops

    def _claim_height(self, metrics: QFontMetrics, width: int, row: FindingRow) -> int:
        room = QRect(0, 0, width, 1000)
        whole = metrics.boundingRect(room, Qt.TextFlag.TextWordWrap, row.claim).height()
        return int(min(whole, _ROWS * metrics.lineSpacing()))

    def _colour(self, row: FindingRow) -> QColor:
        theme = self._theme
        if row.outdated:
            return theme.faint
        soft = mixed(theme.open, theme.dim, 0.35)
        return {Intent.MUST: theme.open, Intent.SHOULD: soft}.get(row.intent, theme.accent)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._measure(self.width())
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for number, row in enumerate(self._rows):
                top, bottom = self._tops[number], self._tops[number + 1]
                if bottom >= event.rect().top() and top <= event.rect().bottom():
                    self._paint_row(painter, row, top, bottom)

    def _paint_row(self, painter: QPainter, row: FindingRow, top: int, bottom: int) -> None:
        theme, colour = self._theme, self._colour(row)
        # A ring, where what is judged has a dot: it is a draft.
        painter.setPen(QPen(colour, 1.6))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QPointF(5, top + PAD + 8), 3.6, 3.6)
        painter.setFont(self._bold)
        painter.setPen(colour)
        painter.drawText(QRect(LEFT, top + PAD, WORD - 6, 40), Qt.TextFlag.TextWordWrap, row.intent.value)
        room = QRect(LEFT + WORD, top + PAD, self.width() - LEFT - WORD, bottom - top)
        painter.setFont(self._plain)
        painter.setPen(theme.text)
        painter.drawText(room, Qt.TextFlag.TextWordWrap, row.where)
        used = painter.fontMetrics().boundingRect(room, Qt.TextFlag.TextWordWrap, row.where).height()
        painter.setFont(self._small)
        painter.setPen(theme.dim)
        height = self._claim_height(painter.fontMetrics(), room.width(), row)
        box = QRectF(room.left(), room.top() + used + 2, room.width(), height)
        painter.save()
        painter.setClipRect(box, Qt.ClipOperation.IntersectClip)
        painter.drawText(box, Qt.TextFlag.TextWordWrap, row.claim)
        painter.restore()
        painter.setPen(theme.line)
        painter.drawLine(0, bottom - 1, self.width(), bottom - 1)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        for number, row in enumerate(self._rows):
            if self._tops[number] <= event.position().y() < self._tops[number + 1]:
                self.finding_chosen.emit(row.finding)
