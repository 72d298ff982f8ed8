"""The list of the file panel, and the keys that move about in it. Shows and asks."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from workbench.ui.file_model import FileModel, row_of
from workbench.ui.file_painting import FileDelegate
from workbench.ui.file_rows import FileRow, RowKind


class FileList(QListView):
    """The list itself: a click goes there and gives the keys back to the review, Enter does too.

    Left folds a folder and leads out of it, Right unfolds it and leads into it.
    """

    chosen = Signal(FileRow)
    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setAccessibleName("Files")
        self.entered.connect(self._on_entered)
        self.clicked.connect(self._on_chosen)

    def dataChanged(  # noqa: N802 - overrides Qt's
        self,
        first: QModelIndex | QPersistentModelIndex,
        last: QModelIndex | QPersistentModelIndex,
        /,
        roles: Sequence[int] = (),
    ) -> None:
        # Qt's list would lay out all rows anew, 4 ms of twenty thousand with every verdict. All are as high
        # as each other, and what changed is only painted.
        QAbstractItemView.dataChanged(self, first, last, roles)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            if self.currentIndex().isValid():
                self._on_chosen(self.currentIndex())
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right) and self.currentIndex().isValid():
            self._step(self.currentIndex(), inwards=event.key() == Qt.Key.Key_Right)
        else:
            super().keyPressEvent(event)

    def _step(self, index: QModelIndex, *, inwards: bool) -> None:
        """As trees do everywhere."""
        row, model = row_of(index), self.model()
        assert isinstance(model, FileModel)
        if row.kind is RowKind.FOLDER and row.folded is inwards:
            self._on_chosen(index)
            return
        wanted = model.above(index.row())
        if inwards:
            wanted = index.row() + 1 if row.kind is RowKind.FOLDER else None
        if wanted is not None:
            self.setCurrentIndex(model.index(wanted))

    def focusInEvent(self, event: QFocusEvent) -> None:
        # Before Qt's list, which begins with the first row where there was none.
        if not self.currentIndex().isValid() and self.model().rowCount():
            self.setCurrentIndex(self.model().index(self._where_the_review_is(), 0))
        super().focusInEvent(event)
        self.mark()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.mark()

    def _where_the_review_is(self) -> int:
        model, delegate = self.model(), self.itemDelegate()
        assert isinstance(model, FileModel)
        return model.places.get(delegate.current, 0) if isinstance(delegate, FileDelegate) else 0

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(-1)

    def mark(self, *_: object) -> None:
        """Tell the painter where the keys are."""
        delegate = self.itemDelegate()
        if isinstance(delegate, FileDelegate):
            delegate.focused = self.currentIndex().row() if self.hasFocus() else -1
            self.viewport().update()

    def _on_entered(self, index: QModelIndex) -> None:
        self._hover(index.row())

    def _hover(self, row: int) -> None:
        delegate = self.itemDelegate()
        if isinstance(delegate, FileDelegate) and delegate.hovered != row:
            delegate.hovered = row
            self.viewport().update()

    def _on_chosen(self, index: QModelIndex) -> None:
        self.chosen.emit(row_of(index))
