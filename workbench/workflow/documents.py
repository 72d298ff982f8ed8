"""The JSON documents of the scripting surface. Stable: fields are added, never renamed or taken away."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.review.actions import CallMade
from workbench.review.costs import Sum, by_model, by_purpose, by_round, total
from workbench.review.entries import Entry
from workbench.review.notes import Note, Place
from workbench.review.places import places_now
from workbench.review.progress import changes_at
from workbench.review.round_counts import RoundCounts
from workbench.review.rounds import Round, Usage
from workbench.review.scope import scope_of_task
from workbench.review.verdicts import NO_VERDICTS
from workbench.store.review_rows import ReviewRow
from workbench.workflow.file_documents import Document, Marks, file_document, not_shown_document
from workbench.workflow.opening import title
from workbench.workflow.session import Session


def changes_document(session: Session) -> Document:
    """Every file change and change of the current round, with verdicts, ledger words and notes."""
    review, current = session.review, session.review.round
    said: dict[str, str] = {}
    for entry in session.ledger():
        for change_id in entry.changes:
            said.setdefault(change_id, entry.said.value)  # violations come first, and stand
    on_change: dict[str, list[str]] = {}
    reasons: dict[str, str] = {}
    for note, _ in session.notes_in_round():
        for place in places_now(review, note):
            if place is None or place.path is None or place.path not in session.by_path:
                continue
            named = place.change in session.changes_by_id
            for change in (place.change or "",) if named else changes_at(session.by_path[place.path], place):
                on_change.setdefault(change, []).append(note.id)
                if note.reason:
                    reasons[change] = note.text
    marks, scope = Marks(said, on_change, reasons), scope_of_task(review.task)
    return {
        "review": review.id,
        "round": current.number if current else 0,
        "base": review.base,
        "tree": current.tree if current else review.base,
        "not_shown": [not_shown_document(each) for each in (current.not_shown if current else ())],
        "files": [
            file_document(file, review.current.get(file.path, NO_VERDICTS), marks, scope)
            for file in session.files
        ],
    }


def note_document(
    note: Note, place: Place | None, places: Sequence[Place | None] = (), rounds: Sequence[Round] = ()
) -> Document:
    """One note, where it stands now (None: outdated), and its thread.

    `places` are all of them, for a note that was written on many changes at once. `rounds` are those of
    the review: the number of a round is not its place among them, because an edit in place has the same.
    """
    where = place or note.place
    return {
        "id": note.id,
        "intent": note.intent.value,
        "text": note.text,
        "suggestion": note.suggestion,
        "reason": note.reason,
        "round": _number(rounds, note.round),
        "settled": note.settled,
        "outdated": place is None,
        "path": where.path,
        "side": where.side.value,
        "lines": [where.start, where.count] if where.count else None,
        "change": where.change,
        "quote": b"".join(where.quote).decode("utf-8", "surrogateescape"),
        "places": [
            {
                "path": (now or then).path,
                "side": (now or then).side.value,
                "lines": [(now or then).start, (now or then).count] if (now or then).count else None,
                "change": (now or then).change,
                "outdated": now is None,
            }
            for then, now in zip(note.places, places, strict=bool(places))
            if note.spread
        ],
        "thread": [
            {
                "author": reply.author.value,
                "text": reply.text,
                "round": _number(rounds, reply.round),
                "kind": reply.kind.value if reply.kind else None,
                "again": reply.again,
                "model": reply.model or None,
                "cut": reply.cut,
                "ignored_edits": reply.ignored,
            }
            for reply in note.thread
        ],
        "origin": note.origin or None,
    }


def _number(rounds: Sequence[Round], index: int) -> int:
    return rounds[index].number if 0 <= index < len(rounds) else index + 1


def entry_document(entry: Entry, answer: str | None) -> Document:
    """One ledger entry."""
    return {
        "id": entry.id,
        "said": entry.said.value,
        "violation": entry.is_violation,
        "path": entry.path,
        "side": entry.side.value if entry.side else None,
        "line": entry.line,
        "count": entry.count,
        "base": b"".join(entry.base).decode("utf-8", "surrogateescape"),
        "was": b"".join(entry.was).decode("utf-8", "surrogateescape"),
        "now": b"".join(entry.now).decode("utf-8", "surrogateescape"),
        "changes": list(entry.changes),
        "note": entry.note,
        "words": entry.words,
        "answer": answer,
    }


def ledger_document(session: Session) -> Document:
    """The ledger of the current round."""
    review = session.review
    return {
        "review": review.id,
        "round": review.round.number if review.round else 0,
        "entries": [
            entry_document(entry, review.entries.get(f"{review.index}/{entry.id}"))
            for entry in session.ledger()
        ],
    }


def review_document(row: ReviewRow) -> Document:
    """One line of the list of reviews."""
    return {
        "review": row.id,
        "repository": row.repository,
        "title": title(row),
        "source": row.source.value,
        "asked": row.asked,
        "started": row.started,
        "newest": row.newest,
        "closed": row.closed,
    }


def show_document(session: Session, rows: Sequence[RoundCounts] = ()) -> Document:
    """One review at a glance: its rounds, and how far it is. `rows` are the rounds in figures."""
    review, counted = session.review, session.progress()
    return {
        "review": review.id,
        "repository": review.repository,
        "source": review.source.value,
        "asked": review.asked,
        "task": review.task,
        "closed": review.closed,
        "rounds": [
            {
                "round": round_.number,
                "edits": round_.edit,
                "source": round_.source.value,
                "tree": round_.tree,
                "model": round_.model,
                "at": round_.at,
                "usage": usage_document(round_.usage),
            }
            for round_ in review.rounds
        ],
        "by_round": [round_counts_document(row) for row in rows],
        "progress": {
            "accepted": counted.accepted,
            "rejected": counted.rejected,
            "asked": counted.asked,
            "unread": counted.unread,
            "mixed": counted.mixed,
            "total": counted.total,
        },
    }


def round_counts_document(row: RoundCounts) -> Document:
    """One round in figures: its changes, what became of them, what the ledger held against it, its cost."""
    now = row.progress
    return {
        "round": row.number,
        "author": row.author or None,
        "edits": row.edits,
        "changes": row.changes,
        "accepted": now.accepted,
        "rejected": now.rejected,
        "mixed": now.mixed,
        "asked": now.asked,
        "unread": now.unread,
        "altered": row.altered,
        "came_back": row.back,
        "violations": row.violations,
        "failed": row.failed,
        "spent": sum_document(row.spent),
    }


def calls_document(session: Session) -> Document:
    """Every call to a model that this review made."""
    return {
        "review": session.review.id,
        "calls": [_call_document(call) for call in session.review.calls],
        **_sums(session.review.calls),
    }


def day_document(made: Sequence[tuple[str, CallMade]]) -> Document:
    """Today's calls of all reviews, each with its review, and their sums."""
    reviews = dict.fromkeys(review for review, _ in made)
    calls = [call for _, call in made]
    sums = _sums(calls)
    del sums["by_round"]  # round 2 of one review has nothing to do with that of another
    by_review = {review: sum_document(total(call for of, call in made if of == review)) for review in reviews}
    return {
        "calls": [{"review": review, **_call_document(call)} for review, call in made],
        "by_review": by_review,
        **sums,
    }


