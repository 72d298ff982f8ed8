"""Ask: one question is sent at once, with the change and its surroundings. Nothing is edited.

`ask` is blocking and changes no session: whoever runs it gives each event to `take` on the session's own
thread. The answer is shown as it comes and is kept when the call ends, whole or cut.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

from msgspec import Struct

from workbench.errors import UserError
from workbench.generation.blocks import Marks
from workbench.generation.contract import NoteAnswer, marks_for, parse, write_path
from workbench.generation.events import CallBegan, CallEvent, Failed, FellBack, Noticed
from workbench.generation.failures import Trouble
from workbench.generation.prompt import Message, fill
from workbench.review.actions import NoteAnswered
from workbench.review.changes import Change, Side
from workbench.review.notes import AnswerKind, Author, Intent, Note, Place, Reply
from workbench.review.places import place_now
from workbench.review.progress import changes_at
from workbench.review.text import decode
from workbench.workflow import send
from workbench.workflow.calls import OFFLINE, Called, ask_model
from workbench.workflow.gate import findings_in_text, require_clear
from workbench.workflow.logged import new_id
from workbench.workflow.session import Session
from workbench.workflow.tray import Finding
from workbench.workflow.under_way import recorded, saved

AROUND = 80
"""Lines of the file that are given on either side of what a question is about."""
LONGEST = 2000
"""Lines that are given of one file at most."""


class AnswerArrived(Struct, frozen=True):
    """The answer is there, to be recorded. The last event. `words` say what is odd about it, if anything."""

    action: NoteAnswered
    words: str = ""
    exchange: str = ""


class NotAnswered(Struct, frozen=True):
    """There is no answer, and this is why. The last event."""

    note: str
    sentence: str
    hint: str
    exchange: str = ""


Event = CallEvent | CallBegan | FellBack | Called | AnswerArrived | NotAnswered


def require_question(session: Session, note_id: str, model: str) -> Note:
    """The note that is a question. UserError where it cannot be asked."""
    note = session.note(note_id)
    if model == OFFLINE:
        raise UserError(
            "The offline model answers no questions: it only applies suggestions.",
            hint="Name a model: --model NAME",
        )
    if note.intent is not Intent.QUESTION:
        raise UserError(
            f"{note.id} is no question.", hint="A question begins with ?. Other notes go with the feedback."
        )
    return note


def chosen_model(session: Session) -> str:
    """Who is asked: the model that was sent to last, else the one of the settings. UserError without one."""
    last = str((session.log.remembered("recipient") or {}).get("id", ""))
    known = last in session.settings.models or "/" in last
    model = last if known else session.settings.model
    if not model or model == OFFLINE:
        raise UserError(
            "No model is chosen that could answer.",
            hint="Choose one when sending, or in the settings: model.",
        )
    return model


def messages_for(session: Session, note: Note) -> tuple[Message, ...]:
    """What a model is given with a question: the task, the change, the lines around it. Blocking."""
    return _messages(session, note)[0]


def _messages(session: Session, note: Note) -> tuple[tuple[Message, ...], Marks]:
    """The same with the marks of the answer, which stand in nothing that is given."""
    place = place_now(session.review, note) or note.place
    parts: list[str] = []
    # The task may have been taken out of the tray. The lines asked about are the question itself.
    if "task" not in session.review.removed:
        parts.append(f"# Task\n\n{session.review.task.strip() or 'No task was written.'}")
    changes = _changes(session, place)
    if changes:
        parts.append("# The change\n\n" + "\n\n".join(_as_diff(change) for change in changes))
    elif place.quote:
        quoted = "".join(_ended(decode(line)) for line in place.quote)
        parts.append(f"# The lines\n\n{_fenced(quoted)}")
    code = _surroundings(session, place)
    if code:
        parts.append(code)
    said = [f"# Question {note.id}, {_where(place)}\n\n{note.text.strip()}"]
    for reply in note.thread:
        who = "The expert" if reply.author is Author.EXPERT else "A model"
        said.append(f"{who} said: {reply.text.strip()}")
    parts.append("\n\n".join(said))
    asked = ("\n\n".join(parts) + "\n").encode("utf-8", "backslashreplace")
    marks = marks_for([asked])
    system = fill("ask.md", marks).partition("\n")[2]
    return (Message("system", system), Message("user", asked.decode())), marks


def _paths(session: Session, place: Place) -> tuple[str, ...]:
    """The names that the lines of a place go by: of a file that was renamed, the one of the base too."""
    file = session.by_path.get(place.path or "")
    names = (place.path, file.base_path if file is not None else None)
    return tuple(dict.fromkeys(name for name in names if name is not None))


def secrets_in(session: Session, note: Note) -> tuple[Finding, ...]:
    """What looks like a secret in what a model would be given with a question. Blocking."""
    place = place_now(session.review, note) or note.place
    messages, _ = _messages(session, note)
    return findings_in_text(session, messages[-1].content, "the question", _paths(session, place))


def ask(session: Session, note_id: str, model: str, cancelled: threading.Event) -> Iterator[Event]:
    """Send a question and yield what happens until it is answered, or is not."""
    note = require_question(session, note_id, model)
    index = session.review.index
    messages, marks = _messages(session, note)
    require_clear(secrets_in(session, note))
    asked = yield from ask_model(session, model, messages, cancelled, purpose="ask")
    name, ended = asked.calls[-1].model, asked.ended
    failed = ended if isinstance(ended, Failed) else None
    if failed is not None and not failed.text.strip():
        stopped = failed.trouble is Trouble.CANCELLED
        sentence = f"{note.id} was not answered: it was stopped." if stopped else failed.sentence
        yield NotAnswered(note.id, sentence, failed.hint, asked.exchange)
        return
    reply = answer_of(ended.text, marks, name, index, failed=failed is not None)
    if not reply.text:
        yield NotAnswered(
            note.id, f"{name} answered nothing.", "Ask again, or another model.", asked.exchange
        )
        return
    action = NoteAnswered(id=new_id(), at=time.time(), note=note.id, reply=reply)
    yield AnswerArrived(action, _words(note.id, reply, failed), asked.exchange)


def answer_of(text: str, marks: Marks, model: str, index: int, *, failed: bool = False) -> Reply:
    """What a model said, as an entry of a thread. Blocks that edit are counted, and are nothing more."""
    parsed = parse(text, marks)
    answers = [block.text for block in parsed.blocks if isinstance(block, NoteAnswer) and block.text]
    words = "\n\n".join(part for part in (parsed.remarks, *answers) if part.strip())
    ignored = len(parsed.blocks) - sum(isinstance(block, NoteAnswer) for block in parsed.blocks)
    ignored += sum(", block " in problem for problem in parsed.problems)
    cut = failed or not parsed.complete
    return Reply(Author.MODEL, words, index, AnswerKind.ANSWERED, model=model, cut=cut, ignored=ignored)


def written_so_far(text: str) -> str:
    """What of an unfinished answer is to be shown: its words, without blocks and marks."""
    return parse(text).remarks if text else ""


def take(session: Session, event: Event) -> None:
    """Record what an event means for the review. On the session's thread."""
    if isinstance(event, Called):
        with saved(session.review.id, event.action.exchange):
            session.act(event.action)
    elif isinstance(event, AnswerArrived):
        with saved(session.review.id, event.exchange):
            session.act(event.action)
    if isinstance(event, AnswerArrived | NotAnswered):
        recorded(session.review.id, event.exchange)


