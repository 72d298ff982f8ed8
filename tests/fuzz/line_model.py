"""What a selection must give, said a second time: small, slow, and nothing of it from `compose.py`.

One script for each file: every line of the base and every added line, each with what happens to it. The
result is read off it here, and the patch that git is given is made of it in `selection_patch.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct, field

from tests.fuzz.cases import FILE, PROGRAM, Entry
from workbench.review.changes import FileChange, Kind, Status

Script = list[tuple[str, bytes]]
"""`" "` stays, `"-"` goes, `"+"` comes."""

WHOLE = {Kind.BINARY, Kind.SYMLINK, Kind.SUBMODULE, Kind.EMPTY}


class Chosen(Struct, frozen=True):
    """What of one file change is taken: base lines that go, new lines that come, facts that hold."""

    old: frozenset[int] = field(default_factory=frozenset)
    new: frozenset[int] = field(default_factory=frozenset)
    facts: frozenset[Kind] = field(default_factory=frozenset)


def lines_of(data: bytes) -> list[bytes]:
    return re.findall(rb"[^\n]*\n|[^\n]+", data)


def script(file: FileChange, old: bytes, chosen: Chosen) -> Script:
    """The base's lines in order; after those that a run removes, those of its new lines that are taken."""
    gone = {run.old_start + at for run in file.runs for at in range(len(run.removed))} & chosen.old
    after: dict[int, list[bytes]] = {}
    for run in file.runs:
        last = run.old_start + max(0, len(run.removed) - 1)
        taken = [line for at, line in enumerate(run.added, run.new_start) if at in chosen.new]
        after.setdefault(last, []).extend(taken)
    result: Script = [("+", line) for line in after.get(0, [])]
    for number, line in enumerate(lines_of(old), 1):
        result.append(("-" if number in gone else " ", line))
        result += [("+", added) for added in after.get(number, [])]
    return result


def kept(found: Script) -> list[bytes]:
    return [line for sign, line in found if sign != "-"]


def is_glued(found: Script) -> bool:
    """Whether a line without line end is followed by another: git joins the two."""
    return any(not line.endswith(b"\n") for line in kept(found)[:-1])


def taken_early(found: Script) -> bytes | None:
    """What git makes of it without context, where it takes out lines one too early; None where it does not.

    Of lines that go and have none in their place, git looks one line before the place first, and compares
    what it finds as bytes up to the end of the last line that goes: a line that begins with it will do, if
    the rest is blanks. So it errs where the last line goes and has no line end.
    """
    count = next((at for at, (sign, _) in enumerate(reversed(found)) if sign != "-"), len(found))
    gone = [line for _, line in found[len(found) - count :]]
    if not gone or count == len(found) or found[-count - 1][0] == "+" or gone[-1].endswith(b"\n"):
        return None
    before = kept(found)
    looked_at = [before[-1], *gone[:-1]]
    if not b"".join([*looked_at, gone[-1]]).startswith(b"".join(gone)):
        return None
    if [_without_blanks(line) for line in looked_at] != [_without_blanks(line) for line in gone]:
        return None
    return b"".join([*before[:-1], gone[-1]])


def _without_blanks(line: bytes) -> bytes:
    return line.translate(None, b" \t\r\n")


def joined(found: Script, *, ended: bool = True) -> bytes:
    """The text of a script. A line without line end that is not the last gets the one beside it."""
    lines = kept(found)
    for at, line in enumerate(lines[:-1]):
        if ended and not line.endswith(b"\n"):
            beside = lines[at - 1] if at else lines[1]
            lines[at] = line + (b"\r\n" if beside.endswith(b"\r\n") else b"\n")
    return b"".join(lines)


def kinds(file: FileChange) -> set[Kind]:
    return {change.kind for change in file.changes}


def result_path(file: FileChange, chosen: Chosen) -> str:
    return file.path if file.base_path is None or Kind.RENAME in chosen.facts else file.base_path


def result_mode(file: FileChange, chosen: Chosen) -> str:
    """The mode of a file that stands in the result and is of the type that it had."""
    if file.new_mode is None or (file.old_mode is not None and Kind.MODE not in chosen.facts):
        return str(file.old_mode)
    if file.new_mode == PROGRAM and Kind.MODE not in chosen.facts:
        return FILE
    return file.new_mode


def expected(
    file: FileChange, old: bytes, new: bytes, chosen: Chosen, *, ended: bool = True
) -> Mapping[str, Entry]:
    """What stands in the result: one file or none."""
    path = result_path(file, chosen)
    whole = kinds(file) & WHOLE
    if whole:
        taken = whole <= chosen.facts
        mode, data = (file.new_mode, new) if taken else (file.old_mode, old)
        if mode is None:
            return {}
        return {path: (mode if file.status is Status.TYPECHANGE else result_mode(file, chosen), data)}
    if Kind.TEXT not in kinds(file):
        return {path: (result_mode(file, chosen), new)}
    found = script(file, old, chosen)
    if file.status is Status.DELETED and not kept(found):
        return {}
    if file.status is Status.ADDED and not kept(found) and Kind.MODE not in chosen.facts:
        return {}
    return {path: (result_mode(file, chosen), joined(found, ended=ended))}
