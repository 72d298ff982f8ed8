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
from shiboken6 import VoidPtr, getCppPointer, isValid

from workbench.ui.diff.spoken_text import ScreenText

if TYPE_CHECKING:
    from workbench.ui.diff.spoken import Spoken


class ViewSpeech(QAccessibleInterface):
    """The view as a document with one text: what stands under the cursor.

    Qt deletes it, when the view goes or at the end: Python never may, and it does not keep the view alive.
    """

    def __init__(self, view: Spoken) -> None:
        super().__init__()
        self._known = weakref.ref(view)
        self._text = ScreenText(view)

    def interface_cast(self, kind: QAccessible.InterfaceType) -> int:
        """What else it can be asked for: the rows on the screen as a text. An address, and 0 for nothing:
        None would become the address of None, which Qt goes through as if it were an interface.
        """
        is_text = kind is QAccessible.InterfaceType.TextInterface and self._view is not None
        return VoidPtr(getCppPointer(self._text)[0] if is_text else 0)  # type: ignore[return-value]

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
        told = QAccessibleAnnouncementEvent(view, text)
        # What is heard is where one is, not where one was: the reader breaks off what it still reads.
        told.setPoliteness(QAccessible.AnnouncementPoliteness.Assertive)
        QAccessible.updateAccessibility(told)
        QAccessible.updateAccessibility(QAccessibleEvent(view, QAccessible.Event.DescriptionChanged))
