"""What stands in the cells of the diff: their bytes as text, their words, boxes and colours, made and kept.

A cell is one line of text on the screen, or several where long lines are wrapped; each is shaped when it is
first painted. Looks up lines in the base's files that were read so far; reads nothing itself.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Generator, Sequence
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from workbench.review.asides import LOOK_ALIKE, mark_of
from workbench.review.blocks import Block, Line, Sort
from workbench.review.changes import FileChange, Run, Side
from workbench.review.text import Visible, decode
from workbench.review.words import Spans, spans_in_steps, spans_of_lines
from workbench.ui.diff.breaking import ONE_LINE, Breaks
from workbench.ui.diff.cell import NOTHING_BEYOND, Beyond, Cell, Visual
from workbench.ui.diff.cell_lines import line_of
from workbench.ui.diff.contents import KEPT_BYTES, Contents
from workbench.ui.diff.layout import Section
from workbench.ui.diff.line_texts import LineTexts
from workbench.ui.diff.long_lines import LONG, Stretches
from workbench.ui.diff.long_text import LineKey, end_of, key_of
from workbench.ui.diff.shaping import Shaper
from workbench.ui.highlighter import Highlighter, language_key
from workbench.ui.theme import Theme

__all__ = ["KEPT_BYTES", "Cells", "Contents", "mark_of"]

KEPT_CELLS = 6000
_FORGOTTEN = 24
_AT_ONCE = 200_000
"""Bytes of two lines up to which their words are found when they are first painted; else between frames."""
_KEPT_VISUALS = 200
"""Lines of one cell that stay shaped: a wrapped line of 5 MB has tens of thousands."""

_Pair = tuple[bytes | LineKey, bytes | LineKey]

# An enum's members cost ten times as much to name as what a module holds, and here they are named per cell.
_OLD, _NEW, _PLAIN = Side.OLD, Side.NEW, Sort.PLAIN


class Names(Struct):
    """Under what name the cells of a file are kept, and where their colours are."""

    name: str
    old_colours: str | None
    new_colours: str | None


class Source(Struct):
    """The lines of a file in the base, under what name their cells are kept, and where their colours are."""

    name: str
    lines: Sequence[bytes]
    old_colours: str | None
    new_colours: str | None


class Cells(LineTexts):
    """Makes cells and keeps the last some thousands."""

    def __init__(self, contents: Contents, highlighter: Highlighter) -> None:
        super().__init__()
        self.contents = contents
        self._highlighter = highlighter
        self._cells: dict[tuple[str, Side, int], Cell] = {}
        self._words: dict[_Pair, tuple[Spans, Spans]] = {}
        self._wanted: dict[_Pair, tuple[bytes, bytes]] = {}
        """Long lines of which the words were not found yet."""
        self._theme: Theme | None = None
        self.is_hasty = False
        """While a frame is painted that the next one follows at once: what is not made yet is sketched."""
        self.sketches = 0
        """How many cells of this frame are not as they will be."""

    def dress(self, theme: Theme, shaper: Shaper) -> None:
        """Another theme or font: everything is shaped anew."""
        self._theme = theme
        self._wear(shaper)
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
        if block.sort is _PLAIN:
            number = line.old
            lines = self.contents.old(section.file) if section.file is not None else ()
            if lines is None or number is None or number > len(lines):
                return None, None
            return lines[number - 1], None
        assert block.run is not None
        run = block.run.run
        index = line.old_index if side is _OLD else line.new_index
        if index is None:
            return None, None
        if block.run.split:
            old, new = line.old_index, line.new_index
        else:
            old, new = block.run.facing(block.run.row_of(side, index))
        if side is _OLD:
            return run.removed[index], run.added[new] if new is not None else None
        return run.added[index], run.removed[old] if old is not None else None

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
        number = line.old if side is _OLD else line.new
        assert number is not None
        numbered = block.run is None or block.run.numbered
        colours = None
        if numbered and section.file is not None:
            colours = self.colours(section.file, side, number)
        name = section.key if numbered else block.key
        breaks = self.breaks(data, room) if room > 0 else ONE_LINE
        key = (name, side, number)
        known = self._cells.get(key)
        made: Cell
        if (
            known is not None
            and known.data is data
            and known.facing is facing
            and known.colours is colours
            and known.breaks is breaks
        ):
            stretches = known.stretches
            if stretches is None or breaks is not ONE_LINE:
                return known
            window = stretches.window(left)
            if known.window == window and known.width == stretches.width:
                return known
            visuals = known.visuals if known.window == window else {}
            made = replace(known, window=window, width=stretches.width, visuals=visuals)
        elif (
            self.is_hasty and breaks is ONE_LINE and (sketch := self._sketch(known, data, facing)) is not None
        ):
            return sketch
        else:
            made = self._make(data, facing, side, colours, left, breaks, words=words)
        return self._keep(key, made)

    def _keep(self, key: tuple[str, Side, int], cell: Cell) -> Cell:
        if len(self._cells) >= KEPT_CELLS:
            # A few at a time: to free a thousand lines at once takes as long as half a frame.
            for old in list(islice(self._cells, _FORGOTTEN)):
                del self._cells[old]
        self._cells.pop(key, None)
        self._cells[key] = cell
        return cell

    def source(self, section: Section) -> Source | None:
        """Where the unchanged lines of a file come from; None while they are not read."""
        file = section.file
        lines = self.contents.old(file) if file is not None else None
        if file is None or lines is None:
            return None
        return Source(section.key, lines, self.colour_key(file, _OLD), self.colour_key(file, _NEW))

    def names(self, section: Section, file: FileChange) -> Names:
        """Where the cells and the colours of a file are."""
        return Names(section.key, self.colour_key(file, _OLD), self.colour_key(file, _NEW))

    def both(self, source: Source, old: int, new: int) -> tuple[Cell, Cell] | None:
        """The two cells of an unchanged line that is not wrapped, in one go: most of what is painted is such
        lines. They are the same bytes, and where they have the same colours one cell is both. None where it
        takes a longer look.
        """
        if old > len(source.lines):
            return None
        data = source.lines[old - 1]
        if len(data) >= LONG:
            return None
        if self.is_hasty and (source.name, _OLD, old) not in self._cells:
            sketch = self._sketch(None, data, None)
            if sketch is not None:
                return sketch, sketch
        spans = self._highlighter.spans
        colours = spans(source.old_colours, old - 1) if source.old_colours is not None else None
        others = spans(source.new_colours, new - 1) if source.new_colours is not None else None
        cell = self._plain((source.name, _OLD, old), data, colours)
        if cell.stretches is not None:  # what hides is shown by longer text
            return None
        if others is colours or others == colours:
            return cell, cell
        return cell, self._plain((source.name, _NEW, new), data, others)

    def compared(
        self, run: Run, names: Names, old: int | None, new: int | None
    ) -> tuple[Cell | None, Cell | None]:
        """The cells of a row of a run side by side that is not wrapped, by the indexes of its lines. None too
        for a line that takes a longer look.
        """
        before = run.removed[old] if old is not None else None
        after = run.added[new] if new is not None else None
        left = right = None
        if before is not None:
            assert old is not None
            left = self._line_of((names.name, _OLD, run.old_start + old), before, after, names.old_colours)
        if after is not None:
            assert new is not None
            right = self._line_of((names.name, _NEW, run.new_start + new), after, before, names.new_colours)
        return left, right

    def _line_of(
        self, key: tuple[str, Side, int], data: bytes, facing: bytes | None, colours_of: str | None
    ) -> Cell | None:
        if len(data) >= LONG:
            return None
        known = self._cells.get(key)
        if known is None and self.is_hasty and (sketch := self._sketch(None, data, facing)) is not None:
            return sketch  # without a look for its colours: to read those of a place anew takes milliseconds
        colours = self._highlighter.spans(colours_of, key[2] - 1) if colours_of is not None else None
        if (
            known is None
            or known.data is not data
            or known.facing is not facing
            or known.colours is not colours
            or known.breaks is not ONE_LINE
        ):
            if self.is_hasty and (sketch := self._sketch(known, data, facing)) is not None:
                return sketch
            known = self._keep(key, self._make(data, facing, key[1], colours, 0.0, ONE_LINE, words=True))
        return known if known.stretches is None else None

    def _plain(self, key: tuple[str, Side, int], data: bytes, colours: Sequence[int] | None) -> Cell:
        known = self._cells.get(key)
        if (
            known is not None
            and known.data is data
            and known.facing is None
            and known.colours is colours
            and known.breaks is ONE_LINE
        ):
            return known
        if self.is_hasty and (sketch := self._sketch(known, data, None)) is not None:
            return sketch
        return self._keep(key, self._make(data, None, key[1], colours, 0.0, ONE_LINE, words=False))

    def _sketch(self, known: Cell | None, data: bytes, facing: bytes | None) -> Cell | None:
        """A cell for one frame: as it was made with other colours, else in one colour and without words.

        None for a line in which anything hides or has to be said: that is never drawn as if it did not.
        """
        if known is not None and known.data is data and known.facing is facing and known.breaks is ONE_LINE:
            self.sketches += 1
            return known
        if len(data) >= LONG or not _ends_as_usual(data, facing):
            return None
        assert self._theme is not None
        assert self._shaper is not None
        text = data[:-1].decode("ascii")
        if text.isprintable():
            shaped = self._shaper.one_run(text, self._theme.text)
        elif text.replace("\t", " ").isprintable():
            shaped = self._shaper.plain(text, self._theme.text)
        else:
            return None
        self.sketches += 1
        visuals = {0: Visual(shaped, 0, len(text), 0.0, [], [])}
        return Cell(data, facing, None, 0, ONE_LINE, Visible(text), shaped.width, (), (), "", visuals=visuals)

    def visual(self, cell: Cell, at: int = 0) -> Visual:
        """One line of a cell, shaped."""
        known = cell.visuals.get(at)
        if known is None:
            assert self._theme is not None
            assert self._shaper is not None
            if len(cell.visuals) > _KEPT_VISUALS:
                cell.visuals.clear()
            known = cell.visuals[at] = line_of(cell, at, self._theme, self._shaper)
        return known

    def beyond(self, cell: Cell, left: float, right: float, *, where: bool = True) -> Beyond:
        """Which marked words of a line are out of sight, where it is seen from `left` to `right`. Without
        `where` only how many: to say where the last of a long line stands, it is counted through.
        """
        words = cell.words
        if not words or cell.breaks is not ONE_LINE:
            return NOTHING_BEYOND
        stretches = cell.stretches
        if stretches is not None:
            assert self._shaper is not None
            first, end = (stretches.character_at(int(each / self._shaper.cell)) for each in (left, right))
            before = bisect_right(words, first, key=lambda each: each[1])
            after = bisect_left(words, end, key=lambda each: each[0])
            last_at = words[before - 1][0] if before and where else -1
            following_at = words[after][0] if after < len(words) and where else -1
            last = stretches.left(last_at) if last_at >= 0 else 0.0
            following = stretches.left(following_at) if following_at >= 0 else 0.0
            return Beyond(before, len(words) - after, last, following, last_at, following_at)
        places = self.visual(cell).words
        lefts = [start for start, end in places if end <= left]
        rights = [start for start, _ in places if start >= right]
        return Beyond(len(lefts), len(rights), lefts[-1] if lefts else 0.0, rights[0] if rights else 0.0)

    def colours(self, file: FileChange, side: Side, number: int) -> Sequence[int] | None:
        """The lexer's spans of a line, None while there are none."""
        key = self.colour_key(file, side)
        return self._highlighter.spans(key, number - 1) if key is not None else None

    def colour_key(self, file: FileChange, side: Side) -> str | None:
        """Under what the colours of one side of a file are kept."""
        blob = file.old_id if side is _OLD else file.new_id
        path = file.base_path if side is _OLD else file.path
        return language_key(blob, path) if blob is not None and path is not None else None

    def finish(self) -> Generator[None, None, bool]:
        """Find the words of long lines that were shown, and look through their letters, a bit at a time.
        Whether there was anything to do.
        """
        found = bool(self._wanted)
        while self._wanted:
            pair, both = next(iter(self._wanted.items()))
            old = yield from self._whole(both[0])
            new = yield from self._whole(both[1])
            self._words[pair] = yield from spans_in_steps(old, new)
            self._wanted.pop(pair, None)  # not before: what is left half done is begun again
            self._drop(lambda cell, both=both: cell.data in both and cell.facing in both)  # type: ignore[misc]
        left = {line: each for line, each in self._long.items() if each.has_alike is None}
        for line, stretches in left.items():
            yield from self._read(line, stretches)
            while stretches.has_alike is None:
                stretches.look_through()
                yield
            if stretches.has_alike:  # it is marked, and so made anew
                self._drop(lambda cell, it=stretches: cell.stretches is it)  # type: ignore[misc]
        return found or bool(left)

    def _drop(self, is_stale: Callable[[Cell], bool]) -> None:
        for key in [key for key, cell in self._cells.items() if is_stale(cell)]:
            del self._cells[key]

    def _make(
        self,
        data: bytes,
        facing: bytes | None,
        side: Side,
        colours: Sequence[int] | None,
        left: float,
        breaks: Breaks,
        *,
        words: bool,
    ) -> Cell:
        assert self._shaper is not None
        seen, stretches = self._text(data)
        spans: Spans = ()
        if facing is not None and words:
            spans = self._word_spans(data, facing, side)
        boxed: Spans = seen.marks
        # A text knows whether it is ASCII, bytes are looked through.
        if stretches is None and not (seen.text.isascii() or data.isascii()):
            # Letters that look like others are boxed as what hides is: the eye cannot tell them apart.
            alike = _look_alikes(decode(data))
            boxed = tuple(sorted((*boxed, *((seen.shown(start), seen.shown(end)) for start, end in alike))))
        mark = _mark_of(data, facing, stretches)
        if stretches is not None and stretches.has_alike and LOOK_ALIKE not in mark:
            mark = f"{mark}, {LOOK_ALIKE}" if mark else LOOK_ALIKE
        shades = colours or ()
        made = Cell(data, facing, colours, 0, breaks, seen, 0.0, spans, boxed, mark, shades, breaks.lines)
        made.stretches = stretches
        if breaks is ONE_LINE and stretches is not None:
            made.window, made.width = stretches.window(left), stretches.width
        elif breaks is ONE_LINE:
            made.width = self.visual(made).shaped.width
        return made

    def _word_spans(self, data: bytes, facing: bytes, side: Side) -> Spans:
        both = (data, facing) if side is Side.OLD else (facing, data)
        pair = (key_of(both[0]), key_of(both[1]))
        known = self._words.get(pair)
        if known is None:
            if len(self._words) > KEPT_CELLS:
                self._words.clear()
            if len(data) + len(facing) > _AT_ONCE:
                self._wanted[pair] = both
                return ()
            known = self._words[pair] = spans_of_lines(*both)
        return known[0] if side is Side.OLD else known[1]


def _mark_of(data: bytes, facing: bytes | None, stretches: Stretches | None) -> str:
    """What the text of a line alone would not show. Of one of megabytes as far as it was looked through."""
    if stretches is None or stretches.is_utf8 is None:
        return "" if _ends_as_usual(data, facing) else mark_of(data, facing)
    mark = mark_of(end_of(data), end_of(facing) if facing is not None else None)
    return ", ".join(filter(None, (mark, "" if stretches.is_utf8 else "not UTF-8")))


def _ends_as_usual(data: bytes, facing: bytes | None) -> bool:
    """Whether there surely is nothing to say of a line: it is ASCII, and it and the other end in LF."""
    if not data.isascii() or data[-1:] != b"\n" or data[-2:] == b"\r\n":
        return False
    return facing is None or (facing[-1:] == b"\n" and facing[-2:] != b"\r\n")


def _look_alikes(text: str) -> Spans:
    # Late: its expressions take a while to be made, and most first screens are plain ASCII.
    from workbench.review.suspicious import look_alikes  # noqa: PLC0415 - said above

    return look_alikes(text)
