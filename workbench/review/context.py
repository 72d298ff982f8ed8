"""What the expert says about what the next round is given: pins, items taken out, secrets that may leave.

Values alone. What is on the tray follows from the review, its files and the rules: `workflow/context.py`.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from workbench.review.changes import FileChange, Run


class Pin(Struct, frozen=True):
    """A file, or lines of it, that every round is given until it is unpinned.

    `start` (1-based) and `count` are lines of the file in the tree `tree`, the round that was on the screen;
    a count of 0 means the whole file.
    """

    path: str
    tree: str
    start: int = 0
    count: int = 0

    @property
    def name(self) -> str:
        """As it is said and typed: `src/a.py`, `src/a.py:5` or `src/a.py:3-9`."""
        if self.count == 1:
            return f"{self.path}:{self.start}"
        return f"{self.path}:{self.start}-{self.start + self.count - 1}" if self.count else self.path

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that means this pin: logs name one line by its first and last."""
        return (self.name, f"{self.name}-{self.start}") if self.count == 1 else (self.name,)


def with_pin(pins: Sequence[Pin], pin: Pin) -> tuple[Pin, ...]:
    """The pins with one more; the same name is pinned once."""
    return (*(each for each in pins if each.name != pin.name), pin)


def named(pins: Sequence[Pin], name: str) -> tuple[Pin, ...]:
    """The pin of this name; where there is none, all pins of lines of the file of this name."""
    exact = tuple(each for each in pins if name in each.names)
    return exact or tuple(each for each in pins if each.path == name)


def follow(pin: Pin, between: FileChange | None) -> tuple[str, int, int]:
    """(path, start, count) of a pin's lines after `between`, the change from its tree; count 0: gone.

    Lines written between the pinned ones belong to them. Without `between` nothing moved.
    """
    if between is None or not pin.count:
        return (between.path if between is not None else pin.path), pin.start, pin.count
    first = _after(between.runs, pin.start, stop=False)
    last = _after(between.runs, pin.start + pin.count - 1, stop=True)
    return between.path, first, max(0, last - first + 1)


def _after(runs: Sequence[Run], line: int, *, stop: bool) -> int:
    """Where a line stands after the runs; for one that is gone the next there is, or for `stop` the last."""
    shift = 0
    for run in runs:
        begin = run.old_start if run.removed else run.old_start + 1
        if line < begin:
            break
        if line < begin + len(run.removed):
            # The lines of a run stand for each other as a whole: nothing says which became which.
            here = run.new_start if run.added else run.new_start + 1
            return here + len(run.added) - 1 if stop else here
        shift += len(run.added) - len(run.removed)
    return line + shift
