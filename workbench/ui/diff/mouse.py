"""The mouse on the diff view: a click sets the cursor, a drag selects characters of a row or lines, headers
fold, gaps open, what is counted at the end of a line is scrolled to, and the right button asks for a menu of
what is under it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QImage, QMouseEvent, QPainter, QWheelEvent
from PySide6.QtWidgets import QWidget

from workbench.review.blocks import Sort
from workbench.ui.diff.cursor import mark_of, spot_of
from workbench.ui.diff.frame import Scene
from workbench.ui.diff.layout import Spot
from workbench.ui.diff.picking import Picking
from workbench.ui.diff.tags import Count
from workbench.ui.theme import Theme

if TYPE_CHECKING:
    from PySide6.QtGui import QContextMenuEvent

_NO_CODE = (Sort.GAP, Sort.WORDS, Sort.EDITOR, Sort.PICTURE)
_COUNTED = 120
"""Pixels at the left of a line within which edits are counted that were scrolled past."""
_CREEP = 30
"""Milliseconds between two steps while something is dragged beyond the edge."""
_FAST = 8
"""Rows at most in one such step: it goes the faster the further the mouse is beyond."""


class Mouse(Picking):
    """Steering by mouse."""

    activated = Signal(object)
    """A double click on what is no code: the `Stop` under it."""
    zoomed = Signal(int)
    """The wheel with Ctrl: larger (1) or smaller (-1)."""
    menu_wanted = Signal(object, object)
    """A menu at a place of the screen, of what the cursor stands on; or of a gap, given as its `Spot`."""

    def __init__(self, parent: QWidget | None = None, theme: Theme | None = None) -> None:
        super().__init__(parent, theme)
        self._dragging = self._at_gap = self._at_count = self._by_rows = False
        self._pressed_at: int | None = None
        """The gap between two characters where a drag began; None where rows are dragged over."""
        self._point = QPoint()
        self._wheel = QPoint()
        """What is left of the wheel's turns: a fine wheel sends parts of a notch."""
        self._triple: QPoint | None = None
        self._nowhere = QImage(1, 1, QImage.Format.Format_RGB32)
        """What is drawn on for the sake of knowing where it would stand."""
        self._creep = QTimer(self)
        self._creep.setInterval(_CREEP)
        self._creep.timeout.connect(self._drag_on)
        self._click_over = QTimer(self)
        self._click_over.setSingleShot(True)
        self._click_over.timeout.connect(self._forget_click)

    # buttons

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        point = event.position().toPoint()
        spot = self._spot_under(point)
        if spot is None:
            return
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if self._triple is not None and (point - self._triple).manhattanLength() < _near():
            self._take_line()
            return
        self._forget_click()
        section = self._layout.sections[spot.section]
        if spot.block < 0:
            self._fold(section, folded=not section.folded)
            return
        block = self._layout.block(spot)
        self._at_gap = block.sort is Sort.GAP
        if self._at_gap:
            self._open_gap(spot, event.position().x())
        if block.sort in _NO_CODE:
            return
        mark = mark_of(self._layout, spot, self._side_under(point))
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and self._cursor is not None:
            self._pick(None)
            if self._anchor is None and self._cursor.is_line:
                self._anchor, self._both_sides = self._cursor, False
            self._dragging = self._by_rows = self._anchor is not None
            self._put_cursor(mark)
            return
        self.clear_selection()
        counted = self._count_under(point)
        self._put_cursor(mark)
        self._at_count = counted is not None
        if counted is not None:
            self._show_counted(counted)
            return
        self._dragging = mark.is_line
        self._by_rows = not self._is_over_code(point)
        self._pressed_at = None if self._by_rows else self._column_at(point, near=True)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.stirred.emit()
        self._point = event.position().toPoint()
        if not self._dragging or not event.buttons() & Qt.MouseButton.LeftButton:
            self._show_hand(self._point)
            return
        self._drag(self._point)
        outside = self._beyond(self._point) != QPoint()
        if outside and not self._creep.isActive():
            self._creep.start()
        elif not outside:
            self._creep.stop()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragging = False
        self._creep.stop()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        point = event.position().toPoint()
        spot = self._spot_under(point)
        if spot is None or spot.block < 0 or self._layout.block(spot).sort is Sort.GAP:
            self.mousePressEvent(event)
        elif self._at_gap:
            return  # the first click opened a gap, and the second was meant for it too
        elif self._at_count:
            self.mousePressEvent(event)
        elif self._cursor is not None and self._cursor.is_line:
            self._pick_word(point)
            self._triple = point
            self._click_over.start(QGuiApplication.styleHints().mouseDoubleClickInterval())
        else:
            self.activated.emit(self.stop())

    def _take_line(self) -> None:
        """The third click: the whole line is selected, on its side."""
        self._forget_click()
        self._pick(None)
        if self._cursor is not None and self._cursor.is_line:
            self._anchor, self._both_sides = self._cursor, False
            self._dragging = self._by_rows = True
            self.viewport().update()
            self.selection_changed.emit()

    def _forget_click(self) -> None:
        self._triple = None
        self._click_over.stop()

    # what is counted at the end of a line

    def _count_under(self, point: QPoint) -> Count | None:
        """The count of what is out of sight of a line, where the mouse is over one.

        Where it stands is known while its row is drawn: so that row is drawn once more, to nowhere.
        """
        spot, columns = self._spot_under(point), self._columns()
        left, right = columns.code(self._side_under(point))
        if spot is None or spot.block < 0 or left + _COUNTED < point.x() < right - (right - left) // 2:
            return None
        if not self._layout.block(spot).is_code:
            return None
        scroll, code = self.verticalScrollBar().value(), self._painter.code
        top, bottom = self._layout.top_of(spot) - scroll, self._layout.bottom_of(spot) - scroll
        block = Spot(spot.section, spot.block)
        with QPainter(self._nowhere) as nowhere:
            scene = self._scene(((top, bottom),))
            code.begin(scene)
            section = self._layout.sections[spot.section]
            code.block(nowhere, scene, section, block, self._layout.top_of(block) - scroll, [0] * 4)
            code.end(nowhere, scene)
        for count in code.tags.counts:
            is_beside = count.left <= point.x() < count.right
            if is_beside and count.y <= point.y() < count.y + self._layout.heights.row:
                return count
        return None

    def _show_counted(self, count: Count) -> None:
        """Scroll to the next of the edits that are counted, or on in a line without any."""
        if not count.edits or not self.show_edit(count.step):
            self.scroll_code(count.step)

    # dragging

    def _drag(self, point: QPoint) -> None:
        y = max(self._layout.heights.header, min(point.y(), self.viewport().height() - 1))
        spot = self._spot_under(QPoint(point.x(), y))
        if spot is None or spot.block < 0 or self._cursor is None:
            return
        anchor = self._anchor or self._cursor
        if self._layout.sections[spot.section].key != anchor.section or not self._layout.block(spot).is_code:
            return
        mark = mark_of(self._layout, spot, anchor.side)
        if mark == anchor and self._pressed_at is not None:
            # Within the row where it began: its characters.
            if self._anchor is not None:
                self.clear_selection()
                self._put_cursor(mark)
            column = self._column_at(QPoint(point.x(), y), near=True)
            if column is not None:
                self._pick_between(self._pressed_at, column)
            return
        if self._anchor is None:
            if mark == self._cursor and not self._by_rows:
                return
            self._pick(None)
            self._anchor, self._both_sides = self._cursor, False
        self._put_cursor(mark)
        self.viewport().update()

    def _beyond(self, point: QPoint) -> QPoint:
        """How far the mouse is beyond the edges of what it drags over."""
        y = min(0, point.y()) + max(0, point.y() - self.viewport().height())
        x = 0
        if self._pressed_at is not None and self._anchor is None and self._cursor is not None:
            left, right = self._columns().code(self._cursor.side)
            x = min(0, point.x() - left) + max(0, point.x() - right)
        return QPoint(x, y)

    def _drag_on(self) -> None:
        """A step beyond the edge, and what comes into sight is selected."""
        beyond, row = self._beyond(self._point), self._layout.heights.row
        for bar, far in ((self.verticalScrollBar(), beyond.y()), (self.horizontalScrollBar(), beyond.x())):
            if far:
                step = row * min(_FAST, 1 + abs(far) // (2 * row))
                bar.setValue(bar.value() + (step if far > 0 else -step))
        self._drag(self._point)

    # the wheel

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.stirred.emit()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._wheel += event.angleDelta()
            notches = int(self._wheel.y() / 120)
            if notches:
                self._wheel = QPoint()
                self.zoomed.emit(1 if notches > 0 else -1)
            event.accept()
        else:
            self._wheel = QPoint()
            super().wheelEvent(event)

    # the menu

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        point = event.pos()
        event.accept()
        if event.reason() is not event.Reason.Mouse:
            self.ask_for_menu()
        elif self.viewport().rect().contains(point):
            self._menu_under(point, event.globalPos())

    def ask_for_menu(self) -> None:
        """The menu of what the cursor stands on, at its row."""
        spot = spot_of(self._layout, self._cursor) if self._cursor is not None else None
        if spot is None:
            return
        self._reveal(spot, smooth=False)
        at = self._layout.bottom_of(spot) - self.verticalScrollBar().value()
        left = self._columns().code(self._side())[0] if spot.block >= 0 else 30
        at = max(0, min(at, self.viewport().height()))
        self.menu_wanted.emit(self.viewport().mapToGlobal(QPoint(left, at)), None)

    def _menu_under(self, point: QPoint, place: QPoint) -> None:
        """What is selected stays selected where the mouse is over it; else the cursor goes there."""
        spot = self._spot_under(point)
        if spot is None:
            return
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if spot.block < 0:
            self.clear_selection()
            self._put_cursor(mark_of(self._layout, spot))
        else:
            sort = self._layout.block(spot).sort
            if sort is Sort.GAP:
                self.menu_wanted.emit(place, spot)
                return
            if sort in _NO_CODE:
                return
            side = self._side_under(point)
            scene: Scene = self._scene()
            if not scene.chooses(spot, side) and not scene.picks(spot, side):
                self.clear_selection()
                self._put_cursor(mark_of(self._layout, spot, side))
        self.menu_wanted.emit(place, None)

    # the pointer

    def _show_hand(self, point: QPoint) -> None:
        spot = self._spot_under(point)
        shape = Qt.CursorShape.ArrowCursor
        if spot is not None:
            if spot.block < 0 or self._layout.block(spot).sort is Sort.GAP:
                shape = Qt.CursorShape.PointingHandCursor
            elif self._layout.block(spot).is_code and self._is_over_code(point):
                shape = Qt.CursorShape.IBeamCursor
                if self._count_under(point) is not None:
                    shape = Qt.CursorShape.PointingHandCursor
        if self.viewport().cursor().shape() is not shape:
            self.viewport().setCursor(shape)


def _near() -> int:
    """Pixels within which two presses are meant for one place."""
    return QGuiApplication.styleHints().mouseDoubleClickDistance() + 3
