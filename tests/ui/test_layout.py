"""The layout of the scroll: slices of large files, files that arrive, wrapped lines. No painting."""

from __future__ import annotations

import random

import pytest
from msgspec.structs import replace

from tests.ui.samples import file_of, large, many
from workbench.review.blocks import Block, Builder, Folding, Sort
from workbench.review.changes import FileChange, Side
from workbench.review.entries import Entry, Said
from workbench.review.lines import numbers
from workbench.ui.diff.choosing import Chosen, selected
from workbench.ui.diff.document import Document
from workbench.ui.diff.layout import Layout, Section, Spot
from workbench.ui.diff.moves import gap_for, open_after
from workbench.ui.diff.sections import EMPTY, SLICE, Part
from workbench.ui.diff.wrapping import PAGE, Wraps


def layout_of(*files: FileChange) -> Layout:
    layout = Layout(lambda section, block: 0)
    layout.show(Document(files), {})
    return layout


def shape(block: Block) -> tuple[object, ...]:
    run = block.run.run.old_start if block.run is not None else 0
    return block.sort, block.rows, block.old, block.new, block.hidden, run, block.first, block.key


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("split", [False, True])
def test_slices_of_a_file_are_together_what_the_whole_file_is(whole: bool, split: bool) -> None:
    file = many("a.py", 3 * SLICE + 7)
    folding = Folding(split=split, whole=whole)
    expected = Builder(file, 20_000, folding).build()
    layout = layout_of(file)
    section = layout.sections[0]
    layout.refold(section, folding)
    layout._count_old = {file.old_id or "": 20_000}
    section.forget()
    order = [part.first for part in section.slices]
    layout.build(section)
    parts = list(section.slices)
    random.Random(4).shuffle(parts)
    for part in parts:
        layout.build_slice(section, part)
    found = [block for block in section.blocks or () if block is not EMPTY]
    assert [shape(block) for block in found] == [shape(block) for block in expected]
    assert order == []


def test_a_slice_that_is_laid_out_moves_no_block_and_hardly_a_row() -> None:
    layout = layout_of(many("a.py", 4 * SLICE), many("b.py", 3))
    section = layout.sections[0]
    spot = layout.spot_of_change(section.file.changes[2 * SLICE + 5].id)  # type: ignore[union-attr]
    assert spot is not None
    block, height = layout.block(spot), layout.height
    for part in section.slices:
        layout.build_slice(section, part)
    assert layout.block(spot) is block
    # Nothing in these runs needs rows of its own, so the guess was exact.
    assert layout.height == height


def test_only_the_slice_that_is_looked_at_is_laid_out() -> None:
    layout = layout_of(many("a.py", 50 * SLICE))
    middle = layout.height // 2
    layout.settle(middle, middle + 1000)
    done = [part for part in layout.sections[0].slices[1:] if part.tops is not None]
    assert 1 <= len(done) <= 2


def test_every_row_of_a_large_file_is_walked_through_once() -> None:
    file = many("a.py", SLICE + 3)
    layout = layout_of(file)
    there = list(layout.stops(Spot(0, -1), 1))
    again = layout_of(file)
    again.build(again.sections[0])
    back = list(again.stops(Spot(0, len(again.sections[0].blocks or ()) - 1, 0), -1))
    assert there == back[::-1]
    assert len(there) == sum(block.rows for block in Builder(file, None, Folding()).build() if block.is_code)


def test_a_line_far_down_is_found_where_it_stands() -> None:
    file = many("a.py", 5 * SLICE)
    layout = layout_of(file)
    for change in (file.changes[0], file.changes[SLICE], file.changes[-1]):
        spot = layout.spot_of_line("a.py", Side.NEW, change.new_start)
        assert spot is not None
        assert layout.spot_at(layout.top_of(spot)) == spot
    assert layout.spot_of_line("a.py", Side.NEW, 10_000_000, exact=False) is None


# Files that arrive


