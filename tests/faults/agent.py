"""An agent at work, as a process of its own: fifty numbered edits a second to one file.

Started as `agent.py FILE HOW LOG`: each edit is noted in LOG once it is done. Ends with its standard input.
Imports nothing of the program.
"""

from __future__ import annotations

import os
import random
import select
import sys
from pathlib import Path

LINES, WIDTH = 600, 16
FIRST = 300
"""The lines from here on are the agent's."""
WAYS = ("truncate", "overwrite", "middle", "append", "rename", "held", "mixed")
_PAUSE = 0.02


def line_of(text: str) -> bytes:
    """A line of the file's one width, so that the place of a line is never in doubt."""
    return text.ljust(WIDTH - 1).encode() + b"\n"


def place_of(number: int) -> int:
    """Which line an edit is about."""
    return FIRST + number * 7 % (LINES - FIRST)


class Agent:
    """Edits one file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._held: int | None = None

    def edit(self, number: int, how: str) -> str:
        """One edit; what it wrote, for the log."""
        if how == "append":
            return self._append(number)
        if how in ("middle", "held"):
            self._in_the_middle(number, keep=how == "held")
        else:
            self._whole(number, how)
        return f"{place_of(number)} agent {number}"

    def _append(self, number: int) -> str:
        handle = os.open(self._path, os.O_WRONLY | os.O_APPEND)
        os.write(handle, line_of(f"added {number}"))
        os.close(handle)
        return f"-1 added {number}"

    def _in_the_middle(self, number: int, *, keep: bool) -> None:
        if self._held is None:
            self._held = os.open(self._path, os.O_WRONLY)
        os.pwrite(self._held, line_of(f"agent {number}"), place_of(number) * WIDTH)
        # A program that holds a file goes on writing to it after it was displaced.
        if not keep or number % 5 == 0:
            self._let_go()

    def _let_go(self) -> None:
        if self._held is not None:
            os.close(self._held)
            self._held = None

    def _whole(self, number: int, how: str) -> None:
        self._let_go()  # else it would write to a file that it has replaced itself
        lines = self._path.read_bytes().splitlines(keepends=True)
        lines[place_of(number)] = line_of(f"agent {number}")
        data = b"".join(lines)
        if how == "rename":
            draft = self._path.parent.parent / "draft"
            draft.write_bytes(data)
            draft.rename(self._path)
        elif how == "truncate":
            self._path.write_bytes(data)
        else:
            with self._path.open("r+b") as file:
                file.write(data)
                file.truncate()


def main() -> None:
    path, how, log = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    chosen, agent = random.Random(how), Agent(path)
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for number in range(1_000_000):
        if select.select([sys.stdin], [], [], _PAUSE)[0]:
            return
        done = agent.edit(number, chosen.choice(WAYS[:-1]) if how == "mixed" else how)
        os.write(handle, f"{done}\n".encode())


if __name__ == "__main__":
    main()
