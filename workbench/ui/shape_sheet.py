"""All changes of the shape under the cursor, to be judged or noted with one key and taken back with one.

Shows and asks: what is wanted goes out as a signal with the changes that are not taken out. How many of
them were looked at stays in sight; a change counts when all of it was on the screen, or it was gone to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct, field
from PySide6.QtCore import Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from workbench.review.changes import Change
from workbench.review.sensitive import left_out
from workbench.review.shape_groups import ShapeGroup, edit_of
from workbench.review.verdicts import Verdict
from workbench.ui.keycaps import KeyHints
from workbench.ui.keymap import Keymap, chord, shown
from workbench.ui.note_editor import Editor, NoteEditor, ReasonLine
from workbench.ui.shape_detail import ShapeDetail, ShapeHeading
from workbench.ui.shape_list import ROW, ShapeList, ShapeRow
from workbench.ui.sheet import Sheet, plain
from workbench.ui.theme import Theme
from workbench.ui.written import Written, from_draft, intent_of

FEW = 14
"""Rows up to which the sheet is as high as they are."""

TAKE_OUT = "Space"
NOTHING_LEFT = "Nothing is left to judge at once: Space takes a change in again, Enter goes to one."
ALL_APART = "Sensitive files are never judged at once. Enter goes to the change; a and x judge it there."
_VERDICTS = {"accept": Verdict.ACCEPTED, "reject": Verdict.REJECTED, "reopen": Verdict.OPEN}
_HINTS = (
    ("accept", "accept all"),
    ("reject", "reject all"),
    ("reject_reason", "with reason"),
    ("reopen", "back to open"),
    ("note", "one note on all"),
    (TAKE_OUT, "take out"),
    ("edit", "go there"),
    ("escape", "leave"),
)


class Looking(Struct):
    """What is known of a shape in this window: what was looked at, what is taken out, where the cursor is."""

    looked: set[str] = field(default_factory=set)
    shown: set[str] = field(default_factory=set)
    """What was on the screen whole, in the list or below it; what was only gone to is not among it."""
    out: set[str] = field(default_factory=set)
    current: str = ""


class ShapeSheet(Sheet):
    """The sheet. `verdicts` and `tiers` are asked for each change by id and by path."""

    judged = Signal(object, object)
    reasoned = Signal(object, object)
    noted = Signal(object, object, object)
    entered = Signal(str)
    drafted = Signal(object, object)
    undo_wanted = Signal(str)
    opened_editor = Signal()

    def __init__(
        self, theme: Theme, keymap: Keymap, group: ShapeGroup, looking: Looking, parent: QWidget
    ) -> None:
        super().__init__(parent, width=1240, tall=group.count > FEW)
        self.group, self.looking = group, looking
        self._keymap = keymap
        self.body.setSpacing(8)
        top = QHBoxLayout()
        self.title = plain("", self.card, "title", wrapped=False)
        self.looked = plain("", self.card, "dim", wrapped=False)
        top.addWidget(self.title)
        top.addStretch(1)
        top.addWidget(self.looked)
        self.edit = ShapeHeading(theme, *edit_of(group.first), self.card)
        self.says = plain("", self.card, "dim")
        self.list = ShapeList(theme, self.card)
        self.detail = ShapeDetail(theme, self.card)
        self.foot = QHBoxLayout()
        self.hints = KeyHints(theme, self.card)
        self.hints.set_hints([(each, self._shown(each), word) for each, word in _HINTS])
        self.hints.clicked.connect(self.do)
        self.foot.addWidget(self.hints)
        self.body.addLayout(top)
        for widget in (self.edit, self.says, self.list):
            self.body.addWidget(widget)
        if group.count <= FEW:
            self.list.setFixedHeight(group.count * ROW + 2)
        self.body.setStretchFactor(self.list, 1)
        for line in (self.detail, _line(self.card)):
            self.body.addWidget(line)
        self.body.addLayout(self.foot)
        self.editor: Editor | None = None
        self._asked: tuple[Change, ...] = ()
        self.list.moved.connect(self._on_moved)
        self.list.looked_at.connect(self._on_looked)
        self.list.doubleClicked.connect(self._enter)

    # -- what is shown ------------------------------------------------------------------------

    def show_changes(
        self, verdict: Callable[[Change], Verdict], tiers: Mapping[str, str], current: str
    ) -> None:
        """Fill the list, those in sensitive files last; the cursor on one of them."""
        looking = self.looking
        rows = [
            ShapeRow(change, None, change.id in looking.out, looked=change.id in looking.looked)
            for change in self.group.changes
        ]
        rows += [
            ShapeRow(
                change,
                apart=tiers.get(change.path, "sensitive"),
                looked=change.id in looking.looked,
            )
            for change in self.group.apart
        ]
        longest = max(len(row.change.removed) + len(row.change.added) for row in rows)
        self.detail.make_room(longest)
        self.list.rows.verdict_now = verdict
        self.list.rows.set_rows(rows)
        at = next((number for number, row in enumerate(rows) if row.change.id == current), 0)
        self.list.go_to(at)
        self._show_counts()

    def refresh(self) -> None:
        """Verdicts may be others now."""
        for row in self.list.rows.rows:
            row.verdict = None
        self.list.viewport().update()

    def wanted(self) -> tuple[Change, ...]:
        """The changes that an act is about: all but those taken out and those left out."""
        return tuple(row.change for row in self.list.rows.rows if row.counts)

    def _show_counts(self) -> None:
        rows = self.list.rows.rows
        counting = [row for row in rows if row.counts]
        seen = sum(row.looked for row in counting)
        self.looked.setText(f"looked at {seen:,} of {len(counting):,}" if counting else "")
        count = len(rows)
        self.title.setText("1 change of this shape" if count == 1 else f"{count:,} changes of one shape")
        paths = len({row.change.path for row in rows})
        parts = ["in 1 file" if paths == 1 else f"in {paths:,} files"]
        out = sum(row.out for row in rows)
        if out:
            parts.append(f"{out:,} taken out")
        if self.group.apart:
            apart = tuple(dict.fromkeys(change.path for change in self.group.apart))
            parts.append(left_out(apart).rstrip("."))
        self.says.setText(" · ".join(parts))

    # -- keys ---------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = chord(event)
        if keys == "Escape":
            self.close_sheet()
        elif keys in (TAKE_OUT, "Home", "End", "PageDown", "PageUp"):
            self.do(keys)
        else:
            self.do(self._keymap.command(keys) or "")
        event.accept()

    def do(self, command: str) -> None:
        """What a key means here: the same letters as in the review, for all at once."""
        if command != "accept":
            self._asked = ()
        listed, page = self.list, self.list.page
        steps = {"line_down": 1, "line_up": -1, "next_change": 1, "previous_change": -1}
        steps |= {"PageDown": page, "PageUp": -page, "Home": -listed.current}
        steps |= {"End": listed.rows.rowCount(), "first": -listed.current, "page_back": -page}
        if command in steps:
            listed.go_to(listed.current + steps[command])
        elif command == TAKE_OUT:
            self._take_out()
        elif command in _VERDICTS:
            if self._is_any_wanted():
                self.judged.emit(_VERDICTS[command], self.wanted())
        elif command == "reject_reason":
            self._open(ReasonLine(f"shape-reason {self.group.shape}"))
        elif command == "note":
            count = len(self.wanted())
            words = "on 1 change" if count == 1 else f"on {count:,} changes: one note, sent once"
            self._open(NoteEditor(f"shape-note {self.group.shape}", words, None))
        elif command == "edit":
            self._enter()
        elif command in ("undo", "redo"):
            self.undo_wanted.emit(command)
        elif command in ("shape", "escape"):
            self.close_sheet()

    def is_sure(self, changes: tuple[Change, ...], unseen: str) -> bool:
        """Whether these are accepted with this press: nothing is `unseen` of them, or it was asked."""
        if not unseen or self._asked == changes:
            self._asked = ()
            return True
        self._asked = changes
        self.says.setText(f"{unseen} {self._keymap.shown('accept')} again accepts all the same.")
        return False

    def _is_any_wanted(self) -> bool:
        found = bool(self.wanted())
        if not found:
            apart = all(row.apart for row in self.list.rows.rows)
            self.says.setText(ALL_APART if apart else NOTHING_LEFT)
        return found

    def _shown(self, command: str) -> str:
        return shown(TAKE_OUT) if command == TAKE_OUT else self._keymap.shown(command)

    def _take_out(self) -> None:
        row = self._row()
        if row is None or row.apart:
            return
        row.out = not row.out
        (self.looking.out.add if row.out else self.looking.out.discard)(row.change.id)
        self._show_counts()
        self.list.go_to(self.list.current + 1)

    def _enter(self) -> None:
        row = self._row()
        if row is not None:
            self.looking.looked.add(row.change.id)
            self.close_sheet()
            self.entered.emit(row.change.id)

    def _row(self) -> ShapeRow | None:
        rows = self.list.rows.rows
        return rows[self.list.current] if rows else None

    def _on_moved(self, number: int) -> None:
        row = self.list.rows.rows[number]
        self.looking.current = row.change.id
        self.detail.show_change(row.change)
        if self.isVisible() and self.detail.shows_all:
            self._on_looked([number])

    def _on_looked(self, numbers: list[int]) -> None:
        rows = self.list.rows.rows
        for row in (rows[number] for number in numbers if number < len(rows)):
            row.looked = True
            self.looking.looked.add(row.change.id)
            self.looking.shown.add(row.change.id)
        self._show_counts()
        self.list.viewport().update()

    # -- a reason or a note ---------------------------------------------------------------------

    def show_draft(self, drafts: Mapping[str, str]) -> None:
        """Start the open editor from what was kept of it."""
        if self.editor is not None and self.editor.key in drafts:
            self.editor.set_written(from_draft(drafts[self.editor.key]))

    def _open(self, editor: Editor) -> None:
        if self.editor is not None or not self._is_any_wanted():
            editor.deleteLater()
            return
        editor.setParent(self.card)
        self.editor = editor
        editor.saved.connect(self._on_saved)
        editor.left.connect(self._on_left)
        editor.draft_changed.connect(self.drafted)
        self.body.insertWidget(self.body.count() - 1, editor)
        self.hints.hide()
        editor.height_changed.connect(self.fit)
        editor.show()
        self.fit()
        editor.setFocus()
        self.opened_editor.emit()

    def close_editor(self) -> None:
        """Take the editor away; the keys are the list's again."""
        editor, self.editor = self.editor, None
        if editor is not None:
            editor.hide()
            editor.deleteLater()
            self.hints.show()
            self.setFocus()
            self.fit()

    def close_sheet(self) -> None:
        if self.editor is not None:
            self.editor.keep_draft()
        super().close_sheet()

    def _on_left(self, _: str) -> None:
        self.close_editor()

    def _on_saved(self, key: str, written: Written) -> None:
        if key.startswith("shape-reason "):
            self.reasoned.emit(written.text.strip(), self.wanted())
        else:
            intent, text = intent_of(written.text)
            self.noted.emit(intent, text, self.wanted())


def _line(parent: QWidget) -> QFrame:
    line = QFrame(parent)
    line.setProperty("kind", "line")
    line.setFixedHeight(1)
    return line
