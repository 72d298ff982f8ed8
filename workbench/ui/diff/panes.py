"""What one frame of code rows is made with: its two sides, a block, and a row. Values; draws nothing."""

from __future__ import annotations

from msgspec import Struct
from PySide6.QtGui import QColor

from workbench.review.blocks import Block, Line
from workbench.review.changes import Change, Side
from workbench.review.run_rows import RunRows
from workbench.ui.diff.cells import Names, Source
from workbench.ui.diff.frame import Scene
from workbench.ui.diff.layout import Section, Spot
from workbench.ui.diff.looks import Look, Strip
from workbench.ui.diff.texts import Text


class Pane(Struct):
    """One side of a frame: where its code, its numbers and its bar stand, and what is collected for it."""

    side: Side
    kind: str
    left: int
    right: int
    """Between what code is seen."""
    x: float
    """Where the first character of a line is drawn."""
    number: int
    """The right edge of the line numbers."""
    grounds: Strip
    strokes: Strip
    bar: Strip
    hollow: Strip
    room: float
    """The width at which lines are wrapped, 0 where they are not."""
    texts: list[Text]


class Rows(Struct):
    """A block as it is being painted, and which of its rows look different."""

    section: Section
    block: Block
    at: tuple[int, int]
    """The section and the block, counted."""
    numbered: bool
    cursor: int
    """The row under the cursor, -1 where it is elsewhere."""
    chosen: range
    chosen_side: Side | None
    picked: int
    """The row of which characters are selected, -1 where there is none."""
    source: Source | None = None
    """Of unchanged lines side by side."""
    unread: bool = False
    """Whether they are unchanged lines side by side of a file whose lines are not there yet."""

    def is_usual(self, row: int) -> bool:
        """Whether nothing about a row is other than about most."""
        return row not in self.chosen and row not in (self.cursor, self.picked)

    def chooses(self, row: int, side: Side) -> bool:
        """Whether a row is selected on a side."""
        return row in self.chosen and (self.chosen_side is None or side is self.chosen_side)


class Compared(Struct):
    """The rows of one run side by side, and how those of one of its changes look."""

    run: RunRows
    first: int
    """The row of the run that the block begins with."""
    names: Names
    change: Change | None = None
    look: Look | None = None
    faded: bool = False
    """Whether what it adds is rejected."""
    speaks: bool = False
    """Whether something may be said beside its rows."""
    apart: int = 0
    """Pixels that the row's bar begins lower: it is the first of a piece of the run."""
    nothing: QColor | None = None
    removed: QColor | None = None
    added: QColor | None = None


class Row(Struct):
    """A code row as it is being painted: what it shows, where, and which of its lines are wanted."""

    rows: Rows
    number: int
    """Within its block."""
    line: Line
    look: Look | None
    y: int
    height: int
    first: int
    last: int

    @property
    def spot(self) -> Spot:
        return Spot(*self.rows.at, self.number)


def rows_of(scene: Scene, section: Section, block: Block, spot: Spot) -> Rows:
    """What is known of all rows of a block at once."""
    at, cursor, chosen, picked = (spot.section, spot.block), -1, range(0), -1
    if scene.spot is not None and (scene.spot.section, scene.spot.block) == at:
        cursor = scene.spot.row
    if scene.chosen is not None:
        low, high = scene.chosen
        first, last = (low.section, low.block), (high.section, high.block)
        if first <= at <= last:
            chosen = range(low.row if first == at else 0, high.row + 1 if last == at else block.rows)
    if scene.picked is not None and (scene.picked.spot.section, scene.picked.spot.block) == at:
        picked = scene.picked.spot.row
    numbered = block.run is None or block.run.numbered
    return Rows(section, block, at, numbered, cursor, chosen, scene.chosen_side, picked)
