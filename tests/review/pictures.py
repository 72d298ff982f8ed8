"""The rows of a file as pictures in text: what the view would paint, without pixels and colours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workbench.review.asides import mark_of
from workbench.review.blocks import Block, Builder, Folding, Line, Pin, Sort, line_at
from workbench.review.changes import FileChange, Side
from workbench.review.enclosing import scope_of
from workbench.review.text import decode
from workbench.review.words import Spans, spans_of_lines, words_of


def blocks_of(
    file: FileChange, old: Sequence[bytes] | None, folding: Folding, pins: Sequence[Pin] = ()
) -> list[Block]:
    """The blocks of a file, with as many rows as they have in the end."""
    blocks = Builder(file, None if old is None else len(old), folding, pins).build()
    for block in blocks:
        if block.run is not None:
            block.run.resolve()
            if block.tail:
                block.rows = block.run.count - block.first
    return blocks


def lines_of(blocks: Sequence[Block]) -> Iterator[tuple[Block, Line]]:
    """Every code row."""
    for block in blocks:
        if block.is_code:
            for row in range(block.rows):
                yield block, line_at(block, row)


def bytes_of(block: Block, line: Line, side: Side, old: Sequence[bytes]) -> bytes | None:
    """What stands in a cell."""
    if block.run is None:
        if line.old is None:
            return None
        return old[line.old - 1] if line.old <= len(old) else b"(not read)"
    index, lines = (
        (line.old_index, block.run.run.removed) if side is Side.OLD else (line.new_index, block.run.run.added)
    )
    return lines[index] if index is not None else None


def picture(
    file: FileChange, old: Sequence[bytes] | None, folding: Folding, pins: Sequence[Pin] = (), width: int = 40
) -> str:
    """Rows as text: `-` removed, `+` added, «words», the number of the change instead of its digest."""
    order: dict[str, int] = {}
    rows: list[str] = []
    for block in blocks_of(file, old, folding, pins):
        if block.is_code:
            for row in range(block.rows):
                rows.append(_code(block, line_at(block, row), old or (), width, order))
        elif block.sort is Sort.GAP:
            count = f"{block.hidden} unchanged lines" if block.hidden is not None else "more lines"
            end = block.old + (block.hidden or 0)
            scope = scope_of(old, end, file.base_path or "") if old and end <= len(old) else ""
            rows.append(f"    ··· {count} from {block.old}, {block.new}" + (f" · {scope}" if scope else ""))
        elif block.sort is Sort.FACT:
            change = next(each for each in file.changes if each.id == block.key)
            rows.append(f"{order.setdefault(change.id, len(order) + 1):>3} fact: {words_of(change)}")
        else:
            rows.append(f"    {block.sort.name.lower()} {block.key}")
    return "".join(row.rstrip() + "\n" for row in rows)


def _code(block: Block, line: Line, old: Sequence[bytes], width: int, order: dict[str, int]) -> str:
    number = "" if line.change is None else str(order.setdefault(line.change.id, len(order) + 1))
    texts = {side: bytes_of(block, line, side, old) for side in Side}
    facing = dict(texts)
    if block.run is not None and not line.plain:
        side, index = (Side.NEW, line.new_index) if line.old_index is None else (Side.OLD, line.old_index)
        row = block.run.row_of(side, index or 0)
        one, other = block.run.facing(row)
        facing = {
            Side.OLD: None if one is None else block.run.run.removed[one],
            Side.NEW: None if other is None else block.run.run.added[other],
        }
    before, after = facing[Side.OLD], facing[Side.NEW]
    spans: tuple[Spans, Spans] = ((), ())
    if before is not None and after is not None and not line.plain:
        spans = spans_of_lines(before, after)
    cells = []
    for side, sign, at, marks in ((Side.OLD, "-", line.old, spans[0]), (Side.NEW, "+", line.new, spans[1])):
        data = texts[side]
        if data is None or at is None:
            cells.append(" " * (width + 6))
            continue
        text = decode(data)
        for start, end in reversed(marks):
            text = f"{text[:start]}«{text[start:end]}»{text[end:]}"
        mark = "" if line.plain else mark_of(data, facing[Side.NEW if side is Side.OLD else Side.OLD])
        if mark:
            text += f" [{mark}]"
        cells.append(f"{' ' if line.plain else sign}{at:>4} {text:<{width}}")
    return f"{number:>3} {cells[0]} │ {cells[1]}"
