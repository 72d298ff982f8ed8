"""A review's rounds in figures: what each brought, what became of it, what it cost. Pure; nothing is kept."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from workbench.review.changes import FileChange
from workbench.review.costs import Sum, total
from workbench.review.entries import Entry, Said
from workbench.review.progress import Progress, asked, file_progress
from workbench.review.review import Review


class RoundCounts(Struct, frozen=True):
    """One round. `progress` is how its changes stood when the next round came, or stand now.

    `altered` and `back` are the ledger's: accepted code that this round altered, rejected code that it
    brought back. `spent` are all calls that were made for it, those included that came to nothing; `failed`
    is how often it was asked for and did not come. A round that never came has no author and no changes.
    """

    number: int
    author: str
    edits: int
    progress: Progress
    altered: int
    back: int
    violations: int
    spent: Sum
    failed: int = 0
    current: bool = False

    @property
    def changes(self) -> int:
        return self.progress.total

    @property
    def words(self) -> str:
        """The figures as one line: "14 changes · 9 accepted · 2 rejected · 1 came back"."""
        now = self.progress
        counted = (
            (now.accepted, "accepted"),
            (now.rejected, "rejected"),
            (now.mixed, "in part"),
            (now.asked, "asked"),
            (now.unread, "unread"),
            (self.altered, "altered"),
            (self.back, "came back"),
        )
        parts = [f"{self.changes:,} {'change' if self.changes == 1 else 'changes'}"] if self.author else []
        parts += [f"{count:,} {word}" for count, word in counted if count]
        parts += [f"failed {self.failed} times" if self.failed > 1 else "failed once"] if self.failed else []
        parts += [self.spent.token_words, self.spent.cost_words] if self.spent.calls else []
        return " · ".join(parts)


def review_at(review: Review, index: int) -> Review:
    """The review as the round with this index showed it: without what came later.

    What was settled since counts as it did then, before it was settled.
    """
    end = index + 1
    notes = {name: note for name, note in review.notes.items() if note.round <= index}
    if index < review.index:
        notes = {name: replace(note, settled=False) for name, note in notes.items()}
    return replace(
        review,
        rounds=review.rounds[:end],
        carries=review.carries[:end],
        verdicts=review.verdicts[:end],
        places=review.places[:end],
        whys=review.whys[:end],
        answers=review.answers[:end],
        notes=notes,
    )


def last_snapshots(review: Review) -> tuple[int, ...]:
    """The index of each numbered round's last snapshot, in order: an edit in place makes another one."""
    rounds = review.rounds
    return tuple(
        index
        for index, each in enumerate(rounds)
        if index == review.index or rounds[index + 1].number != each.number
    )


def round_counts(
    review: Review, index: int, files: Sequence[FileChange], entries: Sequence[Entry]
) -> RoundCounts:
    """The figures of the round with this index. `files` are its changes, `entries` its ledger."""
    then = review_at(review, index)
    asked_ids = asked(then, files)
    progress = Progress()
    for file in files:
        progress += file_progress(file, then.current, asked_ids)
    round_ = review.rounds[index]
    same = [each for each in review.rounds if each.number == round_.number]
    return RoundCounts(
        number=round_.number,
        author=same[0].model or same[0].source.value,
        edits=len(same) - 1,
        progress=progress,
        altered=sum(entry.said in (Said.ALTERED, Said.KEEP_ALTERED) for entry in entries),
        back=sum(entry.said is Said.CAME_BACK for entry in entries),
        violations=sum(entry.is_violation for entry in entries),
        spent=spent_on(review, round_.number),
        failed=_failed(review, round_.number),
        current=index == review.index,
    )


def never_came(review: Review) -> tuple[RoundCounts, ...]:
    """The rounds that were asked for and are not there, with what they cost all the same."""
    there = {each.number for each in review.rounds}
    missing = sorted({each.number for each in review.failures} - there)
    return tuple(
        RoundCounts(number, "", 0, Progress(), 0, 0, 0, spent_on(review, number), _failed(review, number))
        for number in missing
    )


class LostRound(Struct, frozen=True):
    """A round that was asked for and did not come. `outcome` is that of its last call.

    `tokens` is about how much of an answer had arrived, 0 for nothing; `exchange` names what was kept.
    """

    number: int
    outcome: str
    why: str
    tokens: int = 0
    exchange: str = ""


def lost_rounds(review: Review) -> tuple[LostRound, ...]:
    """The tries that came to nothing of the round that would be next, in order."""
    current = review.round.number if review.round is not None else 0
    outcomes = {call.exchange: call.outcome for call in review.calls if call.exchange is not None}
    return tuple(
        LostRound(
            each.number,
            outcomes.get(each.exchange, "failed") if each.exchange else "failed",
            each.why,
            (each.usage.tokens_out or 0) if each.usage is not None else 0,
            each.exchange or "",
        )
        for each in review.failures
        if each.number > current
    )


def spent_on(review: Review, number: int) -> Sum:
    """What all calls for the round of this number used together."""
    return total(call for call in review.calls if call.round == number)


def _failed(review: Review, number: int) -> int:
    return sum(each.number == number for each in review.failures)
