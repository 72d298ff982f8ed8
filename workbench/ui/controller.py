"""From intents to acts of the session. The one place where what the window wants is done or fails.

Quick acts only; what takes long is in `errands.py`. An expected error becomes a sentence in the window;
anything else goes on to `sys.excepthook`, which writes a bug report.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import partial
from itertools import takewhile
from typing import TypeVar

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
from workbench.review.changes import Change, FileChange, Side
from workbench.review.entries import Entry
from workbench.review.notes import Intent, Place
from workbench.review.review import Review, redoable, undoable
from workbench.review.steps import Steps
from workbench.review.verdicts import Selection, Verdict, select_change, select_changes
from workbench.ui.diff.document import Stop
from workbench.ui.showing import Showing
from workbench.ui.stepping import Stepping
from workbench.workflow.answers import AGAIN, answer
from workbench.workflow.session import Session

T = TypeVar("T")


class Controller(Showing):
    """Does what is wanted. Everything that is shown is read anew on `changed`."""

    opened = Signal()
    said = Signal(object, object, bool)
    judged = Signal(object)
    entry_judged = Signal(object)
    moved_to = Signal(object)
    trust_needed = Signal(object, object)
    """A RestrictedError, and what to do again once trust is given, or None."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._left: list[Session] = []
        self.steps = Stepping(self)
        """An act of many verdicts, or the taking in of one, that goes over several turns."""
        self.last_note: tuple[Intent, str] | None = None

    # -- the session --------------------------------------------------------------------------

    def set_session(self, session: Session) -> None:
        """Show this review from now on."""
        self.steps.finish()
        if self.session is not None and self.session is not session:
            self._left.append(self.session)
        self.session = session
        # From here on nothing on this thread waits for git: what needs all files is refused until then.
        session.share_stream()
        self.last_note = None
        self._begin()
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
        self.steps.finish()
        self.close_left()
        if self.session is not None:
            self.session.close()
        self.session = None

    def attempt(self, act: Callable[[], object], *, shown: bool = False) -> bool:
        """Do something that may fail as a user's mistake does; True when it went well. Shows what changed,
        also where only a part of it was done: the second of two undos may fail.

        `shown` says that it is about places in the round on the screen: it fails where another came.
        """
        if not self._caught_up(shown=shown):
            return False
        before = self.session.review if self.session is not None else None
        try:
            act()
        except (UserError, OSError) as error:
            self._failed(before, error)
            return False
        self.changed.emit()
        return True

    def attempt_in_steps(self, steps: Steps[T], then: Callable[[T], object], *, shown: bool = False) -> None:
        """As `attempt`, for what may judge thousands of changes: `then` is told what it came to.

        What is short is done when this returns. Another act has the rest of this one done first.
        """
        if not self._caught_up(shown=shown):
            return
        before = self.session.review if self.session is not None else None

        def done(found: T) -> None:
            self.changed.emit()
            then(found)

        self.steps.begin(steps, done, partial(self._failed, before))

    def _caught_up(self, *, shown: bool) -> bool:
        """The act that came first is done; False where it brought another round than the one shown."""
        before = self.session.review.round if self.session is not None else None
        self.steps.finish()
        if not shown or self.session is None or self.session.review.round is before:
            return True
        hint = "Look at it, and do it again."
        self.fail(UserError("Another round came meanwhile: nothing was done.", hint=hint))
        return False

    def _failed(self, before: Review | None, error: BaseException) -> None:
        if self.session is not None and self.session.review is not before:
            self.changed.emit()
        self.fail(error)

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
        if self.session is not None and not self.steps.is_busy:
            self.steps.begin(self.session.polling(), self._on_polled, self.fail)

    def _on_polled(self, news: bool) -> None:
        if news:
            self.changed.emit()

    # -- judging ------------------------------------------------------------------------------

    def judge(self, stop: Stop, selections: Sequence[Selection], verdict: Verdict) -> None:
        """Put a verdict on what is selected, else on the change under the cursor."""
        session = self.open_session()
        change = session.changes_by_id.get(stop.change or "")
        if selections:
            if self.attempt(lambda: session.judge(selections, verdict), shown=True):
                self.judged.emit(None)
            return
        if change is None:
            self.said.emit("There is no change under the cursor.", "] goes to the next one.", False)
            return
        if self.attempt(lambda: session.judge((select_change(change),), verdict), shown=True):
            self.judged.emit(change.id)

    def judge_file(self, path: str | None, verdict: Verdict) -> None:
        """Put a verdict on everything in a file."""
        session = self.open_session()
        file = session.by_path.get(path or "")
        if file is None:
            self.said.emit("There is no file under the cursor.", "} goes to the next one.", False)
        elif self.attempt(lambda: session.judge(select_changes(file.changes), verdict), shown=True):
            self.judged.emit(file.changes[-1].id if file.changes else None)

    def reject_with_reason(self, change: str, reason: str) -> bool:
        """Reject a change and say why."""
        session = self.open_session()
        if not self.attempt(
            lambda: session.judge_change(change, Verdict.REJECTED, reason=reason.strip() or None), shown=True
        ):
            return False
        self.judged.emit(change)
        return True

    def repeat(self, stop: Stop, selections: Sequence[Selection]) -> None:
        """The last verdict, with its reason, or the last note, here."""
        session = self.open_session()
        if not self._caught_up(shown=True):
            return
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
        """The grammar on a ledger entry. What needs an edit, restoring say, is `Arriving.restore`."""
        session = self.open_session()
        if self.attempt(lambda: answer(session, entry, verdict)):
            self.entry_judged.emit(entry)

    # -- notes and the rest -------------------------------------------------------------------

    def write_note(self, place: Place, intent: Intent, text: str, suggestion: str | None) -> bool:
        """A new note."""
        session = self.open_session()
        done = self.attempt(lambda: session.write_note(place, intent, text, suggestion), shown=True)
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

    def set_task(self, text: str) -> bool:
        """Write the task."""
        session = self.open_session()
        return self.attempt(lambda: session.set_task(text))

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
        self.attempt_in_steps(self._redoing(self.open_session()), self._on_redone)

    def _redoing(self, session: Session) -> Steps[Action | None]:
        done = yield from session.redoing()
        # Lines that are restored are put back and answered for with one press.
        again = redoable(session.review)
        if (
            isinstance(done, RoundArrived)
            and isinstance(again, EntryJudged)
            and again.answer == "restored"
            and again.tree == done.round.tree
        ):
            done = yield from session.redoing()
        return done

    def _on_redone(self, done: Action | None) -> None:
        self._say_undone("Done again", done, "There is nothing to do again.")

    def way_back(self) -> str | None:
        """The change that undo would go to."""
        action = undoable(self.session.review) if self.session is not None else None
        place = self._place_of(action) if action is not None else None
        return place.change if place is not None else None

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
        facts = takewhile(lambda change: not change.is_text, file.changes)
        named = (change for change in facts if change.kind in selection.facts)
        found = next(named, None) or _first_of(file, selection)
        return Stop(file.path, found.id if found is not None else None)


