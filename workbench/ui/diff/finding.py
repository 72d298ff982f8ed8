"""Search over what is changed in a review, and over the unchanged lines of files that were read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from workbench.errors import UserError
from workbench.review.changes import FileChange, Side
from workbench.review.text import decode
from workbench.ui.diff.cells import Contents

MOST_HITS = 20_000


class Hit(Struct, frozen=True):
    """One line with at least one match; `share` is about how far down its file it stands, 0 to 1."""

    path: str
    side: Side
    line: int
    count: int
    share: float


class Search:
    """A search that goes through a review step by step. `hits` are in the order of the review."""

    def __init__(
        self, files: Sequence[FileChange], contents: Contents, text: str, *, regex: bool, case: bool
    ) -> None:
        """Raises UserError when a regular expression is none."""
        try:
            self.pattern = re.compile(text if regex else re.escape(text), 0 if case else re.IGNORECASE)
        except re.error as error:
            raise UserError(
                f"“{text}” is not a regular expression: {error}.", hint="Search for it as text."
            ) from error
        self.hits: list[Hit] = []
        self._files = iter(files)
        self._contents = contents
        self.done = False

    @property
    def count(self) -> int:
        return sum(hit.count for hit in self.hits)

    def step(self) -> None:
        """Search one more file."""
        file = next(self._files, None)
        if file is None or len(self.hits) > MOST_HITS:
            self.done = True
        else:
            self.hits += _in_file(file, self._contents, self.pattern)

    def spans(self, data: bytes) -> tuple[tuple[int, int], ...]:
        """Where a line matches, in characters of `decode(line)`."""
        text = decode(data)
        return tuple(match.span() for match in self.pattern.finditer(text) if match.end() > match.start())


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
    # One look at all of it first: most files have no match, and this is twenty times as quick as line by
    # line.
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
