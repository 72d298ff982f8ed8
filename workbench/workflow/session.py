"""One review that is open in this process: its state, and every act on it that is quick.

An act is on disk before the state shows it. Not thread-safe: a session lives on the thread that made
it. What takes long (snapshots, models, landing) is in the other files of this folder, as functions
from frozen inputs to an action; the answer comes back to `take_round` or `act` here.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Generator, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from workbench.errors import UserError
from workbench.generation.children import Helpers
from workbench.git.repository import Repository
from workbench.git.streaming import FileStream
from workbench.review.actions import (
    Action,
    EntryJudged,
    FileViewed,
    Judged,
    Landed,
    NoteEdited,
    NoteReplied,
    NoteSettled,
    NoteWithdrawn,
    NoteWritten,
    Redone,
    ReviewClosed,
    RoundArrived,
    RuleMade,
    TaskSet,
    Undone,
    words_of,
)
from workbench.review.changes import Change, FileChange
from workbench.review.notes import Author, Intent, Note, Place, Reply
from workbench.review.places import places_now
from workbench.review.progress import Progress, asked, changes_at, progress
from workbench.review.review import Review, apply, next_note_id, redoable, undoable
from workbench.review.selecting import describe
from workbench.review.steps import finished
from workbench.review.verdicts import Selection, Verdict, select_change, select_changes, verdict_of
from workbench.store.log import ActionLog
from workbench.store.settings import Settings
from workbench.workflow.placing import place_of_change
from workbench.workflow.recording import Recording
from workbench.workflow.round_files import RoundFiles
from workbench.workflow.turns import turn

if TYPE_CHECKING:
    from workbench.review.entries import Entry
    from workbench.review.feedback_values import Feedback
    from workbench.review.memory import EarlierRound


def new_id() -> str:
    """A random action id."""
    return uuid.uuid4().hex


_NAMING = (NoteWritten, NoteEdited, NoteWithdrawn, Judged, Undone, Redone)
"""The acts after which other notes may name a house rule."""


class LedgerFacts(Struct, frozen=True):
    """The comparisons that the ledger of a round is made from, read once when the round is shown.

    `earlier` are the rounds before that of `before_index`, as far as they left something behind.
    """

    tree: str
    before_index: int
    before: tuple[FileChange, ...]
    start: tuple[FileChange, ...]
    between: tuple[FileChange, ...]
    earlier: tuple[EarlierRound, ...] = ()


class Session(RoundFiles):
    """A review, the files of its current round, and the log that both are saved in."""

    def __init__(
        self,
        repository: Repository,
        log: ActionLog,
        settings: Settings,
        review: Review,
        sequence: int,
        files: Sequence[FileChange],
    ) -> None:
        super().__init__(repository, review, files)
        self.log = log
        self.settings = settings
        self.sequence = sequence
        self.ledger_facts: LedgerFacts | None = None
        self.messages: tuple[str, ...] = ()
        """What opening has to say: a landing that was finished or rolled back, whose repository this is."""
        self.recording: Recording | None = None
        """The landing that is being written or is not recorded yet."""
        self.helpers = Helpers()
        """Processes that call models. None runs before it is needed; one is kept for the next round."""
        self.held_back: frozenset[str] = frozenset()
        """Ids of notes that wait for the expert, and that the next round is therefore not sent again."""
        self._last_verdict: tuple[Verdict, str | None] | None = None
        self._ledger_cache: tuple[tuple[object, ...], tuple[Entry, ...]] | None = None

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of what is held open: the log, git's kept children, locks. All is saved already."""
        if self.recording is not None:
            self.recording.held.close()
        self.close_stream()
        self.helpers.close()
        self.repository.close()
        self.log.close()

    # -- what is shown ------------------------------------------------------------------------

    @property
    def asked(self) -> frozenset[str]:
        """Ids of the changes that are asked."""
        return asked(self.review, self.files_so_far)

    def progress(self) -> Progress:
        """How far the review is, counted."""
        return progress(self.review, self.files_so_far)

    def feedback(self, *, taken_out: bool = False) -> Feedback:
        """What the next round would be given. `taken_out`: its files have the rejected lines out already."""
        return finished(self.feedback_in_steps(taken_out=taken_out))

    def feedback_in_steps(self, *, taken_out: bool = False) -> Generator[None, None, Feedback]:
        """As `feedback`, with rests. It is of the review as it is when the first step is taken."""
        # Late, as the ledger: the first frame of a first round shows neither.
        from workbench.review.feedback import feedback_in_steps  # noqa: PLC0415

        notes = {key: note for key, note in self.review.notes.items() if key not in self.held_back}
        review = replace(self.review, notes=notes) if self.held_back else self.review
        found = yield from feedback_in_steps(review, self.files, taken_out=taken_out or self.is_taken_out)
        return found

    @property
    def is_taken_out(self) -> bool:
        """True once the rejected lines of this round were taken out of the work tree."""
        index = self.review.index
        return any(each.round == index and each.purpose == "take out" for each in self.review.landings)

    def ledger(self) -> tuple[Entry, ...]:
        """What became of verdicts and notes. Empty before `ledger_facts` are there and in a first round."""
        facts, current = self.ledger_facts, self.review.round
        if facts is None or current is None or facts.tree != current.tree:
            return ()
        key = (
            facts,
            self.review.notes,
            self.review.answers,
            self.review.task,
            self.review.places,
            *self.review.verdicts[: facts.before_index + 1],
        )
        if self._ledger_cache is not None and all(
            a is b for a, b in zip(self._ledger_cache[0], key, strict=True)
        ):
            return self._ledger_cache[1]
        from workbench.review.ledger import ledger  # noqa: PLC0415 - as feedback

        entries = ledger(
            self.review,
            facts.before,
            self.files,
            facts.start,
            facts.between,
            facts.before_index,
            facts.earlier,
        )
        self._ledger_cache = (key, entries)
        return entries

    def notes_in_round(self) -> tuple[tuple[Note, Place | None], ...]:
        """Every note that is not withdrawn, with where it stands in the current round (None: outdated).

        Of one with many places, the first that is certain. Where all of them are, `places_now` says.
        """
        shown = []
        for note in self.review.notes.values():
            places = () if note.withdrawn else places_now(self.review, note)
            here = next((place for place in places if place is not None), None)
            if places and (not note.reason or any(self._reason_holds(place) for place in places)):
                shown.append((note, here))
        return tuple(shown)

    # -- judging ------------------------------------------------------------------------------

    def judge(
        self,
        selections: Sequence[Selection],
        verdict: Verdict,
        *,
        reason: str | None = None,
        place: Place | None = None,
        spread: Sequence[Place] = (),
        words: str = "",
    ) -> None:
        """Put one verdict on lines and facts of the current round, as one action and one undo.

        `spread` are further places that the reason is about; `words` say what was done, for undo.
        """
        if not selections:
            raise UserError("There is nothing to judge.", hint="Name changes or lines.")
        index, tree = self.review.index, self._tree
        if not reason:
            self._judge(index, tree, selections, verdict, None, words)
            self._require_round(index, tree)
        else:
            where = place or Place(path=selections[0].path)
            with turn(self.review.id):
                self.poll()
                self._require_round(index, tree)
                number = next_note_id(self.review)
                note = Note(number, Intent.MUST, where, reason, index, reason=True, spread=tuple(spread))
                self._judge(index, tree, selections, verdict, note, words)
        self._last_verdict = (verdict, reason)

    def judge_in_bulk(self, changes: Sequence[Change], verdict: Verdict) -> tuple[int, tuple[str, ...]]:
        """Put one verdict on the changes of many files, named by what they have in common; how many.

        Accepting leaves sensitive files out and gives their paths, too; rejecting and reopening does not.
        """
        from workbench.review.sensitive import left_out, spared, tiers  # noqa: PLC0415 - seldom

        left: tuple[str, ...] = ()
        if verdict is Verdict.ACCEPTED:
            changes, left = spared(changes, tiers(self.files), self.review.current)
            if left and not changes:
                hint = "Each is accepted by itself: its changes by their ids, or the file by its name."
                raise UserError(f"Nothing was accepted: {left_out(left)}", hint=hint)
        self.judge(select_changes(changes), verdict)
        return len(changes), left

    @property
    def _tree(self) -> str:
        current = self.review.round
        return current.tree if current is not None else ""

    def _require_round(self, index: int, tree: str) -> None:
        """UserError where another process undid the round that was on the screen."""
        if not index < len(self.review.rounds) or (index >= 0 and self.review.rounds[index].tree != tree):
            raise UserError(
                "What was on the screen was undone by another process, so this was not taken.",
                hint="Look at what is there now, and do it again.",
            )

    def _judge(
        self,
        index: int,
        tree: str,
        selections: Sequence[Selection],
        verdict: Verdict,
        note: Note | None,
        words: str = "",
    ) -> None:
        self.act(
            Judged(
                id=new_id(),
                at=time.time(),
                round=index,
                selections=tuple(selections),
                verdict=verdict,
                note=note,
                words=words or describe(verdict, selections),
                tree=tree,
            )
        )

    def judge_change(self, change_id: str, verdict: Verdict, *, reason: str | None = None) -> None:
        """Put a verdict on all of one change."""
        change = self.change(change_id)
        self.judge((select_change(change),), verdict, reason=reason, place=self.place_of(change))

    def judge_entry(self, entry: Entry, answer: str, *, settles: str = "") -> None:
        """Answer a ledger entry without a model: "taken" or "again", and settle its note with it.

        Restoring is `receive.restore`.
        """
        selections: tuple[Selection, ...] = ()
        if answer == "taken":
            changes = (self.changes_by_id[each] for each in entry.changes if each in self.changes_by_id)
            selections = tuple(select_change(change) for change in changes)
        self.act(
            EntryJudged(
                id=new_id(),
                at=time.time(),
                round=self.review.index,
                entry=entry.id,
                answer=answer,
                selections=selections,
                tree=self._tree,
                settles=settles,
            )
        )

    @property
    def last_verdict(self) -> tuple[Verdict, str | None] | None:
        """What `.` repeats: the last verdict given in this window and its reason."""
        return self._last_verdict

    # -- notes --------------------------------------------------------------------------------

    def write_note(
        self,
        place: Place,
        intent: Intent,
        text: str,
        suggestion: str | None = None,
        spread: Sequence[Place] = (),
    ) -> Note:
        """A new note at `place` of the current round; `spread` are further places of the same note."""
        if not text.strip() and suggestion is None:
            raise UserError("The note is empty.", hint="Write a sentence, or a suggestion.")
        index, tree = self.review.index, self._tree
        with turn(self.review.id):
            self.poll()
            self._require_round(index, tree)
            number = next_note_id(self.review)
            note = Note(number, intent, place, text, index, suggestion, spread=tuple(spread))
            self.act(NoteWritten(id=new_id(), at=time.time(), note=note))
        return note

    def edit_note(self, note_id: str, intent: Intent, text: str, suggestion: str | None) -> None:
        """Change the words of a note."""
        note = self.note(note_id)
        self.act(
            NoteEdited(
                id=new_id(), at=time.time(), note=note.id, intent=intent, text=text, suggestion=suggestion
            )
        )

    def reply(self, note_id: str, text: str, *, again: bool = False) -> None:
        """Write into a note's thread; `again` marks it as not dealt with."""
        note = self.note(note_id)
        reply = Reply(Author.EXPERT, text, self.review.index, again=again)
        self.act(NoteReplied(id=new_id(), at=time.time(), note=note.id, reply=reply))

    def settle(self, note_id: str, *, settled: bool = True) -> None:
        """Say that a note is dealt with, or that it is not."""
        note = self.note(note_id)
        if note.settled != settled:
            self.act(NoteSettled(id=new_id(), at=time.time(), note=note.id, settled=settled))

    def withdraw(self, note_id: str) -> None:
        """Take a note back."""
        self.act(NoteWithdrawn(id=new_id(), at=time.time(), note=self.note(note_id).id))

    def note(self, note_id: str) -> Note:
        """The note with this id. UserError when there is none, or it was withdrawn."""
        note = self.review.notes.get(note_id) or self.review.notes.get(note_id.upper())
        if note is None or note.withdrawn:
            raise UserError(
                f"There is no note {note_id}.", hint=f"List them: workbench notes {self.review.id}"
            )
        return note

    # -- everything else ----------------------------------------------------------------------

    def view(self, path: str, *, seen: bool = True) -> None:
        """Mark a file viewed; the mark is bound to the bytes that were seen."""
        file = self.file(path)
        self.act(
            FileViewed(id=new_id(), at=time.time(), path=path, seen=(file.new_id or "gone") if seen else None)
        )

    def viewed(self) -> frozenset[str]:
        """Paths whose viewed mark still speaks of the bytes that are shown."""
        marks = self.review.viewed
        known = ((path, self.by_path.get(path)) for path in marks)
        return frozenset(path for path, f in known if f is not None and marks[path] == (f.new_id or "gone"))

    def set_task(self, text: str) -> None:
        """Write the task."""
        self.act(TaskSet(id=new_id(), at=time.time(), text=text))

    def close_review(self, *, reopened: bool = False) -> None:
        """Say that the review is done, or take it up again."""
        if self.review.closed == reopened:
            self.act(ReviewClosed(id=new_id(), at=time.time(), reopened=reopened))

    def undo(self) -> Action | None:
        """Take back the reviewer's newest action and give it, None when there is none.

        A landing is not undone here, because files must be written: see `landing.undo_landing`.
        """
        with turn(self.review.id):
            self.poll()
            action = undoable(self.review)
            if action is None:
                return None
            if isinstance(action, Landed):
                raise UserError("The newest action is a landing.", hint="It is undone by writing files.")
            if isinstance(action, RuleMade):
                from workbench.workflow.rules import take_back  # noqa: PLC0415 - seldom

                take_back(action)
            self.act(Undone(id=new_id(), at=time.time(), target=action.id))
        return action

    def redo(self) -> Action | None:
        """Do again what was taken back last and give it, None when there is nothing."""
        with turn(self.review.id):
            self.poll()
            action = redoable(self.review)
            if action is None:
                return None
            if isinstance(action, Landed):
                raise UserError("A landing is not done again by redo.", hint="Land again.")
            if isinstance(action, RuleMade):
                from workbench.workflow.rules import make_again  # noqa: PLC0415 - seldom

                make_again(self, action)
            self.act(Redone(id=new_id(), at=time.time(), target=action.id))
        return action

    def act(self, action: Action) -> None:
        """Append to the log (durable when this returns), then fold in what the log has new, ours included.

        The journal of a landing goes only now, when what it did is recorded.
        """
        counted = isinstance(action, _NAMING)
        rules = self._named_rules() if counted else None
        sequence = self.log.append(self.review.id, action)
        if self.recording is not None and self.recording.action == action.id:
            self.recording.end(self.review.id)
            self.recording = None
        self.poll({sequence: action})
        if rules is not None and self._named_rules() != rules:
            from workbench.workflow.rules import count_broken  # noqa: PLC0415 - seldom

            count_broken(self)

    def _named_rules(self) -> Mapping[str, frozenset[str]]:
        """The house rules that notes say were broken: counted, and taken back with the note."""
        if not any("R" in note.text for note in self.review.notes.values()):
            return {}
        from workbench.workflow.rules import named_rules  # noqa: PLC0415 - seldom

        return named_rules(self.review)

    def take_round(self, action: RoundArrived, files: Sequence[FileChange]) -> None:
        """Take a round whose file changes the caller has read already."""
        self._files_by_tree[action.round.tree] = tuple(files)
        self.act(action)

    def take_streamed(self, action: RoundArrived, stream: FileStream) -> None:
        """Take a round whose file changes git is about to tell: the first of them are here afterwards."""
        self._files_by_tree[action.round.tree] = ()
        self.act(action)
        self.stream(stream)

    def poll(self, ours: Mapping[int, Action] | None = None) -> bool:
        """Fold in every action the log has beyond what is known here; True when there was one.

        `ours` was appended here, by its number: a note on ten thousand places is not read a second time.
        """
        news = self.log.since(self.review.id, self.sequence, ours)
        review = self.review
        for sequence, action in news:
            self.sequence = sequence
            review = apply(review, action)
        before, self.review = self.review, review
        now = review.round
        if now is not None and (before.round is None or before.round.tree != now.tree):
            self._index_files(self.files_of(now.tree))
        return bool(news)

    # -- what is kept beside the review ---------------------------------------------------------

    def save_draft(self, key: str, body: str) -> None:
        """Keep what stands in an open editor; it survives a crash."""
        self.log.save_draft(self.review.id, key, body)

    def drafts(self) -> Mapping[str, str]:
        """Every kept draft by its key."""
        return self.log.drafts(self.review.id)

    def drop_draft(self, key: str) -> None:
        """The editor was closed for good."""
        self.log.drop_draft(self.review.id, key)

    def save_place(self, place: Mapping[str, object]) -> None:
        """Keep where the window is in this review (any JSON object)."""
        self.log.save_place(self.review.id, place)

    def place(self) -> Mapping[str, object] | None:
        """Where the window was."""
        return self.log.place(self.review.id)

    def words(self, action: Action) -> str:
        """What an action did, in a few words, for undo to name."""
        return words_of(action)

    def place_of(self, change: Change) -> Place:
        """A place that covers a change: its added lines, else its removed ones, else its file."""
        return place_of_change(self, change)

    def _reason_holds(self, place: Place | None) -> bool:
        """A reason is shown only while something of its change is still rejected."""
        if place is None or place.path is None:
            return False
        file = self.by_path.get(place.path)
        if place.change in self.changes_by_id:
            said: tuple[str, ...] = (place.change or "",)
        else:
            said = changes_at(file, place) if file is not None else ()
        still = (Verdict.REJECTED, Verdict.MIXED)
        return any(verdict_of(self.changes_by_id[each], self.review.current) in still for each in said)
