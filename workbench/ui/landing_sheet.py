"""Landing: where to, which files, the diff of the result, what is left out. Writes nothing itself."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from workbench.review.skimming import Passed
from workbench.review.text import visible
from workbench.ui.landing_fields import CommitFields, Destinations
from workbench.ui.landing_texts import FactList, ResultDiff, file_lines, passed_lines, words_of_nothing
from workbench.ui.sheet import Sheet, buttons, plain
from workbench.ui.theme import Theme
from workbench.workflow.landing_plan import WORKTREE, LandingPlan

SIDE = 340
"""Pixels of the column at the left."""

MOST_PASSED = 500
"""Accepted changes passed quickly that the sheet names; the rest is counted."""


class LandingSheet(Sheet):
    """Destinations and files at the left; at the right the message of a commit, and the diff."""

    plan_wanted = Signal(object)
    confirmed = Signal(object, bool)
    """The plan, and whether hooks are to be left out."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent, width=1160, tall=True)
        self.plan: LandingPlan | None = None
        self._done = False
        self._counts = ""
        self.title = plain("Land what was accepted", self.card, "title")
        self.body.addWidget(self.title)
        self.summary = plain("Working out what would be written…", self.card, "dim")
        self.body.addWidget(self.summary)
        self.to = Destinations(self.card)
        self.worktree, self.index, self.branch = self.to.worktree, self.to.index, self.to.branch
        self.patch, self.name, self.file = self.to.patch, self.to.name, self.to.file
        self.commit = CommitFields(self.card)
        self.commit.hide()
        self.files_title = plain("FILES", self.card, "section")
        self.files = FactList("Files", theme, self.card, SIDE)
        self.passed_title = plain("", self.card, "section")
        self.passed = FactList("Accepted changes that were passed quickly", theme, self.card, SIDE)
        self.passed_title.hide()
        self.passed.hide()
        self.sure = QCheckBox("", self.card)
        self.sure.hide()
        self.unread = plain("", self.card)
        self.unread.hide()
        self.section = plain("DIFF OF THE RESULT", self.card, "section")
        self.diff = ResultDiff(theme, self.card)
        self.body.addLayout(self._middle(), 1)
        self.error = plain("", self.card, "error")
        self.error.hide()
        self.warned = plain("", self.card, "dim")
        self.warned.hide()
        self.body.addWidget(self.warned)
        self.body.addWidget(self.error)
        row, self.main = buttons(self, "Land")
        self._leave = next(each for each in self.card.findChildren(QPushButton) if each is not self.main)
        self.main.setEnabled(False)
        self.body.addLayout(row)
        self.main.clicked.connect(self._land)
        self.sure.toggled.connect(self._on_sure)
        self.to.chosen.connect(self._on_destination)
        self.commit.changed.connect(self._allow)

    def start(self, destination: str) -> None:
        """Begin with the place that was landed in last."""
        self.to.start(destination)

    def show_plan(self, plan: LandingPlan) -> None:
        """Show what would be written. An answer to an earlier question is passed over."""
        if self._done or plan.destination != self.destination():
            return
        self.plan = plan
        count = len(plan.rows)
        parts = ["1 file" if count == 1 else f"{count:,} files"]
        parts += [
            f"{number:,} {word}"
            for number, word in ((plan.rejected, "rejected"), (plan.asked, "asked"), (plan.unread, "unread"))
        ]
        self._counts = " · ".join(parts)
        self.summary.setText(self._counts)
        self._list_files(plan)
        self.section.setText("DIFF OF THE RESULT")
        self.diff.show_diff(plan.diff, words_of_nothing(plan))
        self._ask_about_unread(plan)
        self.commit.setVisible(plan.commit is not None)
        if plan.commit is not None:
            self.commit.show_commit(plan.commit)
        self._say(plan)
        self._allow()
        if self._is_free():
            self._next(plan).setFocus()

    def _ask_about_unread(self, plan: LandingPlan) -> None:
        # Where nothing is written there is nothing to be sure of.
        asks = bool(plan.unread and (plan.rows or plan.conflicts))
        one = plan.unread == 1
        if plan.destination == WORKTREE:
            left = "stays as the work tree has it" if one else "stay as the work tree has them"
        else:
            left = "is left out" if one else "are left out"
        number = "1 change is" if one else f"{plan.unread:,} changes are"
        self.unread.setText(f"{number} unread and {left}.")
        self.unread.setVisible(asks)
        self.sure.setText("Land &all the same")
        self.sure.setVisible(asks)
        self.sure.setChecked(False)

    def _next(self, plan: LandingPlan) -> QWidget:
        """What is to be pressed next."""
        if not plan.rows or plan.conflicts:
            return self._leave
        return self.sure if plan.unread else self.main

    def show_secrets(self, plan: LandingPlan) -> None:
        """Mark what looks secret. Nothing else of the plan is another than it was."""
        if not self._done and self.plan is not None and plan.destination == self.destination():
            self._list_files(plan)

    def _list_files(self, plan: LandingPlan) -> None:
        self.files.show_lines([line for each in plan.listed() for line in file_lines(self.files, *each)])
        counts = ((len(plan.secret), "SECRET-LOOKING"), (len(plan.sensitive), "SENSITIVE"))
        words = [f"{many:,} {word}" for many, word in counts if many]
        self.files_title.setText(f"FILES · {', '.join(words)}, FIRST" if words else "FILES")
        for widget in (self.files_title, self.files):
            widget.setVisible(bool(plan.listed()))

    def show_passed(self, passed: Sequence[Passed]) -> None:
        """The accepted changes that were passed quickly, sensitive ones first."""
        count = "1 CHANGE WAS" if len(passed) == 1 else f"{len(passed):,} CHANGES WERE"
        self.passed_title.setText(f"{count} ACCEPTED QUICKLY")
        lines = [line for each in passed[:MOST_PASSED] for line in passed_lines(self.passed, each)]
        more = [f"… {len(passed) - MOST_PASSED:,} more"] if len(passed) > MOST_PASSED else []
        self.passed.show_lines(lines + more)
        self.passed_title.setVisible(bool(passed))
        self.passed.setVisible(bool(passed))

    def show_error(self, words: str) -> None:
        """Say what is in the way, here. Nothing is under way any more."""
        if self.plan is not None:
            self.summary.setText(self._counts)
        self.error.setText(words)
        self.error.show()
        self._allow()

    def show_failed_plan(self, words: str) -> None:
        """There is no plan for this destination, and why."""
        self.plan = None
        self.summary.setText("Nothing can be landed there.")
        self.files_title.hide()
        self.files.hide()
        self.diff.clear()
        self.commit.hide()
        for widget in (self.unread, self.sure, self.warned):
            widget.hide()
        self.show_error(words)

    def show_hooks(self, said: str) -> None:
        """Show what the hooks of a landing that was refused said."""
        self.section.setText("WHAT THE HOOKS SAY")
        self.diff.show_words(said)
        self.commit.hooks.setFocus()

    def show_landed(self, words: str, said: str) -> None:
        """It is done, and the hooks had something to say: that is left to be read."""
        self._done = True
        self.title.setText(words)
        self.summary.setText("The review is closed. What hooks changed was not taken.")
        self._leave.hide()
        self.error.hide()
        self.show_hooks(said)
        self.to.setEnabled(False)
        self.commit.setEnabled(False)
        for widget in (self.unread, self.sure, self.warned):
            widget.hide()
        self.main.setText("Close  ↵")
        self.main.setEnabled(True)
        self.main.setFocus()

    def destination(self) -> str:
        """Where it is to go, as the command line says it."""
        return self.to.destination()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (16777220, 16777221):  # Return and Enter, with or without Ctrl
            self._land()
        super().keyPressEvent(event)

    def _middle(self) -> QHBoxLayout:
        left, right = QVBoxLayout(), QVBoxLayout()
        left.addWidget(plain("TO", self.card, "section"))
        left.addWidget(self.to)
        left.addSpacing(8)
        left.addWidget(self.files_title)
        left.addWidget(self.files, 3)
        left.addWidget(self.passed_title)
        left.addWidget(self.passed, 2)
        left.addWidget(self.unread)
        left.addWidget(self.sure, 0, Qt.AlignmentFlag.AlignLeft)
        left.addStretch(0)
        right.addWidget(self.commit)
        right.addWidget(self.section)
        right.addWidget(self.diff, 1)
        for column in (left, right):
            column.setSpacing(8)
            column.setContentsMargins(0, 0, 0, 0)
        side = QWidget(self.card)
        side.setLayout(left)
        side.setFixedWidth(SIDE)
        middle = QHBoxLayout()
        middle.setSpacing(20)
        middle.addWidget(side)
        middle.addLayout(right, 1)
        return middle

    def _say(self, plan: LandingPlan) -> None:
        if plan.conflicts:
            said = "; ".join(visible(each).text for each in plan.conflicts[:4])
            more = f"; and {len(plan.conflicts) - 4:,} more" if len(plan.conflicts) > 4 else ""
            first = " Refresh first (R)." if plan.destination == WORKTREE else ""
            self.error.setText(f"Nothing can be written: {said}{more}.{first}")
        self.error.setVisible(bool(plan.conflicts))
        self.warned.setText(" ".join(plan.warnings))
        self.warned.setVisible(bool(plan.warnings))

    def _is_free(self) -> bool:
        """Whether nobody chooses or writes: a plan that comes in must not take the keys away."""
        now = self.window().focusWidget()
        return now is None or not (self.to.isAncestorOf(now) or self.commit.isAncestorOf(now))

    def _allow(self) -> None:
        if self._done:
            return
        plan = self.plan
        sure = plan is not None and (not plan.unread or self.sure.isChecked())
        if plan is not None and plan.commit is not None:
            sure = sure and bool(self.commit.text.strip())
        self.main.setEnabled(bool(plan is not None and plan.rows and not plan.conflicts and sure))

    def _on_sure(self) -> None:
        self._allow()

    def _on_destination(self, destination: str) -> None:
        self.plan = None
        self._allow()
        self.commit.setVisible(self.commit.isVisible() and self.branch.isChecked())
        if destination:
            self.plan_wanted.emit(destination)
        else:
            self.show_failed_plan("Name the branch." if self.branch.isChecked() else "Name the file.")
            (self.name if self.branch.isChecked() else self.file).setFocus()

    def _land(self) -> None:
        plan = self.plan
        if self._done:
            self.close_sheet()
        elif self.main.isEnabled() and plan is not None:
            self.main.setEnabled(False)
            skip = False
            if plan.commit is not None:
                skip = not self.commit.hooks.isChecked()
                plan = replace(plan, commit=replace(plan.commit, message=self.commit.text))
                if plan.commit is not None and plan.commit.hooks and not skip:
                    self.summary.setText(f"Running {' and '.join(plan.commit.hooks)}… Esc stops it.")
            self.confirmed.emit(plan, skip)
        elif plan is not None and self.sure.isVisible() and not self.sure.isChecked():
            # What is missing is a confirmation: show where it is given.
            self.sure.setFocus()
