"""The texts of the landing sheet: lists of files with a word at the right, and the diff of the result.

They show, and can be read and copied; they decide nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import (
    QColor,
    QFont,
    QPainter,
    QPaintEvent,
    QSyntaxHighlighter,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextOption,
)
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from workbench.review.skimming import Passed, words_of_passed
from workbench.review.text import decode, one_line, visible
from workbench.ui.fonts import code_font, interface_font
from workbench.ui.theme import Theme, mixed
from workbench.workflow.landing_plan import INDEX, WORKTREE, LandingPlan

MOST_LINES = 5_000
"""Lines of the result's diff that are shown; the rest is counted."""

_LONGEST = 2_000
"""Bytes of one line that are shown."""

_COUNTED = 4_000_000
"""Bytes of that rest up to which its lines are counted."""

INSET = "      "
"""Before what is said of the line above."""

ROW = 20

_PADDING, _BAR = 9, 10
"""Pixels of a field's border and padding at each side, and of a bar, as the style sheet has them."""

_LEAD = 3
"""Pixels by which the words of a line stand above its middle."""

_BETWEEN = 16
"""Pixels that a name and the word at the right keep apart on one line."""

_HEAD, _LINES, _ADDED, _REMOVED, _FILE, _WHERE = range(1, 7)
"""What a line of a diff is: around the lines, one of them, put in, taken out, a file's first, a place."""


def form_of(colour: QColor) -> QTextCharFormat:
    """A text format that is its colour."""
    form = QTextCharFormat()
    form.setForeground(colour)
    return form


