"""Where the cursor is, in terms that survive a refresh: paths, ids and line numbers, never indexes."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from workbench.review.blocks import Sort, line_at
from workbench.review.changes import FileChange, Side
from workbench.review.following import line_now
from workbench.ui.diff.document import Stop
from workbench.ui.diff.layout import LEDGER_KEY, REVIEW_KEY, Layout, Part, Spot


class Mark(Struct, frozen=True):
    """A row by what it shows. `sort` None is a section's header; `key` the id of a fact, note, entry or
    editor.

    A line is known by its number on `side`; `other` is its number on the other side, if it has one there.
    """

    section: str
    sort: Sort | None = None
    side: Side = Side.NEW
    line: int = 0
    other: int | None = None
    key: str = ""
    change: str | None = None

    @property
    def is_line(self) -> bool:
        return self.sort is Sort.PLAIN or (self.sort is Sort.RUN and not self.key)


def mark_of(layout: Layout, spot: Spot, side: Side = Side.NEW) -> Mark:
    """The lasting name of a row; on a code row, of its line on `side` if it has one there."""
    section = layout.sections[spot.section]
    if spot.block < 0 or section.folded or not section.blocks:
        return Mark(section.key)
    block = section.blocks[spot.block]
    if not block.is_code:
        return Mark(
            section.key, block.sort, key=block.key, change=block.key if block.sort is Sort.FACT else None
        )
    line = line_at(block, min(spot.row, block.rows - 1))
    if block.key:
        return Mark(section.key, Sort.RUN, line=block.first + spot.row, key=block.key)
    number = line.old if side is Side.OLD else line.new
    other = line.new if side is Side.OLD else line.old
    change = line.change.id if line.change is not None else None
    if number is None:
        assert other is not None
        return Mark(section.key, block.sort, _other(side), other, None, change=change)
    return Mark(section.key, block.sort, side, number, other, change=change)


def spot_of(layout: Layout, mark: Mark) -> Spot | None:
    """Where that row is now; the nearest one where it is folded away, None where its section is gone."""
    if mark.section in (REVIEW_KEY, LEDGER_KEY):
        # Where there are any, they stand before the files.
        at = next(
            (at for at in range(min(2, len(layout.sections))) if layout.sections[at].key == mark.section),
            None,
        )
    else:
        at = layout.files.get(mark.section)
    if at is None:
        return None
    section = layout.sections[at]
    if section.folded:
        return Spot(at, -1)
    layout.build(section)
    if mark.sort is None:
        return Spot(at, -1)
    if mark.is_line:
        found = layout.spot_of_line(mark.section, mark.side, mark.line)
        if found is None and mark.change is not None:
            found = layout.spot_of_change(mark.change)
        return (
            found
            or layout.spot_of_line(mark.section, mark.side, mark.line, exact=False)
            or last_line(layout, at)
        )
    for index, block in enumerate(section.blocks or ()):
        if block.sort is mark.sort and block.key == mark.key:
            return Spot(at, index, min(mark.line, block.rows - 1) if block.is_code else 0)
    return None


def last_line(layout: Layout, at: int) -> Spot | None:
    """The last code row of a section, its header where there is none."""
    found = None
    for index, block in enumerate(layout.sections[at].blocks or ()):
        if block.is_code:
            found = Spot(at, index, block.rows - 1)
    return found or Spot(at, -1)


def stop_of(layout: Layout, mark: Mark | None) -> Stop:
    """What the rest of the program is told."""
    if mark is None:
        return Stop()
    if mark.section == LEDGER_KEY:
        return Stop(entry=mark.key or None)
    if mark.section == REVIEW_KEY:
        return Stop(note=mark.key or None)
    if mark.is_line:
        return Stop(mark.section, mark.change, mark.side, mark.line)
    if mark.sort is Sort.NOTE:
        return Stop(mark.section, note=mark.key)
    return Stop(mark.section, mark.change)


def first_stop(layout: Layout) -> Spot | None:
    """Where the cursor stands in a fresh document: a violation, else the first open change, else anything."""
    for at, section in enumerate(layout.sections):
        if section.part is Part.FILE:
            break
        if section.part is Part.LEDGER and not section.folded:
            for index, block in enumerate(section.blocks or ()):
                if block.sort is Sort.ENTRY and block.key in violations(layout):
                    return Spot(at, index)
    for change in layout.changes:
        if layout.is_open(change):
            return layout.spot_of_change(change.id)
    if layout.changes:
        return layout.spot_of_change(layout.changes[0].id)
    if not layout.sections:
        return None
    return next(layout.stops(Spot(0, -1), 1), None)


def violations(layout: Layout) -> list[str]:
    """The ids of the ledger's violations, in order."""
    return [entry.id for entry in layout.document.entries if entry.is_violation]


def _other(side: Side) -> Side:
    return Side.NEW if side is Side.OLD else Side.OLD


def carried(mark: Mark, before: FileChange | None, after: FileChange | None) -> Mark | None:
    """A line's mark in another state of its file: the same line where it stands now; None if it is gone."""
    if not mark.is_line or mark.key or before is after or before is None:
        return mark
    if after is None:
        return None
    line = line_now(before, after, mark.side, mark.line)
    if line is None or (mark.change is not None and all(each.id != mark.change for each in after.changes)):
        return None
    # What faces it may be another line now; asked for again, the mark says so.
    return replace(mark, line=line, other=None)


def beside(mark: Mark, before: FileChange | None) -> Mark:
    """Where a line stood that is gone now: by the base, which never moves."""
    was = next((each for each in before.changes if each.id == mark.change), None) if before else None
    if was is None or not mark.is_line:
        return mark
    return Mark(mark.section, Sort.PLAIN, Side.OLD, max(1, was.old_start))
