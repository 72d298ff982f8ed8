"""The JSON documents of file changes and their changes: what any listing of them is made of. Stable, as all
documents are; apart from those of a review, so that a listing of none starts without them.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from workbench.review.changes import Change, FileChange, Kind, NotShown, Side
from workbench.review.scope import Scope
from workbench.review.sensitive import facts, tier
from workbench.review.shapes import shape_of
from workbench.review.suspicious import Suspicion, suspicious
from workbench.review.verdicts import NO_VERDICTS, FileVerdicts, Verdict, verdict_of

Document = dict[str, Any]


class Marks(Struct, frozen=True):
    """What is said of changes besides their verdicts, by change id: ledger words, note ids, reasons."""

    said: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)


_NO_MARKS = Marks()


def file_document(
    file: FileChange,
    verdicts: FileVerdicts = NO_VERDICTS,
    marks: Marks | None = None,
    scope: Scope | None = None,
    shapes: Mapping[str, str] | None = None,
) -> Document:
    """One file change, as design 4 gives it. `scope` is the task's; `shapes` are known ones, by change id."""
    old_path = file.base_path if file.base_path not in (None, file.path) else None
    document: Document = {
        "path": file.path,
        "old_path": old_path,
        "status": file.status.value,
        "old_mode": file.old_mode,
        "new_mode": file.new_mode,
        "old_id": file.old_id,
        "new_id": file.new_id,
        "sensitive": tier(file),
        "out_of_scope": scope is not None and not scope.holds(file.path),
        "facts": list(facts(file)),
        "suspicious": [_suspicious_document(each) for each in suspicious(file)],
        "changes": [
            _change_document(change, verdicts, marks or _NO_MARKS, shapes or {}) for change in file.changes
        ],
    }
    _add_bytes(document, file.path)
    return document


def _suspicious_document(each: Suspicion) -> Document:
    """What may not be seen for what it is. Without a line it is about the name."""
    return {"line": each.line or None, "side": each.side.value, "kind": each.sort.value, "what": each.what}


def not_shown_document(each: NotShown) -> Document:
    """One path that is not shown, with the reason."""
    document: Document = {"path": each.path, "why": each.why, "count": each.count}
    _add_bytes(document, each.path)
    return document


def _change_document(
    change: Change, verdicts: FileVerdicts, marks: Marks, shapes: Mapping[str, str]
) -> Document:
    verdict = verdict_of(change, {change.path: verdicts}) if verdicts else Verdict.OPEN
    is_text = change.kind is Kind.TEXT
    document: Document = {
        "id": change.id,
        "kind": change.kind.value,
        "old_start": change.old_start,
        "old_count": len(change.removed) if is_text else 0,
        "new_start": change.new_start,
        "new_count": len(change.added) if is_text else 0,
        "shape": shapes.get(change.id) or shape_of(change),
        "verdict": verdict.value,
        "ledger": marks.said.get(change.id),
        "reason": marks.reasons.get(change.id) if verdict in (Verdict.REJECTED, Verdict.MIXED) else None,
        "notes": list(marks.notes.get(change.id, ())),
    }
    if not is_text:
        document["words"] = change.words
    if verdict is Verdict.MIXED:
        document["lines"] = _line_verdicts(change, verdicts)
    return document


def _line_verdicts(change: Change, verdicts: FileVerdicts) -> list[Document]:
    found: list[Document] = []
    old = verdicts.old.pieces(change.old_start, len(change.removed))
    new = verdicts.new.pieces(change.new_start, len(change.added))
    for side, pieces in ((Side.OLD, old), (Side.NEW, new)):
        for start, count, verdict in pieces:
            if verdict is not Verdict.OPEN:
                lines = range(start, start + count)
                found += [{"side": side.value, "line": line, "verdict": verdict.value} for line in lines]
    return found


def _add_bytes(document: Document, path: str) -> None:
    """A path that is not UTF-8 is also given as its bytes: not every reader takes a lone surrogate."""
    raw = path.encode("utf-8", "surrogateescape")
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        document["path_bytes"] = base64.b64encode(raw).decode("ascii")