class FactList(QTextEdit):
    """Lines with a name at the left and a word at the right; below one, inset, what is to be said of it."""

    def __init__(self, name: str, theme: Theme, parent: QWidget, wide: int) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setLineWrapMode(QTextEdit.LineWrapMode.NoWrap)
        self.setAccessibleName(name)
        self.setTabChangesFocus(True)
        self.setFont(interface_font(12))
        self._name, self._quiet, self._alarm = map(form_of, (theme.text, theme.dim, theme.open))
        # A bar at the right has its room before it is there: it would move the words.
        self._room = wide - 2 * _PADDING - 2 * round(self.document().documentMargin()) - _BAR

    def fact(self, name: str, word: str) -> str:
        """A name with its word at the right, or below it where both do not fit beside each other."""
        wide = self.fontMetrics().horizontalAdvance
        beside = wide(name) + _BETWEEN + wide(word) <= self._room
        return f"{name}\t{word}" if beside else f"{name}\n{INSET}{word}"

    def show_lines(self, lines: Sequence[str]) -> None:
        """Show these, in the room of two lines at least where there are two, and no more than they need."""
        self.clear()
        cursor = QTextCursor(self.document())
        form = QTextBlockFormat()
        form.setLineHeight(ROW, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        form.setTabPositions([QTextOption.Tab(self._room, QTextOption.TabType.RightTab)])
        cursor.setBlockFormat(form)
        all_lines = "\n".join(lines).split("\n")
        for number, line in enumerate(all_lines):
            if number:
                cursor.insertBlock()
            name, tab, word = line.partition("\t")
            said = self._alarm if line.startswith(f"{INSET}!") else self._quiet
            cursor.insertText(name, said if line.startswith(INSET) else self._name)
            cursor.insertText(tab + word, self._quiet)
        self.moveCursor(QTextCursor.MoveOperation.Start)
        # A line of a fixed height has its room below its words: as much above the first one.
        root = self.document().rootFrame()
        edges, margin = root.frameFormat(), self.document().documentMargin()
        edges.setTopMargin(margin + _LEAD)
        edges.setBottomMargin(margin - _LEAD)
        root.setFrameFormat(edges)
        frame = 2 * (_PADDING + round(self.document().documentMargin()))
        widest = max(map(self.fontMetrics().horizontalAdvance, all_lines))
        bar = self.horizontalScrollBar().sizeHint().height() if widest > self._room else 0
        self.setMaximumHeight(len(all_lines) * ROW + frame + bar)
        self.setMinimumHeight(min(2, len(all_lines)) * ROW + frame)


def file_lines(shown: FactList, what: str, path: str, why: str) -> list[str]:
    """A file, what becomes of it, and below it each reason to look at it."""
    return [shown.fact(one_line(path), what), *(f"{INSET}! {each}" for each in why.split("; ") if each)]


def passed_lines(shown: FactList, passed: Passed) -> list[str]:
    """A change that was accepted quickly: where, how quickly, and why it wants a look."""
    # A fact about a file, such as its mode, is of no line.
    place = f"{one_line(passed.path)}:{passed.line}" if passed.line else one_line(passed.path)
    line = shown.fact(place, words_of_passed(passed))
    return [line, f"{INSET}! {passed.why}"] if passed.why else [line]


def words_of_nothing(plan: LandingPlan) -> str:
    """What stands where the diff would, if there is none: why, and what to do about it."""
    if plan.rows or plan.conflicts:
        return ""
    if plan.takes_none:
        return "Nothing would change: nothing is accepted yet. Esc goes back, and a accepts a change."
    if plan.destination == WORKTREE:
        return (
            "Nothing would change: the work tree holds what is accepted.\n"
            "The index, a branch or a patch file can have it, too."
        )
    if plan.destination == INDEX:
        return "Nothing would change: the index holds what is accepted."
    return "Nothing would change: the branch holds what is accepted."


def shown_diff(diff: bytes) -> str:
    """A diff as text to look at, with what hides made visible, cut where it is very long."""
    end, found = 0, 0
    while found < MOST_LINES and (at := diff.find(b"\n", end)) >= 0:
        end, found = at + 1, found + 1
    if found < MOST_LINES:
        return "\n".join(map(_shown, diff.split(b"\n")))
    texts = [_shown(line) for line in diff[: end - 1].split(b"\n")]
    left = len(diff) - end
    # Counting two million lines takes as long as several frames.
    if left > _COUNTED:
        more = f"{left / 1e6:,.0f} MB more"
    else:
        more_lines = diff.count(b"\n", end) + 1
        more = f"{more_lines:,} more lines"
    return "\n".join([*texts, f"… {more}"])


def _shown(line: bytes) -> str:
    """One line. A field of Qt's lays out all of it before it is seen, which of megabytes took seconds."""
    if len(line) <= _LONGEST:
        return visible(decode(line)).text
    end = _LONGEST
    while line[end] & 0xC0 == 0x80 and end > _LONGEST - 3:  # within a character
        end -= 1
    return f"{visible(decode(line[:end])).text} … {len(line) - end:,} more bytes"


class DiffColours(QSyntaxHighlighter):
    """What each line of a diff is: the signs in their colours, what git writes around the lines quiet."""

    def __init__(self, document: QTextDocument, theme: Theme) -> None:
        super().__init__(document)
        self._signs = {_ADDED: form_of(theme.accepted), _REMOVED: form_of(theme.rejected)}
        self._quiet, self._file, self._where = form_of(theme.faint), form_of(theme.text), form_of(theme.dim)
        self._file.setFontWeight(QFont.Weight.Bold)

    def highlightBlock(self, text: str) -> None:
        # "--- x" is a name above the first "@@" of a file, and a removed "-- x" below it.
        is_head = self.previousBlockState() in (_HEAD, _FILE)
        if text.startswith("diff --git "):
            state = _FILE
        elif text.startswith("@@"):
            state = _WHERE
        elif is_head:
            state = _HEAD
        else:
            state = {"+": _ADDED, "-": _REMOVED}.get(text[:1], _LINES)
        self.setCurrentBlockState(state)
        if state in self._signs:
            self.setFormat(0, 1, self._signs[state])
        elif state != _LINES:
            form = {_FILE: self._file, _WHERE: self._where}.get(state, self._quiet)
            self.setFormat(0, len(text), form)


class ResultDiff(QPlainTextEdit):
    """A diff on the grounds that the review has, over the whole width; or words that are none."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setAccessibleName("Diff of the result")
        self.setTabChangesFocus(True)
        self.setFont(code_font(12))
        gap = mixed(theme.panel, theme.ground, 0.6)
        self._grounds = {
            _ADDED: theme.added_row,
            _REMOVED: theme.removed_row,
            _FILE: theme.panel,
            _WHERE: gap,
        }
        self._colours = DiffColours(self.document(), theme)

    def show_diff(self, diff: bytes, nothing: str) -> None:
        """Show it; where it is empty, say so."""
        self.setFont(code_font(12) if diff else interface_font(13))
        self._colours.setDocument(self.document() if diff else None)
        self.setPlainText(shown_diff(diff) or nothing)

    def show_words(self, words: str) -> None:
        """Show what is no diff, though it may look like one."""
        self.setFont(code_font(12))
        self._colours.setDocument(None)
        self.setPlainText(visible(words).text)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self.viewport()) as painter:
            block, offset = self.firstVisibleBlock(), self.contentOffset()
            wide = self.viewport().width()
            while block.isValid():
                box = self.blockBoundingGeometry(block).translated(offset)
                if box.top() > event.rect().bottom():
                    break
                ground = self._grounds.get(block.userState())
                if ground is not None:
                    painter.fillRect(0, round(box.top()), wide, round(box.height()), ground)
                block = block.next()
        super().paintEvent(event)
