"""The searching helper: `re` in a process of its own, JSON lines and bytes on standard input and output.

Run as `python -m workbench.ui.matcher`. It imports no Qt, opens no file and starts nothing. An expression
that never comes to an end holds this process and nobody else: whoever asked ends it. Requests, each one line:

    {"query": N, "pattern": P, "case": BOOL, "plain": BOOL}     from now on this is looked for
    {"text": N, "query": N, "size": BYTES}                      followed by so many bytes: lines of one file

Answers, after a first line {"query": -1} that says that it is there:

    {"query": N, "text": N, "hits": [[line from 0, start, end, start, end, …], …], "done": BOOL}

Positions are in characters of the line as it is shown (`review.text.decode`). A line that has more matches
than are told (`MOST_SPANS`) ends with one lone number more. A long text is answered in parts, so that whoever
waits can tell slow from stuck.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from time import monotonic
from typing import Any, TextIO

from workbench.review.text import decode
from workbench.ui.requests import requests_of

PART = 0.1
"""Seconds after which what was found so far is said."""

_LOOK = 64
"""Lines between two looks at the clock."""

MOST_SPANS = 200
"""Matches of one line that are told; a line of megabytes may have a million."""


def compiled(pattern: str, *, case: bool) -> re.Pattern[str]:
    """The expression as both sides of the pipe understand it. Raises `re.error`."""
    return re.compile(pattern, 0 if case else re.IGNORECASE)


def lines_of(data: bytes) -> Sequence[str]:
    """The lines of a text as they are shown."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return [decode(line + b"\n") for line in data.split(b"\n")]
    if "\r" not in text:
        return text.split("\n")
    return [line.removesuffix("\r") for line in text.split("\n")]


def spans_in(pattern: re.Pattern[str], line: str) -> list[int]:
    """Where a line matches, as one flat list. Empty matches are none: there is nothing to show.

    Of more than `MOST_SPANS` the first are told, with the start of the next one behind them.
    """
    found: list[int] = []
    for match in pattern.finditer(line):
        start, end = match.span()
        if end > start:
            if len(found) == 2 * MOST_SPANS:
                found.append(start)
                break
            found += (start, end)
    return found


class Matcher:
    """Works on one text at a time, in parts."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._query = -1
        self._pattern = re.compile("")
        self._plain = False

    def take(self, request: dict[str, Any], data: bytes) -> None:
        """One request, to its end."""
        if "pattern" in request:
            self._query = request["query"]
            self._plain = request["plain"]
            self._pattern = compiled(request["pattern"], case=request["case"])
        elif request["query"] == self._query:
            self._search(request["text"], data)

    def _search(self, number: int, data: bytes) -> None:
        lines = lines_of(data)
        # One look at all of it first: most files have no match, and this is twenty times as quick as line by
        # line. A text without anything special means the same across lines as within them.
        if self._plain and self._pattern.search("\n".join(lines)) is None:
            self._say(number, [], done=True)
            return
        hits: list[list[int]] = []
        last = monotonic()
        for index, spans in self._found(lines):
            if spans:
                hits.append([index, *spans])
            if monotonic() - last > PART:
                self._say(number, hits, done=False)
                hits, last = [], monotonic()
        self._say(number, hits, done=True)

    def _found(self, lines: Sequence[str]) -> Iterator[tuple[int, list[int]]]:
        """Every line that matches, and every so many lines one that does not."""
        pattern = self._pattern
        for index, line in enumerate(lines):
            if pattern.search(line) is not None:
                yield index, spans_in(pattern, line)
            elif index % _LOOK == 0:
                yield index, []

    def _say(self, number: int, hits: list[list[int]], *, done: bool) -> None:
        json.dump(
            {"query": self._query, "text": number, "hits": hits, "done": done},
            self._out,
            separators=(",", ":"),
        )
        self._out.write("\n")
        self._out.flush()


def main() -> None:
    """Serve until standard input ends."""
    requests = requests_of(sys.stdin.buffer)
    matcher = Matcher(sys.stdout)
    sys.stdout.write('{"query":-1}\n')
    sys.stdout.flush()
    while (found := requests.get()) is not None:
        matcher.take(*found)


if __name__ == "__main__":
    main()