def _first_of(file: FileChange, selection: Selection) -> Change | None:
    """The first change that lines of a selection are of: one that only adds has none of the old side."""
    sides = ((Side.OLD, selection.old), (Side.NEW, selection.new))
    found = (
        next(filter(None, (_change_of_line(file, side, start) for start, _ in spans)), None)
        for side, spans in sides
    )
    return min(filter(None, found), key=lambda change: (change.old_start, change.new_start), default=None)


def _change_of_line(file: FileChange, side: Side, line: int) -> Change | None:
    """The change that a line is of. Looked up, not looked for: a file may have twenty thousand changes."""

    def start(change: Change) -> int:
        return change.old_start if side is Side.OLD else change.new_start

    # Facts come first, and stand on no line.
    at = bisect_right(file.changes, line, key=lambda change: start(change) if change.is_text else -1) - 1
    while at >= 0 and file.changes[at].is_text:
        lines = file.changes[at].removed if side is Side.OLD else file.changes[at].added
        if lines:
            return file.changes[at] if line < start(file.changes[at]) + len(lines) else None
        at -= 1  # nothing of this side: it stands after a line that may be another's
    return None


def as_user_error(error: BaseException) -> UserError | None:
    """What a person can see to, as a sentence and a hint; None for a bug."""
    if isinstance(error, UserError):
        return error
    return refused_by_system(error) if isinstance(error, OSError) else None
