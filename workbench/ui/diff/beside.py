"""What is said beside code rows: where a block moved, that only white space differs, what a merge left.

Answers with words for one row at a time; the painter puts them at its right. Knows no pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from workbench.review.asides import conflict_lines, conflicts_in_steps, whitespace_in_steps, whitespace_words
from workbench.review.blocks import Block, Line
from workbench.review.changes import Change, Side
from workbench.review.moved import NO_MOVES, Move, Moves
from workbench.review.steps import Steps
from workbench.review.text import one_line
from workbench.ui.diff.layout import Layout
from workbench.ui.diff.sections import Section

MOST_KEPT = 5000

AT_ONCE = 2_000
"""Lines of a change that are looked through when it is painted. A longer one is, between frames."""
_BYTES_AT_ONCE = 1_000_000
"""The same of few lines that are long."""


class _Said(Struct):
    """What is known of one change."""

    whitespace: str = ""
    conflicts: frozenset[int] = frozenset()


_NOTHING = _Said()


class Beside:
    """Of one view."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self.moves: Moves = NO_MOVES
        self.above: Callable[[str], Sequence[str]] = _nothing
        """What the header of a file, by its path, says of all its changes: it is not said of each again."""
        self._said: dict[int, tuple[Change, _Said]] = {}
        self._left: dict[int, Change] = {}
        """What was painted, and is too long to be looked through for that."""
        self._looking: Iterator[None] | None = None
        self._has_news = False

    def move(self, section: Section, block: Block, line: Line, side: Side) -> Move | None:
        """The moved block that a row is of, on one side."""
        if not self.moves.blocks or line.plain or (block.run is not None and not block.run.numbered):
            return None
        number = line.old if side is Side.OLD else line.new
        return self.moves.at(section.key, side, number) if number is not None else None

    def words(self, section: Section, block: Block, line: Line, side: Side) -> tuple[tuple[str, ...], bool]:
        """What is said of a row on one side, in full and ever shorter, and whether it warns."""
        change = line.change
        number = line.old if side is Side.OLD else line.new
        if change is None or number is None or (block.run is not None and not block.run.numbered):
            return (), False
        said = self._of(change)
        found: list[tuple[str, ...]] = []
        warns = False
        lines, start = (
            (change.removed, change.old_start) if side is Side.OLD else (change.added, change.new_start)
        )
        if side is Side.NEW and number - start in said.conflicts:
            found.append(("conflict marker",))
            warns = True
        speaks = Side.NEW if change.added else Side.OLD
        is_news = said.whitespace and said.whitespace not in self.above(section.key)
        if is_news and side is speaks and lines and number == start:
            found.append((said.whitespace, said.whitespace.split(":")[0]))
        move = self.move(section, block, line, side)
        if move is not None and move.end(side).start == number:
            found.append((one_line(move.words(side)), one_line(move.words(side, brief=True)), "moved"))
        if not found:
            return (), False
        steps = max(map(len, found))
        forms = (" · ".join(each[min(step, len(each) - 1)] for each in found) for step in range(steps))
        return tuple(forms), warns

    def speaks(self, change: Change) -> bool:
        """Whether anything may be said of a change beside its rows, but where it moved."""
        said = self._of(change)
        return bool(said.whitespace or said.conflicts)

    def knows(self, change: Change) -> bool:
        """Whether it was found already what is said of a change."""
        known = self._said.get(id(change))
        return known is not None and known[0] is change

    def _of(self, change: Change) -> _Said:
        known = self._said.get(id(change))
        if known is not None and known[0] is change:
            return known[1]
        if (
            len(change.removed) + len(change.added) > AT_ONCE
            or sum(map(len, change.removed)) + sum(map(len, change.added)) > _BYTES_AT_ONCE
        ):
            self._left[id(change)] = change
            return _NOTHING
        conflicts = () if self._layout.document.is_prompt else conflict_lines(change.added)
        said = _Said(whitespace_words(change), frozenset(conflicts))
        self._keep(change, said)
        return said

    def _keep(self, change: Change, said: _Said) -> None:
        if len(self._said) > MOST_KEPT:
            self._said.clear()
        self._said[id(change)] = (change, said)

    def find(self) -> Steps[bool]:
        """Look through what is left. True once something is to be said of it: it is painted again then.

        Ended in between, it is gone on with where it was.
        """
        while self._left:
            change = next(iter(self._left.values()))
            self._looking = self._looking or self._look_through(change)
            for _ in self._looking:
                yield
            self._looking = None
            self._left.pop(id(change), None)
        found, self._has_news = self._has_news, False
        return found

    def _look_through(self, change: Change) -> Iterator[None]:
        words = yield from whitespace_in_steps(change)
        conflicts: tuple[int, ...] = ()
        if not self._layout.document.is_prompt:
            conflicts = yield from conflicts_in_steps(change.added)
        said = _Said(words, frozenset(conflicts))
        self._keep(change, said)
        self._has_news = self._has_news or said != _NOTHING


def _nothing(_: str) -> Sequence[str]:
    return ()
