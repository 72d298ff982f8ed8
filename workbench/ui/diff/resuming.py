"""Where the view was, for the next start, and being there again: its place, its folding, how it shows rows.

Plain values by path, change and line. A place that is still being read is waited for.
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace
from PySide6.QtWidgets import QWidget

from workbench.review.blocks import Sort
from workbench.review.changes import Side
from workbench.ui.diff.cursor import Mark, mark_of, spot_of
from workbench.ui.diff.searching import Searching
from workbench.ui.theme import Theme


class Resuming(Searching):
    """A view that goes on where it was left."""

    def __init__(self, parent: QWidget | None = None, theme: Theme | None = None) -> None:
        super().__init__(parent, theme)
        self._pending: dict[str, Any] | None = None
        self._landed: Mark | None = None
        """Where the cursor was put while the place to restore was still being read."""

    def state(self) -> dict[str, Any]:
        """Where the view is, for the next start: plain values only."""
        cursor = self._cursor
        value: dict[str, Any] = {
            "split": self._layout.split,
            "ignore_whitespace": self._layout.ignore_whitespace,
            "folded": [section.key for section in self._layout.sections if section.folded],
            "whole": [section.key for section in self._layout.sections if section.folding.whole],
            "opened": {
                section.key: [list(span) for span in section.folding.opened]
                for section in self._layout.sections
                if section.folding.opened
            },
        }
        if cursor is not None:
            value |= {
                "path": cursor.section,
                "sort": cursor.sort.name if cursor.sort is not None else None,
                "change": cursor.change,
                "side": cursor.side.value,
                "line": cursor.line,
                "key": cursor.key,
                "offset": self._cursor_y(),
                "height": self.viewport().height(),
            }
        return value

    def restore(self, state: dict[str, Any]) -> None:
        """Be where `state` says, as far as it still exists. Waits for a document if there is none yet."""
        self._pending, self._landed = dict(state), None
        if self._layout.sections and self._may_restore():
            self._restore_now()

    def _may_restore(self) -> bool:
        """Whether the place that is waited for is there. A cursor that was moved meanwhile stays."""
        state, layout = self._pending or {}, self._layout
        if self._landed is not None and self._cursor != self._landed:
            self._pending = None
            return False
        path = str(state.get("path", ""))
        return not layout.document.loading or not path or path in layout.files

    def _restore_now(self) -> None:
        state, self._pending = self._pending or {}, None
        layout = self._layout
        if bool(state.get("split", layout.split)) != layout.split:
            layout.relay(split=not layout.split)
        if bool(state.get("ignore_whitespace", False)) != layout.ignore_whitespace:
            layout.relay(ignore_whitespace=not layout.ignore_whitespace)
            self._cells.forget()
        for section in layout.sections:
            spans = tuple((int(a), int(b)) for a, b in state.get("opened", {}).get(section.key, ()))
            whole = section.key in state.get("whole", ())
            if section.file is not None and (spans or whole):
                layout.refold(section, replace(section.folding, opened=spans, whole=whole))
            layout.fold(section, folded=section.key in state.get("folded", ()))
        name = state.get("sort")
        mark = Mark(
            str(state.get("path", "")),
            Sort[name] if isinstance(name, str) and name in Sort.__members__ else None,
            Side(state.get("side", "new")),
            int(state.get("line", 0)),
            None,
            str(state.get("key", "")),
            state.get("change"),
        )
        spot = spot_of(layout, mark)
        if spot is None:
            return
        self._settle_at(layout.top_of(spot))
        spot = spot_of(layout, mark) or spot
        self._resized_whole()
        self._put_cursor(mark_of(layout, spot, mark.side))
        offset = state.get("offset")
        before, height = state.get("height"), self.viewport().height()
        # A row that was on the screen is on it again, though the window is lower now.
        is_lost = isinstance(before, int) and isinstance(offset, int) and height <= offset < before
        if isinstance(offset, int) and not is_lost:
            self._scroll_to(layout.top_of(spot) - offset, smooth=False)
        else:
            self._reveal(spot, smooth=False)
