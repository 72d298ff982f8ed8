"""What may not be seen for what it is, in added lines and in names."""

from __future__ import annotations

import pytest

from tests.review.gitbox import GitBox
from tests.review.texts import changed
from workbench.review.asides import conflict_lines
from workbench.review.changes import FileChange, Run, Side, Status
from workbench.review.suspicious import MOST, Sort, Suspicion, far, look_alikes, suspicious

CASE_25 = [
    *("\u061c", "\u200e", "\u200f", *map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))),
    *("\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\U000e0041", "\ufe0f", "\U000e0100", "\u00ad"),
    *("\u3164", "\u115f", "\u1160", "\uffa0", "\x00", "\x08", "\x1b", "\x7f", "\x85", "\x9b", "\u2028"),
]


def said(*lines: str, path: str = "a.py") -> list[tuple[int, str]]:
    return [
        (each.line, each.what)
        for each in suspicious(added(*(f"{each}\n".encode() for each in lines), path=path))
    ]


def added(*lines: bytes, path: str = "a.py") -> FileChange:
    return FileChange(Status.MODIFIED, path, path, "100644", "100644", "1", "2", runs=(Run(4, 5, (), lines),))


@pytest.mark.parametrize("character", CASE_25)
def test_each_hidden_character_is_said_with_its_line(character: str) -> None:
    found = suspicious(added(b"plain\n", f"if x{character} == 1:\n".encode()))
    assert [(each.sort, each.line, each.side) for each in found] == [(Sort.HIDDEN, 6, Side.NEW)]
    assert found[0].what.startswith(f"U+{ord(character):04X} ")


@pytest.mark.parametrize("data", [b"evil()\r# good\n", b"a\r\r\n", b"a\r"])
def test_a_lone_carriage_return_is_said_and_a_line_end_is_not(data: bytes) -> None:
    assert suspicious(added(data))[0].what == "U+000D CARRIAGE RETURN"
    assert suspicious(added(b"one\r\n", b"two\r\n")) == ()


@pytest.mark.parametrize(
    "line",
    ["x = 1", "\tif (a) { return b; }", "Grüße, naïve café", "世界 = 1", "a ⚠️ and 👩‍👩‍👧", "\u00a0no-break"],
)
def test_plain_lines_are_not_suspicious(line: str) -> None:
    assert said(line) == []


def test_a_line_that_is_not_utf8_is_not_full_of_controls() -> None:
    assert suspicious(added("“ça”\n".encode("cp1252"))) == ()
    assert [each.what for each in suspicious(added(b"\xe9\x1b\n"))] == ["U+001B ESCAPE"]


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("if is_аdmin:", "аdmin"),
        ("def сору(): pass", "сору"),
        ("pαypal = 1", "pαypal"),
        ("environmentǃ = PROD", "environmentǃ"),
        ("ｅｖａｌ(x)", "ｅｖａｌ"),
        ("𝐞val(x)", "𝐞val"),
        ("return x\u037e", "\u037e"),
    ],
)
def test_a_look_alike_is_marked_in_its_line(line: str, word: str) -> None:
    assert [line[start:end] for start, end in look_alikes(line)] == [word]
    assert said(line)[0][1].startswith(f"“{word}” looks like “")


@pytest.mark.parametrize(
    "line",
    [
        "# он у дома",
        "ρ_0 = dα * ΔT",
        "これはＡＰＩです",
        "テストtest = 1",
        "label = 'Größe'",
        "x = 'SQLщик'",
        "Ω_max",
    ],
)
def test_other_scripts_are_no_look_alikes(line: str) -> None:
    assert look_alikes(line) == ()


def test_what_is_far_to_the_right_is_said_with_its_column() -> None:
    assert said("x = 1" + " " * 40 + "; evil()") == [(5, "text at column 46, after 40 blanks")]
    assert said("x = 1" + "\t" * 40 + "evil()") == [(5, "text at column 321, after 40 blanks")]
    assert said("y" * 201) == [(5, "1 column beyond column 200")]
    assert said(" " * 196 + "evil()") == [(5, "2 columns beyond column 200")]
    assert said("\t" * 25 + "evil()") == [(5, "6 columns beyond column 200")]
    assert said("x\u00a0" + "\u3000" * 40 + "evil()")[0][1].endswith("after 41 blanks")


@pytest.mark.parametrize(
    "line", ["y" * 200, " " * 60 + "x = 1", "#define A\t\t\t\t\t1", "x" + " " * 300, "é" * 200]
)
def test_common_lines_are_not_far(line: str) -> None:
    assert far(line) == ""
    assert said(line) == []


def test_names_are_looked_at_too() -> None:
    assert said("x", path="a\u202egpj.py") == [(0, "U+202E RIGHT-TO-LEFT OVERRIDE in the name")]
    assert said(path="sеtup.py")[0][1].startswith("“sеtup” looks like “setup” (Cyrillic)")
    assert said(path="a\tb\nc") == [(0, "U+0009 TAB in the name"), (0, "U+000A LINE FEED in the name")]


def test_removed_lines_are_not_looked_at() -> None:
    assert suspicious(replaced("a\u202e\n".encode(), b"a\n")) == ()


def test_a_file_full_of_them_is_listed_in_short() -> None:
    found = suspicious(added(*[b"a\x1b\n"] * (MOST + 7)))
    assert len(found) == MOST + 1
    assert found[-1] == Suspicion(Sort.HIDDEN, MOST + 5, "hidden characters, from here on 7 times more")


def test_the_target_of_a_symbolic_link_is_looked_at(box: GitBox) -> None:
    link = {"link": ("120000", "a\u202eb".encode())}
    assert [each.sort for each in suspicious(box.changes({}, link)[0])] == [Sort.HIDDEN]


def replaced(old: bytes, new: bytes) -> FileChange:
    run = Run(1, 1, (old,), (new,))
    return FileChange(Status.MODIFIED, "a", "a", "100644", "100644", "1", "2", runs=(run,))


def test_the_marks_of_a_merge_that_nobody_finished_are_told() -> None:
    found = suspicious(changed(b"a\n", b"a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> other\n"))
    assert [(each.sort.value, each.line) for each in found] == [
        ("conflict markers", 2),
        ("conflict markers", 6),
    ]
    assert suspicious(changed(b"a\n", b"Title\n=======\ncout << x >> y;\n")) == ()


@pytest.mark.parametrize("mark", [b"<<<<<<< ours\n", b"||||||| base\n", b">>>>>>> theirs\n", b"|||||||\r\n"])
def test_each_mark_of_a_merge_is_told_by_itself(mark: bytes) -> None:
    found = suspicious(changed(b"a\n", b"a\n" + mark))
    assert [(each.sort, each.line) for each in found if each.sort is Sort.CONFLICT] == [(Sort.CONFLICT, 2)]
    many = [b"plain\n"] * 3000
    assert conflict_lines([*many, mark, *many]) == (3000,)
