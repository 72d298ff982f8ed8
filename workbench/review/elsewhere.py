"""Where this round's new lines hold code that was judged somewhere else: moved, re-indented, in another file.

Lines that any code has prove nothing, so only a block with enough telling bytes is looked for, and one
that is looked for in another file needs more of them than one in its own.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from msgspec import Struct

from workbench.review.changes import FileChange, Side
from workbench.review.lines import LineSet, Span, total
from workbench.review.places import changes_by_line

_TRIVIAL = re.compile(rb"\W*(?:pass|else|return|break|continue|end|fi|done|try|do|then|esac)?\W*", re.DOTALL)
"""Lines that any code has; meeting one again proves nothing."""
_COMMON = re.compile(rb"\s*(?:import|from|use|using|require|include|#\s*include|package)\b.*", re.DOTALL)
"""Lines that many files have alike: what one file may not have, another one may."""
_TELLING = 20
"""Bytes of telling code from which on a block is looked for elsewhere in its file."""
_TELLING_FAR = 40
"""As much again for another file, and two lines at least."""
_TRIES = 64
"""Places that are looked at for one block. Its rarest line leads to them."""
_WIDE = 1_000
"""Lines from which on a range of them is kept as one."""
_MOST = 100_000
"""New lines of one file beyond which it is not looked through: a log or data, and seconds of waiting."""
_ROOM = 6
"""New lines that may stand between those of a block, besides as many as it has."""


class Found(Struct, frozen=True):
    """A block that stands in this round's new lines: which lines of which file hold it, in order."""

    path: str
    lines: tuple[int, ...]
    code: tuple[bytes, ...]


def is_telling(line: bytes) -> bool:
    """Whether meeting a line again proves anything."""
    return _TRIVIAL.fullmatch(line) is None


class _Claimed:
    """The places that are told of, as (path, line)."""

    def __init__(self) -> None:
        self._lines: set[tuple[str, int]] = set()
        self._wide: list[tuple[str, int, int]] = []

    def add(self, path: str, spans: Sequence[Span]) -> None:
        for start, count in spans:
            if count > _WIDE:
                self._wide.append((path, start, start + count))
            else:
                self._lines.update((path, line) for line in range(start, start + count))

    def __contains__(self, place: tuple[str, int]) -> bool:
        path, line = place
        return place in self._lines or any(
            path == each and start <= line < end for each, start, end in self._wide
        )


