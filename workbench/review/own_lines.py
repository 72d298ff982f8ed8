"""Whose lines a round holds that the expert edited in place: its author's, or the expert's own.

An edit in place is a further snapshot of the same round. The ledger speaks of what the author did, so it
is asked here what the edits put in, and what they took away that the author had left alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from workbench.review.actions import RoundArrived
from workbench.review.changes import Side
from workbench.review.lines import Span
from workbench.review.review import Review
from workbench.review.rounds import FileCarry
from workbench.review.verdicts import NO_LINES, NO_VERDICTS, LineVerdicts, Verdict


class OwnLines:
    """The current round seen from the round with index `before`, whose next snapshot is what arrived."""

    def __init__(self, review: Review, before: int) -> None:
        self.review = review
        self.arrived = before + 1
        self.is_edited = review.round is not None and review.round.edit > 0
        self._left: dict[str, tuple[LineVerdicts, LineVerdicts]] = {}
        self._taken: list[dict[str, tuple[LineVerdicts, LineVerdicts]]] | None = None
        """By the index of a snapshot."""
        self._carried: dict[int, dict[str, FileCarry]] = {}

    def took_away(self, path: str, side: Side, line: int) -> bool:
        """Whether an accepted line of the round before, that is otherwise now, had arrived as it was."""
        if not self.is_edited or self.arrived > self.review.index:
            return False
        found = self._left.get(path)
        if found is None:
            carries = [each for each in self.review.carries[self.arrived] if each.from_path == path]
            held = self.review.verdicts[self.arrived - 1].get(path, NO_VERDICTS)
            found = self._left[path] = (_old(carries, held.old), _new(carries, held.new))
        return line in found[side is Side.NEW]

    def wrote(self, path: str, side: Side, line: int) -> bool:
        """Whether a line of the current round is the expert's own: it came with an edit, as accepted.

        Whatever is judged of it since: an entry of the ledger does not come and go with the verdicts of the
        round that it is about.
        """
        if not self.is_edited:
            return False
        at = path, line
        for index in range(self.review.index, self.arrived, -1):
            came = self._came(index).get(at[0])
            if came is not None and at[1] in came[side is Side.NEW]:
                return True
            there = _before(self._carry(index, at[0]), at[1], side)
            if there is None:
                return False
            at = there
        return False

    def _carry(self, index: int, path: str) -> FileCarry | None:
        """Where a file of a snapshot came from, looked up: it is asked of every line."""
        if index not in self._carried:
            # Of two the first counts.
            self._carried[index] = {each.path: each for each in reversed(self.review.carries[index])}
        return self._carried[index].get(path)

    def _came(self, index: int) -> dict[str, tuple[LineVerdicts, LineVerdicts]]:
        """The lines of both sides that a snapshot brought along as accepted, by path."""
        if self._taken is None:
            found: list[dict[str, tuple[LineVerdicts, LineVerdicts]]] = []
            step = self.review.past
            while step is not None:
                if isinstance(step.action, RoundArrived):
                    taken = step.action.taken
                    found.append({each.path: (_accepted(each.old), _accepted(each.new)) for each in taken})
                step = step.before.past
            self._taken = found[::-1]
        return self._taken[index]


def _accepted(spans: Sequence[Span]) -> LineVerdicts:
    return NO_LINES.put(spans, Verdict.ACCEPTED)


def _before(carry: FileCarry | None, line: int, side: Side) -> tuple[str, int] | None:
    """The same line in the snapshot before; None where it is not known there."""
    if carry is None:
        return None
    if carry.whole:
        return carry.from_path, line
    if side is Side.OLD:
        known = any(start <= line < start + count for start, count in carry.old)
        return (carry.from_path, line) if known else None
    for start, was, count in carry.new:
        if start <= line < start + count:
            return carry.from_path, was + line - start
    return None


def _old(carries: list[FileCarry], held: LineVerdicts) -> LineVerdicts:
    return _with(carries, held, [span for carry in carries for span in carry.old])


def _new(carries: list[FileCarry], held: LineVerdicts) -> LineVerdicts:
    return _with(carries, held, [(was, count) for carry in carries for _, was, count in carry.new])


def _with(carries: list[FileCarry], held: LineVerdicts, spans: list[Span]) -> LineVerdicts:
    whole = any(carry.whole for carry in carries)
    return (held if whole else NO_LINES).put(spans, Verdict.ACCEPTED)
