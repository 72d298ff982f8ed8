"""The file panel grouped by shape: turned on and off, and counted again when something was judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from workbench.ui.controller import Controller
from workbench.ui.file_panel import FilePanel
from workbench.ui.shape_desk import Shapes

if TYPE_CHECKING:
    from workbench.ui.shape_rows import ShapeCounts
    from workbench.workflow.shape_acts import RoundShapes


class Grouping(QObject):
    """Gives the panel its groups while they are wanted."""

    def __init__(self, controller: Controller, shapes: Shapes, files: FilePanel, parent: QObject) -> None:
        super().__init__(parent)
        self._controller, self._shapes, self._files = controller, shapes, files
        self._counts: tuple[RoundShapes, ShapeCounts] | None = None
        self.is_on = False
        shapes.found.connect(self._on_found)

    def toggle(self) -> None:
        """By shape, or by folder again."""
        self.set_on(on=not self.is_on)
        if self.is_on and self._shapes.shapes is None:
            hint = "The files are grouped then."
            self._controller.said.emit("The shapes are being looked for…", hint, False)

    def set_on(self, *, on: bool) -> None:
        """By shape, or by folder."""
        self.is_on = on
        self.show()

    def show(self) -> None:
        """Show the groups as they are judged now; by folder while they are not wanted or not known."""
        shapes, session = self._shapes.shapes, self._controller.session
        if not self.is_on or shapes is None or session is None:
            if self._counts is not None:
                self._counts = None
                self._files.show_shapes(None)
            return
        from workbench.ui.shape_rows import ShapeCounts  # noqa: PLC0415 - seldom

        if self._counts is None or self._counts[0] is not shapes:
            self._counts = shapes, ShapeCounts(shapes.groups())
        counts = self._counts[1]
        counts.count(session.review.current, self._controller.document().asked)
        self._files.show_shapes(counts)

    def _on_found(self, _: object) -> None:
        self.show()
