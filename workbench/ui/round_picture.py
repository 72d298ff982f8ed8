"""The rounds as a picture: what each brought, what became of it, what it cost. Painted; counts nothing.

Every part of a bar has its sign and its number in it or below it, so that no colour has to be told apart.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from workbench.review.costs import Sum, dollars
from workbench.review.round_counts import RoundCounts
from workbench.review.text import one_line
from workbench.ui.fonts import interface_font
from workbench.ui.shown_text import draw_at, elided
from workbench.ui.table import ScrollSheet
from workbench.ui.theme import Theme, chosen, legible, mixed

ROW, LEGEND, LEFT, RIGHT, BAR = 84, 34, 172, 236, 20
NO_ROUNDS = "There is no round yet. Ctrl+Shift+Enter asks a model for one."
MANY = 6
"""Rounds up to which the sheet is as high as they are."""


class Part(Struct, frozen=True):
    """One part of a bar: how many, its sign, its word, and the theme's colour for it."""

    count: int
    sign: str
    word: str
    tone: str


_PARTS = (
    ("✓", "accepted", "accepted"),
    ("✗", "rejected", "rejected"),
    ("◐", "mixed", "open"),
    ("?", "asked", "open"),
    ("○", "unread", "open"),
)
_HOLLOW = "asked"
"""What is drawn as an outline, here as at the edge of the code and in the ruler."""


def parts_of(row: RoundCounts) -> tuple[Part, ...]:
    """A round's bar, part by part; those without a change are not there."""
    now = row.progress
    counts = (now.accepted, now.rejected, now.mixed, now.asked, now.unread)
    return tuple(
        Part(count, sign, word, tone)
        for count, (sign, word, tone) in zip(counts, _PARTS, strict=True)
        if count
    )


