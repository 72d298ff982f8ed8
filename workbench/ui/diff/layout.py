"""Where everything stands in the one long scroll: rows by height, by line, by change and by name.

Lays out what it is asked about. Positions are (section, block, row) while nothing changes, and paths, ids and
line numbers beyond that.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter

from msgspec import Struct

from workbench.review.blocks import Block, Sort, row_of_line
from workbench.review.changes import Change, FileChange, Side
from workbench.review.progress import Standing, has_open_lines, standing
from workbench.review.touched import FEW, Places, places_of
from workbench.review.verdicts import FileVerdicts
from workbench.ui.diff.arranging import Arrangement, pin_under
from workbench.ui.diff.comparing import ENTRY_ROWS, versions
from workbench.ui.diff.sections import EMPTY, LEDGER_KEY, REVIEW_KEY, Heights, Part, Section
from workbench.ui.diff.stacking import resolve

__all__ = [
    "ENTRY_ROWS",
    "LEDGER_KEY",
    "REVIEW_KEY",
    "Heights",
    "Layout",
    "Part",
    "Section",
    "Spot",
    "paths",
    "pin_under",
    "resolve",
    "versions",
]

_id_of = attrgetter("id")
_UNREAD, _ASKED = Standing.UNREAD, Standing.ASKED
_NO_STOPS = (Sort.GAP, Sort.WORDS, Sort.EDITOR, Sort.PICTURE)


class Spot(Struct, frozen=True):
    """A row of the layout as it stands now: section, block and row within the block. Block -1 is the
    header.
    """

    section: int
    block: int
    row: int = 0


class Layout(Arrangement):
    """The whole scroll. Not thread-safe; belongs to the view."""

    # positions

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
        self.build_slice(section, section.slices[section.slice_at(inner)])
        index = section.index_at(inner)
        block = section.blocks[index]
        row = self.row_at(section, index, inner - section.top_of(index)) if block.is_code else 0
        return Spot(at, index, max(0, min(row, block.rows - 1)))

    def top_of(self, spot: Spot) -> int:
        """The top of a row."""
        section = self.sections[spot.section]
        if spot.block < 0 or section.folded:
            return self.tops[spot.section]
        top = self.tops[spot.section] + section.header + section.top_of(spot.block)
        return top + (self.row_top(section, spot.block, spot.row) if self.block(spot).is_code else 0)

    def bottom_of(self, spot: Spot) -> int:
        """The bottom of a row."""
        section = self.sections[spot.section]
        if spot.block < 0 or section.folded:
            return self.tops[spot.section] + section.header
        block = self.block(spot)
        if not block.is_code:
            return self.top_of(spot) + self.height_of(section, block, spot.block)
        rows = self.row_top(section, spot.block, spot.row + 1) - self.row_top(section, spot.block, spot.row)
        return self.top_of(spot) + rows

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
            later = blocks[index] is EMPTY
            block = self.resolve_at(section, index)
            if block.sort in _NO_STOPS or block is EMPTY:
                continue
            start = 0 if step > 0 else block.rows - 1
            if beyond is not None and index == beyond.block and not later:
                start = beyond.row + step
            for row in range(start, block.rows if step > 0 else -1, step):
                yield Spot(at, index, row)

    def _stands_alone(self, section: Section) -> bool:
        """Whether a section's header is a stop: only where there is nothing else to stand on."""
        if section.part is Part.REVIEW:
            return False
        if section.folded:
            return True
        if any(part.tops is None for part in section.slices):
            return False
        return all(block.sort in _NO_STOPS or block is EMPTY for block in section.blocks or ())

    def spot_of_line(self, path: str, side: Side, line: int, *, exact: bool = True) -> Spot | None:
        """The row that shows a line; without `exact` the nearest one after it where it is folded away."""
        at = self.files.get(path)
        if at is None:
            return None
        section = self.sections[at]
        self.build(section)
        assert section.blocks is not None
        number = section.slice_of_line(side, line)
        part = section.slices[number]
        self.build_slice(section, part)
        column = 0 if side is Side.OLD else 1
        at_or_before = bisect_right(part.code, line, key=lambda each: each[column])
        # Blocks of one run share their first line, and a block without lines on this side has that of its
        # neighbour.
        for back in range(at_or_before - 1, -1, -1):
            first, index = part.code[back][column], part.code[back][2]
            block = section.blocks[index]
            row = row_of_line(block, side, line)
            if row is not None:
                self.resolve_at(section, index)
                return Spot(at, index, min(row, block.rows - 1))
            if block.sort is Sort.PLAIN and first < line:
                break
        if exact:
            return None
        code = part.code[at_or_before:]
        while not code and number + 1 < len(section.slices):
            number += 1
            self.build_slice(section, section.slices[number])
            code = section.slices[number].code
        return Spot(at, code[0][2]) if code else None

    def build_line(self, path: str, side: Side, line: int) -> None:
        """Lay out the part of a file that a line belongs to."""
        at = self.files.get(path)
        if at is not None:
            section = self.sections[at]
            self.build(section)
            self.build_slice(section, section.slices[section.slice_of_line(side, line)])

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
        start, count = run.rows_of_change(change)
        blocks = self.sections[first.section].blocks or []
        # The blocks of a run stand together, with nothing but notes and editors between them.
        for index in range(first.block, len(blocks)):
            block = blocks[index]
            if block.run is not run and (block.is_code or block is EMPTY):
                break
            last = min(block.first + block.rows, start + count) - 1
            if block.run is run and last >= max(block.first, start):
                bottom = self.bottom_of(Spot(first.section, index, last - block.first))
        return top, bottom

    def spot_of_note(self, name: str) -> Spot | None:
        """The card of a note."""
        return self._spot_of_pin(name, Sort.NOTE)

    def spot_of_editor(self, key: str) -> Spot | None:
        """The row that an editor is laid over."""
        return self._spot_of_pin(key, Sort.EDITOR)

    def _spot_of_pin(self, key: str, sort: Sort) -> Spot | None:
        is_editor = sort is Sort.EDITOR
        for at in self.pinned_sections():
            if any(pin.key == key and pin.is_editor is is_editor for pin in self.sections[at].pins):
                return self._spot_of_block(at, sort, key)
        return None

    def pinned_sections(self) -> list[int]:
        """The sections in whose flow something lies, in order."""
        front = (at for at in range(min(2, len(self.sections))) if self.sections[at].part is not Part.FILE)
        return [*front, *sorted(self.files[path] for path in self._pinned if path in self.files)]

    def spot_of_entry(self, name: str) -> Spot | None:
        """The row of a ledger entry."""
        for at in range(min(2, len(self.sections))):  # where there is a ledger, it stands before the files
            if self.sections[at].part is Part.LEDGER:
                return self._spot_of_block(at, Sort.ENTRY, name)
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
            before, same_asked = section.held, section.asked is asked
            section.held, section.asked = held, asked
            if section.standings is not None and same_asked and len(file.changes) > FEW:
                touched = self.places_in(section, file).touched(before, held)
                now = {each.id: standing(each, verdicts, asked) for each in touched}
                if section.counts is not None:
                    section.counts.subtract(section.standings[name] for name in now)
                    section.counts.update(now.values())
                section.standings = section.standings | now
            elif held is None:
                # Nothing is judged there: a note on ten thousand changes costs no look at each one's lines.
                section.counts = None
                ids = map(_id_of, file.changes)
                section.standings = {each: _ASKED if each in asked else _UNREAD for each in ids}
            else:
                section.counts = None
                section.standings = {change.id: standing(change, verdicts, asked) for change in file.changes}
        return section.standings

    def counts(self, section: Section) -> Counter[Standing]:
        """How many changes of a file stand where."""
        standings = self.standings(section)
        if section.counts is None:
            section.counts = Counter(standings.values())
        return section.counts

    def touched(self, section: Section, before: FileVerdicts | None) -> Sequence[Change]:
        """The changes of a file that are judged otherwise than before."""
        file = section.file
        if file is None:
            return ()
        return self.places_in(section, file).touched(before, self.document.verdicts.get(file.path))

    def places_in(self, section: Section, file: FileChange) -> Places:
        """Where the changes of a section's file stand. Of twenty thousand, made between frames."""
        if section.places is None or section.places.file is not file:
            section.places = places_of(file)
        return section.places

    def has_open(self, section: Section) -> bool:
        """Whether a change of a file may still want to be read."""
        if section.counts is None and section.file is not None and len(section.file.changes) <= FEW:
            # Twenty thousand files may be passed over with one key: nothing is counted for that.
            stands = self.standings(section).values()
            return Standing.UNREAD in stands or Standing.MIXED in stands
        counts = self.counts(section)
        return bool(counts[Standing.UNREAD] or counts[Standing.MIXED])

    def is_open(self, change: Change) -> bool:
        """Whether a change still wants to be read: unread, or judged in part, and in the view."""
        if change.id in self.document.hidden:
            return False
        section = self.sections[self.files[change.path]]
        stands = self.standings(section)[change.id]
        if stands is Standing.MIXED:
            return has_open_lines(change, self.document.verdicts)
        return stands is Standing.UNREAD


def paths(sections: Iterable[Section]) -> Sequence[str]:
    """The paths of the files among some sections."""
    return [section.key for section in sections if section.part is Part.FILE]
