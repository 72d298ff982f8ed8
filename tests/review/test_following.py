"""Lines of one round in another: found for certain, or not at all."""

from __future__ import annotations

import random

from tests.ui.samples import file_of
from workbench.review.changes import Side
from workbench.review.following import line_now, new_line, old_line, span_now

BASE = b"".join(b"line %d\n" % n for n in range(1, 31))


def test_a_line_that_is_found_holds_the_same_bytes_and_what_is_gone_is_not_found() -> None:
    dice = random.Random(5)
    for _ in range(300):
        texts = [edited(dice), edited(dice)]
        before, after = (file_of("a.py", BASE, text) for text in texts)
        lines = [text.split(b"\n") for text in texts]
        for number, data in enumerate(lines[0][:-1], 1):
            now = line_now(before, after, Side.NEW, number)
            if now is not None:
                assert lines[1][now - 1] == data
        assert line_now(before, before, Side.NEW, 1) == 1


def edited(dice: random.Random) -> bytes:
    lines = BASE.splitlines(keepends=True)
    for _ in range(dice.randrange(4)):
        at = dice.randrange(len(lines))
        lines[at : at + dice.randrange(3)] = [b"new %d\n" % dice.randrange(3)] * dice.randrange(3)
    return b"".join(lines)


def test_unchanged_lines_are_known_on_both_sides() -> None:
    file = file_of("a.py", BASE, BASE.replace(b"line 5\n", b"a\nb\nc\n").replace(b"line 20\n", b""))
    assert [new_line(file, old) for old in (4, 5, 6, 19, 20, 21)] == [4, None, 8, 21, None, 22]
    assert [old_line(file, new) for new in (4, 5, 7, 8, 21, 22)] == [4, None, None, 6, 19, 21]


def test_lines_between_which_something_came_are_no_span_any_more() -> None:
    before = file_of("a.py", BASE, BASE)
    after = file_of("a.py", BASE, BASE.replace(b"line 10\n", b"line 10\nnew\n"))
    assert span_now(before, after, Side.NEW, 11, 3) == 12
    assert span_now(before, after, Side.NEW, 9, 3) is None
    assert span_now(before, after, Side.OLD, 9, 3) == 9
