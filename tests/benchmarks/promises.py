"""The table of what is promised about time: a row for each promise, with every figure that was seen for it.

Knows the promises and how they are told; measures nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from tests.benchmarks.seen import Seen


class Promise(Enum):
    """What is promised and at most how much of it, in the words of the table and in its order."""

    RANGE = (
        "process start → end of the paint that shows the first change: a three-file range, 200 files",
        "2.5 × a bare window",
    )
    NAMES = (
        "process start → names shown: uncommitted changes in 5,000 files, first opening",
        "4 × a bare window",
    )
    LARGE = (
        "process start → end of the paint that shows the first change: 1,600 files, 270,000 diff lines",
        "4 × a bare window",
    )
    LOADED = (
        "the whole large review loaded, every file reachable",
        "2 × `git diff -M --histogram` + 0.5 s",
    )
    KEYS = ("key press → end of paint, 99 %", "16 ms")
    FRAMES = ("frame while scrolling, coloured, 99 %", "10 ms")
    COLOURS = ("provisional colours on what is on the screen, file of 1 MB, helper warm", "250 ms")
    SIZES = ("the same keys and frames at other sizes, 99 %", "16 ms a key, 10 ms a frame")
    MEMORY = ("memory (PSS of window, highlighter and git), large review", "400 MB")
    BLOCKED = ("the window blocked, at any size, while loading, highlighting, refreshing or saving", "50 ms")

    @property
    def what(self) -> str:
        return self.value[0]

    @property
    def at_most(self) -> str:
        return self.value[1]


def promised(rows: Sequence[Seen]) -> str:
    """The promises that something was measured for, as Markdown."""
    lines = ["| what | at most | seen | |", "|---|---|---|---|"]
    for promise in Promise:
        kept = [seen for seen in rows if seen.promise == promise.name]
        if kept:
            lines.append(f"| {promise.what} | {promise.at_most} | {_told(kept)} | {_state(kept)} |")
    return "\n".join(lines)


def others(rows: Sequence[Seen]) -> str:
    """What else was measured, as Markdown."""
    lines = ["| what | seen | at most | | least and median |", "|---|---|---|---|---|"]
    for seen in rows:
        if not seen.promise:
            lines.append(
                f"| {seen.what} | {seen.said} | {seen.bound:g} {seen.unit} | {seen.state} | {seen.detail} |"
            )
    return "\n".join(lines)


def _told(kept: Sequence[Seen]) -> str:
    """Every figure with its name, those of one group together: “a line 2.4, judge 10.6 ms”."""
    groups: dict[str, list[Seen]] = {}
    for seen in kept:
        groups.setdefault(seen.group, []).append(seen)
    told: list[str] = []
    for group, parts in groups.items():
        figures = ", ".join(f"{seen.part} {seen.short}".strip() for seen in parts)
        told.append(f"{group}: {figures} {parts[-1].unit}".removeprefix(": "))
    beside = f" ({kept[0].beside})" if len(kept) == 1 and kept[0].beside else ""
    return "; ".join(told) + beside


def _state(kept: Sequence[Seen]) -> str:
    missed = [f"{seen.group} {seen.part}".strip() for seen in kept if not seen.holds]
    if not missed:
        return "holds"
    return "missed" if len(kept) == 1 else f"missed: {', '.join(missed)}"
