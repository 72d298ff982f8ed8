"""Paints the code rows of a frame: grounds and bars first, as few large rectangles, then words and text
by side.
"""

from __future__ import annotations

from msgspec import Struct
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QGlyphRun, QPainter, QPen

from workbench.review.blocks import Block, Line, line_at
from workbench.review.changes import Change, Side
from workbench.review.progress import Standing
from workbench.review.verdicts import Verdict
from workbench.ui.diff.beside import Beside
from workbench.ui.diff.cells import Cell, Cells, Visual
from workbench.ui.diff.dress import BAR, PAD, Dress
from workbench.ui.diff.frame import Columns, Scene
from workbench.ui.diff.layout import Layout, Section, Spot
from workbench.ui.diff.looks import Look, Strip, look_of
from workbench.ui.diff.tags import Tags, verdict_words

__all__ = ["CodePainter", "verdict_words"]

_KINDS = {Side.OLD: "removed", Side.NEW: "added"}
_SIDES = (Side.OLD, Side.NEW)
_TAG_ROWS = 3
"""Rows of a change among which its verdict looks for room."""
_KEPT_PLACES = 4000
_MOST_DIGITS = 10
_GOES_ON = "·"
"""In the gutter, where a wrapped line goes on."""


class _Text(Struct):
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


class _Row(Struct):
    """A code row as it is being painted: what it shows, where, and which of its lines are wanted."""

    section: Section
    block: Block
    line: Line
    look: Look | None
    spot: Spot
    y: int
    height: int
    first: int
    last: int


