"""The keys at the foot of a sheet: caps with a word for them, as many as fit. A click on one presses it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from workbench.ui.fonts import code_font
from workbench.ui.key_presses import press_shown
from workbench.ui.keycaps import BETWEEN, CAP, GAP, PAD
from workbench.ui.sheet import Plain, as_tooltip

Hint = tuple[tuple[str, ...], str]
"""The keys that do a thing, as they are drawn, and a word for it."""

HEIGHT = 24
_BESIDE = 3
"""Between two keys that do the same."""


class KeyLine(QWidget):
    """A row of labels, which the style sheet paints. What does not fit is in the tooltip, with the others."""

    def __init__(self, parent: QWidget, *hints: Hint) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._hints: tuple[Hint, ...] = ()
        self._shown: list[list[QLabel]] = []
        self.setMouseTracking(True)
        self.set_hints(hints)

    def set_hints(self, hints: Sequence[Hint]) -> None:
        """Show these instead."""
        if tuple(hints) == self._hints:
            return
        self._hints = tuple(hints)
        for label in chain.from_iterable(self._shown):
            # Taken away at once: what is deleted later would still be seen under the new keys.
            label.hide()
            label.deleteLater()
        self._shown = [[*self._caps(keys), self._word(word)] for keys, word in self._hints]
        self.setToolTip(as_tooltip(self.text()))
        self.setAccessibleName(self.text())
        self._place()

    def text(self) -> str:
        """All of it in words: "j k move   u undo"."""
        return "   ".join(" ".join((*keys, word)) for keys, word in self._hints)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        is_over = self._under(event.position().toPoint()) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if is_over else Qt.CursorShape.ArrowCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        # Whoever has the keys keeps them, however the line lies over somebody who would take them.
        event.setAccepted(self._under(event.position().toPoint()) is not None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        key = self._under(event.position().toPoint())
        if key is not None and event.button() is Qt.MouseButton.LeftButton:
            press_shown(key, self)

    def _under(self, point: QPoint) -> str | None:
        """The key of the cap at a place, or the first of those whose word is there."""
        for (keys, _), labels in zip(self._hints, self._shown, strict=True):
            for number, label in enumerate(labels):
                if label.isVisibleTo(self) and label.geometry().contains(point):
                    return keys[number] if number < len(keys) else keys[0]
        return None

    def sizeHint(self) -> QSize:
        return QSize(sum(map(_width, self._shown)) + (BETWEEN + 2) * (len(self._shown) - 1), HEIGHT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _caps(self, keys: tuple[str, ...]) -> Iterator[QLabel]:
        for key in keys:
            cap = Plain(self)
            cap.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            cap.setText(key)
            cap.setFont(code_font(11))
            cap.setProperty("kind", "cap")
            cap.setAlignment(Qt.AlignmentFlag.AlignCenter)
            cap.setFixedSize(max(CAP, cap.fontMetrics().horizontalAdvance(key) + 2 * PAD), CAP)
            yield cap

    def _word(self, word: str) -> QLabel:
        label = Plain(self)
        label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        label.setText(word)
        label.setProperty("kind", "faint")
        return label

    def _tops(self, width: int) -> list[int]:
        """Where each thing begins below the top, in so wide a line: all of them at it."""
        return [0] * len(self._shown)

    def _place(self) -> None:
        tops = self._tops(self.width())
        height = self.height() - (tops[-1] if tops else 0)
        left, fits, above = 0, True, 0
        for labels, top in zip(self._shown, tops, strict=True):
            sizes, caps = _sizes(labels), len(labels) - 1
            if top > above:
                left, above, fits = 0, top, True
            fits = fits and left + _width(labels) <= self.width()
            for number, (label, size) in enumerate(zip(labels, sizes, strict=True)):
                label.setVisible(fits)
                middle = top + (height - size.height()) // 2
                label.setGeometry(left, middle, size.width(), size.height())
                left += size.width() + (GAP if number == caps - 1 else _BESIDE if number < caps else 0)
            left += BETWEEN + 2


def _sizes(labels: list[QLabel]) -> list[QSize]:
    """Of the caps of a hint, which have theirs, and of its word."""
    return [label.sizeHint() if label is labels[-1] else label.size() for label in labels]


def _width(labels: list[QLabel]) -> int:
    return sum(size.width() for size in _sizes(labels)) + _BESIDE * (len(labels) - 2) + GAP


def places(shown: Sequence[list[QLabel]], width: int) -> Iterator[int]:
    """On which line of so many pixels each thing stands, where lines follow lines."""
    line = left = 0
    for labels in shown:
        wide = _width(labels)
        if left and left + wide > width:
            line, left = line + 1, 0
        yield line
        left += wide + BETWEEN + 2
