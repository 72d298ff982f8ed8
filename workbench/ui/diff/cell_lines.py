"""Lays out one line of a cell: its characters as glyphs, in their colours, with the places of what is marked.

Of a long line only the part that is seen. Keeps nothing.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from PySide6.QtGui import QColor

from workbench.review.text import Visible, visible_part
from workbench.review.words import Spans
from workbench.ui.diff.breaking import ONE_LINE
from workbench.ui.diff.cell import Cell, Visual
from workbench.ui.diff.long_lines import UNREACHED, BoxedPart, Stretches, alike_between
from workbench.ui.diff.shaping import Shaper, pieces_of, recoloured
from workbench.ui.theme import Theme

_UNREACHED = "…"
"""Stands where it is not known yet what does."""
_NO_INK = QColor(0, 0, 0, 0)


def line_of(cell: Cell, at: int, theme: Theme, shaper: Shaper) -> Visual:
    """Lay out one line of a cell."""
    if cell.stretches is not None:
        return _part_of(cell, cell.stretches, at, theme, shaper)
    text, columns, x = cell.seen.text, None, 0.0
    if cell.breaks is not ONE_LINE:
        start, end = cell.breaks.span(at)
        x, columns = cell.breaks.indent if at else 0.0, cell.breaks.columns
    else:
        start, end = 0, len(text)
    part = text[start:end]
    shades, words = _in_window(cell, start, end)
    pieces = pieces_of(len(part), shades, theme.syntax, theme.text)
    boxes = _within(cell.boxes, start, end)
    if words:
        pieces = recoloured(pieces, words, theme.text)
    if boxes:
        pieces = recoloured(pieces, boxes, theme.back)
        pieces = recoloured(pieces, _within(_brackets(cell.seen.marks), start, end), _NO_INK)
    shaped = shaper.shape(part, pieces, columns[start : end + 1] if columns is not None else None)
    return Visual(
        shaped,
        start,
        end,
        x,
        [(x + shaped.x_of(a), x + shaped.x_of(b)) for a, b in words],
        [(x + shaped.x_of(a), x + shaped.x_of(b)) for a, b in boxes],
    )


def _part_of(cell: Cell, stretches: Stretches, at: int, theme: Theme, shaper: Shaper) -> Visual:
    """Lay out what is seen of a long line, with its boxes put in only there."""
    text, x = stretches.text, 0.0
    if cell.breaks is not ONE_LINE:
        start, end = cell.breaks.span(at)
    elif cell.window == UNREACHED:
        start = end = len(text)
    else:
        start, end, x = cell.window, stretches.end(cell.window), stretches.left(cell.window)
    if start >= end and not stretches.is_measured:
        return Visual(shaper.plain(_UNREACHED, theme.faint), start, end, x, [], [])
    part = text[start:end]
    seen = visible_part(text, start, end)
    shades, words = _clipped(cell.shades, start, end), _within(cell.words, start, end)
    boxes = seen.marks
    if not part.isascii():
        alike = _within(alike_between(text, start, end, cell.alike), start, end)
        boxes = tuple(sorted((*boxes, *_shown(seen, alike))))
    if seen.marks:
        shades = [each if n % 3 == 2 else seen.shown(each) for n, each in enumerate(shades)]
    pieces = pieces_of(len(seen.text), shades, theme.syntax, theme.text)
    if words:
        pieces = recoloured(pieces, _shown(seen, words), theme.text)
    if boxes:
        pieces = recoloured(pieces, boxes, theme.back)
        pieces = recoloured(pieces, _brackets(seen.marks), _NO_INK)
    shaped = shaper.shape(seen.text.replace("\t", " "), pieces)
    places = [
        [(x + shaped.x_of(one), x + shaped.x_of(other)) for one, other in spans]
        for spans in (_shown(seen, words), boxes)
    ]
    drawn = BoxedPart(shaped, seen, len(part)) if seen.marks else shaped
    return Visual(drawn, start, end, x, places[0], places[1])


def _shown(seen: Visible, spans: Spans) -> Spans:
    """Spans of characters as they are shown."""
    return tuple((seen.shown(start), seen.shown(end)) for start, end in spans) if seen.marks else spans


def _brackets(marks: Spans) -> Spans:
    """The brackets of what hides. The box that is drawn round it takes their place; beside it they were a
    second one.
    """
    return tuple(each for start, end in marks for each in ((start, start + 1), (end - 1, end)))


def _in_window(cell: Cell, start: int, end: int) -> tuple[Sequence[int], Spans]:
    """The colours and the words between two places of what is shown, counted from the first."""
    seen = cell.seen
    if not seen.marks:
        return _clipped(cell.shades, start, end), _within(cell.words, start, end)
    # As the file has them: what is shown has boxes, each in the place of one character.
    low, high = seen.original(start), seen.original(max(start, end - 1)) + 1

    def shown(at: int) -> int:
        return min(max(seen.shown(low + at), start), end) - start

    shades = list(_clipped(cell.shades, low, high))
    for at in range(0, len(shades), 3):
        shades[at], shades[at + 1] = shown(shades[at]), shown(shades[at + 1])
    return shades, tuple((shown(one), shown(other)) for one, other in _within(cell.words, low, high))


def _clipped(shades: Sequence[int], start: int, end: int) -> Sequence[int]:
    """The lexer's spans of some characters, counted from the first of them."""
    if not start and (not shades or shades[-2] <= end):
        return shades
    clipped: list[int] = []
    first = bisect_right(range(len(shades) // 3), start, key=lambda each: shades[3 * each + 1])
    for at in range(3 * first, len(shades), 3):
        if shades[at] >= end:
            break
        clipped += (max(0, shades[at] - start), min(shades[at + 1], end) - start, shades[at + 2])
    return clipped


def _within(spans: Spans, start: int, end: int) -> Spans:
    """The spans of some characters, counted from the first of them."""
    if not spans or (not start and spans[-1][1] <= end):
        return spans
    found: list[tuple[int, int]] = []
    for at in range(max(0, bisect_right(spans, (start, 0)) - 1), len(spans)):
        low, high = spans[at]
        if low >= end:
            break
        if high > start:
            found.append((max(low, start) - start, min(high, end) - start))
    return tuple(found)
