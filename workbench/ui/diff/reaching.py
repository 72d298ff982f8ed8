"""The cursor of the diff view: where it stands, and every way to go somewhere else.

What hides a place is opened on the way. Selects nothing, and takes no keys and no mouse.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec.structs import replace
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from workbench.review.changes import Change, Side
from workbench.review.steps import Steps, finished
from workbench.ui.diff import moves
from workbench.ui.diff.cursor import Mark, last_line, mark_of, spot_of, stop_of
from workbench.ui.diff.document import Stop
from workbench.ui.diff.layout import Part, Section, Spot
from workbench.ui.diff.spoken import Spoken
from workbench.ui.theme import Theme

_LOOKED_AT = 500
"""Changes among which the next open one is looked for between frames."""


class Reaching(Spoken):
    """A canvas with a cursor that goes where it is told."""

    stop_changed = Signal(object)
    """The cursor's new `Stop`."""
    selection_changed = Signal()
    told = Signal(object, object)
    """A sentence for the expert, and a hint."""

    def __init__(self, parent: QWidget | None = None, theme: Theme | None = None) -> None:
        self._anchor: Mark | None = None
        """Where the selection began."""
        self._awaited: tuple[str, Side, int] | None = None
        """A line that is gone to once the file's lines are there."""
        self.way_back: Callable[[], str | None] = _nowhere
        """The change that undo would go to."""
        super().__init__(parent, theme)

    def stop(self) -> Stop:
        """What the cursor stands on."""
        return stop_of(self._layout, self._cursor)

    def current_file(self) -> str | None:
        """The path of the file that the cursor is in."""
        return self._cursor.section if moves.is_file(self._layout, self._cursor) and self._cursor else None

    def move_line(self, n: int) -> bool:
        """The cursor `n` rows on, or back."""
        if self._cursor is None:
            return False
        return self._go(moves.by_lines(self._layout, self._cursor, n), margin=3)

    def show_cursor(self) -> None:
        """Scroll back to the cursor, if nothing of its row is on the screen."""
        layout, height = self._layout, self.viewport().height()
        spot = spot_of(layout, self._cursor) if self._cursor is not None else None
        if spot is None:
            return
        is_high = layout.bottom_of(spot) - layout.top_of(spot) > height
        if not (is_high and self._is_on_screen(spot, self._target(), height)):
            self._reveal(spot, smooth=False, margin=0)

    def set_side(self, side: Side) -> None:
        """The cursor to a side of its row, if there is a line."""
        self.clear_selection()
        spot = spot_of(self._layout, self._cursor) if self._cursor is not None else None
        if spot is not None:
            self._put_cursor(mark_of(self._layout, spot, side))

    def next_change(self, n: int) -> bool:
        """The n-th change on, or back."""
        change = moves.by_changes(self._layout, self._cursor, n)
        return change is not None and self.go_to_change(change.id)

    def next_open(self, after: str | None = None) -> bool:
        """The next change that nobody has judged or asked about; False when there is none left."""
        return finished(self.seeking_open(after))

    def seeking_open(self, after: str | None = None) -> Steps[bool]:
        """As `next_open`, with rests. Who moves the cursor meanwhile is where they want to be."""
        cursor = self._cursor
        change = yield from moves.seeking_open(self._layout, cursor, after)
        return change is not None and self._cursor == cursor and self.go_to_change(change.id)

    def next_file(self, n: int) -> bool:
        """The n-th file on, or back."""
        at = moves.by_files(self._layout, self._cursor, n)
        if at is None:
            return False
        return self.go_to_file(self._layout.sections[at].key)

    def go_to_file(self, path: str) -> bool:
        """A file, its header at the top of the view."""
        at = self._layout.files.get(path)
        if at is None:
            return False
        self._anchor = None
        mark = mark_of(self._layout, moves.start_of_file(self._layout, at))
        self._put_cursor(mark)
        self._settle_at(self._layout.top_of(Spot(at, -1)))
        spot = spot_of(self._layout, mark)
        if spot is None:
            spot = Spot(at, -1)
        top = self._layout.top_of(Spot(at, -1))
        if self._layout.bottom_of(spot) - top > self.viewport().height() - 3 * self._layout.heights.row:
            self._reveal(spot)
        else:
            self._scroll_to(top)
        return True

    def _next_open(self) -> Steps[Change | None]:
        """The open change that a verdict here leads to, as far as it is looked for before the key."""
        here = self._cursor
        return moves.seeking_open(self._layout, here, here.change if here is not None else None, _LOOKED_AT)

    def _goals(self, change: Change | None) -> Sequence[Mark]:
        layout, here = self._layout, self._cursor
        found: list[Mark] = []

        def add(spot: Spot | None) -> None:
            # At once: to find the next one may lay out more of the same file.
            if spot is not None:
                found.append(mark_of(layout, spot))

        if change is not None and not layout.sections[layout.files[change.path]].folded:
            add(layout.spot_of_change(change.id))
        back = layout.change(self.way_back() or "")
        if back is not None and not layout.sections[layout.files[back.path]].folded:
            add(layout.spot_of_change(back.id))
        for n in (1, -1):
            at = moves.by_files(layout, here, n)
            add(Spot(at, -1) if at is not None else None)
        add(self._end())
        return found

    def next_note(self, n: int) -> bool:
        """The next note, or the one before."""
        return self._go(moves.by_notes(self._layout, self._cursor, n))

    def next_violation(self, n: int = 1) -> bool:
        """The next ledger entry that says a verdict or a note was not honoured."""
        for section in self._layout.sections:
            if section.part is Part.LEDGER and section.folded:
                self._fold(section, folded=False)
        return self._go(moves.by_violations(self._layout, self._cursor, n))

    def page(self, n: int) -> bool:
        """A page on, or back; the cursor keeps its height on the screen. False at the end."""
        bar = self.verticalScrollBar()
        step = self.viewport().height() - self._layout.heights.header - 2 * self._layout.heights.row
        before = self._target()
        y = self._cursor_y()
        at = before + n * step
        self._settle_at(at)
        at = max(0, min(at, self._most()))
        if at == before:
            return False
        self._scroll_to(at, smooth=abs(n) == 1)
        wanted = at + (y if y is not None else self._layout.heights.header + 2)
        spot = self._stop_near(wanted)
        if spot is not None:
            self._put_cursor(mark_of(self._layout, spot, self._side()))
        bar.setPageStep(self.viewport().height())
        return True

    def go_to_change(self, name: str) -> bool:
        """A change, wherever it is; what hides it is opened."""
        change = self._layout.change(name)
        if change is None:
            return False
        section = self._layout.sections[self._layout.files[change.path]]
        if section.folded:
            self._fold(section, folded=False)
        spot = self._layout.spot_of_change(name)
        if spot is None:
            return False
        self._anchor = None
        self._settle_at(self._layout.top_of(spot))
        spot = self._layout.spot_of_change(name) or spot
        self._put_cursor(replace(mark_of(self._layout, spot), change=name))
        rows = self._layout.rows_of_change(name)
        self._reveal(spot, rows[1] if rows is not None else None)
        return True

    def go_to_line(self, path: str, side: Side, line: int) -> bool:
        """A line of a file; folded lines around it are opened. Where they are not read yet, it goes to what
        is next to it, and there when they are.
        """
        at = self._layout.files.get(path)
        if at is None:
            return False
        section = self._layout.sections[at]
        if section.folded:
            self._fold(section, folded=False)
        opened = moves.gap_for(self._layout, path, side, line)
        if opened is not None:
            self._layout.refold(section, replace(section.folding, opened=opened))
            self._resized_whole()
        spot = self._layout.spot_of_line(path, side, line, exact=False)
        if spot is not None:
            self._settle_at(self._layout.top_of(spot))
            spot = self._layout.spot_of_line(path, side, line, exact=False)
        went = self._go(spot or last_line(self._layout, at), side=side)
        if section.old_count is None and section.wants_lines:
            self._awaited = (path, side, line)
            self.contents_wanted.emit(path)
        return went

    def go_to_note(self, name: str) -> bool:
        """A note's card."""
        return self._go(self._layout.spot_of_note(name))

    def go_to_entry(self, name: str) -> bool:
        """A ledger entry."""
        for section in self._layout.sections:
            if section.part is Part.LEDGER and section.folded:
                self._fold(section, folded=False)
        return self._go(self._layout.spot_of_entry(name))

    def go_to_end(self, n: int) -> bool:
        """The first row (`n` below 0) or the last one of the whole review."""
        if not self._layout.sections:
            return False
        if n < 0:
            return self._go(next(self._layout.stops(Spot(0, -1), 1), None))
        return self._go(self._end())

    def _end(self) -> Spot | None:
        """The last row of the whole review."""
        last = len(self._layout.sections) - 1
        section = self._layout.sections[last]
        if section.folded:
            return Spot(last, -1)
        self._layout.build(section)
        blocks = section.blocks or []
        end = Spot(last, len(blocks) - 1, blocks[-1].rows) if blocks else Spot(last, -1)
        return next(self._layout.stops(end, -1), None)

    def _go(self, spot: Spot | None, *, margin: int = 3, side: Side | None = None) -> bool:
        if spot is None:
            return False
        section = self._layout.sections[spot.section]
        if section.folded and spot.block >= 0:
            self._fold(section, folded=False)
        self._put_cursor(mark_of(self._layout, spot, side or self._side()))
        self._reveal(spot, margin=margin)
        return True

    def _side(self) -> Side:
        if self._anchor is not None and self._anchor.is_line:
            return self._anchor.side
        return self._cursor.side if self._cursor is not None and self._cursor.is_line else Side.NEW

    def _again(self, mark: Mark) -> Mark | None:
        spot = spot_of(self._layout, mark)
        return mark_of(self._layout, spot, mark.side) if spot is not None else None

    def _put_cursor(self, mark: Mark | None) -> None:
        if mark != self._cursor:
            self._awaited = None
            before = self.stop()
            self._touch(self._cursor)
            self._cursor = mark
            self._touch(mark)
            after = self.stop()
            if self._anchor is not None:
                self.viewport().update()
                self.selection_changed.emit()
            if before != after:
                self.stop_changed.emit(after)
                self._announce(after, entered=before.change != after.change)

    def _stop_near(self, y: int) -> Spot | None:
        spot = self._layout.spot_at(y)
        if spot is None:
            return None
        before = Spot(spot.section, spot.block, spot.row - 1) if spot.block >= 0 else spot
        return next(self._layout.stops(before, 1), None) or next(self._layout.stops(spot, -1), None)

    def clear_selection(self) -> None:
        """Select nothing."""
        if self._anchor is not None:
            self._anchor = None
            self.viewport().update()
            self.selection_changed.emit()

    def _fold(self, section: Section, *, folded: bool) -> None:
        at = self._layout.sections.index(section)
        with self._kept(Mark(section.key)):
            self._layout.fold(section, folded=folded)
        self._resized_whole()
        if folded:
            if self._cursor is not None and self._cursor.section == section.key:
                self._put_cursor(Mark(section.key))
            top = self._layout.top_of(Spot(at, -1))
            if top < self._target():
                self._scroll_to(top, smooth=False)
        elif self._cursor == Mark(section.key) and section.part is Part.FILE:
            self._put_cursor(mark_of(self._layout, moves.start_of_file(self._layout, at)))
        self._ruler.refresh()
        self.viewport().update()


def _nowhere() -> str | None:
    return None
