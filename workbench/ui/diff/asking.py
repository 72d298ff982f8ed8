"""What the painted view needs of others: base lines and colours of what is on the screen, and time between
frames to prepare the next page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from time import perf_counter

from PySide6.QtCore import QVariantAnimation, Signal
from PySide6.QtWidgets import QWidget

from workbench.review.changes import Change, FileChange, Side
from workbench.review.steps import Steps
from workbench.ui.diff.cells import Cells, Contents
from workbench.ui.diff.cursor import Mark, spot_of
from workbench.ui.diff.frame import Scene
from workbench.ui.diff.layout import Layout, Section, Spot
from workbench.ui.diff.painter import Painter
from workbench.ui.diff.scrolling import Scrolling
from workbench.ui.highlighter import Highlighter
from workbench.ui.single_shot import single_shot

_AHEAD_AFTER = 30
_AHEAD_PAUSE = 3
"""Milliseconds before and between the steps in which the next page is prepared."""
_AHEAD_SLICE = 0.003
_FORESEEN_AFTER = 3
_FORESEEN_PAUSE = 1
"""The same of what the next frames show: they come within a few milliseconds. Events come between."""
_CALM_AFTER = 60
"""Milliseconds after the last frame of a drag in which what is on the screen is asked for."""


class Asking(Scrolling):
    """A scrolling view that says what it needs soon."""

    contents_wanted = Signal(object)
    """The path of a file whose base lines are needed soon; answer with `set_contents`."""
    highlighted = Signal()
    """What is on the screen has its final colours."""

    def __init__(self, layout: Layout, parent: QWidget | None) -> None:
        super().__init__(layout, parent)
        self.coloured = True
        """False: the text is no code, and no helper is started to find its colours."""
        self._contents = Contents()
        self._highlighter = Highlighter(self)
        self._highlighter.coloured.connect(self._coloured)
        self._cells = Cells(self._contents, self._highlighter)
        self._painter: Painter
        self._asked: set[tuple[str, str | None]] = set()
        self._asked_at = 0
        """The scroll position for which lines were asked for last."""
        self._final = False
        self._closed = False
        self._later = single_shot(self, 0, self._ask)
        self._idle = single_shot(self, _AHEAD_AFTER, self._look_ahead)
        self._calm = single_shot(self, _CALM_AFTER, self._ask)
        self._was_hasty = False
        """Whether the last frame was one of a drag or a motion."""
        self._passing: frozenset[str] = frozenset()
        """The files on the screen when lines were asked for last."""
        self._ahead: Iterator[None] = iter(())
        self._foreseen: Iterator[None] | None = None
        """What the next frames of a drag or of a motion will show."""
        self._is_sketched = False
        """Whether rows on the screen are drawn without their colours and words: they were not made yet."""

    def _scene(self, bands: tuple[tuple[int, int], ...] = ()) -> Scene:
        raise NotImplementedError

    def _widen(self) -> None:
        raise NotImplementedError

    def _next_open(self) -> Steps[Change | None]:
        """The open change that a verdict here leads to."""
        raise NotImplementedError

    def _goals(self, change: Change | None) -> Sequence[Mark]:
        """Where one key may lead from here, likeliest first. By name: while the way to one is laid out, the
        rows of the others may get other numbers, and between two steps anything may happen.
        """
        raise NotImplementedError

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
        self._ask_near(scroll, height)
        scene = self._scene()
        self._ahead = chain(
            self._count_long(),
            self._painter.ahead(scene, scroll + height, scroll + 2 * height),
            self._ahead_of_keys(scene, height),
            self._painter.code.numbers_ahead(scene),
            self._finish_long(),
            self._look_through(),
            self._painter.ahead(scene, scroll - height, scroll),
        )
        shares, end = self._course.next(1 / max(1, height)), self._target()
        if end != scroll:  # while the view is on its way, what is where it ends
            self._foreseen = self._painter.ahead(scene, end, end + height)
        elif shares:
            self._foreseen = chain(
                self._lay_for_drag(shares),
                self._ahead_of_drag(scene, height, shares[:1]),
                self._complete(),
                self._ahead_of_drag(scene, height, shares[1:]),
            )
        elif self._is_sketched and self._foreseen is None:
            self._foreseen = self._complete()
        self._idle.start(_FORESEEN_AFTER if self._foreseen is not None else _AHEAD_AFTER)

    def _ask_near(self, scroll: int, height: int) -> None:
        """Ask for lines and colours.

        Where the view jumped, as each frame of a drag does, what is near is asked for once it stands.
        Thousands of files may fly by: then also of what is on the screen only what stays there.
        """
        layout = self._layout
        has_jumped = abs(scroll - self._asked_at) > height
        flies = has_jumped and self._was_hasty
        before, self._passing = self._passing, frozenset(each.key for each in layout.within(scroll, height))
        self._asked_at = scroll
        if flies and self._calm.isActive():
            stays = before & self._passing
            for section in layout.within(scroll, height):
                if section.key in stays:
                    self._ask_lines(section)
            self._ask_colours(stays)
        else:
            margin = 0 if has_jumped else height
            self._ask_lines_between(scroll - margin, scroll + height + margin)
            self._ask_colours()
        if flies:
            self._calm.start()

    def _count_long(self) -> Iterator[None]:
        """Count through long lines: only then it is known how wide or how high they are."""
        if (yield from self._cells.count()):
            if self._layout.wrap:
                with self._kept():
                    self._layout.measure_again()
                self._resized_whole()
            self.viewport().update()
            self._counted()

    def _counted(self) -> None:
        """It is known now where everything in long lines stands."""

    def _finish_long(self) -> Iterator[None]:
        """Find what is marked in long lines."""
        if (yield from self._cells.finish()):
            self.viewport().update()

    def _look_through(self) -> Iterator[None]:
        """Find what is to be said of changes that are too long to be looked through for a frame."""
        if (yield from self._painter.code.beside.find()):
            self.viewport().update()

    def _complete(self) -> Iterator[None]:
        """Make what was sketched of what is on the screen, and show it."""
        if self._is_sketched:
            top = self.verticalScrollBar().value()
            yield from self._painter.ahead(self._scene(), top, top + self.viewport().height())
            self._is_sketched = False
            self.viewport().update()

    def _lay_for_drag(self, shares: Sequence[float]) -> Iterator[None]:
        """Lay out where a drag may be with its next frame: all of it, before any of it is made. What is not
        made is sketched, what is not laid out has to be.
        """
        for share in shares:
            with self._kept():
                moved = self._settle_share(share)
            if moved:
                self._resized_whole()
                self.show_again()
            yield

    def _ahead_of_drag(self, scene: Scene, height: int, shares: Sequence[float]) -> Iterator[None]:
        """Make what is seen where a drag may be with its next frame."""
        for share in shares:
            top = self._top_of_share(share)  # the whole has another height, if what is there has
            yield from self._painter.ahead(scene, top, top + height)

    def _ask_lines_between(self, top: int, bottom: int) -> None:
        for section in self._layout.within(top, bottom - top):
            self._ask_lines(section)

    def _ask_lines(self, section: Section) -> None:
        file = section.file
        if file is not None and section.wants_lines and not section.folded:
            key = (section.key, file.old_id)
            if self._contents.old(file) is None and key not in self._asked:
                self._asked.add(key)
                self.contents_wanted.emit(section.key)

    def _ahead_of_keys(self, scene: Scene, height: int) -> Iterator[None]:
        """Lay out what the next key may lead to, and make its cells, one row at a time."""
        change = yield from self._next_open()
        with self._kept():  # to know where that is, some of it is laid out
            goals = self._goals(change)
        self._resized_whole()
        self.show_again()
        for mark in goals:
            for step in (self._settle_far, self._warm_far):
                yield
                yield from step(scene, mark, height)

    def _around(self, spot: Spot, height: int) -> tuple[int, int]:
        """What is on the screen about where a key led: a file's header goes to the top."""
        top = self._layout.top_of(spot)
        return (top if spot.block < 0 else top - height // 2), top + height

    def _settle_far(self, _: Scene, mark: Mark, height: int) -> Iterator[None]:
        layout, moved = self._layout, False
        with self._kept():
            spot = spot_of(layout, mark)
            if spot is not None:
                section = layout.sections[spot.section]
                self._ask_lines(section)
                if section.file is not None:
                    layout.places_in(section, section.file)  # the first verdict there asks for them
                moved = layout.settle(*self._around(spot, height))
        if moved:
            self._resized_whole()
            self.show_again()
        yield

    def _warm_far(self, scene: Scene, mark: Mark, height: int) -> Iterator[None]:
        spot = spot_of(self._layout, mark)
        if spot is not None and not self._layout.sections[spot.section].folded:
            yield from self._painter.ahead(scene, *self._around(spot, height))

    def _look_ahead(self) -> None:
        """Between events: prepare the page below and the page above."""
        started = perf_counter()
        scroll, height = self.verticalScrollBar().value(), self.viewport().height()
        is_moving = self._motion.state() is QVariantAnimation.State.Running
        if self._foreseen is None and self._is_sketched and not is_moving:
            self._foreseen = self._complete()
        if self._foreseen is not None:
            for _ in self._foreseen:
                if perf_counter() - started > _AHEAD_SLICE:
                    self._idle.start(_FORESEEN_PAUSE)
                    return
            self._foreseen = None
            self._idle.start(_FORESEEN_PAUSE if self._is_sketched else _AHEAD_AFTER)
            return
        if is_moving:
            self._idle.start(_AHEAD_AFTER)
            return
        self._ask_lines_between(scroll - height, scroll + 2 * height)
        with self._kept():
            moved = self._layout.settle(scroll - height, scroll + 2 * height)
        if moved:
            self._resized_whole()
            self.show_again()
        for _ in self._ahead:
            if perf_counter() - started > _AHEAD_SLICE:
                self._idle.start(_AHEAD_PAUSE)
                return

    def _ask_colours(self, of: frozenset[str] | None = None) -> None:
        # Also where all that is on the screen is folded: it has no colours to come.
        final = not self._is_sketched
        for seen in self._painter.seen:
            file = seen.section.file
            if file is None or file.binary:
                continue
            if of is not None and seen.section.key not in of:
                final = False
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
        if key is None or path is None or not self.coloured:
            return True
        if self._highlighter.knows(key):
            self._highlighter.look(key, first - 1, last - 1)
            return self._highlighter.is_final(key, last - 1)
        texts = self._contents.side(file, side)
        if texts is None:
            return False
        self._highlighter.want(key, path, texts, first - 1, last - 1)
        return self._highlighter.is_final(key, last - 1)

    def _coloured(self, key: str) -> None:
        """Colours came: paint the files anew that they are of."""
        for seen in self._painter.seen:
            file = seen.section.file
            if file is not None and key in (
                self._cells.colour_key(file, Side.OLD),
                self._cells.colour_key(file, Side.NEW),
            ):
                top = self._layout.tops[self._layout.files[seen.section.key]]
                top -= self.verticalScrollBar().value()
                self._repaint(top + seen.section.header, top + seen.section.height)

    @property
    def is_settled(self) -> bool:
        """Whether what is on the screen has its final colours and nothing is asked for."""
        at_rest = not (self._later.isActive() or self._calm.isActive() or self._motion.state().value)
        return self._final and at_rest and not self._is_sketched

    def stop_helpers(self) -> None:
        """End the lexing helper; called when the window closes."""
        self._closed = True
        self._later.stop()
        self._calm.stop()
        self._highlighter.stop()
