"""Where the lines of an edit stand in a file, and what comes nearest where they do not. Pure.

An answer may hold thousands of edits, and may mean harm. So what is done for one is bounded, and `Work` is
asked in between whether to go on.
"""

from __future__ import annotations

import difflib
import sys
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

MOST_PLACES = 100
"""Places of the same lines that are counted."""
HINTS = 5
"""Times that the nearest lines are looked for, for one answer."""
_SHOWN = 12
_LONGEST_SHOWN = 200
_LONG_LINE = 500
"""Beyond this many characters lines are compared for equality only: difflib is slow on long ones."""
_COMPARED = 20
"""Lines that difflib is asked about, out of those that share most with the one that is looked for."""
_VOTERS = 200


class CheckCancelledError(Exception):
    """The check of an answer was cancelled in the middle. Nothing came of it."""


class Work:
    """What may be done to check one answer: nothing more once it is cancelled, and few costly hints."""

    def __init__(self, cancelled: threading.Event | None = None) -> None:
        self._cancelled = cancelled
        self._hints = HINTS

    def go_on(self) -> None:
        """Raise CheckCancelledError when nobody waits for the check any more."""
        if self._cancelled is not None and self._cancelled.is_set():
            raise CheckCancelledError

    def may_hint(self) -> bool:
        self._hints -= 1
        return self._hints >= 0


class Finder:
    """The lines of one file, to look for others among them.

    Each distinct line is one sign of a text, so that looking for lines is looking for a part of a text: that
    takes no time even where all lines are equal.
    """

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._signs: dict[str, str] = {}
        self._bare: Mapping[str, Sequence[int]] | None = None
        for line in lines:
            # There are more than a million signs. Lines beyond are not found, and so refused.
            if line not in self._signs and len(self._signs) < sys.maxunicode:
                self._signs[line] = chr(len(self._signs) + 1)
        self._text = "".join(self._signs.get(line, "\0") for line in lines)

    def places(self, search: Sequence[str]) -> list[int]:
        """Where these lines stand, as indexes; no more than `MOST_PLACES`."""
        wanted = self._wanted(search)
        found: list[int] = []
        at = self._text.find(wanted) if wanted else -1
        while at >= 0 and len(found) < MOST_PLACES:
            found.append(at)
            at = self._text.find(wanted, at + 1)
        return found

    def stands_in(self, search: Sequence[str], start: int, stop: int) -> bool:
        """Whether these lines stand among those from index `start` up to `stop`."""
        wanted = self._wanted(search)
        return bool(wanted) and self._text.find(wanted, start, stop) >= 0

    def nearest(self, search: Sequence[str]) -> str:
        """The lines of the file that come nearest, with their numbers, in words."""
        start = self._nearest_start(search)
        if start is None:
            return "Nothing in the file is like them."
        stop = min(len(self._lines), start + min(len(search), _SHOWN))
        shown = "\n".join(
            f"{number + 1:5} {_short(self._lines[number], _LONGEST_SHOWN)}" for number in range(start, stop)
        )
        return f"The nearest lines are:\n{shown}"

    def _wanted(self, search: Sequence[str]) -> str:
        """The lines as signs; "" where one of them is not in the file at all."""
        if len(search) > len(self._lines) or any(line not in self._signs for line in search):
            return ""
        return "".join(self._signs[line] for line in search)

    def _nearest_start(self, search: Sequence[str]) -> int | None:
        """Where most of the lines would match if blanks did not count; else where one line is similar."""
        where = self._places_of_bare()
        votes: Counter[int] = Counter()
        for step, line in enumerate(search[:_VOTERS]):
            bare = line.strip()
            # A lone bracket or a blank line says nothing about the place.
            if len(bare) > 3:
                votes.update(number - step for number in where.get(bare, ())[:_VOTERS])
        if votes:
            return max(0, votes.most_common(1)[0][0])
        likely = max(search[:_VOTERS], key=lambda line: len(line.strip()), default="").strip()
        if not likely or len(likely) > _LONG_LINE:
            return None
        known = [line for line in where if line and len(line) <= _LONG_LINE][:2000]
        close = difflib.get_close_matches(likely, _alike(likely, known), n=1, cutoff=0.6)
        step = next(step for step, line in enumerate(search) if line.strip() == likely)
        return max(0, where[close[0]][0] - step) if close else None

    def _places_of_bare(self) -> Mapping[str, Sequence[int]]:
        if self._bare is None:
            found: dict[str, list[int]] = {}
            for number, line in enumerate(self._lines):
                found.setdefault(line.strip(), []).append(number)
            self._bare = found
        return self._bare


def _alike(likely: str, known: Sequence[str]) -> list[str]:
    """The lines that share most pairs of neighbouring signs with the one that is looked for."""
    wanted = set(pairwise(likely))
    shared = {line: len(wanted.intersection(pairwise(line))) for line in known}
    return sorted(known, key=lambda line: -shared[line])[:_COMPARED]


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
