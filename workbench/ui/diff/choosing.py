"""What a verdict or a note applies to: the selected lines, the change under the cursor, or its line. No
Qt.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from workbench.review.blocks import Line, Sort, line_at
from workbench.review.changes import Side
from workbench.review.lines import ranges
from workbench.review.notes import Place
from workbench.review.places import place_lines
from workbench.review.verdicts import Selection, select_change
from workbench.ui.diff.cells import Contents
from workbench.ui.diff.cursor import Mark
from workbench.ui.diff.layout import LEDGER_KEY, REVIEW_KEY, Layout, Part, Section, Spot


class Chosen(Struct, frozen=True):
    """Selected rows of one file; `side` None selects both sides (unified layout)."""

    first: Spot
    last: Spot
    side: Side | None


def chosen_lines(layout: Layout, chosen: Chosen) -> list[Line]:
    """The code rows of a selection, those without a line on its side left out."""
    section = layout.sections[chosen.first.section]
    layout.build_between(section, max(0, chosen.first.block), chosen.last.block)
    found: list[Line] = []
    for index in range(max(0, chosen.first.block), chosen.last.block + 1):
        block = (section.blocks or [])[index]
        if not block.is_code:
            continue
        first = chosen.first.row if index == chosen.first.block else 0
        last = chosen.last.row if index == chosen.last.block else block.rows - 1
        for row in range(first, min(last, block.rows - 1) + 1):
            line = line_at(block, row)
            if chosen.side is Side.OLD and line.old is None:
                continue
            if chosen.side is Side.NEW and line.new is None:
                continue
            found.append(line)
    return found


def selected(layout: Layout, chosen: Chosen) -> tuple[Selection, ...]:
    """The changed lines of a selection, as an action names them."""
    section = layout.sections[chosen.first.section]
    if section.part is not Part.FILE:
        return ()
    lines = [line for line in chosen_lines(layout, chosen) if line.change is not None]
    old = [line.old for line in lines if line.old is not None and chosen.side is not Side.NEW]
    new = [line.new for line in lines if line.new is not None and chosen.side is not Side.OLD]
    selection = Selection(section.key, old=ranges(old), new=ranges(new))
    return (selection,) if selection else ()


def selection_of_change(layout: Layout, mark: Mark | None) -> tuple[Selection, ...]:
    """The change that the cursor stands on."""
    change = layout.change(mark.change) if mark is not None and mark.change is not None else None
    return (select_change(change),) if change is not None else ()


def place_of_chosen(layout: Layout, contents: Contents, chosen: Chosen) -> Place | None:
    """The place of a note on selected lines: unbroken lines of one side; unified, of the side that it
    ends on.
    """
    section = layout.sections[chosen.first.section]
    lines = chosen_lines(layout, chosen)
    if section.file is None or not lines:
        return None
    side = chosen.side or (Side.NEW if lines[-1].new is not None else Side.OLD)
    numbers = [number for line in lines if (number := line.old if side is Side.OLD else line.new) is not None]
    texts = contents.side(section.file, side)
    if texts is None or not numbers:
        return None
    return place_lines(section.key, side, texts, numbers[0], numbers[-1] - numbers[0] + 1)


def place_of_mark(layout: Layout, contents: Contents, mark: Mark | None) -> Place | None:
    """The place of a note on the change or the line that the cursor stands on; on a header, the file's."""
    if mark is None or mark.section == LEDGER_KEY:
        return None
    if mark.section == REVIEW_KEY:
        return Place()
    section = layout.sections[layout.files[mark.section]]
    assert section.file is not None
    change = layout.change(mark.change) if mark.change is not None else None
    if change is not None:
        if not change.is_text:
            return Place(path=mark.section, change=change.id)
        side = Side.NEW if change.added else Side.OLD
        texts = contents.side(section.file, side)
        start = change.new_start if change.added else change.old_start
        if texts is None:
            return None
        return place_lines(mark.section, side, texts, start, len(change.added or change.removed), change.id)
    if mark.is_line:
        texts = contents.side(section.file, mark.side)
        return place_lines(mark.section, mark.side, texts, mark.line, 1) if texts is not None else None
    if mark.sort is Sort.NOTE:
        for note, place in layout.document.notes:
            if note.id == mark.key:
                return place
    return Place(path=mark.section)


def copied(layout: Layout, contents: Contents, chosen: Chosen, side: Side) -> str | None:
    """The text of the selected lines, with the characters that the file has; None while it is not read.

    Of rows that are selected across both sides, `side` is copied, or the other one if it has no line there.
    What is folded between selected lines is copied with them, as a note on them speaks of it too: left out in
    silence, nobody would miss it where the text goes.
    """
    section = layout.sections[chosen.first.section]
    lines = chosen_lines(layout, chosen)
    only = chosen.side
    if only is None and layout.split:
        other = Side.OLD if side is Side.NEW else Side.NEW
        only = side if any(_number(line, side) is not None for line in lines) else other
    parts: list[bytes] = []
    last: Line | None = None
    for line in lines:
        at = only or (Side.NEW if line.new is not None else Side.OLD)
        if _number(line, at) is None:
            continue
        data = line_bytes(layout, contents, section.key, at, line)
        folded = _folded(section, contents, at, last, line)
        if data is None or folded is None:
            return None
        parts += (*folded, data)
        last = line
    try:
        return "".join(part.decode() for part in parts)
    except UnicodeDecodeError:
        return "".join(part.decode("latin-1") for part in parts)


def _folded(
    section: Section, contents: Contents, side: Side, above: Line | None, line: Line
) -> Sequence[bytes] | None:
    """The lines of a side that are not shown between two that are selected; None while they are not read."""
    first, number = _number(above, side) if above is not None else None, _number(line, side)
    if first is None or number is None or number <= first + 1 or section.file is None:
        return ()
    texts = contents.side(section.file, side)
    return texts[first : number - 1] if texts is not None else None


def _number(line: Line, side: Side) -> int | None:
    return line.old if side is Side.OLD else line.new


def line_bytes(layout: Layout, contents: Contents, path: str, side: Side, line: Line) -> bytes | None:
    """The bytes of a line of a file that is shown, None while they are not read."""
    file = layout.sections[layout.files[path]].file if path in layout.files else None
    number = line.old if side is Side.OLD else line.new
    if file is None or number is None:
        return None
    for run in file.runs:
        lines, start = (run.removed, run.old_start) if side is Side.OLD else (run.added, run.new_start)
        if lines and start <= number < start + len(lines):
            return lines[number - start]
    texts = contents.side(file, side)
    return texts[number - 1] if texts is not None and number <= len(texts) else None
