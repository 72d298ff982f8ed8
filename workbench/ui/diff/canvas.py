"""The painted scroll area under the diff view: its fonts and colours, its frames, and the events that change
its size and place.

It knows where the cursor is, because that is drawn and holds the view in place; moving it is `steering.py`'s.
"""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QRegion, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QWidget

from workbench.review.blocks import Block, Sort
from workbench.review.changes import Side
from workbench.review.notes import Note, Place
from workbench.ui.diff.asking import Asking
from workbench.ui.diff.choosing import Chosen
from workbench.ui.diff.cursor import Mark, spot_of
from workbench.ui.diff.dress import CODE_SIZE, PAD, TAB, Dress
from workbench.ui.diff.finding import Found
from workbench.ui.diff.frame import Columns, Scene, gutter_of
from workbench.ui.diff.layout import Layout, Section
from workbench.ui.diff.painter import Painter
from workbench.ui.diff.ruler import WIDTH as RULER
from workbench.ui.theme import Theme, load_theme

if TYPE_CHECKING:
    from workbench.ui.diff.cards import NoteCard


class Canvas(Asking):
    """Everything about showing; nothing about keys, mouse and documents."""

    painted = Signal()
    """A frame that shows a change was painted."""

    def __init__(self, parent: QWidget | None = None, theme: Theme | None = None) -> None:
        super().__init__(Layout(self._measure, self._lines_of), parent)
        self.last_frame = 0.0
        """Seconds that the last paint took."""
        self._painter = Painter(self._layout, self._cells, self._card_of)
        self._cards: dict[str, NoteCard] = {}
        self._notes: dict[str, tuple[Note, Place | None]] = {}
        self._search: Found | None = None
        self._theme = theme or load_theme("dark")
        self._family, self._size, self._tab = "", CODE_SIZE, TAB
        self._set_up()

    def _set_up(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setViewportMargins(0, 0, RULER, 0)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        # Another height leaves the rows where they are: Qt asks for those alone that came in.
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_StaticContents)
        self.viewport().setMouseTracking(True)
        self.setAccessibleName("The changes of the review")
        self._ruler.went.connect(self._go_to_share)
        self._overlay.resized.connect(self._editor_resized)
        self._dress()

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self._theme = theme
        self._dress()

    def set_code_font(self, family: str, size: int, tab: int = TAB) -> None:
        """Another font or size (in pixels) for code; the rest grows along."""
        wanted = family, max(7, min(size, 40)), tab
        if wanted != (self._family, self._size, self._tab):
            self._family, self._size, self._tab = wanted
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

    def set_wrap(self, wrap: bool) -> None:
        """Wrap long lines in their pane, or let them run out to the right. The line under the eye stays."""
        layout = self._layout
        if wrap == layout.wrap:
            return
        scroll = self._target()
        mark = self._screen_mark(scroll) if layout.sections else None
        spot = spot_of(layout, mark) if mark is not None else None
        y = max(0, layout.top_of(spot) - scroll) if spot is not None else 0
        self.horizontalScrollBar().setValue(0)
        layout.set_wrap(wrap=wrap)
        self._cells.forget()
        self._motion.stop()
        for _ in range(4):
            spot = spot_of(layout, mark) if mark is not None else None
            if spot is None:
                break
            top = layout.top_of(spot) - y
            moved = layout.settle(top, top + self.viewport().height())
            self._scroll_to(layout.top_of(spot) - y, smooth=False)
            if not moved:
                break
        self._widen()
        self._resized_whole()
        self.viewport().update()

    @property
    def wraps(self) -> bool:
        """Whether long lines are wrapped."""
        return self._layout.wrap

    def _chosen(self) -> Chosen | None:
        """The selected rows, if there are any."""
        return None

    def _editor_resized(self) -> None:
        with self._kept():
            self._layout.measure_again()
        self._resized_whole()
        self._lay_editors()
        self.viewport().update()

    # what has to be painted again

    def _touch(self, mark: Mark | None) -> None:
        """Paint again what a cursor there makes look different."""
        spot = spot_of(self._layout, mark) if mark is not None else None
        if spot is None or mark is None:
            return
        scroll = self.verticalScrollBar().value()
        self._repaint(self._layout.top_of(spot) - scroll, self._layout.bottom_of(spot) - scroll)
        rows = self._layout.rows_of_change(mark.change) if mark.change is not None else None
        if rows is not None:
            self._repaint(rows[0] - scroll, rows[1] - scroll)
        if spot.block < 0:
            self._repaint(0, self._layout.heights.header)  # a header may stick to the top

    # how wide and how high things are

    def _columns(self) -> Columns:
        width = self.viewport().width()
        gutter = gutter_of(self.dress, self._layout.last_line)
        return Columns(width, self._layout.split, width // 2, gutter)

    def _lines_of(self, section: Section, block: Block, row: int) -> int:
        """How many lines a code row takes where long lines are wrapped."""
        return self._painter.code.lines_of(self._columns(), section, block, row)

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
            # Late: what cards are laid out with costs 8 ms, and a first round has none.
            from workbench.ui.diff.finding_card import card_for  # noqa: PLC0415

            card = self._cards[block.key] = card_for(
                self.dress, note, place, width, outdated=outdated, numbers=self._layout.document.numbers
            )
        return card

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

    # frames

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self._idle.stop()  # what is prepared for later does not come between a scroll and its frame
        super().scrollContentsBy(dx, dy)

    def paintEvent(self, event: QPaintEvent) -> None:
        started = perf_counter()
        self._idle.stop()  # what is prepared for later waits for the end of what is painted now
        region = event.region()
        moved = self._prepare()
        now = self._picture()
        if event.rect() != self.viewport().rect() and (moved or now != self._shown):
            # What was on the screen stands elsewhere now; the rest of the view follows in the next frame.
            self.viewport().update()
        self._shown = now
        widest = self._painter.code.widest
        # What was sketched is drawn as it is until all of it is made.
        cells, was_sketched = self._cells, self._is_sketched
        cells.is_hasty, cells.sketches = self._is_hasty or was_sketched, 0
        painter = QPainter(self.viewport())
        try:
            self._painter.paint(painter, self._scene(bands_of(region)))
        finally:  # an error's traceback would keep it, and Qt dies of a painter that outlives its event
            painter.end()
            self._was_hasty, self._is_hasty, cells.is_hasty = self._is_hasty, False, False
        is_whole = event.rect() == self.viewport().rect()
        self._is_sketched = cells.sketches > 0 or (was_sketched and not is_whole)
        if now.left and widest != self._painter.code.widest:
            self._repaint(now.height - 4, now.height)
        self.last_frame = perf_counter() - started
        self._later.start()
        if self._painter.code.painted_change:
            self.painted.emit()

    def _scene(self, bands: tuple[tuple[int, int], ...] = ()) -> Scene:
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
            bands,
            self._current_hit(),
        )

    def _current_hit(self) -> tuple[int, int] | None:
        """On the cursor's row, the match that the search went to."""
        return None

    def _widen(self) -> None:
        if self._layout.wrap:
            self.horizontalScrollBar().setRange(0, 0)
            return
        left, right = self._columns().code(Side.NEW)
        room = right - left - 2 * PAD
        self.horizontalScrollBar().setRange(0, max(0, int(self._painter.code.widest - room + 40)))
        self.horizontalScrollBar().setSingleStep(round(4 * self.dress.shaper.cell))

    # events

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._ruler.setGeometry(self.width() - RULER, 0, RULER, self.height())
        self._ruler.resized()
        if event.oldSize().width() != event.size().width():
            with self._kept():
                self._layout.measure_again()
            self.viewport().update()
        elif not self._is_cut_below():
            self.viewport().update()
        self._resized_whole()

    def _is_cut_below(self) -> bool:
        """Whether the view only became lower or higher, as when the window says a sentence below: what is on
        the screen stays where it is, and what comes in is painted by Qt.
        """
        before, now = self._shown, self._picture()
        if before is None or not self.blits or self._overlay.is_shown or now.left:
            return False
        common = min(len(before.parts), len(now.parts))
        same = before.parts[:common] == now.parts[:common]
        if not same or (before.columns, before.left, before.roof) != (now.columns, now.left, now.roof):
            return False
        self._shown = now
        return True

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        pixels, angle = event.pixelDelta(), event.angleDelta()
        across = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        row = self._layout.heights.row
        x, y = (
            (pixels.x(), pixels.y())
            if not pixels.isNull()
            else (angle.x() * row // 40, angle.y() * row // 40)
        )
        if across and not x:
            x, y = y, 0
        self._motion.stop()
        if x:
            self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() - x)
        if y:
            self.verticalScrollBar().setValue(self.verticalScrollBar().value() - y)
        event.accept()


def bands_of(region: QRegion) -> tuple[tuple[int, int], ...]:
    """The heights (top, bottom) that have to be painted, from the top, joined where they touch."""
    found: list[tuple[int, int]] = []
    for box in sorted((each.top(), each.bottom() + 1) for each in region):  # type: ignore[attr-defined]
        if found and box[0] <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], box[1]))
        else:
            found.append(box)
    return tuple(found)
