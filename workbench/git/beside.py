"""The comparing helper as whoever asks it sees it: begun, what it tells read as it comes, ended.

What its frames are stands here, for both ends; `comparer.py` is the other one. Where it cannot be begun, or
dies, nothing is lost: whoever asked compares by itself what it did not give.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import IO, cast

from msgspec import DecodeError, msgpack

from workbench.git import runner
from workbench.git.runner import see_out
from workbench.review.changes import FileChange
from workbench.review.passing import unpacked

FILES, PORTION, ALL, SHAPES = b"F", b"P", b"A", b"S"
"""How the frames begin: some files, a portion of a bulky one of them, that these were all, the shapes of some
changes.
"""


class Helper:
    """One helper, which reads one comparison."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.is_whole = False
        """Whether it gave all files."""
        self.was_ended = False
        """Whether somebody asked it to go."""

    @property
    def stdout(self) -> IO[bytes]:
        return cast("IO[bytes]", self._process.stdout)

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def files(self, before: FileChange | None = None) -> Iterator[FileChange]:
        """Its files as they come, up to the last one, or to its end.

        `before` is a file as it was in another round: the lines that both have are held once.
        """
        portions = self._portions()
        while (frame := self._frame())[:1] == FILES:
            try:
                files = unpacked(memoryview(frame)[1:], portions, before)
            except DecodeError:  # it ended amid a portion
                return
            yield from files
        self.is_whole = frame[:1] == ALL

    def shapes(self) -> Mapping[str, str]:
        """The shapes of all changes by their ids. Blocking; only after the last file was given."""
        found: dict[str, str] = {}
        frame = b""
        with suppress(DecodeError):
            while (frame := self._frame())[:1] == SHAPES:
                found |= msgpack.decode(frame[1:], type=dict[str, str])
        return found if frame[:1] == ALL else {}

    def kill(self) -> None:
        """Ask it to go, and its git children, which are a group with it. From any thread."""
        self.was_ended = True
        if not self.running:
            return
        if os.name == "posix":
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGTERM)
        else:
            self._process.terminate()

    def close(self) -> None:
        """End it, and wait until it is gone."""
        self.kill()
        see_out(self._process)
        with suppress(OSError):
            self.stdout.close()

    def _frame(self) -> bytes:
        """The next frame: four bytes that say its length, then so many. Empty where the other end is gone."""
        try:
            head = self.stdout.read(4)
            data = self.stdout.read(int.from_bytes(head, "big")) if len(head) == 4 else b""
        except (OSError, ValueError):  # closed by another thread
            return b""
        return data if len(head) == 4 and len(data) == int.from_bytes(head, "big") else b""

    def _portions(self) -> Iterator[memoryview]:
        """The portions that follow; asked for no more than there are."""
        while (frame := self._frame())[:1] == PORTION:
            yield memoryview(frame)[1:]


def begun(folder: str, args: Sequence[str], skip: int = 0) -> Helper | None:
    """A helper that reads what a git child with these arguments tells, but for the first files.

    None where it cannot be begun.
    """
    request = {"folder": folder, "args": tuple(args), "skip": skip}
    try:
        process = subprocess.Popen(
            # -P: what lies in the folder that we were started in is not ours to import.
            [sys.executable, "-P", "-m", "workbench.git.comparer"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # With its git children a group, which ends as a whole.
            process_group=0 if os.name == "posix" else None,
        )
    except OSError:
        return None
    helper = Helper(process)
    try:
        runner.widen_pipe(helper.stdout)
        stdin = cast("IO[bytes]", process.stdin)
        stdin.write(json.dumps(request).encode() + b"\n")
        stdin.close()
    except OSError:  # it ended at once
        helper.close()
        return None
    return helper
