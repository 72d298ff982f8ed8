"""The lexing helper: Pygments in a process of its own, JSON lines on standard input and output.

Run as `python -m workbench.ui.lexer`. It imports no Qt, opens no file and starts nothing. Requests:

    {"want": KEY, "path": NAME, "size": SIZE, "first": N, "last": N}   SIZE bytes of a file follow; lines N
                                                                       to N (from 0) are looked at now
    {"look": KEY, "first": N, "last": N}                               other lines of it are looked at
    {"drop": KEY}                                                      no longer needed

Answers:

    {"key": KEY, "from": N, "count": N, "final": BOOL}  TAB  [[start, end, class, start, end, class, …], …]
    {"done": KEY}                                                      every line was sent with "final": true
    {"on": KEY}                                                        this text is worked on from here
    {"plain": KEY}                                                     no language is known for it: no colours

What stands after the tab is a list for each line; who asked may leave it unread until a line of it is drawn.
Positions are in characters of the line; classes are numbered as in `theme.SYNTAX`. What is looked at is
answered at once from the lines around it ("final": false), while a longer text is lexed as a whole behind
it.
"""

from __future__ import annotations

import json
import queue
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any, Protocol, TextIO

from pygments.lexers import get_lexer_for_filename
from pygments.token import Comment, Generic, Keyword, Literal, Name, Operator, String, Token
from pygments.util import ClassNotFound

from workbench.review.lines import split_lines
from workbench.review.text import decode
from workbench.ui.requests import requests_of

KEYWORD, FUNCTION, STRING, COMMENT, NUMBER, BUILTIN = range(6)

CHUNK = 300
"""Lines in one answer, and fewer of lines that hold much."""
_FULL = 15_000
"""Numbers in one answer after which it is sent: what a frame reads of it must not be felt."""

LONGEST_LINE = 20_000
"""Characters of one line that are coloured; a longer line is data, and its spans would fill the pipe."""

MEMORY = 1 << 30
"""Bytes that this process may take; a text of 10 MB with all its colours takes a third of it."""

_AROUND = 200

_KNOWN: dict[Any, int | None] = {
    Token: None,
    Keyword: KEYWORD,
    Keyword.Type: BUILTIN,
    Operator.Word: KEYWORD,
    Name: None,
    Name.Function: FUNCTION,
    Name.Decorator: FUNCTION,
    Name.Attribute: FUNCTION,
    Name.Builtin: BUILTIN,
    Name.Exception: BUILTIN,
    Name.Tag: KEYWORD,
    String: STRING,
    String.Interpol: None,
    Comment: COMMENT,
    Comment.Preproc: KEYWORD,
    Comment.PreprocFile: STRING,
    Literal.Number: NUMBER,
    Literal.Date: NUMBER,
    Generic.Heading: KEYWORD,
    Generic.Subheading: KEYWORD,
}


class Lexer(Protocol):
    """What we use of a Pygments lexer."""

    def get_tokens_unprocessed(self, text: str) -> Iterator[tuple[int, Any, str]]: ...


def class_of(kind: Any) -> int | None:
    """The class of a Pygments token type: that of its nearest known ancestor."""
    found = kind
    while found is not None and found not in _KNOWN:
        found = found.parent
    shade = _KNOWN.get(found)
    _KNOWN[kind] = shade
    return shade


