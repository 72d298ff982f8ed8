"""What the next round gets: every item with its weight, the exact text, the whole against the room."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from workbench.review.costs import dollars
from workbench.review.text import visible
from workbench.ui.boxed_text import ShownText
from workbench.ui.fonts import code_font, interface_font
from workbench.ui.key_line import Hint, KeyLine
from workbench.ui.sheet import Sheet, plain
from workbench.ui.shown_text import draw
from workbench.ui.theme import Theme, mixed
from workbench.ui.tray_list import TrayList, TrayRow, tray_rows
from workbench.workflow.tray import Item, Kind, State, Tray

MOVING: tuple[Hint, ...] = (
    (("j", "k"), "move"),
    (("x",), "take out or put back"),
    (("↵",), "open"),
    (("u",), "undo"),
)
FOUND: tuple[Hint, ...] = ((("a",), "let it leave"), *MOVING)


_NAMES = {
    Kind.TASK: "task",
    Kind.FEEDBACK: "feedback",
    Kind.CHANGED: "files with changes",
    Kind.PINNED: "pinned",
    Kind.RULE: "house rules",
    Kind.NAMED: "named",
}
_BAR, _SQUARE = 4, 8


class RoomBar(QWidget):
    """The whole against the room: one line, a piece for each kind, and which kind has which colour."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._tray: Tray | None = None
        self._font = interface_font(11)
        self._colours = {
            Kind.TASK: theme.open,
            Kind.FEEDBACK: theme.altered,
            Kind.CHANGED: theme.accent,
            Kind.PINNED: theme.accepted,
            Kind.RULE: theme.back,
            Kind.NAMED: mixed(theme.accent, theme.raised, 0.6),
        }
        self.setFixedHeight(28)

    def show_tray(self, tray: Tray) -> None:
        """Show how full it is."""
        self._tray = tray
        said = (f"{words} {tokens:,} tokens" for words, tokens, _ in self._pieces(tray))
        self.setAccessibleName(", ".join(said))
        self.update()

    def _pieces(self, tray: Tray) -> Iterator[tuple[str, int, QColor]]:
        """What is given, of each kind: its name, tokens and colour."""
        for kind in Kind:
            tokens = sum(tray.weight(item) for item in tray.given if item.kind is kind)
            if tokens:
                yield _NAMES[kind], tokens, self._colours[kind]
        if tray.overhead:
            yield "instructions and headings", tray.overhead, self._theme.faint

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, tray = self._theme, self._tray
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            whole = QRectF(0, 2, self.width(), _BAR)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(mixed(theme.text, theme.raised, 0.08))
            painter.drawRoundedRect(whole, 2, 2)
            if tray is None or not tray.total:
                return
            room = max(tray.budget or tray.total, tray.total)
            left = whole.left()
            for _, tokens, colour in self._pieces(tray):
                width = whole.width() * tokens / room
                painter.fillRect(QRectF(left, whole.top(), max(0.0, width - 1), whole.height()), colour)
                left += width
            self._paint_names(painter, tray)

    def _paint_names(self, painter: QPainter, tray: Tray) -> None:
        painter.setFont(self._font)
        metrics, left, middle = painter.fontMetrics(), 0, (self.height() + 2 * _BAR) / 2
        for words, _, colour in self._pieces(tray):
            painter.fillRect(QRectF(left, middle - _SQUARE / 2, _SQUARE, _SQUARE), colour)
            left += _SQUARE + 6
            painter.setPen(self._theme.dim)
            box = QRectF(left, middle - 8, metrics.horizontalAdvance(words) + 2, 16)
            draw(painter, box, Qt.AlignmentFlag.AlignVCenter, words)
            left += metrics.horizontalAdvance(words) + 16


