"""What stands in one cell of the diff: its bytes as text, its words, boxes and colours, shaped and kept.

A cell is one line of text on the screen, or several where long lines are wrapped; each is shaped when it is
first painted. Looks up lines in the base's files that were read so far; reads nothing itself.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from msgspec import Struct, field

from workbench.review.asides import mark_of
from workbench.review.blocks import Block, Line, Sort
from workbench.review.changes import FileChange, Side
from workbench.review.text import Visible, decode, visible
from workbench.review.words import Spans, spans_of_lines
from workbench.ui.diff.breaking import ONE_LINE, Breaking, Breaks
from workbench.ui.diff.contents import KEPT_BYTES, Contents, joined
from workbench.ui.diff.layout import Section
from workbench.ui.diff.shaping import Shaped, Shaper, pieces_of, recoloured
from workbench.ui.highlighter import Highlighter, language_key
from workbench.ui.theme import Theme

__all__ = ["KEPT_BYTES", "Cell", "Cells", "Contents", "Visual", "joined", "mark_of"]

KEPT_CELLS = 6000
LONG = 3000
"""Characters from which on a line is laid out in windows of this many, around what is looked at."""
HUGE = 200_000
"""Bytes from which on only what two lines begin and end with is compared, as bytes."""
_STEP = 1000
_PLAIN = bytes((0x09, *range(0x20, 0x7F)))
_KEPT_VISUALS = 200
"""Lines of one cell that stay shaped: a wrapped line of 5 MB has tens of thousands."""

Places = list[tuple[float, float]]


class Visual(Struct):
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


class Cell(Struct):
    """One side of one row. Spans are of characters as they are shown; positions are from the line's start."""

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
    """The lexer's spans, as the text is shown."""
    visuals: dict[int, Visual] = field(default_factory=dict)

    @property
    def lines(self) -> int:
        """How many lines it takes on the screen."""
        return self.breaks.lines


