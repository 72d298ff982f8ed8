"""What stands beside the marks of changes on the ruler: notes as diamonds, what a search found as dashes."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from msgspec import Struct
from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QColor, QPainter, QPixmap, QPolygonF

from workbench.review.blocks import Sort
from workbench.review.notes import Note, Place
from workbench.ui.diff.dress import Dress
from workbench.ui.diff.layout import Layout, Section
from workbench.ui.diff.ruler_marks import empty_picture
from workbench.ui.diff.tops import Tops


class _Basis(Struct, frozen=True):
    """What the picture was made of."""

    hits: Sequence[tuple[str, float]]
    notes: Sequence[tuple[Note, Place | None]]
    tops: Tops
    height: int

    def is_as(self, other: _Basis) -> bool:
        same = self.hits is other.hits and self.notes is other.notes and self.tops is other.tops
        return same and self.height == other.height


class Beside:
    """The picture of what is beside: the marks are up to a thousand, and it is part of every frame."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._hits: Sequence[tuple[str, float]] = ()
        self._hits_by_path: dict[str, list[float]] = {}
        self._basis: _Basis | None = None
        self._picture: QPixmap | None = None
        self.hit_ys: Sequence[int] = ()
        self.note_ys: Sequence[tuple[int, QColor]] = ()

    def show_hits(self, hits: Sequence[tuple[str, float]]) -> None:
        """Search hits, as paths and shares of the file's height."""
        self._hits = hits
        found: dict[str, list[float]] = {}
        for path, share in hits:
            found.setdefault(path, []).append(share)
        for shares in found.values():
            shares.sort()
        self._hits_by_path = found

    def forget(self) -> None:
        """Another size or theme: make it anew."""
        self._basis = None

    def picture(self, dress: Dress, size: QSize, ratio: float, whole: int) -> QPixmap | None:
        """The picture as it is now, `whole` being what the height stands for; None for nothing."""
        layout = self._layout
        if not self._hits and not layout.document.notes:
            self._basis, self.hit_ys, self.note_ys = None, (), ()
            return None
        basis = _Basis(self._hits, layout.document.notes, layout.tops, size.height())
        if self._basis is None or not basis.is_as(self._basis):
            self._basis = basis
            self._look(dress, size.height(), whole)
            self._picture = empty_picture(size, ratio)
            painter = QPainter(self._picture)
            try:
                self._draw(painter, dress)
            finally:
                painter.end()
        return self._picture if self.hit_ys or self.note_ys else None

    def _draw(self, painter: QPainter, dress: Dress) -> None:
        for y in self.hit_ys:
            painter.fillRect(11, y, 3, 2, dress.theme.text)
        if not self.note_ys:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(dress.theme.panel)
        for y, colour in self.note_ys:
            painter.setBrush(colour)
            points = (QPointF(11, y - 4), QPointF(14, y), QPointF(11, y + 4), QPointF(8, y))
            painter.drawPolygon(QPolygonF(points))

    def _look(self, dress: Dress, height: int, whole: int) -> None:
        """Where all of it stands, each height once: there may be thousands of matches."""
        layout, tops = self._layout, self._layout.tops
        scale = height / max(1, whole)
        heights: set[int] = set()
        for path, shares in self._hits_by_path.items():
            at = layout.files.get(path, -1)
            if at >= 0:
                section = layout.sections[at]
                top, inner = tops[at] + section.header, max(1, section.height - section.header)
                heights.update(_heights(shares, top * scale, inner * scale))
        self.hit_ys = sorted(heights)
        notes: dict[int, QColor] = {}
        cards: dict[int, dict[str, int]] = {}
        for note, place in layout.document.notes:
            at = layout.files.get((place or note.place).path or "", 0)
            if at not in cards:  # each file is looked through once, however many notes it has
                cards[at] = _cards(layout.sections[at])
            y = self._top_of_note(at, cards[at].get(note.id), place.start if place else 0)
            notes[max(4, min(round(y * scale), height - 5))] = dress.intent(note.intent)
        self.note_ys = tuple(notes.items())

    def _top_of_note(self, at: int, card: int | None, line: int) -> float:
        """Where a note stands: its card, or about where its line is in a file that is not laid out."""
        section, top = self._layout.sections[at], self._layout.tops[at]
        if card is not None:
            return top + section.header + section.top_of(card)
        last = section.file.runs[-1] if section.file is not None and section.file.runs else None
        share = line / max(1, line, last.new_start + len(last.added)) if last is not None else 0.0
        return top + section.header + share * (section.height - section.header)


def _cards(section: Section) -> dict[str, int]:
    """The cards of a section's notes, by the notes' ids."""
    note = Sort.NOTE
    return {block.key: index for index, block in enumerate(section.blocks or ()) if block.sort is note}


def _heights(shares: Sequence[float], top: float, inner: float) -> Iterator[int]:
    """The pixels that have a share of a stretch on them. As many steps as pixels, however many there are."""
    first, last = int(top + shares[0] * inner), int(top + shares[-1] * inner)
    yield first
    if last - first >= len(shares):
        yield from (int(top + share * inner) for share in shares)
        return
    for y in range(first + 1, last + 1):
        at = bisect_left(shares, (y - top) / inner)
        if at < len(shares) and shares[at] < (y + 1 - top) / inner:
            yield y