class TraySheet(Sheet):
    """The list at the left, the exact text of the item at the right, the sum below."""

    file_wanted = Signal(object)
    task_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent, width=1160, tall=True)
        self.tray: Tray | None = None
        self.body.addWidget(plain("What the next round gets", self.card, "title"))
        self.summary = plain("Packing…", self.card, "dim")
        self.body.addWidget(self.summary)
        self.items = TrayList(theme, self.card)
        self.text = ShownText(self.card)
        self.text.setFont(code_font(12))
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName("The exact text of the item")
        self.place = plain("", self.card, "section", wrapped=False)
        right = QVBoxLayout()
        right.setSpacing(8)
        right.addWidget(self.place)
        right.addWidget(self.text, 1)
        middle = QHBoxLayout()
        middle.setSpacing(16)
        self.items.setMaximumWidth(452)
        middle.addWidget(self.items, 1)
        middle.addLayout(right, 1)
        self.body.addLayout(middle, 1)
        self.bar = RoomBar(theme, self.card)
        self.body.addWidget(self.bar)
        self.error = plain("", self.card, "error")
        self.error.hide()
        self.body.addWidget(self.error)
        foot = QHBoxLayout()
        self.keys = KeyLine(self.card, *MOVING)
        foot.addWidget(self.keys, 1)
        leave = QPushButton("Close  Esc", self.card)
        leave.setProperty("kind", "quiet")
        leave.clicked.connect(self.close_sheet)
        foot.addWidget(leave)
        self.body.addLayout(foot)
        self.items.moved.connect(self._on_moved)
        self.items.opened.connect(self._on_opened)
        self.setFocusProxy(self.items)

    def show_tray(self, tray: Tray) -> None:
        """Show what is on it now."""
        self.tray = tray
        self.error.hide()
        self.summary.setText(_words(tray))
        self.bar.show_tray(tray)
        self.keys.set_hints(FOUND if tray.stopped else MOVING)
        self.items.show_rows(tray_rows(tray))

    def show_error(self, words: str) -> None:
        """Say what is in the way, here."""
        self.error.setText(words)
        self.error.show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        super().keyPressEvent(event)

    def _on_moved(self, row: TrayRow | None) -> None:
        tray = self.tray
        if row is None or tray is None:
            self.place.setText("")
            self.text.clear()
            return
        item = row.item
        if row.finding is not None:
            places = "\n".join(row.finding.places)
            self.place.setText("WHERE IT STANDS")
            words = "It may leave." if row.finding.allowed else "Nothing is sent while this is not allowed."
            self.text.setPlainText(visible(f"{row.finding.kind}\n\n{places}\n\n{words}").text)
        elif item is not None:
            self.place.setText("EXACTLY WHAT IS SENT" if item.is_given else item.state.value.upper())
            self.text.setPlainText(visible(item.text or _why_not(item)).text)

    def _on_opened(self, item: Item) -> None:
        if item.path is not None and item.state is not State.GONE:
            self.close_sheet()
            self.file_wanted.emit(item.path)
        elif item.kind is Kind.TASK:
            self.close_sheet()
            self.task_wanted.emit()
        else:
            self.text.setFocus()


def _words(tray: Tray) -> str:
    about = "" if "" in tray.exact else "About "
    parts = [f"{about}{tray.total:,} tokens"]
    cost = tray.cost(tray.total)
    if cost is not None:
        parts.append(f"{dollars(cost)} to send")
    elif tray.limits.model:
        parts.append("price unknown")
    parts.append(f"room for {tray.budget:,}" if tray.budget is not None else "no limit set")
    left = sum(item.state is State.LEFT for item in tray.items)
    if left and tray.budget is None:
        # Each by itself: there is nothing that they would have to fit into.
        parts.append(f"{left} {'item is' if left == 1 else 'items are'} too large")
    elif left:
        parts.append(f"{left} {'item does' if left == 1 else 'items do'} not fit")
    if tray.stopped:
        count = len(tray.stopped)
        parts.append(f"{count} {'thing looks' if count == 1 else 'things look'} like a secret")
    if tray.limits.model:
        parts.append(tray.limits.model)
    return " · ".join(parts)


def _why_not(item: Item) -> str:
    return {
        State.REMOVED: "It was taken out, and is not sent. x puts it back.",
        State.LEFT: f"It does not fit: about {item.tokens:,} tokens. Only its name is sent.",
        State.GONE: "It is not in the files that the next round starts from.",
        State.NAME: "It is no text, so only its name is sent.",
    }.get(item.state, "")
