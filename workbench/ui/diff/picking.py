"""Characters of one line that are selected: a word, or what is dragged over within a row. They are copied;
what is judged are lines and changes, whatever is picked in them.

What is selected goes to the primary selection too, where the system has one.
"""

from __future__ import annotations

import re

from msgspec import Struct
from msgspec.structs import replace
from PySide6.QtCore import QPoint
from PySide6.QtGui import QClipboard, QGuiApplication
from PySide6.QtWidgets import QWidget

from workbench.review.blocks import line_at
from workbench.review.changes import Side
from workbench.review.text import decode
from workbench.ui.diff import choosing
from workbench.ui.diff.cursor import Mark, mark_of, spot_of
from workbench.ui.diff.frame import Picked, Scene
from workbench.ui.diff.jumping import Jumping
from workbench.ui.diff.layout import Spot
from workbench.ui.single_shot import single_shot
from workbench.ui.theme import Theme

_PRIMARY_AFTER = 150
"""Milliseconds of quiet after which what is selected is offered: a held key must not copy at every step."""
_MOST_OFFERED = 20_000
"""Rows that are offered without being asked for."""

_piece = re.compile(r"\w+|\s+|[^\w\s]")


class _Picked(Struct, frozen=True):
    """Characters `start` to `end` of a line, which holds only as long as the line is these bytes."""

    mark: Mark
    data: bytes
    start: int
    end: int


