"""A part of the one long scroll: its blocks in slices, their heights, and where each of them stands.

Knows pixels and rows, but neither Qt nor painting, and nothing of what stands above or below it. A file of
many runs is laid out slice by slice; the slots of a slice that is not laid out yet hold its place in the list
of blocks, so that a block keeps its index whatever is laid out before or after it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from enum import Enum, auto

from msgspec import Struct, field

from workbench.review.blocks import Block, Builder, Folding, Pin, Sort, after_run, tops_of
from workbench.review.changes import FileChange, Kind, Side
from workbench.review.images import shows_picture
from workbench.review.progress import Standing
from workbench.review.touched import Places
from workbench.review.verdicts import FileVerdicts
from workbench.ui.diff.wrapping import Wraps

REVIEW_KEY = "\0review"
LEDGER_KEY = "\0ledger"

SLICE = 20
"""Runs that are laid out in one step: a few screens, in half a millisecond. Each frame of a drag through a
file of many runs needs one or two more.
"""
EMPTY = Block(Sort.LATER, rows=0)


class Part(Enum):
    """What a section is."""

    REVIEW = auto()
    LEDGER = auto()
    FILE = auto()


class Heights(Struct, frozen=True):
    """Heights in pixels of what has a fixed height."""

    row: int = 21
    gap: int = 28
    header: int = 36
    fact: int = 30
    entry: int = 34
    words: int = 28
    picture: int = 250


class Slice(Struct):
    """Some runs of a file with the unchanged lines before each, in `size` slots from `base` on.

    `old` and `new` are its first lines. `tops` are relative to the slice, None until it is laid out.
    """

    first: int
    last: int
    base: int
    size: int
    height: int
    old: int = 1
    new: int = 1
    tops: list[int] | None = None
    code: list[tuple[int, int, int]] = field(default_factory=list)
    """Of each code block its first old line, its first new line and its index: in order on both sides."""


class Section(Struct, gc=False):
    """One part of the scroll. `blocks` is None until anything of it is laid out.

    Twenty thousand are made at once: nothing in one leads back to it, and it begins with no containers.
    """

    part: Part
    key: str
    file: FileChange | None = None
    folding: Folding = field(default_factory=Folding)
    folded: bool = False
    pins: tuple[Pin, ...] = ()
    blocks: list[Block] | None = None
    slices: Sequence[Slice] = ()
    header: int = 0
    estimate: int = 0
    old_count: int | None = None
    held: FileVerdicts | None = None
    asked: frozenset[str] = frozenset()
    standings: dict[str, Standing] | None = None
    counts: Counter[Standing] | None = None
    """How many changes stand where, counted along with `standings`."""
    places: Places | None = None
    wraps: dict[int, Wraps] | None = None
    """How many lines the rows of a code block take, by its index, where long lines are wrapped."""
    why: str = ""
    """Why it is folded at first; the header says so."""
    _starts: list[int] | None = None

    @property
    def height(self) -> int:
        if self.folded:
            return self.header
        return self.header + (self.estimate if self.blocks is None else self.starts[-1])

    @property
    def starts(self) -> list[int]:
        """The top of each slice, and the bottom of the last, from under the header."""
        if self._starts is None:
            self._starts = tops_of([each.height for each in self.slices])
        return self._starts

    @property
    def wants_lines(self) -> bool:
        """Whether its unchanged lines can only come from the base's file."""
        file = self.file
        if file is None or file.binary or file.base_path is None or file.new_id is None:
            return False
        return bool(file.runs) or self.folding.whole

    # blocks by index and by height

    def slice_of(self, index: int) -> Slice:
        """The slice that a slot belongs to."""
        at = bisect_right(self.slices, index, key=_base) - 1
        return self.slices[max(0, at)]

    def top_of(self, index: int) -> int:
        """The top of a block from under the header."""
        at = max(0, bisect_right(self.slices, index, key=_base) - 1)
        part = self.slices[at]
        return self.starts[at] + (part.tops[index - part.base] if part.tops is not None else 0)

    def slice_at(self, y: int) -> int:
        """The number of the slice at a height from under the header, clamped."""
        return max(0, min(bisect_right(self.starts, y) - 1, len(self.slices) - 1))

    def index_at(self, y: int) -> int:
        """The block at a height from under the header, clamped; the slice there has to be laid out."""
        at = self.slice_at(y)
        part = self.slices[at]
        if part.tops is None or not part.size:
            return part.base
        index = bisect_right(part.tops, y - self.starts[at]) - 1
        index = max(0, min(index, part.size - 1))
        while index > 0 and self.blocks is not None and self.blocks[part.base + index] is EMPTY:
            index -= 1
        return part.base + index

    def between(self, top: int, bottom: int) -> Iterator[tuple[int, int, int]]:
        """The blocks between two heights from under the header, as (index, top, bottom)."""
        if self.blocks is None:
            return
        starts = self.starts
        for at in range(self.slice_at(top), len(self.slices)):
            part, start = self.slices[at], starts[at]
            if start >= bottom:
                return
            tops = part.tops
            if tops is None:
                continue
            index = max(0, bisect_right(tops, top - start) - 1)
            while index < part.size and start + tops[index] < bottom:
                if tops[index + 1] > tops[index]:
                    yield part.base + index, start + tops[index], start + tops[index + 1]
                index += 1

    def slice_of_line(self, side: Side, line: int) -> int:
        """The number of the slice that a line of the file belongs to."""
        key = _old if side is Side.OLD else _new
        return max(0, bisect_right(self.slices, line, key=key) - 1)

    def forget(self) -> None:
        """Nothing of it is laid out any more."""
        self.blocks, self.slices, self._starts, self.wraps = None, (), None, None

    def stacked(self, part: Slice, heights: Sequence[int]) -> None:
        """The blocks of a slice have these heights."""
        part.tops = tops_of(heights)
        if part.height != part.tops[-1] or self._starts is None:
            part.height, self._starts = part.tops[-1], None

    # laying out

    def hold(self, blocks: list[Block]) -> None:
        """These are all its blocks; their heights are still to be told."""
        self.blocks, self._starts = blocks, None
        self.slices = [Slice(0, 0, 0, len(blocks), 0)]

    def prepare(self, builder: Callable[[], Builder], heights: Heights) -> None:
        """Make room for the blocks of a file of many runs, and lay out what stands before them."""
        assert self.file is not None
        runs = self.file.runs
        head = builder().head()
        self.blocks, self._starts = head, None
        self.slices = slices = [Slice(0, 0, 0, len(head), 0)]
        # As many slots as there can be blocks: of a run, its changes and two stretches with a gap between.
        spare = 6 * len(self.pins) + 3 * len(self.folding.opened) + 4
        for first in range(0, len(runs), SLICE):
            last = min(first + SLICE, len(runs))
            size = 4 * (last - first) + spare
            old, new = after_run(runs[first - 1]) if first else (1, 1)
            guess = _guess(self.file, self.folding, first, last, heights)
            slices.append(Slice(first, last, len(self.blocks), size, guess, old, new))
            self.blocks.extend([EMPTY] * size)

    def fill(self, part: Slice, found: list[Block]) -> None:
        """Put the blocks of a slice into its slots."""
        assert self.blocks is not None
        end = part.base + part.size
        if len(found) > part.size:  # changes that are left out may need more than was thought of
            more = len(found) - part.size
            part.size = len(found)
            for each in self.slices:
                if each.base > part.base:
                    each.base += more
                    each.code = [(old, new, index + more) for old, new, index in each.code]
            wraps = self.wraps or {}
            self.wraps = {at + more if at >= end else at: wrap for at, wrap in wraps.items()}
        self.blocks[part.base : end] = [*found, *[EMPTY] * (part.size - len(found))]
        part.code = code_of(found, part.base)


