"""Sends the cursor to what is chosen elsewhere: in the file list, in a panel, or by what an act was about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from workbench.ui.diff.document import Stop

if TYPE_CHECKING:
    from workbench.ui.window import MainWindow


class Going(QObject):
    """The ways to a place in the review, whatever hides it."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window

    def go_to(self, stop: Stop) -> None:
        """The cursor to what an act was about."""
        view = self._window.view
        self._window.controller.uncover(stop.path, stop.change)
        if stop.note is not None and view.go_to_note(stop.note):
            return
        if stop.entry is not None:
            view.go_to_entry(stop.entry)
        elif stop.change is not None:
            view.go_to_change(stop.change)
        elif stop.path is not None:
            view.go_to_file(stop.path)

    def go_to_file(self, path: str) -> None:
        """The cursor to a file, which is shown for that if it does not differ."""
        controller = self._window.controller
        if path not in controller.open_session().by_path and not controller.shows_other(path):
            self._window.other_files.go_to(path)
            return
        controller.uncover(path)
        self._window.view.go_to_file(path)
        self._window.view.setFocus()

    def go_to_change(self, change: str) -> None:
        """The cursor to a change, and the keys to the review."""
        self.go_to(Stop(self._window.controller.open_session().change(change).path, change))
        self._window.view.setFocus()

    def go_to_note(self, note: str) -> None:
        """The cursor to a note, and the keys to the review."""
        self._window.view.go_to_note(note)
        self._window.view.setFocus()

    def go_to_entry(self, entry: str) -> None:
        """The cursor to an entry of the ledger, and the keys to the review."""
        self._window.view.go_to_entry(entry)
        self._window.view.setFocus()

    def open_draft(self, key: str) -> None:
        """The editor of a draft, where the draft belongs."""
        if key.startswith("shape-"):
            self._window.shapes.open_draft(key)
        else:
            self._window.editing().open_draft(key)
