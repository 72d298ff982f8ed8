"""Everything the reviewer or a round did, as values. The saved form of a review is its list of these.

Ids and times arrive on the action; nothing here reads a clock. What an action does to a review is
said in `review.py` alone. Fields may be added with a default; a field is never given a new meaning,
because old logs are read for ever.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from workbench.review.context import Pin
from workbench.review.findings import Draft, State
from workbench.review.notes import Intent, Note, Place, Reply
from workbench.review.rounds import Answer, FileCarry, Round, Source, Usage, Why
from workbench.review.verdicts import Selection, Verdict


class Action(Struct, frozen=True, kw_only=True):
    """What every action carries: its id (random, chosen by the caller) and the time in epoch seconds."""

    id: str
    at: float


class ReviewStarted(Action, frozen=True, kw_only=True):
    """A review's first action. `base` is a tree id, `asked` the range or the patch's name as given, or ""."""

    review: str
    repository: str
    base: str
    base_commit: str | None
    source: Source
    asked: str = ""
    task: str = ""


class RoundArrived(Action, frozen=True, kw_only=True):
    """A new candidate. A fact, except where its source is the expert: such an edit is taken back by undo.

    `carry` says which lines keep their verdicts; a path that is not in it starts open. `places`
    says where every note of the review stands in this round, None where that is not certain.
    `taken` are lines of this round that arrive judged (the expert's own edit arrives accepted).
    """

    round: Round
    carry: tuple[FileCarry, ...] = ()
    places: Mapping[str, Place | None] = field(default_factory=dict)
    answers: tuple[Answer, ...] = ()
    whys: tuple[Why, ...] = ()
    taken: tuple[Selection, ...] = ()
    words: str = ""


class RoundFailed(Action, frozen=True, kw_only=True):
    """A round that was asked for and did not come; `exchange` names the kept prompt and answers."""

    number: int
    model: str
    why: str
    exchange: str | None = None
    usage: Usage | None = None


class Judged(Action, frozen=True, kw_only=True):
    """Lines of round `round` (its index) given a verdict. `note` is the reason that came with a rejection.

    `tree` is that round's snapshot. Another process may have undone an edit and taken another round in
    its place: the verdict is not put on that one. "" in logs that do not have it yet.
    """

    round: int
    selections: tuple[Selection, ...]
    verdict: Verdict
    note: Note | None = None
    words: str = ""
    tree: str = ""


class NoteWritten(Action, frozen=True, kw_only=True):
    """A new note; its id is already chosen (`next_note_id`)."""

    note: Note


class NoteEdited(Action, frozen=True, kw_only=True):
    """The expert changed the words, the intent or the suggestion of a note."""

    note: str
    intent: Intent
    text: str
    suggestion: str | None


class NoteReplied(Action, frozen=True, kw_only=True):
    """The expert wrote into a note's thread; `reply.again` sends the note again."""

    note: str
    reply: Reply


class NoteAnswered(Action, frozen=True, kw_only=True):
    """A model answered a question that was sent by itself. A fact: it edits nothing and settles nothing."""

    note: str
    reply: Reply


class NoteSettled(Action, frozen=True, kw_only=True):
    """The expert says that a note is dealt with (or, with `settled` false, that it is not)."""

    note: str
    settled: bool = True


class NoteWithdrawn(Action, frozen=True, kw_only=True):
    """The expert takes a note back; it is never sent again."""

    note: str


class FileViewed(Action, frozen=True, kw_only=True):
    """A viewed mark on a path, bound to the object id that was seen (None: the mark is taken off)."""

    path: str
    seen: str | None


class TaskSet(Action, frozen=True, kw_only=True):
    """The task was written or changed."""

    text: str


class Pinned(Action, frozen=True, kw_only=True):
    """A file or lines that every next round is given."""

    pin: Pin


class Unpinned(Action, frozen=True, kw_only=True):
    """A pin, by its name, taken away; by its path alone all pins of lines of that file."""

    name: str


class ItemRemoved(Action, frozen=True, kw_only=True):
    """An item of the tray, by its id, that the next round is not given (or, with `back`, is given again)."""

    item: str
    back: bool = False


class SecretAllowed(Action, frozen=True, kw_only=True):
    """What looks like a secret may leave. `finding` is a digest under a key of the user's, never the secret.

    `what` and `where` say in words what was allowed; they hold nothing of it either.
    """

    finding: str
    what: str = ""
    where: str = ""


class RuleMade(Action, frozen=True, kw_only=True):
    """A house rule was made of a note. Undo takes the rule itself away, wherever it is kept."""

    rule: str
    note: str
    text: str
    pattern: str = ""


class FeedbackSent(Action, frozen=True, kw_only=True):
    """The feedback on round `round` (its index) was given to `recipient`; `text` is exactly what was given.

    `start` is the tree that the next round starts from (base + accepted + open).
    """

    round: int
    recipient: str
    text: str
    start: str


class EntryJudged(Action, frozen=True, kw_only=True):
    """A ledger entry was answered: "taken" (the new stands), "restored", or "again" (sent back).

    `settles` is the note that is settled by it, "" for none.
    """

    round: int
    entry: str
    answer: str
    selections: tuple[Selection, ...] = ()
    tree: str = ""
    settles: str = ""


class FindingsArrived(Action, frozen=True, kw_only=True):
    """What a model found in round `round` (its index), whose snapshot is `tree`. A fact.

    `dropped` had places that could not be verified, `repeated` said again what it had said before; neither
    is among `findings`. `unread` are paths of the round that the model was not given. `call` is the id of
    the call that answered, `exchange` names the kept prompt and answers. Where another round came while the
    model read, `now` says where each finding stands in that one (None: not certain), whose snapshot is
    `now_tree`.
    """

    round: int
    tree: str
    model: str
    findings: tuple[Draft, ...] = ()
    dropped: int = 0
    repeated: int = 0
    unread: tuple[str, ...] = ()
    call: str = ""
    exchange: str | None = None
    now: tuple[Place | None, ...] = ()
    now_tree: str = ""


class FindingJudged(Action, frozen=True, kw_only=True):
    """The expert adopted a finding as `note`, or dismissed it and perhaps said why."""

    finding: str
    answer: State
    model: str
    note: Note | None = None
    reason: str = ""


class EntriesSentBack(Action, frozen=True, kw_only=True):
    """What was left of the ledger was sent back at once. The entries are answered "again".

    `selections` are rejected, `replies` say of notes that they are not dealt with, and `notes` are new ones
    that ask for accepted code to be put back.
    """

    round: int
    entries: tuple[str, ...]
    selections: tuple[Selection, ...] = ()
    replies: tuple[str, ...] = ()
    reply: str = ""
    notes: tuple[Note, ...] = ()
    tree: str = ""


class LandedFile(Struct, frozen=True):
    """One path that a landing wrote. Ids name bytes in the shadow directory, None where there was no file.

    `told`: what git had been told of the path's entry in the index, a letter each: "i" to be added later,
    "h" assumed unchanged, "S" skipped.
    """

    path: str
    before_id: str | None
    before_mode: str | None
    after_id: str | None
    after_mode: str | None
    told: str = ""


class Landed(Action, frozen=True, kw_only=True):
    """The accepted result was written. `purpose` is "land", or "take out" for rejected lines before sending.

    `tree` is the work tree as this left it, as far as the review knows; None for other destinations.
    For a branch, the commits that it named before (None: there was none) and after, and what hooks said.
    """

    round: int
    destination: str
    files: tuple[LandedFile, ...]
    purpose: str = "land"
    tree: str | None = None
    ref_before: str | None = None
    ref_after: str | None = None
    hooks: str = ""


class CallMade(Action, frozen=True, kw_only=True):
    """One call to a model, whatever came of it.

    `purpose` is "round", "repair", "ask" or "read"; `round` the number of the round that it was made for, 0
    where it was for none. `outcome` is "fits", "repair", "misfit", "answered", or what went wrong. `cached`
    of the tokens in came from the provider's cache; `first_token` is seconds until something arrived (all
    of them are `usage.seconds`). `instead_of` is the model that was wanted, where this one took its place.
    `exchange` names the kept prompt and answer.
    """

    purpose: str
    model: str
    outcome: str
    usage: Usage
    prompt_digest: str = ""
    retries: int = 0
    cached: int | None = None
    first_token: float | None = None
    round: int = 0
    instead_of: str = ""
    exchange: str | None = None


class ReviewClosed(Action, frozen=True, kw_only=True):
    """The expert is done with this review; opening the repository again starts a new one."""

    reopened: bool = False


class Undone(Action, frozen=True, kw_only=True):
    """Takes back the action whose id is `target`."""

    target: str


class Redone(Action, frozen=True, kw_only=True):
    """Does again the action whose id is `target`, which was taken back."""

    target: str


def words_of(action: Action) -> str:
    """What an action did, in a few words after "Undone:"."""
    match action:
        case Judged() | RoundArrived():
            return action.words or "a verdict"
        case NoteWritten():
            many = f" on {len(action.note.places):,} places" if action.note.spread else ""
            return f"note {action.note.id}{many}"
        case NoteEdited():
            return f"the edit of note {action.note}"
        case NoteReplied():
            return f"the reply to note {action.note}"
        case NoteSettled():
            return f"{'settling' if action.settled else 'reopening'} note {action.note}"
        case NoteWithdrawn():
            return f"withdrawing note {action.note}"
        case FileViewed():
            return f"the viewed mark of {action.path}"
        case FindingJudged():
            did = "adopting" if action.answer is State.ADOPTED else "dismissing"
            return f"{did} {action.finding}"
        case TaskSet():
            return "the change of the task"
        case Pinned():
            return f"pinning {action.pin.name}"
        case Unpinned():
            return f"unpinning {action.name}"
        case ItemRemoved():
            name = action.item.partition(":")[2] or action.item
            return f"putting back {name}" if action.back else f"taking out {name}"
        case SecretAllowed():
            return f"allowing {action.finding} to leave"
        case RuleMade():
            return f"making {action.note} house rule {action.rule}"
        case FeedbackSent():
            return f"sending the feedback to {action.recipient}"
        case EntriesSentBack():
            count = len(action.entries)
            return f"sending {count} ledger entr{'y' if count == 1 else 'ies'} back"
        case EntryJudged():
            return f"the answer to a ledger entry ({action.answer})"
        case Landed():
            done = "taking out what was rejected" if action.purpose == "take out" else "landing"
            files = "1 file" if len(action.files) == 1 else f"{len(action.files)} files"
            return f"{done} ({action.destination}, {files})"
        case ReviewClosed():
            return "reopening the review" if action.reopened else "closing the review"
        case _:
            return "the newest action"
