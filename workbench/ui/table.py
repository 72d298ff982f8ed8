"""A table of figures in sections, painted, and the sheet that scrolls one by key. Counts nothing itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct, field
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractSlider, QHBoxLayout, QPushButton, QScrollArea, QWidget

from workbench.review.text import one_line
from workbench.ui.fonts import interface_font
from workbench.ui.key_line import KeyLine
from workbench.ui.keymap import chord
from workbench.ui.sheet import Sheet, plain
from workbench.ui.shown_text import draw, elided
from workbench.ui.theme import Theme, legible, mixed

ROW, HEAD, SECTION, PAD = 26, 26, 40, 12

_Act = QAbstractSlider.SliderAction
SCROLLS = {
    "Down": _Act.SliderSingleStepAdd,
    "j": _Act.SliderSingleStepAdd,
    "Up": _Act.SliderSingleStepSub,
    "k": _Act.SliderSingleStepSub,
    "PageDown": _Act.SliderPageStepAdd,
    "Space": _Act.SliderPageStepAdd,
    "PageUp": _Act.SliderPageStepSub,
    "Backspace": _Act.SliderPageStepSub,
    "Home": _Act.SliderToMinimum,
    "End": _Act.SliderToMaximum,
}
"""The keys that scroll the review scroll what a sheet shows too."""
_SCROLL = (("j", "k", "Space"), "scroll")


class Column(Struct, frozen=True):
    """One column. A `width` of 0 is what the others leave. Figures stand at the right."""

    title: str
    width: int = 0
    right: bool = True


class Line(Struct, frozen=True):
    """One row of cells, in step with the columns of its section. `tones` are theme colours by column."""

    cells: tuple[str, ...]
    tones: Mapping[int, str] = field(default_factory=dict)
    strong: bool = False


class Section(Struct, frozen=True):
    """A titled part of a table, with columns of its own."""

    title: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]

    @property
    def height(self) -> int:
        return SECTION + ROW * len(self.lines)


class Table(QWidget):
    """The sections, one under another. Only what is on the screen is painted."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.sections: tuple[Section, ...] = ()
        self._font, self._strong = interface_font(12), interface_font(12, QFont.Weight.DemiBold)
        self._small = interface_font(11)
        self._small_strong = interface_font(11, QFont.Weight.DemiBold)

    def show_sections(self, sections: Sequence[Section]) -> None:
        """Show these."""
        self.sections = tuple(sections)
        self.setFixedHeight(sum(section.height for section in self.sections) + PAD)
        self.setAccessibleName(text_of(self.sections))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(700, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            top, seen = 0, event.rect()
            for section in self.sections:
                if top < seen.bottom() and top + section.height > seen.top():
                    self._section(painter, section, top, seen.top(), seen.bottom())
                top += section.height

    def _section(self, painter: QPainter, section: Section, top: int, low: int, high: int) -> None:
        theme = self._theme
        heads = QRectF(0, top + SECTION - HEAD, self.width(), HEAD)
        titles = Line(tuple(column.title for column in section.columns))
        painter.setFont(self._small)
        self._cells(painter, section, titles, heads, theme, is_head=True)
        painter.setFont(self._small_strong)
        painter.setPen(theme.dim)
        draw(painter, heads.adjusted(PAD, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, section.title.upper())
        painter.fillRect(QRectF(0, heads.bottom() - 1, self.width(), 1), theme.line)
        for number, line in enumerate(section.lines):
            row = QRectF(0, heads.bottom() + number * ROW, self.width(), ROW)
            if row.bottom() < low or row.top() > high:
                continue
            worn = theme
            if line.strong:
                painter.fillRect(row, _under(theme))
                worn = legible(theme, _under(theme))
            painter.setFont(self._strong if line.strong else self._font)
            self._cells(painter, section, line, row, worn)

    def _cells(
        self,
        painter: QPainter,
        section: Section,
        line: Line,
        row: QRectF,
        theme: Theme,
        *,
        is_head: bool = False,
    ) -> None:
        spare = max(0, self.width() - 2 * PAD - sum(column.width for column in section.columns))
        rest = sum(not column.width for column in section.columns)
        left = float(PAD)
        for at, (column, text) in enumerate(zip(section.columns, line.cells, strict=True)):
            width = column.width or spare / rest
            tone = "faint" if is_head else line.tones.get(at, "text" if line.strong or not at else "dim")
            painter.setPen(getattr(theme, tone))
            box = QRectF(left, row.top(), width - 10, row.height())
            side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
            shown = elided(painter.fontMetrics(), text, Qt.TextElideMode.ElideMiddle, box.width())
            draw(painter, box, side | Qt.AlignmentFlag.AlignVCenter, shown)
            left += width


def text_of(sections: Sequence[Section]) -> str:
    """A table as text, for those who do not see it and for tests."""
    lines: list[str] = []
    for section in sections:
        lines.append(section.title)
        titles = [column.title for column in section.columns]
        for line in section.lines:
            cells = [
                f"{title} {cell}" if title else cell
                for title, cell in zip(titles, line.cells, strict=True)
                if cell
            ]
            lines.append(", ".join(cells))
    return "\n".join(lines)


def _under(theme: Theme) -> QColor:
    """The ground of a sum."""
    return mixed(theme.text, theme.raised, 0.05)


class ScrollSheet(Sheet):
    """A titled sheet around one painted widget, which the keys of the review scroll."""

    def __init__(self, title: str, shown: QWidget, parent: QWidget, *, width: int, tall: bool = True) -> None:
        super().__init__(parent, width=width, tall=tall)
        self.title = plain(title, self.card, "title", wrapped=False)
        self.summary = plain("", self.card, "dim")
        self.area = QScrollArea(self.card)
        self.area.setFrameShape(QScrollArea.Shape.NoFrame)
        self.area.setWidgetResizable(True)
        self.area.setWidget(shown)
        self.area.setStyleSheet("background: transparent")
        self.area.verticalScrollBar().setSingleStep(ROW)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        foot = QHBoxLayout()
        self.keys = KeyLine(self.card)
        foot.addWidget(self.keys, 1)
        self.area.verticalScrollBar().rangeChanged.connect(self._on_range)
        leave = QPushButton("Close  Esc", self.card)
        leave.setProperty("kind", "quiet")
        leave.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        leave.clicked.connect(self.close_sheet)
        foot.addWidget(leave)
        self.body.addWidget(self.title)
        self.body.addWidget(self.summary)
        self.body.addWidget(self.area, 1)
        self.body.addLayout(foot)

    def _on_range(self, least: int, most: int) -> None:
        # No key is named that does nothing.
        self.keys.set_hints([_SCROLL] if most > least else [])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        action = SCROLLS.get(chord(event))
        if action is None:
            super().keyPressEvent(event)
            return
        self.area.verticalScrollBar().triggerAction(action)
        event.accept()


def cell(text: str) -> str:
    """What comes from a model or a setting, for one cell: on one line, with nothing that hides."""
    return one_line(text)
