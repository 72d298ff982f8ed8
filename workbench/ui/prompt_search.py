"""Searching texts that stand in plain fields: matched by the helper, given back as places in each field.

Line by line, as the review is searched. An expression that never comes to an end holds the helper alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from workbench.review.changes import Side
from workbench.ui.diff.contents import Contents
from workbench.ui.diff.finding import Hit, Query, Standing, Text
from workbench.ui.diff.seeking import Seeker

_MOST = 2000
"""Matches that are marked; each is a mark of its field."""

Span = tuple[int, int, int]
"""The field, where the match begins in it and how long it is, in the half characters that Qt counts."""


class PromptSearch(QObject):
    """One search over some fields. `spans` holds what was found so far, in order."""

    found_more = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.spans: list[Span] = []
        self._seeker = Seeker(Contents(), self)
        self._seeker.found_more.connect(self._on_found)
        self._lines: list[str] = []
        self._starts: list[tuple[int, int]] = []

    def begin(self, query: Query, texts: Sequence[str]) -> None:
        """Search these. Raises UserError on a bad expression."""
        self.end()
        self._lines, self._starts = [], []
        for field, text in enumerate(texts):
            at = 0
            for line in text.split("\n"):
                self._lines.append(line)
                self._starts.append((field, at))
                at += _units(line) + 1
        lines = [line.encode("utf-8", "replace") + b"\n" for line in self._lines]
        said = tuple(Hit("", Side.NEW, 0, (), number, note=str(number)) for number in range(len(lines)))
        whole = Text(-1, "this text", Side.NEW, 0, lines, 1, said=said)
        self._seeker.begin(query, (), 0, lambda _: whole)

    def end(self) -> None:
        """Look for nothing any more."""
        self._seeker.end()
        self.spans = []

    def stop(self) -> None:
        """End the helper too."""
        self._seeker.stop()

    @property
    def standing(self) -> Standing:
        """How the search stands."""
        seeker = self._seeker
        failed = seeker.ended and bool(seeker.failures)
        done, slow = seeker.is_done, tuple(seeker.slow)
        return Standing(count=len(self.spans), done=done, slow=slow, ended=seeker.ended, failed=failed)

    def _on_found(self) -> None:
        found = self._seeker.found
        if found is None:
            return
        spans: list[Span] = []
        for hit in found.hits():
            line, (field, start) = self._lines[hit.at], self._starts[hit.at]
            for low, high in hit.spans:
                spans.append((field, start + _units(line[:low]), _units(line[low:high])))
            if len(spans) >= _MOST:
                break
        self.spans = spans[:_MOST]
        self.found_more.emit()


def _units(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
