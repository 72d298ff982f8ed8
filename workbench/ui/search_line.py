"""The line to search in the review with. Says how many matches there are; finding them is the view's."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget

from workbench.review.text import visible
from workbench.ui.boxed_line import BoxedLine
from workbench.ui.diff.finding import Query, Sides, Standing, words_of_standing
from workbench.ui.elided import Elided

_SIDES = {Sides.BOTH: "old + new", Sides.OLD: "old", Sides.NEW: "new"}


class _Line(BoxedLine):
    left = Signal()
    stepped = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.stepped.emit(1 if event.key() == Qt.Key.Key_Down else -1)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and back:
            self.stepped.emit(-1)
        else:
            super().keyPressEvent(event)


class SearchLine(QWidget):
    """A field, switches, a count. With `whole`, the switches that only a whole review has use for."""

    wanted = Signal(str, bool, bool)
    asked = Signal(object)
    """A `Query`, or None when the line is empty."""
    stepped = Signal(int)
    taken = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None, *, whole: bool = False) -> None:
        super().__init__(parent)
        self.setProperty("kind", "bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.line = _Line(parent=self)
        self.line.setPlaceholderText("Search in the review")
        self.line.setAccessibleName("Search in the review")
        self.case = self._switch("Aa", "Tell capitals from small letters")
        self.word = self._switch("|ab|", "Whole words")
        self.regex = self._switch(".*", "A regular expression")
        self.sides = self._button(_SIDES[Sides.BOTH], "Which side is searched: both, old or new")
        self.back = self._button("↑", "Previous match (N)")
        self.on = self._button("↓", "Next match (n)")
        self.count = Elided(self, "dim")
        self.count.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 6, 14, 6)
        layout.setSpacing(8)
        layout.addWidget(self.line, 2)
        for widget in (self.case, self.word, self.regex, self.sides, self.back, self.on):
            layout.addWidget(widget)
        for widget in (self.word, self.sides, self.back, self.on):
            widget.setVisible(whole)
        layout.addWidget(self.count, 3)
        self.leave = self._button("✕", "Leave the search (Escape)")
        self.leave.clicked.connect(self.left)
        layout.addWidget(self.leave)
        self.count.setMinimumWidth(110)
        self.query = Query("")
        self.line.textChanged.connect(self._on_changed)
        self.line.returnPressed.connect(self.taken)
        self.line.left.connect(self.left)
        self.line.stepped.connect(self.stepped)
        self.sides.clicked.connect(self._next_sides)
        self.back.clicked.connect(self._step_back)
        self.on.clicked.connect(self._step_on)
        self.setFocusProxy(self.line)
        self.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # On one of the switches.
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            focus = self.focusWidget()
            if isinstance(focus, QToolButton) and not focus.isCheckable():
                focus.click()
            else:
                self.taken.emit()
        else:
            super().keyPressEvent(event)

    def show_count(self, count: int, more: bool = False) -> None:
        """How many matches there are, and whether more than that; -1: they are being counted."""
        text = self.line.text()
        said = {-1: "searching…", 0: "nothing found", 1: "1 match"}.get(
            count, f"{count:,}{'+' if more else ''} matches"
        )
        self._say(said if text else "", error=False)

    def show_standing(self, standing: Standing) -> None:
        """Where among the matches one is, and whether they are still counted."""
        words = words_of_standing(standing) if self.line.text() else ""
        self._say(words, error=bool(standing.slow or standing.ended))

    def show_words(self, words: str) -> None:
        """Say what is wrong instead of a count."""
        self._say(words, error=True)

    def _say(self, words: str, *, error: bool) -> None:
        kind = "error" if error else "dim"
        if self.count.property("kind") != kind:
            self.count.setProperty("kind", kind)
            self.count.style().unpolish(self.count)
            self.count.style().polish(self.count)
        shown = visible(words).text
        # In a narrow window the end gives way, so it is all in the tooltip, and for who does not see it.
        self.count.set_whole(shown, shown if error else "")
        self.count.setAccessibleName(shown)

    def _switch(self, text: str, tip: str) -> QToolButton:
        button = self._button(text, tip)
        button.setCheckable(True)
        button.toggled.connect(self._on_changed)
        return button

    def _button(self, text: str, tip: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setProperty("kind", "quiet")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _next_sides(self) -> None:
        order = list(Sides)
        sides = order[(order.index(self.query.sides) + 1) % len(order)]
        self.sides.setText(_SIDES[sides])
        self._ask(sides)

    def _step_back(self) -> None:
        self.stepped.emit(-1)

    def _step_on(self) -> None:
        self.stepped.emit(1)

    def _on_changed(self) -> None:
        self._ask(self.query.sides)

    def _ask(self, sides: Sides) -> None:
        text, regex, case = self.line.text(), self.regex.isChecked(), self.case.isChecked()
        self.query = Query(text, regex, case, self.word.isChecked(), sides)
        self.wanted.emit(text, regex, case)
        self.asked.emit(self.query)
