"""The journal of one landing: a file of JSON lines, each on disk before what it announces is done.

The first line names the work tree, the landing's folder and every step with the ids of its bytes in the
shadow directory. Then `ready` (all new files are written), further steps (merges of what came between),
`back` (everything is being taken back), `done`. A torn last line was never acted upon and is left out.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from msgspec import Struct

NAME = "landing.jsonl"
Ref = tuple[str, str]
"""A mode and the id of the bytes in the shadow directory."""


class StepRef(Struct, frozen=True):
    """A step as the journal has it: bytes by id."""

    path: str
    temporary: str
    before: Ref | None
    after: Ref | None


class Record(Struct, frozen=True):
    """What a journal file says."""

    work_tree: str
    folder: str
    steps: tuple[StepRef, ...]
    ready: bool = False
    back: bool = False
    done: bool = False


class StandsError(Exception):
    """The journal says `done`, and neither its flush nor its withdrawal was taken: a loss of power may still
    leave it out. Nothing may be taken back: a next start would believe `done`.
    """

    def __init__(self, cause: OSError) -> None:
        super().__init__(str(cause))
        self.cause = cause


class RecordWriter:
    """A journal being written. Every call returns when its line is on disk."""

    def __init__(self, journal_dir: Path, work_tree: str, folder: str, steps: Sequence[StepRef]) -> None:
        journal_dir.mkdir(parents=True, exist_ok=True)
        self.path = journal_dir / NAME
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | getattr(os, "O_BINARY", 0)
        self._handle = os.open(self.path, flags, 0o600)
        try:
            self._write(
                {"version": 1, "work_tree": work_tree, "folder": folder, "steps": [_plain(s) for s in steps]}
            )
            _flush_folder(journal_dir)
        except OSError:
            # Nothing was done yet: a journal that stayed would speak of a landing that never began.
            os.close(self._handle)
            with suppress(OSError):
                self.path.unlink()
            raise

    def ready(self) -> None:
        """All new files are written; from here on files are put in place."""
        self._write({"phase": "ready"})

    def step(self, step: StepRef, *, flush: bool = True) -> None:
        """One more step, that is about to be done."""
        self._write({"step": _plain(step)}, flush=flush)

    def back(self) -> None:
        """Everything is about to be taken back."""
        self._write({"phase": "back"})

    def done(self) -> None:
        """Everything is in place. Where this fails, the journal does not say so: else `StandsError`."""
        size = os.fstat(self._handle).st_size
        try:
            self._write({"phase": "done"})
        except OSError as error:
            if not (self._is_torn(size) or self._is_cut(size) or self._is_back()):
                raise StandsError(error) from error
            raise

    def _is_torn(self, size: int) -> bool:
        """Whether the line after the first `size` bytes was not taken whole, and so says nothing."""
        with suppress(OSError):
            return not self.path.read_bytes()[size:].endswith(b"\n")
        return False

    def _is_cut(self, size: int) -> bool:
        """Cutting needs no room. A full disk that refuses to flush it has not taken what was cut either."""
        try:
            os.ftruncate(self._handle, size)
        except OSError:
            return False
        try:
            os.fsync(self._handle)
        except OSError as error:
            return error.errno in (errno.ENOSPC, errno.EDQUOT)
        return True

    def _is_back(self) -> bool:
        with suppress(OSError):
            self.back()
            return True
        return False

    def close(self) -> None:
        os.close(self._handle)

    def _write(self, line: dict[str, Any], *, flush: bool = True) -> None:
        data = json.dumps(line).encode("ascii") + b"\n"
        if os.write(self._handle, data) != len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))
        if flush:
            os.fsync(self._handle)


def read_record(journal_dir: Path) -> Record | None:
    """The journal in a folder, None where there is none or only a torn first line (nothing was done then)."""
    try:
        data = (journal_dir / NAME).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    lines = []
    for line in data.split(b"\n")[:-1]:
        try:
            lines.append(json.loads(line))
        except ValueError:
            break
    if not lines or "folder" not in lines[0]:
        return None
    phases = [line["phase"] for line in lines if "phase" in line]
    steps = [*lines[0]["steps"], *(line["step"] for line in lines if "step" in line)]
    return Record(
        work_tree=lines[0]["work_tree"],
        folder=lines[0]["folder"],
        steps=tuple(_step(step) for step in steps),
        ready="ready" in phases,
        back="back" in phases,
        done=phases[-1:] == ["done"],
    )


def remove_record(journal_dir: Path) -> None:
    """The landing is over."""
    (journal_dir / NAME).unlink(missing_ok=True)


def _plain(step: StepRef) -> dict[str, Any]:
    return {"path": step.path, "temporary": step.temporary, "before": step.before, "after": step.after}


def _step(data: dict[str, Any]) -> StepRef:
    before, after = data["before"], data["after"]
    return StepRef(
        data["path"],
        data["temporary"],
        (before[0], before[1]) if before else None,
        (after[0], after[1]) if after else None,
    )


def _flush_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
