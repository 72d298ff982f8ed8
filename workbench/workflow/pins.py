"""The expert's acts on the tray: pin, take out, put back, allow. Each is one action and one undo."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable

from workbench.errors import UserError
from workbench.review.actions import ItemRemoved, Pinned, SecretAllowed, Unpinned
from workbench.review.changes import Side
from workbench.review.context import Pin, named
from workbench.workflow.logged import new_id
from workbench.workflow.session import Session
from workbench.workflow.tray import Finding, Item

_LINES = re.compile(r"(?P<path>.+):(?P<first>\d+)(?:-(?P<last>\d+))?", re.DOTALL)


def pin(session: Session, path: str, start: int = 0, count: int = 0) -> Pin:
    """Give a file, or lines of it as the round has them, to every next round."""
    current = session.review.round
    if current is None:
        raise UserError("This review has no round yet.", hint="Start a new review.")
    if path not in session.by_path:
        session.require_path(path)
    if count:
        known = len(session.lines_at(path, Side.NEW))
        if start < 1 or start + count - 1 > known:
            raise UserError(
                f"{path} has only {known} lines in this round."
                if known
                else f"{path} has no lines in this round.",
                hint="Lines are counted from 1, in the file as the round has it.",
            )
    made = Pin(path, current.tree, start if count else 0, count)
    session.act(Pinned(id=new_id(), at=time.time(), pin=made))
    return made


def pin_named(session: Session, name: str) -> Pin:
    """Pin by name: `src/a.py` or `src/a.py:3-9`."""
    return pin(session, *_parsed(session, name))


def unpin(session: Session, name: str) -> str:
    """Take a pin away; a path alone takes away those of all its lines. UserError where there is none."""
    found = named(session.review.pins, name)
    if not found:
        raise UserError(
            f"{name} is not pinned.", hint=f"What is given: workbench context {session.review.id}"
        )
    session.act(Unpinned(id=new_id(), at=time.time(), name=name))
    return ", ".join(each.name for each in found)


def is_pinned(session: Session, path: str, start: int = 0, count: int = 0) -> bool:
    """Whether exactly this is pinned."""
    return any(each.name == Pin(path, "", start, count).name for each in session.review.pins)


def remove_item(session: Session, items: Iterable[Item], item_id: str) -> Item:
    """Take an item out of what the next round is given."""
    item = _item(items, item_id)
    session.act(ItemRemoved(id=new_id(), at=time.time(), item=item.id))
    return item


def put_back(session: Session, items: Iterable[Item], item_id: str) -> Item:
    """Give an item again that was taken out."""
    item = _item(items, item_id)
    session.act(ItemRemoved(id=new_id(), at=time.time(), item=item.id, back=True))
    return item


def allow(session: Session, finding: Finding) -> None:
    """Let something leave that looks like a secret, from now on in this review."""
    session.act(
        SecretAllowed(
            id=new_id(), at=time.time(), finding=finding.id, what=finding.kind, where=finding.places[0]
        )
    )


def allow_named(session: Session, found: Iterable[Finding], names: Iterable[str]) -> None:
    """Allow findings by their ids, or unique starts of them. For any other, UserError and nothing allowed."""
    known = list(found)
    chosen = []
    for name in names:
        fitting = [each for each in known if name and each.id.startswith(name.lower())]
        if not fitting and re.fullmatch(r"[0-9a-f]{12}", name):
            # Found in what a reader or a question would be given, which is not on the tray.
            fitting = [Finding(name, "", ("",), allowed=name in session.review.allowed)]
        if len(fitting) != 1:
            ids = ", ".join(each.id for each in known if not each.allowed) or "none"
            raise UserError(f"There is no finding {name} to allow.", hint=f"What was found: {ids}.")
        chosen += fitting
    for each in chosen:
        if not each.allowed:
            allow(session, each)


def _item(items: Iterable[Item], item_id: str) -> Item:
    for item in items:
        if item_id in (item.id, item.path):
            return item
    raise UserError(
        f"There is no {item_id} on the tray.", hint="What is on it: workbench context REVIEW --json"
    )


def _parsed(session: Session, name: str) -> tuple[str, int, int]:
    found = _LINES.fullmatch(name)
    current = session.review.round
    # A colon and digits may be part of a file's name.
    is_path = current is not None and session.repository.entry(current.tree, name) is not None
    if found is None or is_path:
        return name, 0, 0
    first, last = int(found["first"]), int(found["last"] or found["first"])
    if first < 1 or last < first:
        raise UserError(f"{name} names no lines.", hint="For example: src/a.py:3-9")
    return found["path"], first, last - first + 1
