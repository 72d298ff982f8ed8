"""What stands at the right of code rows: verdicts, how much of a line is out of sight, what is said beside.

Says where each belongs; `tags.py` draws them.
"""

from __future__ import annotations

from PySide6.QtGui import QColor

from workbench.review.blocks import Block, Line, line_at
from workbench.review.changes import Side
from workbench.ui.diff.beside import Beside
from workbench.ui.diff.cell import Cell
from workbench.ui.diff.cells import Cells
from workbench.ui.diff.dress import PAD, Dress
from workbench.ui.diff.frame import Columns, Scene
from workbench.ui.diff.layout import Layout, Section
from workbench.ui.diff.looks import Look
from workbench.ui.diff.panes import Pane, Row, Rows
from workbench.ui.diff.tags import Ending, Tags

_OLD = Side.OLD
_INDENTED = 200
"""Bytes of a line that are looked at for its indentation."""
_TAG_ROWS = 3
"""Rows of a change among which its verdict looks for room."""


class RowEnds:
    """The part of the painter of code that looks at the ends of rows."""

    def __init__(self, layout: Layout, cells: Cells) -> None:
        self.tags = Tags()
        self.beside = Beside(layout)
        self._layout = layout
        self._cells = cells
        self._dress: Dress | None = None

    def _cell(
        self, columns: Columns, left: float, section: Section, block: Block, line: Line, side: Side
    ) -> Cell | None:
        room = columns.room(side) if self._layout.wrap else 0.0
        return self._cells.cell(section, block, line, side, left, words=not line.plain, room=room)

    def _end(self, x: float, cell: Cell, at: int) -> float:
        """Where the code of one line of a cell that is drawn at `x` ends on the screen."""
        if cell.lines > 1:
            return x + self._cells.visual(cell, at).right if at < cell.lines else 0.0
        return x + cell.width if not at else 0.0

    def _ending(self, x: float, left: int, cell: Cell, at: int) -> Ending | None:
        """What the words at the end of a line that is drawn at `x`, and seen from `left` on, have to know."""
        if at >= cell.lines:
            return None
        visual = self._cells.visual(cell, at)
        head = cell.data[:_INDENTED]
        indent = len(head) - len(head.lstrip())
        begin = x + visual.x + visual.shaped.x_of(indent - visual.start)
        return Ending(visual, x, max(float(left), begin))

    def _chips(self, row: Row, cell: Cell, pane: Pane, ground: QColor | None) -> None:
        """How much of a line is beyond the right edge, and what its text does not show."""
        dress = self._dress
        assert dress is not None
        right, last = pane.right, cell.lines - 1
        y = row.y + last * self._layout.heights.row
        end = self._end(pane.x, cell, last)
        if end > right or pane.x < pane.left:
            covered = self.tags.covered
            edits = self._cells.beyond(cell, pane.left - pane.x, right - pane.x - covered, where=False)
            ending = self._ending(pane.x, pane.left, cell, last)
            if end > right:
                self.tags.code_ends(y, right, end, ground, edits.after, ending)
            if edits.before:
                self.tags.edits_before(y, pane.left, edits.before, ground, end, ending)
        if row.first <= last < row.last:
            if cell.mark:
                self.tags.code_ends(y, right, end, ground)
                self.tags.chip(y, right, cell.mark, dress.theme.dim, ground, pane.left)
            if (
                self._cells.is_hasty
                and row.line.change is not None
                and not self.beside.knows(row.line.change)
            ):
                self._cells.sketches += 1  # what is said beside it comes with its colours
                return
            forms, warns = self.beside.words(row.rows.section, row.rows.block, row.line, pane.side)
            if forms:
                self.tags.code_ends(y, right, end, ground)
                words = next((each for each in forms if self.tags.fits(each, right, end)), forms[-1])
                colour = dress.theme.back if warns else dress.theme.dim
                self.tags.chip(y, right, words, colour, ground, pane.left)

    def _tag(self, scene: Scene, row: Row, look: Look, ground: QColor | None) -> None:
        """The verdict of a change as a word, at the right of one of its first rows: never colour alone.

        Where that one is scrolled out of sight, the words stick under the header.
        """
        if look.tag is None:
            look.tag = self._tag_place(scene, row, look)
        height, roof = self._layout.heights.row, row.rows.section.header
        here, at = row.rows.block.first + row.number, look.tag[1]
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
        number = row.line.old if side is _OLD else row.line.new
        cell = self._cell(scene.columns, scene.left, row.rows.section, row.rows.block, row.line, side)
        if cell is not None and number is not None:
            x = self._x(scene, side)
            end = self._end(x, cell, at)
            # Words that lie over no code need not know where its letters stand.
            is_over = end + self.tags.width(look.words) + 2 * PAD > right
            ending = self._ending(x, scene.columns.code(side)[0], cell, at) if is_over else None
            self.tags.code_ends(y, right, end, ground, ending=ending)

    def _x(self, scene: Scene, side: Side) -> float:
        return scene.columns.code(side)[0] + PAD - scene.left

    def _tag_side(self, scene: Scene, line: Line) -> Side:
        return Side.NEW if scene.columns.split or line.new is not None else Side.OLD

    def _tag_place(self, scene: Scene, row: Row, look: Look) -> tuple[int, int]:
        """The first of the first rows at whose right the words of a change fit, else the first."""
        section, block = row.rows.section, row.rows.block
        run = block.run
        assert run is not None
        start, count = run.rows_of_change(look.change)
        for words in (look.words, look.least):
            for number in range(start, start + min(count, _TAG_ROWS)):
                line = line_at(block, number - block.first)
                side = self._tag_side(scene, line)
                if line.change is not None and line.change.id != look.change.id:
                    continue
                cell = None
                if (line.old if side is _OLD else line.new) is not None:
                    cell = self._cell(scene.columns, scene.left, section, block, line, side)
                last = cell.lines - 1 if cell is not None else 0
                for at in {0, last}:
                    end = self._end(self._x(scene, side), cell, at) if cell is not None else 0.0
                    if self.tags.fits(words, scene.columns.width, end):
                        return number, at
        return start, 0


def may_hold_tag(tag: tuple[int, int], at: int, top: int, rows: Rows, layout: Layout) -> bool:
    """Whether the words of a change may stand on a row: its own, or the first one under the header."""
    roof = rows.section.header
    return at == tag[0] or roof <= top < roof + layout.heights.row
