"""What a model must answer, and how its text is read. Pure; whether it fits the files is said elsewhere.

The form, told to the model by `resources/prompts/contract.md`: blocks of whole marker lines for edits, new
files, deletions, renames and answers to notes, closed by one end mark. Text outside the blocks is kept as
remarks and means nothing. Without the end mark an answer is never complete, whatever the connection said:
a cut stream looks finished to some libraries (LiteLLM reports `stop`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from workbench.review.notes import AnswerKind

VERSION = 1
"""Of the form. Also in the first line of `resources/prompts/contract.md`, and in every exchange."""

_WIDTH = 7
_MARKERS = re.compile(
    rb"^(<{7,} (?:EDIT|NEW|DELETE|MOVE|NOTE) .*|={7,} (?:SEARCH|REPLACE|CONTENT)[ \t\r]*"
    rb"|>{7,} (?:END|ANSWER COMPLETE)[ \t\r]*)$",
    re.MULTILINE,
)


class Marks(Struct, frozen=True):
    """The marker lines of one exchange: as wide as needed, so that no file shown contains one."""

    width: int = _WIDTH

    def opens(self, words: str) -> str:
        return f"{'<' * self.width} {words}"

    def part(self, words: str) -> str:
        return f"{'=' * self.width} {words}"

    @property
    def closes(self) -> str:
        return f"{'>' * self.width} END"

    @property
    def complete(self) -> str:
        return f"{'>' * self.width} ANSWER COMPLETE"


def marks_for(contents: Iterable[bytes]) -> Marks:
    """Marks that occur in none of the files: a file about this very form must be editable too."""
    widest = 0
    for data in contents:
        for found in _MARKERS.finditer(data):
            line = found.group()
            widest = max(widest, len(line) - len(line.lstrip(line[:1])))
    return Marks(max(_WIDTH, widest + 1)) if widest else Marks()


class Edit(Struct, frozen=True):
    """Replace the lines `search`, which stand exactly once in the file, by `replace`. Lines without ends."""

    path: str
    why: str
    search: tuple[str, ...]
    replace: tuple[str, ...]


class NewFile(Struct, frozen=True):
    """A whole new file."""

    path: str
    why: str
    lines: tuple[str, ...]


class Deletion(Struct, frozen=True):
    """A file taken out."""

    path: str
    why: str


class Move(Struct, frozen=True):
    """A file that gets another path. Edits of the same answer name it by its old one."""

    path: str
    to: str
    why: str


class NoteAnswer(Struct, frozen=True):
    """What the model says of one note. It settles nothing: only the expert does."""

    note: str
    kind: AnswerKind
    text: str


Block = Edit | NewFile | Deletion | Move | NoteAnswer


class Parsed(Struct, frozen=True):
    """An answer as it was read. `problems` are sentences about its form, for the model and for the expert."""

    blocks: tuple[Block, ...] = ()
    complete: bool = False
    problems: tuple[str, ...] = ()
    remarks: str = ""


class _Raw(Struct, frozen=True):
    """A block before it is understood: its opening words, header lines, and parts by name."""

    word: str
    rest: str
    line: int
    headers: tuple[str, ...]
    parts: tuple[tuple[str, tuple[str, ...]], ...]
    closed: bool


def parse(text: str, marks: Marks | None = None) -> Parsed:
    """Read an answer. Never raises: whatever does not fit becomes a problem in words."""
    reader = _Reader(_without_thinking(text).split("\n"), marks or Marks())
    blocks: list[Block] = []
    for raw in reader.blocks():
        understood = _understand(raw)
        if isinstance(understood, str):
            reader.problems.append(understood)
        else:
            blocks.append(understood)
    return Parsed(tuple(blocks), reader.complete, tuple(reader.problems), "\n".join(reader.remarks).strip())


def _without_thinking(text: str) -> str:
    """Local models send their thinking in the answer. A draft in it must not be taken for the answer."""
    if not text.lstrip().startswith("<think>"):
        return text
    _, closed, rest = text.partition("</think>")
    return rest if closed else ""


class _Reader:
    """Goes over the lines once and cuts them into blocks."""

    def __init__(self, lines: Sequence[str], marks: Marks) -> None:
        self._lines = lines
        self._marks = marks
        opening = re.escape(marks.opens(""))
        part = re.escape(marks.part(""))
        self._opening = re.compile(rf"{opening}(EDIT|NEW|DELETE|MOVE|NOTE)[ \t]+(\S.*?)[ \t\r]*$")
        self._part = re.compile(rf"{part}(SEARCH|REPLACE|CONTENT)[ \t\r]*$")
        self.complete = False
        self.problems: list[str] = []
        self.remarks: list[str] = []

    def blocks(self) -> Iterator[_Raw]:
        position = 0
        while position < len(self._lines):
            line = self._lines[position]
            opening = self._opening.match(line)
            if opening:
                if self.complete:
                    self.problems.append(f"Line {position + 1}: a block stands after the end mark.")
                raw, position = self._block(opening.group(1), opening.group(2), position)
                yield raw
                continue
            bare = line.rstrip()
            if bare == self._marks.complete:
                self.complete = True
            elif self._part.match(line) or bare == self._marks.closes:
                self.problems.append(f"Line {position + 1}: “{bare}” stands outside a block.")
            else:
                self.remarks.append(line)
            position += 1

    def _block(self, word: str, rest: str, start: int) -> tuple[_Raw, int]:
        """The block that opens at `start` (an index), and where reading goes on."""
        headers: list[str] = []
        parts: list[tuple[str, tuple[str, ...]]] = []
        name, held = "", headers
        position = start + 1
        closed = False
        while position < len(self._lines):
            line = self._lines[position]
            bare = line.rstrip()
            part = self._part.match(line)
            if self._opening.match(line) or bare == self._marks.complete:
                break
            position += 1
            if bare == self._marks.closes:
                closed = True
                break
            if part:
                if name:
                    parts.append((name, tuple(held)))
                name, held = part.group(1), []
            else:
                held.append(line)
        if name:
            parts.append((name, tuple(held)))
        return _Raw(word, rest, start + 1, tuple(headers), tuple(parts), closed), position


def _understand(raw: _Raw) -> Block | str:
    """The block as a value, or one sentence about what is wrong with it."""
    where = f"Line {raw.line}, block {raw.word} {raw.rest}"
    if not raw.closed:
        return f"{where}: it is not closed by its END line."
    if raw.word == "NOTE":
        return _note(raw, where)
    path = read_path(raw.rest)
    if path is None:
        return f"{where}: the path is not readable."
    why = _header(raw, "why") or ""
    names = [name for name, _ in raw.parts]
    wanted = {"EDIT": ["SEARCH", "REPLACE"], "NEW": ["CONTENT"], "DELETE": [], "MOVE": []}[raw.word]
    if names != wanted:
        parts = " then ".join(wanted) or "no part"
        return f"{where}: it must have {parts}, and has {', '.join(names) or 'none'}."
    if not why:
        return f"{where}: the line “why: …” with its reason is missing."
    if raw.word == "EDIT":
        return Edit(path, why, raw.parts[0][1], raw.parts[1][1])
    if raw.word == "NEW":
        return NewFile(path, why, raw.parts[0][1])
    if raw.word == "DELETE":
        return Deletion(path, why)
    to = read_path(_header(raw, "to") or "")
    return Move(path, to, why) if to else f"{where}: the line “to: …” with the new path is missing."


def _note(raw: _Raw, where: str) -> Block | str:
    note, _, word = raw.rest.partition(" ")
    kinds = [kind.value for kind in AnswerKind]
    if raw.parts or word.strip().lower() not in kinds:
        return f"{where}: it must open with the note's id and one of {', '.join(kinds)}, and hold only words."
    kind = AnswerKind(word.strip().lower())
    text = "\n".join(raw.headers).strip()
    if not text and kind is not AnswerKind.DONE:
        return f"{where}: “{kind.value}” needs words: the reason, or the answer."
    return NoteAnswer(note, kind, text)


def _header(raw: _Raw, name: str) -> str | None:
    for line in raw.headers:
        found, colon, value = line.partition(":")
        if colon and found.strip().lower() == name:
            return value.strip()
    return None


def write_path(path: str) -> str:
    """A path as a marker line names it: bare, or as JSON where blanks or odd characters would get lost."""
    plain = path.isprintable() and path == path.strip() and not path.startswith('"')
    return path if plain else json.dumps(path)


def read_path(text: str) -> str | None:
    """The inverse of `write_path`. None where a quoted path is broken."""
    if not text.startswith('"'):
        return text or None
    try:
        path = json.loads(text)
    except ValueError:
        return None
    return path if isinstance(path, str) and path else None


def write(blocks: Sequence[Block], marks: Marks | None = None) -> str:
    """An answer in this form: what tests and the demo's scripted model speak. The inverse of `parse`."""
    marks = marks or Marks()
    lines: list[str] = []
    for block in blocks:
        lines += [*_written(block, marks), marks.closes, ""]
    return "\n".join([*lines, marks.complete, ""])


def _written(block: Block, marks: Marks) -> list[str]:
    if isinstance(block, NoteAnswer):
        return [marks.opens(f"NOTE {block.note} {block.kind.value}"), *block.text.split("\n")]
    why = f"why: {block.why}"
    path = write_path(block.path)
    if isinstance(block, Edit):
        parts = [marks.part("SEARCH"), *block.search, marks.part("REPLACE"), *block.replace]
        return [marks.opens(f"EDIT {path}"), why, *parts]
    if isinstance(block, NewFile):
        return [marks.opens(f"NEW {path}"), why, marks.part("CONTENT"), *block.lines]
    if isinstance(block, Deletion):
        return [marks.opens(f"DELETE {path}"), why]
    return [marks.opens(f"MOVE {path}"), f"to: {write_path(block.to)}", why]
