"""The client of the searching helper: gives it the texts of a review, takes what matches, ends it when stuck.

Never waits for it. It starts `python -m workbench.ui.matcher` when first asked. Texts go out file by file,
beginning at the one under the cursor; what of them is not read yet is asked for by `texts_wanted`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from workbench.review.changes import FileChange
from workbench.ui.diff.contents import Contents
from workbench.ui.diff.finding import Found, Query, Sides, Text, texts_of
from workbench.ui.single_shot import single_shot

if TYPE_CHECKING:
    from PySide6.QtCore import QProcess

PATIENCE = 3000
"""Milliseconds without an answer after which the expression is taken to be stuck in a text."""

STARTING = 20_000
"""Milliseconds that the helper is given until it says its first word."""

MOST_STUCK = 3
"""Texts in which an expression may be stuck before the search is given up."""

SOON = 30
"""Milliseconds after which a search begins: by then the next character may be typed."""

SAY = 60
"""Milliseconds between two words about what was found."""

_SLICE = 0.006
_FLIGHT = 4_000_000
"""Bytes that the helper has before it and has not answered."""
_PART = 4000
"""Lines that go to it at once."""
_AHEAD = 48
"""Files whose texts are asked for at once."""

Lines = Sequence[bytes]


class Seeker(QObject):
    """One search at a time."""

    found_more = Signal()
    texts_wanted = Signal(object)
    """(path, side) pairs, answered by `take_texts`. Without anybody who answers, `reads` is False."""

    def __init__(self, contents: Contents, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.reads = False
        self.found: Found | None = None
        self.slow: list[str] = []
        self.ended = False
        self.failures = 0
        self.patience = PATIENCE
        self.program = sys.executable
        self._ready = False
        self._contents = contents
        self._process: QProcess | None = None
        self._buffer = b""
        self._query = 0
        self._number = 0
        self._flight: dict[int, Text] = {}
        self._flying = 0
        self._files: Sequence[FileChange] = ()
        self._order: list[int] = []
        self._next = 0
        self._said: Callable[[int], Text | None] = _nothing
        self._parts: Iterator[Text] = iter(())
        self._given: dict[str, Lines | None] = {}
        self._asked: set[str] = set()
        self._turn = single_shot(self, 0, self._pump)
        self._soon = single_shot(self, SOON, self._start)
        self._say = single_shot(self, SAY, self.found_more.emit)
        self._watch = single_shot(self, PATIENCE, self._stuck)

    @property
    def is_done(self) -> bool:
        """Whether everything was searched, or the search given up."""
        return self.found is None or (not self._soon.isActive() and not self._flight and self._at_end)

    @property
    def _at_end(self) -> bool:
        found = self.found
        return self.ended or self._next >= len(self._order) + 1 or (found is not None and found.is_full)

    def begin(
        self, query: Query, files: Sequence[FileChange], first: int, said: Callable[[int], Text | None]
    ) -> None:
        """Search these files from the `first` one on, round the end. `said` gives what is written in one, by
        its number, besides its code; -1 is the review as a whole. Raises UserError on a bad expression.
        """
        pattern = query.pattern
        self.end()
        self.found = Found(query)
        self._pattern = pattern
        self._files, self._said = files, said
        count = len(files)
        self._order = [-1, *(at % count for at in range(first, first + count))] if count else [-1]
        self._soon.start()

    def end(self) -> None:
        """Look for nothing any more."""
        if self._flight:
            self._drop()
        for timer in (self._soon, self._turn, self._say, self._watch):
            timer.stop()
        self.found, self.slow, self.ended, self.failures = None, [], False, 0
        self._order, self._next, self._files = [], 0, ()
        self._parts = iter(())
        self._given, self._asked = {}, set()
        self._query += 1

    def stop(self) -> None:
        """End the search and the helper; called when the window closes."""
        self.end()
        process = self._drop()
        if process is not None:
            process.waitForFinished(1000)

    def take_texts(self, texts: dict[str, Lines]) -> None:
        """Lines that were asked for, by path. A file that could not be read is missing."""
        for path in self._asked:
            self._given[path] = texts.get(path)
        self._asked = set()
        self._pump()

    # giving

    def _start(self) -> None:
        self._query += 1
        self._begin_helper()
        self._tell_query()
        self._pump()

    def _tell_query(self) -> None:
        found = self.found
        if found is not None and self._process is not None:
            query = found.query
            self._write(
                {
                    "query": self._query,
                    "pattern": self._pattern,
                    "case": query.case,
                    "plain": not query.regex and not query.word,
                }
            )

    def _pump(self) -> None:
        """Give the helper something to do, for a moment."""
        # Before `_start` the helper does not know what is looked for now, and would answer nothing.
        if self.found is None or self.ended or self._process is None or self._soon.isActive():
            return
        started = perf_counter()
        while self._flying < _FLIGHT:
            part = next(self._parts, None)
            if part is not None:
                self._send(part)
            elif not self._open_next():
                break
            if perf_counter() - started > _SLICE:
                self._turn.start()
                break
        if self.is_done:
            self._tell()

    def _open_next(self) -> bool:
        """Begin with the next file; False where there is none, or its lines are not there yet."""
        found = self.found
        if found is None or self._at_end:
            return False
        if self._next == len(self._order):
            self._next += 1
            return False
        order = self._order[self._next]
        texts: list[Text] = []
        said = self._said(order)
        if order >= 0:
            file = self._files[order]
            if not self._is_there(file, found.query.sides):
                self._ask()
                return False
            texts = self._texts(order, file, found.query.sides)
        if said is not None:
            texts.append(said)
        self._next += 1
        self._parts = _parts(texts)
        return True

    def _is_there(self, file: FileChange, sides: Sides) -> bool:
        if not self.reads or file.binary or file.base_path is None or file.new_id is None:
            return True
        if not file.runs and not file.is_unchanged:
            return True
        return file.path in self._given or self._known(file, sides) is not None

    def _known(self, file: FileChange, sides: Sides) -> Lines | None:
        return self._contents.old(file) if sides is Sides.OLD else self._contents.new(file)

    def _texts(self, order: int, file: FileChange, sides: Sides) -> list[Text]:
        if file.binary:
            return []
        given = self._given.pop(file.path, None)
        lines = given if given is not None else self._known(file, sides)
        old, new = (lines, None) if sides is Sides.OLD else (None, lines)
        if file.new_id is None:
            old, new = self._contents.old(file), None
        return texts_of(order, file, sides, old, new)

    def _ask(self) -> None:
        """Ask for the lines of the next files that are not there, if that was not done."""
        found = self.found
        if self._asked or found is None:
            return
        wanted = [self._files[order] for order in self._order[self._next : self._next + _AHEAD] if order >= 0]
        paths = [file.path for file in wanted if not self._is_there(file, found.query.sides)]
        self._asked = set(paths)
        self.texts_wanted.emit((found.query.sides, tuple(paths)))

    def _send(self, text: Text) -> None:
        data = b"".join(text.lines)
        self._number += 1
        self._flight[self._number] = text
        self._flying += len(data)
        self._write({"text": self._number, "query": self._query, "size": len(data)}, data)
        if not self._watch.isActive():
            self._wait()

    def _wait(self) -> None:
        self._watch.start(self.patience if self._ready else STARTING)

    def _write(self, request: dict[str, object], data: bytes = b"") -> None:
        if self._process is not None:
            self._process.write(json.dumps(request).encode() + b"\n" + data)

    # taking

    def _read(self) -> None:
        if self._process is None:
            return
        self._ready = True
        parts = (self._buffer + bytes(self._process.readAllStandardOutput().data())).split(b"\n")
        self._buffer = parts.pop()
        for part in parts:
            answer = json.loads(part)
            if answer["query"] == self._query:
                self._take(answer["text"], answer["hits"], done=answer["done"])
        if self._flight:
            self._wait()
        else:
            self._watch.stop()
        self._pump()

    def _take(self, number: int, hits: list[list[int]], *, done: bool) -> None:
        text, found = self._flight.get(number), self.found
        if text is None or found is None:
            return
        for index, *flat in hits:
            if flat:
                # A lone number at the end: the line has more of them.
                spans = tuple(zip(flat[::2], flat[1::2], strict=False))
                found.add(text, index, spans, more=len(flat) % 2 == 1)
        if done:
            del self._flight[number]
            self._flying -= sum(map(len, text.lines))
        if hits or self.is_done:
            self._tell()

    def _tell(self) -> None:
        """Say it at once when it is over, else after a moment."""
        if self.is_done:
            self._say.stop()
            self.found_more.emit()
        elif not self._say.isActive() and self.found is not None:
            # What is said is put in order first, and that takes longer the more there is.
            self._say.start(SAY + self.found.lines // 50)

    # the helper

    def _begin_helper(self) -> None:
        if self._process is not None:
            return
        # After the first frame, which has none.
        from workbench.ui.helper_process import begin, helper_process  # noqa: PLC0415 - said above

        process = helper_process(self)
        process.readyReadStandardOutput.connect(self._read)
        process.finished.connect(self._lost)
        process.errorOccurred.connect(self._lost)
        self._process, self._buffer, self._ready = process, b"", False
        begin(process, "workbench.ui.matcher", self.program)

    def _drop(self) -> QProcess | None:
        """Let go of the helper, without waiting: it may be stuck."""
        process, self._process = self._process, None
        self._flight.clear()
        self._flying = 0
        if process is not None:
            process.readyReadStandardOutput.disconnect(self._read)
            process.finished.disconnect(self._lost)
            process.errorOccurred.disconnect(self._lost)
            process.finished.connect(process.deleteLater)
            process.kill()
        return process

    def _stuck(self) -> None:
        """No answer: the text that it works on is left, the others are given to another helper."""
        if self._flight:
            path = next(iter(self._flight.values())).path
            if path not in self.slow:
                self.slow.append(path)
            self.ended = len(self.slow) >= MOST_STUCK
            self._go_on(1)

    def _lost(self) -> None:
        """The helper ended by itself, or could not be started: that is no fault of the expression."""
        self.failures += 1
        self.ended = self.failures >= MOST_STUCK
        self._go_on(0)

    def _go_on(self, first: int) -> None:
        """Another helper, and what the last one had not answered; given up where that happened too often."""
        waiting = list(self._flight.values())[first:]
        self._drop()
        if self.found is None:
            return
        if not self.ended:
            self._begin_helper()
            self._tell_query()
            for text in waiting:
                self._send(text)
        self._watch.stop()
        if self._flight:
            self._wait()
        self._pump()
        self._tell()


def _parts(texts: Sequence[Text]) -> Iterator[Text]:
    """Texts in pieces that are quick to hand over."""
    for text in texts:
        count = len(text.lines)
        if count <= _PART:
            yield text
            continue
        for at in range(0, count, _PART):
            yield text.part(at, at + _PART)


def _nothing(_: int) -> Text | None:
    return None
