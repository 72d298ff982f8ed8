"""What was seen of a change, and what was passed too quickly."""

from __future__ import annotations

from tests.ui.samples import file_of
from workbench.review.skimming import (
    NOTHING,
    Look,
    Passed,
    lines_seen,
    seen_to_its_end,
    size,
    skimmed,
    unseen,
    unseen_lines,
    words_of_passed,
)
from workbench.review.verdicts import Selection, Verdict, judged, select_change

OLD = b"".join(b"line %d\n" % n for n in range(40))
FILE = file_of("a.py", OLD, OLD.replace(b"line 3\n", b"x\ny\nz\n").replace(b"line 30\n", b""))
FIRST, SECOND = FILE.changes


def test_lines_of_both_sides_are_counted_once() -> None:
    assert (size(FIRST), unseen(FIRST, NOTHING)) == (4, 4)
    look = Look(lines_seen(FIRST, [3, 4], [4, 5]))
    assert unseen(FIRST, look) == 1
    assert unseen(FIRST, look.joined(look)) == 1
    assert lines_seen(FIRST, [1, 2, 30], [40]) == 0


def test_the_end_of_a_change_is_the_last_line_of_each_side() -> None:
    assert not seen_to_its_end(FIRST, Look(lines_seen(FIRST, [4], [4, 5])))
    assert not seen_to_its_end(FIRST, Look(lines_seen(FIRST, [], [4, 5, 6])))
    assert seen_to_its_end(FIRST, Look(lines_seen(FIRST, [4], [6])))
    assert seen_to_its_end(SECOND, Look(lines_seen(SECOND, [31], [])))


def test_of_selected_lines_those_that_were_not_seen_are_counted() -> None:
    looks = {FIRST.id: Look(lines_seen(FIRST, [], [4]))}
    selection = Selection("a.py", old=((4, 1),), new=((4, 2),))
    assert unseen_lines(FILE.changes, selection, looks) == 2
    both = Selection("a.py", old=((1, 60),), new=((1, 3), (5, 100)))
    assert unseen_lines(FILE.changes, both, looks) == 4, "the removed ones, and two of the added"


def test_what_was_accepted_faster_than_the_pace_is_listed_sensitive_first() -> None:
    hook = file_of(".envrc", None, b"export A=1\n")
    verdicts = judged({}, [select_change(each) for each in (*FILE.changes, *hook.changes)], Verdict.ACCEPTED)
    everything = (1 << 10) - 1
    looks = {FIRST.id: Look(everything & 15, 0.5), SECOND.id: Look(1, 3.0)}
    passed = skimmed((FILE, hook), verdicts, looks, 5)
    assert [(each.path, each.line) for each in passed] == [(".envrc", 1), ("a.py", 4)]
    assert passed[0].why
    assert [words_of_passed(each) for each in passed] == ["1 line, never on the screen", "4 lines in 0.5 s"]
    assert skimmed((FILE, hook), verdicts, looks, 0) == ()
    assert skimmed((FILE, hook), {}, looks, 5) == ()


def test_a_moment_is_not_said_to_be_no_time() -> None:
    assert words_of_passed(Passed("a.py", 1, 1, 1, 0.04)) == "1 line in under 0.1 s"
