"""The rounds in figures: counted as each stood when the next came, with what its calls cost."""

from __future__ import annotations

from msgspec.structs import replace

from tests.review.texts import arrived, changed, started
from workbench.review.actions import (
    CallMade,
    Judged,
    NoteSettled,
    NoteWithdrawn,
    NoteWritten,
    RoundArrived,
    RoundFailed,
)
from workbench.review.changes import Change
from workbench.review.costs import by_round
from workbench.review.entries import Entry, Said
from workbench.review.notes import Intent, Note, Place
from workbench.review.progress import Progress
from workbench.review.review import Review, apply
from workbench.review.round_counts import last_snapshots, never_came, review_at, round_counts
from workbench.review.rounds import Usage
from workbench.review.verdicts import Verdict, select_changes

OLD = b"".join(b"line %d\n" % n for n in range(40))
NEW = OLD.replace(b"line 3\n", b"three\n").replace(b"line 20\n", b"twenty\n").replace(b"line 30\n", b"")
FILE = changed(OLD, NEW)
FIRST, SECOND, THIRD = FILE.changes


def judged(review: Review, verdict: Verdict, change: Change) -> Review:
    selections = select_changes((change,))
    return apply(review, Judged(id="j", at=0.0, round=review.index, selections=selections, verdict=verdict))


def noted(review: Review, change: Change) -> Review:
    place = Place(path=change.path, change=change.id)
    note = Note(f"N{len(review.notes) + 1}", Intent.MUST, place, "text", round=review.index)
    return apply(review, NoteWritten(id=f"n{len(review.notes)}", at=0.0, note=note))


def called(review: Review, number: int, cost: float | None) -> Review:
    usage = Usage(tokens_in=100, tokens_out=10, cost=cost)
    name = f"c{len(review.calls)}"
    return apply(
        review,
        CallMade(id=name, at=0.0, purpose="round", model="m", outcome="fits", usage=usage, round=number),
    )


def test_a_round_is_counted_as_it_stood_whatever_came_later() -> None:
    one = noted(judged(arrived(started()), Verdict.ACCEPTED, FIRST), SECOND)
    two = arrived(one)
    later = noted(judged(two, Verdict.REJECTED, THIRD), THIRD)
    later = apply(later, NoteSettled(id="s", at=0.0, note="N1"))

    counts = round_counts(later, 0, (FILE,), ())

    assert counts.progress == Progress(accepted=1, asked=1, unread=1)
    assert not counts.current
    withdrawn = apply(later, NoteWithdrawn(id="w", at=0.0, note="N1"))
    assert round_counts(withdrawn, 0, (FILE,), ()).progress == Progress(accepted=1, unread=2)


def test_a_call_belongs_to_the_round_that_its_exchange_became() -> None:
    """Two rounds were asked for at once: both calls were for round 2, and one of them became round 3."""

    def came(review: Review, number: int, exchange: str) -> Review:
        after = arrived(review)
        tree = replace(after.rounds[-1], number=number, exchange=exchange, tree=f"tree {number}")
        return apply(review, RoundArrived(id=exchange, at=0.0, round=tree))

    def made(review: Review, exchange: str, *, cost: float) -> Review:
        usage = Usage(tokens_in=100, tokens_out=10, cost=cost)
        call = CallMade(
            id=f"call {len(review.calls)}", at=0.0, purpose="round", model="m", outcome="fits", usage=usage,
            round=2, exchange=exchange,
        )  # fmt: skip
        return apply(review, call)

    review = made(made(arrived(started()), "a", cost=0.25), "b", cost=0.5)
    review = came(came(review, 2, "b"), 3, "a")
    # The record of a call may come after the round, from another process.
    review = made(review, "a", cost=1.0)

    assert [(call.exchange, call.round) for call in review.calls] == [("a", 3), ("b", 2), ("a", 3)]
    assert {number: each.cost for number, each in by_round(review.calls).items()} == {2: 0.5, 3: 1.25}
    assert [round_counts(review, index, (), ()).spent.cost for index in (1, 2)] == [0.5, 1.25]


def test_the_current_round_is_counted_as_it_stands_now() -> None:
    review = noted(judged(arrived(started()), Verdict.ACCEPTED, FIRST), SECOND)
    assert round_counts(review, 0, (FILE,), ()).progress.asked == 1

    settled = apply(review, NoteSettled(id="s", at=0.0, note="N1"))

    counts = round_counts(settled, 0, (FILE,), ())
    assert (counts.progress.asked, counts.current, counts.changes) == (0, True, 3)


def test_what_the_ledger_held_against_it_is_counted() -> None:
    said = (Said.ALTERED, Said.KEEP_ALTERED, Said.CAME_BACK, Said.KEPT, Said.OUT_OF_SCOPE)
    entries = [Entry(each.value, each, "a.py") for each in said]

    counts = round_counts(arrived(started()), 0, (FILE,), entries)

    assert (counts.altered, counts.back, counts.violations) == (2, 1, 4)
    assert counts.words == "3 changes · 3 unread · 2 altered · 1 came back"


def test_what_is_not_known_is_said_and_a_round_that_never_came_has_its_cost() -> None:
    review = called(called(arrived(started()), 1, 0.25), 1, None)
    failed = RoundFailed(id="f", at=0.0, number=2, model="m", why="cut")
    review = called(apply(review, failed), 2, 0.5)

    assert round_counts(review, 0, (FILE,), ()).spent.cost_words == "$0.25 and 1 call of unknown cost"
    (lost,) = never_came(review)
    assert (lost.number, lost.author, lost.failed, lost.spent.cost) == (2, "", 1, 0.5)
    assert lost.words == "failed once · 100 + 10 tokens · $0.50"


def test_an_edit_in_place_makes_no_round_of_its_own() -> None:
    review = arrived(arrived(started()))
    assert last_snapshots(review) == (0, 1)
    assert review_at(review, 1).rounds == review.rounds
    assert review_at(review, 0).index == 0
