"""A review as one frozen value, and the one function that changes it: `apply(review, action) -> Review`.

Pure: the same actions give the same review, whoever folds them and whenever. `apply` gives the same
object back when an action changes nothing. Undo is an action too: it takes one earlier action out of
the fold and folds again what came after it, so that rounds and calls, which are facts, stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from workbench.review.actions import (
    Action,
    CallMade,
    EntriesSentBack,
    EntryJudged,
    FeedbackSent,
    FileViewed,
    FindingJudged,
    FindingsArrived,
    ItemRemoved,
    Judged,
    Landed,
    NoteAnswered,
    NoteEdited,
    NoteReplied,
    NoteSettled,
    NoteWithdrawn,
    NoteWritten,
    Pinned,
    Redone,
    ReviewClosed,
    ReviewStarted,
    RoundArrived,
    RoundFailed,
    RuleMade,
    SecretAllowed,
    TaskSet,
    Undone,
    Unpinned,
)
from workbench.review.carry import carry_selections, carry_verdicts
from workbench.review.context import Pin, named, with_pin
from workbench.review.findings import Finding, State, arrived
from workbench.review.notes import Author, Note, Place, Reply
from workbench.review.rounds import Answer, FileCarry, Round, Source, Why
from workbench.review.steps import Steps, finished
from workbench.review.verdicts import Selection, Verdict, Verdicts, judged, judging


class Step(Struct, frozen=True, eq=False):
    """One action that is in effect, and the review before it.

    What a review is does not depend on how it came about, so any two pasts are equal.
    """

    action: Action
    before: Review

    def __eq__(self, other: object) -> bool:
        return other is None or isinstance(other, Step)

    def __hash__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return f"Step({type(self.action).__name__})"


class Review(Struct, frozen=True):
    """One piece of work. Per-round tuples (`rounds`, `carries`, `verdicts`, `places`, `whys`) run in step."""

    id: str
    repository: str
    base: str
    base_commit: str | None
    source: Source
    asked: str = ""
    started: float = 0.0
    task: str = ""
    rounds: tuple[Round, ...] = ()
    carries: tuple[tuple[FileCarry, ...], ...] = ()
    verdicts: tuple[Verdicts, ...] = ()
    places: tuple[Mapping[str, Place | None], ...] = ()
    whys: tuple[tuple[Why, ...], ...] = ()
    answers: tuple[tuple[Answer, ...], ...] = ()
    notes: Mapping[str, Note] = field(default_factory=dict)
    last_note: int = 0
    """The highest number that a note's id ever had; undo does not lower it."""
    viewed: Mapping[str, str] = field(default_factory=dict)
    entries: Mapping[str, str] = field(default_factory=dict)
    """Answers to ledger entries by (round index, entry id) as "index/entry"."""
    sent: tuple[FeedbackSent, ...] = ()
    landings: tuple[Landed, ...] = ()
    calls: tuple[CallMade, ...] = ()
    failures: tuple[RoundFailed, ...] = ()
    pins: tuple[Pin, ...] = ()
    removed: frozenset[str] = frozenset()
    """Ids of the items of the tray that the next round is not given."""
    allowed: frozenset[str] = frozenset()
    """Digests of what looks like a secret and may leave."""
    rules: tuple[str, ...] = ()
    """Ids of the house rules that were made of notes of this review."""
    findings: Mapping[str, Finding] = field(default_factory=dict)
    """What other models said, by id. Drafts: nothing here is ever sent."""
    last_finding: int = 0
    readings: tuple[FindingsArrived, ...] = ()
    closed: bool = False
    undone: tuple[Step, ...] = ()
    """Actions taken back and not done again, oldest first: what redo does next is the last."""
    past: Step | None = None

    @property
    def index(self) -> int:
        """The index of the current round, -1 before the first."""
        return len(self.rounds) - 1

    @property
    def round(self) -> Round | None:
        return self.rounds[-1] if self.rounds else None

    @property
    def current(self) -> Verdicts:
        """The verdicts of the current round."""
        return self.verdicts[-1] if self.verdicts else {}


