"""The marks of changes on the ruler as one picture: drawn by and by, and drawn again where a verdict came.

Whatever happened before, the picture is the one that drawing all of it anew would make. Verdicts differ by
form too: what is accepted is full, rejected split, open half as wide, asked hollow, mixed in two colours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from time import perf_counter

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap, QRegion

from workbench.review.changes import Change
from workbench.review.progress import Standing
from workbench.ui.diff.document import Document
from workbench.ui.diff.dress import Dress
from workbench.ui.diff.layout import Layout, Part, Section

_LEAST = 3
"""Pixels that a mark is high at least."""
_LEFT, _WIDTH = 4, 6
"""Where a mark begins, and how wide it is at most."""

Stretch = tuple[int, int, str]
"""Top and height of a mark, and the change that it stands for."""


def empty_picture(size: QSize, ratio: float) -> QPixmap:
    """A picture of nothing, as large as the ruler on a screen of that scale."""
    pixmap = QPixmap(round(size.width() * ratio), max(1, round(size.height() * ratio)))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    return pixmap


class Marks:
    """The picture, and what of it was drawn as what. `whole` is the height that all of it stands for."""

    def __init__(self, layout: Layout, dress: Dress, size: QSize, ratio: float, whole: int) -> None:
        self.picture = empty_picture(size, ratio)
        self._layout, self._dress, self._whole = layout, dress, whole
        self._scale = size.height() / max(1, whole)
        self._tops = layout.tops
        self._left: Iterator[int] | None = _sampled(layout, size.height(), whole)
        """The files that were not drawn yet; None once all are."""
        self._document = layout.document
        """The verdicts that were looked at last."""
        self._said = layout.document.ledger_marks
        self._drawn: dict[str, Mapping[str, Standing]] = {}
        """As what the changes of a file were drawn, by the file's path: of those that were."""
        self._waiting: dict[str, None] = {}
        """The files that are drawn, and may look different by now."""

    def is_of_now(self, size: QSize, ratio: float, whole: int) -> bool:
        """Whether its marks stand where they belong, and all that differs now is verdicts."""
        layout = self._layout
        is_placed = layout.tops is self._tops and layout.document.ledger_marks is self._said
        return is_placed and whole == self._whole and self.fits(size, ratio)

    def fits(self, size: QSize, ratio: float) -> bool:
        """Whether it is as high as the ruler."""
        return self.picture.height() == max(1, round(size.height() * ratio))

    def look(self) -> int:
        """See which files were judged since it was last asked: how many wait to be drawn again.

        Where there are many more files than pixels most are not drawn, and never wait.
        """
        last, now = self._document, self._layout.document
        if last is not now:
            self._document = now
            self._waiting |= dict.fromkeys(self._others(last, now))
        return len(self._waiting)

    def _others(self, last: Document, now: Document) -> Iterable[str]:
        drawn, files = self._drawn, self._layout.files
        if last.asked is not now.asked:
            return [path for path in drawn if path in files]
        before, verdicts = last.verdicts, now.verdicts
        if before is verdicts:
            return ()
        return [path for path in drawn if before.get(path) is not verdicts.get(path) and path in files]

    def draw(self, seconds: float | None = None) -> bool:
        """Draw what is not drawn yet, or is to be drawn again, for about so long; whether nothing is left."""
        until = None if seconds is None else perf_counter() + seconds
        painter = QPainter(self.picture)
        try:
            for path in self._next():
                at = self._layout.files[path]
                self._file(painter, at, self._layout.sections[at])
                if until is not None and perf_counter() > until:
                    return False
        finally:
            painter.end()
        return True

    def _next(self) -> Iterator[str]:
        if self._left is not None:
            for at in self._left:
                yield self._layout.sections[at].key
            self._left = None
        for path in tuple(self._waiting):
            del self._waiting[path]
            yield path

    def _file(self, painter: QPainter, at: int, section: Section) -> None:
        """The marks of one file. Of one that is drawn already, those that look different now."""
        before, now = self._drawn.get(section.key), self._layout.standings(section)
        self._drawn[section.key] = now
        if before is now:
            return
        places = self._places(at, section)
        if before is None:
            for top, depth, change in places:
                self._mark(painter, top, depth, change, now.get(change))
            return
        changed = [each for each in places if before.get(each[2]) is not now.get(each[2])]
        if changed:
            self._again(painter, at, changed)

    def _again(self, painter: QPainter, at: int, changed: Sequence[Stretch]) -> None:
        """Clear where marks of a file look different now, and draw what stands there: its own, and those of
        files so short that they share pixels with it, in the order in which all is drawn.
        """
        region = QRegion()
        for top, depth, _ in changed:
            region += QRect(_LEFT, top, _WIDTH, depth)
        # Nothing beside it is touched: what lies over a neighbour there was drawn after it.
        painter.setClipRegion(region)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
        painter.fillRect(region.boundingRect(), Qt.GlobalColor.transparent)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        sections = self._layout.sections
        for each in self._around(at, changed):
            standings = self._drawn.get(sections[each].key)
            if standings is not None:
                for y, depth, change in _touching(self._places(each, sections[each]), changed):
                    self._mark(painter, y, depth, change, standings.get(change))
        painter.setClipping(False)

    def _around(self, at: int, cleared: Sequence[Stretch]) -> range:
        """The files whose marks may reach into what is cleared of one."""
        sections, tops, scale = self._layout.sections, self._tops, self._scale
        top, bottom = cleared[0][0], max(each[0] + each[1] for each in cleared)
        first = last = at
        while first and (tops[first - 1] + sections[first - 1].height) * scale + _LEAST + 1 > top:
            first -= 1
        while last + 1 < len(sections) and tops[last + 1] * scale - 1 < bottom:
            last += 1
        return range(first, last + 1)

    def _places(self, at: int, section: Section) -> list[Stretch]:
        """Where the marks of a file go. Folded lines between two changes count for a little."""
        changes = section.file.changes if section.file is not None else ()
        if not changes:
            return []
        scale = self._scale
        top, height = self._tops[at] + section.header, max(1, section.height - section.header)
        if round(height * scale) < 2 * _LEAST:
            # Of many thousand files each has a line of pixels: one mark, and nothing to be measured.
            return [(round(top * scale), _LEAST, changes[0].id)]
        # Where a file has more changes than pixels, only as many are looked at as can be told apart.
        stride = max(1, len(changes) * _LEAST // max(_LEAST, round(height * scale)))
        return list(_spread(changes[::stride], top, height, scale))

    def _mark(self, painter: QPainter, top: int, depth: int, change: str, standing: Standing | None) -> None:
        """One change: its colour, and a form by which it is known without."""
        colour, theme = self._colour(change, standing), self._dress.theme
        if standing is Standing.REJECTED:
            painter.fillRect(4, top, 2, depth, colour)
            painter.fillRect(8, top, 2, depth, colour)
            painter.fillRect(6, top, 2, 1, colour)
        elif standing is Standing.ACCEPTED or self._layout.document.read_only:
            painter.fillRect(_LEFT, top, _WIDTH, depth, colour)
        elif standing is Standing.MIXED:
            painter.fillRect(4, top, 3, depth, theme.accepted)
            painter.fillRect(7, top, 3, depth, theme.rejected)
        elif standing is Standing.ASKED:
            painter.fillRect(_LEFT, top, _WIDTH, depth, colour)
            painter.fillRect(6, top + 1, 2, depth - 2, theme.panel)
        else:
            painter.fillRect(4, top, 3, depth, colour)

    def _colour(self, change: str, standing: Standing | None) -> QColor:
        said = self._layout.document.ledger_marks.get(change)
        if said is not None and standing in (Standing.UNREAD, Standing.ASKED, None):
            return self._dress.said(said)
        if self._layout.document.read_only:
            return self._dress.theme.faint
        return self._dress.standing(standing or Standing.UNREAD)


def _sampled(layout: Layout, height: int, whole: int) -> Iterator[int]:
    """The files to draw: all, or where there are many more than pixels, one for each pixel."""
    sections, count = layout.sections, len(layout.sections)
    if count <= 2 * height:
        chosen: Iterable[int] = range(count)
    else:
        chosen = _one_a_pixel(layout, height, whole)
    for at in chosen:
        if sections[at].part is Part.FILE:
            yield at


def _one_a_pixel(layout: Layout, height: int, whole: int) -> Iterator[int]:
    """The section at each pixel, once. Looked for when it is drawn: else the first step were a long one."""
    tops, last = layout.tops, -1
    for y in range(height):
        at = min(tops.at(y * whole // max(1, height)), len(layout.sections) - 1)
        if at != last:
            last = at
            yield at


def _spread(changes: Sequence[Change], top: int, height: int, scale: float) -> Iterator[Stretch]:
    """The marks of changes of one file, over its height by how many rows they have."""
    sizes = [max(len(change.removed), len(change.added), 2) + 4 for change in changes]
    step = height / (sum(sizes) + 4)
    line = 4
    for change, size in zip(changes, sizes, strict=True):
        first = round((top + line * step) * scale)
        yield first, max(_LEAST, round((size - 4) * step * scale)), change.id
        line += size


def _touching(marks: Sequence[Stretch], cleared: Sequence[Stretch]) -> list[Stretch]:
    """The marks that some of was cleared of; both in order. Where many stand close, they overlap."""
    found, at = [], 0
    for mark in marks:
        top, bottom = mark[0], mark[0] + mark[1]
        while at < len(cleared) and cleared[at][0] + cleared[at][1] <= top:
            at += 1
        if at < len(cleared) and cleared[at][0] < bottom:
            found.append(mark)
    return found
