"""Rows that are drawn from what was drawn before: headers and the list of files, where words cost more
than pixels.

Keeps pictures and compares what they were made from, by identity; draws nothing itself.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPixmap

KEPT = 96
"""Rows that are kept; at 1,400 pixels some 150 kB each."""


class _Kept(Struct):
    made_from: tuple[object, ...]
    size: QSize
    picture: QPixmap | None = None
    """None until it is drawn a second time, or ahead: in a drag most rows are on the screen once."""

    def is_of(self, made_from: tuple[object, ...], size: QSize) -> bool:
        """Whether it shows the same things at the same size."""
        return (
            self.size == size
            and len(self.made_from) == len(made_from)
            and all(one is other for one, other in zip(self.made_from, made_from, strict=True))
        )


class KeptRows:
    """The last some rows, by name. `over` what lies under them, where they do not fill their box."""

    def __init__(self, *, over: bool = False) -> None:
        self._over = over
        self._rows: dict[object, _Kept] = {}
        self._ratio = 1.0
        """Pixels of the screen to one of ours, where rows were drawn last."""

    def forget(self) -> None:
        """Everything looks different now."""
        self._rows.clear()

    def draw(
        self,
        painter: QPainter,
        name: object,
        made_from: tuple[object, ...],
        box: QRect,
        paint: Callable[[QPainter, QRect], None],
    ) -> None:
        """Draw a row that `paint` paints, if it was made from other objects or has another size."""
        ratio = self._ratio = painter.device().devicePixelRatioF()
        if ratio != int(ratio):
            # A row may begin between two pixels there, and a picture of it would be blurred.
            paint(painter, box)
            return
        size = box.size() * ratio
        known = self._rows.pop(name, None)
        if known is None or not known.is_of(made_from, size):
            known = _Kept(made_from, size)
            is_first = box.top() >= 0  # above 0 Qt rounds the other way, and words would stand a pixel off
        else:
            is_first = False
        if is_first:
            painter.save()
            painter.setClipRect(box, Qt.ClipOperation.IntersectClip)
            paint(painter, box)
            painter.restore()
        else:
            if known.picture is None:
                known.picture = self._painted(size.width(), size.height(), ratio, box, paint)
            painter.drawPixmap(box.topLeft(), known.picture)
        self._keep(name, known)

    def warm(
        self,
        name: object,
        made_from: tuple[object, ...],
        box: QRect,
        paint: Callable[[QPainter, QRect], None],
    ) -> None:
        """Make the picture of a row that may be drawn soon."""
        ratio = self._ratio
        if ratio != int(ratio):
            return
        size = box.size() * ratio
        known = self._rows.pop(name, None)
        if known is None or not known.is_of(made_from, size):
            known = _Kept(made_from, size)
        if known.picture is None:
            known.picture = self._painted(size.width(), size.height(), ratio, box, paint)
        self._keep(name, known)

    def _keep(self, name: object, row: _Kept) -> None:
        self._rows[name] = row
        if len(self._rows) > KEPT:
            self._rows.pop(next(iter(self._rows)))

    def _painted(
        self, width: int, height: int, ratio: float, box: QRect, paint: Callable[[QPainter, QRect], None]
    ) -> QPixmap:
        picture = QPixmap(max(1, width), max(1, height))
        picture.setDevicePixelRatio(ratio)
        if self._over:
            picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        try:
            paint(painter, QRect(0, 0, box.width(), box.height()))
        finally:  # an error's traceback would keep it, and Qt dies of a painter that outlives its device
            painter.end()
        return picture
