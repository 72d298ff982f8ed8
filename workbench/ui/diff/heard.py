"""The words for a change, its verdict and a row, as they are read out. No Qt: the first frame needs some."""

from __future__ import annotations

from workbench.review.blocks import Line
from workbench.review.changes import Change, Side
from workbench.review.progress import Standing
from workbench.review.text import one_line, visible
from workbench.review.words import words_of
from workbench.ui.diff.layout import Layout
from workbench.ui.diff.long_text import beginning

LONGEST = 400
"""Characters of a line that are read out."""

_SAID = {
    Standing.ACCEPTED: "accepted",
    Standing.REJECTED: "rejected",
    Standing.MIXED: "mixed: judged in part",
    Standing.ASKED: "asked",
    Standing.UNREAD: "open",
}


def position_words(layout: Layout, change: Change) -> str:
    """“Change 3 of 40”."""
    return f"Change {layout.order[change.id] + 1:,} of {len(layout.changes):,}"


def verdict_said(layout: Layout, change: Change) -> str:
    """Its verdict, and what the ledger says of it, in words."""
    section = layout.sections[layout.files[change.path]]
    stands = layout.standings(section).get(change.id, Standing.UNREAD)
    said = layout.document.ledger_marks.get(change.id)
    reason = layout.document.reasons.get(change.id) if stands is Standing.REJECTED else None
    words = [_SAID[stands]]
    if said is not None and stands in (Standing.UNREAD, Standing.ASKED):
        words.append(said.value)
    if reason:
        words.append(f"because {one_line(reason)}")
    return ", ".join(words)


def change_words(layout: Layout, change: Change) -> str:
    """The change, its position, size and verdict: “Change 3 of 40, store.py: 2 removed, 3 added, open”."""
    if change.is_text:
        size = f"{len(change.removed)} removed, {len(change.added)} added"
    else:
        size = one_line(words_of(change))
    place = f"{position_words(layout, change)}, {visible(change.path).text}"
    return f"{place}: {size}, {verdict_said(layout, change)}"


def line_words(side: Side, line: int, data: bytes | None, change: Change | None) -> str:
    """A row as it is read out: which line, whether it is removed or added, and its text."""
    kind = "unchanged"
    if change is not None:
        kind = "removed" if side is Side.OLD else "added"
    if data is None:
        return f"line {line}, {kind}"
    text = visible(beginning(data, LONGEST)).text.strip() or "blank"
    return f"line {line}, {kind}: {text[:LONGEST]}"


def selection_words(first: Line, last: Line, side: Side | None) -> str:
    """What is selected, by its first and its last line; both sides where `side` is None."""
    on_old = side is Side.OLD
    start, end = ((line.old if on_old else line.new) or line.old or line.new for line in (first, last))
    lines = f"Line {start}" if start == end else f"Lines {start} to {end}"
    return f"{lines} selected, {side.value} side" if side is not None else f"{lines} selected"
