"""Paints one frame of the diff view. Looks things up and draws; changes nothing but caches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter

from workbench.review.blocks import Block, Sort
from workbench.review.changes import Side
from workbench.review.text import one_line
from workbench.ui.diff.cells import Cells
from workbench.ui.diff.chips import chip
from workbench.ui.diff.code import CodePainter
from workbench.ui.diff.dress import BAR, PAD, Dress
from workbench.ui.diff.frame import Scene
from workbench.ui.diff.header import Header
from workbench.ui.diff.kept_rows import KeptRows
from workbench.ui.diff.layout import Layout, Section, Spot
from workbench.ui.diff.lineless import Lineless
from workbench.ui.shown_text import draw, elided

if TYPE_CHECKING:
    from workbench.ui.diff.cards import NoteCard

_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight


class Seen(Struct, frozen=True):
    """A section on the screen, and the first and last lines of it that are, from 1; 0 where there are
    none.
    """

    section: Section
    old_first: int
    old_last: int
    new_first: int
    new_last: int


class Painter:
    """Draws frames for one view."""

    def __init__(
        self, layout: Layout, cells: Cells, card: Callable[[Section, Block], NoteCard | None]
    ) -> None:
        self.seen: tuple[Seen, ...] = ()
        self.code = CodePainter(layout, cells)
        self._layout = layout
        self._cells = cells
        self._card = card
        self._header = Header(layout)
        self.lineless = Lineless(layout, cells)
        self._kept = KeptRows()
        self._dress: Dress | None = None

    @property
    def dress(self) -> Dress:
        assert self._dress is not None
        return self._dress

    def wear(self, dress: Dress) -> None:
        """Another theme or size."""
        self._dress = dress
        self._cells.dress(dress.theme, dress.shaper)
        self.code.wear(dress)
        self.lineless.wear(dress)
        self._header.wear(dress)
        self._kept.forget()

    def forget_scopes(self) -> None:
        """Other files."""
        self.lineless.forget_scopes()

    def paint(self, painter: QPainter, scene: Scene) -> None:
        """Everything between the scene's scroll position and the bottom of the view."""
        seen: list[Seen] = []
        sections = list(self._sections(scene))
        self._ground(painter, scene, sections)
        self.code.begin(scene)
        for section, at, y in sections:
            if not section.folded:
                seen.append(self._section(painter, scene, section, at, y + section.header))
        self.code.end(painter, scene)
        self.seen = tuple(seen)
        self._line(painter, scene)
        for section, at, y in sections:
            if section.header:
                bottom = self._layout.tops[at + 1] - scene.scroll
                box = QRect(0, max(y, min(0, bottom - section.header)), scene.columns.width, section.header)
                if scene.shows(box.top(), box.bottom() + 1):
                    self._head(painter, section, box, current=scene.spot == Spot(at, -1))
                    if not box.top():
                        # What is above the view ends in a line: two would be a thick one.
                        painter.fillRect(QRect(0, 0, box.width(), 1), self._header.dress.header)
                    # A file that is folded with its reason is all that is to be seen of its changes.
                    self.code.painted_change |= section.folded and bool(section.why)

    def ahead(self, scene: Scene, top: int, bottom: int) -> Iterator[None]:
        """Make the cells between two heights of the scroll, one row at a time, so that scrolling there is
        quick.
        """
        layout = self._layout
        if not layout.sections:
            return
        first, last = layout.section_at(top), layout.section_at(bottom)
        for at in range(first, last + 1):
            if at >= len(layout.sections):
                return
            section = layout.sections[at]
            blocks, starts = section.blocks, section.starts
            if section.header and section.file is not None:
                self._head_ahead(scene, section, current=scene.spot == Spot(at, -1))
                yield
                if section.blocks is not blocks or section.starts is not starts:
                    return
            if section.folded or blocks is None:
                continue
            start = layout.tops[at] + section.header
            for index, above, _ in list(section.between(top - start, bottom - start)):
                block = blocks[index]
                if not block.is_code:
                    if block.sort is Sort.GAP:
                        self.lineless.warm(section, block)
                    continue
                low = max(0, layout.row_at(section, index, max(0, top - start - above)))
                high = min(block.rows, layout.row_at(section, index, max(0, bottom - start - above)) + 1)
                for row in range(low, high):
                    self.code.warm(scene, section, block, row)
                    yield
                    if section.blocks is not blocks or section.starts is not starts:
                        # Laid out anew meanwhile: these blocks stand elsewhere, or are gone.
                        return

    def _sections(self, scene: Scene) -> Iterator[tuple[Section, int, int]]:
        layout = self._layout
        if not layout.sections:
            return
        at = layout.section_at(scene.scroll)
        while at < len(layout.sections) and layout.tops[at] < scene.scroll + scene.height:
            yield layout.sections[at], at, layout.tops[at] - scene.scroll
            at += 1

    def _ground(self, painter: QPainter, scene: Scene, sections: list[tuple[Section, int, int]]) -> None:
        """The ground of all that does not cover its own: to fill a screen twice is a tenth of a frame."""
        covered: list[tuple[int, int, bool]] = []
        for section, _, y in sections:
            if not section.folded:
                top = y + section.header
                for index, above, below in section.between(-top, scene.height - top):
                    assert section.blocks is not None
                    block = section.blocks[index]
                    if block.sort is Sort.GAP:
                        covered.append((top + above, top + below, False))
                    elif self.code.is_compared(scene, block):
                        covered.append((top + above, top + below, True))
        width, colour = scene.columns.width, self.dress.theme.ground
        gutters = [(scene.columns.bar(side), scene.columns.code(side)[0]) for side in Side]
        for top, bottom in scene.bands or ((0, scene.height),):
            at = top
            for first, last, is_code in covered:
                if last <= at or first >= bottom:
                    continue
                if first > at:
                    painter.fillRect(0, at, width, first - at, colour)
                at, first = min(last, bottom), max(first, at)
                if is_code:
                    for left, right in gutters:
                        painter.fillRect(left, first, right - left, at - first, colour)
            if at < bottom:
                painter.fillRect(0, at, width, bottom - at, colour)

    def _section(self, painter: QPainter, scene: Scene, section: Section, at: int, top: int) -> Seen:
        blocks = section.blocks or []
        extent = [0, 0, 0, 0]
        for index, above, below in section.between(-top, scene.height - top):
            spot, y = Spot(at, index), top + above
            if blocks[index].is_code:
                self.code.block(painter, scene, section, spot, y, extent)
            elif scene.shows(y, top + below):
                self._other(painter, scene, section, spot, QRect(0, y, scene.columns.width, below - above))
        return Seen(section, *extent)

    # what is not code

    def _head(self, painter: QPainter, section: Section, box: QRect, *, current: bool) -> None:
        """A header, as it was drawn before unless anything that it may be made from is another object."""
        made_from = self._head_made_from(section, current=current)

        def paint(on: QPainter, where: QRect) -> None:
            self._header.paint(on, section, where, current=current)

        self._kept.draw(painter, section.key, made_from, box, paint)

    def _head_ahead(self, scene: Scene, section: Section, *, current: bool) -> None:
        """Make the picture of a header that may be painted soon."""
        box = QRect(0, 0, scene.columns.width, section.header)

        def paint(on: QPainter, where: QRect) -> None:
            self._header.paint(on, section, where, current=current)

        self._kept.warm(section.key, self._head_made_from(section, current=current), box, paint)

    def _head_made_from(self, section: Section, *, current: bool) -> tuple[object, ...]:
        standings, document = self._layout.standings(section), self._layout.document
        return document, section.file, standings, section.folded, current, section.why

    def _other(self, painter: QPainter, scene: Scene, section: Section, spot: Spot, box: QRect) -> None:
        block = self._layout.block(spot)
        if block.sort is Sort.GAP:
            self.lineless.gap(painter, scene, section, block, box)
        elif block.sort is Sort.FACT:
            self.lineless.fact(painter, scene, section, block, box)
            self.code.painted_change = True
        elif block.sort is Sort.PICTURE:
            self.lineless.pictured(painter, scene, section, box)
        elif block.sort is Sort.NOTE:
            card = self._card(section, block)
            if card is not None:
                card.paint(
                    painter, scene.columns.card(section, block)[0], box.y(), current=spot == scene.spot
                )
        elif block.sort is Sort.ENTRY:
            self._entry(painter, scene, block, box, current=spot == scene.spot)
        elif block.sort is Sort.WORDS:
            self.lineless.words(painter, scene, block, box)

    def _entry(self, painter: QPainter, scene: Scene, block: Block, box: QRect, *, current: bool) -> None:
        dress, theme = self.dress, self.dress.theme
        entry = next((each for each in self._layout.document.entries if each.id == block.key), None)
        if entry is None:
            return
        colour = dress.said(entry.said)
        painter.fillRect(box, dress.gap_veiled if current else dress.gap)
        painter.fillRect(QRect(0, box.y(), scene.columns.width, 1), theme.line)
        painter.fillRect(QRect(0, box.y(), BAR, box.height()), colour)
        answer = self._layout.document.answered.get(entry.id)
        right = scene.columns.width - 12.0
        if answer:
            painter.setFont(dress.small_strong)
            painter.setPen(theme.accepted)
            painter.drawText(box.adjusted(0, 0, -12, 0), _RIGHT, f"✓ {answer}")
            right -= dress.small_strong_metrics.horizontalAdvance(f"✓ {answer}") + 16
        left = 18.0
        left += chip(painter, dress, entry.said.value, colour, QPointF(left, box.y() + box.height() / 2)) + 10
        place = f"{entry.path}:{entry.line}" if entry.line else entry.path or "the review"
        if entry.note:
            place = f"{entry.note} · {place}"
        for words, font, metrics, shade in (
            (place, dress.strong, dress.strong_metrics, theme.text),
            (entry.words, dress.text, dress.text_metrics, theme.dim),
        ):
            text = elided(metrics, one_line(words), Qt.TextElideMode.ElideMiddle, max(40.0, right - left))
            painter.setFont(font)
            painter.setPen(shade)
            draw(painter, QRectF(left, box.y(), right - left + 2, box.height()), _LEFT, text)
            left += metrics.horizontalAdvance(text) + 12

    def _line(self, painter: QPainter, scene: Scene) -> None:
        """How far the code is scrolled to the right, as a thin line at the bottom."""
        left, right = scene.columns.code(Side.NEW)
        room = right - left - 2 * PAD
        if scene.left <= 0 or room <= 0:
            return
        whole = max(self.code.widest, scene.left + room)
        box = QRectF(left + room * scene.left / whole, scene.height - 4, max(20.0, room * room / whole), 3)
        painter.fillRect(box, self.dress.theme.dim)
