"""The rows of one file, as blocks that are counted at once and made only when looked at.

A file of 100,000 lines with three changes is a dozen blocks; what a row of a block shows is derived when
it is painted. Pure: no Qt, no text, no pixels but the row counts. Lines are 1-based.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from enum import Enum, auto
from itertools import accumulate, groupby

from msgspec import Struct, field

from workbench.review.changes import Change, FileChange, Run, Side
from workbench.review.images import shown_as_text, shows_picture
from workbench.review.run_rows import RunRows


class Sort(Enum):
    """What a block is."""

    PLAIN = auto()
    """Unchanged lines."""
    RUN = auto()
    """Rows of a run, or of a ledger entry's comparison."""
    GAP = auto()
    FACT = auto()
    NOTE = auto()
    EDITOR = auto()
    ENTRY = auto()
    WORDS = auto()
    """A sentence instead of rows."""
    PICTURE = auto()
    """A picture before and after, under the fact that its contents differ."""
    LATER = auto()
    """Holds the place of a block of a part that is not laid out yet; it has no height."""


class Block(Struct):
    """Some rows of one sort. `rows` counts code rows and is 1 for everything else.

    PLAIN and GAP: `old` and `new` are the first lines, `rows` or `hidden` the count (`hidden` is None to
    an unknown end of the file). RUN: rows `first` to `first + rows` of `run`. `key` is the id of the
    change, note, editor or entry that the block is about; `side` is where a note or an editor lies.
    """

    sort: Sort
    rows: int = 1
    old: int = 0
    new: int = 0
    hidden: int | None = 0
    run: RunRows | None = None
    first: int = 0
    key: str = ""
    side: Side = Side.NEW
    tail: bool = False
    """A RUN block that ends with its run: it has more rows when the pairs of lines turn out to need more."""

    @property
    def is_code(self) -> bool:
        return self.sort is Sort.PLAIN or self.sort is Sort.RUN


class Line(Struct, frozen=True):
    """One code row: its line numbers (None where a side has no line) and, in a run, its indexes and its
    change.
    """

    old: int | None
    new: int | None
    old_index: int | None = None
    new_index: int | None = None
    change: Change | None = None
    plain: bool = False
    """Shown as unchanged: outside a run, or only whitespace differs and is not looked at."""


def line_at(block: Block, row: int) -> Line:
    """Row `row` (from 0) of a code block."""
    if block.sort is Sort.PLAIN:
        return Line(block.old + row, block.new + row, plain=True)
    rows = block.run
    assert rows is not None
    at = block.first + row
    old, new = rows.pair(at)
    run = rows.run
    plain = rows.ignore_whitespace and rows.only_whitespace(at)
    return Line(
        run.old_start + old if old is not None else None,
        run.new_start + new if new is not None else None,
        old,
        new,
        None if plain else rows.change_at(at),
        plain,
    )


class Pin(Struct, frozen=True):
    """Something that lies in the flow: a note or an editor, under the line `line` of `side`, or under a fact
    (`change` and no line), or at the top of the file (neither)."""

    key: str
    is_editor: bool
    side: Side = Side.NEW
    line: int | None = None
    change: str | None = None


class Folding(Struct, frozen=True):
    """How a file is shown. `opened` are (first old line, count) of unchanged lines that were opened by
    hand.
    """

    split: bool = True
    context: int = 3
    whole: bool = False
    ignore_whitespace: bool = False
    opened: tuple[tuple[int, int], ...] = ()


def after_run(run: Run) -> tuple[int, int]:
    """The first old and the first new line after a run."""
    old = run.old_start + len(run.removed) if run.removed else run.old_start + 1
    return old, run.new_start + len(run.added) if run.added else run.new_start + 1


def _texts(file: FileChange) -> tuple[Change, ...]:
    """The changes of a file that are lines: facts come first."""
    facts = 0
    while facts < len(file.changes) and not file.changes[facts].is_text:
        facts += 1
    return file.changes[facts:]


def _old_start(change: Change) -> int:
    return change.old_start


def _starts(change: Change) -> tuple[int, int]:
    return change.old_start, change.new_start


def changes_of_runs(runs: Sequence[Run], texts: Sequence[Change]) -> tuple[tuple[Change, ...], ...]:
    """For each of some runs the changes that it was cut into, in order, given those of all of them."""
    result: list[tuple[Change, ...]] = []
    at = 0
    for run in runs:
        first = at
        if at < len(texts):
            # Nearly every run is one change; a long one may be a hundred thousand.
            if len(texts[at].removed) + len(texts[at].added) >= len(run.removed) + len(run.added):
                at += 1
            else:
                end = run.old_start + len(run.removed), run.new_start + len(run.added)
                at = bisect_left(texts, end, at, key=_starts)
        result.append(tuple(texts[first:at]))
    return tuple(result)


