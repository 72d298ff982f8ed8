"""Editors that lie in the flow of the diff: a note, a reason, lines edited in place.

They say when their text is to be kept as a draft, saved or left; they decide nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFont, QKeyEvent, QMouseEvent, QTextCursor
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout

from workbench.review.notes import Intent
from workbench.review.text import one_line
from workbench.ui.boxed_line import BoxedLine
from workbench.ui.chip import Chip
from workbench.ui.elided import Elided
from workbench.ui.fonts import code_font, interface_font
from workbench.ui.growing_text import GrowingText
from workbench.ui.hidden_line import HiddenLine
from workbench.ui.hints import Hints
from workbench.ui.written import Written, as_draft, intent_of

DRAFT_AFTER = 250
"""Milliseconds of quiet after which what stands in an editor is kept as a draft."""


class Editor(QFrame):
    """What all editors have: a key, signals, and a draft that is kept shortly after the last key."""

    height_changed = Signal()
    caret_moved = Signal()
    saved = Signal(object, object)
    asked = Signal(object, object)
    left = Signal(object)
    draft_changed = Signal(object, object)

    def __init__(self, key: str) -> None:
        super().__init__()
        self.key = key
        self.setProperty("kind", "card")
        self._draft_timer = QTimer(self)
        self._draft_timer.setSingleShot(True)
        self._draft_timer.setInterval(DRAFT_AFTER)
        self._draft_timer.timeout.connect(self._on_draft)

    def written(self) -> Written:
        """What stands in the editor."""
        raise NotImplementedError

    def set_written(self, written: Written) -> None:
        """Start from this."""
        raise NotImplementedError

    def wear(self, text: QFont, code: QFont, columns: int) -> None:
        """The fonts of the review that it stands in; tabs of code end at multiples of so many columns."""
        for field in self.findChildren(GrowingText):
            if field.tabChangesFocus():
                field.wear(text)
            else:
                field.wear(code, columns)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        # Between its fields an editor is no part of the review that it lies over: the keys stay.
        event.accept()

    def keep_draft(self) -> None:
        """Keep at once what is not kept yet."""
        if self._draft_timer.isActive():
            self._draft_timer.stop()
            self._on_draft()

    def _touched(self) -> None:
        self._draft_timer.start()

    def _on_draft(self) -> None:
        self.draft_changed.emit(self.key, as_draft(self.written()))

    def _on_saved(self) -> None:
        self._draft_timer.stop()
        self.saved.emit(self.key, self.written())

    def _on_asked(self) -> None:
        self._draft_timer.stop()
        self.asked.emit(self.key, self.written())

    def _on_left(self) -> None:
        self.keep_draft()
        self.left.emit(self.key)


class NoteEditor(Editor):
    """A note: its text, and below it a suggestion once there is one."""

    def __init__(
        self,
        key: str,
        title: str,
        lines: str | None,
        snippets: Sequence[str] = (),
        default: Intent = Intent.SHOULD,
    ) -> None:
        """`lines` is the code that a suggestion starts from; None where there is nothing to suggest.

        `default` is what a text without a mark is: in the thread of a question, more of the question.
        """
        super().__init__(key)
        self._lines, self._snippets, self._default = lines, tuple(snippets), default
        self.chip = Chip("should", self)
        title_label = Elided(self, "dim", Qt.TextElideMode.ElideMiddle)
        title_label.set_whole(one_line(title))
        self.state = QLabel("", self)
        self.state.setProperty("kind", "faint")
        self.text = GrowingText(2, self)
        self.text.wear(interface_font())
        self.text.setPlaceholderText(
            "What should be otherwise? Begin with ! for must, ? for a question, + for keep."
        )
        self.text.setAccessibleName(f"Note, {one_line(title)}")
        self.suggestion_title = QLabel("suggestion", self)
        self.suggestion_title.setProperty("kind", "dim")
        self.suggestion = GrowingText(1, self, code=True)
        self.suggestion.setProperty("kind", "code")
        self.suggestion.wear(code_font())
        self.suggestion.setAccessibleName("Suggestion")
        extra = ("Ctrl+E suggestion",) if lines is not None else ()
        self._hints = ("Ctrl+Enter saves", "Esc keeps the draft", *extra)
        self.hint = hint = Hints(self, *self._hints)
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self.chip)
        top.addWidget(title_label, 1)
        top.addWidget(self.state)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(6)
        layout.addLayout(top)
        self.hidden = HiddenLine(self, self.text, self.suggestion)
        self.hidden.changed.connect(self._on_grown)
        for each in (self.text, self.suggestion_title, self.suggestion, self.hidden, hint):
            layout.addWidget(each)
        self._show_suggestion(shown=False)
        for field in (self.text, self.suggestion):
            field.saved.connect(self._on_saved)
            field.left.connect(self._on_left)
            field.suggested.connect(self._on_suggested)
            field.asked.connect(self._on_asked)
            field.snippet_wanted.connect(self._on_snippet)
            field.grown.connect(self._on_grown)
            field.textChanged.connect(self._on_text)
            field.cursorPositionChanged.connect(self.caret_moved)
        self.setFocusProxy(self.text)

    def set_written(self, written: Written) -> None:
        """Start from this."""
        self.text.setPlainText(written.text)
        self.text.moveCursor(QTextCursor.MoveOperation.End)
        if written.suggestion is not None:
            self.suggestion.begin(written.suggestion)
            self._show_suggestion(shown=True)
        self._draft_timer.stop()

    def written(self) -> Written:
        shown = self.suggestion.isVisibleTo(self)
        return Written(self.text.toPlainText(), self.suggestion.toPlainText() if shown else None)

    def sizeHint(self) -> QSize:
        return QSize(400, super().sizeHint().height())

    def _show_suggestion(self, *, shown: bool) -> None:
        self.suggestion.setVisible(shown)
        self.suggestion_title.setVisible(shown)

    def _on_suggested(self) -> None:
        if self._lines is None:
            return
        if not self.suggestion.isVisibleTo(self):
            why = self.suggestion.refuses_whole(self._lines)
            if why:
                self.text.refuse(why)
                return
            self._show_suggestion(shown=True)
            self.suggestion.begin(self._lines)
            self._on_grown()
        self.suggestion.setFocus()

    def _on_snippet(self, number: int) -> None:
        if number < len(self._snippets):
            self.text.put(self._snippets[number])

    def _on_text(self) -> None:
        intent, _ = intent_of(self.text.toPlainText(), self._default)
        self.chip.setText(intent.value)
        asks = intent is Intent.QUESTION
        if asks is not self.text.asks:
            self.text.asks = self.suggestion.asks = asks
            first, *others = self._hints
            asking = ("Ctrl+Shift+Enter asks now",) if asks else ()
            self.hint.set_parts(first, *asking, *others)
            self._on_grown()  # one key more may take a line more
        self.state.setText("")
        self._touched()

    def _on_draft(self) -> None:
        super()._on_draft()
        self.state.setText("draft saved")

    def _on_grown(self) -> None:
        layout = self.layout()
        if layout is not None:
            layout.activate()
        self.height_changed.emit()


class LinesEditor(Editor):
    """The new side of a change, edited in place."""

    def __init__(self, key: str, title: str, text: str) -> None:
        super().__init__(key)
        label = Elided(self, "dim", Qt.TextElideMode.ElideMiddle)
        label.set_whole(one_line(title))
        self.text = GrowingText(1, self, code=True)
        self.text.setProperty("kind", "code")
        self.text.wear(code_font())
        self.text.begin(text)
        self.text.setAccessibleName(one_line(title))
        hint = Hints(self, "Ctrl+Enter accepts it as yours", "Esc keeps the draft")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(6)
        self.hidden = HiddenLine(self, self.text)
        self.hidden.changed.connect(self._on_hidden)
        for widget in (label, self.text, self.hidden, hint):
            layout.addWidget(widget)
        self.text.saved.connect(self._on_saved)
        self.text.left.connect(self._on_left)
        self.text.grown.connect(self.height_changed)
        self.text.cursorPositionChanged.connect(self.caret_moved)
        self.text.textChanged.connect(self._touched)
        self.setFocusProxy(self.text)

    def set_written(self, written: Written) -> None:
        """Start from this."""
        self.text.begin(written.text)
        self._draft_timer.stop()

    def written(self) -> Written:
        return Written(self.text.toPlainText())

    def _on_hidden(self) -> None:
        layout = self.layout()
        if layout is not None:
            layout.activate()
        self.height_changed.emit()


class ReasonLine(Editor):
    """One line under a change that is being rejected: Enter rejects, Escape leaves it as it was."""

    def __init__(
        self, key: str, does: str = "reject", asks: str = "Why is this rejected? The next round is told."
    ) -> None:
        super().__init__(key)
        self.line = _Line(parent=self)
        self.line.setPlaceholderText(asks)
        self.line.setAccessibleName("Reason")
        chip = Chip(does, self)
        does_so = "dismisses" if does == "dismiss" else "rejects"
        hint = Hints(self, f"Enter {does_so}", "Esc leaves")
        hint.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(10)
        layout.addWidget(chip)
        layout.addWidget(self.line, 1)
        layout.addWidget(hint)
        self.line.taken.connect(self._on_saved)
        self.line.left.connect(self._on_left)
        self.line.textEdited.connect(self._touched)
        self.setFocusProxy(self.line)

    def set_written(self, written: Written) -> None:
        """Start from this."""
        self.line.setText(written.text)

    def written(self) -> Written:
        return Written(self.line.text())


class _Line(BoxedLine):
    left = Signal()
    taken = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            # QLineEdit would let the key go on to the review, where it means something else.
            self.taken.emit()
        else:
            super().keyPressEvent(event)
