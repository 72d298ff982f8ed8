"""Counting: what is accepted, rejected, asked, unread, and that counting in parts gives the same."""

from __future__ import annotations

import random
from collections.abc import Callable
from time import perf_counter

import pytest
from msgspec.structs import replace

from tests.review.texts import arrived, changed, started
from workbench.review.actions import Judged, NoteSettled, NoteWritten
from workbench.review.changes import Change, FileChange, Side
from workbench.review.notes import Intent, Note, Place
from workbench.review.progress import (
    Progress,
    Standing,
    Tally,
    asked,
    file_progress,
    has_open_lines,
    note_counts,
    progress,
    standing,
)
from workbench.review.review import Review, apply
from workbench.review.verdicts import Selection, Verdict, select_changes

OLD = b"".join(b"line %d\n" % n for n in range(40))
NEW = OLD.replace(b"line 3\n", b"three\n").replace(b"line 20\n", b"twenty\nmore\n").replace(b"line 30\n", b"")
FILE = changed(OLD, NEW)
FIRST, SECOND, THIRD = FILE.changes


def judged(review: Review, verdict: Verdict, *changes: Change) -> Review:
    return apply(review, Judged(id="j", at=0.0, round=0, selections=select_changes(changes), verdict=verdict))


def noted(review: Review, place: Place, intent: Intent = Intent.MUST, *, reason: bool = False) -> Review:
    name = f"N{len(review.notes) + 1}"
    note = Note(name, intent, place, "text", round=review.index, reason=reason)
    return apply(review, NoteWritten(id=name, at=0.0, note=note))


REVIEW = arrived(started())


def test_everything_is_unread_at_first() -> None:
    assert progress(REVIEW, (FILE,)) == Progress(unread=3)


def test_verdicts_are_counted_and_add_up() -> None:
    review = judged(judged(REVIEW, Verdict.ACCEPTED, FIRST), Verdict.REJECTED, THIRD)
    counts = progress(review, (FILE,))
    assert (counts.accepted, counts.rejected, counts.unread, counts.total, counts.judged) == (1, 1, 1, 3, 2)


def test_a_change_with_one_line_judged_is_mixed_and_still_open() -> None:
    some = Judged(
        id="j", at=0.0, round=0, selections=(Selection("a.py", new=((22, 1),)),), verdict=Verdict.ACCEPTED
    )
    review = apply(REVIEW, some)
    assert standing(SECOND, review.current, frozenset()) is Standing.MIXED
    assert has_open_lines(SECOND, review.current)
    rest = Selection("a.py", old=((21, 1),), new=((21, 1),))
    review = apply(review, replace(some, selections=(rest,), verdict=Verdict.REJECTED))
    assert standing(SECOND, review.current, frozenset()) is Standing.MIXED
    assert not has_open_lines(SECOND, review.current)


@pytest.mark.parametrize(
    ("intent", "counts"),
    [
        (Intent.MUST, True),
        (Intent.SHOULD, True),
        (Intent.QUESTION, True),
        (Intent.KEEP, False),
    ],
)
def test_an_open_change_with_a_note_that_wants_something_is_asked(intent: Intent, counts: bool) -> None:
    review = noted(REVIEW, Place("a.py", Side.NEW, 4, 1, FIRST.id), intent)
    assert asked(review, (FILE,)) == (frozenset({FIRST.id}) if counts else frozenset())
    assert progress(review, (FILE,)).asked == counts


def test_a_note_on_lines_asks_the_changes_that_it_touches() -> None:
    assert asked(noted(REVIEW, Place("a.py", Side.NEW, 20, 2)), (FILE,)) == frozenset({SECOND.id})
    assert asked(noted(REVIEW, Place("a.py", Side.OLD, 31, 1)), (FILE,)) == frozenset({THIRD.id})
    assert asked(noted(REVIEW, Place("a.py", Side.NEW, 10, 2)), (FILE,)) == frozenset()


def test_notes_on_the_file_or_the_review_and_reasons_ask_no_change() -> None:
    review = noted(noted(REVIEW, Place()), Place("a.py"))
    review = noted(review, Place("a.py", Side.NEW, 4, 1, FIRST.id), reason=True)
    assert asked(review, (FILE,)) == frozenset()


def test_a_settled_note_asks_no_more() -> None:
    review = noted(REVIEW, Place("a.py", Side.NEW, 4, 1, FIRST.id))
    assert asked(apply(review, NoteSettled(id="s", at=0.0, note="N1")), (FILE,)) == frozenset()


def test_an_accepted_change_with_a_note_counts_as_accepted() -> None:
    review = judged(noted(REVIEW, Place("a.py", Side.NEW, 4, 1, FIRST.id)), Verdict.ACCEPTED, FIRST)
    assert progress(review, (FILE,)) == Progress(accepted=1, unread=2)


def test_a_note_whose_place_was_lost_asks_nothing_in_the_next_round() -> None:
    review = arrived(noted(REVIEW, Place("a.py", Side.NEW, 4, 1)), places={"N1": None})
    assert asked(review, (FILE,)) == frozenset()


def test_notes_are_counted_by_intent_without_reasons() -> None:
    review = noted(noted(REVIEW, Place()), Place("a.py"), Intent.QUESTION)
    review = noted(review, Place("a.py", Side.NEW, 4, 1), reason=True)
    assert note_counts(review) == {Intent.MUST: 1, Intent.QUESTION: 1}


