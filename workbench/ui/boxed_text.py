"""A text field in which nothing hides: what reorders text or has no width stands in it as a box with its code
point, and is the same character again where the text is read, copied or saved.

Qt cannot be told to draw such a character: in the field its place is held by an object that knows it. So is
that of each letter of a script that is written from the right, without a box: Qt would put them, and signs
between them, into another order than the text's and the review's. Letters that look like others are framed.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import islice

from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QInputMethodEvent,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPalette,
    QTextBlock,
    QTextCharFormat,
)
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QToolTip, QWidget

from workbench.review.suspicious import look_alikes
from workbench.review.text import visible
from workbench.review.words import Spans
from workbench.ui.held_characters import CHARACTER, OBJECT, Boxes, from_the_right, holding
from workbench.ui.sheet import as_tooltip
from workbench.ui.too_much import NOTHING, UNBOUND, Room, too_much

_HOLDER = "\ufffc"
"""What Qt takes for the place of an object. One that is in the text itself is boxed, so that it is kept."""
_LONGEST = 20_000
"""Characters of a line up to which its letters are looked at when painted; `hidden_line.py` says them all."""
_MOST_HELD = 3_000
"""Letters that are held in a text that is only read: each takes 10 µs."""
_KEPT_LINES = 200
"""Lines of which it stays known what is framed in them: a cursor that blinks paints them again and again."""
_READ_FOR = 15_000
"""Milliseconds for which it is said why a text was refused."""


def _hides(text: str) -> bool:
    return _HOLDER in text or bool(visible(text).columns)


class BoxedText(QPlainTextEdit):
    """Plain text, all of which can be seen. `toPlainText` gives it as it is, no-break spaces too."""

    also_held = ""
    """Characters that have no place in the field, and are boxed too."""
    room = UNBOUND
    """What may be put into the field at once. What is typed is never refused."""

    refused = Signal(str)
    """What was put in was too much for the field, and why. Nothing of it was taken."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._boxes = Boxes(self)
        self.document().documentLayout().registerHandler(OBJECT, self._boxes)
        self._whole: str | None = None
        """The text while it has what is held: to put that together takes a while, and many ask."""
        self._framed: dict[str, Spans] = {}
        self.document().contentsChange.connect(self._on_contents)
        option = self.document().defaultTextOption()
        option.setTextDirection(Qt.LayoutDirection.LeftToRight)
        self.document().setDefaultTextOption(option)

    # what is put in

    def holds(self, text: str) -> bool:
        """Whether anything of a text is boxed, or would stand in another place if Qt laid it out."""
        if text.isascii() and text.isprintable():
            return False
        if from_the_right.search(text) or _hides(text):
            return True
        return any(each in text for each in self.also_held)

    def setPlainText(self, text: str) -> None:
        if not self.holds(text):
            super().setPlainText(text)
            return
        document = self.document()
        super().setPlainText("")
        document.setUndoRedoEnabled(False)
        self._insert(text)
        document.setUndoRedoEnabled(True)
        document.setModified(False)
        self.moveCursor(self.textCursor().MoveOperation.Start)

    def insertPlainText(self, text: str) -> None:
        self._insert(text)
        self.ensureCursorVisible()

    def _insert(self, text: str) -> None:
        """In the place of what is selected, as one step to take back."""
        cursor, plain = self.textCursor(), QTextCharFormat()
        formats: dict[str, QTextCharFormat] = {}
        cursor.beginEditBlock()
        cursor.removeSelectedText()
        for piece, hides in _pieces(text, self.also_held):
            if hides:
                held = formats.get(piece)
                if held is None:
                    held = formats[piece] = holding(piece)
                cursor.insertText(_HOLDER, held)
            else:
                cursor.insertText(piece, plain)
        cursor.setCharFormat(plain)
        cursor.endEditBlock()
        self.setTextCursor(cursor)

    def insertFromMimeData(self, source: QMimeData) -> None:
        if source.hasText() and not self.isReadOnly():
            text = source.text()
            if not self.also_held and len(text) <= 2 * self.room.characters:
                text = text.replace("\r\n", "\n")
            self.put(text)

    def put(self, text: str) -> None:
        """Put a text in the place of what is selected, or say why it is too much."""
        why = self.refuses(text)
        if why:
            self.refuse(why)
        else:
            self.insertPlainText(text)

    def refuses(self, text: str) -> str:
        """Why a text is too much together with what stands in the field already; "" where it is not."""
        if self.room is UNBOUND:
            return ""
        cursor, line = self.textCursor(), self.textCursor().block()
        selected = cursor.selectionEnd() - cursor.selectionStart()
        around = Room(
            characters=self.document().characterCount() - 1 - selected,
            lines=self.blockCount() - 1 if not selected else 0,
            line=max(0, line.length() - 1 - selected),
            boxes=line.text().count(_HOLDER) if not selected else 0,
        )
        return too_much(text, self.room, around, lambda: boxes_in(text, self.also_held))

    def refuses_whole(self, text: str) -> str:
        """Why a text is too much to begin with; "" where it is not."""
        return too_much(text, self.room, NOTHING, lambda: boxes_in(text, self.also_held))

    def refuse(self, why: str) -> None:
        """Say at the field why nothing was put in."""
        words = f"This is too much to put in here: {why}."
        where = self.mapToGlobal(QPoint(0, self.height()))
        QToolTip.showText(where, as_tooltip(words), self, QRect(), _READ_FOR)
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))
        self.refused.emit(words)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Control characters are keys; what some layouts write beyond them would hide.
        text = event.text()
        if event.matches(QKeySequence.StandardKey.InsertLineSeparator) and not self.isReadOnly():
            # Qt would write U+2028, which is no end of a line for anybody else, into a note or into code.
            self.insertPlainText("\n")
            event.accept()
        elif text >= "\x80" and self.holds(text) and not self.isReadOnly():
            self.insertPlainText(text)
            event.accept()
        else:
            super().keyPressEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        text = event.commitString()
        if self.holds(text) and not self.isReadOnly():
            if event.replacementLength():
                # A method that corrects the word before the cursor, as those for letters from the right do.
                cursor = self.textCursor()
                cursor.removeSelectedText()
                cursor.setPosition(cursor.position() + event.replacementStart())
                end = cursor.position() + event.replacementLength()
                cursor.setPosition(end, cursor.MoveMode.KeepAnchor)
                self.setTextCursor(cursor)
            why = self.refuses_whole(text)  # as a paste; letters come one by one, and are never refused
            if why:
                self.refuse(why)
            else:
                self.insertPlainText(text)
            event.setCommitString("")
        super().inputMethodEvent(event)

    # how it is shown

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter: QPainter | None = None
        block, offset = self.firstVisibleBlock(), self.contentOffset()
        try:
            while (
                block.isValid()
                and self.blockBoundingGeometry(block).translated(offset).top() <= self.height()
            ):
                for box in self._alike(block, offset):
                    if painter is None:
                        painter = QPainter(self.viewport())
                        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                        painter.setPen(QApplication.palette().color(QPalette.ColorRole.BrightText))
                    painter.drawRoundedRect(box, 2, 2)
                block = block.next()
        finally:
            if painter is not None:
                painter.end()

    def _alike(self, block: QTextBlock, offset: QPointF) -> Iterator[QRectF]:
        """Where words and signs stand that are not what they look like, in what is seen of a line."""
        if block.length() > _LONGEST or (text := block.text()).isascii():
            return
        spans = self._framed.get(text)
        if spans is None:
            if len(self._framed) >= _KEPT_LINES:
                self._framed.clear()
            # Qt counts in UTF-16.
            spans = self._framed[text] = in_utf16(text, look_alikes(text))
        if not spans:
            return
        top = self.blockBoundingGeometry(block).translated(offset).topLeft()
        room = self.viewport().rect()
        for number in range(block.layout().lineCount()):
            line = block.layout().lineAt(number)
            if top.y() + line.y() > room.bottom():
                return
            if top.y() + line.y() + line.height() < 0:
                continue
            # PySide gives (x, position) here, whatever its type hints say.
            begin = max(line.textStart(), line.xToCursor(-top.x()) - 1)
            end = min(line.textStart() + line.textLength(), line.xToCursor(room.width() - top.x()) + 1)
            for at in range(bisect_right(spans, begin, key=_end), len(spans)):
                low, high = max(spans[at][0], begin), min(spans[at][1], end)
                if low >= high:
                    break
                left, right = (line.cursorToX(each)[0] for each in (low, high))  # type: ignore[index]
                box = QRectF(left, line.y(), right - left, line.height()).translated(top)
                yield box.adjusted(-0.5, 0.5, 0.5, -0.5)

    # what is taken out

    def toPlainText(self) -> str:
        if self._whole is not None:
            return self._whole
        raw = self.document().toRawText()
        if _HOLDER in raw:
            self._whole = self._text_between(0, self.document().characterCount() - 1)
            return self._whole
        return raw.replace("\u2029", "\n")

    def _on_contents(self) -> None:
        self._whole = None

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.ApplicationFontChange):
            self._boxes.sizes.clear()
        super().changeEvent(event)

    def createMimeDataFromSelection(self) -> QMimeData:
        # Made by Qt, of a field without a selection: one of Python's that still is in the clipboard when the
        # process ends is the end of it by SIGSEGV, where the platform has no clipboard of its own.
        data = QPlainTextEdit().createMimeDataFromSelection()
        data.setText(self.selected())
        return data

    def selected(self) -> str:
        """What is selected."""
        cursor = self.textCursor()
        return self._text_between(cursor.selectionStart(), cursor.selectionEnd())

    def _text_between(self, start: int, end: int) -> str:
        """The text between two places of the document, with what its boxes stand for."""
        lines: list[str] = []
        characters: dict[int, str | None] = {}
        block = self.document().findBlock(start)
        while block.isValid() and block.position() <= end:
            lines.append("".join(_parts(block, start, end, characters)))
            block = block.next()
        return "\n".join(lines)


