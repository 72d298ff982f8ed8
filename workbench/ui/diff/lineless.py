"""Paints the rows that are not code: folded gaps with what they can open, facts about a file, pictures.

Looks things up and draws; changes nothing but caches. Where in a gap's row a click falls, it says too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct
from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPen

from workbench.review.blocks import Block
from workbench.review.changes import Change, FileChange, Side, Status
from workbench.review.enclosing import scope_of
from workbench.review.progress import Standing
from workbench.review.text import one_line
from workbench.review.words import fact_words
from workbench.ui.diff.cells import Cells
from workbench.ui.diff.code import verdict_words
from workbench.ui.diff.dress import BAR, PAD, Dress
from workbench.ui.diff.frame import Columns, Scene
from workbench.ui.diff.gaps import MORE, Opens
from workbench.ui.diff.kept_rows import KeptRows
from workbench.ui.diff.layout import Layout, Section
from workbench.ui.diff.lettering import Lettering
from workbench.ui.shown_text import draw, elided
from workbench.ui.theme import mixed

_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
_CENTRE = Qt.AlignmentFlag.AlignCenter
_ELIDED = Qt.TextElideMode.ElideRight
Zone = tuple[Opens, tuple[float, float]]
"""What a sign opens, and from where to where it stands."""
_CHECK = 8
"""Pixels of a square of the board under what is transparent."""


class Picture(Struct, frozen=True):
    """One side of a picture: its facts in words, and what can be shown of it."""

    words: str
    image: QImage | None = None
    transparent: bool = False


class Lineless:
    """Draws one row at a time."""

    def __init__(self, layout: Layout, cells: Cells) -> None:
        self.pictures: dict[str, Picture] = {}
        """By object id."""
        self.want: Callable[[str], None] = lambda _: None
        """Asked for the pictures of a path."""
        self._layout, self._cells = layout, cells
        self._scopes: dict[tuple[str, int], str] = {}
        self._dress: Dress | None = None
        self._tile: QImage | None = None
        self._drawn = KeptRows()
        self._plain: Lettering
        self._strong: Lettering

    @property
    def dress(self) -> Dress:
        assert self._dress is not None
        return self._dress

    def wear(self, dress: Dress) -> None:
        """Another theme or size."""
        self._dress, self._tile = dress, None
        self._drawn.forget()
        self._plain = Lettering(dress.text, dress.text_metrics)
        self._strong = Lettering(dress.strong, dress.strong_metrics)

    def forget_scopes(self) -> None:
        """Other files."""
        self._scopes.clear()

    # gaps

    def gap(self, painter: QPainter, scene: Scene, section: Section, block: Block, box: QRect) -> None:
        """A folded stretch: what opens it, how long it is, and what the line after it stands in."""
        dress = self.dress
        painter.fillRect(box, dress.gap)
        start = scene.columns.code(Side.OLD)[0] + PAD
        zones = self._zones(start, section, block)
        left = start + 6
        if zones:
            self._signs(painter, zones, QRect(start, box.y(), round(zones[-1][1][1]) - start, box.height()))
            left = round(zones[-1][1][1]) + 12
        count, plain = block.hidden, self._plain
        words = "more lines" if count is None else f" unchanged line{'' if count == 1 else 's'}"
        scope = self._scope(section, block, is_hasty=self._cells.is_hasty)
        if scope:
            words += "  ·  "
        base = box.y() + round((box.height() - dress.text_metrics.height()) / 2 + dress.text_metrics.ascent())
        painter.setPen(dress.theme.dim)
        if count is not None:
            # By itself: what follows it is the same in every gap, and laid out already.
            number = f"{count:,}"
            plain.draw(painter, left, base, number)
            left += round(plain.width(number))
        plain.draw(painter, left, base, words)
        if scope:
            left += round(plain.width(words))
            room = scene.columns.width - left - 20
            if self._strong.width(scope) + 1 > room:
                scope = elided(dress.strong_metrics, scope, _ELIDED, room)
            self._strong.draw(painter, left, base, scope)

    def words(self, painter: QPainter, scene: Scene, block: Block, box: QRect) -> None:
        """A sentence where rows would be, on the ground of what is folded and in line with the code."""
        dress, columns = self.dress, scene.columns
        painter.fillRect(box, dress.gap)
        painter.setFont(dress.text)
        painter.setPen(dress.theme.dim)
        old, _, new = block.key.partition("\t")
        if new and not columns.split:
            old, new = f"{old}, then {new}", ""
        for side, words in ((Side.OLD, old), (Side.NEW, new)):
            draw(painter, box.adjusted(columns.code(side)[0] + PAD, 0, 0, 0), _LEFT, words)

    def warm(self, section: Section, block: Block) -> None:
        """Look for what the line after a gap stands in: the gap may be painted soon."""
        scope = self._scope(section, block)
        if scope:
            self._strong.warm(scope)
        if block.hidden is not None:
            self._plain.warm(f"{block.hidden:,}")

    def _signs(self, painter: QPainter, zones: Sequence[Zone], box: QRect) -> None:
        """The signs of a gap in one picture: there are three rows of signs in all, and hundreds of gaps."""

        def paint(on: QPainter, where: QRect) -> None:
            self._draw_signs(on, zones, where)

        self._drawn.draw(painter, tuple(opens for opens, _ in zones), (), box, paint)

    def _draw_signs(self, painter: QPainter, zones: Sequence[Zone], box: QRect) -> None:
        dress, start = self.dress, zones[0][1][0] - box.x()
        painter.fillRect(box, dress.gap)
        painter.setFont(dress.small)
        for opens, zone in zones:
            sign = {Opens.BELOW: "↓", Opens.ABOVE: "↑", Opens.ALL: "↕"}[opens]
            shape = QRectF(zone[0] - start, box.y() + 5, zone[1] - zone[0], box.height() - 10)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(dress.badge)
            painter.drawRoundedRect(shape, 4, 4)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(dress.theme.dim)
            painter.drawText(shape, _CENTRE, f"{sign} {MORE}" if opens is not Opens.ALL else sign)

    def opens(self, columns: Columns, section: Section, block: Block, x: float) -> Opens:
        """What a click at `x` in a gap's row opens: what its signs say, and all of it anywhere else."""
        for opens, (start, end) in self._zones(columns.code(Side.OLD)[0] + PAD, section, block):
            if start - 2 <= x <= end + 3:
                return opens
        return Opens.ALL

    def _zones(self, left: float, section: Section, block: Block) -> list[Zone]:
        """The signs of a gap from left to right, with where they stand."""
        if not block.hidden:
            return []
        signs = []
        if block.hidden > MORE:
            signs += [Opens.BELOW] if block.old > 1 else []
            last = section.old_count is not None and block.old + block.hidden > section.old_count
            signs += [] if last else [Opens.ABOVE]
        found = []
        for opens in (*signs, Opens.ALL):
            width = round((40 if opens is not Opens.ALL else 24) * self.dress.scale)
            found.append((opens, (left, left + width)))
            left += width + 6
        return found

    def _scope(self, section: Section, block: Block, *, is_hasty: bool = False) -> str:
        """What the line after a gap stands in. In a frame that is sketched only what is known already."""
        if block.hidden is None or section.file is None:
            return ""
        line = block.old + block.hidden
        key = (section.key, line)
        known = self._scopes.get(key)
        if known is None:
            lines = self._cells.contents.old(section.file)
            if lines is None:
                return ""
            if is_hasty:
                self._cells.sketches += 1
                return ""
            path = section.file.base_path or section.file.path
            known = one_line(scope_of(lines, line, path)) if line <= len(lines) else ""
            self._scopes[key] = known
        return known

    # facts

    def fact(self, painter: QPainter, scene: Scene, section: Section, block: Block, box: QRect) -> None:
        """One fact about a file, with its verdict."""
        dress, theme = self.dress, self.dress.theme
        change = self._layout.change(block.key)
        if change is None:
            return
        stands = self._layout.standings(section).get(change.id)
        if block.key == scene.change:
            painter.fillRect(box, dress.grounds["nothing"][True])
        words, shade = verdict_words(self._layout, dress, change, stands)
        fact = self._words(section.file, change)
        left, room, wide, words = self._room(scene, section, fact, words)
        colour = self._colour(change, stands)
        for bar in {0} if wide else {0, scene.columns.new_bar}:
            painter.fillRect(bar, box.y(), BAR, box.height(), colour)
            if stands is Standing.ASKED:
                painter.fillRect(bar + 1, box.y(), BAR - 2, box.height(), theme.ground)
        painter.setFont(dress.text)
        painter.setPen(theme.text)
        fact = elided(dress.text_metrics, fact, Qt.TextElideMode.ElideMiddle, room)
        draw(painter, QRect(left, box.y(), room + 2, box.height()), _LEFT, fact)
        if words:
            painter.setFont(dress.small_strong)
            painter.setPen(shade)
            draw(painter, box.adjusted(0, 0, -8, 0), _RIGHT, words)

    def _words(self, file: FileChange | None, change: Change) -> str:
        remark = self._layout.document.remarks.get(change.path)
        return one_line(fact_words(change, file, remark.sizes if remark is not None else ""))

    def _colour(self, change: Change, stands: Standing | None) -> QColor:
        said = self._layout.document.ledger_marks.get(change.id)
        if said is not None and stands in (Standing.UNREAD, Standing.ASKED):
            return self.dress.said(said)
        if self._layout.document.read_only:
            return self.dress.theme.faint
        return self.dress.standing(stands or Standing.UNREAD)

    def _room(self, scene: Scene, section: Section, fact: str, words: str) -> tuple[int, int, bool, str]:
        """Where a fact's words begin, their room, whether they run over both sides, and what there is room
        for of the verdict.

        Side by side they stand on the side that they speak of, as code does; across, if they fit on neither.
        A long reason does not move them: it is cut.
        """
        dress, columns = self.dress, scene.columns
        metrics = dress.small_strong_metrics
        taken = round(metrics.horizontalAdvance(words)) + 24 if words else 8
        is_gone = section.file is not None and section.file.status is Status.DELETED
        start = round(columns.code(Side.OLD)[0]) + PAD
        if columns.split:
            left = start if is_gone else round(columns.code(Side.NEW)[0]) + PAD
            needed = round(dress.text_metrics.horizontalAdvance(fact))
            least = round(metrics.horizontalAdvance(words.partition(" · ")[0] + "…")) + 24 if words else 8
            if is_gone and needed <= columns.half - 8 - left:
                return left, columns.half - 8 - left, False, words
            if not is_gone and needed <= columns.width - least - left:
                given = min(taken, columns.width - left - needed)
                if given < taken:
                    words = elided(metrics, words, Qt.TextElideMode.ElideRight, given - 24)
                return left, columns.width - given - left, False, words
        return start, max(40, columns.width - taken - start), True, words

    # pictures

    def pictured(self, painter: QPainter, scene: Scene, section: Section, box: QRect) -> None:
        """A picture before and after, always side by side; what cannot be shown is said in words."""
        file = section.file
        if file is None:
            return
        theme = self.dress.theme
        columns = scene.columns
        middle = columns.half if columns.split else columns.width // 2
        halves = (
            QRect(0, box.y(), middle, box.height()),
            QRect(middle, box.y(), columns.width - middle, box.height()),
        )
        missing = False
        for half, blob, absent in zip(
            halves, (file.old_id, file.new_id), ("not in the base", "deleted"), strict=True
        ):
            painter.fillRect(half.adjusted(0, 0, -1, 0), theme.ground if blob else theme.nothing)
            picture = self.pictures.get(blob) if blob else Picture(absent)
            missing = missing or picture is None
            self._picture(painter, half.adjusted(16, 10, -17, -8), picture or Picture("being decoded…"))
        if missing:
            self.want(file.path)

    def _picture(self, painter: QPainter, box: QRect, picture: Picture) -> None:
        dress, theme = self.dress, self.dress.theme
        line = round(dress.small_metrics.height()) + 4
        painter.setFont(dress.small)
        painter.setPen(theme.dim)
        words = elided(dress.small_metrics, picture.words, Qt.TextElideMode.ElideRight, box.width())
        image = picture.image
        if image is None:
            draw(painter, box, _CENTRE, words)
            return
        room = QSizeF(box.width(), box.height() - line - 6)
        size = QSizeF(image.size())
        if size.width() > room.width() or size.height() > room.height():
            size.scale(room, Qt.AspectRatioMode.KeepAspectRatio)
        target = QRectF(QPointF(0, 0), size)
        target.moveCenter(QPointF(box.x() + box.width() / 2, box.y() + room.height() / 2))
        target = QRectF(target.toAlignedRect())
        draw(painter, QRectF(box.x(), target.bottom() + 6, box.width(), line), _CENTRE, words)
        if picture.transparent:
            self._board(painter, target)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
        painter.drawImage(target, image)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.setPen(QPen(theme.line, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(target.adjusted(-1, -1, 0, 0))

    def _board(self, painter: QPainter, target: QRectF) -> None:
        """The chess board that shows through what is transparent."""
        if self._tile is None:
            theme = self.dress.theme
            self._tile = QImage(2 * _CHECK, 2 * _CHECK, QImage.Format.Format_RGB32)
            self._tile.fill(mixed(theme.text, theme.ground, 0.30))
            dark = mixed(theme.text, theme.ground, 0.14)
            for step in range(2 * _CHECK * _CHECK):
                y = step // _CHECK
                self._tile.setPixelColor(step % _CHECK + (_CHECK if y >= _CHECK else 0), y, dark)
        painter.save()
        painter.setBrushOrigin(target.topLeft())
        painter.fillRect(target, QBrush(self._tile))
        painter.restore()
