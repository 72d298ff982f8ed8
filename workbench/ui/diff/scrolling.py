"""The place of the view in its scroll: keeps it while the layout changes, shows what is wanted, and moves
what is painted already instead of painting it again.

What is on the screen is known as a `Picture`: which block stands where. When the view scrolls, the old and
the new picture say whether all that stays is merely moved; only then its pixels are moved, and what came in
is painted. In every other case all is painted: a mistake in counting costs time and never shows a wrong row.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from msgspec import Struct
from PySide6.QtCore import QEasingCurve, QRect, QVariantAnimation
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from workbench.review.blocks import Block, Sort
from workbench.ui.diff.cursor import Mark, mark_of, spot_of
from workbench.ui.diff.foreseeing import Course
from workbench.ui.diff.frame import Columns
from workbench.ui.diff.layout import Layout, Section, Spot
from workbench.ui.diff.overlay import Overlay
from workbench.ui.diff.ruler import Ruler

SCROLL_TIME = 110
"""Milliseconds of the short scroll to the next change; `look.md` allows 120."""
_BELOW = 60
_MARGIN = 4
"""Rows above and below the screen that are laid out with it; the rest is between frames."""
_STICKY = 2
"""Rows under the header that a verdict's word may stick to."""


class Picture(Struct, frozen=True):
    """What is on the screen and where: sections' headers and blocks with their top and bottom."""

    columns: Columns
    height: int
    left: int
    roof: tuple[str, int] | None
    """The header that sticks to the top, and its own top."""
    parts: tuple[tuple[Section | Block, int, int], ...]


