"""The small triangle before what can be folded, the same in the list of files and in the review."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPolygonF

SIZE = 3.5


def paint_chevron(painter: QPainter, middle: QPointF, colour: QColor, *, folded: bool, scale: float) -> None:
    """Point it down, or to the right where something is folded."""
    x, y, size = middle.x(), middle.y(), SIZE * scale
    points = [(-0.6, -1.0), (-0.6, 1.0), (0.7, 0.0)] if folded else [(-1.0, -0.6), (1.0, -0.6), (0.0, 0.7)]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawPolygon(QPolygonF([QPointF(x + size * across, y + size * down) for across, down in points]))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
