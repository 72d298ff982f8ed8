"""Editors laid over the painted view: each a real widget over a row of its own. Keeps them where their
rows are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct
from PySide6.QtCore import QObject, QRect, Signal, SignalInstance
from PySide6.QtGui import QRegion
from PySide6.QtWidgets import QWidget

from workbench.ui.diff.chips import MARGIN

_LEAST = 44


class _Editor(Struct):
    widget: QWidget
    height: int = 0


class Overlay(QObject):
    """The editors of one view."""

    resized = Signal()
    """An editor wants another height."""
    caret_moved = Signal()
    """Somebody writes, or moves to another place of what is written."""

    def __init__(self, viewport: QWidget) -> None:
        super().__init__(viewport)
        self._viewport = viewport
        self._editors: dict[str, _Editor] = {}

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(self._editors)

    @property
    def is_shown(self) -> bool:
        """Whether any of them is over the part of the view that is on the screen."""
        port = self._viewport.rect()
        return any(
            not each.widget.isHidden() and each.widget.geometry().intersects(port)
            for each in self._editors.values()
        )

    def open(self, key: str, widget: QWidget) -> None:
        """Take a widget in. It stays its maker's; only its parent and place are ours."""
        widget.setParent(self._viewport)
        self._editors[key] = _Editor(widget)
        for signal, slot in self._told_by(widget):
            signal.connect(slot)

    def close(self, key: str) -> QWidget | None:
        """Let a widget go; it is hidden, not deleted."""
        editor = self._editors.pop(key, None)
        if editor is None:
            return None
        for signal, slot in self._told_by(editor.widget):
            signal.disconnect(slot)
        editor.widget.hide()
        return editor.widget

    def focused(self) -> str | None:
        """The key of the editor that has the keys."""
        return next(
            (
                key
                for key, each in self._editors.items()
                if (focus := each.widget.window().focusWidget()) is not None
                and (focus is each.widget or each.widget.isAncestorOf(focus))
            ),
            None,
        )

    def _told_by(self, widget: QWidget) -> Iterator[tuple[SignalInstance, Callable[..., None]]]:
        for name, slot in (("height_changed", self._measure), ("caret_moved", self._on_caret)):
            signal = getattr(widget, name, None)
            if signal is not None:
                yield signal, slot

    def height(self, key: str, width: int) -> int:
        """The height of an editor's row."""
        editor = self._editors.get(key)
        if editor is None:
            return 0
        widget = editor.widget
        wanted = widget.heightForWidth(width) if widget.hasHeightForWidth() else widget.sizeHint().height()
        editor.height = max(_LEAST, wanted)
        return editor.height + 2 * MARGIN

    def lay(self, where: Callable[[str], QRect | None], header: int) -> None:
        """Put every editor over its row; what is behind the sticky header is cut off."""
        for key, editor in self._editors.items():
            box = where(key)
            if box is None:
                editor.widget.hide()
                continue
            inner = box.adjusted(0, MARGIN, 0, -MARGIN)
            if editor.widget.geometry() != inner:
                editor.widget.setGeometry(inner)
            if inner.top() < header < inner.bottom():
                editor.widget.setMask(QRegion(0, header - inner.top(), inner.width(), inner.height()))
            else:
                editor.widget.clearMask()
            if editor.widget.isHidden():
                editor.widget.show()

    def _measure(self, *_: object) -> None:
        self.resized.emit()

    def _on_caret(self, *_: object) -> None:
        self.caret_moved.emit()
