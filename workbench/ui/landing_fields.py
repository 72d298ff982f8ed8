"""The fields of the landing sheet: where to, and the commit that a branch gets. They decide nothing."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from workbench.ui.boxed_line import BoxedLine
from workbench.ui.boxed_text import BoxedText
from workbench.ui.fonts import code_font
from workbench.ui.sheet import plain
from workbench.ui.single_shot import single_shot
from workbench.workflow.landing_plan import BRANCH, INDEX, PATCH, WORKTREE, CommitPlan

TYPED = 350
"""Milliseconds after the last letter of a name until it is looked at."""

WORDS = {
    WORKTREE: "What is replaced is backed up; u puts it back.",
    INDEX: "The work tree is left as it is. u puts the index back.",
    BRANCH: "Work tree and index are left as they are. u takes the commit back.",
    PATCH: "Nothing in the repository is written. u takes the file away.",
}


HOOKS = (
    "They run as you were shown them when you trusted the repository, on the accepted files. "
    "What they call by a name in the work tree is the accepted file of that name."
)


class Destinations(QWidget):
    """Four places to land, two of them with a name."""

    chosen = Signal(object)
    """Where it is to go, as the command line says it. "" while a name is lacking."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.worktree = QRadioButton("the &work tree", self)
        self.index = QRadioButton("the &index", self)
        self.branch = QRadioButton("a &branch", self)
        self.patch = QRadioButton("a &patch file", self)
        self.name = BoxedLine(parent=self)
        self.name.setPlaceholderText("name of the branch")
        self.name.setAccessibleName("Name of the branch")
        self.file = BoxedLine("review.patch", self)
        self.file.setAccessibleName("Name of the patch file")
        self._group = QButtonGroup(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        rows = ((self.worktree, None), (self.index, None), (self.branch, self.name), (self.patch, self.file))
        for number, (button, field) in enumerate(rows):
            self._group.addButton(button, number)
            layout.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
            if field is not None:
                layout.addWidget(field)
                field.hide()
                field.textEdited.connect(self._on_typed)
                field.editingFinished.connect(self._on_finished)
        self.words = plain("", self, "faint")
        layout.addWidget(self.words)
        self._typed = single_shot(self, TYPED, self._tell)
        self._told = ""
        self._group.idToggled.connect(self._on_toggled)

    def start(self, destination: str) -> None:
        """Begin with this one, and tell it."""
        if destination.startswith(BRANCH) and destination != BRANCH:
            self.name.setText(destination[len(BRANCH) :])
        button = {INDEX: self.index, WORKTREE: self.worktree}.get(destination)
        if button is None:
            button = self.branch if destination.startswith(BRANCH) else self.patch
        button.setChecked(True)
        button.setFocus()

    def destination(self) -> str:
        """Where it is to go; "" while its name is lacking."""
        if self.branch.isChecked():
            name = self.name.text().strip()
            return BRANCH + name if name else ""
        if self.patch.isChecked():
            file = self.file.text().strip()
            return PATCH + file if file else ""
        return INDEX if self.index.isChecked() else WORKTREE

    def _on_toggled(self, number: int, checked: bool) -> None:
        if not checked:
            return
        self.name.setVisible(self.branch.isChecked())
        self.file.setVisible(self.patch.isChecked())
        kinds = (WORKTREE, INDEX, BRANCH, PATCH)
        self.words.setText(WORDS[kinds[number]])
        self._told = ""
        self._tell()

    def _on_typed(self) -> None:
        self._typed.start()

    def _on_finished(self) -> None:
        if self._typed.isActive() or self.destination() != self._told:
            self._tell()

    def _tell(self) -> None:
        self._typed.stop()
        self._told = self.destination()
        self.chosen.emit(self._told)


class _Message(BoxedText):
    """Enter is a new line; Ctrl+Enter and Escape are the sheet's."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.key() == Qt.Key.Key_Escape or (
            enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            event.ignore()
            return
        super().keyPressEvent(event)


class CommitFields(QWidget):
    """The message, who makes the commit, on what, and whether its hooks run."""

    changed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.message = _Message(self)
        self.message.setFont(code_font(12))
        self.message.setTabChangesFocus(True)
        self.message.setAccessibleName("Message of the commit")
        self.message.setFixedHeight(124)
        self.who = plain("", self, "dim")
        self.hooks = QCheckBox("", self)
        self.hooks.setChecked(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(plain("MESSAGE", self, "section"))
        layout.addWidget(self.message)
        layout.addWidget(self.who)
        layout.addWidget(self.hooks, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addSpacing(8)
        self.message.textChanged.connect(self.changed)

    @property
    def text(self) -> str:
        return self.message.toPlainText()

    def show_commit(self, commit: CommitPlan) -> None:
        """Show what the plan says. A message that was written here stays."""
        if not self.message.document().isModified():
            self.message.setPlainText(commit.message.rstrip("\n"))
        kind = "starts at" if commit.branch.tip is None else "goes on from"
        self.who.setText(f"by {commit.identity.author} · {commit.branch.name} {kind} {commit.start[:10]}")
        they = "it changes" if len(commit.hooks) == 1 else "they change"
        self.hooks.setText(
            f"Run {' and '.join(commit.hooks)} on the accepted files; what {they} is shown, not taken"
        )
        self.hooks.setToolTip(HOOKS)
        self.hooks.setVisible(bool(commit.hooks))
