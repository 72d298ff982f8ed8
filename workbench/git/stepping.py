"""The steps of a landing: each puts one file in place in one call of the system, and can be taken back.

A step never destroys: what stood at the path is afterwards in the landing's own folder, and is read
there. Whether a step has been done can be told from the disk alone, so a journal of intentions is
enough after a kill.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct

from workbench.git.folder import LINK, File, Owner, WorkFolder

# A program that writes a file in place empties it first. We read again until nothing moves any more.
_SETTLE_SECONDS = 0.004
_SETTLE_TRIES = 50
# A writer in place cuts the file and then writes; on a busy machine it may be kept waiting in between.
_TORN_READS = 25


class Move(StrEnum):
    """What a step does to its path."""

    EXCHANGE = "exchange"
    CREATE = "create"
    DELETE = "delete"


class Step(Struct, frozen=True):
    """One path brought from `before` to `after`.

    `temporary` is where the new file waits, and then the old one.
    """

    path: str
    temporary: str
    before: File | None
    after: File | None

    @property
    def move(self) -> Move:
        if self.before is None:
            return Move.CREATE
        return Move.DELETE if self.after is None else Move.EXCHANGE


def in_order(steps: Iterable[Step]) -> list[Step]:
    """As they are to be done, so that a folder is empty when a file takes its place; back in reverse."""
    order = {Move.DELETE: 0, Move.EXCHANGE: 1, Move.CREATE: 2}
    return sorted(steps, key=lambda step: order[step.move])


class MovedError(Exception):
    """Somebody else wrote to the path of a step, and it cannot be done."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


def prepare(folder: WorkFolder, step: Step, like: Owner | None) -> None:
    """Write the new file under its temporary name."""
    if step.after is not None:
        folder.create(step.temporary, step.after, like)


def is_done(folder: WorkFolder, step: Step) -> bool:
    """Whether the step has been done, told from its temporary name."""
    found = folder.read(step.temporary)
    if step.move is Move.CREATE:
        return found is None
    if step.move is Move.DELETE:
        return found is not None
    return found is not None and found[0] != step.after


class Outcome(Struct, frozen=True):
    """What became of a step. Not `done`: the path had moved on, and everything was put back within the same
    instant. `found`: what stood there instead of `before`. `extra`: what somebody wrote onto our file in that
    instant, which stands nowhere now.
    """

    done: bool
    found: File | None = None
    extra: File | None = None


def do(folder: WorkFolder, step: Step) -> Outcome:
    """Do the step; where it displaced something younger than `before`, put that back at once.

    At once, because a program that reads our file meanwhile would write on without the edit that we hold.
    """
    try:
        if step.move is Move.CREATE:
            folder.move(step.temporary, step.path)
            return Outcome(done=True)
        if step.move is Move.DELETE:
            folder.move(step.path, step.temporary)
        else:
            folder.exchange(step.temporary, step.path)
        found = _bytes_at(folder, step.temporary)
        if found == step.before:
            return Outcome(done=True)
        if step.move is Move.DELETE:
            folder.move(step.temporary, step.path)
            return Outcome(done=False, found=found)
        folder.exchange(step.temporary, step.path)
    except (FileExistsError, FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise MovedError(step.path) from error
    ours = _bytes_at(folder, step.temporary)
    extra = None if ours == step.after else settled(folder, step.temporary, step.after)
    return Outcome(done=False, found=found, extra=extra)


def _bytes_at(folder: WorkFolder, path: str) -> File | None:
    found = folder.read(path)
    return found[0] if found else None


def take_back(folder: WorkFolder, step: Step) -> bool:
    """Put back what the step displaced. False where somebody wrote to the path since: theirs stays."""
    now = folder.read(step.path)
    if (now[0] if now else None) != step.after:
        return False
    try:
        if step.move is Move.CREATE:
            folder.move(step.path, step.temporary)
        elif step.move is Move.DELETE:
            folder.move(step.temporary, step.path)
            return True
        else:
            folder.exchange(step.temporary, step.path)
    except (FileExistsError, FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return False
    taken = settled(folder, step.temporary, step.after)
    if taken == step.after:
        return True
    # Written between our look and our move: theirs is put where it was, at once.
    if step.move is Move.CREATE:
        folder.move(step.temporary, step.path)
    else:
        folder.exchange(step.temporary, step.path)
    return False


def settled(folder: WorkFolder, path: str, wanted: File | None) -> File | None:
    """What stands at a path once nobody is in the middle of writing it."""
    found = folder.read(path)
    last = found[0] if found else None
    equal = 0
    for _ in range(_SETTLE_TRIES):
        if last == wanted:
            return last
        time.sleep(_SETTLE_SECONDS)
        found = folder.read(path)
        now = found[0] if found else None
        equal = equal + 1 if now == last else 0
        last = now
        if equal >= (_TORN_READS if _looks_torn(last, wanted) else 1):
            break
    return last


def _looks_torn(found: File | None, wanted: File | None) -> bool:
    """A beginning of what was there: its writer has cut the file and may not have come to write yet."""
    if found is None or wanted is None or found[0] == LINK:
        return False
    return len(found[1]) < len(wanted[1]) and wanted[1].startswith(found[1])
