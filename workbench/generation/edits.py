"""Search-and-replace edits put on the bytes of a file. Pure: all edits of a file fit, or none is made.

An edit finds its lines exactly once in the file *as it was given*; line ends and encoding are not the
model's business, so lines are compared without their ends, and lines that an edit repeats keep their bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct

from workbench.generation.contract import Edit
from workbench.generation.matching import MOST_PLACES, Finder, Work
from workbench.review.lines import split_lines

_BOM = b"\xef\xbb\xbf"


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
    if b"\r\n" not in data and not data.startswith(_BOM):  # nearly every file, five times as quick
        parts = data.decode(encoding).split("\n")
        return Text(tuple(parts if parts[-1] else parts[:-1]), raw, encoding, b"\n")
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


def apply_edits(
    path: str, data: bytes, edits: Sequence[Edit], work: Work | None = None
) -> Applied | tuple[str, ...]:
    """The file with every edit made, or the sentences about those that do not fit.

    CheckCancelledError where `work` is cancelled in the middle.
    """
    text = read_text(data)
    if text is None:
        return (f"{path}: it is a binary file and cannot be edited by lines.",)
    work, finder = work or Work(), Finder(text.lines)
    problems: list[str] = []
    found: list[tuple[int, int]] = []
    for index, edit in enumerate(edits):
        work.go_on()
        starts = finder.places(edit.search)
        if len(starts) == 1 or (not edit.search and not text.lines):
            found.append((starts[0] if starts else 0, index))
        else:
            name = f"{path}, edit {index + 1} of {len(edits)}"
            problems.append(f"{name}: {_misplaced(finder, edit, starts, work)}")
    found.sort()
    for (start, one), (after, other) in pairwise(found):
        if start + len(edits[one].search) > after:
            problems.append(f"{path}: edits {one + 1} and {other + 1} overlap. Make one edit of the two.")
    if problems:
        return tuple(problems)
    return _compose(path, text, [(start, edits[index], index) for start, index in found])


def _misplaced(finder: Finder, edit: Edit, starts: Sequence[int], work: Work) -> str:
    """What is wrong with the place of an edit whose lines do not stand exactly once."""
    if not edit.search:
        return "SEARCH is empty. Give the lines beside which the new ones stand."
    if starts:
        lines = ", ".join(str(start + 1) for start in starts[:8])
        more = " or more" if len(starts) == MOST_PLACES else ""
        return (
            f"the SEARCH lines stand {len(starts)} times{more} in the file, at lines {lines}. "
            "Give more lines around them, so that they stand exactly once."
        )
    hint = f" {finder.nearest(edit.search)}" if work.may_hint() else ""
    return f"the SEARCH lines do not stand in the file.{hint}"


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


def lines_of_edit(
    text: Text, finder: Finder, edit: Edit
) -> tuple[int, tuple[bytes, ...], tuple[bytes, ...]] | None:
    """The index where an edit changes something, the lines there and what it puts for them.

    `finder` is that of the text's lines. None where those of the edit do not stand exactly once, or cannot be
    written in the file's encoding.
    """
    places = finder.places(edit.search)
    if len(places) != 1:
        return None
    try:
        made, _ = _replacement(text, places[0], edit)
    except UnicodeEncodeError:
        return None
    start, kept = places[0], text.raw[places[0] : places[0] + len(edit.search)]
    shorter = min(len(kept), len(made))
    head = next((at for at in range(shorter) if kept[at] != made[at]), shorter)
    tail = 0
    while tail < shorter - head and kept[-1 - tail] == made[-1 - tail]:
        tail += 1
    return start + head, tuple(kept[head : len(kept) - tail]), tuple(made[head : len(made) - tail])


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
