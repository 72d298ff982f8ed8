"""The mark in the top bar that says whether the repository is trusted: a shape, a colour and a word."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from workbench.review.text import visible
from workbench.ui.sheet import as_tooltip
from workbench.ui.shown_text import draw, elided
from workbench.ui.theme import Theme, mixed

HEIGHT = 26
_LEFT, _SIDE, _GAP = 7, 14, 6
RESTRICTED = "No program that this repository names is run: no hook, filter or check."


class TrustMark(QAbstractButton):
    """A closed lock: restricted. A sign of warning: restricted again, because something changed. A shield
    with a tick: trusted. Pressed, it asks for the sheet.
    """

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._trusted = self._stale = self._foreign = False
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.show_state("restricted")

    def set_theme(self, theme: Theme) -> None:
        """Wear another theme."""
        self._theme = theme
        self.update()

    def show_state(
        self, word: str, why: str = "", owner: str = "", *, trusted: bool = False, stale: bool = False
    ) -> None:
        """Show this. `owner` is the word about a repository that belongs to somebody else, or ""."""
        self._trusted, self._stale, self._foreign = trusted, stale, bool(owner)
        self.setText(f"{word} · not yours" if owner else word)
        meaning = "Its hooks and filters may run where they are needed." if trusted else RESTRICTED
        state = word[:1].upper() + word[1:] + (f" ({why})" if why and why not in word else "")
        told = [f"{state}.", meaning, owner, "Press to see what it could run."]
        self.setToolTip(as_tooltip(" ".join(part for part in told if part)))
        self.setAccessibleName(self.text())
        self.setAccessibleDescription(visible(" ".join(part for part in told if part)).text)
        self.updateGeometry()
        self.update()

    @property
    def colour(self) -> QColor:
        """The colour of its shape."""
        if self._stale or self._foreign:
            return self._theme.altered
        return self._theme.accepted if self._trusted else self._theme.dim

    def sizeHint(self) -> QSize:
        words = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(_LEFT + _SIDE + _GAP + words + 9, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(_LEFT + _SIDE + _LEFT, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            theme = self._theme
            if self.underMouse() or self.hasFocus():
                painter.setPen(theme.accent if self.hasFocus() else Qt.PenStyle.NoPen)
                painter.setBrush(mixed(theme.text, theme.panel, 0.07))
                painter.drawRoundedRect(self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
            box = QRectF(_LEFT, (self.height() - _SIDE) / 2, _SIDE, _SIDE)
            if self._trusted:
                _shield(painter, box, self.colour, theme.panel)
            elif self._stale:
                _warning(painter, box, self.colour, theme.panel)
            else:
                _lock(painter, box, self.colour)
            room = self.rect().adjusted(_LEFT + _SIDE + _GAP, 0, -4, 0)
            words = elided(painter.fontMetrics(), self.text(), Qt.TextElideMode.ElideRight, room.width())
            if words != self.text() and not (self._stale or self._foreign):
                words = ""  # the shape says it as well; half a word says nothing
            quiet = theme.text if self.underMouse() or self.hasFocus() else theme.dim
            painter.setPen(self.colour if self._stale or self._foreign else quiet)
            draw(painter, room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)


def _lock(painter: QPainter, box: QRectF, colour: QColor) -> None:
    painter.setPen(QPen(colour, 1.6))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    bow = QRectF(box.left() + 4, box.top() + 1, 6, 8)
    painter.drawArc(bow, 0, 180 * 16)
    painter.drawLine(QPointF(bow.left(), bow.center().y()), QPointF(bow.left(), box.top() + 7))
    painter.drawLine(QPointF(bow.right(), bow.center().y()), QPointF(bow.right(), box.top() + 7))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(QRectF(box.left() + 2, box.top() + 6, 10, 7.5), 1.5, 1.5)


def _shield(painter: QPainter, box: QRectF, colour: QColor, inside: QColor) -> None:
    left, top, right, middle = box.left() + 1.5, box.top() + 0.5, box.right() - 1.5, box.center().x()
    path = QPainterPath(QPointF(middle, top))
    path.lineTo(right, top + 2)
    path.cubicTo(right, top + 8, right - 2, top + 11, middle, top + 13.5)
    path.cubicTo(left + 2, top + 11, left, top + 8, left, top + 2)
    path.closeSubpath()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawPath(path)
    painter.setPen(QPen(inside, 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.drawPolyline([
        QPointF(middle - 2.7, top + 6.4), QPointF(middle - 0.6, top + 8.5), QPointF(middle + 2.8, top + 4.6),
    ])  # fmt: skip


def _warning(painter: QPainter, box: QRectF, colour: QColor, inside: QColor) -> None:
    middle = box.center().x()
    painter.setPen(
        QPen(colour, 1.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    )
    painter.setBrush(colour)
    painter.drawPolygon([
        QPointF(middle, box.top() + 1.5), QPointF(box.right() - 1, box.bottom() - 1.5),
        QPointF(box.left() + 1, box.bottom() - 1.5),
    ])  # fmt: skip
    painter.setPen(QPen(inside, 1.7, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.drawLine(QPointF(middle, box.top() + 5), QPointF(middle, box.top() + 8.2))
    painter.drawPoint(QPointF(middle, box.bottom() - 3.3))
