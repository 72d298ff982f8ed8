"""What stands in one cell of the diff: its bytes as text, its words, boxes and colours, shaped and kept.

Looks up lines in the base's files that were read so far; reads nothing itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from workbench.review.asides import mark_of
from workbench.review.blocks import Block, Line, Sort
from workbench.review.changes import FileChange, Side
from workbench.review.text import Visible, decode, visible
from workbench.review.words import Spans, spans_of_lines
from workbench.ui.diff.layout import Section
from workbench.ui.diff.shaping import Shaped, Shaper, pieces_of, recoloured
from workbench.ui.highlighter import Highlighter, language_key
from workbench.ui.theme import Theme

KEPT_CELLS = 6000
KEPT_BYTES = 64_000_000
LONG = 3000
"""Characters from which on a line is laid out in windows of this many, around what is looked at."""
_STEP = 1000


class Contents:
    """The lines of the base's files, by object id, and of the round's files, made from them."""

    def __init__(self) -> None:
        self._old: dict[str, tuple[bytes, ...]] = {}
        self._sizes: dict[str, int] = {}
        self._counts: dict[str, int] = {}
        self._new: dict[str, tuple[bytes, ...]] = {}

    @property
    def counts(self) -> Mapping[str, int]:
        """Lengths in lines of what was read, by object id."""
        return self._counts

    def put(self, blob: str, lines: tuple[bytes, ...]) -> None:
        """The base's file of that id was read. What was read longest ago is forgotten."""
        self._old.pop(blob, None)
        self._old[blob] = lines
        self._sizes[blob] = sum(map(len, lines))
        self._counts[blob] = len(lines)
        while len(self._old) > 1 and sum(self._sizes[each] for each in self._old) > KEPT_BYTES:
            self._old.pop(next(iter(self._old)))

    def old(self, file: FileChange) -> tuple[bytes, ...] | None:
        """The lines of the base's file, None while they are not read."""
        if file.base_path is None or file.binary:
            return ()
        known = self._old.get(file.old_id or "")
        if known is None and file.new_id is None and file.runs and file.old_id is not None:
            known = tuple(line for run in file.runs for line in run.removed)
            self.put(file.old_id, known)
        return known

    def new(self, file: FileChange) -> tuple[bytes, ...] | None:
        """The lines of the round's file, None while the base's are not read."""
        if file.new_id is None or file.binary:
            return ()
        known = self._new.get(file.new_id)
        if known is not None:
            return known
        old = self.old(file)
        if old is None:
            return None
        lines: list[bytes] = []
        at = 0
        for run in file.runs:
            start = run.old_start - 1 if run.removed else run.old_start
            lines += old[at:start]
            lines += run.added
            at = start + len(run.removed)
        lines += old[at:]
        if len(self._new) > 40:
            self._new.pop(next(iter(self._new)))
        self._new[file.new_id] = tuple(lines)
        return self._new[file.new_id]

    def side(self, file: FileChange, side: Side) -> tuple[bytes, ...] | None:
        """The lines of one side."""
        return self.old(file) if side is Side.OLD else self.new(file)


def joined(lines: Sequence[bytes]) -> str:
    """Lines as the lexer wants them, character for character as `decode` shows them."""
    data = b"".join(lines)
    try:
        whole = data.decode()
    except UnicodeDecodeError:
        return "\n".join(map(decode, lines))
    return whole.replace("\r\n", "\n").removesuffix("\n")


class Cell(Struct):
    """One side of one row, ready to be painted. x positions are from the start of the line."""

    data: bytes
    facing: bytes | None
    colours: Sequence[int] | None
    window: int
    seen: Visible
    shaped: Shaped
    x: float
    """Where `shaped` begins; more than 0 in a line that is laid out in windows."""
    width: float
    words: list[tuple[float, float]]
    boxes: list[tuple[float, float]]
    mark: str
    """What the text alone would not show: "CRLF", "no newline", "not UTF-8", "look-alike letters"."""


