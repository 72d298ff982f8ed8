"""Where everything stands in the one long scroll: sections with prefix sums over blocks with prefix sums.

A section (the review's own notes, the ledger, a file) is laid out when it comes near the screen; until
then its height is an estimate. Knows pixels and rows, but neither Qt nor painting; heights of cards and
editors are asked for. Positions are (section, block, row) while nothing changes, and paths, ids and line
numbers beyond that.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum, auto

from msgspec import Struct, field
from msgspec.structs import replace

from workbench.review.changes import Change, FileChange, Kind, Run, Side
from workbench.review.entries import Entry, Said
from workbench.review.notes import Note, Place
from workbench.review.progress import Standing, has_open_lines, standing
from workbench.review.verdicts import FileVerdicts
from workbench.ui.diff.blocks import (
    Block,
    Builder,
    Folding,
    Pin,
    RunRows,
    Sort,
    estimated_rows,
    row_of_line,
    tops_of,
)
from workbench.ui.diff.document import Document

ENTRY_ROWS = 12
"""Rows of a ledger entry's code that are shown; the rest is a key away, in its file."""


class Part(Enum):
    """What a section is."""

    REVIEW = auto()
    LEDGER = auto()
    FILE = auto()


_NO_STOPS = (Sort.GAP, Sort.WORDS, Sort.EDITOR)

REVIEW_KEY = "\0review"
LEDGER_KEY = "\0ledger"


class Heights(Struct, frozen=True):
    """Heights in pixels of what has a fixed height."""

    row: int = 21
    gap: int = 28
    header: int = 36
    fact: int = 30
    entry: int = 34
    words: int = 28


class Section(Struct):
    """One part of the scroll. `blocks` is None until it is laid out; `tops` are relative to the section's
    top.
    """

    part: Part
    key: str
    file: FileChange | None = None
    folding: Folding = field(default_factory=Folding)
    folded: bool = False
    pins: tuple[Pin, ...] = ()
    blocks: list[Block] | None = None
    tops: Sequence[int] = (0,)
    header: int = 0
    estimate: int = 0
    old_count: int | None = None
    held: FileVerdicts | None = None
    asked: frozenset[str] = frozenset()
    standings: dict[str, Standing] | None = None
    code: list[tuple[int, int, int]] = field(default_factory=list)
    """Of each code block its first old line, its first new line and its index: in order on both sides."""

    @property
    def height(self) -> int:
        if self.folded:
            return self.header
        return self.header + (self.estimate if self.blocks is None else self.tops[-1])

    @property
    def wants_lines(self) -> bool:
        """Whether its unchanged lines can only come from the base's file."""
        file = self.file
        if file is None or file.binary or file.base_path is None or file.new_id is None:
            return False
        return bool(file.runs) or self.folding.whole


class Spot(Struct, frozen=True):
    """A row of the layout as it stands now: section, block and row within the block. Block -1 is the
    header.
    """

    section: int
    block: int
    row: int = 0


