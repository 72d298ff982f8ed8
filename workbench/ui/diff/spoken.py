"""What the view tells a screen reader: where its cursor is, and what became of the change there.

`speaking.py`, which says it, brings five enums (4 ms), so it is imported when there is something to say: the
first frame says nothing aloud.
"""

from __future__ import annotations

from PySide6.QtCore import Signal

from workbench.review.blocks import line_at
from workbench.review.text import visible
from workbench.ui.diff import choosing
from workbench.ui.diff.canvas import Canvas
from workbench.ui.diff.cursor import spot_of
from workbench.ui.diff.document import Stop


class Spoken(Canvas):
    """A canvas that can be heard."""

    spoken = Signal(str)
    """What a screen reader was told."""

    def _is_heard(self) -> bool:
        """Whether anybody listens. A view that was never shown has nothing to say."""
        if not self.isVisible():
            return False
        from workbench.ui.diff.speaking import is_heard  # noqa: PLC0415 - said above

        return is_heard()

    def _announce(self, stop: Stop, *, entered: bool) -> None:
        """Tell a screen reader where the cursor is: the change when it is `entered`, and the row."""
        if self._is_heard():
            self._speak(self.spoken_change() if entered and stop.change else "", self.spoken_row())

    def _speak(self, *words: str) -> None:
        from workbench.ui.diff.speaking import speak  # noqa: PLC0415 - said above

        speak(self, words)
        self.spoken.emit(". ".join(filter(None, words)))

    def spoken_change(self) -> str:
        """The change under the cursor: its position, size and verdict."""
        from workbench.ui.diff.speaking import change_words  # noqa: PLC0415 - said above

        name = self._cursor.change if self._cursor is not None else None
        change = self._layout.change(name) if name is not None else None
        return change_words(self._layout, change) if change is not None else ""

    def spoken_verdict(self) -> str:
        """The verdict of the change under the cursor, and which change that is."""
        from workbench.ui.diff.speaking import position_words, verdict_said  # noqa: PLC0415 - said above

        name = self._cursor.change if self._cursor is not None else None
        change = self._layout.change(name) if name is not None else None
        if change is None:
            return ""
        return f"{position_words(self._layout, change)}: {verdict_said(self._layout, change)}"

    def spoken_row(self) -> str:
        """The row under the cursor: its line, a note, a ledger entry or a file's header."""
        from workbench.ui.diff.speaking import line_words  # noqa: PLC0415 - said above

        mark = self._cursor
        if mark is None:
            return ""
        if mark.is_line:
            spot = spot_of(self._layout, mark)
            if spot is None or spot.block < 0:
                return ""
            row = line_at(self._layout.block(spot), spot.row)
            data = choosing.line_bytes(self._layout, self._contents, mark.section, mark.side, row)
            return line_words(mark.side, mark.line, data, row.change)
        for note, _ in self._layout.document.notes:
            if note.id == mark.key:
                return f"{note.id}, {note.intent.value}: {visible(note.text).text}"
        for entry in self._layout.document.entries:
            if entry.id == mark.key:
                return f"{entry.said.value}, {visible(entry.path).text}: {visible(entry.words).text}"
        return f"File {visible(mark.section).text}" if mark.sort is None and mark.section[:1] != "\0" else ""
