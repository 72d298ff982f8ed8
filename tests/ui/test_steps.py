"""What takes long over a large file rests often enough for a key to come between. Counted, never timed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from workbench.review.changes import FileChange, Run, Side, Status
from workbench.review.feedback import feedback_in_steps
from workbench.review.feedback_text import as_markdown
from workbench.review.feedback_weight import weight_in_steps
from workbench.review.line_ends import line_ends_in_steps
from workbench.review.moved import moved_blocks
from workbench.review.notes import Intent, Note, Place
from workbench.review.review import Review
from workbench.review.rounds import Source
from workbench.review.run_rows import differs_in_blanks
from workbench.review.splitting import with_changes
from workbench.review.steps import Steps, finished, rest, resting
from workbench.review.suspicious import BLANKS, Sort, suspicious, suspicious_in_steps
from workbench.ui.row_words import _in_blanks
from workbench.workflow.shape_acts import find_shapes

MANY = 20_000
OFTEN = 10
"""Rests for so many thousand lines, at least."""


def rests(steps: Steps[object]) -> int:
    """How often some work rests."""
    return sum(1 for _ in _told(steps))


def _told(steps: Steps[object]) -> Iterator[None]:
    yield from steps


class Asked:
    """Says that the work goes on, and counts how often it was asked."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> bool:
        self.times += 1
        return False


def one_block(end: bytes = b"\n") -> FileChange:
    """One run in which so many lines are replaced."""
    old = tuple(b"old_%d = call(%d)" % (number, number) + b"\n" for number in range(MANY))
    new = tuple(b"new_%d = call(%d)" % (number, number) + end for number in range(MANY))
    return _file(Run(1, 1, old, new))


def many_places() -> FileChange:
    """So many runs of one line each."""
    return _file(
        *(Run(2 * n + 1, 2 * n + 1, (b"a%d\n" % n,), (b"b%d\n" % n,)) for n in range(MANY)),
    )


def _file(*runs: Run, path: str = "a.py") -> FileChange:
    return with_changes(FileChange(Status.MODIFIED, path, path, "100644", "100644", "1", "2", runs=runs))


@pytest.mark.parametrize("made", [one_block, many_places])
def test_looking_for_what_is_suspicious_rests_within_a_large_file(made: Callable[[], FileChange]) -> None:
    assert rests(suspicious_in_steps(made())) >= MANY / 1000


def test_lines_that_are_looked_at_one_by_one_rest_more_often() -> None:
    escaped = tuple(b"\x1b%d\n" % number for number in range(MANY))
    assert rests(suspicious_in_steps(_file(Run(1, 1, (), escaped)))) >= MANY / 100


def test_a_line_of_megabytes_is_looked_at_piece_by_piece() -> None:
    line = b"f(1);" * 400_000
    assert rests(suspicious_in_steps(_file(Run(1, 1, (), (line + b"\n",))))) >= 20


@pytest.mark.parametrize("at", [65_536 - BLANKS, 65_536 - BLANKS // 2, 65_536 - 1, 65_536, 2 * 65_536 - 7])
@pytest.mark.parametrize(
    ("odd", "sort"),
    [
        (b"\x1b", Sort.HIDDEN),
        ("\u202e".encode(), Sort.HIDDEN),
        ("p\u0430y".encode(), Sort.LOOK_ALIKE),
        (b" " * BLANKS, Sort.FAR),
    ],
)
def test_nothing_is_missed_where_two_pieces_of_a_line_meet(at: int, odd: bytes, sort: Sort) -> None:
    line = b"x" * at + odd + b"x" * 200_000 + b"\n"
    assert sort in {each.sort for each in suspicious(_file(Run(1, 1, (), (line,))))}


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_looking_at_line_ends_rests_within_a_large_file(end: bytes) -> None:
    assert rests(line_ends_in_steps(one_block(end))) >= MANY / 1000
    assert rests(line_ends_in_steps(many_places())) >= MANY / 1000


@pytest.mark.parametrize("made", [one_block, many_places])
def test_looking_for_moved_blocks_asks_within_a_large_file(made: Callable[[], FileChange]) -> None:
    asked = Asked()
    moved_blocks([made()], asked)
    assert asked.times >= MANY / 1000


def test_looking_for_moved_blocks_asks_between_many_small_files() -> None:
    asked = Asked()
    moved_blocks(
        [_file(Run(1, 1, (b"a\n",), (b"b\n",)), path=f"{n}.py") for n in range(MANY // 4)],
        asked,
    )
    assert asked.times >= OFTEN


def test_counting_blanks_and_shapes_asks_within_a_file_of_many_changes() -> None:
    file, asked = many_places(), Asked()
    assert rests(_in_blanks((file,))) >= MANY / 100
    find_shapes((file,), asked)
    assert asked.times >= MANY / 100


def test_a_change_of_very_many_lines_of_blanks_is_looked_at_in_steps() -> None:
    old, new = (tuple(each + b"%d\n" % number for number in range(MANY)) for each in (b"a ", b"a  "))
    (change,) = _file(Run(1, 1, old, new)).changes
    assert finished(differs_in_blanks(change))
    assert rests(differs_in_blanks(change)) >= MANY / 1000


def test_a_note_on_ten_thousand_places_is_weighed_in_steps() -> None:
    places = tuple(Place(f"{number % 3}.py", Side.NEW, number + 1, 1) for number in range(MANY))
    note = Note("N1", Intent.SHOULD, places[0], "Keep `old`.", 0, spread=places[1:])
    review = Review("R", "/repo", "base", None, Source.RANGE, notes={"N1": note})
    asked = Asked()
    with resting(asked):
        feedback = finished(feedback_in_steps(review, ()))
        made = asked.times
        assert finished(weight_in_steps(feedback)) == len(as_markdown(feedback).encode())
    assert made >= MANY / 300
    assert asked.times - made >= MANY / 300


def test_work_rests_only_where_it_said_how() -> None:
    asked = Asked()
    rest()
    with resting(asked):
        rest()
        rest()
    rest()
    assert asked.times == 2


def test_work_in_steps_comes_to_the_same_without_a_rest() -> None:
    def steps() -> Steps[str]:
        yield
        yield
        return "whole"

    assert finished(steps()) == "whole"
