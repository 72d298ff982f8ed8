"""What a screen reader is told of the painted view: its document, the change under the cursor, and what
became of it. Says nothing as long as nobody listens.
"""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAccessibleEvent, QAccessibleInterface
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from workbench.review.changes import Change, Side
from workbench.review.progress import Standing
from workbench.review.text import decode, one_line, visible
from workbench.review.words import words_of
from workbench.ui.diff.layout import Layout

if TYPE_CHECKING:
    from workbench.ui.diff.spoken import Spoken

LONGEST = 400
"""Characters of a line that are read out."""

_SAID = {
    Standing.ACCEPTED: "accepted",
    Standing.REJECTED: "rejected",
    Standing.MIXED: "mixed: judged in part",
    Standing.ASKED: "asked",
    Standing.UNREAD: "open",
}


def position_words(layout: Layout, change: Change) -> str:
    """“Change 3 of 40”."""
    return f"Change {layout.order[change.id] + 1} of {len(layout.changes)}"


def verdict_said(layout: Layout, change: Change) -> str:
    """Its verdict, and what the ledger says of it, in words."""
    section = layout.sections[layout.files[change.path]]
    stands = layout.standings(section).get(change.id, Standing.UNREAD)
    said = layout.document.ledger_marks.get(change.id)
    reason = layout.document.reasons.get(change.id) if stands is Standing.REJECTED else None
    words = [_SAID[stands]]
    if said is not None and stands in (Standing.UNREAD, Standing.ASKED):
        words.append(said.value)
    if reason:
        words.append(f"because {one_line(reason)}")
    return ", ".join(words)


def change_words(layout: Layout, change: Change) -> str:
    """The change, its position, size and verdict: “Change 3 of 40, store.py: 2 removed, 3 added, open”."""
    if change.is_text:
        size = f"{len(change.removed)} removed, {len(change.added)} added"
    else:
        size = one_line(words_of(change))
    place = f"{position_words(layout, change)}, {visible(change.path).text}"
    return f"{place}: {size}, {verdict_said(layout, change)}"


def line_words(side: Side, line: int, data: bytes | None, change: Change | None) -> str:
    """A row as it is read out: which line, whether it is removed or added, and its text."""
    kind = "unchanged"
    if change is not None:
        kind = "removed" if side is Side.OLD else "added"
    if data is None:
        return f"line {line}, {kind}"
    text = visible(decode(data)).text.strip() or "blank"
    return f"line {line}, {kind}: {text[:LONGEST]}"


class ViewSpeech(QAccessibleInterface):
    """The view as a document with one text: what stands under the cursor.

    Qt deletes it, when the view goes or at the end: Python never may, and it does not keep the view alive.
    """

    def __init__(self, view: Spoken) -> None:
        super().__init__()
        self._known = weakref.ref(view)

    @property
    def _view(self) -> Spoken | None:
        found = self._known()
        return found if found is not None and isValid(found) else None

    def isValid(self) -> bool:  # noqa: N802 - overrides Qt's
        return self._view is not None

    def object(self) -> Spoken:
        return self._view  # type: ignore[return-value]  # None: what Qt takes for gone

    def childCount(self) -> int:
        return 0

    def child(self, index: int) -> QAccessibleInterface:
        return None  # type: ignore[return-value]  # what Qt takes for: there is none

    def childAt(self, x: int, y: int) -> QAccessibleInterface:
        return None  # type: ignore[return-value]  # as above

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return -1

    def parent(self) -> QAccessibleInterface:
        over = self._view.parentWidget() if self._view is not None else None
        return QAccessible.queryAccessibleInterface(over) if over is not None else None  # type: ignore[return-value]

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.Document

    def state(self) -> QAccessible.State:
        return _state(self._view)

    def rect(self) -> QRect:
        view = self._view
        return QRect() if view is None else QRect(view.mapToGlobal(QPoint(0, 0)), view.size())

    def text(self, kind: QAccessible.Text) -> str:
        view = self._view
        if view is None:
            return ""
        if kind is QAccessible.Text.Name:
            return view.accessibleName()
        if kind is QAccessible.Text.Description:
            return view.spoken_change()
        if kind is QAccessible.Text.Value:
            return view.spoken_row()
        return ""

    def setText(self, kind: QAccessible.Text, text: str) -> None:  # noqa: N802 - overrides Qt's
        """It is not written from outside."""


def _state(widget: QWidget | None) -> QAccessible.State:
    state = QAccessible.State()
    if widget is None:
        state.invalid = True
        return state
    state.focusable = True
    state.focused = widget.hasFocus()
    state.readOnly = True
    state.multiLine = True
    return state


class _Factory:
    """What Qt asks for interfaces. It holds those that it made, because Qt owns them: one that Python's
    garbage collector took together with its view would be deleted a second time by Qt.
    """

    def __init__(self) -> None:
        self._made: list[ViewSpeech] = []

    def __call__(self, _: str, found: object) -> QAccessibleInterface:
        from workbench.ui.diff.spoken import Spoken  # noqa: PLC0415 - it imports this file, when needed

        if isinstance(found, Spoken):
            self._made = [each for each in self._made if isValid(each)]
            self._made.append(ViewSpeech(found))
            return self._made[-1]
        return None  # type: ignore[return-value]  # what Qt takes for: somebody else's


@cache
def _install() -> _Factory:
    """Once for the process, as Qt does not forget a factory."""
    factory = _Factory()
    QAccessible.installFactory(factory)
    return factory


def listen(view: Spoken) -> None:
    """Let Qt ask us about views. A screen reader that was there first has asked Qt itself about this one, and
    was told of a plain widget: it is given ours instead.
    """
    _install()
    if not QAccessible.isActive():
        return
    known = QAccessible.queryAccessibleInterface(view)
    if known is None or known.role() is QAccessible.Role.Document:
        return
    QAccessible.deleteAccessibleInterface(QAccessible.uniqueId(known))
    over = view.parentWidget()
    if over is not None:
        QAccessible.updateAccessibility(QAccessibleEvent(over, QAccessible.Event.ObjectReorder))
    if view.hasFocus():
        QAccessible.updateAccessibility(QAccessibleEvent(view, QAccessible.Event.Focus))


def is_heard() -> bool:
    """Whether anybody listens."""
    return bool(QAccessible.isActive())


def speak(view: QWidget, words: Sequence[str]) -> None:
    """Tell whoever listens."""
    text = ". ".join(each for each in words if each)
    if text:
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(view, text))
        QAccessible.updateAccessibility(QAccessibleEvent(view, QAccessible.Event.DescriptionChanged))
