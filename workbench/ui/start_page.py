"""The page without a review: recent ones, open, drop a folder, the demo; or what else could be reviewed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct
from PySide6.QtCore import QSize, Qt, Signal, SignalInstance
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QIcon, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from workbench.assets import asset
from workbench.review.text import one_line, visible
from workbench.ui.elided import Elided
from workbench.ui.sheet import plain
from workbench.ui.shown_text import shortened

MARK = 48
"""Pixels of the program's mark, which leads the page instead of a large title."""

ABOVE = 88
"""Pixels over it."""


class Row(Struct, frozen=True):
    """One thing that can be opened: what `chosen` says of it, its words, and what stands at the right."""

    id: str
    title: str
    words: str
    right: str = ""


def ago(at: float, now: float) -> str:
    """How long ago: "just now", "5 min", "3 h", "2 days", else the date."""
    seconds = max(0.0, now - at)
    if seconds < 90:
        return "just now"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min ago"
    if seconds < 129_600:
        return f"{seconds / 3600:.0f} h ago"
    if seconds < 30 * 86_400:
        return f"{seconds / 86_400:.0f} days ago"
    return time.strftime("%Y-%m-%d", time.localtime(at))


def counted(files: int) -> str:
    """How many files: "1 file", "1,200 files"."""
    return "1 file" if files == 1 else f"{files:,} files"


class RowButton(QPushButton):
    """A row that can be pressed."""

    chosen = Signal(object)

    def __init__(self, row: Row, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("kind", "quiet")
        self._id = row.id
        self.setFixedHeight(48)
        self.setAccessibleName(visible(shortened(f"{row.title}, {row.words} {row.right}")).text)
        title = Elided(self, "title")
        title.set_whole(row.title)
        # The end of a path is what tells it from the others.
        words = Elided(self, "dim", Qt.TextElideMode.ElideMiddle)
        words.set_whole(row.words)
        right = plain(row.right, self, "faint", wrapped=False)
        texts = QVBoxLayout()
        texts.setSpacing(1)
        texts.addWidget(title)
        texts.addWidget(words)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 4, 12, 4)
        layout.setSpacing(16)
        layout.addLayout(texts, 1)
        layout.addWidget(right)
        for label in (title, words, right):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.clicked.connect(self._on_clicked)

    def _on_clicked(self) -> None:
        self.chosen.emit(self._id)


