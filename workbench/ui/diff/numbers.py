"""The numbers of lines in the gutter: those of one frame are drawn together."""

from __future__ import annotations

from PySide6.QtCore import QPointF
from PySide6.QtGui import QGlyphRun, QPainter

from workbench.review.changes import Side
from workbench.ui.diff.dress import Dress
from workbench.ui.diff.frame import Scene
from workbench.ui.diff.layout import Spot

_KEPT_PLACES = 4000
_MOST_DIGITS = 10
_GOES_ON = "·"
"""In the gutter, where a wrapped line goes on."""


class Numbers:
    """Collects the numbers of a frame (`begin`, `add` for each, `draw`)."""

    def __init__(self) -> None:
        self._dress: Dress | None = None
        self._digits: list[int] = []
        self._points: list[QPointF] = []
        self._places: dict[tuple[int, int], list[QPointF]] = {}

    def wear(self, dress: Dress) -> None:
        """Another theme or size."""
        self._dress = dress
        self._places.clear()

    def begin(self) -> None:
        """A new frame."""
        self._digits.clear()
        self._points.clear()

    def add(self, painter: QPainter, scene: Scene, spot: Spot, side: Side, number: int, y: int) -> None:
        """The number of a line. That of the cursor or of a selected row looks its own way, and is drawn."""
        dress = self._dress
        assert dress is not None
        right = scene.columns.number(side)
        if scene.spot == spot:
            colour = dress.theme.accent if side is scene.side else dress.theme.text
            shaped = dress.small_code.plain(str(number), colour)
            shaped.draw(painter, right - shaped.width, y + dress.number_drop)
            return
        if scene.chosen is not None and scene.chooses(spot, side):
            # A selection is known by its numbers too: its ground is only as strong as leaves code readable.
            shaped = dress.small_strong_code.plain(str(number), dress.theme.accent)
            shaped.draw(painter, right - shaped.width, y + dress.number_drop)
            return
        # All others are one run of glyphs for the frame: half a millisecond less than one run for each.
        digits = dress.small_code.digits
        text = str(number)
        self._digits += [digits[each] for each in text]
        places = self._places.get((right, y)) or self._places_at(right, y)
        self._points += places[-len(text) :]

    def _places_at(self, right: int, y: int) -> list[QPointF]:
        """Where the digits of a number stand that ends there; made once: points are dear."""
        dress = self._dress
        assert dress is not None
        if len(self._places) > _KEPT_PLACES:
            self._places.clear()
        cell, base = dress.small_code.cell, y + dress.number_drop + dress.small_code.ascent
        found = [QPointF(right - count * cell, base) for count in range(_MOST_DIGITS, 0, -1)]
        self._places[right, y] = found
        return found

    def goes_on(self, painter: QPainter, scene: Scene, side: Side, y: int) -> None:
        """A quiet mark instead of a number: this is no line of its own."""
        dress = self._dress
        assert dress is not None
        shaped = dress.small_code.plain(_GOES_ON, dress.theme.faint)
        shaped.draw(painter, scene.columns.number(side) - shaped.width, y + dress.number_drop)

    def draw(self, painter: QPainter) -> None:
        """Draw what was collected."""
        dress = self._dress
        assert dress is not None
        if self._digits:
            run = QGlyphRun()
            run.setRawFont(dress.small_code.raw)
            run.setGlyphIndexes(self._digits)
            run.setPositions(self._points)
            painter.setPen(dress.theme.faint)
            painter.drawGlyphRun(QPointF(0, 0), run)
