"""The ruler at the right edge: where changes stand in the whole review, in the colours of their verdicts, and
beside them notes and what a search found.

It is the scroll bar too: the part on the screen is marked, and clicking or dragging goes there. What marks
look like is in `ruler_marks.py`, what stands beside them in `ruler_beside.py`; here is when they are drawn.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from workbench.ui.diff.dress import Dress
from workbench.ui.diff.layout import Layout
from workbench.ui.diff.ruler_beside import Beside
from workbench.ui.diff.ruler_marks import Marks
from workbench.ui.single_shot import single_shot
from workbench.ui.theme import mixed

WIDTH = 14
_AT_ONCE = 1500
"""Changes up to which marks are drawn again with every verdict; beyond it a moment later."""
_MANY = 50
"""Files judged together from which on all marks are drawn anew, which costs no more than there are pixels."""
_LATER = 120
_PAUSE = 8
_SLICE = 0.002
"""Seconds that one step of drawing marks takes, in the rests between frames."""


class Ruler(QWidget):
    """Marks and a thumb. Where to scroll is asked for, as a share of the whole."""

    went = Signal(float)

    def __init__(self, layout: Layout, parent: QWidget) -> None:
        super().__init__(parent)
        self._layout = layout
        self._dress: Dress | None = None
        self._marks: Marks | None = None
        self._shown = (0, 0)
        self._held: float | None = None
        """How far below its top the thumb is held; None while it is not."""
        self._beside = Beside(layout)
        self._later = single_shot(self, _LATER, self._look)
        self._made: Marks | None = None
        """The marks as they are being drawn anew; what is shown meanwhile are the last ones."""
        self._between = single_shot(self, _PAUSE, self._draw_on)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def wear(self, dress: Dress) -> None:
        """Another theme."""
        self._dress = dress
        self.redraw()

    # -- when the marks are drawn -------------------------------------------------------------

    def refresh(self) -> None:
        """Verdicts changed: at once where there are few changes and their places are the same, else a moment
        later: to draw all of them anew is not what a key waits for.
        """
        marks = self._marks
        if marks is None:
            self.update()
        elif self._is_of_now(marks) and len(self._layout.changes) <= _AT_ONCE:
            self._made = None
            marks.look()
            marks.draw()
            self.update()
        elif not self._later.isActive():
            self._later.start()

    def _look(self) -> None:
        """It is quiet: draw again what is not as it was drawn. All of it takes longer than a frame may."""
        marks = self._marks
        if marks is None or self._dress is None:
            self.update()
            return
        if self._made is not None and self._is_of_now(self._made):
            self._made.look()
        elif not self._is_of_now(marks) or marks.look() > _MANY:
            self._made = self._new_marks(self._dress)
        else:
            self._made = None
        self._draw_on()

    def _draw_on(self) -> None:
        """The next step of what `_look` found."""
        drawn = self._made or self._marks
        if drawn is None:
            return
        if not self._is_of_now(drawn):
            self._made = None
            self._later.start()
        elif drawn.draw(_SLICE):
            self._marks, self._made = drawn, None
            self.update()
        else:
            self._between.start()

    def _is_of_now(self, marks: Marks) -> bool:
        return marks.is_of_now(self.size(), self.devicePixelRatioF(), self._whole())

    def _new_marks(self, dress: Dress) -> Marks:
        return Marks(self._layout, dress, self.size(), self.devicePixelRatioF(), self._whole())

    def resized(self) -> None:
        """Another height, as when a sentence is said below: the marks are stretched until it is quiet."""
        self._beside.forget()
        if self._marks is not None and not self._marks.fits(self.size(), self.devicePixelRatioF()):
            self._later.start()
        self.update()

    def redraw(self) -> None:
        """Draw the marks again at the next paint."""
        self._marks = self._made = None
        self._beside.forget()
        self.update()

    def event(self, event: QEvent) -> bool:
        # Told to `event` alone, when the window comes to a screen of another scale: marks drawn for the one
        # before would be stretched.
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self.redraw()
        return super().event(event)

    # -- what is shown ------------------------------------------------------------------------

    def show_part(self, scroll: int, height: int) -> None:
        """The part of the whole that is on the screen."""
        if (scroll, height) != self._shown:
            self._shown = (scroll, height)
            self.update()
        if self._marks is not None and not self._is_of_now(self._marks):
            self._later.start()  # once it is quiet: while one scrolls, estimates become heights all the time

    def show_hits(self, hits: Sequence[tuple[str, float]]) -> None:
        """Search hits, as paths and shares of the file's height."""
        self._beside.show_hits(hits)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, 100)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._dress is None:
            return
        theme = self._dress.theme
        if self._marks is None:
            self._marks = self._new_marks(self._dress)
            self._marks.draw()
        painter = QPainter(self)
        try:
            painter.fillRect(self.rect(), theme.panel)
            painter.fillRect(0, 0, 1, self.height(), theme.line)
            top, size = self._thumb()
            if size:
                painter.fillRect(QRectF(1, top, WIDTH - 1, size), mixed(theme.text, theme.panel, 0.10))
            painter.drawPixmap(self.rect(), self._marks.picture)
            view = self.parentWidget()
            if view is not None and view.hasFocus():
                # Where the keys are has to be seen: beside what is on the screen of the whole.
                shown = QRectF(0, top, 2, size or min(self.height(), self._layout.height))
                painter.fillRect(shown, self._dress.focus)
            beside = self._beside.picture(self._dress, self.size(), self.devicePixelRatioF(), self._whole())
            if beside is not None:
                painter.drawPixmap(0, 0, beside)
        finally:  # an error's traceback would keep it, and Qt dies of a painter that outlives its event
            painter.end()

    def _whole(self) -> int:
        return max(self._layout.height, self._shown[1])

    # -- as a scroll bar ----------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A press beside the thumb brings its middle there; on the thumb it is held where it was taken."""
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            top, size = self._thumb()
            y = event.position().y()
            self._held = y - top if top <= y < top + size else None
            if self._held is None:
                self._go(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & (Qt.MouseButton.LeftButton | Qt.MouseButton.MiddleButton):
            self._go(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def _go(self, event: QMouseEvent) -> None:
        share = event.position().y() / max(1, self.height())
        if self._held is not None:
            # Of a large review the thumb is higher than what it stands for, so it is told by its top.
            share += self._shown[1] / 2 / max(1, self._whole()) - self._held / max(1, self.height())
        self.went.emit(share)

    def _thumb(self) -> tuple[float, float]:
        """Top and size of what says which part is on the screen; nothing where all is."""
        scroll, height = self._shown
        whole = max(1, self._whole())
        if height >= whole:
            return 0.0, 0.0
        return scroll / whole * self.height(), max(16.0, height / whole * self.height())
