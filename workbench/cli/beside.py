"""A second process that takes pieces of a command's work, while this one does others.

Python does one thing at a time in one process, and a large listing keeps two processors busy. What the
other process was given and did not answer, because it died or never came to be, is done here.

Each message is four bytes that say its length, and then so many.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, cast

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
        self._ours: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._pid = 0
        self._given: dict[int, bytes] = {}
        self._answers: dict[int, bytes] = {}
        self._out, self._in = bytearray(), bytearray()
        self._gone = False
        if _may_fork():
            self._fork()

    def takes(self) -> bool:
        """Whether it wants another piece now."""
        self._exchange(0.0)
        return not self._gone and len(self._given) < _AHEAD

    def give(self, number: int, piece: bytes) -> None:
        """Have a piece done. `number` is what its answer is called."""
        if self._ours is None and not self._gone:
            self._start()
        self._given[number] = piece
        self._out += len(piece).to_bytes(4, "big") + piece
        self._exchange(0.0)

    def answers(self) -> dict[int, bytes]:
        """What became of all pieces, once it is there."""
        while self._given and not self._gone:
            self._exchange(None)
        for number, piece in self._given.items():
            self._answers[number] = self._work(piece)
        self._given.clear()
        return self._answers

    def close(self) -> None:
        """End it, whatever it does."""
        self._gone = True
        if self._ours is not None:
            self._ours.close()
            self._ours = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        elif self._pid:
            with suppress(ProcessLookupError, ChildProcessError):
                os.kill(self._pid, signal.SIGKILL)
                os.waitpid(self._pid, 0)
            self._pid = 0

    def _exchange(self, seconds: float | None) -> None:
        """Send and take what goes without waiting; without a limit of seconds, wait until something does."""
        ours = self._ours
        if ours is None or self._gone:
            return
        try:
            while True:
                readable, writable, _ = select.select([ours], [ours] if self._out else [], [], seconds)
                if not readable and not writable:
                    return
                if writable:
                    del self._out[: ours.send(self._out[:_PIECE])]
                if readable and not self._take(ours.recv(_PIECE)):
                    self._gone = True
                    return
                if seconds is None:
                    return
        except OSError:
            self._gone = True

    def _take(self, data: bytes) -> bool:
        self._in += data
        while len(self._in) >= 4:
            end = 4 + int.from_bytes(self._in[:4], "big")
            if len(self._in) < end:
                break
            number = next(iter(self._given))
            del self._given[number]
            self._answers[number] = bytes(self._in[4:end])
            del self._in[:end]
        return bool(data)

    def _fork(self) -> None:
        ours, theirs = socket.socketpair()
        pid = os.fork()
        if not pid:
            status = 1
            try:
                ours.close()
                # Ctrl+C is for the command, and closes the other end.
                signal.signal(signal.SIGINT, signal.SIG_IGN)
                _serve(theirs, self._work)
                status = 0
            finally:
                # Nothing of the command's own is written or closed a second time.
                os._exit(status)
        theirs.close()
        self._pid = pid
        self._connected(ours)

    def _start(self) -> None:
        if os.name != "posix":
            self._gone = True
            return
        ours, theirs = socket.socketpair()
        with theirs:
            # -P: what lies in the folder that we were started in is not ours to import.
            command = [sys.executable, "-P", "-m", "workbench.cli.beside", str(theirs.fileno())]
            try:
                self._process = subprocess.Popen(
                    command,
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                )
            except OSError:
                ours.close()
                self._gone = True
                return
        self._connected(ours)

    def _connected(self, ours: socket.socket) -> None:
        ours.setblocking(False)
        self._ours = ours


def _may_fork() -> bool:
    """Whether this process is one thread alone, so that nothing of another's is left locked in the copy."""
    try:
        return sys.platform == "linux" and len(list(Path("/proc/self/task").iterdir())) == 1
    except OSError:
        return False


def _serve(theirs: socket.socket, work: Work) -> None:
    with theirs, theirs.makefile("rwb") as pipe:
        both = cast("IO[bytes]", pipe)
        while piece := _message(both):
            answer = work(piece)
            both.write(len(answer).to_bytes(4, "big") + answer)
            both.flush()


def _message(pipe: IO[bytes]) -> bytes:
    """The next message; empty where the other end is gone."""
    head = pipe.read(4)
    data = pipe.read(int.from_bytes(head, "big")) if len(head) == 4 else b""
    return data if len(head) == 4 and len(data) == int.from_bytes(head, "big") else b""


def main() -> int:
    """Serve over the socket that the command names."""
    import gc  # noqa: PLC0415 - this process alone needs it

    from workbench.workflow.listing import listed_output  # noqa: PLC0415 - and that

    gc.disable()
    with suppress(BrokenPipeError, ConnectionError):
        _serve(socket.socket(fileno=int(sys.argv[1])), listed_output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
