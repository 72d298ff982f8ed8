"""The changes of one shape as a list, one line each: where, the line before, the line after. Decides nothing.

The words that the edit is about have the tint of their side; what is otherwise than in the first change
is underlined. Only rows on the screen are looked at, so ten thousand are opened as fast as ten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct
from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    QStringListModel,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QListView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from workbench.review.changes import Change
from workbench.review.shape_groups import Glimpse, glimpse, spans_apart, spans_of_edit
from workbench.review.text import one_line
from workbench.review.verdicts import Verdict
from workbench.review.words import Spans
from workbench.ui.diff.shaping import Shaped, Shaper
from workbench.ui.fonts import code_font, interface_font
from workbench.ui.shown_text import draw, elided
from workbench.ui.theme import Theme, chosen, legible, mixed, readable

ROW = 26
WHERE = 236
BAR, MARK, SEEN, GAP, TAG = 4, 18, 14, 12, 76
WEAK = 0.4
"""How strong the grounds are of a change that a verdict on all is not one on."""
_MARKS = {Verdict.ACCEPTED: "✓", Verdict.REJECTED: "✗", Verdict.MIXED: "◐", Verdict.OPEN: ""}

Index = QModelIndex | QPersistentModelIndex


class ShapeRow(Struct):
    """One change of the list, and what is known of it. `apart`: it is in a sensitive file, and left out."""

    change: Change
    verdict: Verdict | None = None
    out: bool = False
    apart: str = ""
    looked: bool = False
    seen: Glimpse | None = None

    @property
    def glimpse(self) -> Glimpse:
        """The change on one line; made when it is first on the screen."""
        if self.seen is None:
            self.seen = glimpse(self.change)
        return self.seen

    @property
    def counts(self) -> bool:
        """Whether a verdict on all is one on this."""
        return not (self.out or self.apart)

    @property
    def where(self) -> str:
        """Path and line."""
        line = self.change.new_start if self.change.added else self.change.old_start
        return one_line(self.change.path) + (f":{line}" if self.change.is_text else "")


class _Side(Struct):
    """One side of a row, ready to be painted; `others` are the words that are not as in the first."""

    line: Shaped
    edit: Spans
    others: Spans
    ground: QColor
    tint: QColor


class ShapeModel(QStringListModel):
    """The rows as Qt asks for them. A list of texts, because Qt asks twenty thousand times how many there are
    when it lays them out, and asks Python each time where that is answered here.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: list[ShapeRow] = []
        self.verdict_now: Callable[[Change], Verdict] = lambda _: Verdict.OPEN

    def verdict(self, row: ShapeRow) -> Verdict:
        """The verdict of a row; looked up when it is first on the screen."""
        if row.verdict is None:
            row.verdict = self.verdict_now(row.change)
        return row.verdict

    def set_rows(self, rows: Sequence[ShapeRow]) -> None:
        """Show these."""
        self.rows = list(rows)
        self.setStringList([""] * len(self.rows))

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.where
        if role == Qt.ItemDataRole.AccessibleTextRole:
            seen = row.glimpse
            state = (
                f"{row.apart}, left out" if row.apart else "taken out" if row.out else self.verdict(row).value
            )
            return f"{row.where}, {state}: {seen.old or 'nothing'} → {seen.new or 'nothing'}"
        return None


