"""Moved blocks: found by their text alone, marked at both ends, and never where a line differs in a byte."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.review.texts import changed, tree_changes
from workbench.review.changes import FileChange, Run, Side, Status
from workbench.review.lines import split_lines
from workbench.review.moved import MOST, Move, moved_blocks
from workbench.review.splitting import with_changes

BLOCK = b"def evict(self):\n    oldest = min(self.items)\n    del self.items[oldest]\n    return oldest\n"
REST = b"".join(b"rest_%d = %d\n" % (n, n) for n in range(8))


def found(files: tuple[FileChange, ...]) -> list[Move]:
    moves = moved_blocks(files)
    assert moves.complete
    return [move for (_, side), of in moves.blocks.items() for move in of if side is Side.NEW]


def test_a_block_that_moved_within_its_file_is_marked_at_both_ends() -> None:
    file = changed(BLOCK + REST, REST + BLOCK)
    moves = moved_blocks((file,))
    old, new = moves.at("a.py", Side.OLD, 2), moves.at("a.py", Side.NEW, 10)
    assert old is not None
    assert old is new
    assert (old.words(Side.OLD), old.words(Side.NEW)) == ("moved to line 9", "moved from line 1")
    assert moves.at("a.py", Side.OLD, 5) is None


def test_a_block_that_moved_to_another_file_names_it() -> None:
    files = tree_changes({"a.py": REST + BLOCK, "b.py": REST}, {"a.py": REST, "b.py": BLOCK + REST})
    (move,) = found(files)
    assert (move.words(Side.OLD), move.words(Side.NEW)) == ("moved to b.py:1", "moved from a.py:9")


def test_blank_lines_around_a_block_are_not_part_of_it() -> None:
    block = b"\n\n" + BLOCK + b"\n\n"
    files = tree_changes({"a.py": REST + block, "b.py": REST}, {"a.py": REST, "b.py": block + REST})
    (move,) = found(files)
    assert (move.words(Side.OLD), move.words(Side.NEW)) == ("moved to b.py:3", "moved from a.py:11")
    assert move.old.count == move.new.count == len(split_lines(BLOCK))


def test_another_indentation_is_said() -> None:
    deeper = b"class A:\n" + b"".join(b"    " + line for line in split_lines(BLOCK))
    (move,) = found(tree_changes({"a.py": BLOCK + REST, "b.py": REST}, {"a.py": REST, "b.py": deeper + REST}))
    assert move.words(Side.NEW) == "moved from a.py:1 and changed indentation"
    assert (move.old.count, move.new.start) == (4, 2)


def test_a_line_that_differs_in_one_byte_is_in_no_block() -> None:
    lines = split_lines(BLOCK + b"a = first()\nb = second()\nc = third()\n")
    other = [*lines]
    other[3] = other[3].replace(b"oldest", b"oldesT")
    moves = moved_blocks(
        tree_changes(
            {"a.py": b"".join(lines) + REST, "b.py": REST}, {"a.py": REST, "b.py": b"".join(other) + REST}
        )
    )
    marked = [line for line in range(1, 8) if moves.at("b.py", Side.NEW, line)]
    assert marked == [1, 2, 3, 5, 6, 7]


def test_a_line_end_that_differs_is_a_difference() -> None:
    files = tree_changes(
        {"a.py": BLOCK + REST, "b.py": REST}, {"a.py": REST, "b.py": BLOCK.replace(b"\n", b"\r\n") + REST}
    )
    assert found(files) == []


def test_brackets_and_two_lines_are_no_block() -> None:
    small = b"}\n\n{\n)\n;\nx = value\ny = value\n"
    assert found((changed(small + REST, REST + small),)) == []


def test_what_faces_its_copy_in_one_run_was_edited_and_not_moved() -> None:
    deeper = b"if ready:\n" + b"".join(b"    " + line for line in split_lines(BLOCK))
    assert found((changed(b"a = 1\n" + BLOCK + REST, b"a = 2\n" + deeper + REST),)) == []


def test_a_text_with_several_places_says_that_it_is_not_certain() -> None:
    files = tree_changes(
        {"a.py": BLOCK + REST, "b.py": REST, "c.py": REST},
        {"a.py": REST, "b.py": BLOCK + REST, "c.py": BLOCK + REST},
    )
    (move,) = found(files)
    assert move.words(Side.OLD) == "moved to b.py:1 (or 1 other place)"
    assert move.words(Side.NEW) == "moved from a.py:1 (one of 2 such blocks)"
    files = tree_changes(
        {"a.py": BLOCK + REST, "b.py": BLOCK + REST, "c.py": REST},
        {"a.py": REST, "b.py": REST, "c.py": BLOCK + REST},
    )
    (move,) = found(files)
    assert move.words(Side.NEW) == "moved from a.py:1 (or 1 other place)"


def test_a_longer_text_tells_blocks_apart_that_begin_alike() -> None:
    tails = [b"tail_%s = %s(self)\n" % (name, name) for name in (b"one", b"two")]
    files = tree_changes(
        {"a.py": BLOCK + tails[0] + REST, "b.py": BLOCK + tails[1] + REST, "c.py": REST},
        {"a.py": REST, "b.py": REST, "c.py": BLOCK + tails[1] + REST + BLOCK + tails[0]},
    )
    words = sorted(move.words(Side.NEW) for move in found(files))
    assert words == ["moved from a.py:1", "moved from b.py:1"]


few = st.sampled_from(
    [b"alpha = 1\n", b"  beta = 2\n", b"gamma(3)\n", b"\tgamma(3)\n", b"}\n", b"\n", b"delta\r\n"]
)
texts = st.lists(few, max_size=30).map(b"".join)


@settings(max_examples=150, deadline=None)
@given(texts, texts, texts, texts)
def test_both_ends_say_the_same_but_for_indentation_and_no_line_is_in_two_blocks(
    one: bytes, two: bytes, three: bytes, four: bytes
) -> None:
    old, new = {"a.py": one, "b.py": two}, {"a.py": three, "b.py": four}
    files = tree_changes(old, new)
    taken: set[tuple[str, Side, int]] = set()
    by_path = {file.path: file for file in files}
    for move in found(files):
        sides = []
        for side, texts_ in ((Side.OLD, old), (Side.NEW, new)):
            end = move.end(side)
            lines = split_lines(texts_[end.name])[end.start - 1 : end.last]
            sides.append(lines)
            runs = by_path[end.path].runs
            changed_lines = {
                line
                for run in runs
                for line in range(
                    run.old_start if side is Side.OLD else run.new_start,
                    (run.old_start if side is Side.OLD else run.new_start)
                    + len(run.removed if side is Side.OLD else run.added),
                )
            }
            for line in range(end.start, end.last + 1):
                assert (end.path, side, line) not in taken
                assert line in changed_lines
                taken.add((end.path, side, line))
        assert [line.lstrip(b" \t") for line in sides[0]] == [line.lstrip(b" \t") for line in sides[1]]
        assert move.indented == (sides[0] != sides[1])


def whole(path: str, old: list[bytes], new: list[bytes]) -> FileChange:
    run = Run(1 if old else 0, 1 if new else 0, tuple(old), tuple(new))
    return with_changes(
        FileChange(Status.MODIFIED, path, path, "100644", "100644", "1" * 40, "2" * 40, runs=(run,))
    )


def test_every_block_of_a_large_shuffle_is_found() -> None:
    chance = random.Random(5)
    blocks = [[b"value_%d_%d = compute(%d)\n" % (n, i, i) for i in range(5)] for n in range(4000)]
    mixed = blocks[:]
    chance.shuffle(mixed)
    files = (
        whole("a.py", [line for block in blocks for line in block], []),
        whole("b.py", [], [line for block in mixed for line in block]),
    )
    moves = moved_blocks(files)
    assert moves.complete
    assert sum(move.new.count for move in moves.blocks["b.py", Side.NEW]) == 20_000


def test_a_text_that_repeats_itself_everywhere_ends() -> None:
    lines = [b"same line = 1\n"] * 30_000
    assert not moved_blocks((whole("a.py", lines, []), whole("b.py", [], lines))).complete


def test_a_review_that_is_too_large_says_that_it_was_not_looked_through() -> None:
    lines = [b"x\n"] * (MOST + 1)
    assert not moved_blocks((whole("a.py", lines, []),)).complete


def test_it_can_be_stopped() -> None:
    lines = [b"line %d = 1\n" % n for n in range(20_000)]
    assert moved_blocks((whole("a.py", lines, []), whole("b.py", [], lines)), lambda: True).count == 0