def test_files_that_arrive_leave_what_is_laid_out() -> None:
    document = large(20, 5)
    layout = Layout(lambda section, block: 0)
    layout.show(replace(document, files=document.files[:4]), {})
    layout.settle(0, 2000)
    before = list(layout.sections)
    blocks = [section.blocks for section in before]
    layout.show(document, {})
    assert layout.sections[:4] == before
    assert [section.blocks for section in layout.sections[:4]] == blocks
    fresh = Layout(lambda section, block: 0)
    fresh.show(document, {})
    assert (layout.files, layout.order, layout.changes) == (fresh.files, fresh.order, fresh.changes)
    assert len(layout.tops) == len(fresh.tops)


def test_a_file_that_was_being_read_is_laid_out_when_its_lines_are_there() -> None:
    whole = large(3, 5)
    empty = replace(whole.files[1], runs=(), changes=())
    layout = Layout(lambda section, block: 0)
    reading = Document((whole.files[0], empty, whole.files[2]), reading=frozenset({empty.path}))
    layout.show(reading, {})
    layout.settle(0, 100_000)
    assert [block.key for block in layout.sections[1].blocks or ()] == ["Being read…"]
    others = [layout.sections[0].blocks, layout.sections[2].blocks]
    layout.show(Document(whole.files), {})
    layout.settle(0, 100_000)
    assert [block.sort for block in layout.sections[1].blocks or ()].count(Sort.RUN) == 5
    assert [layout.sections[0].blocks, layout.sections[2].blocks] == others
    assert layout.change(whole.files[1].changes[2].id) is not None


# Wrapped lines


def test_rows_and_lines_are_counted_as_if_they_were_added_up() -> None:
    chance = random.Random(8)
    needs = [chance.choice((1, 1, 1, 2, 5)) for _ in range(3 * PAGE + 10)]
    wraps = Wraps(len(needs))
    assert wraps.lines == len(needs)
    wraps.measure(PAGE + 3, PAGE + 4, needs.__getitem__)
    assert wraps.line_of(PAGE) == PAGE
    assert wraps.line_of(2 * PAGE) == PAGE + sum(needs[PAGE : 2 * PAGE])
    wraps.measure(0, len(needs), needs.__getitem__)
    assert wraps.lines == sum(needs)
    for row in range(len(needs)):
        first = sum(needs[:row])
        assert wraps.line_of(row) == first
        assert wraps.row_at(first) == wraps.row_at(first + needs[row] - 1) == row


def test_a_wrapped_row_is_as_high_as_its_longer_side() -> None:
    def needs(section: Section, block: Block, row: int) -> int:
        return 3 if block.sort is Sort.RUN and row == 0 else 1

    layout = Layout(lambda section, block: 0, needs)
    layout.show(Document((file_of("a.py", b"a\nb\nc\n", b"a\nx\ny\nc\n"),)), {})
    layout.set_wrap(wrap=True)
    layout.settle(0, 1000)
    index = next(i for i, block in enumerate(layout.sections[0].blocks or ()) if block.sort is Sort.RUN)
    first, second = Spot(0, index, 0), Spot(0, index, 1)
    row = layout.heights.row
    assert layout.bottom_of(first) - layout.top_of(first) == 3 * row
    assert layout.top_of(second) == layout.bottom_of(first)
    assert layout.spot_at(layout.top_of(first) + 2 * row + 1) == first
    assert layout.spot_at(layout.top_of(second)) == second


def test_lines_selected_across_slices_that_nobody_looked_at_are_all_selected() -> None:
    file = many("a.py", 4 * SLICE)
    layout = layout_of(file)
    first = layout.spot_of_change(file.changes[0].id)
    last = layout.spot_of_change(file.changes[-1].id)
    assert first is not None
    assert last is not None
    assert layout.sections[0].slices[2].tops is None
    found = selected(layout, Chosen(first, last, Side.NEW))
    whole = [line for change in file.changes[:-1] for line in range(change.new_start, change.new_start + 3)]
    assert set(whole) <= set(numbers(found[0].new))


