"""File changes as git tells them: one after another, while it compares the next. Reads one child's output."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator

from workbench.git.runner import Child
from workbench.review.changes import FileChange

FIRST_FILES = 60
"""Files that are read before any is shown: more than one sees, and what has fewer is shown whole."""
FIRST_SECONDS = 0.05
"""Seconds after which no more of these are waited for, where there are more than that anyway."""


class FileStream(Iterator[FileChange]):
    """The file changes of one comparison. How many they will be is known with the first."""

    def __init__(self, child: Child | None = None) -> None:
        self.total = 0
        """How many files differ; 0 until the first of them was given."""
        self._child = child
        self._told: Iterator[FileChange] = iter(())
        self.read: list[FileChange] = []
        """Files that were read ahead by `fill`, and are not given again."""
        self.ended = child is None

    def tell(self, told: Iterator[FileChange]) -> FileStream:
        """Give these from now on."""
        self._told = told
        return self

    def fill(self, *, whole: bool) -> FileStream:
        """Read the first files ahead, or all of them."""
        until = time.monotonic() + FIRST_SECONDS
        for file in self:
            self.read.append(file)
            many = self.total > FIRST_FILES and not whole
            if many and (len(self.read) >= FIRST_FILES or time.monotonic() > until):
                return self
        self.ended = True
        return self

    def __next__(self) -> FileChange:
        return next(self._told)

    def close(self) -> None:
        """End the child. Who still takes files from this in another thread gets `GitCancelledError`."""
        if self._child is None:
            return
        self._child.kill()
        if isinstance(self._told, Generator):
            try:
                self._told.close()
            except ValueError:  # it is under way in another thread, which ends it
                return
        self._child.close()
