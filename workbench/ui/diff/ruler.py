"""The ruler at the right edge: where changes stand in the whole review, in the colours of their verdicts, and
beside them notes and what a search found.

It is the scroll bar too: the part on the screen is marked, and clicking or dragging goes there. Verdicts
differ by form too: what is accepted is full, rejected split, open half as wide, asked hollow, mixed in two
colours.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from time import perf_counter

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPixmap, QPolygonF
from PySide6.QtWidgets import QWidget

from workbench.review.blocks import Sort
from workbench.review.progress import Standing
from workbench.ui.diff.dress import Dress
from workbench.ui.diff.layout import Layout, Part, Section
from workbench.ui.diff.tops import Tops
from workbench.ui.single_shot import single_shot
from workbench.ui.theme import mixed

WIDTH = 14
_AT_ONCE = 1500
"""Changes up to which marks are drawn again with every verdict; beyond it a moment later."""
_LATER = 120
_PAUSE = 8
_SLICE = 0.002
"""Seconds that one step of drawing all marks anew takes, in the rests between frames."""
_LEAST = 3
"""Pixels that a mark is high at least."""
_LEFT, _WIDTH = 4, 6
"""Where a mark begins, and how wide it is at most."""

Stretch = tuple[int, int, str]
"""Top and height of a mark, and the change that it stands for."""


class Ruler(QWidget):
    """Marks and a thumb. Where to scroll is asked for, as a share of the whole."""

    went = Signal(float)

    def __init__(self, layout: Layout, parent: QWidget) -> None:
        super().__init__(parent)
        self._layout = layout
        self._dress: Dress | None = None
        self._marks: QPixmap | None = None
        self._shown = (0, 0)
        self._held: float | None = None
        """How far below its top the thumb is held; None while it is not."""
        self._hits: Sequence[tuple[str, float]] = ()
        self._beside: tuple[object, object, object, int] | None = None
        """What the marks beside the changes were made from."""
        self._beside_marks: QPixmap | None = None
        self._hits_by_path: dict[str, list[float]] = {}
        self._hit_ys: Sequence[int] = ()
        self._note_ys: Sequence[tuple[int, QColor]] = ()
        self._tops = Tops()
        self._drawn_with: dict[str, Mapping[str, Standing]] = {}
        self._document = layout.document
        self._later = single_shot(self, _LATER, self._look)
        self._made: QPixmap | None = None
        """The marks as they are being drawn anew; what is shown meanwhile are the last ones."""
        self._left: Iterator[tuple[int, Section]] = iter(())
        self._made_with: dict[str, Mapping[str, Standing]] = {}
        self._made_of = Tops()
        self._made_from = layout.document
        self._between = single_shot(self, _PAUSE, self._draw_on)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def wear(self, dress: Dress) -> None:
        """Another theme."""
        self._dress = dress
        self.redraw()

    def refresh(self) -> None:
        """Verdicts changed: at once where there are few changes and their places are the same, else a moment
        later: to draw all of them anew is not what a key waits for.
        """
        placed = self._marks is None or self._is_of_now(self._marks, self._tops)
        if placed and len(self._layout.changes) <= _AT_ONCE:
            self._patch()
        elif not self._later.isActive():
            self._later.start()

    def _look(self) -> None:
        """It is quiet: draw again what is not as it was drawn. All of it takes longer than a frame may."""
        if self._marks is None or self._is_of_now(self._marks, self._tops):
            self._patch()
            return
        self._made, self._left = self._empty(), self._sampled()
        self._made_with, self._made_of, self._made_from = {}, self._layout.tops, self._layout.document
        self._between.start()

    def _draw_on(self) -> None:
        made = self._made
        if made is None:
            return
        if not self._is_of_now(made, self._made_of):
            self._made = None
            self._later.start()
            return
        started = perf_counter()
        painter = QPainter(made)
        try:
            for at, section in self._left:
                self._file(painter, at, section, self._made_of, self._made_with)
                if perf_counter() - started > _SLICE:
                    self._between.start()
                    return
        finally:
            painter.end()
        self._marks, self._tops, self._drawn_with, self._made = made, self._made_of, self._made_with, None
        self._document = self._made_from
        self.update()

    def _is_of_now(self, marks: QPixmap, tops: Tops) -> bool:
        return self._layout.tops is tops and self._fits(marks)

    def _patch(self) -> None:
        """Draw again what is not as it was drawn, at once."""
        self._made = None
        if self._marks is not None and self._is_of_now(self._marks, self._tops):
            painter = QPainter(self._marks)
            try:
                for at in self._outdated():
                    self._file(painter, at, self._layout.sections[at], self._tops, self._drawn_with)
            finally:
                painter.end()
        else:
            self._marks = None
        self.update()

    def _outdated(self) -> Sequence[int]:
        """The files whose marks are not as they were drawn; judged ones, unless something else changed."""
        layout, last, document = self._layout, self._document, self._layout.document
        self._document = document
        if last.asked is not document.asked or last.ledger_marks is not document.ledger_marks:
            return [at for at, section in self._sampled() if not self._is_drawn(section)]
        before, now = last.verdicts, document.verdicts
        paths = [path for path in now if now[path] is not before.get(path)]
        paths += [path for path in before if path not in now]
        return [layout.files[path] for path in paths if path in layout.files]

    def _is_drawn(self, section: Section) -> bool:
        return self._drawn_with.get(section.key) is self._layout.standings(section)

    def _sampled(self) -> Iterator[tuple[int, Section]]:
        """The files to draw: all, or where there are many more than pixels, one for each pixel."""
        layout = self._layout
        sections, count = layout.sections, len(layout.sections)
        if count <= 2 * self.height():
            chosen: Iterable[int] = range(count)
        else:
            tops, whole, height = layout.tops, self._whole(), max(1, self.height())
            found = (tops.at(y * whole // height) for y in range(height))
            chosen = dict.fromkeys(min(at, count - 1) for at in found)
        for at in chosen:
            if sections[at].part is Part.FILE:
                yield at, sections[at]

    def resized(self) -> None:
        """Another height, as when a sentence is said below: the marks are stretched until it is quiet."""
        self._beside = None
        if self._marks is not None and not self._fits(self._marks):
            self._later.start()
        self.update()

    def _fits(self, marks: QPixmap) -> bool:
        return marks.height() == max(1, round(self.height() * self.devicePixelRatioF()))

    def redraw(self) -> None:
        """Draw the marks again at the next paint."""
        self._marks = self._beside = self._made = None
        self.update()

    def event(self, event: QEvent) -> bool:
        # Told to `event` alone, when the window comes to a screen of another scale: marks drawn for the one
        # before would be stretched.
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self.redraw()
        return super().event(event)

    def show_part(self, scroll: int, height: int) -> None:
        """The part of the whole that is on the screen."""
        if (scroll, height) != self._shown:
            self._shown = (scroll, height)
            self.update()
        if self._layout.tops is not self._tops:
            self._later.start()  # once it is quiet: while one scrolls, estimates become heights all the time

    def show_hits(self, hits: Sequence[tuple[str, float]]) -> None:
        """Search hits, as paths and shares of the file's height."""
        self._hits = hits
        found: dict[str, list[float]] = {}
        for path, share in hits:
            found.setdefault(path, []).append(share)
        for shares in found.values():
            shares.sort()
        self._hits_by_path = found
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, 100)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._dress is None:
            return
        theme = self._dress.theme
        if self._marks is None:
            self._marks = self._drawn()
        painter = QPainter(self)
        try:
            painter.fillRect(self.rect(), theme.panel)
            painter.fillRect(0, 0, 1, self.height(), theme.line)
            top, size = self._thumb()
            if size:
                painter.fillRect(QRectF(1, top, WIDTH - 1, size), mixed(theme.text, theme.panel, 0.10))
            painter.drawPixmap(self.rect(), self._marks)
            view = self.parentWidget()
            if view is not None and view.hasFocus():
                # Where the keys are has to be seen: beside what is on the screen of the whole.
                shown = QRectF(0, top, 2, size or min(self.height(), self._layout.height))
                painter.fillRect(shown, self._dress.focus)
            self._paint_beside(painter)
        finally:  # an error's traceback would keep it, and Qt dies of a painter that outlives its event
            painter.end()

    def _whole(self) -> int:
        return max(self._layout.height, self._shown[1])

    def _drawn(self) -> QPixmap:
        assert self._dress is not None
        pixmap = self._empty()
        painter = QPainter(pixmap)
        try:
            self._tops = self._layout.tops
            self._drawn_with.clear()
            self._document = self._layout.document
            for at, section in self._sampled():
                self._file(painter, at, section, self._tops, self._drawn_with)
        finally:
            painter.end()
        return pixmap

    def _empty(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(round(self.width() * ratio), max(1, round(self.height() * ratio)))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        return pixmap

    def _paint_beside(self, painter: QPainter) -> None:
        """Notes as diamonds, matches as dashes: at the edge, where no change is."""
        if not self._hits and not self._layout.document.notes:
            self._beside, self._hit_ys, self._note_ys = None, (), ()
            return
        made_from = (self._hits, self._layout.document.notes, self._layout.tops, self.height())
        if (
            self._beside is None
            or any(a is not b for a, b in zip(self._beside[:3], made_from[:3], strict=True))
            or self._beside[3] != made_from[3]
        ):
            self._beside = made_from
            self._look_beside()
            # As a picture: the marks are up to a thousand, and this is part of every frame.
            self._beside_marks = self._empty()
            over = QPainter(self._beside_marks)
            try:
                self._draw_beside(over)
            finally:
                over.end()
        if self._beside_marks is not None and (self._hit_ys or self._note_ys):
            painter.drawPixmap(0, 0, self._beside_marks)

    def _draw_beside(self, painter: QPainter) -> None:
        assert self._dress is not None
        for y in self._hit_ys:
            painter.fillRect(11, y, 3, 2, self._dress.theme.text)
        if not self._note_ys:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(self._dress.theme.panel)
        for y, colour in self._note_ys:
            painter.setBrush(colour)
            points = (QPointF(11, y - 4), QPointF(14, y), QPointF(11, y + 4), QPointF(8, y))
            painter.drawPolygon(QPolygonF(points))

    def _look_beside(self) -> None:
        """Where the marks beside the changes stand, each height once: there may be thousands of matches."""
        assert self._dress is not None
        layout, tops = self._layout, self._layout.tops
        scale = self.height() / max(1, self._whole())
        heights: set[int] = set()
        for path, shares in self._hits_by_path.items():
            at = layout.files.get(path, -1)
            if at >= 0:
                section = layout.sections[at]
                top, inner = tops[at] + section.header, max(1, section.height - section.header)
                heights.update(_heights(shares, top * scale, inner * scale))
        self._hit_ys = sorted(heights)
        notes: dict[int, QColor] = {}
        cards: dict[int, dict[str, int]] = {}
        for note, place in layout.document.notes:
            at = layout.files.get((place or note.place).path or "", 0)
            if at not in cards:  # each file is looked through once, however many notes it has
                cards[at] = _cards(layout.sections[at])
            y = self._top_of_note(at, cards[at].get(note.id), place.start if place else 0)
            notes[max(4, min(round(y * scale), self.height() - 5))] = self._dress.intent(note.intent)
        self._note_ys = tuple(notes.items())

    def _top_of_note(self, at: int, card: int | None, line: int) -> float:
        """Where a note stands: its card, or about where its line is in a file that is not laid out."""
        section, top = self._layout.sections[at], self._layout.tops[at]
        if card is not None:
            return top + section.header + section.top_of(card)
        last = section.file.runs[-1] if section.file is not None and section.file.runs else None
        share = line / max(1, line, last.new_start + len(last.added)) if last is not None else 0.0
        return top + section.header + share * (section.height - section.header)

    def _file(
        self,
        painter: QPainter,
        at: int,
        section: Section,
        tops: Tops,
        drawn: dict[str, Mapping[str, Standing]],
    ) -> None:
        """The marks of one file. Of one that is drawn already, those that look different now."""
        before, now = drawn.get(section.key), self._layout.standings(section)
        drawn[section.key] = now
        places = self._places(at, section, tops)
        if before is None:
            for top, depth, change in places:
                self._mark(painter, top, depth, change, now.get(change))
            return
        changed = [each for each in places if before.get(each[2]) is not now.get(each[2])]
        if changed:
            _clear(painter, changed)
            self._around(painter, at, changed, tops, drawn)

    def _around(
        self,
        painter: QPainter,
        at: int,
        cleared: Sequence[Stretch],
        tops: Tops,
        drawn: Mapping[str, Mapping[str, Standing]],
    ) -> None:
        """What stands where marks of a file were cleared: its own, and those of files so short that they
        share pixels with it, in the order in which all is drawn.
        """
        sections = self._layout.sections
        scale = self.height() / max(1, self._whole())
        top, bottom = cleared[0][0], max(each[0] + each[1] for each in cleared)
        first = last = at
        while first and (tops[first - 1] + sections[first - 1].height) * scale + _LEAST + 1 > top:
            first -= 1
        while last + 1 < len(sections) and tops[last + 1] * scale - 1 < bottom:
            last += 1
        for each in range(first, last + 1):
            standings = drawn.get(sections[each].key)
            if standings is not None:
                for y, depth, change in _touching(self._places(each, sections[each], tops), cleared):
                    self._mark(painter, y, depth, change, standings.get(change))

    def _places(self, at: int, section: Section, tops: Tops) -> list[Stretch]:
        """Where the marks of a file go. Folded lines between two changes count for a little."""
        changes = section.file.changes if section.file is not None else ()
        if not changes:
            return []
        scale = self.height() / max(1, self._whole())
        top, height = tops[at] + section.header, max(1, section.height - section.header)
        if round(height * scale) < 2 * _LEAST:
            # Of many thousand files each has a line of pixels: one mark, and nothing to be measured.
            return [(round(top * scale), _LEAST, changes[0].id)]
        # Where a file has more changes than pixels, only as many are looked at as can be told apart.
        stride = max(1, len(changes) * _LEAST // max(_LEAST, round(height * scale)))
        sizes = [max(len(change.removed), len(change.added), 2) + 4 for change in changes[::stride]]
        step = height / (sum(sizes) + 4)
        line, found = 4, []
        for change, size in zip(changes[::stride], sizes, strict=True):
            first = round((top + line * step) * scale)
            found.append((first, max(_LEAST, round((size - 4) * step * scale)), change.id))
            line += size
        return found

    def _mark(self, painter: QPainter, top: int, depth: int, change: str, standing: Standing | None) -> None:
        """One change: its colour, and a form by which it is known without."""
        assert self._dress is not None
        colour = self._colour(change, standing)
        if standing is Standing.REJECTED:
            painter.fillRect(4, top, 2, depth, colour)
            painter.fillRect(8, top, 2, depth, colour)
            painter.fillRect(6, top, 2, 1, colour)
        elif standing is Standing.ACCEPTED or self._layout.document.read_only:
            painter.fillRect(_LEFT, top, _WIDTH, depth, colour)
        elif standing is Standing.MIXED:
            painter.fillRect(4, top, 3, depth, self._dress.theme.accepted)
            painter.fillRect(7, top, 3, depth, self._dress.theme.rejected)
        elif standing is Standing.ASKED:
            painter.fillRect(_LEFT, top, _WIDTH, depth, colour)
            painter.fillRect(6, top + 1, 2, depth - 2, self._dress.theme.panel)
        else:
            painter.fillRect(4, top, 3, depth, colour)

    def _colour(self, change: str, standing: Standing | None) -> QColor:
        assert self._dress is not None
        said = self._layout.document.ledger_marks.get(change)
        if said is not None and standing in (Standing.UNREAD, Standing.ASKED, None):
            return self._dress.said(said)
        if self._layout.document.read_only:
            return self._dress.theme.faint
        return self._dress.standing(standing or Standing.UNREAD)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A press beside the thumb brings its middle there; on the thumb it is held where it was taken."""
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            top, size = self._thumb()
            y = event.position().y()
            self._held = y - top if top <= y < top + size else None
            if self._held is None:
                self._go(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & (Qt.MouseButton.LeftButton | Qt.MouseButton.MiddleButton):
            self._go(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def _go(self, event: QMouseEvent) -> None:
        share = event.position().y() / max(1, self.height())
        if self._held is not None:
            # Of a large review the thumb is higher than what it stands for, so it is told by its top.
            share += self._shown[1] / 2 / max(1, self._whole()) - self._held / max(1, self.height())
        self.went.emit(share)

    def _thumb(self) -> tuple[float, float]:
        """Top and size of what says which part is on the screen; nothing where all is."""
        scroll, height = self._shown
        whole = max(1, self._whole())
        if height >= whole:
            return 0.0, 0.0
        return scroll / whole * self.height(), max(16.0, height / whole * self.height())


def _clear(painter: QPainter, marks: Sequence[Stretch]) -> None:
    """Where a mark is narrower now than it was, nothing of what it was may stay beside it."""
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
    for top, depth, _ in marks:
        painter.fillRect(_LEFT, top, _WIDTH, depth, Qt.GlobalColor.transparent)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)


def _touching(marks: Sequence[Stretch], cleared: Sequence[Stretch]) -> list[Stretch]:
    """The marks that some of was cleared of; both in order. Where many stand close, they overlap."""
    found, at = [], 0
    for mark in marks:
        top, bottom = mark[0], mark[0] + mark[1]
        while at < len(cleared) and cleared[at][0] + cleared[at][1] <= top:
            at += 1
        if at < len(cleared) and cleared[at][0] < bottom:
            found.append(mark)
    return found


def _cards(section: Section) -> dict[str, int]:
    """The cards of a section's notes, by the notes' ids."""
    note = Sort.NOTE
    return {block.key: index for index, block in enumerate(section.blocks or ()) if block.sort is note}


def _heights(shares: Sequence[float], top: float, inner: float) -> Iterator[int]:
    """The pixels that have a share of a stretch on them. As many steps as pixels, however many there are."""
    first, last = int(top + shares[0] * inner), int(top + shares[-1] * inner)
    yield first
    if last - first >= len(shares):
        yield from (int(top + share * inner) for share in shares)
        return
    for y in range(first + 1, last + 1):
        at = bisect_left(shares, (y - top) / inner)
        if at < len(shares) and shares[at] < (y + 1 - top) / inner:
            yield y
