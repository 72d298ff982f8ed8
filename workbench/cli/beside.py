"""A second process that takes pieces of a command's work, while this one does others.

Python does one thing at a time in one process, and a large listing keeps two processors busy. What the
other process was given and did not answer, because it died or never came to be, is done here.

Each message is four bytes that say its length, and then so many.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

from workbench.git.runner import widen_pipe

_AHEAD = 2
"""Pieces that lie with the other process: one that it does, and one so that it need not wait."""
_PIECE = 1 << 20

Work = Callable[[bytes], bytes]


class Beside:
    """The other process. It is forked at once where that is safe, else started with its first piece.

    Its work is the one that `main` names: a process that is started anew cannot be handed a function.
    """

    def __init__(self, work: Work) -> None:
        self._work = work
        self._to = self._from = -1
        self._pid = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._given: dict[int, bytes] = {}
        self._answers: dict[int, bytes] = {}
        self._out, self._in = bytearray(), bytearray()
        self._gone = os.name != "posix"
        if _may_fork():
            self._fork()

    def takes(self) -> bool:
        """Whether it wants another piece now."""
        self._exchange(wait=False)
        return not self._gone and len(self._given) < _AHEAD

    def give(self, number: int, piece: bytes) -> None:
        """Have a piece done. `number` is what its answer is called."""
        if self._to < 0 and not self._gone:
            self._start()
        self._given[number] = piece
        self._out += len(piece).to_bytes(4, "big") + piece
        self._exchange(wait=False)

    def answers(self) -> dict[int, bytes]:
        """What became of all pieces, once it is there."""
        while self._given and not self._gone:
            self._exchange(wait=True)
        for number, piece in self._given.items():
            self._answers[number] = self._work(piece)
        self._given.clear()
        return self._answers

    def close(self) -> None:
        """End it, whatever it does."""
        self._gone = True
        for end in (self._to, self._from):
            if end >= 0:
                os.close(end)
        self._to = self._from = -1
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        elif self._pid:
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
        self._process, self._pid = None, 0

    def _exchange(self, *, wait: bool) -> None:
        """Send and take what goes at once, or wait until something does."""
        if self._to < 0 or self._gone:
            return
        try:
            while not self._gone:
                more = [self._to] if self._out else []
                readable, writable, _ = select.select([self._from], more, [], None if wait else 0.0)
                if writable:
                    with suppress(BlockingIOError):
                        del self._out[: os.write(self._to, self._out[:_PIECE])]
                if readable:
                    self._take(os.read(self._from, _PIECE))
                if wait or not (readable or writable):
                    return
        except BrokenPipeError:
            self._gone = True

    def _take(self, data: bytes) -> None:
        """What came of its answers, which are in the order of what was given; nothing comes from the dead."""
        self._gone = not data
        self._in += data
        while len(self._in) >= 4:
            end = 4 + int.from_bytes(self._in[:4], "big")
            if len(self._in) < end:
                return
            number = next(iter(self._given))
            del self._given[number]
            self._answers[number] = bytes(self._in[4:end])
            del self._in[:end]

    def _fork(self) -> None:
        (its_from, to), (from_, its_to) = os.pipe(), os.pipe()
        try:
            pid = os.fork()
        except OSError:  # there are as many processes as there may be
            self._gone = True
            self._connected((its_from, its_to), (to, from_))
            return
        if not pid:
            try:
                os.close(to)
                os.close(from_)
                # Ctrl+C is for the command, and closes the other ends.
                signal.signal(signal.SIGINT, signal.SIG_IGN)
                _serve(its_from, its_to, self._work)
            finally:
                # Nothing of the command's own is written or closed a second time.
                os._exit(0)
        self._pid = pid
        self._connected((its_from, its_to), (to, from_))

    def _start(self) -> None:
        (its_from, to), (from_, its_to) = os.pipe(), os.pipe()
        # -P: what lies in the folder that we were started in is not ours to import.
        command = [sys.executable, "-P", "-m", "workbench.cli.beside", str(its_from), str(its_to)]
        try:
            self._process = subprocess.Popen(
                command,
                pass_fds=(its_from, its_to),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError:
            self._gone = True
        self._connected((its_from, its_to), (to, from_))

    def _connected(self, its: tuple[int, int], ours: tuple[int, int]) -> None:
        for end in its:
            os.close(end)
        self._to, self._from = ours
        os.set_blocking(self._to, False)
        widen_pipe(self._to)


def _may_fork() -> bool:
    """Whether this process is one thread alone, so that nothing of another's is left locked in the copy."""
    try:
        return sys.platform == "linux" and len(list(Path("/proc/self/task").iterdir())) == 1
    except OSError:
        return False


def _serve(given: int, answers: int, work: Work) -> None:
    with open(given, "rb") as pipe, open(answers, "wb") as out:
        while piece := _message(pipe):
            answer = work(piece)
            out.write(len(answer).to_bytes(4, "big") + answer)
            out.flush()


def _message(pipe: IO[bytes]) -> bytes:
    """The next message; empty where the other end is gone."""
    head = pipe.read(4)
    data = pipe.read(int.from_bytes(head, "big")) if len(head) == 4 else b""
    return data if len(head) == 4 and len(data) == int.from_bytes(head, "big") else b""


def main() -> int:
    """Serve over the pipes that the command names."""
    import gc  # noqa: PLC0415 - this process alone needs it

    from workbench.workflow.listing import listed_output  # noqa: PLC0415 - and that

    gc.disable()
    with suppress(BrokenPipeError):
        _serve(int(sys.argv[1]), int(sys.argv[2]), listed_output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
