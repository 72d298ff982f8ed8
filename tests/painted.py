"""What is really painted: every text of a widget in its ink, with the ground that its pixels stand on.

A paint device of our own is told of each text with its pen; where its glyphs are, the picture of the same
widget says what lies beneath them. So no list of colours has to be kept, and none can be forgotten.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from msgspec import Struct
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize
from PySide6.QtGui import (
    QColor,
    QImage,
    QPaintDevice,
    QPaintEngine,
    QPaintEngineState,
    QPainterPath,
    QTextItem,
    QTransform,
)
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

_Metric = QPaintDevice.PaintDeviceMetric
_Dirty = QPaintEngine.DirtyFlag
_AROUND = 3
"""Pixels round a glyph that are looked at with it: of a thin one's own, its stem has most."""

_SEEN = 0.5
"""How far from its ground towards its ink a pixel of a glyph has to be: else something lies over the text."""


class Text(Struct, frozen=True):
    """One piece of text as it was given to the painter: its colour, its glyphs, how strong it is, to 1."""

    ink: int
    words: str
    glyphs: tuple[QRectF, ...]
    strength: float


class Pair(Struct, frozen=True):
    """An ink and the ground under it."""

    ink: int
    ground: int


class _Engine(QPaintEngine):
    """Is told of everything that is painted, and keeps the texts. Glyphs come as paths of their outlines."""

    def __init__(self) -> None:
        super().__init__(QPaintEngine.PaintEngineFeature.AllFeatures)
        self.texts: list[Text] = []
        self._pen = QColor()
        self._to_device = QTransform()
        self._strength = 1.0
        self._glyphs: list[QRectF] | None = None

    def begin(self, device: QPaintDevice) -> bool:
        return True

    def end(self) -> bool:
        return True

    def type(self) -> QPaintEngine.Type:
        return QPaintEngine.Type.User

    def updateState(self, state: QPaintEngineState) -> None:  # noqa: N802 - overrides Qt's
        dirty = state.state()
        if dirty & _Dirty.DirtyPen:
            self._pen = state.pen().color()
        if dirty & _Dirty.DirtyTransform:
            self._to_device = state.transform()
        if dirty & _Dirty.DirtyOpacity:
            self._strength = state.opacity()

    def drawTextItem(  # type: ignore[override]  # noqa: N802 - Qt gives just these
        self, at: QPointF, item: QTextItem
    ) -> None:
        ink, self._glyphs = self._pen, []
        # Qt's own gives the outlines to `drawPath`, also those of glyph runs, of which an item says nothing.
        super().drawTextItem(at, item)
        if self._glyphs and ink.alpha() == 255:
            self.texts.append(Text(ink.rgb(), item.text(), tuple(self._glyphs), self._strength))
        self._glyphs = None

    def drawPath(self, path: QPainterPath) -> None:  # noqa: N802 - overrides Qt's
        if self._glyphs is not None:
            shown = self._to_device.map(path)
            self._glyphs += [outline.boundingRect() for outline in shown.toSubpathPolygons()]

    def drawImage(self, *_: object) -> None:  # noqa: N802 - overrides Qt's
        """A picture is no text."""

    def drawRects(self, *_: object) -> None:  # noqa: N802 - overrides Qt's
        """Grounds are looked up in the picture."""

    drawPixmap = drawLines = drawPolygon = drawPoints = drawEllipse = drawTiledPixmap = drawRects  # noqa: N815


class _Device(QPaintDevice):
    def __init__(self, size: QSize) -> None:
        super().__init__()
        self._engine = _Engine()
        self._metrics = {
            _Metric.PdmWidth: size.width(),
            _Metric.PdmHeight: size.height(),
            _Metric.PdmDpiX: 96,
            _Metric.PdmDpiY: 96,
            _Metric.PdmPhysicalDpiX: 96,
            _Metric.PdmPhysicalDpiY: 96,
            _Metric.PdmDepth: 32,
            _Metric.PdmDevicePixelRatio: 1,
            _Metric.PdmDevicePixelRatioScaled: int(QPaintDevice.devicePixelRatioFScale()),
        }

    @property
    def texts(self) -> list[Text]:
        return self._engine.texts

    def paintEngine(self) -> QPaintEngine:  # noqa: N802 - overrides Qt's
        return self._engine

    def metric(self, wanted: QPaintDevice.PaintDeviceMetric) -> int:
        return self._metrics.get(wanted, 1)


