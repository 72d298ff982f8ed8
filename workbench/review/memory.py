"""What earlier rounds judged and a later one did away with, so that the ledger knows it when it comes again.

The ledger compares a round with the one before. Code that was rejected in round 1 and was not in round 2
has left no line there that could be compared: what is kept of it is the verdict in round 1, and which
lines the rounds since took over. Nothing here is stored; it follows from the fold.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from workbench.review.aftermath import RunIndex, base_range
from workbench.review.carry import carry_verdicts
from workbench.review.changes import Change, FileChange
from workbench.review.entries import entry_id
from workbench.review.review import Review
from workbench.review.rounds import FileCarry, Source
from workbench.review.verdicts import NO_VERDICTS, FileVerdicts, Verdict, Verdicts


class EarlierRound(Struct, frozen=True):
    """A round before the one that a ledger compares with: of the paths that matter, what it changed.

    `files` are its changes from the base, `since` those from it to the current round; no `since` where
    nothing of it was left behind, and it is only asked what was judged in it.
    """

    index: int
    files: tuple[FileChange, ...]
    since: tuple[FileChange, ...] = ()


def left_behind(review: Review, index: int) -> Verdicts:
    """The verdicts of a round that the next one did not take over: what they speak of went, or changed."""
    if not 0 <= index < review.index:
        return {}
    taken_over: dict[str, list[FileCarry]] = {}
    for carry in review.carries[index + 1]:
        taken_over.setdefault(carry.from_path, []).append(carry)
    found: dict[str, FileVerdicts] = {}
    for path, held in review.verdicts[index].items():
        left = _without(held, taken_over.get(path, ()))
        if left:
            found[path] = left
    return found


def _without(held: FileVerdicts, carries: Sequence[FileCarry]) -> FileVerdicts:
    if any(carry.whole for carry in carries):
        return NO_VERDICTS
    old = [span for carry in carries for span in carry.old]
    new = [(was, count) for carry in carries for _, was, count in carry.new]
    facts = {kind for carry in carries for kind in carry.facts}
    return FileVerdicts(
        held.old.put(old, Verdict.OPEN),
        held.new.put(new, Verdict.OPEN),
        {kind: verdict for kind, verdict in held.facts.items() if kind not in facts},
    )


class Since:
    """What the expert decided after a round: an accepted change may have been given up, rejected code taken.

    `rounds` are the earlier rounds and the one that the ledger compares with, in order. Everything is
    worked out when it is first asked for, once.
    """

    def __init__(self, review: Review, rounds: Sequence[EarlierRound]) -> None:
        self.review = review
        self._files = {
            each.index: {file.base_path or file.path: file for file in each.files} for each in rounds
        }
        self._runs: dict[tuple[int, str], RunIndex] = {}
        self._fresh: dict[int, Verdicts] = {}
        self._accepted: dict[int, frozenset[bytes]] = {}

    def is_given_up(self, index: int, change: Change, base_path: str | None) -> bool:
        """Whether accepted lines of a change of that round were decided otherwise by a later judgement.

        The expert took what was there instead, judged what stands at the same lines of the base, or wrote
        something else in their place.
        """
        if self.review.rounds[index + 1].source is Source.EXPERT:
            return True
        entry = entry_id("accepted", change.path, change.id)
        later = [each for each in self._files if each > index]
        if any(self.review.entries.get(f"{each}/{entry}") == "taken" for each in later):
            return True
        begin, end = _base_span(change)
        return any(self._judged_at(each, base_path or change.path, begin, end) for each in later)

    def is_taken(self, index: int, lines: Sequence[bytes]) -> bool:
        """Whether code that was rejected in that round was accepted in a later one."""
        wanted = {line.strip() for line in lines}
        return any(wanted <= self._accepted_in(each) for each in self._files if each > index)

    def _judged_at(self, index: int, name: str, begin: int, end: int) -> bool:
        file = self._files[index].get(name)
        fresh = self._fresh_in(index).get(file.path) if file is not None else None
        if file is None or fresh is None:
            return False
        near = self._runs.get((index, name))
        if near is None:
            near = self._runs[index, name] = RunIndex(file.runs)
        for run in near.in_old(begin, end):
            low, high = base_range(run)
            if low <= end and high >= begin:
                found = fresh.old.over(run.old_start, len(run.removed))
                if (found | fresh.new.over(run.new_start, len(run.added))) - {Verdict.OPEN}:
                    return True
        return False

    def _fresh_in(self, index: int) -> Verdicts:
        """What was judged in a round itself, not carried into it."""
        found = self._fresh.get(index)
        if found is None:
            review = self.review
            carried = carry_verdicts(review.verdicts[index - 1], review.carries[index])
            found = {
                path: _unlike(held, carried.get(path, NO_VERDICTS))
                for path, held in review.verdicts[index].items()
                if held is not carried.get(path)
            }
            self._fresh[index] = found
        return found

    def _accepted_in(self, index: int) -> frozenset[bytes]:
        found = self._accepted.get(index)
        if found is None:
            held = self.review.verdicts[index]
            files = self._files[index].values()
            lines = (each for file in files for each in _accepted_lines(file, held.get(file.path)))
            found = self._accepted[index] = frozenset(lines)
        return found


def _unlike(held: FileVerdicts, carried: FileVerdicts) -> FileVerdicts:
    return FileVerdicts(
        held.old.unlike(carried.old),
        held.new.unlike(carried.new),
        {kind: verdict for kind, verdict in held.facts.items() if carried.facts.get(kind) is not verdict},
    )


def _accepted_lines(file: FileChange, held: FileVerdicts | None) -> Iterator[bytes]:
    if held is None or not held.new:
        return
    for run in file.runs:
        for start, count in held.new.spans_in(Verdict.ACCEPTED, run.new_start, len(run.added)):
            at = start - run.new_start
            yield from (code.strip() for code in run.added[at : at + count])


def _base_span(change: Change) -> tuple[int, int]:
    begin = change.old_start if change.removed else change.old_start + 1
    return begin, begin + len(change.removed)
