"""Finding the place of a note again: with certainty or not at all."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.review.texts import arrived, runs_between, started
from workbench.review.changes import Side
from workbench.review.linemap import LineMap
from workbench.review.lines import split_lines
from workbench.review.notes import Intent, Note, Place
from workbench.review.places import find_again, place_lines, place_now

CODE = b"""def first(a):
    x = a
    return None


def second(b):
    y = b
    return None


def third(c):
    z = c
    return None
"""


def place(start: int, count: int = 1, side: Side = Side.NEW) -> Place:
    return place_lines("a.py", side, split_lines(CODE), start, count)


def again(where: Place, now: bytes, path: str | None = "a.py") -> Place | None:
    return find_again(where, path, LineMap(runs_between(CODE, now)), split_lines(now))


def test_a_place_holds_its_lines_and_two_around() -> None:
    where = place(6, 2)
    assert where.quote == (b"def second(b):\n", b"    y = b\n")
    assert where.before == (b"\n", b"\n")
    assert where.after == (b"    return None\n", b"\n")
    assert place(1).before == ()


def test_a_place_moves_with_its_lines() -> None:
    found = again(place(8), b"import os\n\n" + CODE)
    assert found is not None
    assert (found.start, found.count, found.quote) == (10, 1, (b"    return None\n",))


def test_a_place_in_a_renamed_file_moves_to_its_new_path() -> None:
    found = again(place(8), CODE, "b.py")
    assert found is not None
    assert (found.path, found.start) == ("b.py", 8)


def test_a_place_whose_lines_changed_is_outdated() -> None:
    assert again(place(7), CODE.replace(b"y = b", b"y = bb")) is None


def test_of_repeated_lines_the_right_one_is_found() -> None:
    found = again(place(8), CODE.replace(b"def first(a):\n    x = a\n    return None\n\n\n", b""))
    assert found is not None
    assert found.start == 3


def test_a_repeated_line_whose_surroundings_all_changed_is_outdated() -> None:
    now = CODE.replace(b"    y = b\n    return None\n\n", b"    yy = b\n    return None\n    # more\n")
    assert again(place(8), now) is None


def test_a_unique_line_is_found_though_it_was_moved() -> None:
    lines = split_lines(CODE)
    moved = b"".join((*lines[10:13], b"\n\n", *lines[:9]))
    found = again(place(6), moved)
    assert found is not None
    assert moved.split(b"\n")[found.start - 1] == b"def second(b):"


def test_a_short_line_that_is_unique_by_chance_is_outdated() -> None:
    where = place_lines("a.py", Side.NEW, (b"a = 1\n", b"}\n", b"b = 2\n"), 2, 1)
    assert (
        find_again(where, "a.py", None, (b"if (x) {\n", b"  go();\n", b"  stop();\n", b"}\n", b"c\n")) is None
    )


def test_places_in_the_base_never_move() -> None:
    assert again(place(8, side=Side.OLD), b"", "a.py") == place(8, side=Side.OLD)


def test_places_on_files_and_on_the_review_stay() -> None:
    assert find_again(Place(), None, None, None) == Place()
    assert find_again(Place("a.py"), "b.py", None, None) == Place("b.py")


def test_a_file_that_is_gone_takes_its_places_along() -> None:
    assert find_again(place(8), None, None, None) is None
    assert find_again(Place("a.py"), None, None, None) is None


def test_a_note_stands_where_the_newest_round_found_it() -> None:
    note = Note("N1", Intent.MUST, place(8), "text", round=0)
    review = arrived(started())
    assert place_now(review, note) == place(8)
    assert place_now(arrived(review, places={"N1": place(3)}), note) == place(3)
    assert place_now(arrived(review, places={"N1": None}), note) is None


few = st.lists(st.sampled_from([b"a\n", b"b\n", b"return None now\n", b"\n", b"}\n"]), max_size=14)


@settings(max_examples=300)
@given(few, few, st.data())
def test_a_place_that_is_found_again_holds_the_same_bytes(
    old: list[bytes], new: list[bytes], data: st.DataObject
) -> None:
    if not old:
        return
    start = data.draw(st.integers(1, len(old)))
    count = data.draw(st.integers(1, len(old) - start + 1))
    where = place_lines("a.py", Side.NEW, old, start, count)
    found = find_again(where, "a.py", LineMap(runs_between(b"".join(old), b"".join(new))), new)
    if found is not None:
        assert tuple(new[found.start - 1 : found.start - 1 + count]) == where.quote == found.quote
    if old == new:
        assert found == where
