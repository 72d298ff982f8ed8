"""The client of the lexing helper: asks for colours, keeps them by blob and language, and says when they
came.

Starts `python -m workbench.ui.lexer` when first asked. Never waits for it: what is not there yet is drawn
plain.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import deque
from collections.abc import Sequence
from functools import lru_cache
from pathlib import PurePosixPath
from time import perf_counter
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field
from msgspec.json import Decoder
from PySide6.QtCore import QObject, Signal

from workbench.review.steps import Steps
from workbench.ui.single_shot import single_shot

if TYPE_CHECKING:
    from PySide6.QtCore import QProcess

KEPT_BYTES = 40_000_000
"""Of the helper's answers that are kept: a million lines of code."""

OPENED = 100
"""Answers that are kept as lists of numbers too: those of what was drawn last."""

PATIENCE = 20_000
"""Milliseconds without an answer after which the helper is taken to be stuck in a lexer."""
_STARTING = 4
"""So many times as long may it take to start, on a machine that is busy."""

_MOST_FAILURES = 4
"""Ends of the helper after which it is not started again."""

_SLICE = 0.003
"""Seconds that one turn of the event loop spends on answers, and as many on what is asked."""

LARGEST = 3_000_000
"""Bytes. A larger file is data; lexing it would take the helper minutes."""

PORTION = 2_000
"""Lines that are handed over in one step: a file is not joined and written between two keys as a whole."""

_NONE: Sequence[int] = ()


_lists = Decoder(list[list[int]]).decode


class _Part(Struct):
    """One answer: the colours of some lines, as they came until one of them is drawn."""

    first: int
    count: int
    data: bytes
    lines: list[list[int]] | None = None


class _Colours(Struct):
    """What is known of one text."""

    count: int
    asked: tuple[int, int]
    parts: list[_Part] = field(default_factory=list)
    size: int = 0
    final: int = 0
    """How many lines from the top have their final colours."""
    done: bool = False
    guesses: list[_Part] = field(default_factory=list)

    def part(self, line: int) -> _Part | None:
        """The answer that has a line in it."""
        if line < self.final:
            return self.parts[bisect_right(self.parts, line, key=_first) - 1]
        for part in reversed(self.guesses):
            if part.first <= line < part.first + part.count:
                return part
        return None


def _first(part: _Part) -> int:
    return part.first


@lru_cache(maxsize=4096)
def language_key(blob: str, path: str) -> str:
    """Under what colours are kept: one blob may be two languages under two names."""
    name = PurePosixPath(path)
    return f"{blob}:{name.suffix or name.name}"


