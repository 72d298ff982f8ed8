"""Characters that a field holds by an object, because Qt draws them not at all or in another order."""

from __future__ import annotations

import re
import unicodedata

from PySide6.QtCore import QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QPainter,
    QPalette,
    QPyTextObject,
    QTextCharFormat,
    QTextDocument,
    QTextFormat,
)
from PySide6.QtWidgets import QApplication, QWidget

from workbench.review.text import visible

OBJECT = QTextFormat.ObjectTypes.UserObject.value + 1
CHARACTER = QTextFormat.Property.UserProperty.value + 1
"""As a number: of half a pair of UTF-16, which stands for a byte that is not UTF-8, Qt would make nothing."""
from_the_right = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_BESIDE = 3.0
"""Pixels between the code point and its frame."""


class Boxes(QPyTextObject):
    """Draws the characters that hide, and those that would be put into another order."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.sizes: dict[int, QSizeF] = {}
        """Of each character in the field's font: Qt asks thirty times for each place that it is in."""

    def intrinsicSize(self, doc: QTextDocument, _: int, held: QTextFormat) -> QSizeF:
        character = held.property(CHARACTER)
        size = self.sizes.get(character)
        if size is None:
            size = self.sizes[character] = self._size(doc, held)
        return size

    def _size(self, doc: QTextDocument, held: QTextFormat) -> QSizeF:
        letter = _letter(held)
        if letter:
            own = QFontMetricsF(doc.defaultFont())
            return QSizeF(max(1.0, own.horizontalAdvance(letter)), own.ascent())
        metrics = QFontMetricsF(_font(doc))
        wide = metrics.horizontalAdvance(_words(held)) + 2 * _BESIDE + 2
        return QSizeF(wide, QFontMetricsF(doc.defaultFont()).ascent())

    def drawObject(
        self, painter: QPainter, rect: QRectF | QRect, doc: QTextDocument, _: int, held: QTextFormat
    ) -> None:
        letter = _letter(held)
        if letter:
            painter.setFont(doc.defaultFont())
            painter.drawText(QRectF(rect).bottomLeft(), letter)
            return
        descent = QFontMetricsF(doc.defaultFont()).descent()
        box = QRectF(rect).adjusted(1.5, 1.5, -1.5, descent - 1.5)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        # The colour of what is dangerous, which the application's palette holds in this role.
        painter.setPen(QApplication.palette().color(QPalette.ColorRole.BrightText))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, 3, 3)
        painter.setFont(_font(doc))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, _words(held))
        painter.restore()


def _font(doc: QTextDocument) -> QFont:
    font = QFont(doc.defaultFont())
    font.setPixelSize(max(8, round(0.8 * QFontMetricsF(font).ascent())))
    return font


def _words(held: QTextFormat) -> str:
    return f"U+{held.property(CHARACTER):04X}"


def _letter(held: QTextFormat) -> str:
    """What is drawn of a letter that has no box; "" of what has one. A mark is drawn beside its letter."""
    character = chr(held.property(CHARACTER))
    if not from_the_right.match(character) or visible(character).columns:
        return ""
    return f"\u25cc{character}" if unicodedata.category(character)[0] == "M" else character


def holding(character: str) -> QTextCharFormat:
    """The format of the place that holds a character."""
    held = QTextCharFormat()
    held.setObjectType(OBJECT)
    held.setProperty(CHARACTER, ord(character))
    return held
