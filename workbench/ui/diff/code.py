"""Paints the code rows of a frame: grounds and bars first, as few large rectangles, then words and text
by side.
"""

from __future__ import annotations

from msgspec import Struct
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QGlyphRun, QPainter, QPen

from workbench.review.blocks import Block, Line, line_at
from workbench.review.changes import Change, Side
from workbench.review.progress import Standing
from workbench.review.text import visible
from workbench.review.verdicts import NO_VERDICTS, FileVerdicts, Verdict
from workbench.ui.diff.cells import Cell, Cells
from workbench.ui.diff.dress import BAR, PAD, REJECTED_STRENGTH, Dress
from workbench.ui.diff.frame import Scene
from workbench.ui.diff.layout import Layout, Section, Spot

_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_KINDS = {Side.OLD: "removed", Side.NEW: "added"}


class _Look(Struct):
    """How a change looks in this frame."""

    veiled: bool
    stands: Standing | None
    colour: QColor
    hollow: bool
    verdicts: FileVerdicts

    def verdict(self, line: Line, side: Side) -> Verdict:
        """That of a line; where a side has none, that of the line it faces."""
        if self.stands is Standing.ACCEPTED:
            return Verdict.ACCEPTED
        if self.stands is Standing.REJECTED:
            return Verdict.REJECTED
        if self.stands is not Standing.MIXED:
            return Verdict.OPEN
        if (side is Side.OLD and line.old is not None) or line.new is None:
            return self.verdicts.old.get(line.old or 0, Verdict.OPEN)
        return self.verdicts.new.get(line.new, Verdict.OPEN)


class _Strip:
    """Rectangles of one column, joined while colour and place go on."""

    __slots__ = ("_bottom", "_colour", "_left", "_top", "_width")

    def __init__(self, left: int, width: int) -> None:
        self._left, self._width = left, width
        self._colour: QColor | None = None
        self._top = self._bottom = 0

    def add(self, painter: QPainter, colour: QColor | None, top: int, height: int) -> None:
        if colour is self._colour and top == self._bottom:
            self._bottom = top + height
            return
        self.flush(painter)
        self._colour, self._top, self._bottom = colour, top, top + height

    def flush(self, painter: QPainter) -> None:
        if self._colour is not None and self._bottom > self._top:
            painter.fillRect(self._left, self._top, self._width, self._bottom - self._top, self._colour)
        self._colour = None


class _Text(Struct):
    """Code to be drawn once the clip of its side is set."""

    cell: Cell
    x: float
    y: int
    kind: str
    veiled: bool
    faded: bool


class _Tag(Struct):
    """Words over the right end of a row; `least` of them are shown even over code."""

    right: float
    y: int
    words: str
    least: str
    colour: QColor
    side: Side
    at_edge: bool = True


