"""What one cell of the diff is, one side of one row, and each of its lines on the screen. Values only."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, field

from workbench.review.text import Visible
from workbench.review.words import Spans
from workbench.ui.diff.breaking import Breaks
from workbench.ui.diff.long_lines import Stretches
from workbench.ui.diff.shaping import Shaped

Places = list[tuple[float, float]]


class Visual(Struct, gc=False):
    """One line of a cell on the screen: the characters `start` to `end` of what is shown.

    `x` is where it begins: more than 0 in a line that is laid out in windows, and where a wrapped line goes
    on. `words` and `boxes` are the places of what is marked.
    """

    shaped: Shaped
    start: int
    end: int
    x: float
    words: Places
    boxes: Places

    @property
    def right(self) -> float:
        return self.x + self.shaped.width

    def place(self, first: int, last: int) -> tuple[float, float] | None:
        """From where to where some characters stand on this line; None where none of them does."""
        first, last = max(first, self.start), min(last, self.end)
        if first >= last:
            return None
        return (
            self.x + self.shaped.x_of(first - self.start),
            self.x + self.shaped.x_of(last - self.start),
        )


class Cell(Struct, gc=False):
    """One side of one row. `words` and `shades` are of characters as the file has them, `boxes` of characters
    as they are shown.
    """

    data: bytes
    facing: bytes | None
    colours: Sequence[int] | None
    window: int
    breaks: Breaks
    seen: Visible
    width: float
    words: Spans
    boxes: Spans
    mark: str
    """What the text alone would not show: "CRLF", "no newline", "not UTF-8", "look-alike letters"."""
    shades: Sequence[int] = ()
    """The lexer's spans."""
    lines: int = 1
    """How many lines it takes on the screen."""
    stretches: Stretches | None = None
    """Of a long line: it is looked at in parts, and nothing in `seen` is boxed."""
    alike: dict[int, Spans] = field(default_factory=dict)
    """The look-alike letters of a long line, by stretch."""
    visuals: dict[int, Visual] = field(default_factory=dict)


class Beyond(Struct, frozen=True):
    """How many marked words of a line are out of sight, at the left and the right, and the nearest places.

    Of a long line also the characters that stand there, -1 of others: its places are the least that they can
    be until it is counted through.
    """

    before: int = 0
    after: int = 0
    last: float = 0.0
    following: float = 0.0
    last_at: int = -1
    following_at: int = -1


NOTHING_BEYOND = Beyond()
