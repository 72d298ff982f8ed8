"""Which changes are the same change again."""

from __future__ import annotations

import random
import re
import time
from difflib import SequenceMatcher

from tests.review.gitbox import GitBox
from tests.review.texts_of_code import modified
from workbench.review.changes import Run
from workbench.review.lines import split_lines
from workbench.review.shapes import _between, _places, _tokens, shape_of


def shape(removed: bytes, added: bytes, path: str = "f") -> str:
    (change,) = modified((Run(1, 1, split_lines(removed), split_lines(added)),), path=path).changes
    return shape_of(change)


def test_the_same_edit_around_other_names_is_the_same_shape() -> None:
    assert shape(b'log.warn("a", x)\n', b'log.warning("a", x)\n') == shape(
        b"    self.log.warn(message)\n", b"    self.log.warning(message)\n", path="elsewhere"
    )
    assert shape(b"f(a, b)\n", b"f(b, a)\n") == shape(b'g("x", 1)\n', b'g(1, "x")\n')
    assert shape(b"if x == None:\n", b"if x is None:\n") == shape(
        b"    if thing == None:\n", b"    if thing is None:\n"
    )


def test_one_rename_is_one_shape_however_often_it_is_on_the_lines() -> None:
    assert shape(b"old()\n", b"new()\n") == shape(b"x = old(old(1))\nold\n", b"x = new(new(1))\nnew\n")


def test_another_edit_is_another_shape() -> None:
    edits = [
        shape(b"a == b\n", b"a != b\n"),
        shape(b"a != b\n", b"a == b\n"),
        shape(b"warn(a)\n", b"warning(a)\n"),
        shape(b"warn(a)\n", b"error(a)\n"),
        shape(b"f(1)\n", b"f(2)\n"),
        shape(b"f(1)\n", b"f(3)\n"),
        shape(b"f(a, b)\n", b"f(b, a)\n"),
        shape(b"f(a, b)\n", b"f(a)\n"),
        shape(b"", b"import a\n"),
        shape(b"import a\n", b""),
        shape(b"", b"import b\n"),
        shape(b"a\n", b"    a\n"),
        shape(b"a\n", b"        a\n"),
        shape(b"a\n", b"a \n"),
        shape(b"a -\n", b"a +\n"),
        shape(b"a\n", b"a - +\n"),
        shape(b"a -\n", b"a - + +\n"),
        shape(b"a\n\n", b"a\n"),
        shape(b"a\n", b"\na\n"),
    ]
    assert len(set(edits)) == len(edits)


def test_lines_that_were_only_added_are_one_shape_at_any_depth() -> None:
    assert shape(b"", b"import a\n") == shape(b"", b"    import a\n", path="g")


def test_a_change_of_very_many_lines_has_the_shape_of_its_bytes() -> None:
    removed = tuple(b"line %d\n" % number for number in range(150_000))
    added = tuple(b"x %d\n" % number for number in range(60_000))

    def shape_of_run(*sides: tuple[bytes, ...]) -> str:
        return shape_of(modified((Run(1, 1, *sides),)).changes[0])

    whole = b"".join(removed), b"".join(added)
    assert shape_of_run(removed, added) == shape_of_run((whole[0],), (whole[1],))
    assert shape_of_run(removed, added) != shape_of_run((*removed, added[0]), added[1:])


def test_facts_have_shapes_too(box: GitBox) -> None:
    text = b"".join(b"line %d\n" % n for n in range(9))
    old = {f"src/{name}.py": ("100644", text + name.encode()) for name in "ab"}
    new = {f"lib/{name}.py": ("100755", text + name.encode()) for name in "ab"}
    first, second = (tuple(map(shape_of, file.changes)) for file in box.changes(old, new))
    assert first == second
    assert len(set(first)) == 2


def test_a_change_of_many_tokens_takes_no_time_that_grows_with_their_square() -> None:
    removed = b"".join(b"a%d = b%d + c\n" % (n, n) for n in range(3000))
    added = b"".join(b"x%d = y%d - c\n" % (n, n) for n in range(3000))
    start = time.thread_time()
    shape(removed, added)
    # Of this thread's own time, which a busy machine makes three times as long at most; else it is minutes.
    assert time.thread_time() - start < 6


def test_edits_are_those_that_difflib_finds() -> None:
    chance = random.Random(7)
    for _ in range(2_000):
        before, after = (
            tuple(b"%d" % chance.randrange(6) for _ in range(chance.randrange(12))) for _ in range(2)
        )
        matcher = SequenceMatcher(None, before, after, autojunk=False)
        expected = [(before[a:b], after[c:d]) for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal"]
        area = (0, len(before), 0, len(after))
        assert _between(before, after, _places(before, after), area) == expected


def test_code_of_any_kind_is_cut_into_the_same_tokens_as_by_the_plain_rule() -> None:
    chance = random.Random(8)
    pieces = r"""a Z_9 1.5e 0x "s" "a\"b" 'c' ' " \ == -> => :: && || ** // << >> += . ( ) , \t é # @ \r \0"""
    parts = [*pieces.encode().split(b" "), b" ", b"  ", b"\n", b"\t", b"\f", b"\0"]
    for _ in range(3_000):
        text = b"".join(chance.choices(parts, k=chance.randrange(20)))
        assert _tokens(text) == _PLAIN.findall(text)


_PLAIN = re.compile(
    rb"""[ \t\n\r\f\v]*([A-Za-z_\x80-\xff][0-9A-Za-z_\x80-\xff]*"""
    rb"""|"[^"\\\n]*(?:\\.[^"\\\n]*)*"|'[^'\\\n]*(?:\\.[^'\\\n]*)*'|[0-9][0-9A-Za-z_.]*"""
    rb"""|[-+*/%&|^=!<>:.]+=|->|=>|::|&&|\|\||\*\*|//|<<|>>|[^ \t\n\r\f\v0-9A-Za-z_])"""
)
"""Without what makes it quick."""
