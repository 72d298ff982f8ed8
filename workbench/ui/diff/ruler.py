"""The ruler at the right edge: where changes stand in the whole review, in the colours of their verdicts.

It is the scroll bar too: the part on the screen is marked, and clicking or dragging goes there.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from workbench.review.progress import Standing
from workbench.ui.diff.dress import Dress
from workbench.ui.diff.layout import Layout, Part, Section
from workbench.ui.theme import mixed

WIDTH = 14
_AT_ONCE = 1500
"""Changes up to which marks are drawn again with every verdict; beyond it a moment later."""
_LATER = 120


class Ruler(QWidget):
    """Marks and a thumb. Where to scroll is asked for, as a share of the whole."""

    went = Signal(float)

    def __init__(self, layout: Layout, parent: QWidget) -> None:
        super().__init__(parent)
        self._layout = layout
        self._dress: Dress | None = None
        self._marks: QPixmap | None = None
        self._shown = (0, 0)
        self._hits: list[tuple[str, float]] = []
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_LATER)
        self._later.timeout.connect(self.redraw)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def wear(self, dress: Dress) -> None:
        """Another theme."""
        self._dress = dress
        self.redraw()

    def refresh(self) -> None:
        """Verdicts or heights changed."""
        if len(self._layout.changes) <= _AT_ONCE:
            self.redraw()
        elif not self._later.isActive():
            self._later.start()

    def redraw(self) -> None:
        """Draw the marks again at the next paint."""
        self._marks = None
        self.update()

    def show_part(self, scroll: int, height: int) -> None:
        """The part of the whole that is on the screen."""
        if (scroll, height) != self._shown:
            self._shown = (scroll, height)
            self.update()

    def show_hits(self, hits: list[tuple[str, float]]) -> None:
        """Search hits, as paths and shares of the file's height."""
        self._hits = hits
        self.redraw()

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, 100)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._dress is None:
            return
        theme = self._dress.theme
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.panel)
        painter.fillRect(0, 0, 1, self.height(), theme.line)
        scroll, height = self._shown
        whole = max(1, self._whole())
        if height < whole:
            top = scroll / whole * self.height()
            size = max(16.0, height / whole * self.height())
            painter.fillRect(QRectF(1, top, WIDTH - 1, size), mixed(theme.text, theme.panel, 0.10))
        if self._marks is None:
            self._marks = self._drawn()
        painter.drawPixmap(0, 0, self._marks)
        painter.end()

    def _whole(self) -> int:
        return max(self._layout.height, self._shown[1])

    def _drawn(self) -> QPixmap:
        assert self._dress is not None
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(round(self.width() * ratio), max(1, round(self.height() * ratio)))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(Qt.PenStyle.NoPen)
        layout, scale = self._layout, self.height() / max(1, self._whole())
        for at, section in enumerate(layout.sections):
            top, height = layout.tops[at], section.height
            if section.part is Part.FILE:
                self._file(painter, section, top + section.header, max(1, height - section.header), scale)
        painter.setBrush(self._dress.theme.text)
        for path, share in self._hits:
            at = layout.files.get(path, -1)
            if at >= 0:
                y = (layout.tops[at] + share * layout.sections[at].height) * scale
                painter.drawRect(QRectF(10, y, 3, 1.5))
        painter.end()
        return pixmap

    def _file(self, painter: QPainter, section: Section, top: int, height: int, scale: float) -> None:
        assert self._dress is not None
        assert section.file is not None
        lines = 0
        places: list[tuple[str, int, int]] = []
        at = 0
        for change in section.file.changes:
            if change.is_text:
                # Where it stands among the shown lines; folded ones count for a little.
                size = max(len(change.removed), len(change.added))
            else:
                size = 2
            lines += 4
            places.append((change.id, lines, size))
            lines += size
        if not lines:
            return
        standings = self._layout.standings(section)
        step = height / (lines + 4)
        last = -10.0
        for id, at, size in places:
            y = (top + at * step) * scale
            depth = max(3.0, size * step * scale)
            colour = self._colour(id, standings.get(id))
            if y + depth <= last and colour is self._colour(places[0][0], None):
                continue
            last = y + depth
            painter.setBrush(colour)
            painter.drawRoundedRect(QRectF(4, y, 6, depth), 1, 1)

    def _colour(self, id: str, standing: Standing | None) -> QColor:
        assert self._dress is not None
        said = self._layout.document.ledger_marks.get(id)
        if said is not None and standing in (Standing.UNREAD, Standing.ASKED, None):
            return self._dress.said(said)
        return self._dress.standing(standing or Standing.UNREAD)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._go(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event)

    def _go(self, event: QMouseEvent) -> None:
        self.went.emit(event.position().y() / max(1, self.height()))