class Builder(Struct):
    """Lays out one file. `old_count` is the number of lines of the base's file, None while that is not
    known.
    """

    file: FileChange
    old_count: int | None
    folding: Folding
    pins: Sequence[Pin] = ()
    out: frozenset[str] = frozenset()
    """Changes that the view leaves out. A line stands for them, so that nothing is passed over in silence."""
    blocks: list[Block] = field(default_factory=list)
    _by_line: dict[Side, list[tuple[int, int]]] | None = None
    """Where pins lie, by side: line and number, in order. A file may have as many of them as runs."""

    def build(self) -> list[Block]:
        """All blocks of the file in order: pins on the file, facts, then lines."""
        self.head()
        self._lines(0, len(self.file.runs), changes_of_runs(self.file.runs, _texts(self.file)))
        return self.blocks

    def part(self, first: int, last: int) -> list[Block]:
        """The blocks of the runs `first` to `last`, with the unchanged lines before each; with the last run
        those after it too. What `head` gives and all parts make `build`.
        """
        runs = self.file.runs[first:last]
        texts = _texts(self.file)
        at = bisect_left(texts, runs[0].old_start, key=_old_start) if runs else 0
        end = (
            bisect_left(texts, self.file.runs[last].old_start, key=_old_start)
            if last < len(self.file.runs)
            else len(texts)
        )
        self._lines(first, last, changes_of_runs(runs, texts[at:end]))
        return self.blocks

    def head(self) -> list[Block]:
        """What stands before all lines: pins on the file, facts, and why a picture is text."""
        self._pin_under(None)
        for change in self.file.changes:
            if change.is_text:
                break  # facts come first, and there may be thousands of others
            left_out = change.id in self.out
            self.blocks.append(_stands_for(1) if left_out else Block(Sort.FACT, key=change.id))
            if not left_out and shows_picture(self.file, change):
                self.blocks.append(Block(Sort.PICTURE, key=change.id))
            self._pin_under(change.id)
        words = shown_as_text(self.file)
        if words:
            self.blocks.append(Block(Sort.WORDS, key=words))
        return self.blocks

    def _pin_under(self, fact: str | None) -> None:
        self.blocks.extend(_pinned(pin) for pin in self.pins if pin.line is None and pin.change == fact)

    def _lines(self, first: int, last: int, by_run: Sequence[tuple[Change, ...]]) -> None:
        old, new = after_run(self.file.runs[first - 1]) if first else (1, 1)
        for index in range(first, last):
            run = self.file.runs[index]
            start = run.old_start if run.removed else run.old_start + 1
            self._unchanged(old, new, start - old, before=index > 0, after=True)
            new += start - old
            rows = RunRows(run, by_run[index - first], self.folding.split, self.folding.ignore_whitespace)
            if self.out and any(change.id in self.out for change in rows.changes):
                self._left_out(rows)
            else:
                self._code(Block(Sort.RUN, rows=rows.count, run=rows, tail=True))
            old, new = start + len(run.removed), new + len(run.added)
        if last < len(self.file.runs):
            return
        if not self.file.runs and not (self.folding.whole and self.old_count):
            return
        if self.file.base_path is None or self.file.new_id is None:
            return  # added or deleted as a whole: nothing is unchanged
        rest = None if self.old_count is None else max(0, self.old_count - old + 1)
        self._unchanged(old, new, rest, before=bool(self.file.runs), after=False)

    def _left_out(self, rows: RunRows) -> None:
        """A run of which changes are left out. Only one-sided runs have several, a row for each line."""
        for is_out, group in groupby(rows.changes, lambda change: change.id in self.out):
            changes = list(group)
            if is_out:
                self.blocks.append(_stands_for(len(changes)))
                self.blocks.extend(_pinned(pin) for pin in self.pins if any(_is_on(pin, c) for c in changes))
                continue
            first = rows.rows_of_change(changes[0])[0]
            last, count = rows.rows_of_change(changes[-1])
            whole = last + count - first
            self._code(Block(Sort.RUN, whole, run=rows, first=first, tail=first + whole == rows.count))

    def _unchanged(self, old: int, new: int, count: int | None, *, before: bool, after: bool) -> None:
        """Unchanged lines between runs: some shown, the rest folded. `count` None: to an unknown end."""
        if count is not None and count <= 0:
            return
        at = 0
        length = count if count is not None else self.folding.context + 1
        for start, end in self._shown(old, new, length, before=before, after=after):
            self._gap(old + at, new + at, start - at)
            self._code(Block(Sort.PLAIN, rows=end - start, old=old + start, new=new + start))
            at = end
        self._gap(old + at, new + at, None if count is None else count - at)

    def _gap(self, old: int, new: int, hidden: int | None) -> None:
        if hidden is None or hidden > 0:
            self.blocks.append(Block(Sort.GAP, old=old, new=new, hidden=hidden))

    def _shown(self, old: int, new: int, count: int, *, before: bool, after: bool) -> list[tuple[int, int]]:
        """Which of `count` unchanged lines are shown, as (start, end) offsets."""
        if self.folding.whole:
            return [(0, count)]
        context = self.folding.context
        if not self.pins and not self.folding.opened and context > 1:
            # By far the most frequent cases, and a file may have tens of thousands of runs.
            if count > 2 * context + 1:
                return ([(0, context)] if before else []) + ([(count - context, count)] if after else [])
            if before and after:
                return [(0, count)]
        wanted: list[tuple[int, int]] = []
        if before:
            wanted.append((0, context))
        if after:
            wanted.append((count - context, count))
        wanted += [(start - old, start - old + lines) for start, lines in self.folding.opened]
        for pin in self._pins_on((old, count), (new, count)):
            at = (pin.line or 0) - (old if pin.side is Side.OLD else new)
            wanted.append((at - context, at + 1 + context))
        return _merged(wanted, count)

    def _code(self, block: Block) -> None:
        """A code block, cut where notes and editors lie."""
        if not self.pins:
            self.blocks.append(block)
            return
        done = 0
        for row, pin in self._pins_in(block):
            if row + 1 > done:
                self.blocks.append(_part(block, done, row + 1 - done))
                done = row + 1
            self.blocks.append(_pinned(pin))
        if block.rows > done:
            self.blocks.append(_part(block, done, block.rows - done))

    def _pins_on(self, old: tuple[int, int], new: tuple[int, int]) -> list[Pin]:
        """What lies on some lines of either side, each as (first line, count), in the order of all pins."""
        if self._by_line is None:
            self._by_line = {side: [] for side in Side}
            for number, pin in enumerate(self.pins):
                if pin.line is not None:
                    self._by_line[pin.side].append((pin.line, number))
            for places in self._by_line.values():
                places.sort()
        found: list[int] = []
        for side, (first, count) in ((Side.OLD, old), (Side.NEW, new)):
            places = self._by_line[side]
            low, high = bisect_left(places, (first,)), bisect_left(places, (first + count,))
            found += [number for _, number in places[low:high]]
        return [self.pins[number] for number in sorted(found)]

    def _pins_in(self, block: Block) -> list[tuple[int, Pin]]:
        found: list[tuple[int, Pin]] = []
        run = block.run.run if block.run is not None else None
        old = (block.old, block.rows) if run is None else (run.old_start, len(run.removed))
        new = (block.new, block.rows) if run is None else (run.new_start, len(run.added))
        for pin in self._pins_on(old, new):
            row = row_of_line(block, pin.side, pin.line or 0)
            if row is not None:
                if block.run is not None and block.tail:
                    block.rows = block.run.count - block.first  # known by now
                found.append((row, pin))
        return sorted(found, key=lambda each: each[0])