def texts(widget: QWidget) -> list[Text]:
    """Every text that a widget and those in it paint now."""
    device = _Device(widget.size())
    widget.render(device)
    return device.texts


def picture(widget: QWidget) -> QImage:
    """The widget as it is seen."""
    return widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


def pairs(widget: QWidget) -> dict[Pair, str]:
    """Every ink with every ground under it that can be seen, and some words that are written so."""
    found: Counter[Pair] = Counter()
    words: dict[Pair, str] = {}
    pieces, image = texts(widget), picture(widget)
    pixels = memoryview(image.constBits()).cast("I")
    wide, views = image.bytesPerLine() // 4, _views(widget)
    for text in pieces:
        for glyph in text.glyphs:
            if any(view.intersects(glyph) and not view.contains(glyph) for view in views):
                continue  # the edge of what scrolls cuts it: beyond lies what is beside
            box = glyph.toAlignedRect().adjusted(-_AROUND, -_AROUND, _AROUND, _AROUND) & image.rect()
            found_there = _ground([*_within(pixels, wide, box)], text)
            if found_there is not None:
                pair = Pair(*found_there)
                found[pair] += 1
                at = f"at {box.left()}, {box.top()}"
                words.setdefault(pair, f"“{text.words}” {at}" if text.words else at)
    # One glyph can touch what stands beside it.
    return {pair: words[pair] for pair, count in found.items() if count > 1}


def _views(widget: QWidget) -> list[QRectF]:
    """What is seen of all that scrolls in a widget."""
    ports = [area.viewport() for area in widget.findChildren(QAbstractScrollArea) if area.isVisible()]
    return [QRectF(QRect(port.mapTo(widget, QPoint()), port.size())) for port in ports]


def beside(image: QImage, mark: int) -> Counter[int]:
    """What stands to the left and to the right of the upright lines of one colour, by how many pixels of it.

    Two pixels away, because the edges of what is rounded are neither one nor the other.
    """
    pixels, wide = memoryview(image.constBits()).cast("I"), image.bytesPerLine() // 4
    found: Counter[int] = Counter()
    for y in range(image.height()):
        row = pixels[y * wide : y * wide + image.width()].tolist()
        at = -1
        while (at := _index(row, mark, at + 1)) >= 0:
            end = at
            while end + 1 < len(row) and row[end + 1] == mark:
                end += 1
            found.update(row[each] for each in (at - 2, end + 2) if 0 <= each < len(row))
            at = end
    return found


def _index(row: list[int], mark: int, start: int) -> int:
    try:
        return row.index(mark, start)
    except ValueError:
        return -1


def _within(pixels: memoryview, wide: int, box: QRect) -> Iterator[int]:
    for y in range(box.top(), box.bottom() + 1):
        yield from pixels[y * wide + box.left() : y * wide + box.right() + 1]


def _ground(around: list[int], text: Text) -> tuple[int, int] | None:
    """The ink as it is seen, and the colour that most pixels about a glyph have; None for one not seen."""
    if not around:
        return None
    ground, _ = Counter(around).most_common(1)[0]
    ink = _laid_on(text.ink, ground, text.strength)
    return (ink, ground) if any(_share(pixel, ground, ink) >= _SEEN for pixel in set(around)) else None


def _laid_on(ink: int, ground: int, strength: float) -> int:
    red, green, blue = (
        round(over * strength + under * (1 - strength))
        for over, under in zip(_parts(ink), _parts(ground), strict=True)
    )
    return 255 << 24 | red << 16 | green << 8 | blue


def _share(pixel: int, ground: int, ink: int) -> float:
    """Where between its ground and its ink a pixel is, from 0 to 1."""
    ways = [(_parts(ink)[at] - _parts(ground)[at], _parts(pixel)[at] - _parts(ground)[at]) for at in range(3)]
    whole = sum(way * way for way, _ in ways)
    return sum(way * gone for way, gone in ways) / whole if whole else 1.0


def _parts(colour: int) -> tuple[int, int, int]:
    return colour >> 16 & 255, colour >> 8 & 255, colour & 255