def test_a_tally_counts_the_same_as_counting_afresh() -> None:
    other = changed(OLD, NEW + b"end\n", "b.py")
    files = (FILE, other)
    tally = Tally()
    review = REVIEW
    steps: list[Callable[[Review], Review]] = [
        lambda review: judged(review, Verdict.ACCEPTED, FIRST, *other.changes),
        lambda review: noted(review, Place("a.py", Side.NEW, 22, 1)),
        lambda review: judged(review, Verdict.REJECTED, THIRD),
        lambda review: judged(review, Verdict.OPEN, FIRST, other.changes[0]),
    ]
    for step in steps:
        assert tally.progress(review, files) == progress(review, files)
        review = step(review)
    assert tally.progress(review, files) == progress(review, files)
    assert tally.file("b.py") == file_progress(other, review.current, asked(review, files))
    assert tally.progress(review, (FILE,)) == progress(review, (FILE,))


def test_a_tally_counts_the_same_where_files_are_read_again_in_part() -> None:
    files = tuple(changed(OLD, NEW, f"{name}.py") for name in "abcd")
    tally = Tally()
    review = judged(noted(REVIEW, Place("c.py")), Verdict.ACCEPTED, files[0].changes[0])
    tally.progress(review, files)
    tally.news()

    turned = tuple(reversed(files))
    assert tally.progress(review, turned) == progress(review, turned)
    assert not tally.news(), "another order is no other file"

    again = changed(OLD, NEW + b"end\n", "b.py")
    read = (files[0], again, files[3], changed(OLD, NEW, "e.py"))
    assert tally.progress(review, read) == progress(review, read)
    assert tally.by_path().keys() == {"a.py", "b.py", "d.py", "e.py"}
    was = file_progress(files[1], {}, frozenset())
    assert tally.news() == {"b.py": was, "e.py": None}, "no others were looked at"


def test_a_tally_counts_a_file_that_changed_together_with_its_verdicts() -> None:
    """As every round that arrives: the file is another, and what was judged in it, too."""
    tally = Tally()
    before = judged(judged(REVIEW, Verdict.ACCEPTED, FIRST), Verdict.REJECTED, THIRD)
    assert tally.progress(before, (FILE,)).total == 3
    less = changed(OLD, OLD.replace(b"line 3\n", b"three\n").replace(b"line 20\n", b"twenty\nmore\n"))
    after = judged(REVIEW, Verdict.ACCEPTED, less.changes[0])
    assert tally.progress(after, (less,)) == progress(after, (less,)) == Progress(accepted=1, unread=1)


def test_counting_in_steps_comes_to_the_same_whatever_happens_between_them() -> None:
    files = tuple(changed(OLD, NEW, f"f{number}.py") for number in range(400))
    chance, tally, review = random.Random(7), Tally(), REVIEW
    assert tally.progress(review, files).total == 1200
    rests = 0
    for turn in range(6):
        chosen = [change for file in files for change in file.changes if chance.random() < 0.7]
        review = judged(review, chance.choice((Verdict.ACCEPTED, Verdict.REJECTED, Verdict.OPEN)), *chosen)
        if turn == 3:
            files = (*files[:50], changed(OLD, NEW + b"end\n", "f50.py"), *files[51:390])
        counting = tally.counting(review, files)
        for _ in range(chance.randrange(4)):  # left there: another verdict comes
            rests += next(counting, 1) is None
    assert rests > 3
    assert tally.progress(review, files) == progress(review, files)
    asked_ids = asked(review, files)
    assert tally.by_path() == {file.path: file_progress(file, review.current, asked_ids) for file in files}


def test_news_come_in_portions_and_new_files_at_once() -> None:
    files = tuple(changed(OLD, NEW, f"f{number}.py") for number in range(10))
    tally = Tally()
    tally.progress(REVIEW, files)
    assert len(tally.news(3)) == 10
    review = judged(REVIEW, Verdict.ACCEPTED, *(file.changes[0] for file in files[2:]))
    tally.progress(review, files)
    seen: list[str] = []
    while tally.has_news:
        portion = tally.news(3)
        assert len(portion) <= 3
        assert set(portion.values()) == {Progress(unread=3)}
        seen += portion
    assert sorted(seen) == [file.path for file in files[2:]], "each once"


def test_a_note_is_counted_in_its_file_alone() -> None:
    files = tuple(changed(OLD, NEW, f"{name}.py") for name in "ab")
    tally = Tally()
    tally.progress(REVIEW, files)
    tally.news()
    review = noted(REVIEW, Place("b.py", Side.NEW, 4, 1))
    assert tally.progress(review, files) == progress(review, files)
    assert tally.news().keys() == {"b.py"}
    withdrawn = apply(review, NoteSettled(id="s", at=0.0, note="N1"))
    assert tally.progress(withdrawn, files) == progress(withdrawn, files)
    assert tally.news().keys() == {"b.py"}


def test_a_key_in_ten_thousand_changes_is_counted_in_under_three_milliseconds() -> None:
    text = b"".join(b"line %d\n" % n for n in range(20))
    parts = (b"line 3\n", b"line 8\n", b"line 13\n", b"line 18\n")
    new = text
    for part in parts:
        new = new.replace(part, b"new " + part)
    files: tuple[FileChange, ...] = tuple(changed(text, new, f"f{n}.py") for n in range(2500))
    everything = [change for file in files for change in file.changes]
    review = judged(arrived(started()), Verdict.ACCEPTED, *everything[:5000])
    review = noted(review, Place("f2000.py", Side.NEW, 4, 1))
    tally = Tally()
    assert tally.progress(review, files).total == 10_000
    times = []
    for change in everything[6000:6020]:
        review = judged(review, Verdict.REJECTED, change)
        began = perf_counter()
        tally.progress(review, files)
        times.append(perf_counter() - began)
    assert sorted(times)[len(times) // 2] < 0.003
