"""Which changes of a file a verdict touched, so that a key costs what it changes and not what the file holds.

Pure. Compares two states of a file's verdicts; what they mean is `progress.py`'s.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache

from workbench.review.changes import Change, FileChange
from workbench.review.lines import Span
from workbench.review.verdicts import NO_VERDICTS, FileVerdicts

FEW = 100
"""Changes up to which a file is simply counted again."""


class Places:
    """Where the changes of one file stand, to be found by line."""

    __slots__ = ("_new", "_old", "file")

    def __init__(self, file: FileChange) -> None:
        self.file = file
        facts = next((at for at, change in enumerate(file.changes) if change.is_text), len(file.changes))
        texts = file.changes[facts:]  # facts come first
        old = [change for change in texts if change.removed]
        new = [change for change in texts if change.added]
        self._old = ([change.old_start for change in old], old)
        self._new = ([change.new_start for change in new], new)

    def touched(self, before: FileVerdicts | None, now: FileVerdicts | None) -> list[Change]:
        """The changes of which any line or fact is judged otherwise than before."""
        was, is_now = before or NO_VERDICTS, now or NO_VERDICTS
        found = {
            change.id: change
            for (starts, changes), one, other in (
                (self._old, was.old, is_now.old),
                (self._new, was.new, is_now.new),
            )
            for change in _at(starts, changes, one.differing(other))
        }
        if was.facts != is_now.facts:
            found |= {change.id: change for change in self.file.changes if not change.is_text}
        return list(found.values())


class _Same:
    """A file change to be found again by being that one, which costs nothing however long it is."""

    __slots__ = ("file",)

    def __init__(self, file: FileChange) -> None:
        self.file = file

    def __hash__(self) -> int:
        return id(self.file)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.file is self.file


def places_of(file: FileChange) -> Places:
    """Where the changes of a file stand; made once for all who count its verdicts."""
    return _made(_Same(file))


@lru_cache(maxsize=32)
def _made(same: _Same) -> Places:
    return Places(same.file)


def _at(starts: Sequence[int], changes: Sequence[Change], spans: Iterable[Span]) -> Iterable[Change]:
    done = 0
    for start, count in spans:
        end = bisect_left(starts, start + count, done)
        # The change that begins at or before the first line, unless the span before ended in it.
        yield from changes[max(bisect_right(starts, start, done, end) - 1, done) : end]
        done = end
