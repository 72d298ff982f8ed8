"""The numbers of lines in the gutter: those of one frame are drawn together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QPointF
from PySide6.QtGui import QGlyphRun, QPainter

from workbench.ui.diff.dress import Dress

_KEPT_PLACES = 10_000
"""Of four points each: those of both columns on a screen of 4,000 pixels, and as many again."""
_DIGITS = 4
"""Digits that have their places made at first: most files have fewer lines than ten thousand."""
_GOES_ON = "·"
"""In the gutter, where a wrapped line goes on."""


class Numbers:
    """Collects the numbers of a frame (`begin`, `add` for each, `draw`)."""

    def __init__(self) -> None:
        self._dress: Dress | None = None
        self._glyphs: dict[str, int] = {}
        self._digits: list[int] = []
        self._points: list[QPointF] = []
        self._places: dict[tuple[int, int], list[QPointF]] = {}
        self._made: tuple[Sequence[int], int] = (), 0
        """The columns and the digits whose places were made ahead, and down to where."""

    def wear(self, dress: Dress) -> None:
        """Another theme or size."""
        self._dress, self._glyphs = dress, dict(dress.small_code.digits)
        sign = dress.small_code.raw.glyphIndexesForString(_GOES_ON)
        if sign and sign[0]:
            self._glyphs[_GOES_ON] = sign[0]
        self._places.clear()
        self._made = (), 0

    def begin(self) -> None:
        """A new frame."""
        self._digits.clear()
        self._points.clear()

    def add(self, right: int, number: int, y: int) -> None:
        """The number of a line that ends at `right`: all of a frame are one run of glyphs, which takes half a
        millisecond less than one run for each.
        """
        self._put(right, str(number), y)

    def _put(self, right: int, text: str, y: int) -> None:
        self._digits += map(self._glyphs.__getitem__, text)
        places, count = self._places.get((right, y)), len(text)
        if places is None or len(places) < count:
            places = self._places_at(right, y, max(count, _DIGITS))
        self._points += places[-count:]

    def current(self, painter: QPainter, right: int, number: int, y: int, *, accent: bool) -> None:
        """The number of the row under the cursor; its accent says on which side it is."""
        dress = self._dress
        assert dress is not None
        shaped = dress.small_code.plain(str(number), dress.theme.accent if accent else dress.theme.text)
        shaped.draw(painter, right - shaped.width, y + dress.number_drop)

    def chosen(self, painter: QPainter, right: int, number: int, y: int) -> None:
        """The number of a selected row: a selection is known by its numbers too, because its ground is only
        as strong as leaves code readable.
        """
        dress = self._dress
        assert dress is not None
        shaped = dress.small_strong_code.plain(str(number), dress.theme.accent)
        shaped.draw(painter, right - shaped.width, y + dress.number_drop)

    def _places_at(self, right: int, y: int, digits: int) -> list[QPointF]:
        """Where the digits of a number stand that ends there; made once: points are dear."""
        dress = self._dress
        assert dress is not None
        if len(self._places) > _KEPT_PLACES:
            self._places.clear()
            self._made = (), 0
        cell, base = dress.small_code.cell, y + dress.number_drop + dress.small_code.ascent
        found = [QPointF(right - count * cell, base) for count in range(digits, 0, -1)]
        self._places[right, y] = found
        return found

    def ahead(self, rights: Sequence[int], height: int, most: int) -> Iterator[None]:
        """Make the places of all numbers up to `most` that may stand in columns that end at `rights`, a row
        at a time: where the view jumps, rows stand at heights where none stood before.
        """
        dress = self._dress
        assert dress is not None
        digits = max(_DIGITS, len(str(most)))
        wanted = (*rights, digits)
        done = self._made[1] if self._made[0] == wanted else -dress.heights.row
        while done < height:
            for y in range(done, done + dress.heights.row):
                for right in rights:
                    known = self._places.get((right, y))
                    if known is None or len(known) < digits:
                        self._places_at(right, y, digits)
            done += dress.heights.row
            self._made = wanted, done
            yield

    def goes_on(self, painter: QPainter, right: int, y: int) -> None:
        """A quiet mark instead of a number: this is no line of its own."""
        if _GOES_ON in self._glyphs:
            self._put(right, _GOES_ON, y)
            return
        dress = self._dress
        assert dress is not None
        shaped = dress.small_code.plain(_GOES_ON, dress.theme.faint)
        shaped.draw(painter, right - shaped.width, y + dress.number_drop)

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