class NewCode:
    """The lines that are new in this round, by what they say without the blanks around them.

    `between` are the changes from a round before, `after` those from the base. A line that is found is
    not found again for another block: one place does not answer for two.
    """

    def __init__(
        self,
        between: Sequence[FileChange],
        after: Sequence[FileChange],
        claimed: _Claimed | None = None,
    ) -> None:
        self._between = between
        self._added = {file.path: file for file in after}
        self._known: dict[str, dict[bytes, list[int]]] | None = None
        self._code: dict[tuple[str, int], bytes] = {}
        self._holders: dict[bytes, list[str]] = {}
        self._claimed = claimed if claimed is not None else _Claimed()
        # By the last line that says the same: how many places before it are told of.
        self._passed: dict[tuple[str, int], int] = {}

    def since(self, between: Sequence[FileChange], after: Sequence[FileChange]) -> NewCode:
        """The lines that are new since an earlier round. What is told of is told of for both."""
        return NewCode(between, after, self._claimed)

    def claim(self, path: str, spans: Sequence[Span]) -> None:
        """These lines are told of already."""
        self._claimed.add(path, spans)

    def is_claimed(self, path: str, line: int) -> bool:
        return (path, line) in self._claimed

    def find(self, block: Sequence[bytes], path: str | None) -> Found | None:
        """Where the telling lines of a block stand in order and near each other: in `path`, else anywhere."""
        wanted = [line.strip() for line in block if is_telling(line)]
        size = sum(map(len, wanted))
        if size < _TELLING:
            return None
        known = self._index()
        if path is not None and path in known:
            found = self._in_file(path, known[path], wanted)
            if found is not None:
                return found
        rare = [line for line in wanted if _COMMON.fullmatch(line) is None]
        if len(rare) < 2 or sum(map(len, rare)) < _TELLING_FAR:
            return None
        rarest = min(rare, key=lambda line: len(self._holders.get(line, ())))
        for name in self._holders.get(rarest, ())[:_TRIES]:
            if name != path:
                found = self._in_file(name, known[name], wanted)
                if found is not None:
                    return found
        return None

    def changes_of(self, found: Found) -> tuple[str, ...]:
        """The ids of this round's changes that hold a block that was found."""
        file = self._added.get(found.path)
        holders = changes_by_line(file) if file is not None else {}
        ids = (holders.get((Side.NEW, line)) for line in found.lines)
        return tuple(dict.fromkeys(each for each in ids if each is not None))

    def _in_file(self, path: str, lines: dict[bytes, list[int]], wanted: Sequence[bytes]) -> Found | None:
        rarest = min(range(len(wanted)), key=lambda at: len(lines.get(wanted[at], ())))
        room = 2 * len(wanted) + _ROOM
        for anchor in self._free(path, lines.get(wanted[rarest], ())):
            chosen = self._around(path, lines, wanted, rarest, anchor)
            if chosen is not None and chosen[-1] - chosen[0] < room:
                self._claimed.add(path, [(line, 1) for line in chosen])
                return Found(path, chosen, tuple(self._code[path, line] for line in chosen))
        return None

    def _free(self, path: str, places: list[int] | tuple[()]) -> Sequence[int]:
        """The first places that are not told of yet. What stands before them is never looked at again."""
        if not places:
            return ()
        key = (path, places[-1])
        first = self._passed.get(key, 0)
        while first < len(places) and (path, places[first]) in self._claimed:
            first += 1
        self._passed[key] = first
        return [line for line in places[first : first + _TRIES] if (path, line) not in self._claimed]

    def _around(
        self, path: str, lines: dict[bytes, list[int]], wanted: Sequence[bytes], at: int, anchor: int
    ) -> tuple[int, ...] | None:
        """The nearest lines before and after `anchor` that say what stands before and after it in a block."""
        after: list[int] = []
        last = anchor
        for code in wanted[at + 1 :]:
            places = lines.get(code, ())
            step = bisect_right(places, last)
            if step == len(places) or (path, places[step]) in self._claimed:
                return None
            last = places[step]
            after.append(last)
        before: list[int] = []
        last = anchor
        for code in reversed(wanted[:at]):
            places = lines.get(code, ())
            step = bisect_right(places, last - 1) - 1
            if step < 0 or (path, places[step]) in self._claimed:
                return None
            last = places[step]
            before.append(last)
        return (*reversed(before), anchor, *after)

    def _index(self) -> dict[str, dict[bytes, list[int]]]:
        if self._known is None:
            self._known = {}
            for path, line, code in self._new_lines():
                said = code.strip()
                places = self._known.setdefault(path, {}).setdefault(said, [])
                if not places:
                    self._holders.setdefault(said, []).append(path)
                places.append(line)
                self._code[path, line] = code
        return self._known

    def _new_lines(self) -> Iterator[tuple[str, int, bytes]]:
        """What this round added that is not in the base either, file by file, in order."""
        for file in self._between:
            now = self._added.get(file.path)
            if now is None:
                continue
            added = LineSet((run.new_start, len(run.added)) for run in now.runs)
            new = [(run, span) for run in file.runs for span in added.within(run.new_start, len(run.added))]
            if total(span for _, span in new) > _MOST:
                continue
            for run, (start, count) in new:
                at = start - run.new_start
                for line, code in enumerate(run.added[at : at + count], start):
                    if is_telling(code):
                        yield file.path, line, code
