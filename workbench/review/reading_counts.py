"""What came of every model's findings, over reviews, counted from the actions. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from workbench.review.actions import Action, FindingJudged, FindingsArrived, Redone, Undone
from workbench.review.findings import Count, State

KINDS: tuple[type[Action], ...] = (FindingsArrived, FindingJudged, Undone, Redone)
"""All that counting needs of the reviews."""


def counts(actions: Iterable[tuple[str, Action]]) -> tuple[Count, ...]:
    """One count a model, by name, of actions that come with their review, in order; not of undone ones."""
    found: dict[str, Count] = {}
    answers: dict[tuple[str, str], list[FindingJudged]] = {}
    undone: set[str] = set()
    for review, action in actions:
        match action:
            case FindingsArrived():
                before = found.get(action.model, Count(action.model))
                found[action.model] = replace(
                    before,
                    readings=before.readings + 1,
                    found=before.found + len(action.findings),
                    dropped=before.dropped + action.dropped,
                )
            case FindingJudged():
                answers.setdefault((review, action.finding), []).append(action)
            case Undone():
                undone.add(action.target)
            case Redone():
                undone.discard(action.target)
    for judged in answers.values():
        standing = [each for each in judged if each.id not in undone]
        if not standing:
            continue
        # What was adopted once stays so: another process may have dismissed it at the same moment.
        adopted = any(each.answer is State.ADOPTED for each in standing)
        before = found.get(standing[-1].model, Count(standing[-1].model))
        found[before.model] = replace(
            before, adopted=before.adopted + adopted, dismissed=before.dismissed + (not adopted)
        )
    return tuple(found[model] for model in sorted(found))
