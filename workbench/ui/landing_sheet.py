"""Landing: where to, which files, the diff of the result, what is left out. Writes nothing itself."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeyEvent, QSyntaxHighlighter, QTextCharFormat, QTextDocument
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from workbench.review.text import decode, visible
from workbench.ui.fonts import code_font
from workbench.ui.sheet import Sheet, buttons, plain
from workbench.ui.theme import Theme
from workbench.workflow.landing import LandingPlan

MOST_LINES = 5_000
"""Lines of the result's diff that the sheet shows; the rest is counted."""


class _Colours(QSyntaxHighlighter):
    """Added and removed lines of a diff in their colours."""

    def __init__(self, document: QTextDocument, theme: Theme) -> None:
        super().__init__(document)
        self._formats = {}
        for start, colour in (
            ("+", theme.accepted),
            ("-", theme.rejected),
            ("@", theme.accent),
            ("d", theme.text),
        ):
            form = QTextCharFormat()
            form.setForeground(colour)
            self._formats[start] = form

    def highlightBlock(self, text: str) -> None:
        form = self._formats.get(text[:1])
        if form is not None and (text[:1] != "d" or text.startswith("diff --git")):
            self.setFormat(0, len(text), form)


def shown_diff(diff: bytes) -> str:
    """A diff as text to look at, with what hides made visible, cut where it is very long."""
    lines = diff.split(b"\n")
    texts = [visible(decode(line)).text for line in lines[:MOST_LINES]]
    if len(lines) > MOST_LINES:
        texts.append(f"… {len(lines) - MOST_LINES:,} more lines")
    return "\n".join(texts)


class LandingSheet(Sheet):
    """Destinations and counts at the left, the diff at the right."""

    plan_wanted = Signal(str)
    confirmed = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent, width=1160, tall=True)
        self.plan: LandingPlan | None = None
        self.body.addWidget(plain("Land what was accepted", self.card, "title"))
        self.summary = plain("Working out what would be written…", self.card, "dim")
        self.body.addWidget(self.summary)
        self.worktree = QRadioButton("the work tree", self.card)
        self.patch = QRadioButton("a patch file", self.card)
        self.file = QLineEdit("review.patch", self.card)
        self.file.setAccessibleName("Name of the patch file")
        self.file.setEnabled(False)
        self._group = QButtonGroup(self)
        self._group.addButton(self.worktree, 0)
        self._group.addButton(self.patch, 1)
        self.worktree.setChecked(True)
        self.files = QPlainTextEdit(self.card)
        self.files.setReadOnly(True)
        self.files.setFont(code_font(12))
        self.files.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.files.setAccessibleName("Files")
        self.sure = QCheckBox("", self.card)
        self.sure.hide()
        self.unread = plain("", self.card)
        self.unread.hide()
        self.diff = QPlainTextEdit(self.card)
        self.diff.setReadOnly(True)
        self.diff.setFont(code_font(12))
        self.diff.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.diff.setAccessibleName("Diff of the result")
        self._colours = _Colours(self.diff.document(), theme)
        self.body.addLayout(self._middle(), 1)
        self.error = plain("", self.card, "error")
        self.error.hide()
        self.body.addWidget(self.error)
        row, self.main = buttons(self, "Land")
        self.main.setEnabled(False)
        self.body.addLayout(row)
        self.main.clicked.connect(self._land)
        self.sure.toggled.connect(self._on_sure)
        self._group.idToggled.connect(self._on_destination)
        self.file.editingFinished.connect(self._on_file)

    def show_plan(self, plan: LandingPlan) -> None:
        """Show what would be written."""
        self.plan = plan
        count = len(plan.rows)
        parts = ["1 file" if count == 1 else f"{count} files"]
        parts += [
            f"{number} {word}"
            for number, word in ((plan.rejected, "rejected"), (plan.asked, "asked"), (plan.unread, "unread"))
        ]
        self.summary.setText(" · ".join(parts))
        self.files.setPlainText("\n".join(f"{row.what:<8} {visible(row.path).text}" for row in plan.rows))
        self.diff.setPlainText(shown_diff(plan.diff) or "Nothing would change.")
        left = "stay as the work tree has them" if plan.destination == "worktree" else "are left out"
        number = "1 change is" if plan.unread == 1 else f"{plan.unread} changes are"
        self.unread.setText(f"{number} unread and {left}.")
        self.unread.setVisible(bool(plan.unread))
        self.sure.setText("Land all the same")
        self.sure.setVisible(bool(plan.unread))
        self.sure.setChecked(False)
        if plan.conflicts:
            said = "; ".join(visible(each).text for each in plan.conflicts[:4])
            self.show_error(f"Nothing can be written: {said}. Refresh first (R).")
        elif plan.warnings:
            self.show_error(" ".join(plan.warnings))
        else:
            self.error.hide()
        self._allow()
        (self.sure if plan.unread else self.main).setFocus()

    def show_error(self, words: str) -> None:
        """Say what is in the way, here."""
        self.error.setText(words)
        self.error.show()

    def destination(self) -> str:
        """Where it is to go, as the command line says it."""
        return "worktree" if self.worktree.isChecked() else f"patch:{self.file.text().strip()}"

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (16777220, 16777221):  # Return and Enter, with or without Ctrl
            self._land()
        super().keyPressEvent(event)

    def _middle(self) -> QHBoxLayout:
        left = QVBoxLayout()
        left.setSpacing(8)
        left.setContentsMargins(0, 0, 0, 0)
        rows: tuple[QWidget, ...] = (
            plain("TO", self.card, "section"),
            self.worktree,
            self.patch,
            self.file,
            plain("FILES", self.card, "section"),
        )
        for widget in rows:
            left.addWidget(widget)
        left.addWidget(self.files, 1)
        words = "What is replaced is backed up; u puts it back."
        left.addWidget(plain(words, self.card, "faint"))
        left.addWidget(self.unread)
        left.addWidget(self.sure)
        side = QWidget(self.card)
        side.setLayout(left)
        side.setFixedWidth(340)
        middle = QHBoxLayout()
        middle.setSpacing(20)
        middle.addWidget(side)
        middle.addWidget(self.diff, 1)
        return middle

    def _allow(self) -> None:
        plan = self.plan
        sure = plan is not None and (not plan.unread or self.sure.isChecked())
        self.main.setEnabled(bool(plan is not None and plan.rows and not plan.conflicts and sure))

    def _on_sure(self) -> None:
        self._allow()

    def _on_destination(self, number: int, checked: bool) -> None:
        if checked:
            self.file.setEnabled(number == 1)
            self.plan = None
            self._allow()
            self.plan_wanted.emit(self.destination())

    def _on_file(self) -> None:
        if self.patch.isChecked() and (self.plan is None or self.plan.destination != self.destination()):
            self.plan = None
            self._allow()
            self.plan_wanted.emit(self.destination())

    def _land(self) -> None:
        if self.main.isEnabled() and self.plan is not None:
            self.main.setEnabled(False)
            self.confirmed.emit(self.plan)
        elif self.plan is not None and self.plan.unread and not self.sure.isChecked():
            # What is missing is a confirmation: show where it is given.
            self.sure.setFocus()