def _pinned(pin: Pin) -> Block:
    return Block(Sort.EDITOR if pin.is_editor else Sort.NOTE, key=pin.key, side=pin.side)


def _part(block: Block, first: int, rows: int) -> Block:
    if first == 0 and rows == block.rows:
        return block
    if block.sort is Sort.PLAIN:
        return Block(Sort.PLAIN, rows=rows, old=block.old + first, new=block.new + first)
    tail = block.tail and first + rows == block.rows
    return Block(Sort.RUN, rows=rows, run=block.run, first=block.first + first, tail=tail)


def _stands_for(count: int) -> Block:
    are = "change here is" if count == 1 else "changes here are"
    return Block(Sort.WORDS, key=f"{count} {are} not in this view")


def _is_on(pin: Pin, change: Change) -> bool:
    """Whether something lies under a line of a change."""
    if pin.line is None:
        return False
    if pin.side is Side.OLD:
        return change.old_start <= pin.line < change.old_start + len(change.removed)
    return change.new_start <= pin.line < change.new_start + len(change.added)


def _merged(spans: Iterable[tuple[int, int]], count: int) -> list[tuple[int, int]]:
    """Spans cut to 0 … count, sorted and joined; a gap of one line is shown, it would take as much room."""
    result: list[tuple[int, int]] = []
    for start, end in sorted((max(0, a), min(count, b)) for a, b in spans):
        if start >= end:
            continue
        reached = result[-1][1] if result else 0
        first = reached if start - reached <= 1 else start
        if result and first <= reached:
            result[-1] = (result[-1][0], max(end, reached))
        else:
            result.append((first, end))
    if result and count - result[-1][1] == 1:
        result[-1] = (result[-1][0], count)
    return result or ([(0, 1)] if count == 1 else [])


def row_of_line(block: Block, side: Side, line: int) -> int | None:
    """The row (from 0) of a code block that shows a line, or None."""
    if block.sort is Sort.PLAIN:
        row = line - (block.old if side is Side.OLD else block.new)
        return row if 0 <= row < block.rows else None
    rows = block.run
    if rows is None or block.sort is not Sort.RUN or not rows.numbered:
        return None
    run = rows.run
    index = line - (run.old_start if side is Side.OLD else run.new_start)
    if not 0 <= index < len(run.removed if side is Side.OLD else run.added):
        return None
    row = rows.row_of(side, index) - block.first
    last = rows.count - block.first if block.tail else block.rows
    return row if 0 <= row < last else None


def tops_of(heights: Iterable[int]) -> list[int]:
    """Prefix sums: the top of each block, and the bottom of the last."""
    return [0, *accumulate(heights)]
