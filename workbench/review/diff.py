"""Git's diff output as values: raw entries, the text of `-p -U0`, and the file changes that both make.

Reads bytes that somebody else got from git; starts nothing. Paths, modes and ids come from raw `-z`
output alone. Of the patch text only the order of its sections, the ids they name and the lines of
their hunks are used, and a hunk is read by its counts, so that no content can pass for a header.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from workbench.review.changes import Change, FileChange, Kind, Run, Status
from workbench.review.line_ends import lfs_words
from workbench.review.lines import taken
from workbench.review.splitting import LINK, SUBMODULE, with_changes

_STATUS = {
    "A": Status.ADDED,
    "D": Status.DELETED,
    "M": Status.MODIFIED,
    "R": Status.RENAMED,
    "T": Status.TYPECHANGE,
}
_NO_MODE = "000000"
_EMPTY = frozenset(
    {
        "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
        "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
    }
)
"""The empty file, in repositories of either hash: it comes and goes without a line."""

_HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_BLOCKS = {sign: re.compile(rb"(?:%b[^\n]*+\n)++" % re.escape(sign)) for sign in (b"-", b"+")}
"""Lines that begin with a sign, as many as there are."""
_INDEX = re.compile(rb"index ([0-9a-f]+)\.\.([0-9a-f]+)(?: \d+)?\n")


class DiffError(ValueError):
    """Git's output is not of the form that its options promise: it was called wrongly, or cut off."""


class RawEntry(Struct, frozen=True):
    """One entry of `--raw -z` output. Modes and ids as git gives them, with zeros; `score` in per cent."""

    status_letter: str
    score: int | None
    old_mode: str
    new_mode: str
    old_id: str
    new_id: str
    old_path: str
    path: str


class Section(Struct, frozen=True):
    """What the patch text says of one file: its runs, or that it is binary; ids where it names them."""

    binary: bool
    runs: tuple[Run, ...]
    old_id: str | None = None
    new_id: str | None = None


def split_output(data: bytes) -> tuple[bytes, bytes]:
    """The raw part and the patch part of one `--raw -p -z` output."""
    if not data.startswith(b":"):
        return b"", data
    raw, found, patch = data.partition(b"\0\0")
    return (raw + b"\0", patch) if found else (data, b"")


def read_diff(data: bytes) -> tuple[FileChange, ...]:
    """The file changes of one whole `--raw -p -z -U0` output."""
    raw, patch = split_output(data)
    return file_changes(parse_raw(raw), parse_patches(patch))


def parse_raw(data: bytes) -> tuple[RawEntry, ...]:
    """The entries of `--raw -z --no-abbrev` output, in git's order."""
    return tuple(raw_entries(data))


def raw_entries(data: bytes) -> Iterator[RawEntry]:
    """The same, one after the other."""
    fields = iter(data.rstrip(b"\0").split(b"\0") if data.strip(b"\0") else ())
    for head in fields:
        if not head.startswith(b":"):
            raise DiffError(f"Not a raw diff entry: {head[:80]!r}")
        old_mode, new_mode, old_id, new_id, status = head[1:].decode("ascii").split(" ")
        letter, score = status[0], status[1:]
        old_path = path = _path(next(fields, None))
        if letter in "RC":
            path = _path(next(fields, None))
        yield RawEntry(
            letter, int(score) if score else None, old_mode, new_mode, old_id, new_id, old_path, path
        )


def parse_patches(data: bytes | Iterable[bytes]) -> Iterator[Section]:
    """The sections of `-p -U0 --full-index` text, in order. `data` may be pieces of it, as from a pipe."""
    text = _Text((data,) if isinstance(data, bytes) else data)
    binary, inside = False, False
    runs: list[Run] = []
    ids: tuple[str | None, str | None] = (None, None)
    while line := text.line():
        if line.startswith(b"@@ "):
            runs.append(_read_hunk(line, text))
        elif line.startswith(b"diff --"):
            if not line.startswith(b"diff --git "):
                raise DiffError(f"Not a diff of two trees: {line[:80]!r}")
            if inside:
                yield Section(binary, tuple(runs), *ids)
            binary, runs, ids, inside = False, [], (None, None), True
        elif line.startswith((b"Binary files ", b"GIT binary patch")):
            binary = True
        elif line.startswith(b"index "):
            ids = _ids(line)
    if inside:
        yield Section(binary, tuple(runs), *ids)


def file_changes(raw: Sequence[RawEntry], sections: Iterable[Section]) -> tuple[FileChange, ...]:
    """Raw entries joined with their sections by order, each with its changes."""
    rest = iter(sections)
    files = tuple(join(entry, rest) for entry in raw)
    if next(rest, None) is not None:
        raise DiffError("Git's patch text has more sections than its raw entries announce.")
    return files


