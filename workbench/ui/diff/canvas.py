"""The scroll area under the diff view: paints frames, keeps its place while the layout changes, asks for
what it needs.

It knows where the cursor is, because that is drawn and holds the view in place; moving it is `steering.py`'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from time import perf_counter
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEasingCurve, QEvent, QRect, Qt, QTimer, QVariantAnimation, Signal
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QRegion, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from workbench.review.blocks import Block, Sort
from workbench.review.changes import FileChange, Side
from workbench.review.notes import Note, Place
from workbench.ui.diff.cells import Cells, Contents, joined
from workbench.ui.diff.choosing import Chosen
from workbench.ui.diff.cursor import Mark, mark_of, spot_of
from workbench.ui.diff.dress import CODE_SIZE, PAD, TAB, Dress
from workbench.ui.diff.finding import Found
from workbench.ui.diff.frame import Columns, Scene
from workbench.ui.diff.layout import Layout, Section, Spot
from workbench.ui.diff.overlay import Overlay
from workbench.ui.diff.painter import Painter
from workbench.ui.diff.ruler import WIDTH as RULER
from workbench.ui.diff.ruler import Ruler
from workbench.ui.highlighter import Highlighter
from workbench.ui.theme import Theme, load_theme

if TYPE_CHECKING:
    from workbench.ui.diff.cards import NoteCard

SCROLL_TIME = 110
"""Milliseconds of the short scroll to the next change; `look.md` allows 120."""

_LARGEST_COLOURED = 3_000_000
"""Bytes. A larger file is data; lexing it would take the helper minutes."""
_AHEAD_AFTER = 30
_AHEAD_PAUSE = 6
"""Milliseconds before and between the steps in which the next page is prepared."""
_AHEAD_SLICE = 0.003
_BELOW = 60


class Canvas(QAbstractScrollArea):
    """Everything about showing; nothing about keys, mouse and documents."""

    contents_wanted = Signal(str)
    """The path of a file whose base lines are needed soon; answer with `set_contents`."""
    painted = Signal()
    """A frame that shows a change was painted."""
    highlighted = Signal()
    """What is on the screen has its final colours."""

    def __init__(self, parent: QWidget | None = None, theme: Theme | None = None) -> None:
        super().__init__(parent)
        self.smooth = True
        self.coloured = True
        """False: the text is no code, and no helper is started to find its colours."""
        self.last_frame = 0.0
        """Seconds that the last paint took."""
        self._contents = Contents()
        self._highlighter = Highlighter(self)
        self._cells = Cells(self._contents, self._highlighter)
        self._layout = Layout(self._measure)
        self._painter = Painter(self._layout, self._cells, self._card_of)
        # A viewport that Python made. For one that Qt made, PySide looks for its class, and on the way makes
        # every class of QtWidgets with all its enums (10 ms).
        self.setViewport(QWidget(self))
        self._overlay = Overlay(self.viewport())
        self._closed = False
        self._ruler = Ruler(self._layout, self)
        self._cards: dict[str, NoteCard] = {}
        self._notes: dict[str, tuple[Note, Place | None]] = {}
        self._asked: set[tuple[str, str | None]] = set()
        self._cursor: Mark | None = None
        self._search: Found | None = None
        self._final = False
        self._plain: set[str] = set()
        self._dirty: list[tuple[int, int]] = []
        self._theme = theme or load_theme("dark")
        self._family, self._size, self._tab = "", CODE_SIZE, TAB
        self._later = self._timer(0)
        self._later.timeout.connect(self._ask)
        self._idle = self._timer(_AHEAD_AFTER)
        self._idle.timeout.connect(self._look_ahead)
        self._ahead: Iterator[None] = iter(())
        self._motion = QVariantAnimation(self)
        self._motion.setDuration(SCROLL_TIME)
        self._motion.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._motion.valueChanged.connect(self._moved)
        self._set_up()

    def _timer(self, milliseconds: int) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        return timer

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

    def _chosen(self) -> Chosen | None:
        """The selected rows, if there are any."""
        return None

    def _editor_resized(self) -> None:
        with self._kept():
            self._layout.measure_again()
        self._resized_whole()
        self._lay_editors()
        self.viewport().update()

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

    def _repaint(self, top: int, bottom: int) -> None:
        """Paint a band of the view again."""
        top, bottom = max(0, top), min(bottom, self.viewport().height())
        if top < bottom:
            self._dirty.append((top, bottom))
            self.viewport().update(0, top, self.viewport().width(), bottom - top)

    def _bands(self, region: QRegion) -> tuple[tuple[int, int], ...]:
        """The heights that have to be painted: ours, unless somebody else asks for more."""
        header = (0, self._layout.heights.header)
        bands, self._dirty = (*self._dirty, header), []
        ours = QRegion()
        for top, bottom in bands:
            ours += QRect(0, top, self.viewport().width(), bottom - top)
        return bands if region.subtracted(ours).isEmpty() else ()

    @property
    def dress(self) -> Dress:
        """Fonts and colours in use."""
        return self._painter.dress

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
            # Late: what cards are laid out with costs 8 ms, and a first round has none.
            from workbench.ui.diff.finding_card import card_for  # noqa: PLC0415

            card = self._cards[block.key] = card_for(
                self.dress, note, place, width, outdated=outdated, numbers=self._layout.document.numbers
            )
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
        if (
            not (smooth and self.smooth and self.isVisible())
            or abs(y - bar.value()) > 3 * self.viewport().height()
        ):
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

    def _go_to_share(self, share: float) -> None:
        middle = round(share * self._layout.height) - self.viewport().height() // 2
        self._scroll_to(middle, smooth=False)

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

    def paintEvent(self, event: QPaintEvent) -> None:
        started = perf_counter()
        if self._prepare() and event.rect() != self.viewport().rect():
            # What was on the screen stands elsewhere now; the rest of the view follows in the next frame.
            self.viewport().update()
        painter = QPainter(self.viewport())
        try:
            self._painter.paint(painter, self._scene(self._bands(event.region())))
        finally:  # an error's traceback would keep it, and Qt dies of a painter that outlives its event
            painter.end()
        self.last_frame = perf_counter() - started
        self._later.start()
        if self._painter.code.painted_change:
            self.painted.emit()

    def _prepare(self) -> bool:
        """Make the layout exact around what is about to be painted. True if something moved."""
        moved = False
        bar, height = self.verticalScrollBar(), self.viewport().height()
        for _ in range(4):
            scroll = bar.value()
            mark = self._screen_mark(scroll)
            spot = spot_of(self._layout, mark) if mark is not None else None
            before = self._layout.top_of(spot) if spot is not None else 0
            if not self._layout.settle(scroll - height // 2, scroll + height + height // 2):
                break
            moved = True
            self._resized_whole()
            spot = spot_of(self._layout, mark) if mark is not None else None
            if spot is not None and scroll > 0:
                bar.setValue(scroll + self._layout.top_of(spot) - before)
        bar.setRange(0, self._most())
        self._ruler.show_part(bar.value(), height)
        self._lay_editors()
        return moved

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
        )

    def _ask(self) -> None:
        """After a frame: ask for lines and colours of what is on the screen or near it."""
        if self._closed:
            # A frame that is painted while the window closes must not start the helper anew.
            return
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
        scene = self._scene()
        self._ahead = chain(
            self._painter.ahead(scene, scroll + height, scroll + 2 * height),
            self._painter.ahead(scene, scroll - height, scroll),
        )
        self._idle.start(_AHEAD_AFTER)

    def _look_ahead(self) -> None:
        """Between events: prepare the page below and the page above."""
        started = perf_counter()
        scroll, height = self.verticalScrollBar().value(), self.viewport().height()
        if self._motion.state() is QVariantAnimation.State.Running:
            self._idle.start(_AHEAD_AFTER)
            return
        with self._kept():
            moved = self._layout.settle(scroll - height, scroll + 2 * height)
        if moved:
            self._resized_whole()
            self.viewport().update()
        for _ in self._ahead:
            if perf_counter() - started > _AHEAD_SLICE:
                self._idle.start(_AHEAD_PAUSE)
                return

    def _ask_colours(self) -> None:
        final = bool(self._painter.seen)
        for seen in self._painter.seen:
            file = seen.section.file
            if file is None or file.binary:
                continue
            if seen.old_last:
                final = self._want_colours(file, Side.OLD, seen.old_first, seen.old_last) and final
            if seen.new_last:
                final = self._want_colours(file, Side.NEW, seen.new_first, seen.new_last) and final
        if final and not self._final:
            self.highlighted.emit()
        self._final = final

    def _want_colours(self, file: FileChange, side: Side, first: int, last: int) -> bool:
        """Ask for the colours of some lines (from 1). True if they are there and final, or will never
        come.
        """
        key = self._cells.colour_key(file, side)
        path = file.base_path if side is Side.OLD else file.path
        if key is None or path is None or key in self._plain or not self.coloured:
            return True
        if self._highlighter.knows(key):
            self._highlighter.look(key, first - 1, last - 1)
            return self._highlighter.is_final(key, last - 1)
        texts = self._contents.side(file, side)
        if texts is None:
            return False
        if sum(map(len, texts)) > _LARGEST_COLOURED:
            self._plain.add(key)
            return True
        self._highlighter.want(key, path, joined(texts), first - 1, last - 1)
        return False

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

    @property
    def is_settled(self) -> bool:
        """Whether what is on the screen has its final colours and nothing is asked for."""
        return self._final and not self._later.isActive() and not self._motion.state().value

    def stop_helpers(self) -> None:
        """End the lexing helper; called when the window closes."""
        self._closed = True
        self._later.stop()
        self._highlighter.stop()