class CodePainter:
    """Collects the rows of a frame (`begin`, `block` for each block, `end`) and draws them."""

    def __init__(self, layout: Layout, cells: Cells) -> None:
        self.widest = 0.0
        self.painted_change = False
        self._layout = layout
        self._cells = cells
        self._dress: Dress | None = None
        self._digits: list[int] = []
        self._digit_places: list[QPointF] = []
        self._looks: dict[str, _Look] = {}
        self._texts: dict[Side, list[_Text]] = {Side.OLD: [], Side.NEW: []}
        self._tags: list[_Tag] = []
        self._ends: dict[int, float] = {}
        self._under: dict[tuple[int, Side], QColor] = {}
        self._grounds: dict[Side, _Strip] = {}
        self._bars: dict[Side, tuple[_Strip, _Strip]] = {}

    def wear(self, dress: Dress) -> None:
        """Another theme or size."""
        self._dress = dress

    def begin(self, scene: Scene) -> None:
        """Start a frame."""
        self.painted_change = False
        self._looks.clear()
        self._tags.clear()
        self._digits.clear()
        self._digit_places.clear()
        self._ends.clear()
        self._under.clear()
        columns = scene.columns
        for side in Side:
            self._texts[side].clear()
            left, right = columns.code(side)
            self._grounds[side] = _Strip(left, right - left)
            bar = columns.bar(side)
            self._bars[side] = (_Strip(bar, BAR), _Strip(bar + 1, BAR - 2))

    def end(self, painter: QPainter, scene: Scene) -> None:
        """Draw what was collected."""
        for side in Side:
            self._grounds[side].flush(painter)
        self._draw_numbers(painter)
        self._draw_texts(painter, scene)
        self._draw_tags(painter)

    def warm(self, scene: Scene, section: Section, block: Block, row: int) -> None:
        """Make the cells of a row that may be painted soon."""
        line = line_at(block, row)
        for side, number in ((Side.OLD, line.old), (Side.NEW, line.new)):
            if number is not None and (scene.columns.split or side is Side.NEW or line.new is None):
                self._cells.cell(section, block, line, side, scene.left, words=not line.plain)

    # rows

    def block(
        self, painter: QPainter, scene: Scene, section: Section, spot: Spot, top: int, extent: list[int]
    ) -> None:
        """The rows of a code block that are on the screen. `extent` is widened by their line numbers."""
        block = self._layout.block(spot)
        height = self._layout.heights.row
        first = max(0, -top // height)
        last = min(block.rows, (scene.height - top + height - 1) // height)
        sides = (Side.OLD, Side.NEW)
        if last > first:
            _widen(extent, line_at(block, first))
            _widen(extent, line_at(block, last - 1))
        for row in range(first, last):
            y = top + row * height
            if scene.bands and not scene.shows(y, y + height):
                continue
            line = line_at(block, row)
            at = Spot(spot.section, spot.block, row)
            change = line.change
            look = None
            if change is not None:
                look = self._looks.get(change.id)
                if look is None:
                    look = self._look(scene, section, change)
                if (row == first and row > 0) or self._starts(block, row, change):
                    self._tag(scene, change, look, line, y)
            if scene.columns.split:
                for side in sides:
                    self._side(painter, scene, section, block, line, look, at, side, y)
            else:
                self._unified(painter, scene, section, block, line, look, at, y)
        for side in sides:
            self._grounds[side].flush(painter)
            for strip in self._bars[side]:
                strip.flush(painter)

    def _starts(self, block: Block, row: int, change: Change) -> bool:
        """Whether a change begins in a row, as far as it can be seen."""
        run = block.run
        assert run is not None
        if len(run.changes) == 1:
            return block.first + row == 0
        return run.rows_of_change(change.id)[0] == block.first + row

    def _look(self, scene: Scene, section: Section, change: Change) -> _Look:
        assert self._dress is not None
        document = self._layout.document
        stands = self._layout.standings(section).get(change.id)
        said = document.ledger_marks.get(change.id)
        unread = self._dress.theme.faint if document.read_only else self._dress.theme.open
        colour = self._dress.said(said) if said is not None else unread
        if stands is Standing.ACCEPTED:
            colour = self._dress.theme.accepted
        elif stands is Standing.REJECTED:
            colour = self._dress.theme.rejected
        held = document.verdicts.get(change.path, NO_VERDICTS)
        look = _Look(change.id == scene.change, stands, colour, stands is Standing.ASKED, held)
        self._looks[change.id] = look
        self.painted_change = True
        return look

    def _unified(
        self,
        painter: QPainter,
        scene: Scene,
        section: Section,
        block: Block,
        line: Line,
        look: _Look | None,
        spot: Spot,
        y: int,
    ) -> None:
        side = Side.NEW if line.new is not None else Side.OLD
        self._side(painter, scene, section, block, line, look, spot, side, y)
        if side is Side.NEW and line.old is not None and (block.run is None or block.run.numbered):
            self._number(painter, scene, spot, Side.OLD, line.old, y)

    def _side(
        self,
        painter: QPainter,
        scene: Scene,
        section: Section,
        block: Block,
        line: Line,
        look: _Look | None,
        spot: Spot,
        side: Side,
        y: int,
    ) -> None:
        dress = self._dress
        assert dress is not None
        height = self._layout.heights.row
        number = line.old if side is Side.OLD else line.new
        veiled = look is not None and look.veiled
        faded = False
        if line.plain:
            kind = "plain"
            ground = dress.cursor_row if spot == scene.spot else None
        else:
            kind = "nothing" if number is None else _KINDS[side]
            ground = dress.grounds[kind][veiled]
        if look is not None:
            verdict = look.verdict(line, side)
            faded = verdict is Verdict.REJECTED and kind == "added"
            if faded:
                ground = dress.faded_added_veiled if veiled else dress.faded_added
            self._bar(painter, look, verdict, side, y, height)
        if scene.chosen is not None and scene.chooses(spot, side):
            ground = dress.selected[kind]
        self._grounds[side].add(painter, ground, y, height)
        if ground is not None:
            self._under[y, side] = ground
        if number is None:
            return
        if block.run is None or block.run.numbered:
            self._number(painter, scene, spot, side, number, y)
        cell = self._cells.cell(section, block, line, side, scene.left, words=kind != "plain")
        if cell is not None:
            x = self._collect(scene, cell, side, y, kind, veiled, faded)
            self._chips(scene, cell, side, x, y)

    def _bar(self, painter: QPainter, look: _Look, verdict: Verdict, side: Side, y: int, height: int) -> None:
        assert self._dress is not None
        theme = self._dress.theme
        colour = look.colour
        if look.stands is Standing.MIXED:
            colour = {Verdict.ACCEPTED: theme.accepted, Verdict.REJECTED: theme.rejected}.get(
                verdict, theme.open
            )
        outer, inner = self._bars[side]
        outer.add(painter, colour, y, height)
        if look.hollow:
            # Asked is told from unread by form too. The inner strip is flushed after the outer one.
            inner.add(painter, theme.ground, y, height)

    def _number(self, painter: QPainter, scene: Scene, spot: Spot, side: Side, number: int, y: int) -> None:
        dress = self._dress
        assert dress is not None
        right = scene.columns.number(side)
        if scene.spot == spot:
            colour = dress.theme.accent if side is scene.side else dress.theme.text
            shaped = dress.small_code.plain(str(number), colour)
            shaped.draw(painter, right - shaped.width, y + dress.number_drop)
            return
        # All others are one run of glyphs for the frame: half a millisecond less than one run for each.
        shaper = dress.small_code
        text = str(number)
        self._digits += [shaper.digits[each] for each in text]
        x, base = right - len(text) * shaper.cell, y + dress.number_drop + shaper.ascent
        for at in range(len(text)):
            self._digit_places.append(QPointF(x + at * shaper.cell, base))

    def _draw_numbers(self, painter: QPainter) -> None:
        dress = self._dress
        assert dress is not None
        if self._digits:
            run = QGlyphRun()
            run.setRawFont(dress.small_code.raw)
            run.setGlyphIndexes(self._digits)
            run.setPositions(self._digit_places)
            painter.setPen(dress.theme.faint)
            painter.drawGlyphRun(QPointF(0, 0), run)

    def _collect(
        self, scene: Scene, cell: Cell, side: Side, y: int, kind: str, veiled: bool, faded: bool
    ) -> float:
        x = scene.columns.code(side)[0] + PAD - scene.left
        self.widest = max(self.widest, cell.width)
        self._texts[side].append(_Text(cell, x, y, kind, veiled, faded))
        return x

    def _chips(self, scene: Scene, cell: Cell, side: Side, x: float, y: int) -> None:
        """How much of a line is beyond the right edge, or what its text does not show."""
        dress = self._dress
        assert dress is not None
        right = scene.columns.code(side)[1]
        end = x + cell.width
        if right == scene.columns.width:
            self._ends[y] = end
        hidden = end - right
        if hidden > 0:
            words = f"+{int(hidden / dress.shaper.cell) + 1:,}"
            self._tags.append(_Tag(right - 8, y, words, words, dress.theme.dim, side))
        elif cell.mark:
            at = min(right - 8.0, end + 22 + dress.small_strong_metrics.horizontalAdvance(cell.mark))
            self._tags.append(_Tag(at, y, cell.mark, cell.mark, dress.theme.dim, side, at_edge=False))

    # words and text

    def _draw_texts(self, painter: QPainter, scene: Scene) -> None:
        dress = self._dress
        assert dress is not None
        drop = (self._layout.heights.row - dress.shaper.height) / 2
        for side, texts in self._texts.items():
            if not texts:
                continue
            left, right = scene.columns.code(side)
            painter.save()
            painter.setClipRect(left, 0, right - left, scene.height)
            self._draw_marks(painter, scene, texts)
            for text in texts:
                cell = text.cell
                if text.faded:
                    painter.setOpacity(REJECTED_STRENGTH)
                    cell.shaped.draw(painter, text.x + cell.x, text.y + drop)
                    painter.setOpacity(1)
                else:
                    cell.shaped.draw(painter, text.x + cell.x, text.y + drop)
            painter.restore()

    def _draw_marks(self, painter: QPainter, scene: Scene, texts: list[_Text]) -> None:
        """Grounds within lines: words, search hits, boxes of what would hide."""
        dress = self._dress
        assert dress is not None
        height = self._layout.heights.row
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(Qt.PenStyle.NoPen)
        for text in texts:
            cell = text.cell
            if cell.words and text.kind in dress.words:
                painter.setBrush(dress.words[text.kind][text.veiled])
                painter.setOpacity(REJECTED_STRENGTH if text.faded else 1)
                for start, end in cell.words:
                    painter.drawRoundedRect(QRectF(text.x + start, text.y + 1, end - start, height - 2), 2, 2)
                painter.setOpacity(1)
            if scene.hits is not None:
                self._draw_hits(painter, scene, text)
            if cell.boxes:
                painter.setPen(QPen(dress.theme.back, 1))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                for start, end in cell.boxes:
                    box = QRectF(text.x + start + 0.5, text.y + 2.5, end - start - 1, height - 5)
                    painter.drawRoundedRect(box, 3, 3)
                painter.setPen(Qt.PenStyle.NoPen)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _draw_hits(self, painter: QPainter, scene: Scene, text: _Text) -> None:
        assert self._dress is not None
        assert scene.hits is not None
        cell, height = text.cell, self._layout.heights.row
        painter.setBrush(self._dress.hit)
        for start, end in scene.hits(cell.data):
            a, b = (cell.x + cell.shaped.x_of(cell.seen.shown(each) - cell.window) for each in (start, end))
            if b > a:
                painter.drawRoundedRect(QRectF(text.x + a, text.y + 2, b - a, height - 4), 2, 2)

    def _tag(self, scene: Scene, change: Change, look: _Look, line: Line, y: int) -> None:
        """The verdict of a change as a word, at the right of its first row: never colour alone."""
        dress = self._dress
        assert dress is not None
        words, colour = verdict_words(self._layout, dress, change, look.stands)
        if not words:
            return
        side = Side.NEW if scene.columns.split or line.new is not None else Side.OLD
        least = words.split(" · ")[0]
        self._tags.insert(0, _Tag(scene.columns.width - 8, y, words, least, colour, side))

    def _draw_tags(self, painter: QPainter) -> None:
        dress = self._dress
        assert dress is not None
        height, metrics = self._layout.heights.row, dress.small_strong_metrics
        taken: dict[tuple[int, float], float] = {}
        painter.setFont(dress.small_strong)
        for tag in self._tags:
            edge = taken.get((tag.y, tag.right), tag.right)
            words = tag.words
            if tag.least != words:
                room = edge - self._ends.get(tag.y, 0.0) - 16
                if metrics.horizontalAdvance(words) > room:
                    shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, max(0.0, room))
                    words = shown if len(shown) > len(tag.least) + 6 else tag.least
            width = metrics.horizontalAdvance(words)
            box = QRectF(
                edge - width - 6, tag.y, width + (14 if edge == tag.right and tag.at_edge else 10), height
            )
            painter.fillRect(box, self._under.get((tag.y, tag.side), dress.theme.ground))
            painter.setPen(tag.colour)
            painter.drawText(QRectF(edge - width, tag.y, width + 4, height), _LEFT, words)
            taken[tag.y, tag.right] = box.left() - 4


def verdict_words(
    layout: Layout, dress: Dress, change: Change, stands: Standing | None
) -> tuple[str, QColor]:
    """What is written beside a change, and in which colour; nothing for one that is simply unread."""
    said = layout.document.ledger_marks.get(change.id)
    if stands is Standing.ACCEPTED:
        return "✓ accepted", dress.theme.accepted
    if stands is Standing.REJECTED:
        reason = visible(layout.document.reasons.get(change.id, "").split("\n")[0]).text
        return "✗ rejected" + (f" · {reason[:160]}" if reason else ""), dress.theme.rejected
    if stands is Standing.MIXED:
        return "◐ mixed", dress.theme.open
    if said is not None:
        return said.value, dress.said(said)
    if stands is Standing.ASKED:
        note = layout.document.spread.get(change.id)
        return f"asked · {note}" if note else "asked", dress.theme.open
    return "", dress.theme.dim


def _widen(extent: list[int], line: Line) -> None:
    old, new = line.old, line.new
    if old is not None:
        if not extent[0]:
            extent[0] = old
        extent[1] = old
    if new is not None:
        if not extent[2]:
            extent[2] = new
        extent[3] = new
