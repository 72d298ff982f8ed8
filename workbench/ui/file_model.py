"""The rows of the file panel as Qt's list asks for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QStringListModel, Qt
from PySide6.QtWidgets import QWidget

from workbench.ui.file_rows import FileRow, RowKind
from workbench.ui.file_tree import Rows
from workbench.ui.sheet import as_tooltip

MANY = 100
"""Rows from which on all between the first and the last of them are said to have changed."""

Index = QModelIndex | QPersistentModelIndex


class FileModel(QStringListModel):
    """The rows as Qt asks for them.

    How many there are is told by Qt's own model, which holds as many empty texts: the list asks it twice for
    each row when it lays them out, and of twenty thousand that took a tenth of a second in Python.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: Sequence[FileRow] = ()
        self.places: Mapping[str, int] = {}
        """Where each file's row is, by its path."""

    def set_rows(self, rows: Sequence[FileRow]) -> None:
        """Show other rows."""
        self.rows = rows
        if isinstance(rows, Rows):
            self.places = rows.places
        else:
            self.places = {row.key: number for number, row in enumerate(rows) if row.kind is RowKind.FILE}
        self.setStringList([""] * len(rows))

    def fit(self) -> None:
        """There are more rows than there were, or fewer."""
        more = len(self.rows) - self.rowCount()
        if more > 0:
            self.insertRows(self.rowCount(), more)
        elif more < 0:
            self.removeRows(len(self.rows), -more)

    def place_of(self, row: FileRow) -> int | None:
        """Where a row stands that was shown before, by what it stands for."""
        if row.kind is RowKind.FILE:
            return self.places.get(row.key)
        if isinstance(self.rows, Rows):
            return self.rows.place_of_folder(row.key)
        found = (at for at, each in enumerate(self.rows) if (each.kind, each.key) == (row.kind, row.key))
        return next(found, None)

    def above(self, at: int) -> int | None:
        """Where the folder of a row stands, if it is in one."""
        if isinstance(self.rows, Rows):
            return self.rows.above(at)
        depth = self.rows[at].depth
        return next((each for each in range(at - 1, -1, -1) if self.rows[each].depth < depth), None)

    def changed(self, numbers: Iterable[int]) -> None:
        """These rows say something else."""
        several = tuple(numbers)
        if len(several) > MANY:
            # Each by itself takes 20 µs: ten thousand files may be judged with one key.
            self.dataChanged.emit(self.index(min(several)), self.index(max(several)))
            return
        for number in several:
            self.dataChanged.emit(self.index(number), self.index(number))

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return row.words
        if role == Qt.ItemDataRole.ToolTipRole:
            return as_tooltip(row.words)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if self.rows[index.row()].kind in (RowKind.FILE, RowKind.FOLDER):
            return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return Qt.ItemFlag.ItemIsEnabled


def row_of(index: Index) -> FileRow:
    """The row that an index stands for."""
    model = index.model()
    assert isinstance(model, FileModel)
    return model.rows[index.row()]
