"""How long a feedback is, is known without writing it, and found in steps."""

from __future__ import annotations

import random
from collections.abc import Generator

import pytest

from tests.review.texts import arrived, changed, started
from workbench.review.actions import Judged, NoteWritten
from workbench.review.changes import FileChange
from workbench.review.feedback import Feedback, as_markdown, feedback, feedback_in_steps
from workbench.review.feedback_weight import LARGE, weight_in_steps
from workbench.review.notes import Intent, Note, Place
from workbench.review.review import Review, apply
from workbench.review.steps import finished
from workbench.review.verdicts import Verdict, select_change


def of(files: list[FileChange], seed: int) -> Review:
    """A review of these files in which half of all is judged, with a reason here and there."""
    chance = random.Random(seed)
    review = arrived(started(), after=tuple(files))
    for file in files:
        for change in file.changes:
            verdict = chance.choice((Verdict.ACCEPTED, Verdict.REJECTED, None, None))
            if verdict is None:
                continue
            number = f"N{review.last_note + 1}"
            place = Place(path=file.path, change=change.id)
            reason = Note(number, Intent.MUST, place, "Not \u00e9 this.", 0, reason=True)
            note = reason if verdict is Verdict.REJECTED and chance.random() < 0.2 else None
            what = (select_change(change),)
            review = apply(
                review, Judged(id=change.id, at=0.0, round=0, selections=what, verdict=verdict, note=note)
            )
    asked = Note(f"N{review.last_note + 1}", Intent.QUESTION, Place(path=files[0].path), "Why?", 0)
    return apply(review, NoteWritten(id="asked", at=0.0, note=asked))


def files_of(seed: int, runs: int) -> list[FileChange]:
    chance = random.Random(seed)
    found = []
    for name in ("a.py", "b/c.py"):
        old = [f"line {number} of {chance.randrange(9)}\n" for number in range(runs * 4)]
        new = [line.replace("line", "row") if number % 4 == 0 else line for number, line in enumerate(old)]
        found.append(changed("".join(old).encode(), "".join(new).encode(), name))
    return found


@pytest.mark.parametrize("seed", range(6))
def test_the_weight_is_that_of_the_text(seed: int) -> None:
    files = files_of(seed, 150 if seed % 2 else 12)
    review = of(files, seed)
    for taken_out in (False, True):
        said = feedback(review, files, taken_out=taken_out)
        assert finished(weight_in_steps(said)) == len(as_markdown(said).encode())


def test_of_very_large_code_the_bytes_are_counted_and_not_its_signs() -> None:
    line = b"x" * LARGE + b"\n"
    file = changed(line, line.replace(b"x", b"y"), "big.js")
    review = arrived(started(), after=(file,))
    what = tuple(map(select_change, file.changes))
    review = apply(review, Judged(id="one", at=0.0, round=0, selections=what, verdict=Verdict.REJECTED))
    said = feedback(review, [file])
    assert abs(finished(weight_in_steps(said)) - len(as_markdown(said).encode())) < 10


def test_a_feedback_rests_often_and_comes_to_the_same() -> None:
    files = files_of(1, 600)
    review = of(files, 1)
    rests: list[None] = []

    def steps() -> Generator[None, None, Feedback]:
        inner = feedback_in_steps(review, files)
        while True:
            try:
                rests.append(next(inner))
            except StopIteration as end:
                found: Feedback = end.value
                return found
            yield

    assert finished(steps()) == feedback(review, files)
    assert len(rests) > 10


def test_a_review_in_which_nothing_is_judged_is_not_looked_through() -> None:
    """It is asked after every verdict: what is open is not looked at, however much of it there is."""
    files = files_of(2, 600)
    review = arrived(started(), after=tuple(files))
    change = files[1].changes[3]
    one = Judged(id="one", at=0.0, round=0, selections=(select_change(change),), verdict=Verdict.REJECTED)
    review = apply(review, one)
    rests = sum(1 for _ in feedback_in_steps(review, files))
    assert rests <= 3
    assert [each.change for each in feedback(review, files).rejected] == [change.id]
