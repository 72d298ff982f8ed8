"""Paints one row of the file panel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QWidget

from workbench.ui.chevron import SIZE, paint_chevron
from workbench.ui.diff.kept_rows import KeptRows
from workbench.ui.file_model import Index, row_of
from workbench.ui.file_rows import FileRow, RowKind, Tint
from workbench.ui.fonts import interface_font
from workbench.ui.shown_text import draw, elided
from workbench.ui.theme import Theme

if TYPE_CHECKING:
    from PySide6.QtWidgets import QStyleOptionViewItem

ROW = 23
INDENT = 16
FOLD = 12
"""Pixels of the triangle before a folder, with what is between it and the name."""
FULL_STEPS = 3
LEFT = 14
RIGHT = 12
LONG_ENDING, TAIL = 6, 4
"""Letters of the end of a name, after its last dot, from which on it gives way before the rest; and how many
of them never do: what opens a file hangs on its end.
"""
LEAST = 30
"""Pixels of a name that are shown however much else there is to say."""
_LEFT = (Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft).value
_RIGHT = (Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight).value
_KEPT = 400
"""Rows of which it is known what they were when they were painted last."""


class FileDelegate(QStyledItemDelegate):
    """Paints one row."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._font = interface_font()
        self._small = interface_font(11)
        self._small_metrics = QFontMetrics(self._small)
        self.current = ""
        self.shape = ""
        """The key of the row of the shape that the cursor is on, where the files are listed by shape."""
        # Known here and not read from the option's state: importing QStyle takes 13 ms of every start.
        self.hovered = -1
        self.focused = -1
        # Going to another file scrolls the list, which paints all of it: words cost more than their pixels.
        self._kept = KeptRows()
        self._rows: dict[object, FileRow] = {}
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Wear another theme."""
        self._theme = theme
        self._tints: dict[Tint, QColor] = {
            Tint.ACCEPTED: theme.accepted,
            Tint.REJECTED: theme.rejected,
            Tint.OPEN: theme.open,
            Tint.ALTERED: theme.altered,
            Tint.BACK: theme.back,
            Tint.FAINT: theme.faint,
        }

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(100, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row, number = row_of(index), index.row()
        # By what it stands for: a filter moves rows about, and what they look like stays.
        name = (row.kind, row.group, row.key or number)
        row = self._as_before(name, row)
        is_here = row.key == self.current and row.group in ("", self.shape)
        is_current = is_here if row.kind is RowKind.FILE else bool(self.shape) and row.key == self.shape
        is_hovered = number == self.hovered and row.kind in (RowKind.FILE, RowKind.FOLDER)
        is_focused = number == self.focused

        def paint_row(on: QPainter, area: QRect) -> None:
            self._paint_ground(on, area, is_current=is_current, is_hovered=is_hovered, is_focused=is_focused)
            self._paint_words(on, area, row)

        made_from = (row, is_current, is_hovered, is_focused, self._theme)
        self._kept.draw(painter, name, made_from, option.rect, paint_row)

    def _as_before(self, name: object, row: FileRow) -> FileRow:
        """The very row that was painted last, if it says the same: filtered, most rows are made anew."""
        before = self._rows.get(name)
        if before == row:
            return before
        if len(self._rows) >= _KEPT:
            self._rows.clear()
        self._rows[name] = row
        return row

    def _paint_ground(
        self, painter: QPainter, area: QRect, *, is_current: bool, is_hovered: bool, is_focused: bool
    ) -> None:
        theme = self._theme
        painter.fillRect(area, theme.panel)
        if is_current:
            painter.fillRect(area, theme.raised)
            painter.fillRect(QRect(area.left(), area.top(), 2, area.height()), theme.accent)
        elif is_hovered:
            painter.fillRect(area, theme.raised)
        if is_focused:
            painter.setPen(theme.accent)
            painter.drawRect(area.adjusted(0, 0, -1, -1))

    def _paint_words(self, painter: QPainter, area: QRect, row: FileRow) -> None:
        painter.setFont(self._font)
        metrics = painter.fontMetrics()
        # Deep folders step in less: of names that stand far right nothing would be left.
        inset = min(row.depth, FULL_STEPS) * INDENT + max(0, row.depth - FULL_STEPS) * INDENT // 3
        inner = area.adjusted(LEFT + inset, 0, -RIGHT, 0)
        if row.kind is RowKind.FOLDER:
            middle = QPointF(inner.left() + SIZE, area.top() + area.height() / 2)
            paint_chevron(painter, middle, self._theme.dim, folded=row.folded, scale=1.0)
            inner.setLeft(inner.left() + FOLD)
        right = self._mark(painter, inner, row, metrics)
        alarms = self.alarms(row, right - inner.left(), metrics)
        room = right - inner.left() - self._room_of(alarms)
        name = _fitting(row, metrics, max(room, LEAST))
        self._paint_name(painter, inner, row, name)
        if row.badge or alarms:
            left = inner.left() + metrics.horizontalAdvance(name) + 6
            self._badges(painter, QRect(left, inner.top(), right - left, inner.height()), row.badge, alarms)

    def _paint_name(self, painter: QPainter, inner: QRect, row: FileRow, name: str) -> None:
        """The name, and the folders that only lead to the last one a little quieter than that one."""
        ink = self._ink(row)
        lead = max(0, row.lead - len(row.name) + len(name)) if row.lead else 0
        if lead:
            painter.setPen(self._theme.dim)
            draw(painter, inner, _LEFT, name[:lead])
            inner = inner.adjusted(painter.fontMetrics().horizontalAdvance(name[:lead]), 0, 0, 0)
        painter.setPen(ink)
        draw(painter, inner, _LEFT, name[lead:])

    def _mark(self, painter: QPainter, inner: QRect, row: FileRow, metrics: QFontMetrics) -> int:
        """Paint what stands at the right edge; where the name has to end."""
        if not row.mark:
            return inner.right()
        width = metrics.horizontalAdvance(row.mark)
        painter.setPen(self._tints[row.tint])
        draw(painter, inner, _RIGHT, row.mark)
        return inner.right() - width - 8

    def alarms(self, row: FileRow, room: int, metrics: QFontMetrics) -> Sequence[tuple[str, Tint]]:
        """What is said of danger is never what gives way: all of it beside the name, or else the first with
        how many more there are, which the tooltip names.
        """
        if len(row.alarms) < 2:
            return row.alarms
        if metrics.horizontalAdvance(row.name) + self._room_of(row.alarms) <= room:
            return row.alarms
        text, tint = row.alarms[0]
        return ((f"{text} +{len(row.alarms) - 1}", tint),)

    def _room_of(self, alarms: Sequence[tuple[str, Tint]]) -> int:
        """What a name has to leave free."""
        return sum(self._small_metrics.horizontalAdvance(text) + 6 for text, _ in alarms)

    def _badges(self, painter: QPainter, room: QRect, badge: str, alarms: Sequence[tuple[str, Tint]]) -> None:
        painter.setFont(self._small)
        plain = Tint.ACCEPTED if badge == "new" else Tint.FAINT
        last = [(badge, plain)] if badge else []
        left, right = room.left(), room.left() + room.width()
        for text, tint in (*alarms, *last):
            width = self._small_metrics.horizontalAdvance(text)
            if left + width <= right or tint is Tint.BACK:
                painter.setPen(self._tints[tint])
                where = QRect(left, room.top() + 1, width + 1, room.height() - 1)
                painter.drawText(where, _LEFT, text)
                left += width + 6

    def _ink(self, row: FileRow) -> QColor:
        if row.kind is RowKind.NOT_SHOWN:
            return self._theme.faint
        return self._theme.dim if row.kind is RowKind.HEADING else self._theme.text


def _fitting(row: FileRow, metrics: QFontMetrics, room: int) -> str:
    """As much of a name as there is room for: of what tells it from the others around it first."""
    # Of folders in one row the last is the one that is meant.
    if row.lead:
        return elided(metrics, row.name, Qt.TextElideMode.ElideLeft, room)
    stem, _, ending = row.name.rpartition(".")
    if row.kind is RowKind.FILE and stem and len(ending) >= LONG_ENDING:
        # Many files end in the same long word: it gives way before the name that stands before it.
        if metrics.horizontalAdvance(row.name) <= room:
            return row.name
        tail = f"…{ending[-TAIL:]}"
        left = room - metrics.horizontalAdvance(tail)
        if metrics.horizontalAdvance(stem) <= left:
            return f"{stem}{tail}"
        return elided(metrics, stem, Qt.TextElideMode.ElideMiddle, left).removesuffix("…") + tail
    return elided(metrics, row.name, Qt.TextElideMode.ElideMiddle, room)
