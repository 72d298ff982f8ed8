"""Paints one frame of the diff view. Looks things up and draws; changes nothing but caches."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from workbench.review.changes import Change, Side
from workbench.review.folding import scope_of
from workbench.review.progress import Standing
from workbench.review.rows import words_of
from workbench.review.text import visible
from workbench.review.verdicts import NO_VERDICTS, FileVerdicts, Verdict
from workbench.ui.diff.blocks import Block, Line, Sort, line_at
from workbench.ui.diff.cards import NoteCard, chip
from workbench.ui.diff.cells import Cell, Cells
from workbench.ui.diff.dress import BAR, PAD, REJECTED_STRENGTH, Dress
from workbench.ui.diff.header import Header
from workbench.ui.diff.layout import Layout, Part, Section, Spot
from workbench.ui.diff.shaping import Shaped

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Columns:
    """Where things stand from left to right, in pixels. In unified layout `new_*` is the only code column."""

    width: int
    split: bool
    half: int
    gutter: int

    @property
    def old_code(self) -> int:
        return BAR + self.gutter

    @property
    def new_bar(self) -> int:
        return self.half if self.split else 0

    @property
    def new_code(self) -> int:
        return self.half + BAR + self.gutter if self.split else BAR + 2 * self.gutter

    def code(self, side: Side) -> Span:
        """Left and right edge of the code on a side."""
        if not self.split:
            return self.new_code, self.width
        return (self.old_code, self.half) if side is Side.OLD else (self.new_code, self.width)


@dataclass(frozen=True, slots=True)
class Scene:
    """What a frame shows besides the document: scroll, cursor, selection, search hits."""

    scroll: int
    left: float
    height: int
    columns: Columns
    change: str | None = None
    spot: Spot | None = None
    side: Side = Side.NEW
    chosen: tuple[Spot, Spot] | None = None
    chosen_side: Side | None = None
    hits: Callable[[bytes], tuple[Span, ...]] | None = None
    focused: bool = True


@dataclass(slots=True)
class _Text:
    """Code to be drawn once the clip of its side is set."""

    cell: Cell
    x: float
    y: float
    faded: bool


class Painter:
    """Draws frames for one view."""

    def __init__(self, layout: Layout, cells: Cells, card: Callable[[Section, Block], NoteCard | None]) -> None:
        self.layout = layout
        self.cells = cells
        self.dress: Dress | None = None
        self.widest = 0.0
        self.seen: list[tuple[Section, int, int, int, int]] = []
        """Of each file on the screen: section, and first and last line of the old and of the new side (from 1)."""
        self.painted_change = False
        self._card = card
        self._numbers: dict[tuple[int, int], Shaped] = {}
        self._scopes: dict[tuple[str, int], str] = {}
        self._header = Header(layout)
        self._texts: dict[Side, list[_Text]] = {Side.OLD: [], Side.NEW: []}
        self._tags: list[tuple[float, float, str, QColor, QColor]] = []

    def wear(self, dress: Dress) -> None:
        """Another theme or size."""
        self.dress = dress
        self.cells.dress(dress.theme, dress.shaper)
        self._numbers.clear()
        self._header.dress = dress

    def forget_scopes(self) -> None:
        """Other files."""
        self._scopes.clear()

    # ---- a frame --------------------------------------------------------------------------------------------

    def paint(self, painter: QPainter, scene: Scene) -> None:
        """Everything between the scene's scroll position and the bottom of the view."""
        assert self.dress is not None
        dress, layout = self.dress, self.layout
        painter.fillRect(0, 0, scene.columns.width, scene.height, dress.theme.ground)
        self.seen = []
        self.painted_change = False
        for texts in self._texts.values():
            texts.clear()
        self._tags.clear()
        visible_sections = list(self._sections(scene))
        for section, at, y in visible_sections:
            if not section.folded:
                self._section(painter, scene, section, at, y + section.header)
        self._draw_texts(painter, scene)
        self._draw_tags(painter)
        self._line(painter, scene)
        for section, at, y in visible_sections:
            if section.header:
                bottom = layout.tops[at + 1] - scene.scroll
                stuck = max(y, min(0, bottom - section.header))
                self._header.paint(painter, section, QRect(0, stuck, scene.columns.width, section.header), scene.spot == Spot(at, -1))

    def _sections(self, scene: Scene) -> Iterator[tuple[Section, int, int]]:
        layout = self.layout
        if not layout.sections:
            return
        at = layout.section_at(scene.scroll)
        while at < len(layout.sections) and layout.tops[at] < scene.scroll + scene.height:
            yield layout.sections[at], at, layout.tops[at] - scene.scroll
            at += 1

    def _section(self, painter: QPainter, scene: Scene, section: Section, at: int, top: int) -> None:
        blocks, tops = section.blocks or [], section.tops
        index = max(0, bisect_right(tops, -top) - 1)
        extent = [0, 0, 0, 0]
        while index < len(blocks) and top + tops[index] < scene.height:
            block = blocks[index]
            y = top + tops[index]
            if block.is_code:
                self._code(painter, scene, section, Spot(at, index), y, extent)
            else:
                self._other(painter, scene, section, Spot(at, index), QRect(0, y, scene.columns.width, tops[index + 1] - tops[index]))
            index += 1
        if section.part is Part.FILE:
            self.seen.append((section, *extent))  # type: ignore[arg-type]

    # ---- code -----------------------------------------------------------------------------------------------

    def _code(
        self, painter: QPainter, scene: Scene, section: Section, spot: Spot, top: int, extent: list[int]
    ) -> None:
        block = self.layout.block(spot)
        height = self.layout.heights.row
        first = max(0, -top // height)
        last = min(block.rows, (scene.height - top + height - 1) // height)
        held = self._held(section)
        standings = self.layout.standings(section)
        tagged: str | None = None
        for row in range(first, last):
            line = line_at(block, row)
            _widen(extent, line)
            at = Spot(spot.section, spot.block, row)
            y = top + row * height
            change = line.change
            stands = standings.get(change.id) if change is not None else None
            paint = self._split_row if scene.columns.split else self._unified_row
            paint(painter, scene, section, block, line, at, y, stands, held)
            if change is not None:
                self.painted_change = True
                if change.id != tagged and (row == first or self._starts(block, row, change)):
                    tagged = change.id
                    if row > 0 or self._starts(block, row, change) or top < 0:
                        self._tag(scene, change, stands, line, y)

    def _held(self, section: Section) -> FileVerdicts:
        if section.file is None:
            return NO_VERDICTS
        return self.layout.document.verdicts.get(section.file.path, NO_VERDICTS)

    def _starts(self, block: Block, row: int, change: Change) -> bool:
        assert block.run is not None
        return block.run.rows_of_change(change.id)[0] == block.first + row

    def _split_row(
        self,
        painter: QPainter,
        scene: Scene,
        section: Section,
        block: Block,
        line: Line,
        spot: Spot,
        y: int,
        stands: Standing | None,
        held: FileVerdicts,
    ) -> None:
        columns, height = scene.columns, self.layout.heights.row
        for side in (Side.OLD, Side.NEW):
            number = line.old if side is Side.OLD else line.new
            left, right = columns.code(side)
            bar = 0 if side is Side.OLD else columns.new_bar
            kind = "plain" if line.plain else "nothing" if number is None else _KINDS[side]
            rejected = self._line_verdict(line, side, stands, held) is Verdict.REJECTED
            faded = rejected and side is Side.NEW and kind == "added"
            self._ground(painter, scene, line, spot, side, kind, QRect(left, y, right - left, height), faded)
            if line.change is not None:
                self._bar(painter, line, side, stands, held, QRect(bar, y, BAR, height))
            if number is None:
                continue
            if block.run is None or block.run.numbered:
                self._number(painter, scene, spot, side, number, bar + BAR, y)
            self._cell(painter, scene, section, block, line, side, left, right, y, kind, faded)

    def _unified_row(
        self,
        painter: QPainter,
        scene: Scene,
        section: Section,
        block: Block,
        line: Line,
        spot: Spot,
        y: int,
        stands: Standing | None,
        held: FileVerdicts,
    ) -> None:
        columns, height = scene.columns, self.layout.heights.row
        side = Side.NEW if line.new is not None else Side.OLD
        left, right = columns.code(side)
        kind = "plain" if line.plain else _KINDS[side]
        rejected = self._line_verdict(line, side, stands, held) is Verdict.REJECTED
        faded = rejected and kind == "added"
        self._ground(painter, scene, line, spot, side, kind, QRect(left, y, right - left, height), faded)
        if line.change is not None:
            self._bar(painter, line, side, stands, held, QRect(0, y, BAR, height))
        if block.run is None or block.run.numbered:
            if line.old is not None:
                self._number(painter, scene, spot, Side.OLD, line.old, BAR, y)
            if line.new is not None:
                self._number(painter, scene, spot, Side.NEW, line.new, BAR + columns.gutter, y)
        self._cell(painter, scene, section, block, line, side, left, right, y, kind, faded)

    def _ground(
        self,
        painter: QPainter,
        scene: Scene,
        line: Line,
        spot: Spot,
        side: Side,
        kind: str,
        box: QRect,
        faded: bool,
    ) -> None:
        dress = self.dress
        assert dress is not None
        veiled = line.change is not None and line.change.id == scene.change
        colour = dress.grounds[kind][veiled]
        if faded:
            colour = dress.faded_added_veiled if veiled else dress.faded_added
        if _chosen(scene, spot, side):
            colour = dress.selected[kind]
        elif spot == scene.spot and kind == "plain":
            colour = dress.cursor_row
        elif kind == "plain":
            return
        painter.fillRect(box, colour)

    def _line_verdict(self, line: Line, side: Side, stands: Standing | None, held: FileVerdicts) -> Verdict:
        if stands is Standing.MIXED:
            number = line.old if side is Side.OLD else line.new
            mapping = held.old if side is Side.OLD else held.new
            if number is None:
                number = line.new if side is Side.OLD else line.old
                mapping = held.new if side is Side.OLD else held.old
            return mapping.get(number or 0, Verdict.OPEN)
        if stands is Standing.ACCEPTED:
            return Verdict.ACCEPTED
        return Verdict.REJECTED if stands is Standing.REJECTED else Verdict.OPEN

    def _bar(
        self, painter: QPainter, line: Line, side: Side, stands: Standing | None, held: FileVerdicts, box: QRect
    ) -> None:
        dress = self.dress
        assert dress is not None
        assert line.change is not None
        theme = dress.theme
        verdict = self._line_verdict(line, side, stands, held)
        if verdict is Verdict.ACCEPTED:
            painter.fillRect(box, theme.accepted)
            return
        if verdict is Verdict.REJECTED:
            painter.fillRect(box, theme.rejected)
            return
        said = self.layout.document.ledger_marks.get(line.change.id)
        colour = dress.said(said) if said is not None else theme.open
        painter.fillRect(box, colour)
        if stands is Standing.ASKED:
            # Asked is told from unread by form too: the bar is hollow.
            painter.fillRect(box.adjusted(1, 0, -1, 0), theme.ground)

    def _number(
        self, painter: QPainter, scene: Scene, spot: Spot, side: Side, number: int, left: int, y: int
    ) -> None:
        dress = self.dress
        assert dress is not None
        here = spot == scene.spot
        colour = dress.theme.accent if here and side is scene.side else dress.theme.text if here else dress.theme.faint
        key = (number, colour.rgba())
        shaped = self._numbers.get(key)
        if shaped is None:
            if len(self._numbers) > 4000:
                self._numbers.clear()
            shaped = self._numbers[key] = dress.small_code.plain(str(number), colour)
        right = left + scene.columns.gutter - 10
        shaped.draw(painter, right - shaped.width, y + (self.layout.heights.row - dress.small_code.height) / 2)

    def _cell(
        self,
        painter: QPainter,
        scene: Scene,
        section: Section,
        block: Block,
        line: Line,
        side: Side,
        left: int,
        right: int,
        y: int,
        kind: str,
        faded: bool,
    ) -> None:
        dress = self.dress
        assert dress is not None
        cell = self.cells.cell(section, block, line, side, scene.left, words=kind != "plain")
        if cell is None:
            return
        self.widest = max(self.widest, cell.width)
        x = left + PAD - scene.left
        veiled = line.change is not None and line.change.id == scene.change
        if cell.words or cell.boxes or scene.hits is not None:
            self._marks(painter, scene, cell, x, y, QRect(left, y, right - left, self.layout.heights.row), kind, veiled, faded)
        self._texts[side].append(_Text(cell, x + cell.x, y + (self.layout.heights.row - dress.shaper.height) / 2, faded))
        ground = dress.grounds[kind][veiled]
        hidden = x + cell.width - right + 4
        if hidden > 0:
            count = int(hidden / dress.shaper.cell) + 1
            self._tags.append((right - 6, y, f"+{count:,}", dress.theme.dim, ground))
        elif cell.mark:
            self._tags.append((min(right - 6, x + cell.width + 14 + dress.small_metrics.horizontalAdvance(cell.mark)), y, cell.mark, dress.theme.dim, ground))

    def _marks(
        self,
        painter: QPainter,
        scene: Scene,
        cell: Cell,
        x: float,
        y: int,
        box: QRect,
        kind: str,
        veiled: bool,
        faded: bool,
    ) -> None:
        """Grounds within the line: words, search hits, boxes of what would hide."""
        dress = self.dress
        assert dress is not None
        painter.save()
        painter.setClipRect(box)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(Qt.PenStyle.NoPen)
        if faded:
            painter.setOpacity(REJECTED_STRENGTH)
        height = self.layout.heights.row
        if cell.words and kind in dress.words:
            painter.setBrush(dress.words[kind][veiled])
            for start, end in cell.words:
                painter.drawRoundedRect(QRectF(x + start, y + 1, end - start, height - 2), 2, 2)
        if scene.hits is not None:
            painter.setOpacity(1)
            painter.setBrush(dress.hit)
            for start, end in scene.hits(cell.data):
                a, b = (cell.x + cell.shaped.x_of(cell.seen.shown(each) - cell.window) for each in (start, end))
                painter.drawRoundedRect(QRectF(x + a, y + 2, b - a, height - 4), 2, 2)
        if cell.boxes:
            painter.setPen(QPen(dress.theme.back, 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for start, end in cell.boxes:
                painter.drawRoundedRect(QRectF(x + start + 0.5, y + 2.5, end - start - 1, height - 5), 3, 3)
        painter.restore()

    def _draw_texts(self, painter: QPainter, scene: Scene) -> None:
        for side, texts in self._texts.items():
            if not texts:
                continue
            left, right = scene.columns.code(side)
            painter.save()
            painter.setClipRect(left, 0, right - left, scene.height)
            for text in texts:
                if text.faded:
                    painter.setOpacity(REJECTED_STRENGTH)
                    text.cell.shaped.draw(painter, text.x, text.y)
                    painter.setOpacity(1)
                else:
                    text.cell.shaped.draw(painter, text.x, text.y)
            painter.restore()

    # ---- words beside code ----------------------------------------------------------------------------------

    def _tag(self, scene: Scene, change: Change, stands: Standing | None, line: Line, y: int) -> None:
        """The verdict of a change as a word, at the right of its first row: never colour alone."""
        dress = self.dress
        assert dress is not None
        words, colour = verdict_words(self.layout, dress, change, stands)
        if not words:
            return
        kind = "added" if line.new is not None else "nothing" if scene.columns.split else "removed"
        ground = dress.grounds[kind][change.id == scene.change]
        if kind == "added" and stands is Standing.REJECTED:
            ground = dress.faded_added_veiled if change.id == scene.change else dress.faded_added
        self._tags.append((scene.columns.width - 6, y, words, colour, ground))

    def _draw_tags(self, painter: QPainter) -> None:
        dress = self.dress
        assert dress is not None
        height = self.layout.heights.row
        taken: dict[float, float] = {}
        painter.setFont(dress.small_strong)
        for right, y, words, colour, ground in reversed(self._tags):
            edge = min(right, taken.get(y, right)) if right > 0 else right
            width = dress.small_strong_metrics.horizontalAdvance(words)
            box = QRectF(edge - width - 8, y + 1, width + 8, height - 2)
            painter.fillRect(box, ground)
            painter.setPen(colour)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
            if right in taken or edge == right:
                taken[y] = box.left() - 2 if abs(right - edge) < 1 and right > box.width() else taken.get(y, right)

    # ---- everything else ------------------------------------------------------------------------------------

    def _other(self, painter: QPainter, scene: Scene, section: Section, spot: Spot, box: QRect) -> None:
        block = self.layout.block(spot)
        current = spot == scene.spot
        if block.sort is Sort.GAP:
            self._gap(painter, scene, section, block, box)
        elif block.sort is Sort.FACT:
            self._fact(painter, scene, section, block, box, current=current)
        elif block.sort is Sort.NOTE:
            card = self._card(section, block)
            if card is not None:
                card.paint(painter, card_left(scene.columns, section, block), box.y(), current=current)
        elif block.sort is Sort.ENTRY:
            self._entry(painter, scene, block, box, current=current)
        elif block.sort is Sort.WORDS:
            self._say(painter, block.key, box.adjusted(scene.columns.old_code + PAD, 0, 0, 0))

    def _say(self, painter: QPainter, words: str, box: QRect) -> None:
        dress = self.dress
        assert dress is not None
        painter.setFont(dress.text)
        painter.setPen(dress.theme.dim)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, words)

    def _gap(self, painter: QPainter, scene: Scene, section: Section, block: Block, box: QRect) -> None:
        dress = self.dress
        assert dress is not None
        painter.fillRect(box, dress.gap)
        count = block.hidden
        words = "⋯  more lines" if count is None else f"⋯  {count:,} unchanged line{'s' if count != 1 else ''}"
        scope = self._scope(section, block)
        left = scene.columns.old_code + PAD
        painter.setFont(dress.text)
        painter.setPen(dress.theme.dim)
        painter.drawText(QRect(left, box.y(), 600, box.height()), Qt.AlignmentFlag.AlignVCenter, words + ("  ·  " if scope else ""))
        if scope:
            left += round(dress.text_metrics.horizontalAdvance(words + "  ·  "))
            painter.setFont(dress.strong)
            room = scene.columns.width - left - 20
            text = dress.strong_metrics.elidedText(scope, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QRect(left, box.y(), room, box.height()), Qt.AlignmentFlag.AlignVCenter, text)

    def _scope(self, section: Section, block: Block) -> str:
        if block.hidden is None or section.file is None:
            return ""
        key = (section.key, block.old + block.hidden)
        known = self._scopes.get(key)
        if known is None:
            lines = self.cells.contents.old(section.file)
            if lines is None:
                return ""
            at_end = block.old + block.hidden > len(lines)
            known = "" if at_end else visible(scope_of(lines, block.old + block.hidden)).text
            self._scopes[key] = known
        return known

    def _fact(
        self, painter: QPainter, scene: Scene, section: Section, block: Block, box: QRect, *, current: bool
    ) -> None:
        dress = self.dress
        assert dress is not None
        change = self.layout.change(block.key)
        if change is None:
            return
        self.painted_change = True
        stands = self.layout.standings(section).get(change.id)
        if block.key == scene.change:
            painter.fillRect(box, dress.grounds["nothing"][True])
        line = Line(None, None, change=change)
        for left in {0, scene.columns.new_bar}:
            self._bar(painter, line, Side.NEW, stands, NO_VERDICTS, QRect(left, box.y(), BAR, box.height()))
        words = visible(words_of(change)).text
        painter.setFont(dress.text)
        painter.setPen(dress.theme.text)
        painter.drawText(box.adjusted(scene.columns.old_code + PAD, 0, -160, 0), Qt.AlignmentFlag.AlignVCenter, words)
        said, colour = verdict_words(self.layout, dress, change, stands)
        if said:
            painter.setFont(dress.small_strong)
            painter.setPen(colour)
            painter.drawText(box.adjusted(0, 0, -10, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, said)

    def _entry(self, painter: QPainter, scene: Scene, block: Block, box: QRect, *, current: bool) -> None:
        dress = self.dress
        assert dress is not None
        entry = next((each for each in self.layout.document.entries if each.id == block.key), None)
        if entry is None:
            return
        theme = dress.theme
        colour = dress.said(entry.said)
        painter.fillRect(box, dress.gap_veiled if current else dress.gap)
        painter.fillRect(QRect(0, box.y(), scene.columns.width, 1), theme.line)
        painter.fillRect(QRect(0, box.y(), BAR, box.height()), colour)
        middle = box.y() + box.height() / 2
        left = 18.0
        left += chip(painter, dress, entry.said.value, colour, QPointF(left, middle)) + 10
        for words, font, metrics, shade in (
            (_entry_place(entry.path, entry.line), dress.strong, dress.strong_metrics, theme.text),
            (entry.words, dress.text, dress.text_metrics, theme.dim),
        ):
            room = scene.columns.width - left - 130
            text = metrics.elidedText(visible(words).text, Qt.TextElideMode.ElideMiddle, room)
            painter.setFont(font)
            painter.setPen(shade)
            painter.drawText(QRectF(left, box.y(), room, box.height()), Qt.AlignmentFlag.AlignVCenter, text)
            left += metrics.horizontalAdvance(text) + 12
        answer = self.layout.document.answered.get(entry.id)
        if answer:
            painter.setFont(dress.small_strong)
            painter.setPen(theme.accepted)
            painter.drawText(box.adjusted(0, 0, -12, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, f"✓ {answer}")

    def _line(self, painter: QPainter, scene: Scene) -> None:
        """How far the code is scrolled to the right, as a thin line at the bottom."""
        dress = self.dress
        assert dress is not None
        left, right = scene.columns.code(Side.NEW)
        room = right - left - 2 * PAD
        if scene.left <= 0 or room <= 0:
            return
        whole = max(self.widest, scene.left + room)
        painter.fillRect(
            QRectF(left + room * scene.left / whole, scene.height - 4, max(20.0, room * room / whole), 3), dress.theme.dim
        )


def verdict_words(layout: Layout, dress: Dress, change: Change, stands: Standing | None) -> tuple[str, QColor]:
    """What is written beside a change, and in which colour; nothing for one that is simply unread."""
    said = layout.document.ledger_marks.get(change.id)
    if stands is Standing.ACCEPTED:
        return "✓ accepted", dress.theme.accepted
    if stands is Standing.REJECTED:
        reason = visible(layout.document.reasons.get(change.id, "")).text
        if len(reason) > 80:
            reason = reason[:79] + "…"
        return "✗ rejected" + (f" · {reason}" if reason else ""), dress.theme.rejected
    if stands is Standing.MIXED:
        return "◐ mixed", dress.theme.open
    if said is not None:
        return said.value, dress.said(said)
    if stands is Standing.ASKED:
        return "asked", dress.theme.open
    return "", dress.theme.dim


def card_left(columns: Columns, section: Section, block: Block) -> int:
    """Where a card begins: on the side that it speaks of."""
    if section.part is not Part.FILE:
        return 12
    if not columns.split:
        return columns.new_code
    return columns.new_bar if block.side is Side.NEW else 0


def card_width(columns: Columns, section: Section) -> int:
    """How wide a card is."""
    if section.part is not Part.FILE:
        return min(columns.width - 28, 980)
    if not columns.split:
        return min(columns.width - columns.new_code - 18, 900)
    return columns.half - 18


_KINDS = {Side.OLD: "removed", Side.NEW: "added"}


def _widen(extent: list[int], line: Line) -> None:
    if line.old is not None:
        extent[0] = min(extent[0] or line.old, line.old)
        extent[1] = max(extent[1], line.old)
    if line.new is not None:
        extent[2] = min(extent[2] or line.new, line.new)
        extent[3] = max(extent[3], line.new)


def _chosen(scene: Scene, spot: Spot, side: Side) -> bool:
    if scene.chosen is None or (scene.chosen_side is not None and side is not scene.chosen_side):
        return False
    low, high = scene.chosen
    return (low.section, low.block, low.row) <= (spot.section, spot.block, spot.row) <= (high.section, high.block, high.row)


def _entry_place(path: str, line: int) -> str:
    return f"{path}:{line}" if line else path
