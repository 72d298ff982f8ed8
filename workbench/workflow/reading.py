"""A second reader: another model reads a round, and what it finds waits for the expert as drafts.

`read_round` is blocking and changes no session: whoever runs it gives each event to `take` on the session's
own thread, as with sending. What the expert makes of the drafts stands in `drafts.py`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from workbench.errors import UserError
from workbench.generation.backends import LiteLLMBackend
from workbench.generation.events import CallEnded, Lost, RepairAsked
from workbench.generation.events import Event as RoundEvent
from workbench.generation.exchange import Exchange
from workbench.generation.failures import Trouble
from workbench.generation.findings import VERSION
from workbench.generation.findings_asking import PURPOSE, Read
from workbench.generation.findings_asking import read as ask_reader
from workbench.generation.findings_prompt import ReadingRequest, Shown, build, lines_of, packed
from workbench.generation.prompt import rough_tokens
from workbench.review.actions import FindingsArrived
from workbench.review.changes import FileChange
from workbench.review.findings import Draft, State, said_before
from workbench.review.lines import split_lines
from workbench.review.places import place_at
from workbench.review.scope import Scope
from workbench.review.text import decode
from workbench.store.rules import read_rules
from workbench.workflow import recipients, send
from workbench.workflow.calls import Called, keep, require_affordable
from workbench.workflow.drafts import note_of
from workbench.workflow.gate import findings_in_lines, require_clear
from workbench.workflow.limits import SMALL, ask_limits, known_limits
from workbench.workflow.logged import new_id
from workbench.workflow.placing import places_since
from workbench.workflow.recipients import Recipient, RecipientKind
from workbench.workflow.request import PROMPT_FILE_LIMIT
from workbench.workflow.rules import count_given
from workbench.workflow.session import Session
from workbench.workflow.tray import Finding as Secret
from workbench.workflow.tray import Limits
from workbench.workflow.turns import turn
from workbench.workflow.under_way import recorded, saved, under_way

NOBODY = "none"
"""Given as a reader's name: the round is not read, whatever the settings say."""
SUBMODULE = "160000"


class Found(Struct, frozen=True):
    """The reader answered to its end. The last event; `take` records it."""

    action: FindingsArrived


class NotRead(Struct, frozen=True):
    """There are no findings, and this is why. The last event."""

    sentence: str
    hint: str
    cancelled: bool = False
    exchange: str = ""


Event = RoundEvent | Called | Found | NotRead


def readers(session: Session) -> tuple[Recipient, ...]:
    """Every model that could read. May ask the keyring, which can block."""
    return tuple(each for each in recipients.recipients(session) if each.kind is RecipientKind.MODEL)


def reader_named(session: Session, name: str) -> Recipient:
    """The model that a name means. UserError where it cannot read."""
    found = recipients.recipient_named(session, name)
    if found.kind is not RecipientKind.MODEL:
        raise UserError(f"{name} cannot read: it is no model.", hint="Name a model: --model NAME")
    return found


def chosen_reader(session: Session, name: str | None) -> str:
    """Who reads each new round: who is named, else the one of the settings; "" is nobody."""
    wanted = session.settings.reader if name is None else name
    return "" if wanted == NOBODY else wanted


def last_reader(session: Session) -> str:
    """Whom the expert chose last, else the reader of the settings."""
    return str((session.log.remembered("reader") or {}).get("id", "")) or session.settings.reader


def same_as_author(session: Session, recipient: Recipient) -> str:
    """A word where the reader wrote the round itself, "" elsewhere. It is allowed all the same."""
    current = session.review.round
    name = recipient.model.model if recipient.model is not None else recipient.id
    if current is None or current.model != name:
        return ""
    return f"{name} wrote round {current.number} itself; another model sees more."


