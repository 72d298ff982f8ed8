"""Search over what is changed in a review, and over the unchanged lines of files that were read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workbench.errors import UserError
from workbench.review.changes import FileChange, Side
from workbench.review.text import decode
from workbench.ui.diff.cells import Contents

MOST_HITS = 20_000


@dataclass(frozen=True, slots=True)
class Hit:
    """One line with at least one match; `share` is about how far down its file it stands, 0 to 1."""

    path: str
    side: Side
    line: int
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class Search:
    """A compiled search and what it found, in the order of the review."""

    pattern: re.Pattern[str]
    hits: tuple[Hit, ...]

    @property
    def count(self) -> int:
        return sum(hit.count for hit in self.hits)

    def spans(self, data: bytes) -> tuple[tuple[int, int], ...]:
        """Where a line matches, in characters of `decode(line)`."""
        return tuple(
            match.span() for match in self.pattern.finditer(decode(data)) if match.end() > match.start()
        )


def search(files: Sequence[FileChange], contents: Contents, text: str, *, regex: bool, case: bool) -> Search:
    """Look for a text. Raises UserError when a regular expression is none."""
    try:
        pattern = re.compile(text if regex else re.escape(text), 0 if case else re.IGNORECASE)
    except re.error as error:
        raise UserError(
            f"“{text}” is not a regular expression: {error}.", hint="Search for it as text."
        ) from error
    found: list[Hit] = []
    if text:
        for file in files:
            found += _in_file(file, contents, pattern)
            if len(found) > MOST_HITS:
                break
    return Search(pattern, tuple(found))


def _in_file(file: FileChange, contents: Contents, pattern: re.Pattern[str]) -> list[Hit]:
    new = contents.new(file)
    hits: list[Hit] = []
    if new is not None and file.new_id is not None:
        hits += _in_lines(file.path, Side.NEW, 1, new, len(new), pattern)
        for run in file.runs:
            hits += _in_lines(file.path, Side.OLD, run.old_start, run.removed, len(new), pattern)
    else:
        last = file.runs[-1].new_start + 1 if file.runs else 1
        for run in file.runs:
            hits += _in_lines(file.path, Side.OLD, run.old_start, run.removed, last, pattern)
            hits += _in_lines(file.path, Side.NEW, run.new_start, run.added, last, pattern)
    return sorted(hits, key=lambda hit: hit.line)


def _in_lines(
    path: str, side: Side, first: int, lines: Sequence[bytes], total: int, pattern: re.Pattern[str]
) -> Iterator[Hit]:
    if not lines:
        return
    # One look at all of it first: most files have no match, and this is twenty times as quick as line by line.
    whole = b"".join(lines)
    try:
        text = whole.decode()
    except UnicodeDecodeError:
        text = whole.decode("latin-1")
    if pattern.search(text) is None:
        return
    for number, line in enumerate(lines, first):
        count = sum(1 for _ in pattern.finditer(decode(line)))
        if count:
            yield Hit(path, side, number, count, min(1.0, number / max(1, total)))