class Cells:
    """Makes cells and keeps the last some thousands."""

    def __init__(self, contents: Contents, highlighter: Highlighter) -> None:
        self.contents = contents
        self._highlighter = highlighter
        self._cells: dict[tuple[str, Side, int], Cell] = {}
        self._words: dict[tuple[bytes, bytes], tuple[Spans, Spans]] = {}
        self._texts: dict[bytes, Visible] = {}
        self._breaking = Breaking()
        self._theme: Theme | None = None
        self._shaper: Shaper | None = None

    def dress(self, theme: Theme, shaper: Shaper) -> None:
        """Another theme or font: everything is shaped anew."""
        self._theme, self._shaper = theme, shaper
        self._breaking.wear(shaper)
        self.forget()

    def forget(self) -> None:
        """Everything is shaped anew."""
        self._cells.clear()

    def line(
        self, section: Section, block: Block, line: Line, side: Side
    ) -> tuple[bytes | None, bytes | None]:
        """The bytes of a cell, and of the line that its words are compared with. (None, None) while not
        read.
        """
        if block.sort is Sort.PLAIN:
            number = line.old
            lines = self.contents.old(section.file) if section.file is not None else ()
            if lines is None or number is None or number > len(lines):
                return None, None
            return lines[number - 1], None
        assert block.run is not None
        run = block.run.run
        index = line.old_index if side is Side.OLD else line.new_index
        if index is None:
            return None, None
        row = block.run.row_of(side, index)
        old, new = block.run.facing(row)
        if side is Side.OLD:
            return run.removed[index], run.added[new] if new is not None else None
        return run.added[index], run.removed[old] if old is not None else None

    def breaks(self, data: bytes, room: float) -> Breaks:
        """How a line is cut to stand in so many pixels; `room` 0: not at all."""
        if room <= 0 or self._breaking.surely_fits(data, room):
            return ONE_LINE
        return self._breaking.breaks(data, self.text, room)

    def cell(
        self,
        section: Section,
        block: Block,
        line: Line,
        side: Side,
        left: float,
        *,
        words: bool,
        room: float = 0.0,
    ) -> Cell | None:
        """One cell. `left` is how far the view is scrolled to the right, in pixels; `room` the width at which
        lines are wrapped, 0 where they are not.
        """
        data, facing = self.line(section, block, line, side)
        if data is None:
            return None
        number = line.old if side is Side.OLD else line.new
        assert number is not None
        numbered = block.run is None or block.run.numbered
        colours = None
        if numbered and section.file is not None:
            colours = self.colours(section.file, side, number)
        name = section.key if numbered else block.key
        key = (name, side, number)
        window = self._window(data, left) if not room else 0
        breaks = self.breaks(data, room)
        known = self._cells.get(key)
        if (
            known is not None
            and known.data is data
            and known.facing is facing
            and known.colours is colours
            and known.window == window
            and known.breaks is breaks
        ):
            return known
        made = self._make(data, facing, side, colours, window, breaks, words=words)
        if len(self._cells) >= KEPT_CELLS:
            for old in list(self._cells)[: KEPT_CELLS // 4]:
                del self._cells[old]
        self._cells.pop(key, None)
        self._cells[key] = made
        return made

    def visual(self, cell: Cell, at: int = 0) -> Visual:
        """One line of a cell, shaped."""
        known = cell.visuals.get(at)
        if known is None:
            if len(cell.visuals) > _KEPT_VISUALS:
                cell.visuals.clear()
            known = cell.visuals[at] = self._shape(cell, at)
        return known

    def colours(self, file: FileChange, side: Side, number: int) -> Sequence[int] | None:
        """The lexer's spans of a line, None while there are none."""
        key = self.colour_key(file, side)
        return self._highlighter.spans(key, number - 1) if key is not None else None

    def colour_key(self, file: FileChange, side: Side) -> str | None:
        """Under what the colours of one side of a file are kept."""
        blob = file.old_id if side is Side.OLD else file.new_id
        path = file.base_path if side is Side.OLD else file.path
        return language_key(blob, path) if blob is not None and path is not None else None

    def text(self, data: bytes) -> Visible:
        """A line as it is shown, with nothing in it that hides."""
        if len(data) < LONG:
            return visible(decode(data))
        known = self._texts.get(data)
        if known is None:
            if len(self._texts) > 16:
                self._texts.clear()
            # Of 5 MB of plain characters this is known in a tenth of the time that an expression needs.
            known = self._texts[data] = Visible(decode(data)) if is_plain(data) else visible(decode(data))
        return known

    def _window(self, data: bytes, left: float) -> int:
        if len(data) < LONG or self._shaper is None:
            return 0
        return max(0, int(left / self._shaper.cell) // _STEP - 1) * _STEP

    def _make(
        self,
        data: bytes,
        facing: bytes | None,
        side: Side,
        colours: Sequence[int] | None,
        window: int,
        breaks: Breaks,
        *,
        words: bool,
    ) -> Cell:
        assert self._shaper is not None
        seen = self.text(data)
        spans: Spans = ()
        if facing is not None and words:
            spans = self._word_spans(data, facing, side)
        shades: Sequence[int] = colours or ()
        if seen.marks:
            spans = tuple((seen.shown(start), seen.shown(end)) for start, end in spans)
            shades = _moved(shades, seen)
        boxed: Spans = seen.marks
        if not (seen.text.isascii() or data.isascii()):  # a text knows it, bytes are looked through
            # Letters that look like others are boxed as what hides is: the eye cannot tell them apart.
            alike = _look_alikes(decode(data))
            boxed = tuple(sorted((*boxed, *((seen.shown(start), seen.shown(end)) for start, end in alike))))
        mark = mark_of(data, facing)
        made = Cell(data, facing, colours, window, breaks, seen, 0.0, spans, boxed, mark, shades)
        if breaks is ONE_LINE:
            length = len(seen.text)
            made.width = length * self._shaper.cell if length > LONG else self.visual(made).shaped.width
        return made

    def _shape(self, cell: Cell, at: int) -> Visual:
        """Lay out one line of a cell."""
        assert self._theme is not None
        assert self._shaper is not None
        theme, shaper = self._theme, self._shaper
        text, columns, x = cell.seen.text, None, 0.0
        is_long = len(text) > LONG
        if cell.breaks is not ONE_LINE:
            start, end = cell.breaks.span(at)
            x, columns = cell.breaks.indent if at else 0.0, cell.breaks.columns
        elif is_long:
            start, x = cell.window, cell.window * shaper.cell
            end = min(len(text), start + LONG)
        else:
            start, end = 0, len(text)
        part = text[start:end].replace("\t", " ") if is_long else text[start:end]
        pieces = pieces_of(len(part), _clipped(cell.shades, start, end), theme.syntax, theme.text)
        words, boxes = _within(cell.words, start, end), _within(cell.boxes, start, end)
        if words:
            pieces = recoloured(pieces, words, theme.text)
        if boxes:
            pieces = recoloured(pieces, boxes, theme.back)
        shaped = shaper.shape(part, pieces, columns[start : end + 1] if columns is not None else None)
        return Visual(
            shaped,
            start,
            end,
            x,
            [(x + shaped.x_of(a), x + shaped.x_of(b)) for a, b in words],
            [(x + shaped.x_of(a), x + shaped.x_of(b)) for a, b in boxes],
        )

    def _word_spans(self, data: bytes, facing: bytes, side: Side) -> Spans:
        pair = (data, facing) if side is Side.OLD else (facing, data)
        known = self._words.get(pair)
        if known is None:
            if len(self._words) > KEPT_CELLS:
                self._words.clear()
            huge = max(map(len, pair)) > HUGE and pair[0].isascii() and pair[1].isascii()
            known = self._words[pair] = middles(*pair) if huge else spans_of_lines(*pair)
        return known[0] if side is Side.OLD else known[1]


def is_plain(data: bytes) -> bool:
    """Whether a line is of ASCII alone and nothing in it hides."""
    rest = data.translate(None, _PLAIN)
    return rest in (b"", b"\n") or (rest == b"\r\n" and data.endswith(rest))


def middles(old: bytes, new: bytes) -> tuple[Spans, Spans]:
    """What stands between the common beginning and the common end of two lines of ASCII."""
    shorter, step = min(len(old), len(new)), 1 << 16
    head = 0
    while head < shorter and old[head : head + step] == new[head : head + step]:
        head = min(head + step, shorter)
    head += _common(old[head : head + step], new[head : head + step])
    tail, most = 0, shorter - head
    while tail < most:
        size = min(step, most - tail)
        one = old[len(old) - tail - size : len(old) - tail]
        other = new[len(new) - tail - size : len(new) - tail]
        if one != other:
            tail += _common(one[::-1], other[::-1])
            break
        tail += size
    ends = len(old) - tail, len(new) - tail
    return ((head, ends[0]),) if ends[0] > head else (), ((head, ends[1]),) if ends[1] > head else ()


def _common(old: bytes, new: bytes) -> int:
    """With how many bytes both begin, by halving: to compare slices costs next to nothing."""
    low, high = 0, min(len(old), len(new))
    while low < high:
        middle = (low + high + 1) // 2
        if old[low:middle] == new[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _look_alikes(text: str) -> Spans:
    # Late: its expressions take a while to be made, and most first screens are plain ASCII.
    from workbench.review.suspicious import look_alikes  # noqa: PLC0415 - said above

    return look_alikes(text)


def _moved(shades: Sequence[int], seen: Visible) -> list[int]:
    moved: list[int] = []
    for at in range(0, len(shades), 3):
        moved += (seen.shown(shades[at]), seen.shown(shades[at + 1]), shades[at + 2])
    return moved


def _clipped(shades: Sequence[int], start: int, end: int) -> Sequence[int]:
    """The lexer's spans of some characters, counted from the first of them."""
    if not start and (not shades or shades[-2] <= end):
        return shades
    clipped: list[int] = []
    for at in range(0, len(shades), 3):
        if shades[at + 1] > start and shades[at] < end:
            clipped += (max(0, shades[at] - start), shades[at + 1] - start, shades[at + 2])
    return clipped


def _within(spans: Spans, start: int, end: int) -> Spans:
    """The spans of some characters, counted from the first of them."""
    if not spans or (not start and spans[-1][1] <= end):
        return spans
    found: list[tuple[int, int]] = []
    for low, high in spans[max(0, bisect_right(spans, (start, 0)) - 1) :]:
        if low >= end:
            break
        if high > start:
            found.append((max(low, start) - start, min(high, end) - start))
    return tuple(found)
