"""What a model must answer, and how its text is read. Pure; whether it fits the files is said elsewhere.

The form, told to the model by `resources/prompts/contract.md`: blocks of whole marker lines for edits, new
files, deletions, renames and answers to notes, closed by one end mark. Text outside the blocks is kept as
remarks and means nothing. Without the end mark an answer is never complete, whatever the connection said:
a cut stream looks finished to some libraries (LiteLLM reports `stop`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from msgspec import Struct

from workbench.generation.blocks import Form, Marks, Raw, read_blocks
from workbench.review.notes import AnswerKind

VERSION = 2
"""Of the form. Also in the first line of `resources/prompts/contract.md`, and in every exchange."""

_FORM = Form(
    ("EDIT", "NEW", "DELETE", "MOVE", "NOTE"), ("SEARCH", "REPLACE", "CONTENT"), "ANSWER COMPLETE", "block"
)


def marks_for(contents: Iterable[bytes]) -> Marks:
    """Marks that occur in none of the files: a file about this very form must be editable too."""
    return _FORM.marks_for(contents)


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


def parse(text: str, marks: Marks | None = None) -> Parsed:
    """Read an answer. Never raises: whatever does not fit becomes a problem in words."""
    cut = read_blocks(text, _FORM, marks or Marks())
    understood = [_understand(raw) for raw in cut.blocks]
    return Parsed(
        tuple(each for each in understood if not isinstance(each, str)),
        cut.complete,
        (*cut.problems, *(each for each in understood if isinstance(each, str))),
        cut.remarks,
    )


def _understand(raw: Raw) -> Block | str:
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
    wanted = {"EDIT": ("SEARCH", "REPLACE"), "NEW": ("CONTENT",)}.get(raw.word, ())
    if raw.names != wanted:
        parts = " then ".join(wanted) or "no part"
        return f"{where}: it must have {parts}, and has {', '.join(raw.names) or 'none'}."
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


def _note(raw: Raw, where: str) -> Block | str:
    note, _, word = raw.rest.partition(" ")
    kinds = [kind.value for kind in AnswerKind]
    if raw.parts or word.strip().lower() not in kinds:
        return f"{where}: it must open with the note's id and one of {', '.join(kinds)}, and hold only words."
    kind = AnswerKind(word.strip().lower())
    text = "\n".join(raw.headers).strip()
    if not text and kind is not AnswerKind.DONE:
        return f"{where}: “{kind.value}” needs words: the reason, or the answer."
    return NoteAnswer(note, kind, text)


def _header(raw: Raw, name: str) -> str | None:
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
