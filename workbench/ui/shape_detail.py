"""One change in full, painted below the list of its shape: what one line of a list cannot show."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.review.changes import Change
from workbench.review.text import decode, visible
from workbench.ui.diff.shaping import Shaper
from workbench.ui.fonts import code_font, interface_font
from workbench.ui.shown_text import draw
from workbench.ui.theme import Theme

LINE = 19
MOST = 8
PAD = 6
SIGN = 22


ARROW = 24
"""Pixels between what is taken out and what is put in."""


class ShapeHeading(QWidget):
    """What a shape takes out and what it puts in, by its first change."""

    def __init__(self, theme: Theme, before: str, after: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shaper = Shaper(code_font(13), 4)
        self._parts = [
            (self._shaper.plain(text, theme.text), ground)
            for text, ground in ((before, theme.removed_words), (after, theme.added_words))
            if text
        ]
        self._more = self._shaper.plain("…", theme.text)
        self.setFixedHeight(LINE + 4)
        self.setAccessibleName(visible(f"{before or 'nothing'} becomes {after or 'nothing'}").text)

    def paintEvent(self, event: QPaintEvent) -> None:
        x = 0.0
        with QPainter(self) as painter:
            drop = (self.height() - self._shaper.height) / 2
            for number, ((text, ground), width) in enumerate(zip(self._parts, self._widths(), strict=True)):
                if number:
                    painter.setPen(self._theme.dim)
                    painter.setFont(interface_font())
                    painter.drawText(QRectF(x, 0, ARROW, self.height()), Qt.AlignmentFlag.AlignCenter, "→")
                    x += ARROW
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(ground)
                painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
                painter.drawRoundedRect(QRectF(x, 1, width, self.height() - 2), 4, 4)
                end = text.width
                if end > width - 12:
                    # Whole letters, and a sign that there are more.
                    end = text.x_of(text.index_at(max(0.0, width - 12 - self._more.width)))
                    self._more.draw(painter, x + 6 + end, drop)
                painter.save()
                painter.setClipRect(QRectF(x, 0, 6 + end, self.height()))
                text.draw(painter, x + 6, drop)
                painter.restore()
                x += width

    def _widths(self) -> list[float]:
        """Of both parts: what one does not need, the other has."""
        wanted = [text.width + 12 for text, _ in self._parts]
        room = self.width() - ARROW * (len(wanted) - 1)
        if sum(wanted) <= room or not wanted:
            return wanted
        first = min(wanted[0], max(room / len(wanted), room - sum(wanted[1:])))
        return [first, *(min(each, room - first) for each in wanted[1:])]


class ShapeDetail(QWidget):
    """The removed lines, then the added ones, as many as there is room for."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shaper = Shaper(code_font(12), 4)
        self._lines: list[tuple[str, str]] = []
        self._words = ""
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.make_room(MOST)

    def make_room(self, lines: int) -> None:
        """Be as high as so many lines, within bounds: the list above does not jump from one to the next."""
        self.setFixedHeight(min(max(lines, 1), MOST) * LINE + 2 * PAD)

    def sizeHint(self) -> QSize:
        return QSize(400, self.height())

    def show_change(self, change: Change | None) -> None:
        """Show this one."""
        self._lines, self._words = [], ""
        if change is not None and change.is_text:
            sides = (("−", change.removed), ("+", change.added))
            self._lines = [(sign, visible(decode(line)).text) for sign, side in sides for line in side]
        elif change is not None:
            self._words = visible(change.words or change.kind.value).text
        self.setAccessibleName("\n".join(f"{sign} {text}" for sign, text in self._lines) or self._words)
        self.update()

    @property
    def shows_all(self) -> bool:
        """Whether nothing of the change is cut off here."""
        if not self._lines:
            return bool(self._words)
        widest = max(self._shaper.plain(text, self._theme.text).width for _, text in self._lines[:MOST])
        return len(self._lines) <= MOST and SIGN + widest + 12 <= self.width()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), theme.ground)
            painter.setFont(interface_font(12))
            painter.setPen(theme.text)
            left = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
            if self._words:
                draw(painter, self.rect().adjusted(12, 0, -12, 0), left, self._words)
            fits = len(self._lines) <= MOST
            shown = self._lines if fits else self._lines[: MOST - 1]
            for number, (sign, text) in enumerate(shown):
                row = QRectF(0, PAD + number * LINE, self.width(), LINE)
                painter.fillRect(row, theme.removed_row if sign == "−" else theme.added_row)
                drop = (LINE - self._shaper.height) / 2
                self._shaper.plain(sign, theme.dim).draw(painter, 8, row.top() + drop)
                self._shaper.plain(text, theme.text).draw(painter, SIGN, row.top() + drop)
            if not fits:
                row = QRectF(SIGN, PAD + len(shown) * LINE, self.width() - SIGN, LINE)
                painter.setPen(theme.dim)
                painter.drawText(
                    row, left, f"and {len(self._lines) - len(shown):,} more lines: Enter goes there"
                )
