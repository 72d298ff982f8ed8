"""The sheet for how code looks: theme, font, size, tabs, scrolling. A choice is worn at once and kept."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QFontMetricsF, QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from workbench.errors import UserError
from workbench.review.text import one_line, visible
from workbench.ui.fonts import CODE_FAMILY, code_font
from workbench.ui.preferences import Preferences
from workbench.ui.sheet import Sheet, plain
from workbench.ui.shown_text import spelled
from workbench.ui.single_shot import single_shot
from workbench.ui.theme import Theme, hard_to_read, load_theme, own_theme_names, theme_names

SIZES = (9, 28)
TABS = (1, 16)
_QUIET = 120
"""Milliseconds after which a choice is worn: going through a list with the arrows saves only the last one."""
_SLICE = 0.008
_SYSTEM = "system"

_SAMPLE = """def fetch(key, default=None):
\t# 0O 1lI |!= -> {}[]()
\tif key not in store:
\t\treturn default
\treturn store[key]
"""


class LookSheet(Sheet):
    """Themes at the left, fonts in the middle, the rest and a sample at the right."""

    def __init__(self, theme: Theme, preferences: Preferences, parent: QWidget) -> None:
        super().__init__(parent, width=940)
        self._preferences = preferences
        self._waiting: dict[str, object] = {}
        self.body.addWidget(plain("Theme, font and tabs", self.card, "title"))
        self.themes = self._list("Themes")
        self.fonts = self._list("Fonts of one width")
        self.code_size = self._spin("Size of code in pixels", SIZES, preferences.code_size)
        self.tab = self._spin("Columns of a tab", TABS, preferences.settings.tab_width)
        self.smooth = QCheckBox("&Smooth scrolling", self.card)
        self.smooth.setChecked(preferences.settings.smooth_scroll)
        self.sample = QPlainTextEdit(_SAMPLE, self.card)
        self.sample.setReadOnly(True)
        self.sample.setAccessibleName("Sample of the code")
        self.sample.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.sample.setTabChangesFocus(True)
        self.error = plain("", self.card, "error")
        self.body.addLayout(self._columns())
        self.body.addWidget(self.error)
        foot = QHBoxLayout()
        own = preferences.themes
        where = f"Themes of your own: {one_line(str(own))}" if own is not None else ""
        foot.addWidget(plain(where, self.card, "faint"), 1)
        leave = QPushButton("Close  Esc", self.card)
        leave.setProperty("kind", "quiet")
        leave.clicked.connect(self.close_sheet)
        foot.addWidget(leave)
        self.body.addLayout(foot)
        self._later = single_shot(self, _QUIET, self._wear)
        self._fill = single_shot(self, 0, self._fill_on)
        self._families: Iterator[str] = iter(QFontDatabase.families())
        self._fill_themes()
        self._add_font("", f"{CODE_FAMILY} (bundled)")
        if preferences.settings.code_font:
            self._add_font(preferences.settings.code_font, preferences.settings.code_font)
            self.fonts.setCurrentRow(1)
        else:
            self.fonts.setCurrentRow(0)
        self._show_sample()
        chosen = self.themes.currentItem()
        if chosen is not None:
            self._say_wrong(chosen)
        self.themes.currentItemChanged.connect(self._on_theme)
        self.fonts.currentItemChanged.connect(self._on_font)
        self.code_size.valueChanged.connect(self._on_size)
        self.tab.valueChanged.connect(self._on_tab)
        self.smooth.toggled.connect(self._on_smooth)
        self.closed.connect(self._wear)
        self.setFocusProxy(self.themes)
        self._fill.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.close_sheet()
            event.accept()
        else:
            super().keyPressEvent(event)

    def _list(self, name: str) -> QListWidget:
        made = QListWidget(self.card)
        made.setAccessibleName(name)
        made.setFrameShape(QFrame.Shape.NoFrame)
        made.setMinimumHeight(300)
        made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        return made

    def _spin(self, name: str, limits: tuple[int, int], value: int) -> QSpinBox:
        made = QSpinBox(self.card)
        made.setRange(*limits)
        made.setValue(value)
        made.setToolTip("↑ and ↓, or the wheel")
        made.setFixedWidth(84)
        made.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        made.setAccessibleName(name)
        return made

    def _columns(self) -> QHBoxLayout:
        columns = QHBoxLayout()
        columns.setSpacing(20)
        for words, widget in (("THEME", self.themes), ("FONT", self.fonts)):
            column = QVBoxLayout()
            column.setSpacing(6)
            title = plain(words, self.card, "section", wrapped=False)
            column.addWidget(title)
            column.addWidget(widget, 1)
            columns.addLayout(column, 1)
        right = QVBoxLayout()
        # The first of them begins where the lists beside them do, below their titles.
        right.addSpacing(title.sizeHint().height() + 6)
        for words, spin in (("SIZE", self.code_size), ("TAB", self.tab)):
            row = QHBoxLayout()
            label: QLabel = plain(words, self.card, "section", wrapped=False)
            label.setBuddy(spin)
            row.addWidget(label, 1)
            row.addWidget(spin)
            right.addLayout(row)
        right.addWidget(self.smooth, 0, Qt.AlignmentFlag.AlignLeft)
        right.addWidget(self.sample, 1)
        columns.addLayout(right, 1)
        return columns

    # what there is to choose

    def _fill_themes(self) -> None:
        shipped, own = theme_names(), own_theme_names(self._preferences.themes)
        self._add_theme(_SYSTEM, "As the system", "")
        for name in (*shipped, *own):
            words, wrong, hard = visible(name).text, "", ""
            try:
                theme = load_theme(name, self._preferences.themes)
                words = visible(theme.name).text
                hard = hard_to_read(theme) if name in own else ""
            except UserError as error:
                words, wrong = f"{words} · broken", error.message
            self._add_theme(name, f"{words} · yours" if name in own and not wrong else words, wrong, hard)

    def _add_theme(self, name: str, words: str, wrong: str, hard: str = "") -> None:
        item = QListWidgetItem(spelled(words), self.themes)
        item.setData(Qt.ItemDataRole.UserRole, name)
        item.setData(Qt.ItemDataRole.UserRole + 1, wrong)
        item.setData(Qt.ItemDataRole.UserRole + 2, hard)
        if name == self._preferences.settings.theme:
            self.themes.setCurrentItem(item)

    def _fill_on(self) -> None:
        """A few families at a time: to find the width of one, its file is opened."""
        started = perf_counter()
        for family in self._families:
            known = family in (CODE_FAMILY, self._preferences.settings.code_font)
            if not known and not QFontDatabase.isPrivateFamily(family) and QFontDatabase.isFixedPitch(family):
                self._add_font(family, family)
            if perf_counter() - started > _SLICE:
                self._fill.start()
                return

    def _add_font(self, family: str, words: str) -> None:
        item = QListWidgetItem(spelled(visible(words).text), self.fonts)
        item.setData(Qt.ItemDataRole.UserRole, family)
        item.setFont(code_font(13, family))

    # what is chosen

    def _on_theme(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self._say_wrong(item)
            if not item.data(Qt.ItemDataRole.UserRole + 1):
                self._choose(theme=item.data(Qt.ItemDataRole.UserRole))

    def _say_wrong(self, item: QListWidgetItem) -> None:
        """Why a theme cannot be worn, else what of it cannot be read."""
        wrong, hard = (item.data(Qt.ItemDataRole.UserRole + more) for more in (1, 2))
        self.error.setText(wrong or hard)

    def _on_font(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self._choose(code_font=item.data(Qt.ItemDataRole.UserRole))

    def _on_size(self, value: int) -> None:
        self._choose(code_size=value)

    def _on_tab(self, value: int) -> None:
        self._choose(tab_width=value)

    def _on_smooth(self, on: bool) -> None:
        self._choose(smooth_scroll=on)

    def _choose(self, **values: object) -> None:
        self._waiting.update(values)
        self._show_sample()
        self._later.start()

    def _wear(self) -> None:
        waiting, self._waiting = self._waiting, {}
        if waiting:
            self._preferences.change(**waiting)
            # A new style sheet gives every widget the font back that it had under the first one.
            self._show_sample()

    def _show_sample(self) -> None:
        item = self.fonts.currentItem()
        font = code_font(
            self.code_size.value(), item.data(Qt.ItemDataRole.UserRole) if item is not None else ""
        )
        self.sample.setFont(font)
        self.sample.setTabStopDistance(self.tab.value() * QFontMetricsF(font).horizontalAdvance(" "))
