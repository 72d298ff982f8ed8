"""The rows of a file: golden pictures, and that no layout loses a line, a note or a byte."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.review.pictures import blocks_of, bytes_of, lines_of, picture
from tests.review.texts import changed, golden
from workbench.review.blocks import Block, Builder, Folding, Pin, Sort, changes_of_runs
from workbench.review.changes import FileChange, Run, Side, Status
from workbench.review.lines import split_lines
from workbench.review.run_rows import RunRows

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


def note(name: str, side: Side, line: int) -> Pin:
    return Pin(name, is_editor=False, side=side, line=line)


def shown(file: FileChange, old: bytes | None, folding: Folding, *pins: Pin) -> str:
    return picture(file, None if old is None else split_lines(old), folding, pins)


def sorts(file: FileChange, old: bytes, folding: Folding) -> list[Sort]:
    return [block.sort for block in blocks_of(file, split_lines(old), folding)]


def test_side_by_side_with_gaps_and_a_note_reads_as_the_golden_text() -> None:
    golden("rows-split.txt", shown(STORED, STORE, Folding(context=1), note("N3", Side.NEW, 19)))


def test_unified_reads_as_the_golden_text() -> None:
    folding = Folding(split=False, context=1)
    golden("rows-unified.txt", shown(STORED, STORE, folding, note("N3", Side.NEW, 19)))


def test_before_the_file_is_loaded_only_changed_lines_and_gaps_are_known() -> None:
    golden("rows-not-loaded.txt", shown(STORED, None, Folding(context=0)))


def test_a_note_on_an_unchanged_line_opens_the_gap_around_it() -> None:
    golden("rows-note-in-gap.txt", shown(STORED, STORE, Folding(context=1), note("N1", Side.OLD, 29)))


def test_ignoring_whitespace_shows_reindented_lines_as_context_that_cannot_be_judged() -> None:
    old = b"def f():\n" + b"".join(b"    step(%d)\n" % n for n in range(4)) + b"    return 1\n"
    new = (
        b"def f():\n    if ready:\n"
        + b"".join(b"        step(%d)\n" % n for n in range(4))
        + b"    return 2\n"
    )
    file = changed(old, new)
    folding = Folding(ignore_whitespace=True, context=2)
    golden("rows-ignore-whitespace.txt", shown(file, old, folding))
    lines = split_lines(old)
    rows = lines_of(blocks_of(file, lines, folding))
    steps = [
        line.change for block, line in rows if b"step" in (bytes_of(block, line, Side.OLD, lines) or b"")
    ]
    assert steps == [None] * 4


def test_facts_stand_before_the_lines() -> None:
    file = changed(b"a\n", b"b\n", "new.sh", base_path="old.sh", new_mode="100755")
    golden("rows-facts.txt", shown(file, b"a\n", Folding(), Pin("N1", is_editor=False)))


def test_a_binary_file_is_one_fact() -> None:
    assert sorts(changed(b"\0a", b"\0b", "x.bin"), b"", Folding()) == [Sort.FACT]


def test_new_and_deleted_files_have_one_side() -> None:
    added = lines_of(blocks_of(changed(None, b"a\nb\n"), None, Folding()))
    assert [(line.old, line.new) for _, line in added] == [(None, 1), (None, 2)]
    deleted = lines_of(blocks_of(changed(b"a\nb\n", None), None, Folding()))
    assert [(line.old, line.new) for _, line in deleted] == [(1, None), (2, None)]


def test_line_ends_and_encodings_that_differ_are_said() -> None:
    old = b"same\none\r\ntwo\ncaf\xe9\nlast"
    new = b"same\none\ntwo\r\ncaf\xc3\xa9\nlast\n"
    golden("rows-marks.txt", shown(changed(old, new), old, Folding()))


def test_a_gap_of_one_line_is_shown() -> None:
    old = b"".join(b"line %d\n" % n for n in range(9))
    new = old.replace(b"line 0", b"first").replace(b"line 8", b"last")
    assert Sort.GAP not in sorts(changed(old, new), old, Folding(context=3))


def test_opened_lines_are_shown_and_the_rest_of_the_gap_stays_folded() -> None:
    blocks = blocks_of(STORED, split_lines(STORE), Folding(context=1, opened=((1, 4),)))
    gaps = [block for block in blocks if block.sort is Sort.GAP]
    assert (gaps[0].old, gaps[0].hidden) == (5, 7)


def test_an_editor_stands_after_the_notes_of_its_line() -> None:
    pins = [
        note("N1", Side.NEW, 13),
        Pin("draft", is_editor=True, side=Side.NEW, line=13),
        Pin("file", is_editor=True),
    ]
    blocks = blocks_of(STORED, split_lines(STORE), Folding(), pins)
    keys = [block.key for block in blocks if block.sort in (Sort.NOTE, Sort.EDITOR)]
    assert keys == ["file", "N1", "draft"]


few = st.sampled_from([b"a\n", b"b\n", b"  a\n", b"c d\n", b"\n", b"x\r\n", b"}\n"])
texts = st.builds(
    lambda lines, end: b"".join(lines) + end, st.lists(few, max_size=40), st.sampled_from([b"", b"z"])
)
foldings = st.builds(
    Folding,
    split=st.booleans(),
    context=st.integers(0, 4),
    opened=st.lists(st.tuples(st.integers(1, 40), st.integers(1, 5)), max_size=2).map(tuple),
    whole=st.booleans(),
    ignore_whitespace=st.booleans(),
)


def side_of(blocks: list[Block], side: Side, old: tuple[bytes, ...], lines: tuple[bytes, ...]) -> list[bytes]:
    """The lines of one side: from the rows, in gaps from the file. Numbers must run on without a break."""
    found: list[tuple[int, bytes]] = []
    for block, line in lines_of(blocks):
        number = line.old if side is Side.OLD else line.new
        data = bytes_of(block, line, side, old)
        if number is not None:
            assert data is not None
            found.append((number, data))
    for block in blocks:
        if block.sort is Sort.GAP:
            start = block.old if side is Side.OLD else block.new
            found += [(each, lines[each - 1]) for each in range(start, start + (block.hidden or 0))]
    found.sort(key=lambda each: each[0])
    assert [number for number, _ in found] == list(range(1, len(found) + 1))
    return [data for _, data in found]


@settings(max_examples=150, deadline=None)
@given(texts, texts, foldings)
def test_rows_and_gaps_together_hold_every_line_of_both_files(
    old: bytes, new: bytes, folding: Folding
) -> None:
    file = changed(old, new)
    if not file.runs:
        return
    before, after = split_lines(old), split_lines(new)
    blocks = blocks_of(file, before, folding)
    assert b"".join(side_of(blocks, Side.OLD, before, before)) == old
    assert b"".join(side_of(blocks, Side.NEW, before, after)) == new


@settings(max_examples=100, deadline=None)
@given(texts, texts, foldings)
def test_every_changed_line_is_in_a_row_of_its_change(old: bytes, new: bytes, folding: Folding) -> None:
    file = changed(old, new)
    blocks = blocks_of(file, split_lines(old), replace(folding, ignore_whitespace=False))
    for change in file.changes:
        mine = [(block, line) for block, line in lines_of(blocks) if line.change is change]
        sides = [
            tuple(data for block, line in mine if (data := bytes_of(block, line, side, ())) is not None)
            for side in Side
        ]
        assert sides == [change.removed, change.added]
    assert all(line.change for _, line in lines_of(blocks) if None in (line.old, line.new))


@settings(max_examples=100, deadline=None)
@given(
    texts,
    texts,
    foldings,
    st.lists(st.tuples(st.sampled_from(Side), st.integers(1, 45)), max_size=5),
)
def test_every_note_comes_out_once_and_under_its_line(
    old: bytes, new: bytes, folding: Folding, where: list[tuple[Side, int]]
) -> None:
    file = changed(old, new)
    counts = {Side.OLD: len(split_lines(old)), Side.NEW: len(split_lines(new))}
    pins = [note(f"N{n}", side, line) for n, (side, line) in enumerate(where) if line <= counts[side]]
    if not file.runs:
        return
    blocks = blocks_of(file, split_lines(old), folding, pins)
    notes = [block.key for block in blocks if block.sort is Sort.NOTE]
    assert sorted(notes) == sorted(pin.key for pin in pins)
    last: dict[Side, int] = {}
    by_key = {pin.key: pin for pin in pins}
    for block in blocks:
        if block.is_code:
            *_, (_, line) = lines_of([block])
            last = {Side.OLD: line.old or 0, Side.NEW: line.new or 0}
        elif block.sort is Sort.NOTE:
            pin = by_key[block.key]
            assert last[pin.side] == pin.line


def test_spans_lie_on_characters_of_the_decoded_line() -> None:
    file = changed("grün = 1\n".encode(), "grün = 22\n".encode())
    assert "grün = «22»" in shown(file, b"gr\xc3\xbcn = 1\n", Folding())


def test_a_file_that_is_only_renamed_is_a_fact_until_all_of_it_is_wanted() -> None:
    file = changed(STORE, STORE, "b.py", base_path="a.py")
    assert file.status is Status.RENAMED
    assert sorts(file, STORE, Folding()) == [Sort.FACT]
    assert sorts(file, STORE, Folding(whole=True)) == [Sort.FACT, Sort.PLAIN]


def test_a_file_of_a_hundred_thousand_lines_is_a_handful_of_blocks() -> None:
    run = Run(50_000, 50_000, (b"a\n",), (b"b\n",))
    big = replace(changed(b"a\n", b"b\n"), runs=(run,))
    assert len(Builder(big, 100_000, Folding()).build()) == 5
    assert len(Builder(big, 100_000, Folding(whole=True)).build()) == 3


def test_a_run_says_how_many_rows_it_has_before_its_pairs_are_known() -> None:
    rows = RunRows(Run(1, 1, (b"one\n", b"two\n"), (b"three\n",)), (), split=True)
    assert (rows.known, rows.count) == (False, 2)
    rows.resolve()
    assert rows.known
    assert rows.count >= 2


def test_only_whitespace_that_differs_belongs_to_no_change_when_it_is_ignored() -> None:
    file = changed(b"if a:\n  b\n", b"if a:\n    b\n")
    blocks = blocks_of(file, (b"if a:\n", b"  b\n"), Folding(ignore_whitespace=True))
    assert [(line.old, line.new, line.change) for _, line in lines_of(blocks)] == [(1, 1, None), (2, 2, None)]


@given(
    st.lists(st.sampled_from([b"\n", b"def f():\n", b"    a = 1\n", b"b\n"]), min_size=40, max_size=300),
    st.booleans(),
)
def test_the_changes_that_a_long_run_was_cut_into_are_found_again_by_row(
    lines: list[bytes], new: bool
) -> None:
    text = b"".join(lines)
    file = (
        changed(b"x\ny\n", b"x\n" + text + b"y\nz\n")
        if new
        else changed(b"x\n" + text + b"y\n", b"x\ny\nz\n")
    )
    texts = [each for each in file.changes if each.is_text]
    for run, changes in zip(file.runs, changes_of_runs(file.runs, texts), strict=True):
        lengths = [len(each.added) + len(each.removed) for each in changes]
        assert sum(lengths) == len(run.removed) + len(run.added)
        rows = RunRows(run, changes, split=True)
        expected = [each for each in changes for _ in range(max(len(each.removed), len(each.added)))]
        assert [rows.change_at(row) for row in range(rows.count)] == expected
        assert [rows.change_at(row) for row in reversed(range(rows.count))] == expected[::-1]
        first = 0
        for each in changes:
            count = max(len(each.removed), len(each.added))
            assert rows.rows_of_change(each) == (first, count)
            first += count
        for other in set(texts) - set(changes):
            assert rows.rows_of_change(other) == (0, 0)
    assert [change for changes in changes_of_runs(file.runs, texts) for change in changes] == texts
