"""Verdicts are stored on lines and facts; the verdict of a change is derived, never stored.

A verdict mapping holds only what is not open. It is a plain dict that nobody mutates.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TypeVar

from msgspec import Struct, field

from workbench.review.changes import Change, Kind
from workbench.review.lines import numbers, ranges

K = TypeVar("K", int, Kind)


class Verdict(StrEnum):
    """The verdict of a line or a fact; `MIXED` is only ever that of a change."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    MIXED = "mixed"


class FileVerdicts(Struct, frozen=True):
    """The judged lines of one file change. `old` by base line, `new` by the round's line, `facts` by kind."""

    old: Mapping[int, Verdict] = field(default_factory=dict)
    new: Mapping[int, Verdict] = field(default_factory=dict)
    facts: Mapping[Kind, Verdict] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.old or self.new or self.facts)


Verdicts = Mapping[str, FileVerdicts]
"""By path in the round. A path without a judged line is absent."""

NO_VERDICTS = FileVerdicts()


class Selection(Struct, frozen=True):
    """Lines and facts of one file change, as an action names them. Ranges are (start, count)."""

    path: str
    old: tuple[tuple[int, int], ...] = ()
    new: tuple[tuple[int, int], ...] = ()
    facts: tuple[Kind, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.old or self.new or self.facts)


def select_change(change: Change) -> Selection:
    """Everything that one change covers."""
    if not change.is_text:
        return Selection(change.path, facts=(change.kind,))
    old = ((change.old_start, len(change.removed)),) if change.removed else ()
    new = ((change.new_start, len(change.added)),) if change.added else ()
    return Selection(change.path, old=old, new=new)


def select_changes(changes: Iterable[Change]) -> tuple[Selection, ...]:
    """One selection a path, covering every change given."""
    old: dict[str, list[int]] = {}
    new: dict[str, list[int]] = {}
    facts: dict[str, list[Kind]] = {}
    for change in changes:
        part = select_change(change)
        old.setdefault(part.path, []).extend(numbers(part.old))
        new.setdefault(part.path, []).extend(numbers(part.new))
        facts.setdefault(part.path, []).extend(part.facts)
    return tuple(
        Selection(path, old=ranges(old[path]), new=ranges(new[path]), facts=tuple(facts[path]))
        for path in old
    )


def judged(verdicts: Verdicts, selections: Iterable[Selection], verdict: Verdict) -> Verdicts:
    """The mapping with `verdict` put on every selected line. The same object when nothing changed."""
    result: dict[str, FileVerdicts] | None = None
    for selection in selections:
        current = (verdicts if result is None else result).get(selection.path, NO_VERDICTS)
        old = _put(current.old, numbers(selection.old), verdict)
        new = _put(current.new, numbers(selection.new), verdict)
        facts = _put(current.facts, selection.facts, verdict)
        if old is current.old and new is current.new and facts is current.facts:
            continue
        if result is None:
            result = dict(verdicts)
        changed = FileVerdicts(old, new, facts)
        if changed:
            result[selection.path] = changed
        else:
            result.pop(selection.path, None)
    return verdicts if result is None else result


def _put(mapping: Mapping[K, Verdict], keys: Iterable[K], verdict: Verdict) -> Mapping[K, Verdict]:
    wanted = None if verdict is Verdict.OPEN else verdict
    changed = [key for key in keys if mapping.get(key) is not wanted]
    if not changed:
        return mapping
    result = dict(mapping)
    for key in changed:
        if wanted is None:
            del result[key]
        else:
            result[key] = wanted
    return result


def verdict_of(change: Change, verdicts: Verdicts) -> Verdict:
    """The derived verdict of a change: that of all its lines, or `MIXED`."""
    file = verdicts.get(change.path)
    if file is None:
        return Verdict.OPEN
    if not change.is_text:
        return file.facts.get(change.kind, Verdict.OPEN)
    found: set[Verdict] = set()
    for number in range(change.old_start, change.old_start + len(change.removed)):
        found.add(file.old.get(number, Verdict.OPEN))
    for number in range(change.new_start, change.new_start + len(change.added)):
        found.add(file.new.get(number, Verdict.OPEN))
    return found.pop() if len(found) == 1 else Verdict.MIXED
