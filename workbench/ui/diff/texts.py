"""The text of code rows, with the grounds within a line: words, search hits, boxes of what would hide."""

from __future__ import annotations

from msgspec import Struct
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from workbench.review.changes import Side
from workbench.ui.diff.cell import Cell, Visual
from workbench.ui.diff.dress import Dress
from workbench.ui.diff.frame import Scene


class Text(Struct, gc=False):
    """Code to be drawn once the clip of its side is set."""

    cell: Cell
    visual: Visual
    x: float
    y: int
    kind: str
    veiled: bool
    faded: bool
    hit: tuple[int, int] | None = None
    """The match that the search went to."""
    picked: tuple[int, int] | None = None
    """The characters that are selected."""


class Texts:
    """Collects the texts of a frame by side (`begin`, `of` each side, `draw`)."""

    def __init__(self) -> None:
        self._dress: Dress | None = None
        self._texts: dict[Side, list[Text]] = {Side.OLD: [], Side.NEW: []}

    def wear(self, dress: Dress) -> None:
        """Another theme or size."""
        self._dress = dress

    def begin(self) -> None:
        """A new frame."""
        for texts in self._texts.values():
            texts.clear()

    def of(self, side: Side) -> list[Text]:
        """Where the lines of one side are collected."""
        return self._texts[side]

    def draw(self, painter: QPainter, scene: Scene) -> None:
        """Draw what was collected."""
        dress = self._dress
        assert dress is not None
        drop = (dress.heights.row - dress.shaper.height) / 2
        for side, texts in self._texts.items():
            if not texts:
                continue
            left, right = scene.columns.code(side)
            painter.save()
            painter.setClipRect(left, 0, right - left, scene.height)
            self._marks(painter, scene, texts, left, right)
            for text in texts:
                visual = text.visual
                ink = dress.faded_ink if text.faded else None
                visual.shaped.draw(painter, text.x + visual.x, text.y + drop, ink)
            painter.restore()

    def _marks(self, painter: QPainter, scene: Scene, texts: list[Text], left: float, right: float) -> None:
        dress = self._dress
        assert dress is not None
        height = dress.heights.row
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(Qt.PenStyle.NoPen)
        for text in texts:
            visual = text.visual
            # A line of thousands of characters that hide would draw thousands of boxes out of sight.
            low, high = left - text.x, right - text.x
            if visual.words and text.kind in dress.words:
                words = dress.faded_words if text.faded else dress.words[text.kind]
                painter.setBrush(words[text.veiled])
                for start, end in visual.words:
                    if start > high or end < low:
                        continue
                    painter.drawRoundedRect(QRectF(text.x + start, text.y + 1, end - start, height - 2), 2, 2)
            if scene.hits is not None:
                self._hits(painter, scene, text)
            if text.picked is not None:
                self._selected(painter, text, text.picked)
            if visual.boxes:
                painter.setPen(QPen(dress.theme.back, 1))
                # On a ground of their own: on that of words that differ not every theme could be read.
                painter.setBrush(dress.theme.ground)
                for start, end in visual.boxes:
                    if start > high or end < low:
                        continue
                    box = QRectF(text.x + start + 0.5, text.y + 2.5, end - start - 1, height - 5)
                    painter.drawRoundedRect(box, 3, 3)
                painter.setPen(Qt.PenStyle.NoPen)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _selected(self, painter: QPainter, text: Text, picked: tuple[int, int]) -> None:
        assert self._dress is not None
        seen = text.cell.seen
        place = text.visual.place(seen.shown(picked[0]), seen.shown(picked[1]))
        if place is not None:
            painter.setBrush(self._dress.selected[text.kind])
            # A frame too: on the ground of words that differ it would not be told apart.
            painter.setPen(QPen(self._dress.theme.accent, 1))
            box = QRectF(text.x + place[0], text.y + 1, place[1] - place[0], self._dress.heights.row - 2)
            painter.drawRect(box)
            painter.setPen(Qt.PenStyle.NoPen)

    def _hits(self, painter: QPainter, scene: Scene, text: Text) -> None:
        assert self._dress is not None
        assert scene.hits is not None
        cell, height = text.cell, self._dress.heights.row
        painter.setBrush(self._dress.hit)
        # A line round each: a ground on which every colour of code can be read is a quiet one.
        painter.setPen(QPen(self._dress.theme.open, 1))
        for start, end in scene.hits(cell.data):
            place = text.visual.place(cell.seen.shown(start), cell.seen.shown(end))
            if place is not None:
                box = QRectF(text.x + place[0], text.y + 2, place[1] - place[0], height - 4)
                if (start, end) != text.hit:
                    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 2, 2)
                    continue
                # The one that one is at differs by its width too.
                painter.setPen(QPen(self._dress.theme.accent, 2))
                painter.drawRoundedRect(box.adjusted(-1, -1, 1, 1), 3, 3)
                painter.setPen(QPen(self._dress.theme.open, 1))
        painter.setPen(Qt.PenStyle.NoPen)
