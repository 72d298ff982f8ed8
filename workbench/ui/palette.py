"""The palette: type a few letters, go to a command, a file, a draft or a note. Built from the table."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct
from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from workbench.review.text import one_line
from workbench.ui.boxed_line import BoxedLine
from workbench.ui.fitting import best
from workbench.ui.fonts import interface_font
from workbench.ui.sheet import Sheet
from workbench.ui.shown_text import draw, elided
from workbench.ui.theme import Theme, chosen, legible

MOST = 60
NOTHING = "Nothing has these letters in this order."
ROW = 28

Index = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()


class Target(StrEnum):
    """What a line of the palette leads to."""

    COMMAND = "command"
    FILE = "file"
    NOTE = "note"
    CHANGE = "change"
    DRAFT = "draft"


class Choice(Struct, frozen=True):
    """One line: what it leads to, its words, and what stands at the right (the key, the menu)."""

    target: Target
    id: str
    title: str
    right: str = ""
    enabled: bool = True


class _Model(QAbstractListModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.choices: list[Choice] = []

    def show_choices(self, choices: list[Choice]) -> None:
        self.beginResetModel()
        self.choices = choices
        self.endResetModel()

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self.choices)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        return self.choices[index.row()].title if role == Qt.ItemDataRole.DisplayRole else None


class _Delegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, model: _Model, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._model = theme, model
        self._font = interface_font()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(100, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        choice, theme = self._model.choices[index.row()], self._theme
        area: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(chosen(theme))
            painter.drawRoundedRect(area.adjusted(0, 1, 0, -1), 5, 5)
            theme = legible(theme, chosen(theme))
        painter.setFont(self._font)
        inner = area.adjusted(10, 0, -10, 0)
        painter.setPen(theme.faint)
        draw(painter, inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, choice.right)
        width = inner.width() - painter.fontMetrics().horizontalAdvance(choice.right) - 12
        title = elided(painter.fontMetrics(), choice.title, Qt.TextElideMode.ElideMiddle, width)
        menu, colon, command = title.partition(": ")
        if choice.target is not Target.COMMAND or not colon:
            menu, colon, command = "", "", title
        # What a command does is louder than the menu that it is in.
        for words, ink in ((menu + colon, theme.dim), (command, theme.text)):
            painter.setPen(ink if choice.enabled else theme.faint)
            draw(painter, inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)
            inner.setLeft(inner.left() + painter.fontMetrics().horizontalAdvance(words))


class _Line(BoxedLine):
    moved = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 10, Qt.Key.Key_PageUp: -10}
        step = steps.get(Qt.Key(event.key()))
        if step is not None:
            self.moved.emit(step)
        elif event.key() == Qt.Key.Key_Escape:
            event.ignore()
        else:
            super().keyPressEvent(event)


class Palette(Sheet):
    """The line and the list. What is taken goes out as target and id."""

    taken = Signal(object, object)

    def __init__(self, theme: Theme, choices: Sequence[Choice], parent: QWidget, hint: str) -> None:
        super().__init__(parent, width=640, top=60)
        self._choices = tuple(choices)
        self._titles = [choice.title for choice in choices]
        self.body.setContentsMargins(10, 10, 10, 10)
        self.line = _Line(parent=self.card)
        self.line.setPlaceholderText(hint)
        self.line.setAccessibleName(hint)
        self.list = QListView(self.card)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setStyleSheet("background: transparent")
        self._model = _Model(self.list)
        self.list.setModel(self._model)
        self.list.setItemDelegate(_Delegate(theme, self._model, self.list))
        self.list.setUniformItemSizes(True)
        self.list.setFixedHeight(12 * ROW)
        self.body.addWidget(self.line)
        self.body.addWidget(self.list)
        self.line.textChanged.connect(self._on_typed)
        self.line.returnPressed.connect(self._take)
        self.line.moved.connect(self._move)
        self.list.clicked.connect(self._on_clicked)
        self.setFocusProxy(self.line)
        self._filter("")

    def add(self, choices: Sequence[Choice]) -> None:
        """More to choose from, after what there is."""
        self._choices = (*self._choices, *choices)
        self._titles += [choice.title for choice in choices]
        row = self.list.currentIndex().row()
        self._filter(self.line.text())
        if 0 <= row < self._model.rowCount():
            self.list.setCurrentIndex(self._model.index(row))

    def shown(self) -> list[Choice]:
        """What is listed now, best first."""
        return [choice for choice in self._model.choices if choice.id]

    def _on_typed(self) -> None:
        self._filter(self.line.text())

    def _filter(self, wanted: str) -> None:
        if wanted.strip():
            found = [self._choices[index] for index in best(wanted, self._titles, MOST)]
        else:
            found = list(self._choices[:MOST])
        self._model.show_choices(found or [Choice(Target.COMMAND, "", NOTHING, enabled=False)])
        if found:
            self.list.setCurrentIndex(self._model.index(0))

    def _move(self, step: int) -> None:
        count = self._model.rowCount()
        if count:
            row = min(max(self.list.currentIndex().row() + step, 0), count - 1)
            self.list.setCurrentIndex(self._model.index(row))

    def _on_clicked(self, index: QModelIndex) -> None:
        self.list.setCurrentIndex(index)
        self._take()

    def _take(self) -> None:
        index = self.list.currentIndex()
        if index.isValid() and self._model.choices[index.row()].enabled:
            choice = self._model.choices[index.row()]
            self.close_sheet()
            self.taken.emit(choice.target.value, choice.id)


def clean(text: str) -> str:
    """Text from a repository on one line, with what hides in it made visible."""
    return one_line(text)
