"""What was judged and what stands there now, side by side, under an entry of the ledger."""

from __future__ import annotations

from collections.abc import Iterable

from workbench.review.blocks import Block, Sort
from workbench.review.changes import Run
from workbench.review.entries import Entry, Said
from workbench.review.run_rows import RunRows

ENTRY_ROWS = 12
"""Rows of a ledger entry's code that are shown; the rest is a key away, in its file."""


def ledger_blocks(entries: Iterable[Entry], *, split: bool) -> list[Block]:
    """All entries, each with its comparison under it."""
    blocks: list[Block] = []
    for entry in entries:
        blocks.append(Block(Sort.ENTRY, key=entry.id))
        if entry.is_violation and (entry.was or entry.now):
            _compare(blocks, entry, split=split)
    return blocks


def _compare(blocks: list[Block], entry: Entry, *, split: bool) -> None:
    """What was judged and what stands there now, side by side, and above them what the base has."""
    pairs = [(entry.was, entry.now, versions(entry))]
    if entry.base and entry.base not in (entry.was, entry.now):
        pairs.insert(0, (entry.base, (), "in the base"))
    for was, now, words in pairs:
        rows = RunRows(Run(1, max(1, entry.line), was, now), (), split, numbered=False)
        rows.resolve()
        shown = min(rows.count, ENTRY_ROWS)
        blocks.append(Block(Sort.WORDS, key=words))
        blocks.append(Block(Sort.RUN, rows=shown, run=rows, key=entry.id))
        if rows.count > shown:
            blocks.append(Block(Sort.WORDS, key=f"{rows.count - shown} more lines"))


def versions(entry: Entry) -> str:
    """What stands at the left and at the right of an entry's comparison."""
    if entry.said is Said.LEFT_OUT:
        return "in the round\twhat the model wrote"
    if entry.said in (Said.CAME_BACK, Said.STILL_THERE):
        return "rejected\tnow"
    if entry.said in (Said.ALTERED, Said.GROWN):
        return "accepted\tnow"
    return "before\tnow"
