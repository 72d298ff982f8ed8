"""Words in a font of the interface, laid out once and drawn often: to lay them out takes three times as long
as to draw them, and a frame has dozens.

Only of printable ASCII, where nothing has to be ordered or looked for in other fonts; any other words are
drawn as Qt draws them.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF
from PySide6.QtGui import QFont, QFontMetricsF, QGlyphRun, QPainter, QTextLayout

from workbench.ui.shown_text import draw_at

_KEPT = 4000


class Lettering:
    """The words of one font."""

    def __init__(self, font: QFont, metrics: QFontMetricsF) -> None:
        self.font, self.metrics = font, metrics
        self._runs: dict[str, list[QGlyphRun]] = {}
        self._widths: dict[str, float] = {}

    def width(self, words: str) -> float:
        """How wide some words are."""
        known = self._widths.get(words)
        if known is None:
            if len(self._widths) >= _KEPT:
                self._widths.clear()
            known = self._widths[words] = self.metrics.horizontalAdvance(words)
        return known

    def warm(self, words: str) -> None:
        """Lay out words that may be drawn soon."""
        self.width(words)
        if words not in self._runs and words.isascii() and words.isprintable():
            self._laid(words)

    def draw(self, painter: QPainter, x: float, base: float, words: str) -> None:
        """Draw words from a point on their base line on, with the pen that is set."""
        runs = self._runs.get(words)
        if runs is None:
            if not (words.isascii() and words.isprintable()):
                painter.setFont(self.font)
                draw_at(painter, QPointF(x, base), words)
                return
            runs = self._laid(words)
        at = QPointF(x, base)
        for run in runs:
            painter.drawGlyphRun(at, run)

    def _laid(self, words: str) -> list[QGlyphRun]:
        if len(self._runs) >= _KEPT:
            self._runs.clear()
        layout = QTextLayout(words, self.font)
        layout.beginLayout()
        line = layout.createLine()
        layout.endLayout()
        # From the base line, where a text is drawn, and not from the top of the line.
        line.setPosition(QPointF(0, -line.ascent()))
        found = self._runs[words] = layout.glyphRuns()
        return found