def reading_request(session: Session, limits: Limits | None = None) -> ReadingRequest:
    """The round, base to round, with the task; no verdict, no note, no other finding. Blocking.

    It is packed as a round is: files in their order while there is room, with fewer lines around where that
    helps; what did not fit is listed. Without limits, all of it.
    """
    plain = ("100644", "100755", "120000", None)
    shown: list[Shown] = []
    unread: list[tuple[str, str]] = []
    blobs, removed = _blobs(session), session.review.removed
    for file in session.files:
        old, new = blobs.get(file.old_id or "", b""), blobs.get(file.new_id or "", b"")
        if f"file:{file.path}" in removed:
            unread.append((file.path, "taken out of the tray"))
        elif file.binary:
            unread.append((file.path, "binary"))
        elif SUBMODULE in (file.old_mode, file.new_mode):
            unread.append((file.path, "a submodule"))
        elif file.old_mode not in plain or file.new_mode not in plain:
            unread.append((file.path, "no file"))
        elif max(len(old), len(new)) > PROMPT_FILE_LIMIT:
            unread.append((file.path, f"longer than {PROMPT_FILE_LIMIT:,} bytes"))
        else:
            shown.append(Shown(file, split_lines(old), split_lines(new)))
    task = "" if "task" in removed else session.review.task
    whole = ReadingRequest(task, tuple(shown), tuple(unread), _rules(session, shown))
    budget = (limits or Limits(unlimited=True)).budget(session.settings)
    return whole if budget is None else packed(whole, budget)


def _rules(session: Session, shown: Sequence[Shown]) -> tuple[tuple[str, str], ...]:
    """The house rules that hold for what is read, less those that were taken out of the tray."""
    paths = [each.file.path for each in shown]
    return tuple(
        (rule.id, rule.text)
        for rule in read_rules(session.repository.found.common_dir)
        if f"rule:{rule.id}" not in session.review.removed
        and (not rule.pattern or any(Scope((rule.pattern,)).holds(path) for path in paths))
    )


def secrets_in(session: Session, request: ReadingRequest) -> tuple[Secret, ...]:
    """What looks like a secret in what a reader would be given, by the same rules as in a round."""
    pieces = [(each.file.path, _numbered(each)) for each in request.shown]
    texts = [("the task", request.task), *((f"rule {name}", text) for name, text in request.rules)]
    pieces += [(name, list(enumerate(text.split("\n"), 1))) for name, text in texts]
    paths = {name for each in request.shown for name in (each.file.path, each.file.base_path) if name}
    return findings_in_lines(session, pieces, sorted(paths))


def _numbered(shown: Shown) -> list[tuple[int, str]]:
    return [(number, decode(line)) for _, number, line in lines_of(shown) if number]


def _blobs(session: Session) -> Mapping[str, bytes]:
    def wanted(file: FileChange) -> Iterator[str]:
        for blob, mode in ((file.old_id, file.old_mode), (file.new_id, file.new_mode)):
            if blob and mode != SUBMODULE and not file.binary:
                yield blob

    ids = dict.fromkeys(blob for file in session.files for blob in wanted(file))
    return session.repository.blobs(tuple(ids))


def size_of_reading(session: Session) -> int:
    """About how many tokens a reader would be given. Blocking."""
    return sum(rough_tokens(each.content) for each in build(reading_request(session)))


def require_readable(session: Session, recipient: Recipient) -> None:
    """UserError when there is nothing to read, or the model cannot be asked: the same gates as sending."""
    if session.review.round is None or not session.files:
        raise UserError(
            "There is nothing to read: no file differs.", hint="A round is read once it is there."
        )
    recipients.require_ready(session, recipient)


