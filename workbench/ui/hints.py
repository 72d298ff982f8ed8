"""The keys under something that is being written, with what they do: as many as fit, never half of one."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from workbench.ui.sheet import as_tooltip

_GAP = "   "


class Hints(QLabel):
    """One line of keys, the most needed first. What does not fit is in the tooltip, with all the others."""

    def __init__(self, parent: QWidget, *parts: str) -> None:
        super().__init__(parent)
        self.setProperty("kind", "faint")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._parts: tuple[str, ...] = ()
        self.set_parts(*parts)

    def set_parts(self, *parts: str) -> None:
        """Show these instead."""
        self._parts = parts
        self.setToolTip(as_tooltip(_GAP.join(parts)))
        self.setAccessibleName(_GAP.join(parts))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        metrics = self.fontMetrics()
        for count in range(len(self._parts), 0, -1):
            text = _GAP.join(self._parts[:count])
            if count == 1 or metrics.horizontalAdvance(text) <= self.width():
                break
        else:
            text = ""
        self.setText(metrics.elidedText(text, Qt.TextElideMode.ElideRight, self.width()))