class Picking(Jumping):
    """A view with words in it."""

    def __init__(self, parent: QWidget | None = None, theme: Theme | None = None) -> None:
        self._picked: _Picked | None = None
        super().__init__(parent, theme)
        self._offer_later = single_shot(self, _PRIMARY_AFTER, self._offer)
        self.selection_changed.connect(self._offer_soon)
        self.selection_changed.connect(self._tell_selected)

    def picked_text(self) -> str:
        """The selected characters, as the file has them; "" where none are."""
        picked = self._picked_now()
        return self._cells.text_of(picked.data)[picked.start : picked.end] if picked is not None else ""

    def clear_selection(self) -> None:
        """Select nothing."""
        self._pick(None)
        super().clear_selection()

    def copy(self) -> bool:
        """What is picked, else the selected lines, else the line under the cursor, to the clipboard."""
        text = self.picked_text()
        if text:
            self.is_waiting_for_lines = False
            QGuiApplication.clipboard().setText(text)
            return True
        return super().copy()

    def go_to_change(self, name: str) -> bool:
        """A change, wherever it is; its code is not left out of sight at the left."""
        went = super().go_to_change(name)
        self._bring_back()
        return went

    def go_to_file(self, path: str) -> bool:
        """A file, its header at the top of the view and its code in sight."""
        went = super().go_to_file(path)
        self._bring_back()
        return went

    def go_to_spoken(self, spot: Spot, side: Side | None) -> None:
        """The cursor to a row that a screen reader names."""
        self.clear_selection()
        self._put_cursor(mark_of(self._layout, spot, side or Side.NEW))

    # picking

    def _pick_word(self, point: QPoint) -> None:
        """The word, the blanks or the sign under the mouse."""
        found = self._line_under(point)
        column = self._column_at(point, near=False)
        if found is None or column is None:
            return
        mark, data = found
        text = self._cells.text_of(data)
        if len(text) > column:
            # A line may have megabytes: what is looked at is about where the mouse is.
            low = max(0, column - 1000)
            for match in _piece.finditer(text, low, column + 1000):
                if match.end() > column:
                    self._pick(_Picked(mark, data, match.start(), match.end()))
                    return

    def _pick_between(self, one: int, other: int) -> None:
        """The characters between two gaps of the cursor's row."""
        data = self._data_of(self._cursor)
        if self._cursor is None or data is None or one == other:
            self._pick(None)
            return
        self._pick(_Picked(self._cursor, data, min(one, other), max(one, other)))

    def _pick(self, picked: _Picked | None) -> None:
        if picked == self._picked:
            return
        before, self._picked = self._picked, picked
        for each in (before, picked):
            if each is not None:
                self._touch(each.mark)
        self._offer_soon()

    def _picked_now(self) -> _Picked | None:
        """What is picked, as long as it is the cursor's line and the line is what it was."""
        picked = self._picked
        if picked is None or picked.mark != self._cursor or self._data_of(picked.mark) != picked.data:
            self._picked = None
        return self._picked

    def _scene(self, bands: tuple[tuple[int, int], ...] = ()) -> Scene:
        scene = super()._scene(bands)
        picked = self._picked_now()
        if picked is None or scene.spot is None:
            return scene
        return replace(scene, picked=Picked(scene.spot, picked.mark.side, picked.start, picked.end))

    # where the mouse is

    def _spot_under(self, point: QPoint) -> Spot | None:
        layout, scroll = self._layout, self.verticalScrollBar().value()
        if not layout.sections:
            return None
        top = layout.section_at(scroll)
        roof = layout.sections[top].header
        if point.y() < min(roof, layout.tops[top + 1] - scroll):
            return Spot(top, -1)
        if point.y() + scroll >= layout.height:
            return None
        return layout.spot_at(point.y() + scroll)

    def _side_under(self, point: QPoint) -> Side:
        columns = self._columns()
        return Side.OLD if columns.split and point.x() < columns.half else Side.NEW

    def _is_over_code(self, point: QPoint) -> bool:
        """Whether a place is right of the line numbers of its side."""
        return point.x() >= self._columns().code(self._side_under(point))[0]

    def _column_at(self, point: QPoint, *, near: bool) -> int | None:
        """The character of the cursor's row that is under the mouse, or left or right of it."""
        mark = self._cursor
        spot = spot_of(self._layout, mark) if mark is not None else None
        if mark is None or not mark.is_line or spot is None or spot.block < 0:
            return None
        top = self._layout.top_of(spot) - self.verticalScrollBar().value()
        section = self._layout.sections[spot.section]
        return self._painter.code.column_at(
            self._scene(), section, spot, mark.side, point.x(), point.y() - top, near=near
        )

    def _line_under(self, point: QPoint) -> tuple[Mark, bytes] | None:
        """The cursor's row, if the mouse is over the code of it."""
        data = self._data_of(self._cursor)
        if self._cursor is None or data is None or not self._is_over_code(point):
            return None
        is_other = self._columns().split and self._side_under(point) is not self._cursor.side
        return None if is_other else (self._cursor, data)

    def _data_of(self, mark: Mark | None) -> bytes | None:
        if mark is None or not mark.is_line:
            return None
        spot = spot_of(self._layout, mark)
        if spot is None or spot.block < 0:
            return None
        line = line_at(self._layout.block(spot), spot.row)
        return choosing.line_bytes(self._layout, self._contents, mark.section, mark.side, line)

    def _bring_back(self) -> None:
        """Scroll the code back to its beginning where all of the cursor's row would be out of sight."""
        bar, data = self.horizontalScrollBar(), self._data_of(self._cursor)
        # A character has four bytes at most: a line of megabytes is not decoded to know that it is longer.
        if bar.value() and data is not None and len(data) * self.dress.shaper.cell <= 4 * bar.value():
            width = len(decode(data).expandtabs(max(1, self._tab))) * self.dress.shaper.cell
            if width <= bar.value():
                bar.setValue(0)

    # the primary selection

    def _offer_soon(self) -> None:
        if self._picked is not None or self._anchor is not None:
            self._offer_later.start()

    def _offer(self) -> None:
        """What is selected can be pasted with the middle button, where there is such a thing."""
        clipboard = QGuiApplication.clipboard()
        if not clipboard.supportsSelection():
            return
        text: str | None = self.picked_text()
        chosen = self._chosen()
        if not text and chosen is not None:
            rows = sum(
                block.rows
                for block in (self._layout.sections[chosen.first.section].blocks or ())[
                    chosen.first.block : chosen.last.block + 1
                ]
            )
            if rows <= _MOST_OFFERED:
                text = choosing.copied(self._layout, self._contents, chosen, self._side())
        if text:
            clipboard.setText(text, QClipboard.Mode.Selection)
