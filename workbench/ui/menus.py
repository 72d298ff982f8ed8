"""The command table as QActions and menus.

A command with a one-letter key shows it in the menu, but the key itself lives on the review alone.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from workbench.ui.commands import BEGINS, COMMANDS, REPEATING, Menu
from workbench.ui.keymap import Keymap, is_chorded, sequences, shown


class Menus(QObject):
    """One action a command; `triggered` carries the command's id."""

    triggered = Signal(str)

    def __init__(self, keymap: Keymap, window: QWidget) -> None:
        super().__init__(window)
        self.actions: dict[str, QAction] = {}
        groups: dict[str, QActionGroup] = {}
        for command in COMMANDS:
            action = QAction(command.title, window)
            action.setObjectName(command.id)
            keys = keymap.keys(command.id)
            chorded = [sequence for key in keys if is_chorded(key) for sequence in sequences(key)]
            if keys:
                # The text behind a tab is drawn where a shortcut would be: as keys are written everywhere.
                action.setText(f"{command.title}\t{shown(keys[0])}")
            action.setShortcuts(chorded)
            action.setAutoRepeat(command.id in REPEATING)
            action.setToolTip(
                f"{command.title} ({', '.join(shown(key) for key in keys)})" if keys else command.title
            )
            if command.group:
                group = groups.setdefault(command.group, QActionGroup(self))
                action.setCheckable(True)
                group.addAction(action)
            if command.toggle:
                action.setCheckable(True)
            action.triggered.connect(self._on_triggered)
            window.addAction(action)
            self.actions[command.id] = action

    def fill(self, target: QMenu | QMenuBar) -> None:
        """Put every command into a menu of `target`."""
        for name in Menu:
            menu = target.addMenu(name.value)
            group = ""
            for command in COMMANDS:
                if command.menu is not name:
                    continue
                begins = command.group != group or command.id in BEGINS
                if begins and not menu.isEmpty():
                    menu.addSeparator()
                group = command.group
                menu.addAction(self.actions[command.id])

    def check(self, command: str) -> None:
        """Mark one of a group of choices as the one that holds."""
        action = self.actions.get(command)
        if action is not None:
            action.setChecked(True)

    def mark(self, command: str, *, on: bool) -> None:
        """Show what is on or off as it is."""
        self.actions[command].setChecked(on)

    def _on_triggered(self) -> None:
        self.triggered.emit(self.sender().objectName())