def test_a_folded_line_in_a_slice_that_nobody_looked_at_is_found_in_its_gap() -> None:
    file = many("a.py", 4 * SLICE)
    layout = layout_of(file)
    line = file.changes[3 * SLICE].new_start - 8
    assert gap_for(layout, "a.py", Side.NEW, line)


@pytest.mark.parametrize("end", [False, True])
@pytest.mark.parametrize("wrap", [False, True])
def test_the_length_of_the_base_moves_only_the_end_of_a_long_file(end: bool, wrap: bool) -> None:
    file = many("a.py", 3 * SLICE + 7)
    layout = layout_of(file)
    layout.set_wrap(wrap=wrap)
    section = layout.sections[0]
    layout.build(section)
    layout.build_slice(section, section.slices[2])
    if end:
        layout.build_slice(section, section.slices[-1])
    kept = layout.spot_of_change(file.changes[SLICE + 3].id)
    assert kept is not None
    block, above = layout.block(kept), layout.top_of(kept)
    layout.lines_arrived("a.py", {file.old_id or "": 20_000})
    assert layout.block(kept) is block
    assert layout.top_of(kept) == above
    for part in section.slices:
        layout.build_slice(section, part)
    found = [shape(each) for each in section.blocks or () if each is not EMPTY]
    assert found == [shape(each) for each in Builder(file, 20_000, section.folding).build()]


def test_the_next_open_change_is_found_behind_files_that_have_none() -> None:
    files = [many(f"{name}.py", 30, seed) for seed, name in enumerate("abc")]
    layout = layout_of(*files)
    first, last = files[0].changes[3], files[2].changes[4]
    asked = frozenset(change.id for file in files for change in file.changes) - {last.id}
    layout.show(Document(tuple(files), asked=asked), {})
    assert open_after(layout, None, first.id) is last
    assert open_after(layout, None, last.id) is last
    assert open_after(layout, None, first.id, most=1) is None
    layout.show(Document(tuple(files), asked=asked | {last.id}), {})
    assert open_after(layout, None, first.id) is None
    layout.show(Document(tuple(files), asked=asked - {first.id}), {})
    assert open_after(layout, None, last.id) is first


def numbering(layout: Layout) -> tuple[list[str], dict[str, int], dict[str, int]]:
    """The changes in their order, where each stands, and where each file does."""
    return [change.id for change in layout.changes], layout.order, layout.files


@pytest.mark.parametrize("counts", [(4, 2, 3), (7, 2, 1), (4, 0, 3)])
def test_files_that_are_read_again_are_numbered_as_if_all_were_new(counts: tuple[int, ...]) -> None:
    names = ("a.py", "b.py", "c.py")
    first = tuple(many(name, count) for name, count in zip(names, (4, 2, 3), strict=True))
    again = (
        many("a.py", counts[0]),
        first[1] if counts[1] == 2 else many("b.py", 0),
        many("c.py", counts[2]),
    )
    layout = layout_of(*first)
    layout.show(Document(again), {})
    assert numbering(layout) == numbering(layout_of(*again))


def test_another_ledger_stands_before_the_files_and_none_leaves_nothing() -> None:
    files = (many("a.py", 2), many("b.py", 2))
    entry = Entry("e1", Said.ALTERED, "a.py", words="altered")
    layout = layout_of(*files)
    kept = layout.sections[:]
    for entries in ((entry,), (entry, replace(entry, id="e2")), ()):
        layout.show(Document(files, entries=entries), {})
        parts = [section.part for section in layout.sections]
        assert parts == [Part.LEDGER] * bool(entries) + [Part.FILE] * 2
        assert layout.sections[-2:] == kept, "the files keep how they are laid out"
        assert layout.files == {"a.py": bool(entries), "b.py": 1 + bool(entries)}
        assert layout.tops[-1] == layout.height
