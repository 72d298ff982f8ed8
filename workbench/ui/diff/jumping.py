"""What of the view opens and leads elsewhere: folded gaps, the other end of a moved block, pictures.

Takes no mouse and no documents.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec.structs import replace
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from workbench.review.changes import Side
from workbench.review.moved import Move, Moves
from workbench.ui.diff.cursor import spot_of
from workbench.ui.diff.gaps import Opens, around, opened
from workbench.ui.diff.layout import Spot
from workbench.ui.diff.lineless import Picture
from workbench.ui.diff.steering import Steering
from workbench.ui.theme import Theme


class Jumping(Steering):
    """A view that knows which blocks moved."""

    pictures_wanted = Signal(object)
    """The path of a file whose pictures are on the screen; answer with `set_picture`."""

    def __init__(self, parent: QWidget | None = None, theme: Theme | None = None) -> None:
        super().__init__(parent, theme)
        self._painter.lineless.want = self.pictures_wanted.emit
        self._painter.code.beside.above = self._said_of_file

    def _said_of_file(self, path: str) -> Sequence[str]:
        remark = self._layout.document.remarks.get(path)
        return remark.said if remark is not None else ()

    @property
    def moves(self) -> Moves:
        """The moved blocks that are marked."""
        return self._painter.code.beside.moves

    def set_moves(self, moves: Moves) -> None:
        """Mark these blocks as moved."""
        if moves is not self.moves:
            self._painter.code.beside.moves = moves
            self.viewport().update()

    def set_picture(self, blob: str, picture: Picture) -> None:
        """What there is to be seen of an object."""
        self._painter.lineless.pictures[blob] = picture
        self.viewport().update()

    def moved_here(self) -> tuple[Move, Side, int] | None:
        """The moved block that the cursor is in, with the side and the line of it."""
        cursor = self._cursor
        if cursor is None or not cursor.is_line:
            return None
        other = Side.OLD if cursor.side is Side.NEW else Side.NEW
        for side, line in ((cursor.side, cursor.line), (other, cursor.other)):
            move = self.moves.at(cursor.section, side, line) if line is not None else None
            if move is not None and line is not None:
                return move, side, line
        return None

    def go_to_other_end(self) -> bool:
        """From a moved line to where it is now, or was; False where none is under the cursor."""
        found = self.moved_here()
        if found is None:
            return False
        move, side, line = found
        here, there = move.end(side), move.old if side is Side.NEW else move.new
        return self.go_to_line(there.path, there.side, there.start + line - here.start)

    def open_context(self, opens: Opens) -> bool:
        """More unchanged lines above the cursor, below it, or all up to the next changes."""
        spot = spot_of(self._layout, self._cursor) if self._cursor is not None else None
        if spot is None:
            return False
        section = self._layout.sections[spot.section]
        return self._open(spot.section, around(section, spot.block, opens))

    def _open_gap(self, spot: Spot, x: float) -> None:
        """A click at `x` in the row of a gap."""
        section, block = self._layout.sections[spot.section], self._layout.block(spot)
        span = opened(block, self._painter.lineless.opens(self._columns(), section, block, x))
        if span is not None:
            self._open(spot.section, (span,))

    def opener(self, gap: Spot, opens: Opens) -> Callable[[], object]:
        """What opens some of a gap, as long as it is still that gap."""
        section, block = self._layout.sections[gap.section], self._layout.block(gap)

        def open_it() -> None:
            at = self._layout.files.get(section.key, -1)
            known = self._layout.sections[at].blocks if at >= 0 else None
            span = opened(block, opens)
            if span is not None and known is not None and any(each is block for each in known):
                self._open(at, (span,))

        return open_it

    def _open(self, at: int, spans: tuple[tuple[int, int], ...]) -> bool:
        section = self._layout.sections[at]
        if not spans or section.file is None:
            return False
        self._refold(section, replace(section.folding, opened=(*section.folding.opened, *spans)))
        return True
