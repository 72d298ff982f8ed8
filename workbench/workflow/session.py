"""One review that is open in this process: its state, and every act on it that is quick.

An act is on disk before the state shows it. Not thread-safe: a session lives on the thread that made
it. What takes long (snapshots, models, landing) is in the other files of this folder, as functions
from frozen inputs to an action; the answer comes back to `take_round` or `act` here.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from workbench.errors import UserError
from workbench.generation.children import Helpers
from workbench.git.repository import Repository
from workbench.review.actions import (
    Action,
    EntryJudged,
    FileViewed,
    Judged,
    Landed,
    NoteEdited,
    NoteWithdrawn,
    NoteWritten,
    Redone,
    ReviewClosed,
    RuleMade,
    TaskSet,
    Undone,
    words_of,
)
from workbench.review.changes import Change, FileChange
from workbench.review.notes import Intent, Note, Place
from workbench.review.progress import Progress, asked, progress
from workbench.review.review import Review, next_note_id, redoable, undoable
from workbench.review.selecting import describe
from workbench.review.steps import Steps, begun, finished
from workbench.review.verdicts import Selection, Verdict, select_change, select_changes
from workbench.store.log import ActionLog
from workbench.store.settings import Settings
from workbench.workflow.logged import new_id
from workbench.workflow.noting import NotedReview
from workbench.workflow.placing import place_of_change
from workbench.workflow.turns import turn

if TYPE_CHECKING:
    from workbench.review.entries import Entry
    from workbench.review.feedback_values import Feedback
    from workbench.review.ledger import Ledger
    from workbench.review.memory import EarlierRound


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
    ledger: Ledger | None = None
    """Made of these, where a worker has done it already."""


def ledger_of(facts: LedgerFacts, files: Sequence[FileChange]) -> Ledger:
    """The ledger that these facts make with the files of the round."""
    # Late: the first frame of a first round shows none.
    from workbench.review.ledger import Ledger  # noqa: PLC0415

    return Ledger(facts.before, files, facts.start, facts.between, facts.before_index, facts.earlier)


class Session(NotedReview):
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
        super().__init__(repository, log, review, sequence, files)
        self.settings = settings
        self.ledger_facts: LedgerFacts | None = None
        self.messages: tuple[str, ...] = ()
        """What opening has to say: a landing that was finished or rolled back, whose repository this is."""
        self.helpers = Helpers()
        """Processes that call models. None runs before it is needed; one is kept for the next round."""
        self.held_back: frozenset[str] = frozenset()
        """Ids of notes that wait for the expert, and that the next round is therefore not sent again."""
        self._last_verdict: tuple[Verdict, str | None] | None = None
        self._ledger: tuple[LedgerFacts, Ledger] | None = None
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
        entries = self._ledger_of(facts).entries(self.review)
        self._ledger_cache = (key, entries)
        return entries

    def _ledger_of(self, facts: LedgerFacts) -> Ledger:
        if self._ledger is None or self._ledger[0] is not facts or self._ledger[1].after is not self.files:
            made = facts.ledger
            if made is None or made.after is not self.files:
                made = ledger_of(facts, self.files)
            self._ledger = facts, made
        return self._ledger[1]

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
        finished(self.judging(selections, verdict, reason=reason, place=place, spread=spread, words=words))

    def judging(
        self,
        selections: Sequence[Selection],
        verdict: Verdict,
        *,
        reason: str | None = None,
        place: Place | None = None,
        spread: Sequence[Place] = (),
        words: str = "",
    ) -> Steps[None]:
        """As `judge`, with rests: it is on disk at the first of them, and in the review at the end."""
        if not selections:
            raise UserError("There is nothing to judge.", hint="Name changes or lines.")
        index, tree = self.review.index, self._tree
        words = words or describe(verdict, selections)
        action = Judged(
            id=new_id(),
            at=time.time(),
            round=index,
            selections=tuple(selections),
            verdict=verdict,
            words=words,
            tree=tree,
        )
        if not reason:
            yield from self.acting(action)
            self._require_round(index, tree)
        else:
            where = place or Place(path=selections[0].path)
            with turn(self.review.id):
                self.poll()
                self._require_round(index, tree)
                number = next_note_id(self.review)
                note = Note(number, Intent.MUST, where, reason, index, reason=True, spread=tuple(spread))
                rest = begun(self.acting(replace(action, note=note)))
            yield from rest
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
        return finished(self.redoing())

    def redoing(self) -> Steps[Action | None]:
        """As `redo`, with rests: it is on disk at the first of them, and in the review at the end."""
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
            rest = begun(self.acting(Redone(id=new_id(), at=time.time(), target=action.id)))
        yield from rest
        return action

    def acting(self, action: Action) -> Steps[None]:
        """As everywhere; what it breaks of the house rules is counted."""
        rules = self._named_rules() if isinstance(action, _NAMING) else None
        yield from super().acting(action)
        if rules is not None and self._named_rules() != rules:
            from workbench.workflow.rules import count_broken  # noqa: PLC0415 - seldom

            count_broken(self)

    def _named_rules(self) -> Mapping[str, frozenset[str]]:
        """The house rules that notes say were broken: counted, and taken back with the note."""
        if not any("R" in note.text for note in self.review.notes.values()):
            return {}
        from workbench.workflow.rules import named_rules  # noqa: PLC0415 - seldom

        return named_rules(self.review)

    def words(self, action: Action) -> str:
        """What an action did, in a few words, for undo to name."""
        return words_of(action)

    def place_of(self, change: Change) -> Place:
        """A place that covers a change: its added lines, else its removed ones, else its file."""
        return place_of_change(self, change)