def lexer_for(path: str, start: str) -> Lexer | None:
    """The lexer that Pygments has for a file of this name (`start` of its text decides between several)."""
    try:
        # Unprocessed tokens keep offsets: Pygments' own preparation turns a lone carriage return into a
        # line end.
        found: Lexer = get_lexer_for_filename(path, start, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
    return found


def coloured_lines(lexer: Lexer, text: str) -> Iterator[list[int]]:
    """For each line of `text` its spans as one flat list: start, end, class, …"""
    spans: list[int] = []
    line_start = 0
    at = 0
    for index, kind, value in lexer.get_tokens_unprocessed(text):
        if index < at:
            continue  # a lexer that goes back would tear the lines apart
        at = index + len(value)
        shade = _KNOWN[kind] if kind in _KNOWN else class_of(kind)
        if "\n" not in value:
            if shade is not None:
                _add(spans, index - line_start, at - line_start, shade)
            continue
        first = index
        while True:
            end = text.find("\n", first, at)
            if end < 0:
                break
            if shade is not None:
                _add(spans, first - line_start, end - line_start, shade)
            yield spans
            spans = []
            first = line_start = end + 1
        if shade is not None and first < at:
            _add(spans, first - line_start, at - line_start, shade)
    yield spans


def _cut(lines: Sequence[str]) -> Iterator[str]:
    """Lines as far as they are coloured: lexing a minified file for seconds would keep all others plain."""
    return (line if len(line) <= LONGEST_LINE else line[:LONGEST_LINE] for line in lines)


def _add(spans: list[int], start: int, end: int, shade: int) -> None:
    if start >= end or start > LONGEST_LINE:
        return
    if spans and spans[-1] == shade and spans[-2] == start:
        spans[-2] = end
    else:
        spans += (start, end, shade)


class Job:
    """One text that is being lexed as a whole, step by step."""

    def __init__(self, key: str, path: str, text: str) -> None:
        self.key = key
        self.lines = text.split("\n")
        self.lexer = lexer_for(path, text[:4000])
        self.sent = 0
        self._steps = coloured_lines(self.lexer, "\n".join(_cut(self.lines))) if self.lexer else iter(())

    def _portion(self, steps: Iterator[list[int]], most: int) -> list[list[int]]:
        """The next lines, as far as they go into one answer."""
        found: list[list[int]] = []
        size = 0
        for spans in islice(steps, most):
            found.append(spans)
            size += len(spans)
            if size > _FULL:
                break
        return found

    def provisional(self, first: int, last: int) -> Iterator[tuple[int, list[list[int]]]]:
        """The colours of some lines, lexed as if the text began a little above them; where each part begins.

        What is looked at is given as soon as it is lexed, what lies below it after that.
        """
        start, end = max(0, first - _AROUND), min(len(self.lines), last + _AROUND + 1)
        if self.lexer is None or start >= end:
            return
        part = islice(coloured_lines(self.lexer, "\n".join(_cut(self.lines[start:end]))), end - start)
        at = start
        while found := self._portion(part, last + 1 - at if at <= last else CHUNK):
            yield at, found
            at += len(found)

    def step(self) -> list[list[int]]:
        """The next lines of the whole text."""
        found = self._portion(self._steps, min(CHUNK, len(self.lines) - self.sent))
        if not found:  # a lexer that ends before its text does
            found += [[] for _ in range(len(self.lines) - self.sent)]
        self.sent += len(found)
        return found


class Helper:
    """Answers requests; what was asked last is done first."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._jobs: list[Job] = []
        self._on = ""

    @property
    def busy(self) -> bool:
        return bool(self._jobs)

    def take(self, request: dict[str, Any], data: bytes = b"") -> None:
        """One request. Whatever is being looked at is answered before this returns."""
        if "want" in request:
            self._drop(request["want"])
            job = Job(request["want"], request["path"], text_of(data))
            if job.lexer is None:
                self._say({"plain": job.key})
                return
            self._jobs.append(job)
            self._look(job, request)
        elif "look" in request:
            for job in self._jobs:
                if job.key == request["look"]:
                    self._jobs.remove(job)
                    self._jobs.append(job)
                    self._look(job, request)
                    break
        elif "drop" in request:
            self._drop(request["drop"])

    def work(self) -> None:
        """One step of the newest job."""
        job = self._jobs[-1]
        self._begin(job)
        start = job.sent
        lines = job.step()
        if lines:
            self._say_lines(job.key, start, lines, final=True)
        if job.sent >= len(job.lines):
            self._say({"done": job.key})
            self._jobs.remove(job)

    def _look(self, job: Job, request: dict[str, Any]) -> None:
        first, last = int(request["first"]), int(request["last"])
        if last < CHUNK:
            return  # the first step of the whole text is as quick, and final
        self._begin(job)
        for at, lines in job.provisional(first, last):
            self._say_lines(job.key, at, lines, final=False)

    def _begin(self, job: Job) -> None:
        """Say what is worked on before a lexer is let loose on it: should it not come back, that is known."""
        if job.key != self._on:
            self._on = job.key
            self._say({"on": job.key})

    def _drop(self, key: str) -> None:
        self._jobs = [job for job in self._jobs if job.key != key]

    def _say_lines(self, key: str, start: int, lines: list[list[int]], *, final: bool) -> None:
        head = {"key": key, "from": start, "count": len(lines), "final": final}
        text = "\t".join(json.dumps(each, separators=(",", ":")) for each in (head, lines))
        self._out.write(text + "\n")
        self._out.flush()

    def _say(self, answer: dict[str, Any]) -> None:
        json.dump(answer, self._out, separators=(",", ":"))
        self._out.write("\n")
        self._out.flush()


def text_of(data: bytes) -> str:
    """A file as the lexer wants it, character for character as `decode` shows its lines."""
    try:
        whole = data.decode()
    except UnicodeDecodeError:
        return "\n".join(map(decode, split_lines(data)))
    return whole.replace("\r\n", "\n").removesuffix("\n")


def _limit_memory() -> None:
    """A text that makes a lexer swell ends this process, not the machine's; it is then started anew."""
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    limit = MEMORY if most == resource.RLIM_INFINITY else min(MEMORY, most)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (limit, most))


def main() -> None:
    """Serve until standard input ends."""
    _limit_memory()
    requests = requests_of(sys.stdin.buffer)
    helper = Helper(sys.stdout)
    while True:
        try:
            found = requests.get(block=not helper.busy)
        except queue.Empty:
            helper.work()
            continue
        if found is None:
            return
        helper.take(*found)


if __name__ == "__main__":
    main()