class Scrolling(QAbstractScrollArea):
    """A scroll area over a layout. What is painted is the canvas's."""

    def __init__(self, layout: Layout, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.smooth = True
        self.blits = True
        """False: every frame is painted whole, as a yardstick for tests."""
        self._layout = layout
        self._cursor: Mark | None = None
        # A viewport that Python made. For one that Qt made, PySide looks for its class, and on the way makes
        # every class of QtWidgets with all its enums (10 ms).
        self.setViewport(QWidget(self))
        self._overlay = Overlay(self.viewport())
        self._ruler = Ruler(layout, self)
        self._shown: Picture | None = None
        self._course = Course()
        self._is_hasty = False
        """Whether the next frame is one of a drag or a motion: another one follows it."""
        self._settling = False
        self._motion = QVariantAnimation(self)
        self._motion.setDuration(SCROLL_TIME)
        self._motion.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._motion.valueChanged.connect(self._moved)

    def _columns(self) -> Columns:
        raise NotImplementedError

    def _lay_editors(self) -> None:
        raise NotImplementedError

    # the bar

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
        # An animation that has run is at its end: told of a new one, it says that at once, before it starts.
        bar = self.verticalScrollBar()
        if self._motion.state() is QVariantAnimation.State.Running and int(value) != bar.value():
            self._is_hasty = True
            bar.setValue(int(value))

    def _go_to_share(self, share: float) -> None:
        middle = self.verticalScrollBar().value() + self.viewport().height() / 2
        self._course.went(middle / max(1, self._layout.height), share)
        was_hasty, self._is_hasty = self._is_hasty, True
        before = self.verticalScrollBar().value()
        # Nothing of where it goes is known to anybody yet: what moves while that is laid out is not kept.
        moved = self._settle_share(share)
        self._scroll_to(self._top_of_share(share), smooth=False)
        if self.verticalScrollBar().value() != before:
            return
        if moved:
            self.show_again()
        else:
            self._is_hasty = was_hasty  # no frame comes of it, and the next one is another's

    def _settle_share(self, share: float) -> bool:
        """Lay out what is seen at a share of the whole. True if something moved."""
        top, margin = self._top_of_share(share), _MARGIN * self._layout.heights.row
        return self._layout.settle(top - margin, top + self.viewport().height() + margin)

    def _top_of_share(self, share: float) -> int:
        """Where the view is when the drag is at a share of the whole."""
        top = round(share * self._layout.height) - self.viewport().height() // 2
        return max(0, min(top, self._most()))

    # keeping the place

    def _settle_at(self, y: int) -> None:
        """Lay out around a height, so that what is there has its final place. As far as a screen reaches that
        shows it: what is beyond is laid out when it is quiet.
        """
        height = self.viewport().height()
        with self._kept(at=y):
            for _ in range(4):
                if not self._layout.settle(y - height, y + height):
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
        is_high = spot is not None and layout.bottom_of(spot) - layout.top_of(spot) > self.viewport().height()
        yield
        for key in self._overlay.keys:
            # What an editor lies in is laid out when that is placed: now, or it would move all that is below.
            layout.spot_of_editor(key)
        if mark is None or before is None:
            return
        spot = spot_of(layout, mark) if layout.sections else None
        if spot is None:
            return
        for _ in range(4 if is_high and spot.block >= 0 else 0):
            # It has to be as high again as it was, or what is in sight of it would not be there.
            if not layout.settle(layout.top_of(spot), layout.top_of(spot) + 1):
                break
            spot = spot_of(layout, mark) or spot
        delta = layout.top_of(spot) - before
        if before + delta < scroll + delta < layout.bottom_of(spot):
            pass  # a row higher than the screen: its top is out of sight, and some of it stays in sight
        elif before < scroll and layout.bottom_of(spot) <= scroll + delta + layout.heights.header:
            delta = layout.top_of(spot) - layout.heights.header - scroll
        is_written = mark.sort is Sort.EDITOR  # not even at the top is it left behind
        if delta and (scroll > 0 or is_written or before >= scroll + self.viewport().height()):
            self._motion.stop()
            was, self._settling = self._settling, True
            try:
                # Where the bar is put for its new range is nowhere; laid out there, the place would be lost.
                self._resized_whole()
                self.verticalScrollBar().setValue(max(0, scroll + delta))
            finally:
                self._settling = was
            self.scrollContentsBy(0, 0)

    def _screen_mark(self, scroll: int) -> Mark | None:
        """What holds the view in place: the editor that is written in or the cursor, while they are on the
        screen, else the topmost row.
        """
        layout = self._layout
        written = self._overlay.focused() if self._overlay.keys else None
        spot = layout.spot_of_editor(written) if written is not None else None
        if spot is not None and self._is_on_screen(spot, scroll, self.viewport().height()):
            return mark_of(layout, spot)
        if self._cursor is not None:
            spot = spot_of(layout, self._cursor)
            if spot is not None and scroll <= layout.top_of(spot) < scroll + self.viewport().height():
                return self._cursor
        first = None
        for y in range(scroll + layout.heights.header, scroll + self.viewport().height(), layout.heights.row):
            spot = layout.spot_at(y)
            mark = mark_of(layout, spot) if spot is not None else None
            if mark is not None and (mark.is_line or mark.key):
                return mark
            first = first or mark
        return first  # gaps alone have no name to be found again by

    def _is_on_screen(self, spot: Spot, scroll: int, height: int) -> bool:
        layout = self._layout
        return layout.top_of(spot) < scroll + height and layout.bottom_of(spot) > scroll

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

    # moving what is painted

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        if self._settling:
            return
        self._prepare()
        self._ruler.show_part(self.verticalScrollBar().value(), self.viewport().height())
        before, now = self._shown, self._picture()
        self._shown = now
        delta = None
        if before is not None and self.blits and self.isVisible() and not self._overlay.is_shown:
            delta = moved_by(before, now, self._layout.heights.header)
        if delta is None:
            self.viewport().update()
        elif delta:
            self._move(delta, now, before)

    def _move(self, delta: int, now: Picture, before: Picture | None) -> None:
        """Move the pixels under the header, and have painted what came in and what does not move along."""
        port, roof = self.viewport(), self._layout.heights.header
        width, height = now.columns.width, now.height
        port.scroll(0, delta, QRect(0, roof, width, height - roof))
        if before is None or before.roof != now.roof:
            port.update(0, 0, width, roof)
        sticky = _STICKY * self._layout.heights.row
        port.update(0, roof, width, sticky)
        port.update(0, roof + delta, width, sticky)
        if now.left:
            port.update(0, height - 4, width, 4)
            port.update(0, height - 4 + delta, width, 4)

    def _repaint(self, top: int, bottom: int) -> None:
        """Paint a band of the view again."""
        top, bottom = max(0, top), min(bottom, self.viewport().height())
        if top < bottom:
            self.viewport().update(0, top, self.viewport().width(), bottom - top)

    def show_again(self) -> None:
        """Something may have moved: paint what is not as it was painted."""
        if self._picture() != self._shown:
            self.viewport().update()

    def _prepare(self) -> bool:
        """Make the layout exact around what is about to be painted. True if something moved."""
        bar, height = self.verticalScrollBar(), self.viewport().height()
        margin = _MARGIN * self._layout.heights.row
        scroll, moved = bar.value(), False
        self._settling = True
        try:
            # Asked twice for a frame: what holds the view is not looked for where nothing is going to move.
            if not self._layout.is_settled(scroll - margin, scroll + height + margin):
                moved = self._settle_shown(margin)
            bar.setRange(0, self._most())
        finally:
            self._settling = False
        self._ruler.show_part(bar.value(), height)
        self._lay_editors()
        return moved

    def _settle_shown(self, margin: int) -> bool:
        """Lay out what is on the screen, and so many pixels about it, with what is there held in place."""
        bar, height, moved = self.verticalScrollBar(), self.viewport().height(), False
        for _ in range(4):
            scroll = bar.value()
            mark = self._screen_mark(scroll)
            spot = spot_of(self._layout, mark) if mark is not None else None
            before = self._layout.top_of(spot) if spot is not None else 0
            if not self._layout.settle(scroll - margin, scroll + height + margin):
                break
            moved = True
            self._resized_whole()
            spot = spot_of(self._layout, mark) if mark is not None else None
            if spot is not None and mark is not None and (scroll > 0 or mark.sort is Sort.EDITOR):
                bar.setValue(scroll + self._layout.top_of(spot) - before)
        return moved

    def _picture(self) -> Picture:
        layout, scroll, height = self._layout, self.verticalScrollBar().value(), self.viewport().height()
        parts: list[tuple[Section | Block, int, int]] = []
        roof: tuple[str, int] | None = None
        at = layout.section_at(scroll) if layout.sections else 0
        while at < len(layout.sections) and layout.tops[at] < scroll + height:
            section, top = layout.sections[at], layout.tops[at] - scroll
            parts.append((section, top, top + section.header))
            if roof is None:
                pushed = min(0, layout.tops[at + 1] - scroll - section.header)
                roof = section.key, max(top, pushed) if section.header else top
            if not section.folded:
                inner = top + section.header
                parts += [
                    (section.blocks[index], inner + above, inner + below)
                    for index, above, below in section.between(-inner, height - inner)
                    if section.blocks is not None
                ]
            at += 1
        left = self.horizontalScrollBar().value()
        return Picture(self._columns(), height, left, roof, tuple(parts))


def moved_by(before: Picture, now: Picture, roof: int) -> int | None:
    """By how much all that stays on the screen was moved; None where something else changed too."""
    if before.columns != now.columns or before.height != now.height or before.left != now.left:
        return None
    stood = {id(part): (top, bottom) for part, top, bottom in before.parts}
    delta: int | None = None
    came: list[tuple[int, int]] = []
    stay = set()
    for part, top, bottom in now.parts:
        known = stood.get(id(part))
        if known is None:
            came.append((top, bottom))
            continue
        stay.add(id(part))
        if known[1] - known[0] != bottom - top:
            return None
        if delta is None:
            delta = top - known[0]
        elif top - known[0] != delta:
            return None
    if delta is None or abs(delta) >= now.height - roof:
        return None
    low, high = (now.height + delta, now.height) if delta < 0 else (roof, roof + delta)
    # What came has to be in the strip that came in, and what went has to be out of sight.
    for top, bottom in came:
        first, last = max(top, roof), min(bottom, now.height)
        if first < last and (first < low or last > high):
            return None
    for part, top, bottom in before.parts:
        if id(part) not in stay and bottom + delta > roof and top + delta < now.height and bottom > top:
            return None
    return delta