class Cells:
    """Makes cells and keeps the last some thousands."""

    def __init__(self, contents: Contents, highlighter: Highlighter) -> None:
        self.contents = contents
        self._highlighter = highlighter
        self._cells: dict[tuple[str, Side, int], Cell] = {}
        self._words: dict[tuple[bytes, bytes], tuple[Spans, Spans]] = {}
        self._texts: dict[bytes, Visible] = {}
        self._theme: Theme | None = None
        self._shaper: Shaper | None = None

    def dress(self, theme: Theme, shaper: Shaper) -> None:
        """Another theme or font: everything is shaped anew."""
        self._theme, self._shaper = theme, shaper
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

    def cell(
        self, section: Section, block: Block, line: Line, side: Side, left: float, *, words: bool
    ) -> Cell | None:
        """One cell. `left` is how far the view is scrolled to the right, in pixels."""
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
        window = self._window(data, left)
        known = self._cells.get(key)
        if (
            known is not None
            and known.data is data
            and known.facing is facing
            and known.colours is colours
            and known.window == window
        ):
            return known
        made = self._make(data, facing, side, colours, window, words=words)
        if len(self._cells) >= KEPT_CELLS:
            for old in list(self._cells)[: KEPT_CELLS // 4]:
                del self._cells[old]
        self._cells.pop(key, None)
        self._cells[key] = made
        return made

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
            known = self._texts[data] = visible(decode(data))
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
        *,
        words: bool,
    ) -> Cell:
        assert self._theme is not None
        assert self._shaper is not None
        theme, shaper = self._theme, self._shaper
        seen = self.text(data)
        spans: Spans = ()
        if facing is not None and words:
            spans = self._word_spans(data, facing, side)
        shades: Sequence[int] = colours or ()
        if seen.marks:
            spans = tuple((seen.shown(start), seen.shown(end)) for start, end in spans)
            shades = _moved(shades, seen)
        text = seen.text
        length = len(text)
        if length > LONG:
            text = text[window : window + LONG].replace("\t", " ")
            shades = _clipped(shades, window, window + LONG)
            spans = tuple((start - window, end - window) for start, end in spans)
            spans = tuple((max(0, a), min(LONG, b)) for a, b in spans if b > 0 and a < LONG)
        pieces = pieces_of(len(text), shades, theme.syntax, theme.text)
        if spans:
            pieces = recoloured(pieces, spans, theme.text)
        boxed: Spans = seen.marks
        if not data.isascii():
            # Letters that look like others are boxed as what hides is: the eye cannot tell them apart.
            alike = _look_alikes(decode(data))
            boxed = tuple(sorted((*boxed, *((seen.shown(start), seen.shown(end)) for start, end in alike))))
        if boxed and length <= LONG:
            pieces = recoloured(pieces, boxed, theme.back)
        shaped = shaper.shape(text, pieces)
        x = window * shaper.cell if length > LONG else 0.0
        return Cell(
            data,
            facing,
            colours,
            window,
            seen,
            shaped,
            x,
            length * shaper.cell if length > LONG else shaped.width,
            [(x + shaped.x_of(a), x + shaped.x_of(b)) for a, b in spans],
            [(shaped.x_of(a), shaped.x_of(b)) for a, b in boxed] if length <= LONG else [],
            mark_of(data, facing),
        )

    def _word_spans(self, data: bytes, facing: bytes, side: Side) -> Spans:
        pair = (data, facing) if side is Side.OLD else (facing, data)
        known = self._words.get(pair)
        if known is None:
            if len(self._words) > KEPT_CELLS:
                self._words.clear()
            known = self._words[pair] = spans_of_lines(*pair)
        return known[0] if side is Side.OLD else known[1]


def _look_alikes(text: str) -> Spans:
    # Late: its expressions take a while to be made, and most first screens are plain ASCII.
    from workbench.review.suspicious import look_alikes  # noqa: PLC0415 - said above

    return look_alikes(text)


def _moved(shades: Sequence[int], seen: Visible) -> list[int]:
    moved: list[int] = []
    for at in range(0, len(shades), 3):
        moved += (seen.shown(shades[at]), seen.shown(shades[at + 1]), shades[at + 2])
    return moved


def _clipped(shades: Sequence[int], start: int, end: int) -> list[int]:
    clipped: list[int] = []
    for at in range(0, len(shades), 3):
        if shades[at + 1] > start and shades[at] < end:
            clipped += (max(0, shades[at] - start), shades[at + 1] - start, shades[at + 2])
    return clipped
