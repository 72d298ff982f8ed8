"""The rows of a file: golden pictures, and that no layout loses a line, a note or a byte."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.review.texts import changed, golden
from workbench.review.changes import FileChange, Side, Status
from workbench.review.lines import split_lines
from workbench.review.rows import (
    Cell,
    CodeRow,
    EditorRow,
    FactRow,
    GapRow,
    Layout,
    NoteRow,
    Row,
    Tone,
    file_rows,
    row_text,
)

STORE = b'''"""A store."""

import threading


class Store:
    def __init__(self):
        self._items = {}
        self._lock = threading.Lock()
        self.limit = 100

    def get(self, key):
        with self._lock:
            return self._items.get(key)

    def put(self, key, value):
        self._items[key] = value

    def clear(self):
        self._items = {}

    def keys(self):
        return list(self._items)

    def values(self):
        return list(self._items.values())


def main():
    store = Store()
    store.put(1, 2)
    print(store.get(1))
'''

NEXT = (
    STORE.replace(b"with self._lock:", b"with self._lock.read():")
    .replace(
        b"        self._items[key] = value\n",
        b"        self._items[key] = (value, time.time())\n"
        b"        if len(self._items) > self.limit:\n            self._evict()\n",
    )
    .replace(b"self._items = {}\n\n    def keys", b"self._items.clear()\n\n    def keys")
    .replace(b"    print(store.get(1))\n", b"    print(store.get(1))\n    store.clear()\n")
)

STORED = changed(STORE, NEXT, "store.py")


def rows_of(file: FileChange, old: bytes | None, layout: Layout, notes: list[tuple[Side, int, str]]) -> str:
    return row_text(file_rows(file, None if old is None else split_lines(old), layout, notes))


def test_side_by_side_with_gaps_and_a_note_reads_as_the_golden_text() -> None:
    golden("rows-split.txt", rows_of(STORED, STORE, Layout(context=1), [(Side.NEW, 19, "N3")]))


def test_unified_reads_as_the_golden_text() -> None:
    golden("rows-unified.txt", rows_of(STORED, STORE, Layout(split=False, context=1), [(Side.NEW, 19, "N3")]))


def test_before_the_file_is_loaded_only_changed_lines_are_shown() -> None:
    golden("rows-not-loaded.txt", rows_of(STORED, None, Layout(), []))


def test_a_note_on_an_unchanged_line_opens_the_gap_around_it() -> None:
    golden("rows-note-in-gap.txt", rows_of(STORED, STORE, Layout(context=1), [(Side.OLD, 29, "N1")]))


def test_ignoring_whitespace_shows_reindented_lines_as_context_that_cannot_be_judged() -> None:
    old = b"def f():\n" + b"".join(b"    step(%d)\n" % n for n in range(12)) + b"    return 1\n"
    new = (
        b"def f():\n    if ready:\n"
        + b"".join(b"        step(%d)\n" % n for n in range(12))
        + b"    return 2\n"
    )
    file = changed(old, new)
    golden("rows-ignore-whitespace.txt", rows_of(file, old, Layout(ignore_whitespace=True, context=2), []))
    hidden = [
        row for row in code(file_rows(file, split_lines(old), Layout(ignore_whitespace=True))) if row.old
    ]
    assert [row.change for row in hidden if row.old and b"step" in row.old.data] == [None] * 6


def test_facts_stand_before_the_lines() -> None:
    file = changed(b"a\n", b"b\n", "new.sh", base_path="old.sh", new_mode="100755")
    golden("rows-facts.txt", rows_of(file, b"a\n", Layout(), [(Side.NEW, 0, "N1")]))


def test_a_binary_file_is_one_fact() -> None:
    rows = file_rows(changed(b"\0a", b"\0b", "x.bin"), None, Layout())
    assert [type(row) for row in rows] == [FactRow]


def test_new_and_deleted_files_have_one_side() -> None:
    added = code(file_rows(changed(None, b"a\nb\n"), None, Layout()))
    assert [(row.old, row.new and row.new.line) for row in added] == [(None, 1), (None, 2)]
    deleted = code(file_rows(changed(b"a\nb\n", None), None, Layout()))
    assert [(row.old and row.old.line, row.new) for row in deleted] == [(1, None), (2, None)]


def test_line_ends_and_encodings_that_differ_are_said() -> None:
    old = b"same\none\r\ntwo\ncaf\xe9\nlast"
    new = b"same\none\ntwo\r\ncaf\xc3\xa9\nlast\n"
    golden("rows-marks.txt", rows_of(changed(old, new), old, Layout(), []))


def test_a_file_that_has_crlf_everywhere_needs_no_marks() -> None:
    old = b"one\r\ntwo\r\n"
    rows = code(file_rows(changed(old, b"one\r\ntwo\r\nthree\r\n"), split_lines(old), Layout()))
    assert [row.new.mark for row in rows if row.new] == ["", "", ""]


def test_a_gap_of_one_line_is_shown() -> None:
    old = b"".join(b"line %d\n" % n for n in range(9))
    new = old.replace(b"line 0", b"first").replace(b"line 8", b"last")
    rows = file_rows(changed(old, new), split_lines(old), Layout(context=3))
    assert not [row for row in rows if isinstance(row, GapRow)]


def test_opened_lines_are_shown_and_the_rest_of_the_gap_stays_folded() -> None:
    rows = file_rows(STORED, split_lines(STORE), Layout(context=1, opened=((1, 4),)))
    gaps = [row for row in rows if isinstance(row, GapRow)]
    assert (gaps[0].old_start, gaps[0].count) == (5, 7)


def test_an_editor_stands_after_the_notes_of_its_line() -> None:
    rows = file_rows(
        STORED,
        split_lines(STORE),
        Layout(),
        [(Side.NEW, 13, "N1")],
        [(Side.NEW, 13, "draft"), (Side.OLD, 0, "file")],
    )
    at = rows.index(NoteRow("N1"))
    assert rows[at + 1] == EditorRow("draft", Side.NEW)
    assert rows[0] == EditorRow("file", Side.OLD)


def test_a_gap_names_the_class_or_function_that_it_leads_into() -> None:
    rows = file_rows(STORED, split_lines(STORE), Layout(context=1))
    assert [row.scope for row in rows if isinstance(row, GapRow)] == ["class Store", "def main()"]


def code(rows: tuple[Row, ...]) -> list[CodeRow]:
    return [row for row in rows if isinstance(row, CodeRow)]


few = st.sampled_from([b"a\n", b"b\n", b"  a\n", b"c d\n", b"\n", b"x\r\n", b"}\n"])
texts = st.builds(
    lambda lines, end: b"".join(lines) + end, st.lists(few, max_size=40), st.sampled_from([b"", b"z"])
)
layouts = st.builds(
    Layout,
    split=st.booleans(),
    context=st.integers(0, 4),
    opened=st.lists(st.tuples(st.integers(1, 40), st.integers(1, 5)), max_size=2).map(tuple),
    whole=st.booleans(),
    ignore_whitespace=st.booleans(),
)


def side_of(rows: tuple[Row, ...], side: Side, gaps: tuple[bytes, ...]) -> list[bytes]:
    """The lines of one side: from the cells, in gaps from the file. Numbers must run on without a break."""
    cells: list[Cell] = []
    for row in rows:
        if isinstance(row, CodeRow):
            cell = row.old if side is Side.OLD else row.new
            if cell is not None:
                cells.append(cell)
        elif isinstance(row, GapRow):
            start = row.old_start if side is Side.OLD else row.new_start
            cells += [Cell(line, gaps[line - 1], Tone.CONTEXT) for line in range(start, start + row.count)]
    cells.sort(key=lambda cell: cell.line)
    assert [cell.line for cell in cells] == list(range(1, len(cells) + 1))
    return [cell.data for cell in cells]


@settings(max_examples=150)
@given(texts, texts, layouts)
def test_rows_and_gaps_together_hold_every_line_of_both_files(old: bytes, new: bytes, layout: Layout) -> None:
    file = changed(old, new)
    rows = file_rows(file, split_lines(old), layout)
    assert b"".join(side_of(rows, Side.OLD, split_lines(old))) == old
    assert b"".join(side_of(rows, Side.NEW, split_lines(new))) == new


@settings(max_examples=100)
@given(texts, texts, layouts)
def test_every_changed_line_is_in_a_row_of_its_change(old: bytes, new: bytes, layout: Layout) -> None:
    file = changed(old, new)
    rows = code(file_rows(file, split_lines(old), replace(layout, ignore_whitespace=False)))
    for change in file.changes:
        mine = [row for row in rows if row.change == change.id]
        assert tuple(row.old.data for row in mine if row.old) == change.removed
        assert tuple(row.new.data for row in mine if row.new) == change.added
    assert all(row.change for row in rows if None in (row.old, row.new))


@settings(max_examples=100)
@given(
    texts,
    texts,
    layouts,
    st.lists(st.tuples(st.sampled_from(Side), st.integers(0, 45)), max_size=5),
    st.booleans(),
)
def test_every_note_comes_out_once_and_under_its_line(
    old: bytes, new: bytes, layout: Layout, where: list[tuple[Side, int]], loaded: bool
) -> None:
    notes = [(side, line, f"N{number}") for number, (side, line) in enumerate(where)]
    file = changed(old, new)
    rows = file_rows(file, split_lines(old) if loaded else None, layout, notes)
    assert sorted(row.note for row in rows if isinstance(row, NoteRow)) == sorted(
        note for _, _, note in notes
    )
    if not loaded:
        return
    last: tuple[int, int] = (0, 0)
    for row in rows:
        if isinstance(row, CodeRow):
            last = (row.old.line if row.old else 0, row.new.line if row.new else 0)
        elif isinstance(row, NoteRow):
            side, line = where[int(row.note[1:])]
            lines = split_lines(old if side is Side.OLD else new)
            if 0 < line <= len(lines):
                assert last[0 if side is Side.OLD else 1] == line


def test_spans_lie_on_characters_of_the_decoded_line() -> None:
    rows = code(
        file_rows(changed("grün = 1\n".encode(), "grün = 22\n".encode()), (b"gr\xc3\xbcn = 1\n",), Layout())
    )
    spans = [(row.old and row.old.spans, row.new and row.new.spans) for row in rows]
    assert spans == [(((7, 8),), ((7, 9),))]


def test_a_file_that_is_only_renamed_shows_its_lines_as_one_gap() -> None:
    file = changed(STORE, STORE, "b.py", base_path="a.py")
    assert file.status is Status.RENAMED
    rows = file_rows(file, split_lines(STORE), Layout())
    assert [type(row) for row in rows] == [FactRow, GapRow]
