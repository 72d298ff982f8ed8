"""All keys on one sheet, made from the command table. Painted in columns."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractSlider, QScrollArea, QWidget

from workbench.ui.commands import COMMANDS, EDITOR_KEYS, Menu
from workbench.ui.fonts import code_font, interface_font
from workbench.ui.keycaps import cap_width, paint_cap
from workbench.ui.keymap import Keymap, shown
from workbench.ui.sheet import Sheet, plain
from workbench.ui.theme import Theme

ROW = 22
COLUMNS = 4
WIDEST, AROUND = 1536, 96
"""Pixels of the sheet at most, and of what is around its columns: edges of card and window, a bar."""
SHOWN = 2
"""Keys of one command that are drawn."""
TITLE = 30
BESIDE = 20
"""Pixels between two columns."""

Block = tuple[str, tuple[tuple[tuple[str, ...], str], ...]]


def blocks(keymap: Keymap) -> tuple[Block, ...]:
    """Every command that has a key, by menu: (title, ((keys as drawn, words), …))."""
    found: list[Block] = []
    for menu in Menu:
        rows = tuple(
            (tuple(shown(key) for key in keymap.keys(command.id)), command.title.removesuffix("…"))
            for command in COMMANDS
            if command.menu is menu and keymap.keys(command.id)
        )
        if rows:
            found.append((menu.value, rows))
    found.append(("In a note", tuple(((shown(keys),), words) for keys, words in EDITOR_KEYS)))
    return tuple(found)


def _wide(keys: tuple[str, ...], caps: QFontMetrics) -> float:
    return sum(cap_width(key, caps) + 4 for key in keys[:SHOWN])


def _inset(column: list[Block]) -> float:
    """Words begin below each other, however wide the keys before them are."""
    caps = QFontMetrics(code_font(11))
    return max(_wide(keys, caps) for _, rows in column for keys, _ in rows) + 8


def _needs(columns: list[list[Block]]) -> list[float]:
    """What each column needs, so that no words are cut."""
    words = QFontMetrics(interface_font(12))
    return [
        _inset(column) + max(words.horizontalAdvance(said) for _, rows in column for _, said in rows) + BESIDE
        for column in columns
    ]


def _widths(columns: list[list[Block]], whole: float) -> list[float]:
    """What each column needs, and its part of what is left over."""
    needs = _needs(columns)
    more = (whole - sum(needs)) / len(columns)
    return [need + more for need in needs]


def _height(block: Block) -> int:
    return TITLE + ROW * len(block[1]) + 12


def _packed(found: tuple[Block, ...], count: int) -> list[list[Block]]:
    """In columns about as high as each other, in the order of the menus as far as that goes."""
    columns: list[list[Block]] = [[] for _ in range(count)]
    for block in sorted(found, key=_height, reverse=True):
        min(columns, key=lambda column: sum(map(_height, column))).append(block)
    columns = [sorted(column, key=found.index) for column in columns if column]
    return sorted(columns, key=lambda column: found.index(column[0]))


def _fitting(found: tuple[Block, ...], room: float) -> list[list[Block]]:
    """As many columns as there is room for without cutting any words."""
    for count in range(COLUMNS, 1, -1):
        columns = _packed(found, count)
        if sum(_needs(columns)) <= room:
            return columns
    return _packed(found, 1)


class _Keys(QWidget):
    def __init__(
        self, theme: Theme, found: tuple[Block, ...], columns: list[list[Block]], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._columns = columns
        self.setFixedHeight(max(sum(map(_height, column)) for column in self._columns))
        self.setAccessibleName(
            "; ".join(f"{' or '.join(keys)}: {words}" for _, rows in found for keys, words in rows)
        )

    def sizeHint(self) -> QSize:
        return QSize(900, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            left = 0.0
            for column, width in zip(self._columns, _widths(self._columns, self.width()), strict=True):
                top, inset = 0.0, _inset(column)
                for title, rows in column:
                    painter.setFont(interface_font(11, QFont.Weight.DemiBold))
                    painter.setPen(self._theme.dim)
                    painter.drawText(
                        QRectF(left, top, width, TITLE), Qt.AlignmentFlag.AlignVCenter, title.upper()
                    )
                    top += TITLE
                    for keys, words in rows:
                        self._row(painter, QRectF(left, top, width - BESIDE, ROW), keys, words, inset)
                        top += ROW
                    top += 12
                left += width

    def _row(self, painter: QPainter, row: QRectF, keys: tuple[str, ...], words: str, inset: float) -> None:
        at = row.left()
        for key in keys[:SHOWN]:
            at += paint_cap(painter, self._theme, QPointF(at, row.center().y()), key) + 4
        painter.setFont(interface_font(12))
        painter.setPen(self._theme.text)
        room = QRectF(row.left() + inset, row.top(), 0, row.height())
        room.setRight(row.right())
        text = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)


class _Area(QScrollArea):
    """As high as what is in it where there is room; scrolled where there is not."""

    def sizeHint(self) -> QSize:
        inner = self.widget()
        return QSize(400, inner.height() + 4 if inner is not None else 0)


_Act = QAbstractSlider.SliderAction
_SCROLLS = {
    Qt.Key.Key_Down: _Act.SliderSingleStepAdd,
    Qt.Key.Key_J: _Act.SliderSingleStepAdd,
    Qt.Key.Key_Up: _Act.SliderSingleStepSub,
    Qt.Key.Key_K: _Act.SliderSingleStepSub,
    Qt.Key.Key_PageDown: _Act.SliderPageStepAdd,
    Qt.Key.Key_Space: _Act.SliderPageStepAdd,
    Qt.Key.Key_PageUp: _Act.SliderPageStepSub,
    Qt.Key.Key_Backspace: _Act.SliderPageStepSub,
    Qt.Key.Key_Home: _Act.SliderToMinimum,
    Qt.Key.Key_End: _Act.SliderToMaximum,
}


class KeySheet(Sheet):
    """The sheet around them."""

    def __init__(self, theme: Theme, keymap: Keymap, parent: QWidget) -> None:
        found = blocks(keymap)
        columns = _fitting(found, min(parent.width(), WIDEST) - AROUND)
        super().__init__(parent, width=min(WIDEST, round(sum(_needs(columns))) + AROUND))
        self.body.addWidget(plain("The keys", self.card, "title"))
        words = "One-letter keys live on the review. Every command is also in the menu and in the palette."
        self.body.addWidget(plain(words, self.card, "dim"))
        keys = _Keys(theme, found, columns, self.card)
        area = _Area(self.card)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setWidget(keys)
        area.setStyleSheet("background: transparent")
        area.verticalScrollBar().setSingleStep(ROW)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.body.addWidget(area)
        self.area = area

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # The sheet has the keys, and scrolls by those that scroll the review, where not all of it fits.
        bar = self.area.verticalScrollBar()
        action = _SCROLLS.get(Qt.Key(event.key()))
        if action is None:
            super().keyPressEvent(event)
            return
        bar.triggerAction(action)
        event.accept()
