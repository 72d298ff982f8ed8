"""The gate on what leaves: secrets and files that are never sent stop the sending until each is allowed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from workbench.errors import UserError
from workbench.generation.prompt import build
from workbench.generation.secrets import never_sent, scan
from workbench.review.text import one_line
from workbench.store.digests import digest_key, keyed_digest
from workbench.workflow.tray import Finding, Kind

if TYPE_CHECKING:
    from workbench.generation.prompt import Request
    from workbench.review.feedback_values import Feedback
    from workbench.workflow.session import Session
    from workbench.workflow.tray import Item, Tray

_NAMED = 6
"""Findings that are named in a sentence."""
_Found = tuple[str, str, str, str]
"""What its digest is made of, its kind, where it stands, and the item it is in."""


class SecretsFoundError(UserError):
    """Nothing was sent, because of what these findings say."""

    def __init__(self, message: str, *, hint: str = "", findings: Sequence[Finding] = ()) -> None:
        super().__init__(message, hint=hint)
        self.findings = tuple(findings)


def with_findings(session: Session, tray: Tray) -> Tray:
    """The tray with what looks secret in what it gives, the same secret once with all its places."""
    found = [each for item in tray.given for each in _of_item(session, item, tray)]
    if any(item.kind is Kind.FEEDBACK for item in tray.given):
        found += _of_names(session, quoted_paths(session.feedback()), "feedback")
    return replace(tray, findings=_named(session, found))


def findings_in_request(session: Session, request: Request) -> tuple[Finding, ...]:
    """The same for a prompt that is not that of the tray: a round of one change alone."""
    asked = build(request)[-1].content
    paths = [*request.files, *(quoted_paths(session.feedback()) if request.feedback.strip() else ())]
    return findings_in_text(session, asked, "what is asked", paths)


def quoted_paths(feedback: Feedback) -> tuple[str, ...]:
    """The files of which a feedback quotes code: of what is rejected, and of what is noted."""
    remarks = (*feedback.keep, *feedback.notes, *feedback.questions)
    paths = [each.path for each in feedback.rejected if each.removed or each.added]
    paths += [each.path for each in remarks if each.path is not None and each.code]
    paths += [spot.path for each in remarks for spot in each.spots if spot.path is not None and spot.code]
    return tuple(dict.fromkeys(paths))


def findings_in_text(
    session: Session, text: str, name: str = "the feedback", paths: Iterable[str] = ()
) -> tuple[Finding, ...]:
    """The same for a text that leaves by itself, and the files in it: feedback, a question, a reading."""
    return _named(session, [*_of_text(text, name, "feedback"), *_of_names(session, paths, "feedback")])


def findings_in_lines(
    session: Session, pieces: Sequence[tuple[str, Sequence[tuple[int, str]]]], paths: Sequence[str]
) -> tuple[Finding, ...]:
    """The same for lines that leave under their own numbers, by what they are of, and for the paths."""
    found: list[_Found] = []
    for path in paths:
        why = never_sent(path)
        if why is not None:
            found.append((f"name {path}", why, one_line(path), f"file:{path}"))
    for name, lines in pieces:
        for hit in scan("\n".join(text for _, text in lines)):
            place = f"{one_line(name)}:{lines[hit.line - 1][0]}"
            found.append((f"secret {hit.secret}", hit.kind, place, f"file:{name}"))
    return _named(session, found)


def require_clear(found: Sequence[Finding]) -> None:
    """UserError while anything is found that was not allowed."""
    stopped = [each for each in found if not each.allowed]
    if not stopped:
        return
    said = "; ".join(f"{each.words} ({each.id})" for each in stopped[:_NAMED])
    more = f"; and {len(stopped) - _NAMED} more" if len(stopped) > _NAMED else ""
    count = "1 thing looks" if len(stopped) == 1 else f"{len(stopped)} things look"
    raise SecretsFoundError(
        f"Nothing was sent: {count} like a secret. {said}{more}.",
        hint="Take the item out of the tray (key b), or let leave what is no secret: a there, or "
        f"workbench context REVIEW --allow-secret {stopped[0].id}",
        findings=stopped,
    )


def _of_item(session: Session, item: Item, tray: Tray) -> Iterator[_Found]:
    if item.path is None:
        body = {Kind.TASK: tray.request.task, Kind.FEEDBACK: tray.request.feedback}.get(item.kind, item.text)
        name = item.id.partition(":")[2] if item.kind is Kind.RULE else f"the {item.kind.value}"
        yield from _of_text(body, name, item.id)
        return
    yield from _of_names(session, (item.path,), item.id)
    data = tray.request.files[item.path]
    pieces = item.parts or ((1, data.count(b"\n") + 1),)
    lines = data.decode("utf-8", "replace").split("\n")
    for start, count in pieces:
        text = "\n".join(lines[start - 1 : start - 1 + count])
        for hit in scan(text):
            yield f"secret {hit.secret}", hit.kind, f"{one_line(item.path)}:{start + hit.line - 1}", item.id


def _of_names(session: Session, paths: Iterable[str], item: str) -> Iterator[_Found]:
    """What is known by its name, under that of the base too: another name makes no secret public."""
    for path in paths:
        file = session.by_path.get(path)
        base = file.base_path if file is not None else None
        for name in dict.fromkeys((path, base or path)):
            why = never_sent(name)
            if why is not None:
                was = "" if name == path else f", which was {one_line(name)}"
                yield f"name {name}", why, f"{one_line(path)}{was}", item


def _of_text(text: str, name: str, item: str) -> Iterator[_Found]:
    for hit in scan(text):
        yield f"secret {hit.secret}", hit.kind, f"{name}:{hit.line}", item


def _named(session: Session, found: list[_Found]) -> tuple[Finding, ...]:
    if not found:
        return ()
    key = digest_key()
    by_id: dict[str, Finding] = {}
    for what, kind, place, item in found:
        name = keyed_digest(what.encode("utf-8", "surrogatepass"), key)
        known = by_id.get(name)
        places = (*(known.places if known else ()), place)
        items = (*(known.items if known else ()), item)
        kept = known.kind if known else kind
        allowed = name in session.review.allowed
        by_id[name] = Finding(name, kept, places, tuple(dict.fromkeys(items)), allowed)
    return tuple(by_id.values())
