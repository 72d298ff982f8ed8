"""The menus behind the buttons of the top bar: which changes are shown, and how. Tables and a loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton

from workbench.ui.commands import BY_ID
from workbench.ui.keymap import shown
from workbench.ui.round_views import View

if TYPE_CHECKING:
    from workbench.ui.window import MainWindow

SHAPES = {"Split": True, "Unified": False}
MARKED = ("wrap", "whitespace")
"""What is on or off."""
PLAIN = (("bigger", "smaller", "normal_size"), ("look",))
"""What is simply done, by group."""
WORDS = {"wrap": "Wrap long lines"}
"""What a command is called beside its mark, where that is not its title."""


class TopMenus(QObject):
    """Fills the menus when they are opened: what holds then is marked."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        for button, fill in ((window.top.view, self._fill_views), (window.top.split, self._fill_looks)):
            menu = QMenu(button)
            menu.aboutToShow.connect(fill)
            button.setMenu(menu)
            button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)

    # which changes

    def _fill_views(self) -> None:
        menu, controller = self._window.top.view.menu(), self._window.controller
        _empty(menu)
        if controller.session is None:
            return
        session, group = controller.open_session(), QActionGroup(menu)
        for view in View:
            count = controller.views.count(session, view)
            action = self._choice(menu, group, f"{view.value}\t{count:,}", on=view is controller.views.now)
            action.setObjectName(view.value)
            action.setEnabled(bool(count) or view is View.ALL)
            action.triggered.connect(self._on_view)

    def _on_view(self) -> None:
        self._window.desk.show_view(View(self.sender().objectName()))

    # how they look

    def _fill_looks(self) -> None:
        window = self._window
        menu, view = window.top.split.menu(), window.view
        _empty(menu)
        group = QActionGroup(menu)
        for words, split in SHAPES.items():
            named = self._named("split", words) if split is not view.is_split else words
            action = self._choice(menu, group, named, on=split is view.is_split)
            action.setObjectName(words)
            action.triggered.connect(self._on_shape)
        menu.addSeparator()
        holds = {"wrap": view.wraps, "whitespace": view.ignores_whitespace}
        for command in MARKED:
            action = self._entry(menu, command)
            action.setCheckable(True)
            action.setChecked(holds[command])
        for some in PLAIN:
            menu.addSeparator()
            for command in some:
                self._entry(menu, command)

    def _on_shape(self) -> None:
        if SHAPES[self.sender().objectName()] is not self._window.view.is_split:
            self._window.run_command("split")

    # entries

    def _choice(self, menu: QMenu, group: QActionGroup, words: str, *, on: bool) -> QAction:
        action = group.addAction(menu.addAction(words))
        action.setCheckable(True)
        action.setChecked(on)
        return action

    def _entry(self, menu: QMenu, command: str) -> QAction:
        action = menu.addAction(self._named(command, WORDS.get(command, BY_ID[command].title)))
        action.setObjectName(command)
        action.triggered.connect(self._on_command)
        return action

    def _on_command(self) -> None:
        self._window.run_command(self.sender().objectName())

    def _named(self, command: str, title: str) -> str:
        """With its key behind a tab, where a shortcut would be: it is none, so that it is not taken twice."""
        keys = self._window.keymap.keys(command)
        return f"{title}\t{shown(keys[0])}" if keys else title


def _empty(menu: QMenu) -> None:
    menu.clear()
    for group in menu.findChildren(QActionGroup):
        group.deleteLater()
