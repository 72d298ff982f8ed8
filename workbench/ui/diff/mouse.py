"""The mouse on the diff view: a click sets the cursor, a drag selects lines, headers fold, gaps open."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from workbench.review.blocks import Sort
from workbench.review.changes import Side
from workbench.ui.diff.cursor import mark_of
from workbench.ui.diff.jumping import Jumping
from workbench.ui.diff.layout import Spot
from workbench.ui.theme import Theme


class Mouse(Jumping):
    """Steering by mouse."""

    activated = Signal(object)
    """A double click: the `Stop` under it."""
    zoomed = Signal(int)
    """The wheel with Ctrl: larger (1) or smaller (-1)."""

    def __init__(self, parent: QWidget | None = None, theme: Theme | None = None) -> None:
        super().__init__(parent, theme)
        self._dragging = self._at_gap = False
        self._creep = QTimer(self)
        self._creep.setInterval(30)
        self._creep.timeout.connect(self._drag_on)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        spot = self._spot_under(event.position().toPoint())
        if spot is None:
            return
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        section = self._layout.sections[spot.section]
        if spot.block < 0:
            self._fold(section, folded=not section.folded)
            return
        block = self._layout.block(spot)
        self._at_gap = block.sort is Sort.GAP
        if self._at_gap:
            self._open_gap(spot, event.position().x())
        if block.sort in (Sort.GAP, Sort.WORDS, Sort.EDITOR, Sort.PICTURE):
            return
        mark = mark_of(self._layout, spot, self._side_under(event.position().toPoint()))
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and self._cursor is not None:
            if self._anchor is None and self._cursor.is_line:
                self._anchor, self._both_sides = self._cursor, False
        else:
            self.clear_selection()
            self._dragging = mark.is_line
        self._put_cursor(mark)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.stirred.emit()
        point = event.position().toPoint()
        if not self._dragging or not event.buttons() & Qt.MouseButton.LeftButton:
            self._show_hand(point)
            return
        self._drag(point)
        outside = point.y() < 0 or point.y() > self.viewport().height()
        if outside and not self._creep.isActive():
            self._creep.start()
        elif not outside:
            self._creep.stop()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.stirred.emit()
        turn = event.angleDelta().y()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if turn:
                self.zoomed.emit(1 if turn > 0 else -1)
            event.accept()
        else:
            super().wheelEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragging = False
        self._creep.stop()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        spot = self._spot_under(event.position().toPoint())
        if spot is None or spot.block < 0 or self._layout.block(spot).sort is Sort.GAP:
            self.mousePressEvent(event)
        elif not self._at_gap:  # else the first click opened a gap, and the second was meant for it too
            self.activated.emit(self.stop())

    def _drag(self, point: QPoint) -> None:
        y = max(self._layout.heights.header, min(point.y(), self.viewport().height() - 1))
        spot = self._spot_under(QPoint(point.x(), y))
        if spot is None or spot.block < 0 or self._cursor is None:
            return
        anchor = self._anchor or self._cursor
        if self._layout.sections[spot.section].key != anchor.section or not self._layout.block(spot).is_code:
            return
        mark = mark_of(self._layout, spot, anchor.side)
        if self._anchor is None:
            if mark == self._cursor:
                return
            self._anchor, self._both_sides = self._cursor, False
        self._put_cursor(mark)

    def _drag_on(self) -> None:
        point = self.viewport().mapFromGlobal(self.cursor().pos())
        step = self._layout.heights.row * (1 if point.y() > 0 else -1)
        self.verticalScrollBar().setValue(self.verticalScrollBar().value() + step)
        self._drag(point)

    def _spot_under(self, point: QPoint) -> Spot | None:
        layout, scroll = self._layout, self.verticalScrollBar().value()
        if not layout.sections:
            return None
        top = layout.section_at(scroll)
        roof = layout.sections[top].header
        if point.y() < min(roof, layout.tops[top + 1] - scroll):
            return Spot(top, -1)
        if point.y() + scroll >= layout.height:
            return None
        return layout.spot_at(point.y() + scroll)

    def _side_under(self, point: QPoint) -> Side:
        columns = self._columns()
        return Side.OLD if columns.split and point.x() < columns.half else Side.NEW

    def _show_hand(self, point: QPoint) -> None:
        spot = self._spot_under(point)
        hand = spot is not None and (spot.block < 0 or self._layout.block(spot).sort is Sort.GAP)
        shape = Qt.CursorShape.PointingHandCursor if hand else Qt.CursorShape.ArrowCursor
        if self.viewport().cursor().shape() is not shape:
            self.viewport().setCursor(shape)