def begin(action: ReviewStarted) -> Review:
    """The review that its first action makes."""
    return Review(
        id=action.review,
        repository=action.repository,
        base=action.base,
        base_commit=action.base_commit,
        source=action.source,
        asked=action.asked,
        task=action.task,
        started=action.at,
    )


def replay(actions: Iterable[Action]) -> Review:
    """The review that a list of actions makes. Raises ValueError if the first is not `ReviewStarted`."""
    rest = iter(actions)
    first = next(rest, None)
    if not isinstance(first, ReviewStarted):
        raise ValueError("A review's first action must be ReviewStarted.")
    review = begin(first)
    for action in rest:
        review = apply(review, action)
    return review


def apply(review: Review, action: Action) -> Review:
    """The review after one action. The same object when the action changes nothing."""
    return finished(applying(review, action))


def applying(review: Review, action: Action) -> Steps[Review]:
    """As `apply`, with rests: one action may judge twenty thousand files."""
    if isinstance(action, Undone):
        return (yield from _undo(review, action.target))
    if isinstance(action, Redone):
        return (yield from _redo(review, action.target))
    after = yield from _take(review, action)
    if after is not review and after.undone and (is_reviewers(action) or isinstance(action, RoundArrived)):
        after = replace(after, undone=())
    return after


def is_reviewers(action: Action) -> bool:
    """True for what the expert did and may take back; false for facts: rounds, calls, failures."""
    if isinstance(action, RoundArrived):
        return action.round.source is Source.EXPERT
    facts = ReviewStarted | RoundFailed | CallMade | FindingsArrived | NoteAnswered | Undone | Redone
    return not isinstance(action, facts)


def undoable(review: Review) -> Action | None:
    """The reviewer's newest action that undo would take back.

    An edit in place on which a later round stands is part of that round and stays.
    """
    step = review.past
    rounds_after = 0
    while step is not None:
        action = step.action
        if is_reviewers(action) and not (isinstance(action, RoundArrived) and rounds_after):
            return action
        rounds_after += isinstance(action, RoundArrived)
        step = step.before.past
    return None


def redoable(review: Review) -> Action | None:
    """The action that redo would do again."""
    return review.undone[-1].action if review.undone else None


def next_note_id(review: Review) -> str:
    """The id of the next note. Withdrawn and taken-back notes count, so that no id is ever given twice."""
    return f"N{review.last_note + 1}"


def _undo(review: Review, target: str) -> Steps[Review]:
    later: list[Action] = []
    step = review.past
    while step is not None and step.action.id != target:
        later.append(step.action)
        step = step.before.past
    if step is None:
        return review
    result = step.before
    for action in reversed(later):
        result = yield from _take(result, action)
    return replace(result, undone=(*review.undone, step), last_note=review.last_note)


def _redo(review: Review, target: str) -> Steps[Review]:
    """Do an action again where it was done: what came after it (a round, a later verdict) still does."""
    undone = next((each for each in review.undone if each.action.id == target), None)
    if undone is None:
        return review
    earlier: set[str] = set()
    step = undone.before.past
    while step is not None:
        earlier.add(step.action.id)
        step = step.before.past
    later: list[Action] = []
    result, step = review, review.past
    while step is not None and step.action.id not in earlier:
        later.append(step.action)
        result, step = step.before, step.before.past
    for action in (undone.action, *reversed(later)):
        result = yield from _take(result, action)
    left = tuple(each for each in review.undone if each is not undone)
    return replace(result, undone=left, last_note=review.last_note)


def _take(review: Review, action: Action) -> Steps[Review]:
    match action:
        case Judged():
            after = yield from _judge(review, action)
        case EntryJudged():
            after = yield from _judge_entry(review, action)
        case EntriesSentBack():
            after = yield from _send_back(review, action)
        case _:
            after = _change(review, action)
    if after is review:
        return review
    return replace(after, past=Step(action, review), undone=review.undone)


