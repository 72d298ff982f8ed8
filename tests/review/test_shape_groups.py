"""Groups of one shape: what is in them, what is kept apart, and what each looks like on one line."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from tests.review.texts_of_code import modified
from workbench.review.changes import Change, Kind, Run
from workbench.review.lines import split_lines
from workbench.review.shape_groups import (
    counted_paths,
    edit_in_words,
    edit_of,
    glimpse,
    grouped,
    spans_apart,
    spans_of_edit,
)
from workbench.review.shapes import shape_of

TEMPLATES = (
    ("old({0}, {1})", "new({0}, {1})"),
    ("call({0}, {1})", "call({1}, {0})"),
    ("{0} == None", "{0} is None"),
    ("return {0}", "return [{0}]"),
    ("log.warn({0}, {1})", "log.warning({0}, {1})"),
    ("{0} = {1} + {0}", "{0} += {1}"),
    ("if {0}:\n    {1}()", "if not {0}:\n    {1}()"),
    ("x({0})\n\ny({1})", "x({1}, {0})"),
)
"""An edit with two names that are on both sides of it."""

names = st.lists(st.from_regex(r"[a-d]{1,3}[0-9]", fullmatch=True), min_size=2, max_size=2, unique=True)
tokens = st.sampled_from(["a", "b", "f", "1", "(", ")", ",", "+", "=", '"s"', '"s  s"', "if"])
lines = st.builds(
    lambda indent, parts: "    " * indent + " ".join(parts), st.integers(0, 2), st.lists(tokens, max_size=5)
)
sides = st.lists(lines, max_size=3)


def change(removed: str, added: str, path: str = "f") -> Change:
    run = Run(1, 1, split_lines(removed.encode()), split_lines(added.encode()))
    (made,) = modified((run,), path=path).changes
    return made


def written(side: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in side)


@given(st.sampled_from(TEMPLATES), names, names, st.integers(0, 3), st.integers(0, 3))
def test_the_same_mechanical_edit_is_one_shape_whatever_its_names_and_depth(
    template: tuple[str, str], one: list[str], other: list[str], depth: int, deeper: int
) -> None:
    def made(words: list[str], indent: int) -> Change:
        before, after = (
            "".join(f"{'    ' * indent}{line}\n" for line in each.format(*words).split("\n"))
            for each in template
        )
        return change(before, after)

    assert shape_of(made(one, depth)) == shape_of(made(other, deeper))


@given(st.lists(st.tuples(sides, sides).filter(lambda each: each[0] != each[1]), min_size=2, max_size=12))
def test_a_group_never_holds_changes_whose_edit_differs(pairs: list[tuple[list[str], list[str]]]) -> None:
    """What is on one side alone stands for itself, so all of a group have it; so have they how lines move."""
    changes = [change(written(old), written(new)) for old, new in pairs]
    for group in grouped(changes):
        assert len({_edit(each) for each in group.changes}) == 1, group.changes


def _edit(each: Change) -> object:
    """A second, slower answer to what an edit is, as far as it does not depend on how tokens are aligned."""
    old, new = (b"".join(side).decode() for side in (each.removed, each.added))
    if not old or not new:
        text = old or new
        first = re.match(r"[ \t]*", text)
        assert first is not None
        return bool(old), re.sub(f"^{first[0]}", "", text, flags=re.MULTILINE)
    before, after = (set(re.findall(r'"[^"]*"|\w+|[^\s\w]', text)) for text in (old, new))
    was, now = ([_depth(line) for line in side if line.strip()] for side in (each.removed, each.added))
    if len(was) == len(now):
        layout = [b - a for a, b in zip(was, now, strict=True)]
        layout = layout if any(layout) else []
    else:
        layout = [len(was), len(now), *(depth - (was or now)[0] for depth in (*was, *now))]
    return frozenset(before - after), frozenset(after - before), tuple(layout)


def _depth(line: bytes) -> int:
    return len(line) - len(line.lstrip(b" "))


def test_moving_a_line_in_or_out_is_another_shape() -> None:
    shapes = [
        shape_of(change("    old(a)\n", "    new(a)\n")),
        shape_of(change("    old(a)\n", "new(a)\n")),
        shape_of(change("    old(a)\n", "        new(a)\n")),
        shape_of(change("old(a)\nb\n", "new(a)\nb\n")),
    ]
    assert shapes[0] == shapes[3]
    assert len(set(shapes)) == 3


def test_where_lines_break_and_what_is_quoted_is_the_code() -> None:
    shapes = [
        shape_of(change("", "if a: b\n")),
        shape_of(change("", "if a:\n    b\n")),
        shape_of(change("", "if a:\nb\n")),
        shape_of(change("", 'x = "a b"\n')),
        shape_of(change("", 'x = "a  b"\n')),
        shape_of(change("a\n", "b\nc\n")),
        shape_of(change("a\n", "b c\n")),
        shape_of(change("a\n", "b\n    c\n")),
        shape_of(change("a\nb\n", "c\n")),
        shape_of(change("- \n", "")),
        shape_of(change("", "- \n")),
    ]
    assert len(set(shapes)) == len(shapes)


def test_binary_files_are_never_the_same_change_again() -> None:
    facts = [
        Change(str(n), Kind.BINARY, f"f{n}", f"f{n}", 0, 0, words="binary file changed") for n in range(2)
    ]
    assert len({shape_of(each) for each in facts}) == 2


def test_the_rarest_shape_comes_first_and_sensitive_files_stand_apart() -> None:
    changes = [change(f"old({n})\n", f"new({n})\n", f"f{n}.py") for n in range(3)]
    odd = change("a = 1\n", "a = 2\n", "f1.py")
    hidden = change("old(x)\n", "new(x)\n", ".envrc")
    first, second = grouped([*changes, odd, hidden], sensitive={".envrc"})
    assert (first.changes, first.apart) == ((odd,), ())
    assert (second.changes, second.apart, second.count) == (tuple(changes), (hidden,), 4)
    assert second.paths == ("f0.py", "f1.py", "f2.py", ".envrc")
    assert counted_paths((*changes, odd)) == {"f0.py": 1, "f1.py": 2, "f2.py": 1}


@given(st.lists(st.tuples(sides, sides).filter(lambda each: each[0] != each[1]), max_size=20))
def test_every_change_is_in_exactly_one_group(pairs: list[tuple[list[str], list[str]]]) -> None:
    changes = [
        change(written(old), written(new), f"f{number % 3}") for number, (old, new) in enumerate(pairs)
    ]
    groups = grouped(changes, sensitive={"f1"})
    listed = [each for group in groups for each in (*group.changes, *group.apart)]
    assert sorted(map(id, listed)) == sorted(map(id, changes))
    assert [group.count for group in groups] == sorted(group.count for group in groups)
    assert all(each.path == "f1" for group in groups for each in group.apart)


def test_a_change_is_seen_on_one_line_by_the_first_that_differs() -> None:
    seen = glimpse(change("    a(x)\n    b\n", "    a(y)\n    c\n"))
    assert (seen.old, seen.new, seen.more, seen.whole) == ("a(x)", "a(y)", 1, False)
    assert glimpse(change("", "new\n")).old is None
    assert glimpse(change("a\n", "b\n")).whole
    assert not glimpse(change("a\n", "a \n")).whole, "what cannot be seen was not looked at"
    long = glimpse(change("a\n", "b" * 400 + "\n"))
    assert (len(long.new or ""), long.whole) == (300, False)
    assert glimpse(change("a\n", "b\u202ec\n")).new == "b⟦U+202E⟧c"


def test_the_words_of_an_edit_are_what_differs() -> None:
    renamed = change("    return old(a, 1)\n", "    return new(a, 1)\n")
    assert edit_of(renamed) == ("old", "new")
    assert edit_in_words(renamed) == "-old +new"
    assert edit_in_words(change("", "import a\n")) == "+import a"
    assert spans_of_edit(glimpse(renamed)) == (((7, 10),), ((7, 10),))


def test_what_is_otherwise_than_in_the_first_is_marked() -> None:
    assert spans_apart("old(ant, 1)", "old(bee, 1)") == ((4, 7),)
    assert spans_apart("old(ant, 1)", "old(ant, 1)") == ()
    assert spans_apart("one two", "three") == ((0, 5),)
    assert spans_apart("a, b, c, d", "a, b, c") == ()