class ShownText(BoxedText):
    """Text that is only read: what hides in it is spelled out, and can be searched and copied so. Look-alikes
    are framed and letters from the right stand in the text's order, as in a field; of very many of those, to
    hold each would take seconds, and the text is a script's own.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)

    def setPlainText(self, text: str) -> None:
        shown = visible(text).text
        letters = () if shown.isascii() else from_the_right.finditer(shown)
        if 0 < sum(1 for _ in islice(letters, _MOST_HELD + 1)) <= _MOST_HELD:
            super().setPlainText(shown)
        else:
            QPlainTextEdit.setPlainText(self, shown)


def _parts(block: QTextBlock, start: int, end: int, characters: dict[int, str | None]) -> Iterator[str]:
    """What a line holds between two places. `characters` are those of the formats that were met."""
    place = block.begin()
    while not place.atEnd():
        fragment = place.fragment()
        position, length, number = fragment.position(), fragment.length(), fragment.charFormatIndex()
        if number not in characters:
            held = fragment.charFormat().property(CHARACTER)
            characters[number] = chr(held) if held is not None else None
        character = characters[number]
        first, last = max(0, start - position), min(length, end - position)
        if first < last:
            # Qt counts in UTF-16.
            units = fragment.text().encode("utf-16-le", "surrogatepass")[2 * first : 2 * last]
            text = units.decode("utf-16-le", "surrogatepass")
            # What was typed after a box may have its format, too.
            yield text.replace(_HOLDER, character) if character is not None else text
        place += 1


def boxes_in(text: str, also: str = "") -> int:
    """How many characters of a text are held one by one."""
    return sum(1 for _, hides in _pieces(text, also) if hides)


def in_utf16(text: str, spans: Spans) -> Spans:
    """Spans of characters in the units that Qt counts."""
    if not spans or max(text) <= "\uffff":
        return spans
    wide = [at for at, each in enumerate(text) if each > "\uffff"]
    return tuple((start + bisect_left(wide, start), end + bisect_left(wide, end)) for start, end in spans)


def _end(span: tuple[int, int]) -> int:
    return span[1]


def _pieces(text: str, also: str) -> Iterator[tuple[str, bool]]:
    """Characters that are held one by one, what stands between them, and which it is."""
    start = 0
    letters = (found.start() for found in from_the_right.finditer(text))
    holders = (at for at, each in enumerate(text) if each == _HOLDER or each in also)
    for at in sorted({*visible(text).columns, *letters, *holders}):
        if start < at:
            yield text[start:at], False
        yield text[at], True
        start = at + 1
    if start < len(text):
        yield text[start:], False