def _change(review: Review, action: Action) -> Review:
    match action:
        case RoundArrived():
            return _arrive(review, action)
        case NoteWritten():
            return _with_new_note(review, action.note)
        case NoteEdited():
            note = review.notes.get(action.note)
            return _with_note(
                review,
                note and replace(note, intent=action.intent, text=action.text, suggestion=action.suggestion),
            )
        case NoteReplied():
            note = review.notes.get(action.note)
            settled = bool(note and note.settled) and not action.reply.again
            return _with_note(
                review, note and replace(note, thread=(*note.thread, action.reply), settled=settled)
            )
        case NoteAnswered():
            note = review.notes.get(action.note)
            return _with_note(review, note and replace(note, thread=(*note.thread, action.reply)))
        case NoteSettled():
            note = review.notes.get(action.note)
            return _with_note(review, note and replace(note, settled=action.settled))
        case NoteWithdrawn():
            note = review.notes.get(action.note)
            return _with_note(review, note and replace(note, withdrawn=True))
        case FileViewed():
            return _view(review, action)
        case TaskSet():
            return review if action.text == review.task else replace(review, task=action.text)
        case Pinned() | Unpinned() | ItemRemoved() | SecretAllowed():
            return _with_context(review, action)
        case RuleMade():
            known = action.rule in review.rules
            return review if known else replace(review, rules=(*review.rules, action.rule))
        case FindingsArrived():
            return _take_findings(review, action)
        case FindingJudged():
            return _judge_finding(review, action)
        case FeedbackSent():
            return replace(review, sent=(*review.sent, action))
        case Landed():
            closed = review.closed or action.purpose == "land"
            return replace(review, landings=(*review.landings, action), closed=closed)
        case CallMade():
            return replace(review, calls=(*review.calls, _of_its_round(action, review.rounds)))
        case RoundFailed():
            return replace(review, failures=(*review.failures, action))
        case ReviewClosed():
            closed = not action.reopened
            return review if closed == review.closed else replace(review, closed=closed)
        case _:
            raise ValueError(f"No review can take a {type(action).__name__} here.")


def _arrive(review: Review, action: RoundArrived) -> Review:
    index = len(review.rounds)
    verdicts = carry_verdicts(review.current, action.carry) if index else {}
    verdicts = judged(verdicts, action.taken, Verdict.ACCEPTED)
    notes = dict(review.notes)
    for answer in action.answers:
        note = notes.get(answer.note)
        if note is not None:
            reply = Reply(Author.MODEL, answer.text, index, kind=answer.kind, model=action.round.model or "")
            notes[answer.note] = replace(note, thread=(*note.thread, reply))
    return replace(
        review,
        rounds=(*review.rounds, action.round),
        calls=tuple(_of_its_round(call, (action.round,)) for call in review.calls),
        carries=(*review.carries, action.carry),
        verdicts=(*review.verdicts, verdicts),
        places=(*review.places, action.places),
        whys=(*review.whys, action.whys),
        answers=(*review.answers, action.answers),
        notes=notes,
        closed=False,
    )


def _of_its_round(call: CallMade, rounds: Sequence[Round]) -> CallMade:
    """The call under the number of the round that its exchange became, where it is one of these.

    Where two rounds are asked for at once, both are asked for under the same number, and one gets the next.
    """
    for each in rounds:
        if each.exchange is not None and each.exchange == call.exchange and each.number != call.round:
            return replace(call, round=each.number)
    return call


def _judge(review: Review, action: Judged) -> Steps[Review]:
    """Put a verdict on lines of one round and, where later rounds carry them, on those too."""
    if not _is_there(review, action):
        return review
    verdicts = yield from _put(review, action.round, action.selections, action.verdict)
    if verdicts is review.verdicts and action.note is None:
        return review
    after = replace(review, verdicts=verdicts)
    return after if action.note is None else _with_new_note(after, action.note)


def _take_findings(review: Review, action: FindingsArrived) -> Review:
    """Findings of a round that is not there any more are counted, and not shown. Ids are given once."""
    findings = review.findings
    if _is_there(review, action):
        findings = arrived(findings, review.last_finding, action.findings, action.model, action.round)
    places = review.places
    if action.now and review.round is not None and review.round.tree == action.now_tree:
        names = (f"F{review.last_finding + number}" for number in range(1, len(action.now) + 1))
        places = (*places[:-1], {**places[-1], **dict(zip(names, action.now, strict=True))})
    return replace(
        review,
        findings=findings,
        places=places,
        last_finding=review.last_finding + len(action.findings),
        readings=(*review.readings, action),
    )


