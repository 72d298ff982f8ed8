"""The ledger's entries about rounds before the last one: code that came again after it had been away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workbench.review.aftermath import Aftermath, Aftermaths, fact
from workbench.review.changes import Change, FileChange, Side
from workbench.review.elsewhere import NewCode
from workbench.review.entries import Entry, Said
from workbench.review.lines import Span, numbers, ranges
from workbench.review.memory import EarlierRound, Since, left_behind
from workbench.review.review import Review
from workbench.review.verdict_entries import VerdictEntries
from workbench.review.verdicts import FileVerdicts


def remembered(
    review: Review,
    before_index: int,
    earlier: Sequence[EarlierRound],
    last: Aftermaths,
    after: Sequence[FileChange],
    start: Sequence[FileChange],
    new_code: NewCode,
) -> Iterator[Entry]:
    """What this round did with what rounds before the last one had judged and later ones did away with.

    The newest first: of code that was rejected twice, the later rejection is the one that is told. `last`
    compares with the round of `before_index`.
    """
    every = (*earlier, EarlierRound(before_index, tuple(last.before)))
    since = Since(review, every)
    for each in sorted(earlier, key=lambda one: -one.index):
        left = left_behind(review, each.index)
        if not left:
            continue
        files = Aftermaths(each.files, after, start, each.since)
        lines = new_code.since(each.since, after)
        judge = _Remembered(review, each.index, before_index, lines, since, last)
        for file, aftermath, held in files.judged(left):
            yield from judge.entries(file, aftermath, held)


class _Remembered(VerdictEntries):
    """Of what a round left behind, what this round has anew, and what no round since had an answer to."""

    def __init__(
        self,
        review: Review,
        index: int,
        before_index: int,
        new_code: NewCode,
        since: Since,
        last: Aftermaths,
    ) -> None:
        super().__init__(review, index, before_index, new_code)
        self.since = since
        self.last = last

    def entries(self, file: FileChange, aftermath: Aftermath, held: FileVerdicts) -> Iterator[Entry]:
        """The entries of one file. What stands as it was accepted has none."""
        last = self.last.of_now(aftermath.path or file.path)
        kept: list[Change] = []
        for change in file.changes:
            if not change.is_text:
                if fact(last.before, change.kind) != fact(last.after, change.kind):
                    yield from self._fact(change, aftermath, held, kept)
                continue
            for entry in self._accepted(change, aftermath, held, kept):
                is_told = entry.said is Said.ALTERED and (self._is_open(entry) or self._is_news(entry, last))
                if is_told and not self.since.is_given_up(self.index, change, file.base_path):
                    yield entry
            for entry in self._rejected(change, aftermath, held):
                is_told = self._is_open(entry) or self._is_news(entry, self.last.of_now(entry.path))
                if is_told and not self.since.is_taken(self.index, entry.was):
                    yield entry

    def standing_again(self, aftermath: Aftermath, new: Sequence[Span]) -> Sequence[Span]:
        """Which rejected lines are some that this round adds, and no other entry tells of."""
        path, free = aftermath.path or "", list[int]()
        for line in numbers(aftermath.standing(new)):
            now = aftermath.forward(line)
            if now is not None and not self.new_code.is_claimed(path, now):
                free.append(line)
        return ranges(free)

    def removed_again(self, aftermath: Aftermath, old: Sequence[Span]) -> bool:
        """Whether lines of the base are removed, of which the round before had some."""
        last = self.last.of_now(aftermath.path or "")
        return aftermath.removed.covers_all(old) and not last.removed_before.covers_all(old)

    def _is_open(self, entry: Entry) -> bool:
        """Whether a violation waits for an answer since the round that was told of it first."""
        rounds = range(self.index + 1, self.review.index)
        return not any(f"{index}/{entry.id}" in self.review.entries for index in rounds)

    def _is_news(self, entry: Entry, last: Aftermath) -> bool:
        """Whether this round changed something of the lines that stand where accepted ones stood."""
        if last.lost or last.gone or entry.side is Side.OLD:
            return True
        return last.touched(entry.line, entry.count)