class CodePainter:
    """Collects the rows of a frame (`begin`, `block` for each block, `end`) and draws them."""

    def __init__(self, layout: Layout, cells: Cells) -> None:
        self.widest = 0.0
        self.painted_change = False
        self.tags = Tags()
        self.beside = Beside()
        self._layout = layout
        self._cells = cells
        self._dress: Dress | None = None
        self._digits: list[int] = []
        self._digit_places: list[QPointF] = []
        self._places: dict[tuple[int, int], list[QPointF]] = {}
        self._looks: dict[str, Look] = {}
        self._texts: dict[Side, list[_Text]] = {Side.OLD: [], Side.NEW: []}
        self._grounds: dict[Side, Strip] = {}
        self._strokes: dict[Side, Strip] = {}
        self._bars: dict[Side, tuple[Strip, Strip]] = {}

    def wear(self, dress: Dress) -> None:
        """Another theme or size."""
        self._dress = dress
        self._places.clear()
        self.tags.wear(dress)

    def begin(self, scene: Scene) -> None:
        """Start a frame."""
        self.painted_change = False
        self._looks.clear()
        self.tags.clear()
        self._digits.clear()
        self._digit_places.clear()
        columns = scene.columns
        for side in _SIDES:
            self._texts[side].clear()
            left, right = columns.code(side)
            self._grounds[side] = Strip(left, right - left)
            self._strokes[side] = Strip(left - 5, 2)
            bar = columns.bar(side)
            self._bars[side] = (Strip(bar, BAR), Strip(bar + 1, BAR - 2))

    def end(self, painter: QPainter, scene: Scene) -> None:
        """Draw what was collected."""
        for side in _SIDES:
            self._grounds[side].flush(painter)
        self._draw_numbers(painter)
        self._draw_texts(painter, scene)
        self.tags.draw(painter, self._layout.heights.row)

    def warm(self, scene: Scene, section: Section, block: Block, row: int) -> None:
        """Make the cells of a row that may be painted soon."""
        line = line_at(block, row)
        for side in _sides_of(line, split=scene.columns.split):
            self._cell(scene.columns, scene.left, section, block, line, side)

    def lines_of(self, columns: Columns, section: Section, block: Block, row: int) -> int:
        """How many lines a row takes where long ones are wrapped: as many as the longer side."""
        line, most = line_at(block, row), 1
        for side in _sides_of(line, split=columns.split):
            data = self._cells.line(section, block, line, side)[0]
            if data is not None:
                most = max(most, self._cells.breaks(data, columns.room(side)).lines)
        return most

    def _cell(
        self, columns: Columns, left: float, section: Section, block: Block, line: Line, side: Side
    ) -> Cell | None:
        room = columns.room(side) if self._layout.wrap else 0.0
        return self._cells.cell(section, block, line, side, left, words=not line.plain, room=room)

    # rows

    def block(
        self, painter: QPainter, scene: Scene, section: Section, spot: Spot, top: int, extent: list[int]
    ) -> None:
        """The rows of a code block that are on the screen. `extent` is widened by their line numbers."""
        block, layout = self._layout.block(spot), self._layout
        first = max(0, layout.row_at(section, spot.block, max(0, -top)))
        last = min(block.rows - 1, layout.row_at(section, spot.block, max(0, scene.height - top - 1)))
        if last < first:
            return
        _widen(extent, line_at(block, first))
        _widen(extent, line_at(block, last))
        y = top + layout.row_top(section, spot.block, first)
        for row in range(first, last + 1):
            bottom = top + layout.row_top(section, spot.block, row + 1)
            if not scene.bands or scene.shows(y, bottom):
                self._paint_row(
                    painter, scene, section, block, Spot(spot.section, spot.block, row), y, bottom
                )
            y = bottom
        for side in _SIDES:
            self._grounds[side].flush(painter)
            self._strokes[side].flush(painter)
            for strip in self._bars[side]:
                strip.flush(painter)

    def _paint_row(
        self,
        painter: QPainter,
        scene: Scene,
        section: Section,
        block: Block,
        spot: Spot,
        top: int,
        bottom: int,
    ) -> None:
        height = self._layout.heights.row
        line = line_at(block, spot.row)
        look = None
        if line.change is not None:
            look = self._looks.get(line.change.id) or self._look(scene, section, line.change)
        first = max(0, -top // height)
        last = min((bottom - top) // height, (scene.height - top + height - 1) // height)
        row = _Row(section, block, line, look, spot, top, bottom - top, first, last)
        if scene.columns.split:
            grounds = [self._side(painter, scene, row, side) for side in _SIDES]
            ground = grounds[1]
        else:
            side = Side.NEW if line.new is not None else Side.OLD
            ground = self._side(painter, scene, row, side)
            if side is Side.NEW and line.old is not None and (block.run is None or block.run.numbered):
                self._number(painter, scene, spot, Side.OLD, line.old, top)
        if look is not None and look.words:
            self._tag(scene, row, look, ground)

    def _look(self, scene: Scene, section: Section, change: Change) -> Look:
        assert self._dress is not None
        look = self._looks[change.id] = look_of(
            self._layout, self._dress, section, change, veiled=change.id == scene.change
        )
        self.painted_change = True
        return look

    def _side(self, painter: QPainter, scene: Scene, row: _Row, side: Side) -> QColor | None:
        """One side of a row; the colour of its ground."""
        dress, line, look, spot = self._dress, row.line, row.look, row.spot
        assert dress is not None
        number = line.old if side is Side.OLD else line.new
        veiled = look is not None and look.veiled
        faded = False
        if line.plain:
            kind = "plain"
            ground = dress.cursor_row if spot == scene.spot else None
        else:
            kind = "nothing" if number is None else _KINDS[side]
            ground = dress.grounds[kind][veiled]
        if look is not None:
            verdict = look.verdict(line, side)
            faded = verdict is Verdict.REJECTED and kind == "added"
            if faded:
                ground = dress.faded_added_veiled if veiled else dress.faded_added
            self._bar(painter, look, verdict, side, row.y, row.height)
        if scene.chosen is not None and scene.chooses(spot, side):
            ground = dress.selected[kind]
        self._grounds[side].add(painter, ground, row.y, row.height)
        if number is None:
            return ground
        if row.block.run is None or row.block.run.numbered:
            self._number(painter, scene, spot, side, number, row.y)
        if self.beside.moves.blocks and self.beside.move(row.section, row.block, line, side) is not None:
            # A line of a moved block: a quiet stroke beside its number, on both ends.
            self._strokes[side].add(painter, dress.theme.accent, row.y, row.height)
        cell = self._cell(scene.columns, scene.left, row.section, row.block, line, side)
        if cell is not None:
            self._collect(painter, scene, row, cell, side, kind, veiled, faded)
            self._chips(scene, row, cell, side, ground)
        return ground

    def _bar(self, painter: QPainter, look: Look, verdict: Verdict, side: Side, y: int, height: int) -> None:
        assert self._dress is not None
        theme = self._dress.theme
        colour = look.colour
        if look.stands is Standing.MIXED:
            colour = {Verdict.ACCEPTED: theme.accepted, Verdict.REJECTED: theme.rejected}.get(
                verdict, theme.open
            )
        outer, inner = self._bars[side]
        outer.add(painter, colour, y, height)
        if look.hollow:
            # Asked is told from unread by form too. The inner strip is flushed after the outer one.
            inner.add(painter, theme.ground, y, height)

    def _number(self, painter: QPainter, scene: Scene, spot: Spot, side: Side, number: int, y: int) -> None:
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
        self._digit_places += places[-len(text) :]

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

    def _draw_numbers(self, painter: QPainter) -> None:
        dress = self._dress
        assert dress is not None
        if self._digits:
            run = QGlyphRun()
            run.setRawFont(dress.small_code.raw)
            run.setGlyphIndexes(self._digits)
            run.setPositions(self._digit_places)
            painter.setPen(dress.theme.faint)
            painter.drawGlyphRun(QPointF(0, 0), run)

    def _collect(
        self,
        painter: QPainter,
        scene: Scene,
        row: _Row,
        cell: Cell,
        side: Side,
        kind: str,
        veiled: bool,
        faded: bool,
    ) -> None:
        x = scene.columns.code(side)[0] + PAD - scene.left
        self.widest = max(self.widest, cell.width)
        height, texts = self._layout.heights.row, self._texts[side]
        here = row.spot == scene.spot and (side is scene.side or not scene.columns.split)
        hit = scene.hit if here else None
        for at in range(row.first, min(row.last, cell.lines)):
            y = row.y + at * height
            if at and scene.bands and not scene.shows(y, y + height):
                continue
            texts.append(_Text(cell, self._cells.visual(cell, at), x, y, kind, veiled, faded, hit))
            if at:
                self._goes_on(painter, scene, side, y)

    def _goes_on(self, painter: QPainter, scene: Scene, side: Side, y: int) -> None:
        """A quiet mark in the gutter: this is no line of its own."""
        dress = self._dress
        assert dress is not None
        shaped = dress.small_code.plain(_GOES_ON, dress.theme.faint)
        shaped.draw(painter, scene.columns.number(side) - shaped.width, y + dress.number_drop)

    # words at the right

    def _end(self, scene: Scene, cell: Cell, side: Side, at: int) -> float:
        """Where the code of one line of a cell ends on the screen."""
        left = scene.columns.code(side)[0] + PAD - scene.left
        if cell.lines > 1:
            return left + self._cells.visual(cell, at).right if at < cell.lines else 0.0
        return left + cell.width if not at else 0.0

    def _chips(self, scene: Scene, row: _Row, cell: Cell, side: Side, ground: QColor | None) -> None:
        """How much of a line is beyond the right edge, and what its text does not show."""
        dress = self._dress
        assert dress is not None
        right, last = scene.columns.code(side)[1], cell.lines - 1
        y = row.y + last * self._layout.heights.row
        end = self._end(scene, cell, side, last)
        if end > right:
            self.tags.code_ends(y, right, end, ground)
        if cell.mark and row.first <= last < row.last:
            self.tags.code_ends(y, right, end, ground)
            self.tags.chip(y, right, cell.mark, dress.theme.dim, ground)
        if row.first <= last < row.last:
            forms, warns = self.beside.words(row.section, row.block, row.line, side)
            if forms:
                self.tags.code_ends(y, right, end, ground)
                words = next((each for each in forms if self.tags.fits(each, right, end)), forms[-1])
                self.tags.chip(y, right, words, dress.theme.back if warns else dress.theme.dim, ground)

    def _tag(self, scene: Scene, row: _Row, look: Look, ground: QColor | None) -> None:
        """The verdict of a change as a word, at the right of one of its first rows: never colour alone.

        Where that one is scrolled out of sight, the words stick under the header.
        """
        if look.tag is None:
            look.tag = self._tag_place(scene, row, look)
        height, roof = self._layout.heights.row, row.section.header
        here, at = row.block.first + row.spot.row, look.tag[1]
        if here != look.tag[0] or row.y + at * height < roof:
            if row.y + row.height <= roof:
                return
            at = max(0, -(-(roof - row.y) // height))
            y = row.y + at * height
            is_top = roof <= y < roof + height and at * height < row.height
            if not is_top or (here, at) <= look.tag:
                return
        y = row.y + at * height
        right = scene.columns.width
        self.tags.verdict(y, right, look.words, look.least, look.shade, ground)
        side = self._tag_side(scene, row.line)
        number = row.line.old if side is Side.OLD else row.line.new
        cell = self._cell(scene.columns, scene.left, row.section, row.block, row.line, side)
        if cell is not None and number is not None:
            self.tags.code_ends(y, right, self._end(scene, cell, side, at), ground)

    def _tag_side(self, scene: Scene, line: Line) -> Side:
        return Side.NEW if scene.columns.split or line.new is not None else Side.OLD

    def _tag_place(self, scene: Scene, row: _Row, look: Look) -> tuple[int, int]:
        """The first of the first rows at whose right the words of a change fit, else the first."""
        run = row.block.run
        assert run is not None
        start, count = run.rows_of_change(look.change.id)
        for words in (look.words, look.least):
            for number in range(start, start + min(count, _TAG_ROWS)):
                line = line_at(row.block, number - row.block.first)
                side = self._tag_side(scene, line)
                if line.change is not None and line.change.id != look.change.id:
                    continue
                cell = None
                if (line.old if side is Side.OLD else line.new) is not None:
                    cell = self._cell(scene.columns, scene.left, row.section, row.block, line, side)
                last = cell.lines - 1 if cell is not None else 0
                for at in {0, last}:
                    end = self._end(scene, cell, side, at) if cell is not None else 0.0
                    if self.tags.fits(words, scene.columns.width, end):
                        return number, at
        return start, 0

    # words and text

    def _draw_texts(self, painter: QPainter, scene: Scene) -> None:
        dress = self._dress
        assert dress is not None
        drop = (self._layout.heights.row - dress.shaper.height) / 2
        for side, texts in self._texts.items():
            if not texts:
                continue
            left, right = scene.columns.code(side)
            painter.save()
            painter.setClipRect(left, 0, right - left, scene.height)
            self._draw_marks(painter, scene, texts)
            for text in texts:
                visual = text.visual
                if text.faded:
                    painter.setOpacity(dress.rejected_strength)
                    visual.shaped.draw(painter, text.x + visual.x, text.y + drop)
                    painter.setOpacity(1)
                else:
                    visual.shaped.draw(painter, text.x + visual.x, text.y + drop)
            painter.restore()

    def _draw_marks(self, painter: QPainter, scene: Scene, texts: list[_Text]) -> None:
        """Grounds within lines: words, search hits, boxes of what would hide."""
        dress = self._dress
        assert dress is not None
        height = self._layout.heights.row
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(Qt.PenStyle.NoPen)
        for text in texts:
            visual = text.visual
            if visual.words and text.kind in dress.words:
                painter.setBrush(dress.words[text.kind][text.veiled])
                painter.setOpacity(dress.rejected_strength if text.faded else 1)
                for start, end in visual.words:
                    painter.drawRoundedRect(QRectF(text.x + start, text.y + 1, end - start, height - 2), 2, 2)
                painter.setOpacity(1)
            if scene.hits is not None:
                self._draw_hits(painter, scene, text)
            if visual.boxes:
                painter.setPen(QPen(dress.theme.back, 1))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                for start, end in visual.boxes:
                    box = QRectF(text.x + start + 0.5, text.y + 2.5, end - start - 1, height - 5)
                    painter.drawRoundedRect(box, 3, 3)
                painter.setPen(Qt.PenStyle.NoPen)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _draw_hits(self, painter: QPainter, scene: Scene, text: _Text) -> None:
        assert self._dress is not None
        assert scene.hits is not None
        cell, height = text.cell, self._layout.heights.row
        painter.setBrush(self._dress.hit)
        for start, end in scene.hits(cell.data):
            place = text.visual.place(cell.seen.shown(start), cell.seen.shown(end))
            if place is not None:
                box = QRectF(text.x + place[0], text.y + 2, place[1] - place[0], height - 4)
                painter.drawRoundedRect(box, 2, 2)
                if (start, end) == text.hit:
                    # A frame, for who does not tell two grounds apart.
                    painter.setPen(QPen(self._dress.theme.accent, 2))
                    painter.drawRoundedRect(box.adjusted(-1, -1, 1, 1), 3, 3)
                    painter.setPen(Qt.PenStyle.NoPen)


def _sides_of(line: Line, *, split: bool) -> tuple[Side, ...]:
    """The sides whose text a row shows."""
    if line.new is None:
        return (Side.OLD,)
    return (Side.OLD, Side.NEW) if split and line.old is not None else (Side.NEW,)


def _widen(extent: list[int], line: Line) -> None:
    old, new = line.old, line.new
    if old is not None:
        if not extent[0]:
            extent[0] = old
        extent[1] = old
    if new is not None:
        if not extent[2]:
            extent[2] = new
        extent[3] = new
