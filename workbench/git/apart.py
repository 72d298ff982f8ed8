"""Two edits of one text that lie apart, joined without starting git. Anything less clear is left to git.

While an agent writes fifty times a second, every merge that needs a child process comes too late for the next
one. Each side is taken as one block of lines between a common beginning and a common end; where the blocks
have an unchanged line between them, putting both in place is what every merge would give.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from workbench.review.lines import split_lines


class _Block(Struct, frozen=True):
    """Lines `start` to `end` of the base, and what stands in their place."""

    start: int
    end: int
    lines: Sequence[bytes]


def join_apart(base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """The base with both edits; None where they are not clearly apart, or are no text."""
    if any(b"\0" in side for side in (base, ours, theirs)):
        return None
    lines = split_lines(base)
    first, second = sorted(
        (_block(lines, split_lines(side)) for side in (ours, theirs)),
        key=lambda block: (block.start, block.end),
    )
    if first.end >= second.start:
        return None
    parts = (
        lines[: first.start],
        first.lines,
        lines[first.end : second.start],
        second.lines,
        lines[second.end :],
    )
    return b"".join(line for part in parts for line in part)


def _block(base: Sequence[bytes], side: Sequence[bytes]) -> _Block:
    shorter = min(len(base), len(side))
    start = next((at for at in range(shorter) if base[at] != side[at]), shorter)
    room = shorter - start
    same = next((at for at in range(room) if base[-1 - at] != side[-1 - at]), room)
    return _Block(start, len(base) - same, side[start : len(side) - same])
