"""The menus of the right button and of the Menu key: what can be done with what is under the cursor, each
with its key. Tables and a loop; what a command does is `dispatch.py`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QMenu

from workbench.review.notes import Intent
from workbench.ui.commands import BY_ID
from workbench.ui.diff.gaps import Opens
from workbench.ui.keymap import shown

if TYPE_CHECKING:
    from workbench.ui.diff.layout import Spot
    from workbench.ui.window import MainWindow

Row = tuple[str, str]
"""A command and what it is called here; "" for what it is called everywhere. An empty command: a line."""
_LINE: Row = ("", "")


class Under(Enum):
    """What a menu is of."""

    CHANGE = auto()
    LINES = auto()
    LINE = auto()
    NOTE = auto()
    FINDING = auto()
    ENTRY = auto()
    FILE = auto()
    OTHER_FILE = auto()
    NOTHING = auto()


_VERDICT: tuple[Row, ...] = (("accept", ""), ("reject", ""), ("reject_reason", "Reject with a reason…"))
_FIND: Row = ("search", "Search for what is selected")

ROWS: dict[Under, tuple[Row, ...]] = {
    Under.CHANGE: (
        *_VERDICT,
        ("reopen", ""),
        _LINE,
        ("note", "Note on the change…"),
        ("edit", "Edit the new side…"),
        ("repeat", ""),
        ("shape", "All changes of this shape…"),
        ("why", "Why: what the model said"),
        _LINE,
        ("copy", "Copy the line"),
        ("copy_patch", "Copy the change as a patch"),
        _FIND,
        ("editor", "Open in your editor"),
        ("other_end", "To the other end of the moved block"),
        _LINE,
        ("accept_file", ""),
        ("reject_file", ""),
        ("viewed", ""),
    ),
    Under.LINES: (
        ("accept", "Accept the lines"),
        ("reject", "Reject the lines"),
        ("reopen", ""),
        _LINE,
        ("note", "Note on the lines…"),
        ("pin", ""),
        _LINE,
        ("copy", ""),
        ("copy_patch", "Copy the lines as a patch"),
        ("escape", "Select nothing"),
    ),
    Under.LINE: (
        ("note", "Note on the line…"),
        ("edit", "Edit the line…"),
        ("select", ""),
        ("pin", "Pin the line for the next round"),
        _LINE,
        ("copy", "Copy the line"),
        _FIND,
        ("editor", "Open in your editor"),
        _LINE,
        ("more_context", ""),
        ("whole_file", ""),
    ),
    Under.NOTE: (
        ("accept", "Settle"),
        ("reject", "Send it again"),
        ("reopen", "Take the settling back"),
        _LINE,
        ("note", "Reply…"),
        ("edit", "Edit the note…"),
        ("ask", ""),
        ("make_rule", ""),
        _LINE,
        ("withdraw", ""),
    ),
    Under.FINDING: (
        ("accept", "Adopt as a note"),
        ("edit", "Adopt in other words…"),
        ("reject", "Dismiss"),
        ("reject_reason", "Dismiss with a reason…"),
    ),
    Under.ENTRY: (
        ("accept", "Take it as it is"),
        ("reject", "Restore, or send it again"),
        ("reopen", "Show the change"),
        _LINE,
        ("note", "Note…"),
        ("send_back", ""),
    ),
    Under.FILE: (
        ("accept_file", ""),
        ("reject_file", ""),
        ("viewed", ""),
        _LINE,
        ("note_file", "Note on the file…"),
        ("pin_file", ""),
        ("only_file", ""),
        _LINE,
        ("copy_path", ""),
        ("copy_patch", "Copy the file as a patch"),
        ("editor", "Open in your editor"),
        _LINE,
        ("fold", ""),
        ("whole_file", ""),
    ),
    Under.OTHER_FILE: (
        ("note_file", "Note on the file…"),
        ("pin_file", ""),
        _LINE,
        ("copy_path", ""),
        ("editor", "Open in your editor"),
        ("fold", ""),
    ),
    Under.NOTHING: (("note_review", "Note on the review…"), ("task", ""), ("send", ""), ("land", "")),
}

_GAP: tuple[tuple[str, str, Opens], ...] = (
    ("context_above", "10 lines more above", Opens.ABOVE),
    ("context_below", "10 lines more below", Opens.BELOW),
    ("context_between", "All lines that are folded here", Opens.ALL),
)


class ContextMenus(QObject):
    """Asks the window what is under its cursor, and shows the menu of it."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.menu: QMenu | None = None
        """The menu that was shown last."""

    def show(self, place: QPoint, gap: Spot | None) -> None:
        """The menu of what the cursor of the review stands on, or of a gap, at a place of the screen."""
        menu = self._empty()
        if gap is not None:
            self._fill_gap(menu, gap)
        else:
            self._fill(menu, ROWS[self._under()])
        menu.popup(place)

    def show_file(self, place: QPoint) -> None:
        """The menu of the file that the cursor is in."""
        menu = self._empty()
        self._fill(menu, ROWS[self._file_under()])
        menu.popup(place)

    def _under(self) -> Under:
        window = self._window
        view, stop = window.view, window.view.stop()
        if view.has_selection():
            return Under.LINES
        if stop.entry is not None:
            return Under.ENTRY
        if stop.note is not None:
            return Under.FINDING if window.findings.is_finding(stop.note) else Under.NOTE
        if stop.change is not None:
            return Under.CHANGE
        if stop.line is not None:
            return Under.LINE
        return self._file_under()

    def _file_under(self) -> Under:
        path = self._window.view.current_file()
        if path is None:
            return Under.NOTHING
        known = path in self._window.controller.open_session().by_path
        return Under.FILE if known else Under.OTHER_FILE

    def _empty(self) -> QMenu:
        if self.menu is not None:
            self.menu.deleteLater()
        self.menu = QMenu(self._window)
        return self.menu

    def _fill(self, menu: QMenu, rows: Sequence[Row]) -> None:
        for command, words in rows:
            if not command:
                menu.addSeparator()
                continue
            if not self._means_something(command):
                continue
            title = words or BY_ID[command].title
            if command == "copy" and self._window.view.picked_text():
                title = "Copy what is selected"
            action = menu.addAction(self._named(command, title))
            action.setObjectName(command)
            action.triggered.connect(self._on_triggered)

    def _means_something(self, command: str) -> bool:
        """Whether what only some changes have is there."""
        window = self._window
        session = window.controller.open_session()
        note = session.review.notes.get(window.view.stop().note or "")
        if note is not None and command in ("accept", "reopen"):
            return note.settled is (command == "reopen")
        if command == "ask":
            return note is not None and note.intent is Intent.QUESTION
        if command == "why":
            return any(session.review.whys[-1:])
        if command == "search":
            return bool(window.view.picked_text().strip())
        if command == "other_end":
            return window.view.moved_here() is not None
        return command != "repeat" or session.last_verdict is not None

    def _fill_gap(self, menu: QMenu, gap: Spot) -> None:
        view = self._window.view
        for command, words, opens in _GAP:
            action = menu.addAction(self._named(command, words))
            action.setObjectName(command)
            action.triggered.connect(view.opener(gap, opens))
        menu.addSeparator()
        self._fill(menu, (("whole_file", ""),))

    def _named(self, command: str, title: str) -> str:
        """With its key behind a tab, where a shortcut would be: it is none, so that it is not taken twice."""
        keys = self._window.keymap.keys(command)
        title = title.replace("&", "&&")
        return f"{title}\t{shown(keys[0])}" if keys else title

    def _on_triggered(self) -> None:
        self._window.run_command(self.sender().objectName())
