"""A filled chip with a word, and the margin of cards: what rows need of cards when there is none yet."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from workbench.ui.diff.dress import Dress

MARGIN = 8


def chip(painter: QPainter, dress: Dress, text: str, colour: QColor, at: QPointF) -> float:
    """A filled chip with its left middle there; its width."""
    width = dress.small_strong_metrics.horizontalAdvance(text) + 12
    height = round(17 * dress.scale)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    box = QRectF(at.x(), at.y() - height / 2, width, height)
    painter.drawRoundedRect(box, 4, 4)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setFont(dress.small_strong)
    painter.setPen(dress.theme.ground if dress.theme.is_dark else dress.theme.raised)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    return float(width)