def read_round(session: Session, recipient: Recipient, cancelled: threading.Event) -> Iterator[Event]:
    """Ask a model what it finds in the current round, and yield what happens until it answered or failed."""
    require_readable(session, recipient)
    session.log.remember("reader", {"id": recipient.id})
    index, current = session.review.index, session.review.round
    assert current is not None
    line = recipients.line_of(session, recipient)
    request = reading_request(session, _limits(session, recipient, line[0], cancelled))
    require_clear(secrets_in(session, request))
    _require_affordable(line[0], request, cancelled)
    rules = frozenset(rule for rule, _ in request.rules)
    exchange, last = Exchange(line[0].model, contract=VERSION), ""
    with under_way(session, current.number, recipient.id, PURPOSE, line=line) as coming:
        for event in ask_reader(request, line, cancelled):
            # Recorded as soon as it is over, whatever becomes of the reading: it was paid for.
            record = coming.note(event)
            if isinstance(event, CallEnded):
                exchange = replace(exchange, model=event.call.model, calls=(*exchange.calls, event.call))
                if record is not None:
                    rules = count_given(rules, record.action)
                    keep(session.log, exchange, coming.id)
                    last = record.action.id
                    yield record
            elif isinstance(event, Lost):
                yield NotRead(event.sentence, event.hint, event.trouble is Trouble.CANCELLED, coming.id)
            elif isinstance(event, Read):
                coming.keep(session, exchange)
                yield Found(_arrived(event, request, index, current.tree, last, coming.id))
            else:
                yield event


def _arrived(
    read: Read, request: ReadingRequest, index: int, tree: str, call: str, exchange: str
) -> FindingsArrived:
    return FindingsArrived(
        id=new_id(),
        at=time.time(),
        round=index,
        tree=tree,
        model=read.exchange.model,
        findings=read.found.drafts,
        dropped=len(read.found.dropped),
        repeated=read.found.repeated,
        unread=tuple(path for path, _ in request.unread),
        call=call,
        exchange=exchange,
    )


def _limits(
    session: Session, recipient: Recipient, backend: LiteLLMBackend, cancelled: threading.Event
) -> Limits:
    """What is known of the reader; asked for where the round is larger than what every model takes."""
    limits = known_limits(session, recipient.id)
    if limits.window is None and size_of_reading(session) > SMALL:
        limits = ask_limits(session, recipient.id, backend, cancelled)
    return limits


def _require_affordable(backend: LiteLLMBackend, request: ReadingRequest, cancelled: threading.Event) -> None:
    """UserError when the prompt alone would go over a cap, said before it leaves."""
    try:
        require_affordable(backend, build(request), cancelled)
    except UserError as error:
        sentence = error.message.replace("The round was not started", "The round was not read", 1)
        raise UserError(sentence, hint=error.hint) from error


def take(session: Session, event: Event) -> None:
    """Record what an event means for the review. On the session's thread."""
    if isinstance(event, Called):
        with saved(session.review.id, event.action.exchange):
            session.act(event.action)
    elif isinstance(event, Found):
        with saved(session.review.id, event.action.exchange), turn(session.review.id):
            session.poll()
            session.act(_fresh(session, event.action))
        recorded(session.review.id, event.action.exchange)
    elif isinstance(event, NotRead):
        recorded(session.review.id, event.exchange)


def _fresh(session: Session, action: FindingsArrived) -> FindingsArrived:
    """The action without what this model said of these lines before: judged, or of an earlier round."""
    known = [
        each
        for each in session.review.findings.values()
        if each.model == action.model and not (each.round == action.round and each.state is State.OPEN)
    ]
    review = session.review
    places = {each.id: place_at(review, note_of(each), action.round) for each in known}
    kept: list[Draft] = [each for each in action.findings if not said_before(each, known, places)]
    repeated = action.repeated + len(action.findings) - len(kept)
    action = replace(action, findings=tuple(kept), repeated=repeated)
    if action.round < review.index and review.rounds[action.round].tree == action.tree:
        # The expert edited a line, or another round came, while the model read.
        now = places_since(session, action.round, [each.place for each in kept])
        action = replace(action, now=now, now_tree=review.rounds[-1].tree)
    return action


def words(event: object) -> str:
    """One line about an event, "" for those that say nothing by themselves."""
    if isinstance(event, RepairAsked):
        return f"The findings did not fit and are asked for again: {event.problems[0]}"
    return send.words(event)  # type: ignore[arg-type]  # those that both have; "" for the others
