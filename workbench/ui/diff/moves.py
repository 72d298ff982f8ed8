"""Where the cursor goes: by line, change, file, note, violation. Answers with rows; moves and scrolls
nothing.
"""

from __future__ import annotations

from itertools import islice

from workbench.review.blocks import Sort
from workbench.review.changes import Change, Side
from workbench.review.steps import Steps, finished
from workbench.ui.diff.cursor import Mark, mark_of, spot_of, violations
from workbench.ui.diff.layout import Layout, Part, Spot

_STRIDE = 200
"""Files or changes that are looked at in one step."""


def by_lines(layout: Layout, mark: Mark, n: int) -> Spot | None:
    """The row `n` stops on (or back, if negative), or the last one on that way; None where there is none."""
    spot = spot_of(layout, mark)
    if spot is None or not n:
        return spot
    found = None
    for stop in islice(layout.stops(spot, 1 if n > 0 else -1), abs(n)):
        found = stop
    return found


def ordinal(layout: Layout, mark: Mark | None) -> tuple[int, bool]:
    """Where the cursor stands among all changes: (index, True) on one, else (index of the next one,
    False).
    """
    if mark is None:
        return 0, False
    if mark.change is not None and mark.change in layout.order:
        return layout.order[mark.change], True
    at = layout.files.get(mark.section)
    if at is None:
        return 0, False
    file = layout.sections[at].file
    assert file is not None
    first = layout.order[file.changes[0].id] if file.changes else _next_file_ordinal(layout, at)
    side, line = _line_before(layout, mark)
    if line == 0:
        return first, False
    for step, change in enumerate(file.changes):
        start = change.old_start if side is Side.OLD else change.new_start
        if change.is_text and start > line:
            return first + step, False
    return first + len(file.changes), False


def _next_file_ordinal(layout: Layout, at: int) -> int:
    for section in layout.sections[at + 1 :]:
        if section.file is not None and section.file.changes:
            return layout.order[section.file.changes[0].id]
    return len(layout.changes)


def _line_before(layout: Layout, mark: Mark) -> tuple[Side, int]:
    """The line that the cursor stands on or under."""
    if mark.is_line:
        return mark.side, mark.line
    spot = spot_of(layout, mark)
    if spot is None or spot.block < 0:
        return Side.NEW, 0
    blocks = layout.sections[spot.section].blocks or []
    for index in range(spot.block - 1, -1, -1):
        if blocks[index].is_code:
            found = mark_of(layout, Spot(spot.section, index, blocks[index].rows - 1))
            return found.side, found.line
    return Side.NEW, 0


def by_changes(layout: Layout, mark: Mark | None, n: int) -> Change | None:
    """The n-th change on or back; None at the end."""
    if not layout.changes or not n:
        return None
    at, on_one = ordinal(layout, mark)
    target = at + n if on_one else at + n - 1 if n > 0 else at + n
    if not 0 <= target < len(layout.changes):
        if on_one or abs(n) == 1:
            return None
        target = max(0, min(target, len(layout.changes) - 1))
    hidden, step = layout.document.hidden, 1 if n > 0 else -1
    while 0 <= target < len(layout.changes) and layout.changes[target].id in hidden:
        target += step
    return layout.changes[target] if 0 <= target < len(layout.changes) else None


def open_after(layout: Layout, mark: Mark | None, after: str | None, most: int = 0) -> Change | None:
    """The next change that wants to be read, after the cursor or a given one, from the top again at the
    end: of all files, not of those that have come so far. With `most`, only so many are looked at.
    """
    return finished(seeking_open(layout, mark, after, most))


def seeking_open(layout: Layout, mark: Mark | None, after: str | None, most: int = 0) -> Steps[Change | None]:
    """As `open_after`, with rests: twenty thousand files may be judged at once, and are passed over."""
    count = len(layout.changes)
    if not count:
        return None
    if after is not None and after in layout.order:
        start = layout.order[after] + 1
    else:
        at, on_one = ordinal(layout, mark)
        start = at + 1 if on_one else at
    left = max(0, count - start) if layout.document.loading else count
    step, looked = 0, 0
    while step < left and not (most and looked >= most):
        change = layout.changes[(start + step) % count]
        section = layout.sections[layout.files[change.path]]
        looked += 1
        if looked % _STRIDE == 0:
            yield
            if len(layout.changes) != count:  # others came meanwhile
                return (yield from seeking_open(layout, mark, after, most))
        if section.file is not None and not layout.has_open(section):
            # Ten thousand may be judged or asked in one file: they are passed over together.
            step += layout.order[section.file.changes[-1].id] - (start + step) % count + 1
            continue
        if layout.is_open(change):
            return change
        step += 1
    return None


