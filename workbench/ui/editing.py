"""Editors in the flow of the diff: which one opens where, and what becomes of what was written."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from workbench.errors import UserError
from workbench.review.changes import Change, Side
from workbench.review.notes import Intent, Place
from workbench.review.places import place_lines
from workbench.ui.arriving import Arriving, Edit, lines_changed
from workbench.ui.controller import Controller
from workbench.ui.diff.document import Stop
from workbench.ui.diff.view import DiffView
from workbench.ui.editor_places import (
    code_text,
    draft_on,
    fit_for_editing,
    key_of,
    lines_place,
    note_place,
    place_of_key,
    place_words,
)
from workbench.ui.editors import Editors
from workbench.ui.findings_desk import Findings
from workbench.ui.note_editor import LinesEditor, NoteEditor, ReasonLine
from workbench.ui.preferences import Preferences
from workbench.ui.written import Written, as_draft, intent_of, marked
from workbench.workflow.draft_lines import DraftLines, named_lines, start_now, tree_now
from workbench.workflow.session import Session

UNEDITABLE = "\r\u2028\u2029\ufdd0\ufdd1\x00"
"""A text field turns these into others, so lines with them are not edited here: no byte changes unseen."""


class Editing(Editors):
    """Opens and saves editors."""

    question_asked = Signal(str)

    def __init__(
        self,
        controller: Controller,
        arriving: Arriving,
        findings: Findings,
        preferences: Preferences,
        view: DiffView,
        parent: QObject,
    ) -> None:
        super().__init__(controller, preferences, view, parent)
        self._arriving, self._findings = arriving, findings
        self._places: dict[str, Place] = {}
        self._saving: dict[str, Written] = {}
        """What was given to be put in place of lines, until it is."""
        arriving.edit_done.connect(self._on_edit_done)

    # -- opening ------------------------------------------------------------------------------

    def write_note(self) -> None:
        """A note on what is selected, else on the change, the note, the line or the file under the cursor."""
        stop = self._view.stop()
        if stop.note is not None and self._findings.is_finding(stop.note):
            self.adopt(stop.note)
            return
        if stop.note is not None:
            self.reply(stop.note)
            return
        session = self._controller.open_session()
        try:
            place = self._place(session, stop)
        except UserError as error:
            self._controller.fail(error)
            return
        if place is None or place.is_review:
            self.note_review()
        elif place.count or place.change:
            self._open_note(
                key_of(session, place, (*self._open, *session.drafts())), place, place_words(place)
            )
        else:
            self.note_file()

    def note_file(self) -> None:
        """A note on the file under the cursor."""
        path = self._view.current_file()
        if path is None:
            self.note_review()
            return
        self._open_note(f"note file {path}", Place(path=path), f"on the file {path}")

    def note_review(self) -> None:
        """A note on the whole review."""
        self._open_note("note review", Place(), "on the review")

    def reply(self, note_id: str, *, focus: bool = True) -> None:
        """An answer in a note's thread."""
        session = self._controller.open_session()
        if note_id not in session.review.notes:
            return
        key = f"reply {note_id}"
        note = session.review.notes[note_id]
        where = note_place(session, note)
        default = Intent.QUESTION if note.intent is Intent.QUESTION else Intent.SHOULD
        editor = NoteEditor(key, f"reply to {note_id}", None, self._snippets(), default)
        # An answer has no intent of its own; in a question's thread it can be asked.
        editor.chip.setText(default.value)
        editor.chip.setVisible(default is Intent.QUESTION)
        editor.text.setPlaceholderText("Answer in the thread")
        self._show(key, editor, where, focus=focus)

    def edit_note(self, note_id: str) -> None:
        """Other words for a note."""
        session = self._controller.open_session()
        note = session.review.notes[note_id]
        try:
            fit_for_editing(f"{note.text}\n{note.suggestion or ''}", f"{note_id} is")
        except UserError as error:
            self._controller.fail(error)
            return
        key = f"edit {note_id}"
        lines = code_text(note.place.quote) if note.place.quote else None
        editor = NoteEditor(key, f"edit {note_id}", lines, self._snippets())
        editor.set_written(Written(marked(note.intent, note.text), note.suggestion))
        self._show(key, editor, note_place(session, note))

    def give_reason(self) -> None:
        """Reject the change under the cursor, or dismiss the draft, with a line that says why."""
        stop = self._view.stop()
        if stop.note is not None and self._findings.is_finding(stop.note):
            self._dismiss(stop.note)
            return
        if stop.change is None:
            self._controller.said.emit(
                "There is no change under the cursor.", "] goes to the next one.", False
            )
            return
        key = f"reason {stop.change}"
        self._show(key, ReasonLine(key), stop.change)

    def edit_lines(self) -> None:
        """Edit the new side of the change under the cursor, or the note under it."""
        stop = self._view.stop()
        if stop.note is not None and self._findings.is_finding(stop.note):
            self.adopt(stop.note)
            return
        if stop.note is not None:
            self.edit_note(stop.note)
            return
        session = self._controller.open_session()
        change = session.changes_by_id.get(stop.change or "")
        try:
            if change is not None:
                self._edit_change(change)
            elif stop.path is not None and stop.line is not None and stop.side is Side.NEW:
                lines = session.new_lines(stop.path)
                self._edit_range(stop.path, stop.line, lines[stop.line - 1 : stop.line], None)
            else:
                raise UserError(
                    "There are no lines to edit under the cursor.", hint="] goes to the next change."
                )
        except UserError as error:
            self._controller.fail(error)

    def adopt(self, name: str, *, focus: bool = True) -> None:
        """Make a note of a draft in the expert's own words."""
        finding, place = self._findings.place(name)
        where = place or finding.place
        lines = code_text(where.quote) if place is not None and where.side is Side.NEW else None
        editor = NoteEditor(f"adopt {name}", f"adopt {name} as a note", lines, self._snippets())
        editor.set_written(Written(marked(finding.intent, finding.text)))
        self._show(editor.key, editor, place or where.path, focus=focus)

    def _dismiss(self, name: str) -> None:
        finding, place = self._findings.place(name)
        asks = "Why is it none? It is kept here, and sent to nobody."
        editor = ReasonLine(f"dismiss {name}", "dismiss", asks)
        self._show(editor.key, editor, place or finding.place.path)

    def _edit_change(self, change: Change) -> None:
        if not change.is_text:
            raise UserError(
                "Only lines of text can be edited in place.", hint="Accept or reject this change instead."
            )
        self._edit_range(change.path, change.new_start, change.added, change.id)

    def _edit_range(self, path: str, start: int, lines: tuple[bytes, ...], change: str | None) -> None:
        data = b"".join(lines)
        fit_for_editing(data.decode("utf-8", "replace"), "These lines are")
        try:
            text = data.decode("utf-8").replace("\r\n", "\n")
        except UnicodeDecodeError:
            text = UNEDITABLE
        if any(each in text for each in UNEDITABLE):
            raise UserError(
                "These lines hold characters that a text field would change unseen.",
                hint="Edit the file in your editor, then R reads it again.",
            )

        session = self._controller.open_session()
        about = DraftLines(tree_now(session), Side.NEW, start, len(lines), path)
        key = draft_on(session, "lines", about, (*self._open, *session.drafts())) or f"lines {about.name}"
        editor = LinesEditor(key, f"edit {path}:{start}", text.removesuffix("\n"))
        where = change or place_lines(path, Side.NEW, session.new_lines(path), start, 1)
        self._show(key, editor, where)

    def _open_note(self, key: str, place: Place, words: str, *, focus: bool = True) -> None:
        lines = code_text(place.quote) if place.quote and place.side is Side.NEW else None
        self._places[key] = place
        where = place if place.count else (place.change or place.path)
        self._show(key, NoteEditor(key, words, lines, self._snippets()), where, focus=focus)

    # -- drafts -------------------------------------------------------------------------------

    def forget(self) -> None:
        """Another review is shown: its editors are not those."""
        super().forget()
        self._places.clear()
        self._saving.clear()

    def reopen_drafts(self) -> None:
        """Show again what was being written when the program ended."""
        session = self._controller.open_session()
        for key in session.drafts():
            kind, _, rest = key.partition(" ")
            if key in self._open:
                continue
            if kind == "note":
                self._open_note_again(session, key, focus=False)
            elif kind == "reply" and rest in session.review.notes:
                self.reply(rest, focus=False)
            elif kind == "adopt" and self._findings.is_finding(rest):
                self.adopt(rest, focus=False)

    def open_draft(self, key: str) -> None:
        """Go to the editor of a draft, which is opened again where it was left with Escape."""
        if key not in self._open:
            try:
                self._open_again(key)
            except UserError as error:
                self._controller.fail(error)
                return
        if key in self._open:
            self._view.show_editor(key)
            self._open[key].setFocus()
        else:
            words = "What the draft was about is not in this round."
            self._controller.said.emit(words, "The draft is kept.", False)

    def _open_again(self, key: str) -> None:
        session = self._controller.open_session()
        kind, _, rest = key.partition(" ")
        if kind == "note":
            self._open_note_again(session, key)
        elif kind == "reply":
            self.reply(rest)
        elif kind == "edit" and rest in session.review.notes:
            self.edit_note(rest)
        elif kind in ("adopt", "dismiss") and self._findings.is_finding(rest):
            self.adopt(rest) if kind == "adopt" else self._dismiss(rest)
        elif kind == "reason" and rest in session.changes_by_id:
            self._show(key, ReasonLine(key), rest)
        elif kind == "lines":
            self._open_lines(session, key, rest)

    def _open_note_again(self, session: Session, key: str, *, focus: bool = True) -> None:
        """A kept note, at its lines wherever they are; where they are gone, on its file, and it says so."""
        _, kind, about = (*key.split(" ", 2), "")[:3]
        lines = named_lines(about) if kind == "at" else None
        if lines is None:
            place = place_of_key(session, kind, about)
            if place is not None:
                self._open_note(key, place, place_words(place), focus=focus)
            return
        now = start_now(session, lines)
        try:
            shown = lines_place(session, lines, now) if now else Place(path=lines.path)
        except UserError:
            shown = Place()  # the file is gone: the draft is shown at the top
        words = place_words(shown) if now and shown.count else f"on the file {lines.path}: the lines are gone"
        self._open_note(key, shown, words, focus=focus)

    def _open_lines(self, session: Session, key: str, about: str) -> None:
        """The lines that were being edited, wherever they are now. Where they are gone, the text can be
        copied, and cannot be saved.
        """
        lines = named_lines(about)
        if lines is None:
            return
        now = start_now(session, lines)
        file = session.by_path.get(lines.path)
        if now is None or file is None:
            editor = LinesEditor(key, f"edit {lines.path}: the lines are gone, copy what you need", "")
            self._show(key, editor, lines.path)
            return
        found = session.new_lines(lines.path)[now - 1 : now - 1 + lines.count] if lines.count else ()
        at = next(
            (
                change.id
                for change in file.changes
                if change.is_text and (change.new_start, len(change.added)) == (now, lines.count)
            ),
            None,
        )
        self._edit_range(lines.path, now, found, at)

    # -- saving -------------------------------------------------------------------------------

    def _on_asked(self, key: str, written: Written) -> None:
        """Save a question, or more of one, and send it at once."""
        kind, _, rest = key.partition(" ")
        self._on_saved(key, written)
        if key not in self._open:
            session = self._controller.open_session()
            self.question_asked.emit(f"N{session.review.last_note}" if kind == "note" else rest)

    def _on_saved(self, key: str, written: Written) -> None:
        kind, _, rest = key.partition(" ")
        editor = self._open.get(key)
        if kind == "lines":
            if editor is not None:
                self._save_lines(key, rest, written)
            return
        done = False
        if kind == "note":
            intent, text = intent_of(written.text)
            done = self._controller.write_note(self._place_now(key), intent, text, written.suggestion)
        elif kind == "edit":
            intent, text = intent_of(written.text)
            done = self._controller.edit_note(rest, intent, text, written.suggestion)
        elif kind == "reply":
            done = self._controller.reply(rest, written.text.strip())
        elif kind == "reason":
            done = self._controller.reject_with_reason(rest, written.text)
        elif kind == "adopt":
            done = self._findings.adopt(rest, *intent_of(written.text), written.suggestion)
        elif kind == "dismiss":
            done = self._findings.dismiss(rest, written.text)
        if done:
            self.close(key)
        elif written.text.strip() or written.suggestion:
            self._on_draft(key, as_draft(written))  # not saved, and Escape would take away what is not kept

    def _save_lines(self, key: str, rest: str, written: Written) -> None:
        """The text with the line ends that the lines had."""
        self._on_draft(key, as_draft(written))  # it is not saved yet, and Escape takes the editor away
        session = self._controller.open_session()
        about = named_lines(rest)
        now = start_now(session, about) if about is not None else None
        if about is None or now is None:
            self._controller.fail(lines_changed())
            return
        start, count, path = now, about.count, about.path
        lines = session.new_lines(path)
        replaced = lines[start - 1 : start - 1 + count] if count else lines[:1]
        end = b"\r\n" if replaced and all(line.endswith(b"\r\n") for line in replaced) else b"\n"
        text = written.text.encode("utf-8").replace(b"\n", end)
        if text and (not replaced or replaced[-1].endswith(b"\n")):
            text += end
        self._saving[key] = written
        at = DraftLines(tree_now(session), Side.NEW, start, count, path)
        self._arriving.edit(Edit(key, at, text))

    def _on_edit_done(self, key: str) -> None:
        saved, editor = self._saving.pop(key, None), self._open.get(key)
        if editor is None or saved is None or editor.written() == saved:
            self.close(key)
            return
        # Reading and writing take a while in a large repository, and the editor is open meanwhile.
        self._on_draft(key, as_draft(editor.written()))
        hint = "It stays here: copy it, press Esc, and edit the lines as they are now."
        self._controller.said.emit("The lines are saved without what you typed since.", hint, False)

    def _place_now(self, key: str) -> Place:
        """Where a new note belongs: on its lines, whatever number they have now, else on their file."""
        place = self._places.get(key, Place())
        session = self._controller.open_session()
        lines = named_lines(key.removeprefix("note at ")) if key.startswith("note at ") else None
        if lines is None:
            if place.path is None or not place.count:
                return place
            tree = self._trees.get(key, "")
            lines = DraftLines(tree, place.side, place.start, place.count, place.path)
        start = start_now(session, lines)
        if start == place.start and place.count:
            return place
        if start is None:
            self._controller.said.emit(
                "The lines of this note were changed meanwhile, so it is on their file.", "", False
            )
            return Place(path=lines.path)
        return lines_place(session, lines, start, place.change)

    def _place(self, session: Session, stop: Stop) -> Place | None:
        """Where a note would stand; None is the review itself."""
        place = self._view.place()
        if place is not None:
            return place
        change = session.changes_by_id.get(stop.change or "")
        if change is not None:
            return session.place_of(change)
        return Place(path=stop.path) if stop.path else None

    def _snippets(self) -> tuple[str, ...]:
        return self._preferences.settings.snippets
