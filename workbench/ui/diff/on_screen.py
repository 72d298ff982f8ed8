"""Which lines of which changes are on the screen, of a layout and a part of its scroll. Changes nothing."""

from __future__ import annotations

from workbench.review.blocks import Block, Sort, line_at
from workbench.review.changes import Change
from workbench.ui.diff.layout import Layout, Part, Section

OnScreen = dict[str, tuple[Change, list[int], list[int]]]
"""By change id: the change, its old and its new lines that are on the screen."""


def on_screen(layout: Layout, top: int, bottom: int) -> OnScreen:
    """Of every change the lines whose rows are wholly between two heights, as far as it is laid out."""
    found: OnScreen = {}
    if not layout.sections or bottom <= top:
        return found
    at = layout.section_at(top)
    while at < len(layout.sections) and layout.tops[at] < bottom:
        section = layout.sections[at]
        if section.part is Part.FILE and not section.folded and section.blocks is not None:
            # The header of the topmost file lies over its rows.
            start = layout.tops[at] + section.header
            _section(layout, section, max(top + section.header, start) - start, bottom - start, found)
        at += 1
    return found


def _section(layout: Layout, section: Section, top: int, bottom: int, found: OnScreen) -> None:
    blocks = section.blocks or []
    for index, above, below in section.between(top, bottom):
        block = blocks[index]
        if block.sort is Sort.FACT:
            change = layout.change(block.key)
            if change is not None and above >= top and below <= bottom:
                found[change.id] = (change, [], [])
        elif block.sort is Sort.RUN and not block.key:
            first = layout.row_at(section, index, top - above) if top > above else 0
            if above + layout.row_top(section, index, first) < top:
                first += 1
            last = first
            while last < block.rows and above + layout.row_top(section, index, last + 1) <= bottom:
                last += 1
            _rows(block, first, last, found)


def _rows(block: Block, first: int, last: int, found: OnScreen) -> None:
    for row in range(first, last):
        line = line_at(block, row)
        if line.change is None:
            continue
        _, old, new = found.setdefault(line.change.id, (line.change, [], []))
        if line.old is not None:
            old.append(line.old)
        if line.new is not None:
            new.append(line.new)