class StartPage(QWidget):
    """One column in the middle."""

    review_chosen = Signal(object)
    range_chosen = Signal(object)
    folder_dropped = Signal(object)
    wanted = Signal(str)
    cancel_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._step: QLabel | None = None
        self._cancel: QPushButton | None = None
        self._first: RowButton | None = None
        self._names: QVBoxLayout | None = None
        self.setProperty("kind", "ground")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAcceptDrops(True)
        self.column = QWidget(self)
        self.column.setMaximumWidth(640)
        self._layout = QVBoxLayout(self.column)
        self._layout.setSpacing(8)
        area = QScrollArea(self)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        # A click beside the rows must not take the keys from them; a row that has them is scrolled to.
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setStyleSheet("QScrollArea, QScrollArea > QWidget > QWidget { background: transparent }")
        middle = QWidget(area)
        inner = QHBoxLayout(middle)
        inner.addStretch(1)
        inner.addWidget(self.column, 6)
        inner.addStretch(1)
        area.setWidget(middle)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)

    def take_focus(self) -> None:
        """Have the keys: the first row, where there is one."""
        if self._first is None:
            self.setFocus()
            return
        # Not yet laid out, and what is hidden takes no focus.
        self._first.show()
        self._first.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Arrows and Tab go from one button to the next by themselves; Enter presses only in a dialog.
        focused = self.window().focusWidget()
        pressed = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if pressed and isinstance(focused, QPushButton) and self.isAncestorOf(focused):
            focused.click()
        else:
            super().keyPressEvent(event)

    def show_recent(self, rows: Sequence[Row] | None, keys: dict[str, str]) -> None:
        """The page without a repository. None for reviews that are still being looked up."""
        self._begin("Workbench", "Review what an AI changed, decide, and land exactly what you accepted.")
        # Where nothing was reviewed yet, the sentence below says it.
        self._add_buttons(keys, "or drop a folder here" if rows else "")
        self._add_rows("Recent reviews", rows or (), self.review_chosen)
        if rows is not None and not rows:
            key = keys.get("open", "")
            hint = f"Nothing was reviewed yet. Open a repository ({key}), or drop its folder here."
            self._layout.addSpacing(8)
            self._layout.addWidget(plain(hint, self.column, "dim"))
        self._layout.addStretch(1)

    def show_nothing(self, sentence: str, choices: Sequence[Row], keys: dict[str, str]) -> None:
        """Nothing is uncommitted here: what else could be reviewed."""
        self._begin(sentence, "As soon as something is edited, R reads the work tree again.")
        self._add_rows("Review instead", choices, self.range_chosen)
        if not choices:
            self._layout.addWidget(plain("There is no commit to review either.", self.column, "dim"))
        self._layout.addSpacing(12)
        # What is nearest is first in the list, and has the keys: one thing is bright, not two.
        self._add_buttons(keys, is_first=not choices)
        self._layout.addStretch(1)

    def show_error(self, sentence: str, hint: str, keys: dict[str, str]) -> None:
        """What was asked for cannot be opened."""
        self._begin(sentence, hint)
        self._add_buttons(keys)
        self._layout.addStretch(1)

    def show_opening(self, name: str) -> None:
        """Something is being read."""
        self._begin(f"Reading {name}…", "")
        self._step = plain("", self.column, "dim")
        self._cancel = QPushButton("Cancel  Esc", self.column)
        self._cancel.setObjectName("cancel_opening")
        self._cancel.setToolTip("Stop reading (Esc); nothing of it is kept")
        self._cancel.clicked.connect(self.cancel_wanted)
        self._cancel.hide()
        for widget in (self._step, self._cancel):
            self._layout.addWidget(widget, 0, Qt.AlignmentFlag.AlignLeft)
        self._names = QVBoxLayout()
        self._names.setSpacing(2)
        self._layout.addSpacing(8)
        self._layout.addLayout(self._names)
        self._layout.addStretch(1)

    def show_step(self, words: str) -> None:
        """What the reading does now. Shown when it takes long, and then it can be ended."""
        if self._step is not None and self._cancel is not None:
            self._step.setText(words)
            self._cancel.show()

    def show_names(self, names: Sequence[str], count: int) -> bool:
        """The first of `count` files that are read, before any is there. True where they are shown now."""
        if self._names is None or self._names.count() or not names:
            return False
        for name in names:
            # The end of a path is what tells it from the others.
            label = Elided(self.column, "dim", Qt.TextElideMode.ElideMiddle)
            label.set_whole(one_line(name))
            self._names.addWidget(label)
        if count > len(names):
            self._names.addWidget(plain(f"and {count - len(names):,} more", self.column, "faint"))
        return True

    def _begin(self, title: str, words: str) -> None:
        self._step = self._cancel = self._first = None
        if self._names is not None:
            _clear(self._names)
        self._names = None
        _clear(self._layout)
        self._layout.addSpacing(ABOVE)
        mark = QLabel(self.column)
        icon = QIcon(str(asset("icons", "workbench.svg")))
        mark.setPixmap(icon.pixmap(QSize(MARK, MARK), self.devicePixelRatioF()))
        self._layout.addWidget(mark)
        self._layout.addSpacing(12)
        self._layout.addWidget(plain(title, self.column, "title"))
        if words:
            self._layout.addWidget(plain(words, self.column, "dim"))
        self._layout.addSpacing(16)

    def _add_rows(self, title: str, rows: Sequence[Row], chosen: SignalInstance) -> None:
        if not rows:
            return
        self._layout.addSpacing(12)
        label = plain(title.upper(), self.column, "section")
        self._layout.addWidget(label)
        for row in rows:
            button = RowButton(row, self.column)
            button.chosen.connect(chosen)
            self._layout.addWidget(button)
            self._first = self._first or button

    def _add_buttons(self, keys: dict[str, str], more: str = "", *, is_first: bool = True) -> None:
        holder = QWidget(self.column)
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        titles = {"open": "Open a repository…", "demo": "Open the demo"}
        for number, (command, title) in enumerate(titles.items()):
            key = keys.get(command, "")
            button = QPushButton(f"{title}  {key}".strip(), holder)
            button.setObjectName(command)
            if number == 0 and is_first:
                button.setProperty("kind", "primary")
            button.clicked.connect(self._on_button)
            row.addWidget(button)
        if more:
            row.addSpacing(8)
            row.addWidget(plain(more, holder, "dim", wrapped=False))
        row.addStretch(1)
        self._layout.addWidget(holder)

    def _on_button(self) -> None:
        self.wanted.emit(self.sender().objectName())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() and Path(url.toLocalFile()).is_dir() for url in event.mimeData().urls()):
            # Copied, as far as the other side is told: it must not take away what was moved.
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        for url in event.mimeData().urls():
            if url.isLocalFile() and Path(url.toLocalFile()).is_dir():
                event.setDropAction(Qt.DropAction.CopyAction)
                event.accept()
                self.folder_dropped.emit(url.toLocalFile())
                return


def _clear(layout: QVBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            # Taken away at once: what is deleted later would still be seen under the new page.
            widget.hide()
            widget.deleteLater()
