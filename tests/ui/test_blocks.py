"""The lazy rows of a file are the rows of `review.rows`, whatever the file looks like."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ui.samples import file_of, many, runs_of
from workbench.review.changes import FileChange, Run, Side
from workbench.review.lines import split_lines
from workbench.review.rows import CodeRow, FactRow, GapRow, NoteRow, file_rows
from workbench.review.rows import Layout as RowLayout
from workbench.ui.diff.blocks import Builder, Folding, Pin, RunRows, Sort, line_at
from workbench.ui.diff.layout import resolve

_line = st.sampled_from(["", "a", "b", "  a", "def f():", "    return a + b", "x = 1", "value = compute(1)"])
_text = st.lists(_line, max_size=40).map(lambda lines: "".join(f"{line}\n" for line in lines).encode())


def shown(
    file: FileChange, old: tuple[bytes, ...], folding: Folding, pins: tuple[Pin, ...] = ()
) -> list[object]:
    """Every row of the lazy layout: numbers and change of code rows, the others in words."""
    rows: list[object] = []
    for block in Builder(file, len(old), folding, pins).build():
        resolve(block)
        if block.sort is Sort.GAP:
            rows.append(("gap", block.old, block.new, block.hidden))
        elif block.is_code:
            for row in range(block.rows):
                line = line_at(block, row)
                rows.append((line.old, line.new, line.change.id if line.change else None))
        else:
            rows.append((block.sort.name, block.key))
    return rows


def expected(
    file: FileChange, old: tuple[bytes, ...], layout: RowLayout, notes: list[tuple[Side, int, str]]
) -> list[object]:
    """The same of the pure row model."""
    rows: list[object] = []
    for row in file_rows(file, old, layout, notes):
        match row:
            case CodeRow():
                rows.append(
                    (row.old.line if row.old else None, row.new.line if row.new else None, row.change)
                )
            case GapRow():
                rows.append(("gap", row.old_start, row.new_start, row.count))
            case NoteRow():
                rows.append(("NOTE", row.note))
            case FactRow():
                rows.append(("FACT", row.change))
    return rows


@settings(max_examples=150, deadline=None)
@given(_text, _text, st.booleans(), st.integers(0, 4), st.booleans())
def test_the_lazy_rows_are_those_of_the_row_model(
    old: bytes, new: bytes, split: bool, context: int, whole: bool
) -> None:
    file = file_of("a.py", old, new)
    lines = split_lines(old)
    if not file.runs:
        return
    got = shown(file, lines, Folding(split=split, context=context, whole=whole))
    assert got == expected(file, lines, RowLayout(split=split, context=context, whole=whole), [])


@settings(max_examples=100, deadline=None)
@given(_text, _text, st.booleans(), st.integers(1, 40), st.sampled_from(list(Side)))
def test_a_note_lies_under_its_line_and_opens_what_hides_it(
    old: bytes, new: bytes, split: bool, line: int, side: Side
) -> None:
    file = file_of("a.py", old, new)
    lines = split_lines(old)
    total = len(lines) if side is Side.OLD else len(split_lines(new))
    if not file.runs or line > total:
        return
    pin = Pin("N1", is_editor=False, side=side, line=line)
    got = shown(file, lines, Folding(split=split), (pin,))
    assert got == expected(file, lines, RowLayout(split=split), [(side, line, "N1")])


def test_a_file_of_a_hundred_thousand_lines_is_a_handful_of_blocks() -> None:
    run = Run(50_000, 50_000, (b"a\n",), (b"b\n",))
    file = many("a.py", 1)
    big = FileChange(
        file.status, "a.py", "a.py", "100644", "100644", "1" * 40, "2" * 40, runs=(run,), changes=file.changes
    )
    assert len(Builder(big, 100_000, Folding()).build()) == 5
    assert len(Builder(big, 100_000, Folding(whole=True)).build()) == 3


def test_a_run_says_how_many_rows_it_has_before_its_pairs_are_known() -> None:
    rows = RunRows(Run(1, 1, (b"one\n", b"two\n"), (b"three\n",)), (), split=True)
    assert (rows.known, rows.count) == (False, 2)
    rows.resolve()
    assert rows.known
    assert rows.count >= 2


def test_only_whitespace_that_differs_belongs_to_no_change_when_it_is_ignored() -> None:
    file = file_of("a.py", b"if a:\n  b\n", b"if a:\n    b\n")
    rows = shown(file, (b"if a:\n", b"  b\n"), Folding(ignore_whitespace=True))
    assert rows == [(1, 1, None), (2, 2, None)]


def test_texts_without_difference_have_no_runs() -> None:
    assert runs_of((b"a\n",), (b"a\n",)) == ()
