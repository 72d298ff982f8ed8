"""The button beside the filter of the files, and the menu of how they are listed. Shows and asks."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from workbench.ui.keymap import Keymap
from workbench.ui.theme import Theme


class Listed(StrEnum):
    """How the files are listed."""

    TREE = "tree"
    FLAT = "list"
    BY_SHAPE = "by shape"


WORDS = {
    Listed.TREE: "As a tree of folders",
    Listed.FLAT: "As one list of paths",
    Listed.BY_SHAPE: "By shape, the rarest first",
}


TIP = "The files as a tree, as a list or by shape"


class ListedButton(QToolButton):
    """Shows how the files are listed, and asks for another way."""

    wanted = Signal(str)
    """A value of `Listed`."""
    folding_wanted = Signal(bool)
    """All folders folded, or all unfolded."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._now = theme, Listed.TREE
        self.setProperty("kind", "quiet")
        self.setFixedSize(26, 26)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("How the files are listed")
        self.setToolTip(TIP)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)

    def set_theme(self, theme: Theme) -> None:
        """Wear another theme."""
        self._theme = theme
        self.update()

    def show_listed(self, now: Listed) -> None:
        """Say how they are listed now."""
        if now is not self._now:
            self._now = now
            self.update()

    def name_key(self, keymap: Keymap) -> None:
        """Say by which key that is done."""
        key = keymap.shown("flat_files")
        self.setToolTip(f"{TIP} ({key})" if key else TIP)

    def make_menu(self) -> None:
        """Make the menu, which no first frame needs. It is filled when it is opened."""
        if self.menu() is None:
            menu = QMenu(self)
            menu.aboutToShow.connect(self._fill)
            self.setMenu(menu)

    def show_menu(self, place: QPoint) -> None:
        """The menu, at a place of the screen."""
        self.make_menu()
        self.menu().popup(place)

    def _fill(self) -> None:
        from PySide6.QtGui import QAction, QActionGroup  # noqa: PLC0415 - the first frame has no menu

        menu = self.menu()
        menu.clear()
        for each in menu.findChildren(QActionGroup):
            each.deleteLater()
        group = QActionGroup(menu)
        for listed, words in WORDS.items():
            action = group.addAction(menu.addAction(words))
            action.setObjectName(listed.value)
            action.setCheckable(True)
            action.setChecked(listed is self._now)
            action.triggered.connect(self._on_listed)
        if self._now is Listed.TREE:
            menu.addSeparator()
            for folds, words in ((True, "Fold all folders"), (False, "Unfold all folders")):
                action = QAction(words, menu)
                action.setObjectName("fold" if folds else "unfold")
                action.triggered.connect(self._on_folding)
                menu.addAction(action)

    def _on_listed(self) -> None:
        self.wanted.emit(self.sender().objectName())

    def _on_folding(self) -> None:
        self.folding_wanted.emit(self.sender().objectName() == "fold")

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        # The lines of a small picture: how far each steps in, and how long it is.
        steps = {
            Listed.TREE: ((0, 10), (4, 8), (4, 8)),
            Listed.FLAT: ((0, 12), (0, 12), (0, 12)),
            Listed.BY_SHAPE: ((0, 4), (0, 8), (0, 12)),
        }[self._now]
        with QPainter(self) as painter:
            painter.setPen(self._theme.dim)
            for number, (inset, long) in enumerate(steps):
                left, y = 7 + inset, 9 + 4 * number
                painter.drawLine(QPointF(left, y), QPointF(left + long, y))
