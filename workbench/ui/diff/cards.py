"""Cards that lie in the flow: a note with its text, suggestion and thread. Measures and paints; decides
nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QPainter,
    QPainterPath,
    QPen,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)

from workbench.review.notes import Author, Note, Place, Reply
from workbench.review.text import decode, one_line, visible
from workbench.ui.diff.chips import MARGIN, chip
from workbench.ui.diff.dress import BAR, Dress
from workbench.ui.diff.shaping import Shaped
from workbench.ui.shown_text import alike, draw, elided, ordered, outline

PADDING = 14
_GAP = 8
_SHOWN_CODE = 40
_LONGEST = 2000
_INSET = 4
"""Columns by which what goes on in another line is set in."""
_SHOWN_LINES, _SHOWN_SIGNS = 200, 12_000
"""Of one text. A card is measured in one go, and one of a megabyte held the window for minutes."""

_code = re.compile(r"`([^`\n]+)`")


class Paragraph:
    """Wrapped text of one colour, with `code` in the code font."""

    def __init__(
        self, dress: Dress, text: str, width: float, colour: QColor, font: QFont | None = None
    ) -> None:
        shown, spans = _spans_of_code(visible(text).text)
        _, framed = ordered(shown, alike(shown))
        shown, spans = ordered(shown, spans)
        self.layout = QTextLayout(shown, font or dress.text)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        option.setTextDirection(Qt.LayoutDirection.LeftToRight)
        self.layout.setTextOption(option)
        self.layout.setCacheEnabled(True)
        whole = QTextLayout.FormatRange()
        whole.start, whole.length = 0, len(shown.encode("utf-16-le")) // 2
        whole.format = QTextCharFormat()
        whole.format.setForeground(colour)
        formats = [whole]
        for start, end in spans:
            # The thin blanks around it, which no line is broken at, are as thin as the font of the text has
            # them: in that of the code they would be as wide as a letter.
            around = font or dress.text
            for first, last, own in (
                (start, start + 1, around),
                (start + 1, end - 1, dress.small_code.font),
                (end - 1, end, around),
            ):
                part = QTextLayout.FormatRange()
                part.start = len(shown[:first].encode("utf-16-le")) // 2
                part.length = len(shown[first:last].encode("utf-16-le")) // 2
                part.format = QTextCharFormat()
                part.format.setFont(own)
                part.format.setForeground(dress.theme.text)
                formats.append(part)
        self.layout.setFormats(formats)
        self._chip = dress.theme.ground if dress.theme.is_dark else dress.theme.panel
        self.height = 0.0
        step = round(dress.text_metrics.height() * 1.22)
        self.layout.beginLayout()
        while True:
            line = self.layout.createLine()
            if not line.isValid():
                break
            line.setLineWidth(max(40.0, width))
            line.setPosition(QPointF(0, self.height + (step - line.height()) / 2))
            self.height += step
        self.layout.endLayout()
        self._chips = [box for start, end in spans for box in self._boxes(shown[:start], shown[:end])]
        self._odd = [box for start, end in framed for box in self._boxes(shown[:start], shown[:end])]
        """Where look-alikes are framed."""

    def _boxes(self, before: str, until: str) -> Iterator[QRectF]:
        """Where a piece of code stands, on each line that has some of it. Qt counts in units of UTF-16."""
        start, end = (len(text.encode("utf-16-le")) // 2 for text in (before, until))
        for number in range(self.layout.lineCount()):
            line = self.layout.lineAt(number)
            first, last = max(start, line.textStart()), min(end, line.textStart() + line.textLength())
            if first < last:
                # What Qt gives is the place and the character that it stands at.
                left, right = (line.cursorToX(at)[0] for at in (first, last))  # type: ignore[index]
                yield QRectF(left, line.y(), right - left, line.height())

    def draw(self, painter: QPainter, x: float, y: float) -> None:
        if self._chips:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._chip)
            for box in self._chips:
                painter.drawRoundedRect(box.translated(x, y), 3, 3)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        self.layout.draw(painter, QPointF(x, y))
        if self._odd:
            outline(painter, [box.translated(x, y) for box in self._odd])


def _spans_of_code(text: str) -> tuple[str, list[tuple[int, int]]]:
    parts: list[str] = []
    spans: list[tuple[int, int]] = []
    at = length = 0
    for match in _code.finditer(text):
        before = text[at : match.start()]
        code = f"\u202f{match.group(1)}\u202f"
        parts += (before, code)
        length += len(before)
        spans.append((length, length + len(code)))
        length += len(code)
        at = match.end()
    parts.append(text[at:])
    return "".join(parts), spans


def shortened(text: str) -> tuple[list[str], int]:
    """The lines that a card shows of a text, long ones in pieces, and how many characters are left out."""
    shown: list[str] = []
    left, used = _SHOWN_SIGNS, 0
    for line in text.split("\n", _SHOWN_LINES)[:_SHOWN_LINES]:
        part = line[:left]
        shown += [part[at : at + _LONGEST] for at in range(0, len(part), _LONGEST)] or [""]
        left -= len(part)
        used += len(part) + 1
        if len(part) < len(line):
            used -= 1
            break
    return shown, max(0, len(text) - used)


def _cut(line: str, columns: int) -> list[str]:
    """A line of code in pieces that fit, the further ones set in below it; nothing of it is hidden."""
    line = line.expandtabs(8)
    inset = " " * min(len(line) - len(line.lstrip()) + _INSET, columns // 2)
    step = columns - len(inset)
    return [line[:columns], *(inset + line[at : at + step] for at in range(columns, len(line), step))]


class _Part(Struct):
    """Something inside a card: a paragraph, a label, or lines of code on a ground."""

    y: float
    paragraph: Paragraph | None = None
    code: Sequence[Shaped] = ()
    ground: QColor | None = None
    height: float = 0.0
    indent: float = 0.0


class NoteCard:
    """One note at one width."""

    def __init__(
        self,
        dress: Dress,
        note: Note,
        place: Place | None,
        width: float,
        *,
        outdated: bool,
        numbers: Sequence[int] = (),
    ) -> None:
        self.dress, self.note, self.place = dress, note, place
        self._numbers = numbers
        self.width = width
        self.outdated = outdated
        self._parts: list[_Part] = []
        self._line = round(dress.text_metrics.height() * 1.22)
        self._code_line = round(dress.small_code.height * 1.18)
        self._y = MARGIN + 9.0 + self._line + 4
        if not note.settled or outdated:
            self._fill()
        self.height = round(self._y + (10 if self._parts else 4) + MARGIN)

    def _fill(self) -> None:
        note, theme = self.note, self.dress.theme
        self._text(note.text, theme.text)
        if self.outdated and note.place.quote:
            self._y += _GAP
            self._label("it was written on")
            self._block([decode(line) for line in note.place.quote], theme.nothing)
        if note.suggestion is not None:
            self._y += _GAP
            self._label("suggestion")
            self._block(note.suggestion.rstrip("\n").split("\n"), theme.added_row)
        for reply in note.thread:
            self._y += _GAP
            number = self._numbers[reply.round] if 0 <= reply.round < len(self._numbers) else 0
            self._label(reply_words(reply, number), indent=12)
            if reply.text:
                self._text(reply.text, theme.text, indent=12)

    def _text(self, text: str, colour: QColor, indent: float = 0.0) -> None:
        shown, more = shortened(text)
        for each in shown:
            self._paragraph(each, colour, indent)
        if more:
            self._paragraph(
                f"… {more:,} more characters, in a text of {len(text):,}", self.dress.theme.dim, indent
            )

    def _paragraph(self, text: str, colour: QColor, indent: float) -> None:
        paragraph = Paragraph(self.dress, text, self.width - 2 * PADDING - BAR - indent, colour)
        self._parts.append(_Part(self._y, paragraph, height=paragraph.height, indent=indent))
        self._y += paragraph.height

    def _label(self, text: str, indent: float = 0.0) -> None:
        self._text(text, self.dress.theme.dim, indent)
        self._y += 2

    def _block(self, lines: Sequence[str], ground: QColor) -> None:
        shaper = self.dress.small_code
        columns = max(20, int((self.width - 2 * PADDING - BAR - 22) / shaper.cell))
        shaped = []
        for line in lines[:_SHOWN_CODE]:
            seen = visible(line).text
            shaped += [shaper.plain(row, self.dress.theme.text) for row in _cut(seen[:_LONGEST], columns)]
            if len(seen) > _LONGEST:
                more = f"… {len(seen) - _LONGEST:,} more characters"
                shaped.append(shaper.plain(more, self.dress.theme.dim))
        if len(lines) > _SHOWN_CODE:
            more = f"… {len(lines) - _SHOWN_CODE:,} more lines"
            shaped.append(shaper.plain(more, self.dress.theme.dim))
        height = len(shaped) * self._code_line + 14
        self._parts.append(_Part(self._y, code=shaped, ground=ground, height=height))
        self._y += height

    @property
    def colour(self) -> QColor:
        """Of the card's bar and chip."""
        if self.note.reason:
            return self.dress.theme.rejected
        if self.outdated or self.note.settled:
            return self.dress.theme.faint
        return self.dress.intent(self.note.intent)

    def paint(self, painter: QPainter, x: float, y: float, *, current: bool) -> None:
        """Paint with the row's top left corner there."""
        box = QRectF(x + 0.5, y + MARGIN + 0.5, self.width - 1, self.height - 2 * MARGIN - 1)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        path = QPainterPath()
        path.addRoundedRect(box, 8, 8)
        self._ground(painter, path, box, current=current)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        self._head(painter, x, y)
        for part in self._parts:
            self._paint_part(painter, part, x, y)

    def _ground(self, painter: QPainter, path: QPainterPath, box: QRectF, *, current: bool) -> None:
        """The card without its words: filled, with its bar and its edge."""
        theme = self.dress.theme
        painter.fillPath(path, theme.raised)
        painter.save()
        painter.setClipPath(path, Qt.ClipOperation.IntersectClip)
        painter.fillRect(QRectF(box.left() - 0.5, box.top(), BAR + 0.5, box.height()), self.colour)
        painter.restore()
        painter.setPen(QPen(theme.accent if current else theme.line, 1.5 if current else 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)

    def _head(self, painter: QPainter, x: float, y: float) -> None:
        dress, note, theme = self.dress, self.note, self.dress.theme
        left = x + BAR + PADDING - 2
        top = y + MARGIN + 8
        line = QRectF(left, top, self.width - 2 * PADDING, self._line)
        left += chip(painter, dress, self._chip(), self.colour, QPointF(left, top + self._line / 2)) + 8
        painter.setFont(dress.strong)
        painter.setPen(theme.text)
        painter.drawText(QRectF(left, line.top(), 200, line.height()), Qt.AlignmentFlag.AlignVCenter, note.id)
        left += dress.strong_metrics.horizontalAdvance(note.id) + 8
        status = self._status()
        taken = dress.text_metrics.horizontalAdvance(status) if status else 0
        right = x + self.width - PADDING
        painter.setFont(dress.text)
        painter.setPen(theme.dim)
        room = right - left - taken - 12
        words = elided(dress.text_metrics, self._where(), Qt.TextElideMode.ElideMiddle, room)
        draw(painter, QRectF(left, line.top(), room, line.height()), Qt.AlignmentFlag.AlignVCenter, words)
        if status:
            painter.drawText(
                QRectF(right - taken, line.top(), taken + 2, line.height()),
                Qt.AlignmentFlag.AlignVCenter,
                status,
            )

    def _chip(self) -> str:
        if self.note.reason:
            return "rejected"
        return self.note.intent.value

    def _status(self) -> str:
        if self.note.settled:
            return "settled ✓"
        return "outdated" if self.outdated else ""

    def _where(self) -> str:
        words = place_words(self.place if self.place is not None else self.note.place)
        if self.note.origin:
            words += f" · from {one_line(self.note.origin)}"
        if self.note.spread:
            words += f" · and {len(self.note.spread):,} more places"
        if self.note.settled and not self.outdated:
            first = visible(self.note.text.split("\n")[0]).text
            return f"{first} · {words}"
        return words

    def _paint_part(self, painter: QPainter, part: _Part, x: float, y: float) -> None:
        left = x + BAR + PADDING - 2
        if part.indent:
            painter.fillRect(QRectF(left, y + part.y, 2, part.height), self.dress.theme.line)
        if part.paragraph is not None:
            part.paragraph.draw(painter, left + part.indent, y + part.y)
            return
        box = QRectF(left, y + part.y, self.width - 2 * PADDING - BAR + 2, part.height)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(part.ground or self.dress.theme.ground)
        painter.drawRoundedRect(box, 6, 6)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.save()
        painter.setClipRect(box, Qt.ClipOperation.IntersectClip)
        for at, shaped in enumerate(part.code):
            shaped.draw(painter, left + 12, y + part.y + 8 + at * self._code_line)
        painter.restore()


def reply_words(reply: Reply, number: int = 0) -> str:
    """Who said an entry of a thread, in the round of which number, and what is odd about it."""
    when = [f"round {number}"] if number else []
    if reply.author is Author.EXPERT:
        return " · ".join(["you", *when, *(["sent again"] if reply.again else [])])
    who = visible(reply.model or "the model").text
    if reply.kind is None:
        return f"{who} · is writing…"
    parts = [who, *when, reply.kind.value]
    parts += ["incomplete"] if reply.cut else []
    if reply.ignored:
        parts.append(f"{reply.ignored} edit{'' if reply.ignored == 1 else 's'} in it ignored")
    return " · ".join(parts)


def place_words(place: Place) -> str:
    """Where a note stands, in words: "new 46–48 · on this change"."""
    if place.path is None:
        return "on the review"
    if not place.count:
        return "on this change" if place.change is not None else "on the file"
    side = place.side.value
    lines = str(place.start) if place.count == 1 else f"{place.start}–{place.start + place.count - 1}"
    return f"{side} {lines}" + (" · on this change" if place.change is not None else "")
