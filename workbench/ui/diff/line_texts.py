"""What lines say on the screen: their text with nothing in it that hides, how they are cut to fit a pane, and
where their characters stand.

Long lines are read, counted and cut in steps; of those that were shown last it stays known. Short ones are
made anew each time: whoever draws them keeps what was made of them.
"""

from __future__ import annotations

from collections.abc import Callable, Generator

from workbench.review.text import Visible, decode, visible
from workbench.ui.diff.breaking import ONE_LINE, Breaking, Breaks
from workbench.ui.diff.cell import Cell
from workbench.ui.diff.long_lines import LONG, LongBreaks, Stretches, is_long
from workbench.ui.diff.long_text import AT_ONCE, LineKey, LongText, key_of
from workbench.ui.diff.shaping import Shaper

_KEPT_LONG = 40_000_000
"""Bytes of long lines of which it stays known where their characters stand."""


class LineTexts:
    """The texts that cells are made of."""

    def __init__(self) -> None:
        self._long: dict[bytes | LineKey, Stretches] = {}
        self._partly: dict[bytes | LineKey, Stretches] = {}
        """Long lines that were cut before they were counted through: they may have more lines than that."""
        self._breaking = Breaking()
        self._shaper: Shaper | None = None

    def _drop(self, is_stale: Callable[[Cell], bool]) -> None:
        """Forget the cells of which that is true."""
        raise NotImplementedError

    def _wear(self, shaper: Shaper) -> None:
        """Another font."""
        self._shaper = shaper
        self._breaking.wear(shaper)
        self._long.clear()
        self._partly.clear()

    def breaks(self, data: bytes, room: float) -> Breaks:
        """How a line is cut to stand in so many pixels; `room` 0: not at all."""
        if room <= 0 or self._breaking.surely_fits(data, room):
            return ONE_LINE
        return self._breaking.breaks(data, room, self._cut)

    def _cut(self, data: bytes, cells: int) -> Breaks:
        seen, stretches = self._text(data)
        if stretches is None:
            return self._breaking.cut(seen.text, cells)
        made = LongBreaks(stretches, cells)
        if not stretches.is_measured:
            self._partly[key_of(data)] = stretches
        return made

    def _text(self, data: bytes) -> tuple[Visible, Stretches | None]:
        """A line as it is shown, with nothing in it that hides; of a long one, where its characters stand."""
        if len(data) < LONG:
            text = decode(data)
            if text.isascii() and text.isprintable():
                return Visible(text), None
            if not is_long(text):
                return visible(text), None
        line = key_of(data)
        known = self._long.get(line)
        if known is None:
            found = decode(data) if len(data) < AT_ONCE else LongText(data)
            if isinstance(found, str) and not is_long(found):
                return visible(found), None
            assert self._shaper is not None
            if sum(len(each) for each in self._long) > _KEPT_LONG:
                self._long = {each: it for each, it in self._long.items() if not it.is_known}
            known = self._long[line] = Stretches(found, self._shaper)
        return Visible(known.text), known

    def text_of(self, data: bytes) -> str:
        """The text of a line. Of a long one that is not decoded yet, all of it is now."""
        known = self._long.get(key_of(data)) if len(data) >= AT_ONCE else None
        return known.text if known is not None and known.is_whole else decode(data)

    def place_of(self, data: bytes, at: int) -> tuple[float, bool]:
        """Where a character of a line stands, from the line's beginning, and whether that is sure: of a long
        one that is not counted through, where it stands at least.
        """
        assert self._shaper is not None
        seen, stretches = self._text(data)
        if stretches is not None:
            is_sure = stretches.finds(at)
            return stretches.left(at), is_sure
        return self._shaper.cells(seen.text[: seen.shown(at)]) * self._shaper.cell, True

    def line_of(self, data: bytes, at: int, room: float) -> tuple[int, bool]:
        """On which of its lines a character of a wrapped line stands, and whether that is sure."""
        seen, stretches = self._text(data)
        breaks = self.breaks(data, room)
        if stretches is not None:
            return breaks.line_of(at), stretches.is_measured
        return breaks.line_of(seen.shown(at)), True

    def count(self) -> Generator[None, None, bool]:
        """Count through the long lines that were shown, a bit at a time: where one ends is known only then.
        Whether there was anything to do.
        """
        # One that was cut too early may be counted through by now, by a frame that was scrolled sideways.
        left = {**self._partly, **{line: it for line, it in self._long.items() if not it.is_measured}}
        for line, stretches in left.items():
            yield from self._read(line, stretches)
            while not stretches.measure():
                yield
            self._partly.pop(line, None)
            self._made_anew(line, stretches)
        return bool(left)

    def _read(self, line: bytes | LineKey, stretches: Stretches) -> Generator[None, None, str]:
        """Decode what is left of a long line, a bit at a time; its text."""
        assert self._shaper is not None
        while not stretches.is_whole:
            if stretches.read(self._shaper) and stretches.reread:
                self._made_anew(line, stretches)  # it is no UTF-8, and so another text
            yield
        return stretches.text

    def _made_anew(self, line: bytes | LineKey, stretches: Stretches) -> None:
        self._breaking.forget(line.data if isinstance(line, LineKey) else line)
        self._drop(lambda cell: cell.stretches is stretches)

    def _whole(self, data: bytes) -> Generator[None, None, str]:
        """The text of a line, decoded a bit at a time where it is long."""
        _, stretches = self._text(data)
        return decode(data) if stretches is None else (yield from self._read(key_of(data), stretches))