def join(entry: RawEntry, sections: Iterator[Section]) -> FileChange:
    """The file change of one raw entry, which takes its section (a type change two) from `sections`."""
    if entry.status_letter not in _STATUS:
        raise DiffError(f"Status {entry.status_letter} of {entry.path} is none that two trees can have.")
    parts = [_next_section(entry, sections)]
    if entry.status_letter == "T":
        parts.append(_next_section(entry, sections))
    _check_ids(entry, parts)
    old_mode = None if entry.old_mode == _NO_MODE else entry.old_mode
    new_mode = None if entry.new_mode == _NO_MODE else entry.new_mode
    status = _STATUS[entry.status_letter]
    runs = tuple(run for part in parts for run in part.runs)
    file = FileChange(
        status=status,
        path=entry.path,
        base_path=None if status is Status.ADDED else entry.old_path,
        old_mode=old_mode,
        new_mode=new_mode,
        old_id=entry.old_id if old_mode else None,
        new_id=entry.new_id if new_mode else None,
        similarity=entry.score if status is Status.RENAMED else None,
        binary=any(part.binary for part in parts),
    )
    if {old_mode, new_mode} & {LINK, SUBMODULE} or status is Status.TYPECHANGE:
        removed = tuple(line for run in runs for line in run.removed)
        added = tuple(line for run in runs for line in run.added)
        return with_changes(file, removed, added)
    if not (runs or file.binary or entry.old_id == entry.new_id or _EMPTY & {entry.old_id, entry.new_id}):
        raise DiffError(f"Git's patch text has no lines for {entry.path}, whose content differs.")
    pointed = lfs_words(runs) if len(runs) == 1 else ""
    if pointed:
        whole = with_changes(replace(file, binary=True))
        return replace(whole, changes=tuple(_said(change, pointed) for change in whole.changes))
    return with_changes(replace(file, runs=runs))


def _said(change: Change, words: str) -> Change:
    return replace(change, words=words) if change.kind is Kind.BINARY else change


class _Text:
    """Patch text out of pieces of any size. The lines of a hunk are taken out of each piece at once, because
    what runs once a line runs for every line of every diff.
    """

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._held, self._at = b"", 0

    def line(self) -> bytes:
        """The next line with its end, split on `\\n` alone. The last may lack one; after it comes none."""
        end = self._held.find(b"\n", self._at) + 1
        if end:
            line = self._held[self._at : end]
            self._at = end
            return line
        # A line of many megabytes comes in many pieces: joined once, at its end.
        begun = [self._held[self._at :]]
        self._held, self._at = b"", 0
        for piece in self._pieces:
            self._at = piece.find(b"\n") + 1
            if self._at:
                self._held = piece
                begun.append(piece[: self._at])
                break
            begun.append(piece)
        return b"".join(begun)

    def signed(self, sign: bytes, count: int) -> list[bytes]:
        """So many lines with their ends that begin with a sign, and without it. No more may follow."""
        found: list[bytes] = []
        between = b"\n" + sign
        block = _BLOCKS[sign]
        while len(found) < count:
            match = block.match(self._held, self._at)
            if match is not None:
                # Only the beginning of a line can stand behind a line's end: no content is split by this.
                found += [line + b"\n" for line in match[0][1:-1].split(between)]
                self._at = match.end()
                continue
            line = self.line()
            if not (line.startswith(sign) and line.endswith(b"\n")):
                break
            found.append(line[1:])
        if len(found) != count:
            raise DiffError("A hunk of git's patch text does not have the lines that its header counts.")
        return found

    def begins(self, sign: bytes) -> bool:
        """Whether the next line begins with a sign."""
        while self._at >= len(self._held):
            piece = next(self._pieces, None)
            if piece is None:
                return False
            self._held, self._at = piece, 0
        return self._held.startswith(sign, self._at)


def _read_hunk(header: bytes, text: _Text) -> Run:
    """The run that a hunk header announces."""
    match = _HUNK.match(header)
    if match is None:
        raise DiffError(f"Not a hunk header: {header[:80]!r}")
    old_start, old_count, new_start, new_count = match.groups()
    removed = _read_side(b"-", old_count, text)
    return Run(int(old_start), int(new_start), removed, _read_side(b"+", new_count, text))


def _read_side(sign: bytes, counted: bytes | None, text: _Text) -> tuple[bytes, ...]:
    """One side of a hunk without the signs. No count means one line."""
    count = 1 if counted is None else int(counted)
    if not count:
        return ()
    found = text.signed(sign, count)
    if text.begins(b"\\"):
        # "\ No newline at end of file", in whatever language: the backslash says it.
        text.line()
        found[-1] = found[-1][:-1]
    return taken(found)


def _next_section(entry: RawEntry, sections: Iterator[Section]) -> Section:
    section = next(sections, None)
    if section is None:
        raise DiffError(f"Git's patch text has no section for {entry.path}.")
    return section


def _check_ids(entry: RawEntry, parts: Sequence[Section]) -> None:
    """Refuse a section that names other objects: lines must never come under another path."""
    pairs = ((entry.old_id, parts[0].old_id), (entry.new_id, parts[-1].new_id))
    if any(found is not None and found != wanted for wanted, found in pairs):
        raise DiffError(f"Git's patch text and raw entries are out of step at {entry.path}.")


def _ids(line: bytes) -> tuple[str | None, str | None]:
    match = _INDEX.match(line)
    return (match[1].decode(), match[2].decode()) if match else (None, None)


def _path(field: bytes | None) -> str:
    if field is None:
        raise DiffError("Git's raw output ends inside an entry.")
    return field.decode("utf-8", "surrogateescape")
