"""The lines of the base's files that were read, and the round's made from them. Reads nothing itself."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.review.changes import FileChange, Side

KEPT_BYTES = 64_000_000


_COUNTED = 20_000
"""Lines that are added up; of a file of millions, so many of them tell how long it is."""


class Contents:
    """The lines of the base's files, by object id, and of the round's files, made from them."""

    def __init__(self) -> None:
        self._old: dict[str, tuple[bytes, ...]] = {}
        self._sizes: dict[str, int] = {}
        self._kept = 0
        """Bytes of all that is kept."""
        self._counts: dict[str, int] = {}
        self._new: dict[str, tuple[bytes, ...]] = {}

    @property
    def counts(self) -> Mapping[str, int]:
        """Lengths in lines of what was read, by object id."""
        return self._counts

    def put(self, blob: str, lines: tuple[bytes, ...]) -> None:
        """The base's file of that id was read. What was read longest ago is forgotten."""
        if self._old.pop(blob, None) is not None:
            self._kept -= self._sizes[blob]
        self._old[blob] = lines
        self._sizes[blob] = _size(lines)
        self._counts[blob] = len(lines)
        self._kept += self._sizes[blob]
        while len(self._old) > 1 and self._kept > KEPT_BYTES:
            oldest = next(iter(self._old))
            self._kept -= self._sizes[oldest]
            del self._old[oldest]

    def old(self, file: FileChange) -> tuple[bytes, ...] | None:
        """The lines of the base's file, None while they are not read."""
        if file.base_path is None or file.binary:
            return ()
        known = self._old.get(file.old_id or "")
        if known is None and file.new_id is None and file.runs and file.old_id is not None:
            known = tuple(line for run in file.runs for line in run.removed)
            self.put(file.old_id, known)
        return known

    def new(self, file: FileChange) -> tuple[bytes, ...] | None:
        """The lines of the round's file, None while the base's are not read."""
        if file.new_id is None or file.binary:
            return ()
        known = self._new.get(file.new_id)
        if known is not None:
            return known
        old = self.old(file)
        if old is None:
            return None
        if not old and len(file.runs) == 1:
            return file.runs[0].added  # a new file, of two million lines perhaps: they are not copied
        lines: list[bytes] = []
        at = 0
        for run in file.runs:
            start = run.old_start - 1 if run.removed else run.old_start
            lines += old[at:start]
            lines += run.added
            at = start + len(run.removed)
        lines += old[at:]
        if len(self._new) > 40:
            self._new.pop(next(iter(self._new)))
        self._new[file.new_id] = tuple(lines)
        return self._new[file.new_id]

    def side(self, file: FileChange, side: Side) -> tuple[bytes, ...] | None:
        """The lines of one side."""
        return self.old(file) if side is Side.OLD else self.new(file)


def _size(lines: tuple[bytes, ...]) -> int:
    """About how many bytes some lines are."""
    some = lines[:: len(lines) // _COUNTED + 1]
    return sum(map(len, some)) * len(lines) // max(1, len(some))
