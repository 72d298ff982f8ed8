"""Paints a code row whatever it shows: selected, wrapped, judged in part, under the cursor, unified.

Most rows take a shorter way (`code.py`) to the same picture; here is what each of those has to look like.
"""

from __future__ import annotations

from PySide6.QtGui import QColor, QPainter

from workbench.review.blocks import line_at
from workbench.review.changes import Change, Side
from workbench.review.progress import Standing
from workbench.review.verdicts import Verdict
from workbench.ui.diff.cell import Cell
from workbench.ui.diff.cells import Cells
from workbench.ui.diff.frame import Scene
from workbench.ui.diff.layout import Layout, Section
from workbench.ui.diff.looks import Look, look_of
from workbench.ui.diff.numbers import Numbers
from workbench.ui.diff.panes import Pane, Row, Rows
from workbench.ui.diff.row_ends import RowEnds
from workbench.ui.diff.texts import Text

APART = 3
"""Pixels between the verdict bars of two pieces of one run: of one colour, they would read as one change."""
# An enum's members cost ten times as much to name as what a module holds, and here they are named per row.
_OLD = Side.OLD


class FullRows(RowEnds):
    """The part of the painter of code that leaves nothing about a row out."""

    def __init__(self, layout: Layout, cells: Cells) -> None:
        super().__init__(layout, cells)
        self.widest = 0.0
        self.painted_change = False
        self._numbers = Numbers()
        self._looks: dict[str, Look] = {}
        self._panes: tuple[Pane, ...] = ()

    def _row(self, scene: Scene, rows: Rows, number: int, top: int, bottom: int) -> Row:
        height = self._layout.heights.row
        line = line_at(rows.block, number)
        look = None
        if line.change is not None:
            look = self._looks.get(line.change.id) or self._look(scene, rows.section, line.change)
        first = max(0, -top // height)
        last = min((bottom - top) // height, (scene.height - top + height - 1) // height)
        return Row(rows, number, line, look, top, bottom - top, first, last)

    def _paint_row(
        self, painter: QPainter, scene: Scene, rows: Rows, number: int, top: int, bottom: int
    ) -> None:
        row = self._row(scene, rows, number, top, bottom)
        line, look = row.line, row.look
        old, new = self._panes
        if scene.columns.split:
            self._side(painter, scene, row, old)
            ground = self._side(painter, scene, row, new)
        elif line.new is None:
            ground = self._side(painter, scene, row, old)
        else:
            ground = self._side(painter, scene, row, new)
            if line.old is not None and rows.numbered:
                self._number(painter, scene, row, old, line.old)
        if look is not None and look.words:
            self._tag(scene, row, look, ground)

    def _look(self, scene: Scene, section: Section, change: Change) -> Look:
        assert self._dress is not None
        # Where lines are selected, these are what the keys act on, and have to be told from the change.
        veiled = change.id == scene.change and scene.chosen is None
        look = self._looks[change.id] = look_of(self._layout, self._dress, section, change, veiled=veiled)
        self.painted_change = True
        return look

    def _side(self, painter: QPainter, scene: Scene, row: Row, pane: Pane) -> QColor | None:
        """One side of a row; the colour of its ground."""
        dress, line, look, rows, side = self._dress, row.line, row.look, row.rows, pane.side
        assert dress is not None
        number = line.old if side is _OLD else line.new
        veiled = look is not None and look.veiled
        faded = False
        if line.plain:
            kind = "plain"
            ground = dress.cursor_row if row.number == rows.cursor else None
        else:
            kind = "nothing" if number is None else pane.kind
            ground = dress.grounds[kind][veiled]
        if look is not None:
            verdict = look.verdict(line, side)
            faded = verdict is Verdict.REJECTED and kind == "added"
            if faded:
                ground = dress.faded_added_veiled if veiled else dress.faded_added
            self._bar(painter, look, verdict, pane, row)
        if rows.chosen and rows.chooses(row.number, side):
            ground = dress.selected[kind]
        pane.grounds.add(painter, ground, row.y, row.height)
        if number is None:
            return ground
        if rows.numbered:
            self._number(painter, scene, row, pane, number)
        if self.beside.moves.blocks and self.beside.move(rows.section, rows.block, line, side) is not None:
            # A line of a moved block: a quiet stroke beside its number, on both ends.
            pane.strokes.add(painter, dress.theme.accent, row.y, row.height)
        cell = self._cells.cell(
            rows.section, rows.block, line, side, scene.left, words=not line.plain, room=pane.room
        )
        if cell is not None:
            self._collect(painter, scene, row, cell, pane, kind, veiled, faded)
            if look is not None or cell.mark or cell.lines > 1 or pane.x + cell.width > pane.right:
                self._chips(row, cell, pane, ground)
        return ground

    def _number(self, painter: QPainter, scene: Scene, row: Row, pane: Pane, number: int) -> None:
        if row.number == row.rows.cursor:
            self._numbers.current(painter, pane.number, number, row.y, accent=pane.side is scene.side)
        elif row.rows.chosen and row.rows.chooses(row.number, pane.side):
            self._numbers.chosen(painter, pane.number, number, row.y)
        else:
            self._numbers.add(pane.number, number, row.y)

    def _bar(self, painter: QPainter, look: Look, verdict: Verdict, pane: Pane, row: Row) -> None:
        assert self._dress is not None
        theme = self._dress.theme
        colour = look.colour
        if look.stands is Standing.MIXED:
            colour = {Verdict.ACCEPTED: theme.accepted, Verdict.REJECTED: theme.rejected}.get(
                verdict, theme.open
            )
        block = row.rows.block
        is_next = block.run is not None and block.run.begins_piece(block.first + row.number)
        apart = APART if is_next else 0
        pane.bar.add(painter, colour, row.y + apart, row.height - apart)
        if look.hollow:
            # Asked is told from unread by form too. The inner strip is flushed after the outer one.
            pane.hollow.add(painter, theme.ground, row.y + apart, row.height - apart)

    def _collect(
        self,
        painter: QPainter,
        scene: Scene,
        row: Row,
        cell: Cell,
        pane: Pane,
        kind: str,
        veiled: bool,
        faded: bool,
    ) -> None:
        if cell.width > self.widest:
            self.widest = cell.width
        height = self._layout.heights.row
        is_here = row.number == row.rows.cursor and (pane.side is scene.side or not scene.columns.split)
        hit = scene.hit if is_here else None
        picked = scene.picks(row.spot, pane.side) if row.number == row.rows.picked else None
        for at in range(row.first, min(row.last, cell.lines)):
            y = row.y + at * height
            if at and scene.bands and not scene.shows(y, y + height):
                continue
            visual = cell.visuals.get(at) or self._cells.visual(cell, at)
            pane.texts.append(Text(cell, visual, pane.x, y, kind, veiled, faded, hit, picked))
            if at:
                self._numbers.goes_on(painter, pane.number, y)
