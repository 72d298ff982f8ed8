"""Search-and-replace edits put on the bytes of a file. Pure: all edits of a file fit, or none is made.

An edit finds its lines exactly once in the file *as it was given*; line ends and encoding are not the
model's business, so lines are compared without their ends, and lines that an edit repeats keep their bytes.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct

from workbench.generation.contract import Edit
from workbench.review.lines import split_lines

_BOM = b"\xef\xbb\xbf"
_SHOWN = 12
_LONG_LINE = 1000
"""Beyond this many characters lines are compared for equality only: difflib took 1.1 s on two of 5,000."""


class Text(Struct, frozen=True):
    """A file as a model sees it: `lines` without ends, `raw` the same lines as bytes."""

    lines: tuple[str, ...]
    raw: tuple[bytes, ...]
    encoding: str
    end: bytes

    @property
    def shown(self) -> str:
        return "\n".join(self.lines)


def read_text(data: bytes) -> Text | None:
    """The file as text: UTF-8, else Latin-1, so that every byte comes back. None for a binary file."""
    if b"\0" in data:
        return None
    try:
        data.decode("utf-8")
        encoding = "utf-8"
    except UnicodeDecodeError:
        encoding = "latin-1"
    raw = split_lines(data)
    lines = tuple(_bare(line, first=not index).decode(encoding) for index, line in enumerate(raw))
    crlf = sum(line.endswith(b"\r\n") for line in raw)
    return Text(lines, raw, encoding, b"\r\n" if crlf * 2 > len(raw) else b"\n")


def _bare(line: bytes, *, first: bool) -> bytes:
    if first:
        line = line.removeprefix(_BOM)
    return line[:-2] if line.endswith(b"\r\n") else line.removesuffix(b"\n")


class Applied(Struct, frozen=True):
    """The file after its edits, and for each edit, in the order given, the (start, count) of its lines."""

    data: bytes
    spans: tuple[tuple[int, int], ...]


def apply_edits(path: str, data: bytes, edits: Sequence[Edit]) -> Applied | tuple[str, ...]:
    """The file with every edit made, or the sentences about those that do not fit."""
    text = read_text(data)
    if text is None:
        return (f"{path}: it is a binary file and cannot be edited by lines.",)
    problems: list[str] = []
    found: list[tuple[int, int]] = []
    for number, edit in enumerate(edits, start=1):
        name = f"{path}, edit {number} of {len(edits)}"
        starts = _find(text.lines, edit.search)
        if len(starts) == 1 or (not edit.search and not text.lines):
            found.append((starts[0] if starts else 0, number - 1))
        elif not edit.search:
            problems.append(f"{name}: SEARCH is empty. Give the lines beside which the new ones stand.")
        elif starts:
            lines = ", ".join(str(start + 1) for start in starts[:8])
            problems.append(
                f"{name}: the SEARCH lines stand {len(starts)} times in the file, at lines {lines}. "
                "Give more lines around them, so that they stand exactly once."
            )
        else:
            problems.append(
                f"{name}: the SEARCH lines do not stand in the file. {_nearest(text.lines, edit.search)}"
            )
    found.sort()
    for (start, one), (after, other) in pairwise(found):
        if start + len(edits[one].search) > after:
            problems.append(f"{path}: edits {one + 1} and {other + 1} overlap. Make one edit of the two.")
    if problems:
        return tuple(problems)
    return _compose(path, text, [(start, edits[index], index) for start, index in found])


def _find(lines: Sequence[str], search: Sequence[str]) -> list[int]:
    if not search:
        return []
    size = len(search)
    first, wanted = search[0], tuple(search)
    return [
        index
        for index in range(len(lines) - size + 1)
        if lines[index] == first and tuple(lines[index : index + size]) == wanted
    ]


def _compose(path: str, text: Text, found: Sequence[tuple[int, Edit, int]]) -> Applied | tuple[str, ...]:
    result: list[bytes] = []
    spans: dict[int, tuple[int, int]] = {}
    position = 0
    last_is_new = False
    for start, edit, index in found:
        result += text.raw[position:start]
        try:
            made, last_is_new = _replacement(text, start, edit)
        except UnicodeEncodeError as error:
            sign = error.object[error.start : error.end]
            return (f"{path}, edit {index + 1}: {sign!a} cannot be written in the file's encoding.",)
        spans[index] = (len(result) + 1 if made else len(result), len(made))
        result += made
        position = start + len(edit.search)
    rest = text.raw[position:]
    result += rest
    if text.raw and not text.raw[-1].endswith(b"\n") and last_is_new and not rest:
        result[-1] = result[-1].removesuffix(text.end)
    last = len(result) - 1
    data = b"".join(
        line if line.endswith(b"\n") or index == last else line + text.end
        for index, line in enumerate(result)
    )
    if text.raw and text.raw[0].startswith(_BOM) and data and not data.startswith(_BOM):
        data = _BOM + data
    return Applied(data, tuple(spans[index] for index in range(len(found))))


def _replacement(text: Text, start: int, edit: Edit) -> tuple[list[bytes], bool]:
    """The new lines as bytes, and whether the last of them is new.

    Lines that the edit merely repeats, above and below, keep their bytes. A new last line of a file
    that has no final newline gets none either (by the caller); to add one, a model adds an empty line.
    """
    old, new = edit.search, edit.replace
    shorter = min(len(old), len(new))
    head = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    tail = 0
    while tail < shorter - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    middle = [line.encode(text.encoding) + text.end for line in new[head : len(new) - tail]]
    kept = text.raw[start : start + len(old)]
    return [*kept[:head], *middle, *kept[len(old) - tail :]], bool(middle) and not tail


def _nearest(lines: Sequence[str], search: Sequence[str]) -> str:
    """The lines of the file that come nearest, with their numbers, in words."""
    start = _nearest_start(lines, search)
    if start is None:
        return "Nothing in the file is like them."
    stop = min(len(lines), start + min(len(search), _SHOWN))
    shown = "\n".join(f"{number + 1:5} {lines[number]}" for number in range(start, stop))
    return f"The nearest lines are:\n{shown}"


def _nearest_start(lines: Sequence[str], search: Sequence[str]) -> int | None:
    """Where most of the lines would match if blanks did not count; else where one line is similar."""
    where: dict[str, list[int]] = {}
    for number, line in enumerate(lines):
        where.setdefault(line.strip(), []).append(number)
    votes: Counter[int] = Counter()
    for step, line in enumerate(search):
        bare = line.strip()
        # A lone bracket or a blank line says nothing about the place.
        if len(bare) > 3:
            votes.update(number - step for number in where.get(bare, ())[:200])
    if votes:
        return max(0, votes.most_common(1)[0][0])
    likely = max(search, key=lambda line: len(line.strip()), default="").strip()
    if not likely or len(likely) > _LONG_LINE:
        return None
    known = [line for line in where if line and len(line) <= _LONG_LINE][:2000]
    close = difflib.get_close_matches(likely, known, n=1, cutoff=0.6)
    return max(0, where[close[0]][0] - list(map(str.strip, search)).index(likely)) if close else None