def by_files(layout: Layout, mark: Mark | None, n: int) -> int | None:
    """The section of the n-th file on or back."""
    if not layout.files:
        return None
    # Files stand one after the other, at the end of all sections.
    first, last = len(layout.sections) - len(layout.files), len(layout.sections) - 1
    if mark is None or mark.section not in layout.files:
        return first if n > 0 else None
    return max(first, min(layout.files[mark.section] + n, last))


def start_of_file(layout: Layout, at: int) -> Spot:
    """Where the cursor stands on arriving at a file: its first open change, else its first, else its
    header.
    """
    section = layout.sections[at]
    if section.file is None or section.folded:
        return Spot(at, -1)
    changes = section.file.changes
    change = next((each for each in changes if layout.is_open(each)), changes[0] if changes else None)
    found = layout.spot_of_change(change.id) if change is not None else None
    return found or next(layout.stops(Spot(at, -1), 1), Spot(at, -1))


def by_notes(layout: Layout, mark: Mark | None, n: int) -> Spot | None:
    """The next note, or the one before; round at the ends. No file is laid out in which it cannot be."""
    pinned = [at for at in layout.pinned_sections() if layout.sections[at].pins][::n]
    here = spot_of(layout, mark) if mark is not None else None
    for at in pinned:
        if here is not None and (at - here.section) * n >= 0:
            for spot in _notes_in(layout, at)[::n]:
                if (_key(spot) > _key(here)) if n > 0 else (_key(spot) < _key(here)):
                    return spot
    return next((spots[0] for at in pinned if (spots := _notes_in(layout, at)[::n])), None)


def _notes_in(layout: Layout, at: int) -> list[Spot]:
    """The cards of notes in a section, in order."""
    section = layout.sections[at]
    layout.build(section)
    return [Spot(at, index) for index, block in enumerate(section.blocks or ()) if block.sort is Sort.NOTE]


def by_violations(layout: Layout, mark: Mark | None, n: int) -> Spot | None:
    """The next violation of the ledger that has no answer yet, else of all."""
    ids = violations(layout)
    answered = layout.document.answered
    ids = [each for each in ids if each not in answered] or ids
    spots = [spot for each in ids if (spot := layout.spot_of_entry(each)) is not None]
    return _around(spots, spot_of(layout, mark) if mark is not None else None, n)


def _around(spots: list[Spot], here: Spot | None, n: int) -> Spot | None:
    if not spots:
        return None
    if here is None:
        return spots[0 if n > 0 else -1]
    key = _key(here)
    if n > 0:
        return next((spot for spot in spots if _key(spot) > key), spots[0])
    return next((spot for spot in reversed(spots) if _key(spot) < key), spots[-1])


def _key(spot: Spot) -> tuple[int, int, int]:
    return spot.section, spot.block, spot.row


def opened_around(layout: Layout, at: int, index: int, lines: int) -> tuple[tuple[int, int], ...] | None:
    """What is open when the gaps next to a block of a file lose `lines` lines on its side; None if
    nothing changes.
    """
    section = layout.sections[at]
    blocks = section.blocks or []
    opened = list(section.folding.opened)
    before = next((blocks[i] for i in range(index, -1, -1) if blocks[i].sort is Sort.GAP), None)
    after = next((blocks[i] for i in range(max(0, index), len(blocks)) if blocks[i].sort is Sort.GAP), None)
    if before is not None and before.hidden:
        count = min(lines, before.hidden)
        opened.append((before.old + before.hidden - count, count))
    if after is not None and after.hidden and after is not before:
        opened.append((after.old, min(lines, after.hidden)))
    return tuple(opened) if len(opened) > len(section.folding.opened) else None


def gap_for(layout: Layout, path: str, side: Side, line: int) -> tuple[tuple[int, int], ...] | None:
    """What has to be opened so that a folded line is shown; None if it is in no gap."""
    section = layout.sections[layout.files[path]]
    layout.build_line(path, side, line)
    for block in section.blocks or ():
        if block.sort is Sort.GAP and block.hidden:
            offset = line - (block.old if side is Side.OLD else block.new)
            if 0 <= offset < block.hidden:
                return (*section.folding.opened, (block.old + max(0, offset - 5), 11))
    return None


def is_file(layout: Layout, mark: Mark | None) -> bool:
    """Whether the cursor is in a file."""
    return (
        mark is not None
        and mark.section in layout.files
        and layout.sections[layout.files[mark.section]].part is Part.FILE
    )
