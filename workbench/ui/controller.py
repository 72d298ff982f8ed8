"""From intents to acts of the session. The one place where what the window wants is done or fails.

Quick acts only; what takes long is in `errands.py`. An expected error becomes a sentence in the window;
anything else goes on to `sys.excepthook`, which writes a bug report.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from workbench.errors import UserError, refused_by_system
from workbench.review.actions import (
    Action,
    EntryJudged,
    FileViewed,
    FindingJudged,
    Judged,
    NoteEdited,
    NoteReplied,
    NoteSettled,
    NoteWithdrawn,
    NoteWritten,
    RoundArrived,
    RuleMade,
)
from workbench.review.changes import FileChange
from workbench.review.entries import Entry, Said
from workbench.review.notes import Author, Intent, Note, Place, Reply
from workbench.review.places import places_now
from workbench.review.progress import Progress, Tally, changes_at, note_counts
from workbench.review.review import redoable
from workbench.review.verdicts import Selection, Verdict, select_change, select_changes
from workbench.ui.diff.document import Document, Stop
from workbench.ui.round_views import RoundViews, View
from workbench.workflow.answers import AGAIN, answer
from workbench.workflow.session import Session

if TYPE_CHECKING:
    from workbench.ui.writing import Writing
    from workbench.workflow.remarks import Remark

T = TypeVar("T")


class Controller(QObject):
    """Holds the session. Everything that is shown is read anew on `changed`."""

    opened = Signal()
    changed = Signal()
    said = Signal(str, str, bool)
    judged = Signal(object)
    entry_judged = Signal(object)
    moved_to = Signal(object)
    trust_needed = Signal(object, object)
    """A RestrictedError, and what to do again once trust is given, or None."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session: Session | None = None
        self._tally = Tally()
        self._document = Document()
        self._entries: tuple[Entry, ...] = ()
        self._left: list[Session] = []
        self.views = RoundViews()
        self.writing: dict[str, Writing] = {}
        """Questions that are being answered, by note: the model, and what it has written so far."""
        self.last_note: tuple[Intent, str] | None = None
        self.remarks: Mapping[str, Remark] = {}
        """What is said of the files besides their lines, as far as it was looked at."""
        self._remarked: tuple[FileChange, ...] | None = None
        self._remarked_task = ""
        self.others: tuple[FileChange, ...] = ()
        """Files that do not differ, and are shown after those that do."""
        self._shown: tuple[tuple[FileChange, ...], tuple[FileChange, ...], tuple[FileChange, ...]] = (
            (),
            (),
            (),
        )

    # -- the session --------------------------------------------------------------------------

    def set_session(self, session: Session) -> None:
        """Show this review from now on."""
        if self.session is not None and self.session is not session:
            self._left.append(self.session)
        self.session = session
        # From here on nothing on this thread waits for git: what needs all files is refused until then.
        session.share_stream()
        self._tally = Tally()
        self._document = Document()
        self.views = RoundViews()
        self.last_note = None
        self.remarks, self._remarked = {}, None
        self.others = ()
        self.opened.emit()
        self.changed.emit()
        for message in session.messages:
            self.said.emit(message, "", False)

    def close_left(self) -> None:
        """Let go of the reviews that were shown before. Only when no worker is left that reads from them."""
        left, self._left = self._left, []
        for session in left:
            session.close()

    def close_sessions(self) -> None:
        """Let go of all that was opened. Only when no worker is left that reads from it."""
        self.close_left()
        if self.session is not None:
            self.session.close()
        self.session = None

    def open_session(self) -> Session:
        """The session. UserError when there is none, for commands that need one."""
        if self.session is None:
            raise UserError("No review is open.", hint="Open a repository: Ctrl+O.")
        return self.session

    def attempt(self, act: Callable[[], object]) -> bool:
        """Do something that may fail as a user's mistake does; True when it went well. Shows what changed."""
        try:
            act()
        except (UserError, OSError) as error:
            self.fail(error)
            return False
        self.changed.emit()
        return True

    def fail(self, error: BaseException) -> None:
        """Say an expected error; raise anything else, for it is a bug."""
        expected = as_user_error(error)
        if expected is None:
            raise error
        from workbench.workflow.trust import RestrictedError  # noqa: PLC0415 - the first frame needs no trust

        if isinstance(expected, RestrictedError):
            self.trust_needed.emit(expected, None)
        else:
            self.said.emit(expected.message, expected.hint, True)

    def poll(self) -> None:
        """Take in what other processes did."""
        if self.session is not None and self.session.poll():
            self.changed.emit()

    # -- what is shown ------------------------------------------------------------------------

    def cycle_views(self) -> View:
        """Show the next view of the round."""
        view = self.views.cycle(self.open_session())
        self.changed.emit()
        return view

    def enter_view(self, view: View) -> None:
        """Show this view of the round."""
        if self.views.enter(self.open_session(), view):
            self.changed.emit()

    def uncover(self, path: str | None, change: str | None = None) -> None:
        """Show everything again if this is left out by the view."""
        if self.session is not None and self.views.hides(self.session, path, change):
            self.views.show_all()
            self.changed.emit()

    def document(self) -> Document:
        """What the diff view shows now. Parts that did not change are the same objects as before."""
        session, before = self.open_session(), self._document
        review = session.review
        entries = session.ledger()
        answered = self._answers()
        if entries is not self._entries or before.answered != answered:
            shown = tuple(entry for entry in entries if entry.said is not Said.KEPT)
            marks = {
                change: entry.said for entry in shown if entry.id not in answered for change in entry.changes
            }
            self._entries = entries
        else:
            shown, marks = before.entries, dict(before.ledger_marks)
        placed = _found(session.notes_in_round(), entries)
        notes = tuple(
            (note, place)
            for note, place in placed
            if not (note.reason or self.views.hides(session, (place or note.place).path))
        )
        if review.findings:
            notes = (*notes, *self._drafts(session))
        if self.writing:
            notes = tuple((self._with_answer(note), place) for note, place in notes)
        reasons = self._reasons(placed)
        self._document = Document(
            files=self._with_others(self.views.files(session)),
            verdicts=review.current,
            asked=self._tally.asked(review, session.files_so_far),
            notes=_same(before.notes, notes),
            hidden=self.views.hidden(session),
            entries=_same(before.entries, shown),
            answered=_same(before.answered, answered),
            viewed=_same(before.viewed, session.viewed()),
            ledger_marks=_same(before.ledger_marks, marks),
            reasons=_same(before.reasons, reasons),
            spread=_same(before.spread, self._spread(placed)),
            remarks=self.remarks,
            loading=session.is_loading,
            numbers=_same(before.numbers, tuple(each.number for each in review.rounds)),
        )
        return self._document

    def _drafts(self, session: Session) -> tuple[tuple[Note, Place | None], ...]:
        """What other models found and nobody judged, to lie in the flow as notes do."""
        # Late: most rounds are read by nobody but the expert.
        from workbench.ui.diff.finding_card import draft_of  # noqa: PLC0415
        from workbench.workflow.drafts import findings_in_round  # noqa: PLC0415

        found = ((draft_of(each), place) for each, place in findings_in_round(session))
        return tuple(
            (draft, place)
            for draft, place in found
            if not self.views.hides(session, (place or draft.place).path)
        )

    def set_others(self, files: tuple[FileChange, ...]) -> None:
        """Show these files too, which do not differ."""
        if files != self.others:
            self.others = files
            self.changed.emit()

    def shows_other(self, path: str) -> bool:
        """Whether this is a file that does not differ and is shown all the same."""
        return any(file.path == path for file in self.others)

    def _with_answer(self, note: Note) -> Note:
        """A note with what a model is writing in its thread, which is on disk only when it is complete."""
        if note.id not in self.writing:
            return note
        writing = self.writing[note.id]
        from workbench.workflow.asking import written_so_far  # noqa: PLC0415 - only while one is written

        reply = Reply(Author.MODEL, written_so_far(writing.text), note.round, model=writing.model)
        return replace(note, thread=(*note.thread, reply))

    def _with_others(self, files: tuple[FileChange, ...]) -> tuple[FileChange, ...]:
        """The same tuple as before while nothing changed: the view compares by identity."""
        if not self.others:
            return files
        if self._shown[0] is not files or self._shown[1] is not self.others:
            by_path = self.open_session().by_path
            others = tuple(file for file in self.others if file.path not in by_path)
            self._shown = (files, self.others, (*files, *others))
        return self._shown[2]

    @property
    def has_remarks(self) -> bool:
        """Whether `remarks` are those of the files that are shown."""
        session = self.session
        return (
            session is not None
            and self._remarked is session.files_so_far
            and self._remarked_task == session.review.task
        )

    def set_remarks(self, files: tuple[FileChange, ...], remarks: Mapping[str, Remark]) -> None:
        """Take what was found out about these files, if they are still the ones that are shown."""
        if self.session is not None and self.session.files_so_far is files:
            same = remarks == self.remarks
            self.remarks, self._remarked = self.remarks if same else remarks, files
            self._remarked_task = self.session.review.task
            if not same:
                self.changed.emit()

    def progress(self) -> Progress:
        """How far the review is."""
        session = self.open_session()
        return self._tally.progress(session.review, session.files_so_far)

    def file_progress(self) -> Mapping[str, Progress]:
        """How far each file is, as of the last `progress`."""
        return self._tally.by_path()

    def file_news(self) -> Mapping[str, Progress | None]:
        """The files that were counted since this was last asked, as `Tally.news`."""
        return self._tally.news()

    def note_counts(self) -> Mapping[Intent, int]:
        """Live notes by intent."""
        return note_counts(self.open_session().review)

    def violations(self) -> Mapping[str, str]:
        """By path, what the ledger holds against a file: "1 altered". Answered entries do not count."""
        answered = self._answers()
        found: dict[str, list[Said]] = {}
        for entry in self._document.entries:
            if entry.is_violation and entry.path is not None and entry.id not in answered:
                found.setdefault(entry.path, []).append(entry.said)
        return {path: f"{len(said)} {said[0].value}" for path, said in found.items()}

    def entry(self, entry_id: str) -> Entry | None:
        """The ledger entry with this id."""
        return next((entry for entry in self._document.entries if entry.id == entry_id), None)

    def entry_after(self, judged: Entry) -> str | None:
        """The entry to look at once this one is judged: a violation that is left, else the next one below."""
        left = [entry for entry in self._document.entries if entry.id not in self._document.answered]
        if judged.is_violation:
            return next((entry.id for entry in left if entry.is_violation), None)
        ids = [entry.id for entry in self._document.entries]
        below = ids[ids.index(judged.id) + 1 :] if judged.id in ids else []
        return next((entry.id for entry in left if entry.id in below and not entry.is_violation), None)

    def _answers(self) -> Mapping[str, str]:
        review = self.open_session().review
        prefix = f"{review.index}/"
        return {
            key.removeprefix(prefix): answer
            for key, answer in review.entries.items()
            if key.startswith(prefix)
        }

    def _reasons(self, placed: Sequence[tuple[Note, Place | None]]) -> Mapping[str, str]:
        session = self.open_session()
        found: dict[str, str] = {}
        for note, first in placed:
            if not note.reason or not note.is_live:
                continue
            for place in places_now(session.review, note) if note.spread else (first,):
                file = session.by_path.get(place.path or "") if place is not None else None
                if place is None or file is None:
                    continue
                named = place.change in session.changes_by_id
                for change in (place.change or "",) if named else changes_at(file, place):
                    found[change] = note.text
        return found

    def _spread(self, placed: Sequence[tuple[Note, Place | None]]) -> Mapping[str, str]:
        """By change, the note that stands on it and on many others: its card is at the first of them."""
        session = self.open_session()
        found: dict[str, str] = {}
        for note, _ in placed:
            if note.spread and note.is_live and not note.reason:
                for place in places_now(session.review, note):
                    if place is not None and place.change in session.changes_by_id:
                        found[place.change or ""] = note.id
        return found

    # -- judging ------------------------------------------------------------------------------

    def judge(self, stop: Stop, selections: Sequence[Selection], verdict: Verdict) -> None:
        """Put a verdict on what is selected, else on the change under the cursor."""
        session = self.open_session()
        change = session.changes_by_id.get(stop.change or "")
        if selections:
            if self.attempt(lambda: session.judge(selections, verdict)):
                self.judged.emit(None)
            return
        if change is None:
            self.said.emit("There is no change under the cursor.", "] goes to the next one.", False)
            return
        if self.attempt(lambda: session.judge((select_change(change),), verdict)):
            self.judged.emit(change.id)

    def judge_file(self, path: str | None, verdict: Verdict) -> None:
        """Put a verdict on everything in a file."""
        session = self.open_session()
        file = session.by_path.get(path or "")
        if file is None:
            self.said.emit("There is no file under the cursor.", "} goes to the next one.", False)
        elif self.attempt(lambda: session.judge(select_changes(file.changes), verdict)):
            self.judged.emit(file.changes[-1].id if file.changes else None)

    def reject_with_reason(self, change: str, reason: str) -> bool:
        """Reject a change and say why."""
        session = self.open_session()
        if not self.attempt(
            lambda: session.judge_change(change, Verdict.REJECTED, reason=reason.strip() or None)
        ):
            return False
        self.judged.emit(change)
        return True

    def repeat(self, stop: Stop, selections: Sequence[Selection]) -> None:
        """The last verdict, with its reason, or the last note, here."""
        session = self.open_session()
        last = session.last_verdict
        change = session.changes_by_id.get(stop.change or "")
        if self.last_note is not None and change is not None:
            intent, text = self.last_note
            self.attempt(lambda: session.write_note(session.place_of(change), intent, text))
        elif last is None:
            self.said.emit("There is nothing to repeat yet.", "Judge a change first: a or x.", False)
        elif last[1] and change is not None:
            self.reject_with_reason(change.id, last[1])
        else:
            self.judge(stop, selections, last[0])

    def judge_note(self, note_id: str, verdict: Verdict) -> None:
        """The grammar on a note: accept settles it, reject sends it again, open takes the settling back."""
        session = self.open_session()
        if verdict is Verdict.ACCEPTED:
            self.attempt(lambda: session.settle(note_id))
        elif verdict is Verdict.REJECTED:
            self.attempt(lambda: session.reply(note_id, AGAIN, again=True))
        else:
            self.attempt(lambda: session.settle(note_id, settled=False))

    def answer_entry(self, entry: Entry, verdict: Verdict) -> None:
        """The grammar on a ledger entry. What needs an edit, restoring say, is `errands.restore`."""
        session = self.open_session()
        if self.attempt(lambda: answer(session, entry, verdict)):
            self.entry_judged.emit(entry)

    # -- notes and the rest -------------------------------------------------------------------

    def write_note(self, place: Place, intent: Intent, text: str, suggestion: str | None) -> bool:
        """A new note."""
        session = self.open_session()
        done = self.attempt(lambda: session.write_note(place, intent, text, suggestion))
        if done and suggestion is None:
            self.last_note = (intent, text)
        return done

    def edit_note(self, note_id: str, intent: Intent, text: str, suggestion: str | None) -> bool:
        """Other words for a note."""
        session = self.open_session()
        return self.attempt(lambda: session.edit_note(note_id, intent, text, suggestion))

    def reply(self, note_id: str, text: str) -> bool:
        """An answer in a note's thread."""
        session = self.open_session()
        return self.attempt(lambda: session.reply(note_id, text))

    def withdraw(self, note_id: str | None) -> None:
        """Take a note back."""
        session = self.open_session()
        if note_id is None:
            self.said.emit("There is no note under the cursor.", "; goes to the next one.", False)
        elif self.attempt(lambda: session.withdraw(note_id)):
            self.said.emit(f"{note_id} is withdrawn.", "u brings it back.", False)

    def view_file(self, path: str | None) -> bool:
        """Mark a file viewed."""
        session = self.open_session()
        return path in session.by_path and self.attempt(lambda: session.view(path or ""))

    def set_task(self, text: str) -> None:
        """Write the task."""
        session = self.open_session()
        self.attempt(lambda: session.set_task(text))

    def close_review(self) -> None:
        """Say that the review is done."""
        session = self.open_session()
        if self.attempt(session.close_review):
            self.said.emit(
                "This review is closed.",
                "Opening the repository again starts a new one. u reopens it.",
                False,
            )

    def redo(self) -> None:
        """Do again what was taken back last."""
        session = self.open_session()
        done: list[Action | None] = []

        def act() -> None:
            done.append(session.redo())
            # Lines that are restored are put back and answered for with one press.
            after, again = done[0], redoable(session.review)
            if (
                isinstance(after, RoundArrived)
                and isinstance(again, EntryJudged)
                and again.answer == "restored"
                and again.tree == after.round.tree
            ):
                done.append(session.redo())

        if self.attempt(act):
            self._say_undone("Done again", done[-1], "There is nothing to do again.")

    def undo_said(self, action: Action | None) -> None:
        """Say what was taken back, and go there."""
        self._say_undone("Undone", action, "There is nothing to undo.")

    def _say_undone(self, done: str, action: Action | None, nothing: str) -> None:
        if action is None:
            self.said.emit(nothing, "", False)
            return
        self.last_note = None
        self.said.emit(f"{done}: {self.open_session().words(action)}.", "", False)
        target = self._place_of(action)
        if target is not None:
            self.moved_to.emit(target)

    def _place_of(self, action: Action) -> Stop | None:
        """Where an action was done, as well as the current round can say."""
        if isinstance(action, NoteWritten):
            return Stop(action.note.place.path, action.note.place.change, note=action.note.id)
        if isinstance(action, NoteEdited | NoteReplied | NoteSettled | NoteWithdrawn | RuleMade):
            return Stop(note=action.note)
        if isinstance(action, FindingJudged):
            return Stop(note=action.finding)
        if isinstance(action, EntryJudged):
            return Stop(entry=action.entry)
        if isinstance(action, FileViewed):
            return Stop(action.path)
        if isinstance(action, Judged) and action.selections:
            return self._change_at(action.selections[0])
        if isinstance(action, RoundArrived) and action.taken:
            return self._change_at(action.taken[0])
        return None

    def _change_at(self, selection: Selection) -> Stop | None:
        file = self.open_session().by_path.get(selection.path)
        if file is None:
            return None
        for change in file.changes:
            if not change.is_text:
                if change.kind in selection.facts:
                    return Stop(file.path, change.id)
                continue
            old = range(change.old_start, change.old_start + len(change.removed))
            new = range(change.new_start, change.new_start + len(change.added))
            if any(start in old for start, _ in selection.old) or any(
                start in new for start, _ in selection.new
            ):
                return Stop(file.path, change.id)
        return Stop(file.path)


def _found(
    placed: Sequence[tuple[Note, Place | None]], entries: Sequence[Entry]
) -> tuple[tuple[Note, Place | None], ...]:
    """Notes whose lines were changed in this round stand where the ledger found what became of them."""
    places = {
        entry.note: Place(path=entry.path, side=entry.side, start=entry.line, count=entry.count)
        for entry in entries
        if entry.note is not None and entry.count and entry.said is not Said.OUTDATED
    }
    return tuple((note, place if place is not None else places.get(note.id)) for note, place in placed)


def as_user_error(error: BaseException) -> UserError | None:
    """What a person can see to, as a sentence and a hint; None for a bug."""
    if isinstance(error, UserError):
        return error
    return refused_by_system(error) if isinstance(error, OSError) else None


def _same(before: T, now: T) -> T:
    """The object from before where both say the same, so that nobody downstream looks again."""
    return before if before == now else now
