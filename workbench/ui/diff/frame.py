"""What one frame shows besides the document, and where its columns are. Values only."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from workbench.review.blocks import Block
from workbench.review.changes import Side
from workbench.ui.diff.dress import BAR, PAD, Dress
from workbench.ui.diff.layout import Part, Section, Spot

Span = tuple[int, int]


class Columns(Struct, frozen=True):
    """Where things stand from left to right, in pixels. In unified layout there is one column of code."""

    width: int
    split: bool
    half: int
    gutter: int

    @property
    def new_bar(self) -> int:
        return self.half if self.split else 0

    def code(self, side: Side) -> Span:
        """Left and right edge of the code on a side."""
        if not self.split:
            return BAR + 2 * self.gutter, self.width
        if side is Side.OLD:
            return BAR + self.gutter, self.half
        return self.half + BAR + self.gutter, self.width

    def room(self, side: Side) -> float:
        """The width that a wrapped line has on a side."""
        left, right = self.code(side)
        return max(1.0, right - left - 2 * PAD)

    def bar(self, side: Side) -> int:
        """The left edge of a side."""
        return self.half if self.split and side is Side.NEW else 0

    def number(self, side: Side) -> int:
        """The right edge of a side's line numbers."""
        if self.split:
            return self.bar(side) + BAR + self.gutter - 10
        return BAR + self.gutter * (1 if side is Side.OLD else 2) - 10

    def card(self, section: Section, block: Block) -> Span:
        """Left edge and width of a card or an editor: on the side that it speaks of."""
        if section.part is not Part.FILE:
            return 12, min(self.width - 28, 980)
        if not self.split:
            left = self.code(Side.NEW)[0]
            return left, min(self.width - left - 18, 900)
        return self.bar(block.side), min(self.half - 18, 900)


def gutter_of(dress: Dress, last_line: int) -> int:
    """How wide the numbers of lines are: enough for the last line of the longest file, so that nothing moves
    when that one comes into sight.
    """
    digits = max(4, len(str(last_line)))
    room = max(46, round(dress.small_code.cell * digits + 20)) if digits > 4 else 46
    return round(room * max(1.0, dress.scale))


class Picked(Struct, frozen=True):
    """Characters of one line that are selected, as the file has them."""

    spot: Spot
    side: Side
    start: int
    end: int


class Scene(Struct, frozen=True):
    """Scroll position, cursor, selection and search hits of a frame."""

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
    bands: tuple[Span, ...] = ()
    """The heights (top, bottom) that have to be painted; all where there are none."""
    hit: Span | None = None
    """On the cursor's row, the match that the search went to."""
    picked: Picked | None = None

    def picks(self, spot: Spot, side: Side) -> Span | None:
        """The selected characters of a row on a side."""
        picked = self.picked
        is_here = picked is not None and picked.spot == spot and picked.side is side
        return (picked.start, picked.end) if picked is not None and is_here else None

    def shows(self, top: int, bottom: int) -> bool:
        """Whether anything between two heights has to be painted."""
        return not self.bands or any(top < low and bottom > high for high, low in self.bands)

    def chooses(self, spot: Spot, side: Side) -> bool:
        """Whether a row is selected on a side."""
        if self.chosen is None or (self.chosen_side is not None and side is not self.chosen_side):
            return False
        low, high = self.chosen
        here = (spot.section, spot.block, spot.row)
        return (low.section, low.block, low.row) <= here <= (high.section, high.block, high.row)
