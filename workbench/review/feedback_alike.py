"""The same change, rejected at many places, is told once: one of its diffs, and every place."""

from __future__ import annotations

from collections.abc import Generator, Sequence

from msgspec.structs import replace

from workbench.review.changes import Change
from workbench.review.feedback_values import Rejected, RejectedPlace
from workbench.review.lines import size_of
from workbench.review.shapes import shape_of

_FEW = 3
"""Rejections of one shape without a common reason that are told together; fewer are told one by one."""
_LARGE = 100_000
"""Bytes of a change from which on it is told by itself: to compare such a one takes seconds."""
_STRIDE = 20
"""Shapes after which there is a rest."""


def told_once(pairs: Sequence[tuple[Rejected, Change]]) -> Generator[None, None, Sequence[Rejected]]:
    """The rejections, those of one shape and one reason as one. It stands where the first of them stood."""
    every = [rejected for rejected, _ in pairs]
    if len(every) < 2:
        return every
    alike: dict[tuple[str | None, str], list[Rejected]] = {}
    for number, (each, change) in enumerate(pairs):
        if not each.partly and not _is_large(change):
            alike.setdefault((each.note, shape_of(change)), []).append(each)
        if number % _STRIDE == _STRIDE - 1:
            yield
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


def _is_large(change: Change) -> bool:
    removed, added = change.removed, change.added
    # No line is empty.
    return len(removed) + len(added) >= _LARGE or size_of(removed) + size_of(added) >= _LARGE