class Layout:
    """The whole scroll. Not thread-safe; belongs to the view."""

    def __init__(self, measure: Callable[[Section, Block], int]) -> None:
        self.document = Document()
        self.sections: list[Section] = []
        self.heights = Heights()
        self.split = True
        self.context = 3
        self.ignore_whitespace = False
        self.changes: list[Change] = []
        self.order: dict[str, int] = {}
        self.files: dict[str, int] = {}
        self._measure = measure
        self._editors: dict[str, tuple[str, Pin]] = {}
        self._pinned: set[str] = set()
        """The sections that had a note or an editor when they were last put where they belong."""
        self._tops: list[int] | None = None
        self._tall: list[int] = []
        """The height of each section as `_tops` was made from it."""
        self._stale = False
        self._count_old: Mapping[str, int] = {}

    # what is shown

    def show(self, document: Document, old_counts: Mapping[str, int]) -> None:
        """Take another document. Sections whose file and notes are the same keep their layout.

        `old_counts` are the lengths of the base's files, by object id, as far as they were read.
        """
        last, self.document, self._count_old = self.document, document, old_counts
        other_changes = last.files is not document.files or last.hidden != document.hidden
        if other_changes or last.entries is not document.entries or not self.sections:
            self._arrange(last)
        elif last.notes is not document.notes:
            self._pin_all()

    def _arrange(self, last: Document) -> None:
        self._tops = None
        known = {section.key: section for section in self.sections}
        files: list[Section] = []
        folding = self._folding()
        header, part = self.heights.header, Part.FILE
        other = last.hidden ^ self.document.hidden if last.hidden != self.document.hidden else frozenset()
        for file in self.document.files:
            section = known.get(file.path)
            if section is None:
                own = folding if file.changes or not file.is_unchanged else replace(folding, whole=True)
                # The whole loop is run for twenty thousand files before the first frame.
                section = Section(
                    part, file.path, file, own, header=header, estimate=self._estimate(file, own)
                )
            elif section.file is not file:
                same = section.file == file
                section.file = file
                section.standings = None
                if not same:
                    section.folding = replace(section.folding, opened=())
                self._reset(section)
            elif other and any(change.id in other for change in file.changes):
                self._reset(section)
            files.append(section)
        self.sections = files
        self.changes = [change for file in self.document.files for change in file.changes]
        self.order = {change.id: index for index, change in enumerate(self.changes)}
        if last.entries is not self.document.entries:
            known.pop(LEDGER_KEY, None)
        front = []
        if self.document.entries:
            front.append(known.get(LEDGER_KEY) or self._ledger(folded=False))
        self.sections = front + files
        self._pin_all()

    def _folding(self) -> Folding:
        return Folding(self.split, self.context, ignore_whitespace=self.ignore_whitespace)

    def _ledger(self, *, folded: bool) -> Section:
        section = Section(Part.LEDGER, LEDGER_KEY, header=self.heights.header, folded=folded)
        section.blocks = []
        for entry in self.document.entries:
            section.blocks.append(Block(Sort.ENTRY, key=entry.id))
            if entry.is_violation and (entry.was or entry.now):
                self._compare(section, entry)
        self._stack(section)
        return section

    def _compare(self, section: Section, entry: Entry) -> None:
        """What was judged and what stands there now, side by side, and above them what the base has."""
        assert section.blocks is not None
        pairs = [(entry.was, entry.now, versions(entry))]
        if entry.base and entry.base not in (entry.was, entry.now):
            pairs.insert(0, (entry.base, (), "in the base"))
        for was, now, words in pairs:
            rows = RunRows(Run(1, max(1, entry.line), was, now), (), self.split, numbered=False)
            rows.resolve()
            shown = min(rows.count, ENTRY_ROWS)
            section.blocks.append(Block(Sort.WORDS, key=words))
            section.blocks.append(Block(Sort.RUN, rows=shown, run=rows, key=entry.id))
            if rows.count > shown:
                section.blocks.append(Block(Sort.WORDS, key=f"{rows.count - shown} more lines"))

    def _pin_all(self) -> None:
        """Put every note and editor where it belongs; lay out again only the sections where that differs."""
        pins: dict[str, list[Pin]] = {}
        self._number_files()
        for note, place in self.document.notes:
            path, pin = self._pin(note, place)
            pins.setdefault(path, []).append(pin)
        for path, pin in self._editors.values():
            pins.setdefault(path if path in self.files else REVIEW_KEY, []).append(pin)
        self._review_section(tuple(pins.get(REVIEW_KEY, ())))
        pinned, self._pinned = pins.keys() | self._pinned, set(pins)
        for path in pinned & self.files.keys():
            section = self.sections[self.files[path]]
            wanted = tuple(pins.get(section.key, ()))
            if wanted != section.pins:
                section.pins = wanted
                self._reset(section, keep=True)
            elif wanted:
                self._stack(section)
        self._tops = None

    def _number_files(self) -> None:
        part = Part.FILE  # asked for twenty thousand times, an enum's member is felt
        self.files = {section.key: at for at, section in enumerate(self.sections) if section.part is part}

    def _review_section(self, pins: tuple[Pin, ...]) -> None:
        had = bool(self.sections) and self.sections[0].part is Part.REVIEW
        if not (had or pins):
            return
        if had:
            self.sections.pop(0)
        if pins:
            section = Section(Part.REVIEW, REVIEW_KEY, pins=pins)
            section.blocks = [Block(Sort.EDITOR if pin.is_editor else Sort.NOTE, key=pin.key) for pin in pins]
            self._stack(section)
            self.sections.insert(0, section)
        self._number_files()

    def _pin(self, note: Note, place: Place | None) -> tuple[str, Pin]:
        if place is None:
            path = note.place.path
            return (path if path in self.files else REVIEW_KEY) or REVIEW_KEY, Pin(note.id, is_editor=False)
        return self.pin_at(note.id, place, is_editor=False)

    def pin_at(self, key: str, place: Place, *, is_editor: bool) -> tuple[str, Pin]:
        """Where something lies in the flow, as (section key, pin)."""
        if place.path is None or place.path not in self.files:
            return REVIEW_KEY, Pin(key, is_editor)
        if place.count:
            return place.path, Pin(key, is_editor, place.side, place.start + place.count - 1)
        change = self.change(place.change) if place.change else None
        if change is None:
            return place.path, Pin(key, is_editor)
        return place.path, pin_under(change, key, is_editor=is_editor)

    def change(self, name: str) -> Change | None:
        """The change of that id, if it is in the document."""
        at = self.order.get(name)
        return None if at is None else self.changes[at]

    def put_editor(self, key: str, path: str | None, pin: Pin | None) -> None:
        """Lay an editor into the flow, or take it out (`pin` None)."""
        if pin is None:
            self._editors.pop(key, None)
        else:
            self._editors[key] = (path or REVIEW_KEY, pin)
        self._pin_all()

    # laying out

    def _reset(self, section: Section, *, keep: bool = False) -> None:
        """Forget a section's rows. With `keep` it is laid out again at once if it was."""
        built = section.blocks is not None
        file = section.file
        assert file is not None
        section.blocks = None
        section.estimate = self._estimate(file, section.folding)
        self._changed(section)
        if keep and built:
            self.build(section)

    def _estimate(self, file: FileChange, folding: Folding) -> int:
        """About how high a file is, before anything of it is laid out."""
        height = estimated_rows(file, folding.context) * self.heights.row
        changes = file.changes
        if changes and changes[0].kind is not Kind.TEXT:  # facts come first
            height += sum(not change.is_text for change in changes) * self.heights.fact
        return height

    def build(self, section: Section) -> None:
        """Lay out a section that was not."""
        if section.blocks is not None or section.file is None:
            return
        file = section.file
        section.old_count = self._count_old.get(file.old_id or "")
        out = self.document.hidden
        blocks = Builder(file, section.old_count, section.folding, section.pins, out).build()
        if not blocks:
            blocks.append(Block(Sort.WORDS, key="Nothing to show in this file."))
        section.blocks = blocks
        section.code = [
            (_first_line(block, Side.OLD), _first_line(block, Side.NEW), index)
            for index, block in enumerate(blocks)
            if block.is_code
        ]
        self._stack(section)

    def _stack(self, section: Section) -> None:
        if section.blocks is None:
            return
        section.tops = tops_of([self.height_of(section, block) for block in section.blocks])
        self._changed(section)

    def height_of(self, section: Section, block: Block) -> int:
        """The height of a block in pixels."""
        sort = block.sort
        if sort is Sort.PLAIN or sort is Sort.RUN:
            return block.rows * self.heights.row
        if sort is Sort.GAP:
            return self.heights.gap
        if sort is Sort.FACT:
            return self.heights.fact
        if sort is Sort.WORDS:
            return self.heights.words
        return self._measure(section, block)

    def lines_arrived(self, path: str, old_counts: Mapping[str, int]) -> None:
        """The base's lines of a file are there now: its last gap has a length."""
        self._count_old = old_counts
        at = self.files.get(path)
        if at is not None and self.sections[at].old_count is None:
            self._reset(self.sections[at], keep=True)

    def measure_again(self) -> None:
        """Widths changed: cards and editors have other heights."""
        for section in self.sections:
            if section.blocks is not None and (section.pins or section.part is not Part.FILE):
                self._stack(section)

    def set_heights(self, heights: Heights) -> None:
        """Another size of type."""
        self.heights = heights
        for section in self.sections:
            if section.part is not Part.REVIEW:
                section.header = heights.header
            if section.part is Part.FILE:
                self._reset(section)
            else:
                self._stack(section)
        self._tops = None

    def refold(self, section: Section, folding: Folding) -> None:
        """Show another part of a file's lines."""
        if folding != section.folding:
            section.folding = folding
            self._reset(section, keep=True)

    def relay(self, *, split: bool | None = None, ignore_whitespace: bool | None = None) -> None:
        """Switch the kind of layout of everything."""
        if split is not None:
            self.split = split
        if ignore_whitespace is not None:
            self.ignore_whitespace = ignore_whitespace
        for at, section in enumerate(self.sections):
            if section.part is Part.FILE:
                section.folding = replace(
                    section.folding, split=self.split, ignore_whitespace=self.ignore_whitespace
                )
                self._reset(section)
            elif section.part is Part.LEDGER:
                self.sections[at] = self._ledger(folded=section.folded)
        self._tops = None

    def fold(self, section: Section, *, folded: bool) -> None:
        """Fold a section to its header, or open it."""
        section.folded = folded
        self._changed(section)

    # positions

    @property
    def tops(self) -> list[int]:
        """The top of each section, and the height of everything."""
        if self._tops is None:
            self._tall = [section.height for section in self.sections]
            self._tops, self._stale = tops_of(self._tall), False
        elif self._stale:
            self._tops, self._stale = tops_of(self._tall), False
        return self._tops

    def _changed(self, section: Section) -> None:
        """A section has another height. To ask all of twenty thousand anew would be felt with every one."""
        at = self.files.get(section.key, -1)
        if self._tops is None or not 0 <= at < len(self.sections) or self.sections[at] is not section:
            self._tops = None
            return
        height = section.height
        if self._tall[at] != height:
            self._tall[at], self._stale = height, True

    @property
    def height(self) -> int:
        return self.tops[-1]

    def section_at(self, y: int) -> int:
        """The section that covers a height, clamped."""
        return max(0, min(bisect_right(self.tops, y) - 1, len(self.sections) - 1))

    def settle(self, top: int, bottom: int) -> bool:
        """Lay out what lies between two heights, exactly. True if something moved."""
        moved = False
        at = self.section_at(top)
        while at < len(self.sections) and self.tops[at] < bottom:
            section = self.sections[at]
            if not section.folded:
                if section.blocks is None:
                    before = section.height
                    self.build(section)
                    moved = moved or section.height != before
                moved = self._resolve(section, top - self.tops[at], bottom - self.tops[at]) or moved
            at += 1
        return moved

    def _resolve(self, section: Section, top: int, bottom: int) -> bool:
        """Find the pairs of the runs between two heights of a section, so that their row counts are exact."""
        blocks = section.blocks or []
        moved = False
        at = max(0, bisect_right(section.tops, top - section.header) - 1)
        y = section.header + section.tops[min(at, len(section.tops) - 1)]
        while at < len(blocks) and y < bottom:
            block = blocks[at]
            if block.tail:
                moved = resolve(block) or moved
            y += self.height_of(section, block)
            at += 1
        if moved:
            self._stack(section)
        return moved

    def spot_at(self, y: int) -> Spot | None:
        """The row at a height, clamped; None where there is nothing at all."""
        if not self.sections:
            return None
        at = self.section_at(y)
        section = self.sections[at]
        self.build(section)
        inner = y - self.tops[at] - section.header
        if inner < 0 or section.folded or not section.blocks:
            return Spot(at, -1)
        index = max(0, min(bisect_right(section.tops, inner) - 1, len(section.blocks) - 1))
        block = section.blocks[index]
        row = (inner - section.tops[index]) // self.heights.row if block.is_code else 0
        return Spot(at, index, max(0, min(row, block.rows - 1)))

    def top_of(self, spot: Spot) -> int:
        """The top of a row."""
        section = self.sections[spot.section]
        if spot.block < 0 or section.folded:
            return self.tops[spot.section]
        block = self.block(spot)
        top = self.tops[spot.section] + section.header + section.tops[spot.block]
        return top + (spot.row * self.heights.row if block.is_code else 0)

    def bottom_of(self, spot: Spot) -> int:
        """The bottom of a row."""
        section = self.sections[spot.section]
        if spot.block < 0 or section.folded:
            return self.tops[spot.section] + section.header
        block = self.block(spot)
        return self.top_of(spot) + (self.heights.row if block.is_code else self.height_of(section, block))

    def block(self, spot: Spot) -> Block:
        """The block of a spot that is not a header."""
        blocks = self.sections[spot.section].blocks
        assert blocks is not None
        return blocks[spot.block]

    def stops(self, spot: Spot, step: int) -> Iterator[Spot]:
        """The rows that the cursor can stand on after (`step` 1) or before (-1) a row, one by one."""
        at = spot.section
        yield from self._stops_in(at, step, spot)
        while 0 <= at + step < len(self.sections):
            at += step
            yield from self._stops_in(at, step, None)

    def _stops_in(self, at: int, step: int, beyond: Spot | None) -> Iterator[Spot]:
        section = self.sections[at]
        self.build(section)
        if self._stands_alone(section):
            if beyond is None:
                yield Spot(at, -1)
            return
        blocks = section.blocks or []
        first = 0 if step > 0 else len(blocks) - 1
        for index in range(
            first if beyond is None else max(beyond.block, 0), len(blocks) if step > 0 else -1, step
        ):
            block = blocks[index]
            if block.sort in _NO_STOPS:
                continue
            if resolve(block):
                self._stack(section)
            start = 0 if step > 0 else block.rows - 1
            if beyond is not None and index == beyond.block:
                start = beyond.row + step
            for row in range(start, block.rows if step > 0 else -1, step):
                yield Spot(at, index, row)

    def _stands_alone(self, section: Section) -> bool:
        """Whether a section's header is a stop: only where there is nothing else to stand on."""
        if section.part is Part.REVIEW:
            return False
        return section.folded or all(block.sort in _NO_STOPS for block in section.blocks or ())

    def spot_of_line(self, path: str, side: Side, line: int, *, exact: bool = True) -> Spot | None:
        """The row that shows a line; without `exact` the nearest one after it where it is folded away."""
        at = self.files.get(path)
        if at is None:
            return None
        section = self.sections[at]
        self.build(section)
        assert section.blocks is not None
        column = 0 if side is Side.OLD else 1
        at_or_before = bisect_right(section.code, line, key=lambda each: each[column])
        # Blocks of one run share their first line, and a block without lines on this side has that of its
        # neighbour.
        for back in range(at_or_before - 1, -1, -1):
            first_line, index = section.code[back][column], section.code[back][2]
            block = section.blocks[index]
            row = row_of_line(block, side, line)
            if row is not None:
                if resolve(block):
                    self._stack(section)
                return Spot(at, index, min(row, block.rows - 1))
            if block.sort is Sort.PLAIN and first_line < line:
                break
        if exact or at_or_before >= len(section.code):
            return None
        return Spot(at, section.code[at_or_before][2])

    def spot_of_change(self, name: str) -> Spot | None:
        """The first row of a change."""
        change = self.change(name)
        if change is None:
            return None
        if not change.is_text:
            return self._spot_of_block(self.files[change.path], Sort.FACT, name)
        side = Side.OLD if change.removed else Side.NEW
        return self.spot_of_line(change.path, side, change.old_start if change.removed else change.new_start)

    def rows_of_change(self, name: str) -> tuple[int, int] | None:
        """The top and the bottom of a change, with the notes and editors between its rows."""
        first = self.spot_of_change(name)
        change = self.change(name)
        if first is None or change is None:
            return None
        if not change.is_text:
            return self.top_of(first), self.bottom_of(first)
        run = self.block(first).run
        top, bottom = self.top_of(first), self.bottom_of(first)
        if run is None:
            return top, bottom
        start, count = run.rows_of_change(name)
        blocks = self.sections[first.section].blocks or []
        # The blocks of a run stand together, with nothing but notes and editors between them.
        for index in range(first.block, len(blocks)):
            block = blocks[index]
            if block.run is not run and block.is_code:
                break
            last = min(block.first + block.rows, start + count) - 1
            if block.run is run and last >= max(block.first, start):
                bottom = self.bottom_of(Spot(first.section, index, last - block.first))
        return top, bottom

    def spot_of_note(self, name: str) -> Spot | None:
        """The card of a note."""
        for at, section in enumerate(self.sections):
            if any(pin.key == name for pin in section.pins):
                return self._spot_of_block(at, Sort.NOTE, name)
        return None

    def spot_of_entry(self, name: str) -> Spot | None:
        """The row of a ledger entry."""
        for at, section in enumerate(self.sections):
            if section.part is Part.LEDGER:
                return self._spot_of_block(at, Sort.ENTRY, name)
        return None

    def spot_of_editor(self, key: str) -> Spot | None:
        """The row that an editor is laid over."""
        for at, section in enumerate(self.sections):
            if any(pin.key == key and pin.is_editor for pin in section.pins):
                return self._spot_of_block(at, Sort.EDITOR, key)
        return None

    def _spot_of_block(self, at: int, sort: Sort, key: str) -> Spot | None:
        section = self.sections[at]
        self.build(section)
        for index, block in enumerate(section.blocks or ()):
            if block.sort is sort and block.key == key:
                return Spot(at, index)
        return None

    # verdicts

    def standings(self, section: Section) -> Mapping[str, Standing]:
        """Where each change of a file stands; counted again only when its verdicts or what is asked
        changed.
        """
        file = section.file
        if file is None:
            return {}
        verdicts, asked = self.document.verdicts, self.document.asked
        held = verdicts.get(file.path)
        if section.standings is None or section.held is not held or section.asked is not asked:
            section.held, section.asked = held, asked
            if held is None and not asked:
                section.standings = dict.fromkeys((change.id for change in file.changes), Standing.UNREAD)
            else:
                section.standings = {change.id: standing(change, verdicts, asked) for change in file.changes}
        return section.standings

    def is_open(self, change: Change) -> bool:
        """Whether a change still wants to be read: unread, or judged in part, and in the view."""
        if change.id in self.document.hidden:
            return False
        section = self.sections[self.files[change.path]]
        stands = self.standings(section)[change.id]
        if stands is Standing.MIXED:
            return has_open_lines(change, self.document.verdicts)
        return stands is Standing.UNREAD


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


def pin_under(change: Change, key: str, *, is_editor: bool) -> Pin:
    """A pin under the last line of a change."""
    if not change.is_text:
        return Pin(key, is_editor, change=change.id)
    if change.added:
        return Pin(key, is_editor, Side.NEW, change.new_start + len(change.added) - 1)
    return Pin(key, is_editor, Side.OLD, change.old_start + len(change.removed) - 1)


def _first_line(block: Block, side: Side) -> int:
    if block.sort is Sort.PLAIN:
        return block.old if side is Side.OLD else block.new
    assert block.run is not None
    return block.run.run.old_start if side is Side.OLD else block.run.run.new_start


def versions(entry: Entry) -> str:
    """What stands at the left and at the right of an entry's comparison."""
    if entry.said is Said.LEFT_OUT:
        return "in the round\twhat the model wrote"
    if entry.said in (Said.CAME_BACK, Said.STILL_THERE):
        return "rejected\tnow"
    if entry.said in (Said.ALTERED, Said.GROWN):
        return "accepted\tnow"
    return "before\tnow"


def paths(sections: Iterable[Section]) -> Sequence[str]:
    """The paths of the files among some sections."""
    return [section.key for section in sections if section.part is Part.FILE]
