"""The cursor and the selection of the diff view: moving, selecting, folding, copying. Takes no mouse and
no documents.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace
from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QFocusEvent, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QWidget

from workbench.review.blocks import Folding
from workbench.review.changes import Side
from workbench.ui.diff import choosing, moves
from workbench.ui.diff.choosing import Chosen
from workbench.ui.diff.cursor import Mark, last_line, mark_of, spot_of, stop_of
from workbench.ui.diff.document import Stop
from workbench.ui.diff.layout import Part, Section, Spot
from workbench.ui.diff.on_screen import OnScreen, on_screen
from workbench.ui.diff.spoken import Spoken
from workbench.ui.theme import Theme

_MORE = 10
_LOOKED_AT = 500
"""Changes among which the next open one is looked for between frames."""


class Steering(Spoken):
    """A canvas with a cursor that goes where it is told."""

    stop_changed = Signal(object)
    """The cursor's new `Stop`."""
    selection_changed = Signal()
    told = Signal(str, str)
    """A sentence for the expert, and a hint."""
    stirred = Signal()
    """Somebody pressed a key or moved the mouse here."""

    def __init__(self, parent: QWidget | None = None, theme: Theme | None = None) -> None:
        self._anchor: Mark | None = None
        self._both_sides = False
        self.is_waiting_for_lines = False
        """Whether the last copying has to be done again, because lines are not read yet."""
        self._awaited: tuple[str, Side, int] | None = None
        """A line that is gone to once the file's lines are there."""
        super().__init__(parent, theme)

    def stop(self) -> Stop:
        """What the cursor stands on."""
        return stop_of(self._layout, self._cursor)

    def current_file(self) -> str | None:
        """The path of the file that the cursor is in."""
        return self._cursor.section if moves.is_file(self._layout, self._cursor) and self._cursor else None

    def has_selection(self) -> bool:
        """Whether lines are selected."""
        return self._chosen() is not None

    def _chosen(self) -> Chosen | None:
        if self._anchor is None or self._cursor is None or self._anchor.section != self._cursor.section:
            return None
        one, other = spot_of(self._layout, self._anchor), spot_of(self._layout, self._cursor)
        if one is None or other is None or one.block < 0 or other.block < 0:
            return None
        first, last = sorted((one, other), key=lambda spot: (spot.block, spot.row))
        both = self._both_sides or not self._layout.split
        return Chosen(first, last, None if both else self._anchor.side)

    def move_line(self, n: int) -> bool:
        """The cursor `n` rows on, or back."""
        if self._cursor is None:
            return False
        return self._go(moves.by_lines(self._layout, self._cursor, n), margin=3)

    def show_cursor(self) -> None:
        """Scroll back to the cursor, if it is not on the screen."""
        spot = spot_of(self._layout, self._cursor) if self._cursor is not None else None
        if spot is not None:
            self._reveal(spot, smooth=False, margin=0)

    def scroll_code(self, n: int) -> None:
        """The code of all lines to the left or the right, by half of what fits: long lines are not broken."""
        left, right = self._columns().code(Side.NEW)
        bar = self.horizontalScrollBar()
        cell = max(1, round(self.dress.shaper.cell))
        bar.setValue(bar.value() + n * max(cell, (right - left) // 2 // cell * cell))

    def show_edit(self, n: int) -> bool:
        """The code to the right or the left until the next edited words of the cursor's row are in sight."""
        spot = spot_of(self._layout, self._cursor) if self._cursor is not None else None
        if self._cursor is None or spot is None or not self._cursor.is_line:
            return False
        scene, section = self._scene(), self._layout.sections[spot.section]
        for side in dict.fromkeys((self._cursor.side, Side.NEW, Side.OLD)):
            found = self._painter.code.beyond(scene, section, spot, side)
            if found.after if n > 0 else found.before:
                left, right = scene.columns.code(side)
                bar = self.horizontalScrollBar()
                wanted = round(max(0.0, (found.following if n > 0 else found.last) - (right - left) / 3))
                bar.setRange(0, max(bar.maximum(), wanted))
                bar.setValue(wanted)
                return True
        way = "right" if n > 0 else "left"
        self.told.emit(f"No edited words of this line are out of sight at the {way}.", "")
        return False

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
        change = moves.open_after(self._layout, self._cursor, after)
        return change is not None and self.go_to_change(change.id)

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

    def _goals(self) -> Sequence[Mark]:
        layout, here = self._layout, self._cursor
        change = moves.open_after(layout, here, here.change if here is not None else None, _LOOKED_AT)
        found: list[Mark] = []

        def add(spot: Spot | None) -> None:
            # At once: to find the next one may lay out more of the same file.
            if spot is not None:
                found.append(mark_of(layout, spot))

        if change is not None and not layout.sections[layout.files[change.path]].folded:
            add(layout.spot_of_change(change.id))
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

    def lines_on_screen(self) -> OnScreen:
        """The lines of changes that are on the screen, or will be when a scroll that is under way ends."""
        top = self._target()
        return on_screen(self._layout, top, top + self.viewport().height())

    def line_in_round(self) -> int | None:
        """The line of the round's file that the cursor stands on, or where its removed line stood."""
        cursor = self._cursor
        change = self._layout.change(cursor.change) if cursor is not None and cursor.change else None
        if cursor is None:
            return None
        if cursor.is_line:
            if cursor.side is Side.NEW or cursor.other is not None:
                return cursor.line if cursor.side is Side.NEW else cursor.other
            return change.new_start if change is not None else cursor.line
        if change is not None:
            return change.new_start
        for note, place in self._layout.document.notes:
            if note.id == cursor.key and place is not None:
                return place.start
        return None

    def line_count(self, path: str, side: Side) -> int | None:
        """How many lines a side of a file has; None while they are not read."""
        at = self._layout.files.get(path)
        file = self._layout.sections[at].file if at is not None else None
        lines = self._contents.side(file, side) if file is not None else None
        return len(lines) if lines is not None else None

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

    def toggle_selecting(self) -> None:
        """Begin to select lines at the cursor, or end it."""
        if self._anchor is not None:
            self.clear_selection()
        elif self._cursor is not None and self._cursor.is_line:
            # Rows are selected, so a replaced line is judged with what replaces it: the added half alone
            # would leave neither of them in the file. The mouse selects on one side.
            self._anchor, self._both_sides = self._cursor, True
            self.viewport().update()
            self.selection_changed.emit()

    def extend(self, n: int) -> bool:
        """Select on the side of the cursor, `n` rows further or back."""
        if self._cursor is None:
            return False
        if self._anchor is None and self._cursor.is_line:
            self._anchor, self._both_sides = self._cursor, False
        here = self._cursor.section
        spot = moves.by_lines(self._layout, self._cursor, n)
        if spot is None or (self._anchor is not None and self._layout.sections[spot.section].key != here):
            return False
        went = self._go(spot, margin=3)
        self.viewport().update()
        return went

    def clear_selection(self) -> None:
        """Select nothing."""
        if self._anchor is not None:
            self._anchor = None
            self.viewport().update()
            self.selection_changed.emit()

    def copy(self) -> bool:
        """The selected lines, or the line under the cursor, to the clipboard, as the file has them."""
        chosen = self._chosen()
        if chosen is None and self._cursor is not None and self._cursor.is_line:
            spot = spot_of(self._layout, self._cursor)
            if spot is not None and spot.block >= 0:
                chosen = Chosen(spot, spot, self._cursor.side)
        self.is_waiting_for_lines = False
        if chosen is None or self._cursor is None:
            return False
        text = choosing.copied(self._layout, self._contents, chosen, self._side())
        if text is None:
            self.is_waiting_for_lines = True
            self.contents_wanted.emit(self._cursor.section)
            return False
        QGuiApplication.clipboard().setText(text)
        return True

    def more_context(self) -> None:
        """More unchanged lines above and below the cursor."""
        spot = spot_of(self._layout, self._cursor) if self._cursor is not None else None
        if spot is None:
            return
        opened = moves.opened_around(self._layout, spot.section, spot.block, _MORE)
        section = self._layout.sections[spot.section]
        if opened is not None and section.file is not None:
            self._refold(section, replace(section.folding, opened=opened))

    def whole_file(self) -> None:
        """All lines of the file under the cursor, or only those around its changes again."""
        path = self.current_file()
        if path is not None:
            section = self._layout.sections[self._layout.files[path]]
            self._refold(section, replace(section.folding, whole=not section.folding.whole))

    def _refold(self, section: Section, folding: Folding) -> None:
        with self._kept():
            self._layout.refold(section, folding)
        self._resized_whole()
        self.viewport().update()

    def toggle_fold(self, path: str) -> None:
        """Fold a file to its header, or open it."""
        at = self._layout.files.get(path)
        if at is not None:
            section = self._layout.sections[at]
            self._fold(section, folded=not section.folded)

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

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._ruler.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._ruler.update()

    def event(self, event: QEvent) -> bool:
        # Copying is the view's own where it has the keys, and the window's menu entry only elsewhere.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            self.stirred.emit()
            if _copies(event):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if _copies(event) and self.copy():
            event.accept()
        else:
            event.ignore()


def _copies(event: QKeyEvent) -> bool:
    from PySide6.QtGui import QKeySequence  # noqa: PLC0415 - 2 ms, and the first frame has no keys

    return event.matches(QKeySequence.StandardKey.Copy)