def words(event: Event) -> str:
    """One line about an event, "" for those that say nothing by themselves."""
    if isinstance(event, AnswerArrived | Noticed):
        return event.words
    return send.words(event)  # type: ignore[arg-type]  # those that both have; "" for the others


def _words(note: str, reply: Reply, failed: Failed | None) -> str:
    parts: list[str] = []
    if failed is not None and failed.trouble is Trouble.CANCELLED:
        parts.append(f"The answer to {note} was stopped; what had arrived is kept.")
    elif failed is not None:
        parts.append(f"The answer to {note} broke off: {failed.sentence}")
    elif reply.cut:
        parts.append(f"The answer to {note} is incomplete: its end mark is missing.")
    if reply.ignored:
        edits = "1 edit" if reply.ignored == 1 else f"{reply.ignored} edits"
        parts.append(f"The answer to {note} holds {edits}; nothing was done with {_them(reply.ignored)}.")
    return " ".join(parts)


def _them(count: int) -> str:
    return "it" if count == 1 else "them"


def _changes(session: Session, place: Place) -> list[Change]:
    file = session.by_path.get(place.path or "")
    if file is None:
        return []
    ids = {change.id for change in file.changes} if place.is_file else set(changes_at(file, place))
    return [change for change in file.changes if change.id in ids]


def _as_diff(change: Change) -> str:
    if not change.is_text:
        return f"{write_path(change.path)}: {change.words or change.kind.value}"
    lines = [f"-{decode(line)}" for line in change.removed] + [f"+{decode(line)}" for line in change.added]
    return f"{write_path(change.path)}\n\n{_fenced(''.join(_ended(line) for line in lines))}"


def _surroundings(session: Session, place: Place) -> str:
    """The lines of the file around the place, as the round (for base lines, the base) has them."""
    if place.path is None:
        return ""
    side = place.side if place.count else Side.NEW
    try:
        lines = session.lines_at(place.path, side)
    except UserError:
        return ""
    if any(b"\0" in line for line in lines):
        return ""
    first = max(0, place.start - 1 - AROUND) if place.count else 0
    stop = min(
        place.start - 1 + place.count + AROUND if place.count else LONGEST, first + LONGEST, len(lines)
    )
    code = "".join(_ended(decode(line)) for line in lines[first:stop])
    version = "before the change" if side is Side.OLD else "as it is now"
    return (
        f"# {write_path(place.path)}, lines {first + 1}–{stop}, {version}\n\n{_fenced(code)}" if code else ""
    )


def _fenced(code: str) -> str:
    longest = run = 0
    for sign in code:
        run = run + 1 if sign == "`" else 0
        longest = max(longest, run)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{_ended(code)}{fence}"


def _ended(text: str) -> str:
    return text if text.endswith("\n") else f"{text}\n"


def _where(place: Place) -> str:
    if place.path is None:
        return "on the whole change"
    if not place.count:
        return f"on {write_path(place.path)}"
    last = place.start + place.count - 1
    lines = f"line {place.start}" if place.count == 1 else f"lines {place.start}–{last}"
    return f"on {lines} of {write_path(place.path)}{' before the change' if place.side is Side.OLD else ''}"
