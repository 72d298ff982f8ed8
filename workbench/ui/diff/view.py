"""The diff view: the whole review in one painted scroll, with a cursor, a selection and editors laid over it.

It shows and asks; it judges nothing and reads nothing. What it needs of a file's base it asks for by
`contents_wanted`; keys are the window's affair, so it takes none but copying.
"""

from __future__ import annotations

from collections.abc import Mapping
from operator import is_

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from workbench.review.blocks import Pin
from workbench.review.changes import FileChange, Side
from workbench.review.notes import Place
from workbench.review.verdicts import FileVerdicts, Selection
from workbench.ui.diff import choosing, moves
from workbench.ui.diff.choosing import Chosen
from workbench.ui.diff.cursor import Mark, beside, carried, first_stop, mark_of, spot_of
from workbench.ui.diff.document import Document
from workbench.ui.diff.layout import LEDGER_KEY, Part, Section, pin_under
from workbench.ui.diff.resuming import Resuming
from workbench.ui.diff.sections import REVIEW_KEY
from workbench.ui.theme import Theme

MANY = 12
"""Changes judged at once from which on their whole file is painted again."""


class DiffView(Resuming):
    """Shows a `Document`. See the module's words for what it leaves to others."""

    def __init__(self, parent: QWidget | None = None, theme: Theme | None = None) -> None:
        super().__init__(parent, theme)
        self._overlay.caret_moved.connect(self._show_caret)

    def show_document(self, document: Document) -> None:
        """Show another state of the review. Place, folding and selection stay, by path and id."""
        if first := not self._layout.sections:
            self._show(document, first=first)
            return
        before = self._heard_verdict()
        self._show(document, first=first)
        after = self._heard_verdict()
        if before[:1] == after[:1] and before != after:
            self._speak(after[1])

    def _heard_verdict(self) -> tuple[str | None, str]:
        """The change under the cursor and its verdict in words, as far as anybody listens."""
        if self._cursor is None or not self._is_heard():
            return None, ""
        return self._cursor.change, self.spoken_verdict()

    def _show(self, document: Document, *, first: bool) -> None:
        same = (
            document.files is self._layout.document.files
            and document.notes is self._layout.document.notes
            and document.entries is self._layout.document.entries
            and document.hidden == self._layout.document.hidden
        )
        if same:
            last = self._layout.document
            self._layout.show(document, self._contents.counts)
            self._ruler.refresh()
            self._repaint_judged(last)
            if self._pending is not None and document.files and self._may_restore():
                self._restore_now()
            return
        if self._is_longer(document):
            self._take_more(document)
            return
        self._notes = {note.id: (note, place) for note, place in document.notes}
        other = (
            document.files is not self._layout.document.files or document.notes != self._layout.document.notes
        )
        if document.files is not self._layout.document.files:
            self._painter.forget_scopes()
            self._take_files(document)
        else:
            with self._kept():
                self._layout.show(document, self._contents.counts)
        self._resized_whole()
        if self._pending is not None and document.files and self._may_restore():
            self._restore_now()
        if self._cursor is None or spot_of(self._layout, self._cursor) is None:
            self._land_cursor(first)
        if self._pending is not None and self._landed is None:
            self._landed = self._cursor
        if other:
            self.search_again()
        self._ruler.refresh()
        self.viewport().update()

    def _is_longer(self, document: Document) -> bool:
        """Whether nothing changed but that more files came at the end, as while a large review is read."""
        last = self._layout.document
        before, now = last.files, document.files
        return (
            self._pending is None
            and self._cursor is not None
            and 1 < len(before) < len(now)  # the only one may be open for being the only one
            and document.notes is last.notes
            and document.entries is last.entries
            and document.hidden == last.hidden
            # What lies at the top may be of a file that comes.
            and self._layout.sections[0].part is not Part.REVIEW
            and all(map(is_, before, now))
        )

    def _take_more(self, document: Document) -> None:
        """What is on the screen stays as it is, and so does what was painted of it."""
        layout, last, columns = self._layout, self._layout.document, self._columns()
        whole = layout.height
        layout.show(document, self._contents.counts)
        self._resized_whole()
        self.search_again()
        self._ruler.refresh()
        end = self.verticalScrollBar().value() + self.viewport().height()
        if whole < end or layout.height < end or self._columns() != columns:
            self.viewport().update()
        else:
            self._repaint_judged(last)

    def _take_files(self, document: Document) -> None:
        """Other files, while somebody reads: the row that is looked at stays where it is, and the cursor and
        the selection on their lines, whatever number these have now.
        """
        layout, scroll = self._layout, self._target()
        held = [(mark, self._top_of_mark(mark) - scroll) for mark in self._marks_on_screen(scroll)]
        marks = [mark for mark in (self._cursor, self._anchor, *(each for each, _ in held)) if mark]
        pins = layout.editor_pins()
        before = {key: self._file(key) for key in (*(mark.section for mark in marks), *pins.values())}
        chosen = self._chosen_text()
        files = {file.path: file for file in document.files} if pins else {}
        for key, path in pins.items():
            layout.move_editor(key, before[path], files.get(path))
        layout.show(document, self._contents.counts)

        def now(mark: Mark) -> Mark | None:
            return carried(mark, before[mark.section], self._file(mark.section))

        anchor = now(self._anchor) if self._anchor is not None else None
        if self._cursor is not None:
            cursor = now(self._cursor)
            lost = cursor is None
            mark = cursor or beside(self._cursor, before[self._cursor.section])
            self._anchor = None if lost else anchor
            if spot_of(layout, mark) is not None:
                self._put_cursor(self._again(mark))
        self._anchor = anchor if self._anchor is not None else None
        if chosen is not None and self._chosen_text() != chosen:
            self.clear_selection()
            self.told.emit("The selected lines were changed meanwhile.", "Select them again: v.")
        for mark, y in held:
            kept = now(mark)
            spot = spot_of(layout, kept) if kept is not None else None
            if spot is not None:
                if layout.top_of(spot) - scroll != y:
                    self._motion.stop()
                    self._resized_whole()
                    self.verticalScrollBar().setValue(max(0, layout.top_of(spot) - y))
                break

    def _file(self, key: str) -> FileChange | None:
        at = self._layout.files.get(key)
        return self._layout.sections[at].file if at is not None else None

    def _top_of_mark(self, mark: Mark) -> int:
        spot = spot_of(self._layout, mark)
        return self._layout.top_of(spot) if spot is not None else 0

    def _marks_on_screen(self, scroll: int) -> list[Mark]:
        """What may hold the view in place, best first: the cursor if it is there, then lines and notes."""
        layout = self._layout
        if not layout.sections or not self.isVisible():
            return []
        height, row = self.viewport().height(), layout.heights.row
        spots = [layout.spot_at(y) for y in range(scroll + layout.heights.header, scroll + height, row)]
        found = [mark_of(layout, spot) for spot in spots if spot is not None and spot.block >= 0]
        first = self._screen_mark(scroll)
        # A gap has no name to be found again by.
        named = [mark for mark in found if mark.is_line or mark.key]
        return [first, *named] if first is not None and first == self._cursor else named

    def _chosen_text(self) -> tuple[tuple[str, bytes | None], ...] | None:
        """What is selected, byte for byte: a selection must never come to mean other lines."""
        chosen = self._chosen()
        if chosen is None:
            return None
        key = self._layout.sections[chosen.first.section].key
        found: list[tuple[str, bytes | None]] = []
        for line in choosing.chosen_lines(self._layout, chosen):
            for side, number in ((Side.OLD, line.old), (Side.NEW, line.new)):
                if number is not None and chosen.side in (None, side):
                    name = line.change.id if line.change is not None else ""
                    data = choosing.line_bytes(self._layout, self._contents, key, side, line)
                    found.append((name, data))
        return tuple(found)

    def _repaint_judged(self, last: Document) -> None:
        """Only what is on the screen and looks different now."""
        document = self._layout.document
        for name in ("asked", "answered", "viewed", "ledger_marks", "reasons", "spread", "remarks"):
            one, other = getattr(last, name), getattr(document, name)
            if one is not other and one != other:
                self.viewport().update()
                return
        for section in self._layout.within(self.verticalScrollBar().value(), self.viewport().height()):
            if last.verdicts.get(section.key) is not document.verdicts.get(section.key):
                self._repaint_section(section, last.verdicts.get(section.key))

    def _repaint_section(self, section: Section, before: FileVerdicts | None) -> None:
        """The header, and the changes that were judged otherwise before."""
        layout, header = self._layout, section.header
        scroll = self.verticalScrollBar().value()
        top = layout.tops[layout.files[section.key]] - scroll
        touched = layout.touched(section, before)
        if len(touched) > MANY:
            self._repaint(top, top + section.height)
            return
        # A header, and the words of a verdict, may stick to the top.
        self._repaint(top, top + header)
        self._repaint(0, header + 2 * layout.heights.row)
        for change in touched:
            rows = layout.rows_of_change(change.id)
            if rows is not None:
                self._repaint(rows[0] - scroll, rows[1] - scroll)

    def _land_cursor(self, first: bool) -> None:
        spot = None
        if self._cursor is not None and self._cursor.section in self._layout.files:
            spot = moves.start_of_file(self._layout, self._layout.files[self._cursor.section])
        elif self._cursor is not None and self._cursor.section not in (LEDGER_KEY, REVIEW_KEY) and not first:
            # Its file is gone: one goes on from what is on the screen, and not from the top of the review.
            seen = self._screen_mark(self._target())
            spot = spot_of(self._layout, seen) if seen is not None else None
        spot = spot or first_stop(self._layout)
        if spot is None:
            self._put_cursor(None)
            return
        self._put_cursor(mark_of(self._layout, spot))
        if first:
            self._reveal(spot, smooth=False)

    def set_contents(self, found: Mapping[str, tuple[bytes, ...]]) -> None:
        """The lines of some files in the base by path, as asked for."""
        arrived: list[str] = []
        for path, old in found.items():
            at = self._layout.files.get(path)
            file = self._layout.sections[at].file if at is not None else None
            if file is not None and file.old_id is not None:
                self._contents.put(file.old_id, old)
                arrived.append(path)
        if not arrived:
            return
        with self._kept():
            for path in arrived:
                self._layout.lines_arrived(path, self._contents.counts)
        self._resized_whole()
        if self._awaited is not None and self._awaited[0] in arrived:
            self.go_to_line(*self._awaited)
        for path in arrived:
            self._repaint_on_screen(self._layout.sections[self._layout.files[path]])
        self.show_again()

    def _repaint_on_screen(self, section: Section) -> None:
        top = self._layout.tops[self._layout.files[section.key]] - self.verticalScrollBar().value()
        self._repaint(top, top + section.height)

    def set_split(self, split: bool) -> None:
        """Side by side or unified. The line under the cursor stays where it is."""
        if split != self._layout.split:
            with self._kept():
                self._layout.relay(split=split)
            self._cards.clear()
            self._layout.measure_again()
            self._resized_whole()
            self.viewport().update()

    def set_ignore_whitespace(self, ignore: bool) -> None:
        """Show lines that differ in blanks alone as unchanged; they cannot be judged then."""
        if ignore != self._layout.ignore_whitespace:
            with self._kept():
                self._layout.relay(ignore_whitespace=ignore)
            self._cells.forget()  # their words are marked, or not any more
            self._put_cursor(self._cursor and self._again(self._cursor))
            self._resized_whole()
            self.viewport().update()

    @property
    def is_split(self) -> bool:
        return self._layout.split

    @property
    def ignores_whitespace(self) -> bool:
        return self._layout.ignore_whitespace

    def selections(self) -> tuple[Selection, ...]:
        """What a verdict applies to: the selected lines if there are any, else the change under the
        cursor.
        """
        chosen = self._chosen()
        if chosen is not None:
            return choosing.selected(self._layout, chosen)
        return choosing.selection_of_change(self._layout, self._cursor)

    def place(self) -> Place | None:
        """Where a new note would stand; None while the lines it needs are not read."""
        chosen = self._chosen()
        if chosen is not None:
            found = choosing.place_of_chosen(self._layout, self._contents, chosen)
        elif self._cursor is not None and self._cursor.section == LEDGER_KEY:
            found = self._place_of_entry(self._cursor.key)
        else:
            found = choosing.place_of_mark(self._layout, self._contents, self._cursor)
        if found is None and self._cursor is not None and self._cursor.section in self._layout.files:
            self.contents_wanted.emit(self._cursor.section)
        return found

    def _place_of_entry(self, name: str) -> Place | None:
        for entry in self._layout.document.entries:
            if entry.id == name and entry.path in self._layout.files:
                if not entry.count:
                    return Place(path=entry.path)
                side, first, last = entry.side, entry.line, entry.line + entry.count - 1
                spots = [self._layout.spot_of_line(entry.path, side, line) for line in (first, last)]
                if spots[0] is not None and spots[1] is not None:
                    chosen = Chosen(spots[0], spots[1], side)
                    return choosing.place_of_chosen(self._layout, self._contents, chosen)
                return Place(path=entry.path)
        return None

    def open_editor(self, key: str, widget: QWidget, place: Place | str | None) -> None:
        """Lay a widget over a row of its own: under a place, a change (its id), a file (its path) or the
        review's top.
        """
        layout = self._layout
        path: str | None = None
        if isinstance(place, Place):
            path, pin = layout.pin_at(key, place, is_editor=True)
        elif place is not None and (change := layout.change(place)) is not None:
            path, pin = change.path, pin_under(change, key, is_editor=True)
        else:
            path, pin = place if place in layout.files else None, Pin(key, is_editor=True)
        self._overlay.open(key, widget)
        with self._kept():
            layout.put_editor(key, path, pin)
        self._resized_whole()
        spot = layout.spot_of_editor(key)
        if spot is not None:
            if layout.sections[spot.section].folded:
                self._fold(layout.sections[spot.section], folded=False)
            self._reveal(spot, layout.bottom_of(spot), smooth=False, margin=1)
        self._lay_editors()
        widget.show()
        self.viewport().update()

    def show_editor(self, key: str) -> None:
        """Scroll to an editor that is open."""
        spot = self._layout.spot_of_editor(key)
        if spot is not None:
            self._reveal(spot, self._layout.bottom_of(spot), smooth=False, margin=1)
            self._lay_editors()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Who writes goes on writing in sight; who read on elsewhere is not called back."""
        key = self._overlay.focused() if self._overlay.keys else None
        spot = self._layout.spot_of_editor(key) if key is not None else None
        was = spot is not None and self._is_on_screen(spot, self._target(), event.oldSize().height())
        super().resizeEvent(event)
        if was:
            self._show_caret()

    def _editor_resized(self) -> None:
        """An editor has another height: what is written stays in sight, however near the edge it is."""
        super()._editor_resized()
        self._show_caret()

    def _show_caret(self) -> None:
        """Scroll to the editor that has the keys; of one that is higher than the view, to its caret."""
        key, focus = self._overlay.focused(), self.window().focusWidget()
        spot = self._layout.spot_of_editor(key) if key is not None else None
        if spot is None or focus is None:
            return
        port, bar, row = self.viewport(), self.verticalScrollBar(), self._layout.heights.row
        top, bottom = (at(spot) - self._target() for at in (self._layout.top_of, self._layout.bottom_of))
        roof = self._layout.heights.header
        if bottom - top <= port.height() - roof:
            if top < roof or bottom > port.height():
                self._reveal(spot, self._layout.bottom_of(spot), smooth=False, margin=0)
                self._lay_editors()
            return
        caret = focus.inputMethodQuery(Qt.InputMethodQuery.ImCursorRectangle)
        if isinstance(caret, QRect):
            low = focus.mapTo(port, caret.bottomLeft()).y() + row
            high = focus.mapTo(port, caret.topLeft()).y() - row
            if low > port.height() or high < roof:
                bar.setValue(bar.value() + (low - port.height() if low > port.height() else high - roof))

    def close_editor(self, key: str) -> None:
        """Take the row away again. The widget is hidden and given back to nobody: its maker deletes it."""
        if self._overlay.close(key) is None:
            return
        with self._kept():
            self._layout.put_editor(key, None, None)
        self._resized_whole()
        self.viewport().update()
