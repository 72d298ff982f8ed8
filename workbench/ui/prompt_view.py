"""The exact prompts: each can be read beside what arrived, searched, and compared line by line with another.

A sheet over the review. What it shows are texts of the repository and of models: plain text, never markup.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QKeyEvent, QTextCursor
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QStackedWidget,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from workbench.errors import UserError
from workbench.review.changes import FileChange
from workbench.review.line_diff import compare_texts, encoded
from workbench.review.lines import split_lines
from workbench.review.text import one_line
from workbench.ui.boxed_text import ShownText
from workbench.ui.diff.document import Document
from workbench.ui.diff.finding import Query
from workbench.ui.diff.view import DiffView
from workbench.ui.fonts import code_font
from workbench.ui.key_line import Hint, KeyLine
from workbench.ui.keymap import chord
from workbench.ui.outcomes import outcome_words
from workbench.ui.prompt_search import PromptSearch, Span
from workbench.ui.search_line import SearchLine
from workbench.ui.sheet import Sheet, as_tooltip, plain
from workbench.ui.shown_text import spelled
from workbench.ui.table import SCROLLS
from workbench.ui.theme import Theme, strongest

if TYPE_CHECKING:
    from workbench.workflow.kept_calls import KeptCall

NOTHING = "No model was asked yet in this review. Ctrl+Shift+Enter sends the feedback to one."
NOT_ARRIVED = "Nothing arrived."
NO_PROMPT = "No prompt was sent: the offline model applies the suggestions of the notes, and asks nobody."
_MOVING: tuple[Hint, ...] = ((("j", "k", "Space"), "scroll"), (("/",), "search"), (("n", "N"), "matches"))
_READING: tuple[Hint, ...] = (
    (("[", "]"), "other prompt"),
    (("h", "l"), "prompt or answer"),
    *_MOVING,
    (("c",), "compare"),
)
_COMPARING: tuple[Hint, ...] = (
    (("[", "]"), "other"),
    (("{", "}"), "compared with"),
    *_MOVING,
    (("c",), "the answers, then back"),
)
_LISTED = 240
_LONGEST_DETAIL = 300


class PromptSheet(Sheet):
    """A list of the calls at the left; beside it prompt and answer, or two of either compared."""

    def __init__(self, theme: Theme, parent: QWidget, exchange: str = "") -> None:
        super().__init__(parent, width=1480, tall=True)
        self._wanted = exchange
        self.calls: tuple[KeptCall, ...] = ()
        self.at = self.against = -1
        self.comparing = ""
        """"" while reading, else what is compared: "prompt" or "answer"."""
        self._hits: list[Span] = []
        self._hit = -1
        self._seek = PromptSearch(self)
        self._seek.found_more.connect(self._on_found)
        self._hit_colours = tuple(
            strongest(colour, theme.ground, most, (theme.text,), theme.contrast)
            for colour, most in ((theme.open, 0.35), (theme.accent, 0.55))
        )
        self.title = plain("The exact prompts", self.card, "title", wrapped=False)
        self.summary = plain("Reading…", self.card, "dim")
        self.list = QListWidget(self.card)
        self.list.setFixedWidth(_LISTED)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setAccessibleName("The calls of this review")
        self.prompt, self.answer = self._text("The exact prompt"), self._text("What arrived")
        self.active = self.prompt
        self.heads = {pane: plain("", self.card, "section", wrapped=False) for pane in self._panes}
        self.view = DiffView(self.card, theme)
        self.view.coloured = False  # a prompt is no file of any language
        self.view.installEventFilter(self)
        self._lines: tuple[bytes, ...] = ()
        self.difference: FileChange | None = None
        self.view.contents_wanted.connect(self._on_wanted)
        self.search = SearchLine(self.card)
        self.search.line.setPlaceholderText("Search in the prompt and in what arrived")
        self.search.wanted.connect(self._find)
        self.search.stepped.connect(self.step)
        self.search.taken.connect(self.setFocus)
        self.search.left.connect(self._leave_search)
        self.view.hits_counted.connect(self.search.show_count)
        self.list.currentRowChanged.connect(self._on_row)
        self._lay_out()

    @property
    def _panes(self) -> tuple[QPlainTextEdit, QPlainTextEdit]:
        return self.prompt, self.answer

    def _text(self, name: str) -> QPlainTextEdit:
        made = ShownText(self.card)
        made.setFont(code_font(12))
        made.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        made.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        made.setAccessibleName(name)
        made.installEventFilter(self)
        return made

    def _lay_out(self) -> None:
        reading = QWidget(self.card)
        panes = QHBoxLayout(reading)
        panes.setContentsMargins(0, 0, 0, 0)
        panes.setSpacing(14)
        for pane, share in zip(self._panes, (3, 2), strict=True):
            column = QVBoxLayout()
            column.setSpacing(8)
            column.addWidget(self.heads[pane])
            column.addWidget(pane, 1)
            panes.addLayout(column, share)
        self.pages = QStackedWidget(self.card)
        self.pages.addWidget(reading)
        self.pages.addWidget(self.view)
        middle = QHBoxLayout()
        middle.setSpacing(14)
        middle.addWidget(self.list)
        middle.addWidget(self.pages, 1)
        foot = QHBoxLayout()
        self.keys = KeyLine(self.card, *_READING)
        foot.addWidget(self.keys, 1)
        leave = QPushButton("Close  Esc", self.card)
        leave.setProperty("kind", "quiet")
        leave.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        leave.clicked.connect(self.close_sheet)
        foot.addWidget(leave)
        self.body.addWidget(self.title)
        self.body.addWidget(self.summary)
        self.body.addLayout(middle, 1)
        self.body.addWidget(self.search)
        self.body.addLayout(foot)

    # -- what is shown ------------------------------------------------------------------------

    def show_calls(self, calls: Sequence[KeptCall]) -> None:
        """List these. The one that was shown stays; at first it is the newest round's."""
        before = self.calls[self.at] if 0 <= self.at < len(self.calls) else None
        self.calls = tuple(calls)
        self.list.blockSignals(True)
        self.list.clear()
        self.list.addItems([spelled(_listed(call)) for call in self.calls])
        for at, call in enumerate(self.calls):
            self.list.item(at).setToolTip(as_tooltip(call.model))
        self.list.blockSignals(False)
        if not self.calls:
            self.summary.setText(NOTHING)
            self.pages.hide()
            return
        self.pages.show()
        rounds = [at for at, call in enumerate(self.calls) if call.purpose == "round"]
        newest = rounds[-1] if rounds else len(self.calls) - 1
        wanted = [at for at, call in enumerate(self.calls) if self._wanted and call.exchange == self._wanted]
        newest = wanted[-1] if wanted else newest
        self.show_call(self.calls.index(before) if before in self.calls else newest)

    def show_call(self, at: int) -> None:
        """Show one of the calls, and compare it with the one that it follows."""
        self.at = max(0, min(at, len(self.calls) - 1))
        self.list.setCurrentRow(self.at)
        self.against = self._earlier(self.at)
        self._show()

    def _earlier(self, at: int) -> int:
        """The call to compare with: the one before that was for the same, else any other."""
        same = [other for other in range(at) if self.calls[other].purpose == self.calls[at].purpose]
        others = [other for other in range(len(self.calls)) if other != at]
        return same[-1] if same else others[0] if others else -1

    def _show(self) -> None:
        call = self.calls[self.at]
        parts = [call.title, one_line(call.model), outcome_words(call.outcome)]
        parts += [one_line(call.detail[:_LONGEST_DETAIL])] if call.detail else []
        parts += [f"wrong: {one_line(problem)}" for problem in call.problems[:2]]
        self.summary.setText(" · ".join(part for part in parts if part))
        self.keys.set_hints(_COMPARING if self.comparing else _READING)
        if self.comparing and self.against >= 0:
            self._show_difference()
        else:
            self.comparing = ""
            self.title.setText("The exact prompts")
            self.prompt.setPlainText(call.prompt)
            self.prompt.setPlaceholderText(NO_PROMPT)
            self.answer.setPlainText(_arrived(call))
            self.answer.setPlaceholderText(NOT_ARRIVED)
            self._mark_active()
            self.pages.setCurrentIndex(0)
        self._find_again()

    def _show_difference(self) -> None:
        now, then = self.calls[self.at], self.calls[self.against]
        what = self.comparing
        texts = (then.prompt, now.prompt) if what == "prompt" else (_arrived(then), _arrived(now))
        words = "The prompt" if what == "prompt" else "What arrived"
        self.title.setText(f"{words}: {then.title} → {now.title}")
        name = f"{words.lower()}: {then.title} → {now.title}"
        self.difference = file = compare_texts(*texts, name)
        self._lines = split_lines(encoded(texts[0]))
        if not file.runs:
            self.summary.setText(f"{words} is the same in both.")
        self.view.show_document(Document(files=(file,), read_only=True, is_prompt=True))
        self.view.set_contents({file.path: self._lines})
        self.pages.setCurrentIndex(1)

    def _on_wanted(self, path: str) -> None:
        self.view.set_contents({path: self._lines})

    def _mark_active(self) -> None:
        sizes = {self.prompt: "THE EXACT PROMPT", self.answer: "WHAT ARRIVED"}
        for pane, words in sizes.items():
            count = pane.document().characterCount() - 1
            size = f"{count:,} {'CHARACTER' if count == 1 else 'CHARACTERS'}" if count else "NOTHING"
            here = " · KEYS SCROLL THIS" if pane is self.active else ""
            self.heads[pane].setText(f"{words} · {size}{here}")

    # -- keys ---------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and watched is not self._over
        ):
            if chord(event) == "Ctrl+C":
                return False
            self.keyPressEvent(event)
            return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = chord(event)
        if keys == "Escape":
            self._leave()
        elif self.calls:
            self.do(keys)
        event.accept()

    def do(self, keys: str) -> None:
        """What a key means here."""
        if keys in ("[", "]"):
            self.show_call(self.at + (1 if keys == "]" else -1))
        elif keys == "c":
            self._compare()
        elif keys in ("{", "}") and self.comparing:
            self._compare_with(1 if keys == "}" else -1)
        elif keys in ("h", "l", "Left", "Right") and not self.comparing:
            self.active = self.prompt if keys in ("h", "Left") else self.answer
            self._mark_active()
        elif keys in ("/", "Ctrl+F"):
            self.search.show()
            self.search.setFocus()
            self.search.line.selectAll()
        elif keys in ("n", "N"):
            self.step(1 if keys == "n" else -1)
        elif keys in SCROLLS:
            self._scroll(keys)

    def _compare(self) -> None:
        if self.against < 0:
            self.summary.setText("There is no other prompt to compare with.")
            return
        self.comparing = {"": "prompt", "prompt": "answer"}.get(self.comparing, "")
        self._show()

    def _compare_with(self, step: int) -> None:
        others = [at for at in range(len(self.calls)) if at != self.at]
        self.against = others[(others.index(self.against) + step) % len(others)]
        self._show()

    def _scroll(self, keys: str) -> None:
        if not self.comparing:
            self.active.verticalScrollBar().triggerAction(SCROLLS[keys])
        elif keys in ("Down", "j", "Up", "k"):
            self.view.move_line(1 if keys in ("Down", "j") else -1)
        elif keys in ("Home", "End"):
            self.view.go_to_end(1 if keys == "End" else -1)
        else:
            self.view.page(1 if keys in ("PageDown", "Space") else -1)

    def _leave(self) -> None:
        """Escape leaves the search, then the comparison, then the sheet."""
        if self.search.isVisibleTo(self.card):
            self._leave_search()
        elif self.comparing:
            self.comparing = ""
            self._show()
        else:
            self.close_sheet()

    def close_sheet(self) -> None:
        self.view.stop_helpers()
        self._seek.stop()
        super().close_sheet()

    def _on_row(self, row: int) -> None:
        if row >= 0 and row != self.at:
            self.show_call(row)

    # -- searching ----------------------------------------------------------------------------

    def _find_again(self) -> None:
        line = self.search
        if line.isVisibleTo(self.card):
            self._find(line.line.text(), line.regex.isChecked(), line.case.isChecked())

    def _find(self, text: str, regex: bool, case: bool) -> None:
        try:
            if self.comparing:
                self.search.show_count(self.view.find(text, regex, case))
                return
            self._hits, self._hit = [], -1
            self._seek.end()
            if text:
                self._seek.begin(Query(text, regex, case), [pane.toPlainText() for pane in self._panes])
            self.search.show_count(-1)
        except UserError as error:
            self.search.show_words(error.message)
        self._mark_hits()

    def _on_found(self) -> None:
        """More was found: what stands before it keeps its number, so the current one is the same."""
        self._hits = self._seek.spans
        self.search.show_standing(self._seek.standing)
        if self._hit < 0 and self._hits:
            self._hit = 0
        self._mark_hits()

    def step(self, n: int) -> None:
        """Go to the next match, or back."""
        if self.comparing:
            self.view.next_hit(n)
            return
        if self._hits:
            self._hit = (self._hit + n) % len(self._hits) if self._hit >= 0 or n > 0 else len(self._hits) - 1
        self._mark_hits()

    def _mark_hits(self) -> None:
        current = self._hits[self._hit] if 0 <= self._hit < len(self._hits) else None
        for number, pane in enumerate(self._panes):
            marks = []
            for hit in self._hits:
                if hit[0] == number:
                    marks.append(_mark(pane, hit[1], hit[2], self._hit_colours[hit == current]))
            pane.setExtraSelections(marks)
        if current is not None:
            pane = self._panes[current[0]]
            cursor = QTextCursor(pane.document())
            cursor.setPosition(current[1])
            pane.setTextCursor(cursor)
            pane.centerCursor()
            self.active = pane
            self._mark_active()

    def _leave_search(self) -> None:
        self.search.hide()
        self._hits, self._hit = [], -1
        self._seek.end()
        self._mark_hits()
        self.view.find("")
        self.setFocus()


def _mark(pane: QPlainTextEdit, start: int, length: int, colour: QColor) -> QTextEdit.ExtraSelection:
    mark = QTextEdit.ExtraSelection()
    cursor = QTextCursor(pane.document())
    cursor.setPosition(start)
    cursor.setPosition(start + length, QTextCursor.MoveMode.KeepAnchor)
    mark.cursor = cursor
    mark.format.setBackground(colour)
    return mark


def _listed(call: KeptCall) -> str:
    """A call as the list names it. Of tries that came to nothing there may be many: each says why."""
    title = one_line(call.title)
    lost = ", did not come"
    return f"{title.removesuffix(lost)} · {outcome_words(call.outcome)}" if title.endswith(lost) else title


def _arrived(call: KeptCall) -> str:
    """What arrived, with what came from tries that were cut, each under a line that says so."""
    parts = [f"--- cut off, does not count\n{text}\n" for text in call.void]
    if parts:
        parts.append("--- the answer\n")
    return "".join((*parts, call.answer))