class _Picture(QWidget):
    """One row a round: its number and author, the bar, what the ledger held against it, what it cost."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.rows: tuple[RoundCounts, ...] = ()
        self._font, self._small = interface_font(13), interface_font(11)
        self._strong = interface_font(13, QFont.Weight.DemiBold)
        self._count = interface_font(11, QFont.Weight.DemiBold)

    def show_rows(self, rows: Sequence[RoundCounts]) -> None:
        """Show these rounds."""
        self.rows = tuple(rows)
        self.setFixedHeight(LEGEND + ROW * len(self.rows))
        said = [f"round {row.number}, {row.author or 'did not come'}: {row.words}" for row in self.rows]
        self.setAccessibleName("; ".join(said))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(900, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        most = max((row.changes for row in self.rows), default=0)
        dear = max((row.spent.tokens for row in self.rows), default=0)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._legend(painter)
            for number, row in enumerate(self.rows):
                box = QRectF(0, LEGEND + number * ROW, self.width(), ROW)
                if box.bottom() >= event.rect().top() and box.top() <= event.rect().bottom():
                    self._row(painter, row, box, most, dear)

    def _legend(self, painter: QPainter) -> None:
        theme = self._theme
        painter.setFont(self._small)
        wide = painter.fontMetrics().horizontalAdvance
        parts = (*_PARTS, ("≠", "altered", "altered"), ("↩", "came back", "back"))
        needs = sum(wide(sign) + wide(word) + 23 for sign, word, _ in parts)
        # Above the bars; in a narrow window it begins further left.
        at = float(max(0, min(LEFT, self.width() - needs)))
        for sign, word, tone in parts:
            painter.setPen(getattr(theme, tone))
            painter.drawText(QPointF(at, 20), sign)
            at += wide(sign) + 5
            painter.setPen(theme.dim)
            painter.drawText(QPointF(at, 20), word)
            at += wide(word) + 18
        painter.fillRect(QRectF(0, LEGEND - 1, self.width(), 1), theme.line)

    def _row(self, painter: QPainter, row: RoundCounts, box: QRectF, most: int, dear: int) -> None:
        theme = self._theme
        if row.current:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(chosen(theme))
            painter.drawRoundedRect(box.adjusted(0, 4, 0, -4), 6, 6)
            theme = legible(theme, chosen(theme))
        painter.setFont(self._strong)
        painter.setPen(theme.text)
        painter.drawText(QPointF(12, box.top() + 32), f"Round {row.number}")
        painter.setFont(self._small)
        painter.setPen(theme.dim)
        author = _author(row)
        draw_at(
            painter,
            QPointF(12, box.top() + 52),
            elided(painter.fontMetrics(), author, Qt.TextElideMode.ElideRight, LEFT - 24),
        )
        room = QRectF(LEFT, box.top() + 18, self.width() - LEFT - RIGHT, BAR)
        if row.changes:
            self._bar(painter, row, room, most)
        else:
            painter.setPen(theme.dim)
            words = "it did not come" if not row.author else "nothing differs from the base"
            painter.drawText(QPointF(LEFT, box.top() + 32), words)
        self._ledger(painter, theme, row, QPointF(LEFT, box.top() + 58))
        self._cost(painter, theme, row, QRectF(self.width() - RIGHT + 24, box.top(), RIGHT - 36, ROW), dear)

    def _bar(self, painter: QPainter, row: RoundCounts, room: QRectF, most: int) -> None:
        """As long as the round has changes; a part that is too short for its number has it told below."""
        parts = parts_of(row)
        width = max(room.width() * row.changes / most, 4.0 * len(parts)) - 2.0 * (len(parts) - 1)
        least = 3.0
        spare = width - least * len(parts)
        left = room.left()
        painter.setFont(self._count)
        for part in parts:
            wide = least + spare * part.count / row.changes
            ink = self._block(painter, QRectF(left, room.top(), wide, room.height()), part)
            words = f"{part.sign} {part.count:,}"
            if painter.fontMetrics().horizontalAdvance(words) + 8 <= wide:
                painter.setPen(ink)
                painter.drawText(
                    QRectF(left, room.top(), wide, room.height()), Qt.AlignmentFlag.AlignCenter, words
                )
            left += wide + 2

    def _block(self, painter: QPainter, box: QRectF, part: Part) -> QColor:
        """Draw one part of a bar; what is written on it in."""
        colour: QColor = getattr(self._theme, part.tone)
        if part.word != _HOLLOW:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawRoundedRect(box, 3, 3)
            return _on(colour)
        painter.setPen(QPen(colour, 2))
        # On the sheet's ground, also in the row that is chosen: on that one's own it could not be read.
        painter.setBrush(self._theme.raised)
        painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 2, 2)
        return colour

    def _ledger(self, painter: QPainter, theme: Theme, row: RoundCounts, at: QPointF) -> None:
        painter.setFont(self._small)
        metrics = QFontMetrics(self._small)
        pieces = [(f"{row.changes:,} {'change' if row.changes == 1 else 'changes'}", theme.text)]
        pieces += [(f"{part.sign} {part.count:,}", getattr(theme, part.tone)) for part in parts_of(row)]
        pieces += [(f"≠ {row.altered:,} altered", theme.altered)] if row.altered else []
        pieces += [(f"↩ {row.back:,} came back", theme.back)] if row.back else []
        pieces += [(f"failed {row.failed}×", theme.rejected)] if row.failed else []
        left = at.x()
        for words, colour in pieces if row.author else pieces[-1:]:
            painter.setPen(colour)
            painter.drawText(QPointF(left, at.y()), words)
            left += metrics.horizontalAdvance(words) + 16

    def _cost(self, painter: QPainter, theme: Theme, row: RoundCounts, box: QRectF, dear: int) -> None:
        spent = row.spent
        painter.setFont(self._font)
        painter.setPen(theme.text if spent.calls else theme.faint)
        painter.drawText(QPointF(box.left(), box.top() + 32), cost_of(spent))
        painter.setFont(self._small)
        painter.setPen(theme.dim)
        painter.drawText(QPointF(box.left(), box.top() + 66), tokens_of(spent))
        if dear:
            whole = QRectF(box.left(), box.top() + 42, box.width(), 5)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(mixed(theme.text, theme.raised, 0.08))
            painter.drawRoundedRect(whole, 2, 2)
            painter.setBrush(theme.accent)
            painter.drawRoundedRect(whole.adjusted(0, 0, -whole.width() * (1 - spent.tokens / dear), 0), 2, 2)


class RoundPicture(ScrollSheet):
    """The sheet around the picture."""

    def __init__(self, theme: Theme, count: int, parent: QWidget) -> None:
        self.picture = _Picture(theme, parent)
        super().__init__("The rounds", self.picture, parent, width=1120, tall=count > MANY)
        self.summary.setText("Counting…")
        self.area.setMinimumHeight(LEGEND + ROW * max(1, min(count, MANY)) + 2)

    def show_rows(self, rows: Sequence[RoundCounts]) -> None:
        """Show the figures."""
        self.summary.setText(summary(rows))
        self.picture.show_rows(rows)


def summary(rows: Sequence[RoundCounts]) -> str:
    """All rounds in one line."""
    if not rows:
        return NO_ROUNDS
    altered, back = sum(row.altered for row in rows), sum(row.back for row in rows)
    count = sum(bool(row.author) for row in rows)
    parts = ["1 round" if count == 1 else f"{count} rounds"]
    parts += [f"{altered:,} altered"] if altered else []
    parts += [f"{back:,} came back"] if back else []
    return " · ".join(parts)


def cost_of(spent: Sum) -> str:
    """What a round cost, in few words; where nothing was asked of a model, that."""
    if not spent.calls:
        return "no call"
    known = spent.calls - spent.unknown_cost
    words = f"{'about ' if spent.estimated and spent.cost else ''}{dollars(spent.cost)}" if known else ""
    unknown = f"{spent.unknown_cost:,} of {spent.calls:,} unknown" if known else "cost unknown"
    return " · ".join(part for part in (words, unknown if spent.unknown_cost else "") if part)


def tokens_of(spent: Sum) -> str:
    """The tokens of a round in words."""
    return spent.token_words if spent.calls else ""


def _author(row: RoundCounts) -> str:
    names = {"worktree": "work tree", "expert": "yours"}
    author = names.get(row.author, one_line(row.author))
    return f"{author} · {row.edits} of yours" if row.edits else author


def _on(colour: QColor) -> QColor:
    """Black or white, whichever is read better on a colour."""
    light = (0.299 * colour.red() + 0.587 * colour.green() + 0.114 * colour.blue()) > 140
    return QColor("#000000" if light else "#ffffff")
