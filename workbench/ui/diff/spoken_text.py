"""The rows on the screen as one text, for screen readers and braille displays that go through a text by
themselves: by word, by character, by line. What was moved to is still told by `speaking.py`.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QAccessibleTextInterface
from shiboken6 import isValid

from workbench.review.blocks import Block, Line, Sort, line_at
from workbench.review.changes import Side
from workbench.review.text import decode, one_line, visible
from workbench.review.words import words_of
from workbench.ui.diff import choosing
from workbench.ui.diff.layout import Part, Section, Spot
from workbench.ui.diff.long_text import AT_ONCE, beginning

if TYPE_CHECKING:
    from workbench.ui.diff.spoken import Spoken

LONGEST = 2000
"""Characters of a line that are in the text."""


class Spoke(Struct, frozen=True):
    """One line of the text, and where its row stands in the view."""

    text: str
    spot: Spot
    side: Side | None
    top: int
    bottom: int


def lines_on_screen(view: Spoken) -> list[Spoke]:
    """The rows on the screen from top to bottom; side by side, an old line comes before its new one."""
    layout, scroll = view._layout, view.verticalScrollBar().value()
    found: list[Spoke] = []
    if not layout.sections:
        return found
    at = layout.section_at(scroll)
    while at < len(layout.sections) and layout.tops[at] < scroll + view.viewport().height():
        found += _section(view, at, layout.sections[at], scroll)
        at += 1
    return found


def _section(view: Spoken, at: int, section: Section, scroll: int) -> Iterator[Spoke]:
    layout, height = view._layout, view.viewport().height()
    top = layout.tops[at] - scroll
    if section.header:
        title = "Ledger" if section.part is Part.LEDGER else f"File {one_line(section.key)}"
        words = f"{title}, folded: {section.why}" if section.folded and section.why else title
        yield Spoke(words, Spot(at, -1), None, max(top, 0), max(top, 0) + section.header)
    if section.folded or section.blocks is None:
        return
    inner = top + section.header
    for index, above, below in section.between(-inner, height - inner):
        block = section.blocks[index]
        if not block.is_code:
            words = _words(view, block)
            if words:
                yield Spoke(words, Spot(at, index), None, inner + above, inner + below)
            continue
        first = max(0, layout.row_at(section, index, max(0, -inner - above)))
        for row in range(first, block.rows):
            high = inner + above + layout.row_top(section, index, row)
            low = inner + above + layout.row_top(section, index, row + 1)
            if high >= height:
                break
            if low > section.header:
                yield from _row(view, section, block, Spot(at, index, row), high, low)


def _row(view: Spoken, section: Section, block: Block, spot: Spot, top: int, bottom: int) -> Iterator[Spoke]:
    line = line_at(block, spot.row)
    for side, mark in ((Side.OLD, "-"), (Side.NEW, "+")):
        if line.plain:
            mark = " "
            if side is Side.OLD:
                continue
        text = _code(view, section, block, line, side)
        if text is not None:
            yield Spoke(f"{mark} {text}", spot, side, top, bottom)


def _code(view: Spoken, section: Section, block: Block, line: Line, side: Side) -> str | None:
    number = line.old if side is Side.OLD else line.new
    if number is None or section.part is not Part.FILE:
        return None
    data = choosing.line_bytes(view._layout, view._contents, section.key, side, line)
    if data is None:
        return ""
    # Asked for each row of the screen, and again and again; a line may have megabytes.
    head = decode(data) if len(data) <= AT_ONCE else beginning(data, LONGEST)
    return visible(head).text[:LONGEST]


def _words(view: Spoken, block: Block) -> str:
    document = view._layout.document
    if block.sort is Sort.GAP:
        return f"{block.hidden:,} unchanged lines" if block.hidden else "unchanged lines"
    if block.sort is Sort.FACT:
        change = view._layout.change(block.key)
        return one_line(words_of(change)) if change is not None else ""
    if block.sort is Sort.NOTE:
        for note, _ in document.notes:
            if note.id == block.key:
                return one_line(f"{note.id}, {note.intent.value}: {note.text}")
    if block.sort is Sort.ENTRY:
        for entry in document.entries:
            if entry.id == block.key:
                return one_line(f"{entry.said.value}, {entry.path}: {entry.words}")
    return one_line(block.key) if block.sort is Sort.WORDS else ""


class ScreenText(QAccessibleTextInterface):
    """The text as Qt asks for it. Qt counts in UTF-16, so it is kept so.

    No event tells that the caret moved: the row is announced, and would be read out twice. PySide leaves out
    selections and attributes of this interface; there are none.
    """

    def __init__(self, view: Spoken) -> None:
        super().__init__()
        self._known = weakref.ref(view)

    def _lines(self) -> list[Spoke]:
        view = self._known()
        return lines_on_screen(view) if view is not None and isValid(view) else []

    def _units(self) -> bytes:
        return _encoded("\n".join(line.text for line in self._lines()))

    def characterCount(self) -> int:  # noqa: N802 - overrides Qt's
        return len(self._units()) // 2

    def text(self, start: int, end: int) -> str:
        units = self._units()
        last = len(units) // 2 if end < 0 else end
        return units[2 * max(0, start) : 2 * last].decode("utf-16-le", "replace")

    def cursorPosition(self) -> int:  # noqa: N802 - overrides Qt's
        """Where the line of the view's cursor begins."""
        view = self._known()
        if view is None or not isValid(view):
            return 0
        spot, side, at, found = view.spoken_spot(), view.spoken_side(), 0, 0
        for line in self._lines():
            if line.spot == spot:
                found = at
                if line.side in (None, side):
                    break
            at += len(_encoded(line.text)) // 2 + 1
        return found

    def offsetAtPoint(self, point: QPoint) -> int:  # noqa: N802 - overrides Qt's
        view = self._known()
        if view is None or not isValid(view):
            return -1
        y, at = view.viewport().mapFromGlobal(point).y(), 0
        for line in self._lines():
            if line.top <= y < line.bottom:
                return at
            at += len(_encoded(line.text)) // 2 + 1
        return -1

    def characterRect(self, offset: int) -> QRect:  # noqa: N802 - overrides Qt's
        """The row of a character: where within it is left to whoever sees."""
        view, at = self._known(), 0
        if view is None or not isValid(view):
            return QRect()
        for line in self._lines():
            at += len(_encoded(line.text)) // 2 + 1
            if offset < at:
                corner = view.viewport().mapToGlobal(QPoint(0, line.top))
                return QRect(corner.x(), corner.y(), view.viewport().width(), line.bottom - line.top)
        return QRect()

    def selectionCount(self) -> int:  # noqa: N802 - overrides Qt's
        return 0

    def addSelection(self, start: int, end: int) -> None:  # noqa: N802 - overrides Qt's
        """What is selected is lines, by their own keys."""

    def removeSelection(self, index: int) -> None:  # noqa: N802 - overrides Qt's
        """As above."""

    def setSelection(self, index: int, start: int, end: int) -> None:  # noqa: N802 - overrides Qt's
        """As above."""

    def setCursorPosition(self, position: int) -> None:  # noqa: N802 - overrides Qt's
        """The cursor goes to the row that a place in the text is of."""
        view, at = self._known(), 0
        if view is None or not isValid(view):
            return
        for line in self._lines():
            at += len(_encoded(line.text)) // 2 + 1
            if position < at:
                view.go_to_spoken(line.spot, line.side)
                return

    def scrollToSubstring(self, start: int, end: int) -> None:  # noqa: N802 - overrides Qt's
        """All of it is on the screen."""


def _encoded(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")