def _sums(calls: Sequence[CallMade]) -> Document:
    return {
        "by_round": {str(number): sum_document(each) for number, each in by_round(calls).items()},
        "by_model": {model: sum_document(each) for model, each in by_model(calls).items()},
        "by_purpose": {purpose: sum_document(each) for purpose, each in by_purpose(calls).items()},
        "total": sum_document(total(calls)),
    }


def sum_document(done: Sum) -> Document:
    """Calls together: what is known of them, and of how many it is not."""
    return {
        "calls": done.calls,
        "tokens_in": done.tokens_in,
        "tokens_out": done.tokens_out,
        "cached": done.cached,
        "cost": done.cost,
        "seconds": round(done.seconds, 3),
        "retries": done.retries,
        "unknown_tokens": done.unknown_tokens,
        "unknown_cost": done.unknown_cost,
        "estimated": done.estimated,
    }


def _call_document(call: CallMade) -> Document:
    return {
        "id": call.id,
        "at": call.at,
        "purpose": call.purpose,
        "round": call.round,
        "model": call.model,
        "instead_of": call.instead_of or None,
        "outcome": call.outcome,
        "retries": call.retries,
        "usage": usage_document(call.usage),
        "cached": call.cached,
        "first_token": call.first_token,
        "prompt": call.prompt_digest,
        "exchange": call.exchange,
    }


def usage_document(usage: Usage | None) -> Document | None:
    """Tokens, dollars and seconds; null where it is not known."""
    if usage is None:
        return None
    return {
        "tokens_in": usage.tokens_in,
        "tokens_out": usage.tokens_out,
        "cost": usage.cost,
        "seconds": usage.seconds,
        "estimated": usage.estimated,
    }
