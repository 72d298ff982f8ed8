"""The items of the tray as a painted list: what each weighs, what fits, what looks secret."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct
from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget

from workbench.review.costs import column
from workbench.review.text import one_line
from workbench.ui.fonts import interface_font
from workbench.ui.keymap import chord
from workbench.ui.shown_text import draw, elided
from workbench.ui.theme import Theme, chosen, legible, mixed
from workbench.workflow.tray import Finding, Item, Kind, State, Tray

HEAD, ROW, PAD, NUMBERS = 30, 44, 12, 92
_TOGGLE = ("x", "Delete", "Backspace")


class TrayRow(Struct, frozen=True):
    """One line: a section's title, an item, or a finding. `share`, 0 to 1, is its bar's length."""

    title: str
    more: str = ""
    tokens: str = ""
    cost: str = ""
    share: float = 0.0
    item: Item | None = None
    finding: Finding | None = None

    @property
    def is_head(self) -> bool:
        return self.item is None and self.finding is None

    @property
    def key(self) -> str:
        """What the cursor holds on to when the rows are made anew."""
        if self.finding is not None:
            return f"finding {self.finding.id}"
        return self.item.id if self.item is not None else ""


def tray_rows(tray: Tray) -> tuple[TrayRow, ...]:
    """The list: what stops it, what is given, what does not fit, what was taken out."""
    most = max([tray.weight(item) for item in tray.given], default=1) or 1
    costs = (tray.cost(tray.weight(item)) for item in tray.given)
    money = column(cost for cost in costs if cost is not None)
    given = [_row(tray, item, most, money) for item in tray.given]
    left = [_row(tray, item, most, money) for item in tray.left if not item.is_given]
    parts = [item for item in tray.given if item.state is State.PART]
    removed = [_row(tray, item, most, money) for item in tray.items if item.state is State.REMOVED]
    found = sorted(tray.findings, key=lambda each: each.allowed)
    secrets = [
        TrayRow(
            f"{each.kind}",
            f"{'allowed · ' if each.allowed else ''}{_places(each)}",
            each.id,
            finding=each,
        )
        for each in found
    ]
    rows: list[TrayRow] = []
    for title, group in (
        ("Looks like a secret", secrets if tray.stopped else []),
        (f"Given{f' · {len(parts)} in part' if parts else ''}", given),
        ("Not given", left),
        ("Removed", removed),
        # Nothing stands in the way any more: what was said of them is no news.
        ("Allowed to leave", [] if tray.stopped else secrets),
    ):
        if group:
            rows += [TrayRow(title.upper()), *group]
    return tuple(rows)


def _places(finding: Finding) -> str:
    more = f" and {len(finding.places) - 2} more" if len(finding.places) > 2 else ""
    return f"{', '.join(finding.places[:2])}{more}"


def _row(tray: Tray, item: Item, most: int, money: Callable[[float], str]) -> TrayRow:
    tokens = tray.weight(item)
    kinds = {Kind.TASK: "on top of the prompt", Kind.FEEDBACK: "what was judged and noted"}
    more = [kinds.get(item.kind, item.kind.value)]
    # That a file with changes differs says nothing more.
    more += [each for each in item.why.split(", ") if each not in (item.kind.value, "differs")]
    if item.parts:
        more.append("lines " + ", ".join(f"{start}–{start + count - 1}" for start, count in item.parts[:4]))
    if item.state not in (State.GIVEN, State.REMOVED):
        more.append(item.state.value)
    cost = tray.cost(tokens) if item.is_given else None
    return TrayRow(
        one_line(item.title),
        " · ".join(each for each in more if each),
        f"{tokens:,}" if tokens else "",
        money(cost) if cost is not None else "",
        tokens / most,
        item,
    )


class TrayList(QScrollArea):
    """The rows, a cursor on one of them, and keys."""

    moved = Signal(object)
    removed = Signal(object)
    put_back = Signal(object)
    allowed = Signal(object)
    opened = Signal(object)
    unpin_wanted = Signal(object)
    undo_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        # The frame that says where the keys are is round: what is painted stays clear of its corners.
        self.setViewportMargins(3, 3, 3, 3)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.rows: tuple[TrayRow, ...] = ()
        self.cursor_at = -1
        # The card's own ground is seen: a square one would stand over the corners of the edge.
        self.setObjectName("tray")
        self.setStyleSheet("#tray, #tray > QWidget, #tray > QWidget > QWidget { background: transparent }")
        self._inner = _Rows(theme, self)
        self.setWidget(self._inner)
        self.setAccessibleName("What the next round gets")

    def show_rows(self, rows: Sequence[TrayRow]) -> None:
        """Show these; the cursor stays on what it stood on."""
        before = self.current()
        place = self.cursor_at
        self.rows = tuple(rows)
        stops = [number for number, row in enumerate(self.rows) if not row.is_head]
        same = [n for n in stops if before is not None and self.rows[n].key == before.key]
        if same and before is not None and _was_allowed(before, self.rows[same[0]]):
            # The next one that stops the sending, as after a verdict.
            same = [n for n in stops if _stops(self.rows[n])] or same
        near = [number for number in stops if number >= place] or stops[-1:]
        self.cursor_at = (same or near or [-1])[0]
        self._inner.updateGeometry()
        self._inner.setMinimumHeight(self._inner.sizeHint().height())
        self._inner.update()
        self._tell()

    def current(self) -> TrayRow | None:
        """The row under the cursor."""
        return self.rows[self.cursor_at] if 0 <= self.cursor_at < len(self.rows) else None

    def move(self, step: int) -> None:  # type: ignore[override]  # Qt's moves the widget, which a layout does
        """Move the cursor by a row, over the titles."""
        at = self.cursor_at + step
        while 0 <= at < len(self.rows) and self.rows[at].is_head:
            at += step
        if 0 <= at < len(self.rows):
            self.go_to(at)

    def go_to(self, row: int) -> None:
        """Put the cursor on a row."""
        self.cursor_at = row
        self._inner.update()
        top = self._inner.top_of(row)
        self.ensureVisible(0, top + ROW // 2, 0, ROW)
        self._tell()

    def _tell(self) -> None:
        row = self.current()
        if row is not None:
            self.setAccessibleDescription(f"{row.title}, {row.more}, {row.tokens} tokens {row.cost}")
        self.moved.emit(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys, row = chord(event), self.current()
        if keys in ("j", "Down", "k", "Up"):
            self.move(1 if keys in ("j", "Down") else -1)
        elif keys == "u":
            self.undo_wanted.emit()
        elif row is None or not self._act(keys, row):
            event.ignore()

    def _act(self, keys: str, row: TrayRow) -> bool:
        if row.finding is not None:
            if keys == "a" and not row.finding.allowed:
                self.allowed.emit(row.finding)
            return keys == "a"
        item = row.item
        if item is None:
            return False
        if keys == "Enter":
            self.opened.emit(item)
        elif keys in _TOGGLE and item.state is not State.REMOVED:
            self.removed.emit(item.id)
        elif keys in ("a", "o", *_TOGGLE) and item.state is State.REMOVED:
            self.put_back.emit(item.id)
        elif keys == "p" and item.path is not None:
            self.unpin_wanted.emit(item)
        else:
            return keys in ("a", "o", *_TOGGLE)
        return True


def _stops(row: TrayRow) -> bool:
    return row.finding is not None and not row.finding.allowed


def _was_allowed(before: TrayRow, now: TrayRow) -> bool:
    return _stops(before) and now.finding is not None and now.finding.allowed


class _Rows(QWidget):
    """Paints the rows."""

    def __init__(self, theme: Theme, parent: TrayList) -> None:
        super().__init__(parent)
        self._list, self._theme = parent, theme
        self._plain, self._small = interface_font(13), interface_font(11)
        self._head = interface_font(11, QFont.Weight.DemiBold)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def sizeHint(self) -> QSize:
        return QSize(300, self.top_of(len(self._list.rows)))

    def top_of(self, row: int) -> int:
        """Where a row begins."""
        return sum(HEAD if each.is_head else ROW for each in self._list.rows[:row])

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            top = 0
            for number, row in enumerate(self._list.rows):
                height = HEAD if row.is_head else ROW
                area = QRect(0, top, self.width(), height)
                if area.intersects(event.rect()):
                    if row.is_head:
                        painter.setFont(self._head)
                        painter.setPen(self._theme.dim)
                        painter.drawText(
                            area.adjusted(PAD, 8, -PAD, 0), Qt.AlignmentFlag.AlignVCenter, row.title
                        )
                    else:
                        self._paint(painter, row, area, here=number == self._list.cursor_at)
                top += height

    def _paint(self, painter: QPainter, row: TrayRow, area: QRect, *, here: bool) -> None:
        theme = self._theme
        out = row.item is not None and not row.item.is_given
        if here:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(chosen(theme))
            painter.drawRoundedRect(QRectF(area).adjusted(2, 1, -2, -1), 6, 6)
            theme = legible(theme, chosen(theme))
        colour = self._colour(row, theme)
        inner = area.adjusted(PAD, 5, -PAD, -8)
        painter.setFont(self._plain)
        painter.setPen(theme.dim if out else theme.text)
        words = inner.adjusted(0, 0, -NUMBERS, 0)
        title = elided(painter.fontMetrics(), row.title, Qt.TextElideMode.ElideMiddle, words.width())
        draw(painter, words, Qt.AlignmentFlag.AlignTop, title)
        numbers = QRect(inner.right() - NUMBERS, inner.top(), NUMBERS, inner.height())
        painter.setPen(theme.dim)
        painter.setFont(self._small if row.finding else self._plain)
        painter.drawText(numbers, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight, row.tokens)
        painter.setFont(self._small)
        painter.setPen(theme.faint)
        more = elided(painter.fontMetrics(), row.more, Qt.TextElideMode.ElideRight, words.width())
        painter.setPen(colour if row.finding is not None else theme.faint)
        draw(painter, words, Qt.AlignmentFlag.AlignBottom, more)
        painter.setPen(theme.faint)
        painter.drawText(numbers, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignRight, row.cost)
        if row.item is not None and row.share:
            bar = QRectF(inner.left(), area.bottom() - 4, inner.width(), 2)
            painter.fillRect(bar, mixed(theme.text, theme.raised, 0.06))
            bar.setWidth(max(2.0, inner.width() * min(1.0, row.share)))
            painter.fillRect(bar, colour)

    def _colour(self, row: TrayRow, theme: Theme) -> QColor:
        if row.finding is not None:
            return theme.faint if row.finding.allowed else theme.rejected
        state = row.item.state if row.item is not None else State.GIVEN
        if state is State.GIVEN:
            return theme.accent
        return theme.open if state in (State.PART, State.LEFT, State.GONE) else theme.faint

    def mousePressEvent(self, event: QMouseEvent) -> None:
        top = 0
        for number, row in enumerate(self._list.rows):
            height = HEAD if row.is_head else ROW
            if top <= event.position().y() < top + height and not row.is_head:
                self._list.go_to(number)
                self._list.setFocus()
            top += height

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        row = self._list.current()
        if row is not None and row.item is not None:
            self._list.opened.emit(row.item)
