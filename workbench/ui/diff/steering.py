"""The selection of the diff view, and what is done around the cursor: folding, copying, its own keys.
Takes no mouse and no documents.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace
from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QFocusEvent, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QWidget

from workbench.review.blocks import Folding, line_at
from workbench.review.changes import Side
from workbench.ui.diff import choosing, moves
from workbench.ui.diff.choosing import Chosen
from workbench.ui.diff.cursor import Mark, spot_of
from workbench.ui.diff.layout import Section
from workbench.ui.diff.on_screen import OnScreen, on_screen
from workbench.ui.diff.reaching import Reaching
from workbench.ui.theme import Theme

_MORE = 10


class _FarEdit(Struct, frozen=True):
    """Edited words that were gone to before it was known where in their line they stand."""

    cursor: Mark
    side: Side
    at: int
    value: int
    """How far the code was scrolled for them: who scrolled on since is not called back."""


class Steering(Reaching):
    """A canvas with a cursor, and lines that are selected from where it was."""

    stirred = Signal()
    """Somebody pressed a key or moved the mouse here."""

    def __init__(self, parent: QWidget | None = None, theme: Theme | None = None) -> None:
        self._both_sides = False
        self._far_edit: _FarEdit | None = None
        self.is_waiting_for_lines = False
        """Whether the last copying has to be done again, because lines are not read yet."""
        super().__init__(parent, theme)

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
                x, at = (found.following, found.following_at) if n > 0 else (found.last, found.last_at)
                data = self._line_under_cursor(side) if at >= 0 else None
                is_sure = data is None or self._cells.place_of(data, at)[1]
                value = self._bring_in(x, side)
                self._far_edit = None if is_sure else _FarEdit(self._cursor, side, at, value)
                return True
        way = "right" if n > 0 else "left"
        self.told.emit(f"No edited words of this line are out of sight at the {way}.", "")
        return False

    def _bring_in(self, x: float, side: Side) -> int:
        """Scroll the code sideways so that a place of a line is well in sight; how far it is then."""
        left, right = self._columns().code(side)
        bar = self.horizontalScrollBar()
        wanted = round(max(0.0, x - (right - left) / 3))
        bar.setRange(0, max(bar.maximum(), wanted))
        bar.setValue(wanted)
        return bar.value()

    def _line_under_cursor(self, side: Side) -> bytes | None:
        spot = spot_of(self._layout, self._cursor) if self._cursor is not None else None
        if spot is None:
            return None
        block = self._layout.block(spot)
        return self._cells.line(self._layout.sections[spot.section], block, line_at(block, spot.row), side)[0]

    def _counted(self) -> None:
        """Where the edited words that were gone to stand at least is where they stand only now."""
        super()._counted()
        far, self._far_edit = self._far_edit, None
        if far is None or far.cursor != self._cursor or self.horizontalScrollBar().value() != far.value:
            return
        data = self._line_under_cursor(far.side)
        if data is not None:
            self._widen()
            self._bring_in(self._cells.place_of(data, far.at)[0], far.side)

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
            self.tell("More lines around it")

    def whole_file(self) -> None:
        """All lines of the file under the cursor, or only those around its changes again."""
        path = self.current_file()
        if path is not None:
            section = self._layout.sections[self._layout.files[path]]
            whole = not section.folding.whole
            self._refold(section, replace(section.folding, whole=whole))
            self.tell("The whole file" if whole else "The lines around its changes")

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
