"""The comparing helper: reads one large comparison in a process of its own, and finds its changes' shapes.

Run as `python -m workbench.git.comparer`. One request on standard input, a line of JSON:

    {"folder": GIT_DIR, "args": ARGS, "skip": N}

`args` are those of the git child; the first N files are known. Huge ones come last, as where those were read.

Answers are frames on standard output: four bytes of length, then `F` and packed files, each time followed by
`P` and a portion as often as a bulky one among them has it, `A` after the last of them; `S` and the shapes of
some changes by id, `A` after the last. It ends then, and also when nobody reads it any more.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from collections.abc import Sequence
from itertools import chain, islice
from typing import IO

from msgspec import msgpack

from workbench.git import runner
from workbench.git.alone import Alone
from workbench.git.beside import ALL, FILES, PORTION, SHAPES
from workbench.git.objects import Objects
from workbench.git.runner import Child, Where
from workbench.git.streaming import FileStream, streamed
from workbench.review.changes import FileChange
from workbench.review.passing import packed, portions
from workbench.review.shapes import shape_of

FEW, MANY = 20, 80
"""Files in the first frames and in the later ones; a batch of lines ends a frame sooner."""
LINES = 8_000
SOME = 1_000
"""Changes whose shapes go in one frame."""
_HUGE, _SHAPES = 5, 10
"""The priority (as for `nice`) while huge files are compared, when one reads the others, and at the end."""


def main() -> int:
    """Answer the one request."""
    # Everything that is made here stays until the end, which is soon.
    gc.disable()
    request = json.loads(sys.stdin.buffer.readline())
    out = sys.stdout.buffer
    where = Where(request["folder"])
    child = runner.start(request["args"], where)
    runner.widen(child)
    files: list[FileChange] = []
    begun: list[FileChange] = []
    lines = 0
    objects = Objects(lambda args: runner.start(args, where, fed=True))
    stream = FileStream()

    def start(args: Sequence[str]) -> Child:
        if stream.huge:  # everything else is there by now
            _stand_back(_HUGE)
        return runner.start(args, where)

    alone = Alone(request["args"], objects.sizes, objects.begins, start)
    for number, file in enumerate(streamed(child, alone, stream)):
        files.append(file)
        if number < request["skip"]:
            continue
        begun.append(file)
        lines += sum(len(run.removed) + len(run.added) for run in file.runs)
        if lines > LINES or len(begun) >= (MANY if number > 4 * MANY else FEW):
            _give(out, begun)
            begun, lines = [], 0
    objects.close()
    _give(out, begun)
    _write(out, ALL)
    _stand_back(_SHAPES)  # nobody waits for these
    changes = chain.from_iterable(file.changes for file in files)
    while some := list(islice(changes, SOME)):
        _write(out, SHAPES + msgpack.encode({change.id: shape_of(change) for change in some}))
    _write(out, ALL)
    return 0


def _stand_back(place: int) -> None:
    """Let the window go first where there are not processors enough for all."""
    if hasattr(os, "nice"):
        os.nice(max(0, place - os.nice(0)))


def _give(out: IO[bytes], files: Sequence[FileChange]) -> None:
    if files:
        _write(out, FILES + packed(files))
    for portion in chain.from_iterable(map(portions, files)):
        _write(out, PORTION + portion)


def _write(out: IO[bytes], data: bytes) -> None:
    out.write(len(data).to_bytes(4, "big") + data)
    out.flush()


if __name__ == "__main__":
    try:
        STATUS = main()
    except BrokenPipeError:
        # Whoever asked is gone; Python would complain again when it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        STATUS = 0
    sys.exit(STATUS)
