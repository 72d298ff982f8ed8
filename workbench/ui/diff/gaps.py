"""Which lines of a folded gap are to be shown: above, below, or all of it. Answers with spans; opens none."""

from __future__ import annotations

from enum import Enum

from workbench.review.blocks import Block, Sort
from workbench.ui.diff.sections import EMPTY, Section

MORE = 10
"""Lines that a gap loses at one of its ends."""


class Opens(Enum):
    """What of a gap is opened."""

    BELOW = "below"
    """The lines below the code above."""
    ABOVE = "above"
    """The lines above the code below."""
    ALL = "all"


def opened(block: Block, opens: Opens) -> tuple[int, int] | None:
    """(first old line, count) of what is opened; None where the gap's length is not known yet."""
    if not block.hidden:
        return None
    count = block.hidden if opens is Opens.ALL else min(MORE, block.hidden)
    return (block.old + block.hidden - count if opens is Opens.ABOVE else block.old), count


def around(section: Section, index: int, opens: Opens) -> tuple[tuple[int, int], ...]:
    """What is opened from where the cursor is: in the gap above it, in the one below it, or all of both."""
    found = []
    if opens is not Opens.BELOW:
        above = _gap(section, index, -1)
        found.append(opened(above, opens) if above is not None else None)
    if opens is not Opens.ABOVE:
        below = _gap(section, index, 1)
        found.append(opened(below, opens) if below is not None else None)
    return tuple(span for span in found if span is not None)


def _gap(section: Section, index: int, step: int) -> Block | None:
    blocks = section.blocks or []
    at = max(0, index)
    while 0 <= at < len(blocks):
        if blocks[at].sort is Sort.GAP:
            return blocks[at]
        if blocks[at] is EMPTY and step < 0:
            return None
        at += step
    return None
