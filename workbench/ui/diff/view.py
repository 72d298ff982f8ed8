"""The diff view: one scroll area that paints the whole review, with a cursor, a selection and editors laid over it.

It shows and asks; it judges nothing and reads nothing. What it needs of a file's base it asks for by
`contents_wanted`; keys are the window's affair, so it takes none but copying.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from time import perf_counter
from typing import Any

from PySide6.QtCore import (
    QEasingCurve,
    QEvent,
    QPoint,
    QRect,
    Qt,
    QTimer,
    QVariantAnimation,
    Signal,
)
from PySide6.QtGui import (
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from workbench.review.changes import Side
from workbench.review.notes import Note, Place
from workbench.review.verdicts import Selection
from workbench.ui.diff import choosing, moves
from workbench.ui.diff.blocks import Block, Pin, Sort, line_at
from workbench.ui.diff.cards import NoteCard
from workbench.ui.diff.cells import Cells, Contents, joined
from workbench.ui.diff.choosing import Chosen
from workbench.ui.diff.cursor import Mark, first_stop, mark_of, spot_of, stop_of
from workbench.ui.diff.document import Document, Stop
from workbench.ui.diff.dress import BAR, PAD, Dress
from workbench.ui.diff.finding import Search, search
from workbench.ui.diff.layout import LEDGER_KEY, REVIEW_KEY, Layout, Part, Section, Spot, pin_under
from workbench.ui.diff.overlay import Overlay
from workbench.ui.diff.frame import Columns, Scene
from workbench.ui.diff.painter import Painter
from workbench.ui.diff.ruler import WIDTH as RULER
from workbench.ui.diff.ruler import Ruler
from workbench.ui.highlighter import Highlighter
from workbench.ui.theme import Theme, load_theme

SCROLL_TIME = 110
"""Milliseconds of the short scroll to the next change; `look.md` allows 120."""

_LARGEST_COLOURED = 3_000_000
"""Bytes. A larger file is data; lexing it would take the helper minutes."""
_MORE = 10
_BELOW = 60


class DiffView(QAbstractScrollArea):
    """Shows a `Document`. See the module's words for what it leaves to others."""

    contents_wanted = Signal(str)
    """The path of a file whose base lines are needed soon; answer with `set_contents`."""
    stop_changed = Signal(object)
    """The cursor's new `Stop`."""
    painted = Signal()
    """A frame that shows a change was painted."""
    highlighted = Signal()
    """What is on the screen has its final colours."""
    activated = Signal(object)
    """A double click: the `Stop` under it."""
    selection_changed = Signal()
    hits_counted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.smooth = True
        self.last_frame = 0.0
        """Seconds that the last paint took."""
        self._contents = Contents()
        self._highlighter = Highlighter(self)
        self._cells = Cells(self._contents, self._highlighter)
        self._layout = Layout(self._measure)
        self._painter = Painter(self._layout, self._cells, self._card_of)
        self._overlay = Overlay(self.viewport())
        self._ruler = Ruler(self._layout, self)
        self._cards: dict[str, NoteCard] = {}
        self._notes: dict[str, tuple[Note, Place | None]] = {}
        self._asked: set[tuple[str, str | None]] = set()
        self._cursor: Mark | None = None
        self._anchor: Mark | None = None
        self._dragging = False
        self._search: Search | None = None
        self._hit = -1
        self._final = False
        self._pending: dict[str, Any] | None = None
        self._family, self._size, self._tab = "", 13, 8
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self._ask)
        self._motion = QVariantAnimation(self)
        self._motion.setDuration(SCROLL_TIME)
        self._motion.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._motion.valueChanged.connect(self._moved)
        self._creep = QTimer(self)
        self._creep.setInterval(30)
        self._creep.timeout.connect(self._drag_on)
        self._set_up()

    def _set_up(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setViewportMargins(0, 0, RULER, 0)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.viewport().setMouseTracking(True)
        self.setAccessibleName("The changes of the review")
        self._ruler.went.connect(self._go_to_share)
        self._overlay.resized.connect(self._editor_resized)
        self._highlighter.coloured.connect(self._coloured)
        self.set_theme(load_theme("dark"))

    # ---- what is shown --------------------------------------------------------------------------------------

    def show_document(self, document: Document) -> None:
        """Show another state of the review. Place, folding and selection stay, by path and id."""
        first = not self._layout.sections
        same = (
            document.files is self._layout.document.files
            and document.notes is self._layout.document.notes
            and document.entries is self._layout.document.entries
        )
        if same:
            self._layout.show(document, self._contents.counts)
            self._ruler.refresh()
            self.viewport().update()
            return
        self._notes = {note.id: (note, place) for note, place in document.notes}
        with self._kept():
            if document.files is not self._layout.document.files:
                self._painter.forget_scopes()
            self._layout.show(document, self._contents.counts)
        self._resized_whole()
        if self._pending is not None and document.files:
            self._restore_now()
        if self._cursor is None or spot_of(self._layout, self._cursor) is None:
            self._land_cursor(first)
        self._ruler.refresh()
        self.viewport().update()

    def _land_cursor(self, first: bool) -> None:
        spot = None
        if self._cursor is not None and self._cursor.section in self._layout.files:
            spot = moves.start_of_file(self._layout, self._layout.files[self._cursor.section])
        spot = spot or first_stop(self._layout)
        if spot is None:
            self._put_cursor(None)
            return
        self._put_cursor(mark_of(self._layout, spot))
        if first:
            self._reveal(spot, smooth=False)

    def set_contents(self, path: str, old: tuple[bytes, ...]) -> None:
        """The lines of a file in the base, as asked for."""
        at = self._layout.files.get(path)
        if at is None:
            return
        file = self._layout.sections[at].file
        if file is None or file.old_id is None:
            return
        self._contents.put(file.old_id, old)
        with self._kept():
            self._layout.lines_arrived(path, self._contents.counts)
        self._resized_whole()
        self.viewport().update()

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self._theme = theme
        self._dress()

    def set_code_font(self, family: str, size: int, tab: int = 8) -> None:
        """Another font or size (in pixels) for code; the rest grows along."""
        self._family, self._size, self._tab = family, max(7, min(size, 40)), tab
        self._dress()

    def _dress(self) -> None:
        dress = Dress(self._theme, self._family, self._size, self._tab)
        self._cards.clear()
        self._painter.wear(dress)
        self._ruler.wear(dress)
        with self._kept():
            self._layout.set_heights(dress.heights)
        self._resized_whole()
        self.viewport().update()

    @property
    def dress(self) -> Dress:
        """Fonts and colours in use."""
        return self._painter.dress

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
            self._put_cursor(self._cursor and self._again(self._cursor))
            self._resized_whole()
            self.viewport().update()

    @property
    def is_split(self) -> bool:
        return self._layout.split

    @property
    def ignores_whitespace(self) -> bool:
        return self._layout.ignore_whitespace

    # ---- what the cursor is on ------------------------------------------------------------------------------

    def stop(self) -> Stop:
        """What the cursor stands on."""
        return stop_of(self._layout, self._cursor)

    def current_file(self) -> str | None:
        """The path of the file that the cursor is in."""
        return self._cursor.section if moves.is_file(self._layout, self._cursor) and self._cursor else None

    def selections(self) -> tuple[Selection, ...]:
        """What a verdict applies to: the selected lines if there are any, else the change under the cursor."""
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

    def _place_of_entry(self, id: str) -> Place | None:
        for entry in self._layout.document.entries:
            if entry.id == id and entry.path in self._layout.files:
                if not entry.count:
                    return Place(path=entry.path)
                side, first, last = entry.side, entry.line, entry.line + entry.count - 1
                spots = [self._layout.spot_of_line(entry.path, side, line) for line in (first, last)]
                if spots[0] is not None and spots[1] is not None:
                    chosen = Chosen(spots[0], spots[1], side)
                    return choosing.place_of_chosen(self._layout, self._contents, chosen)
                return Place(path=entry.path)
        return None

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
        return Chosen(first, last, self._anchor.side if self._layout.split else None)

    # ---- moving ---------------------------------------------------------------------------------------------

    def move_line(self, n: int) -> bool:
        """The cursor `n` rows on, or back."""
        if self._cursor is None:
            return False
        return self._go(moves.by_lines(self._layout, self._cursor, n), margin=3)

    def set_side(self, side: Side) -> None:
        """The cursor to the other side of its row, if there is a line."""
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
        spot = moves.start_of_file(self._layout, at)
        self._put_cursor(mark_of(self._layout, spot))
        self._settle_at(self._layout.top_of(Spot(at, -1)))
        spot = spot_of(self._layout, self._cursor) if self._cursor is not None else spot
        top = self._layout.top_of(Spot(at, -1))
        bottom = self._layout.bottom_of(spot or Spot(at, -1))
        if bottom - top > self.viewport().height() - 3 * self._layout.heights.row:
            self._reveal(spot or Spot(at, -1))
        else:
            self._scroll_to(top)
        return True

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

    def go_to_change(self, id: str) -> bool:
        """A change, wherever it is; what hides it is opened."""
        change = self._layout.change(id)
        if change is None:
            return False
        section = self._layout.sections[self._layout.files[change.path]]
        if section.folded:
            self._fold(section, folded=False)
        spot = self._layout.spot_of_change(id)
        if spot is None:
            return False
        self._anchor = None
        self._settle_at(self._layout.top_of(spot))
        spot = self._layout.spot_of_change(id) or spot
        self._put_cursor(replace(mark_of(self._layout, spot), change=id))
        rows = self._layout.rows_of_change(id)
        self._reveal(spot, rows[1] if rows is not None else None)
        return True

    def go_to_line(self, path: str, side: Side, line: int) -> bool:
        """A line of a file; folded lines around it are opened."""
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
        if spot is None:
            return False
        self._settle_at(self._layout.top_of(spot))
        return self._go(self._layout.spot_of_line(path, side, line, exact=False), side=side)

    def go_to_note(self, id: str) -> bool:
        """A note's card."""
        return self._go(self._layout.spot_of_note(id))

    def go_to_entry(self, id: str) -> bool:
        """A ledger entry."""
        for section in self._layout.sections:
            if section.part is Part.LEDGER and section.folded:
                self._fold(section, folded=False)
        return self._go(self._layout.spot_of_entry(id))

    def go_to_end(self, n: int) -> bool:
        """The first row (`n` below 0) or the last one of the whole review."""
        if not self._layout.sections:
            return False
        if n < 0:
            return self._go(next(self._layout.stops(Spot(0, -1), 1), None))
        last = len(self._layout.sections) - 1
        section = self._layout.sections[last]
        self._layout.build(section)
        blocks = section.blocks or []
        end = Spot(last, len(blocks) - 1, blocks[-1].rows) if blocks and not section.folded else Spot(last, -1)
        spot = next(self._layout.stops(end, -1), None)
        return self._go(Spot(last, -1) if section.folded else spot)

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
            before = self.stop()
            self._cursor = mark
            after = self.stop()
            self.viewport().update()
            if self._anchor is not None:
                self.selection_changed.emit()
            if before != after:
                self.stop_changed.emit(after)

    # ---- selecting ------------------------------------------------------------------------------------------

    def toggle_selecting(self) -> None:
        """Begin to select lines at the cursor, or end it."""
        if self._anchor is not None:
            self.clear_selection()
        elif self._cursor is not None and self._cursor.is_line:
            self._anchor = self._cursor
            self.viewport().update()
            self.selection_changed.emit()

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
        if chosen is None:
            return False
        QGuiApplication.clipboard().setText(choosing.copied(self._layout, self._contents, chosen))
        return True

    # ---- folding --------------------------------------------------------------------------------------------

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

    def _refold(self, section: Section, folding: Any) -> None:
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

    # ---- editors --------------------------------------------------------------------------------------------

    def open_editor(self, key: str, widget: QWidget, place: Place | str | None) -> None:
        """Lay a widget over a row of its own: under a place, a change (its id), a file (its path) or the review's top."""
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

    def close_editor(self, key: str) -> None:
        """Take the row away again. The widget is hidden and given back to nobody: its maker deletes it."""
        if self._overlay.close(key) is None:
            return
        with self._kept():
            self._layout.put_editor(key, None, None)
        self._resized_whole()
        self.viewport().update()

    def _editor_resized(self) -> None:
        with self._kept():
            self._layout.measure_again()
        self._resized_whole()
        self._lay_editors()
        self.viewport().update()

    def _lay_editors(self) -> None:
        if self._overlay.keys:
            self._overlay.lay(self._editor_box, self._layout.heights.header)

    def _editor_box(self, key: str) -> QRect | None:
        spot = self._layout.spot_of_editor(key)
        if spot is None or self._layout.sections[spot.section].folded:
            return None
        columns, section = self._columns(), self._layout.sections[spot.section]
        block = self._layout.block(spot)
        top = self._layout.top_of(spot) - self.verticalScrollBar().value()
        height = self._layout.bottom_of(spot) - self._layout.top_of(spot)
        left, width = columns.card(section, block)
        return QRect(left, top, width, height)

    # ---- search ---------------------------------------------------------------------------------------------

    def find(self, text: str, regex: bool = False, case: bool = False) -> int:
        """Search the review; how many hits. An empty text ends the search. Raises UserError on a bad expression."""
        self._hit = -1
        if not text:
            self._search = None
            self._ruler.show_hits([])
            self.viewport().update()
            return 0
        self._search = search(self._layout.document.files, self._contents, text, regex=regex, case=case)
        self._ruler.show_hits([(hit.path, hit.share) for hit in self._search.hits])
        self.viewport().update()
        self.hits_counted.emit(self._search.count)
        return self._search.count

    def next_hit(self, n: int) -> bool:
        """The next line that was found, or the one before; round at the ends."""
        if self._search is None or not self._search.hits:
            return False
        hits = self._search.hits
        if self._hit < 0 and self._cursor is not None:
            here = self._layout.files.get(self._cursor.section, -1)
            line = self._cursor.line
            order = [(self._layout.files[hit.path], hit.line) for hit in hits]
            after = next((i for i, key in enumerate(order) if key >= (here, line)), 0)
            self._hit = after - 1 if n > 0 else after
        self._hit = (self._hit + n) % len(hits)
        hit = hits[self._hit]
        return self.go_to_line(hit.path, hit.side, hit.line)

    # ---- where it was ---------------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """Where the view is, for the next start: plain values only."""
        cursor = self._cursor
        value: dict[str, Any] = {
            "split": self._layout.split,
            "ignore_whitespace": self._layout.ignore_whitespace,
            "folded": [section.key for section in self._layout.sections if section.folded],
            "whole": [section.key for section in self._layout.sections if section.folding.whole],
            "opened": {
                section.key: [list(span) for span in section.folding.opened]
                for section in self._layout.sections
                if section.folding.opened
            },
        }
        if cursor is not None:
            value |= {
                "path": cursor.section,
                "sort": cursor.sort.name if cursor.sort is not None else None,
                "change": cursor.change,
                "side": cursor.side.value,
                "line": cursor.line,
                "key": cursor.key,
                "offset": self._cursor_y(),
            }
        return value

    def restore(self, state: dict[str, Any]) -> None:
        """Be where `state` says, as far as it still exists. Waits for a document if there is none yet."""
        self._pending = dict(state)
        if self._layout.sections:
            self._restore_now()

    def _restore_now(self) -> None:
        state, self._pending = self._pending or {}, None
        layout = self._layout
        if bool(state.get("split", layout.split)) != layout.split:
            layout.relay(split=not layout.split)
        if bool(state.get("ignore_whitespace", False)) != layout.ignore_whitespace:
            layout.relay(ignore_whitespace=not layout.ignore_whitespace)
        for section in layout.sections:
            spans = tuple((int(a), int(b)) for a, b in state.get("opened", {}).get(section.key, ()))
            whole = section.key in state.get("whole", ())
            if section.file is not None and (spans or whole):
                layout.refold(section, replace(section.folding, opened=spans, whole=whole))
            layout.fold(section, folded=section.key in state.get("folded", ()))
        name = state.get("sort")
        mark = Mark(
            str(state.get("path", "")),
            Sort[name] if name in Sort.__members__ else None,
            Side(state.get("side", "new")),
            int(state.get("line", 0)),
            None,
            str(state.get("key", "")),
            state.get("change"),
        )
        spot = spot_of(layout, mark)
        if spot is None:
            return
        self._settle_at(layout.top_of(spot))
        spot = spot_of(layout, mark) or spot
        self._resized_whole()
        self._put_cursor(mark_of(layout, spot, mark.side))
        offset = state.get("offset")
        if isinstance(offset, int):
            self._scroll_to(layout.top_of(spot) - offset, smooth=False)
        else:
            self._reveal(spot, smooth=False)

    # ---- geometry -------------------------------------------------------------------------------------------

    def _columns(self) -> Columns:
        width = self.viewport().width()
        most = 4
        for seen in self._painter.seen:
            most = max(most, len(str(max(seen.old_last, seen.new_last, seen.section.old_count or 0))))
        gutter = max(46, round(self.dress.small_code.cell * most + 20)) if most > 4 else 46
        return Columns(width, self._layout.split, width // 2, round(gutter * max(1.0, self.dress.scale)))

    def _measure(self, section: Section, block: Block) -> int:
        if block.sort is Sort.ENTRY:
            return self._layout.heights.entry
        if block.sort is Sort.EDITOR:
            return self._overlay.height(block.key, self._columns().card(section, block)[1])
        card = self._card_of(section, block)
        return card.height if card is not None else 0

    def _card_of(self, section: Section, block: Block) -> NoteCard | None:
        known = self._notes.get(block.key)
        if known is None:
            return None
        note, place = known
        width = self._columns().card(section, block)[1]
        card = self._cards.get(block.key)
        if card is None or card.note is not note or card.place != place or card.width != width:
            outdated = place is None and note.place.path is not None
            card = self._cards[block.key] = NoteCard(self.dress, note, place, width, outdated=outdated)
        return card

    def _most(self) -> int:
        below = _BELOW if self._layout.height > self.viewport().height() else 0
        return max(0, self._layout.height + below - self.viewport().height())

    def _resized_whole(self) -> None:
        bar = self.verticalScrollBar()
        bar.setRange(0, self._most())
        bar.setPageStep(max(1, self.viewport().height()))
        bar.setSingleStep(self._layout.heights.row)
        self._ruler.show_part(bar.value(), self.viewport().height())

    def _target(self) -> int:
        """Where the view is, or is on its way to."""
        if self._motion.state() is QVariantAnimation.State.Running:
            return int(self._motion.endValue())
        return self.verticalScrollBar().value()

    def _scroll_to(self, y: int, *, smooth: bool = True) -> None:
        bar = self.verticalScrollBar()
        y = max(0, min(y, self._most()))
        self._resized_whole()
        self._motion.stop()
        if not (smooth and self.smooth and self.isVisible()) or abs(y - bar.value()) > 3 * self.viewport().height():
            bar.setValue(y)
            return
        if y != bar.value():
            self._motion.setStartValue(bar.value())
            self._motion.setEndValue(y)
            self._motion.start()

    def _moved(self, value: Any) -> None:
        self.verticalScrollBar().setValue(int(value))

    def _settle_at(self, y: int) -> None:
        """Lay out around a height, so that what is there has its final place."""
        height = self.viewport().height()
        with self._kept(at=y):
            for _ in range(4):
                if not self._layout.settle(y - height, y + 2 * height):
                    break
        self._resized_whole()

    @contextmanager
    def _kept(self, mark: Mark | None = None, *, at: int | None = None) -> Iterator[None]:
        """Whatever happens to the layout meanwhile, what is on the screen stays where it is."""
        layout = self._layout
        if not layout.sections or not self.isVisible():
            yield
            return
        scroll = self._target()
        if mark is None:
            mark = self._screen_mark(scroll)
        spot = spot_of(layout, mark) if mark is not None else None
        before = layout.top_of(spot) if spot is not None else None
        yield
        if mark is None or before is None:
            return
        spot = spot_of(layout, mark) if layout.sections else None
        if spot is None:
            return
        delta = layout.top_of(spot) - before
        if delta and (scroll > 0 or before >= scroll + self.viewport().height()):
            self._motion.stop()
            self._resized_whole()
            self.verticalScrollBar().setValue(max(0, scroll + delta))

    def _screen_mark(self, scroll: int) -> Mark | None:
        """What holds the view in place: the cursor while it is on the screen, else the topmost row."""
        layout = self._layout
        if self._cursor is not None:
            spot = spot_of(layout, self._cursor)
            if spot is not None and scroll <= layout.top_of(spot) < scroll + self.viewport().height():
                return self._cursor
        spot = layout.spot_at(scroll + layout.heights.header)
        return mark_of(layout, spot) if spot is not None else None

    def _cursor_y(self) -> int | None:
        spot = spot_of(self._layout, self._cursor) if self._cursor is not None else None
        return self._layout.top_of(spot) - self._target() if spot is not None else None

    def _reveal(self, spot: Spot, bottom: int | None = None, *, smooth: bool = True, margin: int = 3) -> None:
        """Scroll as little as shows a row (and what follows down to `bottom`) with some rows around it."""
        layout = self._layout
        height, row = self.viewport().height(), layout.heights.row
        scroll = self._target()
        top = layout.top_of(spot)
        end = max(layout.bottom_of(spot), bottom or 0)
        roof = layout.sections[spot.section].header
        space = height - roof - 2 * margin * row
        far = top < scroll - height or top > scroll + 2 * height
        if end - top > space:
            if top - roof - margin * row >= scroll and top < scroll + height // 3:
                return
            self._scroll_to(top - roof - margin * row, smooth=smooth)
        elif far:
            self._scroll_to(top - roof - max(margin * row, (height - roof - (end - top)) // 3), smooth=smooth)
        elif top - roof - margin * row < scroll:
            self._scroll_to(top - roof - margin * row, smooth=smooth)
        elif end + margin * row > scroll + height:
            self._scroll_to(end + margin * row - height, smooth=smooth)

    def _stop_near(self, y: int) -> Spot | None:
        spot = self._layout.spot_at(y)
        if spot is None:
            return None
        before = Spot(spot.section, spot.block, spot.row - 1) if spot.block >= 0 else spot
        return next(self._layout.stops(before, 1), None) or next(self._layout.stops(spot, -1), None)

    def _go_to_share(self, share: float) -> None:
        middle = round(share * self._layout.height) - self.viewport().height() // 2
        self._scroll_to(middle, smooth=False)

    # ---- events ---------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        started = perf_counter()
        self._prepare()
        painter = QPainter(self.viewport())
        self._painter.paint(painter, self._scene())
        painter.end()
        self.last_frame = perf_counter() - started
        self._later.start()
        if self._painter.code.painted_change:
            self.painted.emit()

    def _prepare(self) -> None:
        """Make the layout exact around what is about to be painted."""
        bar, height = self.verticalScrollBar(), self.viewport().height()
        for _ in range(4):
            scroll = bar.value()
            mark = self._screen_mark(scroll)
            spot = spot_of(self._layout, mark) if mark is not None else None
            before = self._layout.top_of(spot) if spot is not None else 0
            if not self._layout.settle(scroll - height // 2, scroll + height + height // 2):
                break
            self._resized_whole()
            spot = spot_of(self._layout, mark) if mark is not None else None
            if spot is not None and scroll > 0:
                bar.setValue(scroll + self._layout.top_of(spot) - before)
        bar.setRange(0, self._most())
        self._ruler.show_part(bar.value(), height)
        self._lay_editors()

    def _scene(self) -> Scene:
        chosen = self._chosen()
        cursor = self._cursor
        return Scene(
            self.verticalScrollBar().value(),
            float(self.horizontalScrollBar().value()),
            self.viewport().height(),
            self._columns(),
            cursor.change if cursor is not None else None,
            spot_of(self._layout, cursor) if cursor is not None else None,
            cursor.side if cursor is not None else Side.NEW,
            (chosen.first, chosen.last) if chosen is not None else None,
            chosen.side if chosen is not None else None,
            self._search.spans if self._search is not None else None,
            self.hasFocus(),
        )

    def _ask(self) -> None:
        """After a frame: ask for lines and colours of what is on the screen or near it."""
        scroll, height = self.verticalScrollBar().value(), self.viewport().height()
        self._widen()
        layout = self._layout
        if not layout.sections:
            return
        at = layout.section_at(scroll - height)
        while at < len(layout.sections) and layout.tops[at] < scroll + 2 * height:
            section = layout.sections[at]
            file = section.file
            if file is not None and section.wants_lines and not section.folded:
                key = (section.key, file.old_id)
                if self._contents.old(file) is None and key not in self._asked:
                    self._asked.add(key)
                    self.contents_wanted.emit(section.key)
            at += 1
        self._ask_colours()

    def _ask_colours(self) -> None:
        final = bool(self._painter.seen)
        for seen in self._painter.seen:
            file = seen.section.file
            if file is None or file.binary:
                continue
            lines = ((Side.OLD, seen.old_first, seen.old_last), (Side.NEW, seen.new_first, seen.new_last))
            for side, first, last in lines:
                key = self._cells.colour_key(file, side)
                if not last or key is None:
                    continue
                texts = self._contents.side(file, side)
                if texts is None:
                    final = False
                    continue
                if sum(map(len, texts[:50_000])) > _LARGEST_COLOURED or len(texts) > 200_000:
                    continue
                path = file.base_path if side is Side.OLD else file.path
                self._highlighter.want(key, path or file.path, lambda texts=texts: joined(texts), first - 1, last - 1)  # type: ignore[misc]
                final = final and self._highlighter.is_final(key, last - 1)
        if final and not self._final:
            self.highlighted.emit()
        self._final = final

    def _widen(self) -> None:
        left, right = self._columns().code(Side.NEW)
        room = right - left - 2 * PAD
        self.horizontalScrollBar().setRange(0, max(0, int(self._painter.code.widest - room + 40)))
        self.horizontalScrollBar().setSingleStep(round(4 * self.dress.shaper.cell))

    def _coloured(self, key: str) -> None:
        for seen in self._painter.seen:
            file = seen.section.file
            if file is not None and key in (
                self._cells.colour_key(file, Side.OLD),
                self._cells.colour_key(file, Side.NEW),
            ):
                self.viewport().update()
                return

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self._ruler.show_part(self.verticalScrollBar().value(), self.viewport().height())
        self._lay_editors()
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._ruler.setGeometry(self.width() - RULER, 0, RULER, self.height())
        self._ruler.redraw()
        if event.oldSize().width() != event.size().width():
            with self._kept():
                self._layout.measure_again()
        self._resized_whole()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._ruler.redraw()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy) and self.copy():
            event.accept()
        else:
            event.ignore()

    def wheelEvent(self, event: QWheelEvent) -> None:
        pixels, angle = event.pixelDelta(), event.angleDelta()
        across = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        row = self._layout.heights.row
        x, y = (pixels.x(), pixels.y()) if not pixels.isNull() else (angle.x() * row // 40, angle.y() * row // 40)
        if across and not x:
            x, y = y, 0
        self._motion.stop()
        if x:
            self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() - x)
        if y:
            self.verticalScrollBar().setValue(self.verticalScrollBar().value() - y)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        spot = self._spot_under(event.position().toPoint())
        if spot is None:
            return
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        section = self._layout.sections[spot.section]
        if spot.block < 0:
            self._fold(section, folded=not section.folded)
            return
        block = self._layout.block(spot)
        if block.sort in (Sort.GAP, Sort.WORDS, Sort.EDITOR):
            return
        mark = mark_of(self._layout, spot, self._side_under(event.position().toPoint()))
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and self._cursor is not None:
            if self._anchor is None and self._cursor.is_line:
                self._anchor = self._cursor
        else:
            self.clear_selection()
            self._dragging = mark.is_line
        self._put_cursor(mark)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        if not self._dragging or not event.buttons() & Qt.MouseButton.LeftButton:
            self._show_hand(point)
            return
        self._drag(point)
        outside = point.y() < 0 or point.y() > self.viewport().height()
        if outside and not self._creep.isActive():
            self._creep.start()
        elif not outside:
            self._creep.stop()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragging = False
        self._creep.stop()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        spot = self._spot_under(event.position().toPoint())
        if spot is None or spot.block < 0:
            self.mousePressEvent(event)
            return
        block = self._layout.block(spot)
        section = self._layout.sections[spot.section]
        if block.sort is Sort.GAP:
            if block.hidden:
                opened = (*section.folding.opened, (block.old, block.hidden))
                self._refold(section, replace(section.folding, opened=opened))
            return
        self.activated.emit(self.stop())

    def _drag(self, point: QPoint) -> None:
        y = max(self._layout.heights.header, min(point.y(), self.viewport().height() - 1))
        spot = self._spot_under(QPoint(point.x(), y))
        if spot is None or spot.block < 0 or self._cursor is None:
            return
        anchor = self._anchor or self._cursor
        if self._layout.sections[spot.section].key != anchor.section or not self._layout.block(spot).is_code:
            return
        mark = mark_of(self._layout, spot, anchor.side)
        if self._anchor is None:
            if mark == self._cursor:
                return
            self._anchor = self._cursor
        self._put_cursor(mark)

    def _drag_on(self) -> None:
        point = self.viewport().mapFromGlobal(self.cursor().pos())
        step = self._layout.heights.row * (1 if point.y() > 0 else -1)
        self.verticalScrollBar().setValue(self.verticalScrollBar().value() + step)
        self._drag(point)

    def _spot_under(self, point: QPoint) -> Spot | None:
        layout, scroll = self._layout, self.verticalScrollBar().value()
        if not layout.sections:
            return None
        top = layout.section_at(scroll)
        roof = layout.sections[top].header
        if point.y() < min(roof, layout.tops[top + 1] - scroll):
            return Spot(top, -1)
        if point.y() + scroll >= layout.height:
            return None
        return layout.spot_at(point.y() + scroll)

    def _side_under(self, point: QPoint) -> Side:
        columns = self._columns()
        return Side.OLD if columns.split and point.x() < columns.half else Side.NEW

    def _show_hand(self, point: QPoint) -> None:
        spot = self._spot_under(point)
        hand = spot is not None and (spot.block < 0 or self._layout.block(spot).sort is Sort.GAP)
        shape = Qt.CursorShape.PointingHandCursor if hand else Qt.CursorShape.ArrowCursor
        if self.viewport().cursor().shape() is not shape:
            self.viewport().setCursor(shape)

    def stop_helpers(self) -> None:
        """End the lexing helper; called when the window closes."""
        self._highlighter.stop()


