"""Two rounds side by side, read-only: what one has that the other has not, whichever two they are.

A view of its own over the review: nothing that is shown here is a change of the round that is judged, so
there is nothing here that could be judged by mistake.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from workbench.errors import UserError
from workbench.review.changes import FileChange
from workbench.ui.diff.document import Document
from workbench.ui.diff.view import DiffView
from workbench.ui.key_line import Hint, KeyLine
from workbench.ui.keymap import Keymap, chord
from workbench.ui.search_line import SearchLine
from workbench.ui.sheet import Sheet, plain
from workbench.ui.theme import Theme
from workbench.ui.view_commands import moving
from workbench.workflow.comparing import Comparison, round_name

READ_ONLY = "Read-only: these are not the changes of a round, so nothing is judged here."
NOT_HERE = "Nothing is judged while two rounds are compared. Esc goes back to the review."
_KEYS: tuple[Hint, ...] = (
    (("←", "→"), "newer round"),
    (("⇧ ←", "⇧ →"), "older round"),
    (("]", "["), "changes"),
    (("}", "{"), "files"),
    (("j", "k"), "lines"),
    (("t",), "split"),
    (("/",), "search"),
)
_REFUSED = (
    *(
        "accept",
        "reject",
        "reject_reason",
        "reopen",
        "accept_file",
        "reject_file",
        "select",
        "edit",
        "repeat",
    ),
    *("note", "note_file", "undo", "redo", "viewed", "shape", "withdraw", "pin", "pin_file", "make_rule"),
)
_WIDEST = 4000


class CompareSheet(Sheet):
    """Asks for the comparison of two rounds and shows it."""

    wanted = Signal(int, int)
    lines_wanted = Signal(object)

    def __init__(self, theme: Theme, keymap: Keymap, numbers: Sequence[int], parent: QWidget) -> None:
        super().__init__(parent, width=_WIDEST, tall=True)
        self._keymap = keymap
        self.numbers = tuple(numbers)
        self.old, self.new = (len(self.numbers) - 2, len(self.numbers) - 1)
        self.comparison: Comparison | None = None
        self.title = plain("", self.card, "title", wrapped=False)
        self.count = plain("", self.card, "dim", wrapped=False)
        self.says: QLabel = plain(READ_ONLY, self.card, "dim", wrapped=False)
        self.view = DiffView(self.card, theme)
        self.view.contents_wanted.connect(self._on_contents_wanted)
        self.view.installEventFilter(self)
        self.search = SearchLine(self.card)
        self.search.line.setPlaceholderText("Search in what differs")
        self.search.wanted.connect(self._find)
        self.search.stepped.connect(self.view.next_hit)
        self.search.taken.connect(self.setFocus)
        self.search.left.connect(self._leave_search)
        self.view.hits_counted.connect(self.search.show_count)
        top = QHBoxLayout()
        top.setSpacing(16)
        top.addWidget(self.title)
        top.addWidget(self.count)
        top.addStretch(1)
        top.addWidget(self.says)
        foot = QHBoxLayout()
        foot.addWidget(KeyLine(self.card, *_KEYS), 1)
        leave = QPushButton("Close  Esc", self.card)
        leave.setProperty("kind", "quiet")
        leave.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        leave.clicked.connect(self.close_sheet)
        foot.addWidget(leave)
        self.body.addLayout(top)
        self.body.addWidget(self.view, 1)
        self.body.addWidget(self.search)
        self.body.addLayout(foot)

    # -- what is shown ------------------------------------------------------------------------

    def ask(self) -> None:
        """Ask for the two rounds that are chosen."""
        old, new = self.numbers[self.old], self.numbers[self.new]
        self.title.setText(f"{round_name(old)} → {round_name(new)}".capitalize())
        self.count.setText("Comparing…")
        self.wanted.emit(old, new)

    def show_comparison(self, found: Comparison) -> None:
        """Show what differs, unless other rounds are chosen by now."""
        if (found.old, found.new) != (self.numbers[self.old], self.numbers[self.new]):
            return
        self.comparison = found
        count = len(found.files)
        changes = sum(len(file.changes) for file in found.files)
        files = "1 file" if count == 1 else f"{count:,} files"
        words = f"{changes:,} {'change' if changes == 1 else 'changes'} in {files}"
        self.count.setText(words if count else "Nothing differs between them.")
        self.view.show_document(Document(files=found.files, read_only=True))

    def show_lines(self, file: FileChange, lines: tuple[bytes, ...]) -> None:
        """The lines of a file in the older round, as asked for."""
        if self.comparison is not None and any(each is file for each in self.comparison.files):
            self.view.set_contents({file.path: lines})

    def _on_contents_wanted(self, path: str) -> None:
        files = self.comparison.files if self.comparison is not None else ()
        file = next((each for each in files if each.path == path), None)
        if file is not None:
            self.lines_wanted.emit(file)

    # -- keys ---------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.view and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if chord(event) == "Ctrl+C":
                return False
            self.keyPressEvent(event)
            return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = chord(event)
        if keys == "Escape":
            self._leave()
        elif keys in ("Left", "Right"):
            self._choose(new=1 if keys == "Right" else -1)
        elif keys in ("Shift+Left", "Shift+Right"):
            self._choose(old=1 if keys == "Shift+Right" else -1)
        else:
            self.do(self._keymap.command(keys) or "")
        event.accept()

    def do(self, command: str) -> None:
        """What a key of the review means here: the same, where it moves or shows; else why it is not done."""
        view = self.view
        steps = {
            **moving(view),
            "split": lambda: view.set_split(not view.is_split),
            "fold": self._fold,
            "search": self._open_search,
        }
        if command in steps:
            steps[command]()
        elif command in _REFUSED:
            self.says.setText(NOT_HERE)

    def _choose(self, *, old: int = 0, new: int = 0) -> None:
        """Another of the two rounds; they are never the same one."""
        count = len(self.numbers)
        if count < 3:
            self.says.setText("There are no other rounds to compare.")
            return
        if old:
            self.old = (self.old + old) % count
            self.old = (self.old + old) % count if self.old == self.new else self.old
        else:
            self.new = (self.new + new) % count
            self.new = (self.new + new) % count if self.new == self.old else self.new
        self.says.setText(READ_ONLY)
        self.ask()

    def _fold(self) -> None:
        path = self.view.current_file()
        if path is not None:
            self.view.toggle_fold(path)

    def _leave(self) -> None:
        if self.search.isVisibleTo(self.card):
            self._leave_search()
        else:
            self.close_sheet()

    def hideEvent(self, event: QHideEvent) -> None:
        # Also when the window closes under it: the process that finds the colours ends with the sheet.
        if not event.spontaneous():
            self.view.stop_helpers()
        super().hideEvent(event)

    # -- searching ----------------------------------------------------------------------------

    def _open_search(self) -> None:
        self.search.show()
        self.search.setFocus()
        self.search.line.selectAll()

    def _find(self, text: str, regex: bool, case: bool) -> None:
        try:
            self.search.show_count(self.view.find(text, regex, case))
        except UserError as error:
            self.search.show_words(error.message)

    def _leave_search(self) -> None:
        self.search.hide()
        self.view.find("")
        self.setFocus()
