"""Paints one frame of the diff view. Looks things up and draws; changes nothing but caches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter

from workbench.review.blocks import Block, Sort
from workbench.review.changes import FileChange, Kind, Side, Status
from workbench.review.enclosing import scope_of
from workbench.review.progress import Standing
from workbench.review.text import one_line
from workbench.review.words import words_of
from workbench.ui.diff.cells import Cells
from workbench.ui.diff.chips import chip
from workbench.ui.diff.code import CodePainter, verdict_words
from workbench.ui.diff.dress import BAR, PAD, Dress
from workbench.ui.diff.frame import Scene
from workbench.ui.diff.header import Header
from workbench.ui.diff.layout import Layout, Section, Spot

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
        self._scopes: dict[tuple[str, int], str] = {}
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
        self._header.wear(dress)

    def forget_scopes(self) -> None:
        """Other files."""
        self._scopes.clear()

    def paint(self, painter: QPainter, scene: Scene) -> None:
        """Everything between the scene's scroll position and the bottom of the view."""
        for top, bottom in scene.bands or ((0, scene.height),):
            painter.fillRect(0, top, scene.columns.width, bottom - top, self.dress.theme.ground)
        seen: list[Seen] = []
        sections = list(self._sections(scene))
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
                    self._header.paint(painter, section, box, current=scene.spot == Spot(at, -1))

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
            if section.folded or section.blocks is None:
                continue
            start, blocks, starts = layout.tops[at] + section.header, section.blocks, section.starts
            for index, above, _ in list(section.between(top - start, bottom - start)):
                block = blocks[index]
                if not block.is_code:
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

    def _other(self, painter: QPainter, scene: Scene, section: Section, spot: Spot, box: QRect) -> None:
        block = self._layout.block(spot)
        if block.sort is Sort.GAP:
            self._gap(painter, scene, section, block, box)
        elif block.sort is Sort.FACT:
            self._fact(painter, scene, section, block, box)
        elif block.sort is Sort.NOTE:
            card = self._card(section, block)
            if card is not None:
                card.paint(
                    painter, scene.columns.card(section, block)[0], box.y(), current=spot == scene.spot
                )
        elif block.sort is Sort.ENTRY:
            self._entry(painter, scene, block, box, current=spot == scene.spot)
        elif block.sort is Sort.WORDS:
            painter.setFont(self.dress.text)
            painter.setPen(self.dress.theme.dim)
            left = scene.columns.code(Side.OLD)[0] + PAD
            words, _, right = block.key.partition("\t")
            if right and not scene.columns.split:
                words, right = f"{words}, then {right}", ""
            painter.drawText(box.adjusted(left, 0, 0, 0), _LEFT, words)
            left = scene.columns.code(Side.NEW)[0] + PAD
            painter.drawText(box.adjusted(left, 0, 0, 0), _LEFT, right)

    def _gap(self, painter: QPainter, scene: Scene, section: Section, block: Block, box: QRect) -> None:
        dress = self.dress
        painter.fillRect(box, dress.gap)
        count = block.hidden
        words = (
            "⋯  more lines" if count is None else f"⋯  {count:,} unchanged line{'s' if count != 1 else ''}"
        )
        scope = self._scope(section, block)
        if scope:
            words += "  ·  "
        left = scene.columns.code(Side.OLD)[0] + PAD
        painter.setFont(dress.text)
        painter.setPen(dress.theme.dim)
        painter.drawText(QRect(left, box.y(), 600, box.height()), _LEFT, words)
        if scope:
            left += round(dress.text_metrics.horizontalAdvance(words))
            room = scene.columns.width - left - 20
            text = dress.strong_metrics.elidedText(scope, Qt.TextElideMode.ElideRight, room)
            painter.setFont(dress.strong)
            painter.drawText(QRect(left, box.y(), room, box.height()), _LEFT, text)

    def _scope(self, section: Section, block: Block) -> str:
        if block.hidden is None or section.file is None:
            return ""
        key = (section.key, block.old + block.hidden)
        known = self._scopes.get(key)
        if known is None:
            lines = self._cells.contents.old(section.file)
            if lines is None:
                return ""
            at_end = block.old + block.hidden > len(lines)
            known = "" if at_end else self._name_of_scope(section.file, lines, block.old + block.hidden)
            self._scopes[key] = known
        return known

    @staticmethod
    def _name_of_scope(file: FileChange, lines: Sequence[bytes], line: int) -> str:
        return one_line(scope_of(lines, line, file.base_path or file.path))

    def _fact(self, painter: QPainter, scene: Scene, section: Section, block: Block, box: QRect) -> None:
        dress, theme = self.dress, self.dress.theme
        change = self._layout.change(block.key)
        if change is None:
            return
        self.code.painted_change = True
        stands = self._layout.standings(section).get(change.id)
        if block.key == scene.change:
            painter.fillRect(box, dress.grounds["nothing"][True])
        said = self._layout.document.ledger_marks.get(change.id)
        read_only = self._layout.document.read_only
        colour = theme.faint if read_only else dress.standing(stands or Standing.UNREAD)
        if said is not None and stands in (Standing.UNREAD, Standing.ASKED):
            colour = dress.said(said)
        words, shade = verdict_words(self._layout, dress, change, stands)
        fact = one_line(words_of(change))
        remark = self._layout.document.remarks.get(change.path)
        if remark is not None and remark.sizes and change.kind is Kind.BINARY:
            fact += f" · {remark.sizes}"
        left, room, wide = self._fact_room(scene, section, fact, words)
        for bar in {0} if wide else {0, scene.columns.new_bar}:
            painter.fillRect(bar, box.y(), BAR, box.height(), colour)
            if stands is Standing.ASKED:
                painter.fillRect(bar + 1, box.y(), BAR - 2, box.height(), theme.ground)
        painter.setFont(dress.text)
        painter.setPen(theme.text)
        fact = dress.text_metrics.elidedText(fact, Qt.TextElideMode.ElideMiddle, room)
        painter.drawText(QRect(left, box.y(), room + 2, box.height()), _LEFT, fact)
        if words:
            painter.setFont(dress.small_strong)
            painter.setPen(shade)
            painter.drawText(box.adjusted(0, 0, -8, 0), _RIGHT, words)

    def _fact_room(self, scene: Scene, section: Section, fact: str, words: str) -> tuple[int, int, bool]:
        """Where a fact's words begin, their room, and whether they run over both sides.

        Side by side they stand on the side that they speak of, as code does; across, if they fit on neither.
        """
        dress, columns = self.dress, scene.columns
        taken = round(dress.small_strong_metrics.horizontalAdvance(words)) + 24 if words else 8
        is_gone = section.file is not None and section.file.status is Status.DELETED
        start = round(columns.code(Side.OLD)[0]) + PAD
        if columns.split:
            end = columns.half - 8 if is_gone else columns.width - taken
            left = start if is_gone else round(columns.code(Side.NEW)[0]) + PAD
            if dress.text_metrics.horizontalAdvance(fact) <= end - left:
                return left, end - left, False
        return start, max(40, columns.width - taken - start), True

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
            text = metrics.elidedText(one_line(words), Qt.TextElideMode.ElideMiddle, max(40.0, right - left))
            painter.setFont(font)
            painter.setPen(shade)
            painter.drawText(QRectF(left, box.y(), right - left + 2, box.height()), _LEFT, text)
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
