"""The top: which repository, the task, the way to everything else, and Send. Decides nothing."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QCursor, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QSizePolicy, QToolButton, QWidget

from workbench.review.text import one_line
from workbench.ui.elided import Elided
from workbench.ui.theme import Theme
from workbench.ui.trust_mark import TrustMark

HEIGHT = 38
FIELD = 330
ROOMY = 760
"""The window from which on the bar has all of its buttons."""
NARROW, LEAST_LEFT = 240, 250
"""The field while it can have this much, and what is kept for what stands left of it."""


WORDS = ("Go to file, change, command…", "Go to file, change…", "Go to…")


class Field(QWidget):
    """What looks like a search field and opens the palette."""

    clicked = Signal()

    def __init__(self, theme: Theme, keys: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._keys = theme, keys
        self.setFixedHeight(26)
        self.setMinimumWidth(120)
        self.setMaximumWidth(FIELD)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Go to file, change, command")
        self.setToolTip(f"Find a command, file or note ({keys})")

    def set_theme(self, theme: Theme) -> None:
        """Wear another theme."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(FIELD, 26)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(self._theme.line)
            painter.setBrush(self._theme.ground)
            painter.drawRoundedRect(self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
            painter.setPen(self._theme.faint)
            inner = self.rect().adjusted(10, 0, -10, 0)
            painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, self._keys)
            metrics = painter.fontMetrics()
            room = inner.width() - metrics.horizontalAdvance(self._keys) - 12
            # Fewer words, never half of one.
            words = next((each for each in WORDS if metrics.horizontalAdvance(each) <= room), "")
            painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.clicked.emit()


class MenuButton(QToolButton):
    """Three lines: the door to all menus where the system has no bar for them."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setProperty("kind", "quiet")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFixedSize(28, 26)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Menu")
        self.setToolTip("All commands (F10)")

    def set_theme(self, theme: Theme) -> None:
        """Wear another theme."""
        self._theme = theme
        self.update()

    def hold(self, menu: QMenu) -> None:
        """Open this menu."""
        self.setMenu(menu)
        menu.aboutToHide.connect(self._on_hidden)

    def _on_hidden(self) -> None:
        # What left it while the menu had the mouse, Qt tells nobody: it would look pointed at for ever.
        if not self.rect().contains(self.mapFromGlobal(QCursor.pos())):
            self.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        with QPainter(self) as painter:
            painter.setPen(self._theme.dim)
            middle = self.height() / 2
            for step in (-4, 0, 4):
                painter.drawLine(QPointF(8, middle + step), QPointF(20, middle + step))


class TopBar(QWidget):
    """The bar. What is pressed goes out as a command's id."""

    wanted = Signal(str)

    def __init__(self, theme: Theme, keys: dict[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(HEIGHT)
        self.menu_button = MenuButton(theme, self)
        self.repository = Elided(self, "title", Qt.TextElideMode.ElideMiddle)
        self.repository.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self.repository.set_whole("Workbench")
        self.task = Elided(self, "dim")
        self.task.clicked.connect(self._on_task)
        self.field = Field(theme, keys.get("palette", ""), self)
        self.field.clicked.connect(self._on_field)
        self.trust = TrustMark(theme, self)
        self.trust.clicked.connect(self._on_trust)
        self.view = self._button("All changes ▾", "views", "Which changes are shown", keys)
        self.split = self._button("Split ▾", "split", "How they are shown", keys)
        self._next = "send"
        self._is_open = True
        self.land = self._button(
            f"Land  {keys.get('land', '')}".strip(), "land", "Land what was accepted", keys
        )
        self.land.clicked.connect(self._on_land)
        self.send = QPushButton(f"Send  {keys.get('send', '')}".strip(), self)
        self.send.setProperty("kind", "primary")
        self.send.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.send.setToolTip(f"Send the feedback ({keys.get('send', '')})")
        self.send.clicked.connect(self._on_send)
        self._all = layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 0, 14, 0)
        layout.setSpacing(6)
        left, right = QHBoxLayout(), QHBoxLayout()
        left.setSpacing(8)
        right.setSpacing(4)
        left.addWidget(self.menu_button)
        left.addWidget(self.repository)
        left.addSpacing(8)
        left.addWidget(self.task, 1)
        right.addStretch(1)
        for widget in (self.trust, self.view, self.split, self.land, self.send):
            right.addWidget(widget)
        right.insertSpacing(2, 8)
        self._right = right
        layout.addLayout(left, 1)
        layout.addWidget(self.field)
        layout.addLayout(right, 1)

    def set_theme(self, theme: Theme) -> None:
        """Wear another theme."""
        self.field.set_theme(theme)
        self.menu_button.set_theme(theme)
        self.trust.set_theme(theme)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share()

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() is QEvent.Type.LayoutRequest:
            self._share()
        return done

    def _share(self) -> None:
        """The field stands in the middle while there is room; then it gives way, and then the task does.

        A word to its right that is cut says little, and neither does a field without words in it.
        """
        # The view menu has it too, and a name that is cut down to a few letters says less.
        self.split.setVisible(self._is_open and self.width() >= ROOMY)
        wide = max(self._right.sizeHint().width(), self._right.minimumSize().width())
        middle = min(FIELD, self.width() - 2 * wide - 34)
        least = min(NARROW, self.width() - wide - LEAST_LEFT)
        self.field.setMaximumWidth(max(self.field.minimumWidth(), middle, least))
        # What is right of it has its width first; while the field is in the middle, as much as the left has.
        self._all.setStretch(2, 1 if middle >= NARROW else 0)

    def set_menu(self, menu: QMenu) -> None:
        """The menu behind the three lines."""
        self.menu_button.hold(menu)

    def show_review(self, repository: str, task: str, *, split: bool) -> None:
        """Say what is open."""
        self.repository.set_whole(one_line(repository))
        first = task.strip().split("\n", 1)[0].strip("# ")
        self.task.set_whole(first or "No task yet: T writes it", task)
        self.set_split(split=split)
        self._set_open(is_open=True)

    def set_view(self, words: str) -> None:
        """Say which changes are shown."""
        self.view.setText(f"{words} ▾")

    def set_split(self, *, split: bool) -> None:
        """Say how the diff is shown."""
        self.split.setText("Split ▾" if split else "Unified ▾")

    def set_next(self, command: str) -> None:
        """What comes next, which is the bright one: to send, to land what is all accepted, or neither."""
        if command == self._next:
            return
        self._next = command
        for button, name in ((self.land, "land"), (self.send, "send")):
            button.setProperty("kind", "primary" if name == command else "quiet")
            button.style().unpolish(button)
            button.style().polish(button)

    def show_nothing(self) -> None:
        """No review is open."""
        self.repository.set_whole("Workbench")
        self.task.set_whole("")
        self._set_open(is_open=False)

    def _set_open(self, *, is_open: bool) -> None:
        self._is_open = is_open
        for widget in (self.trust, self.view, self.land, self.send):
            widget.setVisible(is_open)
        self._share()

    def _button(self, text: str, command: str, title: str, keys: dict[str, str]) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setProperty("kind", "quiet")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setToolTip(f"{title} ({keys.get(command, '')})")
        button.setObjectName(command)
        return button

    def _on_land(self) -> None:
        self.wanted.emit("land")

    def _on_trust(self) -> None:
        self.wanted.emit("trust")

    def _on_send(self) -> None:
        self.wanted.emit("send")

    def _on_field(self) -> None:
        self.wanted.emit("palette")

    def _on_task(self) -> None:
        self.wanted.emit("task")
