"""Trust: everything that a repository could make run, to be read before it is decided. Decides nothing."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QSyntaxHighlighter, QTextCharFormat, QTextDocument
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QWidget

from workbench.ui.fonts import code_font
from workbench.ui.sheet import Sheet, plain
from workbench.ui.theme import Theme
from workbench.workflow.trust import MEANING, Trust, on_one_line, told

MOST_LINES = 1_000
"""Of the text of one program that the sheet shows."""

_SCROLLING = (
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
)


LATER = "When it names one later, it is restricted again."
NOTHING = f"It names no program now. {LATER}"


def _number(count: int) -> str:
    return "1 program" if count == 1 else f"{count:,} programs"


class _Ranks(QSyntaxHighlighter):
    """What runs stands out, where it is named and what it says step back."""

    def __init__(self, document: QTextDocument, theme: Theme) -> None:
        super().__init__(document)
        self._head, self._rest = QTextCharFormat(), QTextCharFormat()
        self._head.setFontWeight(QFont.Weight.Bold)
        self._head.setForeground(theme.text)
        self._rest.setForeground(theme.dim)

    def highlightBlock(self, text: str) -> None:
        self.setFormat(0, len(text), self._rest if text.startswith(" ") else self._head)


class _List(QPlainTextEdit):
    """As high as what it holds; scrolled where there is less room."""

    def sizeHint(self) -> QSize:
        lines = max(6, round(self.document().size().height()))
        return QSize(400, lines * self.fontMetrics().lineSpacing() + 20)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, 4 * self.fontMetrics().lineSpacing())


class TrustSheet(Sheet):
    """The list, and two ways to answer. Keeping it restricted is what Enter and Escape do."""

    trust_wanted = Signal(object)
    restrict_wanted = Signal()

    def __init__(self, theme: Theme, name: str, owner: str, parent: QWidget, *, needed: str = "") -> None:
        super().__init__(parent, width=860)
        self.found: Trust | None = None
        name = on_one_line(name)
        self.body.addWidget(plain(f"What {name} could run", self.card, "title"))
        self.needed = plain(needed, self.card)
        self.needed.setVisible(bool(needed))
        self.state = plain("Reading what it could run…", self.card)
        self.owner = plain(on_one_line(owner), self.card, "error")
        self.owner.setVisible(bool(owner))
        self.programs = _List(self.card)
        self.programs.setReadOnly(True)
        self.programs.setFont(code_font(12))
        self.programs.setAccessibleName("Programs that could run")
        self.programs.setTabChangesFocus(True)
        self._ranks = _Ranks(self.programs.document(), theme)
        self.error = plain("", self.card, "error")
        self.error.hide()
        for widget in (self.needed, self.owner, self.state, plain(MEANING, self.card, "dim")):
            self.body.addWidget(widget)
        self.body.addWidget(self.programs, 1)
        self.body.addWidget(self.error)
        self.keep = QPushButton("Keep restricted  Esc", self.card)
        self.trust = QPushButton("&Trust", self.card)
        self.keep.setProperty("kind", "primary")
        self.trust.setEnabled(False)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.trust)
        row.addWidget(self.keep)
        self.body.addLayout(row)
        for button in (self.trust, self.keep):
            button.setAutoDefault(True)  # Enter presses the one that has the focus
            button.installEventFilter(self)
        self.keep.clicked.connect(self.close_sheet)
        self.trust.clicked.connect(self._on_answer)
        self.setFocusProxy(self.keep)

    def show_trust(self, found: Trust) -> None:
        """Show what was read."""
        self.found = found
        count = len(found.surface.programs)
        how = "Trusted" if found.trusted else f"Restricted ({on_one_line(found.why)})"
        if not count:
            words = f"{how}. {NOTHING}"
        elif found.trusted:
            words = f"{how}, as long as this does not change: {_number(count)}."
        else:
            words = f"{how}: {_number(count)}."
        if self.needed.text() and not found.trusted:
            # It says most of it.
            words = "" if count else LATER
        self.state.setText(words)
        self.state.setVisible(bool(words))
        blocks = ["\n".join(told(each, found.changed, MOST_LINES)) for each in found.surface.programs]
        self.programs.setPlainText("\n\n".join(blocks))
        self.programs.setVisible(bool(count))
        self.trust.setText("Restrict" if found.trusted else "&Trust")
        self.keep.setText("Keep trusted  Esc" if found.trusted else "Keep restricted  Esc")
        self.trust.setEnabled(True)
        self._fit_list()

    def show_error(self, words: str) -> None:
        """Say what is in the way, here."""
        self.error.setText(words)
        self.error.show()
        self._fit_list()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # The list scrolls while a button has the keys; Qt would go on to the next button.
        is_press = event.type() == QEvent.Type.KeyPress and watched in (self.trust, self.keep)
        if is_press and isinstance(event, QKeyEvent):
            key = Qt.Key(event.key())
            if key in _SCROLLING:
                self._scroll(key)
                return True
            if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
                (self.trust if key == Qt.Key.Key_Left else self.keep).setFocus()
                return True
        return super().eventFilter(watched, event)

    def _fit_list(self) -> None:
        # Twice: how many lines there are is known only once they are broken to the width.
        for _ in range(2):
            self.programs.updateGeometry()
            self.fit()

    def _scroll(self, key: Qt.Key) -> None:
        bar = self.programs.verticalScrollBar()
        page = max(1, bar.pageStep() - 1)
        steps = {
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_PageUp: -page,
            Qt.Key.Key_PageDown: page,
            Qt.Key.Key_Home: -bar.maximum(),
            Qt.Key.Key_End: bar.maximum(),
        }
        bar.setValue(bar.value() + steps[key])

    def _on_answer(self) -> None:
        if self.found is None:
            return
        self.trust.setEnabled(False)
        self.keep.setFocus()
        if self.found.trusted:
            self.restrict_wanted.emit()
        else:
            self.trust_wanted.emit(self.found.surface)