def code_of(blocks: Sequence[Block], base: int) -> list[tuple[int, int, int]]:
    """Of each code block its first lines and its index."""
    return [
        (first_line(block, Side.OLD), first_line(block, Side.NEW), base + at)
        for at, block in enumerate(blocks)
        if block.is_code
    ]


def first_line(block: Block, side: Side) -> int:
    """The first line of a code block on a side; of a run, that of its first part."""
    if block.sort is Sort.PLAIN:
        return block.old if side is Side.OLD else block.new
    assert block.run is not None
    return block.run.run.old_start if side is Side.OLD else block.run.run.new_start


def estimate(file: FileChange, folding: Folding, heights: Heights) -> int:
    """About how high a file is, before anything of it is laid out."""
    rows = 0
    runs = file.runs
    for run in runs:  # a loop: for twenty thousand files it takes half as long as a sum of a generator
        removed, added = len(run.removed), len(run.added)
        rows += removed if removed > added else added
    if file.base_path is not None and file.new_id is not None:
        rows += (2 * folding.context + 1) * len(runs)
    changes = file.changes
    if changes and changes[0].kind is not Kind.TEXT:  # facts come first
        facts = [change for change in changes if not change.is_text]
        pictures = sum(shows_picture(file, change) for change in facts) * heights.picture
        return rows * heights.row + len(facts) * heights.fact + pictures
    return rows * heights.row


def _guess(file: FileChange, folding: Folding, first: int, last: int, heights: Heights) -> int:
    """About how high a slice is: exact where lines are not wrapped and pairs need no rows of their own."""
    old = after_run(file.runs[first - 1])[0] if first else 1
    context, split, rows, gaps = folding.context, folding.split, 0, 0
    for run in file.runs[first:last]:
        removed, added = len(run.removed), len(run.added)
        start = run.old_start if removed else run.old_start + 1
        between = start - old
        shown = context if old == 1 else 2 * context
        if folding.whole or between <= shown + 1:
            rows += between
        else:
            rows += shown
            gaps += 1
        rows += max(removed, added) if split else removed + added
        old = start + removed
    if last == len(file.runs) and file.base_path is not None and file.new_id is not None:
        rows, gaps = rows + context + 1, gaps + 1  # as long as nobody knows where the file ends
    return rows * heights.row + gaps * heights.gap


def _base(part: Slice) -> int:
    return part.base


def _old(part: Slice) -> int:
    return part.old


def _new(part: Slice) -> int:
    return part.new
