"""How a change looks in one frame, and columns of colour that are joined while they go on."""

from __future__ import annotations

from msgspec import Struct
from PySide6.QtGui import QColor, QPainter

from workbench.review.blocks import Line
from workbench.review.changes import Change, Side
from workbench.review.progress import Standing
from workbench.review.verdicts import NO_VERDICTS, FileVerdicts, Verdict
from workbench.ui.diff.dress import Dress
from workbench.ui.diff.layout import Layout, Section
from workbench.ui.diff.tags import verdict_words


class Look(Struct):
    """How a change looks in this frame."""

    change: Change
    veiled: bool
    stands: Standing | None
    colour: QColor
    hollow: bool
    verdicts: FileVerdicts
    words: str
    shade: QColor
    least: str
    tag: tuple[int, int] | None = None
    """The row of the run, and its line, that the verdict's words stand on."""

    def verdict(self, line: Line, side: Side) -> Verdict:
        """That of a line; where a side has none, that of the line it faces."""
        if self.stands is Standing.ACCEPTED:
            return Verdict.ACCEPTED
        if self.stands is Standing.REJECTED:
            return Verdict.REJECTED
        if self.stands is not Standing.MIXED:
            return Verdict.OPEN
        if (side is Side.OLD and line.old is not None) or line.new is None:
            return self.verdicts.old.get(line.old or 0, Verdict.OPEN)
        return self.verdicts.new.get(line.new, Verdict.OPEN)


class Strip:
    """Rectangles of one column, joined while colour and place go on."""

    __slots__ = ("_bottom", "_colour", "_left", "_top", "_width")

    def __init__(self, left: int, width: int) -> None:
        self._left, self._width = left, width
        self._colour: QColor | None = None
        self._top = self._bottom = 0

    def add(self, painter: QPainter, colour: QColor | None, top: int, height: int) -> None:
        if colour is self._colour and top == self._bottom:
            self._bottom = top + height
            return
        self.flush(painter)
        self._colour, self._top, self._bottom = colour, top, top + height

    def flush(self, painter: QPainter) -> None:
        if self._colour is not None and self._bottom > self._top:
            painter.fillRect(self._left, self._top, self._width, self._bottom - self._top, self._colour)
        self._colour = None


def look_of(layout: Layout, dress: Dress, section: Section, change: Change, *, veiled: bool) -> Look:
    """How a change looks; `veiled` is the one under the cursor."""
    document, theme = layout.document, dress.theme
    stands = layout.standings(section).get(change.id)
    said = document.ledger_marks.get(change.id)
    unread = theme.faint if document.read_only else theme.open
    colour = dress.said(said) if said is not None else unread
    if stands is Standing.ACCEPTED:
        colour = theme.accepted
    elif stands is Standing.REJECTED:
        colour = theme.rejected
    held = document.verdicts.get(change.path, NO_VERDICTS)
    words, shade = verdict_words(layout, dress, change, stands)
    hollow, least = stands is Standing.ASKED, words.split(" · ")[0]
    return Look(change, veiled, stands, colour, hollow, held, words, shade, least)
