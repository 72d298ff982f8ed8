"""File changes as git tells them: one after another, while it compares the next.

Of a large comparison the rest is read in a process of its own (`comparer.py`): a thread that works through
two hundred thousand lines leaves the others, and the window among them, waiting for Python's lock.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import closing

from msgspec import Struct

from workbench.git import beside
from workbench.git.alone import Alone
from workbench.git.beside import Helper
from workbench.git.runner import Child, GitCancelledError, Where
from workbench.git.told import told
from workbench.review.changes import FileChange

FIRST_FILES = 60
"""Files that are read before any is shown: more than one sees, and what has fewer is shown whole."""
FIRST_SECONDS = 0.05
"""Seconds after which no more of these are waited for, where there are more than that anyway."""


class Comparing(Struct, frozen=True):
    """How a comparison is made once more, by another process."""

    where: Where
    args: tuple[str, ...]


class FileStream(Iterator[FileChange]):
    """The file changes of one comparison. How many they will be is known with the first."""

    def __init__(self, child: Child | None = None, alone: Alone | None = None) -> None:
        self.total = 0
        """How many files differ; 0 until the first of them was given."""
        self.read: list[FileChange] = []
        """Files that were read ahead by `fill`, and are not given again."""
        self.ended = child is None
        self.huge = 0
        """How many files come at the end because each takes long; known once the others were given."""
        self._child = child
        self._alone = alone
        self._told: Iterator[FileChange] = iter(())
        self._again: Comparing | None = None
        self._helper: Helper | None = None
        self._closed = False

    def tell(self, told: Iterator[FileChange], again: Comparing) -> FileStream:
        """Give these from now on; `again` is how another process makes them too."""
        self._told, self._again = told, again
        return self

    def fill(self, *, whole: bool) -> FileStream:
        """Read the first files ahead, or all of them. The rest of many, and what is huge, is begun in a
        process of its own, which finds the shapes of all changes at its end.
        """
        until = time.monotonic() + FIRST_SECONDS
        for file in self:
            self.read.append(file)
            if whole:
                continue
            many = self.total > FIRST_FILES
            enough = many and (len(self.read) >= FIRST_FILES or time.monotonic() > until)
            if enough or (self.huge and len(self.read) == self.total - self.huge):
                self._begin_helper()
                return self
        self.ended = True
        self.read = in_order(self.read)
        return self

    def expect(self, total: int) -> None:
        """So many files will come."""
        self.total = total

    def __next__(self) -> FileChange:
        return next(self._told)

    @property
    def is_beside(self) -> bool:
        """True where another process reads: then taking a file costs next to nothing."""
        return self._helper is not None

    def shapes(self) -> Mapping[str, str]:
        """The shapes of all changes by their ids, where the other process has found them. Blocking.

        Only after the last file was given.
        """
        helper, self._helper = self._helper, None
        if helper is None:
            return {}
        found = helper.shapes()
        helper.close()
        return found

    def close(self) -> None:
        """End the children. Who still takes files from this in another thread gets `GitCancelledError`."""
        self._closed = True
        helper, self._helper = self._helper, None
        if helper is not None:
            helper.close()
        if self._child is None:
            return
        self._child.kill()
        if self._alone is not None:
            self._alone.stop()
        if isinstance(self._told, Generator):
            try:
                self._told.close()
            except ValueError:  # it is under way in another thread, which ends it
                return
        self._child.close()

    def _begin_helper(self) -> None:
        """Have the rest read by another process; where that cannot be, this one goes on."""
        again = self._again
        if again is None:
            return
        helper = beside.begun(again.where.git_dir, again.args, len(self.read))
        if helper is None:
            return
        self._helper = helper
        ours, self._told = self._told, iter(())
        self._told = self._from_helper(helper, ours)

    def _from_helper(self, helper: Helper, ours: Iterator[FileChange]) -> Iterator[FileChange]:
        """The helper's files. Where it dies, those that it did not give are read here."""
        given = 0
        for file in helper.files():
            given += 1
            if self._alone is not None:
                self._alone.know(file)
            yield file
        if helper.is_whole:
            self._stop_ours(ours)
            return
        if self._closed:
            raise GitCancelledError
        self._helper = None
        helper.close()
        for number, file in enumerate(ours):
            if number >= given:
                yield file

    def _stop_ours(self, ours: Iterator[FileChange]) -> None:
        if self._child is not None:
            self._child.kill()
            if isinstance(ours, Generator):
                ours.close()
            self._child.close()


def in_order(files: Iterable[FileChange]) -> list[FileChange]:
    """Files as git orders them, by their paths' bytes. What is huge was given last."""
    return sorted(files, key=lambda file: file.path.encode("utf-8", "surrogateescape"))


def told_by(child: Child, alone: Alone) -> Iterator[FileChange]:
    """What a diff child tells, file by file. Those that it takes for too big are compared with `alone`."""
    with closing(told(child)) as files:
        for file in files:
            yield alone.compared(file) if file.binary else file


def streamed(child: Child, alone: Alone, stream: FileStream | None = None) -> Iterator[FileChange]:
    """The same for who shows what is there: those that take long come last. `stream` is told how many."""
    huge: list[FileChange] = []
    before: FileChange | None = None
    with closing(told(child, None if stream is None else stream.expect)) as files:
        for file in files:
            if file.binary and alone.is_huge(file):
                huge.append(file)
                continue
            if before is not None:
                yield before
            before = alone.compared(file) if file.binary else file
    if stream is not None:
        stream.huge = 0 if all(map(alone.is_known, huge)) else len(huge)
    if before is not None:
        yield before
    for file in huge:
        yield alone.compared(file)