def _judge_finding(review: Review, action: FindingJudged) -> Review:
    """A finding is adopted once, whoever else does it at the same time."""
    known = review.findings.get(action.finding)
    if known is None or known.state in (State.ADOPTED, action.answer):
        return review
    after, name = review, None
    if action.note is not None:
        after = _with_new_note(review, action.note)
        name = list(after.notes)[-1] if after is not review else action.note.id
    judged_one = replace(known, state=action.answer, note=name, reason=action.reason)
    return replace(after, findings={**review.findings, known.id: judged_one})


def _is_there(review: Review, action: Judged | EntryJudged | EntriesSentBack | FindingsArrived) -> bool:
    """Whether the round that was judged is still the one of that index."""
    if not 0 <= action.round < len(review.rounds):
        return False
    return action.tree in ("", review.rounds[action.round].tree)


def _put(
    review: Review, round_index: int, selections: tuple[Selection, ...], verdict: Verdict
) -> Steps[tuple[Verdicts, ...]]:
    """The verdicts of all rounds with one more. The same object when nothing changed."""
    verdicts = list(review.verdicts)
    for index in range(round_index, len(review.rounds)):
        if index > round_index:
            selections = carry_selections(selections, review.carries[index])
        verdicts[index] = yield from judging(verdicts[index], selections, verdict)
    same = all(new is old for new, old in zip(verdicts, review.verdicts, strict=True))
    return review.verdicts if same else tuple(verdicts)


def _judge_entry(review: Review, action: EntryJudged) -> Steps[Review]:
    if not _is_there(review, action):
        return review
    key = f"{action.round}/{action.entry}"
    verdicts = yield from _put(review, action.round, action.selections, Verdict.ACCEPTED)
    after = replace(review, entries={**review.entries, key: action.answer}, verdicts=verdicts)
    note = after.notes.get(action.settles)
    return _with_note(after, note and replace(note, settled=True))


def _send_back(review: Review, action: EntriesSentBack) -> Steps[Review]:
    if not _is_there(review, action):
        return review
    answers = {f"{action.round}/{entry}": "again" for entry in action.entries}
    verdicts = yield from _put(review, action.round, action.selections, Verdict.REJECTED)
    after = replace(review, entries={**review.entries, **answers}, verdicts=verdicts)
    for name in action.replies:
        note = after.notes.get(name)
        reply = Reply(Author.EXPERT, action.reply, action.round, again=True)
        after = _with_note(after, note and replace(note, thread=(*note.thread, reply), settled=False))
    for new in action.notes:
        after = _with_new_note(after, new)
    return after


def _with_new_note(review: Review, note: Note) -> Review:
    """Two processes may choose one id at the same time: the second note gets the next, none is lost."""
    taken = review.notes.get(note.id)
    if taken is not None and taken != note:
        note = replace(note, id=next_note_id(review))
    return _with_note(review, note)


def _with_note(review: Review, note: Note | None) -> Review:
    if note is None or review.notes.get(note.id) == note:
        return review
    number = int(note.id[1:]) if note.id[1:].isdecimal() else 0
    return replace(review, notes={**review.notes, note.id: note}, last_note=max(review.last_note, number))


def _with_context(review: Review, action: Pinned | Unpinned | ItemRemoved | SecretAllowed) -> Review:
    match action:
        case Pinned():
            known = action.pin in review.pins
            return review if known else replace(review, pins=with_pin(review.pins, action.pin))
        case Unpinned():
            gone = named(review.pins, action.name)
            left = tuple(each for each in review.pins if each not in gone)
            return replace(review, pins=left) if gone else review
        case ItemRemoved():
            out = review.removed - {action.item} if action.back else review.removed | {action.item}
            return review if out == review.removed else replace(review, removed=out)
        case SecretAllowed():
            known = action.finding in review.allowed
            return review if known else replace(review, allowed=review.allowed | {action.finding})


def _view(review: Review, action: FileViewed) -> Review:
    if review.viewed.get(action.path) == action.seen:
        return review
    viewed = {path: seen for path, seen in review.viewed.items() if path != action.path}
    if action.seen is not None:
        viewed[action.path] = action.seen
    return replace(review, viewed=viewed)
