"""How an answer of marked blocks is read, whatever they are about. Pure; what they mean is said elsewhere.

Whole marker lines open a block, divide it into parts and close it; one end mark closes the answer. Both
contracts (`contract.py` for a round, `findings.py` for a reader) are this form with words of their own.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from workbench.review.steps import rest

_WIDTH = 7
_BLANK = " \t\r"
"""What may stand behind a mark. Not what else Python strips (form feeds, odd blanks): those are text."""


class Marks(Struct, frozen=True):
    """The marker lines of one exchange: as wide as needed, so that no file shown contains one.

    `token` closes the end mark. A new file about this very form may hold every other mark, and be cut just
    behind them: without it such an answer would read as whole.
    """

    width: int = _WIDTH
    token: str = ""

    def opens(self, words: str) -> str:
        return f"{'<' * self.width} {words}"

    def part(self, words: str) -> str:
        return f"{'=' * self.width} {words}"

    @property
    def closes(self) -> str:
        return f"{'>' * self.width} END"

    @property
    def complete(self) -> str:
        return self.ends("ANSWER COMPLETE")

    def ends(self, words: str) -> str:
        return f"{'>' * self.width} {words} {self.token}".rstrip()


class Form(Struct, frozen=True):
    """The words of one contract: what opens a block, what divides it, the end mark, what a block is."""

    words: tuple[str, ...]
    parts: tuple[str, ...]
    complete: str
    noun: str

    def markers(self) -> re.Pattern[bytes]:
        """What could be taken for a mark of this form, at any width.

        Anywhere, with anything behind it: a model that copies a line may leave out what is not seen of it (a
        form feed), and what is a line to one reader is none to another.
        """
        words, parts = "|".join(self.words), "|".join(self.parts)
        least = f"{{{_WIDTH},}}[ \\t]+"
        return re.compile(
            rf"<{least}(?:{words})\b|={least}(?:{parts})\b|>{least}(?:END|{self.complete})\b".encode()
        )

    def end_mark(self, marks: Marks) -> str:
        return marks.ends(self.complete)

    def marks_for(self, contents: Iterable[bytes]) -> Marks:
        """Marks that occur in none of the files: a file about this very form must be editable too."""
        widest, markers, given = 0, self.markers(), tuple(contents)
        for data in given:
            rest()
            for found in markers.finditer(data):
                line = found.group()
                widest = max(widest, len(line) - len(line.lstrip(line[:1])))
        return Marks(max(_WIDTH, widest + 1), token_for(given))


def token_for(contents: Sequence[bytes]) -> str:
    """Eight signs that stand in none of the contents.

    The same contents give the same ones: the prompt that is shown before sending is the one that is sent, and
    the parts of the program that write a prompt and read its answer need not hand anything on.
    """
    digest = hashlib.blake2b()
    for data in contents:
        digest.update(b"%d:" % len(data))
        digest.update(data)
    seed = digest.digest()
    tries = (hashlib.blake2b(seed, digest_size=4, salt=b"%d" % number) for number in itertools.count())
    return first_absent((each.hexdigest() for each in tries), contents)


def first_absent(tokens: Iterable[str], contents: Sequence[bytes]) -> str:
    return next(token for token in tokens if not any(token.encode() in data for data in contents))


class Raw(Struct, frozen=True):
    """A block before it is understood: its opening words, header lines, and parts by name."""

    word: str
    rest: str
    line: int
    headers: tuple[str, ...]
    parts: tuple[tuple[str, tuple[str, ...]], ...]
    closed: bool

    @property
    def names(self) -> tuple[str, ...]:
        """Its parts in their order, one that is there twice named twice."""
        return tuple(name for name, _ in self.parts)


class Cut(Struct, frozen=True):
    """An answer cut into its blocks. `problems` are about the form alone; `remarks` mean nothing."""

    blocks: tuple[Raw, ...]
    complete: bool
    problems: tuple[str, ...]
    remarks: str


def read_blocks(text: str, form: Form, marks: Marks) -> Cut:
    """Cut an answer into its blocks. Never raises: whatever does not fit becomes a problem in words."""
    reader = _Reader(without_thinking(text).split("\n"), form, marks)
    blocks = tuple(reader.blocks())
    problems = (*reader.problems, *(() if reader.complete else reader.strange))
    return Cut(blocks, reader.complete, problems, "\n".join(reader.remarks).strip())


def without_thinking(text: str) -> str:
    """Local models send their thinking in the answer. A draft in it must not be taken for the answer."""
    if not text.lstrip().startswith("<think>"):
        return text
    _, closed, rest = text.partition("</think>")
    return rest if closed else ""


class _Reader:
    """Goes over the lines once and cuts them into blocks."""

    def __init__(self, lines: Sequence[str], form: Form, marks: Marks) -> None:
        self._lines, self._form = lines, form
        self._end, self._complete = marks.closes, form.end_mark(marks)
        opening, part = re.escape(marks.opens("")), re.escape(marks.part(""))
        self._opening = re.compile(rf"{opening}({'|'.join(form.words)})[ \t]+(\S.*)$")
        self._part = re.compile(rf"{part}({'|'.join(form.parts)})[ \t\r]*$")
        self._like_end = re.compile(rf">{{{_WIDTH},}}[ \t]+{form.complete}\b")
        self.complete = False
        self.problems: list[str] = []
        self.strange: list[str] = []
        """What was meant as the end mark, perhaps: told where the true one is missing."""
        self.remarks: list[str] = []

    def blocks(self) -> Iterator[Raw]:
        position, noun = 0, self._form.noun
        while position < len(self._lines):
            line = self._lines[position]
            opening = self._opening.match(line)
            if opening:
                if self.complete:
                    self.problems.append(f"Line {position + 1}: a {noun} stands after the end mark.")
                raw, position = self._block(opening.group(1), opening.group(2).rstrip(_BLANK), position)
                yield raw
                continue
            bare = line.rstrip(_BLANK)
            if bare == self._complete:
                self.complete = True
            elif self._part.match(line) or bare == self._end:
                self.problems.append(f"Line {position + 1}: “{bare}” stands outside a {noun}.")
            elif self._like_end.match(line):
                said = f"Line {position + 1}: “{bare}” is not the end mark of this request"
                self.strange.append(f"{said}, which is “{self._complete}”.")
            else:
                self.remarks.append(line)
            position += 1

    def _block(self, word: str, rest: str, start: int) -> tuple[Raw, int]:
        """The block that opens at `start` (an index), and where reading goes on."""
        headers: list[str] = []
        parts: list[tuple[str, list[str]]] = []
        held = headers
        position, closed = start + 1, False
        while position < len(self._lines):
            line = self._lines[position]
            bare = line.rstrip(_BLANK)
            if self._opening.match(line) or bare == self._complete:
                break
            position += 1
            if bare == self._end:
                closed = True
                break
            part = self._part.match(line)
            if part:
                held = []
                parts.append((part.group(1), held))
            else:
                held.append(line)
        found = tuple((name, tuple(lines)) for name, lines in parts)
        return Raw(word, rest, start + 1, tuple(headers), found, closed), position
