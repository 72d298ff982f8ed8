"""What the view tells a screen reader: where its cursor is, and what became of the change there.

`speaking.py`, which says it, brings five enums (4 ms), so it is imported when there is something to say: the
first frame says nothing aloud.
"""

from __future__ import annotations

from time import monotonic

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from workbench.review.blocks import line_at
from workbench.review.changes import Side
from workbench.review.text import visible
from workbench.ui.diff import choosing
from workbench.ui.diff.canvas import Canvas
from workbench.ui.diff.cursor import spot_of
from workbench.ui.diff.document import Stop
from workbench.ui.diff.heard import change_words, line_words, position_words, selection_words, verdict_said
from workbench.ui.diff.layout import Spot
from workbench.ui.theme import Theme

PAUSE = 0.15
"""Seconds between two announcements at least."""


class Spoken(Canvas):
    """A canvas that can be heard."""

    spoken = Signal(object)
    """What a screen reader was told."""

    def __init__(self, parent: QWidget | None = None, theme: Theme | None = None) -> None:
        self._to_say: list[str] = []
        """What is said whatever comes after it: verdicts."""
        self._came_in = self._went = False
        self._said_at = 0.0
        self._said_selected = ""
        super().__init__(parent, theme)
        self._say_soon = QTimer(self)
        self._say_soon.setSingleShot(True)
        self._say_soon.timeout.connect(self._say)

    def _is_heard(self) -> bool:
        """Whether anybody listens. A view that was never shown has nothing to say."""
        if not self.isVisible():
            return False
        from workbench.ui.diff.speaking import is_heard  # noqa: PLC0415 - said above

        return is_heard()

    def _announce(self, stop: Stop, *, entered: bool) -> None:
        """Tell a screen reader where the cursor is: the change when it is `entered`, and the row.

        It is told once this event is over, and while a key is held only where the cursor has come to: what is
        announced is queued by the reader, and would be read out long after the key is let go.
        """
        if self._is_heard():
            self._came_in = self._came_in or (entered and bool(stop.change))
            self._went = True
            self._say_in_time()

    def _speak(self, words: str) -> None:
        """Tell a screen reader something that it is told even if the cursor goes on at once."""
        self._to_say.append(words)
        self._say_in_time()

    def tell(self, words: str) -> None:
        """Tell a screen reader what others see: something looks otherwise, is marked, or was copied."""
        if words and self._is_heard():
            self._speak(words)

    def _tell_selected(self) -> None:
        """Tell a screen reader what is selected: PySide leaves out what it could ask of that for itself."""
        if self.spoken_selection() != self._said_selected and self._is_heard():
            self._say_in_time()

    def _say_in_time(self) -> None:
        if not self._say_soon.isActive():
            left = PAUSE - (monotonic() - self._said_at)
            self._say_soon.start(max(0, round(1000 * left)))

    def _say(self) -> None:
        from workbench.ui.diff.speaking import speak  # noqa: PLC0415 - said above

        words, self._to_say = self._to_say, []
        if self._went:
            words += [self.spoken_change() if self._came_in else "", self.spoken_row()]
        self._came_in = self._went = False
        selected = self.spoken_selection()
        if selected != self._said_selected:
            words.append(selected or "Nothing is selected")
            self._said_selected = selected
        if self._is_heard() and any(words):
            self._said_at = monotonic()
            speak(self, words)
            self.spoken.emit(". ".join(filter(None, words)))

    def spoken_spot(self) -> Spot | None:
        """Where the cursor is."""
        return spot_of(self._layout, self._cursor) if self._cursor is not None else None

    def spoken_side(self) -> Side:
        """The side that the cursor is on."""
        return self._cursor.side if self._cursor is not None else Side.NEW

    def go_to_spoken(self, spot: Spot, side: Side | None) -> None:
        """The cursor to a row that a screen reader names."""
        raise NotImplementedError

    def spoken_change(self) -> str:
        """The change under the cursor: its position, size and verdict."""
        name = self._cursor.change if self._cursor is not None else None
        change = self._layout.change(name) if name is not None else None
        return change_words(self._layout, change) if change is not None else ""

    def spoken_verdict(self) -> str:
        """The verdict of the change under the cursor, and which change that is."""
        name = self._cursor.change if self._cursor is not None else None
        change = self._layout.change(name) if name is not None else None
        if change is None:
            return ""
        return f"{position_words(self._layout, change)}: {verdict_said(self._layout, change)}"

    def spoken_selection(self) -> str:
        """The lines that are selected: "Lines 4 to 6 selected, new side"."""
        chosen = self._chosen()
        if chosen is None:
            return ""
        first, last = self._layout.block(chosen.first), self._layout.block(chosen.last)
        if not first.is_code or not last.is_code:
            return ""
        ends = line_at(first, chosen.first.row), line_at(last, chosen.last.row)
        return selection_words(*ends, chosen.side)

    def spoken_row(self) -> str:
        """The row under the cursor: its line, a note, a ledger entry or a file's header."""
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
