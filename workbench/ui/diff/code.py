"""Paints the code rows of a frame: grounds and bars first, as few large rectangles, then words and text
by side.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtGui import QColor, QPainter

from workbench.review.blocks import Block, Line, Sort, line_at
from workbench.review.changes import Change, Side
from workbench.review.progress import Standing
from workbench.ui.diff.cell import NOTHING_BEYOND, Beyond, Cell
from workbench.ui.diff.cells import Cells
from workbench.ui.diff.dress import BAR, PAD, Dress
from workbench.ui.diff.frame import Columns, Scene
from workbench.ui.diff.full_rows import APART, FullRows
from workbench.ui.diff.layout import Layout, Section, Spot
from workbench.ui.diff.looks import Strip
from workbench.ui.diff.panes import Compared, Pane, Row, Rows, rows_of
from workbench.ui.diff.row_ends import may_hold_tag
from workbench.ui.diff.tags import verdict_words
from workbench.ui.diff.texts import Text, Texts

__all__ = ["CodePainter", "verdict_words"]

_KINDS = {Side.OLD: "removed", Side.NEW: "added"}
_SIDES = (Side.OLD, Side.NEW)
# An enum's members cost ten times as much to name as what a module holds, and here they are named per row.
_OLD, _NEW, _PLAIN = Side.OLD, Side.NEW, Sort.PLAIN


class CodePainter(FullRows):
    """Collects the rows of a frame (`begin`, `block` for each block, `end`) and draws them."""

    def __init__(self, layout: Layout, cells: Cells) -> None:
        super().__init__(layout, cells)
        self._texts = Texts()

    def wear(self, dress: Dress) -> None:
        """Another theme or size."""
        self._dress = dress
        for part in (self._numbers, self._texts, self.tags):
            part.wear(dress)

    def begin(self, scene: Scene) -> None:
        """Start a frame."""
        self.painted_change = False
        self._looks.clear()
        for part in (self._numbers, self._texts, self.tags):
            part.begin()
        self._panes = tuple(self._pane(scene, side) for side in _SIDES)

    def _pane(self, scene: Scene, side: Side) -> Pane:
        columns = scene.columns
        left, right = columns.code(side)
        bar = columns.bar(side)
        return Pane(
            side,
            _KINDS[side],
            left,
            right,
            left + PAD - scene.left,
            columns.number(side),
            Strip(left, right - left),
            Strip(left - 5, 2),
            Strip(bar, BAR),
            Strip(bar + 1, BAR - 2),
            columns.room(side) if self._layout.wrap else 0.0,
            self._texts.of(side),
        )

    def end(self, painter: QPainter, scene: Scene) -> None:
        """Draw what was collected."""
        self._numbers.draw(painter)
        self._texts.draw(painter, scene)
        self.tags.draw(painter, self._layout.heights.row)

    def warm(self, scene: Scene, section: Section, block: Block, row: int) -> None:
        """Make the cells of a row that may be painted soon."""
        if self._is_plain(scene, block):
            source = self._cells.source(section)
            if source is not None and self._cells.both(source, block.old + row, block.new + row) is not None:
                return
        line = line_at(block, row)
        for side in _sides_of(line, split=scene.columns.split):
            self._cell(scene.columns, scene.left, section, block, line, side)
        if line.change is not None:
            self.beside.speaks(line.change)

    def numbers_ahead(self, scene: Scene) -> Iterator[None]:
        """Make the places of the numbers of any rows on the screen."""
        rights = tuple(scene.columns.number(side) for side in _SIDES)
        return self._numbers.ahead(rights, scene.height, self._layout.last_line)

    def _is_plain(self, scene: Scene, block: Block) -> bool:
        """Whether the rows of a block show one unchanged line each, on both sides."""
        return block.sort is _PLAIN and scene.columns.split and not self._layout.wrap

    def lines_of(self, columns: Columns, section: Section, block: Block, row: int) -> int:
        """How many lines a row takes where long ones are wrapped: as many as the longer side."""
        line, most = line_at(block, row), 1
        for side in _sides_of(line, split=columns.split):
            data = self._cells.line(section, block, line, side)[0]
            if data is not None:
                most = max(most, self._cells.breaks(data, columns.room(side)).lines)
        return most

    def column_at(
        self, scene: Scene, section: Section, spot: Spot, side: Side, x: float, down: int, *, near: bool
    ) -> int | None:
        """The character of a line that is at a place, as the file counts them: `x` in the view, `down` from
        the top of its row. With `near` the gap between two that is nearest. None where there is no line.
        """
        block = self._layout.block(spot)
        line = line_at(block, spot.row)
        if (line.old if side is _OLD else line.new) is None:
            return None
        cell = self._cell(scene.columns, scene.left, section, block, line, side)
        if cell is None:
            return None
        visual = self._cells.visual(cell, max(0, min(down // self._layout.heights.row, cell.lines - 1)))
        place = x - (scene.columns.code(side)[0] + PAD - scene.left) - visual.x
        at = visual.shaped.index_at(place)
        if near and at < visual.shaped.length:
            at += place > (visual.shaped.x_of(at) + visual.shaped.x_of(at + 1)) / 2
        column = cell.seen.original(visual.start + at)
        # In a box there is no half of a character.
        is_inside = cell.seen.shown(column) < visual.start + at
        return column + 1 if near and is_inside else column

    def beyond(self, scene: Scene, section: Section, spot: Spot, side: Side) -> Beyond:
        """Which marked words of a row are out of sight."""
        block = self._layout.block(spot)
        line = line_at(block, spot.row)
        if (line.old if side is _OLD else line.new) is None:
            return NOTHING_BEYOND
        cell = self._cell(scene.columns, scene.left, section, block, line, side)
        if cell is None:
            return NOTHING_BEYOND
        left, right = scene.columns.code(side)
        return self._cells.beyond(cell, scene.left - PAD, scene.left - PAD + right - left - self.tags.covered)

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
        rows = rows_of(scene, section, block, spot)
        if self._is_plain(scene, block):
            rows.source = self._cells.source(section)
            rows.unread = rows.source is None
        y = top + layout.row_top(section, spot.block, first)
        if section.wraps is None:
            step = layout.heights.row
            for low, high in _wanted(scene, first, last + 1, y, step):
                self._stretch(painter, scene, rows, low, high, y + (low - first) * step)
        else:
            for row in range(first, last + 1):
                bottom = top + layout.row_top(section, spot.block, row + 1)
                if scene.shows(y, bottom):
                    self._paint_row(painter, scene, rows, row, y, bottom)
                y = bottom
        for pane in self._panes:
            for strip in (pane.grounds, pane.strokes, pane.bar, pane.hollow):
                strip.flush(painter)

    def _stretch(self, painter: QPainter, scene: Scene, rows: Rows, first: int, last: int, top: int) -> None:
        """Rows of one line each, one under the other: nearly all are alike, and those take a short way."""
        step = self._layout.heights.row
        changed = None
        if rows.source is None and self.is_compared(scene, rows.block):
            changed = self._compared(scene, rows)
        for row in range(first, last):
            is_done = False
            if rows.is_usual(row):
                if rows.source is not None:
                    is_done = self._unchanged(rows, row, top)
                elif rows.unread:
                    is_done = True
                    for pane, number in zip(self._panes, (rows.block.old, rows.block.new), strict=True):
                        self._numbers.add(pane.number, number + row, top)
                elif changed is not None:
                    is_done = self._changed(painter, scene, rows, changed, row, top)
            if not is_done:
                self._paint_row(painter, scene, rows, row, top, top + step)
            top += step

    def is_compared(self, scene: Scene, block: Block) -> bool:
        """Whether the rows of a block are lines of a change side by side, and every line is told apart: each
        has a ground of its own then.
        """
        run = block.run
        if run is None or not scene.columns.split or self._layout.wrap:
            return False
        return run.numbered and bool(run.changes) and not run.ignore_whitespace

    def _compared(self, scene: Scene, rows: Rows) -> Compared:
        section, block = rows.section, rows.block
        assert block.run is not None
        assert section.file is not None
        change = block.run.changes[0] if len(block.run.changes) == 1 else None
        compared = Compared(block.run, block.first, self._cells.names(section, section.file))
        if change is not None:
            self._compare(scene, rows, compared, change)
        return compared

    def _compare(self, scene: Scene, rows: Rows, compared: Compared, change: Change) -> None:
        """From here on the rows are of that change."""
        dress = self._dress
        assert dress is not None
        look = compared.look = self._looks.get(change.id) or self._look(scene, rows.section, change)
        compared.change, veiled = change, look.veiled
        compared.faded = look.stands is Standing.REJECTED
        if self._cells.is_hasty and not self.beside.knows(change):
            self._cells.sketches += 1  # what is said beside it comes with its colours
            compared.speaks = False
        else:
            compared.speaks = self.beside.speaks(change)
        compared.nothing = dress.grounds["nothing"][veiled]
        compared.removed, compared.added = dress.grounds["removed"][veiled], dress.grounds["added"][veiled]
        if compared.faded:
            compared.added = dress.faded_added_veiled if veiled else dress.faded_added

    def _changed(
        self, painter: QPainter, scene: Scene, rows: Rows, compared: Compared, number: int, top: int
    ) -> bool:
        """A row of a change, as most of them are; False where there is more to it."""
        at = compared.first + number
        old, new = compared.run.pair(at)
        if len(compared.run.changes) > 1:
            change = compared.run.change_at(at)
            if change is None:
                return False
            if change is not compared.change:
                self._compare(scene, rows, compared, change)
            compared.apart = APART if compared.run.begins_piece(at) else 0
        look = compared.look
        if look is None or look.stands is Standing.MIXED:
            return False
        before, after = self._cells.compared(compared.run.run, compared.names, old, new)
        if (old is not None and before is None) or (new is not None and after is None):
            return False
        run, (left, right) = compared.run.run, self._panes
        ground = self._changed_side(
            painter, rows, compared, number, top, left, before, None if old is None else run.old_start + old
        )
        ground = self._changed_side(
            painter, rows, compared, number, top, right, after, None if new is None else run.new_start + new
        )
        if look.words and (look.tag is None or may_hold_tag(look.tag, at, top, rows, self._layout)):
            row = self._row(scene, rows, number, top, top + self._layout.heights.row)
            self._tag(scene, row, look, ground)
        return True

    def _changed_side(
        self,
        painter: QPainter,
        rows: Rows,
        compared: Compared,
        row: int,
        top: int,
        pane: Pane,
        cell: Cell | None,
        number: int | None,
    ) -> QColor | None:
        look, height = compared.look, self._layout.heights.row
        assert look is not None
        is_new = pane.side is _NEW
        apart = compared.apart
        pane.bar.add(painter, look.colour, top + apart, height - apart)
        if look.hollow:
            assert self._dress is not None
            pane.hollow.add(painter, self._dress.theme.ground, top + apart, height - apart)
        if cell is None or number is None:
            pane.grounds.add(painter, compared.nothing, top, height)
            return compared.nothing
        ground = compared.added if is_new else compared.removed
        pane.grounds.add(painter, ground, top, height)
        self._numbers.add(pane.number, number, top)
        moved = False
        if self.beside.moves.blocks:
            moved = self.beside.moves.at(compared.names.name, pane.side, number) is not None
            if moved:
                assert self._dress is not None
                pane.strokes.add(painter, self._dress.theme.accent, top, height)
        width = cell.width
        if width > self.widest:
            self.widest = width
        visual = cell.visuals.get(0) or self._cells.visual(cell)
        faded = compared.faded and is_new
        pane.texts.append(Text(cell, visual, pane.x, top, pane.kind, look.veiled, faded))
        x = pane.x
        if cell.mark or moved or compared.speaks or x + width > pane.right or x < pane.left:
            line = line_at(rows.block, row)
            self._chips(Row(rows, row, line, look, top, height, 0, 1), cell, pane, ground)
        return ground

    def _unchanged(self, rows: Rows, number: int, top: int) -> bool:
        """A row with the same line on both sides, as most rows are; False where there is more to it."""
        assert rows.source is not None
        old, new = self._panes
        before, after = rows.block.old + number, rows.block.new + number
        cells = self._cells.both(rows.source, before, after)
        if cells is None:
            return False
        cell, other = cells
        width = cell.width
        if cell.mark or old.x + width > old.right or new.x + width > new.right:
            return False
        if width > self.widest:
            self.widest = width
        self._numbers.add(old.number, before, top)
        self._numbers.add(new.number, after, top)
        visual, twin = cell.visuals[0], other.visuals[0]
        old.texts.append(Text(cell, visual, old.x, top, "plain", False, False))
        new.texts.append(Text(other, twin, new.x, top, "plain", False, False))
        return True


def _wanted(scene: Scene, first: int, last: int, top: int, step: int) -> Iterator[tuple[int, int]]:
    """The rows between two that have to be painted, where `first` stands at `top`; each once."""
    if not scene.bands:
        yield first, last
        return
    done = first
    for high, low in scene.bands:
        begin = max(done, first + (high - top) // step)
        end = min(last, first - (top - low) // step)
        if begin < end:
            yield begin, end
            done = end


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
