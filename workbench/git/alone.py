"""Files too large to be compared with the others: each by itself, by the algorithm that copes with any.

Histogram finds the better blocks, and looks through what is left of a file again for every block: 20,000
changed places in 100,000 lines take it 31 s, and the other algorithm of git's a quarter of a second. So
that a review is the same each time it is opened and on every machine, what decides is size, never time.
Git itself leaves a file alone that is bigger than it is told, and says "binary"; what it said that of is
looked at here. One whose content is binary stays so, and that is told by git's own rule without a child.

Where a window waits, a huge one is read in a process of its own (`beside.py`): two million lines keep
Python's lock busy for seconds, and every key and frame waits for it many times.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from weakref import WeakValueDictionary

from workbench.git.beside import Helper
from workbench.git.binary import BEGINNING, is_binary
from workbench.git.runner import Child, GitCancelledError
from workbench.git.told import told
from workbench.review.changes import FileChange, Status
from workbench.review.passing import is_bulky
from workbench.review.splitting import LINK, SUBMODULE

LARGE = 300_000
"""Bytes above which the quicker algorithm compares, either side. Few files written by hand are as large;
up to here no file with lines of a common length took histogram more than 0.1 s."""

HUGE = 4_000_000
"""Bytes above which a file of lines comes after all others: comparing it takes what one notices."""

BIG = ("-c", f"core.bigFileThreshold={LARGE}")
"""What git is told before its command, to leave larger ones to us."""

Known = WeakValueDictionary[tuple[object, ...], FileChange]
"""Large files that were compared and are still held: one comparison of a round finds in the one before what
took it seconds, and both hold the lines once."""

_ALGORITHM = "--diff-algorithm="


class Alone:
    """How the large files of one comparison are compared. `args` are those of its git child.

    With `helped`, which begins a helper for such arguments, the huge ones are compared by that.
    """

    def __init__(
        self,
        args: Sequence[str],
        sizes: Callable[[Sequence[str]], Sequence[int]],
        begins: Callable[[str, int], bytes],
        start: Callable[[Sequence[str]], Child],
        known: Known | None = None,
        helped: Callable[[Sequence[str]], Helper | None] | None = None,
    ) -> None:
        self._head = args[: args.index("--")]
        command = args[args.index("--") - 2 :]
        self._trees = tuple(command[:2])
        self._options = quicker(args[len(BIG) : args.index("--") - 2])
        self._sizes = sizes
        self._begins = begins
        self._start = start
        self._helped = helped
        self._child: Child | Helper | None = None
        self._stopped = False
        self._known = Known() if known is None else known

    def compared(self, file: FileChange) -> FileChange:
        """The same file with its lines, where git left it alone for nothing but its size."""
        known = self._known.get(self._key(file))
        if known is not None:
            return known
        if not self._has_lines(file, LARGE):
            return file
        found = self._known[self._key(file)] = self._helped_with(file) or self._looked_at(file)
        return found

    def know(self, file: FileChange) -> None:
        """Another process compared it already."""
        if is_bulky(file):
            self._known[self._key(file)] = file

    def is_huge(self, file: FileChange) -> bool:
        """Whether comparing it takes long. Size alone says so: every process puts the files in one order."""
        return self._has_lines(file, HUGE)

    def is_known(self, file: FileChange) -> bool:
        """Whether it was compared before."""
        return self._key(file) in self._known

    def stop(self) -> None:
        """End what is compared now, from any thread; whoever waits for it gets `GitCancelledError`."""
        self._stopped = True
        child = self._child
        if child is not None:
            child.kill()

    def _key(self, file: FileChange) -> tuple[object, ...]:
        return self._options, _names(file), file.old_mode, file.new_mode, file.similarity

    def _has_lines(self, file: FileChange, least: int) -> bool:
        """Whether one side at least has more bytes, and neither is binary."""
        sides = ((file.old_mode, file.old_id), (file.new_mode, file.new_id))
        ids = [each for mode, each in sides if each is not None and mode != SUBMODULE]
        if not any(size > least for size in self._sizes(ids)):
            return False
        # A link's target is no binary file, whatever it holds.
        looked_at = [] if LINK in (file.old_mode, file.new_mode) else ids
        return not any(is_binary(self._begins(each, BEGINNING)) for each in looked_at)

    def _looked_at(self, file: FileChange) -> FileChange:
        only = _named(file)
        # Two paths alone are one pair, however little alike git takes them for now that it looks at their
        # text. A path tells also what lies under a folder of that name: then all are asked for once more.
        # Where nothing was renamed a pair is not looked for: what became a folder would be taken for one.
        if file.status is Status.RENAMED:
            alike = ["-M1%" if each == "-M50%" else each for each in self._options]
        else:
            alike = [*(each for each in self._options if not each.startswith(("-M", "-l"))), "--no-renames"]
        for asked in ([*alike, *self._trees, "--", *only], [*self._options, *self._trees, "--"]):
            with closing(told(self._begun(asked))) as files:
                for found in files:
                    if _names(found) == _names(file):
                        return found
        return file

    def _helped_with(self, file: FileChange) -> FileChange | None:
        """The same from a helper, where it is huge; None where it has to be looked at here."""
        if self._helped is None or not self.is_huge(file):
            return None
        helper = self._child = self._helped([*self._head, "--", *_named(file)])
        if helper is None:
            return None
        if self._stopped:  # between the two
            helper.kill()
        try:
            for found in self._from(helper, file):
                if _names(found) == _names(file) and not found.binary:
                    return found
            if helper.was_ended:
                raise GitCancelledError
        finally:
            helper.close()
        return None

    def _from(self, helper: Helper, file: FileChange) -> Iterator[FileChange]:
        known = (held() for held in self._known.valuerefs())  # a list made at once: other threads add to it
        alike = (each for each in known if each is not None and _old(each) == _old(file))
        return helper.files(next(alike, None))

    def _begun(self, asked: Sequence[str]) -> Child:
        self._child = child = self._start(asked)
        if self._stopped:  # between the two
            child.kill()
        return child


def quicker(options: Sequence[str]) -> tuple[str, ...]:
    """The same options with the algorithm that copes with any file."""
    return tuple(f"{_ALGORITHM}myers" if each.startswith(_ALGORITHM) else each for each in options)


def _named(file: FileChange) -> list[str]:
    """Its paths, as arguments."""
    paths = dict.fromkeys(each for each in (file.base_path, file.path) if each is not None)
    return [os.fsdecode(path.encode("utf-8", "surrogateescape")) for path in paths]


def _old(file: FileChange) -> tuple[object, ...]:
    return file.path, file.base_path, file.old_id


def _names(file: FileChange) -> tuple[object, ...]:
    return file.status, file.path, file.base_path, file.old_id, file.new_id
