"""The same change, rejected at many places, is told once: one of its diffs, and every place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from workbench.review.changes import FileChange
from workbench.review.feedback_values import Rejected, RejectedPlace
from workbench.review.shapes import shape_of

_FEW = 3
"""Rejections of one shape without a common reason that are told together; fewer are told one by one."""


def told_once(files: Sequence[FileChange], rejected: Iterable[Rejected]) -> Sequence[Rejected]:
    """The rejections, those of one shape and one reason as one. It stands where the first of them stood."""
    every = list(rejected)
    if len(every) < 2:
        return every
    changes = {change.id: change for file in files for change in file.changes}
    alike: dict[tuple[str | None, str], list[Rejected]] = {}
    for each in every:
        if not each.partly:
            alike.setdefault((each.note, shape_of(changes[each.change])), []).append(each)
    first: dict[str, Rejected] = {}
    others: set[str] = set()
    for (note, _), group in alike.items():
        if len(group) >= (_FEW if note is None else 2):
            places = tuple(
                RejectedPlace(each.path, each.change, each.old, each.new, each.after) for each in group
            )
            first[group[0].change] = replace(group[0], places=places)
            others.update(each.change for each in group[1:])
    return [first.get(each.change, each) for each in every if each.change not in others]
