"""Sections one under the other, with prefix sums: lays out what lies between two heights, and no more.

Knows pixels and rows, but neither Qt nor painting; heights of cards and editors, and how many lines a wrapped
row takes, are asked for. What is shown is `arranging.py`'s, where a row is `layout.py`'s.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping

from workbench.review.blocks import Block, Builder, Sort
from workbench.ui.diff.document import Document
from workbench.ui.diff.sections import EMPTY, SLICE, Heights, Section, Slice, code_of, estimate
from workbench.ui.diff.tops import PART, Tops
from workbench.ui.diff.wrapping import Wraps

Needs = Callable[[Section, Block, int], int]
"""How many lines a row of a code block takes."""


class Stack:
    """All sections and their heights. Not thread-safe; belongs to the view."""

    def __init__(self, measure: Callable[[Section, Block], int], needs: Needs | None = None) -> None:
        self.document = Document()
        self.sections: list[Section] = []
        self.heights = Heights()
        self.wrap = False
        self.files: dict[str, int] = {}
        self._measure = measure
        self._needs = needs
        self._tops: Tops | None = None
        self._tall: list[int] = []
        """The height of each section as `_tops` was made from it."""
        self._stale = False
        self._grown = 0
        """By how much everything is higher than `_tops` says."""
        self._stale_parts: set[int] = set()
        """The parts of `_tops` with a section that has another height than they were made from."""
        self._count_old: Mapping[str, int] = {}

    # heights

    @property
    def tops(self) -> Tops:
        """The top of each section, and the height of everything."""
        if self._tops is None:
            self._tall = [section.height for section in self.sections]
            self._tops = Tops(self._tall)
        elif self._stale:
            self._tops = self._tops.renewed(self._tall, self._stale_parts)
        else:
            return self._tops
        self._stale, self._grown = False, 0
        self._stale_parts.clear()
        return self._tops

    @property
    def height(self) -> int:
        """Of everything; known without the tops of twenty thousand sections."""
        if self._tops is None or len(self._tall) != len(self._tops) - 1:
            return self.tops[-1]
        return self._tops[-1] + self._grown

    def section_at(self, y: int) -> int:
        """The section that covers a height, clamped."""
        return max(0, min(self.tops.at(y), len(self.sections) - 1))

    def within(self, top: int, height: int) -> Iterator[Section]:
        """The sections between a height and so many pixels below it."""
        at = self.section_at(top)
        while at < len(self.sections) and self.tops[at] < top + height:
            yield self.sections[at]
            at += 1

    def _changed(self, section: Section) -> None:
        """A section has another height. To ask all of twenty thousand anew would be felt with every one."""
        at = self.files.get(section.key, -1)
        if self._tops is None or not 0 <= at < len(self.sections) or self.sections[at] is not section:
            self._tops = None
            return
        height = section.height
        if self._tall[at] != height:
            self._grown += height - self._tall[at]
            self._tall[at], self._stale = height, True
            self._stale_parts.add(at // PART)

    def height_of(self, section: Section, block: Block, index: int = -1) -> int:
        """The height of a block in pixels. `index` is asked for where lines are wrapped."""
        sort = block.sort
        if sort is Sort.PLAIN or sort is Sort.RUN:
            wraps = section.wraps.get(index) if section.wraps else None
            return (wraps.lines if wraps is not None else block.rows) * self.heights.row
        if sort is Sort.GAP:
            return self.heights.gap
        if sort is Sort.FACT:
            return self.heights.fact
        if sort is Sort.WORDS:
            return self.heights.words
        if sort is Sort.PICTURE:
            return self.heights.picture
        return 0 if sort is Sort.LATER else self._measure(section, block)

    def row_top(self, section: Section, index: int, row: int) -> int:
        """The top of a code row within its block."""
        wraps = section.wraps.get(index) if section.wraps else None
        return (wraps.line_of(row) if wraps is not None else row) * self.heights.row

    def row_at(self, section: Section, index: int, y: int) -> int:
        """The code row at a height within its block, not clamped below the first."""
        wraps = section.wraps.get(index) if section.wraps else None
        line = y // self.heights.row
        return wraps.row_at(line) if wraps is not None else line

    # laying out

    def build(self, section: Section) -> None:
        """Lay out a section that was not; of a file of many runs only the head, and room for the rest."""
        file = section.file
        if section.blocks is not None or file is None:
            return
        section.old_count = self._count_old.get(file.old_id or "")
        if len(file.runs) > SLICE:
            section.prepare(lambda: self._builder(section), self.heights)
            self._stack(section, section.slices[0])
            for pin in section.pins:
                if pin.line is not None:  # what lies in the flow has to be found by its name
                    at = section.slice_of_line(pin.side, pin.line)
                    self.build_slice(section, section.slices[at])
            self._changed(section)
            return
        blocks = self._builder(section).build()
        if not blocks:
            reading = file.path in self.document.reading
            blocks.append(
                Block(Sort.WORDS, key="Being read…" if reading else "Nothing to show in this file.")
            )
        section.hold(blocks)
        section.slices[0].code = code_of(blocks, 0)
        self._stack_all(section)

    def _builder(self, section: Section) -> Builder:
        assert section.file is not None
        out = self.document.hidden
        return Builder(section.file, section.old_count, section.folding, section.pins, out)

    def build_slice(self, section: Section, part: Slice) -> None:
        """Lay out a slice that was not."""
        if part.tops is None:
            section.fill(part, self._builder(section).part(part.first, part.last))
            self._stack(section, part)
            self._changed(section)

    def _lay_end_again(self, section: Section) -> None:
        """The length of the base's file is known now: only what is last looks otherwise for that."""
        file, part = section.file, section.slices[-1]
        assert file is not None
        section.old_count = self._count_old.get(file.old_id or "")
        if part.tops is not None:
            for index in range(part.base, part.base + part.size):
                (section.wraps or {}).pop(index, None)
            section.fill(part, self._builder(section).part(part.first, part.last))
            self._stack(section, part)
            self._changed(section)

    def build_between(self, section: Section, first: int, last: int) -> None:
        """Lay out everything between two blocks."""
        self.build(section)
        for part in section.slices:
            if part.base <= last and first < part.base + part.size:
                self.build_slice(section, part)

    def _stack(self, section: Section, part: Slice) -> None:
        assert section.blocks is not None
        base = part.base
        blocks = section.blocks[base : base + part.size]
        if self.wrap:
            self._wrap(section, blocks, base)
        section.stacked(part, [self.height_of(section, each, base + at) for at, each in enumerate(blocks)])

    def _wrap(self, section: Section, blocks: list[Block], base: int) -> None:
        if section.wraps is None:
            section.wraps = {}
        for at, block in enumerate(blocks, base):
            if block.is_code:
                known = section.wraps.get(at)
                if known is None:
                    section.wraps[at] = Wraps(block.rows)
                else:
                    known.grow(block.rows)

    def _stack_all(self, section: Section) -> None:
        """Ask for the heights of all blocks that are laid out."""
        if section.blocks is None:
            return
        for at, part in enumerate(section.slices):
            if at == 0 or part.tops is not None:
                self._stack(section, part)
        self._changed(section)

    def _restack(self, section: Section, index: int) -> None:
        """A block has another height."""
        self._stack(section, section.slice_of(index))
        self._changed(section)

    def _reset(self, section: Section, *, keep: bool = False) -> None:
        """Forget a section's rows. With `keep` it is laid out again at once if it was."""
        built = section.blocks is not None
        file = section.file
        assert file is not None
        section.forget()
        section.estimate = estimate(file, section.folding, self.heights)
        self._changed(section)
        if keep and built:
            self.build(section)

    def settle(self, top: int, bottom: int) -> bool:
        """Lay out what lies between two heights, exactly. True if something moved."""
        moved = False
        at = self.section_at(top)
        y = self.tops[at]
        while at < len(self.sections) and y < bottom:
            section = self.sections[at]
            if not section.folded:
                if section.blocks is None:
                    before = section.height
                    self.build(section)
                    moved = moved or section.height != before
                moved = self._settle(section, top - y, bottom - y) or moved
            # Not asked of `tops`: after each section that grew, those of twenty thousand would be added anew.
            y += section.height
            at += 1
        return moved

    def is_settled(self, top: int, bottom: int) -> bool:
        """Whether all between two heights is laid out exactly. False where that takes longer to tell than to
        do, because lines are wrapped.
        """
        if self.wrap:
            return False
        at = self.section_at(top)
        y = self.tops[at]
        while at < len(self.sections) and y < bottom:
            section = self.sections[at]
            if not section.folded and not _is_exact(section, top - y, bottom - y):
                return False
            y += section.height
            at += 1
        return True

    def _settle(self, section: Section, top: int, bottom: int) -> bool:
        """Lay out the slices between two heights of a section, and find the exact rows of their blocks."""
        moved = False
        low, high = top - section.header, bottom - section.header
        at = section.slice_at(low)
        while at < len(section.slices) and section.starts[at] < high:
            part = section.slices[at]
            before = part.height
            self.build_slice(section, part)
            moved = moved or part.height != before
            moved = self._resolve(section, part, low - section.starts[at], high - section.starts[at]) or moved
            at += 1
        return moved

    def _resolve(self, section: Section, part: Slice, top: int, bottom: int) -> bool:
        """Find the pairs, and the lines of wrapped rows, of the blocks between two heights of a slice."""
        blocks, tops = section.blocks or [], part.tops
        if not tops or not part.size:
            return False
        moved = False
        at = max(0, min(bisect_right(tops, top) - 1, part.size - 1))
        y = tops[at]
        while at < part.size and y < bottom:
            index = part.base + at
            block = blocks[index]
            if block.tail and resolve(block):
                moved = True
            if block.is_code and self.wrap:
                moved = self._measure_rows(section, index, block, top - y, bottom - y) or moved
            y += self.height_of(section, block, index)
            at += 1
        if moved:
            self._restack(section, part.base)
        return moved

    def _measure_rows(self, section: Section, index: int, block: Block, top: int, bottom: int) -> bool:
        wraps = section.wraps.get(index) if section.wraps else None
        needs = self._needs
        if wraps is None or needs is None:
            return False
        wraps.grow(block.rows)
        row = self.heights.row
        first = wraps.row_at(max(0, top) // row)
        last = min(block.rows - 1, first + (bottom - max(0, top)) // row + 1)
        return wraps.measure(first, last, lambda at: needs(section, block, at))

    def resolve_at(self, section: Section, index: int) -> Block:
        """A block with its slice laid out and its rows counted exactly."""
        assert section.blocks is not None
        if section.blocks[index] is EMPTY:
            self.build_slice(section, section.slice_of(index))
        block = section.blocks[index]
        if resolve(block):
            self._restack(section, index)
        return block


def resolve(block: Block) -> bool:
    """Find the pairs of a run, so that its row count is exact. True if that changed the block's."""
    run = block.run
    if run is None:
        return False
    run.resolve()
    before = block.rows
    if block.tail:
        block.rows = run.count - block.first
    return block.rows != before


def _is_exact(section: Section, top: int, bottom: int) -> bool:
    """Whether the slices between two heights of a section are laid out, and the pairs of their runs known."""
    blocks = section.blocks
    if blocks is None:
        return section.file is None
    low, high = top - section.header, bottom - section.header
    at, starts = section.slice_at(low), section.starts
    while at < len(section.slices) and starts[at] < high:
        part, start = section.slices[at], starts[at]
        tops = part.tops
        if tops is None:
            return False
        index = max(0, bisect_right(tops, low - start) - 1)
        while index < part.size and start + tops[index] < high:
            block = blocks[part.base + index]
            run = block.run
            if block.tail and run is not None and not (run.known and block.rows == run.count - block.first):
                return False
            index += 1
        at += 1
    return True