class ShapeDelegate(QStyledItemDelegate):
    """Paints one row, and says which rows it painted whole."""

    painted_whole = Signal(int)

    def __init__(self, theme: Theme, model: ShapeModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._model = theme, model
        self._font, self._small = interface_font(12), interface_font(11)
        self._shaper = Shaper(code_font(12), 4)
        self.current = 0
        # By change: what was on the screen is painted again at every step of the cursor.
        self._sides: dict[tuple[str, bool], tuple[_Side, ...]] = {}

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(100, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row, theme = self._model.rows[index.row()], self._theme
        area: QRect = option.rect
        ground = theme.raised
        if index.row() == self.current:
            ground = chosen(theme)
            painter.fillRect(area, ground)
            theme = legible(theme, ground)
        bar = {Verdict.ACCEPTED: theme.accepted, Verdict.REJECTED: theme.rejected, Verdict.MIXED: theme.open}
        verdict = self._model.verdict(row)
        if verdict in bar:
            painter.fillRect(QRect(area.left(), area.top(), BAR, area.height() - 1), bar[verdict])
        self._state(painter, area, row, bar.get(verdict, theme.dim))
        left = area.left() + BAR + MARK + SEEN
        right = self._tag(painter, area, row, theme)
        self._where(painter, QRect(left, area.top(), WHERE, area.height()), row, theme)
        code = QRect(left + WHERE + GAP, area.top() + 2, right - left - WHERE - GAP, area.height() - 4)
        whole = self._code(painter, code, row)
        painter.fillRect(QRect(area.left(), area.bottom(), area.width(), 1), mixed(theme.line, ground, 0.5))
        if whole and not row.looked and row.glimpse.whole:
            self.painted_whole.emit(index.row())

    def _state(self, painter: QPainter, area: QRect, row: ShapeRow, colour: QColor) -> None:
        """The verdict as a mark, and a point at what was not looked at yet."""
        painter.setFont(self._font)
        painter.setPen(colour)
        mark = "–" if row.out else _MARKS[self._model.verdict(row)]
        box = QRect(area.left() + BAR, area.top(), MARK, area.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, mark)
        if not row.looked:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.accent)
            painter.drawEllipse(QPointF(box.right() + SEEN / 2, area.center().y() + 1), 2.5, 2.5)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _tag(self, painter: QPainter, area: QRect, row: ShapeRow, theme: Theme) -> int:
        """What is said at the right edge; where the code has to end."""
        more = f"+{row.glimpse.more:,} lines" if row.glimpse.more > 1 else "+1 line"
        words = "left out" if row.apart else "taken out" if row.out else more if row.glimpse.more else ""
        inner = area.adjusted(0, 0, -10, 0)
        painter.setFont(self._small)
        painter.setPen(theme.back if row.apart else theme.dim)
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, words)
        # The same for every row, so that both sides stand below each other.
        return inner.right() - TAG

    def _where(self, painter: QPainter, box: QRect, row: ShapeRow, theme: Theme) -> None:
        painter.setFont(self._font)
        painter.setPen(theme.dim if row.looked or not row.counts else theme.text)
        words = elided(painter.fontMetrics(), row.where, Qt.TextElideMode.ElideLeft, box.width())
        draw(painter, box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)

    def _code(self, painter: QPainter, box: QRect, row: ShapeRow) -> bool:
        """Both sides beside each other, one where there is only one; whether nothing of them was cut off."""
        seen = row.glimpse
        if not row.change.is_text:
            painter.setFont(self._font)
            painter.setPen(self._theme.text)
            metrics = painter.fontMetrics()
            words = elided(metrics, seen.new or "", Qt.TextElideMode.ElideRight, box.width())
            draw(painter, box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)
            return words == seen.new
        key = (row.change.id, row.counts)
        sides = self._sides.get(key)
        if sides is None:
            sides = self._sides[key] = tuple(self._made(row))
        width = (box.width() - GAP * (len(sides) - 1)) // max(1, len(sides))
        whole = True
        for number, side in enumerate(sides):
            part = QRect(box.left() + number * (width + GAP), box.top(), width, box.height())
            painter.fillRect(part, side.ground)
            whole = self._line(painter, part, side) and whole
        return whole

    def _made(self, row: ShapeRow) -> Iterator[_Side]:
        theme, seen, first = self._theme, row.glimpse, self._model.rows[0].glimpse
        old, new = spans_of_edit(seen)
        for text, edit, reference, ground, tint in (
            (seen.old, old, first.old, theme.removed_row, theme.removed_words),
            (seen.new, new, first.new, theme.added_row, theme.added_words),
        ):
            if text is None:
                continue
            ink = theme.text
            if not row.counts:
                # As weak as what is left out can be, and still be read.
                ground, tint = (mixed(each, theme.raised, WEAK) for each in (ground, tint))
                dim = readable(theme.dim, ground, theme.text, theme.contrast)
                ink = readable(dim, tint, theme.text, theme.contrast)
            line = self._shaper.plain(text, ink)
            yield _Side(line, edit, spans_apart(reference, text), ground, tint)

    def _line(self, painter: QPainter, box: QRect, side: _Side) -> bool:
        shaped = side.line
        left, top = box.left() + 6.0, box.center().y() + 1 - self._shaper.height / 2
        painter.save()
        painter.setClipRect(box, Qt.ClipOperation.IntersectClip)
        for start, end in side.edit:
            x = left + shaped.x_of(start)
            painter.fillRect(QRectF(x, top, left + shaped.x_of(end) - x, self._shaper.height), side.tint)
        shaped.draw(painter, left, top)
        for start, end in side.others:
            x = left + shaped.x_of(start)
            under = QRectF(x, box.bottom() - 2.0, left + shaped.x_of(end) - x, 2)
            painter.fillRect(under, self._theme.accent)
        painter.restore()
        fits = shaped.width + 8 <= box.width()
        if not fits:
            fade = QRect(box.right() - 14, box.top(), 15, box.height())
            painter.fillRect(fade, self._theme.raised)
            painter.setPen(self._theme.dim)
            painter.setFont(self._small)
            painter.drawText(fade, Qt.AlignmentFlag.AlignCenter, "…")
        return fits


class ShapeList(QListView):
    """The list. Keys are the sheet's affair; a click puts the cursor there, a double click goes there."""

    moved = Signal(int)
    looked_at = Signal(list)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows = ShapeModel(self)
        self._delegate = ShapeDelegate(theme, self.rows, self)
        self._whole: list[int] = []
        self._delegate.painted_whole.connect(self._on_whole)
        self.setModel(self.rows)
        self.setItemDelegate(self._delegate)
        self.setUniformItemSizes(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Changes of this shape")
        # Painted whole by itself: else every step of the cursor paints the review beneath it too.
        self._ground = theme.raised
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    @property
    def current(self) -> int:
        """The row that the cursor is on."""
        return self._delegate.current

    def go_to(self, row: int) -> None:
        """The cursor to a row, which is brought onto the screen."""
        count = self.rows.rowCount()
        if not count:
            return
        self._delegate.current = min(max(row, 0), count - 1)
        self.scrollTo(self.rows.index(self._delegate.current))
        self.viewport().update()
        self.moved.emit(self._delegate.current)

    @property
    def page(self) -> int:
        """Rows on one screen."""
        return max(1, self.viewport().height() // ROW - 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self.viewport()) as painter:
            painter.fillRect(event.rect(), self._ground)
        super().paintEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if index.isValid():
            self.go_to(index.row())

    def _on_whole(self, row: int) -> None:
        # Told after the painting: what is counted is painted too.
        if not self._whole:
            QTimer.singleShot(0, self, self._tell)
        self._whole.append(row)

    def _tell(self) -> None:
        found, self._whole = self._whole, []
        self.looked_at.emit(found)
