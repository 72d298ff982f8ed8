"""Files too large to be compared with the others: each by itself, by the algorithm that copes with any.

Histogram finds the better blocks, and looks through what is left of a file again for every block: 20,000
changed places in 100,000 lines take it 31 s, and the other algorithm of git's a quarter of a second. So
that a review is the same each time it is opened and on every machine, what decides is size, never time.
Git itself leaves a file alone that is bigger than it is told, and says "binary"; what it said that of is
looked at here. One whose content is binary stays so.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import closing

from workbench.git.runner import Child
from workbench.git.told import told
from workbench.review.changes import FileChange
from workbench.review.splitting import SUBMODULE

LARGE = 300_000
"""Bytes above which the quicker algorithm compares, either side. Few files written by hand are as large;
up to here no file with lines of a common length took histogram more than 0.1 s."""

BIG = ("-c", f"core.bigFileThreshold={LARGE}")
"""What git is told before its command, to leave larger ones to us."""

_ALGORITHM = "--diff-algorithm="


class Alone:
    """How the large files of one comparison are compared. `args` are those of its git child."""

    def __init__(
        self,
        args: Sequence[str],
        sizes: Callable[[Sequence[str]], Sequence[int]],
        start: Callable[[Sequence[str]], Child],
    ) -> None:
        command = args[args.index("--") - 2 :]
        self._trees = tuple(command[:2])
        self._options = tuple(
            f"{_ALGORITHM}myers" if each.startswith(_ALGORITHM) else each
            for each in args[len(BIG) : args.index("--") - 2]
        )
        self._sizes = sizes
        self._start = start

    def compared(self, file: FileChange) -> FileChange:
        """The same file with its lines, where git left it alone for nothing but its size."""
        sides = ((file.old_mode, file.old_id), (file.new_mode, file.new_id))
        ids = [each for mode, each in sides if each is not None and mode != SUBMODULE]
        if not any(size > LARGE for size in self._sizes(ids)):
            return file
        paths = dict.fromkeys(each for each in (file.base_path, file.path) if each is not None)
        only = [os.fsdecode(path.encode("utf-8", "surrogateescape")) for path in paths]
        # Two paths alone are one pair, however little alike git takes them for now that it looks at their
        # text. A path tells also what lies under a folder of that name: then all are asked for once more.
        alike = ["-M1%" if each == "-M50%" else each for each in self._options]
        for asked in ([*alike, *self._trees, "--", *only], [*self._options, *self._trees, "--"]):
            with closing(told(self._start(asked))) as files:
                for found in files:
                    if _names(found) == _names(file):
                        return found
        return file


def _names(file: FileChange) -> tuple[object, ...]:
    return file.status, file.path, file.base_path, file.old_id, file.new_id