class Highlighter(QObject):
    """Colours of code lines by key (see `language_key`) and line from 0."""

    coloured = Signal(object)
    """New colours for this key. Sent at most once for each turn of the event loop."""

    def __init__(self, parent: QObject | None = None, patience: int = PATIENCE) -> None:
        super().__init__(parent)
        self._known: dict[str, _Colours] = {}
        self._size = 0
        """Bytes of all that is known, counted as it comes and goes: there may be thousands of texts."""
        self._waiting: set[str] = set()
        """The texts of which more is to come."""
        self._opened: deque[_Part] = deque()
        self._process: QProcess | None = None
        self._buffer = b""
        self._answers: list[bytes] = []
        self._failures = 0
        self._on = ""
        """What the helper said that it works on. It need not be what was asked for last."""
        self._drain = single_shot(self, 0, self._work)
        self._asked: deque[Steps[None]] = deque()
        """What the helper is asked, one after the other, as far as it was not written yet."""
        self._more = single_shot(self, 0, self._write_on)
        self._watch = single_shot(self, patience, self._give_up)
        self._patience = patience
        self._is_heard = False
        """Whether this helper said anything yet."""

    def start(self) -> None:
        """Start the helper ahead of the first request; importing Pygments takes it some 100 ms."""
        if self._process is not None or self._failures >= _MOST_FAILURES:
            return
        # After the first frame, which has none.
        from workbench.ui.helper_process import begin, helper_process  # noqa: PLC0415 - said above

        process = helper_process(self, PYTHONIOENCODING="utf-8")
        process.readyReadStandardOutput.connect(self._read)
        process.finished.connect(self._ended)
        process.errorOccurred.connect(self._failed)
        self._process, self._is_heard = process, False
        begin(process, "workbench.ui.lexer")

    def stop(self) -> None:
        """End the helper."""
        process, self._process = self._process, None
        for timer in (self._watch, self._drain, self._more):
            timer.stop()
        self._asked.clear()
        if process is None:
            return
        process.readyReadStandardOutput.disconnect(self._read)
        process.finished.disconnect(self._ended)
        process.errorOccurred.disconnect(self._failed)
        process.closeWriteChannel()
        process.kill()
        process.waitForFinished(1000)
        process.deleteLater()

    @property
    def helper_id(self) -> int:
        """The process number of the helper; 0 while none runs."""
        return self._process.processId() if self._process is not None else 0

    def knows(self, key: str) -> bool:
        """Whether the helper was given the text already."""
        return key in self._known

    def want(self, key: str, path: str, lines: Sequence[bytes], first: int, last: int) -> None:
        """Give the helper the lines of a file; those from `first` to `last` (from 0) are looked at.

        What is too large to be coloured is final, and plain, as soon as that is seen.
        """
        self._drop(key)
        self._known[key] = _Colours(len(lines), (first, last))
        self._waiting.add(key)
        self._ask({"want": key, "path": path, "first": first, "last": last}, lines)
        self._forget()

    def look(self, key: str, first: int, last: int) -> None:
        """Other lines of a known text are looked at."""
        # What was looked at last is forgotten last.
        known = self._known[key] = self._known.pop(key)
        if known.done or last < known.final:
            return
        low, high = known.asked
        if first < low - 150 or last > high + 150:
            known.asked = (first, last)
            self._ask({"look": key, "first": first, "last": last})

    def spans(self, key: str, line: int) -> Sequence[int] | None:
        """The (start, end, class, …) of a line; None while nothing is known of it."""
        known = self._known.get(key)
        if known is None or line >= known.count:
            return None
        part = known.part(line)
        if part is None:
            return None
        return (part.lines or self._open(part))[line - part.first]

    def _open(self, part: _Part) -> list[list[int]]:
        """Read an answer; the one that was read longest ago is only kept as it came."""
        part.lines = _lists(part.data)
        self._opened.append(part)
        if len(self._opened) > OPENED:
            self._opened.popleft().lines = None
        return part.lines

    def is_final(self, key: str, line: int) -> bool:
        """Whether a line's colours are as they will stay."""
        known = self._known.get(key)
        return known is not None and (known.done or line < known.final)

    def forget_all(self) -> None:
        """Drop everything that is known."""
        self._known.clear()
        self._waiting.clear()
        self._size = 0
        self._opened.clear()

    def _ask(self, request: dict[str, Any], lines: Sequence[bytes] = ()) -> None:
        self._asked.append(self._written(request, lines))
        if len(self._asked) == 1:
            self._write_on()

    def _write_on(self) -> None:
        """Write what is asked, in the order in which it was."""
        started = perf_counter()
        while self._asked:
            steps = self._asked[0]
            for _ in steps:
                if perf_counter() - started > _SLICE:
                    self._more.start()
                    return
            if self._asked and self._asked[0] is steps:  # not where the helper ended at it
                self._asked.popleft()

    def _written(self, request: dict[str, Any], lines: Sequence[bytes]) -> Steps[None]:
        key, parts, size = str(request.get("want", "")), list[bytes](), 0
        for at in range(0, len(lines), PORTION):
            part = b"".join(lines[at : at + PORTION])
            size += len(part)
            if size > LARGEST:
                self._plain(key)
                self.coloured.emit(key)
                return
            parts.append(part)
            yield
        self.start()
        if self._process is None:
            self._plain(key)
            return
        request = {**request, "size": size} if key else request
        self._process.write(json.dumps(request, ensure_ascii=True).encode() + b"\n")
        for part in parts:
            self._process.write(part)
            self._wait()
            yield
        self._wait()

    def _wait(self) -> None:
        """Be patient from now on. One that has said nothing yet is not stuck in a lexer but starting."""
        self._watch.start(self._patience if self._is_heard else _STARTING * self._patience)

    def _read(self) -> None:
        if self._process is None:
            return
        self._is_heard = True
        parts = (self._buffer + bytes(self._process.readAllStandardOutput().data())).split(b"\n")
        self._buffer = parts.pop()
        self._answers += parts
        self._work()

    def _work(self) -> None:
        started = perf_counter()
        changed: set[str] = set()
        done = 0
        for answer in self._answers:
            done += 1
            changed.add(self._take(answer))
            if perf_counter() - started > _SLICE:
                break
        del self._answers[:done]
        if self._answers:
            self._drain.start()
        if self._waiting:
            self._wait()
        else:
            self._watch.stop()
        changed.discard("")
        for key in changed:
            self.coloured.emit(key)

    def _take(self, line: bytes) -> str:
        head, _, lines = line.partition(b"\t")
        answer: dict[str, Any] = json.loads(head)
        if "plain" in answer:
            self._plain(answer["plain"])
            return str(answer["plain"])
        if "on" in answer:
            self._on = answer["on"]
            return ""
        key = str(answer.get("done") or answer["key"])
        known = self._known.get(key)
        if known is None:
            return key
        if "done" in answer:
            known.done = True
            known.guesses = []
            self._waiting.discard(key)
            return key
        part = _Part(answer["from"], answer["count"], lines)
        known.size += len(lines)
        self._size += len(lines)
        if answer["final"]:
            known.parts.append(part)
            known.final = part.first + part.count
        else:
            known.guesses.append(part)
        return key

    def _plain(self, key: str) -> None:
        known = self._known.get(key)
        if known is not None:
            self._waiting.discard(key)
            self._size -= known.size
            known.done = True
            known.parts, known.guesses = [], []
            known.count = known.size = 0

    def _forget(self) -> None:
        while self._size > KEPT_BYTES and len(self._known) > 2:
            key = next(iter(self._known))
            self._drop(key)
            self._ask({"drop": key})

    def _drop(self, key: str) -> None:
        known = self._known.pop(key, None)
        if known is not None:
            self._size -= known.size
            self._waiting.discard(key)

    def _give_up(self) -> None:
        """A lexer that does not come to an end: its text stays plain, the others are asked for again."""
        self._ended()

    def _failed(self, error: QProcess.ProcessError) -> None:
        if error is type(error).FailedToStart:
            self._failures = _MOST_FAILURES
            self._ended()

    def _ended(self) -> None:
        self._failures += 1
        self.stop()
        self._buffer = b""
        for answer in self._answers:
            if answer.startswith(b'{"on"'):
                self._on = json.loads(answer)["on"]
        self._answers.clear()
        waiting = [key for key in self._known if key in self._waiting]
        lost = waiting if self._failures >= _MOST_FAILURES else [self._on] if self._on in waiting else []
        for key in waiting:
            if key in lost:
                self._plain(key)
            else:
                self._drop(key)
        for key in waiting:
            self.coloured.emit(key)
