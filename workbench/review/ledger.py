"""The ledger: what became of every verdict and note in the next round, by comparison alone.

It says what the next round did, never what is to be done about it, and it settles nothing. The rules
are those of the table in design 3.5. Verdicts and places of the round before are what counts; what
the expert judges in this round changes no entry, so the list stands still while it is worked through.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence

from workbench.review.aftermath import Aftermaths
from workbench.review.changes import FileChange
from workbench.review.elsewhere import NewCode
from workbench.review.entries import Entry, Said, entry_id, in_order, lines_in_words
from workbench.review.memory import EarlierRound
from workbench.review.memory_entries import remembered
from workbench.review.note_entries import NoteEntries
from workbench.review.review import Review
from workbench.review.rounds import LeftOut
from workbench.review.scope import scope_of_task
from workbench.review.verdict_entries import VerdictEntries

# The values that a ledger is made of are part of what this module offers.
__all__ = ["Entry", "Ledger", "Said", "ledger"]


def ledger(
    review: Review,
    before: Sequence[FileChange],
    after: Sequence[FileChange],
    start: Sequence[FileChange],
    between: Sequence[FileChange],
    before_index: int,
    earlier: Sequence[EarlierRound] = (),
) -> tuple[Entry, ...]:
    """What the current round made of the verdicts and notes of the round with index `before_index`.

    `before`, `after` and `start` are the file changes from the base to that round's tree, to the
    current one, and to what the current round started from; `between` those from that round's tree
    to the current one. `earlier` are the rounds before it, whose code may have come again. With a
    `before_index` of -1 only the scope is checked. Violations come first.
    """
    return Ledger(before, after, start, between, before_index, earlier).entries(review)


class Ledger:
    """The ledger of one comparison. What its verdicts come to is worked out once, whatever is noted then:
    of twenty thousand files that takes a second. Not thread-safe.
    """

    def __init__(
        self,
        before: Sequence[FileChange],
        after: Sequence[FileChange],
        start: Sequence[FileChange],
        between: Sequence[FileChange],
        before_index: int,
        earlier: Sequence[EarlierRound] = (),
    ) -> None:
        self.after = after
        self._start, self._between = start, between
        self._before_index, self._earlier = before_index, earlier
        self._files = Aftermaths(before, after, start, between)
        self._judged: tuple[tuple[object, ...], Sequence[str], list[Entry]] = ((), (), [])
        """What verdicts came to, and what that was worked out of."""
        self._last: tuple[Sequence[Entry], list[Entry], tuple[Entry, ...]] = ((), [], ())
        """What the entries were last put together of, and they."""

    def entries(self, review: Review) -> tuple[Entry, ...]:
        """As `ledger` says. Of another state of the review, what does not depend on that is not done again,
        and where nothing is otherwise it is the same tuple.
        """
        judged: Sequence[Entry] = ()
        others: list[Entry] = []
        if 0 <= self._before_index < len(review.verdicts):
            judged = self._of_verdicts(review)
            others += NoteEntries(review, self._files, self._before_index).entries()
        others += _out_of_scope(review, self.after, self._between)
        others += _left_out(review)
        if judged is not self._last[0] or others != self._last[1]:
            self._last = judged, others, in_order((*judged, *others))
        return self._last[2]

    def _of_verdicts(self, review: Review) -> Sequence[Entry]:
        reasons = (note for note in review.notes.values() if note.reason)
        rounds = self._before_index + 1
        basis = (*review.verdicts[:rounds], *review.places[:rounds], *reasons)
        answers = self._answers(review)
        known, answered, found = self._judged
        if answers != answered or len(known) != len(basis) or not all(map(operator.is_, known, basis)):
            found = self._judged_anew(review)
            self._judged = basis, answers, found
        return found

    def _answers(self, review: Review) -> Sequence[str]:
        """What was answered in the rounds before: one may come while the ledger of the next is made."""
        if not self._earlier:
            return ()
        now = f"{review.index}/"
        return [f"{key} {answer}" for key, answer in review.entries.items() if not key.startswith(now)]

    def _judged_anew(self, review: Review) -> list[Entry]:
        index, files, found = self._before_index, self._files, list[Entry]()
        new_code = NewCode(self._between, self.after)
        judge = VerdictEntries(review, index, index, new_code)
        for file, aftermath, held in files.judged(review.verdicts[index]):
            found += judge.entries(file, aftermath, held)
        if not self._earlier:
            return found
        known = {entry.id for entry in found}
        for entry in remembered(review, index, self._earlier, files, self.after, self._start, new_code):
            if entry.id not in known:
                known.add(entry.id)
                found.append(entry)
        return found


def _left_out(review: Review) -> Iterator[Entry]:
    """What a model touched in a round that was to make only something else anew."""
    current = review.round
    arrived = next((each for each in review.rounds if current and each.number == current.number), None)
    if current is None or arrived is None:
        return
    # After an edit of the expert's own the lines have other numbers: then only the file is named.
    exact = arrived.tree == current.tree
    for number, each in enumerate(arrived.left_out):
        said = f"{each.words or _changed(each)}, which nobody"
        yield Entry(
            entry_id("left out", each.path, str(number)),
            Said.LEFT_OUT,
            each.path,
            line=each.line if exact else 0,
            count=each.count if exact else 0,
            was=each.was,
            now=each.now,
            words=f"not in the round: {said} asked for",
        )


def _changed(left: LeftOut) -> str:
    if not left.was:
        return f"{lines_in_words(len(left.now))} more"
    count = lines_in_words(len(left.was))
    return f"other lines for {count}" if left.now else f"taking out {count}"


def _out_of_scope(
    review: Review, after: Sequence[FileChange], between: Sequence[FileChange]
) -> Iterator[Entry]:
    scope = scope_of_task(review.task)
    if not scope.inside and not scope.outside:
        return
    touched = {file.path for file in between} | {file.base_path for file in between}
    for file in after:
        names = {file.path, file.base_path or file.path}
        if not names & touched or all(scope.holds(name) for name in names):
            continue
        changes = tuple(change.id for change in file.changes)
        words = "changed, though the task leaves it out"
        yield Entry(entry_id("scope", file.path), Said.OUT_OF_SCOPE, file.path, changes=changes, words=words)
